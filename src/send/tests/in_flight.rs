//! `--concurrency auto` against models of a platform under a paused clock: how much of the rate is
//! used, and how many calls in flight that takes.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt::Write;

use super::*;
use crate::model::Rate;

/// Returns the latency of the next call.
type Latency = Box<dyn FnMut() -> Duration + Send>;

fn constant(millis: u64) -> Latency {
    Box::new(move || Duration::from_millis(millis))
}

/// Between 0.5 and 1.5 times this, at random.
fn jittery(millis: u64) -> Latency {
    let mut chance = fastrand::Rng::with_seed(3);
    Box::new(move || Duration::from_millis(millis).mul_f64(0.5 + chance.f64()))
}

/// One answer in twenty takes ten times as long.
fn long_tailed(millis: u64) -> Latency {
    let mut chance = fastrand::Rng::with_seed(4);
    Box::new(move || Duration::from_millis(millis) * if chance.u32(0..20) == 0 { 10 } else { 1 })
}

/// This many workers, each taking this long, give or take a fifth; calls queue for a free worker.
fn queueing(workers: usize, millis: u64) -> Latency {
    swinging(workers, millis, 0.0)
}

/// The same, but slower and faster by this share in turn, within each minute.
fn swinging(workers: usize, millis: u64, swing: f64) -> Latency {
    let start = Instant::now();
    let mut chance = fastrand::Rng::with_seed(5);
    let mut free: BinaryHeap<Reverse<Instant>> = BinaryHeap::new();
    Box::new(move || {
        let now = Instant::now();
        let begins = if free.len() < workers {
            now
        } else {
            free.pop().map_or(now, |Reverse(at)| at.max(now))
        };
        let turn = std::f64::consts::TAU * (now - start).as_secs_f64() / 60.0;
        let takes = (1.0 + swing * turn.sin()) * (0.8 + 0.4 * chance.f64());
        let end = begins + Duration::from_millis(millis).mul_f64(takes);
        free.push(Reverse(end));
        end - now
    })
}

/// Most answers take less, some many times as long: lognormal with a sigma of 1.
fn skewed(millis: u64) -> Latency {
    let mut chance = fastrand::Rng::with_seed(6);
    Box::new(move || {
        let normal = (-2.0 * (1.0 - chance.f64()).ln()).sqrt() * (std::f64::consts::TAU * chance.f64()).cos();
        Duration::from_millis(millis).mul_f64(normal.exp())
    })
}

/// One of two latencies, at random.
fn either(one: u64, other: u64) -> Latency {
    let mut chance = fastrand::Rng::with_seed(7);
    Box::new(move || Duration::from_millis(if chance.bool() { one } else { other }))
}

/// Ten times slower after some calls, as platforms are in the morning.
fn slower_after(calls: usize, millis: u64) -> Latency {
    let mut seen = 0;
    Box::new(move || {
        seen += 1;
        Duration::from_millis(millis) * if seen > calls { 10 } else { 1 }
    })
}

fn auto(rate: &str) -> SendSettings {
    SendSettings {
        rate: rate.parse::<Rate>().unwrap(),
        concurrency: Concurrency::Auto,
        ..settings()
    }
}

struct Used {
    /// The rate used in the second half, as a share of what is allowed or of what the platform can
    /// do.
    share: f64,
    most_in_flight: usize,
}

#[expect(clippy::cast_precision_loss, reason = "small numbers")]
async fn used(rate: &str, possible: f64, rows: u64, mut latency: Latency) -> Used {
    let ran = send(distinct(rows), auto(rate), move |_, _| success().after(latency())).await;
    let starts: Vec<Instant> = ran.seen.iter().map(|call| call.start).collect();
    // Without the start-up phase and the end.
    let (from, to) = (starts.len() / 2, starts.len() * 9 / 10);
    let time = (starts[to] - starts[from]).as_secs_f64();
    Used {
        share: (to - from) as f64 / time / possible,
        most_in_flight: ran.end.most_in_flight,
    }
}

#[tokio::test(start_paused = true)]
async fn the_rate_is_used_whatever_the_latency_and_no_more_calls_than_that_needs() {
    let mut table = String::new();
    let mut failed = false;
    // At the end of each line: how many calls in flight are enough, and how many are too many.
    for (name, rate, possible, rows, latency, bounds) in [
        ("fast, 5 ms", "50/s", 50.0, 4_000, constant(5), 1..=20),
        ("usual, 200 ms", "5/s", 5.0, 1_000, constant(200), 1..=6),
        ("slow, 2 s", "50/s", 50.0, 10_000, constant(2_000), 100..=160),
        ("slow, 20 s", "5/s", 5.0, 4_000, constant(20_000), 100..=160),
        (
            "jittery, 200 ± 100 ms",
            "1000/s",
            1_000.0,
            40_000,
            jittery(200),
            200..=310,
        ),
        (
            "long tail, 100 ms or 1 s",
            "50/s",
            50.0,
            8_000,
            long_tailed(100),
            8..=32,
        ),
        (
            "slower after a while, 100 ms to 1 s",
            "50/s",
            50.0,
            20_000,
            slower_after(3_000, 100),
            50..=80,
        ),
        (
            "queueing, 5 workers of 100 ms",
            "40/s",
            40.0,
            4_000,
            queueing(5, 100),
            4..=20,
        ),
        (
            "over its limit, 5 workers of 100 ms",
            "100/s",
            50.0,
            8_000,
            queueing(5, 100),
            5..=40,
        ),
        (
            "over its limit, 50 workers of 1 s",
            "100/s",
            50.0,
            8_000,
            queueing(50, 1_000),
            50..=150,
        ),
        ("skewed, 2 s", "50/s", 50.0, 20_000, skewed(2_000), 150..=330),
        (
            "either 100 ms or 1 s",
            "50/s",
            50.0,
            20_000,
            either(100, 1_000),
            25..=60,
        ),
        (
            "over its limit, 5 workers of 100 ms, swinging",
            "100/s",
            43.0,
            40_000,
            swinging(5, 100, 0.5),
            5..=40,
        ),
        (
            "over its limit, no ceiling",
            "unlimited",
            100.0,
            8_000,
            queueing(10, 100),
            10..=150,
        ),
    ] {
        let used = used(rate, possible, rows, latency).await;
        writeln!(
            table,
            "{name}, {rate}: {:.1} %, {} in flight",
            100.0 * used.share,
            used.most_in_flight
        )
        .unwrap();
        // If the platform is the limit, its workers may be idle for moments.
        let least = if name.starts_with("over") { 0.93 } else { 0.99 };
        failed |= used.share < least || !bounds.contains(&used.most_in_flight);
    }
    assert!(!failed, "{table}");
}

