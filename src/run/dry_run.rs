//! `run --dry-run`: `check` with the flags of `run`. Needs no secrets; where the account is known, it tells what is
//! unchanged.

use super::{Failure, check};
use crate::cli::RunArgs;
use crate::config::{
    self, CallSettings, ConfigFile, DeltaMode, DeltaSettings, GuardSettings, ReadingSettings,
};
use crate::delta::{Account, Store};
use crate::model::{Credentials, Endpoint};
use crate::report::{Console, ExitCode};

/// `check` with the flags of `run`.
pub(super) fn dry_run(
    args: &RunArgs,
    file: &ConfigFile,
    mut reading: ReadingSettings,
    calls: &CallSettings,
    guards: GuardSettings,
    console: &Console,
) -> Result<ExitCode, Failure> {
    let blank = Credentials {
        account: String::new(),
        ..config::sandbox_credentials()
    };
    reading.limit_query(calls.http.method, &Endpoint::new(&calls.base, &blank));
    let asked = check::Asked {
        rate: calls.send.rate,
        accept_failures: args.output.accept.accept_failures,
        guards,
        known: known_before(args, file, calls)?,
    };
    check::examine(&mut reading, &asked, console)
}

/// What earlier runs remember, for a dry run: where there is a store and the account is known.
fn known_before(
    args: &RunArgs,
    file: &ConfigFile,
    calls: &CallSettings,
) -> Result<Option<(Store, DeltaMode)>, Failure> {
    let DeltaSettings { mode, path } = config::delta(&args.delta).map_err(Failure::usage)?;
    let account = config::account(&file.secrets, config::variable);
    let (Some(path), Some(account)) = (path.filter(|path| path.exists()), account) else {
        return Ok(None);
    };
    if mode == DeltaMode::Follow || args.platform.sandbox {
        return Ok(None);
    }
    let account = Account {
        base_url: calls.base.to_string(),
        account,
    };
    let store = Store::open(&path, account).map_err(Failure::usage)?;
    Ok(Some((store, mode)))
}
