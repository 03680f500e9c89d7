//! `--changed-only`: nights with a store, as runs of the program.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::support::{Answer, Fake, Job, numbered};

const LINE: &str = "--resume --rotate";

/// A folder with an input and its store, and a platform that accepts everything. While `refuses` is
/// set, it refuses respondent 2.
struct Nights {
    job: Job,
    fake: Fake,
    refuses: Arc<AtomicBool>,
}

impl Nights {
    fn new(rows: u32) -> Self {
        let refuses = Arc::new(AtomicBool::new(false));
        let refusing = Arc::clone(&refuses);
        let fake = Fake::start(move |call| {
            if refusing.load(Ordering::SeqCst) && call.respondent() == "2" {
                Answer::error("no such respondent")
            } else {
                Answer::success()
            }
        });
        let job = Job::run(numbered(rows, "a"), &fake).args(LINE);
        Self { job, fake, refuses }
    }

    fn input(&self, text: impl AsRef<[u8]>) {
        std::fs::write(self.job.path("in.csv"), text).unwrap();
    }

    /// Runs a night and returns the respondents that were called.
    fn night(&mut self, flags: &str, code: i32) -> Vec<String> {
        let before = self.fake.calls().len();
        self.job.again(flags, code);
        let calls = self.fake.calls();
        let mut called: Vec<String> = calls
            .iter()
            .skip(before)
            .map(|call| call.respondent().to_owned())
            .collect();
        called.sort();
        called
    }
}

#[test]
fn the_second_night_sends_what_changed_and_says_so_of_the_others() {
    let mut nights = Nights::new(3);
    assert_eq!(nights.night("--changed-only", 0), ["1", "2", "3"]);
    nights.input("id_respondent,l1\n1,a\n2,b\n3,a\n4,a\n");
    assert_eq!(nights.night("--changed-only", 0), ["2", "4"]);
    let lines = nights.job.lines("in.results.csv");
    let unchanged = "skipped,unchanged,the same labels were acknowledged before (`--changed-only`),,0";
    assert_eq!(lines[0], format!("2,1,7,{unchanged}"));
    assert_eq!(lines[2], format!("4,3,7,{unchanged}"));
    // A changed mapping changes what is sent.
    let mapped = "--changed-only --map l2=l1";
    assert_eq!(nights.night(mapped, 0), ["1", "2", "3", "4"]);
    assert_eq!(
        nights.night("--full-refresh --map l2=l1", 0),
        ["1", "2", "3", "4"]
    );
}

#[test]
fn a_failed_row_comes_back_by_itself() {
    let mut nights = Nights::new(3);
    nights.refuses.store(true, Ordering::SeqCst);
    assert_eq!(nights.night("--changed-only", 1), ["1", "2", "3"]);
    // The same input, which failed in part.
    assert_eq!(nights.night("--changed-only", 1), ["2"]);
    nights.refuses.store(false, Ordering::SeqCst);
    assert_eq!(nights.night("--changed-only", 0), ["2"]);
    assert_eq!(nights.night("--changed-only", 0), [""; 0], "already sent");
    assert_eq!(nights.night("--changed-only --full-refresh", 0), ["1", "2", "3"]);
}

#[test]
fn what_failed_and_went_through_since_as_the_failed_file_is_no_failure_of_the_next_night() {
    for unsendable in ["", "x,a\n"] {
        let mut nights = Nights::new(3);
        nights.input(numbered(3, "a") + unsendable);
        nights.refuses.store(true, Ordering::SeqCst);
        nights.night("--changed-only", 1);
        nights.refuses.store(false, Ordering::SeqCst);
        let failed = Job::run(nights.job.bytes("in.failed.csv"), &nights.fake)
            .args(LINE)
            .sharing_state_of(&nights.job);
        let code = i32::from(!unsendable.is_empty());
        failed.ends(code);
        let calls = nights.fake.calls().len();
        let ran = nights.job.again("--changed-only --summary -", code);
        assert_eq!(nights.fake.calls().len(), calls);
        let told: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(told["end"], "already_sent");
        assert_eq!(told["finished"], true);
        let since = ran.stderr.contains("1 row that failed then went through since");
        assert_eq!(since, unsendable.is_empty(), "{}", ran.stderr);
    }
}

#[test]
fn a_run_that_sends_everything_keeps_what_is_remembered_right() {
    let mut nights = Nights::new(2);
    nights.night("--changed-only", 0);
    nights.input(numbered(2, "b"));
    assert_eq!(nights.night("", 0), ["1", "2"]);
    nights.input(numbered(2, "a"));
    assert_eq!(
        nights.night("--changed-only", 0),
        ["1", "2"],
        "the platform has b"
    );
    nights.input("id_respondent,l1\n1,a\n2,a\n1,a\n");
    assert_eq!(nights.night("--changed-only", 0), [""; 0]);
}

