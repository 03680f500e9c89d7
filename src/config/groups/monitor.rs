//! Who is notified of a run: the health check's address and the metrics file.

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow, bail, ensure};
use secrecy::SecretString;

use super::log;
use crate::cli::{MonitorArgs, Origin, Origins};
use crate::config::file::ConfigFile;
use crate::config::mistakes::Mistakes;
use crate::config::secrets::kinds::{self, Secret, SecretSources};
use crate::config::secrets::source::SecretSource;
use crate::config::variable;
use crate::model::{ShownPath as _, Tags};
use crate::monitor::Healthcheck;

/// Who is notified of a run.
#[derive(Clone, Debug, Default)]
pub(crate) struct MonitorSettings {
    pub(crate) healthcheck: Option<HealthcheckSettings>,
    pub(crate) metrics_file: Option<PathBuf>,
}

/// A health check at a monitor.
#[derive(Clone, Debug)]
pub(crate) struct HealthcheckSettings {
    /// A secret: with it anyone could report success.
    pub(crate) url: SecretString,
    /// Additional trusted authorities, as PEM.
    pub(crate) ca_pem: Option<Vec<u8>>,
}

/// Checks the flags of the monitor. A run that is not `real` notifies no monitor, but its mistakes
/// are noted too.
pub(in crate::config) fn monitor(
    args: &MonitorArgs,
    origins: &Origins,
    file: &ConfigFile,
    ca_pem: Option<&[u8]>,
    real: bool,
    mistakes: &mut Mistakes,
) -> MonitorSettings {
    mistakes.note(log::run_id());
    let tags = Tags::new(&args.tag);
    let tags =
        mistakes.note(tags.map_err(|key| anyhow!("`--tag {key}=…` is given twice: which one is meant?")));
    let metrics_file = mistakes.note(filled_path(&tags, args.metrics_file.as_deref(), file));
    // A refused file is not written, not even to report the refusal.
    let metrics_file = metrics_file.and_then(|path| mistakes.keep(has_metrics_name(&path).map(|()| path)));
    let given = args.healthcheck_url.as_deref();
    // A rehearsal notifies no monitor and runs no command.
    if !real {
        mistakes.note(given.map(|given| address(&tags, given)).transpose());
        return MonitorSettings::default();
    }
    let url = mistakes.note(healthcheck_url(
        given,
        &tags,
        origins.healthcheck_url,
        &file.secrets,
    ));
    MonitorSettings {
        healthcheck: url.map(|url| HealthcheckSettings {
            url: url.into(),
            ca_pem: ca_pem.map(<[u8]>::to_vec),
        }),
        metrics_file,
    }
}

/// Returns the address from the flag, or from the only other source that has one.
fn healthcheck_url(
    given: Option<&str>,
    tags: &Tags,
    from: Origin,
    file: &SecretSources,
) -> Result<Option<String>> {
    let elsewhere = match from {
        Origin::Flag => None,
        _ => kinds::healthcheck_url(file, variable)?,
    };
    match (given, elsewhere) {
        (Some(_), Some((_, place))) if from == Origin::File => bail!(
            "`healthcheck_url` stands in the config file and comes from {place} as well: which of them is meant? Remove \
             the other"
        ),
        (_, Some((url, _))) => address(tags, &url).map(Some),
        (Some(url), None) => address(tags, url).map(Some),
        (None, None) => Ok(None),
    }
}

/// Returns the address with the values of tags in it. Errors never show it.
fn address(tags: &Tags, url: &str) -> Result<String> {
    let url = tags
        .fill(url)
        .map_err(|why| anyhow!("`--healthcheck-url`: {why}"))?;
    Healthcheck::check_address(&url)?;
    Ok(url)
}

/// Checks the address of the health check as a run takes it. A command that prints it is not run.
///
/// # Errors
///
/// If it is none, if it comes from two places, or if there is no tag for a `{KEY}` in it.
pub(in crate::config) fn check_address(
    args: &MonitorArgs,
    origins: &Origins,
    file: &ConfigFile,
) -> Result<()> {
    let source = kinds::source(Secret::HealthcheckUrl, &file.secrets, &variable)?;
    if matches!(source, Some(SecretSource::Command { .. })) {
        return Ok(());
    }
    let tags = Tags::new(&args.tag).unwrap_or_default();
    let given = args.healthcheck_url.as_deref();
    healthcheck_url(given, &tags, origins.healthcheck_url, &file.secrets).map(drop)
}

/// Returns the metrics file, with the values of tags in its path.
pub(in crate::config) fn metrics_file(args: &MonitorArgs, file: &ConfigFile) -> Result<Option<PathBuf>> {
    let tags = Tags::new(&args.tag).unwrap_or_default();
    filled_path(&tags, args.metrics_file.as_deref(), file)
}

/// Returns the path with the values of tags in it. The folder of the config file is left as it is, and so
/// is a path that is no Unicode.
fn filled_path(tags: &Tags, path: Option<&Path>, file: &ConfigFile) -> Result<Option<PathBuf>> {
    let Some(path) = path else {
        return Ok(None);
    };
    let folder = file.folder().filter(|folder| path.starts_with(folder));
    let folder = folder.unwrap_or_default();
    let typed = path.strip_prefix(&folder).unwrap_or(path);
    let Some(text) = typed.to_str() else {
        return Ok(Some(path.to_owned()));
    };
    let filled = tags.fill(text);
    filled
        .map(|filled| Some(folder.join(filled)))
        .map_err(|why| anyhow!("`--metrics-file {}`: {why}", path.shown()))
}

fn has_metrics_name(path: &Path) -> Result<()> {
    ensure!(
        path.extension().is_some_and(|extension| extension == "prom"),
        "`--metrics-file {}`: the collector reads files that end with `.prom` alone",
        path.shown()
    );
    Ok(())
}
