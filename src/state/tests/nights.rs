//! Tests that no update is ever missed, whatever happens: random nights of several inputs against a
//! model of the platform.
//!
//! Answers arrive in any order between respondents, or are lost. Calls are applied late, after the
//! client has given up and after later rows have succeeded. Runs are stopped and killed at any
//! moment, also between an acknowledgement and the store's write. They are resumed with the store,
//! with another one or with none, or set aside for a new input. Other inputs come between,
//! respondents are forgotten, and the store is restored from backups made at any moment.
//!
//! The content of a skipped row must be what the platform has and keeps. At the end two undisturbed
//! nights repair everything, and the third has nothing to do.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use super::*;
use crate::model::DeltaMode;

/// Cases per test run, each of a dozen runs. `RESPONDENT_SYNC_NIGHTS_CASES=n` sets their number;
/// `RESPONDENT_SYNC_NIGHTS_SEED=n` runs only that case.
const CASES: u64 = 200;

/// Maximum time in seconds between the end of a run's last call and the start of the next run,
/// unless a day passes.
const SOON: i64 = 4;
const DAY: i64 = 86_400;

/// A call that may still be applied.
struct LateCall {
    at: i64,
    respondent: String,
    value: String,
}

/// What the platform has, and what it may still receive.
#[derive(Default)]
struct Platform {
    holds: HashMap<String, String>,
    late: Vec<LateCall>,
    now: i64,
}

impl Platform {
    fn apply(&mut self, respondent: &str, value: &str) {
        self.holds.insert(respondent.to_owned(), value.to_owned());
    }

    /// Makes a call whose result is lost, and which is applied at some time or never.
    fn apply_late(&mut self, respondent: &str, value: &str, chance: &mut fastrand::Rng) {
        let late = i64::try_from(LATE.as_secs()).unwrap();
        match chance.u8(..4) {
            0 => {}
            1 => self.apply(respondent, value),
            _ => self.late.push(LateCall {
                at: self.now + chance.i64(0..=late),
                respondent: respondent.to_owned(),
                value: value.to_owned(),
            }),
        }
    }

    fn wait(&mut self, seconds: i64) {
        self.now += seconds;
        let (due, late) = self.late.drain(..).partition(|call| call.at <= self.now);
        self.late = late;
        let mut due: Vec<LateCall> = due;
        due.sort_by_key(|call| call.at);
        for call in due {
            self.apply(&call.respondent, &call.value);
        }
    }

    /// Whether the respondent has this value and will keep it.
    fn has(&self, respondent: &str, value: &str) -> bool {
        let mut late = self.late.iter().filter(|call| call.respondent == respondent);
        self.holds.get(respondent).is_some_and(|holds| holds == value) && late.all(|call| call.value == value)
    }
}

/// An unfinished run: its input and the content of its journal.
#[derive(Clone, Default)]
struct Journal {
    rows: Vec<(String, String)>,
    verdicts: HashMap<u64, Settled>,
    store: Option<StoreRun>,
    passes: u64,
    mode: DeltaMode,
    /// For each respondent, the row that was sent last and not refused.
    last_sent: HashMap<String, u64>,
}

impl Journal {
    fn row(&self, sequence: u64) -> PlannedRow {
        let (respondent, value) = &self.rows[usize::try_from(sequence).unwrap()];
        let row = row(sequence, respondent, value);
        let said = self.verdicts.get(&sequence).cloned().map(Box::new);
        match &said {
            Some(settled) if settled.error_code == Some(ErrorCode::Stopped) => {
                PlannedRow { doubt: said, ..row }
            }
            _ => PlannedRow { settled: said, ..row },
        }
    }

    fn write(&mut self, outcome: &Outcome) {
        let settled = Settled {
            status: outcome.status,
            error_code: outcome.error_code,
            message: String::new(),
            http_status: None,
            attempts: outcome.attempts,
            elapsed: Duration::ZERO,
            finished_at: outcome.finished_at,
        };
        self.verdicts.insert(outcome.row.sequence, settled);
    }

