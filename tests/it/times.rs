//! Times have one form for people and one for machines, wherever they are written.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

use crate::support::{Answer, Fake, Job, numbered, pause};

/// Finds what looks like a time in a text, including its fraction and its offset.
fn moments(text: &str) -> Vec<&str> {
    let is_date = |text: &str| {
        text.char_indices().all(|(index, c)| match index {
            4 | 7 => c == '-',
            _ => c.is_ascii_digit(),
        })
    };
    text.match_indices("20")
        .filter(|(at, _)| text.get(*at..at + 10).is_some_and(is_date))
        .map(|(at, _)| {
            let (_, from) = text.split_at(at);
            let is_more = |c: char| c.is_ascii_digit() || ".+Z:-".contains(c);
            let end = from.match_indices(|c| !is_more(c)).find(|(end, _)| *end > 10);
            let (moment, _) = from.split_at(end.map_or(from.len(), |(end, _)| end));
            moment.trim_end_matches([':', '.'])
        })
        .collect()
}

/// `2026-11-24 08:57:43`
fn is_for_people(moment: &str) -> bool {
    moment.len() == 19 && moment.parse::<DateTime>().is_ok() && moment.contains(' ')
}

/// `2026-11-24T08:57:43.123+04:30`
fn is_for_machines(moment: &str) -> bool {
    moment.len() == 29 && moment.ends_with("+04:30") && moment.parse::<Timestamp>().is_ok()
}

fn job(fake: &Fake) -> Job {
    // Neither UTC nor the zone of any machine that runs the tests.
    Job::run(numbered(4, "x"), fake).var("TZ", "<+0430>-4:30")
}

#[test]
fn people_see_local_times_with_seconds() {
    let answers = Arc::new(AtomicBool::new(false));
    let may_answer = Arc::clone(&answers);
    let fake = Fake::start(move |call| {
        while !may_answer.load(Ordering::SeqCst) {
            pause(Duration::from_millis(5));
        }
        if call.before == 0 && call.respondent() == "1" {
            Answer::of(429, "")
        } else {
            Answer::success()
        }
    });
    let job = job(&fake).args("-vv -c 1 --resume");
    let running = job.start();
    while fake.calls().is_empty() {
        pause(Duration::from_millis(5));
    }
    let second = job.ends(11);
    answers.store(true, Ordering::SeqCst);
    let first = running.wait();
    let third = job.ends(0);
    let said = [first.stderr, second.stderr, third.stderr].concat();
    for part in ["since 20", "at half the pace from 20", "already sent on 20"] {
        assert!(said.contains(part), "no `{part}` in\n{said}");
    }
    let moments = moments(&said);
    assert_eq!(moments.len(), 3, "{moments:?}\n{said}");
    for moment in moments {
        assert!(is_for_people(moment), "`{moment}` in\n{said}");
        let shown = Offset::from_seconds(16_200)
            .and_then(|offset| offset.to_timestamp(moment.parse()?))
            .unwrap();
        let old = Timestamp::now().duration_since(shown).as_secs();
        assert!((0..600).contains(&old), "`{moment}` is not the local time");
    }
}

#[test]
fn machines_read_rfc_3339_with_the_offset_and_milliseconds() {
    let fake = Fake::start(|_| Answer::success());
    let job = job(&fake).args("--log-format json -vv");
    let ran = job.ends(0);
    let lines = ran.stderr.lines().count();
    let logged: Vec<String> = ran
        .stderr
        .lines()
        .map(|line| {
            let event: serde_json::Value = serde_json::from_str(line).unwrap();
            event["timestamp"].as_str().unwrap().to_owned()
        })
        .collect();
    let (summary, results) = (job.text("in.summary.json"), job.text("in.results.csv"));
    let (summary, results) = (moments(&summary), moments(&results));
    assert_eq!((logged.len(), summary.len(), results.len()), (lines, 3, 4));
    for moment in logged.iter().map(String::as_str).chain(summary).chain(results) {
        assert!(is_for_machines(moment), "{moment}");
    }
}
