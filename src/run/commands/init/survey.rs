//! Asks for the survey of all rows: from the list of the account's surveys, which the API gives with a
//! key, or by its id alone.

mod listed;

use listed::{Listed, Meaning};
use tokio::runtime::Handle;

use super::address::Webhook;
use super::answers::Respondent;
use super::asking::{Asker, fitted};
use super::export::{Export, shortened};
use crate::config::{InitSettings, ListingSettings, is_sample_survey};
use crate::model::{Digits, ListedSurvey, clean};
use crate::run::Failure;
use crate::run::list::pull::{door, pull_failure};
use crate::text::in_language;

/// Maximum length of a title in a sentence, in characters.
const TITLE_CHARS: usize = 60;

/// Whether a column says each row's survey. A list is that of one survey, so the column is not enough
/// where it is read.
pub(super) fn is_in_column(seen: &Export, respondent: &Respondent) -> bool {
    seen.has_survey() && !respondent.is_listed()
}

/// Returns the survey for all rows. `None` if a column has each row's, or if it is missing. `runtime`
/// drives the calls to the API.
pub(super) fn found(
    settings: &InitSettings,
    asker: Option<&Asker<'_>>,
    (seen, respondent): (&Export, &Respondent),
    webhook: Option<&Webhook>,
    runtime: &Handle,
) -> Result<Option<String>, Failure> {
    if settings.survey.is_some() {
        return Ok(settings.survey.clone());
    }
    let proposed = webhook.and_then(|webhook| webhook.survey.as_deref());
    let Some(asker) = asker else {
        return Ok(proposed
            .filter(|_| !is_in_column(seen, respondent))
            .map(str::to_owned));
    };
    let words = asker.words;
    if is_in_column(seen, respondent) {
        asker.begin(&words.survey_from_column());
        return Ok(None);
    }
    match webhook {
        Some(webhook) if webhook.is_survey_doubtful => asker.begin(&words.survey_doubtful()),
        Some(webhook) if webhook.is_survey_sample => asker.begin(&(words.survey_is_sample() + ".")),
        _ if proposed.is_none() && settings.listing.is_none() => {
            asker.begin(&(words.survey_hint() + " " + &words.listing_hint()));
        }
        _ => {}
    }
    if let Some(list) = listed(settings, asker, webhook, runtime) {
        return chosen(asker, list, proposed).map(Some);
    }
    if proposed.is_none() && settings.listing.is_some() {
        asker.say(&words.survey_hint());
    }
    typed(asker, proposed).map(Some)
}

/// Returns the account's surveys; `None` without a key of the API, and if there are none. Why a key does
/// not help is said: the id can still be typed.
fn listed(
    settings: &InitSettings,
    asker: &Asker<'_>,
    webhook: Option<&Webhook>,
    runtime: &Handle,
) -> Option<Listed> {
    let words = asker.words;
    let unlisted = |error: &anyhow::Error| words.surveys_unlisted(&in_language(error, asker.lang()));
    let listing = match settings.listing.as_ref()? {
        Ok(listing) => listing,
        Err(error) => {
            asker.begin(&unlisted(error));
            return None;
        }
    };
    match surveys(listing, settings, asker, webhook, runtime) {
        Ok(surveys) => {
            let list = Listed::new(surveys);
            if list.is_none() {
                asker.say(&words.no_surveys());
            }
            list
        }
        Err(failure) => {
            asker.say(&unlisted(&failure.error));
            None
        }
    }
}

/// Asks the platform of the webhook, or else the one that the environment names.
fn surveys(
    listing: &ListingSettings,
    settings: &InitSettings,
    asker: &Asker<'_>,
    webhook: Option<&Webhook>,
    runtime: &Handle,
) -> Result<Vec<ListedSurvey>, Failure> {
    let base = settings.base.as_ref();
    let api = listing.api(base.or(webhook.map(|webhook| &webhook.base)));
    let host = api.base().host_str().unwrap_or_default();
    asker.begin(&asker.words.asking_for_surveys(host));
    runtime.block_on(async {
        let mut door = door(&api, &listing.ask)?;
        door.surveys().await.map_err(pull_failure)
    })
}

/// Shows the surveys and asks for one of them. An id that is not among them is asked about once more.
fn chosen(asker: &Asker<'_>, mut list: Listed, proposed: Option<&str>) -> Result<String, Failure> {
    let words = asker.words;
    show(asker, &list, None);
    loop {
        let question = words.ask_listed_survey(list.by_number);
        let answer = asker.text(&question, proposed)?;
        let text = shortened(&clean(&answer), TITLE_CHARS);
        match list.meaning(&answer) {
            Meaning::Chosen(survey) => {
                let title = shortened(&survey.title, TITLE_CHARS);
                let title = if title.is_empty() { words.untitled() } else { title };
                asker.say(&words.survey_chosen(&survey.id, &title));
                return Ok(survey.id);
            }
            Meaning::Unlisted(id) => {
                if asker.yes(&words.ask_unlisted_survey(&id), false)? {
                    return Ok(id);
                }
            }
            Meaning::Sample => asker.say(&(words.survey_is_sample() + ".")),
            Meaning::Searched => show(asker, &list, Some(&text)),
            Meaning::NoTitle => asker.say(&words.no_such_title(&text)),
            Meaning::Nothing => {}
        }
    }
}

fn show(asker: &Asker<'_>, list: &Listed, text: Option<&str>) {
    let words = asker.words;
    asker.say(&words.surveys_listed(list.found() as u64, text));
    for line in list.lines(&words.untitled()) {
        asker.list(&fitted(&line, asker.choice_bytes()));
    }
    if list.left_out() > 0 {
        asker.list(&words.surveys_left_out(list.left_out() as u64));
    }
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
