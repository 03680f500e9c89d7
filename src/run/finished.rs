//! A run that is over: its summary, its last words, its exit code.

use std::path::Path;

use super::Failure;
use super::pipeline::PipelineEnd;
use super::reader::ReadFault;
use crate::model::EarlyEnd;
use crate::read::RowsEnd;
use crate::record::{Journal, OutputError, OutputPaths, SentBefore, SummaryFile};
use crate::report::{Console, ExitCode, LogFormat, RunEnd, RunReport, counted, local_time, to_json, to_text};

/// A run that is over, and the files that are still to be written or removed.
pub(super) struct Finished {
    pub(super) report: RunReport,
    pub(super) summary_file: SummaryFile,
    /// Of a run that came to its end.
    pub(super) journal: Option<Journal>,
}

impl Finished {
    /// Gives the files of a run that came to its end their names, and takes in how it ended.
    pub(super) fn of(mut report: RunReport, summary_file: SummaryFile, ended: PipelineEnd) -> Self {
        let unwritten = ended.written.err().map(in_full);
        let mut journal = None;
        report.end = match end(&report, unwritten, ended.send.early, ended.read) {
            RunEnd::Complete => match ended.recorder.finish() {
                Ok((removable, digest)) => {
                    journal = Some(removable);
                    report.failed_digest = digest;
                    RunEnd::Complete
                }
                Err(error) => RunEnd::NotWritten(in_full(error)),
            },
            end => end,
        };
        Self {
            report,
            summary_file,
            journal,
        }
    }

    /// Writes the summary, removes the journal of a run that came to its end, tells people and machines, and chooses the
    /// exit code.
    pub(super) fn conclude(
        self,
        summary_to: Option<&Path>,
        console: &Console,
    ) -> (RunReport, Result<ExitCode, Failure>) {
        let Finished {
            report,
            summary_file,
            journal,
        } = self;
        let json = to_json(&report);
        let mut written = summary_file.finish(&json, report.end == RunEnd::Complete);
        if written.is_ok()
            && let Some(journal) = journal
        {
            written = journal.remove();
        }
        if summary_to == Some(Path::new("-")) {
            console.print(&json);
        }
        tell(&report, &json, console);
        let end = verdict(&report, written);
        (report, end)
    }
}

fn tell(report: &RunReport, json: &str, console: &Console) {
    let code = report.verdict().exit_code();
    match console.format() {
        // A quiet console takes what is worth a warning.
        LogFormat::Json if code == ExitCode::Success => {
            tracing::info!(
                event = "run_finished",
                exit_code = code.code(),
                summary = json.trim_end(),
                "the run is over"
            );
        }
        LogFormat::Json => {
            tracing::warn!(
                event = "run_finished",
                exit_code = code.code(),
                summary = json.trim_end(),
                "the run is over"
            );
        }
        LogFormat::Text if console.is_quiet() && code == ExitCode::Success => {}
        LogFormat::Text => console.say(&to_text(report)),
    }
}

/// The exit code, or why it is none of a run that came to its end.
fn verdict(report: &RunReport, written: Result<(), OutputError>) -> Result<ExitCode, Failure> {
    let code = report.verdict().exit_code();
    let Some(error) = report.error() else {
        // Everything was sent, so whatever is wrong with an output now is no fault of the command line.
        return written.map(|()| code).map_err(|error| {
            let next = report.next.as_ref().map(|next| format!("; to go on: {next}"));
            Failure {
                code: ExitCode::Output,
                error: anyhow::anyhow!("{:#}{}", anyhow::Error::from(error), next.unwrap_or_default()),
            }
        });
    };
    if let Err(unwritten) = written {
        tracing::warn!(
            event = "summary_not_written",
            "the summary is not written: {:#}",
            anyhow::Error::from(unwritten)
        );
    }
    Err(Failure {
        code,
        error: anyhow::Error::msg(error),
    })
}

/// How the stages ended, the gravest first; nothing of the files that are still to get their names.
fn end(
    report: &RunReport,
    unwritten: Option<String>,
    early: Option<EarlyEnd>,
    read: Option<Result<RowsEnd, ReadFault>>,
) -> RunEnd {
    match (unwritten, early, read) {
        (Some(error), _, _) => RunEnd::NotWritten(error),
        (_, Some(early), _) => RunEnd::Early(early),
        (_, _, Some(Err(error))) if error.is_of_own_files() => RunEnd::NotWritten(in_full(error)),
        (_, _, Some(Err(error))) => RunEnd::InputBroke(in_full(error)),
        _ if !report.adds_up() => RunEnd::Bug("the outcomes do not add up to the rows".to_owned()),
        _ => RunEnd::Complete,
    }
}

/// An error with its causes.
fn in_full(error: impl Into<anyhow::Error>) -> String {
    format!("{:#}", error.into())
}

/// The same input went to the same place before, to its end: nothing is sent, and the verdict is the same.
pub(super) fn already_sent(paths: &OutputPaths, before: &SentBefore) -> ExitCode {
    let SentBefore {
        exit_code,
        finished_at,
        failures,
    } = *before;
    let when = finished_at
        .map(|time| format!(" on {}", local_time(time)))
        .unwrap_or_default();
    let results = paths.results.display();
    if exit_code == ExitCode::Success.code() {
        tracing::info!(
            event = "already_sent",
            "already sent{when}: `{results}` has a line for every row of this input; nothing was sent now"
        );
        return ExitCode::Success;
    }
    tracing::warn!(
        event = "already_sent",
        "already sent{when}, and {} of it failed: `{}` holds what is to be fixed or sent again; nothing was sent now",
        counted(failures, "row"),
        paths.failed.display()
    );
    ExitCode::RowsFailed
}
