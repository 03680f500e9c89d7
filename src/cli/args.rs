//! The one table of flags, a struct per subject. The README's tables are checked against it.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::FalseyValueParser;
use clap::{ArgAction, Args, ValueEnum};
use jiff::SignedDuration;

use crate::model::{CountOrPercent, Rate};

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    #[command(flatten)]
    pub(crate) platform: PlatformArgs,
    #[command(flatten)]
    pub(crate) pace: PaceArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(flatten)]
    pub(crate) log: LogArgs,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    #[command(flatten)]
    pub(crate) rate: RateArg,
    #[command(flatten)]
    pub(crate) accept: AcceptArg,
    #[command(flatten)]
    pub(crate) log: LogArgs,
}

/// The agreed rate.
#[derive(Debug, Args)]
pub(crate) struct RateArg {
    /// Ceiling over all attempts, retries included, or `unlimited`
    #[arg(
        long,
        value_name = "N/s|N/m|N/h",
        default_value = "5/s",
        env = "RESPONDENT_SYNC_RATE"
    )]
    pub(crate) rate: Rate,
}

/// Which failures are none.
#[derive(Debug, Args)]
pub(crate) struct AcceptArg {
    /// Up to this many failed, unconfirmed or invalid rows are no failure (per cent: of all data rows)
    #[arg(
        long,
        value_name = "N|N%",
        default_value = "0",
        env = "RESPONDENT_SYNC_ACCEPT_FAILURES"
    )]
    pub(crate) accept_failures: CountOrPercent,
}

/// The input's form, and which column is which.
#[derive(Debug, Args)]
pub(crate) struct InputArgs {
    /// The CSV file, or `-` for standard input
    pub(crate) input: PathBuf,
    /// `auto`, `,` `;` `|` `tab` or any ASCII character
    #[arg(
        short,
        long,
        value_name = "CHAR",
        default_value = "auto",
        env = "RESPONDENT_SYNC_DELIMITER"
    )]
    pub(crate) delimiter: String,
    /// `auto`, `utf-8` or `windows-1250`
    #[arg(
        long,
        value_name = "NAME",
        default_value = "auto",
        env = "RESPONDENT_SYNC_ENCODING"
    )]
    pub(crate) encoding: String,
    /// The survey of all rows
    #[arg(long, value_name = "ID", env = "RESPONDENT_SYNC_SURVEY")]
    pub(crate) survey: Option<String>,
    /// The column of the survey's id (default: `id_survey` if there is one)
    #[arg(long, value_name = "NAME", env = "RESPONDENT_SYNC_SURVEY_COLUMN")]
    pub(crate) survey_column: Option<String>,
    /// The column of the respondent's id
    #[arg(
        long,
        value_name = "NAME",
        default_value = "id_respondent",
        env = "RESPONDENT_SYNC_ID_COLUMN"
    )]
    pub(crate) id_column: String,
    /// Which column goes to which label; repeatable (default: columns named `l1` to `l10`)
    #[arg(long, value_name = "LABEL=COLUMN", env = "RESPONDENT_SYNC_MAP")]
    pub(crate) map: Vec<String>,
    /// What a blank cell sends: no parameter, or an empty one
    #[arg(long, value_enum, default_value = "skip", env = "RESPONDENT_SYNC_EMPTY")]
    pub(crate) empty: EmptyArg,
    /// What a blank respondent's id is: an error, or a contact that is not in the survey
    #[arg(long, value_enum, default_value = "invalid", env = "RESPONDENT_SYNC_BLANK_ID")]
    pub(crate) blank_id: BlankIdArg,
}

/// Which rows take part.
#[derive(Debug, Args)]
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

/// Where the calls go.
#[derive(Debug, Args)]
pub(crate) struct PlatformArgs {
    /// The platform's address
    #[arg(
        long,
        value_name = "URL",
        default_value = "https://www.webankieta.pl",
        env = "RESPONDENT_SYNC_BASE_URL"
    )]
    pub(crate) base_url: String,
    /// Allow `http`, which anybody on the way can read, for other hosts than this machine
    #[arg(long, env = "RESPONDENT_SYNC_ALLOW_HTTP", action = ArgAction::SetTrue, value_parser = FalseyValueParser::new())]
    pub(crate) allow_http: bool,
    /// One more trusted authority, as PEM
    #[arg(long, value_name = "PEM", env = "RESPONDENT_SYNC_CA_FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    /// Parameters in the body, or in the query
    #[arg(long, value_enum, default_value = "post", env = "RESPONDENT_SYNC_METHOD")]
    pub(crate) method: MethodArg,
    /// Send to a platform in small inside this process: no account, no secrets, no network
    #[arg(long, env = "RESPONDENT_SYNC_SANDBOX", action = ArgAction::SetTrue, value_parser = FalseyValueParser::new())]
    pub(crate) sandbox: bool,
}

