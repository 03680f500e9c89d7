//! The platform out of reach in every way ([rule 7](crate::rules#rule-7)), and asking for less ([rule 6](crate::rules#rule-6)): an outage costs
//! no row, and rows that never get an answer are failed rows.

use super::*;
use crate::model::{Concurrency, Rate};

/// A script that gets the time since the start of the run.
fn timed(
    mut answer: impl FnMut(&str, usize, Duration) -> Answer + Send + 'static,
) -> impl FnMut(&str, usize) -> Answer + Send + 'static {
    let start = Instant::now();
    move |respondent, before| answer(respondent, before, start.elapsed())
}

fn refused() -> Answer {
    fault(TransportError::NotSent("connection refused".to_owned()))
}

fn silent() -> Answer {
    fault(TransportError::TimedOut).after(Duration::from_secs(30))
}

fn page() -> Answer {
    reply(200, "<html>maintenance</html>")
}

#[tokio::test(start_paused = true)]
async fn a_platform_that_is_down_at_the_start_costs_time_and_no_attempt() {
    let script = timed(|_, _, elapsed| {
        if elapsed.as_secs() < 1200 {
            refused()
        } else {
            success()
        }
    });
    let ran = send(distinct(50), settings(), script).await;
    assert_eq!(ran.words(), ["success  1"; 50]);
    assert_eq!((ran.end.attempts, ran.end.retries, ran.end.early), (50, 0, None));
    assert!((1200..1270).contains(&ran.took.as_secs()), "{:?}", ran.took);
    let probes = ran.seen.len() - 50;
    assert!(probes < 35, "one probe a minute at last: {probes}");
}

#[tokio::test(start_paused = true)]
async fn an_outage_that_lasts_too_long_ends_the_run_and_says_so() {
    let ran = send(distinct(50), settings(), |_, _| refused()).await;
    let Some(EarlyEnd::Outage { after, reason }) = &ran.end.early else {
        panic!("{:?}", ran.end)
    };
    assert_eq!((after.as_secs(), reason.as_str()), (3600, "connection refused"));
    assert_eq!(ran.outcomes.len(), 0, "nothing was sent");
    assert!((3600..3606).contains(&ran.took.as_secs()), "{:?}", ran.took);
}

