//! A call that the client gave up may be applied late, and must not undo a later row ([rule 3](crate::rules#rule-3)).

use super::*;

/// The first attempt of respondent 7 is given up; all else succeeds.
fn gives_up_first(respondent: &str, before: usize) -> Answer {
    match (respondent, before) {
        ("7", 0) => fault(TransportError::TimedOut).after(Duration::from_secs(30)),
        _ => success(),
    }
}

fn of<'a>(ran: &'a Ran, respondent: &str) -> Vec<(&'a str, u64)> {
    let start = ran.seen[0].start;
    let of_it = ran.seen.iter().filter(|call| call.respondent == respondent);
    of_it
        .map(|call| (call.labels.as_str(), (call.start - start).as_secs()))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_row_of_other_content_waits_until_the_late_call_is_out_of_the_question() {
    let all = rows(&[
        ("7", "a"),
        ("1", "x"),
        ("7", "a"),
        ("7", "b"),
        ("2", "y"),
        ("7", "c"),
    ]);
    let ran = send(all, settings(), gives_up_first).await;
    assert_eq!(ran.end.early, None);
    assert_eq!(
        of(&ran, "7"),
        [
            ("&l1=a", 0),
            ("&l1=a", 30),
            ("&l1=a", 30),
            ("&l1=b", 60),
            ("&l1=c", 60)
        ],
        "b waits for 30 s after the end of the attempt in doubt"
    );
    assert!(
        of(&ran, "1")[0].1 < 2 && of(&ran, "2")[0].1 < 2,
        "others overtake"
    );
    assert_eq!(count(&ran, "success  1"), 5, "{:?}", ran.words());
}

#[tokio::test(start_paused = true)]
async fn a_lane_is_remembered_although_none_of_its_rows_is_there() {
    let never_retried = SendSettings {
        retry: RetryPolicy {
            max_retries: 0,
            ..settings().retry
        },
        concurrency: Concurrency::Fixed(1),
        rate: "1/s".parse().unwrap(),
        ..settings()
    };
    let mut cells = vec![("7", "a")];
    cells.extend([("1", "x"); 10]);
    cells.push(("7", "b"));
    cells.push(("2", "y"));
    let ran = send(rows(&cells), never_retried, gives_up_first).await;
    let words = ran.words();
    assert_eq!(words[0], "unconfirmed timeout 1");
    assert_eq!(of(&ran, "7"), [("&l1=a", 0), ("&l1=b", 60)]);
    assert!(of(&ran, "2")[0].1 < 45, "nobody else waits");
}

#[tokio::test(start_paused = true)]
async fn every_kind_of_doubt_counts_and_no_other() {
    let outcomes: [(Answer, bool); 8] = [
        (fault(TransportError::Interrupted("cut".to_owned())), true),
        (reply(502, ""), true),
        (reply(504, ""), true),
        (reply(520, ""), true),
        (reply(524, ""), true),
        (reply(200, "<html>"), true),
        (reply(500, ""), false),
        (fault(TransportError::NotSent("refused".to_owned())), false),
    ];
    for (answer, waits) in outcomes {
        let first = answer.clone();
        let ran = send(rows(&[("7", "a"), ("7", "b")]), settings(), move |_, before| {
            if before == 0 { first.clone() } else { success() }
        })
        .await;
        let second = of(&ran, "7").last().unwrap().1;
        assert_eq!(second >= 30, waits, "{:?}: {second} s", answer.result);
        assert_eq!(count(&ran, "success"), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_row_that_waits_is_not_reached_by_a_run_that_is_stopped() {
    let (ask, stops) = mpsc::channel(1);
    let asking = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(40)).await;
        ask.send(EarlyEnd::Interrupted(Signal::Interrupt)).await.ok();
        std::future::pending::<()>().await;
    });
    let ran = send_with(rows(&[("7", "a"), ("7", "b")]), settings(), stops, gives_up_first).await;
    asking.abort();
    assert_eq!(ran.words(), ["success  2"], "b was never sent and has no line");
    assert!(ran.took < Duration::from_secs(41), "{:?}", ran.took);
}

#[tokio::test(start_paused = true)]
async fn a_pause_does_not_send_it_as_a_probe_and_ends_all_the_same() {
    // Respondent 7 is given up; then the platform is out of reach until 50 s.
    let start = Instant::now();
    let script = move |respondent: &str, before: usize| match (respondent, before) {
        ("7", 0) => fault(TransportError::TimedOut).after(Duration::from_secs(5)),
        ("7", 1) => success(),
        _ if start.elapsed() < Duration::from_secs(50) && start.elapsed() > Duration::from_secs(6) => {
            fault(TransportError::NotSent("refused".to_owned()))
        }
        _ => success().after(Duration::from_secs(4)),
    };
    let mut cells = vec![("7", "a"), ("7", "b")];
    cells.extend([
        ("1", "x"),
        ("2", "x"),
        ("3", "x"),
        ("4", "x"),
        ("5", "x"),
        ("6", "x"),
    ]);
    let ran = send(rows(&cells), settings(), script).await;
    assert_eq!((count(&ran, "success"), ran.end.early.clone()), (8, None));
    let (_, second) = *of(&ran, "7").last().unwrap();
    assert!(second >= 35, "{second}");
}

#[tokio::test(start_paused = true)]
async fn second_rows_of_a_resumed_run_wait_for_what_the_process_before_may_have_sent() {
    let ran = send_as(
        rows(&[("7", "a"), ("7", "a"), ("7", "b"), ("1", "x")]),
        settings(),
        |_, _| success(),
        |wires| Wires {
            resumed: true,
            ..wires
        },
    )
    .await;
    assert_eq!(of(&ran, "7"), [("&l1=a", 0), ("&l1=a", 0), ("&l1=b", 30)]);
    assert_eq!(count(&ran, "success"), 4);
}

#[tokio::test(start_paused = true)]
async fn a_row_of_the_process_before_that_ended_in_doubt_a_moment_ago_is_waited_for() {
    let settled = |attempts, ago: i64| crate::model::Settled {
        status: Status::Unconfirmed,
        error_code: Some(ErrorCode::Timeout),
        message: String::new(),
        http_status: None,
        attempts,
        elapsed: Duration::ZERO,
        finished_at: Timestamp::now() - jiff::SignedDuration::from_secs(ago),
    };
    for (ago, waits) in [(0, true), (3600, false)] {
        let mut all = rows(&[("7", "a"), ("7", "b")]);
        all[0].settled = Some(Box::new(settled(1, ago)));
        let ran = send_as(
            all,
            settings(),
            |_, _| success(),
            |wires| Wires {
                resumed: true,
                ..wires
            },
        )
        .await;
        assert_eq!(
            ran.took >= Duration::from_secs(29),
            waits,
            "{ago}: {:?}",
            ran.took
        );
    }
}
