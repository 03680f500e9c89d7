//! The labels that were not read back as they were sent: a line for each. It takes the place of an
//! older file of this kind, and of no other.

use std::fs;
use std::path::Path;

use super::private_csv::PrivateCsv;
use crate::record::error::OutputError;

pub(super) const HEADER: [&str; 7] = [
    "row",
    "id_respondent",
    "id_survey",
    "label",
    "state",
    "sent",
    "listed",
];

/// A file that is being written. Dropped before its end, it leaves the old one.
#[derive(Debug)]
pub(crate) struct VerifiedFile(PrivateCsv);

/// A label that was not read back as it was sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct VerifiedLine<'a> {
    /// The row that a spreadsheet shows.
    pub(crate) row: u64,
    pub(crate) respondent: &'a str,
    pub(crate) survey: &'a str,
    pub(crate) label: &'a str,
    pub(crate) state: &'a str,
    pub(crate) sent: &'a str,
    /// What the list has.
    pub(crate) listed: &'a str,
}

impl VerifiedFile {
    /// Starts a file.
    ///
    /// # Errors
    ///
    /// If another file stands at the path, or it cannot be written.
    pub(crate) fn begin(path: &Path) -> Result<Self, OutputError> {
        let mut file = PrivateCsv::new(path, &HEADER)?;
        file.begin()?;
        file.push(HEADER)?;
        Ok(Self(file))
    }

    /// Removes such a file, if one is there: it is about an earlier run.
    pub(crate) fn remove(path: &Path) {
        if path.is_file() && PrivateCsv::new(path, &HEADER).is_ok() {
            fs::remove_file(path).ok();
        }
    }

    /// Appends a label.
    pub(crate) fn push(&mut self, line: VerifiedLine<'_>) -> Result<(), OutputError> {
        let row = line.row.to_string();
        let VerifiedLine {
            respondent,
            survey,
            label,
            state,
            sent,
            listed,
            ..
        } = line;
        self.0
            .push([&row, respondent, survey, label, state, sent, listed])
    }

    /// Puts the file in its place.
    pub(crate) fn finish(self) -> Result<(), OutputError> {
        self.0.finish()
    }
}
