//! `undo`: the labels that a run has changed get their old values back.

use std::fmt::Write as _;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::support::{Fake, Job, Survey};

const THREE: [(&str, &str, &str, &str); 3] = [
    ("11", "a@example.com", "Standard", "1"),
    ("12", "b@example.com", "", "2"),
    ("13", "c@example.com", "=1, \"x\"", "3"),
];

const INPUT: &str = "id_respondent,l4,l7\n11,VIP,1\n12,VIP,5\n13,VIP,\n";

fn sent(survey: &Survey) -> (Fake, Job) {
    let fake = survey.start();
    let job = Survey::run(&fake, INPUT);
    job.ends(0);
    (fake, job)
}

/// Number of calls of the webhook.
fn updates(fake: &Fake) -> usize {
    let calls = fake.calls();
    calls
        .iter()
        .filter(|call| call.target.contains("update-respondent"))
        .count()
}

#[test]
fn before_the_first_call_it_is_written_what_will_change() {
    let survey = Survey::new(&THREE);
    let (_fake, job) = sent(&survey);
    insta::assert_snapshot!(job.text("in.undo.csv"), @r#"
    id_respondent,id_survey,l4_old,l4_new,l7_old,l7_new
    11,7,Standard,VIP,,
    12,7,,VIP,2,5
    13,7,"=1, ""x""",VIP,,
    "#);
}

#[test]
fn everything_is_as_before() {
    let survey = Survey::new(&THREE);
    let before = survey.all();
    let (fake, mut job) = sent(&survey);
    let ran = job.other("undo in.csv --dry-run --empty send", 0);
    assert!(
        ran.stderr
            .contains("4 labels of 3 contacts to put back as before the run"),
        "{}",
        ran.stderr
    );
    assert_eq!(updates(&fake), 3);
    let ran = job.other("undo in.csv --empty send", 2);
    assert!(ran.stderr.contains("add `--yes`"), "{}", ran.stderr);
    assert_eq!(updates(&fake), 3);
    job.other("undo in.csv --empty send --yes", 0);
    assert_eq!((survey.all(), updates(&fake)), (before, 6));
    // What is back is not offered again.
    let ran = job.other("undo in.csv --empty send --yes", 2);
    assert!(ran.stderr.contains("nothing to undo"), "{}", ran.stderr);
}

#[test]
fn blank_labels_stay_filled_unless_blanks_may_be_sent() {
    let survey = Survey::new(&THREE);
    let (_fake, mut job) = sent(&survey);
    let ran = job.other("undo in.csv --yes", 1);
    assert!(
        ran.stderr.contains("1 label not restored, blank before the run"),
        "{}",
        ran.stderr
    );
    assert_eq!(
        (survey.label("12", 4), survey.label("12", 7)),
        ("VIP".to_owned(), "2".to_owned())
    );
    job.other("undo in.csv --yes --empty send", 0);
    assert_eq!(survey.label("12", 4), "");
}

#[test]
fn what_others_changed_stays_theirs() {
    let survey = Survey::new(&THREE);
    let (_fake, mut job) = sent(&survey);
    survey.edit("11", 4, "Person's");
    survey.remove("12");
    let ran = job.other("undo in.csv --yes", 1);
    assert!(
        ran.stderr
            .contains("3 labels not restored, changed since the run"),
        "{}",
        ran.stderr
    );
    assert_eq!(survey.label("11", 4), "Person's");
    assert_eq!(survey.label("13", 4), "=1, \"x\"");
    insta::assert_snapshot!(job.text("in.restore.verify.csv"), @r"
    row,id_respondent,id_survey,label,state,sent,listed
    2,11,7,l4,not_restored,VIP,Person's
    3,12,7,l4,not_restored,VIP,
    3,12,7,l7,not_restored,5,
    ");
}

#[test]
fn what_is_shown_late_is_put_back_too() {
    let survey = Survey::new(&THREE);
    let before = survey.all();
    survey.shows_late(9);
    let (_fake, mut job) = sent(&survey);
    job.other("undo in.csv --yes --empty send", 0);
    assert_eq!(survey.all(), before);
}

#[test]
fn a_run_that_was_cut_short_is_undone() {
    let survey = Survey::new(&THREE);
    let before = survey.all();
    let of_fake = survey.clone();
    let fake = Fake::start(move |call| {
        let answer = of_fake.answer(call);
        // The second respondent is updated without an answer.
        if call.respondent() == "12" {
            crate::support::Answer::Hang
        } else {
            answer
        }
    });
    let job = Survey::run(&fake, INPUT).args("--concurrency 1");
    let running = job.start();
    while survey.label("12", 4) != "VIP" {
        crate::support::pause(std::time::Duration::from_millis(10));
    }
    running.kill();
    assert!(job.path("in.results.csv.journal").exists());
    let of_fake = survey.clone();
    let fake = Fake::start(move |call| of_fake.answer(call));
    let mut job = job;
    let undo = format!(
        "undo in.csv --yes --empty send --rate unlimited --base-url {}",
        fake.base
    );
    job.other(&undo, 0);
    assert_eq!(survey.all(), before);
}

#[test]
fn a_resumed_run_leaves_the_file_as_it_is() {
    let survey = Survey::new(&THREE);
    let of_fake = survey.clone();
    let fake = Fake::start(move |call| {
        let is_first = of_fake.label("13", 4) != "VIP" && of_fake.label("12", 4) != "VIP";
        match call.respondent() {
            // The run is killed before these.
            "12" if is_first && call.before == 0 => crate::support::Answer::Hang,
            _ => of_fake.answer(call),
        }
    });
    let job = Survey::run(&fake, INPUT).args("--concurrency 1");
    let running = job.start();
    while survey.label("11", 4) != "VIP" {
        crate::support::pause(std::time::Duration::from_millis(10));
    }
    running.kill();
    let first = job.text("in.undo.csv");
    let mut job = job;
    job.again("--resume", 0);
    assert_eq!(survey.label("13", 4), "VIP");
    assert_eq!(job.text("in.undo.csv"), first);
}

#[test]
fn the_file_of_the_last_night_is_kept() {
    let survey = Survey::new(&THREE);
    let (_fake, job) = sent(&survey);
    let mut job = job.file("in.csv", "id_respondent,l4,l7\n11,Gold,1\n");
    job.again("--resume --rotate", 0);
    let names = job.names();
    let older = names
        .iter()
        .find(|name| name.contains("Z.undo.csv"))
        .unwrap()
        .clone();
    job.other(&format!("undo {older} --yes --rate unlimited"), 1);
    assert_eq!(
        (survey.label("11", 4), survey.label("12", 7)),
        ("Gold".to_owned(), "2".to_owned())
    );
    job.other("undo in.csv --yes", 0);
    assert_eq!(survey.label("11", 4), "VIP");
}

#[test]
fn without_a_fresh_list_nothing_is_offered() {
    let survey = Survey::new(&THREE);
    let fake = survey.start();
    let mut job = Survey::run(&fake, "id_respondent,l4\n11,Standard\n");
    job.ends(0);
    survey.refuses(Some(503));
    let input = "id_respondent,l4\n11,VIP\n";
    std::fs::write(job.path("in.csv"), input).unwrap();
    let undo = job.text("in.undo.csv");
    let ran = job.again("--pull=prefer --resume --rotate --max-retries 0", 2);
    assert!(ran.stderr.contains("--pull"), "given twice");
    let job = job
        .instead_of("--pull", "--pull=prefer")
        .args("--resume --rotate --max-retries 0");
    let ran = job.ends(0);
    assert!(ran.stderr.contains("for ids alone"), "{}", ran.stderr);
    assert_eq!(job.text("in.undo.csv"), undo);
}

/// A night: what the list has, what the export says, what people change after it.
#[derive(Clone, Debug)]
struct Night {
    list: Vec<(String, String)>,
    rows: Vec<(usize, String, String)>,
    edits: Vec<(usize, usize, String)>,
    late: usize,
}

fn night() -> impl Strategy<Value = Night> {
    let value = prop_oneof![
        Just(""),
        Just("A"),
        Just("B"),
        Just(" C"),
        Just("D & E"),
        Just("\"F\",\ng")
    ];
    let value = value.prop_map(str::to_owned);
    let list = prop::collection::vec((value.clone(), value.clone()), 1..5);
    list.prop_flat_map(move |list| {
        let people = 0..list.len();
        let rows = prop::collection::vec((people.clone(), value.clone(), value.clone()), 1..7);
        let edits = prop::collection::vec((people, prop_oneof![Just(4_usize), Just(7)], value.clone()), 0..3);
        (Just(list), rows, edits, 0..2_usize).prop_map(|(list, rows, edits, late)| Night {
            list,
            rows,
            edits,
            late,
        })
    })
}

fn quoted(value: &str) -> String {
    format!("\"{}\"", value.replace('"', "\"\""))
}

#[test]
fn after_a_run_and_its_undoing_all_is_as_before_but_for_what_others_changed() {
    let config = Config {
        failure_persistence: None,
        ..Config::with_cases(24)
    };
    let mut runner = TestRunner::new_with_rng(config, TestRunner::deterministic().new_rng());
    runner
        .run(&night(), |night| {
            let ids: Vec<String> = (0..night.list.len()).map(|at| (11 + at).to_string()).collect();
            let addresses: Vec<String> = ids.iter().map(|id| format!("{id}@example.com")).collect();
            let members: Vec<(&str, &str, &str, &str)> = night
                .list
                .iter()
                .zip(ids.iter().zip(&addresses))
                .map(|((l4, l7), (id, address))| (id.as_str(), address.as_str(), l4.as_str(), l7.as_str()))
                .collect();
            let survey = Survey::new(&members);
            let mut expected = survey.all();
            survey.shows_late(night.late);
            let mut input = "email,l4,l7\n".to_owned();
            for (at, l4, l7) in &night.rows {
                writeln!(input, "{},{},{}", addresses[*at], quoted(l4), quoted(l7)).unwrap();
            }
            let fake = survey.start();
            let mut job =
                Survey::run(&fake, &input).args("--match-on email --on-duplicate all --blank-id skip");
            let ran = job.ends_somehow();
            prop_assert!([0, 9].contains(&ran.code), "{}", ran.stderr);
            let after = survey.all();
            for (at, label, value) in &night.edits {
                survey.edit(&ids[*at], *label, value);
            }
            // What people changed stays theirs, if it is not what was there before.
            let theirs = survey.all();
            for ((_, expected), ((_, theirs), (_, after))) in
                expected.iter_mut().zip(theirs.iter().zip(&after))
            {
                for (label, value) in theirs {
                    if normal(value) != normal(&after[label]) {
                        expected.insert(*label, value.clone());
                    }
                }
            }
            if job.path("in.undo.csv").exists() {
                let ran = job.other_somehow("undo in.csv --yes --empty send");
                prop_assert!([0, 1, 2].contains(&ran.code), "{}", ran.stderr);
            }
            let found: Vec<Vec<String>> = normal_all(&survey.all());
            prop_assert_eq!(found, normal_all(&expected));
            Ok(())
        })
        .unwrap();
}

/// White space may come back in another form, which is no change.
fn normal(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn normal_all(all: &[(String, std::collections::BTreeMap<usize, String>)]) -> Vec<Vec<String>> {
    let labels = |labels: &std::collections::BTreeMap<usize, String>| {
        labels.values().map(|value| normal(value)).collect()
    };
    all.iter().map(|(_, of_one)| labels(of_one)).collect()
}
