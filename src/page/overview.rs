//! The overview of many runs: a line per job with its last nights, and what needs somebody. Jobs that
//! need somebody come first.

use std::fmt::Write as _;

use askama::Template;
use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, tz::TimeZone};

use super::frame::Frame;
use super::marked::Marked;
use super::nights::{self, NIGHTS};
use crate::model::{Lang, clean, date_in, local_time_in, zoned_time_in};
use crate::report::{Expect, StoredRun};
use crate::text::{Headline, Need, PageLabel, Trend, Words, words};

/// Size of a job's picture.
const SLOT: f64 = 10.0;
const HEIGHT: f64 = 40.0;

/// Width of a bar in its slot.
const BAR: f64 = 8.0;

/// Minimum height of failed rows, so that they can be seen.
const MIN_FAILED: f64 = 5.0;

/// Maximum number of files that are named as unreadable.
const UNREADABLE_SHOWN: usize = 50;

/// A job: the runs of one export, oldest first.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) name: String,
    pub(crate) runs: Vec<JobRun>,
}

/// A run of a job.
#[derive(Debug)]
pub(crate) struct JobRun {
    pub(crate) run: StoredRun,
    pub(crate) started_at: Timestamp,
    /// The last round of a retry of it.
    pub(crate) round: Option<StoredRun>,
    /// The address of its page, relative to the overview.
    pub(crate) page: Option<String>,
}

impl JobRun {
    /// The counts after all retries.
    fn counts(&self) -> Headline {
        let counts = Headline::from(&self.run);
        let Some(round) = self.round.as_ref().map(Headline::from) else {
            return counts;
        };
        let mended = (counts.to_fix + counts.to_resend).saturating_sub(round.to_fix + round.to_resend);
        Headline {
            updated: counts.updated + mended,
            to_fix: round.to_fix,
            to_resend: round.to_resend,
            ..counts
        }
    }

    /// Whether nothing is left to do.
    fn is_success(&self) -> bool {
        let exit_code = self
            .round
            .as_ref()
            .map_or(self.run.exit_code, |round| round.exit_code);
        self.run.finished && exit_code == 0
    }

    fn failures(&self) -> u64 {
        let counts = self.counts();
        counts.to_fix + counts.to_resend
    }
}

/// What an overview is made of.
#[derive(Debug)]
pub(crate) struct Overview {
    pub(crate) jobs: Vec<Job>,
    /// Files that are no summaries, and why.
    pub(crate) unreadable: Vec<String>,
    pub(crate) made_at: Timestamp,
    pub(crate) group: Option<String>,
}

struct Key {
    class: &'static str,
    sign: &'static str,
    label: String,
}

/// A job's line.
struct Line {
    name: String,
    link: Option<String>,
    order: usize,
    needs: Vec<Marked>,
    failures: u64,
    described: String,
    paths: Vec<(&'static str, String)>,
    /// Date, what happened, the run's page.
    nights: Vec<(String, String, Option<String>)>,
    last_success: String,
    last_success_key: i64,
    trend: &'static str,
}

#[derive(Template)]
#[template(path = "overview.html", config = ".askama.toml")]
struct Page {
    frame: Frame,
    words: &'static dyn Words,
    made: String,
    state_class: &'static str,
    headline: String,
    keys: Vec<Key>,
    first_night: String,
    last_night: String,
    jobs: Vec<Line>,
    unreadable: Vec<Marked>,
    privacy: String,
}

impl Overview {
    /// Makes the page.
    ///
    /// # Errors
    ///
    /// None in practice: writing to a text does not fail.
    pub(crate) fn render(&self, lang: Lang) -> Result<String, askama::Error> {
        let words = words(lang);
        let zone = TimeZone::system();
        let local = |time: Timestamp| time.to_zoned_datetime(zone.clone()).datetime();
        let view = View {
            lang,
            words,
            now: local(self.made_at),
            local: &local,
        };
        let mut jobs: Vec<(Vec<Need>, &Job)> = self.jobs.iter().map(|job| (view.needs(job), job)).collect();
        jobs.sort_by(|(needs, job), (other_needs, other)| {
            rank(needs)
                .cmp(&rank(other_needs))
                .then_with(|| job.name.cmp(&other.name))
        });
        let needing = jobs.iter().filter(|(needs, _)| !needs.is_empty()).count() as u64;
        let title = words.label(PageLabel::Overview).to_owned();
        let mut unreadable: Vec<String> = self
            .unreadable
            .iter()
            .map(|line| clean(line).into_owned())
            .collect();
        if unreadable.len() > UNREADABLE_SHOWN {
            unreadable.truncate(UNREADABLE_SHOWN);
            unreadable.push("…".to_owned());
        }
        let dates = nights::dates(view.now.date());
        let night = |date: Option<&Date>| date.map(|date| date_in(lang, *date)).unwrap_or_default();
        let page = Page {
            frame: Frame::new(lang, title),
            words,
            made: zoned_time_in(lang, self.made_at),
            state_class: if needing == 0 { "good" } else { "look" },
            headline: words.overview_headline(jobs.len() as u64, needing),
            keys: view.keys(),
            first_night: night(dates.first()),
            last_night: night(dates.last()),
            jobs: jobs
                .iter()
                .enumerate()
                .map(|(order, (needs, job))| view.line(order, needs, job))
                .collect(),
            unreadable: unreadable.iter().map(|line| Marked::new(line)).collect(),
            privacy: words.page_readers(self.group.as_deref()),
        };
        page.render()
    }
}

/// The order of jobs: what is worst comes first.
fn rank(needs: &[Need]) -> u8 {
    let of = |need: &Need| match need {
        Need::Stopped(_) => 0,
        Need::NoRunSince(_) => 1,
        Need::Fix(_) => 2,
        Need::Resend(_) => 3,
    };
    needs.iter().map(of).min().unwrap_or(u8::MAX)
}

struct View<'a> {
    lang: Lang,
    words: &'static dyn Words,
    now: DateTime,
    local: &'a dyn Fn(Timestamp) -> DateTime,
}

