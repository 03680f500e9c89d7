//! The REST API: where it is, the key to it, and how it is asked.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, anyhow, ensure};
use url::Url;

use crate::cli::{AddressArgs, ApiArgs, AttemptArgs, StateArg};
use crate::config::file::ConfigFile;
use crate::config::groups::base_url;
use crate::config::groups::calls::{base, ca_pem, retry};
use crate::config::mistakes::Mistakes;
use crate::config::secrets::kinds;
use crate::config::variable;
use crate::model::{Api, ApiCredentials, Rate};
use crate::pull::{DoorSettings, HttpSettings};
use crate::system::folders;

/// How the API is asked.
#[derive(Clone, Debug)]
pub(crate) struct AskSettings {
    pub(crate) http: HttpSettings,
    pub(crate) door: DoorSettings,
}

/// Maximum time to connect, and for an answer, while a person waits.
const MAX_WAIT: Duration = Duration::from_secs(10);

impl AskSettings {
    /// Returns these settings for a command in front of which a person waits: each call is made once and
    /// ends soon.
    pub(in crate::config) fn without_patience(mut self) -> Self {
        self.door.retry.max_retries = 0;
        self.http.timeout = self.http.timeout.min(MAX_WAIT);
        self.http.connect_timeout = self.http.connect_timeout.min(MAX_WAIT);
        self
    }
}

/// Checks the flags about calls of the API.
pub(in crate::config) fn ask(
    address: &AddressArgs,
    rate: Rate,
    attempt: &AttemptArgs,
    state: &StateArg,
    mistakes: &mut Mistakes,
) -> AskSettings {
    AskSettings {
        http: HttpSettings {
            timeout: attempt.timeout,
            connect_timeout: attempt.connect_timeout,
            ca_pem: mistakes.note(ca_pem(address)),
        },
        door: DoorSettings {
            rate,
            retry: retry(attempt, mistakes),
            token_folder: token_folder(state),
            seed: fastrand::u64(..),
        },
    }
}

/// Checks where the API is, and fetches the key to it if there are no mistakes. `None` if there are.
pub(in crate::config) fn api(
    args: &ApiArgs,
    address: &AddressArgs,
    file: &ConfigFile,
    mistakes: &mut Mistakes,
) -> Option<Api> {
    let base = mistakes.keep(base(address));
    let token = args.auth_url.as_deref().map(|url| auth_url(url, address));
    let token = mistakes.note(token.transpose());
    if !mistakes.is_empty() {
        return None;
    }
    let credentials = mistakes.keep(kinds::api_credentials(&file.secrets, variable))?;
    Some(Api::new(&base?, token, credentials))
}

/// Returns a key for the sandbox, which accepts any.
pub(crate) fn sandbox_api_credentials() -> ApiCredentials {
    ApiCredentials {
        client_id: "sandbox".to_owned().into(),
        client_secret: "sandbox".to_owned().into(),
    }
}

/// Parses the address where tokens are given, which gets the API's key.
pub(in crate::config) fn auth_url(text: &str, address: &AddressArgs) -> Result<Url> {
    let url = base_url::parse(text, address.allow_http);
    let url = url.map_err(|error| anyhow!("{}", error.to_string().replace("--base-url", "--auth-url")))?;
    ensure!(
        url.path() != "/",
        "`--auth-url` has no path: write it like `https://auth.webankieta.pl/token`"
    );
    Ok(url)
}

/// Returns the folder of the state's file, or the user's state folder. `None` if nothing is remembered.
fn token_folder(state: &StateArg) -> Option<PathBuf> {
    match &state.state {
        Some(path) if path.as_os_str() == "none" => None,
        Some(path) => std::path::absolute(path).ok()?.parent().map(PathBuf::from),
        None => folders::state(),
    }
}
