//! Checks the settings of `check`.

use std::path::PathBuf;

use anyhow::Result;
use url::Url;

use crate::cli::{CheckArgs, CheckFormatArg, Origins, RunArgs};
use crate::config::file::ConfigFile;
use crate::config::groups::calls::{self, sandbox_credentials};
use crate::config::groups::guards::{GuardSettings, guards};
use crate::config::groups::list::{self, ListSettings};
use crate::config::groups::log;
use crate::config::groups::reading::{ReadingSettings, reading};
use crate::config::groups::state::{DeltaSettings, state};
use crate::config::mistakes::Mistakes;
use crate::config::secrets::kinds;
use crate::config::variable;
use crate::model::{CountOrPercent, Credentials, DeltaMode, Endpoint, Lang, Rate};
use crate::record::OutputPaths;
use crate::state::Account;
use crate::text::{Message, in_language};

/// What a check looks at, for `check` and for a dry run.
#[derive(Clone, Debug)]
pub(crate) struct CheckSettings {
    pub(crate) reading: ReadingSettings,
    /// Maximum length of a query in bytes. `None` if commands travel in a body.
    pub(crate) max_query_bytes: Option<usize>,
    pub(crate) rate: Rate,
    /// The mailing list that is read first, into a temporary place; `None` if it is not.
    pub(crate) list: Option<ListSettings>,
    pub(crate) accept_failures: CountOrPercent,
    pub(crate) guards: GuardSettings,
    /// What earlier runs remember, if it is compared with.
    pub(crate) known: Option<KnownSettings>,
    /// Where it stands which labels of the mailing list are believed.
    pub(crate) proofs: Option<KnownSettings>,
    /// The outputs of earlier runs, if they are considered.
    pub(crate) before: Option<BeforeSettings>,
    pub(crate) format: CheckFormat,
    /// Number of calls to spell out; `None` for a few, on a terminal alone.
    pub(crate) preview: Option<usize>,
}

/// An existing store.
#[derive(Clone, Debug)]
pub(crate) struct KnownSettings {
    pub(crate) path: PathBuf,
    pub(crate) account: Account,
    pub(crate) mode: DeltaMode,
}

/// The outputs of earlier runs.
#[derive(Clone, Debug)]
pub(crate) struct BeforeSettings {
    pub(crate) paths: OutputPaths,
    /// Whether an unfinished run of the same input would be resumed.
    pub(crate) resumes: bool,
}

/// The readers of the findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CheckFormat {
    Text,
    Json,
}

/// Returns the store that says which labels are believed, if there is one and the account is known.
pub(in crate::config) fn proofs(path: PathBuf, base: &Url, account: Option<String>) -> Option<KnownSettings> {
    Some(KnownSettings {
        path: Some(path).filter(|path| path.exists())?,
        account: Account {
            base_url: base.to_string(),
            account: account?,
        },
        mode: DeltaMode::Follow,
    })
}

/// Checks all flags of `check`.
pub(in crate::config) fn check(
    args: &CheckArgs,
    origins: &Origins,
    file: &ConfigFile,
) -> Result<CheckSettings> {
    let mut mistakes = Mistakes::default();
    // Objects for machines are English.
    let lang = match args.format {
        CheckFormatArg::Text => log::lang(args.log.lang),
        CheckFormatArg::Json => Lang::En,
    };
    let reading = reading(
        &args.input,
        &args.selection,
        &[],
        (None, list::place(&args.list, &args.input, None)),
        lang,
        origins,
        &mut mistakes,
    );
    let calls = (&args.address, args.rate.rate, &args.attempt, &args.state);
    let table = reading.members.as_deref();
    let list = list::list(
        (&args.list, args.list.is_read()),
        &args.input,
        table,
        calls,
        (origins, file, None),
        &mut mistakes,
    );
    let settings = CheckSettings {
        max_query_bytes: None,
        rate: args.rate.rate,
        accept_failures: args.accept.accept_failures,
        guards: guards(&args.guards, None, &reading.input, origins, &mut mistakes),
        reading,
        proofs: list.as_ref().and_then(|_| {
            let base = calls::base(&args.address).ok()?;
            proofs(
                state(&args.state).ok()?,
                &base,
                kinds::seen(&file.secrets, variable).account,
            )
        }),
        list,
        known: None,
        before: None,
        format: match args.format {
            CheckFormatArg::Text => CheckFormat::Text,
            CheckFormatArg::Json => CheckFormat::Json,
        },
        preview: args.preview,
    };
    mistakes.settle(Some(settings))
}

/// Warns in a dry run of secrets that would prevent a run from starting. Returns the account's
/// number, if it can be read.
pub(in crate::config) fn look_at_secrets(file: &ConfigFile) -> Option<String> {
    let seen = kinds::seen(&file.secrets, variable);
    for fault in &seen.faults {
        let line = Message::in_both(|words, lang| words.would_not_start(&in_language(fault, lang)));
        tracing::warn!(event = "secret_refused", polish = line.polish(), "{line}");
    }
    for (secret, command) in &seen.of_commands {
        tracing::info!(
            event = "secret_not_fetched",
            "`{}` is not looked at: a dry run does not run the {command}",
            secret.name()
        );
    }
    seen.account
}

/// Returns the store for a dry run, if there is one and the account is known.
pub(in crate::config) fn known_before(
    delta: &DeltaSettings,
    base: Option<&Url>,
    account: Option<String>,
) -> Option<KnownSettings> {
    let path = delta.path.clone().filter(|path| path.exists())?;
    if delta.mode == DeltaMode::Follow {
        return None;
    }
    Some(KnownSettings {
        path,
        account: Account {
            base_url: base?.to_string(),
            account: account?,
        },
        mode: delta.mode,
    })
}

/// Returns the length limit of a dry run, which has no secrets. It is at least that of a run.
pub(in crate::config) fn max_query_bytes_without_secrets(args: &RunArgs, base: &Url) -> Option<usize> {
    let blank = Credentials {
        account: String::new(),
        ..sandbox_credentials()
    };
    let endpoint = Endpoint::new(base, &blank);
    calls::max_query_bytes(calls::method(&args.platform), &endpoint)
}
