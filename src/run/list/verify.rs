//! Reads the mailing list again after a run, until it shows what was sent. Nothing here changes a
//! verdict: what is not seen yet is said, and only another value than both the old and the new one
//! accuses a row.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::compare::{Compared, Comparison, Said};
use super::passing::{PassingTable, pause_between_doors};
use crate::config::{AskSettings, ReadingSettings};
use crate::model::{Api, EarlyEnd, Label, local_time_in};
use crate::plan::Members;
use crate::record::{OutputPaths, VERIFIED};
use crate::report::Verified;
use crate::run::Failure;
use crate::run::prepare::before_sending::{code_of, in_thread};
use crate::run::prepare::input::opened::OpenedInput;
use crate::text::Message;

/// Waits of less than this are not announced.
const SHORT: Duration = Duration::from_secs(2);

/// What is read, how often, and what it is compared with.
pub(in crate::run) struct Verification<'a> {
    pub(in crate::run) api: &'a Api,
    pub(in crate::run) ask: &'a AskSettings,
    pub(in crate::run) survey: &'a str,
    /// Numbers of the labels.
    pub(in crate::run) labels: &'a [usize],
    /// When the list is read, counted from now.
    pub(in crate::run) times: &'a [Duration],
    /// The list as it was before the run, if that is known.
    pub(in crate::run) before: Option<Arc<Members>>,
    /// The files of the run: its results, and where labels are written that were not seen as they were
    /// sent.
    pub(in crate::run) paths: &'a OutputPaths,
}

/// What was read back, and the labels of which a written value was.
#[derive(Default)]
pub(in crate::run) struct ReadBack {
    pub(in crate::run) verified: Verified,
    pub(in crate::run) proven: Vec<Label>,
}

impl Verification<'_> {
    /// Reads the list at each time, until all labels are seen. The last reading counts. A signal ends
    /// it early.
    pub(in crate::run) async fn read_back(
        &self,
        (mut opened, mut said): (OpenedInput, Option<Said>),
        reading: &ReadingSettings,
        stops: &mut mpsc::Receiver<EarlyEnd>,
    ) -> Result<ReadBack, Failure> {
        let (start, started_at) = (Instant::now(), Timestamp::now());
        let mut found: Option<ReadBack> = None;
        let mut fault = None;
        for time in self.times {
            say_when((started_at, *time, self.times), found.as_ref());
            let read = async {
                // The run has made calls a moment ago.
                pause_between_doors(self.ask.door.rate).await;
                sleep_until(start + *time).await;
                PassingTable::pull((self.api, self.ask), self.survey, self.paths, self.labels).await
            };
            let table = tokio::select! {
                biased;
                Some(reason) = stops.recv() => {
                    let mut cut = found.unwrap_or_default();
                    cut.verified.cut_short = true;
                    cut.verified.unread = Some(code_of(&reason));
                    return Ok(cut);
                }
                table = read => table,
            };
            let table = match table {
                Ok(table) => table,
                // What cannot be read now may be read later.
                Err(failure) => {
                    let why = Message::from_error_ref(&failure.error);
                    tracing::info!(event = "verify_retried", polish = why.polish(), "{why}");
                    fault = Some(failure);
                    continue;
                }
            };
            fault = None;
            let comparison = Comparison {
                table: table.path().to_owned(),
                before: self.before.clone(),
                results: self.paths.results.clone(),
                said: said.take(),
                file: self.paths.beside(VERIFIED),
            };
            let reading = reading.clone();
            let (again, said_again, compared) = in_thread(move || {
                let compared = comparison.compare(&mut opened, &reading)?;
                drop(table);
                Ok((opened, comparison.said, compared))
            })
            .await?;
            (opened, said) = (again, said_again);
            let Compared { verified, proven } = compared;
            let is_complete = verified.is_complete();
            found = Some(ReadBack { verified, proven });
            if is_complete {
                break;
            }
        }
        match (found, fault) {
            (Some(found), _) => Ok(found),
            (None, Some(failure)) => Err(failure),
            (None, None) => Ok(ReadBack::default()),
        }
    }
}

/// Says when the list is read, and how often.
fn say_when((start, time, times): (Timestamp, Duration, &[Duration]), found: Option<&ReadBack>) {
    let left = found.map(|found| found.verified.labels() - found.verified.seen - found.verified.normalised);
    if time < SHORT {
        return;
    }
    let clock = |lang, time: Duration| {
        let moment = start.checked_add(time).unwrap_or(start);
        local_time_in(lang, moment)
    };
    let last = times.last().copied().unwrap_or(time);
    let line =
        Message::in_both(|words, lang| words.reads_back_at((&clock(lang, time), &clock(lang, last)), left));
    tracing::info!(event = "verify_waits", polish = line.polish(), "{line}");
}
