//! The progress of a run: a bar on a terminal, one line a minute elsewhere, or nothing if it is not
//! wanted.

use std::fmt::Write as _;
use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use super::{Console, duration, thousands};
use crate::model::{Outcome, Waiting};

/// How often a line is written if there is no terminal.
const LINE_EVERY: Duration = Duration::from_mins(1);

/// Shared by the thread that counts rows and the task that reports them.
#[derive(Clone, Debug)]
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    counts: Arc<ProgressCounts>,
    total: Option<u64>,
    start: Instant,
    waits: watch::Receiver<Option<Waiting>>,
}

#[derive(Debug, Default)]
struct ProgressCounts {
    rows: AtomicU64,
    failures: AtomicU64,
}

impl Progress {
    /// Starts the display. `total` is the number of rows, if known; `waits` says when the run waits
    /// for the platform.
    pub(crate) fn start(
        console: &Console,
        total: Option<u64>,
        wanted: bool,
        waits: watch::Receiver<Option<Waiting>>,
    ) -> Self {
        let on_terminal = std::io::stderr().is_terminal();
        let bar = (wanted && on_terminal && !console.is_quiet()).then(|| {
            // Added before it is first drawn, so that it is drawn in one place only.
            let bar = console.bars().add(bar(total));
            bar.set_style(style(total));
            bar.set_message("0 failed");
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        Self {
            bar,
            counts: Arc::default(),
            total,
            start: Instant::now(),
            waits,
        }
    }

    /// Creates a progress that shows nothing.
    #[cfg(test)]
    pub(crate) fn hidden(waits: watch::Receiver<Option<Waiting>>) -> Self {
        Self {
            bar: None,
            counts: Arc::default(),
            total: None,
            start: Instant::now(),
            waits,
        }
    }

    /// Counts a row that has its verdict.
    pub(crate) fn row(&self, outcome: &Outcome) {
        let failures = u64::from(outcome.status.is_failure());
        let failures = self.counts.failures.fetch_add(failures, Ordering::Relaxed) + failures;
        let rows = self.counts.rows.fetch_add(1, Ordering::Relaxed) + 1;
        if let Some(bar) = &self.bar {
            bar.set_position(rows);
            if outcome.status.is_failure() && self.waits.borrow().is_none() {
                bar.set_message(failed(failures));
            }
        }
    }

    /// Updates the bar's message while the run waits, or logs a line a minute if there is no bar; a
    /// quiet log drops these. Runs until it is dropped.
    pub(crate) async fn tell(mut self) -> ! {
        if let Some(bar) = self.bar.clone() {
            while self.waits.changed().await.is_ok() {
                let waiting = self.waits.borrow_and_update().clone();
                bar.set_message(match waiting {
                    Some(waiting) => waiting.to_string(),
                    None => failed(self.counts.failures.load(Ordering::Relaxed)),
                });
            }
            let forever: std::convert::Infallible = std::future::pending().await;
            match forever {}
        }
        loop {
            sleep(LINE_EVERY).await;
            tracing::info!(
                event = "progress",
                rows_done = self.counts.rows.load(Ordering::Relaxed),
                rows = self.total,
                "{}",
                self.line(self.start.elapsed())
            );
        }
    }

    /// Removes the bar.
    pub(crate) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "an estimate for people")]
    fn line(&self, elapsed: Duration) -> String {
        let rows = self.counts.rows.load(Ordering::Relaxed);
        let failures = self.counts.failures.load(Ordering::Relaxed);
        let speed = rows as f64 / elapsed.as_secs_f64().max(0.001);
        let mut line = thousands(rows);
        if let Some(total) = self.total {
            line.push_str(" of ");
            line.push_str(&thousands(total));
        }
        // Writing to a string does not fail.
        write!(line, " rows, {speed:.1}/s, {} failed so far", thousands(failures)).ok();
        if let Some(waiting) = &*self.waits.borrow() {
            write!(line, ", {waiting}").ok();
            return line;
        }
        if let Some(left) = self
            .total
            .map(|total| total.saturating_sub(rows))
            .filter(|_| rows > 0)
        {
            let left = Duration::try_from_secs_f64(left as f64 / speed).unwrap_or(Duration::MAX);
            write!(line, ", about {} left", duration(left)).ok();
        }
        line
    }
}

fn failed(rows: u64) -> String {
    format!("{} failed", thousands(rows))
}

/// Creates a bar over the rows, or a spinner if their number is unknown.
fn bar(total: Option<u64>) -> ProgressBar {
    match total {
        Some(total) => ProgressBar::new(total),
        None => ProgressBar::new_spinner(),
    }
}

fn style(total: Option<u64>) -> ProgressStyle {
    let template = match total {
        Some(_) => "{bar:30} {human_pos}/{human_len} rows, {speed}, {msg}, {eta} left",
        None => "{spinner} {human_pos} rows, {speed}, {msg}, {elapsed}",
    };
    ProgressStyle::with_template(template)
        // The templates are constants; a test draws them.
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .with_key(
            "speed",
            |state: &ProgressState, line: &mut dyn std::fmt::Write| {
                // If drawing fails, the next update draws it.
                write!(line, "{:.1}/s", state.per_sec()).ok();
            },
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_line_says_how_far_how_fast_what_failed_and_how_long() {
        let progress = Progress {
            bar: None,
            counts: Arc::new(ProgressCounts {
                rows: AtomicU64::new(1500),
                failures: AtomicU64::new(2),
            }),
            total: Some(12_000),
            start: Instant::now(),
            waits: watch::channel(None).1,
        };
        assert_eq!(
            progress.line(Duration::from_mins(5)),
            "1,500 of 12,000 rows, 5.0/s, 2 failed so far, about 35 min 0 s left"
        );
        let stream = Progress {
            total: None,
            ..progress
        };
        assert_eq!(
            stream.line(Duration::from_mins(5)),
            "1,500 rows, 5.0/s, 2 failed so far"
        );
    }

    #[test]
    fn the_bar_says_the_same() {
        let terminal = indicatif::InMemoryTerm::new(5, 100);
        let target = indicatif::ProgressDrawTarget::term_like(Box::new(terminal.clone()));
        let bar = bar(Some(12_000))
            .with_style(style(Some(12_000)))
            .with_message("2 failed");
        bar.set_draw_target(target);
        bar.set_position(6_000);
        bar.tick();
        let drawn = terminal.contents();
        assert!(
            drawn.contains("6,000/12,000 rows, ") && drawn.contains("/s, 2 failed, "),
            "{drawn}"
        );
    }
}
