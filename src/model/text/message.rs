//! A sentence in both languages.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::model::Lang;

/// A sentence in both languages. As an error, a log line or JSON it is English. The room `text`
/// makes them.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Message {
    pub(crate) english: String,
    pub(crate) polish: String,
}

impl Message {
    /// Returns the sentence in one language.
    pub(crate) fn text(&self, lang: Lang) -> &str {
        match lang {
            Lang::En => &self.english,
            Lang::Pl => &self.polish,
        }
    }

    pub(crate) fn polish(&self) -> &str {
        &self.polish
    }
}

/// A text without sentences, such as a quoted name, is the same in both languages.
impl From<&str> for Message {
    fn from(text: &str) -> Self {
        Self {
            english: text.to_owned(),
            polish: text.to_owned(),
        }
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.english)
    }
}

impl std::error::Error for Message {}

impl Serialize for Message {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.english)
    }
}
