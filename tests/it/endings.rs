//! `--summary -`: however a run ends, standard output has one JSON object that reports it to a
//! scheduler.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::Value;

use crate::support::{Answer, Fake, Job, Running, numbered, pause};

/// Returns each exit code's `retry` in the manual.
fn promised() -> BTreeMap<i64, &'static str> {
    let manual = include_str!("../../src/manual/en/exit-codes.md");
    let (_, from) = manual.split_once("| code | meaning | `retry` |").unwrap();
    let rows = from.lines().skip(2).map_while(|line| line.strip_prefix("| "));
    rows.map(|row| {
        let (code, rest) = row.split_once(" | ").unwrap();
        let (_, retry) = rest.trim_end_matches(" |").rsplit_once(" | ").unwrap();
        (code.parse().unwrap(), retry.trim_matches('`'))
    })
    .collect()
}

fn field<'a>(object: &'a Value, name: &str) -> &'a Value {
    object
        .get(name)
        .unwrap_or_else(|| panic!("no `{name}` in {object}"))
}

/// Parses the object that a run has printed, and checks it against the manual's row for its exit
/// code.
fn printed(stdout: &str, code: i32) -> Value {
    let object: Value = serde_json::from_str(stdout)
        .unwrap_or_else(|error| panic!("exit {code} with no single object ({error}) in:\n{stdout}"));
    assert_eq!(stdout.lines().count(), 1, "{stdout}");
    assert_eq!(field(&object, "exit_code"), code, "{object}");
    let retry = promised().remove(&i64::from(code)).unwrap();
    assert_eq!(field(&object, "retry"), retry, "{object}");
    assert_eq!(field(&object, "retryable"), retry != "no", "{object}");
    let why = field(&object, "why").as_str().unwrap();
    assert!(!why.is_empty() && !why.contains('\n'), "{object}");
    for secret in ["CELLCANARY", "kkkkkkkk", "aaaaaaaa"] {
        assert!(!stdout.contains(secret), "{stdout}");
    }
    object
}

fn job(fake: &Fake) -> Job {
    Job::run(numbered(6, "CELLCANARY"), fake).args("--summary -")
}

/// Expects the job to end with this code. `end` is the name in the object, and `why` a part of its
/// reason.
fn ends(job: &Job, code: i32, end: &str, why: &str) -> Value {
    let object = printed(&job.ends(code).stdout, code);
    assert_eq!(field(&object, "end"), end, "{object}");
    assert!(field(&object, "why").as_str().unwrap().contains(why), "{object}");
    object
}

#[test]
fn a_run_that_came_to_its_end_prints_what_its_file_says() {
    let fake = Fake::start(|call| match call.respondent() {
        "5" => Answer::error("no"),
        _ => Answer::success(),
    });
    let job = job(&fake).args("--resume");
    let object = ends(&job, 1, "complete", "1 row failed, unconfirmed or invalid");
    let mut file: Value = serde_json::from_str(&job.text("in.summary.json")).unwrap();
    // What a retry needs is in the file alone.
    for key in ["settings", "store", "first_store_run", "retry_of"] {
        assert!(file.as_object_mut().unwrap().remove(key).is_some());
    }
    // Of the report's facts, what a mail says is printed, too.
    let facts = file["facts"].as_object_mut().unwrap();
    facts.retain(|key, _| ["early_end", "diagnosis", "next_command", "page"].contains(&key.as_str()));
    assert_eq!(object, file);
    // The next run finds nothing to do and reports it too.
    let object = ends(&job, 1, "already_sent", "already sent on 20");
    assert_eq!(
        (&object["input"], &object["finished"]),
        (&"in.csv".into(), &true.into())
    );
    assert!(object["run_id"].is_string(), "{object}");
    let job = job.args("--accept-failures 1").file("in.csv", numbered(5, "y"));
    let object = ends(
        &job.args("--rotate"),
        0,
        "complete",
        "as `--accept-failures` allows",
    );
    assert_eq!(object["statuses"]["success"], 4);
}

