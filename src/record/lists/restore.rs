//! The labels that an undoing puts back, as the input of a run: `id_respondent,id_survey` and a column
//! for each label. The last column says when it was decided, so that no undoing is taken for an earlier
//! one that was finished or cut short.

use std::path::Path;

use jiff::Timestamp;

use super::private_csv::{DECIDED_AT, PrivateCsv};
use crate::model::Label;
use crate::record::error::OutputError;

/// How the first line of each file begins.
pub(super) const HEADER: [&str; 2] = ["id_respondent", "id_survey"];

/// A file that is being written. Dropped before its end, it leaves the old one.
#[derive(Debug)]
pub(crate) struct RestoreFile {
    file: PrivateCsv,
    decided_at: String,
}

impl RestoreFile {
    /// Starts a file with these labels.
    ///
    /// # Errors
    ///
    /// If another file stands at the path, or it cannot be written.
    pub(crate) fn begin(path: &Path, labels: &[Label]) -> Result<Self, OutputError> {
        let mut file = PrivateCsv::new(path, &HEADER)?;
        file.begin()?;
        let labels = labels.iter().map(ToString::to_string);
        let header = HEADER.map(str::to_owned).into_iter().chain(labels);
        file.push(header.chain([DECIDED_AT.to_owned()]))?;
        Ok(Self {
            file,
            decided_at: Timestamp::now().to_string(),
        })
    }

    /// Appends a respondent, with a value for each label of the file; a blank one is left alone.
    pub(crate) fn push(
        &mut self,
        (respondent, survey): (&str, &str),
        values: &[String],
    ) -> Result<(), OutputError> {
        let own = [respondent, survey].into_iter();
        let values = values.iter().map(String::as_str);
        self.file
            .push(own.chain(values).chain([self.decided_at.as_str()]))
    }

    /// Puts the file in its place.
    pub(crate) fn finish(self) -> Result<(), OutputError> {
        self.file.finish()
    }
}
