//! The screen at the end of a run: did it work, what needs a person, what to type next. It quotes the
//! platform and never a cell ([rule 12](crate::rules#rule-12)); the contact of a trial is named on a
//! terminal alone. Pure.

pub(in crate::text) mod reasons;

use crate::model::{Action, ErrorCode, Lang, ShownPath, Status, clean};
use crate::report::{Diagnosis, Notes, Reader, RunEnd, RunReport, Screen, Tone, Verdict, Verified};
use crate::text::number::thousands;
use crate::text::subjects::Counted;
use crate::text::{Words, title, words};

/// The column where a reason's count begins.
const REASON_INDENT: usize = 6;

/// Formats the summary as text of several lines, with a line end. `has_details` adds what only a
/// curious reader wants.
pub(crate) fn summary(report: &RunReport, screen: Screen, has_details: bool) -> String {
    let page = Page {
        report,
        screen,
        words: words(screen.lang),
    };
    let mut text = page.diagnosis();
    text += &page.counts();
    text += &page.warnings();
    text += &page.read_back();
    if has_details {
        text += &page.details();
    }
    text += &page.footer();
    text += &page.next();
    text
}

struct Page<'a> {
    report: &'a RunReport,
    screen: Screen,
    words: &'static dyn Words,
}

impl Page<'_> {
    fn diagnosis(&self) -> String {
        let Some(diagnosis) = self.report.diagnosis() else {
            return String::new();
        };
        let text = match diagnosis {
            Diagnosis::NobodyFound { rows, message } => self.words.nobody_found(rows, &clean(&message)),
            Diagnosis::AllInvalid { rows, message } => {
                self.words.all_invalid(rows, reasons::parts(&message).0)
            }
            Diagnosis::NoAddressKnown { rows } => self.words.no_address_known(rows),
        };
        self.screen.line(0, 2, &self.screen.toned(Tone::Bad, &text)) + "\n"
    }

    /// The counts, each with the reasons below it.
    fn counts(&self) -> String {
        let summary = &self.report.summary;
        let rows_to = |action| {
            let codes = summary.codes();
            let codes = codes.filter(|(code, _)| code.advice().is_some() && code.action() == action);
            codes.map(|(_, count)| count.failures).sum::<u64>()
        };
        let (to_fix, to_resend) = (rows_to(Action::Fix), rows_to(Action::Resend));
        let unchanged = summary.rows_of(ErrorCode::Unchanged);
        let skipped = summary.count(Status::Skipped) - unchanged;
        let success = summary.count(Status::Success);
        let good = if success > 0 { Tone::Good } else { Tone::Plain };
        let failed = match self.report.end {
            RunEnd::Complete => self.report.failed.shown().to_string(),
            _ => String::new(),
        };
        let lines = [
            (Counted::Updated, success, good, String::new()),
            (Counted::ToFix, to_fix, Tone::Look, failed.clone()),
            (
                Counted::ToResend,
                to_resend,
                Tone::Look,
                if to_fix > 0 { String::new() } else { failed },
            ),
            (Counted::Unchanged, unchanged, Tone::Plain, String::new()),
            (Counted::Skipped, skipped, Tone::Plain, String::new()),
            (
                Counted::NotReached,
                self.report.not_reached(),
                Tone::Look,
                String::new(),
            ),
        ];
        let lines: Vec<_> = lines
            .into_iter()
            .filter(|(counted, count, ..)| *count > 0 || *counted == Counted::Updated)
            .collect();
        let named = lines.iter().map(|(counted, count, ..)| (*counted, *count));
        let column = Column::new(self.screen.lang, named);
        let mut text = String::new();
        for (counted, count, tone, extra) in lines {
            let line = column.line(self.screen, (counted, count), tone, &extra);
            text += &self.screen.line(2, 4, &line);
            text += &match counted {
                Counted::ToFix => self.reasons(Action::Fix, &column),
                Counted::ToResend => self.reasons(Action::Resend, &column),
                Counted::Skipped => self.skipped(&column),
                _ => String::new(),
            };
        }
        text
    }

    fn reasons(&self, action: Action, column: &Column) -> String {
        let reasons = reasons::of(self.report, action, self.screen, self.words);
        reasons
            .iter()
            .map(|reason| reason.lines(self.screen, column.digits, self.words))
            .collect()
    }

    /// Why rows were left out.
    fn skipped(&self, column: &Column) -> String {
        let codes = self.report.summary.codes();
        let codes = codes.filter(|(code, _)| *code != ErrorCode::Unchanged);
        let lines = codes.filter_map(|(code, count)| {
            let rows = count.rows - count.failures;
            let text = title(self.screen.lang, code);
            (rows > 0).then(|| column.reason(self.screen, rows, text))
        });
        lines.collect()
    }

    /// What should not be overlooked, besides failed rows.
    fn warnings(&self) -> String {
        let (report, words) = (self.report, self.words);
        let Notes {
            damaged,
            repeated,
            repeated_differently,
            repeated_at_least,
            only_last,
            other_zeros,
            other_zeros_at_least,
            ..
        } = report.notes;
        let codes = report.summary.rows_of(ErrorCode::NotSelected);
        let selects_nobody = codes > 0 && codes == report.rows;
        let overtaken = report.summary.overtaken;
        let differing = words.repeated(repeated, repeated_differently, repeated_at_least, only_last);
        let all = [
            (selects_nobody, words.nobody_selected()),
            (overtaken > 0, words.overtaken(overtaken)),
            (damaged > 0, words.damaged_values(damaged)),
            (repeated_differently > 0, differing),
            (
                other_zeros > 0,
                words.ids_with_other_zeros(other_zeros, other_zeros_at_least),
            ),
            (report.slow_downs > 0, self.slow_downs()),
        ];
        let all = all.into_iter().filter(|(counts, _)| *counts);
        all.map(|(_, text)| self.screen.line(2, 4, &text)).collect()
    }

    /// What people changed on the platform, and what the mailing list has after the run.
    fn read_back(&self) -> String {
        let (report, words) = (self.report, self.words);
        let mut lines = Vec::new();
        let edited = report.edited;
        if edited.overwritten > 0 || edited.kept > 0 {
            lines.push(words.edited(edited.overwritten, edited.kept));
        }
        if let Some(verified) = &report.verified {
            lines.extend(read_back(verified, words));
        }
        if let Some((_, command)) = &report.undo {
            lines.push(words.how_to_undo(command));
        }
        lines.iter().map(|line| self.screen.line(2, 4, line)).collect()
    }

    fn slow_downs(&self) -> String {
        let RunReport {
            slow_downs,
            taken_rate,
            attempts,
            ..
        } = *self.report;
        match taken_rate {
            Some(taken) if taken > 0.0 => self.words.slowed_down(slow_downs, Some(taken)),
            None if attempts > slow_downs => self.words.slowed_down(slow_downs, None),
            _ => self.words.took_nothing(slow_downs),
        }
    }

    fn details(&self) -> String {
        let (report, words) = (self.report, self.words);
        let notes = &report.notes;
        let calls = words.calls(
            report.attempts,
            report.retries,
            report.most_in_a_second as u64,
            report.most_in_flight as u64,
        );
        let all = [
            (report.attempts > 0, calls),
            (
                report.control_calls > 0,
                words.control_calls(report.control_calls),
            ),
            (notes.blank_records > 0, words.blank_records(notes.blank_records)),
            (notes.blanks_skipped > 0, words.blank_cells(notes.blanks_skipped)),
            (notes.ids_trimmed > 0, words.ids_trimmed(notes.ids_trimmed)),
            (
                notes.repeated > 0 && notes.repeated_differently == 0,
                words.repeated(notes.repeated, 0, notes.repeated_at_least, notes.only_last),
            ),
        ];
        let all = all.into_iter().filter(|(counts, _)| *counts);
        all.map(|(_, text)| self.screen.line(2, 4, &text)).collect()
    }

    /// How long it took, and where everything is.
    fn footer(&self) -> String {
        let (report, words) = (self.report, self.words);
        let mut text = String::new();
        if report.settled_before > 0 {
            let settled = words.settled_before(report.settled_before);
            text += &self.screen.line(2, 4, &settled);
        }
        let took = words.took(report.elapsed, report.mean_rate);
        let results = report.results.shown().to_string();
        let files = match report.verdict() {
            Verdict::NotWritten | Verdict::Bug => words.journal_is_safe(&results),
            _ if report.end == RunEnd::Complete => words.results_are(&results),
            _ => words.partial_results(
                &format!("{results}.partial"),
                &format!("{}.partial", report.failed.shown()),
            ),
        };
        let page = report.page.as_ref();
        let page = page.map(|page| format!(" · {}", words.page_written(&page.shown().to_string())));
        let page = page.unwrap_or_default();
        text + &self.screen.line(2, 4, &format!("{took} · {files}{page}"))
    }

    /// The one command to type next. The error line of a run that ended early has its own.
    fn next(&self) -> String {
        let (report, words) = (self.report, self.words);
        let mut text = String::new();
        if let Some((row, respondent)) = report.trial_contact()
            && self.screen.reader == Reader::Person
        {
            let contact = words.updated_contact(&clean(respondent), row);
            text += &("\n".to_owned() + &self.screen.line(0, 2, &contact));
        }
        // A cause that all rows share is not mended in the failed file.
        let Some(next) = report
            .next_command
            .as_ref()
            .filter(|_| report.diagnosis().is_none())
        else {
            return text;
        };
        let to_fix = report.summary.rows_to_fix();
        let what = match (report.summary.failures(), to_fix) {
            (0, _) => words.next_all(),
            (failures, 0) => words.next_resend(failures),
            (_, rows) => words.next_fix(rows, &report.failed.shown().to_string()),
        };
        let command = self.screen.toned(Tone::Strong, next);
        text + "\n" + &self.screen.line(0, 2, &what) + &format!("  {command}\n")
    }
}

