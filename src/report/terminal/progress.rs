//! The progress of a run: a bar on a terminal, one line a minute elsewhere, or nothing if it is not
//! wanted. The words come from the caller.

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use tokio::sync::watch;
use tokio::time::sleep;

use crate::model::{Message, Outcome, Status, Waiting};
use crate::report::Console;

/// How often a line is written if there is no terminal.
const LINE_EVERY: Duration = Duration::from_mins(1);

/// How often the bar is drawn.
const DRAW_EVERY: Duration = Duration::from_millis(250);

/// How far a run has come.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Moment {
    /// Rows that have their verdict.
    pub(crate) done: u64,
    /// All rows, if they were counted.
    pub(crate) total: Option<u64>,
    pub(crate) failed: u64,
    pub(crate) invalid: u64,
    /// Calls per second, of rows that made a call; `None` before the first.
    pub(crate) rate: Option<f64>,
    /// Estimate of the remaining time, if the total is known.
    pub(crate) left: Option<Duration>,
    /// The time until the next try, if the run waits for the platform.
    pub(crate) next_try: Option<Duration>,
}

/// Says how far a run has come.
pub(crate) type MomentWords = fn(&Moment) -> Message;

/// Shared by the thread that counts rows and the task that reports them.
#[derive(Clone, Debug)]
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    console: Option<Console>,
    counts: Arc<ProgressCounts>,
    total: Option<u64>,
    waits: watch::Receiver<Option<Waiting>>,
    words: MomentWords,
}

#[derive(Debug, Default)]
struct ProgressCounts {
    done: AtomicU64,
    /// Rows with a verdict of this run.
    fresh: AtomicU64,
    /// Rows of this run that made a call.
    called: AtomicU64,
    failed: AtomicU64,
    invalid: AtomicU64,
}

impl Progress {
    /// Starts the display. `total` is the number of rows, if known; `waits` says when the run waits
    /// for the platform.
    pub(crate) fn start(
        console: &Console,
        total: Option<u64>,
        wanted: bool,
        waits: watch::Receiver<Option<Waiting>>,
        words: MomentWords,
    ) -> Self {
        let on_terminal = std::io::stderr().is_terminal();
        let bar = (wanted && on_terminal && !console.is_quiet()).then(|| {
            // Added before it is first drawn, so that it is drawn in one place only.
            let bar = console.bars().add(bar(total));
            bar.set_style(style(total));
            bar
        });
        Self {
            bar,
            console: Some(console.clone()),
            counts: Arc::default(),
            total,
            waits,
            words,
        }
    }

    /// Creates a progress that shows nothing.
    #[cfg(test)]
    pub(crate) fn hidden(waits: watch::Receiver<Option<Waiting>>) -> Self {
        Self {
            bar: None,
            console: None,
            counts: Arc::default(),
            total: None,
            waits,
            words: |_| Message::default(),
        }
    }

    /// Counts a row that has its verdict.
    pub(crate) fn row(&self, outcome: &Outcome) {
        let add = |count: &AtomicU64, counts: bool| {
            count.fetch_add(u64::from(counts), Ordering::Relaxed);
        };
        let counts = &self.counts;
        add(&counts.done, true);
        add(&counts.fresh, !outcome.journalled);
        add(&counts.called, !outcome.journalled && outcome.attempts > 0);
        let is_invalid = outcome.status == Status::Invalid;
        add(&counts.invalid, is_invalid);
        add(&counts.failed, outcome.status.is_failure() && !is_invalid);
    }

    /// Draws the bar, or logs a line a minute if there is none; a quiet log drops these. Runs until
    /// it is dropped.
    pub(crate) async fn tell(self) -> ! {
        // Without the waits for the platform, which say nothing about the pace.
        let mut active = Duration::ZERO;
        let mut since_line = Duration::ZERO;
        loop {
            let moment = self.moment(active, Timestamp::now());
            if let (Some(bar), Some(console)) = (&self.bar, &self.console) {
                let words = (self.words)(&moment);
                bar.set_message(words.text(console.lang()).replace('\u{A0}', " "));
                bar.set_position(moment.done);
                bar.tick();
            } else if since_line >= LINE_EVERY {
                since_line = Duration::ZERO;
                let line = (self.words)(&moment);
                tracing::info!(
                    event = "progress",
                    rows_done = moment.done,
                    rows = self.total,
                    polish = line.polish(),
                    "{line}"
                );
            }
            sleep(DRAW_EVERY).await;
            since_line += DRAW_EVERY;
            if moment.next_try.is_none() {
                active += DRAW_EVERY;
            }
        }
    }

