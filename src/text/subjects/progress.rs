//! Sentences of the progress bar, and of the line a minute.

use crate::report::Moment;

/// Sentences about a run in progress.
pub(crate) trait ProgressWords {
    /// How far the run has come, in one line; while it waits, how long until the next try.
    fn moment(&self, moment: &Moment) -> String;
}