    fn sent(&self) -> Vec<SentRow> {
        let sent = self.verdicts.iter().filter(|(_, settled)| settled.attempts > 0);
        let sent = sent.map(|(sequence, settled)| SentRow {
            may_come_late: false,
            row: sequence + 2,
            may_be_applied: settled.status != Status::Failed
                && settled.error_code != Some(ErrorCode::Stopped),
            survey: "7".to_owned(),
            respondent: self.rows[usize::try_from(*sequence).unwrap()].0.clone(),
            finished_at: settled.finished_at,
        });
        let mut sent: Vec<SentRow> = sent.collect();
        sent.sort_by_key(|sent| sent.row);
        sent
    }

    /// Checks that the file's last row was sent last, of those that the platform did not refuse.
    fn check_order(&self, seed: u64) {
        for (respondent, last) in &self.last_sent {
            let of_respondent = (0_u64..).zip(&self.rows).filter(|(_, row)| row.0 == *respondent);
            let taken = of_respondent.filter(|(sequence, _)| {
                let said = &self.verdicts[sequence];
                said.attempts > 0 && said.status != Status::Failed
            });
            let newest = taken.map(|(sequence, _)| sequence).max();
            assert_eq!(newest, Some(*last), "seed {seed}: respondent {respondent}");
        }
    }
}

/// How a run ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ends {
    Complete,
    /// With a verdict for every row that was sent.
    Stopped,
    Killed,
}

/// A copy of the store, and what was done since.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Backup {
    /// There is no copy that could be restored.
    None,
    Fresh,
    /// Only runs of this input, all of one journal.
    Since(usize),
}

struct World {
    seed: u64,
    chance: fastrand::Rng,
    folder: tempfile::TempDir,
    platform: Platform,
    journals: Vec<Option<Journal>>,
    /// The only input that may use the store, because only its journal knows what was sent last.
    dirty: Option<usize>,
    /// The state of the copy of the store.
    backup: Backup,
    calls: usize,
}

impl World {
    fn new(seed: u64) -> Self {
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
        Self {
            seed,
            chance: fastrand::Rng::with_seed(seed),
            folder: folder.unwrap(),
            platform: Platform::default(),
            journals: vec![None, None],
            dirty: None,
            backup: Backup::None,
            calls: 0,
        }
    }

