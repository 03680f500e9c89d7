//! Flags: the answers that `init` need not ask for. The webhook's address holds secrets, so it has
//! no flag, only the name of a file.

use std::path::PathBuf;

use clap::builder::FalseyValueParser;
use clap::{ArgAction, Args};

use crate::cli::groups::output::LangArg;

/// The answers that `init` need not ask for.
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// The export: CSV (also `.gz` or `.zst`) or `.xlsx`
    pub(crate) export: Option<PathBuf>,
    /// Name of the config (default: the export's, without extension): writes `NAME.toml` and `NAME.secrets`
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// The folder for the config and the secrets (default: the export's)
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) form: InitFormArgs,
    /// The id of the survey, for all rows
    #[arg(long, value_name = "ID")]
    pub(crate) survey: Option<String>,
    /// The column with the respondent's id (default: `id_respondent`; with `--ids`: in that table)
    #[arg(long, value_name = "NAME")]
    pub(crate) id_column: Option<String>,
    /// A table of respondents' ids, for an input that has only e-mail addresses (needs `--match-on`)
    #[arg(long, value_name = "FILE", requires = "match_on", group = "ids_from")]
    pub(crate) ids: Option<PathBuf>,
    /// Addresses alone: read the ids from the platform before each run (needs a key of the REST API)
    #[arg(long, action = ArgAction::SetTrue, group = "ids_from", conflicts_with = "id_column")]
    pub(crate) pull: bool,
    /// The column with the address, in the input and in the table of `--ids` (`A=B` if the table names it B); also with `--pull`
    #[arg(long, value_name = "COLUMN", requires = "ids_from")]
    pub(crate) match_on: Option<String>,
    /// Which column (name or number) sets which label; several columns: `l3={Name} {Surname}`; repeatable (default: columns named `l1` to `l10`)
    #[arg(long, value_name = "LABEL=COLUMN")]
    pub(crate) map: Vec<String>,
    /// A file that holds the webhook's address, or `-` for standard input; the secrets are taken out of it
    #[arg(long, value_name = "FILE")]
    pub(crate) url_file: Option<PathBuf>,
    /// The platform's address (default: the webhook's)
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,
    /// Language of the questions and of the config's `lang` (default: the system's)
    #[arg(long, value_enum, env = "RESPONDENT_SYNC_LANG", hide_env = true)]
    pub(crate) lang: Option<LangArg>,
}

/// The export's form, where it cannot be detected.
#[derive(Debug, Args)]
pub(crate) struct InitFormArgs {
    /// `auto`, `,` `;` `|` `tab` or any other character
    #[arg(short, long, value_name = "CHAR", default_value = "auto")]
    pub(crate) delimiter: String,
    /// `auto`, `utf-8`, `utf-16`, `windows-1250`, `iso-8859-2`, or any other single-byte one
    #[arg(long, value_name = "NAME", default_value = "auto")]
    pub(crate) encoding: String,
    /// The sheet of a workbook (default: the first)
    #[arg(long, value_name = "NAME")]
    pub(crate) sheet: Option<String>,
    /// Lines above the header to skip
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) skip_lines: u64,
    /// The file has no header: columns are named `1`, `2`, …
    #[arg(long, action = ArgAction::SetTrue, value_parser = FalseyValueParser::new())]
    pub(crate) no_header: bool,
}
