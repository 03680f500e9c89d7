//! The account and the two secrets, from the environment: they have no flag, since other users of a machine can read
//! a process's arguments. Checked here, because a web page or a mail leaves things in a pasted secret that nobody
//! sees. No error ever quotes one.

use anyhow::{Result, bail, ensure};
use secrecy::SecretString;

use crate::model::{Credentials, Digits, is_invisible};

const ACCOUNT: &str = "RESPONDENT_SYNC_ACCOUNT";
const KEY: &str = "RESPONDENT_SYNC_WEBHOOK_KEY";
const AUTH: &str = "RESPONDENT_SYNC_WEBHOOK_AUTH";

/// `variable` looks one up, as [`std::env::var`] does.
pub(crate) fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Result<Credentials> {
    let account = checked(ACCOUNT, &variable)?;
    ensure!(
        Digits::new(&account).is_some(),
        "{ACCOUNT} is not an account's number: it has digits only (the vendor's support tells it)"
    );
    Ok(Credentials {
        account,
        webhook_key: SecretString::from(checked(KEY, &variable)?),
        webhook_auth: SecretString::from(checked(AUTH, &variable)?),
    })
}

fn checked(name: &str, variable: &impl Fn(&str) -> Option<String>) -> Result<String> {
    const WHERE: &str = "Account → Settings → Integrations";
    let value = variable(name).unwrap_or_default();
    // The line end that `$(cat file)` on some systems leaves is nobody's fault.
    let value = value.trim_end_matches(['\r', '\n']);
    if value.trim().is_empty() {
        bail!(
            "{name} is not set: copy its value from the platform ({WHERE}; the account's number comes from the vendor's support)"
        );
    }
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
    if value.contains("://") || value.contains('/') {
        bail!("{name} holds an address or a part of one: give the one piece of the path that it is");
    }
    ensure!(
        value.chars().all(|c| c.is_ascii_graphic()) && value != "." && value != "..",
        "{name} holds characters that no key of the platform has: copy the value again"
    );
    Ok(value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(account: &str, key: &str, auth: &str) -> Result<Credentials> {
        from_environment(|name| {
            Some(match name {
                ACCOUNT => account.to_owned(),
                KEY => key.to_owned(),
                _ => auth.to_owned(),
            })
        })
    }

    #[test]
    fn secrets_are_refused_with_the_variables_name_and_never_quoted() {
        assert!(read("387487", "TUwNjNDg3M\n", "84b750d6").is_ok());
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
}