    fn store(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn export(&mut self) -> Vec<(String, String)> {
        let rows = self.chance.usize(1..25);
        let mut cell = |most: u8| self.chance.u8(..most).to_string();
        (0..rows).map(|_| (cell(6), cell(3))).collect()
    }

    fn back_up(&mut self) {
        let to = self.store("backup");
        std::fs::remove_file(&to).ok();
        let from = rusqlite::Connection::open(self.store("state.sqlite")).unwrap();
        from.execute("VACUUM INTO ?", [to.to_str().unwrap()]).unwrap();
        self.backup = Backup::Fresh;
    }

    fn restore(&mut self) {
        for end in ["", "-wal", "-shm"] {
            std::fs::remove_file(self.store(&format!("state.sqlite{end}"))).ok();
        }
        std::fs::copy(self.store("backup"), self.store("state.sqlite")).unwrap();
    }

    /// An event between two runs.
    fn between(&mut self) {
        let pause = match self.chance.u8(..3) {
            0 => DAY,
            _ => self.chance.i64(0..=SOON),
        };
        self.platform.wait(pause);
        if self.chance.u8(..8) == 0 {
            let mut store = open(&self.store("state.sqlite"));
            let of = self.chance.u8(..6).to_string();
            let all = self.chance.bool();
            store
                .forget_all(Some("7"), if all { &[] } else { std::slice::from_ref(&of) })
                .unwrap();
        }
        match self.backup {
            _ if self.dirty.is_some() => {}
            Backup::None => {
                if self.chance.u8(..6) == 0 {
                    open(&self.store("state.sqlite"));
                    self.back_up();
                }
            }
            // A restore would lose what other inputs sent since. After a finished run there would
            // be no journal to show it.
            Backup::Since(input) if self.journals[input].is_some() && self.chance.u8(..3) == 0 => {
                self.dirty = Some(input);
                self.restore();
            }
            Backup::Fresh | Backup::Since(_) => {}
        }
    }

    /// A run of one of the inputs.
    fn run(&mut self) {
        let input = self.dirty.unwrap_or_else(|| self.chance.usize(..2));
        let unfinished = self.journals[input].clone();
        let mode = match self.chance.u8(..8) {
            0 => DeltaMode::Refresh,
            1 => DeltaMode::Follow,
            _ => DeltaMode::ChangedOnly,
        };
        let may_resume = unfinished
            .as_ref()
            .is_some_and(|journal| mode != DeltaMode::Refresh || journal.mode == DeltaMode::Refresh);
        let Some(journal) = unfinished.filter(|_| may_resume && self.chance.u8(..5) > 0) else {
            return self.starts_anew(input, mode);
        };
        // A run without the store, or with another one, is followed by one that resumes it.
        let name = match self.chance.u8(..10) {
            0 => "none",
            1 => "other.sqlite",
            _ => "state.sqlite",
        };
        if name == "none" && mode != DeltaMode::Follow {
            return self.live(input, journal, DeltaMode::Follow, name, true);
        }
        self.live(input, journal, mode, name, true);
    }

    /// A run with a new export, which sets an unfinished one aside.
    fn starts_anew(&mut self, input: usize, mode: DeltaMode) {
        let rows = self.export();
        let journal = Journal {
            rows,
            ..Journal::default()
        };
        self.live(input, journal, mode, "state.sqlite", false);
    }

    /// One life of a run.
    fn live(&mut self, input: usize, mut journal: Journal, mode: DeltaMode, name: &str, resumes: bool) {
        let ends = match self.chance.u8(..3) {
            0 => Ends::Complete,
            1 => Ends::Stopped,
            _ => Ends::Killed,
        };
        // Without the store that knows its rows, a run is not finished.
        let ends = match (name, ends) {
            ("state.sqlite", ends) => ends,
            (_, Ends::Complete) => Ends::Stopped,
            (_, ends) => ends,
        };
        if !resumes && self.dirty.is_some() {
            // It is unknown what was in flight when the journal's run was killed: it is over by
            // now.
            self.platform.wait(i64::try_from(LATE.as_secs()).unwrap() + SOON);
        }
        let clock = Clock {
            start: at(self.platform.now),
            late: LATE,
            before: None,
        };
        let mut store = match name {
            "none" => Store::temporary(account()).unwrap(),
            name => open(&self.store(name)),
        };
        let past = match (self.journals[input].take(), resumes) {
            (Some(unfinished), true) => past(&mut store, &unfinished, clock),
            (Some(unfinished), false) => {
                past(&mut store, &unfinished, clock);
                Past::Nothing
            }
            (None, _) => Past::Nothing,
        };
        let is_resumed_refresh = matches!(past, Past::All(_)) && journal.mode == DeltaMode::Refresh;
        if mode == DeltaMode::Refresh && !is_resumed_refresh {
            store.disbelieve_own(None).unwrap();
        }
        let delta = Delta::new(
            store,
            &past,
            (mode == DeltaMode::ChangedOnly).then_some(TEXT),
            clock,
        )
        .unwrap();
        if name == "state.sqlite" {
            self.backup = match self.backup {
                Backup::Fresh => Backup::Since(input),
                Backup::Since(since) if since == input && resumes => Backup::Since(input),
                Backup::Since(_) | Backup::None => Backup::None,
            };
        }
        if ends == Ends::Killed && resumes && self.chance.u8(..6) == 0 {
            // Killed before the journal was rewritten.
            self.journals[input] = Some(journal);
            self.dirty = (name != "state.sqlite").then_some(input).or(self.dirty);
            return;
        }
        journal.store = (name != "none").then(|| delta.store_run().unwrap().clone());
        (journal.passes, journal.mode) = (0, mode);
        self.dirty = (name != "state.sqlite").then_some(input);
        let mut life = Life {
            world: self,
            input,
            journal,
            delta,
            under_way: Vec::new(),
            unacknowledged: Vec::new(),
            is_true: name == "state.sqlite",
        };
        let ended = life.goes_on(ends);
        let journal = life.journal;
        if ended == Ends::Complete {
            journal.check_order(self.seed);
            if self.backup == Backup::Since(input) {
                self.backup = Backup::None;
            }
        } else {
            self.journals[input] = Some(journal);
        }
    }
}

/// Forgets what a journal has sent without the knowledge of the store.
fn past(store: &mut Store, journal: &Journal, clock: Clock) -> Past {
    let past = store.past(journal.store.as_ref(), journal.passes).unwrap();
    if let Past::Part { .. } = past {
        store.forget_sent(&journal.sent(), clock).unwrap();
    }
    store.note_sent(&journal.sent()).unwrap();
    past
}

/// A run in progress.
struct Life<'a> {
    world: &'a mut World,
    input: usize,
    journal: Journal,
    delta: Delta,
    under_way: Vec<PlannedRow>,
    /// Outcomes that the journal has and the store does not have yet.
    unacknowledged: Vec<Outcome>,
    /// The store knows all that was sent, so its entries must be true.
    is_true: bool,
}

