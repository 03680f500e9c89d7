//! Arguments of `help`: a command or a topic of the manual.

use clap::Args;

/// What to explain.
#[derive(Debug, Args)]
pub(crate) struct HelpArgs {
    /// A command (`run`, `state forget`) or a topic of the manual; without one: all of them
    #[arg(value_name = "TOPIC")]
    pub(crate) topic: Vec<String>,
}
