//! Runs the whole pipeline against a model of the platform, under a paused clock. A case has random
//! inputs, faults, calls that are applied late, stops, kills, resumes, exports that are rewritten
//! while they are sent, and further nights, with a store and without one.
//!
//! After each life the [rules](crate::rules) are checked, whatever the faults were. In the end the
//! faults heal and everything must be sent. With a store, the platform then holds what the input's
//! last rows say.
//!
//! Each case follows from a seed, which a failure prints.
//! `RESPONDENT_SYNC_MODEL_SEED=n cargo test the_model` runs that case alone;
//! `RESPONDENT_SYNC_MODEL_CASES=n` sets the number of cases.

mod life;
mod world;

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::model::{Concurrency, EarlyEnd, RetryPolicy};
use crate::send::{BreakerSettings, OutageSettings, SendSettings};
use life::{Ended, Kill, Lived, Plan, known, live};
use world::{Call, CallWindow, Fault, LONGEST_CALL, Platform, World};

/// Cases per test run. Each has a few nights of a few lives.
const CASES: u64 = 350;

/// Maximum lives until everything is sent after the faults have healed.
const MAX_HEALED_LIVES: usize = 60;

/// A case. All of it follows from its seed.
struct Case {
    settings: SendSettings,
    /// Whether one store is used over all nights, with `--changed-only`.
    remembers: bool,
    nights: Vec<Night>,
}

/// An export, and what happens while it is sent.
#[derive(Clone)]
struct Night {
    input: Vec<u8>,
    /// Row number to respondent and value, for rows that can be sent.
    rows: HashMap<u64, (String, String)>,
    all_rows: u64,
    windows: Vec<CallWindow>,
    lives: Vec<Plan>,
    /// Whether the run is not resumed: the next night begins before it is complete.
    is_given_up: bool,
}

/// A data row of an export.
#[derive(Clone)]
struct Cells {
    id: String,
    /// Selects one of several values for the row.
    version: u8,
    kind: Kind,
}

#[derive(Clone, Copy)]
enum Kind {
    BadId,
    Blank,
    Sent,
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

fn plan(chance: &mut fastrand::Rng) -> Plan {
    let kill = match chance.u8(0..4) {
        0 => Some(Kill::After(seconds(chance, 20))),
        1 => Some(Kill::AtWrite {
            number: chance.usize(1..12),
            torn: chance.f64(),
        }),
        _ => None,
    };
    Plan {
        kill,
        stops: (0..chance.usize(0..3)).map(|_| seconds(chance, 20)).collect(),
        lag: Duration::from_millis(*chance.choice(&[0, 0, 30, 500]).unwrap()),
        pause: *chance
            .choice(&[Duration::ZERO, LONGEST_CALL / 2, 2 * LONGEST_CALL])
            .unwrap(),
        rewrite: (chance.u8(0..4) == 0).then(|| chance.f64()),
    }
}

fn windows(chance: &mut fastrand::Rng) -> Vec<CallWindow> {
    let count = chance.usize(0..4);
    let window = |_| {
        let from = seconds(chance, 60);
        CallWindow {
            from,
            until: from + seconds(chance, 200),
            fault: fault(chance),
            share: *chance.choice(&[1.0, 1.0, 0.5, 0.1]).unwrap(),
        }
    };
    (0..count).map(window).collect()
}

fn settings(chance: &mut fastrand::Rng, seed: u64) -> SendSettings {
    let backoff = *chance.choice(&[50, 1000]).unwrap();
    let (backoff, max_backoff) = (Duration::from_millis(backoff), Duration::from_mins(1));
    let rate = chance.choice(&["unlimited", "5/s", "50/s"]).unwrap();
    let concurrency = chance.choice(&["1", "2", "4", "16", "auto"]).unwrap();
    SendSettings {
        rate: rate.parse().unwrap(),
        concurrency: concurrency.parse::<Concurrency>().unwrap(),
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
    }
}

/// Returns the rows of the first night.
fn first_rows(chance: &mut fastrand::Rng, respondents: u64) -> Vec<Cells> {
    let count = chance.u64(1..60);
    let cells = |_| Cells {
        id: chance.u64(1..=respondents).to_string(),
        version: 0,
        kind: match chance.u8(0..20) {
            0 => Kind::BadId,
            1 => Kind::Blank,
            _ => Kind::Sent,
        },
    };
    (0..count).map(cells).collect()
}

/// Changes the rows for the next night's export. Often nothing changes; otherwise some values do,
/// perhaps back to earlier ones.
fn change(rows: &mut [Cells], chance: &mut fastrand::Rng) {
    let share = *chance.choice(&[0.0, 0.1, 0.5]).unwrap();
    for cells in rows {
        if chance.f64() < share {
            cells.version = chance.u8(0..3);
        }
    }
}

impl Night {
    fn new(all: &[Cells], chance: &mut fastrand::Rng) -> Self {
        let mut input = "id_respondent,l1\n".to_owned();
        let mut rows = HashMap::new();
        for (row, Cells { id, version, kind }) in (2..).zip(all) {
            let value = format!("v{row}.{version}");
            match kind {
                Kind::BadId => input.push_str("x,v1\n"),
                Kind::Blank => input.extend([id, ",\n"]),
                Kind::Sent => {
                    input.extend([id, ",", &value, "\n"]);
                    rows.insert(row, (id.clone(), value));
                }
            }
        }
        Self {
            input: input.into_bytes(),
            rows,
            all_rows: all.len() as u64,
            windows: windows(chance),
            lives: (0..chance.usize(0..4)).map(|_| plan(chance)).collect(),
            is_given_up: chance.u8(0..3) == 0,
        }
    }

