//! Collects what `doctor` looks at. A mistake is a finding here and no error; commands of secrets are
//! not run.

use std::path::{Path, PathBuf};

use anyhow::Result;
use url::Url;

use super::run::check_flags;
use crate::cli::{ConfigChoice, DoctorArgs, Origins, RunArgs};
use crate::config::file::{self, ConfigFile};
use crate::config::groups::calls::{base, ca_pem};
use crate::config::groups::list::{self as of_list, ListSettings};
use crate::config::groups::reading::newest;
use crate::config::groups::{outputs, state};
use crate::config::mistakes::Mistakes;
use crate::config::run_flags::RunFlags;
use crate::config::secrets::kinds::{Secret, has_api_key, looked_at};
use crate::config::secrets::source::SecretSource;
use crate::config::variable;
use crate::model::DeltaMode;
use crate::record::OutputPaths;
use crate::system::regular;
use crate::system::trust::permissions;

/// What a run would use.
#[derive(Debug)]
pub(crate) struct DoctorSettings {
    /// The config file; `None` if there is none. If it cannot be read, nothing else is known.
    pub(crate) config: Result<Option<PathBuf>>,
    /// What is wrong with the flags that file and environment set.
    pub(crate) flags: Result<()>,
    pub(crate) secrets: Vec<FoundSecret>,
    /// The input that the config names.
    pub(crate) input: Option<PathBuf>,
    /// Other files that a run reads: the table of ids, the list of those who are never sent.
    pub(crate) others: Vec<PathBuf>,
    /// The outputs for that input.
    pub(crate) outputs: Option<OutputPaths>,
    /// The store's file; `None` if a run has none.
    pub(crate) state: Option<PathBuf>,
    /// Whether a run ends without it.
    pub(crate) needs_state: bool,
    /// The platform's address; `None` if it is not called.
    pub(crate) base: Option<Result<Url>>,
    pub(crate) ca_pem: Result<Option<Vec<u8>>>,
    pub(crate) list: ListToAsk,
}

/// The mailing list that a run reads first, by the REST API.
#[derive(Debug)]
pub(crate) enum ListToAsk {
    /// A run reads none.
    NotNeeded,
    /// The API's key is missing or wrong, or a flag is: they are findings of their own.
    NoKey,
    /// A command prints a part of the key, and is not run here.
    KeyOfCommand,
    Ready(Box<ListSettings>),
}

impl Default for DoctorSettings {
    fn default() -> Self {
        Self {
            config: Ok(None),
            flags: Ok(()),
            secrets: Vec::new(),
            input: None,
            others: Vec::new(),
            outputs: None,
            state: None,
            needs_state: false,
            base: None,
            ca_pem: Ok(None),
            list: ListToAsk::NotNeeded,
        }
    }
}

/// A secret, without its value.
#[derive(Debug)]
pub(crate) struct FoundSecret {
    pub(crate) name: &'static str,
    pub(crate) variable: String,
    /// Whether a run works without it.
    pub(crate) is_optional: bool,
    /// Where a valid value comes from; `None` if it has no source.
    pub(crate) from: Result<Option<String>>,
    /// The file that holds it.
    pub(crate) file: Option<PathBuf>,
    /// Whether other users can read that file.
    pub(crate) others_read: bool,
}

/// Looks at the settings of a run without flags.
pub(in crate::config) fn doctor(args: &DoctorArgs) -> DoctorSettings {
    let read = file::file(ConfigChoice::new(args.config.as_ref()));
    let flags = read.and_then(|file| Ok((RunFlags::new(&file, &[], None)?, file)));
    let (mut flags, file) = match flags {
        Ok(read) => read,
        // What a run would use is unknown.
        Err(error) => {
            return DoctorSettings {
                config: Err(error),
                ..DoctorSettings::default()
            };
        }
    };
    if flags.input.is_none() {
        // Standard input would need more flags than a file that is typed.
        flags.args.input.input = PathBuf::from("export.csv");
    }
    let run = &*flags.args;
    let chosen = newest::quietly(run);
    let outputs = outputs::paths(&run.output, &newest::job(&run.input), None).ok();
    let is_file = flags.input.as_ref().is_some_and(|input| input.as_os_str() != "-");
    let delta = state::delta(&run.delta).unwrap_or_default();
    DoctorSettings {
        config: Ok(file.path.clone()),
        flags: check_flags(run, &flags.origins, &file),
        secrets: secrets(&file, run.list.is_read().is_some() && !run.platform.sandbox),
        list: list(run, outputs.as_ref(), (&flags.origins, &file)),
        outputs: outputs.filter(|_| is_file),
        others: [&run.input.ids, &run.selection.exclude]
            .into_iter()
            .flatten()
            .cloned()
            .collect(),
        input: chosen.ok().flatten().or_else(|| flags.input.clone()),
        needs_state: delta.mode != DeltaMode::Follow,
        state: delta.path,
        base: (!run.platform.sandbox).then(|| base(&run.platform.address)),
        ca_pem: ca_pem(&run.platform.address),
    }
}

/// Returns the list that can be asked for: for one respondent, with a token that is not kept, because
/// nothing that is written stays.
fn list(run: &RunArgs, outputs: Option<&OutputPaths>, (origins, file): (&Origins, &ConfigFile)) -> ListToAsk {
    if run.list.is_read().is_none() || run.platform.sandbox {
        return ListToAsk::NotNeeded;
    }
    let mut is_of_command = false;
    for secret in Secret::OF_API {
        match looked_at(secret, &file.secrets, variable) {
            Ok(Some(SecretSource::Command { .. })) => is_of_command = true,
            Ok(Some(_)) => {}
            Ok(None) | Err(_) => return ListToAsk::NoKey,
        }
    }
    if is_of_command {
        return ListToAsk::KeyOfCommand;
    }
    let table = of_list::place(&run.list, &run.input, outputs);
    let mut mistakes = Mistakes::default();
    let how = (run.list.is_read(), table.as_deref());
    let list = of_list::list_of(run, how, (origins, file, None), &mut mistakes);
    list.map_or(ListToAsk::NoKey, |mut list| {
        list.ask = list.ask.without_patience();
        list.ask.door.token_folder = None;
        ListToAsk::Ready(Box::new(list))
    })
}

/// Looks at each secret. `pulls`: a run asks the API. A user who has set one part of its key needs the other.
fn secrets(file: &ConfigFile, pulls: bool) -> Vec<FoundSecret> {
    let needs_api = pulls || has_api_key(&file.secrets, variable);
    let is_needed =
        |secret: &Secret| Secret::OF_WEBHOOK.contains(secret) || needs_api && Secret::OF_API.contains(secret);
    let found = Secret::ALL.into_iter().map(|secret| {
        let looked = looked_at(secret, &file.secrets, variable);
        let path = match &looked {
            Ok(Some(SecretSource::File(path))) => Some(path.clone()),
            _ => None,
        };
        FoundSecret {
            name: secret.name(),
            variable: secret.variable(),
            is_optional: !is_needed(&secret),
            from: looked.map(|source| source.map(|source| source.named())),
            others_read: path.as_deref().is_some_and(others_read),
            file: path,
        }
    });
    found.collect()
}

fn others_read(path: &Path) -> bool {
    let opened = regular::open_through_links(path);
    opened.is_ok_and(|file| permissions::others_read(&file).unwrap_or_default())
}