impl View<'_> {
    fn keys(&self) -> Vec<Key> {
        use crate::text::Counted;
        let keys = [
            ("updated", "✓", self.words.counted(Counted::Updated, 2)),
            ("failed", "!", self.words.label(PageLabel::FailedRows).to_owned()),
            ("same", "=", self.words.counted(Counted::Unchanged, 2)),
            ("left", "…", self.words.counted(Counted::NotReached, 2)),
            ("missed sign", "×", self.words.label(PageLabel::Missed).to_owned()),
        ];
        keys.map(|(class, sign, label)| Key { class, sign, label }).into()
    }

    /// Returns how often the job is meant to run, by its last run that says it.
    fn missed(&self, job: &Job) -> Vec<Date> {
        let expect: Option<Expect> = job.runs.last().and_then(|run| run.run.facts.expect);
        let starts: Vec<DateTime> = job.runs.iter().map(|run| (self.local)(run.started_at)).collect();
        let with_run = |date: &Date| starts.iter().any(|start| start.date() == *date);
        let missed = expect
            .map(|expect| nights::missed(&starts, expect, self.now))
            .unwrap_or_default();
        missed.into_iter().filter(|date| !with_run(date)).collect()
    }

    fn needs(&self, job: &Job) -> Vec<Need> {
        let Some(last) = job.runs.last() else {
            return Vec::new();
        };
        let mut needs = Vec::new();
        if !last.run.finished {
            needs.push(Need::Stopped(last.run.exit_code));
        }
        let start = (self.local)(last.started_at).date();
        if self.missed(job).iter().any(|date| *date > start) {
            needs.push(Need::NoRunSince(date_in(self.lang, start)));
        }
        if !last.is_success() {
            let counts = last.counts();
            needs.extend((counts.to_fix > 0).then_some(Need::Fix(counts.to_fix)));
            needs.extend(
                (counts.to_resend > 0 && last.run.finished).then_some(Need::Resend(counts.to_resend)),
            );
        }
        needs
    }

    fn line(&self, order: usize, needs: &[Need], job: &Job) -> Line {
        let missed = self.missed(job);
        let dates = nights::dates(self.now.date());
        let shown: Vec<(Date, Option<&JobRun>)> = dates
            .iter()
            .map(|date| {
                let mut runs = job.runs.iter().rev();
                (
                    *date,
                    runs.find(|run| (self.local)(run.started_at).date() == *date),
                )
            })
            .collect();
        let success = job.runs.iter().rev().find(|run| run.is_success());
        let runs = shown.iter().filter(|(_, run)| run.is_some()).count() as u64;
        let missed_shown = missed.iter().filter(|date| dates.contains(date)).count() as u64;
        let name = clean(&job.name).into_owned();
        Line {
            link: job.runs.last().and_then(|run| run.page.clone()),
            order,
            needs: needs
                .iter()
                .map(|need| Marked::new(&self.words.need(need)))
                .collect(),
            failures: job.runs.last().map_or(0, JobRun::failures),
            described: self.words.nights_described(&name, runs, missed_shown),
            paths: bars(&shown, &missed),
            nights: self.nights(&shown, &missed),
            last_success: success.map_or_else(
                || self.words.label(PageLabel::Never).to_owned(),
                |run| local_time_in(self.lang, run.run.finished_at.unwrap_or(run.started_at)),
            ),
            last_success_key: success.map_or(0, |run| run.started_at.as_second()),
            trend: trend(&job.runs).map_or("", |trend| self.words.trend(trend)),
            name,
        }
    }

    /// The nights as a table, newest first.
    fn nights(
        &self,
        shown: &[(Date, Option<&JobRun>)],
        missed: &[Date],
    ) -> Vec<(String, String, Option<String>)> {
        let nights = shown.iter().rev().filter_map(|(date, run)| {
            let day = date_in(self.lang, *date);
            match run {
                Some(run) => {
                    let text = self.words.night(run.counts(), run.run.exit_code);
                    Some((day, text, run.page.clone()))
                }
                None if missed.contains(date) => {
                    Some((day, self.words.label(PageLabel::Missed).to_owned(), None))
                }
                None => None,
            }
        });
        nights.collect()
    }
}

