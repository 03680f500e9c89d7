//! The screens of `history`: the nights of a job, oldest first, so that the newest stands above the
//! prompt; or the nights of a respondent. No cell but the id that was asked for. Pure.
//! `history/table.rs` lays out the columns.

mod table;

use std::collections::BTreeSet;
use std::path::Path;

use crate::model::{
    Lang, Message, clock_time, local_date, local_minute_in, local_time_in, printable, trim_invisible,
};
use crate::report::{KeptRow, Known, Night, NightEnd, NightKind, Screen, Tone};
use crate::text::subjects::{Absent, Headline, NextStep, RowView};
use crate::text::{Words, title, words};

use self::table::{INDENT, Table, code_of};

/// What is known of a respondent.
pub(crate) struct Journey<'a> {
    /// The place of the respondent among those that were asked for.
    pub(crate) asked: usize,
    /// The id as it was typed.
    pub(crate) respondent: &'a str,
    pub(crate) nights: &'a [Night],
    /// What the store knows of all that were asked for; `None` if it was not read.
    pub(crate) known: Option<&'a [Known]>,
    /// The store's path, if there is one.
    pub(crate) state: Option<String>,
    /// Why the store cannot be read.
    pub(crate) state_fault: Option<&'a Message>,
}

/// Lays out the nights of a job with their counts, and what helps next. An input that is not called like
/// the job is named.
pub(crate) fn nights(nights: &[Night], (job, next): (&str, Option<&NextStep>), screen: Screen) -> String {
    let words = words(screen.lang);
    let counts = |night: &Night| counts(night, job, screen.lang);
    let [start, code, rows] = words.history_heads();
    let table = Table::new(screen, nights, Some((start, code)));
    let mut text = table.line(Tone::Plain, (0, start, code), rows);
    let mut codes = BTreeSet::new();
    for night in nights {
        text += &table.night(night, 0, counts(night));
        for round in &night.rounds {
            text += &table.night(round, INDENT, counts(round));
        }
        codes.extend(night.with_rounds().filter_map(code_of));
    }
    if !codes.is_empty() {
        text += "\n";
    }
    for code in codes {
        let meaning = words.exit_meaning(code);
        text += &screen.line(0, 2, &words.code_means(code, meaning));
    }
    let (what, command) = match next {
        None => return text,
        Some(NextStep::UnderWay) => (words.history_under_way(), None),
        Some(NextStep::Resume { command, lacks_flags }) => (
            words.history_resume(command.is_some(), *lacks_flags),
            command.as_ref(),
        ),
        Some(NextStep::Retry {
            to_fix: 0,
            to_resend,
            command,
            ..
        }) => (words.next_resend(*to_resend), Some(command)),
        Some(NextStep::Retry {
            to_fix,
            failed,
            command,
            ..
        }) => (words.next_fix(*to_fix, &printable(failed)), Some(command)),
    };
    text += "\n";
    text += &screen.line(0, 2, &what);
    text.extend(command.map(|command| format!("  {}\n", screen.toned(Tone::Strong, command))));
    text
}

/// Lays out what became of a respondent each night, and when the labels were acknowledged last.
pub(crate) fn journey(journey: &Journey<'_>, screen: Screen) -> String {
    let words = words(screen.lang);
    let surveys = Night::surveys_of(journey.nights, journey.asked);
    let survey = surveys
        .first()
        .filter(|_| surveys.len() == 1)
        .map(|one| printable(one));
    let heading = words.respondent_heading(journey.respondent, survey.as_deref());
    let mut text = screen.line(0, 2, &screen.toned(Tone::Strong, &heading));
    let table = Table::new(screen, journey.nights, None);
    for night in journey.nights {
        text += &table.night(night, 0, journey.lines(night, surveys.len() > 1, screen));
        for round in night.rounds.iter().filter(|round| journey.is_in(round)) {
            text += &table.night(round, INDENT, journey.lines(round, surveys.len() > 1, screen));
        }
    }
    text += "\n";
    for line in journey.closing(&surveys, screen.lang, words) {
        text += &screen.line(0, 2, &line);
    }
    text
}

