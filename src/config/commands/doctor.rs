//! Collects what `doctor` looks at. A mistake is a finding here and no error; commands of secrets are
//! not run.

use std::path::{Path, PathBuf};

use anyhow::Result;
use url::Url;

use super::run::check_flags;
use crate::cli::{ConfigChoice, DoctorArgs};
use crate::config::file::{self, ConfigFile};
use crate::config::groups::calls::{base, ca_pem};
use crate::config::groups::{outputs, state};
use crate::config::run_flags::RunFlags;
use crate::config::secrets::kinds::{Secret, looked_at};
use crate::config::secrets::source::SecretSource;
use crate::config::variable;
use crate::model::DeltaMode;
use crate::read::Input;
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
    let outputs = outputs::paths(&run.output, &Input::File(run.input.input.clone()), None).ok();
    let is_file = flags.input.as_ref().is_some_and(|input| input.as_os_str() != "-");
    let delta = state::delta(&run.delta).unwrap_or_default();
    DoctorSettings {
        config: Ok(file.path.clone()),
        flags: check_flags(run, &flags.origins, &file),
        secrets: secrets(&file),
        outputs: outputs.filter(|_| is_file),
        others: [&run.input.ids, &run.selection.exclude]
            .into_iter()
            .flatten()
            .cloned()
            .collect(),
        input: flags.input.clone(),
        needs_state: delta.mode != DeltaMode::Follow,
        state: delta.path,
        base: (!run.platform.sandbox).then(|| base(&run.platform.address)),
        ca_pem: ca_pem(&run.platform.address),
    }
}

fn secrets(file: &ConfigFile) -> Vec<FoundSecret> {
    let found = Secret::ALL.into_iter().map(|secret| {
        let looked = looked_at(secret, &file.secrets, variable);
        let path = match &looked {
            Ok(Some(SecretSource::File(path))) => Some(path.clone()),
            _ => None,
        };
        FoundSecret {
            name: secret.name(),
            variable: secret.variable(),
            is_optional: !Secret::OF_WEBHOOK.contains(&secret),
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
