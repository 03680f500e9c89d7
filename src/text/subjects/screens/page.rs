//! Sentences of the HTML pages: the report of a run, and the overview of many.

use crate::model::Status;
use crate::report::StoredRun;

/// A heading, a column's name or another fixed word of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PageLabel {
    Report,
    Done,
    NeedsYou,
    /// Every row is well, and the mailing list does not show all labels as they were sent.
    LabelsNeedYou,
    StoppedEarly,
    NothingSent,
    Next,
    Resume,
    ExcelHint,
    Copy,
    Copied,
    Split,
    Reasons,
    Rows,
    RowsSoFar,
    Row,
    Count,
    Reason,
    Remedy,
    Message,
    Code,
    Respondent,
    Search,
    SortHint,
    Course,
    Time,
    Calls,
    FailedCalls,
    PerSecond,
    AgreedRate,
    Waiting,
    Numbers,
    Warnings,
    ResponseTimes,
    Answers,
    Settings,
    About,
    Input,
    Started,
    Finished,
    Duration,
    Result,
    RunId,
    Version,
    Results,
    FailedFile,
    Overview,
    Internal,
    Job,
    Nights,
    LastSuccess,
    Trend,
    Needs,
    FailedRows,
    Missed,
    Refused,
    Details,
    Unreadable,
    Nothing,
    Never,
}

/// The counts of a run's first sentence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Headline {
    pub(crate) rows: u64,
    pub(crate) updated: u64,
    pub(crate) to_fix: u64,
    pub(crate) to_resend: u64,
    pub(crate) unchanged: u64,
    pub(crate) skipped: u64,
    pub(crate) not_reached: u64,
}

impl From<&StoredRun> for Headline {
    fn from(run: &StoredRun) -> Self {
        Self {
            rows: run.rows,
            updated: run.count(Status::Success),
            to_fix: run.to_fix(),
            to_resend: run.to_resend(),
            unchanged: run.unchanged(),
            skipped: run.skipped(),
            not_reached: run.not_reached,
        }
    }
}

/// How a job's failures develop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trend {
    More,
    Fewer,
    Steady,
}

/// What a job needs of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Rows to edit, and what most of them have in common, if that is known.
    Fix(u64, Option<&'static str>),
    Resend(u64),
    /// It ended early; the exit code.
    Stopped(u8),
    /// The last night made no call: when and why.
    Refused(String, String),
    /// It was interrupted, and left no summary.
    Interrupted,
    /// No run since then.
    NoRunSince(String),
}

/// Sentences of the pages.
pub(crate) trait PageWords {
    fn label(&self, label: PageLabel) -> &'static str;

    /// The sentence that says how a run went.
    fn headline(&self, counts: Headline) -> String;

    /// What an exit code means, as one clause.
    fn exit_meaning(&self, code: u8) -> &'static str;

    /// A trial of some rows.
    fn of_trial(&self) -> String;

    /// A rehearsal in the sandbox.
    fn of_sandbox(&self) -> String;

    /// What retries have brought since.
    fn mended_since(&self, fixed: u64, remaining: u64) -> String;

    /// Why a run made no call, where its error may not be repeated.
    fn why_on_screen(&self, code: u8) -> String;

    /// The same input came again.
    fn checked_again(&self, when: &str) -> String;

    /// A night without a call, as the same input was sent before.
    fn nothing_new(&self) -> String;

    /// A night without a call.
    fn unsent_night(&self, code: u8, why: &str) -> String;

    /// Below that, the run before is shown.
    fn run_before(&self, when: Option<&str>) -> String;

    /// Rows that do not fit on the page.
    fn rows_beyond(&self, more: u64, file: &str) -> String;

    /// A message that may be about a person, and so is not on the page.
    fn message_in(&self, file: &str) -> String;

    /// The split of a run for those who do not see it.
    fn split_described(&self, headline: &str) -> String;

    /// The chart of calls: how many, in which time, the highest rate of a bucket.
    fn course_described(&self, calls: u64, failed: u64, from: &str, until: &str) -> String;

    /// Calls are counted from here, because earlier ones belong to a process that was interrupted.
    fn course_since_resume(&self, when: &str) -> String;

    fn waited(&self, from: &str, until: &str, reason: &str) -> String;

    /// A share of the answers came within this time.
    fn within(&self, per_cent: u64, time: &str) -> String;

    fn longest(&self, time: &str) -> String;

    /// The distribution of response times for those who do not see it.
    fn times_described(&self, answers: u64, median: &str) -> String;

    /// A time that the answers of a bar do not reach.
    fn below(&self, time: &str) -> String;

    /// What of people is on the page.
    fn page_holds(&self, ids: bool) -> String;

    /// Who may read the file.
    fn page_readers(&self, group: Option<&str>) -> String;

    /// The page is made of the results alone.
    fn summary_missing(&self, path: &str) -> String;

    /// The page is written.
    fn page_written(&self, path: &str) -> String;

    fn page_not_written(&self, why: &str) -> String;

    fn no_group(&self, name: &str, why: &str) -> String;

    fn no_results(&self, path: &str, why: &str) -> String;

    fn not_of_this_tool(&self, path: &str, why: &str) -> String;

    fn one_file_each(&self) -> String;

    fn only_text_of_stream(&self) -> String;

    fn nothing_here(&self, path: &str) -> String;

    fn no_summaries(&self) -> String;

    fn overview_needs_output(&self) -> String;

    /// The first sentence of an overview.
    fn overview_headline(&self, jobs: u64, needing: u64) -> String;

    fn need(&self, need: &Need) -> String;

    fn trend(&self, trend: Trend) -> &'static str;

    /// A job's nights for those who do not see the bars.
    fn nights_described(&self, job: &str, runs: u64, missed: u64) -> String;

    /// A night of the overview's table.
    fn night(&self, counts: Headline, code: u8) -> String;

    /// The subject of a mail about a run.
    fn mail_subject(&self, input: &str, code: u8) -> String;

    /// Where the page is.
    fn page_is(&self, path: &str) -> String;

    /// Rows by their error code.
    fn rows_with_code(&self, rows: u64, title: &str, code: &str) -> String;
}
