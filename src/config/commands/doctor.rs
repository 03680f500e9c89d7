//! Collects what `doctor` looks at. A mistake is a finding here and no error; commands of secrets are
//! not run.

use std::path::PathBuf;

use anyhow::Result;
use url::Url;

use super::run_flags::RunFlags;
use crate::cli::{ConfigChoice, DoctorArgs};
use crate::config::file::{self, ConfigFile};
use crate::config::groups::calls::{base, ca_pem};
use crate::config::groups::{outputs, state};
use crate::config::secrets::kinds::{Secret, looked_at};
use crate::config::secrets::source::SecretSource;
use crate::config::variable;
use crate::read::Input;

/// What a run would use.
#[derive(Debug)]
pub(crate) struct DoctorSettings {
    /// The config file; `None` if there is none.
    pub(crate) config: Result<Option<PathBuf>>,
    pub(crate) secrets: Vec<FoundSecret>,
    /// The input that the config names.
    pub(crate) input: Option<PathBuf>,
    /// The results of that input.
    pub(crate) results: Option<PathBuf>,
    /// The store's file; `None` if a run has none.
    pub(crate) state: Option<PathBuf>,
    /// The platform's address; `None` if the settings cannot be read.
    pub(crate) base: Option<Result<Url>>,
    pub(crate) ca_pem: Result<Option<Vec<u8>>>,
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
}

/// Looks at the settings of a run without flags.
pub(in crate::config) fn doctor(args: &DoctorArgs) -> DoctorSettings {
    let (file, fault) = match file::file(ConfigChoice::new(args.config.as_ref())) {
        Ok(file) => (file, None),
        Err(error) => (ConfigFile::default(), Some(error)),
    };
    let (run, fault) = match RunFlags::new(&file, &[], None) {
        Ok(run) => (Some(run), fault),
        Err(error) => (None, Some(fault.unwrap_or(error))),
    };
    let run = run.as_ref();
    // Where a config cannot be read, its address is unknown.
    let is_read = fault.is_none();
    let input = run.and_then(|run| run.input.clone());
    let results = run.zip(input.clone()).and_then(|(run, input)| {
        let paths = outputs::paths(&run.args.output, &Input::File(input), None);
        paths.ok().map(|paths| paths.results)
    });
    DoctorSettings {
        config: fault.map_or_else(|| Ok(file.path.clone()), Err),
        secrets: secrets(&file),
        input,
        results,
        state: run.and_then(|run| state::delta(&run.args.delta).ok()?.path),
        base: run.filter(|_| is_read).map(|run| base(&run.args.platform)),
        ca_pem: run.map_or(Ok(None), |run| ca_pem(&run.args.platform)),
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
            file: path,
        }
    });
    found.collect()
}