/// Says what the mailing list has after a run.
pub(crate) fn read_back(verified: &Verified, words: &dyn Words) -> Vec<String> {
    let mut lines = Vec::new();
    if verified.labels() > 0 {
        lines.push(words.read_back(verified));
    } else if verified.unread.is_none() && !verified.cut_short {
        lines.push(words.nothing_to_read_back());
    }
    if verified.cut_short {
        lines.push(words.read_back_cut_short());
    }
    let file = verified.file.as_ref();
    lines.extend(file.map(|file| words.read_back_in_file(&file.shown().to_string())));
    lines
}

/// The widths of a column of counts with their words.
pub(super) struct Column {
    lang: Lang,
    words: &'static dyn Words,
    /// Width of the widest count.
    pub(super) digits: usize,
    /// Width of the widest word.
    label: usize,
}

impl Column {
    pub(super) fn new(lang: Lang, counts: impl Iterator<Item = (Counted, u64)>) -> Self {
        let words = words(lang);
        let width = |text: &str| text.chars().count();
        let (digits, label) = counts.fold((1, 1), |(digits, label), (counted, count)| {
            (
                digits.max(width(&thousands(lang, count))),
                label.max(width(&words.counted(counted, count))),
            )
        });
        Self {
            lang,
            words,
            digits,
            label,
        }
    }

