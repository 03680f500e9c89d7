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
mod faults;
mod number;
mod pl;
mod subjects;

use std::fmt;

use super::model::{ErrorCode, Lang};

pub(crate) use errors::polish;
pub(crate) use faults::fault_text;
pub(crate) use subjects::Words;

/// Returns a language's sentences.
pub(crate) fn words(lang: Lang) -> &'static dyn Words {
    match lang {
        Lang::En => &en::English,
        Lang::Pl => &pl::Polish,
    }
}

/// Returns an error code in a few words.
pub(crate) fn title(lang: Lang, code: ErrorCode) -> &'static str {
    words(lang).code_title(code)
}

/// Returns what an error code means, as one clause.
pub(crate) fn meaning(lang: Lang, code: ErrorCode) -> &'static str {
    words(lang).code_meaning(code)
}

/// Returns what to do about an error code, as one clause; `None` for a row left out on purpose.
pub(crate) fn advice(lang: Lang, code: ErrorCode) -> Option<&'static str> {
    words(lang).code_advice(code)
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

    /// Makes a sentence of this one, in each language of that language's.
    pub(crate) fn map(&self, say: impl Fn(&dyn Words, &str) -> String) -> Self {
        Self {
            english: say(&en::English, &self.english),
            polish: say(&pl::Polish, &self.polish),
        }
    }

    /// Makes a sentence of several.
    pub(crate) fn join(parts: &[Self], say: impl Fn(&dyn Words, &[String]) -> String) -> Self {
        let in_language =
            |lang| -> Vec<String> { parts.iter().map(|part| part.text(lang).to_owned()).collect() };
        Self {
            english: say(&en::English, &in_language(Lang::En)),
            polish: say(&pl::Polish, &in_language(Lang::Pl)),
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

/// A sentence in both languages, and the error that caused what it says.
#[derive(Debug)]
struct Caused {
    message: Message,
    cause: anyhow::Error,
}

impl Message {
    /// Returns an error that says this and then its cause.
    pub(crate) fn caused_by(self, cause: impl Into<anyhow::Error>) -> anyhow::Error {
        let (message, cause) = (self, cause.into());
        Caused { message, cause }.into()
    }
}

impl fmt::Display for Caused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message.fmt(f)
    }
}

impl std::error::Error for Caused {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(self.cause.as_ref())
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.english)
    }
}

impl std::error::Error for Message {}

#[cfg(test)]
mod tests;
