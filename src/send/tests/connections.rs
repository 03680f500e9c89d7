//! The rate as the platform sees it ([rule 4](crate::rules#rule-4)) where calls have to connect first: a scripted platform
//! whose connections stall, close and are refused, under a paused clock.

use super::*;
use crate::model::Rate;
use crate::send::wire::losses::Losses;

/// Maximum idle time of a kept connection, as in the real transport.
const MAX_IDLE: Duration = Duration::from_secs(4);

/// How a connection ends after an answer.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Closes {
    Never,
    /// The answer announces it.
    Announced,
    /// The client notices when it reuses the connection, before it writes.
    Seen,
    /// The client notices after it has written.
    Crossing,
}

/// The behaviour of the platform.
struct Manner {
    closes: Closes,
    /// How long a connection takes that is begun after this time.
    connects: Box<dyn FnMut(Duration) -> Duration + Send>,
    /// How long an answer takes.
    answers: Box<dyn FnMut() -> Answer + Send>,
    /// Maximum open connections.
    most: usize,
    /// Whether a connection begun now is refused.
    down: Box<dyn FnMut() -> bool + Send>,
}

impl Default for Manner {
    fn default() -> Self {
        Self {
            closes: Closes::Never,
            connects: Box::new(|_| Duration::from_millis(30)),
            answers: Box::new(|| success().after(Duration::from_millis(200))),
            most: usize::MAX,
            down: Box::new(|| false),
        }
    }
}

/// What the platform saw.
#[derive(Clone, Debug, Default)]
struct Record {
    /// When each call was written, and for which respondent.
    written: Vec<(Instant, String)>,
    /// When each connection was begun, and when it opened or failed.
    connects: Vec<(Instant, Option<Instant>)>,
    refused: usize,
    open: usize,
    /// Since when each kept connection has been idle.
    kept: Vec<Instant>,
}

struct Lined {
    manner: Arc<Mutex<Manner>>,
    record: Arc<Mutex<Record>>,
    losses: Arc<Mutex<Losses>>,
    start: Instant,
}

/// Removes a connection from the platform's count, however the call ends.
struct Open(Arc<Mutex<Record>>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.lock().unwrap().open -= 1;
    }
}

impl Transport for Lined {
    fn kept(&self, at: Instant) -> usize {
        let mut record = self.record.lock().unwrap();
        let before = record.kept.len();
        record
            .kept
            .retain(|since| at.saturating_duration_since(*since) < MAX_IDLE);
        record.open -= before - record.kept.len();
        record.kept.len()
    }

    fn idle(&self) -> usize {
        self.record.lock().unwrap().kept.len()
    }

    fn attempt(
        &self,
        update: &UpdateRespondent,
        wire: Wire,
    ) -> impl Future<Output = Result<Reply, TransportError>> + Send + 'static {
        let (manner, record) = (Arc::clone(&self.manner), Arc::clone(&self.record));
        let losses = Arc::clone(&self.losses);
        let respondent = update.respondent().to_owned();
        let start = self.start;
        let (connects, closes) = (wire.connects(), manner.lock().unwrap().closes);
        let kept = (!connects).then(|| record.lock().unwrap().kept.pop().unwrap());
        async move {
            let open = if connects {
                connect(&manner, &record, start).await?
            } else {
                Open(Arc::clone(&record))
            };
            if let Some(kept) = kept
                && closes == Closes::Seen
            {
                losses.lock().unwrap().lost(kept, Instant::now());
                return Err(TransportError::Closed);
            }
            wire.granted().await;
            let answer = {
                let mut record = record.lock().unwrap();
                record.written.push((Instant::now(), respondent));
                (manner.lock().unwrap().answers)()
            };
            if let Some(kept) = kept
                && closes == Closes::Crossing
            {
                tokio::time::sleep(Duration::from_millis(1)).await;
                losses.lock().unwrap().lost(kept, Instant::now());
                return Err(TransportError::Gone("reset".to_owned()));
            }
            tokio::time::sleep(answer.after).await;
            if closes != Closes::Announced && answer.result.is_ok() && losses.lock().unwrap().keeps() {
                if kept.is_some() {
                    losses.lock().unwrap().served();
                }
                std::mem::forget(open);
                record.lock().unwrap().kept.push(Instant::now());
            }
            answer.result
        }
    }
}

