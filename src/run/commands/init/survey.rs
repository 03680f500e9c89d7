//! Asks for the survey of all rows, by its id.

use super::address::Webhook;
use super::asking::Asker;
use super::export::Export;
use crate::config::{InitSettings, is_sample_survey};
use crate::model::Digits;
use crate::run::Failure;

/// Returns the survey for all rows. `None` if a column has each row's, or if it is missing.
pub(super) fn found(
    settings: &InitSettings,
    asker: Option<&Asker<'_>>,
    seen: &Export,
    webhook: Option<&Webhook>,
) -> Result<Option<String>, Failure> {
    if settings.survey.is_some() {
        return Ok(settings.survey.clone());
    }
    let proposed = webhook.and_then(|webhook| webhook.survey.as_deref());
    let Some(asker) = asker else {
        return Ok(proposed.filter(|_| !seen.has_survey()).map(str::to_owned));
    };
    let words = asker.words;
    if seen.has_survey() {
        asker.begin(&words.survey_from_column());
        return Ok(None);
    }
    match webhook {
        Some(webhook) if webhook.is_survey_doubtful => asker.begin(&words.survey_doubtful()),
        Some(webhook) if webhook.is_survey_sample => asker.begin(&(words.survey_is_sample() + ".")),
        _ if proposed.is_none() => asker.begin(&words.survey_hint()),
        _ => {}
    }
    typed(asker, proposed).map(Some)
}

/// Asks for an id until there is one.
fn typed(asker: &Asker<'_>, proposed: Option<&str>) -> Result<String, Failure> {
    let words = asker.words;
    loop {
        let answer = asker.text(&words.ask_survey(), proposed)?;
        if is_sample_survey(&answer) {
            asker.say(&(words.survey_is_sample() + "."));
        } else if Digits::new(&answer).is_some() {
            return Ok(answer);
        } else {
            asker.say(&words.not_a_survey());
        }
    }
}
