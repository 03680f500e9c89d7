//! How a run is known elsewhere: its id, and the tags of its job. Both are echoed in logs, summary,
//! metrics and to the monitor, so neither may hold a contact's data.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::Serialize;
use uuid::{Builder, Uuid};
use xxhash_rust::xxh3::xxh3_128;

use crate::model::is_invisible;

/// Maximum length of a run id, in bytes.
const MAX_RUN_ID: usize = 200;

/// Maximum length of a tag's key and of its value, in characters.
const MAX_TAG: usize = 100;

/// Labels that the metrics have already.
const RESERVED: [&str; 2] = ["name", "status"];

/// A run's id and tags.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Identity {
    pub(crate) run_id: String,
    pub(crate) tags: Tags,
}

/// Returns an id for a run whose scheduler gave none.
pub(crate) fn new_run_id() -> String {
    Uuid::new_v4().to_string()
}

/// Returns a run's id as a UUID, for monitors that take nothing else. An id that is none becomes one,
/// the same each time (RFC 9562, version 8).
pub(crate) fn to_uuid(run_id: &str) -> String {
    let made = || Builder::from_custom_bytes(xxh3_128(run_id.as_bytes()).to_be_bytes()).into_uuid();
    Uuid::parse_str(run_id).unwrap_or_else(|_| made()).to_string()
}

/// Checks a run id that comes from a scheduler. It stands in addresses and logs.
///
/// # Errors
///
/// The reason, if the id is blank, too long, or has other characters than `A-Z a-z 0-9 . _ : + -`.
pub(crate) fn check_run_id(text: &str) -> Result<(), String> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "._:+-".contains(c);
    if text.is_empty() || text.len() > MAX_RUN_ID || !text.chars().all(is_allowed) {
        return Err(format!(
            "must be 1 to {MAX_RUN_ID} letters (a-z), digits or . _ : + -, as in `nightly.2026-12-01.acme`"
        ));
    }
    Ok(())
}

/// One tag of a job, `KEY=VALUE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tag {
    key: String,
    value: String,
}

impl FromStr for Tag {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (key, value) = text
            .split_once('=')
            .ok_or_else(|| format!("`{text}` is no tag: write `client=acme`"))?;
        let (key, value) = (key.trim(), value.trim());
        if !is_key(key) {
            return Err(format!(
                "`{key}` is no name of a tag: use a-z, 0-9 and _, and a letter first"
            ));
        }
        if RESERVED.contains(&key) {
            return Err(format!(
                "`{key}` is a label of every metric already: choose another name"
            ));
        }
        let is_printed = |c: char| c == ' ' || !(c.is_control() || is_invisible(c));
        if value.is_empty() || value.chars().count() > MAX_TAG || !value.chars().all(is_printed) {
            return Err(format!(
                "the value of `{key}` must be 1 to {MAX_TAG} characters that can be printed"
            ));
        }
        Ok(Self {
            key: key.to_owned(),
            value: value.to_owned(),
        })
    }
}

fn is_key(text: &str) -> bool {
    let is_allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.len() <= MAX_TAG
        && text.chars().all(is_allowed)
}

/// The tags of a job, by their keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct Tags(BTreeMap<String, String>);

