//! Flags: the conditions that an export must meet before any of it is sent.

use std::time::Duration;

use clap::builder::FalseyValueParser;
use clap::{ArgAction, Args};

use crate::cli::values::duration;
use crate::model::CountOrPercent;

/// Guards that need the file only.
#[derive(Debug, Args)]
#[command(next_help_heading = "Guards: when to send nothing")]
pub(crate) struct GuardArgs {
    /// Send nothing (exit 4) if the file has fewer data rows
    #[arg(long, value_name = "N", env = "RESPONDENT_SYNC_MIN_ROWS")]
    pub(crate) min_rows: Option<u64>,
    /// Send nothing (exit 4) if fewer of the data rows have a value for the label; repeatable
    #[arg(long, value_name = "LABEL=N%", env = "RESPONDENT_SYNC_MIN_FILLED")]
    pub(crate) min_filled: Vec<String>,
    /// Send nothing (exit 4) if the file was last modified longer ago
    #[arg(long, value_name = "DUR", env = "RESPONDENT_SYNC_MAX_AGE", value_parser = duration)]
    pub(crate) max_age: Option<Duration>,
    /// Send nothing (exit 4) if more rows have an address that is not in the table of `--ids` (per cent: of all data rows)
    #[arg(long, value_name = "N|N%", env = "RESPONDENT_SYNC_MAX_UNKNOWN")]
    pub(crate) max_unknown: Option<CountOrPercent>,
    /// Send nothing (exit 4) if more rows have an error of a spreadsheet, like `#N/D!`, in a label; on a terminal, ask instead
    #[arg(
        long,
        value_name = "N|N%",
        default_value = "0",
        env = "RESPONDENT_SYNC_MAX_DAMAGED"
    )]
    pub(crate) max_damaged: CountOrPercent,
    /// Accept an id column whose name is that of a CRM's own number
    #[arg(long, env = "RESPONDENT_SYNC_ACCEPT_CRM_IDS", action = ArgAction::SetTrue, value_parser = FalseyValueParser::new())]
    pub(crate) accept_crm_ids: bool,
    /// Send this export although a guard objects
    #[arg(long, env = "RESPONDENT_SYNC_IGNORE_GUARDS", action = ArgAction::SetTrue, value_parser = FalseyValueParser::new())]
    pub(crate) ignore_guards: bool,
}

/// Guards that compare with earlier runs.
#[derive(Debug, Args)]
#[command(next_help_heading = "Guards: when to send nothing")]
pub(crate) struct PastGuardArgs {
    /// With `--changed-only`: send nothing (exit 4) if more rows of known respondents changed (per cent: of their rows)
    #[arg(long, value_name = "N|N%", env = "RESPONDENT_SYNC_MAX_CHANGES")]
    pub(crate) max_changes: Option<CountOrPercent>,
    /// Send nothing (exit 4) if the content has been the same for longer
    #[arg(long, value_name = "DUR", env = "RESPONDENT_SYNC_MAX_SAME", value_parser = duration)]
    pub(crate) max_same: Option<Duration>,
}
