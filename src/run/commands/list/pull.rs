//! `pull`: writes the survey's mailing list as a table, with ids and labels.

use tokio::time::Instant;

use crate::config::PullSettings;
use crate::model::{Deadline, EarlyEnd};
use crate::report::{Console, ExitCode};
use crate::run::Failure;
use crate::run::list::pull;
use crate::run::prepare::before_sending::{code_of, stops};
use crate::system::window::Window;
use crate::text::Message;

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
    let pulled = tokio::select! {
        biased;
        Some(reason) = stops.recv() => return Err(stopped(&reason)),
        pulled = pull::pull((api, ask), survey, table, labels) => pulled?,
    };
    pulled.say(survey, table);
    Ok(ExitCode::Success)
}

fn stopped(reason: &EarlyEnd) -> Failure {
    Failure {
        code: code_of(reason),
        error: Message::new(|words| words.pull_stopped(&words.early_end(reason))).into(),
    }
}
