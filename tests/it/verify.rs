//! `--verify` and `verify`: what was sent is read back.

use crate::support::{Fake, Job, Survey};

const TWO: [(&str, &str, &str, &str); 2] = [
    ("11", "a@example.com", "Standard", "1"),
    ("12", "b@example.com", "", "2"),
];

/// An export that changes label 4 of both respondents, and label 7 of the second.
const INPUT: &str = "id_respondent,l4,l7\n11,VIP,1\n12,Gold,9\n";

fn verifying(survey: &Survey, times: &str) -> (Fake, Job) {
    let fake = survey.start();
    let job = Survey::run(&fake, INPUT).args(&format!("--verify={times}"));
    (fake, job)
}

fn verified(job: &Job, summary: &str) -> serde_json::Value {
    let summary: serde_json::Value = serde_json::from_str(&job.text(summary)).unwrap();
    summary.get("verified").unwrap().clone()
}

#[test]
fn what_is_seen_late_is_waited_for() {
    let survey = Survey::new(&TWO);
    survey.shows_late(2);
    let (_fake, job) = verifying(&survey, "0,0,0,0");
    let ran = job.ends(0);
    assert!(
        ran.stderr.contains("read back: 4 of 4 labels as sent\n"),
        "{}",
        ran.stderr
    );
    assert!(!job.path("in.verify.csv").exists());
}

