//! Flags: the input's form, the columns, and which rows are sent.

use std::path::PathBuf;

use clap::builder::FalseyValueParser;
use clap::{ArgAction, Args, ValueEnum};
use jiff::civil::Date;

use crate::model::Message;

/// The file that `--newest` chose.
#[derive(Clone, Debug)]
pub(crate) struct Chosen {
    /// What the outputs are named after.
    pub(crate) job: PathBuf,
    /// The date in the file's name.
    pub(crate) dated: Option<Date>,
    /// Why no file is chosen.
    pub(crate) unclear: Option<Message>,
}

/// The input's form and its columns.
#[derive(Debug, Args)]
#[command(next_help_heading = "Input and columns")]
pub(crate) struct InputArgs {
    /// The table: CSV (also `.gz` or `.zst`) or `.xlsx`; `-` for standard input
    pub(crate) input: PathBuf,
    /// INPUT is a pattern in quotes, as in `"exports/contacts-*.csv"`: take the newest file, by the date or number in its name, else by its time
    #[arg(long, env = "RESPONDENT_SYNC_NEWEST", action = ArgAction::SetTrue, value_parser = FalseyValueParser::new())]
    pub(crate) newest: bool,
    /// What `newest` chose.
    #[arg(skip)]
    pub(crate) chosen: Option<Chosen>,
    /// `auto`, `,` `;` `|` `tab` or any other character
    #[arg(
        short,
        long,
        value_name = "CHAR",
        default_value = "auto",
        env = "RESPONDENT_SYNC_DELIMITER"
    )]
    pub(crate) delimiter: String,
    /// `auto`, `utf-8`, `utf-16`, `windows-1250`, `iso-8859-2`, or any other single-byte one
    #[arg(
        long,
        value_name = "NAME",
        default_value = "auto",
        env = "RESPONDENT_SYNC_ENCODING"
    )]
    pub(crate) encoding: String,
    /// The sheet of a workbook (default: the first)
    #[arg(long, value_name = "NAME", env = "RESPONDENT_SYNC_SHEET")]
    pub(crate) sheet: Option<String>,
    /// Lines above the header to skip
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        env = "RESPONDENT_SYNC_SKIP_LINES"
    )]
    pub(crate) skip_lines: u64,
    /// The file has no header: columns are named `1`, `2`, …
    #[arg(long, env = "RESPONDENT_SYNC_NO_HEADER", action = ArgAction::SetTrue, value_parser = FalseyValueParser::new())]
    pub(crate) no_header: bool,
    /// The id of the survey, for all rows
    #[arg(long, value_name = "ID", env = "RESPONDENT_SYNC_SURVEY")]
    pub(crate) survey: Option<String>,
    /// The column with the survey's id (default: `id_survey`, if the file has it)
    #[arg(long, value_name = "NAME", env = "RESPONDENT_SYNC_SURVEY_COLUMN")]
    pub(crate) survey_column: Option<String>,
    /// The column with the respondent's id (with `--ids`: in that table)
    #[arg(
        long,
        value_name = "NAME",
        default_value = "id_respondent",
        env = "RESPONDENT_SYNC_ID_COLUMN"
    )]
    pub(crate) id_column: String,
    /// A table of respondents' ids, for an input that has only e-mail addresses (needs `--match-on`); with `--pull`: where that is written
    #[arg(long, value_name = "FILE", env = "RESPONDENT_SYNC_IDS")]
    pub(crate) ids: Option<PathBuf>,
    /// The column with the address, in the input and in the table of `--ids` or `--pull` (`A=B` if the table names it B)
    #[arg(long, value_name = "COLUMN", env = "RESPONDENT_SYNC_MATCH_ON")]
    pub(crate) match_on: Option<String>,
    /// Which column (name or number) sets which label; several columns: `l3={Name} {Surname}`; repeatable (default: columns named `l1` to `l10`)
    #[arg(long, value_name = "LABEL=COLUMN", env = "RESPONDENT_SYNC_MAP")]
    pub(crate) map: Vec<String>,
    /// A label with the same value for every row; repeatable
    #[arg(long, value_name = "LABEL=VALUE", env = "RESPONDENT_SYNC_SET")]
    pub(crate) set: Vec<String>,
    /// A blank cell: leave the label as it is, or send an empty value
    #[arg(long, value_enum, default_value = "skip", env = "RESPONDENT_SYNC_EMPTY")]
    pub(crate) empty: EmptyArg,
    /// A blank respondent id: an error, or a contact outside the survey that is skipped
    #[arg(long, value_enum, default_value = "invalid", env = "RESPONDENT_SYNC_BLANK_ID")]
    pub(crate) blank_id: BlankIdArg,
    /// An address that is not in the table of `--ids`: an error, or a contact who was never invited and is skipped (default: `invalid`; with `--pull`: `skip`)
    #[arg(long, value_enum, env = "RESPONDENT_SYNC_NO_MATCH")]
    pub(crate) no_match: Option<NoMatchArg>,
    /// Several rows of one respondent: send all in file order, or only the last (default: all; with `--match-on`, rows of one address that differ are invalid)
    #[arg(long, value_enum, env = "RESPONDENT_SYNC_ON_DUPLICATE")]
    pub(crate) on_duplicate: Option<OnDuplicateArg>,
}

/// Which rows are sent.
#[derive(Debug, Args)]
#[command(next_help_heading = "Which rows")]
pub(crate) struct SelectionArgs {
    /// Send only these respondents
    #[arg(
        long,
        value_name = "ID,…",
        value_delimiter = ',',
        env = "RESPONDENT_SYNC_ONLY"
    )]
    pub(crate) only: Option<Vec<String>>,
    /// Never send the respondents of this list: ids or addresses, one a line or a column of a table
    #[arg(long, value_name = "FILE", env = "RESPONDENT_SYNC_EXCLUDE")]
    pub(crate) exclude: Option<PathBuf>,
    /// Stop after sending N rows
    #[arg(long, value_name = "N", env = "RESPONDENT_SYNC_LIMIT")]
    pub(crate) limit: Option<u64>,
}

/// What a blank cell means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum EmptyArg {
    Skip,
    Send,
}

/// What a blank respondent id means.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum BlankIdArg {
    Invalid,
    Skip,
}

/// What an address means that the table of ids does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum NoMatchArg {
    Invalid,
    Skip,
}

/// Which rows of one respondent are sent.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum OnDuplicateArg {
    All,
    Last,
}
