//! The summary for people. It quotes the platform and never a cell ([rule 12](crate::rules#rule-12)).

use std::fmt::Write as _;

use crate::model::{ErrorCode, ShownPath, Status, clean};
use crate::report::run_report::Verdict;
use crate::report::totals::{CodeCount, Reader};
use crate::report::{RunEnd, RunReport, counted, duration, per_second, thousands};

/// Maximum number of messages shown per error code.
const MESSAGES_SHOWN: usize = 3;

/// Formats the summary as text of several lines, with a line end.
pub(crate) fn to_text(report: &RunReport, reader: Reader) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    write_text(report, reader, &mut text).ok();
    text
}

fn write_text(report: &RunReport, reader: Reader, text: &mut String) -> std::fmt::Result {
    let summary = &report.summary;
    let counts: Vec<String> = Status::ALL
        .into_iter()
        .filter(|status| summary.count(*status) > 0 || *status == Status::Success)
        .map(|status| format!("{} {}", thousands(summary.count(status)), status.name()))
        .collect();
    write!(
        text,
        "{}: {} in {}: {}",
        report.input,
        counted(report.rows, "row"),
        duration(report.elapsed),
        counts.join(", ")
    )?;
    match report.not_reached() {
        0 => writeln!(text)?,
        rows => writeln!(text, ", {} not reached", thousands(rows))?,
    }
    if report.settled_before > 0 {
        writeln!(
            text,
            "  {} {} already settled by the run before",
            counted(report.settled_before, "row"),
            if report.settled_before == 1 { "was" } else { "were" }
        )?;
    }
    write_calls(report, text)?;
    report.notes.write(text)?;
    for (code, count) in summary.codes() {
        write_code(report, (code, count), reader, text)?;
        if code == ErrorCode::NotSelected && count.rows == report.rows {
            writeln!(text, "    no row was selected: are these ids in the input?")?;
        }
    }
    if summary.overtaken > 0 {
        writeln!(
            text,
            "  {} of the failed rows were overtaken by a later row of the same respondent: `retry` leaves them out, \
             because sending them would undo that",
            thousands(summary.overtaken)
        )?;
    }
    write_files(report, text)
}

fn write_code(
    report: &RunReport,
    (code, count): (ErrorCode, &CodeCount),
    reader: Reader,
    text: &mut String,
) -> std::fmt::Result {
    let rows = thousands(count.rows);
    let Some(advice) = code.advice() else {
        return writeln!(text, "  {} {rows}: {}", code.name(), code.meaning());
    };
    // A run that stopped early is to be resumed; it has no failed file yet that could be sent.
    let cut_short = report.end != RunEnd::Complete && code != ErrorCode::Stopped;
    let advice = if cut_short { code.meaning() } else { advice };
    writeln!(text, "  {} {rows}: {advice}", code.name())?;
    let shown = count.commonest(MESSAGES_SHOWN, reader.for_code(code));
    for (message, times) in &shown {
        writeln!(text, "    {} × {}", thousands(*times), clean(message))?;
    }
    match count.rows - shown.iter().map(|(_, times)| times).sum::<u64>() {
        0 => Ok(()),
        others if shown.is_empty() => writeln!(
            text,
            "    the reasons are in the results, not here: each may be about a person ({} rows)",
            thousands(others)
        ),
        others => writeln!(text, "    {} × other reasons", thousands(others)),
    }
}

fn write_calls(report: &RunReport, text: &mut String) -> std::fmt::Result {
    if report.attempts == 0 {
        return Ok(());
    }
    write!(
        text,
        "  {} ({} repeated)",
        counted(report.attempts, "call"),
        thousands(report.retries)
    )?;
    if let Some(mean) = report.mean_rate {
        write!(text, ", {} on average", per_second(mean))?;
    }
    writeln!(
        text,
        ", at most {} in any one second and {} in flight",
        thousands(report.most_in_a_second as u64),
        thousands(report.most_in_flight as u64)
    )?;
    if report.control_calls > 0 {
        writeln!(
            text,
            "  {} among them: an update that had succeeded before was repeated, to learn whether failures were the rows' \
             own fault",
            counted(report.control_calls, "control call")
        )?;
    }
    if report.slow_downs > 0 {
        let asked = match report.slow_downs {
            1 => "once".to_owned(),
            more => format!("{} times", thousands(more)),
        };
        match report.taken_rate {
            Some(taken) if taken > 0.0 => writeln!(
                text,
                "  the platform asked to slow down {asked} (429): it took {}; a lower `--rate` would spare the \
                 repeated calls",
                per_second(taken)
            ),
            None if report.attempts > report.slow_downs => writeln!(
                text,
                "  the platform asked to slow down {asked} (429): a lower `--rate` would spare the repeated calls"
            ),
            _ => writeln!(
                text,
                "  the platform asked to slow down {asked} (429) and took nothing: is a quota used up?"
            ),
        }?;
    }
    Ok(())
}

fn write_files(report: &RunReport, text: &mut String) -> std::fmt::Result {
    let (results, failed) = (report.results.shown(), report.failed.shown());
    if report.end == RunEnd::Complete {
        writeln!(text, "  results: {results}")?;
        if report.summary.failures() > 0 {
            writeln!(text, "  rows to be fixed or sent again: {failed}")?;
        }
        return Ok(());
    }
    if matches!(report.verdict(), Verdict::NotWritten | Verdict::Bug) {
        return writeln!(
            text,
            "  every verdict up to here is safe in {results}.journal; what is not in it may have been sent, and is sent \
             again when the run is resumed"
        );
    }
    writeln!(
        text,
        "  what was reached is in {results}.partial, what failed of it in {failed}.partial; rows that are not in it were \
         not sent"
    )
}
