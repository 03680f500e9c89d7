//! Runs one life of a run: from its start to its end, or to the moment at which it is killed. The
//! pipeline is the program's own. Its reader and recorder run as tasks of one thread, so a paused
//! clock decides everything.

use std::collections::HashMap;
use std::future::poll_fn;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};
use tokio::time::sleep;

use super::world::{LONGEST_CALL, World};
use crate::model::{DeltaMode, EarlyEnd, Fingerprint, Layout, Plan as RowPlan, UpdateRespondent};
use crate::plan::{BlankId, EmptyPolicy, PlanPolicy, PlanSettings, Planner, Selection};
use crate::read::{FirstRead, Input, Kept, ReadOptions, Rows, Source, SurveyColumn, Wanted};
use crate::record::{
    self, Existing, FailedFormat, Header, KeptSets, LookedOver, OutputDecision, OutputPaths, ResultsFormat,
    RowColumn, Style, SummaryFile,
};
use crate::report::{Progress, RunEnd, RunSummary};
use crate::run::finish::end;
use crate::run::pipeline::stages::{self, PipelineEnd, Stages};
use crate::run::pipeline::workers::Workers;
use crate::run::prepare::guards::Unfinished;
use crate::run::prepare::memory::{Beginning, Memory};
use crate::send::SendSettings;
use crate::state::{Account, Clock, Delta, Store};

/// The number of old output sets to keep.
const KEEPS: KeptSets = KeptSets {
    sets: 2,
    max_age: None,
};

/// Block size in bytes. It is small, so that an export of a few rows has several blocks.
const BLOCK_BYTES: usize = 64;

/// How a life ends, unless the run ends first.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    pub(super) kill: Option<Kill>,
    /// Times after the start at which the run is asked to stop.
    pub(super) stops: Vec<Duration>,
    /// Delay of the reader and the recorder.
    pub(super) lag: Duration,
    /// Time until the run is resumed.
    pub(super) pause: Duration,
    /// The share of the export that is read for sending before the file is rewritten in place.
    pub(super) rewrite: Option<f64>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Kill {
    After(Duration),
    /// At the write to the journal with this number. The share `torn` of that write is lost.
    AtWrite {
        number: usize,
        torn: f64,
    },
}

/// What happened in a life.
#[derive(Debug)]
pub(super) struct Lived {
    pub(super) ended: Ended,
    /// Whether it resumed an unfinished run.
    pub(super) resumed: bool,
    /// Number of control calls; `None` if the pipeline was killed.
    pub(super) control_calls: Option<u64>,
}

#[derive(Debug, PartialEq)]
pub(super) enum Ended {
    Killed,
    Early(EarlyEnd),
    /// The export changed while it was sent.
    Changed,
    Complete,
    /// The same input was sent completely before.
    AlreadySent,
}

pub(super) fn paths(folder: &Path) -> OutputPaths {
    OutputPaths {
        results: folder.join("a.results.csv"),
        failed: folder.join("a.failed.csv"),
        summary: folder.join("a.summary.json"),
        report: None,
        rehearsal: false,
    }
}

pub(super) fn journal(folder: &Path) -> PathBuf {
    folder.join("a.results.csv.journal")
}

/// An export as the program sees it before the first call.
struct Export {
    source: Source,
    first: FirstRead,
    layout: Layout,
    planning: PlanSettings,
}

impl Export {
    /// Writes the file and reads it for the first time.
    fn look_at(path: &Path, input: &[u8]) -> Self {
        std::fs::write(path, input).unwrap();
        let mut source = Source::open_in_blocks(&Input::File(path.to_owned()), BLOCK_BYTES).unwrap();
        let contents = source.contents(None, 0).unwrap();
        let first = source
            .settle(FirstRead::of_file(contents.bytes, ReadOptions::default()))
            .unwrap();
        let layout = first
            .columns
            .resolve(&Wanted {
                respondent: "id_respondent".to_owned(),
                by_address: false,
                survey: SurveyColumn::IfPresent("id_survey"),
                labels: None,
                constants: Vec::new(),
                kept: Kept::Named(Vec::new()),
            })
            .unwrap();
        let planning = PlanSettings {
            policy: PlanPolicy {
                empty: EmptyPolicy::Skip,
                blank_id: BlankId::Invalid,
                skips_unknown: false,
                selection: Selection::new(None, None),
            },
            max_query_bytes: None,
            survey: Some("7".to_owned()),
            table: None,
            members: None,
            believed: Vec::new(),
            last_rows: None,
            differing: None,
            overtaken: None,
            excluded: None,
            fault_text: crate::text::fault_text(crate::model::Lang::En),
        };
        Self {
            source,
            first,
            layout,
            planning,
        }
    }

