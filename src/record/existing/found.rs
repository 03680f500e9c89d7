//! What is there under the names of a run's outputs: of which run, and how far it came. Reads files and changes nothing;
//! what is done about it is decided in `record/existing/decision.rs`.

use std::collections::BTreeMap;
use std::io::{BufReader, Read as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Deserialize;

use crate::model::{Fingerprint, Status};
use crate::record::error::OutputError;
use crate::record::journal::header::OtherVersion;
use crate::record::journal::replay::Contents;
use crate::record::outputs::files::{self, OutputPaths};
use crate::record::outputs::names;
use crate::system::regular;

/// What is there.
#[derive(Debug)]
pub(in crate::record) struct Found {
    pub(in crate::record) unfinished: Option<Unfinished>,
    pub(in crate::record) finished: Option<Finished>,
}

#[derive(Debug)]
pub(in crate::record) enum Unfinished {
    Journal(Box<Contents>),
    /// The run was killed before its journal's first line was whole, and so before its first call.
    Nothing(PathBuf),
    /// A file without a journal.
    Stray(PathBuf),
    /// A journal that is damaged: nobody knows what was sent.
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

/// A finished run, as far as its summary tells of it.
#[derive(Debug)]
pub(in crate::record) struct Finished {
    pub(in crate::record) path: PathBuf,
    pub(in crate::record) summary: Option<OldSummary>,
}

/// What is read back of a summary.
#[derive(Clone, Debug, Deserialize)]
pub(in crate::record) struct OldSummary {
    pub(in crate::record) fingerprint: Fingerprint,
    pub(in crate::record) finished: bool,
    pub(in crate::record) exit_code: u8,
    pub(in crate::record) started_at: Timestamp,
    #[serde(default)]
    pub(in crate::record) finished_at: Option<Timestamp>,
    /// When the first of those runs started that had this content, one behind the other.
    #[serde(default)]
    pub(in crate::record) content_since: Option<Timestamp>,
    #[serde(default)]
    pub(in crate::record) rehearsal: bool,
    #[serde(default)]
    statuses: BTreeMap<String, u64>,
    /// Of the failed file as it was written; nothing if there was none.
    #[serde(default)]
    pub(in crate::record) failed_digest: Option<String>,
}

impl OldSummary {
    pub(in crate::record) fn failures(&self) -> u64 {
        let failed = Status::ALL.into_iter().filter(|status| status.is_failure());
        failed.filter_map(|status| self.statuses.get(status.name())).sum()
    }

    /// The summary at this path, if one can be read there.
    pub(in crate::record) fn read(path: &Path) -> Option<Self> {
        serde_json::from_reader(BufReader::new(regular::open(path).ok()?)).ok()
    }
}

impl Found {
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
        // The summary of a run that was cut short belongs to its journal.
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

/// Whether a journal ends before its first line does.
fn is_one_torn_line(path: &Path) -> Result<bool, OutputError> {
    // It cannot be read as a journal, so it is not one of more than a line, unless it was damaged: it is looked at whole
    // only if it is short.
    const MAX_HEADER: u64 = 16 << 10;
    const START: &[u8] = b"{\"journal\":";
    let fault = |source| OutputError::read(path, source);
    let file = regular::open(path).map_err(fault)?;
    let mut bytes = Vec::new();
    file.take(MAX_HEADER).read_to_end(&mut bytes).map_err(fault)?;
    if bytes.len() as u64 == MAX_HEADER {
        return Ok(false);
    }
    // Anything else is somebody's file.
    let is_header = bytes.starts_with(START) || START.starts_with(&bytes);
    Ok(is_header && !bytes.contains(&b'\n'))
}
