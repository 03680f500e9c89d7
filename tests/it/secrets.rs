//! Canaries: recognisable secrets, passed through every kind of error at the highest verbosity.

use crate::support::{Answer, Fake, Job, numbered};

const KEY: &str = "CANARYKEY123";
const AUTH: &str = "CANARYAUTH456";

#[test]
fn no_secret_and_no_cell_reaches_any_output() {
    let fake = Fake::start(|call| match call.respondent() {
        "1" => Answer::success(),
        // The platform quotes the address that was called.
        "2" => Answer::error(&format!(
            "no route for {}",
            call.target.split('?').next().unwrap()
        )),
        "3" => Answer::of(404, "<html>"),
        "4" => Answer::of(302, "").with(&format!("Location: {}", call.target)),
        "5" => Answer::Cut,
        "6" => Answer::Nonsense,
        "7" => Answer::HalfABody,
        "8" => Answer::Hang,
        "9" => Answer::of(429, "").with("Retry-After: garbage"),
        _ => Answer::of(500, ""),
    });
    let closed = crate::support::CLOSED;
    let input = numbered(10, "CELLCANARY");
    for method in ["post", "get"] {
        for format in ["text", "json"] {
            for base in [
                fake.base.clone(),
                format!("http://{closed}"),
                format!("https://{closed}"),
            ] {
                let job = Job::new("run in.csv --survey 7 -vv --timeout 200ms --max-outage 0s --max-retries 1 --backoff 1ms --rate unlimited")
                    .args(&format!("--method {method} --log-format {format} --base-url {base}"))
                    .args("--changed-only --state s.sqlite --metrics-file m.prom")
                    .file("in.csv", &input)
                    .var("RESPONDENT_SYNC_WEBHOOK_KEY", KEY)
                    .var("RESPONDENT_SYNC_WEBHOOK_AUTH", AUTH)
                    .var("RUST_LOG", "trace")
                    .var("RUST_BACKTRACE", "full");
                let ran = job.ends(1);
                for (name, text) in [("stdout", &ran.stdout), ("stderr", &ran.stderr)] {
                    assert!(!text.contains("CANARY"), "{name}: {text}");
                }
                for name in job.names().iter().filter(|name| *name != "in.csv") {
                    let text = String::from_utf8_lossy(&job.bytes(name)).into_owned();
                    // Records appear only in the failed file.
                    let text = if name == "in.failed.csv" {
                        text.replace("CELLCANARY", "")
                    } else {
                        text
                    };
                    assert!(!text.contains("CANARY"), "{name}: {text}");
                }
            }
        }
    }
}

/// The values of the vendor's page are nobody's own, wherever they come from.
#[test]
fn the_vendors_sample_is_refused_before_the_first_call() {
    let fake = Fake::start(|_| Answer::success());
    let sample = "84b750d6956f02503015938fc38bfe36";
    let job = Job::run("id_respondent,l1\n1,A\n", &fake).var("RESPONDENT_SYNC_WEBHOOK_AUTH", sample);
    let ran = job.ends(2);
    let expected = "RESPONDENT_SYNC_WEBHOOK_AUTH is the sample of the vendor's page";
    assert!(
        ran.stderr.contains(expected) && !ran.stderr.contains(sample),
        "{}",
        ran.stderr
    );
    let job = Job::new("config show")
        .file("key", "TUwNjNDg3M\n")
        .without_var("RESPONDENT_SYNC_WEBHOOK_KEY")
        .var("RESPONDENT_SYNC_WEBHOOK_KEY_FILE", "key");
    let ran = job.ends(0);
    let expected = "# webhook_key: wrong (the file of `webhook_key` (`key`) is the sample";
    assert!(ran.stdout.contains(expected), "{}", ran.stdout);
    assert!(fake.calls().is_empty());
}

/// A crash writes no memory to the disk, whatever the limits of the process.
#[cfg(target_os = "linux")]
#[test]
fn a_crash_leaves_no_core() {
    let fake = Fake::start(|_| Answer::Hang);
    let job = Job::run(numbered(1, "x"), &fake)
        .through_shell("ulimit -c unlimited 2>/dev/null; exec \"$0\" \"$@\"");
    let mut running = job.start();
    while fake.calls().is_empty() {
        assert!(running.runs(), "it ended by itself");
        crate::support::pause(std::time::Duration::from_millis(5));
    }
    assert_eq!(running.limit("Max core file size").as_deref(), Some("0"));
    running.signal("ABRT");
    running.wait();
    assert!(
        !job.names().iter().any(|name| name.starts_with("core")),
        "{:?}",
        job.names()
    );
}
