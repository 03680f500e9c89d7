//! The subjects of the catalogue: a trait for each, a method for each sentence.

mod check;
mod doubts;
mod faults;
mod guards;
mod init;
mod input;
mod progress;
mod retry;
mod screens;
mod settings;
mod start;
mod summary;

pub(crate) use check::{CheckWords, Plans};
pub(crate) use doubts::DoubtWords;
pub(crate) use faults::{CodeWords, FaultWords};
pub(crate) use guards::GuardWords;
pub(crate) use init::{ConfigKey, InitWords, SurveyWords, YesNo};
pub(crate) use input::InputWords;
pub(crate) use progress::ProgressWords;
pub(crate) use retry::RetryWords;
pub(crate) use screens::{
    Absent, DoctorWords, ForgetWords, Headline, HistoryWords, Left, ListWords, Need, NextStep, PageLabel,
    PageWords, RowView, Traces, Trend, Undoing,
};
pub(crate) use settings::{Clash, KeyFault, Piece, SettingWords};
pub(crate) use start::{From, StartWords};
pub(crate) use summary::{Counted, NoteWords, SummaryWords};

use crate::model::EarlyEnd;
use crate::read::Change;

/// All sentences of a language.
pub(crate) trait Words:
    CheckWords
    + CodeWords
    + DoctorWords
    + DoubtWords
    + EndWords
    + FaultWords
    + ForgetWords
    + GuardWords
    + HistoryWords
    + InitWords
    + InputWords
    + ListWords
    + NoteWords
    + PageWords
    + ProgressWords
    + RetryWords
    + SettingWords
    + StartWords
    + SummaryWords
    + SurveyWords
    + YesNo
    + Sync
{
}

/// Sentences about the end of a command.
pub(crate) trait EndWords {
    /// The line below an error that names a page of the manual.
    fn see_topic(&self, topic: &str) -> String;

    /// Another program holds a file open.
    fn close_in_excel(&self) -> String;

    /// The window closes with the program.
    fn press_enter(&self) -> String;

    /// Introduces the command line that is meant.
    fn corrected(&self) -> String;

    /// Introduces the command line that keeps the outputs of the last export.
    fn keep_old(&self) -> String;

    /// Introduces the command line that goes on with an interrupted run.
    fn resume_it(&self) -> String;

    /// The program was double-clicked. `console` is the script beside it that opens a console.
    fn how_to_start(&self, console: Option<&str>) -> String;

    /// The same input was sent before; `fixed` rows of it that failed then went through since.
    fn already_sent(&self, when: Option<&str>, results: &str, fixed: Option<(u64, u64)>) -> String;

    /// The same input was sent before, and rows of it still fail.
    fn already_sent_with_failures(
        &self,
        when: Option<&str>,
        remaining: u64,
        failed: &str,
        retry: &str,
    ) -> String;
    /// Why a run ended before its input did.
    fn early_end(&self, end: &EarlyEnd) -> String;

    /// A request to stop before the first call.
    fn stopped_before_sending(&self, why: &str) -> String;
    /// `until` is the time of day at which the window ended.
    fn window_is_over(&self, until: &str) -> String;

    fn bug(&self, what: &str) -> String;

    /// A reason, and the command that resumes the run.
    fn resume_with(&self, why: &str, next: &str) -> String;

    /// The file is no longer what was read before the first call.
    fn changed_while_sent(&self, row: Option<u64>, change: &Change) -> String;

    /// The input, why it changed, and what to do.
    fn changed_input(&self, input: &str, why: &str, next: Option<&str>) -> String;
}
