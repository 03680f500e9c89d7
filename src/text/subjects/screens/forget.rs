//! Sentences of `forget`: what was removed, and what remains for the user.

/// Why a file is left as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Left {
    /// A workbook that a spreadsheet has saved.
    Workbook,
    /// Compressed, or in UTF-16.
    OtherForm,
    /// A failed file without what says whose its records are.
    NoRows,
    /// A row of another respondent has the number of a row of the person.
    OtherId,
    /// The results by which the rows of a failed file are known that was left.
    NeedsFailed,
    /// It is not what the program wrote, or cannot be read.
    Unreadable,
    /// A file of a run that did not finish.
    Unfinished,
    /// A link, a folder or the like.
    NoFile,
    /// A damaged copy of the state.
    DamagedState,
    /// There are no results under this name.
    Missing,
}

/// What a file holds about a person, counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Traces {
    /// Lines of results.
    Lines(u64),
    /// Records of a failed file.
    Records(u64),
    /// Entries of the state.
    Entries(u64),
    /// A page about a run, which is removed.
    Page,
    /// A new version of a file that never replaced it, which is removed.
    LeftOver,
}

/// Sentences about removing a person. Paths and commands are ready to be printed.
pub(crate) trait ForgetWords {
    /// Neither an input nor results are named.
    fn forget_in_what(&self) -> String;

    /// There is no file of a run, and no state.
    fn forget_found_no_run(&self, results: &str) -> String;

    /// A run is not finished; `command` resumes it.
    fn forget_unfinished(&self, path: &str, command: &str) -> String;

    /// An undoing is not finished; `command` finishes it.
    fn forget_unfinished_undo(&self, path: &str, command: &str) -> String;

    /// The name of the results is no Unicode, so the files beside them cannot be told.
    fn forget_no_unicode(&self, path: &str) -> String;

    /// There is no state; `path` is where it was looked for, if anywhere.
    fn forget_no_state(&self, path: Option<&str>) -> String;

    /// Asks whether to change this many files.
    fn forget_question(&self, files: u64) -> String;

    fn forget_not_confirmed(&self) -> String;

    /// The heading of what was removed, or would be.
    fn forget_removed(&self, is_dry_run: bool) -> String;

    fn traces(&self, traces: Traces) -> String;

    /// Nothing was found in this many files.
    fn forget_found_nothing(&self, files: u64) -> String;

    /// The heading of files that could not be changed after a failure.
    fn forget_not_done(&self) -> String;

    /// The heading of files that were left.
    fn forget_left(&self) -> String;

    fn left(&self, left: Left) -> String;

    /// The data of the person that is elsewhere.
    fn forget_elsewhere(&self) -> String;
}
