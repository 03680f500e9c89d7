//! Finds a person in the files of one run or round, and says which bytes have to go. Reads only;
//! `record` replaces them.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::model::{RecordedSettings, RowFault, SettingValue, Status, trim_invisible};
use crate::read::{Container, InputError, ReadOptions};
use crate::record::{Edit, KeptFiles, ROW_OF_RUN, emptied_line};
use crate::run::commands::kept::person::{Named, Person};
use crate::run::prepare::input::tables::side_file::SideFile;
use crate::text::Left;

/// The first columns of all results.
const COLUMNS: [&str; 4] = ["row", "id_respondent", "id_survey", "status"];

const RESPONDENT: usize = 1;

const SYNC_ROW: &str = "sync_row";

/// What has to be changed in a file; without edits, nothing.
pub(super) struct Change {
    pub(super) path: PathBuf,
    pub(super) edits: Vec<Edit>,
    /// The xxh3-128 of the bytes that were read.
    pub(super) digest: u128,
}

/// A run or a round with what has to be changed in its files.
pub(super) struct ExaminedRun {
    pub(super) files: KeptFiles,
    /// The failed file goes first: its rows are known by the results.
    pub(super) failed: Option<Change>,
    pub(super) results: Option<Change>,
    pub(super) left: Vec<(PathBuf, Left)>,
}

/// Why a table has no changes.
pub(super) enum Stop {
    /// It has no bytes.
    Empty,
    Left(Left),
}

impl From<InputError> for Stop {
    fn from(error: InputError) -> Self {
        if error.is_no_rows() {
            Self::Empty
        } else {
            Self::Left(Left::Unreadable)
        }
    }
}

/// Examines the files of one run. `id_column` is used if its summary does not name another.
pub(super) fn examine(files: KeptFiles, person: &Person, id_column: &str) -> ExaminedRun {
    let mut left = Vec::new();
    let mut kept = |path: &Path, stop: Stop| {
        if let Stop::Left(why) = stop {
            left.push((path.to_owned(), why));
        }
    };
    let (mut of_results, mut rows) = (None, None);
    if let Some(path) = &files.results {
        match results(path, person, files.is_round) {
            Ok((change, found)) => (of_results, rows) = (Some(change), found),
            Err(stop) => kept(path, stop),
        }
    }
    let form = FailedForm::new(&files.settings(), id_column);
    let of_failed = files.failed.as_ref().and_then(|path| {
        let found = failed(path, (rows.as_ref(), person), &form);
        found.map_err(|stop| kept(path, stop)).ok()
    });
    let needs_results =
        files.failed.is_some() && of_failed.is_none() || files.workbook.is_some() && form.id_column.is_none();
    if needs_results && let Some(change) = of_results.take_if(|change| !change.edits.is_empty()) {
        kept(&change.path, Stop::Left(Left::NeedsFailed));
    }
    let others = [
        (files.workbook.as_slice(), Left::Workbook),
        (&files.unfinished, Left::Unfinished),
        (&files.no_files, Left::NoFile),
    ];
    for (paths, why) in others {
        for path in paths {
            kept(path, Stop::Left(why));
        }
    }
    ExaminedRun {
        files,
        failed: of_failed,
        results: of_results,
        left,
    }
}

