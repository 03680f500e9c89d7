//! Rows that always fail must not prevent the others from being sent. In these nights of
//! `--changed-only` a part of the respondents always fails in one way, at different places of the
//! file.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::support::{Answer, Fake, Job};

const RESPONDENTS: u32 = 200;
const NIGHTS: u32 = 4;

/// The place of the respondents that fail from the second night on.
#[derive(Clone, Copy, Debug)]
enum Place {
    First,
    Middle,
    Last,
    Scattered,
}

impl Place {
    /// Whether this respondent is one of the `failing` ones.
    fn has(self, id: u32, failing: u32) -> bool {
        let middle = (RESPONDENTS - failing) / 2;
        match self {
            Self::First => id <= failing,
            Self::Middle => (middle..middle + failing).contains(&id),
            Self::Last => id > RESPONDENTS - failing,
            Self::Scattered => id * failing % RESPONDENTS < failing,
        }
    }
}

/// Returns the export of a night. A respondent that can be updated has a new value on one night of
/// three, one that cannot has a new value each night.
fn export(night: u32, fails: impl Fn(u32) -> bool) -> (String, BTreeSet<u32>) {
    let mut text = "id_respondent,l1\n".to_owned();
    let mut changed = BTreeSet::new();
    for id in 1..=RESPONDENTS {
        let value = if fails(id) { night } else { (night + id % 3) / 3 };
        let before = if night == 0 {
            None
        } else {
            Some((night - 1 + id % 3) / 3)
        };
        if !fails(id) && before != Some(value) {
            changed.insert(id);
        }
        writeln!(text, "{id},v{value}").unwrap();
    }
    (text, changed)
}

/// Runs the nights. From the second one on, `failing` respondents get this answer.
fn nights(place: Place, failing: u32, answer: fn() -> Answer) {
    let started = Arc::new(AtomicBool::new(false));
    let fails_now = Arc::clone(&started);
    let fake = Fake::start(move |call| {
        let id = call.respondent().parse().unwrap();
        if fails_now.load(Ordering::SeqCst) && place.has(id, failing) {
            answer()
        } else {
            Answer::success()
        }
    });
    let mut job = Job::run("", &fake).args("--resume --rotate --changed-only --max-retries 1 -c 4");
    for night in 0..NIGHTS {
        let (text, changed) = export(night, |id| place.has(id, failing));
        std::fs::write(job.path("in.csv"), text).unwrap();
        started.store(night > 0, Ordering::SeqCst);
        let before = fake.calls().len();
        job.again("", i32::from(night > 0));
        let calls = fake.calls();
        let called: BTreeSet<u32> = calls
            .iter()
            .skip(before)
            .map(|call| call.respondent().parse().unwrap())
            .filter(|id| !place.has(*id, failing))
            .collect();
        let missed: Vec<_> = changed.difference(&called).collect();
        assert!(
            missed.is_empty(),
            "{place:?}, night {night}: not sent: {missed:?}"
        );
        // Few calls were repeated as control calls.
        let repeated = called.difference(&changed).count();
        assert!(
            repeated <= 5,
            "{place:?}, night {night}: {repeated} for no reason"
        );
    }
}

#[test]
fn refused_rows_wherever_they_stand() {
    for place in [Place::First, Place::Middle, Place::Last, Place::Scattered] {
        nights(place, 20, || Answer::of(403, "blocked"));
        nights(place, 120, || Answer::of(404, "<html>"));
    }
}

#[test]
fn rejected_rows_and_rows_that_break_the_platform() {
    for place in [Place::First, Place::Last] {
        nights(place, 120, || Answer::error("no such respondent"));
        nights(place, 20, || Answer::of(500, ""));
    }
}

#[test]
fn rows_without_an_answer() {
    for place in [Place::First, Place::Last] {
        nights(place, 20, || Answer::Cut);
    }
}