    /// Returns the rows of another read.
    fn rows(&mut self, rewrite: Option<Rewrite>) -> Rows<Box<dyn Read + Send>> {
        let contents = self.source.contents(None, 0).unwrap();
        let bytes: Box<dyn Read + Send> = match rewrite {
            None => contents.bytes,
            Some(rewrite) => Box::new(Rewriting {
                bytes: contents.bytes,
                rewrite: Some(rewrite),
            }),
        };
        Rows::new(bytes, &self.first).unwrap()
    }

    fn planner(&self) -> Planner {
        Planner::new(self.planning.clone(), self.layout.clone())
    }

    /// Returns the commands. Those that were acknowledged before may be repeated as control calls.
    fn commands(&mut self) -> Vec<UpdateRespondent> {
        let mut planner = self.planner();
        let mut rows = self.rows(None);
        let mut commands = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            if let RowPlan::Send(update) = planner.plan(&row) {
                commands.push(update);
            }
        }
        commands
    }
}

/// Another program that rewrites the export in place.
struct Rewrite {
    path: PathBuf,
    content: Vec<u8>,
    /// Bytes that are read before it writes.
    after: usize,
}

impl Rewrite {
    /// Creates one that writes the same values in order, but assigns the ids in reverse. So every
    /// row gets the id of another respondent.
    fn new(path: PathBuf, input: &[u8], share: f64) -> Self {
        let text = std::str::from_utf8(input).unwrap();
        let (header, rows) = text.split_once('\n').unwrap();
        let cells = || rows.lines().map(|row| row.split_once(',').unwrap());
        let strangers = cells().rev().zip(cells());
        let rows = strangers.map(|((id, _), (_, value))| format!("{id},{value}\n"));
        let content = std::iter::once(format!("{header}\n")).chain(rows);
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "small"
        )]
        let after = (input.len() as f64 * share) as usize;
        Self {
            path,
            content: content.collect::<String>().into_bytes(),
            after,
        }
    }
}

/// A read during which the file is rewritten.
struct Rewriting {
    bytes: Box<dyn Read + Send>,
    rewrite: Option<Rewrite>,
}

impl Read for Rewriting {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        if let Some(rewrite) = self.rewrite.take_if(|rewrite| rewrite.after == 0) {
            std::fs::write(rewrite.path, rewrite.content)?;
        }
        let Some(rewrite) = &mut self.rewrite else {
            return self.bytes.read(space);
        };
        let most = rewrite.after.min(space.len());
        let count = self.bytes.read(&mut space[..most])?;
        rewrite.after -= count;
        Ok(count)
    }
}

/// Opens the store, which lasts over the nights in a file beside the outputs.
fn memory(
    paths: &OutputPaths,
    decision: &OutputDecision,
    fingerprint: &Fingerprint,
    plan: &PlanSettings,
) -> Memory {
    let account = Account {
        base_url: "http://model".to_owned(),
        account: "1".to_owned(),
    };
    let store = Store::open(&paths.results.with_file_name("state"), account.clone()).unwrap();
    let before = record::before(paths, fingerprint).unwrap();
    let journal = match decision {
        OutputDecision::GoOn(journal) => Some(journal.as_ref()),
        _ => before.unfinished.as_ref(),
    };
    let beginning = Beginning {
        mode: DeltaMode::ChangedOnly,
        plan,
        account: &account,
        // The wall clock does not move in this test, so a call that may be applied late stays in
        // doubt on all later nights.
        clock: Clock {
            start: Timestamp::now(),
            late: LONGEST_CALL,
            before: None,
        },
        unfinished: journal.map(|journal| Unfinished { journal, paths }),
        resumes: matches!(decision, OutputDecision::GoOn(_)),
    };
    Memory::begin(Some(store), None, &beginning).unwrap()
}

