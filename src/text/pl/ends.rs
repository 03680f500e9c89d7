//! The end of a command, in Polish.

use super::{Polish, ROWS};
use crate::text::number::pl;
use crate::text::subjects::{EndWords, RetryWords as _};

impl EndWords for Polish {
    fn see_topic(&self, topic: &str) -> String {
        format!("więcej: `respondent-sync help {topic}`")
    }

    fn already_sent(&self, when: Option<&str>, results: &str, fixed: Option<u64>) -> String {
        let when = when.map(|when| format!(" ({when})")).unwrap_or_default();
        let fixed = fixed.map(|rows| format!("; {}", self.fixed_since(rows)));
        format!(
            "ten plik już przetworzono{when}: wynik każdego wiersza jest w `{results}`{}; teraz niczego nie zmieniono",
            fixed.unwrap_or_default()
        )
    }

    fn already_sent_with_failures(
        &self,
        when: Option<&str>,
        remaining: u64,
        failed: &str,
        retry: &str,
    ) -> String {
        let when = when.map(|when| format!(" ({when})")).unwrap_or_default();
        format!(
            "ten plik już przetworzono{when}; nieudane: {}. Popraw je w `{failed}` i wpisz `{retry}`; teraz niczego nie \
             zmieniono",
            pl(remaining, ROWS)
        )
    }
}
