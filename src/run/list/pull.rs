//! Reads a survey's mailing list into a table: [`crate::pull`] asks, [`crate::record`] writes.

use std::path::Path;

use crate::config::AskSettings;
use crate::model::{Api, Member, Rate, ShownPath as _};
use crate::pull::{Door, Http, PullError, Read, Takes};
use crate::record::{OutputError, TableFile};
use crate::report::ExitCode;
use crate::run::Failure;
use crate::text::Message;

/// Pages after which a list is said to be long.
const LONG: u64 = 20;

/// What was read.
#[derive(Clone, Copy, Debug)]
pub(in crate::run) struct Pulled {
    pub(in crate::run) respondents: u64,
    /// Calls of the API, those for tokens included.
    calls: u64,
}

/// Reads the respondents of a survey and writes them with these labels. An older table is replaced
/// once the new one is complete.
///
/// # Errors
///
/// Exit code 5 if the same command may succeed later, 4 if a person has to act, 2 or 6 if the table
/// cannot be written.
pub(in crate::run) async fn pull(
    (api, ask): (&Api, &AskSettings),
    survey: &str,
    table: &Path,
    labels: &[usize],
) -> Result<Pulled, Failure> {
    let (file, pulled) = pull_beside((api, ask), survey, table, labels).await?;
    file.finish().map_err(Failure::output)?;
    Ok(pulled)
}

/// Reads the respondents of a survey like [`pull`]. The table is not in its place yet; dropped, it leaves
/// the old one.
pub(in crate::run) async fn pull_beside(
    (api, ask): (&Api, &AskSettings),
    survey: &str,
    table: &Path,
    labels: &[usize],
) -> Result<(TableFile, Pulled), Failure> {
    let mut file = TableFile::new(table, survey, labels).map_err(Failure::output)?;
    let mut door = door(api, ask)?;
    let read = door.members(survey, &mut file, progress(ask.door.rate)).await;
    let respondents = read.map_err(|error| match error {
        Read::Pull(error) => pull_failure(error),
        Read::Taker(error) => Failure::output(error),
    })?;
    let calls = door.calls();
    Ok((file, Pulled { respondents, calls }))
}

impl Pulled {
    /// Says what was read, and where it is.
    pub(in crate::run) fn say(self, survey: &str, table: &Path) {
        let Self { respondents, calls } = self;
        let line = Message::new(|words| words.pulled(respondents, survey, &table.shown().to_string()));
        tracing::info!(
            event = "pulled",
            respondents,
            calls,
            polish = line.polish(),
            "{line}"
        );
    }
}

/// Returns the door to the API.
pub(in crate::run) fn door(api: &Api, ask: &AskSettings) -> Result<Door<Http>, Failure> {
    let http = Http::new(api, &ask.http).map_err(Failure::usage)?;
    Ok(Door::new(http, api.clone(), ask.door.clone()))
}

/// Converts an error of the API: passing ones are worth another try.
pub(in crate::run) fn pull_failure(error: PullError) -> Failure {
    let code = if error.is_passing() {
        ExitCode::Unreachable
    } else {
        ExitCode::Aborted
    };
    Failure {
        code,
        error: error.into(),
    }
}

/// Says once how long a long list takes.
fn progress(rate: Rate) -> impl FnMut(u64, Option<u64>) + use<> {
    let mut is_said = false;
    move |listed, total| {
        let pages = total.unwrap_or_default().div_ceil(listed.max(1));
        if is_said || pages < LONG {
            return;
        }
        is_said = true;
        let total = total.unwrap_or_default();
        let time = rate.time_for(pages);
        let line = Message::in_both(|words, lang| {
            words.pulling(total, time.map(|time| crate::text::duration_in(lang, time)))
        });
        tracing::info!(
            event = "pulling",
            respondents = total,
            polish = line.polish(),
            "{line}"
        );
    }
}

impl Takes<Member> for TableFile {
    type Error = OutputError;

    fn begin(&mut self) -> Result<(), OutputError> {
        Self::begin(self)
    }

    fn take(&mut self, member: Member) -> Result<(), OutputError> {
        self.push_member(&member)
    }
}
