//! One life of a run: from its start to its end, or to the moment at which it is killed. The stages are the real ones,
//! as tasks of one thread, so that a paused clock decides everything.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};
use tokio::time::sleep;

use super::world::World;
use crate::model::{EarlyEnd, Fingerprint, Outcome, PlannedRow};
use crate::plan::{BlankId, EmptyPolicy, PlanPolicy, PlanSettings, Planner, Selection};
use crate::read::{FirstRead, Kept, ReadOptions, Rows, SurveyColumn, Wanted};
use crate::record::{
    self, Decision, Existing, FailedFormat, Header, OutputPaths, Recorder, ResultsFormat, Style,
};
use crate::run::reader::take_verdict;
use crate::send::{Room, SendSettings, Wires, calls_among, dispatch};

/// How a life ends, unless the run ends before.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    /// Killed after so long.
    pub(super) kill_after: Option<Duration>,
    /// How much of the last write a kill tears off, as a share.
    pub(super) torn: f64,
    /// Asked to stop after so long each.
    pub(super) stops: Vec<Duration>,
    /// How long the recorder takes for a batch.
    pub(super) recorder_takes: Duration,
}

#[derive(Debug, PartialEq)]
pub(super) enum Ended {
    Killed,
    Early(EarlyEnd),
    Complete,
    /// The same was sent to its end before.
    AlreadySent,
}

pub(super) fn paths(folder: &Path) -> OutputPaths {
    OutputPaths {
        results: folder.join("a.results.csv"),
        failed: folder.join("a.failed.csv"),
        summary: folder.join("a.summary.json"),
        rehearsal: false,
    }
}

pub(super) fn journal(folder: &Path) -> std::path::PathBuf {
    folder.join("a.results.csv.journal")
}

/// Plans all rows, with what the journal knows of them.
fn planned(input: &[u8], settled: &mut record::SettledRows) -> (FirstRead, Vec<PlannedRow>) {
    let first = FirstRead::of_file(input, ReadOptions::default()).unwrap();
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
    let settings = PlanSettings {
        policy: PlanPolicy {
            empty: EmptyPolicy::Skip,
            blank_id: BlankId::Invalid,
            selection: Selection::new(None, None),
        },
        max_query_bytes: None,
        survey: Some("7".to_owned()),
        table: None,
        last_rows: None,
    };
    let mut planner = Planner::new(settings, layout);
    let mut rows = Rows::new(input, &first).unwrap();
    let mut all = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        let mut plan = planner.plan_row(&row);
        take_verdict(settled, &row, &mut plan).unwrap();
        all.push(plan);
    }
    (first, all)
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
        fields: None,
    }
}

/// Lives once, with `--resume`. Whatever was opened is closed when this returns.
pub(super) async fn live(
    folder: &Path,
    input: &[u8],
    world: &World,
    settings: SendSettings,
    plan: &Plan,
) -> Ended {
    let paths = paths(folder);
    let fingerprint = Fingerprint::default().with("content", 1);
    let asked = Existing {
        resume: true,
        ..Existing::default()
    };
    let decision = record::decide(&paths, &fingerprint, asked).unwrap();
    if matches!(decision, Decision::AlreadySent(_)) {
        return Ended::AlreadySent;
    }
    let header_line = input.split_inclusive(|byte| *byte == b'\n').next().unwrap();
    let header = Header::new(Timestamp::now(), fingerprint, false);
    let results = ResultsFormat {
        style: Style::Plain,
        kept: &[],
    };
    let mut opened = record::open(&paths, &decision, header, results, format(header_line)).unwrap();
    let (_, rows) = planned(input, &mut opened.settled);

    let (plans, plans_in) = mpsc::channel(2);
    let (outcomes, outcomes_in) = mpsc::channel(2);
    let (asks, stops) = mpsc::channel(1);
    let room = Room::new(settings.concurrency);
    let feeding = tokio::spawn(async move {
        for batch in rows.chunks(5) {
            if plans.send(batch.to_vec()).await.is_err() {
                return;
            }
        }
    });
    let at = plan.stops.clone();
    let asking = tokio::spawn(async move {
        for after in at {
            sleep(after).await;
            let stop = EarlyEnd::Interrupted(crate::model::Signal::Interrupt);
            asks.send(stop).await.ok();
        }
        std::future::pending::<()>().await;
    });
    let wires = Wires {
        plans: plans_in,
        outcomes,
        stops,
        room: room.clone(),
        waiting: watch::channel(None).0,
        resumed: matches!(decision, Decision::GoOn(_)),
        knows_success: opened.knows_success,
        known: Vec::new(),
    };
    let path = journal(folder);
    let (written, last_write) = watch::channel((0, 0));
    let takes = plan.recorder_takes;
    let recording = tokio::spawn(record_all(
        opened.recorder,
        outcomes_in,
        room,
        takes,
        path.clone(),
        written,
    ));
    let killed = async {
        match plan.kill_after {
            Some(after) => sleep(after).await,
            None => std::future::pending().await,
        }
    };
    let sent = tokio::select! {
        biased;
        () = killed => None,
        end = dispatch(wires, world.clone(), settings) => Some(end),
    };
    feeding.abort();
    asking.abort();
    let Some(end) = sent else {
        recording.abort();
        // Once it is gone, the recorder is, too.
        recording.await.ok();
        drop(opened.summary);
        tear(&path, *last_write.borrow(), plan.torn);
        return Ended::Killed;
    };
    let mut recorder = recording.await.unwrap();
    recorder.name_streak(&end.streak).unwrap();
    if let Some(early) = end.early {
        opened
            .summary
            .finish(&summary(false, &opened.header), false)
            .unwrap();
        return Ended::Early(early);
    }
    let (journal, _) = recorder.finish().unwrap();
    opened
        .summary
        .finish(&summary(true, &opened.header), true)
        .unwrap();
    journal.remove().unwrap();
    Ended::Complete
}

fn summary(finished: bool, header: &Header) -> String {
    let fingerprint = serde_json::to_string(&header.fingerprint).unwrap();
    let started_at = header.started_at;
    format!(
        r#"{{"fingerprint":{fingerprint},"finished":{finished},"exit_code":1,"started_at":"{started_at}"}}"#
    )
}

async fn record_all(
    mut recorder: Recorder,
    mut outcomes: mpsc::Receiver<Vec<Outcome>>,
    room: Room,
    takes: Duration,
    journal: std::path::PathBuf,
    written: watch::Sender<(u64, u64)>,
) -> Recorder {
    let length = || std::fs::metadata(&journal).unwrap().len();
    while let Some(batch) = outcomes.recv().await {
        let calls = calls_among(&batch);
        let before = length();
        let free = recorder.record(&batch).unwrap();
        written.send_replace((before, length()));
        // A write that a kill tears has not returned, so nothing is given back before that is out of the question.
        if !takes.is_zero() {
            sleep(takes).await;
        }
        written.send_replace((length(), length()));
        room.journalled(calls);
        room.free(free);
    }
    recorder.close().unwrap();
    recorder
}

/// Takes away a part of the write that the kill interrupted.
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

/// What the journal says of each row, the last word counting, and which rows are to be sent again.
pub(super) fn known(folder: &Path) -> HashMap<u64, String> {
    let text = std::fs::read(journal(folder)).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    let mut known = HashMap::new();
    for line in whole.lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        match fields[0] {
            "again" => drop(known.remove(&fields[1].parse::<u64>().unwrap())),
            "resumed" | "finishing" | "streak" | "state" => {}
            row => drop(known.insert(row.parse().unwrap(), format!("{} {}", fields[4], fields[5]))),
        }
    }
    known
}
