//! The survey of `init`, in English.

use crate::model::Lang;
use crate::text::en::English;
use crate::text::number::{en, thousands};
use crate::text::subjects::SurveyWords;

impl SurveyWords for English {
    fn survey_hint(&self) -> String {
        "The survey's id is a number; the vendor's support tells it.".to_owned()
    }

    fn listing_hint(&self) -> String {
        "With a key of the REST API, `init` lists the surveys: see `respondent-sync help start`.".to_owned()
    }

    fn ask_survey(&self) -> String {
        "Survey's id".to_owned()
    }

    fn not_a_survey(&self) -> String {
        "A survey's id has digits only.".to_owned()
    }

    fn survey_from_column(&self) -> String {
        "The survey's id comes from the column `id_survey`.".to_owned()
    }

    fn survey_doubtful(&self) -> String {
        "In the address, more digits follow the survey's id behind a line break or a space, so it may be cut."
            .to_owned()
    }

    fn survey_is_sample(&self) -> String {
        "399793 is the survey of the vendor's example and belongs to another account".to_owned()
    }

    fn asking_for_surveys(&self, host: &str) -> String {
        format!("Asking `{host}` for the account's surveys …")
    }

    fn surveys_unlisted(&self, why: &str) -> String {
        format!("The account's surveys cannot be listed: {why}.")
    }

    fn no_surveys(&self) -> String {
        "The API lists no survey of this account.".to_owned()
    }

    fn surveys_listed(&self, count: u64, text: Option<&str>) -> String {
        let count = en(count, "survey");
        match text {
            Some(text) => format!("{count} with `{text}` in the title:"),
            None => format!("{count} in the account:"),
        }
    }

    fn surveys_left_out(&self, count: u64) -> String {
        format!(
            "and {} more: a part of the title finds them",
            thousands(Lang::En, count)
        )
    }

    fn ask_listed_survey(&self, by_number: bool) -> String {
        let number = if by_number { "number in the list, " } else { "" };
        format!("Survey ({number}id, or a part of the title)")
    }

    fn untitled(&self) -> String {
        "(no title)".to_owned()
    }

    fn no_such_title(&self, text: &str) -> String {
        format!("No title contains `{text}`.")
    }

    fn survey_chosen(&self, id: &str, title: &str) -> String {
        format!("Chosen: survey {id}, {title}")
    }

    fn ask_unlisted_survey(&self, id: &str) -> String {
        format!("Survey {id} is not in the account's list. Use it nevertheless")
    }
}