    /// Removes the bar.
    pub(crate) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "an estimate for people")]
    fn moment(&self, active: Duration, now: Timestamp) -> Moment {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let counts = &self.counts;
        let (done, fresh, called) = (read(&counts.done), read(&counts.fresh), read(&counts.called));
        let rate = (called > 0).then(|| called as f64 / active.as_secs_f64().max(0.001));
        // Rows that make no call take no time; as many of the others may make none.
        let left = rate.zip(self.total).map(|(rate, total)| {
            let calls = total.saturating_sub(done) as f64 * called as f64 / fresh.max(1) as f64;
            Duration::try_from_secs_f64(calls / rate).unwrap_or(Duration::MAX)
        });
        let waiting = self.waits.borrow().clone();
        Moment {
            done,
            total: self.total,
            failed: read(&counts.failed),
            invalid: read(&counts.invalid),
            rate,
            left,
            next_try: waiting.map(|waiting| {
                let next = waiting.next_try.duration_since(now);
                Duration::try_from(next).unwrap_or_default()
            }),
        }
    }
}

/// Creates a bar over the rows, or a spinner if their number is unknown.
fn bar(total: Option<u64>) -> ProgressBar {
    match total {
        Some(total) => ProgressBar::new(total),
        None => ProgressBar::new_spinner(),
    }
}

/// The words are cut at the terminal's edge, so that the bar stays one line.
fn style(total: Option<u64>) -> ProgressStyle {
    let template = match total {
        Some(_) => "{bar:16} {wide_msg}",
        None => "{spinner} {wide_msg}",
    };
    // The templates are constants; a test draws them.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress(counts: ProgressCounts) -> Progress {
        Progress {
            counts: Arc::new(counts),
            total: Some(12_000),
            ..Progress::hidden(watch::channel(None).1)
        }
    }

    #[tokio::test(start_paused = true)]
    async fn rate_and_time_left_are_those_of_calls() {
        let progress = progress(ProgressCounts {
            done: AtomicU64::new(3000),
            fresh: AtomicU64::new(2000),
            called: AtomicU64::new(1500),
            failed: AtomicU64::new(2),
            invalid: AtomicU64::new(4),
        });
        let moment = progress.moment(Duration::from_mins(5), Timestamp::UNIX_EPOCH);
        assert_eq!(moment.rate, Some(5.0));
        // Three of four of 9,000 rows, at 5/s.
        assert_eq!(moment.left, Some(Duration::from_secs(1350)));
        assert_eq!((moment.failed, moment.invalid), (2, 4));
    }

    #[tokio::test(start_paused = true)]
    async fn skipped_rows_take_no_time() {
        let progress = progress(ProgressCounts {
            done: AtomicU64::new(3000),
            fresh: AtomicU64::new(3000),
            ..ProgressCounts::default()
        });
        let moment = progress.moment(Duration::from_mins(5), Timestamp::UNIX_EPOCH);
        assert_eq!((moment.rate, moment.left), (None, None));
    }

    #[test]
    fn the_bar_stays_one_line() {
        let terminal = indicatif::InMemoryTerm::new(5, 60);
        let target = indicatif::ProgressDrawTarget::term_like(Box::new(terminal.clone()));
        let bar = bar(Some(12_000)).with_style(style(Some(12_000)));
        bar.set_draw_target(target);
        bar.set_message("a long word and another ".repeat(9));
        bar.set_position(6_000);
        bar.tick();
        let drawn = terminal.contents();
        assert_eq!(drawn.lines().count(), 1, "{drawn}");
        assert!(drawn.contains("a long word"), "{drawn}");
    }
}
