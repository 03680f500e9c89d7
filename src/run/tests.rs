//! The whole pipeline against a model of the platform, under a paused clock: random inputs, faults, stops, kills and
//! resumes. After each life the rules of the design's section 4 are checked (never wrong under chaos); in the end the
//! faults heal, and everything must be done.
//!
//! Each case is made of a seed, which a failure prints; `RESPONDENT_SYNC_MODEL_SEED=n cargo test the_model` runs that one
//! alone, `RESPONDENT_SYNC_MODEL_CASES=n` as many as that.

mod life;
mod world;

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::model::{Concurrency, EarlyEnd};
use crate::send::{BreakerSettings, OutageSettings, RetryPolicy, SendSettings};
use life::{Ended, Plan, known, live};
use world::{Call, Fault, LONGEST_CALL, Platform, Window, World};

/// Cases per test run; each is a few lives.
const CASES: u64 = 1500;

/// A case, all of which follows from its seed.
struct Case {
    input: Vec<u8>,
    /// Row number to respondent, of the rows that can be sent.
    rows: HashMap<u64, String>,
    all_rows: u64,
    settings: SendSettings,
    lives: Vec<Plan>,
}

fn seconds(chance: &mut fastrand::Rng, most: u64) -> Duration {
    Duration::from_millis(chance.u64(0..most * 1000))
}

fn fault(chance: &mut fastrand::Rng) -> Fault {
    let retry_after = [None, Some(1), Some(20), Some(120), Some(600)];
    match chance.u8(0..14) {
        0 | 1 => Fault::Refuses,
        2 | 3 => Fault::Unavailable {
            page: chance.bool(),
            retry_after: *chance.choice(&retry_after).unwrap(),
        },
        4 | 5 => Fault::Silent,
        6 | 7 => Fault::Cuts,
        8 => Fault::Page,
        9 | 10 => Fault::TooMany {
            retry_after: *chance.choice(&retry_after).unwrap(),
        },
        11 => Fault::Unauthorized,
        12 => Fault::NotFound,
        _ => *chance.choice(&[Fault::NoSocket, Fault::Panics]).unwrap(),
    }
}

impl Case {
    fn new(seed: u64) -> (Self, Platform) {
        let mut chance = fastrand::Rng::with_seed(seed);
        let respondents = chance.u64(1..30);
        let all_rows = chance.u64(1..60);
        let mut input = "id_respondent,l1\n".to_owned();
        let mut rows = HashMap::new();
        for row in 2..2 + all_rows {
            let id = chance.u64(1..=respondents).to_string();
            match chance.u8(0..20) {
                0 => input.push_str("x,v1\n"),
                1 => input.extend([&id, ",\n"]),
                _ => {
                    input.extend([&id, ",v", &row.to_string(), "\n"]);
                    rows.insert(row, id);
                }
            }
        }
        let mut platform = Platform::new(seed);
        for id in 1..=respondents {
            match chance.u8(0..30) {
                0 => drop(platform.poisonous.insert(id.to_string())),
                1 => drop(platform.unknown.insert(id.to_string())),
                _ => {}
            }
        }
        for _ in 0..chance.usize(0..4) {
            let from = seconds(&mut chance, 60);
            platform.windows.push(Window {
                from,
                until: from + seconds(&mut chance, 200),
                fault: fault(&mut chance),
                share: *chance.choice(&[1.0, 1.0, 0.5, 0.1]).unwrap(),
            });
        }
        let backoff = *chance.choice(&[50, 1000]).unwrap();
        let (backoff, max_backoff) = (Duration::from_millis(backoff), Duration::from_mins(1));
        let settings = SendSettings {
            rate: chance
                .choice(&["unlimited", "5/s", "50/s"])
                .unwrap()
                .parse()
                .unwrap(),
            concurrency: chance
                .choice(&["1", "2", "4", "16", "auto"])
                .unwrap()
                .parse::<Concurrency>()
                .unwrap(),
            retry: RetryPolicy {
                max_retries: *chance.choice(&[0, 2, 8]).unwrap(),
                backoff,
                max_backoff,
            },
            timeout: LONGEST_CALL,
            outage: OutageSettings {
                max_outage: Duration::from_secs(*chance.choice(&[0, 30, 3600]).unwrap()),
                backoff,
                max_backoff,
            },
            breaker: BreakerSettings {
                max_same_error: *chance.choice(&[None, Some(5)]).unwrap(),
                max_errors: None,
            },
            seed,
        };
        let lives = (0..chance.usize(0..4))
            .map(|_| Plan {
                kill_after: chance.bool().then(|| seconds(&mut chance, 20)),
                torn: chance.f64(),
                stops: (0..chance.usize(0..3))
                    .map(|_| seconds(&mut chance, 20))
                    .collect(),
                recorder_takes: Duration::from_millis(*chance.choice(&[0, 0, 30, 500]).unwrap()),
            })
            .collect();
        let case = Self {
            input: input.into_bytes(),
            rows,
            all_rows,
            settings,
            lives,
        };
        (case, platform)
    }
}

