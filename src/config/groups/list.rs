//! What a run does with the survey's mailing list.

pub(in crate::config) mod api;

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::mapping;
use super::reading::survey;
use crate::cli::{
    AddressArgs, AttemptArgs, FreshnessArg, InputArgs, ListArgs, OnConflictArg, Origins, RunArgs, StateArg,
};
use crate::config::file::ConfigFile;
use crate::config::mistakes::Mistakes;
use crate::model::{Api, Label, Rate};
use crate::record::{OutputPaths, RESPONDENTS};
use crate::text::Message;
use api::{AskSettings, api, ask, auth_url};

/// A mailing list that is read before a run.
#[derive(Clone, Debug)]
pub(crate) struct ListSettings {
    /// `None` for the sandbox, whose address is known once it has started.
    pub(crate) api: Option<Api>,
    pub(crate) ask: AskSettings,
    pub(crate) survey: String,
    /// Where it is written.
    pub(crate) table: PathBuf,
    /// Numbers of the labels in it.
    pub(crate) labels: Vec<usize>,
    /// Whether an older table is used if it cannot be read.
    pub(crate) accepts_older: bool,
    /// Whether labels that people changed on the platform are left as they are.
    pub(crate) keeps_conflicts: bool,
    /// When it is read again after the run; `None` if it is not.
    pub(crate) verify: Option<Vec<Duration>>,
}

/// Returns where the list of a run is written; `None` if it is not read. For a check, it is a
/// temporary place, which `run` knows.
pub(in crate::config) fn place(
    args: &ListArgs,
    input: &InputArgs,
    paths: Option<&OutputPaths>,
) -> Option<PathBuf> {
    args.is_read()?;
    let beside = || paths.map(|paths| paths.beside(RESPONDENTS)).unwrap_or_default();
    Some(input.ids.clone().unwrap_or_else(beside))
}

/// Checks that labels that people changed can be left as they are, if that is wanted: only a list and the
/// state together tell them.
pub(in crate::config) fn conflicts(args: &ListArgs, changed_only: bool, mistakes: &mut Mistakes) {
    let is_told = args.is_read().is_some() && changed_only;
    if args.on_conflict == OnConflictArg::Keep && !is_told {
        mistakes.note::<()>(Err(Message::new(|words| words.keep_needs_pull()).into()));
    }
}

/// Checks the flags of a run about the list, but for the API's key and for what all calls have.
pub(in crate::config) fn flags(args: &RunArgs, sandbox_survey: &str, mistakes: &mut Mistakes) {
    let (list, platform) = (&args.list, &args.platform);
    conflicts(list, args.delta.changed_only, mistakes);
    if list.is_read().is_some() {
        survey_of(&args.input, platform.sandbox.then_some(sandbox_survey), mistakes);
        verify_of(list, &args.input, mistakes);
        let token = list.api.auth_url.as_deref();
        mistakes.note(token.map(|url| auth_url(url, &platform.address)).transpose());
    }
}

/// Returns the survey whose list is read. A mistake in it is reported with those of the input.
fn survey_of(input: &InputArgs, sandbox_survey: Option<&str>, mistakes: &mut Mistakes) -> Option<String> {
    match input.survey.as_deref().or(sandbox_survey) {
        Some(text) => survey(text).ok(),
        None => mistakes.keep(Err(Message::new(|words| words.list_needs_survey()).into())),
    }
}

/// Checks that the input can be read again, to compare its values with those of the platform.
fn verify_of(args: &ListArgs, input: &InputArgs, mistakes: &mut Mistakes) {
    if args.verify.is_some() && input.input.as_os_str() == "-" {
        mistakes.note::<()>(Err(Message::new(|words| words.verify_needs_file()).into()));
    }
}

/// Checks the flags about the list. `how` says whether and how it is read, `table` where it is written. The
/// API's key is fetched only if there are no mistakes; the sandbox needs none.
pub(in crate::config) fn list(
    (args, how): (&ListArgs, Option<FreshnessArg>),
    input: &InputArgs,
    table: Option<&Path>,
    (address, rate, attempt, state): (&AddressArgs, Rate, &AttemptArgs, &StateArg),
    (origins, file, sandbox_survey): (&Origins, &ConfigFile, Option<&str>),
    mistakes: &mut Mistakes,
) -> Option<ListSettings> {
    let (how, table) = (how?, table?.to_owned());
    let survey = survey_of(input, sandbox_survey, mistakes);
    verify_of(args, input, mistakes);
    let ask = ask(address, rate, attempt, state, mistakes);
    let api = match sandbox_survey {
        Some(_) => None,
        None => Some(api(&args.api, address, file, mistakes)?),
    };
    Some(ListSettings {
        api,
        ask,
        survey: survey?,
        table,
        labels: labels(input, origins),
        accepts_older: how == FreshnessArg::Prefer,
        keeps_conflicts: args.on_conflict == OnConflictArg::Keep,
        verify: args.verify.as_ref().map(|times| times.0.clone()),
    })
}

/// Checks the flags about the list of a command that has the flags of `run`. `how` and `table` are as for
/// [`list`].
pub(in crate::config) fn list_of(
    args: &RunArgs,
    (how, table): (Option<FreshnessArg>, Option<&Path>),
    (origins, file, sandbox_survey): (&Origins, &ConfigFile, Option<&str>),
    mistakes: &mut Mistakes,
) -> Option<ListSettings> {
    let calls = (
        &args.platform.address,
        args.pace.rate.rate,
        &args.pace.attempt,
        &args.delta.state,
    );
    list(
        (&args.list, how),
        &args.input,
        table,
        calls,
        (origins, file, sandbox_survey),
        mistakes,
    )
}

/// Returns the labels that the run may set: those of the mapping, or all.
fn labels(input: &InputArgs, origins: &Origins) -> Vec<usize> {
    let mapped = mapping::mapping(&input.map, origins.map).ok().flatten();
    let Some(mapped) = mapped else {
        return Label::all().map(Label::number).collect();
    };
    let constants = mapping::constants(&input.set, origins.set, Some(&mapped)).unwrap_or_default();
    let all = mapped.iter().map(|(label, _)| *label);
    let mut all: Vec<usize> = all
        .chain(constants.iter().map(|(label, _)| *label))
        .map(Label::number)
        .collect();
    all.sort_unstable();
    all
}
