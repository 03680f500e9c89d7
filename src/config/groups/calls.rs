//! Where calls go, their rate, their retries, and when a run gives up.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use url::Url;

use super::base_url;
use super::origin;
use crate::cli::{AddressArgs, AttemptArgs, MethodArg, Origins, PaceArgs, PlatformArgs};
use crate::config::mistakes::Mistakes;
use crate::config::secrets::plain_text;
use crate::model::{Credentials, Endpoint, Method, RetryPolicy, ShownPath};
use crate::send::{BreakerSettings, HttpSettings, OutageSettings, SendSettings};
use crate::system::regular;
use crate::system::trust;
use crate::text::Message;

/// A longer `--max-outage` means no limit.
const MAX_OUTAGE: Duration = Duration::from_hours(10 * 365 * 24);

/// Maximum length in bytes of a GET request's target, including the endpoint's part of it.
const MAX_TARGET_BYTES: usize = 8_000;

/// How calls are made.
#[derive(Clone, Debug)]
pub(crate) struct CallSettings {
    pub(crate) http: HttpSettings,
    pub(crate) send: SendSettings,
    /// Where the rate comes from, for the start line.
    pub(crate) rate_from: Message,
}

/// Where calls go.
#[derive(Clone, Debug)]
pub(crate) enum Destination {
    /// The embedded platform, which accepts any credentials.
    Sandbox,
    Platform {
        base: Url,
        credentials: Credentials,
    },
}

/// Checks the flags about calls. Mistakes are added to `mistakes`.
pub(in crate::config) fn calls(
    platform: &PlatformArgs,
    pace: &PaceArgs,
    origins: &Origins,
    mistakes: &mut Mistakes,
) -> CallSettings {
    let retry = retry(&pace.attempt, mistakes);
    CallSettings {
        http: HttpSettings {
            method: method(platform),
            timeout: pace.attempt.timeout,
            connect_timeout: pace.attempt.connect_timeout,
            ca_pem: mistakes.note(ca_pem(&platform.address)),
        },
        send: SendSettings {
            rate: pace.rate.rate,
            concurrency: pace.concurrency,
            retry,
            timeout: pace.attempt.timeout,
            outage: OutageSettings {
                max_outage: pace.max_outage.min(MAX_OUTAGE),
                backoff: pace.attempt.backoff,
                max_backoff: pace.attempt.max_backoff,
            },
            breaker: BreakerSettings {
                max_same_error: mistakes.note(max_same_error(&pace.max_same_error)),
                max_errors: pace.max_errors,
            },
            seed: fastrand::u64(..),
        },
        rate_from: origin::named(origins.rate, "--rate"),
    }
}

/// Checks the time limits of attempts, and returns when one is repeated.
pub(in crate::config) fn retry(attempt: &AttemptArgs, mistakes: &mut Mistakes) -> RetryPolicy {
    mistakes.note(not_zero(
        attempt.timeout,
        "--timeout",
        "no call could ever be answered",
    ));
    mistakes.note(not_zero(
        attempt.connect_timeout,
        "--connect-timeout",
        "no connection could ever be made",
    ));
    RetryPolicy {
        max_retries: attempt.max_retries,
        backoff: attempt.backoff,
        max_backoff: attempt.max_backoff,
    }
}

/// Parses the platform's address.
pub(in crate::config) fn base(address: &AddressArgs) -> Result<Url> {
    base_url::parse(&address.base_url, address.allow_http)
}

/// Returns the HTTP method of calls.
pub(in crate::config) fn method(platform: &PlatformArgs) -> Method {
    match platform.method {
        MethodArg::Post => Method::Post,
        MethodArg::Get => Method::Get,
    }
}

/// Returns the maximum length in bytes of a query to this endpoint. `None` if parameters travel in
/// the body.
pub(crate) fn max_query_bytes(method: Method, endpoint: &Endpoint) -> Option<usize> {
    match method {
        Method::Get => Some(MAX_TARGET_BYTES.saturating_sub(endpoint.target_len() + 1)),
        Method::Post => None,
    }
}

/// Returns credentials for the sandbox, which accepts any.
pub(crate) fn sandbox_credentials() -> Credentials {
    Credentials {
        account: "1".to_owned(),
        webhook_key: "sandbox".to_owned().into(),
        webhook_auth: "sandbox".to_owned().into(),
    }
}

fn not_zero(duration: Duration, flag: &str, why: &str) -> Result<()> {
    ensure!(!duration.is_zero(), "`{flag}` is zero: {why}");
    Ok(())
}

/// Maximum size in bytes of `--ca-file`. All authorities of a system together are smaller.
const MAX_CA_BYTES: u64 = 4 << 20;

/// Reads the additional trusted authorities, for the platform and for the monitor.
pub(in crate::config) fn ca_pem(address: &AddressArgs) -> Result<Option<Vec<u8>>> {
    let read = |path: &PathBuf| {
        let cannot = || format!("cannot read `--ca-file {}`", path.shown());
        let file = regular::open_through_links(path).with_context(cannot)?;
        trust::check(path)?;
        let bytes = regular::read_at_most(&file, MAX_CA_BYTES).with_context(cannot)?;
        let bytes = bytes.with_context(|| {
            format!(
                "`--ca-file {}` has more than 4 MiB: it is no list of authorities",
                path.shown()
            )
        })?;
        // A byte order mark would hide the first certificate.
        Ok(plain_text::unmarked(bytes))
    };
    address.ca_file.as_ref().map(read).transpose()
}

fn max_same_error(text: &str) -> Result<Option<u32>> {
    if text.trim().eq_ignore_ascii_case("none") {
        return Ok(None);
    }
    match text.trim().parse() {
        Ok(max) if max > 0 => Ok(Some(max)),
        _ => bail!("`--max-same-error {text}` is neither a number from 1 on nor `none`"),
    }
}
