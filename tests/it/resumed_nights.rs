//! What a resumed run knows and does not know: nights that are interrupted, and runs in between.
//! The platform remembers what it accepted.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::support::{Answer, Call, Fake, Job, numbered, pause};

/// Accepts calls until it is set to refuse all, and remembers what it accepted.
struct Platform {
    fake: Fake,
    taken: Arc<Mutex<Vec<String>>>,
    left: Arc<AtomicI64>,
}

/// Formats a call in short: `7=a`.
fn said(call: &Call) -> String {
    format!("{}={}", call.respondent(), call.get("l1").unwrap())
}

impl Platform {
    fn new() -> Self {
        Self::with(|_| Answer::success())
    }

    /// Creates a platform that handles some calls differently. It has accepted what it answers with
    /// a success.
    fn with(script: impl Fn(&Call) -> Answer + Send + Sync + 'static) -> Self {
        let (taken, left) = (
            Arc::new(Mutex::new(Vec::new())),
            Arc::new(AtomicI64::new(i64::MAX)),
        );
        let (taking, leaving) = (Arc::clone(&taken), Arc::clone(&left));
        let fake = Fake::start(move |call| {
            if leaving.fetch_sub(1, Ordering::SeqCst) <= 0 {
                return Answer::of(401, "");
            }
            let answer = script(call);
            if matches!(&answer, Answer::Reply { body, .. } if body.contains("success")) {
                taking.lock().unwrap().push(said(call));
            }
            answer
        });
        Self { fake, taken, left }
    }

    /// Returns what was accepted during this action, in order.
    fn taking(&self, act: impl FnOnce()) -> Vec<String> {
        let before = self.taken.lock().unwrap().len();
        act();
        let mut taken = self.taken.lock().unwrap().clone();
        taken.split_off(before)
    }

    /// Returns what it holds of a respondent.
    fn holds(&self, respondent: &str) -> Option<String> {
        let taken = self.taken.lock().unwrap();
        let last = taken
            .iter()
            .rev()
            .find_map(|said| said.strip_prefix(&format!("{respondent}=")));
        last.map(str::to_owned)
    }

    /// A scheduler's job over this input, with one call at a time.
    fn job(&self, input: &str) -> Job {
        Job::run(input, &self.fake).args("-c 1 --resume --rotate")
    }
}

/// Runs that end when everything is sent, and runs that end after a number of calls because five in
/// a row are refused. Each returns what it sent.
trait Nights {
    fn night(&mut self, platform: &Platform, flags: &str) -> Vec<String>;
    fn cut(&mut self, platform: &Platform, calls: i64, flags: &str) -> Vec<String>;
    fn input(&self, text: &str);
}

impl Nights for Job {
    fn night(&mut self, platform: &Platform, flags: &str) -> Vec<String> {
        platform.taking(|| drop(self.again(flags, 0)))
    }

    fn cut(&mut self, platform: &Platform, calls: i64, flags: &str) -> Vec<String> {
        platform.left.store(calls, Ordering::SeqCst);
        let taken = platform.taking(|| drop(self.again(flags, 4)));
        platform.left.store(i64::MAX, Ordering::SeqCst);
        assert_eq!(i64::try_from(taken.len()).unwrap(), calls, "{taken:?}");
        taken
    }

    fn input(&self, text: &str) {
        std::fs::write(self.path("in.csv"), text).unwrap();
    }
}

fn each(ids: impl IntoIterator<Item = u32>, value: &str) -> Vec<String> {
    ids.into_iter().map(|id| format!("{id}={value}")).collect()
}

/// Returns rows without a header.
fn tail(rows: u32, value: &str) -> String {
    numbered(rows, value).split_once('\n').unwrap().1.to_owned()
}

const CHANGED: &str = "--changed-only";

