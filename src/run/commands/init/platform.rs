//! Asks for the webhook's address, and says which platform and which credentials follow from it.
//! `init/address.rs` takes the address apart.

use secrecy::ExposeSecret as _;
use url::Url;

use super::address::Webhook;
use super::asking::Asker;
use super::interview::refused;
use crate::config::{InitSettings, platform_address};
use crate::model::{Credentials, Label};
use crate::run::Failure;

/// The platform without a flag, as `run` has it.
const BASE: &str = "https://www.webankieta.pl";

/// Returns the webhook of the address in a file or from standard input. `None` if there is none.
pub(super) fn given(settings: &InitSettings, asker: Option<&Asker<'_>>) -> Result<Option<Webhook>, Failure> {
    let Some(text) = &settings.address else {
        // What is typed without a question would be shown.
        return match asker {
            None if settings.address_is_typed => Err(refused(|words| words.cannot_ask_address())),
            _ => Ok(None),
        };
    };
    let webhook = Webhook::parse(text.expose_secret()).map_err(|fault| Failure::usage(fault.message()))?;
    if let Some(conflict) = conflict(settings, &webhook) {
        return Err(conflict);
    }
    if !is_accepted(settings, &webhook, asker)? {
        return Err(refused(|words| words.unknown_host(&webhook.host)));
    }
    if let Some(asker) = asker {
        found(asker, &webhook);
    }
    Ok(Some(webhook))
}

/// Asks for the webhook's address. `None` if there is none for now.
pub(super) fn asked(settings: &InitSettings, asker: &Asker<'_>) -> Result<Option<Webhook>, Failure> {
    let words = asker.words;
    asker.begin(&words.address_hint());
    asker.say(&words.address_or_enter(settings.from_variables.is_some()));
    loop {
        let text = asker.hidden(&words.ask_address())?;
        if text.expose_secret().trim().is_empty() {
            return Ok(None);
        }
        let webhook = match Webhook::parse(text.expose_secret()) {
            Ok(webhook) => webhook,
            Err(fault) => {
                asker.object(&Failure::usage(fault.message()));
                continue;
            }
        };
        if let Some(conflict) = conflict(settings, &webhook) {
            asker.object(&conflict);
        } else if is_accepted(settings, &webhook, Some(asker))? {
            found(asker, &webhook);
            return Ok(Some(webhook));
        }
    }
}

/// Returns the objection to an address that is elsewhere than `--base-url` says.
fn conflict(settings: &InitSettings, webhook: &Webhook) -> Option<Failure> {
    let is_other = settings.base.as_ref().is_some_and(|base| *base != webhook.base);
    is_other.then(|| refused(|words| words.other_base(&webhook.host)))
}

/// Whether the host is the platform's, or a flag or the person says that it is right.
fn is_accepted(
    settings: &InitSettings,
    webhook: &Webhook,
    asker: Option<&Asker<'_>>,
) -> Result<bool, Failure> {
    if webhook.is_known || settings.base.is_some() {
        return Ok(true);
    }
    asker.map_or(Ok(false), |asker| {
        asker.yes(&asker.words.ask_unknown_host(&webhook.host), false)
    })
}

/// Says what an address holds.
fn found(asker: &Asker<'_>, webhook: &Webhook) {
    let labels: Vec<Label> = webhook.labels.iter().map(|(label, _)| *label).collect();
    asker.say(&asker.words.address_found(
        &webhook.host,
        &webhook.credentials.account,
        webhook.survey.as_deref(),
        &labels,
    ));
}

/// Returns the platform's address, if it is not the default one.
pub(super) fn base(settings: &InitSettings, webhook: Option<&Webhook>) -> Result<Option<Url>, Failure> {
    let of_webhook = webhook.map(|webhook| &webhook.base);
    let usual = platform_address(BASE).map_err(Failure::usage)?;
    let base = settings.base.as_ref().or(of_webhook);
    Ok(base.filter(|base| **base != usual).cloned())
}

/// Returns the account and both secrets: those of the address, else those of the variables.
pub(super) fn credentials(settings: &InitSettings, webhook: Option<Webhook>) -> Option<Credentials> {
    let of_webhook = webhook.map(|webhook| webhook.credentials);
    of_webhook.or_else(|| settings.from_variables.clone())
}
