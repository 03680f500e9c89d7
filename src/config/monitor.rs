//! Who hears of a run: the check's address and the file of numbers.

use crate::model::ShownPath as _;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use secrecy::SecretString;

use super::mistakes::Mistakes;
use crate::cli::MonitorArgs;
use crate::monitor::Healthcheck;

/// Who hears of a run.
#[derive(Clone, Debug, Default)]
pub(crate) struct MonitorSettings {
    pub(crate) healthcheck: Option<HealthcheckSettings>,
    pub(crate) metrics_file: Option<PathBuf>,
}

/// A check at a monitor.
#[derive(Clone, Debug)]
pub(crate) struct HealthcheckSettings {
    /// A secret: anybody who knows it can say that all is well.
    pub(crate) url: SecretString,
    /// Further trusted authorities, as PEM.
    pub(crate) ca_pem: Option<Vec<u8>>,
}

/// Who hears of a run; of one that is `real`, that is: what is wrong is noted for the others as well.
pub(super) fn monitor(
    args: &MonitorArgs,
    ca_pem: Option<&[u8]>,
    real: bool,
    mistakes: &mut Mistakes,
) -> MonitorSettings {
    let metrics_file = args.metrics_file.clone();
    // What is refused is not written to when that is told either.
    let metrics_file = metrics_file.and_then(|path| mistakes.keep(has_metrics_name(&path).map(|()| path)));
    let url = args.healthcheck_url.as_deref();
    let url = url.and_then(|url| mistakes.keep(Healthcheck::check_address(url).map(|()| url)));
    if !real {
        return MonitorSettings::default();
    }
    MonitorSettings {
        healthcheck: url.map(|url| HealthcheckSettings {
            url: url.to_owned().into(),
            ca_pem: ca_pem.map(<[u8]>::to_vec),
        }),
        metrics_file,
    }
}

fn has_metrics_name(path: &Path) -> Result<()> {
    ensure!(
        path.extension().is_some_and(|extension| extension == "prom"),
        "`--metrics-file {}`: the collector reads files that end with `.prom` alone",
        path.shown()
    );
    Ok(())
}
