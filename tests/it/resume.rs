//! Runs that are killed, stopped and resumed: nothing is lost, and nothing that was acknowledged is
//! sent again.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use crate::support::{Answer, Call, Fake, Job, pause};

/// Returns rows of few respondents, each with its own value, and some that cannot be sent.
fn crowded(rows: u32) -> String {
    let mut input = "id_respondent,l1,Uwagi\n".to_owned();
    for row in 0..rows {
        let id = if row % 17 == 5 {
            "x".to_owned()
        } else {
            (row * 7 % 40 + 1).to_string()
        };
        input.extend([id.as_str(), ",v", &row.to_string(), ",\"a, b\"\n"]);
    }
    input
}

/// Answers a little late. Some respondents are refused, some fail the first time.
fn lively(call: &Call) -> Answer {
    let id: u64 = call.respondent().parse().unwrap();
    pause(Duration::from_micros(300 * (id % 7)));
    match id {
        3 | 30 => Answer::error("no such respondent"),
        8 if call.before.is_multiple_of(2) => Answer::of(503, ""),
        _ => Answer::success(),
    }
}

/// Returns the value of a call, which identifies its row.
fn value(call: &Call) -> String {
    call.get("l1").unwrap().to_owned()
}

/// Returns the values whose calls succeeded according to the journal in this folder.
fn acknowledged(job: &Job, values: &HashMap<u64, String>) -> HashSet<String> {
    let Ok(journal) = std::fs::read_to_string(job.path("in.results.csv.journal")) else {
        return HashSet::new();
    };
    let whole = journal.rsplit_once('\n').map_or("", |(whole, _)| whole);
    whole
        .lines()
        .filter(|line| line.split('\t').nth(4) == Some("success"))
        .map(|line| values[&line.split('\t').next().unwrap().parse().unwrap()].clone())
        .collect()
}

#[test]
fn killed_again_and_again_a_run_comes_to_the_same_end() {
    const ROWS: u32 = 400;
    const CONCURRENCY: usize = 4;
    let input = crowded(ROWS);
    let undisturbed = Fake::start(lively);
    let whole = Job::run(&input, &undisturbed).args("--keep Uwagi -c 4");
    whole.ends(1);

    let values: HashMap<u64, String> = (0..ROWS)
        .map(|row| (u64::from(row) + 2, format!("v{row}")))
        .collect();
    let fake = Fake::start(lively);
    let mut job = Job::run(&input, &fake).args("--keep Uwagi -c 4 --resume --timeout 1s");
    let mut chance = fastrand::Rng::with_seed(20_261_124);
    let (mut kills, mut lives) = (0, vec![0]);
    let mut final_values = HashSet::new();
    while kills < 12 {
        let mut running = job.start();
        // At any moment: before the first call, while the journal is rewritten, in the middle.
        let until = lives.last().unwrap() + chance.usize(0..70);
        pause(Duration::from_micros(chance.u64(0..20_000)));
        while running.runs() && fake.calls().len() < until {
            pause(Duration::from_micros(200));
        }
        if !running.runs() {
            break;
        }
        running.kill();
        kills += 1;
        // Calls that were on their way at the kill still arrive.
        pause(Duration::from_millis(20));
        let made = fake.calls();
        for call in &made[*lives.last().unwrap()..] {
            assert!(
                !final_values.contains(&value(call)),
                "{} was acknowledged and journalled",
                value(call)
            );
        }
        lives.push(made.len());
        final_values = acknowledged(&job, &values);
    }
    assert!(kills > 3, "the run was over after {kills} kills");
    if !job.names().contains(&"in.results.csv".to_owned()) {
        job.again("", 1);
    }
    let calls = fake.calls();
    for call in &calls[*lives.last().unwrap()..] {
        assert!(!final_values.contains(&value(call)));
    }

    // Except for times and attempts, the files are those of an undisturbed run.
    assert_eq!(job.names(), whole.names());
    let verdicts = |job: &Job| -> Vec<String> {
        let cut = |line: String| line.rsplit_once(',').unwrap().0.to_owned();
        job.lines("in.results.csv").into_iter().map(cut).collect()
    };
    assert_eq!(verdicts(&job), verdicts(&whole));
    assert_eq!(job.text("in.failed.csv"), whole.text("in.failed.csv"));

    // In each life the rows of one respondent come in file order, and the last row comes last of
    // all.
    lives.push(calls.len());
    for life in lives.windows(2) {
        let mut latest: HashMap<&str, u32> = HashMap::new();
        for call in &calls[life[0]..life[1]] {
            let row: u32 = value(call).trim_start_matches('v').parse().unwrap();
            let before = latest.insert(call.respondent(), row).unwrap_or(0);
            assert!(
                before <= row,
                "respondent {}: row {before} before {row}",
                call.respondent()
            );
        }
    }
    let last: HashMap<String, String> = calls
        .iter()
        .map(|call| (call.respondent().to_owned(), value(call)))
        .collect();
    let expected: HashMap<String, String> = undisturbed
        .calls()
        .iter()
        .map(|call| (call.respondent().to_owned(), value(call)))
        .collect();
    assert_eq!(last, expected);

    let counted = |calls: &[Call]| calls.iter().filter(|call| call.respondent() != "8").count();
    let repeated = counted(&calls) - counted(&undisturbed.calls());
    assert!(
        repeated <= 2 * CONCURRENCY * kills,
        "{repeated} repeated after {kills} kills"
    );
}

