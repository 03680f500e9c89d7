//! Rounds of a retry among interruptions, other runs and the store: nobody is set back, and what was
//! corrected is sent.

use std::fs;
use std::time::Duration;

use super::{Platform, edit, stamp, summary};
use crate::support::{Answer, Fake, Job, pause};

#[test]
fn what_was_typed_for_a_round_holds_for_the_next() {
    let platform = Platform::refusing(&["1", "2"]);
    let input = "id_respondent,A,B\n1,wrong,right\n2,wrong,right\n";
    let mut job = Job::new("run in.csv --rate unlimited --survey 7 --map l1=A")
        .args(&format!("--base-url {}", platform.fake.base))
        .file("in.csv", input);
    job.ends(1);
    platform.refuse(&["2"]);
    job.other("retry in.csv --map l1=B --survey 8", 1);
    platform.refuse(&[]);
    let before = platform.count();
    job.other("retry in.csv", 0);
    assert_eq!(platform.calls(before), ["2 l1=right"]);
    assert!(
        job.lines("in.retry-2.results.csv")[0].contains(",2,8,success,"),
        "{}",
        job.text("in.retry-2.results.csv")
    );
}

#[test]
fn a_file_of_a_person_is_no_round_because_of_its_name() {
    let platform = Platform::refusing(&["1", "2"]);
    let mut job = Job::run("id_respondent,l1\n1,a\n2,b\n", &platform.fake);
    job.ends(1);
    let failed = job.text("in.failed.csv");
    let first: Vec<&str> = failed.lines().take(2).collect();
    fs::write(job.path("in.retry-1.csv"), first.join("\n")).unwrap();
    platform.refuse(&[]);
    let base = format!("--base-url {} --survey 7", platform.fake.base);
    job.other(&format!("run in.retry-1.csv {base}"), 0);
    let ran = job.again("--resume", 1);
    assert!(ran.stderr.contains("2 rows of it failed"), "{}", ran.stderr);
    let before = platform.count();
    job.other("retry in.csv", 0);
    // What the person has sent is later than the run.
    assert_eq!(platform.calls(before), ["2 l1=b"]);
    assert!(job.names().contains(&"in.retry-2.results.csv".to_owned()));
    assert_eq!(
        summary(&job, "in.retry-1.summary.json")["retry_of"],
        serde_json::Value::Null
    );
    job.again("--resume", 0);
}

#[test]
fn a_round_that_starts_anew_knows_what_its_interrupted_attempt_has_sent() {
    let others: Vec<String> = (10..40).map(|id| format!("{id},z\n")).collect();
    let platform = Platform::slow(&[], Duration::from_millis(20));
    let all: Vec<String> = (1..40).map(|id| id.to_string()).collect();
    platform.refuse(&all.iter().map(String::as_str).collect::<Vec<_>>());
    let input = format!("id_respondent,l1\n1x,old\n1,new\n3,wrong\n{}", others.concat());
    let mut job = Job::run(input, &platform.fake).args("-c 2 --timeout 1s");
    job.ends(1);
    platform.refuse(&[]);
    let before = platform.count();
    let running = job.start_other("retry in.csv");
    while platform.count() < before + 8 {
        pause(Duration::from_millis(1));
    }
    running.kill();
    pause(Duration::from_millis(50));
    edit(&job, "in.failed.csv", "1x,old", "1,old");
    edit(&job, "in.failed.csv", "3,wrong", "3,right");
    let failed = job.text("in.failed.csv");
    let kept: Vec<&str> = failed.lines().filter(|line| !line.ends_with("1,new")).collect();
    fs::write(job.path("in.failed.csv"), kept.join("\n")).unwrap();
    let before = platform.count();
    let ran = job.other("retry in.csv", 0);
    assert!(ran.stderr.contains("not sent (`superseded`)"), "{}", ran.stderr);
    let calls = platform.calls(before);
    // A corrected value is sent, though the round has updated the respondent with the old one.
    assert!(calls.contains(&"3 l1=right".to_owned()), "{calls:?}");
    assert!(!calls.iter().any(|call| call.starts_with("1 ")), "{calls:?}");
    let aside = job.names();
    assert!(
        aside
            .iter()
            .any(|name| name.starts_with("in.retry-1.interrupted-")),
        "{aside:?}"
    );
}

#[test]
fn a_round_that_was_killed_is_resumed_with_what_was_typed_for_it() {
    let failing = ["1", "2", "3", "4", "5", "6", "7", "8"];
    let platform = Platform::slow(&failing, Duration::from_millis(40));
    let rows = failing.map(|id| format!("{id},a,x{id}\n"));
    let mut job =
        Job::run(format!("id_respondent,l1,l2\n{}", rows.concat()), &platform.fake).args("-c 1 --timeout 1s");
    job.ends(1);
    platform.refuse(&[]);
    kill_after(&platform, &mut job, "retry in.csv --map l3=l2 --survey 8", 2);
    let before = platform.count();
    let ran = job.other("retry in.csv", 0);
    assert!(ran.stderr.contains("resuming a run of"), "{}", ran.stderr);
    assert!(platform.calls(before).contains(&"8 l3=x8".to_owned()));
}

