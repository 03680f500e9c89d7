//! Sentences about `retry`.

/// Sentences about sending failed rows again. Paths and flags are ready to be printed.
pub(crate) trait RetryWords {
    /// Standard input has no name by which its run could be found.
    fn retry_of_stream(&self) -> String;

    /// There is no summary of a run.
    fn retry_without_run(&self, summary: &str) -> String;

    /// The run, whose results would be `results`, has not come to its end.
    fn retry_of_unfinished(&self, results: &str) -> String;

    /// The run sent nothing to the platform, or only a part of the input.
    fn retry_of_rehearsal(&self, summary: &str) -> String;

    /// The summary has no settings.
    fn retry_without_settings(&self, summary: &str) -> String;

    /// The results of the run are missing.
    fn retry_without_results(&self, results: &str) -> String;

    /// The failed file is missing.
    fn retry_without_failed_file(&self, failed: &str) -> String;

    /// Others could have written the summary, which decides everything. The reason follows, with how
    /// to change it.
    fn retry_of_untrusted(&self, summary: &str) -> String;

    /// The secrets are those of another account than the run's.
    fn retry_of_other_account(&self) -> String;

    /// Another run took the files while this one waited.
    fn retry_of_moved(&self) -> String;

    /// The results, or the failed file, cannot be read; `path` and the reason follow.
    fn retry_unreadable(&self, path: &str) -> String;

    /// No row of the run failed.
    fn nothing_failed(&self) -> String;

    /// The last round has left no failed rows.
    fn nothing_left_to_retry(&self, round: u32) -> String;

    /// The start of a round: which file it sends, and whether it was edited.
    fn round_starts(&self, round: u32, failed: &str, is_edited: bool) -> String;

    /// Every row has to be fixed, and the file is as it was written.
    fn nothing_was_fixed(&self, failed: &str) -> String;

    /// The failed file exists in two forms, of which the older one is not used.
    fn older_form_unused(&self, failed: &str, older: &str) -> String;

    /// A workbook cannot be the failed file: it holds this row, `None` for one without its number,
    /// which did not fail. `failed` is where its rows can be saved.
    fn workbook_of_other_run(&self, workbook: &str, row: Option<u64>, failed: &str) -> String;

    /// The failed file of an earlier round was edited, and the one to be sent was not.
    fn edited_another(&self, failed: &str, edited: &str) -> String;

    /// A failed file was edited after the round that sent it.
    fn edited_too_late(&self, failed: &str, edited: &str) -> String;

    /// Under the name of the run's input stands another export than that of this run, which began
    /// `when`.
    fn another_export(&self, export: &str, when: &str) -> String;

    /// Rows that are not sent, because their respondents were updated since.
    fn overtaken_rows(&self, rows: u64) -> String;

    /// Rows that failed are not in the failed file any more.
    fn rows_missing(&self, rows: u64, failed: &str) -> String;

    /// The end of a sentence: this many failed rows were fixed by rounds, and others were deleted
    /// from the failed file, or superseded.
    fn fixed_since(&self, fixed: u64, left_out: u64) -> String;
}
