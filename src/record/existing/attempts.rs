//! Finds the rows that an interrupted attempt of a retry round has sent with success, if the round
//! starts anew: because its failed file or its list of `--exclude` has changed, or because its files
//! were renamed with their run. Only reads journals.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::found::{Found, Unfinished};
use super::rounds::{FinishedRun, Round};
use crate::model::{CONTENT, Fingerprint, Status, UpdateRespondent};
use crate::record::error::OutputError;
use crate::record::journal::entry::{self, Entry};
use crate::record::journal::replay::Contents;
use crate::record::outputs::files;
use crate::record::outputs::names::{self, FileName, Stamp};

/// What may have changed since an attempt that sent the same rows: which rows are sent, but not what
/// is sent for one of them.
const MAY_CHANGE: [&str; 2] = [CONTENT, "list of `--exclude`"];

/// The rows of a failed file, by their bytes, that earlier attempts of its round have sent with
/// success: of each respondent those of the last attempt that has updated them.
#[derive(Debug, Default)]
pub(crate) struct SentRows(HashMap<u64, OfRespondent>);

/// The rows of a respondent.
#[derive(Debug)]
struct OfRespondent {
    attempt: usize,
    rows: HashSet<u64>,
}

impl SentRows {
    /// Reads the journals of the round's attempts. `fingerprint` is that of the round now.
    pub(crate) fn read(
        run: &FinishedRun,
        round: &Round,
        fingerprint: &Fingerprint,
    ) -> Result<Self, OutputError> {
        let mut sent = Self::default();
        let aside = set_aside(run, round)?;
        let newest = aside.len();
        for (attempt, path) in aside.iter().enumerate() {
            // A damaged journal proves nothing: its rows are sent again.
            if let Ok(Some(contents)) = Contents::read(path)
                && contents.header.retry_of == Some(run.started_at)
            {
                sent.take_in(&contents, (attempt, path), fingerprint)?;
            }
        }
        if let Some(Unfinished::Journal(contents)) = Found::look(&round.paths)?.unfinished {
            let path = names::journal(&round.paths.results);
            sent.take_in(&contents, (newest, &path), fingerprint)?;
        }
        Ok(sent)
    }

    /// Whether exactly this record was sent, and nothing else to its respondent after it.
    pub(crate) fn has(&self, record: &[u8], update: &UpdateRespondent) -> bool {
        let of_respondent = self.0.get(&key(update.survey(), update.respondent()));
        of_respondent.is_some_and(|of| of.rows.contains(&entry::row_digest(record)))
    }

    fn take_in(
        &mut self,
        contents: &Contents,
        (attempt, path): (usize, &Path),
        fingerprint: &Fingerprint,
    ) -> Result<(), OutputError> {
        let changed = fingerprint.changed_for_resume(&contents.header.fingerprint);
        if !changed.iter().all(|part| MAY_CHANGE.contains(&part.as_str())) {
            return Ok(());
        }
        let outcomes = contents.outcomes(path);
        let mut outcomes = outcomes.map_err(|source| OutputError::read(path, source))?;
        while let Some(outcome) = outcomes.next().map_err(OutputError::Journal)? {
            if let Some(Entry::Outcome {
                digest,
                ids: (respondent, survey),
                settled,
                ..
            }) = entry::read_entry(&outcome.line)
                && settled.status == Status::Success
            {
                let nothing = || OfRespondent {
                    attempt,
                    rows: HashSet::new(),
                };
                let known = self.0.entry(key(&survey, &respondent)).or_insert_with(nothing);
                if known.attempt != attempt {
                    *known = nothing();
                }
                known.rows.insert(digest);
            }
        }
        Ok(())
    }
}

fn key(survey: &str, respondent: &str) -> u64 {
    entry::row_digest(format!("{survey}\t{respondent}").as_bytes())
}

/// Lists the journals of the round's attempts that were set aside, from the first to the last.
fn set_aside(run: &FinishedRun, round: &Round) -> Result<Vec<PathBuf>, OutputError> {
    let (family, own) = names::family(&run.paths.results);
    let folder = files::folder(&run.paths.results);
    let entries = fs::read_dir(folder).map_err(|source| OutputError::read(folder, source))?;
    let is_attempt = |name: &FileName| {
        name.set == own
            && name.round == Some(round.number)
            && name.unfinished == Some(".journal")
            && name.round_aside.is_some()
    };
    let mut found: Vec<(Option<Stamp>, PathBuf)> = Vec::new();
    for name in entries.flatten().map(|entry| entry.file_name()) {
        if let Some(parsed) = FileName::parse(&name, &family).filter(is_attempt) {
            found.push((parsed.round_aside, run.paths.results.with_file_name(name)));
        }
    }
    found.sort();
    Ok(found.into_iter().map(|(_, path)| path).collect())
}
