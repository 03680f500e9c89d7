//! The report of a run: whether it worked, what needs a person, what to type next; below that how it
//! went, with which settings.

use std::time::Duration;

use askama::Template;
use jiff::Timestamp;

use super::course::{self, CourseView};
use super::frame::Frame;
use super::marked::Marked;
use super::rows::{self, RowLine};
use super::split::{self, Segment};
use super::times::{self, TimesView};
use crate::model::{ErrorCode, Lang, Message, SettingValue, clean, local_time_in, zoned_time_in};
use crate::report::{Diagnosis, FailingRows, ReasonFacts, StoredRun};
use crate::text::{PageLabel, Words, advice, duration_in, reason_parts, thousands_in, title, words};

/// Maximum bytes of a page, whatever the run.
const MAX_BYTES: usize = 200_000;

/// Room for the file's mark in front.
const SPARE: usize = 200;

/// Maximum characters of a setting's value.
const MAX_VALUE: usize = 120;

/// A run that made no call.
#[derive(Clone, Debug)]
pub(crate) struct NotStarted {
    pub(crate) at: Timestamp,
    pub(crate) why: Message,
}

/// What the page of a run is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RunPage<'a> {
    /// The run; `None` if there was none yet.
    pub(crate) run: Option<&'a StoredRun>,
    pub(crate) rows: &'a FailingRows,
    /// A later run that made no call.
    pub(crate) not_started: Option<&'a NotStarted>,
    /// The summary that is missing, if the run is known by its results alone.
    pub(crate) missing_summary: Option<&'a str>,
    pub(crate) input: &'a str,
    pub(crate) shows_ids: bool,
    pub(crate) group: Option<&'a str>,
}

struct Banner {
    text: Marked,
    before: Option<String>,
}

struct State {
    class: &'static str,
    sign: &'static str,
    label: &'static str,
}

struct Next {
    what: Marked,
    command: String,
}

struct ReasonLine {
    count: String,
    title: Marked,
    code: String,
    remedy: Marked,
    rows: String,
}

#[derive(Template)]
#[template(path = "run.html", config = ".askama.toml")]
struct Page<'a> {
    frame: Frame,
    words: &'static dyn Words,
    ended: Option<String>,
    banner: Option<Banner>,
    has_run: bool,
    state: State,
    headline: String,
    lines: Vec<Marked>,
    next: Option<Next>,
    segments: Vec<Segment>,
    reasons: Vec<ReasonLine>,
    rows: &'a [RowLine],
    shows_ids: bool,
    beyond: Option<String>,
    warnings: Vec<Marked>,
    course: Option<CourseView>,
    times: Option<TimesView>,
    about: Vec<(&'static str, String)>,
    settings: Vec<(String, String)>,
    privacy: String,
}

