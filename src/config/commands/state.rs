//! Checks `state show` and `state forget`.

use std::path::PathBuf;

use anyhow::{Result, anyhow};

use crate::cli::{Origins, StateCommand, StateForgetArgs};
use crate::config::groups::state::state as path_of;
use crate::config::mistakes::Mistakes;
use crate::model::Digits;

/// A command about the store.
#[derive(Clone, Debug)]
pub(crate) enum StateSettings {
    Show { path: PathBuf },
    Forget(ForgetSettings),
}

/// The entries to delete.
#[derive(Clone, Debug)]
pub(crate) struct ForgetSettings {
    pub(crate) path: PathBuf,
    /// `None` means every survey.
    pub(crate) survey: Option<String>,
    /// Empty means every respondent.
    pub(crate) respondents: Vec<String>,
}

/// Checks a command about the store.
pub(in crate::config) fn state(command: &StateCommand, origins: &Origins) -> Result<StateSettings> {
    let args = match command {
        StateCommand::Show(args) => {
            return Ok(StateSettings::Show {
                path: path_of(&args.state)?,
            });
        }
        StateCommand::Forget(args) => args,
    };
    let mut mistakes = Mistakes::default();
    let mut id = |id: &String| mistakes.note(digits(id));
    let survey = survey(args, origins.survey_of_file.as_ref()).map(&mut id);
    let respondents = args.respondent.iter().map(&mut id).collect();
    if survey.is_none() && !args.all {
        mistakes.note::<()>(Err(anyhow!(
            "who is to be forgotten? give `--survey ID`, a `--config FILE` that has one, or `--all`"
        )));
    }
    let path = mistakes.keep(path_of(&args.state));
    mistakes.settle(path.map(|path| {
        StateSettings::Forget(ForgetSettings {
            path,
            survey,
            respondents,
        })
    }))
}

/// Returns the survey to forget. A survey from the config file counts only if the file was named.
/// Otherwise a bare `state forget` would delete all respondents of the survey in the default config
/// file.
fn survey<'a>(args: &'a StateForgetArgs, of_file: Option<&'a String>) -> Option<&'a String> {
    let of_file = of_file.filter(|_| args.config.config.is_some());
    args.survey.as_ref().or(of_file).filter(|_| !args.all)
}

pub(super) fn digits(id: &str) -> Result<String> {
    let id = id.trim();
    anyhow::ensure!(Digits::new(id).is_some(), "`{id}` is no id: it has digits only");
    Ok(id.to_owned())
}