fn format(header: &[u8]) -> FailedFormat {
    FailedFormat {
        delimiter: b',',
        preamble: Vec::new(),
        header: header.to_vec(),
        own_columns: Vec::new(),
        encode: Box::new(|text| text.as_bytes().to_vec()),
        to_file: Box::new(|bytes| bytes),
        note: String::new(),
        row: RowColumn::OfInput,
        fields: None,
    }
}

/// Decides about existing files as `--resume --rotate` does, with `--changed-only` if there is a
/// store.
fn decide(paths: &OutputPaths, fingerprint: &Fingerprint, remembers: bool) -> OutputDecision {
    let asked = Existing {
        resume: true,
        rotate: Some(KEEPS),
        ..Existing::default()
    };
    match record::decide(paths, fingerprint, asked).unwrap() {
        // The input may have something that the platform lacks, and sending it again costs nothing
        // here.
        OutputDecision::AlreadySent(_) if remembers => OutputDecision::SetAside { keep: KEEPS },
        decision => decision,
    }
}

/// Runs one life. Everything that was opened is closed when this returns.
pub(super) async fn live(
    folder: &Path,
    (input, content): (&[u8], u128),
    world: &World,
    (settings, remembers): (SendSettings, bool),
    plan: &Plan,
) -> Lived {
    let paths = paths(folder);
    let fingerprint = Fingerprint::default().with("content", content);
    let decision = decide(&paths, &fingerprint, remembers);
    let resumed = matches!(decision, OutputDecision::GoOn(_));
    let lived = |ended, control_calls| Lived {
        ended,
        resumed,
        control_calls,
    };
    if matches!(decision, OutputDecision::AlreadySent(_)) {
        return lived(Ended::AlreadySent, None);
    }
    let header_line = input.split_inclusive(|byte| *byte == b'\n').next().unwrap();
    let results = ResultsFormat {
        style: Style::Plain,
        kept: &[],
    };
    let file = folder.join("a.csv");
    let mut export = Export::look_at(&file, input);
    let delta = remembers
        .then(|| memory(&paths, &decision, &fingerprint, &export.planning))
        .and_then(|memory| memory.delta);
    let header = Header::new(Timestamp::now(), fingerprint, false);
    let header = header.looked_over(
        LookedOver::default(),
        delta.as_ref().and_then(Delta::store_run).cloned(),
    );
    let files = record::open(&paths, &decision, header, results, format(header_line)).unwrap();
    let known = delta
        .as_ref()
        .map(|delta| delta.acknowledged_among(export.commands()).unwrap())
        .unwrap_or_default();
    let (asks, stops) = mpsc::channel(1);
    let (waiting, waits) = watch::channel(None);
    let stages = Stages {
        workers: Workers::Tasks { lag: plan.lag },
        rows: export.rows(plan.rewrite.map(|share| Rewrite::new(file, input, share))),
        reads_ahead: true,
        planner: export.planner(),
        settled: files.settled,
        resumed,
        knows_success: files.knows_success,
        repeated: files.repeated,
        known,
        delta,
        transport: world.clone(),
        stops,
        recorder: files.recorder,
        summary: RunSummary::default(),
        progress: Progress::hidden(waits),
        waiting,
    };
    let asking = tokio::spawn(ask(asks, plan.stops.clone()));
    let running = stages::run(stages, settings);
    let outcome = Box::pin(killed_or_ended(running, &journal(folder), plan.kill)).await;
    asking.abort();
    // The tasks of a dropped pipeline are aborted; the pause lets them end.
    sleep(Duration::from_millis(1)).await;
    match outcome {
        Err(torn) => {
            drop(files.summary);
            if let Some((kept, share)) = torn {
                tear(&journal(folder), kept, share);
            }
            lived(Ended::Killed, None)
        }
        Ok(ended) => {
            let rows = export.first.totals.unwrap().rows;
            let control_calls = ended.send.control_calls;
            lived(
                conclude(ended, rows, files.summary, &files.header),
                Some(control_calls),
            )
        }
    }
}

