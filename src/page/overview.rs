//! The overview of many runs: a line per job with its last nights, and what needs somebody. Jobs that
//! need somebody come first.

mod bars;

use askama::Template;
use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, tz::TimeZone};

use super::frame::Frame;
use super::marked::Marked;
use super::nights;
use crate::model::{Action, ErrorCode, Lang, Message, clean, date_in, local_time_in, zoned_time_in};
use crate::report::{Expect, StoredRun};
use crate::text::{Headline, Need, PageLabel, Words, title, words};
use bars::{bars, trend};

/// Maximum number of files that are named as unreadable.
const UNREADABLE_SHOWN: usize = 50;

/// A job: the runs of one export, oldest first.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) name: String,
    /// A run of it was interrupted, and is neither resumed nor under way.
    pub(crate) is_unfinished: bool,
    /// Nights without a call, oldest first.
    pub(crate) unsent: Vec<Unsent>,
    pub(crate) runs: Vec<JobRun>,
}

/// A night of a job without a call.
#[derive(Debug)]
pub(crate) struct Unsent {
    pub(crate) at: Timestamp,
    /// 0 if there was nothing new.
    pub(crate) exit_code: u8,
    pub(crate) why: Message,
}

/// What happened to a job on a date.
#[derive(Clone, Copy)]
enum Night<'a> {
    Run(&'a JobRun),
    Unsent(&'a Unsent),
    Missed,
    Nothing,
}

/// A run of a job.
#[derive(Debug)]
pub(crate) struct JobRun {
    pub(crate) run: StoredRun,
    pub(crate) started_at: Timestamp,
    /// The finished rounds of its retries, oldest first.
    pub(crate) rounds: Vec<StoredRun>,
    /// The address of its page, relative to the overview.
    pub(crate) page: Option<String>,
}

impl JobRun {
    /// The counts after all retries. A row that was deleted from the failed file is in none of them.
    fn counts(&self) -> Headline {
        let counts = Headline::from(&self.run);
        let Some(last) = self.rounds.last().map(Headline::from) else {
            return counts;
        };
        let updated = self.rounds.iter().map(|round| Headline::from(round).updated);
        Headline {
            updated: counts.updated + updated.sum::<u64>(),
            to_fix: last.to_fix,
            to_resend: last.to_resend,
            ..counts
        }
    }

    /// The exit code after all retries.
    fn exit_code(&self) -> u8 {
        self.rounds.last().unwrap_or(&self.run).exit_code
    }

    /// Returns the code that most of the rows to edit have.
    fn cause(&self) -> Option<ErrorCode> {
        let reasons = self.rounds.last().unwrap_or(&self.run).facts.reasons.iter();
        let to_fix = reasons.filter(|reason| reason.code().is_some_and(|code| code.action() == Action::Fix));
        to_fix.max_by_key(|reason| reason.rows)?.code()
    }

    /// Whether nothing is left to do.
    fn is_success(&self) -> bool {
        self.run.finished && self.exit_code() == 0
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
        // It goes on by itself.
        Need::Stopped(5 | 10 | 130 | 143) => 4,
        Need::Stopped(_) | Need::Interrupted | Need::Refused(..) => 0,
        Need::NoRunSince(_) => 1,
        Need::Fix(..) => 2,
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
            ("stopped", "✕", self.words.label(PageLabel::Refused).to_owned()),
            ("missed sign", "×", self.words.label(PageLabel::Missed).to_owned()),
        ];
        keys.map(|(class, sign, label)| Key { class, sign, label }).into()
    }

    /// Returns the local starts of a job, with and without calls, in ascending order.
    fn starts(&self, job: &Job) -> Vec<DateTime> {
        let runs = job.runs.iter().map(|run| run.started_at);
        let all = runs.chain(job.unsent.iter().map(|night| night.at));
        let mut starts: Vec<DateTime> = all.map(|start| (self.local)(start)).collect();
        starts.sort();
        starts
    }

    /// Returns the dates of missed nights, by how often the job's last run says that it runs.
    fn missed(&self, job: &Job) -> Vec<Date> {
        let expect: Option<Expect> = job.runs.last().and_then(|run| run.run.facts.expect);
        let starts = self.starts(job);
        let with_run = |date: &Date| starts.iter().any(|start| start.date() == *date);
        let missed = expect.map(|expect| nights::missed(&starts, expect, self.now));
        missed
            .unwrap_or_default()
            .into_iter()
            .filter(|date| !with_run(date))
            .collect()
    }

    fn needs(&self, job: &Job) -> Vec<Need> {
        let mut needs = Vec::new();
        let last = job.runs.last();
        let is_later = |night: &&Unsent| last.is_none_or(|run| run.started_at < night.at);
        let refused = job
            .unsent
            .last()
            .filter(is_later)
            .filter(|night| night.exit_code > 1);
        if let Some(night) = refused {
            let date = date_in(self.lang, (self.local)(night.at).date());
            needs.push(Need::Refused(date, night.why.text(self.lang).to_owned()));
        }
        if job.is_unfinished && last.is_none_or(|last| last.run.finished) {
            needs.push(Need::Interrupted);
        }
        let start = self.starts(job).last().map(|start| start.date());
        if let Some(start) = start.filter(|start| self.missed(job).iter().any(|date| date > start)) {
            needs.push(Need::NoRunSince(date_in(self.lang, start)));
        }
        let Some(last) = last else {
            return needs;
        };
        if !last.run.finished {
            needs.push(Need::Stopped(last.run.exit_code));
        }
        if !last.is_success() {
            let counts = last.counts();
            let cause = last.cause().map(|code| title(self.lang, code));
            needs.extend((counts.to_fix > 0).then_some(Need::Fix(counts.to_fix, cause)));
            needs.extend(
                (counts.to_resend > 0 && last.run.finished).then_some(Need::Resend(counts.to_resend)),
            );
        }
        needs
    }

    /// Returns what happened on each of the last dates, oldest first.
    fn nights_of<'j>(&self, job: &'j Job, missed: &[Date]) -> Vec<(Date, Night<'j>)> {
        let is_on = |date: Date, time: Timestamp| (self.local)(time).date() == date;
        let night = |date: Date| {
            let run = job.runs.iter().rev().find(|run| is_on(date, run.started_at));
            let unsent = job.unsent.iter().rev().find(|night| is_on(date, night.at));
            match (run, unsent) {
                (Some(run), _) => Night::Run(run),
                (None, Some(unsent)) => Night::Unsent(unsent),
                (None, None) if missed.contains(&date) => Night::Missed,
                (None, None) => Night::Nothing,
            }
        };
        let dates = nights::dates(self.now.date());
        dates.into_iter().map(|date| (date, night(date))).collect()
    }

    fn line(&self, order: usize, needs: &[Need], job: &Job) -> Line {
        let missed = self.missed(job);
        let shown = self.nights_of(job, &missed);
        let success = job.runs.iter().rev().find(|run| run.is_success());
        let count = |is: fn(&Night<'_>) -> bool| shown.iter().filter(|(_, night)| is(night)).count() as u64;
        let runs = count(|night| matches!(night, Night::Run(_)));
        let missed_shown = count(|night| matches!(night, Night::Missed));
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
            paths: bars(&shown),
            nights: self.nights(&shown),
            last_success: success.map_or_else(
                || self.words.label(PageLabel::Never).to_owned(),
                |run| local_time_in(self.lang, run.run.finished_at.unwrap_or(run.started_at)),
            ),
            last_success_key: success.map_or(0, |run| run.started_at.as_second()),
            trend: trend(&job.runs)
                .filter(|_| needs.iter().all(|need| !matches!(need, Need::NoRunSince(_))))
                .map_or("", |trend| self.words.trend(trend)),
            name,
        }
    }

    /// The nights as a table, newest first: date, what happened, the run's page.
    fn nights(&self, shown: &[(Date, Night<'_>)]) -> Vec<(String, String, Option<String>)> {
        let words = self.words;
        let nights = shown.iter().rev().filter_map(|(date, night)| {
            let (text, page) = match night {
                Night::Run(run) => (words.night(run.counts(), run.exit_code()), run.page.clone()),
                Night::Unsent(unsent) => {
                    let why = clean(unsent.why.text(self.lang)).into_owned();
                    (words.unsent_night(unsent.exit_code, &why), None)
                }
                Night::Missed => (words.label(PageLabel::Missed).to_owned(), None),
                Night::Nothing => return None,
            };
            Some((date_in(self.lang, *date), text, page))
        });
        nights.collect()
    }
}