#[test]
fn a_run_that_could_not_start_says_why() {
    let fake = Fake::start(|_| Answer::success());
    let start = |code, why: &str, change: fn(Job) -> Job| {
        ends(&change(job(&fake)), code, "not_started", why);
    };
    start(2, "RESPONDENT_SYNC_WEBHOOK_KEY is not set", |job| {
        job.without_var("RESPONDENT_SYNC_WEBHOOK_KEY")
    });
    start(2, "2 settings are wrong: `--timeout` is zero", |job| {
        job.args("--timeout 0 --connect-timeout 0")
    });
    start(2, "cannot read the config file `gone.toml`", |job| {
        job.args("--config gone.toml")
    });
    start(2, "in.results.csv", |job| {
        job.file("in.results.csv", "somebody's")
    });
    start(2, "the folder `gone` does not exist", |job| {
        job.args("--output-dir gone")
    });
    start(3, "in.csv: line 1: no column `Gone`", |job| {
        job.args("--map l4=Gone")
    });
    start(3, "gone.csv", |job| job.instead_of("in.csv", "gone.csv"));
    start(9, "no data rows", |job| job.file("in.csv", "id_respondent,l1\n"));
    start(4, "`--min-rows` wants 9", |job| job.args("--min-rows 9"));
    assert!(fake.calls().is_empty());
}

#[test]
fn the_config_file_may_be_what_asks_for_it() {
    let fake = Fake::start(|_| Answer::success());
    let job = Job::run(numbered(2, "x"), &fake)
        .args("--config c.toml")
        .file("c.toml", "summary = \"-\"\nmax_outage = \"1s\"\n");
    ends(&job, 0, "complete", "every row is a success or was skipped");
}

#[test]
fn a_run_that_was_cut_short_says_whether_it_is_worth_another() {
    let refused = Fake::start(|_| Answer::of(401, ""));
    ends(&job(&refused), 4, "aborted", "calls in a row were refused");
    let closed = crate::support::CLOSED;
    let unreachable = job(&refused)
        .instead_of(&refused.base, &format!("http://{closed}"))
        .args("--max-outage 200ms");
    ends(&unreachable, 5, "outage", "out of reach");
    let slow = Fake::start(|_| {
        pause(Duration::from_millis(100));
        Answer::success()
    });
    ends(
        &job(&slow).args("-c 1 --max-duration 250ms"),
        10,
        "deadline",
        "`--max-duration`",
    );
}

#[test]
fn a_dry_run_prints_what_it_found() {
    let fake = Fake::start(|_| Answer::success());
    let ran = job(&fake).args("--dry-run").ends(0);
    let object = printed(&ran.stdout, 0);
    assert_eq!(object["to_send"], 6);
    let ran = job(&fake).args("--dry-run --min-rows 9").ends(4);
    assert!(
        printed(&ran.stdout, 4)["why"]
            .as_str()
            .unwrap()
            .contains("`--min-rows` wants 9")
    );
    let ran = job(&fake).args("--dry-run --map l4=Gone").ends(3);
    assert!(
        printed(&ran.stdout, 3)["why"]
            .as_str()
            .unwrap()
            .contains("no column `Gone`")
    );
    // A check with JSON output has the same three fields.
    let ran = Job::new("check in.csv --survey 7 --format json")
        .file("in.csv", numbered(2, "x"))
        .ends(0);
    printed(&ran.stdout, 0);
}

#[test]
fn a_rehearsal_prints_its_summary_alone() {
    let job = Job::new("run in.csv --sandbox --summary -").file("in.csv", numbered(3, "x"));
    ends(&job, 0, "complete", "every row is a success");
}

/// A platform that answers once it may, and a run that waits for it.
fn waiting() -> (Arc<AtomicBool>, Fake, Job, Running) {
    let answers = Arc::new(AtomicBool::new(false));
    let may_answer = Arc::clone(&answers);
    let fake = Fake::start(move |_| {
        while !may_answer.load(Ordering::SeqCst) {
            pause(Duration::from_millis(5));
        }
        Answer::success()
    });
    let job = job(&fake);
    let running = job.start();
    while fake.calls().is_empty() {
        pause(Duration::from_millis(5));
    }
    (answers, fake, job, running)
}

#[test]
fn a_run_that_another_keeps_out_is_worth_a_try_later() {
    let (answers, _fake, job, running) = waiting();
    ends(&job, 11, "not_started", "another run has this output");
    answers.store(true, Ordering::SeqCst);
    printed(&running.wait().stdout, 0);
}