/// Returns the edits that empty the person's lines, and the rows of these lines as the failed file of
/// the same run or round has them; `None` if the results do not have these numbers.
fn results(path: &Path, person: &Person, is_round: bool) -> Result<(Change, Option<HashSet<u64>>), Stop> {
    let options = ReadOptions {
        encoding: "utf-8".parse().ok(),
        may_be_empty: true,
        ..ReadOptions::default()
    };
    let mut table = open(path, options)?;
    let names = &table.first.names;
    if COLUMNS.iter().zip(names).any(|(column, name)| column != name) || names.len() < ROW_OF_RUN {
        return Err(Stop::Left(Left::Unreadable));
    }
    let has_row_of_run = names.get(ROW_OF_RUN).is_some_and(|name| is_named(name, SYNC_ROW));
    let place = match (is_round, has_row_of_run) {
        (false, _) => Some(0),
        (true, true) => Some(ROW_OF_RUN),
        (true, false) => None,
    };
    let delimiter = table.first.dialect.byte;
    let (mut edits, mut found) = (Vec::new(), HashSet::new());
    let mut rows = table.rows()?;
    while let Some(row) = rows.next()? {
        let cell = |column| row.fields.get(column).unwrap_or_default();
        let has_columns = !matches!(
            row.fault,
            Some(RowFault::TooFewFields { .. } | RowFault::TooManyFields { .. })
        );
        if !has_columns || Status::from_name(cell(3)).is_none() {
            return Err(Stop::Left(Left::Unreadable));
        }
        if person.named_in(cell(RESPONDENT)) == Named::Person {
            found.extend(place.and_then(|place| row_number(cell(place))));
            edits.push(Edit {
                at: row.position.byte,
                length: row.record.len() as u64,
                by: emptied_line(row.record, delimiter, has_row_of_run),
            });
        }
    }
    rows.finish()?;
    let digest = table.digest();
    let path = path.to_owned();
    Ok((Change { path, edits, digest }, place.map(|_| found)))
}

/// What is known of a failed file before it is read.
struct FailedForm {
    skip_lines: u64,
    delimiter: Option<String>,
    /// The column with the respondent's id; `None` if ids are found by address.
    id_column: Option<String>,
}

impl FailedForm {
    fn new(settings: &RecordedSettings, id_column: &str) -> Self {
        let text = |key: &str| match settings.get(key) {
            Some(SettingValue::One(text)) => Some(text.clone()),
            _ => None,
        };
        let named = text("id_column").unwrap_or_else(|| id_column.to_owned());
        Self {
            skip_lines: text("skip_lines")
                .and_then(|text| text.parse().ok())
                .unwrap_or_default(),
            delimiter: text("delimiter"),
            id_column: (!settings.contains_key("match_on")).then_some(named),
        }
    }
}

/// Returns the edits that delete the person's records: those of the rows of the results, and those
/// whose cell names the person, which may have been corrected since.
fn failed(
    path: &Path,
    (rows, person): (Option<&HashSet<u64>>, &Person),
    form: &FailedForm,
) -> Result<Change, Stop> {
    let options = ReadOptions {
        skip_lines: form.skip_lines,
        may_be_empty: true,
        ..ReadOptions::default()
    };
    let column = |table: &SideFile, name: &str| {
        let mut names = table.first.names.iter();
        names.position(|found| is_named(found, name))
    };
    let detected = open(path, options);
    let is_known = matches!(&detected, Ok(table) if column(table, SYNC_ROW).is_some());
    let delimiter = form.delimiter.as_deref().and_then(|text| text.parse().ok());
    let mut table = match delimiter.filter(|_| !is_known) {
        // A delimiter that no reader finds by itself.
        Some(given) => open(
            path,
            ReadOptions {
                delimiter: Some(given),
                ..options
            },
        )?,
        None => detected?,
    };
    let row_column = column(&table, SYNC_ROW);
    let row_column = row_column.ok_or(Stop::Left(Left::NoRows))?;
    let id_column = form.id_column.as_deref().and_then(|name| column(&table, name));
    let mut edits = Vec::new();
    let mut records = table.rows()?;
    while let Some(record) = records.next()? {
        let cell = |column| record.fields.get(column).unwrap_or_default();
        let row = row_number(cell(row_column));
        if (row.is_none() || rows.is_none()) && id_column.is_none() {
            return Err(Stop::Left(Left::NoRows));
        }
        let is_row_of = |rows: &HashSet<u64>| row.is_some_and(|row| rows.contains(&row));
        let named = id_column.map(|column| person.named_in(cell(column)));
        match (rows.is_some_and(is_row_of), named) {
            // Merged from two nights, or with an id that was corrected since.
            (true, Some(Named::Another)) => return Err(Stop::Left(Left::OtherId)),
            (_, Some(Named::Unclear)) if row.is_none() => return Err(Stop::Left(Left::NoRows)),
            _ => {}
        }
        if rows.is_some_and(is_row_of) || named == Some(Named::Person) {
            edits.push(Edit {
                at: record.position.byte,
                length: record.record.len() as u64,
                by: Vec::new(),
            });
        }
    }
    records.finish()?;
    let digest = table.digest();
    let path = path.to_owned();
    Ok(Change { path, edits, digest })
}

