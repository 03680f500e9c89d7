//! The account, the two secrets of the webhook, the key of the REST API and the address of a health
//! check, read from the environment, from files or from commands.
//!
//! All but the last have no flag, because other users of a machine can read a process's arguments.
//! They are not in the config file either, because such files are copied. They are checked here,
//! because a secret pasted from a web page or a mail may contain invisible characters. No error
//! quotes a secret.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail, ensure};
use secrecy::SecretString;

use super::samples::is_sample_secret;
use super::source::SecretSource;
use crate::config::mistakes::Mistakes;
use crate::model::{ApiCredentials, Credentials, Digits, is_invisible};
use crate::monitor::Healthcheck;
use crate::text::{Message, Piece};

/// The variable in which systemd passes the folder of `LoadCredential=`.
const CREDENTIALS_DIRECTORY: &str = "CREDENTIALS_DIRECTORY";

/// One of the three parts of the webhook's path or of the two of the API's key, or the address of a
/// health check at a monitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::enum_variant_names, reason = "the vendor calls it so")]
pub(crate) enum Secret {
    Account,
    WebhookKey,
    WebhookAuth,
    /// What the vendor's settings page calls the key of the API.
    ClientId,
    /// Its secret.
    ClientSecret,
    HealthcheckUrl,
}

impl Secret {
    /// The parts of the webhook's path.
    pub(crate) const OF_WEBHOOK: [Self; 3] = [Self::Account, Self::WebhookKey, Self::WebhookAuth];

    /// The parts of the API's key.
    pub(crate) const OF_API: [Self; 2] = [Self::ClientId, Self::ClientSecret];

    /// Every secret.
    pub(in crate::config) const ALL: [Self; 6] = [
        Self::Account,
        Self::WebhookKey,
        Self::WebhookAuth,
        Self::ClientId,
        Self::ClientSecret,
        Self::HealthcheckUrl,
    ];

    /// Returns its name: that of a credential, and the prefix of its keys in a config file.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::WebhookKey => "webhook_key",
            Self::WebhookAuth => "webhook_auth",
            Self::ClientId => "client_id",
            Self::ClientSecret => "client_secret",
            Self::HealthcheckUrl => "healthcheck_url",
        }
    }

    /// Returns its keys in a config file.
    pub(in crate::config) fn keys(self) -> [String; 2] {
        ["file", "command"].map(|kind| format!("{}_{kind}", self.name()))
    }

    /// Returns the variable that holds it.
    pub(in crate::config) fn variable(self) -> String {
        format!("RESPONDENT_SYNC_{}", self.name().to_uppercase())
    }
}

/// The sources of secrets that the config file names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SecretSources(Vec<(Secret, SecretSource)>);

impl SecretSources {
    /// Sets the source. Returns whether there was one before.
    pub(in crate::config) fn set(&mut self, secret: Secret, source: SecretSource) -> bool {
        let had = self.get(secret).is_some();
        self.0.push((secret, source));
        had
    }

    fn get(&self, secret: Secret) -> Option<&SecretSource> {
        self.0
            .iter()
            .find(|(of, _)| *of == secret)
            .map(|(_, source)| source)
    }
}

