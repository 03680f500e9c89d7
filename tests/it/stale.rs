//! Exports that have not been renewed: recognised by the file's time, and by what was sent before.

use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use crate::support::{Answer, Fake, Job, numbered, pause};

const HOUR: u64 = 3_600;
const NIGHT: &str = "--resume --rotate --changed-only -q";

fn written(job: &Job, time: SystemTime) {
    File::options()
        .write(true)
        .open(job.path("in.csv"))
        .unwrap()
        .set_modified(time)
        .unwrap();
}

fn hours_ago(hours: u64) -> SystemTime {
    SystemTime::now() - Duration::from_secs(hours * HOUR)
}

fn summary(job: &Job) -> serde_json::Value {
    serde_json::from_str(&job.text("in.summary.json")).unwrap()
}

#[test]
fn a_file_that_was_written_too_long_ago_is_not_sent_and_is_not_already_sent() {
    let fake = Fake::start(|_| Answer::success());
    let mut job = Job::run(numbered(3, "a"), &fake).args("--max-age 36h");
    written(&job, hours_ago(35));
    job.again(NIGHT, 0);
    written(&job, hours_ago(30 * 24));
    let ran = job.again(NIGHT, 4);
    assert!(
        ran.stderr.contains(
            "nothing was sent, since the export does not look right: it was last written 30 d 0 h ago ("
        ) && ran.stderr.contains(
            "and `--max-age` allows 1 d 12 h; if it is right, let it through once with `--ignore-guards`"
        ),
        "{}",
        ran.stderr
    );
    // The same for commands that only look.
    let ran = job.again("--resume --rotate --dry-run", 4);
    assert!(
        ran.stdout
            .contains("Nothing would be sent: it was last written 30 d 0 h ago"),
        "{}",
        ran.stdout
    );
    let check = Job::new("check in.csv --survey 7 --max-age 30d").file("in.csv", numbered(3, "a"));
    check.ends(0);
    written(&check, hours_ago(31 * 24));
    check.ends(4);
    // The export is let through once by hand. A clock that is ahead makes no file old.
    let ran = job.again("--resume --rotate --ignore-guards", 0);
    assert!(
        ran.stderr.contains("is let through by `--ignore-guards`"),
        "{}",
        ran.stderr
    );
    written(&job, SystemTime::now() + Duration::from_secs(1_000 * HOUR));
    job.again(NIGHT, 0);
    assert_eq!(fake.calls().len(), 3);
}

#[test]
fn a_content_that_does_not_change_is_stale_after_a_while() {
    let refuses = Arc::new(AtomicBool::new(true));
    let refusing = Arc::clone(&refuses);
    let fake = Fake::start(move |call| match call.respondent() {
        "2" if refusing.load(Ordering::SeqCst) => Answer::error("no"),
        _ => Answer::success(),
    });
    let mut job = Job::run(numbered(3, "a"), &fake);
    job.again(NIGHT, 1);
    let first = summary(&job)["content_since"].clone();
    assert_eq!(first, summary(&job)["started_at"]);
    pause(Duration::from_millis(1_200));
    // A separate run sends the failed rows again. The content keeps its age.
    job.again(&format!("{NIGHT} --max-same 1h"), 1);
    assert_eq!(summary(&job)["content_since"], first);
    assert_ne!(summary(&job)["started_at"], first);
    refuses.store(false, Ordering::SeqCst);
    job.again(&format!("{NIGHT} --max-same 1h"), 0);
    let calls = fake.calls().len();
    // The export is neither reported as "already sent" nor sent again.
    for flags in [
        format!("{NIGHT} --max-same 1s"),
        "--resume --rotate --full-refresh --max-same 1s".to_owned(),
        "--overwrite --max-same 1s".to_owned(),
    ] {
        let ran = job.again(&flags, 4);
        assert!(
            ran.stderr.contains("its content has been the same for ")
                && ran.stderr.contains("and `--max-same` allows 1.0 s"),
            "{flags}: {}",
            ran.stderr
        );
    }
    let ran = job.again("--resume --rotate --max-same 1s --dry-run", 4);
    assert!(
        ran.stdout.contains("its content has been the same for"),
        "{}",
        ran.stdout
    );
    assert_eq!(fake.calls().len(), calls);
    job.again(&format!("{NIGHT} --max-same 1s --ignore-guards"), 0);
    // Other content is new, whatever the file's time.
    std::fs::write(job.path("in.csv"), numbered(3, "b")).unwrap();
    job.again(&format!("{NIGHT} --max-same 1s"), 0);
    assert_eq!(summary(&job)["content_since"], summary(&job)["started_at"]);
}

#[test]
fn a_run_that_is_resumed_is_spared() {
    let left = Arc::new(AtomicI64::new(5));
    let leaving = Arc::clone(&left);
    let fake = Fake::start(move |_| match leaving.fetch_sub(1, Ordering::SeqCst) {
        ..=0 => Answer::of(401, ""),
        _ => Answer::success(),
    });
    let stale = format!("{NIGHT} --max-age 1h --max-same 1s");
    let mut job = Job::run(numbered(20, "a"), &fake).args("-c 1");
    job.again(&stale, 4);
    pause(Duration::from_millis(1_200));
    written(&job, hours_ago(100));
    let ran = job.again("--resume --dry-run --max-age 1h --max-same 1s", 0);
    assert!(!ran.stdout.contains("Nothing would be sent"), "{}", ran.stdout);
    left.store(i64::MAX, Ordering::SeqCst);
    job.again(&stale, 0);
    assert_eq!(job.lines("in.results.csv").len(), 20);
    job.again(&stale, 4);
}

#[test]
fn standard_input_has_no_time() {
    let fake = Fake::start(|_| Answer::success());
    for flag in ["--max-age 1h", "--max-same 2d"] {
        let job = Job::run("", &fake)
            .instead_of("in.csv", "-")
            .args("-o out.csv")
            .args(flag)
            .stdin(numbered(1, "a"));
        let ran = job.ends(2);
        assert!(
            ran.stderr.contains("standard input has neither"),
            "{flag}: {}",
            ran.stderr
        );
        job.args("--ignore-guards").ends(0);
    }
    let ran = Job::run("", &fake).args("--max-age soon").ends(2);
    assert!(ran.stderr.contains("`soon` is no duration"), "{}", ran.stderr);
}
