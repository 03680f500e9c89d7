//! Sentences of the start of a run and of a check: what the input is, what goes where, how fast.

use std::time::Duration;

use crate::read::{DelimiterFrom, EncodingFrom};
use crate::sandbox::Taken;

/// Where a setting comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum From<'a> {
    /// A flag or a variable, by its name.
    Named(&'a str),
    ConfigFile,
    /// The run whose failed rows are sent again.
    Recorded,
    Default,
    ColumnNames,
}

/// Sentences about an input before its first call.
pub(crate) trait StartWords {
    fn from(&self, from: From<'_>) -> String;

    /// The encoding, how it became known, and a sample cell for a person.
    fn encoding(&self, name: &str, from: &EncodingFrom, sample: Option<&str>) -> String;

    /// The delimiter; `has_header` is false if `--no-header` is given.
    fn delimiter(&self, delimiter: &str, from: DelimiterFrom, has_header: bool) -> String;

    /// A workbook's sheet, and the quoted names of the others.
    fn sheet(&self, sheet: &str, others: &str) -> String;

    /// What goes where, with the origin of the mapping.
    fn mapping(&self, columns: &str, from: &str) -> String;

    /// The table of ids that the respondents' addresses are looked up in.
    fn by_table(&self, path: &str) -> String;

    fn survey(&self, id: &str, from: &str) -> String;

    fn survey_of_sandbox(&self, id: &str) -> String;

    /// What the sandbox holds at its end, without personal data.
    fn sandbox_took(&self, taken: &Taken) -> String;

    /// The survey's column, and the survey for rows where it is blank.
    fn survey_column(&self, column: &str, where_blank: Option<&str>) -> String;

    /// The table of ids: its form, its addresses, and those of several respondents.
    fn ids_table(&self, path: &str, form: &str, addresses: u64, ambiguous: u64) -> String;

    fn exclude_list(&self, path: &str, ids: u64, addresses: u64) -> String;

    /// Several rows of a respondent cannot be found in standard input.
    fn duplicates_need_a_file(&self, only_last: bool) -> String;

    fn sheet_means_nothing(&self) -> String;

    /// Columns without a label, quoted.
    fn never_sent(&self, columns: &str) -> String;

    fn columns_never_sent(&self, count: u64) -> String;

    fn encoding_contradicted(&self, told: &str, given: &str) -> String;

    /// The rows, of how many, to which host, how fast and how long.
    fn rows_to(
        &self,
        rows: Option<(u64, u64)>,
        host: &str,
        rate: (&str, &str),
        time: Option<Duration>,
    ) -> String;

    fn proxy(&self, proxy: &str) -> String;

    fn resuming(&self, since: &str, settled: u64) -> String;
}