async fn ask(asks: mpsc::Sender<EarlyEnd>, at: Vec<Duration>) {
    for after in at {
        sleep(after).await;
        let stop = EarlyEnd::Interrupted(crate::model::Signal::Interrupt);
        asks.send(stop).await.ok();
    }
    std::future::pending::<()>().await;
}

/// Runs until the end or the kill. A kill during a write to the journal returns the journal's
/// lengths before and after the write, and the share that is lost. The pipeline has not seen yet
/// that the write has returned.
async fn killed_or_ended(
    running: impl Future<Output = Option<PipelineEnd>>,
    journal: &Path,
    kill: Option<Kill>,
) -> Result<PipelineEnd, Option<((u64, u64), f64)>> {
    let mut running = pin!(running);
    let after = match kill {
        Some(Kill::After(after)) => after,
        _ => Duration::MAX,
    };
    let mut killed = pin!(sleep(after));
    let length = || std::fs::metadata(journal).unwrap().len();
    let (mut seen, mut writes) = (length(), 0);
    poll_fn(|context| {
        if kill.is_some() && killed.as_mut().poll(context).is_ready() {
            return Poll::Ready(Err(None));
        }
        let before = std::mem::replace(&mut seen, length());
        writes += usize::from(seen > before);
        if let Some(Kill::AtWrite { number, torn }) = kill
            && seen > before
            && writes == number
        {
            return Poll::Ready(Err(Some(((before, seen), torn))));
        }
        let ended = running.as_mut().poll(context);
        ended.map(|ended| Ok(ended.expect("a stage panicked")))
    })
    .await
}

/// Concludes the run's files as the program does.
fn conclude(ended: PipelineEnd, rows: u64, file: SummaryFile, header: &Header) -> Ended {
    let PipelineEnd {
        read,
        send,
        written,
        recorder,
        summary,
        ..
    } = ended;
    let written = written.err().map(crate::text::Message::from_error);
    match end(rows, &summary, written, send.early, read) {
        RunEnd::Complete => {
            let (journal, _) = recorder.finish().unwrap();
            file.finish(&summary_text(true, header), true).unwrap();
            journal.remove().unwrap();
            Ended::Complete
        }
        RunEnd::Early(early) => {
            file.finish(&summary_text(false, header), false).unwrap();
            Ended::Early(early)
        }
        RunEnd::InputChanged(_) => {
            file.finish(&summary_text(false, header), false).unwrap();
            Ended::Changed
        }
        fault => panic!("{fault:?}"),
    }
}

fn summary_text(finished: bool, header: &Header) -> String {
    let fingerprint = serde_json::to_string(&header.fingerprint).unwrap();
    let started_at = header.started_at;
    format!(
        r#"{{"fingerprint":{fingerprint},"finished":{finished},"exit_code":1,"started_at":"{started_at}"}}"#
    )
}

/// Removes a part of the write that the kill interrupted.
fn tear(journal: &Path, (before, after): (u64, u64), share: f64) {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "small"
    )]
    let kept = before + ((after - before) as f64 * (1.0 - share)) as u64;
    if kept < after {
        let file = std::fs::OpenOptions::new().write(true).open(journal).unwrap();
        file.set_len(kept).unwrap();
    }
}

/// Reads the last verdict on each row from the journal. Rows that are to be sent again are left
/// out.
pub(super) fn known(folder: &Path) -> HashMap<u64, String> {
    let text = std::fs::read(journal(folder)).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    let mut known = HashMap::new();
    for line in whole.lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        match fields[0] {
            "again" => drop(known.remove(&fields[1].parse::<u64>().unwrap())),
            "resumed" | "ended" | "finishing" | "streak" | "state" => {}
            row => drop(known.insert(row.parse().unwrap(), format!("{} {}", fields[4], fields[5]))),
        }
    }
    known
}
