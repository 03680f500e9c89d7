//! Whether keeping connections pays off: if a server closes them without notice, each costs the
//! call that uses it. Pure.

use tokio::time::Instant;

/// Kept connections in a row that were gone when needed, after which none is kept any more.
const MAX_LOST: u32 = 3;

/// Counts kept connections that were lost.
#[derive(Debug, Default)]
pub(in crate::send) struct Losses {
    /// Kept connections in a row that were gone. Each was kept after the loss before was noticed,
    /// so a server that closes all of them at once counts once.
    in_a_row: u32,
    /// When the last counted loss was noticed.
    last: Option<Instant>,
}

impl Losses {
    /// Records that a connection kept since `kept` was gone when needed. Returns true if no
    /// connection is kept from now on.
    pub(in crate::send) fn lost(&mut self, kept: Instant, now: Instant) -> bool {
        if self.keeps() && self.last.is_none_or(|last| last <= kept) {
            self.in_a_row += 1;
            self.last = Some(now);
            return !self.keeps();
        }
        false
    }

    /// Records that a kept connection served another call.
    pub(in crate::send) fn served(&mut self) {
        if self.keeps() {
            self.in_a_row = 0;
        }
    }

    /// Whether connections are kept.
    pub(in crate::send) fn keeps(&self) -> bool {
        self.in_a_row < MAX_LOST
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn only_losses_of_one_after_the_other_end_the_keeping() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut restarted = Losses::default();
        for second in 0..10 {
            assert!(!restarted.lost(at(second), at(10)), "all at once");
        }
        restarted.lost(at(11), at(12));
        restarted.served();
        restarted.lost(at(13), at(14));
        assert!(restarted.keeps(), "two in a row");
        assert!(!restarted.lost(at(15), at(16)));
        assert!(restarted.lost(at(17), at(18)));
        assert!(!restarted.keeps());
        restarted.served();
        assert!(!restarted.keeps(), "for good");
    }
}