/// The calls of one life are made by the rules: one at a time per respondent, in the file's order, no faster than
/// agreed, and none for a row that had its verdict.
fn check_calls(case: &Case, calls: &[Call], final_before: &HashSet<u64>) {
    let mut latest: HashMap<&str, &Call> = HashMap::new();
    for call in calls {
        assert!(
            !final_before.contains(&call.row),
            "row {} had its verdict and was sent again",
            call.row
        );
        if let Some(before) = latest.insert(&call.respondent, call) {
            assert!(
                before.end.is_some_and(|end| end <= call.start),
                "two calls of respondent {} at a time",
                call.respondent
            );
            assert!(
                before.row <= call.row,
                "row {} was sent before row {}",
                before.row,
                call.row
            );
        }
    }
    if let Some(rate) = case.settings.rate.per_second() {
        for (index, call) in calls.iter().enumerate() {
            let second = calls[index..]
                .iter()
                .take_while(|other| other.start - call.start < Duration::from_secs(1));
            #[expect(clippy::cast_precision_loss, reason = "small")]
            let count = second.count() as f64;
            assert!(count <= rate + 1.0, "{count} calls in one second at {rate}/s");
        }
    }
    let most = most_in_flight(calls);
    assert!(most <= case.settings.concurrency.most(), "{most} calls in flight");
}

fn most_in_flight(calls: &[Call]) -> usize {
    let (mut in_flight, mut most) = (0, 0);
    let mut changes: Vec<(Instant, i32)> = calls.iter().map(|call| (call.start, 1)).collect();
    changes.extend(calls.iter().filter_map(|call| call.end).map(|end| (end, -1)));
    changes.sort();
    for (_, change) in changes {
        in_flight += change;
        most = most.max(in_flight);
    }
    usize::try_from(most).unwrap()
}

/// No more has to be repeated than the calls in flight and those on their way to the journal: nothing after an orderly
/// end, twice the calls in flight after a kill.
fn check_repeats(case: &Case, calls: &[Call], known: &HashMap<u64, String>, ended: &Ended) {
    // A control call is not made again: its row has its verdict.
    let is_control = |call: &Call| *ended == Ended::Killed && known.contains_key(&call.row);
    let unknown = |call: &&Call| {
        call.end.is_none() && !is_control(call) || (call.acknowledged && !known.contains_key(&call.row))
    };
    let repeats = calls
        .iter()
        .filter(unknown)
        .map(|call| call.row)
        .collect::<HashSet<_>>();
    let most = match ended {
        Ended::Killed => match case.settings.concurrency {
            Concurrency::Fixed(calls) => 2 * calls,
            // It allows at most twice as many calls as there ever were, and one more for each answer of a group.
            Concurrency::Auto => 2 * (2 * most_in_flight(calls) + 16),
        },
        // Those in flight when it ended are known as `stopped`.
        _ => calls
            .iter()
            .filter(|call| call.end.is_none() && known.contains_key(&call.row))
            .count(),
    };
    assert!(repeats.len() <= most, "{} repeats after {ended:?}", repeats.len());
}

/// The rows with a verdict that is final.
fn final_rows(known: &HashMap<u64, String>) -> HashSet<u64> {
    known
        .iter()
        .filter(|(_, verdict)| !verdict.ends_with(" stopped"))
        .map(|(row, _)| *row)
        .collect()
}

