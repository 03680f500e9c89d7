//! The end of a command, in English.

use super::English;
use crate::text::number::en;
use crate::text::subjects::{EndWords, RetryWords as _};

impl EndWords for English {
    fn see_topic(&self, topic: &str) -> String {
        format!("see `respondent-sync help {topic}`")
    }

    fn already_sent(&self, when: Option<&str>, results: &str, fixed: Option<u64>) -> String {
        let when = when.map(|when| format!(" on {when}")).unwrap_or_default();
        let fixed = fixed.map(|rows| format!("; {}", self.fixed_since(rows)));
        format!(
            "already sent{when}: `{results}` has a line for every row of this input{}; nothing was sent now",
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
        let when = when.map(|when| format!(" on {when}")).unwrap_or_default();
        format!(
            "already sent{when}, and {} of it failed: fix them in `{failed}`, then `{retry}`; nothing was sent now",
            en(remaining, "row")
        )
    }
}