#[tokio::test(start_paused = true)]
async fn a_platform_that_flaps_gets_every_row() {
    for (name, down) in [
        ("refuses", refused as fn() -> Answer),
        ("is silent", silent),
        ("503", || reply(503, "")),
    ] {
        let slow = SendSettings {
            rate: "2/s".parse().unwrap(),
            ..settings()
        };
        let script = timed(move |_, _, elapsed| {
            if elapsed.as_secs() % 240 >= 120 {
                down()
            } else {
                success()
            }
        });
        let ran = send(distinct(600), slow, script).await;
        assert_eq!((count(&ran, "success"), ran.end.early), (600, None), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_platform_that_says_nothing_is_waited_for_and_then_given_up() {
    type Down = fn() -> Answer;
    let waits: [(&str, Down); 3] = [
        ("never answers", silent),
        ("503", || reply(503, "")),
        ("503 as a page", || reply(503, "<html>maintenance</html>")),
    ];
    for (name, down) in waits {
        let script = timed(move |_, _, elapsed| {
            if elapsed.as_secs() < 1500 {
                down()
            } else {
                success()
            }
        });
        let ran = send(distinct(200), settings(), script).await;
        assert_eq!((count(&ran, "success"), ran.end.early), (200, None), "{name}");

        let ran = send(distinct(200), settings(), move |_, _| down()).await;
        assert!(
            matches!(ran.end.early, Some(EarlyEnd::Outage { .. })),
            "{name}: {:?}",
            ran.end
        );
        assert_eq!(
            count(&ran, "unconfirmed stopped"),
            ran.outcomes.len(),
            "{name}: none has failed"
        );
        let tried = ran.outcomes.len();
        assert!(
            (40..120).contains(&tried),
            "{name}: one probe after the other: {tried}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn web_pages_from_the_start_on_end_the_run_and_later_they_are_an_outage() {
    let ran = send(distinct(200), settings(), |_, _| page()).await;
    assert_eq!(ran.end.early, Some(EarlyEnd::NotThePlatform { calls: 10 }));
    assert!(ran.seen.len() < 14, "{}", ran.seen.len());

    let mut once = settings();
    once.retry.max_retries = 0;
    let final_rows = send(distinct(200), once, |_, _| page()).await;
    assert!(
        final_rows.end.streak.len() >= 10,
        "what was no answer of the platform is no verdict"
    );

    let few = send(distinct(3), settings(), |_, _| page()).await;
    assert_eq!(
        few.end.early,
        Some(EarlyEnd::NotThePlatform { calls: 10 }),
        "retries count"
    );

    let script = timed(|_, _, elapsed| {
        if (1..600).contains(&elapsed.as_secs()) {
            page()
        } else {
            success()
        }
    });
    let later = send(distinct(200), settings(), script).await;
    assert_eq!((count(&later, "success"), later.end.early), (200, None));
}

#[tokio::test(start_paused = true)]
async fn poisonous_rows_among_good_ones_are_failed_rows_wherever_they_stand() {
    for first in [1, 40, 89] {
        let script = move |respondent: &str, _| {
            let id: u64 = respondent.parse().unwrap();
            if (first..first + 12).contains(&id) {
                reply(500, "")
            } else {
                success()
            }
        };
        let ran = send(distinct(100), settings(), script).await;
        assert_eq!(ran.end.early, None, "from {first}");
        assert_eq!(
            count(&ran, "failed http_5xx 9"),
            12,
            "from {first}: {:?}",
            ran.words()
        );
        assert_eq!(count(&ran, "success  1"), 88, "from {first}");
        assert!(ran.took < Duration::from_mins(30), "from {first}: {:?}", ran.took);
    }
}

#[tokio::test(start_paused = true)]
async fn where_only_poisonous_rows_are_left_they_fail_as_rows_do() {
    for (good, poisonous) in [(0, 1), (0, 5), (1, 12), (20, 30)] {
        let script = move |respondent: &str, _| {
            let id: u64 = respondent.parse().unwrap();
            if id <= good { success() } else { reply(500, "") }
        };
        let ran = send(distinct(good + poisonous), settings(), script).await;
        assert_eq!(ran.end.early, None, "{poisonous} rows");
        assert_eq!(count(&ran, "failed http_5xx 9") as u64, poisonous);
        assert!(
            ran.took < Duration::from_mins(40),
            "{poisonous} rows: {:?}",
            ran.took
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_small_file_waits_for_a_platform_that_never_answered() {
    for rows in [10, 15, 40] {
        let script = timed(|_, _, elapsed| {
            if elapsed.as_secs() < 1800 {
                reply(503, "")
            } else {
                success()
            }
        });
        let ran = send(distinct(rows), settings(), script).await;
        assert_eq!((count(&ran, "success") as u64, ran.end.early), (rows, None));
        let ran = send(distinct(rows), settings(), |_, _| reply(503, "")).await;
        assert!(
            matches!(ran.end.early, Some(EarlyEnd::Outage { .. })),
            "{rows} rows: {:?}",
            ran.end
        );
    }
}

/// Rows behind rows of their respondent that never get an answer cannot show whether the platform
/// is back.
#[tokio::test(start_paused = true)]
async fn poisonous_respondents_with_several_rows_come_to_their_end() {
    let ids: Vec<String> = (1..=50)
        .chain((1..=12).map(|id| id + 100))
        .map(|id| id.to_string())
        .collect();
    let again: Vec<String> = (101..=112).map(|id| id.to_string()).collect();
    let cells: Vec<(&str, &str)> = ids.iter().chain(&again).map(|id| (id.as_str(), "x")).collect();
    let script = |respondent: &str, _| {
        if respondent.len() == 3 {
            reply(503, "")
        } else {
            success()
        }
    };
    let ran = send(rows(&cells), settings(), script).await;
    assert_eq!(ran.end.early, None);
    assert_eq!(
        (count(&ran, "success"), count(&ran, "failed http_5xx 9")),
        (50, 24)
    );
    assert!(ran.took < Duration::from_hours(3), "{:?}", ran.took);
}

/// Rows that wait behind others of their respondents count as untried, too.
#[tokio::test(start_paused = true)]
async fn an_outage_costs_no_row_of_a_few_respondents() {
    let ids: Vec<String> = (0..240).map(|row| (row % 12).to_string()).collect();
    let cells: Vec<(&str, &str)> = ids.iter().map(|id| (id.as_str(), "x")).collect();
    let script = timed(|_, _, elapsed| {
        if (1..600).contains(&elapsed.as_secs()) {
            reply(503, "")
        } else {
            success()
        }
    });
    let ran = send(rows(&cells), settings(), script).await;
    assert_eq!((count(&ran, "success"), ran.end.early), (240, None));
}

#[tokio::test(start_paused = true)]
async fn a_pause_ends_without_a_burst() {
    let steady = SendSettings {
        rate: "10/s".parse().unwrap(),
        concurrency: Concurrency::Fixed(50),
        ..settings()
    };
    let script = timed(|_, _, elapsed| {
        if (5..400).contains(&elapsed.as_secs()) {
            silent()
        } else {
            success()
        }
    });
    let ran = send(distinct(300), steady, script).await;
    assert_eq!(count(&ran, "success"), 300);
    assert!(ran.end.most_in_a_second <= 11, "{}", ran.end.most_in_a_second);
}

#[tokio::test(start_paused = true)]
async fn without_pausing_a_call_that_cannot_be_sent_spends_an_attempt() {
    let mut hasty = settings();
    hasty.outage.max_outage = Duration::ZERO;
    let ran = send(distinct(3), hasty, |_, _| refused()).await;
    assert_eq!(ran.words(), ["failed connect 9"; 3]);
}

#[tokio::test(start_paused = true)]
async fn too_few_sockets_lower_the_calls_in_flight_and_are_no_outage() {
    let in_flight = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let crowded = SendSettings {
        concurrency: Concurrency::Fixed(20),
        ..settings()
    };
    let open = Arc::clone(&in_flight);
    let mut until: Vec<Instant> = Vec::new();
    let script = move |_: &str, _: usize| {
        until.retain(|end| *end > Instant::now());
        if until.len() >= 6 {
            return fault(TransportError::NoSocket("too many open files".to_owned())).after(Duration::ZERO);
        }
        until.push(Instant::now() + Duration::from_millis(50));
        open.fetch_max(until.len(), std::sync::atomic::Ordering::Relaxed);
        success()
    };
    let ran = send(distinct(200), crowded, script).await;
    assert_eq!(ran.words(), ["success  1"; 200]);
    assert!(ran.took < Duration::from_secs(3), "no pause: {:?}", ran.took);
    assert!(
        ran.seen.len() < 230,
        "asked for again and again: {}",
        ran.seen.len()
    );
}

#[tokio::test(start_paused = true)]
async fn rows_of_one_respondent_keep_their_order_across_an_outage() {
    let cells: Vec<(String, String)> = (0..60)
        .map(|row| ((row % 7).to_string(), format!("v{row:02}")))
        .collect();
    let cells: Vec<(&str, &str)> = cells
        .iter()
        .map(|(id, value)| (id.as_str(), value.as_str()))
        .collect();
    let script = timed(|_, before, elapsed| match elapsed.as_secs() {
        0..300 if before.is_multiple_of(3) => refused(),
        0..600 => silent(),
        _ => success(),
    });
    let ran = send(rows(&cells), settings(), script).await;
    assert_eq!(count(&ran, "success"), 60);
    for id in 0..7 {
        let values: Vec<&str> = ran
            .seen
            .iter()
            .filter(|seen| seen.respondent == id.to_string())
            .map(|seen| seen.labels.as_str())
            .collect();
        assert!(values.is_sorted(), "{values:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_platform_that_takes_less_than_the_rate_is_sent_less_and_everything_succeeds() {
    for (rate, asks_to_wait_for) in [("100/s", None), ("unlimited", None), ("100/s", Some(1))] {
        let rate: Rate = rate.parse().unwrap();
        let fast = SendSettings {
            rate,
            concurrency: Concurrency::Fixed(40),
            ..settings()
        };
        // It accepts 30 calls in each second of its clock.
        let mut taken = (0, 0);
        let script = timed(move |_, _, elapsed| {
            if taken.0 != elapsed.as_secs() {
                taken = (elapsed.as_secs(), 0);
            }
            taken.1 += 1;
            match asks_to_wait_for {
                _ if taken.1 <= 30 => success(),
                Some(seconds) => asks_to_wait(429, seconds),
                None => reply(429, ""),
            }
        });
        let ran = send(distinct(1500), fast, script).await;
        assert_eq!((count(&ran, "success"), &ran.end.early), (1500, &None), "{rate}");
        assert!(ran.took < Duration::from_secs(150), "{rate}: {:?}", ran.took);
        let taken = ran.end.taken_rate.unwrap();
        assert!((10.0..31.0).contains(&taken), "{rate}: {taken}");
        assert!(
            ran.end.slow_downs > 0 && ran.end.retries < 1500,
            "{rate}: {:?}",
            ran.end
        );
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_watches_is_told_since_when_and_until_when_the_run_waits() {
    let (plans, plans_in) = mpsc::channel(2);
    let (outcomes, mut outcomes_in) = mpsc::channel::<Vec<Outcome>>(64);
    let (_never, stops) = mpsc::channel(1);
    let script = timed(|_, _, elapsed| {
        if elapsed.as_secs() < 60 {
            refused()
        } else {
            success()
        }
    });
    let transport = Scripted {
        script: Arc::new(Mutex::new(Script::new(script))),
        seen: Arc::default(),
    };
    let (waiting, waits) = watch::channel(None);
    let wires = Wires {
        waiting,
        ..wires(plans_in, outcomes, stops, &Slots::new(Concurrency::Fixed(4)))
    };
    plans.send(distinct(1)).await.unwrap();
    drop(plans);
    let dispatched = tokio::spawn(dispatch(wires, transport, settings()));
    tokio::time::sleep(Duration::from_secs(30)).await;
    let told = waits.borrow().clone().unwrap();
    assert_eq!(
        (
            told.until.duration_since(told.since).as_secs(),
            told.reason.as_str()
        ),
        (3600, "connection refused")
    );
    assert_eq!(outcomes_in.recv().await.unwrap().len(), 1);
    assert_eq!(*waits.borrow(), None);
    dispatched.await.unwrap();
}