/// Results and platform in the end: one line per row in order, each true.
fn check_end(case: &Case, folder: &Path, platform: &Platform, killed: &HashSet<u64>) {
    let text = std::fs::read_to_string(folder.join("a.results.csv")).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let lines: Vec<Vec<String>> = reader
        .records()
        .map(|record| record.unwrap().iter().map(str::to_owned).collect())
        .collect();
    let numbers: Vec<u64> = lines.iter().map(|line| line[0].parse().unwrap()).collect();
    assert_eq!(
        numbers,
        (2..2 + case.all_rows).collect::<Vec<_>>(),
        "one line per row in order"
    );
    let mut newest: HashMap<&str, (u64, HashSet<u64>)> = HashMap::new();
    for line in &lines {
        let row: u64 = line[0].parse().unwrap();
        let of_row: Vec<&Call> = platform.calls.iter().filter(|call| call.row == row).collect();
        let applied = of_row.iter().any(|call| call.applied);
        let Some(respondent) = case.rows.get(&row) else {
            assert!(["invalid", "skipped"].contains(&line[3].as_str()), "{line:?}");
            assert!(of_row.is_empty());
            continue;
        };
        let (last, since) = newest.entry(respondent).or_default();
        match line[3].as_str() {
            "success" => {
                assert!(of_row.iter().any(|call| call.acknowledged), "{line:?}");
                (*last, *since) = (row, HashSet::new());
            }
            "unconfirmed" => drop(since.insert(row)),
            "failed" => {
                // What was in flight when the process was killed may have been applied, and nobody can know. And a
                // plain no settles what an earlier attempt left open.
                let settled = ["auth", "http_4xx"].contains(&line[4].as_str());
                assert!(
                    !applied || settled || killed.contains(&row),
                    "applied, and yet {line:?}"
                );
                since.insert(row);
            }
            _ => panic!("{line:?}"),
        }
        assert_ne!(line[4], "stopped");
        let fault = of_row.iter().any(|call| call.faulty);
        let own = platform.poisonous.contains(respondent) || platform.unknown.contains(respondent);
        assert!(
            line[3] == "success" || fault || own,
            "failed for no reason: {line:?}"
        );
    }
    for (respondent, (last, since)) in newest {
        let holds = platform.holds.get(respondent).copied().unwrap_or(0);
        assert!(
            holds == last || since.contains(&holds),
            "respondent {respondent}: row {last} was the last that succeeded, and the platform has row {holds}"
        );
    }
    let names: HashSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert!(
        !names
            .iter()
            .any(|name| name.ends_with(".partial") || name.ends_with(".journal")),
        "{names:?}"
    );
}

async fn run(case: Case, platform: Platform, folder: &Path) {
    let world = World {
        platform: Arc::new(Mutex::new(platform)),
        start: Instant::now(),
    };
    let mut killed = HashSet::new();
    let mut final_before = HashSet::new();
    let mut ended = Ended::Killed;
    for number in 0..case.lives.len() + 60 {
        let healed = number >= case.lives.len();
        let plan = case.lives.get(number).cloned().unwrap_or_default();
        world.platform.lock().unwrap().life = number;
        if healed {
            world.platform.lock().unwrap().windows.clear();
        }
        ended = live(folder, &case.input, &world, case.settings, &plan).await;
        // What is under way on the platform's side comes to its end before anybody starts again.
        sleep(LONGEST_CALL).await;
        let calls: Vec<Call> = {
            let platform = world.platform.lock().unwrap();
            platform
                .calls
                .iter()
                .filter(|call| call.life == number)
                .cloned()
                .collect()
        };
        check_calls(&case, &calls, &final_before);
        if ended == Ended::Complete {
            break;
        }
        let known = known(folder);
        check_repeats(&case, &calls, &known, &ended);
        let lost = |call: &&Call| !known.contains_key(&call.row);
        killed.extend(calls.iter().filter(lost).map(|call| call.row));
        final_before = final_rows(&known);
        assert!(
            !healed || !matches!(ended, Ended::Early(EarlyEnd::Outage { .. })),
            "an outage although everything has healed"
        );
    }
    assert_eq!(
        ended,
        Ended::Complete,
        "never done, although everything has healed"
    );
    check_end(&case, folder, &world.platform.lock().unwrap(), &killed);
    let again = live(folder, &case.input, &world, case.settings, &Plan::default()).await;
    assert_eq!(again, Ended::AlreadySent);
}

/// A folder where syncing costs nothing, if the system has one.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().unwrap())
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

#[test]
fn the_model_is_never_wrong_under_chaos_and_done_once_the_faults_have_healed() {
    let seeds = match number("RESPONDENT_SYNC_MODEL_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("RESPONDENT_SYNC_MODEL_CASES").unwrap_or(CASES),
    };
    // Panics on purpose are many, and say nothing.
    let silent = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if !info.to_string().contains("on purpose") {
            silent(info);
        }
    }));
    for seed in seeds {
        let (case, platform) = Case::new(seed);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let folder = folder();
        let told = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            runtime.block_on(run(case, platform, folder.path()));
        }));
        assert!(
            told.is_ok(),
            "RESPONDENT_SYNC_MODEL_SEED={seed} runs this case again"
        );
    }
}