#[test]
fn corrections_that_a_killed_round_has_not_sent_are_not_dropped_in_silence() {
    let failing = ["1", "2", "3", "4", "5", "6", "7", "8"];
    let platform = Platform::slow(&failing, Duration::from_millis(40));
    let rows = failing.map(|id| format!("{id},a\n"));
    let input = format!("id_respondent,l1\n{}", rows.concat());
    let mut job = Job::run(input, &platform.fake).args("-c 1 --timeout 1s --resume --rotate");
    job.ends(1);
    platform.refuse(&[]);
    edit(&job, "in.failed.csv", "8,a", "8,corrected");
    kill_after(&platform, &mut job, "retry in.csv", 2);
    fs::write(job.path("in.csv"), "id_respondent,l1\n1,b\n").unwrap();
    let ran = job.ends(0);
    assert!(
        ran.stderr
            .contains("a retry of the last run was not finished: corrections that it has not sent"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_row_that_was_in_flight_at_a_kill_and_then_deleted_may_have_been_applied() {
    let platform = Platform::slow(&["1", "2", "3"], Duration::from_millis(300));
    let mut job =
        Job::run("id_respondent,l1\n1x,old\n2,b\n1,new\n3,c\n", &platform.fake).args("-c 4 --timeout 1s");
    job.ends(1);
    platform.refuse(&[]);
    let before = platform.count();
    let mut running = job.start_other("retry in.csv");
    while platform.count() < before + 3 {
        assert!(running.runs(), "it ended by itself");
        pause(Duration::from_millis(1));
    }
    running.kill();
    pause(Duration::from_millis(400));
    edit(&job, "in.failed.csv", "1x,old", "1,old");
    let failed = job.text("in.failed.csv");
    let kept: Vec<&str> = failed.lines().filter(|line| !line.ends_with("1,new")).collect();
    fs::write(job.path("in.failed.csv"), kept.join("\n")).unwrap();
    let before = platform.count();
    job.other("retry in.csv", 0);
    // Whether the first answer was recorded before the kill depends on the moment.
    let calls = platform.calls(before);
    assert!(calls.contains(&"3 l1=c".to_owned()), "{calls:?}");
    assert!(!calls.contains(&"1 l1=old".to_owned()), "{calls:?}");
}

#[test]
fn a_rehearsal_in_the_sandbox_under_the_real_names_sets_nobody_aside() {
    let platform = Platform::refusing(&["1"]);
    let mut job = Job::run("id_respondent,l1\n1,a\n2,b\n", &platform.fake).args("--resume --rotate");
    job.ends(1);
    job.other(
        "run in.csv --sandbox --survey 7 -o in.results.csv --resume --rotate",
        0,
    );
    platform.refuse(&[]);
    let before = platform.count();
    job.other(&format!("retry in.{}.csv", stamp(&job)), 0);
    assert_eq!(platform.calls(before), ["1 l1=a"]);
}

/// Starts a command, and kills it after some more calls.
fn kill_after(platform: &Platform, job: &mut Job, command: &str, calls: usize) {
    let before = platform.count();
    let mut running = job.start_other(command);
    while platform.count() < before + calls {
        assert!(running.runs(), "it ended by itself");
        pause(Duration::from_millis(1));
    }
    running.kill();
    pause(Duration::from_millis(80));
}

#[test]
fn a_value_that_was_corrected_after_a_kill_is_sent_in_spite_of_the_store() {
    let ids: Vec<String> = (1..=80).map(|id| id.to_string()).collect();
    let platform = Platform::slow(&[], Duration::from_millis(30));
    platform.refuse(&ids.iter().map(String::as_str).collect::<Vec<_>>());
    let rows: Vec<String> = ids.iter().map(|id| format!("{id},wrong\n")).collect();
    let mut job = Job::run(format!("id_respondent,l1\n{}", rows.concat()), &platform.fake)
        .args("-c 1 --timeout 1s --changed-only");
    job.ends(1);
    platform.refuse(&[]);
    // The store has the first acknowledgements by then.
    kill_after(&platform, &mut job, "retry in.csv", 60);
    edit(&job, "in.failed.csv", "wrong", "right");
    let before = platform.count();
    job.other("retry in.csv", 0);
    assert!(platform.calls(before).contains(&"1 l1=right".to_owned()));
}

#[test]
fn another_run_between_the_starts_of_a_run_or_of_a_round_is_a_later_one() {
    let platform = Platform::slow(&["1"], Duration::from_millis(40));
    let base = format!(
        "--base-url {} --survey 7 --changed-only --timeout 1s --rate unlimited",
        platform.fake.base
    );
    let input = "id_respondent,l1\n1,old\n2,b\n3,c\n4,d\n9,old\n5,e\n6,f\n7,g\n8,h\n";
    let mut job = Job::new("run in.csv --resume -c 1")
        .args(&base)
        .file("in.csv", input)
        .file("vip.csv", "id_respondent,l1\n1,new\n")
        .file("vip2.csv", "id_respondent,l1\n9,new\n");
    kill_after(
        &platform,
        &mut job,
        &format!("run in.csv --resume -c 1 {base}"),
        3,
    );
    platform.refuse(&[]);
    job.other(&format!("run vip.csv {base}"), 0);
    platform.refuse(&["9", "3", "4", "5", "6", "7", "8"]);
    job.ends(1);
    platform.refuse(&["9"]);
    kill_after(&platform, &mut job, "retry in.csv", 4);
    platform.refuse(&[]);
    job.other(&format!("run vip2.csv {base} --ignore-guards"), 0);
    kill_after(&platform, &mut job, "retry in.csv", 1);
    // What a killed attempt had recorded depends on the moment: then a round is left that says so.
    job.start_other("retry in.csv").wait();
    job.other("retry in.csv", 0);
    let calls = platform.fake.calls();
    for id in ["1", "9"] {
        let last = calls.iter().rev().find(|call| call.respondent() == id).unwrap();
        assert_eq!(last.get("l1"), Some("new"), "{id}");
    }
}

#[test]
fn a_store_that_is_younger_than_the_run_knows_later_runs_only() {
    let platform = Platform::refusing(&["1", "3"]);
    let mut job = Job::run("id_respondent,l1\n1,old\n2,b\n3,c\n", &platform.fake)
        .file("vip.csv", "id_respondent,l1\n1,new\n");
    job.ends(1);
    platform.refuse(&[]);
    let base = format!("--base-url {} --survey 7", platform.fake.base);
    job.other(&format!("run vip.csv {base} --changed-only"), 0);
    let before = platform.count();
    job.other("retry in.csv", 0);
    assert_eq!(platform.calls(before), ["3 l1=c"]);
}

#[test]
fn a_row_that_was_unchanged_later_has_the_newer_value() {
    let platform = Platform::refusing(&[]);
    let mut job =
        Job::run("id_respondent,l1\n1,current\n", &platform.fake).args("--changed-only --resume --rotate");
    job.ends(0);
    fs::write(
        job.path("in.csv"),
        "id_respondent,l1\nx1,old\n2x,typo\n1,current\n",
    )
    .unwrap();
    job.again("--ignore-guards", 1);
    edit(&job, "in.failed.csv", "x1,old", "1,old");
    let before = platform.count();
    job.other("retry in.csv", 1);
    assert_eq!(platform.count(), before);
    // A later night.
    let mut job = Job::run("id_respondent,l1\n2,current\n3,c\n", &platform.fake)
        .args("--changed-only --resume --rotate --ignore-guards");
    job.ends(0);
    let nights = [
        "id_respondent,l1\n2x,typo\n3,c\n",
        "id_respondent,l1\n2,current\n3,d\n",
    ];
    let mut stamps: Vec<String> = Vec::new();
    for (night, code) in nights.into_iter().zip([1, 0]) {
        // A set is known by the second of its start.
        pause(Duration::from_millis(1100));
        fs::write(job.path("in.csv"), night).unwrap();
        job.ends(code);
        stamps = job
            .names()
            .iter()
            .filter_map(|name| Some(name.strip_prefix("in.")?.strip_suffix("Z.failed.csv")?.to_owned()))
            .collect();
    }
    let set = format!("in.{}Z", stamps[0]);
    edit(&job, &format!("{set}.failed.csv"), "2x,typo", "2,typo");
    let before = platform.count();
    job.other(&format!("retry {set}.csv"), 0);
    assert_eq!(platform.count(), before);
}

#[test]
fn what_may_have_been_applied_later_is_later() {
    let fake = Fake::start(|call| match call.get("l1") {
        Some("old") => Answer::error("no"),
        Some("hangs") => {
            pause(Duration::from_millis(1500));
            Answer::success()
        }
        _ => Answer::success(),
    });
    let mut job = Job::run("id_respondent,l1\n1,old\n2,old\n2,hangs\n", &fake)
        .args("--resume --rotate --timeout 1s --max-retries 0");
    job.ends(1);
    let before = fake.calls().len();
    fs::write(job.path("in.csv"), "id_respondent,l1\n1,hangs\n").unwrap();
    job.ends(1);
    assert!(job.lines("in.results.csv")[0].contains(",unconfirmed,"));
    job.other(&format!("retry in.{}.csv", stamp(&job)), 1);
    let calls = fake.calls();
    let sent = calls.iter().skip(before + 1).map(|call| call.get("l1"));
    assert_eq!(sent.collect::<Vec<_>>(), [Some("hangs")]);
}

#[test]
fn a_trial_of_the_next_export_is_a_later_run_and_one_before_the_run_is_not() {
    let platform = Platform::refusing(&["1", "2"]);
    let mut job = Job::run("id_respondent,l1\n3,trial\n1,old\n2,old\n", &platform.fake);
    job.again("--limit 2", 1);
    job.ends(1);
    platform.refuse(&[]);
    fs::write(job.path("in.csv"), "id_respondent,l1\n1,new\n2,new\n").unwrap();
    job.again("--sandbox --limit 1", 0);
    job.again("--limit 1", 0);
    let before = platform.count();
    job.other("retry in.csv", 0);
    assert_eq!(platform.calls(before), ["2 l1=old"]);
    // A trial in the sandbox has updated nobody.
    platform.refuse(&["1"]);
    fs::write(job.path("in.csv"), "id_respondent,l1\n1,newest\n2,newest\n").unwrap();
    job.again("--overwrite", 1);
    platform.refuse(&[]);
    job.again("--sandbox --limit 1", 0);
    let before = platform.count();
    job.other("retry in.csv", 0);
    assert_eq!(platform.calls(before), ["1 l1=newest"]);
}

#[test]
fn a_night_of_the_same_export_does_not_undo_what_a_round_corrected() {
    let failing = ["1", "2", "3", "5", "6", "7", "8", "9"];
    let platform = Platform::slow(&failing, Duration::from_millis(40));
    let input = "id_respondent,l1\n1,typo\n2,b\n3,c\n4,d\n5,e\n6,f\n7,g\n8,h\n9,i\n";
    let mut job = Job::run(input, &platform.fake).args("--changed-only --resume --rotate -c 1 --timeout 1s");
    job.ends(1);
    edit(&job, "in.failed.csv", "typo", "corrected");
    platform.refuse(&["2"]);
    // Neither an unfinished round,
    kill_after(&platform, &mut job, "retry in.csv", 2);
    let before = platform.count();
    let ran = job.ends(1);
    assert!(
        ran.stderr.contains("then `respondent-sync retry in.csv`"),
        "{}",
        ran.stderr
    );
    assert_eq!(platform.count(), before);
    // nor a finished one is undone.
    job.other("retry in.csv", 1);
    let before = platform.count();
    let ran = job.ends(1);
    assert!(
        ran.stderr
            .contains("1 row of it failed: fix them in `in.retry-1.failed.csv`"),
        "{}",
        ran.stderr
    );
    assert_eq!(platform.count(), before);
    platform.refuse(&[]);
    job.other("retry in.csv", 0);
    job.ends(0);
    assert_eq!(platform.calls(before), ["2 l1=b"]);
}

#[test]
fn a_retry_says_if_the_export_was_renewed_since() {
    let platform = Platform::refusing(&["1"]);
    let input = "id_respondent,l1\n1,old\n2,b\n";
    let mut job = Job::run(input, &platform.fake);
    job.ends(1);
    pause(Duration::from_millis(20));
    fs::write(job.path("in.csv"), input).unwrap();
    let ran = job.other("retry in.csv", 1);
    assert!(
        !ran.stderr.contains("is not the export of this run"),
        "{}",
        ran.stderr
    );
    fs::write(job.path("in.csv"), "id_respondent,l1\n1,new\n2,b\n").unwrap();
    for words in ["retry in.csv", "retry in.results.csv"] {
        let ran = job.other(words, 1);
        assert!(
            ran.stderr
                .contains("`in.csv` is not the export of this run any more, which began on 20"),
            "{}",
            ran.stderr
        );
    }
}

#[test]
fn a_later_row_that_is_still_in_the_failed_file_suppresses_no_earlier_one_after_a_kill() {
    let platform = Platform::slow(&["1", "5"], Duration::from_millis(40));
    let mut job =
        Job::run("id_respondent,l1\n5,e\n1,a\n1,b\n6,f\n", &platform.fake).args("-c 1 --timeout 1s");
    job.ends(1);
    platform.refuse(&[]);
    kill_after(&platform, &mut job, "retry in.csv", 1);
    edit(&job, "in.failed.csv", "1,a", "1,c");
    let before = platform.count();
    job.other("retry in.csv", 0);
    let calls = platform.fake.calls();
    let sent: Vec<&str> = calls
        .iter()
        .skip(before)
        .filter(|call| call.respondent() == "1")
        .filter_map(|call| call.get("l1"))
        .collect();
    assert_eq!(sent, ["c", "b"]);
}
