//! What a run does with the labels of the mailing list, once they were read back.

use crate::support::{Fake, Job, Survey};

const THREE: [(&str, &str, &str, &str); 3] = [
    ("11", "a@example.com", "Standard", "1"),
    ("12", "b@example.com", "", "2"),
    ("13", "c@example.com", "VIP", "3"),
];

const INPUT: &str = "id_respondent,l4,l7\n11,VIP,1\n12,VIP,5\n13,VIP,3\n";

/// Sends the input once with `--changed-only`, and proves both labels.
fn proven(fake: &Fake) -> Job {
    let job = Survey::run(fake, INPUT).args("--changed-only --verify=0 --resume --rotate");
    job.ends(0);
    job
}

fn statuses(job: &Job) -> Vec<String> {
    let lines = job.lines("in.results.csv");
    let codes = lines
        .iter()
        .map(|line| line.split(',').skip(3).take(2).collect::<Vec<_>>());
    codes.map(|codes| codes.join(" ").trim_end().to_owned()).collect()
}

#[test]
fn nothing_is_said_about_changes_before_a_value_was_read_back() {
    let survey = Survey::new(&THREE);
    let fake = survey.start();
    let job = Survey::run(&fake, INPUT);
    let ran = job.ends(0);
    assert!(
        ran.stderr.contains("old values of l4, l7 are not compared yet"),
        "{}",
        ran.stderr
    );
    let check = format!("check in.csv --survey 7 --pull --base-url {}", fake.base);
    let mut job = job;
    let ran = job.other(&check, 0);
    assert!(!ran.stdout.contains("change"), "{}", ran.stdout);
}

#[test]
fn a_trial_proves_labels_and_a_check_says_what_changes() {
    let survey = Survey::new(&THREE);
    let fake = survey.start();
    let mut job = Survey::run(&fake, "id_respondent,l4,l7\n12,VIP,5\n11,VIP,1\n13,VIP,3\n").args("--limit 1");
    let ran = job.ends(0);
    assert!(
        ran.stderr.contains("read back: 2 of 2 labels as sent"),
        "{}",
        ran.stderr
    );
    let check = format!("check in.csv --survey 7 --pull --base-url {}", fake.base);
    let ran = job.other(&check, 0);
    assert!(
        ran.stdout.contains("1 of 3 contacts changes: l4 in 1"),
        "{}",
        ran.stdout
    );
    assert!(
        !ran.stdout.contains("Standard"),
        "cells are for terminals: {}",
        ran.stdout
    );
    let ran = job.other(&format!("{check} --format json"), 0);
    let found: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    insta::assert_snapshot!(found.get("changes").unwrap(), @r#"{"contacts":1,"labels":[{"contacts":1,"label":"l4"},{"contacts":0,"label":"l7"}],"of":3,"unknown":[]}"#);
}

#[test]
fn what_people_changed_is_set_again_and_counted() {
    let survey = Survey::new(&THREE);
    let fake = survey.start();
    let mut job = proven(&fake);
    survey.edit("13", 4, "Gold");
    let ran = job.again("", 0);
    assert_eq!(
        statuses(&job),
        ["skipped unchanged", "skipped unchanged", "success"]
    );
    assert!(
        ran.stderr
            .contains("1 contact changed on the platform meanwhile and set again"),
        "{}",
        ran.stderr
    );
    assert_eq!(survey.label("13", 4), "VIP");
}

#[test]
fn what_people_changed_is_kept_if_that_is_asked_for() {
    let survey = Survey::new(&THREE);
    let fake = survey.start();
    let job =
        Survey::run(&fake, INPUT).args("--changed-only --verify=0 --resume --rotate --on-conflict keep");
    job.ends(0);
    survey.edit("13", 4, "Gold");
    survey.edit("12", 4, "Gold");
    // The export sets the second respondent's other label anew.
    let job = job.file("in.csv", "id_respondent,l4,l7\n11,VIP,1\n12,VIP,6\n13,VIP,3\n");
    let ran = job.ends(0);
    assert_eq!(
        statuses(&job),
        ["skipped unchanged", "success", "skipped conflict"]
    );
    assert_eq!(
        (survey.label("12", 4), survey.label("12", 7)),
        ("Gold".to_owned(), "6".to_owned())
    );
    assert_eq!(survey.label("13", 4), "Gold");
    assert!(
        ran.stderr
            .contains("2 labels changed on the platform meanwhile and left as they are"),
        "{}",
        ran.stderr
    );
}
