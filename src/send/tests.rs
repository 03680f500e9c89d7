//! The stage as a whole under a paused clock, with a scripted transport: hours of rate, retries and
//! hold-offs run in milliseconds, and every attempt is recorded.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::Instant;

use super::attempt::{Body, Reply, Transport, TransportError};
use super::*;
use crate::model::{
    Digits, EarlyEnd, ErrorCode, Outcome, Plan, PlannedRow, Position, RowFault, SLOTS, Signal, Status,
    Unsent, UpdateRespondent,
};

/// The platform's answer to one attempt.
#[derive(Clone)]
struct Answer {
    after: Duration,
    result: Result<Reply, TransportError>,
    /// The call panics instead of returning a result.
    panics: bool,
}

fn reply(status: u16, body: &str) -> Answer {
    Answer {
        after: Duration::from_millis(50),
        result: Ok(Reply {
            status,
            retry_after: None,
            date: None,
            body: Body::Whole(Bytes::copy_from_slice(body.as_bytes())),
        }),
        panics: false,
    }
}

fn success() -> Answer {
    reply(200, r#"{"type":"success","msg":"updated"}"#)
}

fn rejected() -> Answer {
    reply(200, r#"{"type":"error","msg":"no such respondent"}"#)
}

fn fault(error: TransportError) -> Answer {
    Answer {
        after: Duration::from_millis(50),
        result: Err(error),
        panics: false,
    }
}

fn asks_to_wait(status: u16, seconds: u64) -> Answer {
    let mut answer = reply(status, "");
    if let Ok(reply) = &mut answer.result {
        reply.retry_after = Some(seconds.to_string());
    }
    answer
}

impl Answer {
    fn after(self, after: Duration) -> Self {
        Self { after, ..self }
    }
}

/// One attempt as the platform saw it.
#[derive(Clone, Debug)]
struct Seen {
    respondent: String,
    labels: String,
    start: Instant,
    end: Option<Instant>,
    applied: bool,
}

type AnswerTo = Box<dyn FnMut(&str, usize) -> Answer + Send>;

/// Answers by respondent and number of earlier calls.
struct Script {
    answer: AnswerTo,
    calls: HashMap<String, usize>,
}

impl Script {
    fn new(answer: impl FnMut(&str, usize) -> Answer + Send + 'static) -> Self {
        Self {
            answer: Box::new(answer),
            calls: HashMap::new(),
        }
    }
}

/// Answers by a script and keeps a record.
struct Scripted {
    script: Arc<Mutex<Script>>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Transport for Scripted {
    fn attempt(
        &self,
        update: &UpdateRespondent,
        wire: Wire,
    ) -> impl Future<Output = Result<Reply, TransportError>> + Send + 'static {
        let (script, seen) = (Arc::clone(&self.script), Arc::clone(&self.seen));
        let respondent = update.respondent().to_owned();
        let labels = String::from_utf8_lossy(update.labels()).into_owned();
        async move {
            wire.granted().await;
            let (answer, index) = {
                let mut seen = seen.lock().unwrap();
                let mut script = script.lock().unwrap();
                let before = script.calls.entry(respondent.clone()).or_default();
                *before += 1;
                let before = *before - 1;
                let answer = (script.answer)(&respondent, before);
                let index = seen.len();
                seen.push(Seen {
                    respondent,
                    labels,
                    start: Instant::now(),
                    end: None,
                    applied: false,
                });
                (answer, index)
            };
            tokio::time::sleep(answer.after).await;
            assert!(!answer.panics, "a bug, on purpose");
            let mut seen = seen.lock().unwrap();
            let call = seen.get_mut(index).unwrap();
            call.end = Some(Instant::now());
            call.applied = matches!(&answer.result, Ok(reply) if reply.status == 200);
            answer.result
        }
    }
}

fn settings() -> SendSettings {
    SendSettings {
        rate: "unlimited".parse().unwrap(),
        concurrency: Concurrency::Fixed(4),
        retry: RetryPolicy {
            max_retries: 8,
            backoff: Duration::from_secs(1),
            max_backoff: Duration::from_mins(1),
        },
        timeout: Duration::from_secs(30),
        outage: OutageSettings {
            max_outage: Duration::from_hours(1),
            backoff: Duration::from_secs(1),
            max_backoff: Duration::from_mins(1),
        },
        breaker: BreakerSettings {
            max_same_error: Some(50),
            max_errors: None,
        },
        seed: 7,
    }
}

/// Counts outcomes that begin with these words.
fn count(ran: &Ran, words: &str) -> usize {
    ran.words()
        .iter()
        .filter(|found| found.starts_with(words))
        .count()
}

/// Builds rows from (respondent, value of `l1`).
fn rows(cells: &[(&str, &str)]) -> Vec<PlannedRow> {
    cells
        .iter()
        .zip(0..)
        .map(|(&(respondent, value), sequence)| {
            let labels = [("l1".parse().unwrap(), value)].into_iter();
            let update = UpdateRespondent::new(
                Digits::new("1").unwrap(),
                Digits::new(respondent).unwrap(),
                labels,
            );
            planned(sequence, Plan::Send(update))
        })
        .collect()
}

fn distinct(count: u64) -> Vec<PlannedRow> {
    let ids: Vec<String> = (1..=count).map(|id| id.to_string()).collect();
    rows(&ids.iter().map(|id| (id.as_str(), "x")).collect::<Vec<_>>())
}

fn planned(sequence: u64, plan: Plan) -> PlannedRow {
    PlannedRow {
        listed: None,
        sequence,
        position: Position {
            row: sequence + 2,
            line: sequence + 2,
            byte: 0,
        },
        record: b"1,x\n".as_slice().into(),
        kept: Vec::new(),
        plan,
        settled: None,
        doubt: None,
    }
}

fn slots_of(outcomes: &[Outcome]) -> usize {
    outcomes.iter().map(|outcome| outcome.row.slots() as usize).sum()
}

struct Ran {
    /// In the order of the rows.
    outcomes: Vec<Outcome>,
    seen: Vec<Seen>,
    end: SendEnd,
    took: Duration,
}

impl Ran {
    fn words(&self) -> Vec<String> {
        let word = |outcome: &Outcome| {
            let code = outcome.error_code.map_or("", ErrorCode::name);
            format!("{} {code} {}", outcome.status.name(), outcome.attempts)
        };
        self.outcomes.iter().map(word).collect()
    }
}

fn wires(
    plans: Receiver<Vec<PlannedRow>>,
    outcomes: Sender<Vec<Outcome>>,
    stops: Receiver<EarlyEnd>,
    room: &Slots,
) -> Wires {
    Wires {
        plans,
        outcomes,
        stops,
        room: room.clone(),
        waiting: watch::channel(None).0,
        resumed: false,
        knows_success: false,
        repeated: HashSet::new(),
        known: Vec::new(),
        memory: None,
    }
}

/// Sends the rows as the pipeline does, with a recorder that gives all permits back at once.
async fn send(
    rows: Vec<PlannedRow>,
    settings: SendSettings,
    script: impl FnMut(&str, usize) -> Answer + Send + 'static,
) -> Ran {
    let (_never, stops) = mpsc::channel(1);
    send_with(rows, settings, stops, script).await
}

async fn send_with(
    rows: Vec<PlannedRow>,
    settings: SendSettings,
    stops: Receiver<EarlyEnd>,
    script: impl FnMut(&str, usize) -> Answer + Send + 'static,
) -> Ran {
    send_as(rows, settings, script, |wires| Wires { stops, ..wires }).await
}

/// Sends the rows over other wires.
async fn send_as(
    rows: Vec<PlannedRow>,
    settings: SendSettings,
    script: impl FnMut(&str, usize) -> Answer + Send + 'static,
    change: impl FnOnce(Wires) -> Wires,
) -> Ran {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let transport = Scripted {
        script: Arc::new(Mutex::new(Script::new(script))),
        seen: Arc::clone(&seen),
    };
    let (outcomes, end, took) = send_through(rows, settings, transport, change).await;
    let seen = seen.lock().unwrap().clone();
    Ran {
        outcomes,
        seen,
        end,
        took,
    }
}

/// Sends the rows through any transport. Returns the outcomes in the order of the rows, how the
/// stage ended, and how long it took.
async fn send_through(
    rows: Vec<PlannedRow>,
    settings: SendSettings,
    transport: impl Transport,
    change: impl FnOnce(Wires) -> Wires,
) -> (Vec<Outcome>, SendEnd, Duration) {
    let (plans, plans_in) = mpsc::channel(2);
    let (outcomes, mut outcomes_in) = mpsc::channel::<Vec<Outcome>>(2);
    let room = Slots::new(settings.concurrency);
    let given_back = room.clone();
    let start = Instant::now();
    let feeding = tokio::spawn(async move {
        for batch in rows.chunks(16) {
            if plans.send(batch.to_vec()).await.is_err() {
                return;
            }
        }
    });
    let collect = tokio::spawn(async move {
        let mut all = Vec::new();
        while let Some(batch) = outcomes_in.recv().await {
            given_back.journalled(calls_among(&batch));
            given_back.free(slots_of(&batch));
            all.extend(batch);
        }
        all
    });
    let (_never, stops) = mpsc::channel(1);
    let wires = change(wires(plans_in, outcomes, stops, &room));
    let end = dispatch(wires, transport, settings).await;
    let took = start.elapsed();
    feeding.await.unwrap();
    let mut outcomes = collect.await.unwrap();
    if end.early.is_none() {
        assert_eq!(
            (
                room.slots.available_permits(),
                room.unrecorded.available_permits()
            ),
            (SLOTS as usize, 2 * settings.concurrency.most()),
            "everything that was taken was accounted for"
        );
    }
    outcomes.sort_by_key(|outcome| outcome.row.sequence);
    (outcomes, end, took)
}

#[tokio::test(start_paused = true)]
async fn every_row_gets_its_outcome_whether_it_is_sent_or_not() {
    let mut all = rows(&[("1", "a"), ("2", "b")]);
    let unsent = |fault| Unsent {
        respondent: String::new(),
        survey: String::new(),
        fault,
        message: "why".to_owned(),
    };
    all.push(planned(2, Plan::Skip(unsent(RowFault::NothingToSend))));
    all.push(planned(3, Plan::Reject(unsent(RowFault::IdNotDigits))));
    let ran = send(all, settings(), |respondent, _| {
        if respondent == "2" { rejected() } else { success() }
    })
    .await;
    assert_eq!(
        ran.words(),
        [
            "success  1",
            "failed rejected 1",
            "skipped nothing_to_send 0",
            "invalid bad_id 0"
        ]
    );
    assert_eq!((ran.end.attempts, ran.end.retries, ran.end.early), (2, 0, None));
}

#[tokio::test(start_paused = true)]
async fn a_row_is_tried_again_until_it_succeeds_or_its_retries_are_used_up() {
    let ran = send(distinct(2), settings(), |respondent, before| {
        match (respondent, before) {
            ("1", 0..3) => reply(503, ""),
            ("1", _) => success(),
            _ => reply(500, ""),
        }
    })
    .await;
    assert_eq!(ran.words(), ["success  4", "failed http_5xx 9"]);
    assert_eq!(ran.end.retries, 3 + 8);
    let elapsed = ran.outcomes[1].elapsed.as_secs_f64();
    assert!(
        (91.5..=184.0).contains(&elapsed),
        "waits between half and whole of 183 s: {elapsed}"
    );
}

#[tokio::test(start_paused = true)]
async fn doubt_stays_until_an_answer_settles_it() {
    let script = |respondent: &str, before: usize| match (respondent, before) {
        ("1" | "5" | "6" | "7", 0) => fault(TransportError::TimedOut),
        ("2", 0) => fault(TransportError::Interrupted("reset".to_owned())),
        ("3", 0) => reply(200, "<html>"),
        ("4", 0) => fault(TransportError::NotSent("refused".to_owned())),
        ("5", _) => rejected(),
        ("6", _) => success(),
        ("7", _) => reply(404, ""),
        _ => reply(503, ""),
    };
    let ran = send(distinct(8), settings(), script).await;
    assert_eq!(
        ran.words(),
        [
            "unconfirmed http_5xx 9",
            "unconfirmed http_5xx 9",
            "unconfirmed http_5xx 9",
            "failed http_5xx 9",
            "failed rejected 2",
            "success  2",
            "failed http_4xx 2",
            "failed http_5xx 9",
        ]
    );
    let doubted: Vec<bool> = ran.outcomes.iter().map(|outcome| outcome.doubted).collect();
    assert_eq!(
        doubted,
        [true, true, true, false, true, true, true, false],
        "may be applied late, whatever came after"
    );
}

#[tokio::test(start_paused = true)]
async fn a_call_that_panics_costs_its_row_alone() {
    let script = |respondent: &str, _: usize| Answer {
        panics: respondent == "7",
        ..success()
    };
    let ran = send(distinct(20), settings(), script).await;
    let odd: Vec<&Outcome> = ran
        .outcomes
        .iter()
        .filter(|outcome| outcome.status != Status::Success)
        .collect();
    assert_eq!(ran.outcomes.len(), 20);
    assert_eq!(odd.len(), 1);
    assert_eq!(
        (odd[0].status, odd[0].error_code),
        (Status::Unconfirmed, Some(ErrorCode::Internal))
    );
    assert_eq!(odd[0].row.respondent(), "7");
}

/// [Rule 3](crate::rules#rule-3) and its purpose: whatever fails, the platform ends up with the file's last row.
#[tokio::test(start_paused = true)]
async fn the_platforms_last_state_is_the_files_last_row() {
    for seed in 0..40 {
        let mut chance = fastrand::Rng::with_seed(seed);
        let cells: Vec<(String, String)> = (0..150)
            .map(|row| (chance.u32(1..=5).to_string(), format!("v{row}")))
            .collect();
        let cells: Vec<(&str, &str)> = cells
            .iter()
            .map(|(id, value)| (id.as_str(), value.as_str()))
            .collect();
        let many = SendSettings {
            concurrency: Concurrency::Fixed(16),
            seed,
            retry: RetryPolicy {
                max_retries: 50,
                ..settings().retry
            },
            ..settings()
        };
        let ran = send(rows(&cells), many, move |_, _| {
            let answer = match chance.u32(0..10) {
                0 => reply(503, ""),
                1 => fault(TransportError::TimedOut),
                2 => fault(TransportError::NotSent("refused".to_owned())),
                3 => asks_to_wait(429, 1),
                _ => success(),
            };
            answer.after(Duration::from_millis(chance.u64(1..400)))
        })
        .await;
        assert!(
            ran.outcomes
                .iter()
                .all(|outcome| outcome.status == Status::Success),
            "seed {seed}"
        );
        assert_eq!(ran.outcomes.len(), cells.len(), "seed {seed}");
        let mut by_respondent: HashMap<&str, Vec<&Seen>> = HashMap::new();
        for call in &ran.seen {
            by_respondent.entry(&call.respondent).or_default().push(call);
        }
        for (respondent, calls) in by_respondent {
            for pair in calls.windows(2) {
                assert!(
                    pair[0].end.unwrap() <= pair[1].start,
                    "seed {seed}: two calls for {respondent} at once"
                );
            }
            let of_file: Vec<String> = cells
                .iter()
                .filter(|(id, _)| *id == respondent)
                .map(|(_, value)| format!("&l1={value}"))
                .collect();
            let mut of_calls: Vec<String> = calls.iter().map(|call| call.labels.clone()).collect();
            of_calls.dedup();
            assert_eq!(of_calls, of_file, "seed {seed}: order of {respondent}");
            let applied = calls.iter().rfind(|call| call.applied).map(|call| &call.labels);
            assert_eq!(applied, of_file.last(), "seed {seed}: last state of {respondent}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn ids_that_differ_in_leading_zeros_never_overtake_each_other() {
    let slow_first =
        |_: &str, before: usize| success().after(Duration::from_secs(if before == 0 { 5 } else { 1 }));
    let ran = send(rows(&[("0012", "a"), ("12", "b")]), settings(), slow_first).await;
    assert!(ran.seen[0].end.unwrap() <= ran.seen[1].start);
    assert_eq!(
        (ran.seen[0].respondent.as_str(), ran.seen[1].respondent.as_str()),
        ("0012", "12")
    );
}

#[tokio::test(start_paused = true)]
async fn no_more_calls_are_in_flight_than_allowed_and_others_overtake_a_row_that_waits() {
    let ran = send(distinct(40), settings(), |respondent, before| {
        match (respondent, before) {
            ("1", 0) => reply(503, ""),
            _ => success(),
        }
    })
    .await;
    let most = ran
        .seen
        .iter()
        .map(|call| {
            ran.seen
                .iter()
                .filter(|other| other.start <= call.start && call.start < other.end.unwrap())
                .count()
        })
        .max();
    assert_eq!(most, Some(4));
    let retry = ran
        .seen
        .iter()
        .filter(|call| call.respondent == "1")
        .nth(1)
        .unwrap();
    let before_it = ran.seen.iter().filter(|call| call.start < retry.start).count();
    assert_eq!(
        before_it, 40,
        "a row that waits for its retry gives its place away"
    );
}

/// [Rule 4](crate::rules#rule-4) over hours: retries count, no second holds more than R + 1, and the rate is fully used.
#[expect(clippy::cast_precision_loss, reason = "small numbers")]
#[tokio::test(start_paused = true)]
async fn the_rate_counts_every_attempt_for_hours() {
    let paced = SendSettings {
        rate: "5/s".parse().unwrap(),
        concurrency: Concurrency::Fixed(32),
        ..settings()
    };
    let ran = send(distinct(40_000), paced, |_, before| {
        let answer = if before == 0 { reply(503, "") } else { success() };
        answer.after(Duration::from_millis(700))
    })
    .await;
    assert_eq!(ran.end.attempts, 80_000);
    assert!(ran.took > Duration::from_hours(4), "hours: {:?}", ran.took);
    let mut first = 0;
    for last in 0..ran.seen.len() {
        while ran.seen[last].start - ran.seen[first].start >= Duration::from_secs(1) {
            first += 1;
        }
        assert!(last - first < 6, "more than R + 1 within a second");
    }
    assert!(ran.end.most_in_a_second <= 6);
    let span = ran.seen.last().unwrap().start - ran.seen[0].start;
    let mean = (ran.seen.len() - 1) as f64 / span.as_secs_f64();
    assert!((0.995 * 5.0..=5.001).contains(&mean), "mean {mean}");
}

#[tokio::test(start_paused = true)]
async fn a_hold_off_stops_all_calls_and_is_only_ever_raised() {
    let ran = send(distinct(30), settings(), |respondent, before| {
        match (respondent, before) {
            ("4", 0) => asks_to_wait(429, 40),
            // In flight at the same time, answered later, and asks for a shorter wait.
            ("5", 0) => asks_to_wait(503, 3).after(Duration::from_millis(80)),
            _ => success(),
        }
    })
    .await;
    assert!(
        ran.outcomes
            .iter()
            .all(|outcome| outcome.status == Status::Success)
    );
    let asked = ran
        .seen
        .iter()
        .find(|call| call.respondent == "4")
        .unwrap()
        .end
        .unwrap();
    let during = |call: &&Seen| call.start > asked && call.start < asked + Duration::from_secs(40);
    assert_eq!(ran.seen.iter().filter(during).count(), 0);
    assert!(
        ran.took >= Duration::from_secs(40) && ran.took < Duration::from_secs(47),
        "{:?}",
        ran.took
    );
}

#[tokio::test(start_paused = true)]
async fn a_wait_beyond_two_minutes_costs_the_row_and_no_time() {
    let ran = send(distinct(2), settings(), |respondent, _| match respondent {
        "1" => asks_to_wait(429, 3600),
        _ => success(),
    })
    .await;
    assert_eq!(ran.words(), ["failed rate_limited 1", "success  1"]);
    assert!(
        ran.outcomes[0].message.contains("asks to wait 3600 s"),
        "{}",
        ran.outcomes[0].message
    );
    assert!(ran.took < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn refused_credentials_end_the_run_and_leave_unsent_rows_alone() {
    let ran = send(distinct(1000), settings(), |_, _| reply(401, "")).await;
    assert!(
        matches!(ran.end.early, Some(EarlyEnd::Refused { in_a_row: 5, .. })),
        "{:?}",
        ran.end.early
    );
    assert!((5..=8).contains(&ran.seen.len()), "{} calls", ran.seen.len());
    assert_eq!(
        ran.outcomes.len(),
        ran.seen.len(),
        "an outcome for each row that was sent, none for any other"
    );
    assert!(
        ran.outcomes
            .iter()
            .all(|outcome| outcome.error_code == Some(ErrorCode::Auth))
    );
}

#[tokio::test(start_paused = true)]
async fn when_the_run_ends_calls_in_flight_have_five_seconds_and_what_waits_is_stopped() {
    let ran = send(distinct(12), settings(), |respondent, _| match respondent {
        "1" => reply(503, "").after(Duration::from_millis(10)),
        "2" => success().after(Duration::from_mins(1)),
        "3" => success().after(Duration::from_secs(3)),
        _ => reply(403, ""),
    })
    .await;
    assert!(
        matches!(ran.end.early, Some(EarlyEnd::Refused { .. })),
        "{:?}",
        ran.end.early
    );
    let of = |id: &str| {
        ran.outcomes
            .iter()
            .find(|outcome| outcome.row.respondent() == id)
            .map(|o| (o.status, o.error_code))
    };
    assert_eq!(
        of("1"),
        Some((Status::Unconfirmed, Some(ErrorCode::Stopped))),
        "was waiting for its retry"
    );
    assert_eq!(
        of("2"),
        Some((Status::Unconfirmed, Some(ErrorCode::Stopped))),
        "was in flight for too long"
    );
    assert_eq!(
        of("3"),
        Some((Status::Success, None)),
        "was answered within the five seconds"
    );
    assert_eq!(of("12"), None, "was never sent");
    assert!(ran.took < Duration::from_secs(6), "{:?}", ran.took);
}

#[tokio::test(start_paused = true)]
async fn an_untrusted_certificate_ends_the_run_before_any_row_is_sent() {
    let ran = send(distinct(100), settings(), |_, _| {
        fault(TransportError::Untrusted("unknown issuer".to_owned()))
    })
    .await;
    assert!(matches!(ran.end.early, Some(EarlyEnd::Untrusted { .. })));
    assert_eq!(
        ran.outcomes.len(),
        0,
        "nothing was sent, so no row has an outcome: {:?}",
        ran.words()
    );
}

#[tokio::test(start_paused = true)]
async fn too_many_errors_end_the_run() {
    let strict = SendSettings {
        breaker: BreakerSettings {
            max_same_error: None,
            max_errors: Some("3".parse().unwrap()),
        },
        ..settings()
    };
    let ran = send(distinct(100), strict, |_, _| rejected()).await;
    assert!(
        matches!(ran.end.early, Some(EarlyEnd::TooManyErrors { rows: 4, .. })),
        "{:?}",
        ran.end.early
    );
}

#[tokio::test(start_paused = true)]
async fn sending_stops_when_the_verdicts_cannot_be_written() {
    let (plans, plans_in) = mpsc::channel(2);
    let (outcomes, outcomes_in) = mpsc::channel::<Vec<Outcome>>(1);
    drop(outcomes_in);
    plans.send(distinct(100)).await.unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let script = Script::new(|_, _| success());
    let transport = Scripted {
        script: Arc::new(Mutex::new(script)),
        seen: Arc::clone(&seen),
    };
    let (_never, stops) = mpsc::channel(1);
    let end = dispatch(
        wires(plans_in, outcomes, stops, &Slots::new(Concurrency::Fixed(4))),
        transport,
        settings(),
    )
    .await;
    assert_eq!(end.early, Some(EarlyEnd::NotRecorded));
    assert!(
        seen.lock().unwrap().len() <= 8,
        "no more than twice the calls in flight"
    );
    assert!(plans.send(Vec::new()).await.is_err(), "the reader is told");
}

/// The recorder dies while it owes permits to the calls: nothing may wait for them.
#[tokio::test(start_paused = true)]
async fn a_recorder_that_dies_while_calls_wait_for_it_ends_the_run() {
    let (plans, plans_in) = mpsc::channel(2);
    let (outcomes, outcomes_in) = mpsc::channel::<Vec<Outcome>>(64);
    let transport = Scripted {
        script: Arc::new(Mutex::new(Script::new(|_, _| success()))),
        seen: Arc::default(),
    };
    let (_never, stops) = mpsc::channel(1);
    plans.send(distinct(100)).await.unwrap();
    let wires = wires(plans_in, outcomes, stops, &Slots::new(Concurrency::Fixed(4)));
    let dispatched = tokio::spawn(dispatch(wires, transport, settings()));
    tokio::time::sleep(Duration::from_mins(1)).await;
    assert!(!dispatched.is_finished());
    drop(outcomes_in);
    let end = tokio::time::timeout(Duration::from_secs(1), dispatched)
        .await
        .unwrap();
    assert_eq!(end.unwrap().early, Some(EarlyEnd::NotRecorded));
}

/// A recorder that waits for the first row's line gives no slot back: reading must stop at the
/// window's size.
#[tokio::test(start_paused = true)]
async fn the_window_bounds_how_far_rows_run_ahead() {
    let (plans, plans_in) = mpsc::channel(2);
    let (outcomes, mut outcomes_in) = mpsc::channel::<Vec<Outcome>>(64);
    let script = Script::new(|respondent, _| {
        success().after(Duration::from_secs(if respondent == "1" { 1000 } else { 0 }))
    });
    let seen = Arc::new(Mutex::new(Vec::new()));
    let transport = Scripted {
        script: Arc::new(Mutex::new(script)),
        seen: Arc::clone(&seen),
    };
    let room = Slots {
        slots: Arc::new(Semaphore::new(100 * distinct(1)[0].slots() as usize)),
        ..Slots::new(Concurrency::Fixed(4))
    };
    let (_never, stops) = mpsc::channel(1);
    let dispatched = tokio::spawn(dispatch(
        wires(plans_in, outcomes, stops, &room),
        transport,
        settings(),
    ));
    let feed = tokio::spawn(async move {
        for batch in distinct(1000).chunks(16) {
            plans.send(batch.to_vec()).await.unwrap();
        }
    });
    let mut held = 0;
    let mut all = 0;
    while let Ok(batch) = tokio::time::timeout(Duration::from_secs(500), outcomes_in.recv()).await {
        // Journalled, but without a line: lines wait for the first row.
        let batch = batch.unwrap();
        all += batch.len();
        held += slots_of(&batch);
        room.journalled(calls_among(&batch));
    }
    assert_eq!(
        seen.lock().unwrap().len(),
        100,
        "no row beyond those for which there is room"
    );
    while let Some(batch) = outcomes_in.recv().await {
        all += batch.len();
        held += slots_of(&batch);
        room.journalled(calls_among(&batch));
        if batch.iter().any(|outcome| outcome.row.respondent() == "1") || all > 100 {
            room.slots.add_permits(std::mem::take(&mut held));
        }
    }
    assert_eq!(all, 1000);
    feed.await.unwrap();
    dispatched.await.unwrap();
}

/// A kill repeats what is in flight and what is not yet in the journal: together at most twice the
/// calls in flight, however far the recorder is behind.
#[tokio::test(start_paused = true)]
async fn no_more_calls_are_made_than_may_be_unrecorded() {
    let (plans, plans_in) = mpsc::channel(2);
    let (outcomes, mut outcomes_in) = mpsc::channel::<Vec<Outcome>>(64);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let transport = Scripted {
        script: Arc::new(Mutex::new(Script::new(|respondent: &str, before| {
            if before == 0 && respondent.ends_with('5') {
                reply(503, "")
            } else {
                success()
            }
        }))),
        seen: Arc::clone(&seen),
    };
    let room = Slots::new(Concurrency::Fixed(4));
    let (_never, stops) = mpsc::channel(1);
    plans.send(distinct(50)).await.unwrap();
    drop(plans);
    let dispatched = tokio::spawn(dispatch(
        wires(plans_in, outcomes, stops, &room),
        transport,
        settings(),
    ));
    let mut unrecorded = Vec::new();
    loop {
        tokio::time::sleep(Duration::from_secs(500)).await;
        while let Ok(batch) = outcomes_in.try_recv() {
            unrecorded.extend(batch);
        }
        assert!(unrecorded.len() <= 8, "{}", unrecorded.len());
        if unrecorded.is_empty() {
            assert!(dispatched.is_finished());
            break;
        }
        // The recorder writes one line at a time.
        let written = vec![unrecorded.remove(0)];
        room.journalled(calls_among(&written));
        room.free(slots_of(&written));
    }
    assert_eq!(seen.lock().unwrap().len(), 55);
    dispatched.await.unwrap();
}

/// Sends the rows, each answered after `answer_after`, and requests a stop at each of these times.
async fn send_until(stops: &'static [(u64, EarlyEnd)], answer_after: Duration) -> Ran {
    let (asks, stops_in) = mpsc::channel(1);
    tokio::spawn(async move {
        let start = Instant::now();
        for (at, end) in stops {
            tokio::time::sleep_until(start + Duration::from_millis(*at)).await;
            asks.send(end.clone()).await.ok();
        }
        std::future::pending::<()>().await;
    });
    send_with(distinct(100), settings(), stops_in, move |_, _| {
        success().after(answer_after)
    })
    .await
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_asked_to_stop_settles_what_is_in_flight_and_starts_nothing_more() {
    let stop = EarlyEnd::Interrupted(Signal::Interrupt);
    let quick = send_until(
        &[(2500, EarlyEnd::Interrupted(Signal::Interrupt))],
        Duration::from_secs(1),
    )
    .await;
    assert_eq!(quick.end.early, Some(stop.clone()));
    assert_eq!(
        quick.words(),
        ["success  1"; 9],
        "one alone and two rounds of four"
    );
    assert!(quick.took < Duration::from_millis(3100), "{:?}", quick.took);

    let slow = send_until(
        &[(2500, EarlyEnd::Interrupted(Signal::Interrupt))],
        Duration::from_mins(1),
    )
    .await;
    assert_eq!(slow.words(), ["unconfirmed stopped 1"; 4]);
    assert!((7500..7600).contains(&slow.took.as_millis()), "{:?}", slow.took);

    let twice = send_until(
        &[
            (2500, EarlyEnd::Interrupted(Signal::Interrupt)),
            (3000, EarlyEnd::Interrupted(Signal::Interrupt)),
        ],
        Duration::from_mins(1),
    )
    .await;
    assert_eq!(twice.words(), ["unconfirmed stopped 1"; 4]);
    assert!((3000..3100).contains(&twice.took.as_millis()), "{:?}", twice.took);

    let deadline = send_until(&[(1500, EarlyEnd::Deadline)], Duration::from_secs(1)).await;
    assert_eq!(deadline.end.early, Some(EarlyEnd::Deadline));
    assert_eq!(deadline.words(), ["success  1"; 5]);
}

/// A fault of all calls shows with the first call; a first call that hangs delays the others by at
/// most a second.
#[tokio::test(start_paused = true)]
async fn the_first_call_goes_alone() {
    for (takes, others_after) in [(50, 50), (20_000, 1_000)] {
        let ran = send(distinct(9), settings(), move |respondent, _| {
            success().after(Duration::from_millis(if respondent == "1" { takes } else { 10 }))
        })
        .await;
        let start = |index: usize| (ran.seen[index].start - ran.seen[0].start).as_millis();
        // A timer is up to a millisecond late.
        assert!(
            (others_after..=others_after + 1).contains(&start(1)),
            "{} ms",
            start(1)
        );
        assert_eq!(start(2), start(1), "and then all at once");
    }
}

mod connections;
mod control;
mod doubt;
mod in_flight;
mod outage;
mod turns;
