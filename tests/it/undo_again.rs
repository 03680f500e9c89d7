//! `undo` with what came before and after it: another undoing, failed calls, retry rounds, a cut run, nights
//! that keep what people edit.

use std::fs;
use std::time::{Duration, SystemTime};

use crate::support::{Answer, Fake, Job, Survey, pause};

const TWO: [(&str, &str, &str, &str); 2] = [
    ("11", "a@example.com", "Standard", "1"),
    ("12", "b@example.com", "", "2"),
];

const INPUT: &str = "id_respondent,l4\n11,VIP\n12,VIP\n";

const UNDO: &str = "undo in.csv --yes --empty send --rate unlimited";

/// Starts a platform that rejects one value.
fn rejecting_bad(survey: &Survey) -> Fake {
    let survey = survey.clone();
    Fake::start(move |call| match call.get("l4") {
        Some("BAD") => Answer::error("no"),
        _ => survey.answer(call),
    })
}

#[test]
fn a_run_can_be_undone_as_often_as_it_is_made() {
    let survey = Survey::new(&TWO);
    let before = survey.all();
    let fake = survey.start();
    let mut job = Survey::run(&fake, INPUT);
    for _ in 0..2 {
        job.again("--overwrite", 0);
        assert_ne!(survey.all(), before);
        let ran = job.other(UNDO, 0);
        assert!(
            ran.stderr.contains("2 labels of 2 contacts put back"),
            "{}",
            ran.stderr
        );
        assert_eq!(survey.all(), before);
    }
}

#[test]
fn an_undoing_that_failed_is_repeated_and_its_marks_reach_nobody() {
    let survey = Survey::new(&TWO);
    let before = survey.all();
    let fake = survey.start();
    let mut job = Survey::run(&fake, INPUT);
    job.ends(0);
    survey.rejects(&["11", "12"]);
    job.other(UNDO, 1);
    survey.rejects(&[]);
    let failed = "run in.restore.failed.csv --survey 7 --rate unlimited";
    job.other(&format!("{failed} --base-url {}", fake.base), 0);
    assert_eq!(survey.label("12", 4), "VIP", "a mark for a blank is no value");
    job.other(UNDO, 0);
    assert_eq!(survey.all(), before);
}

#[test]
fn accepted_failures_of_the_run_are_no_excuse() {
    let survey = Survey::new(&TWO);
    let fake = survey.start();
    let mut job = Survey::run(&fake, INPUT).args("--accept-failures 50%");
    job.ends(0);
    survey.rejects(&["11"]);
    job.other(UNDO, 1);
    assert!(job.path("in.undo.csv").exists());
    survey.rejects(&[]);
    job.other(UNDO, 0);
    assert_eq!(survey.label("11", 4), "Standard");
}

#[test]
fn a_value_of_white_space_is_a_blank_one() {
    let survey = Survey::new(&[("11", "a@example.com", " \u{a0}\t", "1")]);
    let fake = survey.start();
    let mut job = Survey::run(&fake, "id_respondent,l4\n11,VIP\n");
    job.ends(0);
    let ran = job.other("undo in.csv --yes", 1);
    assert!(
        ran.stderr.contains("1 label not restored, blank before the run"),
        "{}",
        ran.stderr
    );
    job.other(UNDO, 0);
    assert_eq!(survey.label("11", 4), "");
}

#[test]
fn of_a_respondent_with_a_failed_row_any_value_of_the_run_is_put_back() {
    let survey = Survey::new(&TWO);
    let fake = rejecting_bad(&survey);
    let mut job = Survey::run(&fake, "id_respondent,l4\n11,VIP\n11,BAD\n");
    job.ends(1);
    assert_eq!(survey.label("11", 4), "VIP");
    job.other(UNDO, 0);
    assert_eq!(survey.label("11", 4), "Standard");
}

#[test]
fn what_a_retry_has_sent_is_put_back_with_its_run() {
    let survey = Survey::new(&TWO);
    let before = survey.all();
    let fake = rejecting_bad(&survey);
    let mut job = Survey::run(&fake, "id_respondent,l4\n11,BAD\n12,VIP\n");
    job.ends(1);
    let failed = job.text("in.failed.csv");
    fs::write(job.path("in.failed.csv"), failed.replace("BAD", "GOOD")).unwrap();
    job.other("retry in.csv", 0);
    assert_eq!(survey.label("11", 4), "GOOD");
    job.other(UNDO, 0);
    assert_eq!(survey.all(), before);
}

#[test]
fn nobody_goes_on_with_a_run_that_was_undone() {
    let survey = Survey::new(&TWO);
    let before = survey.all();
    let of_fake = survey.clone();
    let fake = Fake::start(move |call| {
        if call.respondent() == "12" && call.before == 0 {
            return Answer::Hang;
        }
        of_fake.answer(call)
    });
    let job = Survey::run(&fake, INPUT).args("--concurrency 1 --resume --rotate");
    let running = job.start();
    while survey.label("11", 4) != "VIP" {
        pause(Duration::from_millis(10));
    }
    running.kill();
    let mut job = job;
    job.other(&format!("{UNDO} --base-url {}", fake.base), 0);
    assert_eq!(survey.all(), before);
    job.again("", 0);
    let labels = [survey.label("11", 4), survey.label("12", 4)];
    assert_eq!(labels, ["VIP", "VIP"], "the next night sends all rows");
    job.other(UNDO, 0);
    assert_eq!(survey.all(), before);
}