/// Whatever the latency, the agreed rate is used in full after eight answers' time.
#[tokio::test(start_paused = true)]
async fn the_whole_rate_is_used_after_eight_answer_times() {
    for (name, rate, per_second, answer_time, mut latency) in [
        ("2 s", "50/s", 50, 2.0, constant(2_000)),
        ("2 s, give or take half of it", "50/s", 50, 2.0, jittery(2_000)),
        ("200 ms", "200/s", 200, 0.2, constant(200)),
        ("20 s", "2/s", 2, 20.0, constant(20_000)),
        ("1 s", "100/s", 100, 1.0, constant(1_000)),
    ] {
        let seconds = Duration::from_secs_f64(8.0 * answer_time).as_secs() + 15;
        let rows = per_second * seconds;
        let ran = send(distinct(rows), auto(rate), move |_, _| success().after(latency())).await;
        let from = ran.seen[0].start + Duration::from_secs_f64(8.0 * answer_time);
        let during = |call: &&Seen| call.start >= from && call.start < from + Duration::from_secs(10);
        let calls = ran.seen.iter().filter(during).count() as u64;
        assert!(
            calls + 1 >= 10 * per_second,
            "{name}: {calls} in ten seconds at {rate}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_platform_at_its_limit_is_not_pushed_into_time_outs() {
    let settings = auto("5/s");
    // It answers two calls a second; calls time out after half a minute.
    let mut latency = swinging(2, 1_000, 0.5);
    let ran = send(distinct(10_000), settings, move |_, _| {
        let takes = latency();
        if takes > Duration::from_secs(30) {
            fault(TransportError::TimedOut).after(Duration::from_secs(30))
        } else {
            success().after(takes)
        }
    })
    .await;
    assert!(ran.words().iter().all(|word| word.starts_with("success")));
    assert!(ran.end.retries == 0, "{} retries", ran.end.retries);
}

#[tokio::test(start_paused = true)]
async fn a_platform_that_refuses_what_is_too_much_is_not_flooded() {
    let settings = auto("50/s");
    let (mut second, mut taken) = (Instant::now(), 0);
    let ran = send(distinct(3_000), settings, move |_, _| {
        if second.elapsed() >= Duration::from_secs(1) {
            (second, taken) = (Instant::now(), 0);
        }
        taken += 1;
        if taken > 20 { reply(429, "") } else { success() }.after(Duration::from_millis(300))
    })
    .await;
    assert!(ran.words().iter().all(|word| word.starts_with("success")));
    assert!(ran.end.most_in_flight <= 24, "{}", ran.end.most_in_flight);
}

#[tokio::test(start_paused = true)]
async fn a_platform_that_does_not_answer_gets_no_more_calls_than_at_first() {
    let settings = auto("5/s");
    let ran = send(distinct(100), settings, |_, before| {
        if before == 0 {
            fault(TransportError::TimedOut).after(Duration::from_secs(30))
        } else {
            success()
        }
    })
    .await;
    assert!(ran.words().iter().all(|word| word.starts_with("success")));
    assert_eq!(ran.end.most_in_flight, 2);
}

/// At most twice the current limit of calls is unrecorded, not twice the maximum.
#[tokio::test(start_paused = true)]
async fn calls_wait_for_the_journal_of_those_that_auto_allows() {
    let settings = auto("5/s");
    let seen = Arc::new(Mutex::new(Vec::new()));
    let transport = Scripted {
        script: Arc::new(Mutex::new(Script::new(|_, _| success()))),
        seen: Arc::clone(&seen),
    };
    let (plans, plans_in) = mpsc::channel(2);
    let (outcomes, _not_recorded) = mpsc::channel::<Vec<Outcome>>(100);
    let (stop, stops) = mpsc::channel(1);
    plans.send(distinct(100)).await.unwrap();
    let room = Slots::new(settings.concurrency);
    let sending = tokio::spawn(dispatch(
        wires(plans_in, outcomes, stops, &room),
        transport,
        settings,
    ));
    tokio::time::sleep(Duration::from_mins(1)).await;
    assert_eq!(seen.lock().unwrap().len(), 2 * 2);
    stop.send(EarlyEnd::Deadline).await.unwrap();
    sending.await.unwrap();
}
