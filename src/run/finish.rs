//! Concludes a run that is over: its summary, its report and its exit code.

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

use super::Failure;
use super::commands::send_file::Ran;
use super::next_command;
use super::next_command::retry_command;
use super::pages;
use super::pipeline::reader::ReadFault;
use super::pipeline::stages::{self, PipelineEnd};
use super::prepare::lock::Locks;
use crate::config::{Destination, ReadingSettings, RunSettings};
use crate::model::{EarlyEnd, Edited, Identity, ShownPath, local_time_in};
use crate::read::{InputError, RowsEnd};
use crate::record::{self, Header, Journal, OutputError, SentBefore, SummaryFile};
use crate::report::{
    Console, ExitCode, LogFormat, Reach, RunEnd, RunFacts, RunKind, RunReport, RunSummary, plain_command,
    to_json, to_stored_json,
};
use crate::text::{self, Message};

/// A run whose stages have ended and whose output files do not have their final names yet.
pub(super) struct Finished<'a> {
    pub(super) identity: &'a Identity,
    pub(super) settings: &'a RunSettings,
    /// Data rows of the input, if a first read counted them.
    pub(super) known_rows: Option<u64>,
    /// Start, fingerprint and content of the run, as the journal's first line records them.
    pub(super) header: Header,
    /// Rows that had their verdict before this process.
    pub(super) settled_before: u64,
    /// Time that the stages took.
    pub(super) elapsed: Duration,
    /// The command that resumes the run, if it can be resumed.
    pub(super) next: Option<String>,
    /// What people changed on the platform.
    pub(super) edited: Edited,
    /// Whether the mailing list was read before the calls.
    pub(super) has_list: bool,
    /// The file with the old values, and the command that puts them back.
    pub(super) undo: Option<(PathBuf, String)>,
    pub(super) ended: PipelineEnd,
}

/// A run whose output files have their final names, if it is complete.
pub(super) struct Settled<'a> {
    settings: &'a RunSettings,
    pub(super) report: RunReport,
    /// The journal of a complete run, which can be removed once the summary is written.
    journal: Option<Journal>,
}

impl Settled<'_> {
    /// Concludes the run. If it completed, its journal is removed. In every case the summary is
    /// written, people and machines get their report, and the exit code is chosen.
    pub(super) fn conclude(self, summary_file: SummaryFile, console: &Console) -> Ran {
        let Self {
            settings,
            mut report,
            journal,
        } = self;
        let outputs = &settings.outputs;
        let (page, results) = (outputs.page.clone(), outputs.paths.results.clone());
        let round = settings.reading.round.clone();
        let json = to_json(&report, &report.ending());
        // The command to resume with is a fact of its own, unless more is said about it.
        let why = text::early_end(&RunReport {
            next: report.next.clone().filter(|next| plain_command(next).is_none()),
            ..report.clone()
        });
        let facts = RunFacts::new(&report, why.as_ref(), &console.warnings());
        let stored = to_stored_json(&report, &report.ending(), &facts);
        let mut written = summary_file.finish(&stored, report.end == RunEnd::Complete);
        if written.is_ok()
            && let Some(journal) = journal
        {
            written = journal.remove();
        }
        if let Some(page) = page {
            if let Err(error) = pages::of_run(&page, &results, &stored, report.summary.failing_rows()) {
                pages::warn(&error);
                report.page = None;
            }
            if let Some(round) = round {
                pages::of_retried(&page.style, &round.run.paths);
            }
        }
        tell(&report, &json, console);
        let end = verdict(&report, written);
        Ran {
            report: Some(report),
            facts,
            end,
            sent_before: None,
            locks: Locks::default(),
        }
    }
}