async fn connect(
    manner: &Mutex<Manner>,
    record: &Arc<Mutex<Record>>,
    start: Instant,
) -> Result<Open, TransportError> {
    let takes = (manner.lock().unwrap().connects)(start.elapsed());
    let (index, full) = {
        let mut record = record.lock().unwrap();
        let mut manner = manner.lock().unwrap();
        let full = record.open >= manner.most || (manner.down)();
        record.open += 1;
        let under_way: Vec<Instant> = record
            .connects
            .iter()
            .filter(|(_, end)| end.is_none())
            .map(|(begun, _)| *begun)
            .collect();
        let slow = under_way
            .iter()
            .any(|begun| begun.elapsed() > Duration::from_secs(1));
        assert!(
            !slow || under_way.len() < 2,
            "a third connection beside a slow one"
        );
        record.connects.push((Instant::now(), None));
        (record.connects.len() - 1, full)
    };
    let open = Open(Arc::clone(record));
    tokio::time::sleep(takes).await;
    let mut record = record.lock().unwrap();
    record.connects[index].1 = Some(Instant::now());
    if full {
        record.refused += 1;
        drop(record);
        return Err(TransportError::NotSent("connection refused".to_owned()));
    }
    Ok(open)
}

struct Sent {
    outcomes: Vec<Outcome>,
    record: Record,
    end: SendEnd,
    took: Duration,
    start: Instant,
}

impl Sent {
    fn written(&self) -> Vec<Instant> {
        self.record.written.iter().map(|(at, _)| *at).collect()
    }

    fn successes(&self) -> usize {
        let success = |outcome: &&Outcome| outcome.status == Status::Success;
        self.outcomes.iter().filter(success).count()
    }

    /// Returns the most calls written in any one second.
    fn most_in_a_second(&self) -> usize {
        let written = self.written();
        let window = |(at, first): (usize, &Instant)| {
            let within = |other: &&Instant| **other - *first < Duration::from_secs(1);
            written[at..].iter().take_while(within).count()
        };
        written.iter().enumerate().map(window).max().unwrap_or_default()
    }

    /// Whether no second saw more calls than agreed.
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    fn keeps(&self, rate: f64) -> bool {
        let most = self.most_in_a_second();
        assert_eq!(
            most, self.end.most_in_a_second,
            "the summary says what was written"
        );
        most as f64 <= (rate + f64::max(1.0, rate / 100.0)).ceil()
    }

    /// Returns the calls per second between two times.
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    fn mean(&self, from: Duration, to: Duration) -> f64 {
        let mut written = self.written();
        written.retain(|at| (self.start + from..self.start + to).contains(at));
        let span = *written.last().unwrap() - written[0];
        (written.len() - 1) as f64 / span.as_secs_f64()
    }
}

async fn send_lined(rows: u64, settings: SendSettings, manner: Manner) -> Sent {
    let (_never, stops) = mpsc::channel(1);
    send_lined_until(rows, settings, manner, stops).await
}

async fn send_lined_until(
    rows: u64,
    settings: SendSettings,
    manner: Manner,
    stops: Receiver<EarlyEnd>,
) -> Sent {
    let record = Arc::new(Mutex::new(Record::default()));
    let start = Instant::now();
    let transport = Lined {
        manner: Arc::new(Mutex::new(manner)),
        record: Arc::clone(&record),
        losses: Arc::default(),
        start,
    };
    let (outcomes, end, took) = send_through(distinct(rows), settings, transport, |wires| Wires {
        stops,
        ..wires
    })
    .await;
    let record = record.lock().unwrap().clone();
    assert_eq!(
        end.attempts,
        record.written.len() as u64,
        "an attempt is a call that was written"
    );
    Sent {
        outcomes,
        record,
        end,
        took,
        start,
    }
}

fn paced(rate: &str, concurrency: Concurrency) -> SendSettings {
    SendSettings {
        rate: rate.parse::<Rate>().unwrap(),
        concurrency,
        ..settings()
    }
}

/// Connections that take until this time, and later 30 ms.
fn stalled(until: u64) -> Box<dyn FnMut(Duration) -> Duration + Send> {
    Box::new(move |elapsed| {
        let stall = Duration::from_secs(until).saturating_sub(elapsed);
        stall + Duration::from_millis(30)
    })
}