/// Fetches and checks the account and both secrets, and reports all mistakes together. `variable`
/// looks up a variable like [`std::env::var`].
pub(in crate::config) fn credentials(
    file: &SecretSources,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Credentials> {
    let [account, webhook_key, webhook_auth] = all_fetched(Secret::OF_WEBHOOK, file, variable)?;
    Ok(Credentials {
        account,
        webhook_key: SecretString::from(webhook_key),
        webhook_auth: SecretString::from(webhook_auth),
    })
}

/// Fetches and checks the key of the API, and reports all mistakes together.
pub(in crate::config) fn api_credentials(
    file: &SecretSources,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<ApiCredentials> {
    let [client_id, client_secret] = all_fetched(Secret::OF_API, file, variable)?;
    Ok(ApiCredentials {
        client_id: SecretString::from(client_id),
        client_secret: SecretString::from(client_secret),
    })
}

/// Fetches and checks secrets, and reports all mistakes together.
fn all_fetched<const N: usize>(
    secrets: [Secret; N],
    file: &SecretSources,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<[String; N]> {
    let mut mistakes = Mistakes::default();
    let mut missing = Vec::new();
    let fetched = secrets.map(|secret| match source(secret, file, &variable) {
        Ok(Some(source)) => mistakes.note(fetched_from(&source, secret, &variable)),
        Ok(None) => {
            missing.push(secret);
            String::new()
        }
        Err(error) => mistakes.note(Err(error)),
    });
    mistakes.extend(self::missing(&missing));
    mistakes.settle(Some(fetched))
}

/// Whether a part of the API's key has a source: then the other part is missed. Fetches nothing.
pub(in crate::config) fn has_api_key(
    file: &SecretSources,
    variable: impl Fn(&str) -> Option<String>,
) -> bool {
    let is_unset = |secret| matches!(source(secret, file, &variable), Ok(None));
    !Secret::OF_API.into_iter().all(is_unset)
}

/// Returns the address of a health check and its source, from its variable, a file or a command.
/// `None` if it has no source.
pub(in crate::config) fn healthcheck_url(
    file: &SecretSources,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Option<(String, String)>> {
    let Some(source) = source(Secret::HealthcheckUrl, file, &variable)? else {
        return Ok(None);
    };
    let url = fetched_from(&source, Secret::HealthcheckUrl, &variable)?;
    Ok(Some((url, source.named())))
}

/// Returns the mistakes that can be seen without fetching a secret.
pub(in crate::config) fn unset(
    file: &SecretSources,
    variable: impl Fn(&str) -> Option<String>,
) -> Vec<anyhow::Error> {
    let (mut missing, mut errors) = (Vec::new(), Vec::new());
    for secret in Secret::OF_WEBHOOK {
        match source(secret, file, &variable) {
            Ok(Some(_)) => {}
            Ok(None) => missing.push(secret),
            Err(error) => errors.push(error),
        }
    }
    errors.extend(self::missing(&missing));
    errors
}

/// The secrets as a dry run sees them. A dry run needs none of them and runs no command.
#[derive(Debug, Default)]
pub(in crate::config) struct SeenSecrets {
    /// The account's number; `None` if only a command could print it or it is invalid.
    pub(in crate::config) account: Option<String>,
    /// The reasons why a run would not start.
    pub(in crate::config) faults: Vec<anyhow::Error>,
    /// The secrets that a command would print, each with its command.
    pub(in crate::config) of_commands: Vec<(Secret, String)>,
}

/// Looks at the account and both secrets without running a command.
pub(in crate::config) fn seen(
    file: &SecretSources,
    variable: impl Fn(&str) -> Option<String>,
) -> SeenSecrets {
    let mut seen = SeenSecrets::default();
    let mut unset = Vec::new();
    for secret in Secret::OF_WEBHOOK {
        match source(secret, file, &variable) {
            Ok(Some(source @ SecretSource::Command { .. })) => {
                seen.of_commands.push((secret, source.named()));
            }
            Ok(Some(_)) => match fetched(secret, file, &variable) {
                Ok(account) if secret == Secret::Account => seen.account = Some(account),
                Ok(_) => {}
                Err(error) => seen.faults.push(error),
            },
            Ok(None) => unset.push(secret),
            Err(error) => seen.faults.push(error),
        }
    }
    if unset.len() == Secret::OF_WEBHOOK.len() {
        let names = Secret::OF_WEBHOOK.map(Secret::variable).join(", ");
        seen.faults.push(anyhow!("none of {names} is set"));
    } else {
        seen.faults.extend(missing(&unset));
    }
    seen
}

/// Describes for people whether a secret is set and where. Shows no secret and runs no command.
pub(crate) fn described(
    secret: Secret,
    file: &SecretSources,
    variable: impl Fn(&str) -> Option<String>,
) -> String {
    match looked_at(secret, file, variable) {
        Err(error) => format!("wrong ({error:#})"),
        Ok(None) => "not set".to_owned(),
        Ok(Some(source)) => format!("set (from {})", source.named()),
    }
}

/// Returns the source of a secret whose value is valid; `None` if it has no source. Runs no command:
/// a command counts as valid.
pub(in crate::config) fn looked_at(
    secret: Secret,
    file: &SecretSources,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Option<SecretSource>> {
    let source = source(secret, file, &variable)?;
    if let Some(from) = source
        .as_ref()
        .filter(|source| !matches!(source, SecretSource::Command { .. }))
    {
        fetched_from(from, secret, &variable)?;
    }
    Ok(source)
}

/// Returns the first source that exists, in this order: the variable, the file that a variable
/// names, the config file, systemd's folder.
pub(in crate::config) fn source(
    secret: Secret,
    file: &SecretSources,
    variable: &impl Fn(&str) -> Option<String>,
) -> Result<Option<SecretSource>> {
    let name = secret.variable();
    let file_name = format!("{name}_FILE");
    let set = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
    match (set(&name), set(&file_name)) {
        (Some(_), Some(_)) => {
            bail!("{name} and {file_name} are both set: which of them is meant? Unset the other")
        }
        (Some(_), None) => return Ok(Some(SecretSource::Variable(name))),
        (None, Some(path)) => return Ok(Some(SecretSource::File(path.into()))),
        (None, None) => {}
    }
    if let Some(source) = file.get(secret) {
        return Ok(Some(source.clone()));
    }
    let credential = set(CREDENTIALS_DIRECTORY).map(|folder| Path::new(&folder).join(secret.name()));
    Ok(credential
        .filter(|path: &PathBuf| path.exists())
        .map(SecretSource::Credential))
}

fn fetched(
    secret: Secret,
    file: &SecretSources,
    variable: &impl Fn(&str) -> Option<String>,
) -> Result<String> {
    let source = source(secret, file, variable)?.with_context(|| format!("no `{}`", secret.name()))?;
    fetched_from(&source, secret, variable)
}

fn fetched_from(
    source: &SecretSource,
    secret: Secret,
    variable: &impl Fn(&str) -> Option<String>,
) -> Result<String> {
    let value = source
        .fetch(variable)
        .with_context(|| format!("no `{}`", secret.name()))?;
    let name = source.value_of(secret.name());
    // A line end, or a byte order mark from `$(cat file)`, is not part of a secret.
    let value = value.trim_start_matches('\u{FEFF}').trim();
    ensure!(!value.is_empty(), "{name} is empty: {}", source.remedy());
    check_value(secret, value, &name)?;
    Ok(value.to_owned())
}

/// Checks a value's form. `name` is what an error calls it.
pub(in crate::config) fn check_value(secret: Secret, value: &str, name: &str) -> Result<()> {
    if is_sample_secret(value) {
        return Err(Message::new(|words| words.secret_is_sample(name)).into());
    }
    match secret {
        Secret::HealthcheckUrl => Healthcheck::check_address(value).with_context(|| name.to_owned()),
        Secret::WebhookKey | Secret::WebhookAuth => check_piece(value, name),
        Secret::ClientId | Secret::ClientSecret => check_characters(value, name),
        Secret::Account => {
            check_piece(value, name)?;
            ensure!(
                Digits::new(value).is_some(),
                "{name} is not an account's number: it has digits only (the vendor's support tells it)"
            );
            Ok(())
        }
    }
}

/// Returns one error for all secrets that are not set; `None` if there are none.
fn missing(secrets: &[Secret]) -> Option<anyhow::Error> {
    let piece = |secret: &Secret| {
        let piece = match secret {
            Secret::Account => Piece::Account,
            Secret::WebhookKey => Piece::WebhookKey,
            Secret::WebhookAuth => Piece::WebhookAuth,
            Secret::ClientId => Piece::ClientId,
            Secret::ClientSecret => Piece::ClientSecret,
            Secret::HealthcheckUrl => return None,
        };
        Some((piece, secret.variable()))
    };
    let unset: Vec<(Piece, String)> = secrets.iter().filter_map(piece).collect();
    (!unset.is_empty()).then(|| Message::new(|words| words.secrets_unset(&unset)).into())
}

/// Checks that the value can be a part of the webhook's path. `name` is what an error calls it.
fn check_piece(value: &str, name: &str) -> Result<()> {
    check_characters(value, name)?;
    if value.contains('/') {
        bail!("{name} holds an address or a part of one: give the one piece of the path that it is");
    }
    ensure!(
        value != "." && value != "..",
        "{name} holds characters that no key of the platform has: copy the value again"
    );
    Ok(())
}

/// Checks that the value is one line of visible ASCII, and no address. `name` is what an error calls it.
fn check_characters(value: &str, name: &str) -> Result<()> {
    ensure!(
        !value.contains(['\r', '\n']),
        "{name} has several lines: it is the value and nothing else"
    );
    if let Some((index, found)) = value
        .chars()
        .enumerate()
        .find(|(_, c)| is_invisible(*c) || c.is_control())
    {
        bail!(
            "{name} holds a character that cannot be seen (U+{:04X}, at position {}): copy the value again, or type it",
            u32::from(found),
            index + 1
        );
    }
    if value.contains("://") {
        bail!("{name} holds an address or a part of one: give the one piece of the path that it is");
    }
    ensure!(
        value.chars().all(|c| c.is_ascii_graphic()),
        "{name} holds characters that no key of the platform has: copy the value again"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Lang;
    use crate::text::in_language;

    fn read(account: &str, key: &str, auth: &str) -> Result<Credentials> {
        credentials(&SecretSources::default(), |name| match name {
            "RESPONDENT_SYNC_ACCOUNT" => Some(account.to_owned()),
            "RESPONDENT_SYNC_WEBHOOK_KEY" => Some(key.to_owned()),
            "RESPONDENT_SYNC_WEBHOOK_AUTH" => Some(auth.to_owned()),
            _ => None,
        })
    }

    #[test]
    fn secrets_are_refused_with_the_variables_name_and_never_quoted() {
        assert!(read("387487", "Qk9SU1VL\n", "84b750d6").is_ok());
        let cases = [
            ("", "CANARY", "CANARY", "RESPONDENT_SYNC_ACCOUNT is not set"),
            (
                "38x",
                "CANARY",
                "CANARY",
                "RESPONDENT_SYNC_ACCOUNT is not an account's number",
            ),
            ("1", " ", "CANARY", "RESPONDENT_SYNC_WEBHOOK_KEY is not set"),
            ("1", "CAN\u{200C}ARY", "CANARY", "U+200C, at position 4"),
            (
                "1",
                "https://x/webhooks/1/CANARY/a/b",
                "CANARY",
                "holds an address",
            ),
            ("1", "CANARY", "CANARY CANARY", "U+0020"),
            ("1", "CANARY", "CANARYż", "no key of the platform has"),
        ];
        for (account, key, auth, expected) in cases {
            let error = read(account, key, auth).unwrap_err().to_string();
            assert!(error.contains(expected) && !error.contains("CANARY"), "{error}");
        }
    }

    /// Every place that a secret can come from is checked alike.
    #[test]
    fn the_vendors_sample_is_refused_for_what_it_is() {
        let (key, auth) = ("TUwNjNDg3M", "84b750d6956f02503015938fc38bfe36");
        let error = read("387487", key, auth).unwrap_err();
        for (error, names) in [
            (format!("{error:#}"), "are wrong"),
            (in_language(&error, Lang::Pl), "to przykład"),
        ] {
            assert!(error.contains(names), "{error}");
            for variable in ["RESPONDENT_SYNC_WEBHOOK_KEY", "RESPONDENT_SYNC_WEBHOOK_AUTH"] {
                assert!(error.contains(variable), "{error}");
            }
            assert!(!error.contains(key) && !error.contains(auth), "{error}");
        }
        let error = api_credentials(&SecretSources::default(), |name| match name {
            "RESPONDENT_SYNC_CLIENT_ID" => Some(key.to_owned()),
            "RESPONDENT_SYNC_CLIENT_SECRET" => Some("\u{FEFF}84B750D6956F02503015938FC38BFE36\n".to_owned()),
            _ => None,
        });
        let error = error.unwrap_err().to_string();
        assert_eq!(
            error.matches("is the sample of the vendor's page").count(),
            2,
            "{error}"
        );
    }
}