#[cfg(unix)]
#[test]
fn a_run_that_is_interrupted_is_worth_another_if_no_person_did_it() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let (answers, _fake, _job, running) = waiting();
        running.signal(signal);
        // The run waits for the calls in flight.
        pause(Duration::from_millis(50));
        answers.store(true, Ordering::SeqCst);
        let ran = running.wait();
        assert_eq!(ran.code, code, "{}", ran.stderr);
        assert_eq!(printed(&ran.stdout, code)["end"], "interrupted");
    }
}

/// A run that waits for more of its standard input before its first call.
fn reading(fake: &Fake) -> Job {
    job(fake)
        .instead_of("in.csv", "-")
        .args("-o out.csv")
        .stdin("id_respondent,l1\n1,CELLCANARY\n")
        .keeps_stdin_open()
}

#[test]
fn a_window_that_is_over_before_the_first_call_ends_the_run_there() {
    let fake = Fake::start(|_| Answer::success());
    let job = reading(&fake).args("--max-duration 300ms");
    ends(
        &job,
        10,
        "deadline",
        "is over before the first call: nothing was sent",
    );
    assert_eq!((job.names(), fake.calls().len()), (vec!["in.csv".to_owned()], 0));
    let (answers, _fake, job, running) = waiting();
    let job = job.args("--wait-lock 1m --max-duration 300ms");
    ends(
        &job,
        10,
        "deadline",
        "is over before the first call: nothing was sent",
    );
    answers.store(true, Ordering::SeqCst);
    printed(&running.wait().stdout, 0);
}

#[cfg(unix)]
#[test]
fn a_run_that_is_interrupted_before_its_first_call_ends_in_an_orderly_way() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let fake = Fake::start(|_| Answer::success());
        for job in [
            reading(&fake),
            reading(&fake).args("--dry-run --on-duplicate all"),
        ] {
            let running = job.start();
            // Long after the program has begun to listen for signals, which cannot be observed from
            // outside.
            pause(Duration::from_millis(800));
            running.signal(signal);
            let ran = running.wait();
            assert_eq!(ran.code, code, "{}", ran.stderr);
            let object = printed(&ran.stdout, code);
            assert_eq!(object["end"], "interrupted");
            let why = object["why"].as_str().unwrap();
            assert!(
                why.ends_with("ed before the first call: nothing was sent"),
                "{why}"
            );
            assert_eq!(job.names(), ["in.csv"], "neither outputs nor locks");
        }
        assert_eq!(fake.calls().len(), 0);
    }
}

#[cfg(unix)]
#[test]
fn a_run_that_is_ended_by_force_says_so() {
    let fake = Fake::start(|_| Answer::Hang);
    let job = job(&fake);
    let running = job.start();
    while fake.calls().is_empty() {
        pause(Duration::from_millis(5));
    }
    running.signal("TERM");
    pause(Duration::from_millis(200));
    running.signal("TERM");
    let ran = running.wait();
    assert_eq!(ran.code, 143, "{}", ran.stderr);
    assert_eq!(printed(&ran.stdout, 143)["end"], "interrupted");
}

#[cfg(unix)]
#[test]
fn a_full_disk_is_said_even_where_the_summary_itself_cannot_be_written() {
    let fake = Fake::start(|_| Answer::success());
    let full = Job::run(numbered(400, "CELLCANARY"), &fake)
        .args("-c 4 --summary -")
        .through_shell("ulimit -f 16; exec \"$0\" \"$@\"");
    ends(
        &full,
        6,
        "not_written",
        "cannot write to `in.results.csv.journal`",
    );
}

#[test]
fn what_goes_wrong_after_the_last_call_is_said_too() {
    let folder = tempfile::tempdir().unwrap();
    let summary = folder.path().join("in.summary.json");
    let fake = Fake::start(move |_| {
        std::fs::write(&summary, "somebody's").unwrap();
        Answer::success()
    });
    let job = job(&fake).args(&format!("--output-dir {}", folder.path().display()));
    let object = ends(&job, 6, "not_written", "in.summary.json");
    assert_eq!(object["statuses"]["success"], 6);
}