#[test]
fn what_another_input_said_by_day_is_not_forgotten_by_the_resumed_night() {
    let platform = Platform::new();
    let mut night = platform.job(&numbered(10, "a"));
    night.cut(&platform, 5, CHANGED);
    let mut day = platform.job("id_respondent,l1\n3,b\n").sharing_state_of(&night);
    // Its export is much smaller than that of the night.
    let changed = format!("{CHANGED} --ignore-guards");
    assert_eq!(day.night(&platform, &changed), ["3=b"]);
    assert_eq!(night.night(&platform, CHANGED), each(6..=10, "a"));
    assert_eq!(day.night(&platform, &changed), [""; 0], "the store still knows");
    assert_eq!(night.night(&platform, CHANGED), ["3=a"], "the platform has b");
    assert_eq!(day.night(&platform, &changed), ["3=b"], "and so in turn");
}

#[test]
fn of_two_rows_of_a_respondent_the_store_knows_the_last_after_two_cuts() {
    let platform = Platform::new();
    let mut night = platform.job(&format!("id_respondent,l1\n99,a\n98,a\n99,b\n{}", tail(10, "a")));
    night.cut(&platform, 3, CHANGED);
    night.cut(&platform, 1, CHANGED);
    night.input("id_respondent,l1\n99,b\n98,a\n1,a\n");
    let changed = format!("{CHANGED} --ignore-guards");
    assert_eq!(night.night(&platform, &changed), [""; 0]);
    night.input("id_respondent,l1\n99,a\n98,a\n1,a\n");
    assert_eq!(night.night(&platform, &changed), ["99=a"]);
}

#[test]
fn whom_the_state_forgot_a_resume_does_not_teach_it() {
    let platform = Platform::new();
    let mut night = platform.job(&numbered(10, "a"));
    night.cut(&platform, 5, CHANGED);
    let forget = "state forget --survey 7 --respondent 3";
    Job::new(forget).sharing_state_of(&night).ends(0);
    assert_eq!(night.night(&platform, CHANGED), each(6..=10, "a"));
    assert_eq!(night.night(&platform, CHANGED), ["3=a"]);
    assert_eq!(night.night(&platform, CHANGED), [""; 0]);
}

#[test]
fn a_refresh_sends_all_rows_whatever_an_unfinished_run_has_settled() {
    for mode in ["", CHANGED] {
        let platform = Platform::new();
        let mut night = platform.job(&numbered(41, "a"));
        night.cut(&platform, 10, mode);
        assert_eq!(
            night.night(&platform, "--full-refresh"),
            each(1..=41, "a"),
            "{mode}"
        );
        let names = night.names();
        assert!(
            names.iter().any(|name| name.starts_with("in.interrupted-")),
            "{names:?}"
        );
    }
    // If nothing may be set aside, the run is not started.
    let platform = Platform::new();
    let mut night = platform
        .job(&numbered(41, "a"))
        .without("--resume")
        .args("--resume");
    night.cut(&platform, 10, CHANGED);
    let ran = night.again("--full-refresh", 2);
    assert!(
        ran.stderr
            .contains("is of an unfinished run that is no `--full-refresh`: finish it without that flag"),
        "{}",
        ran.stderr
    );
    assert_eq!(
        night.night(&platform, "--full-refresh --overwrite"),
        each(1..=41, "a")
    );
}

#[test]
fn a_refresh_resumes_a_refresh_and_forgets_nobody_again() {
    let platform = Platform::new();
    let mut night = platform.job(&numbered(20, "a"));
    night.night(&platform, CHANGED);
    night.cut(&platform, 5, "--full-refresh");
    night.cut(&platform, 5, "--full-refresh");
    assert_eq!(night.night(&platform, "--full-refresh"), each(11..=20, "a"));
    night.input(&(numbered(20, "a") + "21,a\n"));
    assert_eq!(night.night(&platform, CHANGED), ["21=a"]);
    // A refresh that a plain `--changed-only` run has resumed is no longer a refresh.
    night.cut(&platform, 5, "--full-refresh");
    night.cut(&platform, 5, CHANGED);
    assert_eq!(night.night(&platform, "--full-refresh"), each(1..=21, "a"));
}

#[test]
fn a_night_without_the_state_is_made_up_for() {
    let platform = Platform::new();
    let mut night = platform.job(&numbered(20, "old"));
    night.night(&platform, CHANGED);
    night.input(&numbered(20, "new"));
    night.cut(&platform, 4, CHANGED);
    night.cut(&platform, 3, "--state none");
    assert_eq!(night.night(&platform, CHANGED), each(8..=20, "new"));
    night.input(&numbered(20, "old"));
    assert_eq!(night.night(&platform, CHANGED), each(1..=20, "old"));
}