impl RunPage<'_> {
    /// Makes the page, of at most 200,000 bytes: rows that do not fit are counted, and their file is
    /// named.
    ///
    /// # Errors
    ///
    /// None in practice: writing to a text does not fail.
    pub(crate) fn render(&self, lang: Lang) -> Result<String, askama::Error> {
        let nobody = StoredRun::default();
        let run = self.run.unwrap_or(&nobody);
        let lines = rows::lines(self.rows, &run.facts, &run.facts.results, (lang, words(lang)));
        let mut shown = 0;
        let mut html = self.page(run, &[], lang).render()?;
        let mut room = MAX_BYTES.saturating_sub(SPARE + html.len());
        for line in &lines {
            match room.checked_sub(line.bytes) {
                Some(rest) => room = rest,
                None => break,
            }
            shown += 1;
        }
        if let Some(fitting) = lines.get(..shown).filter(|fitting| !fitting.is_empty()) {
            html = self.page(run, fitting, lang).render()?;
        }
        Ok(html)
    }

    fn page<'a>(&self, run: &StoredRun, rows: &'a [RowLine], lang: Lang) -> Page<'a> {
        let words = words(lang);
        let view = View { run, lang, words };
        let begun = run.started_at.or(run.finished_at);
        let resumed = run.settled_before > 0;
        // The process that made the calls of the picture began its work this long before the end.
        let calls_from = match run.finished_at {
            Some(end) => end.saturating_sub(run.elapsed()).ok(),
            None => begun,
        };
        let beyond = self.rows.total().saturating_sub(rows.len() as u64);
        let (privacy, readers) = (words.page_holds(self.shows_ids), words.page_readers(self.group));
        Page {
            frame: Frame::new(
                lang,
                format!("{}: {}", words.label(PageLabel::Report), clean(self.input)),
            ),
            words,
            ended: run.finished_at.map(|time| local_time_in(lang, time)),
            banner: self.not_started.map(|unsent| Banner {
                text: Marked::new(
                    &words.nothing_sent_since(&local_time_in(lang, unsent.at), unsent.why.text(lang)),
                ),
                before: self.run.map(|run| {
                    let ended = run.finished_at.map(|time| local_time_in(lang, time));
                    words.run_before(ended.as_deref())
                }),
            }),
            has_run: self.run.is_some(),
            state: view.state(),
            headline: words.headline(run.into()),
            lines: view.lines(self.missing_summary),
            next: view.next(),
            segments: split::segments(run.into(), lang, words),
            reasons: run
                .facts
                .reasons
                .iter()
                .map(|reason| view.reason(reason))
                .collect(),
            rows,
            shows_ids: self.shows_ids,
            beyond: (beyond > 0).then(|| words.rows_beyond(beyond, view.rest_of_rows())),
            warnings: view.warnings(),
            course: calls_from.and_then(|from| {
                course::view(&run.facts.course, run.facts.rate, (from, resumed), (lang, words))
            }),
            times: times::view(&run.facts.course.response_times, lang, words),
            about: view.about(),
            settings: view.settings(),
            privacy: format!("{privacy} {readers}"),
        }
    }
}

/// The parts of a page that are made of the run alone.
struct View<'a> {
    run: &'a StoredRun,
    lang: Lang,
    words: &'static dyn Words,
}

impl View<'_> {
    fn state(&self) -> State {
        match (self.run.finished, self.run.exit_code) {
            (true, 0) => State {
                class: "good",
                sign: "✓",
                label: self.words.label(PageLabel::Done),
            },
            (true, _) => State {
                class: "look",
                sign: "!",
                label: self.words.label(PageLabel::NeedsYou),
            },
            (false, _) => State {
                class: "bad",
                sign: "✕",
                label: self.words.label(PageLabel::StoppedEarly),
            },
        }
    }

    /// What is said below the first sentence.
    fn lines(&self, missing_summary: Option<&str>) -> Vec<Marked> {
        let facts = &self.run.facts;
        let mut lines = Vec::new();
        if let Some(why) = &facts.early_end {
            lines.push(why.message().text(self.lang).to_owned());
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
        if facts.is_trial {
            lines.push(self.words.of_trial());
        }
        lines.extend(missing_summary.map(|path| self.words.summary_missing(path)));
        lines.iter().map(|line| Marked::new(line)).collect()
    }

    fn next(&self) -> Option<Next> {
        let (run, words) = (self.run, self.words);
        let command = run.facts.next_command.clone()?;
        let what = match (run.finished, run.failures(), run.to_fix()) {
            (false, ..) => words.resume_it(),
            (true, 0, _) => words.next_all(),
            (true, failures, 0) => words.next_resend(failures),
            (true, _, rows) => words.next_fix(rows, &run.facts.failed),
        };
        Some(Next {
            what: Marked::new(&what),
            command,
        })
    }

    fn reason(&self, reason: &ReasonFacts) -> ReasonLine {
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
            _ => code.and_then(|code| advice(self.lang, code)).unwrap_or_default(),
        };
        let input = clean(&self.run.input);
        let remedy = ["FILE", "PLIK"].iter().fold(remedy.to_owned(), |text, word| {
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

    /// The file that has the rows which do not fit on the page.
    fn rest_of_rows(&self) -> &str {
        let facts = &self.run.facts;
        if facts.failed.is_empty() {
            &facts.results
        } else {
            &facts.failed
        }
    }

    fn warnings(&self) -> Vec<Marked> {
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

    fn about(&self) -> Vec<(&'static str, String)> {
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

    fn settings(&self) -> Vec<(String, String)> {
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