impl Journey<'_> {
    /// Whether a round has something to say of the respondent, or a fault that may hide it.
    fn is_in(&self, round: &Night) -> bool {
        !round.faults.is_empty() || round.rows.iter().any(|row| row.asked == self.asked)
    }

    /// Returns what a night says of the respondent.
    fn lines(&self, night: &Night, has_surveys: bool, screen: Screen) -> Vec<(Tone, String)> {
        let words = words(screen.lang);
        let kind = words.night_kind(night.kind);
        let rows = night.rows.iter().filter(|row| row.asked == self.asked);
        let mut lines: Vec<(Tone, String)> = rows
            .map(|row| {
                let line = self.row(night, row, has_surveys, screen.lang);
                let tone = match row.status {
                    status if status.is_failure() => Tone::Look,
                    _ if row.is_acknowledged() => Tone::Good,
                    _ => Tone::Plain,
                };
                (tone, after_kind(kind.as_deref(), &line))
            })
            .collect();
        if lines.is_empty() {
            let line = match (night.kind, &night.why) {
                (NightKind::Unsent, Some(why)) => match code_of(night) {
                    // Nothing was new: that says it all.
                    None | Some(0) => printable(why.text(screen.lang)).into_owned(),
                    Some(code) => words.night_unsent_briefly(code),
                },
                (NightKind::Missed, _) => words.night_missed(),
                _ if night.has_all_rows() => words.respondent_absent(Absent::NotInExport),
                _ if night.faults.is_empty() => words.respondent_absent(Absent::NotReached),
                _ => words.respondent_absent(Absent::Unknown),
            };
            lines.push((Tone::Plain, after_kind(kind.as_deref(), &line)));
        }
        let under_way = (night.end == NightEnd::UnderWay).then(|| words.night_under_way());
        lines.extend(under_way.map(|line| (Tone::Plain, line)));
        lines.extend(faults(night, screen.lang));
        lines
    }

    fn row(&self, night: &Night, row: &KeptRow, has_surveys: bool, lang: Lang) -> String {
        let when = row.finished_at.map(|time| {
            if night.started_at.map(local_date) == Some(local_date(time)) {
                clock_time(time, true)
            } else {
                local_time_in(lang, time)
            }
        });
        let message = printable(&row.message);
        let id = printable(&row.respondent);
        words(lang).respondent_row(RowView {
            row,
            title: row.code.map(|code| title(lang, code)),
            message: (row.status.is_failure() && !row.message.is_empty()).then_some(&*message),
            when: when.as_deref(),
            id: (trim_invisible(&id) != self.respondent).then_some(&*id),
            survey: has_surveys.then_some(row.survey.as_str()),
        })
    }

    /// Returns the sentences below the nights.
    fn closing(&self, surveys: &BTreeSet<&str>, lang: Lang, words: &dyn Words) -> Vec<String> {
        let mut lines: Vec<String> = match surveys.len() {
            0 => vec![words.nothing_of_respondent(self.respondent, self.nights.len() as u64)],
            1 => vec![self.acknowledged(None, lang, words)],
            _ => surveys
                .iter()
                .map(|survey| {
                    let line = self.acknowledged(Some(survey), lang, words);
                    words.of_survey(&printable(survey), &line)
                })
                .collect(),
        };
        lines.extend(self.of_state(lang, words));
        if let Some(fault) = self.state_fault {
            lines.push(printable(fault.text(lang)).into_owned());
        }
        if self.nights.iter().any(Night::has_faults) {
            lines.push(words.history_incomplete());
        }
        if self
            .nights
            .iter()
            .flat_map(Night::with_rounds)
            .any(|night| night.end == NightEnd::UnderWay)
        {
            lines.push(words.history_under_way());
        }
        lines
    }

    /// Says when the labels were acknowledged last, in one survey or in all.
    fn acknowledged(&self, survey: Option<&str>, lang: Lang, words: &dyn Words) -> String {
        let found = Night::acknowledged(self.nights, self.asked, survey);
        match found.last {
            Some((night, row)) => {
                // A time that a spreadsheet has changed is about that of the night.
                let when = row.finished_at.or(night.started_at);
                let when = when.map_or_else(|| "?".to_owned(), |time| local_time_in(lang, time));
                words.last_acknowledged(&when, found.may_be_changed)
            }
            None => words.never_acknowledged(self.nights.len() as u64, found.may_be_changed),
        }
    }

    fn of_state(&self, lang: Lang, words: &dyn Words) -> Vec<String> {
        let (Some(known), Some(state)) = (self.known, self.state.as_deref()) else {
            return Vec::new();
        };
        let own: Vec<&Known> = known.iter().filter(|known| known.asked == self.asked).collect();
        if own.is_empty() {
            return vec![words.state_knows_nothing(state)];
        }
        let accounts: BTreeSet<&str> = own.iter().map(|known| known.account.as_str()).collect();
        let lines = own.iter().map(|known| {
            let when = known.run_started_at.map(|time| local_minute_in(lang, time));
            let account = (accounts.len() > 1).then_some(known.account.as_str());
            words.state_knows(state, known, account, when.as_deref())
        });
        lines.collect()
    }
}

