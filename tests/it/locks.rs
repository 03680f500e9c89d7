//! Two runs at the same time: for one output, for one account.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::support::{Answer, Fake, Job, Running, numbered, pause};

/// A platform that does not answer until it may, and a run that waits for it.
struct Busy {
    fake: Fake,
    job: Job,
    running: Running,
    answers: Arc<AtomicBool>,
}

impl Busy {
    fn new() -> Self {
        let answers = Arc::new(AtomicBool::new(false));
        let may_answer = Arc::clone(&answers);
        let fake = Fake::start(move |_| {
            while !may_answer.load(Ordering::SeqCst) {
                pause(Duration::from_millis(5));
            }
            Answer::success()
        });
        let job = Job::run(numbered(3, "x"), &fake);
        let running = job.start();
        while fake.calls().is_empty() {
            pause(Duration::from_millis(5));
        }
        Self {
            fake,
            job,
            running,
            answers,
        }
    }

    /// Another run for the same account, from another folder.
    fn other(&self) -> Job {
        Job::run(numbered(2, "y"), &self.fake).sharing_state_of(&self.job)
    }
}

#[test]
fn a_second_run_is_refused_with_who_has_it_since_when() {
    let busy = Busy::new();
    let same_output = busy.job.ends(11);
    assert!(
        same_output
            .stderr
            .contains("another run has this output: process "),
        "{}",
        same_output.stderr
    );
    assert!(same_output.stderr.contains("since 20") && same_output.stderr.contains("with in.csv"));
    let same_account = busy.other();
    let ran = same_account.ends(11);
    assert!(
        ran.stderr.contains("another run has this account: process "),
        "{}",
        ran.stderr
    );
    assert_eq!(same_account.names(), ["in.csv"]);
    // A run for another account, or one without calls, is not blocked.
    let other_account = busy.other().var("RESPONDENT_SYNC_ACCOUNT", "5");
    busy.other().args("--dry-run").ends(0);
    busy.other().args("--sandbox").ends(0);
    Job::new("check in.csv --survey 7")
        .file("in.csv", numbered(2, "y"))
        .ends(0);
    busy.answers.store(true, Ordering::SeqCst);
    other_account.ends(0);
    assert_eq!(busy.running.wait().code, 0);
    assert_eq!(busy.job.names(), ["in.csv", "in.results.csv", "in.summary.json"]);
    same_account.ends(0);
}

#[test]
fn a_run_waits_for_another_as_long_as_it_is_told_to() {
    let busy = Busy::new();
    let waiting = busy.other().args("--wait-lock 50s");
    let second = waiting.start();
    busy.other().args("--wait-lock 200ms").ends(11);
    busy.answers.store(true, Ordering::SeqCst);
    assert_eq!(busy.running.wait().code, 0);
    let ran = second.wait();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(
        ran.stderr
            .contains("waiting for another run that has this account"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_process_that_is_killed_gives_its_locks_back() {
    let busy = Busy::new();
    busy.running.kill();
    busy.answers.store(true, Ordering::SeqCst);
    let mut job = busy.job;
    job.again("--resume", 0);
    assert_eq!(job.names(), ["in.csv", "in.results.csv", "in.summary.json"]);
}

#[cfg(unix)]
#[test]
fn a_state_has_one_lock_under_all_its_names() {
    let busy = Busy::new();
    let folder = tempfile::tempdir().unwrap();
    let (own, link) = (folder.path().join("own"), folder.path().join("link"));
    std::fs::create_dir(&own).unwrap();
    std::os::unix::fs::symlink(&own, &link).unwrap();
    let state = |folder: &std::path::Path| format!("--state {}/state.sqlite", folder.display());
    // A first run creates the store, which is then in use by a run for another account.
    let quick = Fake::start(|_| Answer::success());
    Job::run(numbered(1, "x"), &quick)
        .args(&format!("--changed-only {}", state(&own)))
        .ends(0);
    let long = busy
        .other()
        .var("RESPONDENT_SYNC_ACCOUNT", "5")
        .args(&state(&own));
    let calls = busy.fake.calls().len();
    let running = long.start();
    while busy.fake.calls().len() == calls {
        pause(Duration::from_millis(5));
    }
    let ran = busy
        .other()
        .var("RESPONDENT_SYNC_ACCOUNT", "6")
        .args(&state(&link))
        .ends(11);
    assert!(
        ran.stderr.contains("another run has this state"),
        "{}",
        ran.stderr
    );
    busy.answers.store(true, Ordering::SeqCst);
    assert_eq!(running.wait().code, 0);
    assert_eq!(busy.running.wait().code, 0);
}

#[cfg(unix)]
#[test]
fn without_a_state_folder_there_is_one_warning() {
    let fake = Fake::start(|_| Answer::success());
    let job = Job::run(numbered(2, "x"), &fake).var("XDG_STATE_HOME", "/proc/none");
    let ran = job.ends(0);
    assert_eq!(ran.stderr.matches("warning: ").count(), 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("no lock for the account"), "{}", ran.stderr);
}