    /// Returns the same export on a night without faults.
    fn untroubled(&self) -> Self {
        Self {
            windows: Vec::new(),
            lives: Vec::new(),
            is_given_up: false,
            ..self.clone()
        }
    }
}

impl Case {
    fn new(seed: u64) -> (Self, Platform) {
        let mut chance = fastrand::Rng::with_seed(seed);
        let respondents = chance.u64(1..30);
        let mut rows = first_rows(&mut chance, respondents);
        let mut platform = Platform::new(seed);
        for id in 1..=respondents {
            match chance.u8(0..30) {
                0 => drop(platform.poisonous.insert(id.to_string())),
                1 => drop(platform.unknown.insert(id.to_string())),
                _ => {}
            }
        }
        let mut nights = Vec::new();
        for _ in 0..chance.usize(1..4) {
            nights.push(Night::new(&rows, &mut chance));
            change(&mut rows, &mut chance);
        }
        // The first of them may have to complete a run that was abandoned.
        let last = nights[nights.len() - 1].untroubled();
        nights.extend([last.clone(), last]);
        let case = Self {
            settings: settings(&mut chance, seed),
            remembers: chance.u8(0..3) > 0,
            nights,
        };
        (case, platform)
    }
}

/// Checks that the calls of one life follow the rules. Each call carries what its row says. There
/// is one call at a time per respondent, in file order, and the rate is kept. No row with a verdict
/// is sent again, except as a control call, which repeats the command that was acknowledged last.
fn check_calls(
    (case, night): (&Case, &Night),
    calls: &[Call],
    final_before: &HashSet<u64>,
    control_calls: Option<u64>,
) {
    for call in calls {
        let row = night.rows.get(&call.row);
        let says = row.map(|(respondent, value)| (respondent.as_str(), value.as_str()));
        let sent = (call.respondent.as_str(), call.value.as_str());
        assert_eq!(says, Some(sent), "row {} was sent as it is not", call.row);
    }
    let mut latest: HashMap<&str, &Call> = HashMap::new();
    let mut settled = final_before.clone();
    let mut controls = 0;
    for call in calls {
        if settled.contains(&call.row) {
            controls += 1;
            assert!(
                call.repeats,
                "row {} had its verdict and was sent again",
                call.row
            );
        }
        if let Some(before) = latest.insert(&call.respondent, call) {
            assert!(
                before.end.is_some_and(|end| end <= call.start),
                "two calls of respondent {} at a time",
                call.respondent
            );
            assert!(
                before.row <= call.row || before.repeats,
                "row {} was sent before row {}",
                before.row,
                call.row
            );
        }
        if call.acknowledged {
            settled.insert(call.row);
        }
    }
    // Control calls whose connection failed are not seen here.
    assert!(
        control_calls.is_none_or(|made| controls <= made),
        "{controls} rows were sent again, with {control_calls:?} control calls"
    );
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

/// Checks that only calls in flight and calls on their way to the journal have to be repeated.
/// After an orderly end there are none; after a kill there are at most twice as many as calls in
/// flight.
fn check_repeats(case: &Case, calls: &[Call], known: &HashMap<u64, String>, ended: &Ended) {
    // A control call is not repeated, because its row has its verdict.
    let is_control = |call: &Call| *ended == Ended::Killed && known.contains_key(&call.row);
    let unknown = |call: &&Call| {
        // A call that repeats an acknowledged command may be the control call of a later row.
        call.end.is_none() && !is_control(call)
            || (call.acknowledged && !call.repeats && !known.contains_key(&call.row))
    };
    let repeats = calls
        .iter()
        .filter(unknown)
        .map(|call| call.row)
        .collect::<HashSet<_>>();
    let most = match ended {
        Ended::Killed => match case.settings.concurrency {
            Concurrency::Fixed(calls) => 2 * calls,
            // `Auto` allows at most twice as many calls as there ever were, and one more for each
            // answer of a group.
            Concurrency::Auto => 2 * (2 * most_in_flight(calls) + 16),
        },
        // Calls in flight when the run ended are recorded as `stopped`.
        _ => calls
            .iter()
            .filter(|call| call.end.is_none() && known.contains_key(&call.row))
            .count(),
    };
    assert!(repeats.len() <= most, "{} repeats after {ended:?}", repeats.len());
}

/// Returns the rows with a final verdict. A row that was `unchanged` may be sent later.
fn final_rows(known: &HashMap<u64, String>) -> HashSet<u64> {
    known
        .iter()
        .filter(|(_, verdict)| !verdict.ends_with(" stopped") && !verdict.ends_with(" unchanged"))
        .map(|(row, _)| *row)
        .collect()
}

/// A run over all its lives, as far as the checks need it.
#[derive(Default)]
struct Run {
    /// Index of its first call.
    from: usize,
    /// What the platform held when the run started.
    held: HashMap<String, String>,
    /// Rows that were sent but are missing from the journal after a kill.
    lost: HashSet<u64>,
}

/// Checks results and platform after a complete run: one line per row, in order, each correct.
fn check_end(night: &Night, folder: &Path, platform: &Platform, run: &Run) {
    let text = std::fs::read_to_string(folder.join("a.results.csv")).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let lines: Vec<Vec<String>> = reader
        .records()
        .map(|record| record.unwrap().iter().map(str::to_owned).collect())
        .collect();
    let numbers: Vec<u64> = lines.iter().map(|line| line[0].parse().unwrap()).collect();
    assert_eq!(
        numbers,
        (2..2 + night.all_rows).collect::<Vec<_>>(),
        "one line per row in order"
    );
    let calls = &platform.calls[run.from..];
    // For each respondent: the value according to the lines, and other possible values.
    let mut newest: HashMap<&str, (Option<&str>, HashSet<&str>)> = HashMap::new();
    for line in &lines {
        let row: u64 = line[0].parse().unwrap();
        let of_row: Vec<&Call> = calls.iter().filter(|call| call.row == row).collect();
        let applied = of_row.iter().any(|call| call.applied);
        let Some((respondent, value)) = night
            .rows
            .get(&row)
            .map(|(id, value)| (id.as_str(), value.as_str()))
        else {
            assert!(["invalid", "skipped"].contains(&line[3].as_str()), "{line:?}");
            assert!(of_row.is_empty());
            continue;
        };
        let held = run.held.get(respondent).map(String::as_str);
        let (last, since) = newest.entry(respondent).or_insert((held, HashSet::new()));
        match (line[3].as_str(), line[4].as_str()) {
            ("success", _) => {
                assert!(of_row.iter().any(|call| call.acknowledged), "{line:?}");
                (*last, *since) = (Some(value), HashSet::new());
            }
            ("skipped", "unchanged") => (*last, *since) = (Some(value), HashSet::new()),
            ("unconfirmed", _) => drop(since.insert(value)),
            ("failed", code) => {
                // A call in flight at a kill may have been applied without anyone knowing. A
                // definite refusal settles what an earlier attempt left open.
                let settled = ["auth", "http_4xx"].contains(&code);
                assert!(
                    !applied || settled || run.lost.contains(&row),
                    "applied, and yet {line:?}"
                );
                since.insert(value);
            }
            _ => panic!("{line:?}"),
        }
        assert_ne!(line[4], "stopped");
        let fault = of_row.iter().any(|call| call.faulty);
        let own = platform.poisonous.contains(respondent) || platform.unknown.contains(respondent);
        assert!(
            ["success", "skipped"].contains(&line[3].as_str()) || fault || own,
            "failed for no reason: {line:?}"
        );
    }
    for (respondent, (last, since)) in newest {
        let holds = platform.holds.get(respondent).map(String::as_str);
        assert!(
            holds == last || holds.is_some_and(|holds| since.contains(holds)),
            "respondent {respondent}: {last:?} was the last that succeeded, and the platform has {holds:?}"
        );
    }
    let names: HashSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.contains(".interrupted-"))
        .collect();
    assert!(
        !names
            .iter()
            .any(|name| name.ends_with(".partial") || name.ends_with(".journal")),
        "{names:?}"
    );
}

/// Checks that no update is missing: the platform holds what the last row of each respondent says.
fn check_nothing_missed(night: &Night, platform: &Platform) {
    let mut last: HashMap<&str, (u64, &str)> = HashMap::new();
    for (row, (respondent, value)) in &night.rows {
        let last = last.entry(respondent).or_default();
        *last = (*last).max((*row, value));
    }
    for (respondent, (_, value)) in last {
        let own = platform.poisonous.contains(respondent) || platform.unknown.contains(respondent);
        let holds = platform.holds.get(respondent).map(String::as_str);
        assert!(
            own || holds == Some(value),
            "respondent {respondent}: the input's last row says {value}, and the platform has {holds:?}"
        );
    }
}

/// Runs one life and checks it. `None` if there was nothing to do.
async fn life(
    (case, night): (&Case, &Night),
    world: &World,
    folder: &Path,
    plan: &Plan,
    run: &mut Run,
) -> Option<Ended> {
    let from = world.platform.lock().unwrap().calls.len();
    let held = world.platform.lock().unwrap().holds.clone();
    let known_before = known(folder);
    let content = xxhash_rust::xxh3::xxh3_128(&night.input);
    let Lived {
        ended,
        resumed,
        control_calls,
    } = live(
        folder,
        (&night.input, content),
        world,
        (case.settings, case.remembers),
        plan,
    )
    .await;
    if ended == Ended::AlreadySent {
        return None;
    }
    let final_before = if resumed {
        final_rows(&known_before)
    } else {
        *run = Run {
            from,
            held,
            lost: HashSet::new(),
        };
        HashSet::new()
    };
    world.platform.lock().unwrap().client_gone(Instant::now());
    let calls = world.platform.lock().unwrap().calls[from..].to_vec();
    check_calls((case, night), &calls, &final_before, control_calls);
    if ended != Ended::Complete {
        let known = known(folder);
        check_repeats(case, &calls, &known, &ended);
        let lost = calls.iter().filter(|call| !known.contains_key(&call.row));
        run.lost.extend(lost.map(|call| call.row));
    }
    Some(ended)
}

/// Sends one night's export through all its lives.
async fn night(case: &Case, night: &Night, world: &World, folder: &Path, run: &mut Run) {
    let from = {
        let mut platform = world.platform.lock().unwrap();
        platform.windows.clone_from(&night.windows);
        platform.calls.len()
    };
    let mut lives = night
        .lives
        .iter()
        .map(|plan| (plan.clone(), false))
        .collect::<Vec<_>>();
    if !night.is_given_up || lives.is_empty() {
        lives.resize_with(lives.len() + MAX_HEALED_LIVES, || (Plan::default(), true));
    }
    let mut ended = Some(Ended::Killed);
    for (plan, healed) in lives {
        if healed {
            world.platform.lock().unwrap().windows.clear();
        }
        ended = life((case, night), world, folder, &plan, run).await;
        if matches!(ended, None | Some(Ended::Complete)) {
            break;
        }
        assert!(
            !healed || !matches!(ended, Some(Ended::Early(EarlyEnd::Outage { .. }))),
            "an outage although everything has healed"
        );
        sleep(plan.pause).await;
    }
    // By the next night no call is in flight any more.
    sleep(2 * LONGEST_CALL).await;
    let mut platform = world.platform.lock().unwrap();
    platform.settle(Instant::now());
    match ended {
        Some(Ended::Complete) => check_end(night, folder, &platform, run),
        None => {}
        ended => assert!(night.is_given_up, "{ended:?}, although everything has healed"),
    }
    // A row that failed in an earlier night of a resumed run has its final verdict, and is sent
    // again by the next run.
    if case.remembers && night.lives.is_empty() && run.from >= from {
        check_nothing_missed(night, &platform);
    }
}

async fn run(case: Case, platform: Platform, folder: &Path) {
    let platform = Arc::new(Mutex::new(platform));
    let mut run = Run::default();
    for one in &case.nights {
        let world = World {
            platform: Arc::clone(&platform),
            start: Instant::now(),
        };
        night(&case, one, &world, folder, &mut run).await;
    }
}

/// Creates a folder in memory, if the system has one, where syncing costs nothing.
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
    // Intended panics are frequent, so their messages are suppressed.
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
