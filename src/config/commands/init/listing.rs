//! How `init` lists the account's surveys: as `pull` asks the API, with the key and the settings that
//! the environment has.

use std::ffi::OsString;

use anyhow::{Result, anyhow};
use url::Url;

use crate::cli::{self, FileSettings, parse_words};
use crate::config::groups::calls::base;
use crate::config::groups::list::api::{AskSettings, ask, auth_url};
use crate::config::mistakes::Mistakes;
use crate::config::secrets::kinds::{self, SecretSources};
use crate::config::variable;
use crate::model::{Api, ApiCredentials};

/// How the account's surveys are listed.
#[derive(Clone, Debug)]
pub(crate) struct ListingSettings {
    /// The platform, unless the webhook's address or a flag names another.
    base: Url,
    token: Option<Url>,
    credentials: ApiCredentials,
    pub(crate) ask: AskSettings,
}

impl ListingSettings {
    /// Returns where the API is. `base` is the platform of the webhook's address or of a flag.
    pub(crate) fn api(&self, base: Option<&Url>) -> Api {
        let base = base.unwrap_or(&self.base);
        Api::new(base, self.token.clone(), self.credentials.clone())
    }
}

/// Returns how the surveys are listed; `None` without a key of the API.
///
/// # Errors
///
/// All mistakes in the key and in the variables.
pub(super) fn listing() -> Option<Result<ListingSettings>> {
    let nowhere = SecretSources::default();
    kinds::has_api_key(&nowhere, variable).then(|| of_environment(&nowhere))
}

fn of_environment(nowhere: &SecretSources) -> Result<ListingSettings> {
    let words = ["respondent-sync", "pull"].map(OsString::from);
    let parsed = parse_words(words, &FileSettings::default()).map_err(|error| {
        let text = error.to_string();
        let first = text.lines().next().unwrap_or_default();
        anyhow!("{}", first.trim_start_matches("error: ").to_owned())
    });
    let cli::Command::Pull(args) = parsed?.0.command else {
        return Err(anyhow!("`pull` is no pull: this is a bug, please report it"));
    };
    let mut mistakes = Mistakes::default();
    let ask = ask(
        &args.address,
        args.rate.rate,
        &args.attempt,
        &args.state,
        &mut mistakes,
    );
    let base = mistakes.keep(base(&args.address));
    let token = args.api.auth_url.as_deref();
    let token = mistakes.note(token.map(|url| auth_url(url, &args.address)).transpose());
    let credentials = mistakes.keep(kinds::api_credentials(nowhere, variable));
    let settings = base.zip(credentials).map(|(base, credentials)| ListingSettings {
        base,
        token,
        credentials,
        ask: ask.without_patience(),
    });
    mistakes.settle(settings)
}
