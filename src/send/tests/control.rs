//! Control calls: an acknowledged command is repeated to find out whether the rows are at fault
//! ([rule 8](crate::rules#rule-8)).

use super::*;

/// Parses a respondent's number.
fn id(respondent: &str) -> u64 {
    respondent.parse().unwrap()
}

fn calls_of(ran: &Ran, respondent: &str) -> usize {
    ran.seen
        .iter()
        .filter(|call| call.respondent == respondent)
        .count()
}

/// Commands acknowledged in an earlier run, for respondents whose ids are separated by spaces.
fn known(respondents: &str) -> Vec<UpdateRespondent> {
    let command = |respondent| match rows(&[(respondent, "known")]).remove(0).plan {
        Plan::Send(update) => update,
        _ => panic!("it is sent"),
    };
    respondents.split(' ').map(command).collect()
}

/// What the memory recorded about control calls, each with the number of calls made before.
#[derive(Clone, Debug, Default)]
struct Told(Arc<Mutex<Vec<String>>>);

impl Told {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl ControlMemory for Told {
    fn begins(&self, update: &UpdateRespondent) -> bool {
        let mut told = self.0.lock().unwrap();
        told.push(format!("begins {}", update.respondent()));
        update.respondent() != "666"
    }

    fn ended(&self, in_doubt_since: Option<Timestamp>) {
        let words = in_doubt_since.map_or("ended", |_| "in doubt");
        self.0.lock().unwrap().push(words.to_owned());
    }
}

async fn send_knowing(
    rows: Vec<PlannedRow>,
    known: Vec<UpdateRespondent>,
    script: impl FnMut(&str, usize) -> Answer + Send + 'static,
) -> Ran {
    send_as(rows, settings(), script, |wires| Wires { known, ..wires }).await
}

#[tokio::test(start_paused = true)]
async fn rows_that_fail_for_ever_do_not_keep_the_others_from_being_sent() {
    let faults: [(Answer, &str, u64); 4] = [
        (reply(403, "blocked"), "failed auth", 30),
        (reply(302, ""), "failed redirected", 30),
        (reply(404, "<html>"), "failed http_4xx", 120),
        (reply(400, ""), "failed http_4xx", 60),
    ];
    for (fault, words, failing) in faults {
        // The failing rows are adjacent, in the middle and at the end.
        for first in [20, 300 - failing] {
            let fault = fault.clone();
            let ran = send(distinct(300), settings(), move |respondent, _| {
                if (first..first + failing).contains(&id(respondent)) {
                    fault.clone()
                } else {
                    success()
                }
            })
            .await;
            assert_eq!(ran.end.early, None, "{words} from {first}");
            assert_eq!(count(&ran, words) as u64, failing);
            assert_eq!(count(&ran, "success  1") as u64, 300 - failing);
            assert!(
                (1..=failing / 5).contains(&ran.end.control_calls),
                "{words}: {} control calls",
                ran.end.control_calls
            );
            assert_eq!(ran.seen.len() as u64, 300 + ran.end.control_calls);
            assert_eq!(ran.end.streak, [0; 0], "they are final");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn where_they_stand_first_a_command_of_an_earlier_run_tells() {
    let faults: [(Answer, &str, u64); 3] = [
        (reply(403, "blocked"), "failed auth", 6),
        (reply(404, "<html>"), "failed http_4xx", 60),
        (rejected(), "failed rejected", 510),
    ];
    for (fault, words, failing) in faults {
        let script = move |respondent: &str, _| {
            if id(respondent) <= failing {
                fault.clone()
            } else {
                success()
            }
        };
        let without = send(distinct(failing + 10), settings(), script.clone()).await;
        assert!(without.end.early.is_some(), "{words}: as before");
        assert!(!without.end.streak.is_empty());
        let ran = send_knowing(distinct(failing + 10), known("9999"), script).await;
        assert_eq!(ran.end.early, None, "{words}");
        assert_eq!(count(&ran, words) as u64, failing);
        assert_eq!(count(&ran, "success"), 10);
        assert_eq!(calls_of(&ran, "9999") as u64, ran.end.control_calls);
        assert!(
            ran.outcomes.len() as u64 == failing + 10,
            "a control call has no line"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_refused_costs_five_calls_those_in_flight_and_one_control() {
    let refused = |from: u64| {
        let mut calls = 0;
        move |_: &str, _: usize| {
            calls += 1;
            if calls > from { reply(401, "") } else { success() }
        }
    };
    let ran = send(distinct(300), settings(), refused(50)).await;
    assert!(
        matches!(ran.end.early, Some(EarlyEnd::Refused { .. })),
        "{:?}",
        ran.end.early
    );
    assert!(ran.seen.len() <= 50 + 5 + 3 + 1, "{}", ran.seen.len());
    assert_eq!(ran.end.control_calls, 1);
    let failed = count(&ran, "failed auth");
    assert_eq!(ran.end.streak.len(), failed, "a resume sends them again");
    assert!(
        ran.outcomes.iter().any(|outcome| outcome.streak.is_some()),
        "the journal knows at once"
    );

    let from_the_start = send_knowing(distinct(300), known("9999"), refused(0)).await;
    assert!(matches!(from_the_start.end.early, Some(EarlyEnd::Refused { .. })));
    assert!(
        from_the_start.seen.len() <= 5 + 3 + 1,
        "{}",
        from_the_start.seen.len()
    );
}

#[tokio::test(start_paused = true)]
async fn neighbours_that_are_never_answered_cost_no_pause_where_a_control_is() {
    for (answer, expected) in [
        (
            fault(TransportError::TimedOut).after(Duration::from_secs(30)),
            "unconfirmed timeout 9",
        ),
        (reply(500, ""), "failed http_5xx 9"),
    ] {
        let ran = send_knowing(distinct(60), known("9999"), move |respondent, _| {
            if id(respondent) <= 12 {
                answer.clone()
            } else {
                success()
            }
        })
        .await;
        assert_eq!(ran.end.early, None);
        assert_eq!(
            (count(&ran, expected), count(&ran, "success  1")),
            (12, 48),
            "{:?}",
            ran.words()
        );
        let last_good = ran
            .seen
            .iter()
            .filter(|call| id(&call.respondent) > 12)
            .map(|call| call.start)
            .max();
        let waited = last_good.unwrap() - ran.seen[0].start;
        assert!(waited < Duration::from_mins(30), "{waited:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_platform_that_answers_nobody_is_waited_for_with_control_calls() {
    let start = Instant::now();
    let away = Duration::from_secs(3)..Duration::from_mins(15);
    let script = move |_: &str, _: usize| {
        if away.contains(&start.elapsed()) {
            reply(503, "<html>")
        } else {
            success().after(Duration::from_millis(200))
        }
    };
    let ran = send(distinct(200), settings(), script).await;
    assert_eq!(
        (ran.end.early.clone(), count(&ran, "success")),
        (None, 200),
        "{:?}",
        ran.words()
    );
    assert!(ran.end.control_calls >= 10, "probes: {}", ran.end.control_calls);
    let in_outage = ran.seen.iter().filter(|call| {
        let at = call.start - start;
        at > Duration::from_mins(1) && at < Duration::from_secs(899)
    });
    assert!(in_outage.count() < 20, "one probe at a time");
}

#[tokio::test(start_paused = true)]
async fn a_control_that_is_refused_for_its_own_sake_is_replaced_and_where_none_is_left_the_run_ends() {
    // Respondents 1 to 3 are acknowledged once and rejected when repeated; the others fail with
    // 404.
    let script = |good: u64| {
        move |respondent: &str, before: usize| match (id(respondent), before) {
            (1..=3, 0) | (100.., _) => success(),
            (1, _) => {
                if good == 1 {
                    success()
                } else {
                    rejected()
                }
            }
            (2..=3, _) => rejected(),
            _ => reply(404, ""),
        }
    };
    let ran = send(distinct(120), settings(), script(1)).await;
    assert_eq!(ran.end.early, None, "the third control tells");
    assert_eq!(count(&ran, "success"), 24);
    let ends = send(distinct(90), settings(), script(0)).await;
    assert!(
        matches!(ends.end.early, Some(EarlyEnd::SameError { .. })),
        "{:?}",
        ends.end.early
    );
}

#[tokio::test(start_paused = true)]
async fn a_control_that_gets_no_answer_waits_as_in_an_outage_and_asks_again() {
    for (then, goes_on) in [(success(), true), (reply(404, ""), false)] {
        let asked = Arc::new(Mutex::new(0));
        let count_asked = Arc::clone(&asked);
        let ran = send_knowing(distinct(80), known("9999"), move |respondent, _| {
            if respondent != "9999" {
                return if id(respondent) <= 60 {
                    reply(404, "")
                } else {
                    success()
                };
            }
            let mut asked = count_asked.lock().unwrap();
            *asked += 1;
            match *asked {
                1 => fault(TransportError::TimedOut).after(Duration::from_secs(30)),
                2 => fault(TransportError::NotSent("refused".to_owned())),
                3 => reply(503, ""),
                _ => then.clone(),
            }
        })
        .await;
        assert_eq!(ran.end.early.is_none(), goes_on, "{:?}", ran.end.early);
        assert!(ran.took < Duration::from_mins(5));
        let before = ran
            .seen
            .iter()
            .position(|call| call.respondent == "9999")
            .unwrap();
        assert!(before <= 53, "no row starts while it is asked: {before}");
        if !goes_on {
            assert_eq!(count(&ran, "success"), 0);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn one_respondent_who_has_left_does_not_speak_for_all() {
    let script = |respondent: &str, _| match id(respondent) {
        ..=60 | 9001 | 9002 => reply(404, ""),
        _ => success(),
    };
    let ran = send_knowing(distinct(80), known("9001 9002 9003"), script).await;
    assert_eq!((ran.end.early.clone(), count(&ran, "success")), (None, 20));
    let gone = |respondent| calls_of(&ran, respondent);
    assert_eq!((gone("9001"), gone("9002")), (1, 1), "they are not asked again");
    // No more than these are tried.
    let all_gone = |respondent: &str, _| match id(respondent) {
        61..=80 => success(),
        _ => reply(404, ""),
    };
    let ran = send_knowing(distinct(80), known("9001 9002 9003 9004"), all_gone).await;
    assert!(matches!(ran.end.early, Some(EarlyEnd::SameError { .. })));
    assert_eq!(ran.end.control_calls, 3);
}

#[tokio::test(start_paused = true)]
async fn a_platform_that_asks_to_slow_down_is_asked_again_later() {
    let start = Instant::now();
    let ran = send_knowing(distinct(40), known("9999"), move |respondent, _| {
        match id(respondent) {
            ..=5 => reply(403, "blocked"),
            _ if start.elapsed() < Duration::from_secs(20) => reply(429, ""),
            _ => success(),
        }
    })
    .await;
    assert_eq!((ran.end.early.clone(), count(&ran, "success")), (None, 35));
    assert!(
        (3..=7).contains(&ran.end.control_calls),
        "{}",
        ran.end.control_calls
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_repeated_is_remembered_before_it_is() {
    let run = async |known: Vec<UpdateRespondent>, control: fn(usize) -> Answer| {
        let told = Told::default();
        let memory = told.clone();
        let ran = send_as(
            distinct(70),
            settings(),
            move |respondent, before| match id(respondent) {
                ..=60 => reply(404, ""),
                61..=70 => success(),
                _ => control(before),
            },
            |wires| Wires {
                known,
                memory: Some(Box::new(memory)),
                ..wires
            },
        )
        .await;
        (ran, told.take())
    };
    let (ran, told) = run(known("9999"), |_| success()).await;
    assert_eq!((ran.end.early, told.len()), (None, 2));
    assert_eq!(told, ["begins 9999", "ended"]);
    let late = |before| match before {
        0 => fault(TransportError::TimedOut).after(Duration::from_secs(30)),
        1 => fault(TransportError::NotSent("refused".to_owned())),
        _ => success(),
    };
    let (_, told) = run(known("9999"), late).await;
    assert_eq!(
        told,
        [
            "begins 9999",
            "in doubt",
            "begins 9999",
            "ended",
            "begins 9999",
            "ended"
        ]
    );
    // A command that cannot be recorded is not repeated.
    let (ran, told) = run(known("666"), |_| success()).await;
    assert!(matches!(ran.end.early, Some(EarlyEnd::SameError { .. })));
    assert_eq!((told, ran.end.control_calls), (vec!["begins 666".to_owned()], 0));
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_stopped_while_it_asks_leaves_the_streak_to_a_resume() {
    let (ask, stops) = mpsc::channel(1);
    let asking = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(20)).await;
        ask.send(EarlyEnd::Interrupted(Signal::Interrupt)).await.ok();
        std::future::pending::<()>().await;
    });
    let ran = send_as(
        distinct(70),
        settings(),
        |respondent, _| {
            if respondent == "9999" {
                fault(TransportError::TimedOut).after(Duration::from_secs(30))
            } else {
                reply(401, "")
            }
        },
        |wires| Wires {
            stops,
            known: known("9999"),
            ..wires
        },
    )
    .await;
    asking.abort();
    assert_eq!(ran.end.early, Some(EarlyEnd::Interrupted(Signal::Interrupt)));
    assert_eq!(ran.end.streak.len(), count(&ran, "failed auth"));
    assert!(!ran.end.streak.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_control_never_overtakes_or_undoes_a_row_of_its_respondent() {
    for seed in 0..200 {
        let mut chance = fastrand::Rng::with_seed(seed);
        let cells: Vec<(String, String)> = (0..120)
            .map(|row| (chance.u64(1..40).to_string(), format!("v{row}")))
            .collect();
        let cells: Vec<(&str, &str)> = cells
            .iter()
            .map(|(id, value)| (id.as_str(), value.as_str()))
            .collect();
        let share = chance.u64(1..10);
        let ran = send_knowing(rows(&cells), known("3"), move |respondent, _| {
            match (id(respondent) % 10 < share, id(respondent) % 3) {
                (true, 0) => reply(403, ""),
                (true, 1) => reply(404, ""),
                (true, _) => reply(500, ""),
                _ => success(),
            }
        })
        .await;
        let mut holds: HashMap<&str, &str> = HashMap::new();
        let mut latest: HashMap<&str, &Seen> = HashMap::new();
        for call in &ran.seen {
            if let Some(before) = latest.insert(&call.respondent, call) {
                assert!(
                    before.end.is_some_and(|end| end <= call.start),
                    "seed {seed}: two at a time"
                );
            }
            if call.applied {
                holds.insert(&call.respondent, &call.labels);
            }
        }
        if ran.end.early.is_some() {
            continue;
        }
        for (respondent, labels) in holds {
            let last = cells.iter().rev().find(|(id, _)| *id == respondent);
            let Some((_, value)) = last else { continue };
            assert_eq!(
                labels,
                format!("&l1={value}"),
                "seed {seed}, respondent {respondent}"
            );
        }
    }
}

/// A command acknowledged in an earlier process is not repeated: a later row of the respondent, not
/// read yet, may have its verdict, too, and another run may have updated the respondent since.
#[tokio::test(start_paused = true)]
async fn the_journals_successes_are_no_controls() {
    let mut rows = distinct(40);
    for row in rows.iter_mut().take(20) {
        row.settled = Some(Box::new(crate::model::Settled {
            status: Status::Success,
            error_code: None,
            message: String::new(),
            http_status: Some(200),
            attempts: 1,
            elapsed: Duration::ZERO,
            finished_at: Timestamp::now(),
        }));
    }
    let ran = send_as(
        rows,
        settings(),
        |_, _| reply(403, ""),
        |wires| Wires {
            resumed: true,
            knows_success: true,
            ..wires
        },
    )
    .await;
    assert!(
        matches!(ran.end.early, Some(EarlyEnd::Refused { .. })),
        "{:?}",
        ran.end.early
    );
    assert_eq!(ran.end.control_calls, 0);
    assert!(ran.seen.iter().all(|call| id(&call.respondent) > 20));
}