impl Life<'_> {
    /// Runs until the requested end, or the end of the input.
    fn goes_on(&mut self, ends: Ends) -> Ends {
        let rows = self.journal.rows.len() as u64;
        let until = match ends {
            Ends::Complete => rows,
            Ends::Stopped | Ends::Killed => self.world.chance.u64(0..=rows),
        };
        let mut next = 0;
        while next < until {
            let batch = (next..rows).take(self.world.chance.usize(1..6));
            let mut batch: Vec<PlannedRow> = batch.map(|sequence| self.journal.row(sequence)).collect();
            next += batch.len() as u64;
            self.delta.pass(&mut batch).unwrap();
            for row in batch {
                self.take(row);
            }
            while !self.under_way.is_empty() && self.world.chance.u8(..3) > 0 {
                self.settle();
            }
            self.acknowledge();
            let pause = self.world.chance.i64(0..=2);
            self.world.platform.wait(pause);
            if self.is_true && self.world.backup == Backup::None && self.world.chance.u8(..12) == 0 {
                // In the middle of a run: no other call is outstanding.
                self.world.back_up();
                self.world.backup = Backup::Since(self.input);
            }
        }
        if ends == Ends::Killed {
            self.die();
            return Ends::Killed;
        }
        while !self.under_way.is_empty() && (ends == Ends::Complete || self.world.chance.bool()) {
            self.settle();
        }
        self.stop();
        ends
    }

    /// Handles a processed row: skipped, settled, or in flight.
    fn take(&mut self, row: PlannedRow) {
        if row.settled.is_some() {
            return;
        }
        if is_sent(&row) {
            self.under_way.push(row);
            return;
        }
        let (respondent, value) = self.cells(row.sequence);
        let seed = self.world.seed;
        if self.is_true {
            let is_busy = self
                .under_way
                .iter()
                .any(|other| other.respondent() == respondent);
            assert!(!is_busy, "seed {seed}: skipped behind one that is on its way");
            assert!(
                self.world.platform.has(&respondent, &value),
                "seed {seed}: respondent {respondent} does not have {value} for good, a missed update"
            );
        }
        let outcome = Outcome {
            error_code: Some(ErrorCode::Unchanged),
            attempts: 0,
            ..self.outcome(row, Status::Skipped)
        };
        self.record(outcome);
    }

    fn cells(&self, sequence: u64) -> (String, String) {
        self.journal.rows[usize::try_from(sequence).unwrap()].clone()
    }

    fn outcome(&self, row: PlannedRow, status: Status) -> Outcome {
        Outcome {
            finished_at: at(self.world.platform.now),
            ..outcome(row, status)
        }
    }

    /// Takes a random row in flight, which is the first of its respondent.
    fn any(&mut self) -> PlannedRow {
        let any = self.world.chance.usize(..self.under_way.len());
        let respondent = self.under_way[any].respondent().to_owned();
        let first = self
            .under_way
            .iter()
            .position(|row| row.respondent() == respondent);
        self.under_way.remove(first.unwrap())
    }

    /// Gives a row its verdict.
    fn settle(&mut self) {
        self.world.calls += 1;
        let row = self.any();
        let (respondent, value) = self.cells(row.sequence);
        let (platform, chance) = (&mut self.world.platform, &mut self.world.chance);
        let is_in_doubt = row.doubt.is_some();
        let (status, doubted) = match chance.u8(..8) {
            0 => (Status::Failed, false),
            1 => {
                platform.apply_late(&respondent, &value, chance);
                (Status::Unconfirmed, true)
            }
            2 => {
                // One attempt is lost; the next one succeeds or is refused.
                platform.apply_late(&respondent, &value, chance);
                if chance.bool() {
                    platform.apply(&respondent, &value);
                    (Status::Success, true)
                } else {
                    (Status::Failed, true)
                }
            }
            _ => {
                platform.apply(&respondent, &value);
                (Status::Success, is_in_doubt)
            }
        };
        if status != Status::Failed {
            self.journal.last_sent.insert(respondent, row.sequence);
        } else if self.journal.last_sent.get(&respondent) == Some(&row.sequence) {
            // Refused in the end, so it is unclear which row counts.
            self.journal.last_sent.remove(&respondent);
        }
        let outcome = Outcome {
            doubted,
            ..self.outcome(row, status)
        };
        self.record(outcome);
    }

    /// Records an outcome in the journal; the store gets it later.
    fn record(&mut self, outcome: Outcome) {
        self.journal.passes = self.delta.passes();
        self.journal.write(&outcome);
        self.unacknowledged.push(outcome);
    }

    fn acknowledge(&mut self) {
        let chance = &mut self.world.chance;
        if chance.u8(..3) > 0 {
            let some = chance.usize(0..=self.unacknowledged.len());
            let some: Vec<Outcome> = self.unacknowledged.drain(..some).collect();
            self.delta.acknowledge(&some);
        }
        if chance.u8(..3) == 0 {
            self.delta.flush();
        }
    }

    /// Ends in an orderly way: calls in flight are given up, and the remaining rows were never
    /// sent.
    fn stop(&mut self) {
        let mut heads = HashSet::new();
        for row in std::mem::take(&mut self.under_way) {
            let (respondent, value) = self.cells(row.sequence);
            if !heads.insert(respondent.clone()) || self.world.chance.bool() {
                continue;
            }
            self.world
                .platform
                .apply_late(&respondent, &value, &mut self.world.chance);
            self.journal.last_sent.insert(respondent, row.sequence);
            let outcome = Outcome {
                error_code: Some(ErrorCode::Stopped),
                doubted: true,
                ..self.outcome(row, Status::Unconfirmed)
            };
            self.record(outcome);
        }
        self.delta.acknowledge(&self.unacknowledged);
        self.delta.finish();
    }

    /// Ends by a kill: some calls still arrive, at once or late.
    fn die(&mut self) {
        let mut heads = HashSet::new();
        for row in std::mem::take(&mut self.under_way) {
            let (respondent, value) = self.cells(row.sequence);
            if heads.insert(respondent.clone()) && self.world.chance.bool() {
                self.world
                    .platform
                    .apply_late(&respondent, &value, &mut self.world.chance);
            }
        }
    }
}