#[test]
fn another_state_is_not_believed_of_what_the_journal_has_sent() {
    let platform = Platform::new();
    let mut night = platform.job(&numbered(20, "old"));
    let with = |state: &str| format!("{CHANGED} --state {state}");
    night.night(&platform, &with("a.sqlite"));
    std::fs::copy(night.path("a.sqlite"), night.path("copy.sqlite")).unwrap();
    night.night(&platform, &format!("{} --overwrite", with("b.sqlite")));
    night.input(&numbered(20, "new"));
    night.cut(&platform, 6, &with("a.sqlite"));
    // Both stores hold only the old values; one of them is even a copy.
    night.cut(&platform, 2, &with("b.sqlite"));
    assert_eq!(night.night(&platform, &with("copy.sqlite")), each(9..=20, "new"));
    night.input(&numbered(20, "old"));
    assert_eq!(night.night(&platform, &with("copy.sqlite")), each(1..=20, "old"));
}

#[test]
fn a_state_that_was_restored_from_a_backup_is_noticed() {
    // The store is restored to its state before the run and then used by another input, so that its
    // runs get the same numbers again.
    for others in 0..3 {
        let platform = Platform::new();
        let mut night = platform.job(&numbered(12, "old")).args("--state s.sqlite");
        night.night(&platform, CHANGED);
        std::fs::copy(night.path("s.sqlite"), night.path("backup")).unwrap();
        night.input(&numbered(12, "new"));
        night.cut(&platform, 6, CHANGED);
        std::fs::copy(night.path("backup"), night.path("s.sqlite")).unwrap();
        let state = night.path("s.sqlite").to_str().unwrap().to_owned();
        for other in 0..others {
            let mut day = platform.job(&format!("id_respondent,l1\n99,{other}\n"));
            day.night(&platform, &format!("{CHANGED} --ignore-guards --state {state}"));
        }
        assert_eq!(night.night(&platform, CHANGED), each(7..=12, "new"));
        night.input(&numbered(12, "old"));
        assert_eq!(night.night(&platform, CHANGED), each(1..=12, "old"), "{others}");
    }
}

#[test]
fn a_restored_state_is_noticed_when_an_unfinished_run_is_set_aside_or_replaced() {
    for flags in ["", "--overwrite"] {
        let platform = Platform::new();
        let mut night = platform.job(&numbered(12, "old")).args("--state s.sqlite");
        night.night(&platform, CHANGED);
        std::fs::copy(night.path("s.sqlite"), night.path("backup")).unwrap();
        night.input(&numbered(12, "new"));
        night.cut(&platform, 6, CHANGED);
        std::fs::copy(night.path("backup"), night.path("s.sqlite")).unwrap();
        night.input(&(numbered(12, "old") + "13,old\n"));
        let mut expected = each(1..=6, "old");
        expected.extend(each([13], "old"));
        assert_eq!(
            night.night(&platform, &format!("{CHANGED} {flags}")),
            expected,
            "{flags}"
        );
    }
}

#[test]
fn a_plain_run_in_between_is_known_too() {
    let platform = Platform::new();
    let mut night = platform.job(&numbered(10, "a"));
    night.cut(&platform, 5, CHANGED);
    let mut by_hand = platform
        .job("id_respondent,l1\n3,c\n8,c\n")
        .sharing_state_of(&night);
    assert_eq!(by_hand.night(&platform, ""), ["3=c", "8=c"]);
    assert_eq!(night.night(&platform, CHANGED), each(6..=10, "a"));
    assert_eq!(night.night(&platform, CHANGED), ["3=a"]);
}

#[test]
fn two_inputs_in_turn_are_cut_and_resumed() {
    let platform = Platform::new();
    let mut one = platform.job(&numbered(12, "a"));
    let mut other = platform.job(&numbered(12, "b")).sharing_state_of(&one);
    one.cut(&platform, 3, CHANGED);
    other.cut(&platform, 5, CHANGED);
    one.cut(&platform, 3, CHANGED);
    assert_eq!(other.night(&platform, CHANGED), each(6..=12, "b"));
    assert_eq!(one.night(&platform, CHANGED), each(7..=12, "a"));
    // The platform holds b for the respondents that the other input sent later.
    assert_eq!(one.night(&platform, CHANGED), each([1, 2, 3, 6], "a"));
    assert_eq!(one.night(&platform, CHANGED), [""; 0]);
}