/// How fast, how often again, and when to give up.
#[derive(Debug, Args)]
pub(crate) struct PaceArgs {
    #[command(flatten)]
    pub(crate) rate: RateArg,
    /// Calls in flight
    #[arg(short, long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=10_000), env = "RESPONDENT_SYNC_CONCURRENCY")]
    pub(crate) concurrency: u32,
    /// For one attempt as a whole
    #[arg(long, value_name = "DUR", default_value = "30s", value_parser = duration, env = "RESPONDENT_SYNC_TIMEOUT")]
    pub(crate) timeout: Duration,
    /// For connecting, within the timeout
    #[arg(long, value_name = "DUR", default_value = "10s", value_parser = duration, env = "RESPONDENT_SYNC_CONNECT_TIMEOUT")]
    pub(crate) connect_timeout: Duration,
    /// Per row, after the first attempt
    #[arg(
        long,
        value_name = "N",
        default_value_t = 8,
        env = "RESPONDENT_SYNC_MAX_RETRIES"
    )]
    pub(crate) max_retries: u32,
    /// Before the first retry; doubled for each further one
    #[arg(long, value_name = "DUR", default_value = "1s", value_parser = duration, env = "RESPONDENT_SYNC_BACKOFF")]
    pub(crate) backoff: Duration,
    /// Where the doubling ends
    #[arg(long, value_name = "DUR", default_value = "60s", value_parser = duration, env = "RESPONDENT_SYNC_MAX_BACKOFF")]
    pub(crate) max_backoff: Duration,
    /// End the run (exit 4) after more failed or unconfirmed rows (per cent: of the rows sent, from 200 on)
    #[arg(long, value_name = "N|N%", env = "RESPONDENT_SYNC_MAX_ERRORS")]
    pub(crate) max_errors: Option<CountOrPercent>,
    /// End the run (exit 4) after so many unexplained 4xx answers in a row, or `none`
    #[arg(
        long,
        value_name = "N|none",
        default_value = "50",
        env = "RESPONDENT_SYNC_MAX_SAME_ERROR"
    )]
    pub(crate) max_same_error: String,
}

/// What is written where.
#[derive(Debug, Args)]
pub(crate) struct OutputArgs {
    /// The results (default: `<input>.results.csv` beside the input)
    #[arg(short, long, value_name = "FILE", env = "RESPONDENT_SYNC_OUTPUT")]
    pub(crate) output: Option<PathBuf>,
    /// The folder for the outputs, where `--output` names none
    #[arg(long, value_name = "DIR", env = "RESPONDENT_SYNC_OUTPUT_DIR")]
    pub(crate) output_dir: Option<PathBuf>,
    /// The failed rows (default: `<input>.failed.csv`)
    #[arg(long, value_name = "FILE", env = "RESPONDENT_SYNC_FAILED")]
    pub(crate) failed: Option<PathBuf>,
    /// An input column to repeat in the results; repeatable, or `all`
    #[arg(long, value_name = "COLUMN", env = "RESPONDENT_SYNC_KEEP")]
    pub(crate) keep: Vec<String>,
    /// The summary for machines (default: `<input>.summary.json`); `-` = also to standard output
    #[arg(long, value_name = "FILE", env = "RESPONDENT_SYNC_SUMMARY")]
    pub(crate) summary: Option<PathBuf>,
    /// `check` with the flags of `run`: no file, no secrets, no call
    #[arg(short = 'n', long, env = "RESPONDENT_SYNC_DRY_RUN", action = ArgAction::SetTrue, value_parser = FalseyValueParser::new())]
    pub(crate) dry_run: bool,
    /// Do not ask before more than 100 rows on a terminal
    #[arg(long, env = "RESPONDENT_SYNC_YES", action = ArgAction::SetTrue, value_parser = FalseyValueParser::new())]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) accept: AcceptArg,
    /// No bar, and no line a minute
    #[arg(long, env = "RESPONDENT_SYNC_NO_PROGRESS", action = ArgAction::SetTrue, value_parser = FalseyValueParser::new())]
    pub(crate) no_progress: bool,
}

/// How much is said, and in which form.
#[derive(Debug, Args)]
pub(crate) struct LogArgs {
    /// Say more; `-vv` also respondents' ids
    #[arg(short, long, action = ArgAction::Count, env = "RESPONDENT_SYNC_VERBOSE")]
    pub(crate) verbose: u8,
    /// Say nothing on success
    #[arg(short, long, env = "RESPONDENT_SYNC_QUIET", action = ArgAction::SetTrue, value_parser = FalseyValueParser::new())]
    pub(crate) quiet: bool,
    /// Log lines for people or for machines
    #[arg(long, value_enum, default_value = "text", env = "RESPONDENT_SYNC_LOG_FORMAT")]
    pub(crate) log_format: LogFormatArg,
}

/// The platform in small.
#[derive(Debug, Args)]
pub(crate) struct SandboxArgs {
    /// The port on 127.0.0.1; 0 = any free one
    #[arg(long, default_value_t = 8080)]
    pub(crate) port: u16,
    /// How long each answer takes
    #[arg(long, value_name = "DUR", default_value = "0s", value_parser = duration)]
    pub(crate) latency: Duration,
    /// So many calls per cent answer 500
    #[arg(long, value_name = "N%", default_value = "0%", value_parser = percent)]
    pub(crate) error_rate: f64,
    /// Answer 503 to everything for so long, after the first ten calls
    #[arg(long, value_name = "DUR", default_value = "0s", value_parser = duration)]
    pub(crate) outage: Duration,
    /// Answer 429 to what comes faster
    #[arg(long, value_name = "N/s", default_value = "unlimited")]
    pub(crate) answer_429_above: Rate,
    /// Know these respondents alone, and refuse all others
    #[arg(long, value_name = "ID,…", value_delimiter = ',')]
    pub(crate) know_only: Option<Vec<String>>,
    /// Where the randomness of `--error-rate` starts
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
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
pub(crate) enum MethodArg {
    Post,
    Get,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum LogFormatArg {
    Text,
    Json,
}

/// `500ms`, `30s`, `15m`, `2h`.
fn duration(text: &str) -> Result<Duration, String> {
    let parsed: SignedDuration = text
        .trim()
        .parse()
        .map_err(|_| format!("`{text}` is no duration: write `500ms`, `30s`, `15m` or `2h`"))?;
    parsed
        .try_into()
        .map_err(|_| format!("`{text}` is less than nothing"))
}

/// `5%`.
fn percent(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(CountOrPercent::Percent(percent)) => Ok(percent),
        _ => Err(format!("`{text}` is no percentage: write `5%`")),
    }
}
