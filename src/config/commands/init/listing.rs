//! How `init` lists the account's surveys: as `pull` asks the API, with the key and the settings that
//! the environment has. Also where each part of that key is, for a config that reads the list.

use std::ffi::OsString;

use anyhow::{Result, anyhow};
use secrecy::SecretString;
use url::Url;

use crate::cli::{self, FileSettings, parse_words};
use crate::config::groups::calls::base;
use crate::config::groups::list::api::{AskSettings, ask, auth_url};
use crate::config::mistakes::Mistakes;
use crate::config::secrets::kinds::{self, Secret, SecretSources};
use crate::config::secrets::source::SecretSource;
use crate::config::variable;
use crate::model::{Api, ApiCredentials};

/// How the account's surveys are listed.
#[derive(Clone, Debug)]
pub(crate) struct ListingSettings {
    /// The platform, unless the webhook's address or a flag names another.
    base: Url,
    token: Option<Url>,
    credentials: ApiCredentials,
    /// The sources of the parts of the key.
    sources: Vec<(Secret, SecretSource)>,
    pub(crate) ask: AskSettings,
}

/// A part of the API's key.
#[derive(Clone, Debug)]
pub(crate) struct KeyPart {
    pub(crate) secret: Secret,
    pub(crate) value: SecretString,
    pub(crate) source: SecretSource,
}

impl ListingSettings {
    /// Returns where the API is. `base` is the platform of the webhook's address or of a flag.
    pub(crate) fn api(&self, base: Option<&Url>) -> Api {
        let base = base.unwrap_or(&self.base);
        Api::new(base, self.token.clone(), self.credentials.clone())
    }

    /// Returns the parts of the key.
    pub(crate) fn key(&self) -> Vec<KeyPart> {
        let part = |(secret, source): &(Secret, SecretSource)| KeyPart {
            secret: *secret,
            value: match secret {
                Secret::ClientId => self.credentials.client_id.clone(),
                _ => self.credentials.client_secret.clone(),
            },
            source: source.clone(),
        };
        self.sources.iter().map(part).collect()
    }
}

/// Returns how the surveys are listed; `None` without a key of the API.
///
/// # Errors
///
/// All mistakes in the key and in the variables.
pub(super) fn listing() -> Option<Result<ListingSettings>> {
    let nowhere = SecretSources::default();
    kinds::has_api_key(&nowhere, variable).then(of_environment)
}

/// Returns how the API is asked with the key of the environment.
///
/// # Errors
///
/// All mistakes in the key, which may be missing, and in the variables.
pub(super) fn of_environment() -> Result<ListingSettings> {
    let nowhere = &SecretSources::default();
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
    let source = |secret| Some((secret, kinds::source(secret, nowhere, &variable).ok()??));
    let sources = Secret::OF_API.into_iter().filter_map(source).collect();
    let settings = base.zip(credentials).map(|(base, credentials)| ListingSettings {
        base,
        token,
        credentials,
        sources,
        ask: ask.without_patience(),
    });
    mistakes.settle(settings)
}