/// Opens a table whose bytes are those of the file.
pub(super) fn open(path: &Path, options: ReadOptions) -> Result<SideFile, Stop> {
    let table = SideFile::open(path, options, None, |container| match container {
        Container::Plain => Ok(()),
        _ => Err(Stop::Left(Left::OtherForm)),
    })?;
    let dialect = table.first.dialect;
    if dialect.encoding.is_utf16() || dialect.stands_for.is_some() {
        return Err(Stop::Left(Left::OtherForm));
    }
    Ok(table)
}

fn is_named(found: &str, name: &str) -> bool {
    trim_invisible(found).eq_ignore_ascii_case(trim_invisible(name))
}

fn row_number(cell: &str) -> Option<u64> {
    // A spreadsheet may have put a space between thousands.
    let digits: String = cell.chars().filter(|c| !c.is_whitespace()).collect();
    digits.parse().ok().filter(|row| *row > 0)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::*;
    use crate::model::push_csv_record;

    const RESULTS: &str = "row,id_respondent,id_survey,status,error_code,message,http_status,attempts,elapsed_ms,finished_at,Name\n";
    const FAILED: &str = "sync_row,sync_action,sync_error,id_respondent,Name\n";

    fn line(cells: &[&str]) -> Vec<u8> {
        let mut line = Vec::new();
        push_csv_record(cells, b',', &mut line);
        line.push(b'\n');
        line
    }

    /// Returns the bytes of a file with the edits of a change.
    fn changed(change: &Change) -> Vec<u8> {
        let mut bytes = fs::read(&change.path).unwrap();
        for edit in change.edits.iter().rev() {
            let [at, length] = [edit.at, edit.length].map(|number| usize::try_from(number).unwrap());
            bytes.splice(at..at + length, edit.by.iter().copied());
        }
        bytes
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn nothing_but_the_persons_bytes_changes(
            rows in proptest::collection::vec(
                (prop_oneof!["7", "007", "77", "8", "x7", ""], "(?s)[a-zż,\"\n]{0,6}", any::<bool>()),
                1..12,
            ),
        ) {
            let folder = tempfile::tempdir().unwrap();
            let path = |name: &str| folder.path().join(name);
            let [mut results, mut new_results] = [RESULTS; 2].map(|text| text.as_bytes().to_vec());
            let [mut failed, mut new_failed] = [FAILED; 2].map(|text| text.as_bytes().to_vec());
            for (at, (id, name, has_failed)) in rows.iter().enumerate() {
                let row = (at + 2).to_string();
                let is_person = ["7", "007"].contains(&id.as_str());
                let status = if *has_failed { "failed" } else { "success" };
                let result = |id: &str, message: &str, name: &str| {
                    line(&[&row, id, "9", status, "", message, "200", "1", "42", "T", name])
                };
                results.extend(result(id, "m", name));
                new_results.extend(if is_person { result("", "", "") } else { result(id, "m", name) });
                if *has_failed {
                    let record = line(&[&row, "fix", "e", id, name]);
                    failed.extend(&record);
                    new_failed.extend(if is_person { Vec::new() } else { record });
                }
            }
            fs::write(path("results"), &results).unwrap();
            fs::write(path("failed"), &failed).unwrap();
            let files = KeptFiles {
                results: Some(path("results")),
                failed: Some(path("failed")),
                ..KeptFiles::default()
            };
            let examined = examine(files, &Person::new(&["7".to_owned()]), "id_respondent");
            prop_assert_eq!(examined.left, []);
            prop_assert_eq!(changed(&examined.results.unwrap()), new_results);
            prop_assert_eq!(changed(&examined.failed.unwrap()), new_failed);
        }
    }
}
