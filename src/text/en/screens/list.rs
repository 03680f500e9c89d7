//! The survey's mailing list, in English.

use crate::model::Lang;
use crate::text::en::English;
use crate::text::number::{en, thousands};
use crate::text::subjects::ListWords;

impl ListWords for English {
    fn pull_needs_survey(&self) -> String {
        "whose respondents? give `--survey ID`".to_owned()
    }

    fn pulling(&self, respondents: u64, time: Option<String>) -> String {
        let count = thousands(Lang::En, respondents);
        match time {
            Some(time) => format!("reading the list: {count} respondents, about {time}"),
            None => format!("reading the list: {count} respondents"),
        }
    }

    fn pulled(&self, respondents: u64, survey: &str, table: &str) -> String {
        format!(
            "list of survey {survey}: {} in `{table}`",
            en(respondents, "respondent")
        )
    }
}