#[tokio::test(start_paused = true)]
async fn calls_that_waited_for_their_connections_leave_one_by_one() {
    for stall in [1, 6, 9] {
        for (rate, per_second, concurrency) in [
            ("10/s", 10.0, Concurrency::Fixed(64)),
            ("20/s", 20.0, Concurrency::Auto),
            ("200/s", 200.0, Concurrency::Fixed(500)),
        ] {
            let manner = Manner {
                connects: stalled(stall),
                ..Manner::default()
            };
            let sent = send_lined(1_500, paced(rate, concurrency), manner).await;
            assert_eq!(sent.successes(), 1_500, "{stall} s at {rate}");
            assert!(
                sent.keeps(per_second),
                "{stall} s at {rate}: {}",
                sent.most_in_a_second()
            );
        }
    }
}

/// The platform works, then accepts nothing for a while and closes its connections.
#[tokio::test(start_paused = true)]
async fn a_stall_in_the_middle_of_a_run_ends_without_a_burst() {
    for stall in [1, 6, 20] {
        let manner = Manner {
            closes: Closes::Announced,
            connects: Box::new(move |elapsed| {
                let over = Duration::from_secs(10 + stall);
                let stalls = (10..10 + stall).contains(&elapsed.as_secs());
                Duration::from_millis(30)
                    + if stalls {
                        over.saturating_sub(elapsed)
                    } else {
                        Duration::ZERO
                    }
            }),
            ..Manner::default()
        };
        let sent = send_lined(1_000, paced("20/s", Concurrency::Fixed(64)), manner).await;
        assert_eq!(sent.successes(), 1_000, "{stall} s");
        assert!(sent.keeps(20.0), "{stall} s: {}", sent.most_in_a_second());
        let after = sent.mean(Duration::from_secs(12 + stall), Duration::from_secs(22 + stall));
        assert!(after >= 0.995 * 20.0, "{stall} s: {after} per second afterwards");
    }
}

