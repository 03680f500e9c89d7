//! Why an input is unusable. Each message names the place, what is there, why it is refused and
//! what to do. Faults of a single row are data, not errors ([`crate::model::RowFault`]).

use std::io;

use thiserror::Error;

use super::Change;
use super::columns::fault::{ColumnFault, Listed, in_words};
use super::unpack::refused::Foreign;
use super::workbook::WorkbookFault;
use crate::model::Message;

/// Why the input as a whole cannot be used (exit code 3, or 9 if it has no rows).
#[derive(Debug, Error)]
pub(crate) enum InputError {
    #[error("cannot open the input")]
    Open(#[source] io::Error),

    #[error("the input is a folder: name a file in it")]
    Folder,

    #[error("{0}")]
    NoNewest(Message),

    #[error("cannot read the input at byte {byte}")]
    Read { byte: u64, source: io::Error },

    #[error("the input is empty: there is no header and no row")]
    Empty,

    #[error("the input has a header but no data rows: nothing to send")]
    NoRows,

    #[error("the input is {}, not a CSV file: {}", .0.what(), .0.remedy())]
    NotCsv(Foreign),

    #[error(
        "the input is a zip archive but no workbook that can be read ({0}): save it as `.xlsx` or `CSV UTF-8`, or unpack \
         it first"
    )]
    Workbook(String),

    #[error(transparent)]
    DamagedWorkbook(#[from] WorkbookFault),

    #[error("the workbook has no sheet `{name}`: its sheets are {sheets} (`--sheet`)")]
    NoSheet { name: String, sheets: String },

    #[error("the input is a workbook, which `{0}` says nothing about: leave it out")]
    NoFlagForWorkbook(&'static str),

    #[error(
        "row {row} (line {line}): a quote that opens in this record is never closed, so the rest of the file would \
         become one field: close it, or double it (`\"\"`) if it belongs to the text"
    )]
    UnclosedQuote { row: u64, line: u64 },

    #[error(
        "row {row} (line {line}): text after a closing quote, so the end of the field that opens on line {opened} is \
         unclear: double the quotes that belong to the text (`\"\"`), or close the one left open"
    )]
    TextAfterQuote { row: u64, line: u64, opened: u64 },

    #[error(
        "row {row} (line {line}): a record over {limit} MiB: look for a quote that was opened by mistake, or a line \
         end that is missing"
    )]
    RecordTooLong { row: u64, line: u64, limit: usize },

    #[error(
        "line {line}: more than {limit} blank records in a row: remove them, or save only the rows that have something"
    )]
    TooManyBlanks { line: u64, limit: u64 },

    #[error(
        "line {line}: the header has more than {limit} columns, which no spreadsheet has: look for line ends that are \
         missing, or give the right `--delimiter`"
    )]
    TooManyColumns { line: u64, limit: usize },

    #[error(
        "line {line}: the delimiter {given} finds one column in the header, {better} would find {columns}: give the \
         right one with `--delimiter`"
    )]
    WrongDelimiter {
        line: u64,
        given: String,
        better: String,
        columns: usize,
    },

    #[error("the first {lines} lines are blank: there is no table here, so ask for another export")]
    BlankStart { lines: usize },

    #[error(
        "line {line}: no delimiter found: the header is one column, and an id and a label need two; give an \
         unusual delimiter with `--delimiter`{}",
        header_further_down(*.skip)
    )]
    NoDelimiter {
        line: u64,
        /// The value of `--skip-lines` with which a delimiter is found.
        skip: Option<u64>,
    },

    #[error(
        "the delimiter {0} is another byte in each encoding, and the input is not UTF-8: give `--encoding`, too"
    )]
    DelimiterNeedsEncoding(String),

    #[error(
        "{encoding} has no character {given}, so it cannot be the delimiter: give the right `--encoding` or `--delimiter`"
    )]
    DelimiterLacking { given: String, encoding: &'static str },

    #[error("`--skip-lines {0}` leaves nothing: the input has fewer lines at its beginning")]
    SkipsAll(u64),

    #[error(
        "`--encoding {given}` cannot be right: by {} the input is {found}; leave `--encoding` out, or save the \
         file anew",
        if *.by_mark { "its byte order mark" } else { "its NUL bytes" }
    )]
    EncodingContradicted {
        given: &'static str,
        found: &'static str,
        /// By the byte order mark, not by the NUL bytes.
        by_mark: bool,
    },

    #[error(
        "the failed file was saved in an encoding that lacks letters, so those of the values are lost, too: save it as \
         `CSV UTF-8` or as a workbook, from the file that this tool wrote"
    )]
    LettersLost,

    #[error(
        "the failed file says that it is {declared}, and its letters are where {told} has them: somebody has saved it anew; \
         give the right `--encoding`"
    )]
    NoteContradicted {
        declared: &'static str,
        told: &'static str,
    },

    #[error(
        "the input's encoding cannot be told from its bytes{}: give the right one with `--encoding`",
        possible(.readings)
    )]
    EncodingUnclear {
        /// The possible encodings, in backticks, or what they would make of a record.
        readings: Vec<String>,
    },

    #[error(
        "line {line}: the header holds bytes that {encoding} does not allow: give the right `--encoding`"
    )]
    HeaderEncoding { line: u64, encoding: &'static str },

    #[error(
        "standard input is not UTF-8, and its encoding cannot be guessed from its beginning: give `--encoding` \
         (`windows-1250` for a Polish Excel), or run on a file"
    )]
    StreamEncoding,

    /// The columns that are needed, all faults at once.
    #[error("line {line}: {}", in_words(.faults, .listed))]
    Columns {
        line: u64,
        faults: Vec<ColumnFault>,
        listed: Listed,
    },

    /// The file changed while it was read. `row` is the first row that was not passed on; `None`
    /// during the first read, which passes on none.
    #[error(
        "{}the file changed while it was read ({change}), so nothing was sent: export to another name, rename \
         the file when it is complete, then run again",
        position(*.row)
    )]
    Changed { row: Option<u64>, change: Change },
}

impl InputError {
    /// Converts a failed read at this byte of the text: a change of the file, a damaged workbook,
    /// or a fault of the system. `row` is the row that would have come next.
    pub(super) fn reading(byte: u64, row: Option<u64>, error: io::Error) -> Self {
        match Change::from_io(error) {
            Ok(change) => Self::Changed { row, change },
            Err(error) => match error.downcast::<WorkbookFault>() {
                Ok(fault) => fault.into(),
                Err(source) => Self::Read { byte, source },
            },
        }
    }

    /// Whether there is nothing to send, which has its own exit code.
    pub(crate) fn is_no_rows(&self) -> bool {
        matches!(self, Self::Empty | Self::NoRows)
    }
}

fn header_further_down(skip: Option<u64>) -> String {
    skip.map(|skip| format!("; the header may be the line behind: `--skip-lines {skip}`"))
        .unwrap_or_default()
}

fn possible(readings: &[String]) -> String {
    match readings {
        [] => String::new(),
        readings => format!(", which may mean {}", readings.join(" or ")),
    }
}

fn position(row: Option<u64>) -> String {
    row.map(|row| format!("row {row}: ")).unwrap_or_default()
}
