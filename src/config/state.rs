//! What is to be done with what is remembered of earlier runs.

use std::path::PathBuf;

use anyhow::Result;

use super::delta::state as path_of;
use super::mistakes::Mistakes;
use crate::cli::StateCommand;
use crate::model::Digits;

/// What was asked about the store.
#[derive(Clone, Debug)]
pub(crate) enum StateSettings {
    Show { path: PathBuf },
    Forget(ForgetSettings),
}

/// Who is to be forgotten.
#[derive(Clone, Debug)]
pub(crate) struct ForgetSettings {
    pub(crate) path: PathBuf,
    /// Every survey, if `None`.
    pub(crate) survey: Option<String>,
    /// Every respondent, if empty.
    pub(crate) respondents: Vec<String>,
}

pub(super) fn state(command: &StateCommand) -> Result<StateSettings> {
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
    let survey = args.survey.as_ref().map(&mut id);
    let respondents = args.respondent.iter().map(&mut id).collect();
    let path = mistakes.keep(path_of(&args.state));
    mistakes.settle(path.map(|path| {
        StateSettings::Forget(ForgetSettings {
            path,
            survey,
            respondents,
        })
    }))
}

fn digits(id: &str) -> Result<String> {
    let id = id.trim();
    anyhow::ensure!(Digits::new(id).is_some(), "`{id}` is no id: it has digits only");
    Ok(id.to_owned())
}