#[tokio::test(start_paused = true)]
async fn the_rate_is_used_where_each_connection_serves_one_call() {
    for closes in [Closes::Announced, Closes::Seen, Closes::Crossing, Closes::Never] {
        for (rate, per_second, connects, rows) in [
            ("5/s", 5.0, 30, 400),
            ("50/s", 50.0, 150, 2_500),
            ("1/s", 1.0, 500, 120),
            ("30/m", 0.5, 80, 100),
            ("300/s", 300.0, 40, 6_000),
        ] {
            let mut chance = fastrand::Rng::with_seed(1);
            let manner = Manner {
                // Between half and twice as long.
                connects: Box::new(move |_| {
                    Duration::from_millis(connects).mul_f64(0.5 + 1.5 * chance.f64())
                }),
                closes,
                ..Manner::default()
            };
            let sent = send_lined(rows, paced(rate, Concurrency::Fixed(500)), manner).await;
            assert!(
                sent.keeps(per_second),
                "{closes:?}, {rate}: {}",
                sent.most_in_a_second()
            );
            // Without the start-up phase.
            let mean = sent.mean(sent.took / 4, sent.took);
            assert!(
                mean >= 0.995 * per_second,
                "{closes:?}, {rate}: {mean} per second"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn no_connection_is_begun_more_than_a_second_before_its_token() {
    let manner = Manner {
        closes: Closes::Announced,
        connects: Box::new(|_| Duration::from_millis(1)),
        ..Manner::default()
    };
    let sent = send_lined(300, paced("10/s", Concurrency::Fixed(200)), manner).await;
    let written = sent.written();
    let early = sent
        .record
        .connects
        .iter()
        .zip(&written)
        .map(|((begun, _), written)| *written - *begun)
        .max()
        .unwrap();
    assert!(early <= Duration::from_millis(1010), "{early:?}");
    // Once the time to connect is known, connections are begun later.
    let late = sent.record.connects[200].0;
    assert!(written[200] - late < Duration::from_millis(100));
}

#[tokio::test(start_paused = true)]
async fn a_hold_off_gives_no_leave_to_connections_that_stand() {
    let mut calls = 0;
    let manner = Manner {
        closes: Closes::Announced,
        answers: Box::new(move || {
            calls += 1;
            let answer = if calls == 20 {
                asks_to_wait(503, 30)
            } else {
                success()
            };
            answer.after(Duration::from_millis(300))
        }),
        ..Manner::default()
    };
    let sent = send_lined(200, paced("20/s", Concurrency::Fixed(64)), manner).await;
    assert_eq!(sent.successes(), 200);
    let written = sent.written();
    let gap = written.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap();
    assert!(gap >= Duration::from_secs(30), "{gap:?}");
    assert!(sent.keeps(20.0));
    let during = sent.record.connects.iter().filter(|(begun, _)| {
        let after = *begun - written[0];
        (Duration::from_secs(3)..Duration::from_secs(29)).contains(&after)
    });
    assert_eq!(during.count(), 0, "connections that could not be used");
}

/// A stop while connections are being opened and open: calls that were written have an outcome,
/// others do not.
#[tokio::test(start_paused = true)]
async fn a_stop_gives_no_outcome_to_what_was_not_written() {
    for (at, stall) in [(500, 1), (3_000, 60), (15_500, 15)] {
        let (asks, stops) = mpsc::channel(1);
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(at)).await;
            asks.send(EarlyEnd::Deadline).await.ok();
            std::future::pending::<()>().await;
        });
        let manner = Manner {
            connects: stalled(stall),
            ..Manner::default()
        };
        let sent = send_lined_until(500, paced("10/s", Concurrency::Fixed(64)), manner, stops).await;
        assert_eq!(sent.end.early, Some(EarlyEnd::Deadline));
        assert_eq!(sent.outcomes.len(), sent.record.written.len(), "{at} ms");
        assert_eq!(sent.successes(), sent.outcomes.len(), "answered while it drained");
        assert!(
            sent.took < Duration::from_millis(at + 400),
            "nothing else was waited for"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn connections_that_are_refused_beside_working_ones_are_a_limit_and_no_outage() {
    for concurrency in [Concurrency::Fixed(64), Concurrency::Auto] {
        let manner = Manner {
            most: 20,
            answers: Box::new(|| success().after(Duration::from_secs(1))),
            ..Manner::default()
        };
        let sent = send_lined(4_000, paced("100/s", concurrency), manner).await;
        assert_eq!((sent.successes(), sent.end.early.clone()), (4_000, None));
        assert_eq!(sent.end.retries, 0, "a refused connection costs no attempt");
        let mean = sent.mean(Duration::from_secs(30), Duration::from_secs(150));
        assert!(mean > 19.0, "what stands is used: {mean} per second");
        assert!(
            sent.record.refused < 120,
            "{} refused in {:?}",
            sent.record.refused,
            sent.took
        );
    }
}

#[tokio::test(start_paused = true)]
async fn where_all_connections_are_refused_it_is_an_outage_after_all() {
    let start = Instant::now();
    let manner = Manner {
        closes: Closes::Announced,
        connects: Box::new(|_| Duration::from_millis(30)),
        ..Manner::default()
    };
    let record = Arc::new(Mutex::new(Record::default()));
    let manner = Arc::new(Mutex::new(manner));
    let transport = Lined {
        manner: Arc::clone(&manner),
        record: Arc::clone(&record),
        losses: Arc::default(),
        start,
    };
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(10)).await;
        manner.lock().unwrap().most = 0;
        tokio::time::sleep(Duration::from_mins(10)).await;
        manner.lock().unwrap().most = usize::MAX;
    });
    let settings = paced("50/s", Concurrency::Fixed(64));
    let (outcomes, end, took) = send_through(distinct(2_000), settings, transport, |wires| wires).await;
    assert!(outcomes.iter().all(|outcome| outcome.status == Status::Success));
    assert_eq!((end.early, end.retries), (None, 0));
    let record = record.lock().unwrap().clone();
    assert!(record.refused < 80, "{} in ten minutes", record.refused);
    // 1,500 calls at 50 a second: no limit remains from before the outage.
    assert!(took < Duration::from_secs(610 + 60 + 35), "{took:?}");
}

/// Kept connections may be all that the platform accepts; a probe opens its own.
#[tokio::test(start_paused = true)]
async fn a_pause_gives_up_the_connections_that_are_in_the_way_of_its_probes() {
    let start = Instant::now();
    let manner = Manner {
        most: 1,
        answers: Box::new(move || {
            if (5..60).contains(&start.elapsed().as_secs()) {
                reply(503, "")
            } else {
                success()
            }
        }),
        ..Manner::default()
    };
    let sent = send_lined(500, paced("10/s", Concurrency::Fixed(1)), manner).await;
    assert_eq!((sent.successes(), sent.end.early), (500, None));
    assert!(sent.record.refused > 0, "they were in the way");
    assert!(sent.took < Duration::from_mins(4), "{:?}", sent.took);
}

/// A random behaviour of the platform.
fn any_manner(seed: u64) -> (Manner, SendSettings, f64) {
    let mut chance = fastrand::Rng::with_seed(seed);
    let rates = [
        ("2/s", 2.0),
        ("10/s", 10.0),
        ("50/s", 50.0),
        ("120/s", 120.0),
        ("400/s", 400.0),
    ];
    let (rate, per_second) = rates[chance.usize(..rates.len())];
    let concurrency = if chance.bool() {
        Concurrency::Auto
    } else {
        Concurrency::Fixed(chance.usize(1..200))
    };
    let closes = [Closes::Never, Closes::Announced, Closes::Seen, Closes::Crossing][chance.usize(..4)];
    let (stalls, mut connecting) = (chance.f64() * 0.1, chance.fork());
    let (faulty, mut answering) = (chance.f64() * 0.2, chance.fork());
    let about = Duration::from_millis(chance.u64(1..800));
    let manner = Manner {
        down: Box::new(|| false),
        closes,
        connects: Box::new(move |_| {
            let stall = if connecting.f64() < stalls {
                connecting.f64() * 9.0
            } else {
                0.0
            };
            Duration::from_secs_f64(stall + 0.2 * connecting.f64() * connecting.f64())
        }),
        answers: Box::new(move || {
            let answer = match answering.u32(0..4) {
                _ if answering.f64() > faulty => success(),
                0 => reply(503, ""),
                1 => asks_to_wait(429, answering.u64(0..6)),
                2 => reply(429, ""),
                _ => fault(TransportError::Interrupted("reset".to_owned())),
            };
            answer.after(about.mul_f64(0.5 + answering.f64()))
        }),
        most: if chance.u32(0..4) == 0 {
            chance.usize(1..30)
        } else {
            usize::MAX
        },
    };
    let mut settings = SendSettings {
        seed,
        ..paced(rate, concurrency)
    };
    settings.retry.max_retries = 100;
    (manner, settings, per_second)
}

#[tokio::test(start_paused = true)]
async fn no_second_holds_more_than_was_agreed_whatever_connections_do() {
    for seed in 0..80 {
        let (manner, settings, per_second) = any_manner(seed);
        let sent = send_lined(300, settings, manner).await;
        let context = format!("seed {seed}, {settings:?}");
        assert!(
            sent.keeps(per_second),
            "{context}: {} in a second",
            sent.most_in_a_second()
        );
        assert_eq!((sent.outcomes.len(), &sent.end.early), (300, &None), "{context}");
        assert_eq!(sent.successes(), 300, "{context}");
    }
}

/// The platform crashes: open connections are gone, and nothing listens for a while.
#[tokio::test(start_paused = true)]
async fn a_platform_that_has_crashed_is_not_stormed() {
    for (rate, concurrency) in [
        ("20/s", "8"),
        ("50/s", "64"),
        ("100/s", "auto"),
        ("unlimited", "16"),
    ] {
        let start = Instant::now();
        let down = move || (Duration::from_secs(3)..Duration::from_secs(9)).contains(&start.elapsed());
        let manner = Manner {
            down: Box::new(down),
            answers: Box::new(move || {
                if down() {
                    fault(TransportError::Gone("reset".to_owned()))
                } else {
                    success().after(Duration::from_millis(100))
                }
            }),
            ..Manner::default()
        };
        let rows = if rate == "unlimited" { 3_000 } else { 600 };
        let sent = send_lined(rows, paced(rate, concurrency.parse().unwrap()), manner).await;
        let during = |at: &Instant| (3..9).contains(&(*at - sent.start).as_secs());
        let tried = sent
            .record
            .connects
            .iter()
            .filter(|(begun, _)| during(begun))
            .count();
        assert!(tried < 200, "{tried} connections at {rate}, {concurrency}");
        assert_eq!(sent.successes() as u64, rows, "{rate}, {concurrency}");
    }
}

/// Every second connection is refused, as by one dead server of two.
#[tokio::test(start_paused = true)]
async fn a_dead_server_of_two_is_no_outage() {
    for concurrency in ["1", "4", "auto"] {
        let mut number = 0;
        let manner = Manner {
            closes: Closes::Announced,
            down: Box::new(move || {
                number += 1;
                number % 2 == 0
            }),
            ..Manner::default()
        };
        let sent = send_lined(200, paced("20/s", concurrency.parse().unwrap()), manner).await;
        assert_eq!(sent.successes(), 200);
        // Each refusal costs a tenth of a second with one call at a time.
        let most = if concurrency == "1" { 100 } else { 40 };
        assert!(
            sent.took < Duration::from_secs(most),
            "{concurrency}: {:?}",
            sent.took
        );
    }
}
