//! Where calls go, how fast, how often again, and when a run gives up.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use url::Url;

use super::base_url;
use crate::cli::{MethodArg, Origins, PaceArgs, PlatformArgs, RunArgs};
use crate::model::{Credentials, Method};
use crate::send::{BreakerSettings, HttpSettings, OutageSettings, RetryPolicy, SendSettings};

/// Nobody waits longer; what is more than this stands for ever.
const LONGEST_OUTAGE: Duration = Duration::from_hours(10 * 365 * 24);

/// Where calls go and how.
#[derive(Clone, Debug)]
pub(crate) struct CallSettings {
    pub(crate) base: Url,
    pub(crate) http: HttpSettings,
    pub(crate) send: SendSettings,
    pub(crate) rate_from: String,
}

/// Everything about calls; the address is checked unless the sandbox takes its place.
pub(crate) fn calls(args: &RunArgs, base: Option<Url>, origins: &Origins) -> Result<CallSettings> {
    let (platform, pace) = (&args.platform, &args.pace);
    let base = match base {
        Some(base) => base,
        None => base_url::parse(&platform.base_url, platform.allow_http)?,
    };
    Ok(CallSettings {
        base,
        http: http(platform, pace)?,
        send: SendSettings {
            rate: pace.rate.rate,
            concurrency: pace.concurrency,
            retry: RetryPolicy {
                max_retries: pace.max_retries,
                backoff: pace.backoff,
                max_backoff: pace.max_backoff,
            },
            outage: OutageSettings {
                max_outage: pace.max_outage.min(LONGEST_OUTAGE),
                backoff: pace.backoff,
                max_backoff: pace.max_backoff,
            },
            breaker: BreakerSettings {
                max_same_error: max_same_error(&pace.max_same_error)?,
                max_errors: pace.max_errors,
                knows_success: false,
            },
            seed: fastrand::u64(..),
        },
        rate_from: origins.rate.named("--rate"),
    })
}

/// The credentials with which the sandbox is called: it takes any.
pub(crate) fn sandbox_credentials() -> Credentials {
    Credentials {
        account: "1".to_owned(),
        webhook_key: "sandbox".to_owned().into(),
        webhook_auth: "sandbox".to_owned().into(),
    }
}

fn http(platform: &PlatformArgs, pace: &PaceArgs) -> Result<HttpSettings> {
    ensure!(
        !pace.timeout.is_zero(),
        "`--timeout` is zero: no call could ever be answered"
    );
    ensure!(
        !pace.connect_timeout.is_zero(),
        "`--connect-timeout` is zero: no connection could ever be made"
    );
    Ok(HttpSettings {
        method: match platform.method {
            MethodArg::Post => Method::Post,
            MethodArg::Get => Method::Get,
        },
        timeout: pace.timeout,
        connect_timeout: pace.connect_timeout,
        connections: pace.concurrency.most(),
        ca_pem: ca_pem(platform)?,
    })
}

/// Further trusted authorities, for the platform and for the monitor.
pub(crate) fn ca_pem(platform: &PlatformArgs) -> Result<Option<Vec<u8>>> {
    let read = |path: &PathBuf| {
        std::fs::read(path).with_context(|| format!("cannot read `--ca-file {}`", path.display()))
    };
    platform.ca_file.as_ref().map(read).transpose()
}

fn max_same_error(text: &str) -> Result<Option<u32>> {
    if text.trim().eq_ignore_ascii_case("none") {
        return Ok(None);
    }
    match text.trim().parse() {
        Ok(most) if most > 0 => Ok(Some(most)),
        _ => bail!("`--max-same-error {text}` is neither a number from 1 on nor `none`"),
    }
}
