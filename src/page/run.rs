//! The report of a run: whether it worked, what needs a person, what to type next; below that how it
//! went, with which settings. `view.rs` makes the parts.

mod view;

use askama::Template;
use jiff::Timestamp;

use super::course::{self, CourseView};
use super::frame::Frame;
use super::marked::{Code, Marked};
use super::rows::{self, RowLine};
use super::split::{self, Segment};
use super::times::{self, TimesView};
use crate::model::{Lang, Message, clean, local_time_in};
use crate::report::{FailingRows, StoredRun};
use crate::text::{PageLabel, Words, words};
use view::{View, sentence};

/// Maximum bytes of a page, whatever the run.
const MAX_BYTES: usize = 200_000;

/// Room for the file's mark in front.
const SPARE: usize = 200;

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
    /// Failed rows that went through since, and those that remain, if that is known.
    pub(crate) mended: Option<(u64, u64)>,
    /// When the same input came again, and there was nothing to do.
    pub(crate) checked_at: Option<Timestamp>,
    pub(crate) input: &'a str,
    pub(crate) shows_ids: bool,
    pub(crate) group: Option<&'a str>,
}

struct Banner {
    when: String,
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
    command: Code,
    /// What a spreadsheet does to the file that is to be edited.
    hint: Option<&'static str>,
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
    rows_title: &'static str,
    shows_ids: bool,
    beyond: Option<Marked>,
    warnings: Vec<Marked>,
    course: Option<CourseView>,
    times: Option<TimesView>,
    about: Vec<(&'static str, String)>,
    settings: Vec<(String, String)>,
    privacy: String,
}

impl<'a> RunPage<'a> {
    /// Creates the page of a run alone, without ids, for its owner.
    pub(crate) fn new(run: Option<&'a StoredRun>, rows: &'a FailingRows, input: &'a str) -> Self {
        Self {
            run,
            rows,
            not_started: None,
            missing_summary: None,
            mended: None,
            checked_at: None,
            input,
            shows_ids: false,
            group: None,
        }
    }
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
        let view = View {
            run,
            mended: self.mended,
            checked_at: self.checked_at,
            lang,
            words,
        };
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
                when: local_time_in(lang, unsent.at),
                text: Marked::new(&sentence(unsent.why.text(lang))),
                before: self.run.map(|run| {
                    let ended = run.finished_at.map(|time| local_time_in(lang, time));
                    words.run_before(ended.as_deref())
                }),
            }),
            has_run: self.run.is_some(),
            state: view.state(),
            headline: words.headline(run.into()),
            lines: view.lines(self.missing_summary),
            // What to do about tonight is in its reason.
            next: view.next().filter(|_| self.not_started.is_none()),
            segments: split::segments(run.into(), lang, words),
            reasons: run
                .facts
                .reasons
                .iter()
                .map(|reason| view.reason(reason))
                .collect(),
            rows,
            rows_title: words.label(if run.finished {
                PageLabel::Rows
            } else {
                PageLabel::RowsSoFar
            }),
            shows_ids: self.shows_ids,
            beyond: (beyond > 0).then(|| Marked::new(&words.rows_beyond(beyond, view.rest_of_rows()))),
            warnings: view.warnings(),
            course: calls_from.and_then(|from| {
                course::view(&run.facts.course, run.facts.rate, (from, resumed), (lang, words))
            }),
            times: times::view(&run.facts.course.response_times, lang, words),
            about: view.about(),
            settings: view.settings(),
            privacy: if self.run.is_some() {
                format!("{privacy} {readers}")
            } else {
                readers
            },
        }
    }
}
