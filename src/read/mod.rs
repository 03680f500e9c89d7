//! Stage one: bytes to [`Row`](crate::model::Row)s, synchronously and in bounded memory.
//!
//! A file is read several times. The [first read](FirstRead) covers all of it before anything is
//! sent: it settles the encoding and the delimiter, checks the structure, counts the rows, digests
//! every block of the file, and refuses what cannot be used. Later reads ([`Rows`]) yield the rows
//! one by one, and only from blocks that equal those of the first read. Standard input can be read
//! only once, so its first read covers only the beginning.
//!
//! ```text
//! source ─▶ container ─▶ records ─▶ fields ─▶ rows     first_read = records + evidence + dialect + columns
//! blocks    bytes        raw record text     Row
//! ```
//!
//! [`crate::plan`] decides what the columns are for and whether an id is valid.

mod columns;
mod csv;
mod encoding;
mod error;
mod first_read;
mod newest;
mod rows;
mod source;
mod start;
mod unpack;
mod workbook;

pub(crate) use columns::crm::is_crm_number;
pub(crate) use columns::fault::{ColumnFault, Hint, Listed, Purpose, as_argument, in_backticks};
pub(crate) use columns::header::{Columns, is_own_column};
pub(crate) use columns::wanted::{Kept, SurveyColumn, Wanted};
pub(crate) use csv::dialect::{Delimiter, Dialect};
pub(crate) use csv::fields::FieldParser;
pub(crate) use encoding::decode::Encoding;
pub(crate) use encoding::note::{for_excel as note_for_excel, of_encoding as note_of_encoding};
pub(crate) use encoding::utf8::BOM;
pub(crate) use error::InputError;
pub(crate) use first_read::{EncodingFrom, FirstRead, ReadOptions};
pub(crate) use newest::{Candidate, Newest, NewestBy, NoNewest, newest};
pub(crate) use rows::{Rows, RowsEnd};
pub(crate) use source::{Change, Input, Source};
pub(crate) use start::DelimiterFrom;
pub(crate) use unpack::container::{Container, Contents};
pub(crate) use unpack::refused::Foreign;
pub(crate) use workbook::{Workbook, WorkbookFault};
