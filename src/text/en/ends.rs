//! The end of a command, in English.

use super::English;
use crate::text::subjects::EndWords;

impl EndWords for English {
    fn see_topic(&self, topic: &str) -> String {
        format!("see `respondent-sync help {topic}`")
    }
}