/// Undisturbed nights at the end, one day apart.
fn heals(world: &mut World) {
    if let Some(input) = world.dirty {
        let journal = world.journals[input].take().unwrap();
        world.platform.wait(DAY);
        let mut store = open(&world.store("state.sqlite"));
        let clock = Clock {
            start: at(world.platform.now),
            late: LATE,
            before: None,
        };
        let past = past(&mut store, &journal, clock);
        drop(Delta::new(store, &past, Some(TEXT), clock).unwrap());
    }
    let export = world.export();
    let mut last: HashMap<String, String> = HashMap::new();
    last.extend(export.iter().cloned());
    let rows: Vec<(&str, &str)> = last
        .iter()
        .map(|(id, value)| (id.as_str(), value.as_str()))
        .collect();
    for night in 0..3 {
        world.platform.wait(DAY);
        let delta = begin(&world.store("state.sqlite"), true, world.platform.now);
        for (sequence, (respondent, value)) in rows.iter().enumerate() {
            let (row, is_sent) = passes(&delta, row(sequence as u64, respondent, value));
            assert!(
                night < 2 || !is_sent,
                "seed {}: sent once more than it takes",
                world.seed
            );
            if is_sent {
                world.platform.apply(respondent, value);
                delta.acknowledge(&[outcome(row, Status::Success)]);
            }
        }
        delta.finish();
        for (respondent, value) in &rows {
            assert!(
                world.platform.has(respondent, value),
                "seed {}: {respondent}",
                world.seed
            );
        }
    }
}

#[test]
fn no_update_is_ever_missed() {
    let number = |variable: &str| std::env::var(variable).ok()?.parse().ok();
    let seeds = match number("RESPONDENT_SYNC_NIGHTS_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("RESPONDENT_SYNC_NIGHTS_CASES").unwrap_or(CASES),
    };
    let (mut calls, cases) = (0, seeds.end - seeds.start);
    for seed in seeds {
        let mut world = World::new(seed);
        for _ in 0..12 {
            world.between();
            world.run();
        }
        heals(&mut world);
        calls += world.calls;
    }
    assert!(calls as u64 > 20 * cases, "{calls}");
}
