//! Flags: which files are written, and how much is printed.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::FalseyValueParser;
use clap::{ArgAction, Args, ValueEnum};

use super::report::PageArgs;
use crate::cli::values::{duration, sets};
use crate::model::CountOrPercent;

/// Which files are written.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArgs {
    /// The results file (default: `<input>.results.csv` beside the input)
    #[arg(short, long, value_name = "FILE", env = "RESPONDENT_SYNC_OUTPUT")]
    pub(crate) output: Option<PathBuf>,
    /// The folder for output files without a path of their own
    #[arg(long, value_name = "DIR", env = "RESPONDENT_SYNC_OUTPUT_DIR")]
    pub(crate) output_dir: Option<PathBuf>,
    /// The file of failed rows (default: `<input>.failed.csv`)
    #[arg(long, value_name = "FILE", env = "RESPONDENT_SYNC_FAILED")]
    pub(crate) failed: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) results: ResultsArgs,
    /// The summary as JSON (default: `<input>.summary.json`); `-`: also to standard output, however the run ends
    #[arg(long, value_name = "FILE", env = "RESPONDENT_SYNC_SUMMARY")]
    pub(crate) summary: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) page: PageArgs,
    #[command(flatten)]
    pub(crate) existing: ExistingArgs,
    /// How long to wait for another run that uses the output, the account or the state (then exit 11)
    #[arg(long, value_name = "DUR", default_value = "0s", value_parser = duration, env = "RESPONDENT_SYNC_WAIT_LOCK")]
    pub(crate) wait_lock: Duration,
    /// Do everything but send and write; warn of missing secrets
    #[arg(short = 'n', long, env = "RESPONDENT_SYNC_DRY_RUN", action = ArgAction::SetTrue, value_parser = FalseyValueParser::new())]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) ask: AskArgs,
    #[command(flatten)]
    pub(crate) accept: AcceptArg,
    /// Show no progress bar and no line per minute
    #[arg(long, env = "RESPONDENT_SYNC_NO_PROGRESS", action = ArgAction::SetTrue, value_parser = FalseyValueParser::new())]
    pub(crate) no_progress: bool,
}

/// Whether a person is asked.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct AskArgs {
    /// Do not ask before sending
    #[arg(long, env = "RESPONDENT_SYNC_YES", action = ArgAction::SetTrue, value_parser = FalseyValueParser::new())]
    pub(crate) yes: bool,
    /// Nobody is there: never ask, and let the guards decide
    #[arg(long, env = "RESPONDENT_SYNC_UNATTENDED", action = ArgAction::SetTrue, value_parser = FalseyValueParser::new())]
    pub(crate) unattended: bool,
}

/// Content and form of the results.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct ResultsArgs {
    /// An input column to repeat in the results; repeatable, or `all`
    #[arg(long, value_name = "COLUMN", env = "RESPONDENT_SYNC_KEEP")]
    pub(crate) keep: Vec<String>,
    /// Write results and failed file so that Excel opens them: UTF-8 with a byte order mark, `;`, CRLF
    #[arg(long, env = "RESPONDENT_SYNC_EXCEL", action = ArgAction::SetTrue, value_parser = FalseyValueParser::new())]
    pub(crate) excel: bool,
}

/// How existing outputs are treated.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output that exists")]
pub(crate) struct ExistingArgs {
    /// Resume an interrupted run; do nothing if this input was already sent
    #[arg(long, env = "RESPONDENT_SYNC_RESUME", action = ArgAction::SetTrue, value_parser = FalseyValueParser::new())]
    pub(crate) resume: bool,
    /// With `--resume`: rename the output of the last input, and keep the N newest such sets, or `all` (default: 14)
    #[arg(long, value_name = "N", num_args = 0..=1, require_equals = true, default_missing_value = "14", value_parser = sets, env = "RESPONDENT_SYNC_ROTATE")]
    pub(crate) rotate: Option<usize>,
    /// With `--rotate`: also delete sets whose run started longer ago
    #[arg(long, value_name = "DUR", env = "RESPONDENT_SYNC_ROTATE_MAX_AGE", value_parser = duration)]
    pub(crate) rotate_max_age: Option<Duration>,
    /// Replace existing output; finished files only once the new ones are complete
    #[arg(long, env = "RESPONDENT_SYNC_OVERWRITE", action = ArgAction::SetTrue, value_parser = FalseyValueParser::new())]
    pub(crate) overwrite: bool,
}

/// Which failures are accepted.
#[derive(Debug, Args)]
pub(crate) struct AcceptArg {
    /// Exit 0 despite up to N failed, unconfirmed or invalid rows (per cent: of all data rows)
    #[arg(
        long,
        value_name = "N|N%",
        default_value = "0",
        env = "RESPONDENT_SYNC_ACCEPT_FAILURES"
    )]
    pub(crate) accept_failures: CountOrPercent,
}

/// How much is printed, and in which form.
#[derive(Debug, Args)]
#[command(next_help_heading = "Log")]
pub(crate) struct LogArgs {
    /// Log more; `-vv` also respondents' ids
    #[arg(short, long, action = ArgAction::Count, env = "RESPONDENT_SYNC_VERBOSE")]
    pub(crate) verbose: u8,
    /// Print nothing on success
    #[arg(short, long, env = "RESPONDENT_SYNC_QUIET", action = ArgAction::SetTrue, value_parser = FalseyValueParser::new())]
    pub(crate) quiet: bool,
    /// Format of log lines: for people or for machines
    #[arg(long, value_enum, default_value = "text", env = "RESPONDENT_SYNC_LOG_FORMAT")]
    pub(crate) log_format: LogFormatArg,
    /// Language of screens and of `sync_error` (default: the system's)
    #[arg(long, value_enum, env = "RESPONDENT_SYNC_LANG")]
    pub(crate) lang: Option<LangArg>,
}

/// A language of screens.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum LangArg {
    En,
    Pl,
}

/// The format of log lines.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum LogFormatArg {
    Text,
    Json,
}