#[test]
fn what_was_unchanged_then_is_judged_anew() {
    let platform = Platform::new();
    let mut night = platform.job(&numbered(12, "a"));
    night.night(&platform, CHANGED);
    let half = numbered(4, "a") + tail(12, "b").split_once("4,b\n").unwrap().1;
    night.input(&half);
    assert_eq!(night.cut(&platform, 1, CHANGED), ["5=b"]);
    let mut day = platform.job("id_respondent,l1\n2,z\n").sharing_state_of(&night);
    day.night(&platform, &format!("{CHANGED} --ignore-guards"));
    let mut rest = each([2], "a");
    rest.extend(each(6..=12, "b"));
    assert_eq!(night.night(&platform, CHANGED), rest);
    let lines = night.lines("in.results.csv");
    assert!(lines[0].contains(",skipped,unchanged,"), "{lines:?}");
    assert!(lines[1].contains(",success,"), "{lines:?}");
    // A plain run also sends the rows that were skipped, with a state and without one.
    for flags in ["", "--state none"] {
        night.input(&numbered(12, "a"));
        night.night(&platform, CHANGED);
        night.input(&half);
        night.cut(&platform, 1, CHANGED);
        let rest = night.night(&platform, flags);
        assert_eq!(rest.len(), 11, "{flags}: {rest:?}");
    }
}

#[test]
fn no_row_is_sent_behind_a_later_one_of_its_respondent() {
    for flags in [CHANGED, "", "--state none"] {
        let platform = Platform::new();
        let mut night = platform.job(&numbered(10, "a"));
        night.night(&platform, CHANGED);
        // The first row of 1 is unchanged; the second differs and is sent.
        night.input(&format!("id_respondent,l1\n1,a\n{}", tail(10, "b")));
        assert_eq!(night.cut(&platform, 2, CHANGED), ["1=b", "2=b"]);
        let mut day = platform.job("id_respondent,l1\n1,z\n").sharing_state_of(&night);
        day.night(&platform, &format!("{CHANGED} --ignore-guards"));
        assert_eq!(night.night(&platform, flags), each(3..=10, "b"), "{flags}");
    }
}

#[cfg(unix)]
#[test]
fn a_kill_between_the_answer_and_the_states_write_costs_a_repeated_call_at_most() {
    for calls in [1, 2, 5, 9] {
        let platform = Platform::with(move |call| match call.respondent() {
            "10" if call.before == 0 => Answer::Hang,
            _ => Answer::success(),
        });
        let rows = format!("{}10,a\n11,a\n", numbered(calls, "a"));
        let mut night = platform.job(&rows).args(CHANGED);
        let running = night.start();
        while platform.fake.calls().len() <= calls as usize {
            pause(Duration::from_millis(1));
        }
        running.kill();
        let resumed = night.night(&platform, "");
        assert!(
            resumed.len() <= 3 && resumed.ends_with(&each(10..=11, "a")),
            "{calls}: {resumed:?}"
        );
        // What is missing from the store is sent once more, and nothing is left out.
        let next = night.night(&platform, "");
        assert!(next.len() <= calls as usize, "{calls}: {next:?}");
        assert_eq!(night.night(&platform, ""), [""; 0], "{calls}");
    }
}

/// A platform that applies `7=a` a second after the client has timed out.
fn late() -> (Platform, Arc<Mutex<HashMap<String, String>>>) {
    let holds = Arc::new(Mutex::new(HashMap::new()));
    let held = Arc::clone(&holds);
    let platform = Platform::with(move |call| {
        let (respondent, value) = (call.respondent().to_owned(), call.get("l1").unwrap().to_owned());
        if (respondent.as_str(), value.as_str()) == ("7", "a") {
            let held = Arc::clone(&held);
            std::thread::spawn(move || {
                pause(Duration::from_millis(1_500));
                held.lock().unwrap().insert(respondent, value);
            });
            return Answer::Hang;
        }
        held.lock().unwrap().insert(respondent, value);
        Answer::success()
    });
    (platform, holds)
}

