//! Quiet and verbose: standard error for people and for machines.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{Answer, Fake, Job, files_below, numbered};

/// A platform that fails each respondent's first call.
fn moody() -> Fake {
    let seen = std::sync::Mutex::new(BTreeSet::new());
    Fake::start(move |call| {
        if seen.lock().unwrap().insert(call.respondent().to_owned()) {
            Answer::of(500, "")
        } else {
            Answer::success()
        }
    })
}

#[test]
fn quiet_says_nothing_at_all_on_full_success() {
    let fake = moody();
    // The name of the id column alone causes a warning. So do the outage and the retries.
    let input = numbered(15, "a").replace("id_respondent", "Record ID");
    let job = Job::run(&input, &fake)
        .pairs(&[("--id-column", "Record ID")])
        .args("--accept-crm-ids")
        .args("-q -c 1");
    let ran = job.ends(0);
    assert_eq!((ran.stderr.as_str(), ran.stdout.as_str()), ("", ""));
    assert!(fake.calls().len() > 15, "some calls were made again");
    let loud = Job::run(&input, &moody())
        .pairs(&[("--id-column", "Record ID")])
        .args("--accept-crm-ids")
        .args("-c 1")
        .ends(0);
    assert!(
        loud.stderr
            .contains("warning: the id column `Record ID` looks like"),
        "{}",
        loud.stderr
    );
    assert!(
        !loud.stderr.contains("again in"),
        "retries that came right are for -v alone: {}",
        loud.stderr
    );
    let louder = Job::run(&input, &moody())
        .pairs(&[("--id-column", "Record ID")])
        .args("--accept-crm-ids")
        .args("-c 1 -v")
        .ends(0);
    assert!(louder.stderr.contains("http_5xx, again in"), "{}", louder.stderr);
}

#[test]
fn quiet_says_everything_once_something_is_wrong() {
    let fake = Fake::start(|call| match call.respondent() {
        "2" => Answer::error("no"),
        _ => Answer::success(),
    });
    let input = numbered(3, "a").replace("id_respondent", "Record ID");
    let ran = Job::run(&input, &fake)
        .pairs(&[("--id-column", "Record ID")])
        .args("--accept-crm-ids")
        .args("-q")
        .ends(1);
    let warned = ran.stderr.find("warning: the id column").unwrap();
    let summed_up = ran.stderr.find("2 updated").unwrap();
    assert!(warned < summed_up, "{}", ran.stderr);
    let mut job = Job::run(&input, &fake)
        .pairs(&[("--id-column", "Record ID")])
        .args("--accept-crm-ids")
        .args("-q --resume");
    job.again("", 1);
    let ran = job.again("", 1);
    assert!(ran.stderr.contains("already sent"), "{}", ran.stderr);
}

fn events(stderr: &str) -> Vec<Value> {
    stderr
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn machines_get_an_object_a_line_with_the_runs_id_and_one_that_holds_the_summary() {
    let fake = moody();
    let job = Job::run(numbered(3, "a"), &fake).args("-v --log-format json");
    let ran = job.ends(0);
    let events = events(&ran.stderr);
    let ids: BTreeSet<&str> = events
        .iter()
        .map(|event| event["run_id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), 1, "{ids:?}");
    for event in &events {
        for field in ["timestamp", "level", "event", "message"] {
            assert!(event[field].is_string(), "{field}: {event}");
        }
    }
    let of = |name: &str| {
        events
            .iter()
            .filter(|event| event["event"] == name)
            .collect::<Vec<_>>()
    };
    let started = of("run_started");
    assert_eq!(
        (&started[0]["rows"], &started[0]["rate"]),
        (&Value::from(3), &Value::from("unlimited"))
    );
    let failed = of("attempt_failed");
    assert_eq!(failed.len(), 3);
    assert_eq!(failed[0]["error_code"], "http_5xx");
    let finished = of("run_finished");
    assert_eq!(finished.len(), 1);
    assert_eq!(finished[0]["exit_code"], 0);
    let mut summary: Value = serde_json::from_str(&job.text("in.summary.json")).unwrap();
    // What a retry and a report need is in the file alone.
    for key in ["settings", "store", "first_store_run", "retry_of", "facts"] {
        assert!(summary.as_object_mut().unwrap().remove(key).is_some());
    }
    assert_eq!(finished[0]["summary"], summary);
    assert_eq!(summary["run_id"], *ids.first().unwrap());
}

#[test]
fn a_run_that_does_not_come_to_its_end_says_so_in_the_same_form() {
    let fake = Fake::start(|_| Answer::of(401, ""));
    let ran = Job::run(numbered(9, "a"), &fake)
        .args("--log-format json")
        .ends(4);
    let events = events(&ran.stderr);
    let last = events.last().unwrap();
    assert_eq!(
        (&last["event"], &last["exit_code"]),
        (&Value::from("failed"), &Value::from(4))
    );
    let finished = events
        .iter()
        .filter(|event| event["event"] == "run_finished")
        .count();
    assert_eq!(finished, 1);
}

#[test]
fn the_manual_lists_every_event() {
    let in_code = events_in_code();
    let manual = include_str!("../../src/manual/en/logs.md");
    let (_, table) = manual.split_once("| event |").unwrap();
    let (table, _) = table.split_once("\n\n").unwrap();
    let listed: BTreeSet<String> = table
        .lines()
        .filter_map(|line| Some(line.strip_prefix("| `")?.split_once('`')?.0.to_owned()))
        .collect();
    assert_eq!(listed, in_code);
}

/// Returns every event's name. Each event has one.
fn events_in_code() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (_, path) in files_below("src") {
        let text = std::fs::read_to_string(&path).unwrap();
        for level in ["error", "warn", "info", "debug", "trace"] {
            for (_, call) in text
                .match_indices(&format!("tracing::{level}!("))
                .map(|(at, _)| text.split_at(at))
            {
                let (_, arguments) = call.split_once('(').unwrap();
                let arguments = arguments.trim_start();
                let loud = arguments.strip_prefix("target: \"respondent_sync::loud\",");
                let name = loud.unwrap_or(arguments).trim_start().strip_prefix("event = \"");
                let name = name.unwrap_or_else(|| panic!("{}: an event without a name", path.display()));
                names.insert(name.split_once('"').unwrap().0.to_owned());
            }
        }
    }
    names
}

#[test]
fn quiet_tells_machines_of_a_run_that_failed() {
    let fake = Fake::start(|_| Answer::error("no"));
    let ran = Job::run(numbered(2, "a"), &fake)
        .args("-q --log-format json")
        .ends(1);
    let names: Vec<Value> = events(&ran.stderr)
        .iter()
        .map(|event| event["event"].clone())
        .collect();
    assert_eq!(names, ["run_finished"]);
}

#[test]
fn quiet_says_what_is_no_full_success_though_every_row_is_one() {
    let fake = Fake::start(|_| Answer::success());
    let ran = Job::run(numbered(2, "a"), &fake)
        .args("-q --min-rows 5 --ignore-guards --metrics-file gone/x.prom")
        .ends(0);
    assert!(
        ran.stderr
            .contains("in.csv is let through by `--ignore-guards`: it has 2 rows"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains("cannot write `gone/x.prom`"),
        "{}",
        ran.stderr
    );
}
