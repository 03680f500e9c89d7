//! The forms of a failed file: as it was written, edited since, or saved as a workbook beside it. Only
//! reads files; `record/existing/rounds.rs` decides which one a round sends.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use jiff::Timestamp;

use super::found::OldSummary;
use super::rounds::{FinishedRun, NoRetry};
use crate::model::{CONTENT, Fingerprint};
use crate::record::outputs::files::{self, OutputPaths};
use crate::record::outputs::names;

/// A failed file that rounds have sent.
pub(super) struct SentFile {
    /// The files of the run, or the round, that wrote it.
    pub(super) paths: OutputPaths,
    pub(super) written: OldSummary,
    /// The last round that sent it.
    pub(super) sent_by: OldSummary,
}

impl SentFile {
    /// Whether the file has the bytes that were sent last; if a workbook was sent, those that were
    /// written.
    fn was_sent_so(&self) -> bool {
        let failed = &self.paths.failed;
        if !names::are_alike(Path::new(&self.sent_by.input), failed) {
            return !is_edited(failed, &self.written);
        }
        let digest = files::digest_of(failed).ok();
        let digest = digest.and_then(|digest| u128::from_str_radix(&digest, 16).ok());
        digest.is_some_and(|digest| {
            let content = Fingerprint::default().with(CONTENT, digest);
            self.sent_by.fingerprint.has_content_of(&content)
        })
    }

    /// Notes a round that may have sent it once more.
    pub(super) fn note(&mut self, round: &OldSummary) {
        let forms = [
            Some(self.paths.failed.clone()),
            names::workbook(&self.paths.failed),
        ];
        let input = Path::new(&round.input);
        if forms.iter().flatten().any(|form| names::are_alike(form, input)) {
            self.sent_by = round.clone();
        }
    }
}

impl FinishedRun {
    /// Returns the form of a failed file that was edited after it was sent.
    pub(super) fn edited_since<'a>(&self, file: &'a SentFile) -> Option<(PathBuf, &'a SentFile)> {
        let failed = &file.paths.failed;
        let is_later = |path: &Path| modified(path).is_some_and(|time| time > file.sent_by.started_at);
        let workbook = self.workbook(failed).filter(|workbook| is_later(workbook));
        // The clock may have been set back since: what was sent is known by its content, too. The file
        // as it was written is an edited one if rows were deleted before.
        let is_edited = is_later(failed) && !file.was_sent_so();
        let edited = is_edited.then(|| failed.clone());
        Some((workbook.or(edited)?, file))
    }

    /// Returns the path of a failed file as a workbook, unless that is the run's input.
    fn workbook(&self, failed: &Path) -> Option<PathBuf> {
        let input = Path::new(self.input()).file_name();
        names::workbook(failed).filter(|workbook| workbook.file_name() != input)
    }

    /// Returns the failed file to send, which may have been saved as a workbook beside it, and the
    /// older of the two if both exist. A workbook that is older than the run is of another one.
    pub(super) fn newer_form(&self, paths: &OutputPaths) -> Result<(PathBuf, Option<PathBuf>), NoRetry> {
        let (failed, written) = (&paths.failed, modified(&paths.summary));
        let saved = self
            .workbook(failed)
            .and_then(|workbook| Some((modified(&workbook)?, workbook)));
        match (modified(failed), saved) {
            (None, Some((saved, workbook))) if Some(saved) > written => Ok((workbook, None)),
            (None, _) => Err(NoRetry::NoFailedFile(failed.clone())),
            (Some(_), None) => Ok((failed.clone(), None)),
            (Some(csv), Some((saved, workbook))) if saved > csv && Some(saved) > written => {
                Ok((workbook, Some(failed.clone())))
            }
            (Some(_), Some((_, workbook))) => Ok((failed.clone(), Some(workbook))),
        }
    }
}

pub(super) fn is_edited(failed: &Path, summary: &OldSummary) -> bool {
    files::digest_of(failed).ok() != summary.failed_digest
}

/// When a file was last written; `None` if there is none.
pub(super) fn modified(path: &Path) -> Option<Timestamp> {
    let time: SystemTime = fs::metadata(path).ok()?.modified().ok()?;
    Timestamp::try_from(time).ok()
}