#[test]
fn a_late_call_that_undoes_a_later_row_costs_one_repeated_call() {
    let (platform, holds) = late();
    let has = || holds.lock().unwrap().get("7").cloned();
    let mut night = platform
        .job("id_respondent,l1\n7,a\n8,x\n7,b\n")
        .args("--timeout 300ms --max-retries 0");
    night.again(CHANGED, 1);
    assert_eq!(has().as_deref(), Some("b"));
    while has().as_deref() != Some("a") {
        pause(Duration::from_millis(20));
    }
    // A night with the same value as the last row.
    night.input("id_respondent,l1\n7,b\n8,x\n");
    pause(Duration::from_secs(3));
    assert_eq!(night.night(&platform, CHANGED), ["7=b"]);
    assert_eq!(has().as_deref(), Some("b"));
    night.input("id_respondent,l1\n8,x\n7,b\n");
    assert_eq!(night.night(&platform, CHANGED), [""; 0]);
}

#[cfg(unix)]
#[test]
fn what_a_killed_run_had_under_way_is_in_doubt() {
    let (platform, holds) = late();
    let has = || holds.lock().unwrap().get("7").cloned();
    let mut night = platform
        .job("id_respondent,l1\n7,a\n")
        .args("--timeout 300ms --changed-only");
    let running = night.start();
    while platform.fake.calls().is_empty() {
        pause(Duration::from_millis(1));
    }
    running.kill();
    // At once, with another export.
    night.input("id_respondent,l1\n7,b\n");
    assert_eq!(night.night(&platform, ""), ["7=b"]);
    while has().as_deref() != Some("a") {
        pause(Duration::from_millis(20));
    }
    pause(Duration::from_secs(3));
    assert_eq!(night.night(&platform, ""), ["7=b"], "the same input has news");
    assert_eq!(has().as_deref(), Some("b"));
    assert_eq!(night.night(&platform, ""), [""; 0]);
    assert_eq!(platform.holds("7").as_deref(), Some("b"));
}

#[test]
fn a_night_behind_an_unfinished_one_says_what_is_true() {
    let platform = Platform::new();
    let mut night = platform.job(&numbered(10, "a"));
    night.cut(&platform, 3, CHANGED);
    night.input(&(numbered(10, "a") + "11,a\n"));
    let ran = night.again(CHANGED, 0);
    assert!(
        ran.stderr
            .contains("the last run was not finished; this one sends what was not acknowledged, as far as it is in this input"),
        "{}",
        ran.stderr
    );
    assert!(!ran.stderr.contains("warning"), "{}", ran.stderr);
    assert_eq!(platform.holds("5").as_deref(), Some("a"));
    // If everything is sent, the rows that only the other input had are lost.
    night.input(&numbered(10, "b"));
    night.cut(&platform, 3, "");
    night.input(&numbered(6, "c"));
    let ran = night.again("", 0);
    assert!(
        ran.stderr
            .contains("warning: the last run was of another input and not finished: rows that are not in this one are not sent any more"),
        "{}",
        ran.stderr
    );
}

/// A state file of version 0.1.0, with survey 7 on 127.0.0.1:18080.
#[test]
fn a_state_of_an_earlier_version_is_migrated_and_believed() {
    let job = Job::new("run in.csv --dry-run --changed-only --survey 7 --base-url http://127.0.0.1:18080")
        .args("--state s.sqlite")
        .file("in.csv", "id_respondent,l1\n1,a\n2,b\n3,c3\n4,d\n")
        .file("s.sqlite", include_bytes!("../earlier/state-1.sqlite"));
    for _ in 0..2 {
        let ran = job.ends(0);
        assert!(ran.stdout.contains("3 skipped"), "{}", ran.stdout);
    }
    let shown = Job::new("state show --state s.sqlite").file("s.sqlite", job.bytes("s.sqlite"));
    let shown = shown.ends(0).stdout;
    assert!(
        shown.contains("http://127.0.0.1:18080/ account 387487 survey 7: 3 respondents"),
        "{shown}"
    );
}
