//! What a run does with the mailing list after its last call: whether it shows what was sent.

use std::time::Duration;

use tokio::sync::mpsc;

use super::before::api;
use super::compare::Said;
use super::verify::{ReadBack, Verification};
use crate::config::RunSettings;
use crate::model::{EarlyEnd, Label, ShownPath as _};
use crate::report::{ExitCode, Verified};
use crate::run::Failure;
use crate::run::prepare::input::opened::OpenedInput;
use crate::run::prepare::input::tables::members;
use crate::run::prepare::memory;
use crate::run::prepare::site::Site;
use crate::state::{Delta, Store};
use crate::text::Message;

/// When the list is read after a trial of one contact, which shows whether labels can be read back.
const AFTER_TRIAL: [Duration; 3] = [
    Duration::from_secs(1),
    Duration::from_secs(10),
    Duration::from_secs(30),
];

/// The list as it was before the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::run) enum ListBefore {
    /// It was not read.
    Unknown,
    /// The one that rows were planned with.
    AsOpened,
    /// The one of the first start, which is in the table of a run that is resumed.
    InTable,
}

impl ListBefore {
    pub(in crate::run) fn new(is_fresh: bool, resumes: bool) -> Self {
        match (is_fresh, resumes) {
            (false, _) => Self::Unknown,
            (true, false) => Self::AsOpened,
            (true, true) => Self::InTable,
        }
    }
}

/// Reads the list again after a complete run, if that is asked for, or if a trial may prove that its
/// labels can be read back.
pub(in crate::run) async fn read_back(
    settings: &RunSettings,
    site: &Site,
    (opened, before): (OpenedInput, ListBefore),
    delta: Option<&Delta>,
    stops: &mut mpsc::Receiver<EarlyEnd>,
) -> Option<Verified> {
    let list = settings.list.as_ref()?;
    let is_trial = settings.reading.plan.selection.is_of_one() && opened.is_file();
    let tries = is_trial && !unproven(&opened).is_empty();
    let times = match &list.verify {
        Some(times) => times.as_slice(),
        None if tries => &AFTER_TRIAL,
        None => return None,
    };
    let before = match before {
        ListBefore::Unknown => None,
        ListBefore::AsOpened => opened.plan.members.clone(),
        ListBefore::InTable => members::read(&list.table, false, None)
            .ok()
            .map(|found| found.members),
    };
    let verification = Verification {
        api: &api(list, site),
        ask: &list.ask,
        survey: &list.survey,
        labels: &list.labels,
        times,
        before,
        paths: &settings.outputs.paths,
    };
    let said = delta.filter(|_| list.keeps_conflicts).cloned().map(Said::Delta);
    match verification
        .read_back((opened, said), &settings.reading, stops)
        .await
    {
        Ok(ReadBack { verified, proven }) => {
            prove(settings, site, delta, (&list.survey, &proven));
            warn_of(&verified);
            Some(verified)
        }
        Err(failure) => {
            cannot_read_back(&failure);
            let is_asked_for = list.verify.is_some();
            is_asked_for.then(|| unread(failure.code))
        }
    }
}

/// Returns the result of a list that could not be read.
pub(in crate::run) fn unread(code: ExitCode) -> Verified {
    Verified {
        unread: Some(code),
        ..Verified::default()
    }
}

/// Warns of values that are not as they were sent.
pub(in crate::run) fn warn_of(verified: &Verified) {
    if let Some(file) = verified.file.as_ref().filter(|_| verified.accused() > 0) {
        let (labels, file) = (verified.accused(), file.shown().to_string());
        let line = Message::new(|words| words.labels_differ(labels, &file));
        tracing::warn!(
            target: "respondent_sync::loud", event = "labels_differ", labels, polish = line.polish(), "{line}"
        );
    }
    if verified.fits() {
        return;
    }
    let line = Message::new(|words| words.reading_does_not_fit());
    tracing::warn!(
        target: "respondent_sync::loud", event = "reading_does_not_fit", polish = line.polish(), "{line}"
    );
}

/// Warns that the list could not be read.
pub(in crate::run) fn cannot_read_back(failure: &Failure) {
    let why = Message::from_error_ref(&failure.error);
    let line = why.map(|words, why| words.cannot_read_back(why));
    tracing::warn!(
        target: "respondent_sync::loud", event = "list_not_read_back", polish = line.polish(), "{line}"
    );
}

/// Returns the labels that the input sets and that were not read back so far.
pub(in crate::run) fn unproven(opened: &OpenedInput) -> Vec<Label> {
    let set = opened.layout.labels.iter().map(|(label, _)| *label);
    set.filter(|label| !opened.plan.believed.contains(label))
        .collect()
}

/// Remembers which labels were read back, so that later runs believe the list. Without a place for
/// that, they do not.
pub(in crate::run) fn prove(
    settings: &RunSettings,
    site: &Site,
    delta: Option<&Delta>,
    (survey, proven): (&str, &[Label]),
) {
    if proven.is_empty() || site.is_sandbox() {
        return;
    }
    let stored = match (delta, &settings.delta.path) {
        (Some(delta), _) => delta.prove(survey, proven).map_err(Failure::usage),
        (None, Some(path)) => memory::trusted(path).and_then(|()| {
            let store = Store::open(path, site.account.clone());
            let stored = store.and_then(|mut store| store.prove(survey, proven));
            stored.map_err(Failure::usage)
        }),
        (None, None) => Ok(()),
    };
    if let Err(failure) = stored {
        let why = Message::from_error_ref(&failure.error);
        let line = why.map(|words, why| words.proof_not_kept(why));
        tracing::warn!(
            target: "respondent_sync::loud", event = "state_not_written", polish = line.polish(), "{line}"
        );
    }
}
