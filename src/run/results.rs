//! Reads a results file back, row by row.

use std::path::Path;

use anyhow::{Error, anyhow, ensure};

use super::prepare::input::tables::side_file::SideFile;
use crate::model::{Lang, Row};
use crate::read::{InputError, ReadOptions};
use crate::text::fault_text;

/// The columns that are checked, with their places.
const COLUMNS: [(usize, &str); 6] = [
    (ROW, "row"),
    (RESPONDENT, "id_respondent"),
    (SURVEY, "id_survey"),
    (STATUS, "status"),
    (ERROR_CODE, "error_code"),
    (MESSAGE, "message"),
];

pub(super) const ROW: usize = 0;
pub(super) const RESPONDENT: usize = 1;
pub(super) const SURVEY: usize = 2;
pub(super) const STATUS: usize = 3;
pub(super) const ERROR_CODE: usize = 4;
pub(super) const MESSAGE: usize = 5;
// Only read where they are of use: an older spreadsheet may have dropped them.
pub(super) const HTTP_STATUS: usize = 6;
pub(super) const ATTEMPTS: usize = 7;
pub(super) const FINISHED_AT: usize = 9;

/// The column of a round's results that has the row of the run: the first that is kept.
const ROW_OF_RUN: usize = 10;

/// The name of that column.
const SYNC_ROW: &str = "sync_row";

/// Passes every row of a results file to `see`, with the column that has the row of the run in the
/// results of a round. The last line of a partial file may be torn.
///
/// # Errors
///
/// If the file cannot be read, or is no results file.
pub(super) fn each_result(
    path: &Path,
    is_partial: bool,
    mut see: impl FnMut(&Row<'_>, Option<usize>),
) -> Result<(), Error> {
    let options = ReadOptions {
        encoding: "utf-8".parse().ok(),
        ..ReadOptions::default()
    };
    let mut table = match SideFile::open(path, options, None, |_| Ok::<_, InputError>(())) {
        // There is a header and nothing else.
        Err(error) if error.is_no_rows() => return Ok(()),
        opened => opened?,
    };
    let names = &table.first.names;
    for (at, name) in COLUMNS {
        ensure!(
            names.get(at).is_some_and(|found| found == name),
            "column {} is not `{name}`",
            at + 1
        );
    }
    let name = names.get(ROW_OF_RUN);
    let row_of_run = name
        .is_some_and(|name| name.trim().eq_ignore_ascii_case(SYNC_ROW))
        .then_some(ROW_OF_RUN);
    let mut rows = table.rows()?;
    while let Some(row) = rows.next()? {
        if let Some(fault) = &row.fault {
            let why = fault_text(Lang::En)(fault);
            ensure!(is_partial, anyhow!("{}: {why}", row.position));
            continue;
        }
        see(&row, row_of_run);
    }
    rows.finish()?;
    Ok(())
}
