//! Reads the lines of results, or of the journal of an unfinished run: counts them, and keeps those of
//! the respondents who were asked for.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use anyhow::Error;
use jiff::Timestamp;

use crate::model::{Digits, ErrorCode, Status, clean, guarded};
use crate::record::{JournalRun, JournalVerdict, OutputError, verdicts_of_journal};
use crate::report::KeptRow;
use crate::run::commands::kept::person::plain_id;
use crate::run::prepare::input::opened::number;
use crate::run::results::{
    ATTEMPTS, ERROR_CODE, FINISHED_AT, HTTP_STATUS, MESSAGE, RESPONDENT, ROW, STATUS, SURVEY, each_result,
};

/// The respondents who were asked for.
pub(super) struct Asked {
    /// Each id as it was typed first; those that differ in leading zeros are one.
    names: Vec<String>,
    /// The place of each id without leading zeros.
    places: HashMap<String, usize>,
}

impl Asked {
    /// `ids` have digits only.
    pub(super) fn new(ids: &[String]) -> Self {
        let (mut names, mut places) = (Vec::new(), HashMap::new());
        for id in ids {
            let plain = Digits::new(id).map_or(id.as_str(), Digits::without_leading_zeros);
            places.entry(plain.to_owned()).or_insert_with(|| {
                names.push(id.clone());
                names.len() - 1
            });
        }
        Self { names, places }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    fn place(&self, cell: &str) -> Option<usize> {
        if self.is_empty() {
            return None;
        }
        self.places.get(&plain_id(cell)?).copied()
    }
}

/// What the lines of a run say.
#[derive(Debug, Default)]
pub(super) struct KeptRows {
    /// Rows by status and code.
    pub(super) counts: BTreeMap<(Status, Option<ErrorCode>), u64>,
    /// When the first verdict was reached.
    pub(super) since: Option<Timestamp>,
    /// The lines of the respondents who were asked for.
    pub(super) rows: Vec<KeptRow>,
}

impl KeptRows {
    /// Reads results. Of partial ones the last line may be torn.
    pub(super) fn of_results(path: &Path, is_partial: bool, asked: &Asked) -> Result<Self, Error> {
        let mut read = Self::default();
        each_result(path, is_partial, |row, row_of_run| {
            let cell = |column| row.fields.get(column).unwrap_or_default();
            let Some(status) = Status::from_name(cell(STATUS)) else {
                return;
            };
            let code = ErrorCode::from_name(cell(ERROR_CODE));
            let finished_at: Option<Timestamp> = cell(FINISHED_AT).parse().ok();
            read.count((status, code), finished_at);
            if let Some(asked) = asked.place(cell(RESPONDENT)) {
                let number_at = |column| number(&row.fields, Some(column));
                read.rows.push(KeptRow {
                    asked,
                    respondent: cell(RESPONDENT).to_owned(),
                    row: row_of_run.map_or_else(|| number_at(ROW), number_at),
                    survey: cell(SURVEY).to_owned(),
                    status,
                    code,
                    message: cell(MESSAGE).to_owned(),
                    http_status: cell(HTTP_STATUS).parse().ok(),
                    attempts: cell(ATTEMPTS).parse().unwrap_or_default(),
                    finished_at,
                });
            }
        })?;
        Ok(read)
    }

    /// Reads a journal. `None` if its first line is not whole.
    pub(super) fn of_journal(path: &Path, asked: &Asked) -> Result<Option<(JournalRun, Self)>, OutputError> {
        let mut read = Self::default();
        let run = verdicts_of_journal(path, |verdict| read.add(verdict, asked))?;
        Ok(run.map(|run| (run, read)))
    }

    fn add(&mut self, verdict: JournalVerdict, asked: &Asked) {
        let JournalVerdict {
            row,
            row_of_run,
            respondent,
            survey,
            settled,
        } = verdict;
        self.count((settled.status, settled.error_code), Some(settled.finished_at));
        if let Some(asked) = asked.place(&respondent) {
            self.rows.push(KeptRow {
                asked,
                respondent,
                row: row_of_run.unwrap_or(row),
                survey,
                status: settled.status,
                code: settled.error_code,
                // As the partial results have it.
                message: guarded(&clean(&settled.message)).into_owned(),
                http_status: settled.http_status,
                attempts: settled.attempts,
                finished_at: Some(settled.finished_at),
            });
        }
    }

    fn count(&mut self, verdict: (Status, Option<ErrorCode>), at: Option<Timestamp>) {
        *self.counts.entry(verdict).or_default() += 1;
        self.since = self.since.into_iter().chain(at).min();
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const HEADER: &str = "row,id_respondent,id_survey,status,error_code,message,http_status,attempts,elapsed_ms,finished_at,Name\n";

    fn read(text: &str, is_partial: bool) -> Result<KeptRows, Error> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results");
        fs::write(&path, text).unwrap();
        KeptRows::of_results(
            &path,
            is_partial,
            &Asked::new(&["007".to_owned(), "12".to_owned()]),
        )
    }

    #[test]
    fn the_rows_of_an_id_are_found_whatever_its_zeros_and_kept_columns_are_not() {
        let text = format!(
            "{HEADER}2,7,9,success,,updated,200,1,5,2026-11-24T08:57:43.123+01:00,7\n\
             3,8,9,failed,rejected,no,200,1,5,2026-11-24T08:57:42.000+01:00,12\n\
             4,0012,9,failed,rejected,\"no, never\",200,2,5,24.11.2026 08:57,x\n"
        );
        let read = read(&text, false).unwrap();
        let rows: Vec<_> = read
            .rows
            .iter()
            .map(|row| (row.asked, row.row, &*row.respondent))
            .collect();
        assert_eq!(rows, [(0, 2, "7"), (1, 4, "0012")]);
        assert_eq!((&*read.rows[1].message, read.rows[1].attempts), ("no, never", 2));
        assert_eq!(read.rows[1].finished_at, None);
        assert_eq!(read.since, "2026-11-24T07:57:42Z".parse().ok());
        assert_eq!(read.counts.values().sum::<u64>(), 3);
    }

    #[test]
    fn results_of_excel_and_of_rounds_are_read_and_other_files_are_not() {
        let excel = HEADER
            .replace("Name", "sync_row")
            .replace(',', ";")
            .replace('\n', "\r\n");
        let excel =
            format!("\u{feff}{excel}2;7;9;success;;updated;200;1;5;2026-11-24T08:57:43.123+01:00;15\r\n");
        assert_eq!(read(&excel, false).unwrap().rows[0].row, 15);
        assert!(read("id_respondent,l1\n7,a\n", false).is_err());
        let torn = format!("{HEADER}2,7,9,success,,updated,200,1,5,T,x\n3,12,9,succ");
        assert!(read(&torn, false).is_err());
        assert_eq!(read(&torn, true).unwrap().rows.len(), 1);
        assert_eq!(read(HEADER, false).unwrap().rows, []);
    }

    #[test]
    fn ids_that_differ_in_zeros_are_asked_for_once() {
        let ids = ["7", "007", "000", "12"].map(str::to_owned);
        let asked = Asked::new(&ids);
        assert_eq!(asked.names().collect::<Vec<_>>(), ["7", "000", "12"]);
        assert_eq!(
            [asked.place("'7"), asked.place("0"), asked.place("x")],
            [Some(0), Some(1), None]
        );
    }
}
