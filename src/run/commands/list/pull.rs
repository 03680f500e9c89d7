//! `pull`: writes the survey's mailing list as a table, with ids and labels.

use tokio::time::Instant;

use crate::config::PullSettings;
use crate::model::Deadline;
use crate::report::{Console, ExitCode};
use crate::run::Failure;
use crate::run::list::pull;
use crate::run::prepare::before_sending::{stops, unless_stopped};
use crate::system::window::Window;

/// Runs `pull`. A signal leaves the older table.
pub(in crate::run) async fn run(
    settings: PullSettings,
    begun: Instant,
    console: &Console,
) -> Result<ExitCode, Failure> {
    let mut stops = stops(Window::since(begun, Deadline::default()), console)?;
    let PullSettings {
        api,
        ask,
        survey,
        table,
        labels,
    } = &settings;
    let pulled = unless_stopped(&mut stops, pull::pull((api, ask), survey, table, labels)).await?;
    pulled.say(survey, table);
    Ok(ExitCode::Success)
}