/// Returns what a night says of all rows.
fn counts(night: &Night, job: &str, lang: Lang) -> Vec<(Tone, String)> {
    let words = words(lang);
    let kind = words.night_kind(night.kind);
    let mut lines = Vec::new();
    match (&night.run, &night.why) {
        (None, Some(why)) => lines.push((Tone::Plain, unsent(night, why, words, lang))),
        (None, None) if night.kind == NightKind::Missed => lines.push((Tone::Look, words.night_missed())),
        (None, None) => {}
        (Some(run), _) => {
            // Without a summary, calls and time are unknown.
            let has_summary = run.started_at.is_some();
            let calls = has_summary.then_some(run.attempts);
            let took = has_summary.then(|| run.elapsed());
            let mut line = words.night_counts(Headline::from(run), calls, took);
            let input = Path::new(&run.input)
                .file_name()
                .unwrap_or_default()
                .to_string_lossy();
            // A round reads the failed file of its run.
            if night.kind == NightKind::Run && !input.is_empty() && input != "-" && input != job {
                line.extend([" · ", &printable(&input)]);
            }
            let tone = match night.end {
                NightEnd::Code(0) | NightEnd::UnderWay => Tone::Plain,
                _ => Tone::Look,
            };
            lines.push((tone, after_kind(kind.as_deref(), &line)));
        }
    }
    let state = match night.end {
        NightEnd::UnderWay => Some(words.night_under_way()),
        NightEnd::Killed => Some(words.night_killed()),
        _ => None,
    };
    let why = night.why.as_ref().filter(|_| night.run.is_some());
    let why = why.map(|why| printable(why.text(lang)).into_owned());
    lines.extend(state.into_iter().chain(why).map(|line| (Tone::Plain, line)));
    lines.extend(faults(night, lang));
    lines
}

fn unsent(night: &Night, why: &Message, words: &dyn Words, lang: Lang) -> String {
    let why = printable(why.text(lang));
    match night.end {
        // Nothing was new: that says it all.
        NightEnd::Code(0) => why.into_owned(),
        _ => words.night_unsent(&why),
    }
}

fn faults(night: &Night, lang: Lang) -> Vec<(Tone, String)> {
    let faults = night.faults.iter();
    faults
        .map(|fault| (Tone::Bad, printable(fault.text(lang)).into_owned()))
        .collect()
}