#[test]
fn without_a_store_there_is_none_and_nothing_is_made() {
    let mut nights = Nights::new(1);
    nights.night("--state deep/s.sqlite", 0);
    assert!(!nights.job.path("deep").exists());
    let ran = nights.job.again("--changed-only --state none", 2);
    assert!(
        ran.stderr.contains("`--state none` keeps none: name a file"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_rehearsal_remembers_nothing() {
    let job =
        Job::new("run in.csv --sandbox --changed-only --state s.sqlite").file("in.csv", numbered(2, "a"));
    for _ in 0..2 {
        job.ends(0);
        assert!(job.lines("in.sandbox.results.csv")[0].contains(",success,"));
    }
    assert!(!job.path("s.sqlite").exists());
}

#[test]
fn a_damaged_store_is_reported_and_rebuilt_when_asked() {
    let mut nights = Nights::new(2);
    let with = |flags: &str| format!("{flags} --state s.sqlite");
    nights.night(&with("--changed-only"), 0);
    nights.input(numbered(2, "b"));
    std::fs::write(nights.job.path("s.sqlite"), vec![0xA5; 20_000]).unwrap();
    let ran = nights.job.again(&with("--changed-only"), 2);
    assert!(
        ran.stderr.contains("is damaged") && ran.stderr.contains("`--full-refresh` sets it aside"),
        "{}",
        ran.stderr
    );
    assert_eq!(nights.night(&with("--full-refresh"), 0), ["1", "2"]);
    let names = nights.job.names();
    assert!(
        names.iter().any(|name| name.starts_with("s.sqlite.damaged-")),
        "{names:?}"
    );
    nights.input(numbered(2, "c"));
    nights.input(numbered(2, "b"));
    assert_eq!(
        nights.night(&with("--changed-only --overwrite --keep l1"), 0),
        [""; 0]
    );
}

#[test]
fn what_is_remembered_is_shown_and_forgotten() {
    let mut nights = Nights::new(3);
    nights.night("--changed-only", 0);
    let state = |words: &str| Job::new("state").args(words).sharing_state_of(&nights.job);
    let shown = state("show").ends(0).stdout;
    assert!(
        shown.contains("account 387487 survey 7: 3 respondents"),
        "{shown}"
    );
    assert_eq!(
        state("forget --survey 7 --respondent 1,03").ends(0).stdout,
        "forgotten: 2 respondents of survey 7\n"
    );
    let ran = state("forget").usual_config("survey = 7\n").ends(2);
    assert!(ran.stderr.contains("who is to be forgotten?"), "{}", ran.stderr);
    state("forget --all --respondent 1").ends(2);
    let config = |words: &str| {
        state("forget --config c.toml")
            .args(words)
            .file("c.toml", "survey = 7\n")
    };
    assert_eq!(
        config("--respondent 9").ends(0).stdout,
        "forgotten: 0 respondents of survey 7\n"
    );
    assert_eq!(
        config("--survey 8").ends(0).stdout,
        "forgotten: 0 respondents of survey 8\n"
    );
    state("forget --config c.toml")
        .file("c.toml", "rate = \"5/s\"\n")
        .ends(2);
    state("forget --survey x").ends(2);
    nights.input("id_respondent,l1\n3,a\n2,a\n1,a\n");
    assert_eq!(nights.night("--changed-only", 0), ["1", "3"]);
    let state = |words: &str| Job::new("state").args(words).sharing_state_of(&nights.job);
    let config = state("forget --config c.toml").file("c.toml", "survey = 7\n");
    assert_eq!(config.ends(0).stdout, "forgotten: 3 respondents of survey 7\n");
    assert_eq!(state("forget --all").ends(0).stdout, "forgotten: 0 respondents\n");
    let ran = state("show --state gone.sqlite").ends(2);
    assert!(
        ran.stderr.contains("there is no state `gone.sqlite`"),
        "{}",
        ran.stderr
    );
}

#[cfg(unix)]
#[test]
fn it_is_readable_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let mut nights = Nights::new(1);
    nights.night("--changed-only --state s.sqlite", 0);
    let mode = std::fs::metadata(nights.job.path("s.sqlite"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[cfg(unix)]
#[test]
fn no_kill_at_any_moment_makes_the_next_night_miss_an_update() {
    let fake = Fake::start(|_| Answer::success());
    let rows = 400;
    let job = Job::run(numbered(rows, "a"), &fake)
        .args("--changed-only -c 8 --no-progress --timeout 1s")
        .args(LINE);
    job.ends(0);
    // Each night everything changes, and the run is interrupted at some moment. The platform holds
    // what it received last.
    for night in 0..6_u32 {
        let value = format!("v{}", night % 2);
        std::fs::write(job.path("in.csv"), numbered(rows, &value)).unwrap();
        let before = fake.calls().len();
        let running = job.start();
        while fake.calls().len() < before + 37 * (night as usize + 1) {
            std::thread::yield_now();
        }
        running.kill();
    }
    // Most respondents have v1 by now, some v0, some a. The store must not confuse them.
    std::fs::write(job.path("in.csv"), numbered(rows, "v0")).unwrap();
    job.ends(0);
    let mut platform = std::collections::HashMap::new();
    for call in fake.calls() {
        platform.insert(call.respondent().to_owned(), call.get("l1").unwrap().to_owned());
    }
    let wrong: Vec<_> = platform.iter().filter(|(_, value)| *value != "v0").collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn surveys_that_differ_in_leading_zeros_may_be_one() {
    let mut nights = Nights::new(0);
    nights.job = nights.job.without("--survey");
    for (night, calls) in [
        ("12,7,x", 1),
        ("12,007,y", 1),
        ("12,7,x", 1),
        ("12,7,x\n13,8,z", 1),
    ] {
        nights.input(format!("id_respondent,id_survey,l1\n{night}\n"));
        let called = nights.night("--changed-only --ignore-guards", 0);
        assert_eq!(called.len(), calls, "{night}");
    }
}

#[test]
fn a_refresh_that_was_cut_short_leaves_nobody_out() {
    let mut nights = Nights::new(30);
    nights.job = nights.job.without("--rate");
    nights.night("--changed-only --rate unlimited", 0);
    // Changes made by hand on the platform in the meantime are unknown.
    let first = nights
        .night("--full-refresh --rate 10/s --max-duration 500ms", 10)
        .len();
    assert!(first < 30);
    let second = nights.night("--changed-only --rate unlimited", 0).len();
    assert_eq!(first + second, 30);
}

#[test]
fn who_was_forgotten_is_sent_though_the_input_is_the_same() {
    let mut nights = Nights::new(3);
    nights.night("--changed-only", 0);
    let forget = "state forget --survey 7 --respondent 2";
    Job::new(forget).sharing_state_of(&nights.job).ends(0);
    assert_eq!(nights.night("--changed-only", 0), ["2"]);
    // The same if the failures were accepted, which gives exit code 0.
    nights.refuses.store(true, Ordering::SeqCst);
    nights.input(numbered(3, "b"));
    nights.night("--changed-only --accept-failures 1", 0);
    assert_eq!(nights.night("--changed-only --accept-failures 1", 0), ["2"]);
}

#[test]
fn two_runs_do_not_share_what_is_remembered() {
    // The first call has its answer when the others have been refused.
    let (fake, gate) = Fake::start_closed();
    let shared = tempfile::tempdir().unwrap();
    let state = shared.path().join("s.sqlite");
    let job = |value: &str| {
        // Each job has its own state folder, so the account's lock does not keep them apart.
        Job::run(numbered(3, value), &fake).args(&format!("-c 1 --changed-only --state {}", state.display()))
    };
    let (first, second) = (job("x"), job("y"));
    let running = first.start();
    while fake.calls().is_empty() {
        std::thread::yield_now();
    }
    let ran = second.ends(11);
    assert!(
        ran.stderr.contains("another run has this state"),
        "{}",
        ran.stderr
    );
    let forget = Job::new("state forget --all").args(&format!("--state {}", state.display()));
    forget.ends(11);
    drop(gate);
    assert_eq!(running.wait().code, 0);
    second.ends(0);
}

#[test]
fn somebody_elses_database_is_left_as_it_is() {
    let job = Job::run(numbered(1, "a"), &Fake::start(|_| Answer::success()))
        .args("--changed-only --state o.sqlite");
    // The header of an empty database of another program, whose format differs.
    let mut other = vec![0; 4096];
    other.splice(..16, *b"SQLite format 3\0");
    other.splice(16..24, [16, 0, 1, 1, 0, 64, 32, 32]);
    other.splice(28..32, [0, 0, 0, 1]);
    other.splice(40..48, [0, 0, 0, 1, 0, 0, 0, 4]);
    other.splice(56..60, [0, 0, 0, 1]);
    other.splice(68..72, [1, 2, 3, 4]);
    other.splice(100..108, [13, 0, 0, 0, 0, 16, 0, 0]);
    let job = job.file("o.sqlite", &other);
    let ran = job.ends(2);
    assert!(ran.stderr.contains("is no state of this tool"), "{}", ran.stderr);
    assert_eq!(job.bytes("o.sqlite"), other);
}

#[test]
fn the_same_input_is_sent_again_only_for_something_new() {
    // A respondent is set to x and back to y, and another row cannot be sent. Neither is news.
    let mut nights = Nights::new(0);
    nights.input("id_respondent,l1\n1,x\n1,y\nbad,z\n");
    assert_eq!(nights.night("--changed-only", 1).len(), 2);
    let files = nights.job.names();
    for flags in [
        "--changed-only",
        "--changed-only",
        "--changed-only --accept-failures 1",
    ] {
        assert_eq!(nights.night(flags, 1), [""; 0]);
        assert_eq!(nights.job.names(), files);
    }
    let mut nights = Nights::new(5);
    let only = "--changed-only --only 3 -o part.csv";
    assert_eq!(nights.night(only, 0), ["3"]);
    assert_eq!(nights.night(only, 0), [""; 0]);
    // A trial of a refresh affects only the entries of the respondents that it sends.
    nights.night("--changed-only", 0);
    assert_eq!(nights.night("--full-refresh --only 3 -o other.csv", 0), ["3"]);
    let shown = Job::new("state show")
        .sharing_state_of(&nights.job)
        .ends(0)
        .stdout;
    assert!(shown.contains("survey 7: 5 respondents"), "{shown}");
}