/// Returns how failures develop: the last run against the mean of those before; `None` without any.
fn trend(runs: &[JobRun]) -> Option<Trend> {
    let (last, before) = runs.split_last()?;
    let before: Vec<u64> = before
        .iter()
        .rev()
        .take(NIGHTS - 1)
        .map(JobRun::failures)
        .collect();
    let count = u64::try_from(before.len()).ok().filter(|count| *count > 0)?;
    let (last, sum) = (last.failures(), before.iter().sum::<u64>());
    // Twice as many or half as many, and more than a few.
    Some(if last * count > 2 * sum && last > 2 {
        Trend::More
    } else if 2 * last * count < sum && sum > 2 * count {
        Trend::Fewer
    } else {
        Trend::Steady
    })
}

/// Returns a path per class: bars stacked from below, their height by the number of rows.
#[expect(
    clippy::cast_precision_loss,
    reason = "a picture is rounded to a tenth of a pixel"
)]
fn bars(shown: &[(Date, Option<&JobRun>)], missed: &[Date]) -> Vec<(&'static str, String)> {
    let runs = shown.iter().filter_map(|(_, run)| run.as_ref());
    let most = runs.map(|run| run.run.rows).max().unwrap_or_default().max(1) as f64;
    let mut paths = ["updated", "same", "left", "failed", "missed"].map(|class| (class, String::new()));
    for (slot, (date, run)) in shown.iter().enumerate() {
        let x = SLOT * slot as f64 + (SLOT - BAR) / 2.0;
        let Some(run) = run else {
            if missed.contains(date)
                && let Some((_, path)) = paths.last_mut()
            {
                push(path, x, HEIGHT - 1.0, HEIGHT - 2.0);
            }
            continue;
        };
        let counts = run.counts();
        let failed = (counts.to_fix + counts.to_resend) as f64;
        let parts = [
            counts.updated as f64,
            (counts.unchanged + counts.skipped) as f64,
            counts.not_reached as f64,
        ];
        let total = ((parts.iter().sum::<f64>() + failed) / most).min(1.0) * HEIGHT;
        let of_failed = if failed > 0.0 {
            (failed / most * HEIGHT).clamp(MIN_FAILED, HEIGHT)
        } else {
            0.0
        };
        let room = (total - of_failed).max(0.0);
        let sum = parts.iter().sum::<f64>().max(1.0);
        let mut y = HEIGHT;
        let heights = parts.map(|part| room * part / sum).into_iter().chain([of_failed]);
        for ((_, path), height) in paths.iter_mut().zip(heights) {
            if height > 0.05 {
                push(path, x, y, height);
                y -= height;
            }
        }
    }
    paths.into_iter().filter(|(_, path)| !path.is_empty()).collect()
}

/// Appends a bar that stands on `y`.
fn push(path: &mut String, x: f64, y: f64, height: f64) {
    // Writing to a text does not fail.
    write!(path, "M{x:.0} {y:.1}h{BAR:.0}v-{height:.1}h-{BAR:.0}z").ok();
}
