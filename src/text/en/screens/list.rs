//! The survey's mailing list, in English.

use crate::model::Lang;
use crate::text::en::English;
use crate::text::number::{en, thousands};
use crate::text::subjects::ListWords;

impl ListWords for English {
    fn pull_needs_survey(&self) -> String {
        "whose respondents? give `--survey ID`".to_owned()
    }

    fn by_list(&self) -> String {
        " by the survey's mailing list".to_owned()
    }

    fn list_addresses(&self, respondents: u64, ambiguous: u64) -> String {
        let all = en(respondents, "respondent");
        match ambiguous {
            0 => format!("mailing list: {all}"),
            _ => format!(
                "mailing list: {all}; {} of several respondents",
                en(ambiguous, "address")
            ),
        }
    }

    fn list_needs_survey(&self) -> String {
        "`--pull` reads the list of one survey: name it with `--survey ID`".to_owned()
    }

    fn empty_list(&self, survey: &str) -> String {
        format!("survey {survey} has no respondents: is it the right survey? (`--survey`)")
    }

    fn older_list(&self, why: &str, table: &str) -> String {
        format!("{why}; the list of an earlier run is used, for ids alone: `{table}`")
    }

    fn keep_needs_pull(&self) -> String {
        "`--on-conflict keep` compares the list of `--pull` with what `--changed-only` remembers: give both"
            .to_owned()
    }

    fn list_unreadable(&self, table: &str, why: &str) -> String {
        format!("cannot read `{table}`: {why}")
    }

    fn list_replaced(&self, table: &str) -> String {
        format!("`{table}` has changed since it was read: run this again")
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