#[cfg(unix)]
mod signals {
    use super::*;
    use crate::support::numbered;

    /// Starts a run of forty rows, lets this number of calls arrive, and sends the signal.
    fn signalled(fake: &Fake, flags: &str, calls: usize, signal: &str) -> (Job, crate::support::Running) {
        let job = Job::run(numbered(40, "x"), fake).args("-c 2").args(flags);
        let running = job.start();
        while fake.calls().len() < calls {
            pause(Duration::from_millis(1));
        }
        running.signal(signal);
        (job, running)
    }

    #[test]
    fn the_first_signal_lets_calls_in_flight_end_and_the_last_line_says_how_to_go_on() {
        for (signal, code) in [("INT", 130), ("TERM", 143)] {
            let fake = Fake::start(|_| {
                pause(Duration::from_millis(20));
                Answer::success()
            });
            let (mut job, running) = signalled(&fake, "", 6, signal);
            let ran = running.wait();
            assert_eq!(ran.code, code, "{}", ran.stderr);
            let last = ran.stderr.lines().last().unwrap();
            assert!(
                last.starts_with("error: ") && last.ends_with("--resume`"),
                "{last}"
            );
            let sent = fake.calls().len();
            assert!((6..12).contains(&sent), "{sent}");
            assert_eq!(
                job.lines("in.results.csv.partial").len(),
                sent,
                "all that was sent is settled"
            );
            let summary: serde_json::Value = serde_json::from_str(&job.text("in.summary.json")).unwrap();
            assert_eq!(
                (&summary["end"], &summary["exit_code"]),
                (&"interrupted".into(), &code.into())
            );
            job.again("--resume", 0);
            assert_eq!(fake.calls().len(), 40, "nothing was sent twice");
        }
    }

    #[test]
    fn the_second_signal_ends_at_once_and_what_was_sent_can_be_gone_on_with() {
        let stubborn = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
        let hangs = std::sync::Arc::clone(&stubborn);
        let fake = Fake::start(move |call| {
            let id: u32 = call.respondent().parse().unwrap();
            if id > 4 && hangs.load(std::sync::atomic::Ordering::SeqCst) {
                Answer::Hang
            } else {
                Answer::success()
            }
        });
        let (mut job, running) = signalled(&fake, "", 6, "TERM");
        pause(Duration::from_millis(100));
        running.signal("INT");
        let ran = running.wait();
        assert_eq!(ran.code, 143, "the first one counts: {}", ran.stderr);
        let lines = job.lines("in.results.csv.partial");
        assert_eq!(lines.len(), 6);
        assert!(
            lines[4..]
                .iter()
                .all(|line| line.contains(",unconfirmed,stopped,")),
            "{lines:?}"
        );
        stubborn.store(false, std::sync::atomic::Ordering::SeqCst);
        job.again("--resume", 0);
        assert_eq!(fake.calls().len(), 42, "the two that were stopped are sent again");
        assert_eq!(job.lines("in.results.csv").len(), 40);
    }
}

