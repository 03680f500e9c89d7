//! The time that a run may take from its start, whatever it waits for or reads before its first
//! call. Uses two clocks: tokio's, which cannot be set and stands still while the machine is
//! suspended, and the wall clock. `model/settings/deadline.rs` computes the end.

use std::future::pending;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{Instant, sleep};

use crate::model::Deadline;

/// How often the wall clock is read: a machine that was suspended past the end ends its run this
/// soon after it wakes.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// A run's time window. `W` returns the wall clock's time.
#[derive(Clone, Debug)]
pub(crate) struct Window<W = fn() -> Timestamp> {
    begun: Instant,
    deadline: Deadline,
    wall: W,
}

impl Window {
    /// Creates a window that began at `begun`, the start of the program.
    pub(crate) fn since(begun: Instant, deadline: Deadline) -> Self {
        Self::with_clock(begun, deadline, Timestamp::now)
    }
}

impl<W: Fn() -> Timestamp> Window<W> {
    fn with_clock(begun: Instant, deadline: Deadline, wall: W) -> Self {
        Self {
            begun,
            deadline,
            wall,
        }
    }

    /// Returns the time left; `None` if the window has no end.
    fn left(&mut self) -> Option<Duration> {
        self.deadline.left(self.begun.elapsed(), (self.wall)())
    }

    /// Waits until the window is over; for ever if it has no end. Cancel safe.
    pub(crate) async fn over(&mut self) {
        while let Some(left) = self.left() {
            if left.is_zero() {
                return;
            }
            sleep(left.min(LOOK_EVERY)).await;
        }
        pending::<()>().await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use jiff::SignedDuration;
    use jiff::tz::TimeZone;

    use super::*;

    const START: &str = "2026-11-24T02:00:00Z";

    /// Returns the seconds on tokio's clock until the window is over. `set` gets these every second
    /// and returns by how many seconds the wall clock is ahead by then.
    async fn seconds_until_over(max_duration: Option<Duration>, set: fn(u64) -> i64) -> u64 {
        let (start, begun) = (START.parse::<Timestamp>().unwrap(), Instant::now());
        let until = Some("06:00".parse().unwrap());
        let deadline = Deadline::new(max_duration, until, start, &TimeZone::UTC);
        let ahead = AtomicI64::new(0);
        let mut window = Window::with_clock(begun, deadline, || {
            let run = SignedDuration::try_from(begun.elapsed()).unwrap();
            start + run + SignedDuration::from_secs(ahead.load(Ordering::Relaxed))
        });
        let setting = async {
            loop {
                ahead.store(set(begun.elapsed().as_secs()), Ordering::Relaxed);
                sleep(Duration::from_secs(1)).await;
            }
        };
        tokio::select! {
            () = window.over() => {}
            () = setting => {}
        }
        assert_eq!(window.left(), Some(Duration::ZERO));
        begun.elapsed().as_secs()
    }

    #[tokio::test(start_paused = true)]
    async fn the_end_comes_when_the_clock_on_the_wall_has_reached_it() {
        const HOUR: u64 = 3600;
        assert_eq!(seconds_until_over(None, |_| 0).await, 4 * HOUR);
        // Suspended for an hour after 10 minutes, which tokio's clock does not notice.
        let suspended = |run| if run < 600 { 0 } else { 3600 };
        assert_eq!(seconds_until_over(None, suspended).await, 3 * HOUR);
        // Suspended past the end.
        let past = |run| if run < 600 { 0 } else { 8 * 3600 };
        assert!((600..=603).contains(&seconds_until_over(None, past).await));
        // Corrected by half an hour, either way.
        let ahead = |run| if run < 600 { 0 } else { 1800 };
        assert_eq!(seconds_until_over(None, ahead).await, 7 * HOUR / 2);
        let back = |run| if run < 600 { 0 } else { -1800 };
        assert_eq!(seconds_until_over(None, back).await, 9 * HOUR / 2);
        // `--max-duration` depends on neither.
        let five = Some(Duration::from_hours(3));
        assert_eq!(seconds_until_over(five, ahead).await, 3 * HOUR);
    }
}
