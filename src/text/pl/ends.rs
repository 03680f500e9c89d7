//! The end of a command, in Polish.

use super::Polish;
use crate::text::subjects::EndWords;

impl EndWords for Polish {
    fn see_topic(&self, topic: &str) -> String {
        format!("więcej: `respondent-sync help {topic}`")
    }
}