#[test]
fn a_run_ends_when_its_time_is_over() {
    let fake = Fake::start(|_| {
        pause(Duration::from_millis(20));
        Answer::success()
    });
    let mut job = Job::run(crowded(300), &fake).args("-c 1");
    let ran = job.again("--max-duration 1500ms", 10);
    let last = ran.stderr.lines().last().unwrap();
    assert!(
        last.contains("--max-duration") && last.contains("--resume"),
        "{last}"
    );
    job.again("--resume", 1);
    let summary: serde_json::Value = serde_json::from_str(&job.text("in.summary.json")).unwrap();
    assert!(summary["settled_before"].as_u64().unwrap() > 5, "{summary}");
    let sent = job
        .lines("in.results.csv")
        .iter()
        .filter(|line| line.contains(",success,"))
        .count();
    assert_eq!(fake.calls().len(), sent, "nothing was sent twice");
}

#[test]
fn a_resume_that_is_cut_short_at_once_still_shows_all_that_was_reached() {
    let wrong_key = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let refuses = std::sync::Arc::clone(&wrong_key);
    // A resume sends rows that were never answered first. Nearly all others have their verdict.
    let fake = Fake::start(move |call| match call.respondent() {
        _ if refuses.load(std::sync::atomic::Ordering::SeqCst) => Answer::of(401, ""),
        "2" | "3" | "5" | "7" | "9" | "11" => Answer::Hang,
        id if id.parse().is_ok_and(|id: u32| id > 500) => Answer::error("no such respondent"),
        _ => Answer::success(),
    });
    let mut job =
        Job::run(crate::support::numbered(5000, "x"), &fake).args("-c 20 --max-retries 0 --timeout 20s");
    job.again("--max-errors 1", 4);
    let before = job.lines("in.results.csv.partial");
    assert!(before.len() > 300, "{}", before.len());
    wrong_key.store(true, std::sync::atomic::Ordering::SeqCst);
    let ran = job.again("--resume", 4);
    let after = job.lines("in.results.csv.partial");
    let settled = |lines: &[String]| lines.iter().filter(|line| line.contains(",success,")).count();
    assert_eq!(settled(&after), settled(&before), "{}", ran.stderr);
    let rows: Vec<u32> = after
        .iter()
        .map(|line| line.split(',').next().unwrap().parse().unwrap())
        .collect();
    assert!(rows.is_sorted());
}

#[test]
fn a_kill_while_the_run_drains_loses_no_streak() {
    let refuses = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
    let refusing = std::sync::Arc::clone(&refuses);
    let fake = Fake::start(move |call| match call.respondent() {
        _ if !refusing.load(std::sync::atomic::Ordering::SeqCst) => Answer::success(),
        "1" => Answer::Hang,
        _ => Answer::of(401, ""),
    });
    let mut job = Job::run(crate::support::numbered(30, "x"), &fake).args("-c 2");
    let running = job.start();
    let named = || {
        let journal = std::fs::read_to_string(job.path("in.results.csv.journal")).unwrap_or_default();
        journal.lines().filter(|line| line.starts_with("again")).count()
    };
    while named() < 5 {
        pause(Duration::from_millis(5));
    }
    running.kill();
    refuses.store(false, std::sync::atomic::Ordering::SeqCst);
    job.again("--resume", 0);
    assert_eq!(job.lines("in.results.csv").len(), 30);
}