fn after_kind(kind: Option<&str>, line: &str) -> String {
    kind.map_or_else(|| line.to_owned(), |kind| format!("{kind}: {line}"))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::model::{ErrorCode, Label, Status};
    use crate::report::StoredRun;

    fn at(text: &str) -> Option<Timestamp> {
        text.parse().ok()
    }

    fn screen(lang: Lang) -> Screen {
        Screen {
            width: Some(80),
            ..Screen::record(lang)
        }
    }

    fn run(counts: &[(Status, ErrorCode, u64)]) -> StoredRun {
        let counts = counts.iter().map(|(status, code, rows)| {
            let code = (*status != Status::Success).then_some(*code);
            ((*status, code), *rows)
        });
        let mut run = StoredRun::of_results(counts.collect());
        run.started_at = at("2026-11-24T20:34:00Z");
        (run.attempts, run.elapsed_ms) = (1_130, 62_000);
        run
    }

    fn row(status: Status, code: Option<ErrorCode>, message: &str) -> KeptRow {
        KeptRow {
            asked: 0,
            respondent: "007".to_owned(),
            row: 1_234,
            survey: "399793".to_owned(),
            status,
            code,
            message: message.to_owned(),
            http_status: None,
            attempts: 1,
            finished_at: at("2026-11-24T20:34:15Z"),
        }
    }

    fn all() -> Vec<Night> {
        let rejected = run(&[
            (Status::Success, ErrorCode::Internal, 114),
            (Status::Failed, ErrorCode::Rejected, 1),
            (Status::Skipped, ErrorCode::Unchanged, 1_086),
        ]);
        vec![
            Night {
                faults: vec![Message::from("`x.summary.json`: \u{1b}[2J\nno object")],
                ..Night::new(NightKind::Run)
            },
            Night {
                end: NightEnd::Code(1),
                started_at: at("2026-11-24T20:34:00Z"),
                rows: vec![row(
                    Status::Failed,
                    Some(ErrorCode::Rejected),
                    "no such\nrespondent",
                )],
                run: Some(rejected),
                ..Night::new(NightKind::Run)
            },
            Night {
                end: NightEnd::Killed,
                run: Some(StoredRun::default()),
                rows: vec![row(Status::Unconfirmed, Some(ErrorCode::Timeout), "")],
                ..Night::new(NightKind::Trial)
            },
        ]
    }

    /// Times are those of the machine's zone.
    fn without_times(text: &str) -> String {
        let digit = |c: char| if c.is_ascii_digit() { '0' } else { c };
        let words = text.split_inclusive([' ', '\n']);
        let words = words.map(|word| match word.matches([':', '-', '.']).count() {
            2.. if word.starts_with(|c: char| c.is_ascii_digit()) => word.chars().map(digit).collect(),
            1 if word.trim().len() == 5 => word.chars().map(digit).collect(),
            _ => word.to_owned(),
        });
        words.collect()
    }

    #[test]
    fn nights_fit_a_terminal_and_hide_no_control_character() {
        for lang in [Lang::En, Lang::Pl] {
            let next = NextStep::UnderWay;
            let text = nights(&all(), ("contacts.csv", Some(&next)), screen(lang));
            insta::assert_snapshot!(format!("nights_{lang:?}"), without_times(&text));
            assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        }
    }

    #[test]
    fn a_respondents_nights_end_with_what_is_known() {
        let known = [Known {
            asked: 0,
            account: "387487".to_owned(),
            survey: "399793".to_owned(),
            is_acknowledged: true,
            in_doubt: true,
            labels: ["l4", "l10"]
                .iter()
                .filter_map(|label| label.parse::<Label>().ok())
                .collect(),
            run_started_at: None,
        }];
        for lang in [Lang::En, Lang::Pl] {
            let nights = all();
            let shown = journey(
                &Journey {
                    asked: 0,
                    respondent: "7",
                    nights: &nights,
                    known: Some(&known),
                    state: Some("state.sqlite".to_owned()),
                    state_fault: None,
                },
                screen(lang),
            );
            insta::assert_snapshot!(format!("journey_{lang:?}"), without_times(&shown));
        }
    }
}