impl<'a> Finished<'a> {
    /// Gives the output files of a complete run their final names.
    pub(super) fn settle(self) -> Settled<'a> {
        let PipelineEnd {
            read,
            tally,
            send,
            written,
            recorder,
            summary,
        } = self.ended;
        let counted = read.as_ref().and_then(|read| read.as_ref().ok()).copied();
        let rows = self
            .known_rows
            .or(counted.map(|end| end.rows))
            .unwrap_or_else(|| summary.rows());
        let (mut journal, mut failed_digest) = (None, None);
        let end = match end(
            rows,
            &summary,
            written.err().map(Message::from_error),
            send.early,
            read,
        ) {
            RunEnd::Complete => match recorder.finish() {
                Ok((removable, digest)) => {
                    (journal, failed_digest) = (Some(removable), digest);
                    RunEnd::Complete
                }
                Err(error) => RunEnd::NotWritten(Message::from_error(error)),
            },
            end => end,
        };
        let RunSettings { reading, outputs, .. } = self.settings;
        let store_runs = self.header.store_runs();
        let report = RunReport {
            identity: self.identity.clone(),
            input: reading.input.to_string(),
            started_at: self.header.started_at,
            finished_at: Timestamp::now(),
            fingerprint: self.header.fingerprint,
            content_since: self.header.content_since,
            kind: kind(reading),
            rehearsal: outputs.paths.rehearsal,
            end,
            rows,
            settled_before: self.settled_before,
            notes: stages::notes(
                &tally,
                counted.map_or(0, |end| end.blank_records),
                reading.only_last,
            ),
            attempts: send.attempts,
            retries: send.retries,
            control_calls: send.control_calls,
            mean_rate: send.mean_rate,
            most_in_a_second: send.most_in_a_second,
            slow_downs: send.slow_downs,
            taken_rate: send.taken_rate,
            course: send.course,
            most_in_flight: send.most_in_flight,
            elapsed: self.elapsed,
            may_be_empty: reading.options.may_be_empty,
            accept_failures: outputs.accept_failures,
            results: next_command::beside_us(&outputs.paths.results),
            failed: next_command::beside_us(&outputs.paths.failed),
            page: outputs
                .page
                .as_ref()
                .map(|page| next_command::beside_us(&page.path)),
            rate: self.settings.calls.send.rate.per_second(),
            used: self.settings.used.clone(),
            reach: reach(self.settings),
            page_path: pages::absolute(outputs.page.as_ref()),
            page_from_results: pages::from_results(outputs.page.as_ref(), &outputs.paths.results),
            expect: outputs.expect,
            failed_digest,
            settings: self.settings.recorded.clone(),
            first_store_run: store_runs.map(|(first, _)| first),
            store: self.header.store,
            retry_of: self.header.retry_of,
            edited: self.edited,
            has_list: self.has_list,
            undo: self.undo,
            verified: None,
            next: self.next,
            next_command: None,
            summary,
        };
        let report = RunReport {
            next_command: next_command_after(&report, self.settings),
            ..report
        };
        Settled {
            settings: self.settings,
            report,
            journal,
        }
    }
}

/// Returns what to type after a run. What the sandbox took is gone with it.
fn next_command_after(report: &RunReport, settings: &RunSettings) -> Option<String> {
    let is_typed = !settings.is_undo && !matches!(settings.destination, Destination::Sandbox);
    if report.end != RunEnd::Complete || !is_typed {
        return None;
    }
    next_command::after_run(report, &settings.reading, &settings.outputs.paths)
}

fn reach(settings: &RunSettings) -> Reach {
    match settings.destination {
        Destination::Sandbox => Reach::Sandbox,
        Destination::Platform { .. } if settings.reading.plan.selection.is_partial() => Reach::SomeRows,
        Destination::Platform { .. } => Reach::Whole,
    }
}

fn tell(report: &RunReport, json: &str, console: &Console) {
    let code = report.verdict().exit_code();
    match console.format() {
        // A quiet console shows warnings only.
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
        LogFormat::Text => {
            let text = text::summary(report, console.screen(), console.is_verbose());
            console.show(&text);
        }
    }
}

