//! Flags: the input's form, which column is which, and which rows take part.

use std::path::PathBuf;

use clap::builder::FalseyValueParser;
use clap::{ArgAction, Args, ValueEnum};

/// The input's form, and which column is which.
#[derive(Debug, Args)]
#[command(next_help_heading = "Input and columns")]
pub(crate) struct InputArgs {
    /// The table: CSV (also `.gz` or `.zst`) or `.xlsx`; `-` for standard input
    pub(crate) input: PathBuf,
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
    /// Lines above the header that are none of the table
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        env = "RESPONDENT_SYNC_SKIP_LINES"
    )]
    pub(crate) skip_lines: u64,
    /// The first record is a row: the columns are called `1`, `2`, …
    #[arg(long, env = "RESPONDENT_SYNC_NO_HEADER", action = ArgAction::SetTrue, value_parser = FalseyValueParser::new())]
    pub(crate) no_header: bool,
    /// The survey of all rows
    #[arg(long, value_name = "ID", env = "RESPONDENT_SYNC_SURVEY")]
    pub(crate) survey: Option<String>,
    /// The column of the survey's id (default: `id_survey` if there is one)
    #[arg(long, value_name = "NAME", env = "RESPONDENT_SYNC_SURVEY_COLUMN")]
    pub(crate) survey_column: Option<String>,
    /// The column of the respondent's id (of the table of `--ids`, if there is one)
    #[arg(
        long,
        value_name = "NAME",
        default_value = "id_respondent",
        env = "RESPONDENT_SYNC_ID_COLUMN"
    )]
    pub(crate) id_column: String,
    /// A table with the respondents' ids, where the input has addresses alone (with `--match-on`)
    #[arg(long, value_name = "FILE", env = "RESPONDENT_SYNC_IDS")]
    pub(crate) ids: Option<PathBuf>,
    /// The column of the address, in the input and in the table of `--ids` (`A=B` where the table calls it B)
    #[arg(long, value_name = "COLUMN", env = "RESPONDENT_SYNC_MATCH_ON")]
    pub(crate) match_on: Option<String>,
    /// Which column (its name or number) goes to which label, or several (`l3={Name} {Surname}`); repeatable (default: columns named `l1` to `l10`)
    #[arg(long, value_name = "LABEL=COLUMN", env = "RESPONDENT_SYNC_MAP")]
    pub(crate) map: Vec<String>,
    /// A label with the same value for every row; repeatable
    #[arg(long, value_name = "LABEL=VALUE", env = "RESPONDENT_SYNC_SET")]
    pub(crate) set: Vec<String>,
    /// What a blank cell sends: no parameter, or an empty one
    #[arg(long, value_enum, default_value = "skip", env = "RESPONDENT_SYNC_EMPTY")]
    pub(crate) empty: EmptyArg,
    /// What a blank respondent's id is: an error, or a contact that is not in the survey
    #[arg(long, value_enum, default_value = "invalid", env = "RESPONDENT_SYNC_BLANK_ID")]
    pub(crate) blank_id: BlankIdArg,
    /// Which rows of a respondent that stands on several are sent: all in the file's order, or only the last
    #[arg(long, value_enum, default_value = "all", env = "RESPONDENT_SYNC_ON_DUPLICATE")]
    pub(crate) on_duplicate: OnDuplicateArg,
}

/// Which rows take part.
#[derive(Debug, Args)]
#[command(next_help_heading = "Which rows")]
pub(crate) struct SelectionArgs {
    /// Only these respondents
    #[arg(
        long,
        value_name = "ID,…",
        value_delimiter = ',',
        env = "RESPONDENT_SYNC_ONLY"
    )]
    pub(crate) only: Option<Vec<String>>,
    /// Until so many rows have been sent
    #[arg(long, value_name = "N", env = "RESPONDENT_SYNC_LIMIT")]
    pub(crate) limit: Option<u64>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum EmptyArg {
    Skip,
    Send,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum BlankIdArg {
    Invalid,
    Skip,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum OnDuplicateArg {
    All,
    Last,
}
