//! The settings of a run as its summary records them, so that `retry` can use them again: keyed and
//! written as in a config file. `cli/recorded.rs` decides which settings are recorded.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The value of a setting, as text that a flag would take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum SettingValue {
    Switch(bool),
    One(String),
    Several(Vec<String>),
}

/// Values by key, with absolute paths and without secrets.
pub(crate) type RecordedSettings = BTreeMap<String, SettingValue>;
