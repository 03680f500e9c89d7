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
mod findings;
mod number;
mod pl;
mod subjects;
mod summary;

use super::model::Lang;
pub(crate) use super::model::Message;

pub(crate) use errors::polish;
pub(crate) use findings::{AfterCheck, before_question, findings};
pub(crate) use subjects::{From, Plans, Words};
pub(crate) use summary::summary;

use super::model::ErrorCode;

/// Returns a language's sentences.
pub(crate) fn words(lang: Lang) -> &'static dyn Words {
    match lang {
        Lang::En => &en::English,
        Lang::Pl => &pl::Polish,
    }
}

impl Message {
    pub(crate) fn new(say: impl Fn(&dyn Words) -> String) -> Self {
        Self::in_both(|words, _| say(words))
    }

    /// Makes a sentence that contains other sentences, which are taken in its language.
    pub(crate) fn in_both(say: impl Fn(&dyn Words, Lang) -> String) -> Self {
        Self {
            english: say(&en::English, Lang::En),
            polish: say(&pl::Polish, Lang::Pl),
        }
    }
}

/// Returns a code's short name for people.
pub(crate) fn title(_lang: Lang, code: ErrorCode) -> &'static str {
    code.meaning()
}

/// Returns what a code means, as one clause.
pub(crate) fn meaning(_lang: Lang, code: ErrorCode) -> &'static str {
    code.meaning()
}

/// Returns what to do about a code, as one clause; empty for a row left out on purpose.
pub(crate) fn advice(_lang: Lang, code: ErrorCode) -> &'static str {
    code.advice().unwrap_or_default()
}
