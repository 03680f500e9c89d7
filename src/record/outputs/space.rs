//! Whether there is room for a run's files, as far as that can be told before its first call.

use std::fs;

use super::files::{self, OutputPaths};
use crate::model::ShownPath as _;
use crate::record::error::OutputError;

/// The shortest line of the results and the shortest of the journal: no row takes less.
const MIN_PER_ROW: u64 = 50 + 70;

/// The same for usual ids and the platform's usual message. Kept columns and failed rows come on top.
const USUAL_PER_ROW: u64 = 130 + 160;

/// What can be told of the room.
#[derive(Debug, PartialEq, Eq)]
enum FreeSpace {
    Enough,
    /// For the least, not for what is usual.
    Tight,
    TooLittle,
}

/// Refuses a run whose files cannot have room, and warns of one whose files hardly have. `rows` is 0 where their number
/// is not known. Files of an earlier run that this one replaces or goes on with count as room.
pub(crate) fn check(paths: &OutputPaths, rows: u64) -> Result<(), OutputError> {
    let folder = files::folder(&paths.results);
    // A file system that cannot tell is found out by writing.
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
                 gone on with",
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

    /// Nobody is refused who has room: the shortest lines there are, are no shorter.
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
        // The fixture's time has a digit, where today's has thirteen.
        let journal = journal.len() + 12;
        assert!((journal + results) as u64 >= MIN_PER_ROW, "{journal} + {results}");
    }
}
