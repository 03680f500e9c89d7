//! What a run sends where, in parts: two runs with the same fingerprint are the same run, and if
//! fingerprints differ, the differing parts are known. `run/prepare/fingerprint.rs` computes the
//! parts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Name of the part for the input's bytes.
pub(crate) const CONTENT: &str = "content";

/// Name of the part for the account.
pub(crate) const ACCOUNT: &str = "account";

/// Name of the part for who is on the survey's mailing list. The list is read again for each run, so a
/// run whose list has changed can be resumed; a finished run does not count as one for the new list.
pub(crate) const LIST: &str = "mailing list";

/// One digest per part. Contains no text of the input and no secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Fingerprint {
    /// Maps a part's name, in words for people, to its digest.
    parts: BTreeMap<String, String>,
}

impl Fingerprint {
    /// Adds a part by its name and digest.
    pub(crate) fn with(mut self, part: &str, digest: u128) -> Self {
        self.parts.insert(part.to_owned(), format!("{digest:032x}"));
        self
    }

    /// Whether both have the same content, whatever else differs.
    pub(crate) fn has_content_of(&self, other: &Self) -> bool {
        let content = |of: &Self| of.parts.get(CONTENT).cloned();
        content(self).is_some_and(|digest| content(other) == Some(digest))
    }

    /// Returns the names of the parts that differ and must not when a run is resumed, sorted.
    pub(crate) fn changed_for_resume(&self, earlier: &Self) -> Vec<String> {
        let mut changed = self.changed_since(earlier);
        let has_both = self.parts.contains_key(LIST) && earlier.parts.contains_key(LIST);
        changed.retain(|part| part != LIST || !has_both);
        changed
    }

    /// Returns the names of the parts that differ, sorted.
    pub(crate) fn changed_since(&self, earlier: &Self) -> Vec<String> {
        let differs = |part: &&String| self.parts.get(*part) != earlier.parts.get(*part);
        let mut changed: Vec<String> = self
            .parts
            .keys()
            .chain(earlier.parts.keys())
            .filter(differs)
            .cloned()
            .collect();
        changed.sort();
        changed.dedup();
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_named() {
        let one = Fingerprint::default().with("content", 1).with("survey", 2);
        let other = Fingerprint::default().with("content", 1).with("survey", 3);
        assert_eq!(other.changed_since(&one), ["survey"]);
        assert_eq!(one.changed_since(&one), [""; 0]);
        assert_eq!(one.changed_since(&Fingerprint::default()), ["content", "survey"]);
        assert_eq!(Fingerprint::default().changed_since(&one), ["content", "survey"]);
        let read: Fingerprint = serde_json::from_str(&serde_json::to_string(&one).unwrap()).unwrap();
        assert_eq!(read, one);
    }
}
