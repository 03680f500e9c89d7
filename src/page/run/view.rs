//! The parts of a run's page that are made of the run alone: its state, what is said of it, what to do
//! next, reasons, warnings, settings.

use std::time::Duration;

use jiff::Timestamp;

use super::{Next, ReasonLine, State};
use crate::model::{ErrorCode, Lang, SettingValue, clean, local_time_in, printable, zoned_time_in};
use crate::page::marked::{Code, Marked};
use crate::report::{Diagnosis, ReasonFacts, StoredRun};
use crate::text::{PageLabel, Words, advice, duration_in, reason_parts, thousands_in, title};

/// Maximum characters of a setting's value.
const MAX_VALUE: usize = 120;

/// The parts of a page that are made of the run alone.
pub(super) struct View<'a> {
    pub(super) run: &'a StoredRun,
    /// Failed rows that went through since, and those that remain.
    pub(super) mended: Option<(u64, u64)>,
    pub(super) checked_at: Option<Timestamp>,
    pub(super) lang: Lang,
    pub(super) words: &'static dyn Words,
}

impl View<'_> {
    pub(super) fn state(&self) -> State {
        let is_mended = self
            .mended
            .is_some_and(|(fixed, remaining)| fixed > 0 && remaining == 0);
        match (self.run.finished, self.run.exit_code) {
            (true, code) if code == 0 || is_mended => State {
                class: "good",
                sign: "✓",
                label: self.words.label(PageLabel::Done),
            },
            (true, _) => State {
                class: "look",
                sign: "!",
                label: self.words.label(if self.run.is_about_labels() {
                    PageLabel::LabelsNeedYou
                } else {
                    PageLabel::NeedsYou
                }),
            },
            (false, _) => State {
                class: "bad",
                sign: "✕",
                label: self.words.label(PageLabel::StoppedEarly),
            },
        }
    }

    /// What is said below the first sentence.
    pub(super) fn lines(&self, missing_summary: Option<&str>) -> Vec<Marked> {
        let facts = &self.run.facts;
        let mut lines = Vec::new();
        if let Some(why) = &facts.early_end {
            lines.push(sentence(why.message().text(self.lang)));
        }
        if let Some(diagnosis) = &facts.diagnosis {
            lines.push(match diagnosis {
                Diagnosis::NobodyFound { rows, message } => self.words.nobody_found(*rows, &clean(message)),
                Diagnosis::AllInvalid { rows, message } => {
                    self.words.all_invalid(*rows, reason_parts(message).0)
                }
                Diagnosis::NoAddressKnown { rows } => self.words.no_address_known(*rows),
            });
        }
        if let Some((fixed, remaining)) = self.mended.filter(|(fixed, _)| *fixed > 0) {
            lines.push(self.words.mended_since(fixed, remaining));
        }
        if let Some(time) = self.checked_at {
            lines.push(self.words.checked_again(&local_time_in(self.lang, time)));
        }
        if facts.is_sandbox {
            lines.push(self.words.of_sandbox());
        } else if facts.is_trial {
            lines.push(self.words.of_trial());
        }
        lines.extend(missing_summary.map(|path| self.words.summary_missing(path)));
        lines.iter().map(|line| Marked::new(line)).collect()
    }

    pub(super) fn next(&self) -> Option<Next> {
        let (run, words) = (self.run, self.words);
        if self.mended.is_some_and(|(_, remaining)| remaining == 0) {
            return None;
        }
        // A command that looks different from what it is must not be copied.
        let is_plain = |command: &&String| printable(command) == **command;
        let command = run.facts.next_command.as_ref().filter(is_plain)?.clone();
        let what = match (run.finished, run.failures(), run.to_fix()) {
            (false, ..) => words.label(PageLabel::Resume).to_owned(),
            (true, 0, _) => words.next_all(),
            (true, failures, 0) => words.next_resend(failures),
            (true, _, rows) => words.next_fix(rows, &run.facts.failed),
        };
        Some(Next {
            what: Marked::new(&what),
            command: Code::new(&command),
            hint: (run.finished && run.to_fix() > 0).then(|| words.label(PageLabel::ExcelHint)),
        })
    }

    pub(super) fn reason(&self, reason: &ReasonFacts) -> ReasonLine {
        let code = reason.code();
        let of_code = code.map_or("", |code| title(self.lang, code));
        let own = match (&reason.message, code) {
            (Some(message), Some(code)) if !code.quotes_the_platform() => Some(reason_parts(message)),
            _ => None,
        };
        let title = match (&reason.message, own) {
            (_, Some((title, _))) => clean(title).into_owned(),
            (Some(message), _) if code == Some(ErrorCode::Rejected) => {
                self.words.platform_said(&clean(message))
            }
            (Some(message), _) => clean(message).into_owned(),
            (None, _) => of_code.to_owned(),
        };
        // This tool's own messages say what to do themselves.
        let remedy = match own {
            Some((_, remedy)) if !remedy.is_empty() => remedy,
            _ if self.is_mended_as_a_whole(code) => "",
            _ => code.and_then(|code| advice(self.lang, code)).unwrap_or_default(),
        };
        // The command below the first sentence is quoted for a shell; here only a plain name is.
        let input = &self.run.input;
        let is_plain = input.chars().all(|c| c.is_alphanumeric() || "-_./".contains(c));
        let is_named = is_plain && !input.is_empty() && !self.run.facts.is_set_aside;
        let words = ["FILE", "PLIK"].iter().filter(|_| is_named);
        let remedy = words.fold(remedy.to_owned(), |text, word| {
            text.replace(&format!(" {word}`"), &format!(" {input}`"))
        });
        ReasonLine {
            count: thousands_in(self.lang, reason.rows),
            title: Marked::new(&title),
            code: clean(&reason.code).into_owned(),
            remedy: Marked::new(&remedy),
            rows: match reason.first.as_slice() {
                [] => String::new(),
                first => self.words.rows(first, reason.rows),
            },
        }
    }

    /// Whether rows with this code are not mended one by one: they share a cause that is said above, or the
    /// run is resumed first.
    fn is_mended_as_a_whole(&self, code: Option<ErrorCode>) -> bool {
        code.is_none() || self.run.facts.diagnosis.is_some() || !self.run.finished
    }

    /// The file that has the rows which do not fit on the page.
    pub(super) fn rest_of_rows(&self) -> &str {
        let facts = &self.run.facts;
        if facts.failed.is_empty() {
            &facts.results
        } else {
            &facts.failed
        }
    }

    pub(super) fn warnings(&self) -> Vec<Marked> {
        let (run, words) = (self.run, self.words);
        let differing = run.respondents_with_different_values;
        let repeated = run.respondents_on_several_rows;
        let in_part = run.respondents_counted_in_part;
        let slow_downs = match run.taken_per_second {
            Some(taken) if taken > 0.0 => words.slowed_down(run.slow_downs, Some(taken)),
            None if run.attempts > run.slow_downs => words.slowed_down(run.slow_downs, None),
            _ => words.took_nothing(run.slow_downs),
        };
        let all = [
            (run.overtaken_failures, words.overtaken(run.overtaken_failures)),
            (run.damaged_values, words.damaged_values(run.damaged_values)),
            (differing, words.repeated(repeated, differing, in_part, false)),
            (
                run.ids_with_other_zeros,
                words.ids_with_other_zeros(run.ids_with_other_zeros, in_part),
            ),
            (run.slow_downs, slow_downs),
        ];
        let counted = all
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(_, text)| text);
        let logged = run.facts.warnings.iter();
        let logged = logged.map(|said| clean(said.message().text(self.lang)).into_owned());
        counted.chain(logged).map(|line| Marked::new(&line)).collect()
    }

    pub(super) fn about(&self) -> Vec<(&'static str, String)> {
        let (run, lang) = (self.run, self.lang);
        let time = |time: Option<Timestamp>| time.map(|time| zoned_time_in(lang, time)).unwrap_or_default();
        let elapsed = Some(run.elapsed()).filter(|elapsed| *elapsed > Duration::ZERO);
        let calls = (run.attempts > 0).then(|| {
            let (second, flight) = (run.most_in_one_second, run.most_in_flight);
            self.words.calls(run.attempts, run.retries, second, flight)
        });
        let is_known = !run.run_id.is_empty();
        let all = [
            (PageLabel::Input, run.input.clone()),
            (PageLabel::Results, run.facts.results.clone()),
            (PageLabel::FailedFile, run.facts.failed.clone()),
            (PageLabel::Started, time(run.started_at)),
            (PageLabel::Finished, time(run.finished_at)),
            (
                PageLabel::Duration,
                elapsed
                    .map(|elapsed| duration_in(lang, elapsed))
                    .unwrap_or_default(),
            ),
            (PageLabel::Calls, calls.unwrap_or_default()),
            (
                PageLabel::Result,
                if is_known {
                    format!("{}: {}", run.exit_code, self.words.exit_meaning(run.exit_code))
                } else {
                    String::new()
                },
            ),
            (PageLabel::RunId, run.run_id.clone()),
            (PageLabel::Version, run.version.clone()),
        ];
        let known = all.into_iter().filter(|(_, value)| !value.is_empty());
        known
            .map(|(label, value)| (self.words.label(label), clean(&value).into_owned()))
            .collect()
    }

    pub(super) fn settings(&self) -> Vec<(String, String)> {
        let settings = self.run.facts.settings.iter().map(|(key, value)| {
            let text = match value {
                SettingValue::Switch(on) => on.to_string(),
                SettingValue::One(text) => text.clone(),
                SettingValue::Several(texts) => texts.join(", "),
            };
            let mut text = clean(&text).into_owned();
            if let Some((end, _)) = text.char_indices().nth(MAX_VALUE) {
                text.truncate(end);
                text.push('…');
            }
            (clean(key).into_owned(), text)
        });
        settings.collect()
    }
}

/// Returns an error's text as a sentence: with a capital letter, unless a name comes first.
pub(super) fn sentence(text: &str) -> String {
    let word = text.split(' ').next().unwrap_or_default();
    if !word.chars().all(char::is_alphabetic) {
        return text.to_owned();
    }
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}