#[test]
fn what_is_not_seen_yet_is_no_failure() {
    let survey = Survey::new(&TWO);
    survey.shows_late(9);
    let (_fake, job) = verifying(&survey, "0,0");
    let ran = job.ends(0);
    let words = "read back: 1 of 4 labels as sent, 3 not visible yet";
    assert!(ran.stderr.contains(words), "{}", ran.stderr);
    insta::assert_snapshot!(job.text("in.verify.csv"), @r"
    row,id_respondent,id_survey,label,state,sent,listed
    2,11,7,l4,waiting,VIP,Standard
    3,12,7,l4,waiting,Gold,
    3,12,7,l7,waiting,9,2
    ");
    assert_eq!(verified(&job, "in.summary.json").get("waiting").unwrap(), 3);
}

#[test]
fn another_value_accuses_its_row() {
    let survey = Survey::new(&TWO);
    let fake = survey.start();
    let mut job = Survey::run(&fake, INPUT);
    job.ends(0);
    survey.edit("12", 4, "Person's");
    let ran = job.other("verify in.csv --verify=0", 1);
    assert!(
        ran.stdout.contains("3 of 4 labels as sent, 1 with another value"),
        "{}",
        ran.stdout
    );
    insta::assert_snapshot!(job.text("in.verify.csv"), @r"
    row,id_respondent,id_survey,label,state,sent,listed
    3,12,7,l4,different,Gold,Person's
    ");
    // Once it is seen, the list of what is not would mislead.
    survey.edit("12", 4, "Gold");
    job.other("verify in.csv --verify=0", 0);
    assert!(!job.path("in.verify.csv").exists());
}

#[test]
fn another_value_of_a_run_is_its_exit_code() {
    let survey = Survey::new(&TWO);
    survey.shows(|value| {
        if value == "Gold" {
            "Silver".to_owned()
        } else {
            value.to_owned()
        }
    });
    let (_fake, job) = verifying(&survey, "0");
    let ran = job.args("--summary -").ends(1);
    let printed: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(printed.get("exit_code").unwrap(), 1);
    assert_eq!(
        printed.get("why").unwrap(),
        "1 label not as sent on the mailing list"
    );
}

#[test]
fn if_all_are_different_it_is_the_reading_that_is_wrong() {
    let survey = Survey::new(&TWO);
    survey.shows(|value| format!("label of {value}"));
    let (_fake, job) = verifying(&survey, "0");
    let ran = job.ends(0);
    assert!(
        ran.stderr.contains("reading does not fit writing"),
        "{}",
        ran.stderr
    );
    assert!(!job.path("in.verify.csv").exists());
    // What the run left as it was is still as before, in the list's own way.
    let verified = verified(&job, "in.summary.json");
    assert_eq!(
        (verified["different"].as_u64(), verified["waiting"].as_u64()),
        (Some(3), Some(1))
    );
}

#[test]
fn white_space_and_entities_are_the_same_value() {
    let survey = Survey::new(&[("11", "a@example.com", "", "")]);
    survey.shows(|value| value.replace('&', "&amp;").replace(' ', "\u{a0}"));
    let fake = survey.start();
    let job = Survey::run(&fake, "id_respondent,l4,l7\n11,Black & White,9\n").args("--verify=0");
    let ran = job.ends(0);
    let words = "1 of 2 labels as sent, 1 with other white space or entities";
    assert!(ran.stderr.contains(words), "{}", ran.stderr);
    let line = "2,11,7,l4,normalised,Black & White,Black\u{a0}&amp;\u{a0}White\n";
    assert!(job.text("in.verify.csv").ends_with(line));
}

#[test]
fn of_several_rows_the_last_counts_and_failed_ones_do_not() {
    let survey = Survey::new(&TWO);
    let fake = survey.start();
    let input = "id_respondent,l4,l7\n11,First,1\n11,Last,\n12,,x\n99,a,b\n";
    let job = Survey::run(&fake, input).args("--verify=0 --no-match invalid");
    let ran = job.ends(1);
    assert!(
        ran.stderr.contains("read back: 3 of 3 labels as sent"),
        "{}",
        ran.stderr
    );
}

#[test]
fn who_left_the_list_is_no_failure() {
    let survey = Survey::new(&TWO);
    let fake = survey.start();
    let mut job = Survey::run(&fake, INPUT);
    job.ends(0);
    survey.remove("11");
    let ran = job.other("verify in.csv --verify=0", 0);
    assert!(
        ran.stdout
            .contains("2 of respondents who are not on the list any more"),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_list_that_cannot_be_read_afterwards_leaves_the_verdicts() {
    let survey = Survey::new(&TWO);
    survey.refuses_after_a_call(503);
    let fake = survey.start();
    let job = Survey::run(&fake, INPUT).args("--verify=0 --max-retries 0 --report page.html");
    let ran = job.ends(5);
    assert!(
        ran.stderr.contains("the list could not be read back"),
        "{}",
        ran.stderr
    );
    assert_eq!(job.lines("in.results.csv").len(), 2);
    assert!(job.path("page.html").exists() && !job.path("in.results.csv.journal").exists());
    // What came of it is read later.
    survey.refuses(None);
    let mut job = job;
    let ran = job.other("verify in.csv --verify=0", 0);
    assert!(ran.stdout.contains("4 of 4 labels as sent"), "{}", ran.stdout);
}

#[test]
fn a_run_without_a_list_is_verified_too() {
    let survey = Survey::new(&TWO);
    let fake = survey.start();
    let mut job = Survey::run(&fake, INPUT).without_switch("--pull");
    job.ends(0);
    let ran = job.other("verify in.csv --verify=0", 0);
    assert!(ran.stdout.contains("4 of 4 labels as sent"), "{}", ran.stdout);
    assert!(!job.path("in.respondents.csv").exists());
}

#[test]
fn another_input_and_an_unfinished_run_are_refused() {
    let survey = Survey::new(&TWO);
    let fake = survey.start();
    let mut job = Survey::run(&fake, INPUT);
    let ran = job.other("verify in.csv", 2);
    assert!(ran.stderr.contains("no run to verify"), "{}", ran.stderr);
    let job = Survey::run(&fake, INPUT);
    job.ends(0);
    let mut job = job.file("in.csv", "id_respondent,l4,l7\n11,Other,1\n");
    let ran = job.other("verify in.csv", 2);
    assert!(ran.stderr.contains("it has changed since"), "{}", ran.stderr);
    let ran = job.other("verify in.csv --limit 1", 2);
    assert!(
        ran.stderr.contains("`--limit` is a flag of `run` alone"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_run_that_is_killed_while_it_waits_is_resumed_without_a_call() {
    let survey = Survey::new(&TWO);
    survey.shows_late(1);
    let (fake, job) = verifying(&survey, "0,1h");
    let running = job.start();
    while !job.path("in.verify.csv").exists() {
        crate::support::pause(std::time::Duration::from_millis(20));
    }
    running.kill();
    let calls = |fake: &Fake| {
        let calls = fake.calls();
        calls
            .iter()
            .filter(|call| call.target.contains("update-respondent"))
            .count()
    };
    assert_eq!(calls(&fake), 2);
    let job = job.instead_of("--verify=0,1h", "--verify=0").args("--resume");
    let ran = job.ends(0);
    assert!(
        ran.stderr.contains("read back: 4 of 4 labels as sent"),
        "{}",
        ran.stderr
    );
    assert_eq!(calls(&fake), 2);
}

#[test]
fn a_list_that_was_not_read_before_proves_nothing() {
    let survey = Survey::new(&[("11", "a@example.com", "VIP", "1")]);
    let fake = survey.start();
    let mut job = Survey::run(&fake, "id_respondent,l4\n11,VIP\n").without_switch("--pull");
    job.ends(0);
    job.other("verify in.csv --verify=0", 0);
    let check = format!("check in.csv --survey 7 --pull --base-url {}", fake.base);
    let ran = job.other(&check, 0);
    assert!(!ran.stdout.contains("change"), "{}", ran.stdout);
}

#[test]
fn a_repeated_line_leaves_the_list_of_before() {
    let survey = Survey::new(&TWO);
    let fake = survey.start();
    let mut job = Survey::run(&fake, INPUT).args("--resume --rotate");
    job.ends(0);
    let before = job.text("in.respondents.csv");
    survey.edit("12", 4, "Person's");
    let ran = job.again("", 0);
    assert!(ran.stderr.contains("already sent"), "{}", ran.stderr);
    assert_eq!(job.text("in.respondents.csv"), before);
    job.other("verify in.csv --verify=0", 1);
}

#[test]
fn a_list_that_was_not_read_back_is_no_failed_row_the_next_time() {
    let survey = Survey::new(&TWO);
    survey.refuses_after_a_call(503);
    let fake = survey.start();
    let mut job = Survey::run(&fake, INPUT).args("--verify=0 --max-retries 0 --resume --rotate");
    job.ends(5);
    survey.refuses(None);
    let ran = job.again("", 0);
    assert!(ran.stderr.contains("already sent"), "{}", ran.stderr);
}

#[test]
#[cfg(unix)]
fn a_signal_ends_the_reading_with_its_own_code() {
    let survey = Survey::new(&TWO);
    survey.shows_late(9);
    let (_fake, job) = verifying(&survey, "0,1h");
    let running = job.start();
    while !job.path("in.verify.csv").exists() {
        crate::support::pause(std::time::Duration::from_millis(20));
    }
    running.signal("INT");
    let ran = running.wait();
    assert_eq!(ran.code, 130, "{}", ran.stderr);
    let summary: serde_json::Value = serde_json::from_str(&job.text("in.summary.json")).unwrap();
    assert_eq!(
        (summary["exit_code"].as_u64(), summary["finished"].as_bool()),
        (Some(130), Some(true))
    );
}