impl Tags {
    /// Collects tags.
    ///
    /// # Errors
    ///
    /// The key that is given twice.
    pub(crate) fn new(tags: &[Tag]) -> Result<Self, String> {
        let mut all = BTreeMap::new();
        for Tag { key, value } in tags {
            if all.insert(key.clone(), value.clone()).is_some() {
                return Err(key.clone());
            }
        }
        Ok(Self(all))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// Replaces `{KEY}` by the tag's value, so that one address or path serves the jobs of a fleet.
    /// Other braces are left as they are.
    ///
    /// # Errors
    ///
    /// If there is no such tag, or its value could mean something else in an address or a path.
    pub(crate) fn fill(&self, text: &str) -> Result<String, Unfilled> {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once('{') {
            filled.push_str(before);
            let key = behind.split_once('}').filter(|(key, _)| is_key(key));
            rest = if let Some((key, behind)) = key {
                filled.push_str(self.plain(key)?);
                behind
            } else {
                filled.push('{');
                behind
            };
        }
        filled.push_str(rest);
        Ok(filled)
    }

    fn plain(&self, key: &str) -> Result<&str, Unfilled> {
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
        match self.0.get(key) {
            None => Err(Unfilled::Missing(key.to_owned())),
            Some(value) if !value.chars().all(is_plain) => Err(Unfilled::NotPlain(key.to_owned())),
            Some(value) => Ok(value),
        }
    }
}

/// Why a `{KEY}` has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unfilled {
    Missing(String),
    NotPlain(String),
}

impl fmt::Display for Unfilled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(key) => write!(f, "`{{{key}}}` is no tag of this job: give `--tag {key}=…`"),
            Self::NotPlain(key) => write!(
                f,
                "the tag `{key}` stands in it, so its value must be of a-z, 0-9, - and _ alone"
            ),
        }
    }
}

impl fmt::Display for Tags {
    /// `client=acme, team=north`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (key, value)) in self.iter().enumerate() {
            let comma = if at > 0 { ", " } else { "" };
            write!(f, "{comma}{key}={value}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(texts: &[&str]) -> Tags {
        let tags: Vec<Tag> = texts.iter().map(|text| text.parse().unwrap()).collect();
        Tags::new(&tags).unwrap()
    }

    #[test]
    fn tags_are_labels_of_metrics() {
        assert_eq!(
            tags(&["team=Łódź 1", "client=acme"]).to_string(),
            "client=acme, team=Łódź 1"
        );
        assert_eq!(tags(&["q=a=b"]).iter().next(), Some(("q", "a=b")));
        for wrong in [
            "client",
            "=x",
            "Client=x",
            "1a=x",
            "a-b=x",
            "name=x",
            "status=x",
            "a=",
            "a=\u{7}",
            "a=\u{200b}",
        ] {
            assert!(wrong.parse::<Tag>().is_err(), "{wrong}");
        }
        let twice = ["a=1".parse().unwrap(), "a=2".parse().unwrap()];
        assert_eq!(Tags::new(&twice), Err("a".to_owned()));
    }

    #[test]
    fn a_tag_in_braces_stands_for_its_value() {
        let tags = tags(&["client=acme-nps", "team=Łódź"]);
        for (text, expected) in [
            (
                "https://x/key/{client}?create=1",
                "https://x/key/acme-nps?create=1",
            ),
            ("{client}{client}.prom", "acme-npsacme-nps.prom"),
            ("a{b", "a{b"),
            ("{Not a tag}", "{Not a tag}"),
            ("", ""),
        ] {
            assert_eq!(tags.fill(text).unwrap(), expected);
        }
        assert_eq!(tags.fill("{other}"), Err(Unfilled::Missing("other".to_owned())));
        assert_eq!(tags.fill("{team}"), Err(Unfilled::NotPlain("team".to_owned())));
    }

    #[test]
    fn a_monitor_gets_the_same_uuid_for_the_same_id() {
        let own = new_run_id();
        assert_eq!(to_uuid(&own), own);
        assert_eq!(to_uuid("nightly.acme.1"), to_uuid("nightly.acme.1"));
        assert_ne!(to_uuid("nightly.acme.1"), to_uuid("nightly.acme.2"));
    }

    #[test]
    fn run_ids_can_stand_in_an_address_and_a_log() {
        for right in ["1", "scheduled__2026-12-01T02:00:00+00:00.acme.1"] {
            assert_eq!(check_run_id(right), Ok(()));
        }
        for wrong in ["", " ", "a b", "a/b", "ż", "a\nb", &"a".repeat(201)] {
            assert!(check_run_id(wrong).is_err(), "{wrong}");
        }
    }
}
