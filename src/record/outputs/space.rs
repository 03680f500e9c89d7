//! Checks the free space for a run's files, as far as possible before the first call.

use std::fs;

use super::files::{self, OutputPaths};
use crate::model::ShownPath as _;
use crate::record::error::OutputError;

/// Minimum size in bytes of a line of the results and a line of the journal together.
const MIN_PER_ROW: u64 = 50 + 70;

/// The same for usual ids and the platform's usual message. Kept columns and failed rows come on
/// top.
const USUAL_PER_ROW: u64 = 130 + 160;

/// An estimate of the free space.
#[derive(Debug, PartialEq, Eq)]
enum FreeSpace {
    Enough,
    /// Enough for the minimum, but not for the usual size.
    Tight,
    TooLittle,
}

/// Fails if there cannot be enough space for a run's files, and warns if it is tight. `rows` is 0
/// if their number is unknown. Files of an earlier run that this one replaces or resumes count as
/// free space.
pub(crate) fn check(paths: &OutputPaths, rows: u64) -> Result<(), OutputError> {
    let folder = files::folder(&paths.results);
    // If the file system does not report its free space, the first failed write shows it.
    let Ok(free) = fs4::available_space(folder) else {
        return Ok(());
    };
    let own = paths.unfinished();
    let own = own.iter().filter_map(|path| fs::metadata(path).ok());
    let free = free + own.map(|metadata| metadata.len()).sum::<u64>();
    match judge(free, rows) {
        FreeSpace::Enough => Ok(()),
        FreeSpace::Tight => {
            tracing::warn!(
                event = "disk_low",
                "`{}` has room for {} KiB, which is little for {rows} rows: if it is used up, sending stops and can be \
                 resumed",
                folder.shown(),
                free / 1024
            );
            Ok(())
        }
        FreeSpace::TooLittle => Err(OutputError::NoRoom {
            folder: folder.to_owned(),
            rows,
            needed: rows.saturating_mul(MIN_PER_ROW),
            free,
        }),
    }
}

fn judge(free: u64, rows: u64) -> FreeSpace {
    if free < rows.saturating_mul(MIN_PER_ROW) {
        FreeSpace::TooLittle
    } else if free < rows.saturating_mul(USUAL_PER_ROW) {
        FreeSpace::Tight
    } else {
        FreeSpace::Enough
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Outcome;
    use crate::record::journal::entry;
    use crate::record::tests::outcome;

    #[test]
    fn room_is_judged_by_the_number_of_rows() {
        assert_eq!(judge(0, 0), FreeSpace::Enough, "a stream is found out by writing");
        assert_eq!(judge(1000 * MIN_PER_ROW - 1, 1000), FreeSpace::TooLittle);
        assert_eq!(judge(1000 * MIN_PER_ROW, 1000), FreeSpace::Tight);
        assert_eq!(judge(1000 * USUAL_PER_ROW, 1000), FreeSpace::Enough);
    }

    /// No run with enough space is refused: the shortest possible lines are not shorter than the
    /// minimum.
    #[test]
    fn no_row_takes_less_than_the_least() {
        let shortest = Outcome {
            message: String::new(),
            elapsed: std::time::Duration::ZERO,
            ..outcome(0)
        };
        let mut journal = Vec::new();
        entry::write_outcome(&shortest, &mut journal);
        let results = "2,1,7,success,,,200,1,0,2026-11-24T00:00:00.000+01:00\n".len();
        // The test's time has one digit, but today's has thirteen.
        let journal = journal.len() + 12;
        assert!((journal + results) as u64 >= MIN_PER_ROW, "{journal} + {results}");
    }
}
