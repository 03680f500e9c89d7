//! `retry`: the failed rows of a run, sent again with the settings that the run had.

mod around;
mod later;

use std::collections::HashSet;
use std::fs;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::support::{Answer, Fake, Job, pause, workbook};

/// A platform that refuses some respondents, and can be told which.
struct Platform {
    fake: Fake,
    refused: Arc<Mutex<HashSet<String>>>,
}

impl Platform {
    fn refusing(respondents: &[&str]) -> Self {
        Self::slow(respondents, Duration::ZERO)
    }

    /// Creates a platform that takes this long for each answer.
    fn slow(respondents: &[&str], time: Duration) -> Self {
        let refused = Arc::new(Mutex::new(HashSet::new()));
        let asked = Arc::clone(&refused);
        let fake = Fake::start(move |call| {
            pause(time);
            if asked.lock().unwrap().contains(call.respondent()) {
                Answer::error("no such respondent")
            } else {
                Answer::success()
            }
        });
        let platform = Self { fake, refused };
        platform.refuse(respondents);
        platform
    }

    fn refuse(&self, respondents: &[&str]) {
        *self.refused.lock().unwrap() = respondents.iter().map(|id| (*id).to_owned()).collect();
    }

    /// Returns the calls after the first `before`: respondent and all labels.
    fn calls(&self, before: usize) -> Vec<String> {
        let calls = self.fake.calls();
        let calls = calls.iter().skip(before).map(|call| {
            let labels = call.parameters.iter().filter(|(name, _)| name.starts_with('l'));
            let labels = labels.map(|(label, value)| format!(" {label}={value}"));
            call.respondent().to_owned() + &labels.collect::<String>()
        });
        let mut calls: Vec<String> = calls.collect();
        calls.sort();
        calls
    }

    fn count(&self) -> usize {
        self.fake.calls().len()
    }
}

/// Replaces a text in a file of the job.
fn edit(job: &Job, name: &str, from: &str, to: &str) {
    let text = job.text(name);
    assert!(text.contains(from), "{text}");
    fs::write(job.path(name), text.replace(from, to)).unwrap();
}

fn summary(job: &Job, name: &str) -> serde_json::Value {
    serde_json::from_slice(&job.bytes(name)).unwrap()
}

/// Returns the stamp of the set that was set aside.
fn stamp(job: &Job) -> String {
    let names = job.names().into_iter();
    let mut stamps = names.filter_map(|name| {
        let stamp = name.strip_prefix("in.")?.strip_suffix(".results.csv")?;
        stamp.ends_with('Z').then(|| stamp.to_owned())
    });
    stamps.next().unwrap()
}

