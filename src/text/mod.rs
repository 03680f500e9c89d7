//! Every sentence that a person reads in the main job, in English (`en/`) and in Polish (`pl/`), and
//! the screens that are made of them. A sentence that a language lacks does not compile.
//!
//! Each subject has a trait here, whose methods are its sentences; a language is a type that
//! implements all of them. Errors and codes have their English where they are defined; `pl/` has
//! their Polish, by a match over all of them. Pure.
//!
//! Elsewhere: what is said (`run`), on which stream and how wide ([`crate::report`]), the help of
//! flags (`cli`), the manual (`manual`).

mod en;
mod errors;
mod number;
mod pl;
mod subjects;

use std::fmt;

use super::model::Lang;

pub(crate) use errors::{in_language, polish};
pub(crate) use subjects::{ConfigKey, Words};

/// Returns a language's sentences.
pub(crate) fn words(lang: Lang) -> &'static dyn Words {
    match lang {
        Lang::En => &en::English,
        Lang::Pl => &pl::Polish,
    }
}

/// A sentence in both languages. As an error or a log line it is English; [`polish`] and the field
/// `polish` of an event are for a user who reads Polish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    english: String,
    polish: String,
}

impl Message {
    pub(crate) fn new(say: impl Fn(&dyn Words) -> String) -> Self {
        Self {
            english: say(&en::English),
            polish: say(&pl::Polish),
        }
    }

    pub(crate) fn polish(&self) -> &str {
        &self.polish
    }

    /// Returns the sentence in one language.
    pub(crate) fn text(&self, lang: Lang) -> &str {
        match lang {
            Lang::En => &self.english,
            Lang::Pl => &self.polish,
        }
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.english)
    }
}

impl std::error::Error for Message {}
