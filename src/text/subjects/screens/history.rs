//! Sentences of `history`: what became of the rows night by night, or of a respondent.

use std::time::Duration;

use super::page::Headline;
use crate::model::Status;
use crate::report::{KeptRow, Known, NightKind};

/// What helps after the newest run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NextStep {
    /// A run is under way.
    UnderWay,
    /// The command that resumes the newest run, if it is known, and whether it lacks flags that the run had.
    Resume {
        command: Option<String>,
        lacks_flags: bool,
    },
    /// Rows failed: how many to fix and to send again, the failed file, the command.
    Retry {
        to_fix: u64,
        to_resend: u64,
        failed: String,
        command: String,
    },
}

/// Why a night has no row of a respondent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Absent {
    /// The export did not have the respondent.
    NotInExport,
    /// The run has not come to it, or was cut before.
    NotReached,
    /// Not all files of the night can be read.
    Unknown,
}

/// What is said beside the counts or the verdict of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RowView<'a> {
    pub(crate) row: &'a KeptRow,
    /// The error code in a few words.
    pub(crate) title: Option<&'a str>,
    /// The message, ready to be printed; `None` if it adds nothing.
    pub(crate) message: Option<&'a str>,
    /// When the verdict was reached.
    pub(crate) when: Option<&'a str>,
    /// The id as the results have it, if it is another than the one that was asked for.
    pub(crate) id: Option<&'a str>,
    /// The survey, if there are several.
    pub(crate) survey: Option<&'a str>,
}

/// Sentences about nights. Paths, messages and commands are ready to be printed.
pub(crate) trait HistoryWords {
    /// No run has left files.
    fn history_found_no_run(&self, results: &str) -> String;

    /// The heads of the columns: start, exit code, rows.
    fn history_heads(&self) -> [&'static str; 3];

    /// What kind of night it is, before its counts; `None` for a run.
    fn night_kind(&self, kind: NightKind) -> Option<String>;

    /// The counts of a night, its calls and how long it took, as far as they are known.
    fn night_counts(&self, counts: Headline, calls: Option<u64>, took: Option<Duration>) -> String;

    /// The run is under way: the counts are those so far.
    fn night_under_way(&self) -> String;

    /// The process was killed: the counts are those of its journal.
    fn night_killed(&self) -> String;

    /// A night without a call.
    fn night_unsent(&self, why: &str) -> String;

    /// The same in a few words.
    fn night_unsent_briefly(&self, code: u8) -> String;

    /// A night on which a run was expected.
    fn night_missed(&self) -> String;

    /// What a code means that is among the nights.
    fn code_means(&self, code: u8, meaning: &str) -> String;

    /// The results of a run are missing.
    fn history_no_results(&self) -> String;

    /// Below the nights: a run is under way.
    fn history_under_way(&self) -> String;

    /// Before the command that resumes the newest run, if that is known.
    fn history_resume(&self, has_command: bool, lacks_flags: bool) -> String;

    /// The heading of a respondent, with the survey if there is one alone.
    fn respondent_heading(&self, respondent: &str, survey: Option<&str>) -> String;

    fn status_word(&self, status: Status) -> &'static str;

    /// A row of the respondent.
    fn respondent_row(&self, row: RowView<'_>) -> String;

    fn respondent_absent(&self, absent: Absent) -> String;

    /// A sentence about one of several surveys.
    fn of_survey(&self, survey: &str, sentence: &str) -> String;

    /// When the labels were acknowledged last, and whether a later call may have changed them.
    fn last_acknowledged(&self, when: &str, may_be_changed: bool) -> String;

    /// None of the nights acknowledged the labels.
    fn never_acknowledged(&self, nights: u64, may_be_changed: bool) -> String;

    /// Nothing was found of the respondent, in the nights and in the state, if there is one.
    fn nothing_of_respondent(&self, respondent: &str, nights: u64) -> String;

    /// What the state knows of the respondent. `account` is named if there are several, `when` is the
    /// start of the run that wrote it.
    fn state_knows(&self, state: &str, known: &Known, account: Option<&str>, when: Option<&str>) -> String;

    fn state_knows_nothing(&self, state: &str) -> String;

    /// Some files could not be read, so something may be missing.
    fn history_incomplete(&self) -> String;
}