#[test]
fn a_retry_needs_no_flag_of_its_run() {
    let platform = Platform::refusing(&["2"]);
    let config = format!(
        "base_url = \"{}\"\nrate = \"unlimited\"\nid_column = \"Kontakt\"\nmap = [\"l4=Segment\"]\nmin_rows = 3\nkeep = [\"Uwagi\"]\n",
        platform.fake.base
    );
    let mut job = Job::new("run in.csv --config nps.toml --survey 7 --set l9=x")
        .var("RESPONDENT_SYNC_MIN_FILLED", "l4=90%")
        .var("RESPONDENT_SYNC_SURVEY", "8")
        .file("nps.toml", config)
        .file("in.csv", "Kontakt,Segment,Uwagi\n1,a,p\n2,b,q\n3,c,r\nx,d,s\n");
    job.ends(1);
    // The export need not exist any more.
    fs::remove_file(job.path("in.csv")).unwrap();
    edit(&job, "in.failed.csv", "x,d,s", "4,d,s");
    platform.refuse(&[]);
    let before = platform.count();
    let ran = job.other("retry in.csv", 0);
    assert_eq!(platform.calls(before), ["2 l4=b l9=x", "4 l4=d l9=x"]);
    assert!(
        ran.stderr
            .contains("retry round 1: `in.failed.csv`, as edited, with the settings of its run"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains("unlimited (from the run's settings)"),
        "{}",
        ran.stderr
    );
    assert_eq!(
        job.lines("in.retry-1.results.csv"),
        [
            "2,2,7,success,,Respondent has been updated on the survey's mailing list,200,1",
            "3,4,7,success,,Respondent has been updated on the survey's mailing list,200,1"
        ]
    );
    let results = job.text("in.retry-1.results.csv");
    assert!(
        results
            .lines()
            .next()
            .unwrap()
            .ends_with("finished_at,sync_row,Uwagi"),
        "{results}"
    );
    assert!(
        results.contains(",3,q\n") && results.contains(",5,s\n"),
        "{results}"
    );
    let names = job.names();
    assert!(
        !names
            .iter()
            .any(|name| name.contains("failed.failed") || name == "in.retry-1.failed.csv"),
        "{names:?}"
    );
    let ran = job.other("retry in.csv", 0);
    assert!(
        ran.stderr
            .contains("nothing left to retry: round 1 has fixed the last rows"),
        "{}",
        ran.stderr
    );
    assert_eq!(platform.count(), before + 2);
    let ran = job.other("retry in.csv --summary -", 0);
    let object: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(
        (&object["end"], &object["exit_code"]),
        (&"already_sent".into(), &0.into())
    );
}

#[test]
fn a_retry_is_for_the_account_of_its_run() {
    let platform = Platform::refusing(&["2"]);
    let job = Job::run("id_respondent,l1\n2,b\n", &platform.fake);
    job.ends(1);
    let before = platform.count();
    let mut job = job.var("RESPONDENT_SYNC_ACCOUNT", "387488");
    let ran = job.other("retry in.csv", 2);
    assert!(
        ran.stderr.contains("the run was for another account"),
        "{}",
        ran.stderr
    );
    assert_eq!(platform.count(), before);
}

#[test]
fn rounds_are_numbered_and_the_run_knows_what_they_fixed() {
    let platform = Platform::refusing(&["2", "3"]);
    let mut job = Job::run("id_respondent,l1\n1,a\n2,b\n3,c\n", &platform.fake).args("--resume");
    job.ends(1);
    let ran = job.ends(1);
    assert!(
        ran.stderr
            .contains("2 rows of it failed: fix them in `in.failed.csv`"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains("then `respondent-sync retry in.csv`"),
        "{}",
        ran.stderr
    );

    platform.refuse(&["3"]);
    let ran = job.other("retry in.csv", 1);
    assert!(
        ran.stderr
            .contains("every row of `in.failed.csv` needs a fix, and none was edited"),
        "{}",
        ran.stderr
    );
    // The row is that of the first input.
    assert!(
        job.text("in.retry-1.failed.csv").contains("\n4,fix,"),
        "{}",
        job.text("in.retry-1.failed.csv")
    );
    let ran = job.ends(1);
    assert!(
        ran.stderr
            .contains("1 row of it failed: fix them in `in.retry-1.failed.csv`"),
        "{}",
        ran.stderr
    );

    platform.refuse(&[]);
    let before = platform.count();
    // Any file of the run stands for it.
    job.other("retry in.retry-1.failed.csv", 0);
    assert_eq!(platform.calls(before), ["3 l1=c"]);
    assert!(job.names().contains(&"in.retry-2.results.csv".to_owned()));
    let ran = job.ends(0);
    assert!(
        ran.stderr.contains("2 rows that failed then went through since"),
        "{}",
        ran.stderr
    );
    assert_eq!(platform.count(), before + 1);
}

#[test]
fn a_row_that_a_later_one_overtook_does_not_set_the_respondent_back() {
    let platform = Platform::refusing(&["2"]);
    let mut job = Job::run("id_respondent,l1\nx1,old\n2,b\n1,new\n1,newest\n", &platform.fake);
    job.ends(1);
    edit(&job, "in.failed.csv", "x1,old", "1,old");
    platform.refuse(&[]);
    let before = platform.count();
    let ran = job.other("retry in.csv --dry-run", 0);
    assert!(
        ran.stdout.contains("a later row is sent instead"),
        "{}",
        ran.stdout
    );
    assert_eq!(platform.count(), before);
    let ran = job.other("retry in.csv", 0);
    assert!(
        ran.stderr.contains("1 row is not sent (`superseded`)"),
        "{}",
        ran.stderr
    );
    assert_eq!(platform.calls(before), ["2 l1=b"]);
    assert!(job.lines("in.retry-1.results.csv")[0].starts_with("2,1,7,skipped,superseded,"));
}

#[test]
fn rows_that_a_spreadsheet_sorted_do_not_set_anyone_back() {
    let platform = Platform::refusing(&["1"]);
    let mut job = Job::run("id_respondent,l1\n1,old\n1,new\n", &platform.fake);
    job.ends(1);
    let failed = job.text("in.failed.csv");
    let mut lines: Vec<&str> = failed.lines().collect();
    lines[1..].reverse();
    fs::write(job.path("in.failed.csv"), lines.join("\n")).unwrap();
    platform.refuse(&[]);
    let before = platform.count();
    job.other("retry in.csv", 0);
    assert_eq!(platform.calls(before), ["1 l1=new"]);
}

#[test]
fn a_row_of_an_older_set_does_not_overtake_a_later_night() {
    let platform = Platform::refusing(&["2", "3"]);
    let mut job = Job::run("id_respondent,l1\n1,a\n2,old\n3,old\n", &platform.fake).args("--resume");
    job.again("--rotate", 1);
    job.other("retry in.csv", 1);
    platform.refuse(&["3"]);
    fs::write(job.path("in.csv"), "id_respondent,l1\n1,b\n2,new\n3,new\n").unwrap();
    job.again("--rotate", 1);
    let stamp = stamp(&job);
    let names = job.names();
    // The round belongs to the set.
    for kind in ["results.csv", "failed.csv", "summary.json"] {
        assert!(names.contains(&format!("in.{stamp}.retry-1.{kind}")), "{names:?}");
        assert!(!names.contains(&format!("in.retry-1.{kind}")), "{names:?}");
    }
    platform.refuse(&[]);
    let before = platform.count();
    job.other(&format!("retry in.{stamp}.csv"), 0);
    // Respondent 3 failed in both nights, so the older row may be sent; the newer one comes next.
    assert_eq!(platform.calls(before), ["3 l1=old"]);
    job.other("retry in.csv", 0);
    assert_eq!(platform.calls(before), ["3 l1=new", "3 l1=old"]);
    // All sets but none are deleted, with their rounds.
    fs::write(job.path("in.csv"), "id_respondent,l1\n1,c\n").unwrap();
    job.again("--rotate=0", 0);
    let names = job.names();
    assert!(!names.iter().any(|name| name.contains("retry")), "{names:?}");
}

#[test]
fn a_round_that_was_killed_is_resumed_and_does_not_overtake_itself() {
    resumes("");
}

#[test]
fn a_round_that_was_killed_does_not_overtake_itself_by_the_store() {
    resumes("--changed-only");
}

/// Kills a round in the middle of a run with these flags, and resumes it.
fn resumes(flags: &str) {
    let ids: Vec<String> = (1..=60).map(|id| id.to_string()).collect();
    let all: Vec<&str> = ids.iter().map(String::as_str).collect();
    let platform = Platform::slow(&all, Duration::from_millis(5));
    let rows = |value: &str| {
        let rows: Vec<String> = all.iter().map(|id| format!("{id},{value}\n")).collect();
        rows.concat()
    };
    // Each respondent stands on two rows, the second far behind the first.
    let input = format!("id_respondent,l1\n{}{}", rows("old"), rows("new"));
    let mut job = Job::run(input, &platform.fake)
        .args("-c 2 --timeout 1s")
        .args(flags);
    job.ends(1);
    platform.refuse(&[]);
    let before = platform.count();
    let mut running = job.start_other("retry in.csv");
    while platform.count() < before + 30 {
        assert!(running.runs(), "it ended by itself");
        pause(Duration::from_millis(1));
    }
    running.kill();
    pause(Duration::from_millis(50));
    let killed = platform.count();
    assert!(job.names().contains(&"in.retry-1.results.csv.journal".to_owned()));
    let ran = job.other("retry in.csv --dry-run", 0);
    assert!(!ran.stdout.contains("superseded"), "{}", ran.stdout);
    let ran = job.other("retry in.csv", 0);
    assert!(ran.stderr.contains("resuming a run of"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("superseded"), "{}", ran.stderr);
    // What is in flight at a kill is repeated.
    let repeated = platform.count() - before - 120;
    assert!(repeated <= 4, "{repeated} after {}", killed - before);
    let calls = platform.fake.calls();
    for id in &all {
        let of_round = calls.iter().skip(before);
        let last = of_round.rev().find(|call| call.respondent() == *id).unwrap();
        assert_eq!(last.get("l1"), Some("new"), "{id}");
    }
    assert_eq!(job.lines("in.retry-1.results.csv").len(), 120);
    assert!(
        job.names()
            .iter()
            .all(|name| !name.contains("interrupted") && !name.contains("retry-2"))
    );
}

#[test]
fn a_failed_file_that_is_edited_while_its_round_is_unfinished_starts_the_round_anew() {
    let platform = Platform::slow(&["1", "2", "3"], Duration::from_millis(30));
    let mut job = Job::run("id_respondent,l1\n1,a\n2,b\n3,c\n", &platform.fake).args("-c 1 --timeout 1s");
    job.ends(1);
    platform.refuse(&[]);
    let before = platform.count();
    let running = job.start_other("retry in.csv");
    while platform.count() < before + 2 {
        pause(Duration::from_millis(1));
    }
    running.kill();
    edit(&job, "in.failed.csv", "3,c", "3,z");
    pause(Duration::from_millis(50));
    let before = platform.count();
    job.other("retry in.csv", 0);
    assert!(platform.calls(before).contains(&"3 l1=z".to_owned()));
    assert!(
        job.names()
            .iter()
            .any(|name| name.starts_with("in.retry-1.interrupted-")),
        "{:?}",
        job.names()
    );
    assert_eq!(job.lines("in.retry-1.results.csv").len(), 3);
}

#[test]
fn a_failed_file_comes_back_in_another_form() {
    let platform = Platform::refusing(&["2", "3"]);
    let input = "id_respondent;l1\n1;Żółty klient\n2;Złoty\n3;Łódź\n";
    let (input, _, _) = encoding_rs::WINDOWS_1250.encode(input);
    let mut job = Job::run(&*input, &platform.fake)
        .args("--encoding windows-1250 --delimiter ;")
        .var("RESPONDENT_SYNC_DELIMITER", ";");
    job.ends(1);
    platform.refuse(&["3"]);
    let before = platform.count();
    job.other("retry in.csv", 1);
    assert_eq!(platform.calls(before), ["2 l1=Złoty", "3 l1=Łódź"]);
    assert!(
        job.bytes("in.retry-1.failed.csv")
            .windows(4)
            .any(|bytes| bytes == b"\xA3\xF3d\x9F")
    );
    // Saved as a workbook beside it.
    pause(Duration::from_millis(20));
    fs::write(
        job.path("in.retry-1.failed.xlsx"),
        workbook("sync_row,sync_action,sync_error,id_respondent,l1\n4,fix,rejected,30,Łódź\n"),
    )
    .unwrap();
    let before = platform.count();
    let ran = job.other("retry in.csv", 0);
    assert_eq!(platform.calls(before), ["30 l1=Łódź"]);
    assert!(
        ran.stderr
            .contains("`in.retry-1.failed.xlsx` is sent; `in.retry-1.failed.csv` is older and not used"),
        "{}",
        ran.stderr
    );
}

#[test]
fn what_cannot_be_retried_is_refused_with_the_reason() {
    let platform = Platform::refusing(&["2"]);
    let run = |input: &str| Job::run(input, &platform.fake);
    let refused = |job: &mut Job, code: i32, reason: &str| {
        let before = platform.count();
        let ran = job.other("retry in.csv", code);
        assert!(ran.stderr.contains(reason), "{}", ran.stderr);
        assert_eq!(platform.count(), before);
    };
    refused(&mut run(""), 2, "no run to retry: there is no `in.summary.json`");

    let mut good = run("id_respondent,l1\n1,a\n");
    good.ends(0);
    refused(&mut good, 0, "nothing to retry: no row of the run failed");

    let old = run("id_respondent,l1\n2,a\n");
    old.ends(1);
    let mut summary = summary(&old, "in.summary.json");
    summary.as_object_mut().unwrap().remove("settings").unwrap();
    let mut old = old.file("in.summary.json", summary.to_string());
    refused(&mut old, 2, "does not hold the settings of its run");

    let mut trial = run("id_respondent,l1\n2,a\n3,b\n").args("--limit 1");
    trial.ends(1);
    let ran = trial.other("retry in.trial.csv", 2);
    assert!(ran.stderr.contains("is of a rehearsal"), "{}", ran.stderr);

    let mut sandbox = run("id_respondent,l1\nx,a\n").args("--sandbox -o in.results.csv");
    sandbox.ends(1);
    refused(&mut sandbox, 2, "is of a rehearsal");

    let mut gone = run("id_respondent,l1\n2,a\n");
    gone.ends(1);
    fs::remove_file(gone.path("in.failed.csv")).unwrap();
    refused(&mut gone, 2, "there is no `in.failed.csv`");

    let ran = gone.other("retry in.csv --limit 1", 2);
    assert!(
        ran.stderr.contains("`--limit` is a flag of `run` alone"),
        "{}",
        ran.stderr
    );
    let ran = gone.other("retry - --log-format json", 2);
    assert!(ran.stderr.contains("found by its results"), "{}", ran.stderr);
}

#[test]
fn a_run_that_is_not_finished_is_resumed_first() {
    let platform = Platform::slow(&["1"], Duration::from_millis(20));
    let mut job = Job::run("id_respondent,l1\n1,a\n2,b\n3,c\n4,d\n", &platform.fake).args("-c 1");
    let running = job.start();
    while platform.count() < 2 {
        pause(Duration::from_millis(1));
    }
    running.kill();
    let ran = job.other("retry in.csv", 2);
    assert!(
        ran.stderr
            .contains("is not finished: start it again with `--resume` first"),
        "{}",
        ran.stderr
    );
    job.again("--resume", 1);
    job.other("retry in.csv", 1);
}

#[test]
fn outputs_elsewhere_are_found_by_the_command_that_is_shown() {
    let platform = Platform::refusing(&["2"]);
    let mut job = Job::run("id_respondent,l1\n2,a\n", &platform.fake).args("--output-dir res --resume");
    fs::create_dir(job.path("res")).unwrap();
    job.ends(1);
    let ran = job.ends(1);
    let results = std::path::Path::new("res").join("in.results.csv");
    assert!(
        ran.stderr
            .contains(&format!("`respondent-sync retry {}`", results.display())),
        "{}",
        ran.stderr
    );
    job.other("retry res/in.results.csv", 1);
    platform.refuse(&[]);
    job.other("retry in.csv --output-dir res", 0);
    assert!(job.path("res/in.retry-2.summary.json").exists());
    let mut job = Job::run("id_respondent,l1\n2,a\n", &platform.fake)
        .args("--output out.csv --failed bad.csv --resume");
    platform.refuse(&["2"]);
    job.ends(1);
    let ran = job.ends(1);
    let command = "retry out.csv --output out.csv --failed bad.csv --summary out.summary.json";
    assert!(ran.stderr.contains(command), "{}", ran.stderr);
    job.other(command, 1);
    let names = job.names();
    for name in ["bad.retry-1.csv", "out.retry-1.csv", "out.retry-1.summary.json"] {
        assert!(names.contains(&name.to_owned()), "{names:?}");
    }
}

#[test]
fn an_overwritten_run_takes_its_rounds_along() {
    let platform = Platform::refusing(&["2"]);
    let mut job = Job::run("id_respondent,l1\n1,a\n2,b\n", &platform.fake);
    job.ends(1);
    job.other("retry in.csv", 1);
    edit(&job, "in.retry-1.failed.csv", "2,b", "2,edited");
    job.again("--overwrite", 1);
    let names = job.names();
    assert!(!names.contains(&"in.retry-1.results.csv".to_owned()), "{names:?}");
    // What a person has edited stays.
    assert!(names.contains(&"in.retry-1.failed.csv".to_owned()), "{names:?}");
    platform.refuse(&[]);
    let before = platform.count();
    job.other("retry in.csv", 0);
    assert_eq!(platform.calls(before), ["2 l1=b"]);
}

#[test]
fn the_store_knows_of_a_later_update_from_another_file() {
    let platform = Platform::refusing(&["2", "3"]);
    let job = Job::run("id_respondent,l1\n1,a\n2,old\n3,old\n", &platform.fake).args("--changed-only");
    job.ends(1);
    platform.refuse(&["3"]);
    let mut job = job
        .file("vip.csv", "id_respondent,l1\n2,new\n")
        .instead_of("in.csv", "vip.csv");
    job.again("--ignore-guards", 0);
    platform.refuse(&[]);
    let before = platform.count();
    job.other("retry in.csv", 0);
    assert_eq!(platform.calls(before), ["3 l1=old"]);
}

#[test]
fn the_recorded_settings_hold_no_secret() {
    let platform = Platform::refusing(&["2"]);
    let monitor = Fake::start(|_| Answer::of(200, "OK"));
    let url = format!("{}/ping/CANARY-URL", monitor.base);
    let mut job = Job::run("id_respondent,l1\n1,a\n2,b\n", &platform.fake)
        .args(&format!("--healthcheck-url {url}"))
        .var("RESPONDENT_SYNC_ACCOUNT", "4242424242")
        .var("RESPONDENT_SYNC_WEBHOOK_KEY", "CANARYKEY")
        .var("RESPONDENT_SYNC_WEBHOOK_AUTH", "CANARYAUTH");
    job.ends(1);
    let text = job.text("in.summary.json");
    assert!(!text.contains("CANARY") && !text.contains("4242424242"), "{text}");
    let settings = &summary(&job, "in.summary.json")["settings"];
    assert_eq!(settings["survey"], "7");
    assert_eq!(settings["rate"], "unlimited");
    for key in ["healthcheck_url", "input", "resume", "account", "output"] {
        assert!(settings.get(key).is_none(), "{settings}");
    }
    // Neither the log nor the monitor has them.
    let ran = job.again("--overwrite --log-format json --summary -", 1);
    assert!(!(ran.stderr + &ran.stdout).contains("id_column") && !text.contains("id_column"));
    let told: Vec<u8> = monitor.calls().into_iter().flat_map(|call| call.body).collect();
    assert!(!String::from_utf8_lossy(&told).contains("\"settings\""));
    job.other("retry in.csv --rate 1000/s", 1);
    assert_eq!(
        summary(&job, "in.retry-1.summary.json")["settings"]["rate"],
        "1000/s"
    );
}

#[cfg(unix)]
#[test]
fn a_summary_that_others_can_write_decides_nothing() {
    use std::os::unix::fs::PermissionsExt as _;

    let platform = Platform::refusing(&["2"]);
    let mut job = Job::run("id_respondent,l1\n2,b\n", &platform.fake);
    job.ends(1);
    let rights = |job: &Job, mode| {
        fs::set_permissions(job.path("in.summary.json"), fs::Permissions::from_mode(mode)).unwrap();
    };
    rights(&job, 0o666);
    let before = platform.count();
    // Whatever is typed: it still decides the survey, and who is left out.
    let typed = format!("retry in.csv --base-url {} --survey 7", platform.fake.base);
    for command in ["retry in.csv", &typed] {
        let ran = job.other(command, 2);
        assert!(
            ran.stderr.contains("let only yourself write it and its folder"),
            "{}",
            ran.stderr
        );
        assert!(ran.stderr.contains("cannot be trusted"), "{}", ran.stderr);
    }
    assert_eq!(platform.count(), before);
    rights(&job, 0o600);
    job.other("retry in.csv", 1);
    let shared = fs::Permissions::from_mode(0o666);
    fs::set_permissions(job.path("in.retry-1.summary.json"), shared).unwrap();
    let ran = job.other("retry in.csv", 2);
    assert!(
        ran.stderr
            .contains("could have written `in.retry-1.summary.json`"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_night_that_compares_with_the_store_leaves_what_was_fixed() {
    let platform = Platform::refusing(&["2"]);
    let mut job = Job::run("id_respondent,l1\n1,a\n2,bad\nx,c\n", &platform.fake)
        .args("--resume --rotate --changed-only");
    job.ends(1);
    edit(&job, "in.failed.csv", "2,bad", "2,good");
    edit(&job, "in.failed.csv", "x,c", "3,c");
    platform.refuse(&["3"]);
    job.other("retry in.csv", 1);
    let before = platform.count();
    let ran = job.ends(1);
    assert!(
        ran.stderr
            .contains("1 row of it failed: fix them in `in.retry-1.failed.csv`"),
        "{}",
        ran.stderr
    );
    platform.refuse(&[]);
    job.other("retry in.csv", 0);
    let ran = job.ends(0);
    assert!(
        ran.stderr.contains("2 rows that failed then went through since"),
        "{}",
        ran.stderr
    );
    assert_eq!(platform.calls(before), ["3 l1=c"]);
}

#[test]
fn a_given_encoding_is_that_of_the_failed_file_too() {
    let platform = Platform::refusing(&[]);
    // By its bytes alone the one failed row would be windows-1250.
    let input = b"id_respondent,l1\n1,\xC5\xBC\n2,z\xB3oty\n";
    let mut job = Job::run(input, &platform.fake).args("--encoding utf-8");
    job.ends(1);
    let before = platform.count();
    job.other("retry in.csv", 1);
    job.other("retry in.csv", 1);
    assert_eq!(platform.count(), before);
    assert!(job.lines("in.retry-2.results.csv")[0].contains(",invalid,encoding,"));
}

#[test]
fn a_later_night_that_was_cut_short_is_known_by_its_journal() {
    let platform = Platform::slow(&["2", "3"], Duration::from_millis(20));
    let mut job = Job::run("id_respondent,l1\n2,old\n3,old\n", &platform.fake)
        .args("-c 1 --timeout 1s --resume --rotate");
    job.ends(1);
    platform.refuse(&[]);
    fs::write(
        job.path("in.csv"),
        "id_respondent,l1\n2,new\n4,new\n5,new\n6,new\n7,new\n",
    )
    .unwrap();
    let before = platform.count();
    let running = job.start();
    while platform.count() < before + 3 {
        pause(Duration::from_millis(1));
    }
    running.kill();
    pause(Duration::from_millis(50));
    let before = platform.count();
    let ran = job.other(&format!("retry in.{}.csv", stamp(&job)), 0);
    assert!(
        ran.stderr.contains("1 row is not sent (`superseded`)"),
        "{}",
        ran.stderr
    );
    assert_eq!(platform.calls(before), ["3 l1=old"]);
}

#[test]
fn rounds_for_excel_are_read_again() {
    let platform = Platform::refusing(&["1", "2"]);
    let mut job =
        Job::run("id_respondent,l1\n1,Żółw\n2,ąę\n1,Łoś\n", &platform.fake).args("--excel --keep l1");
    job.ends(1);
    platform.refuse(&["2"]);
    job.other("retry in.csv", 1);
    assert!(
        job.text("in.retry-1.results.csv")
            .starts_with("\u{FEFF}row;id_respondent;id_survey;status;")
    );
    platform.refuse(&[]);
    let failed = job.text("in.retry-1.failed.csv");
    assert!(failed.contains("\r\n3;fix;"), "{failed}");
    // A row that another one overtook in the round before.
    let added = failed + "2;resend;timeout [ąśź];1;Żółw\r\n";
    fs::write(job.path("in.retry-1.failed.csv"), added).unwrap();
    let before = platform.count();
    job.other("retry in.csv", 0);
    assert_eq!(platform.calls(before), ["2 l1=ąę"]);
    let results = job.text("in.retry-2.results.csv");
    assert!(results.contains(";skipped;superseded;"), "{results}");
}

#[test]
fn a_row_that_was_deleted_is_no_failure_any_more() {
    let platform = Platform::refusing(&["2", "3"]);
    let mut job = Job::run("id_respondent,l1\n1,a\n2,b\n3,c\n", &platform.fake).args("--resume");
    job.ends(1);
    let failed = job.text("in.failed.csv");
    let lines: Vec<&str> = failed.lines().collect();
    fs::write(job.path("in.failed.csv"), lines[..2].join("\n")).unwrap();
    job.other("retry in.csv", 1);
    let ran = job.ends(1);
    assert!(ran.stderr.contains("1 row of it failed"), "{}", ran.stderr);
    let failed = job.text("in.retry-1.failed.csv");
    fs::write(job.path("in.retry-1.failed.csv"), failed.lines().next().unwrap()).unwrap();
    let before = platform.count();
    job.other("retry in.csv --dry-run", 0);
    let ran = job.other("retry in.csv", 0);
    assert!(
        ran.stderr
            .contains("1 row that failed is not in `in.retry-1.failed.csv` any more"),
        "{}",
        ran.stderr
    );
    let ran = job.ends(0);
    assert!(
        ran.stderr
            .contains("2 rows that failed then: deleted or left out since"),
        "{}",
        ran.stderr
    );
    assert_eq!(platform.count(), before);
}

#[test]
fn what_was_deleted_has_not_gone_through() {
    let platform = Platform::refusing(&["2", "3", "4"]);
    let mut job = Job::run("id_respondent,l1\n2,b\n3,c\n4,d\n", &platform.fake).args("--resume");
    job.ends(1);
    let failed = job.text("in.failed.csv");
    let lines: Vec<&str> = failed.lines().collect();
    fs::write(job.path("in.failed.csv"), lines[..2].join("\n")).unwrap();
    platform.refuse(&[]);
    job.other("retry in.csv", 0);
    let ran = job.ends(0);
    assert!(
        ran.stderr
            .contains("of 3 rows that failed then, 1 went through since, 2 deleted or left out"),
        "{}",
        ran.stderr
    );
}
