//! Finds the files that exist under the names of a run's outputs: which run they belong to, and how
//! far it came. Only reads files; `record/existing/decision.rs` decides what to do.

use std::collections::BTreeMap;
use std::io::{BufReader, Read as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Deserialize;

use crate::model::{ErrorCode, Fingerprint, RecordedSettings, Status, StoreRun};
use crate::record::error::OutputError;
use crate::record::journal::header::OtherVersion;
use crate::record::journal::replay::Contents;
use crate::record::outputs::files::{self, OutputPaths};
use crate::record::outputs::names;
use crate::system::regular;

/// The files of earlier runs that exist.
#[derive(Debug)]
pub(in crate::record) struct Found {
    pub(in crate::record) unfinished: Option<Unfinished>,
    pub(in crate::record) finished: Option<Finished>,
}

/// Files of a run that did not finish.
#[derive(Debug)]
pub(in crate::record) enum Unfinished {
    Journal(Box<Contents>),
    /// The run was killed before the first line of its journal was complete, and so before its
    /// first call.
    Nothing(PathBuf),
    /// A `.partial` file without a journal.
    Stray(PathBuf),
    /// A damaged journal: it is unknown what was sent.
    Unreadable {
        path: PathBuf,
        why: String,
    },
    /// A journal of another version of this program.
    OtherVersion {
        path: PathBuf,
        version: OtherVersion,
    },
}

impl Unfinished {
    fn of_journal(path: PathBuf) -> Result<Self, OutputError> {
        match Contents::read(&path) {
            Ok(Some(contents)) => Ok(Self::Journal(Box::new(contents))),
            Ok(None) if is_one_torn_line(&path)? => Ok(Self::Nothing(path)),
            Ok(None) => Ok(Self::Unreadable {
                path,
                why: "its first line is damaged".to_owned(),
            }),
            Err(OutputError::OtherVersion { path, version }) => Ok(Self::OtherVersion { path, version }),
            Err(OutputError::DamagedJournal { path, byte }) => Ok(Self::Unreadable {
                path,
                why: format!("it is damaged at byte {byte}, and whole lines follow there"),
            }),
            Err(error) => Err(error),
        }
    }
}

/// A finished run, with its summary if that can be read.
#[derive(Debug)]
pub(in crate::record) struct Finished {
    /// The first of the run's files that exists.
    pub(in crate::record) path: PathBuf,
    /// `None` if it is missing or invalid, or the results are missing.
    pub(in crate::record) summary: Option<OldSummary>,
}

/// The fields of a summary that are read back.
#[derive(Clone, Debug, Deserialize)]
pub(in crate::record) struct OldSummary {
    /// The input, as the user wrote it.
    #[serde(default)]
    pub(in crate::record) input: String,
    pub(in crate::record) fingerprint: Fingerprint,
    /// Whether the run came to its end.
    pub(in crate::record) finished: bool,
    pub(in crate::record) exit_code: u8,
    pub(in crate::record) started_at: Timestamp,
    #[serde(default)]
    pub(in crate::record) finished_at: Option<Timestamp>,
    /// Start of the first of the consecutive runs that had this content.
    #[serde(default)]
    pub(in crate::record) content_since: Option<Timestamp>,
    #[serde(default)]
    pub(in crate::record) rehearsal: bool,
    /// Rows by the name of their status.
    #[serde(default)]
    statuses: BTreeMap<String, u64>,
    /// Rows by the name of their error code.
    #[serde(default)]
    error_codes: BTreeMap<String, u64>,
    /// Digest of the failed file as it was written; `None` if there was none.
    #[serde(default)]
    pub(in crate::record) failed_digest: Option<String>,
    /// The settings of the run; `None` if an earlier version wrote the summary.
    #[serde(default)]
    pub(in crate::record) settings: Option<RecordedSettings>,
    /// The store that the run used, if any.
    #[serde(default)]
    pub(in crate::record) store: Option<StoreRun>,
    /// The number of the first process of the run in that store.
    #[serde(default)]
    pub(in crate::record) first_store_run: Option<i64>,
    /// Whether the mailing list was read before the run's calls.
    #[serde(default)]
    pub(in crate::record) has_list: bool,
    /// The start of the run of which this is a retry round.
    #[serde(default)]
    pub(in crate::record) retry_of: Option<Timestamp>,
}

impl OldSummary {
    /// Counts rows that were failed, unconfirmed or invalid.
    pub(in crate::record) fn failures(&self) -> u64 {
        let failed = Status::ALL.into_iter().filter(|status| status.is_failure());
        failed.filter_map(|status| self.statuses.get(status.name())).sum()
    }

    /// Counts rows that went through, now or earlier.
    pub(in crate::record) fn gone_through(&self) -> u64 {
        let sent = self.statuses.get(Status::Success.name());
        let known = self.error_codes.get(ErrorCode::Unchanged.name());
        sent.into_iter().chain(known).sum()
    }

    /// Reads the summary at this path; `None` if there is no valid one.
    pub(in crate::record) fn read(path: &Path) -> Option<Self> {
        serde_json::from_reader(BufReader::new(regular::open(path).ok()?)).ok()
    }
}

/// Whether a run for the same survey of the same account has finished under these names and updated
/// somebody.
pub(crate) fn has_finished(paths: &OutputPaths, fingerprint: &Fingerprint) -> bool {
    OldSummary::read(&paths.summary).is_some_and(|summary| {
        let successes = summary.statuses.get(Status::Success.name()).copied();
        let changed = summary.fingerprint.changed_since(fingerprint);
        summary.finished
            && successes.unwrap_or_default() > 0
            && !["survey", "account", "base URL"]
                .iter()
                .any(|part| changed.iter().any(|other| other == part))
    })
}

impl Found {
    /// Looks for files of an earlier run.
    pub(in crate::record) fn look(paths: &OutputPaths) -> Result<Self, OutputError> {
        let journal = names::journal(&paths.results);
        let unfinished = if files::exists(&journal) {
            Some(Unfinished::of_journal(journal)?)
        } else {
            paths
                .unfinished()
                .into_iter()
                .find(|path| files::exists(path))
                .map(Unfinished::Stray)
        };
        let summary = OldSummary::read(&paths.summary);
        // The summary of an unfinished run belongs to its journal.
        let cut_short = match (&unfinished, &summary) {
            (Some(Unfinished::Journal(contents)), Some(summary)) => {
                !summary.finished && contents.header.is_of(summary.started_at, &summary.fingerprint)
            }
            (Some(_), Some(summary)) => !summary.finished,
            _ => false,
        };
        let finished = [&paths.results, &paths.failed, &paths.summary]
            .into_iter()
            .filter(|path| !(cut_short && **path == paths.summary))
            .find(|path| files::exists(path));
        Ok(Self {
            finished: finished.map(|path| Finished {
                path: path.clone(),
                summary: summary.filter(|summary| summary.finished && files::exists(&paths.results)),
            }),
            unfinished,
        })
    }
}

/// Whether a journal ends within its first line.
fn is_one_torn_line(path: &Path) -> Result<bool, OutputError> {
    // The file could not be read as a journal, so unless it is damaged it has no second line. Only
    // a short file is read to its end.
    const MAX_HEADER: u64 = 16 << 10;
    const START: &[u8] = b"{\"journal\":";
    let fault = |source| OutputError::read(path, source);
    let file = regular::open(path).map_err(fault)?;
    let mut bytes = Vec::new();
    file.take(MAX_HEADER).read_to_end(&mut bytes).map_err(fault)?;
    if bytes.len() as u64 == MAX_HEADER {
        return Ok(false);
    }
    // Anything else is not a file of this tool.
    let is_header = bytes.starts_with(START) || START.starts_with(&bytes);
    Ok(is_header && !bytes.contains(&b'\n'))
}