#[test]
fn a_night_that_keeps_what_people_edit_is_undone() {
    let survey = Survey::new(&TWO);
    let fake = survey.start();
    let night = "--changed-only --on-conflict keep --verify=0 --resume --rotate";
    let mut job = Survey::run(&fake, INPUT).args(night);
    job.ends(0);
    survey.edit("12", 4, "Person's");
    fs::write(job.path("in.csv"), "id_respondent,l4,l7\n11,Gold,1\n12,VIP,5\n").unwrap();
    let ran = job.again("", 0);
    assert!(
        ran.stderr.contains("read back: 3 of 3 labels as sent"),
        "{}",
        ran.stderr
    );
    let ran = job.other("verify in.csv --verify=0", 0);
    assert!(ran.stdout.contains("3 of 3 labels as sent"), "{}", ran.stdout);
    job.other(UNDO, 0);
    let labels = [
        survey.label("11", 4),
        survey.label("12", 4),
        survey.label("12", 7),
    ];
    assert_eq!(labels, ["VIP", "Person's", "2"]);
}

#[test]
fn each_trial_can_be_undone_and_is_named() {
    let survey = Survey::new(&TWO);
    let before = survey.all();
    let fake = survey.start();
    let mut job: Job = Survey::run(&fake, INPUT);
    job.again("--limit 1", 0);
    job.again("--limit 1", 0);
    let names = job.names();
    assert!(
        names.iter().any(|name| name.starts_with("in.trial.2")),
        "{names:?}"
    );
    job.ends(0);
    let ran = job.other("undo in.csv --dry-run --empty send", 0);
    assert!(
        !ran.stderr.contains("A trial"),
        "the last trial has changed nothing: {}",
        ran.stderr
    );
    let aside = names.iter().find(|name| name.starts_with("in.trial.2")).unwrap();
    job.other(UNDO, 0);
    let of_trial = format!(
        "undo {aside} --yes --empty send --rate unlimited --base-url {}",
        fake.base
    );
    job.other(&of_trial, 0);
    assert_eq!(survey.all(), before);
}

#[test]
fn a_run_without_a_list_hides_the_changes_of_an_earlier_one() {
    let survey = Survey::new(&TWO);
    let fake = survey.start();
    let job = Survey::run(&fake, INPUT);
    job.ends(0);
    let undo = fs::File::options()
        .write(true)
        .open(job.path("in.undo.csv"))
        .unwrap();
    undo.set_modified(SystemTime::now() - Duration::from_hours(1))
        .unwrap();
    drop(undo);
    fs::write(job.path("in.csv"), "id_respondent,l4\n11,Other\n").unwrap();
    let mut job = job.without_switch("--pull").args("--overwrite");
    job.ends(0);
    let ran = job.other(UNDO, 2);
    assert!(
        ran.stderr.contains("the last run has not written down"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_round_that_changed_nothing_is_in_nobodys_way() {
    let survey = Survey::new(&TWO);
    let before = survey.all();
    let fake = survey.start();
    let mut job = Survey::run(&fake, "id_respondent,l4\n99,VIP\n12,VIP\n").args("--no-match invalid");
    job.ends(1);
    job.other("retry in.csv", 1);
    let failed = job.text("in.retry-1.failed.csv").replace("99", "11");
    fs::write(job.path("in.retry-1.failed.csv"), failed).unwrap();
    let ran = job.other("retry in.csv", 0);
    let undo = "respondent-sync undo in.retry-2.undo.csv";
    assert!(ran.stderr.contains(undo), "{}", ran.stderr);
    job.other(UNDO, 0);
    assert_eq!(survey.all(), before);
}

#[test]
fn an_edit_is_kept_after_a_call_that_failed() {
    let survey = Survey::new(&TWO);
    let fake = survey.start();
    let night = "--changed-only --on-conflict keep --verify=0 --resume --rotate";
    let mut job = Survey::run(&fake, INPUT).args(night);
    job.ends(0);
    survey.edit("11", 4, "Person's");
    fs::write(job.path("in.csv"), "id_respondent,l4,l7\n11,VIP,5\n12,VIP,\n").unwrap();
    survey.rejects(&["11"]);
    job.again("", 1);
    survey.rejects(&[]);
    fs::write(job.path("in.csv"), "id_respondent,l4,l7\n11,VIP,6\n12,VIP,\n").unwrap();
    job.again("", 0);
    let labels = [survey.label("11", 4), survey.label("11", 7)];
    assert_eq!(labels, ["Person's", "6"]);
}

#[test]
fn an_undoing_with_a_failure_is_not_taken_for_done_while_the_list_is_late() {
    let survey = Survey::new(&TWO);
    let before = survey.all();
    survey.shows_late(99);
    let fake = survey.start();
    let mut job = Survey::run(&fake, INPUT);
    job.ends(0);
    survey.rejects(&["12"]);
    job.other(UNDO, 1);
    survey.rejects(&[]);
    job.other(UNDO, 0);
    assert_eq!(survey.all(), before);
}
