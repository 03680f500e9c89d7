//! Arguments of `help`: a command or a topic of the manual.

use clap::Args;

use super::output::LangArg;

/// What to explain.
#[derive(Debug, Args)]
pub(crate) struct HelpArgs {
    /// A command (`run`, `state forget`) or a topic of the manual; without one: all of them
    #[arg(value_name = "TOPIC")]
    pub(crate) topic: Vec<String>,
    /// Language of the page (default: the system's)
    #[arg(long, value_enum, env = "RESPONDENT_SYNC_LANG", hide_env = true)]
    pub(crate) lang: Option<LangArg>,
}
