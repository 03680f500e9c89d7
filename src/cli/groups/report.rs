//! Flags: the page about a run, and the command that makes pages afterwards.

use std::path::PathBuf;

use clap::builder::FalseyValueParser;
use clap::{ArgAction, Args, ValueEnum};

use super::output::LangArg;

/// The page about a run.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Report")]
pub(crate) struct PageArgs {
    /// Also write the page about the run, as one HTML file (default: none)
    #[arg(long, value_name = "FILE", env = "RESPONDENT_SYNC_REPORT")]
    pub(crate) report: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) privacy: PagePrivacyArgs,
    /// How often this job is meant to run; the overview then marks a night that is missing
    #[arg(long, value_enum, env = "RESPONDENT_SYNC_EXPECT")]
    pub(crate) expect: Option<ExpectArg>,
}

/// What a page holds, and who may read it.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Report")]
pub(crate) struct PagePrivacyArgs {
    /// Put respondents' ids into the page's table of rows
    #[arg(long, env = "RESPONDENT_SYNC_REPORT_IDS", action = ArgAction::SetTrue, value_parser = FalseyValueParser::new())]
    pub(crate) report_ids: bool,
    /// Let the users of this group read the page; without it only its owner can
    #[arg(long, value_name = "NAME", env = "RESPONDENT_SYNC_SHARE_GROUP")]
    pub(crate) share_group: Option<String>,
}

/// How often a job is meant to run.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ExpectArg {
    Daily,
    /// Monday to Friday
    Weekdays,
    Weekly,
}

/// The arguments of `report`.
#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// The results of a run; with `--overview` summaries, or folders with summaries; with `--format text` also `-`
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// One page over many runs: all summaries that are named or in the folders
    #[arg(long)]
    pub(crate) overview: bool,
    /// The page (default: `<input>.report.html` beside the results, `overview.html` in the folder)
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// The run's summary (default: `<input>.summary.json` beside the results)
    #[arg(long, value_name = "FILE", conflicts_with = "overview")]
    pub(crate) summary: Option<PathBuf>,
    /// `html`: write the page; `text`: print what a mail needs, counts and codes without rows
    #[arg(long, value_enum, default_value = "html", conflicts_with = "overview")]
    pub(crate) format: ReportFormatArg,
    #[command(flatten)]
    pub(crate) privacy: PagePrivacyArgs,
    /// Replace a file that is no page of this program
    #[arg(long)]
    pub(crate) overwrite: bool,
    /// Language of the page (default: the system's)
    #[arg(long, value_enum, env = "RESPONDENT_SYNC_LANG")]
    pub(crate) lang: Option<LangArg>,
}

/// The form of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormatArg {
    Html,
    Text,
}