    /// Formats a count with its word and what stands beside it.
    pub(super) fn line(
        &self,
        screen: Screen,
        (counted, count): (Counted, u64),
        tone: Tone,
        extra: &str,
    ) -> String {
        let word = self.words.counted(counted, count);
        let padding = if extra.is_empty() { 0 } else { self.label };
        let number = format!("{:>1$}", thousands(self.lang, count), self.digits);
        if self.words.counts_follow() {
            let word = screen.toned(tone, &format!("{word:<0$}", self.label));
            return format!("{word}  {number}   {extra}").trim_end().to_owned();
        }
        let word = screen.toned(tone, &format!("{word:<padding$}"));
        format!("{number} {word}   {extra}").trim_end().to_owned()
    }

    /// Formats what to do about a reason.
    pub(super) fn advice(&self, screen: Screen, text: &str) -> String {
        let indent = REASON_INDENT + self.digits + 2;
        screen.line(indent, indent, text)
    }

    /// Formats a reason with its count.
    pub(super) fn reason(&self, screen: Screen, count: u64, text: &str) -> String {
        reason(screen, self.digits, count, text)
    }
}

/// Formats a reason with its count, which ends in the same column as the counts above.
fn reason(screen: Screen, digits: usize, count: u64, text: &str) -> String {
    let number = format!("{:>digits$}", thousands(screen.lang, count));
    let hang = REASON_INDENT + digits + 2;
    screen.line(REASON_INDENT, hang, &format!("{number}  {text}"))
}

#[cfg(test)]
mod tests;
