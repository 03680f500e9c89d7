//! Rows that always fail or are never answered, among others: the order of sending (rules 7 and 8).

use super::*;

fn id(respondent: &str) -> u64 {
    respondent.parse().unwrap()
}

/// Counts distinct respondents above `above` called within this time of the start.
fn reached(ran: &Ran, above: u64, within: Duration) -> usize {
    let start = ran.seen[0].start;
    let ids = ran
        .seen
        .iter()
        .filter(|call| call.start - start < within)
        .map(|call| id(&call.respondent))
        .filter(|id| *id > above && *id <= ran.outcomes.len() as u64);
    ids.collect::<HashSet<_>>().len()
}

#[tokio::test(start_paused = true)]
async fn rows_that_ask_all_to_wait_do_not_take_every_turn() {
    let paced = SendSettings {
        rate: "5/s".parse().unwrap(),
        ..settings()
    };
    let ran = send(distinct(108), paced, |respondent, _| {
        if id(respondent) <= 8 {
            asks_to_wait(503, 2)
        } else {
            success()
        }
    })
    .await;
    let reached = reached(&ran, 8, Duration::from_mins(2));
    assert!(reached >= 25, "{reached} good rows in two minutes");
    assert_eq!(count(&ran, "success"), 100);
    assert_eq!(count(&ran, "failed http_5xx"), 8);
}

#[tokio::test(start_paused = true)]
async fn rows_that_fail_each_time_leave_half_of_the_calls_to_the_others() {
    let paced = SendSettings {
        rate: "50/s".parse().unwrap(),
        ..settings()
    };
    let known = distinct(401).split_off(400);
    let known = known.into_iter().filter_map(|row| match row.plan {
        Plan::Send(update) => Some(update),
        _ => None,
    });
    let known: Vec<UpdateRespondent> = known.collect();
    let ran = send_as(
        distinct(400),
        paced,
        |respondent, _| {
            if id(respondent) <= 300 {
                reply(500, "")
            } else {
                success()
            }
        },
        |wires| Wires { known, ..wires },
    )
    .await;
    let reached = reached(&ran, 300, Duration::from_secs(16));
    assert!(reached >= 50, "{reached} good rows within 16 s");
}

/// The first rows are never answered: `auto` has to send them in parallel, or nights end before the
/// other rows are reached.
#[tokio::test(start_paused = true)]
async fn rows_that_are_never_answered_are_passed_in_minutes() {
    let patient = SendSettings {
        rate: "5/s".parse().unwrap(),
        concurrency: Concurrency::Auto,
        ..settings()
    };
    let mut rows = distinct(201);
    let known: Vec<UpdateRespondent> = rows
        .split_off(200)
        .into_iter()
        .filter_map(|row| match row.plan {
            Plan::Send(update) => Some(update),
            _ => None,
        })
        .collect();
    let ran = send_as(
        rows,
        patient,
        |respondent, _| match id(respondent) {
            ..=100 => fault(TransportError::TimedOut).after(Duration::from_secs(30)),
            _ => success(),
        },
        |wires| Wires { known, ..wires },
    )
    .await;
    let reached = reached(&ran, 100, Duration::from_mins(45));
    assert_eq!(reached, 100, "within a night's window");
    assert_eq!(count(&ran, "unconfirmed timeout 9"), 100);
    assert!(ran.end.most_in_flight > 20, "{}", ran.end.most_in_flight);
}

/// All calls hang from some time on, and there is no command that could be repeated.
#[tokio::test(start_paused = true)]
async fn a_platform_that_hangs_costs_no_row_however_few_calls_are_in_flight() {
    for concurrency in [Concurrency::Fixed(1), Concurrency::Fixed(4), Concurrency::Auto] {
        let hanging = SendSettings {
            rate: "5/s".parse().unwrap(),
            concurrency,
            outage: OutageSettings {
                max_outage: Duration::from_mins(1),
                ..settings().outage
            },
            ..settings()
        };
        let begun = Instant::now();
        let ran = send(distinct(185), hanging, move |_, _| {
            if begun.elapsed() < Duration::from_secs(3) {
                success()
            } else {
                fault(TransportError::TimedOut).after(Duration::from_secs(30))
            }
        })
        .await;
        let end = ran.end.early.as_ref();
        assert!(
            matches!(end, Some(EarlyEnd::Outage { .. })),
            "{concurrency:?}: {end:?}"
        );
        let lost = count(&ran, "unconfirmed timeout") + count(&ran, "failed");
        assert_eq!(lost, 0, "{concurrency:?}");
        assert!(
            ran.took < Duration::from_mins(13),
            "{concurrency:?}: {:?}",
            ran.took
        );
    }
}