/// Returns the exit code, or a failure if the run did not complete.
fn verdict(report: &RunReport, written: Result<(), OutputError>) -> Result<ExitCode, Failure> {
    let code = report.verdict().exit_code();
    let Some(error) = text::early_end(report) else {
        // Everything was sent, so a fault of an output is not a fault of the command line.
        return written.map(|()| code).map_err(|error| {
            let why = Message::from_error(error);
            let error = match &report.next {
                Some(next) => why.map(|words, why| words.resume_with(why, next)),
                None => why,
            };
            Failure {
                code: ExitCode::Output,
                error: error.into(),
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
        error: error.into(),
    })
}

fn kind(reading: &ReadingSettings) -> RunKind {
    match (&reading.round, reading.plan.selection.is_of_one()) {
        (Some(_), _) => RunKind::Round,
        (None, true) => RunKind::TrialOfOne,
        (None, false) => RunKind::Whole,
    }
}

/// Returns how the stages ended; of several reasons the most serious one. The renaming of the
/// output files comes later and is not considered.
pub(super) fn end(
    rows: u64,
    summary: &RunSummary,
    unwritten: Option<Message>,
    early: Option<EarlyEnd>,
    read: Option<Result<RowsEnd, ReadFault>>,
) -> RunEnd {
    match (unwritten, early, read) {
        (Some(error), _, _) => RunEnd::NotWritten(error),
        (_, Some(early), _) => RunEnd::Early(early),
        (_, _, Some(Err(error))) if error.is_of_own_files() => RunEnd::NotWritten(Message::from_error(error)),
        (_, _, Some(Err(ReadFault::Input(InputError::Changed { row, change })))) => {
            RunEnd::InputChanged(Message::new(|words| words.changed_while_sent(row, &change)))
        }
        (_, _, Some(Err(error))) => RunEnd::InputBroke(Message::from_error(error)),
        _ if summary.rows() != rows => RunEnd::Bug("the outcomes do not add up to the rows".to_owned()),
        _ => RunEnd::Complete,
    }
}

/// Ends a run whose input was sent completely to the same destination before. Nothing is sent, and
/// the verdict is the same as then. Old sets of outputs are deleted as usual.
pub(super) fn already_sent(settings: &RunSettings, before: &SentBefore) -> Result<Ran, Failure> {
    let RunSettings { reading, outputs, .. } = settings;
    let paths = &outputs.paths;
    if let Some(keep) = outputs.existing.rotate {
        record::delete_old_sets(paths, keep).map_err(Failure::output)?;
    }
    if let Some(page) = &outputs.page {
        pages::of_earlier(page, paths);
    }
    let SentBefore {
        exit_code,
        finished_at,
        failures,
        fixed,
        remaining,
        failed,
        is_mended,
        ..
    } = before;
    let when = |lang| finished_at.map(|time| local_time_in(lang, time));
    // If no row failed, the code was about the mailing list, which `verify` reads.
    let (code, message) = if *is_mended || *exit_code == ExitCode::Success.code() || *remaining == 0 {
        let results = paths.results.shown().to_string();
        let fixed = is_mended.then_some((*fixed, failures.saturating_sub(*fixed)));
        let message =
            Message::in_both(|words, lang| words.already_sent(when(lang).as_deref(), &results, fixed));
        tracing::info!(event = "already_sent", polish = message.polish(), "{message}");
        (ExitCode::Success, message)
    } else {
        let (retry, failed) = (retry_command(reading, paths), failed.shown().to_string());
        let message = Message::in_both(|words, lang| {
            words.already_sent_with_failures(when(lang).as_deref(), *remaining, &failed, &retry)
        });
        tracing::warn!(event = "already_sent", polish = message.polish(), "{message}");
        (ExitCode::RowsFailed, message)
    };
    Ok(Ran {
        sent_before: Some(message.to_string()),
        ..Ran::unsent(Ok(code))
    })
}
