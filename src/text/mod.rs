//! Every sentence that a person reads in the main job, in English (`en/`) and in Polish (`pl/`), and
//! the screens that are made of them. A sentence that a language lacks does not compile.
//!
//! Each subject has a trait in `subjects/`, whose methods are its sentences; a language is a type
//! that implements all of them. Errors have their English where they are defined; `pl/` has their
//! Polish, by a match over all of them. Pure.
//!
//! Elsewhere: what is said (`run`), on which stream and how wide ([`crate::report`]), the help of
//! flags (`cli`), the manual (`manual`).

mod caused;
mod declined;
mod en;
mod ends;
mod errors;
mod events;
mod faults;
mod number;
mod pl;
mod screens;
mod subjects;

pub(crate) use declined::Declined;
pub(crate) use ends::early_end;
pub(crate) use errors::{in_language, polish};
pub(crate) use events::polish_event;
pub(crate) use faults::fault_text;
pub(crate) use number::{
    duration as duration_in, per_second as per_second_in, response_time as response_time_in,
    thousands as thousands_in,
};
pub(crate) use pl::usage::{Usage, usage_in_polish};
pub(crate) use screens::{AfterCheck, Examined, Health, Subject, before_question, findings, summary};
pub(crate) use screens::{Journey, journey, nights};
pub(crate) use screens::{mail, read_back, reason_parts};
pub(crate) use subjects::{
    Clash, ConfigKey, Counted, From, Headline, KeyFault, Left, Need, NextStep, PageLabel, Piece, Plans,
    Traces, Trend, Undoing, Words,
};

pub(crate) use super::model::Message;
use super::model::{ErrorCode, Lang, RowFault};

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

/// Returns what to do about an error code, as one clause; `None` for a row left out on purpose.
pub(crate) fn advice(lang: Lang, code: ErrorCode) -> Option<&'static str> {
    words(lang).code_advice(code)
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

    /// Returns the text of a row's fault.
    pub(crate) fn from_fault(fault: &RowFault) -> Self {
        Self::in_both(|_, lang| fault_text(lang)(fault))
    }

    /// Returns an error with its causes.
    pub(crate) fn from_error(error: impl Into<anyhow::Error>) -> Self {
        Self::from_error_ref(&error.into())
    }

    /// Returns an error with its causes, which is still needed.
    pub(crate) fn from_error_ref(error: &anyhow::Error) -> Self {
        Self::in_both(|_, lang| in_language(error, lang))
    }

    /// Makes a sentence of this one, in each language of that language's.
    pub(crate) fn map(&self, say: impl Fn(&dyn Words, &str) -> String) -> Self {
        Self::in_both(|words, lang| say(words, self.text(lang)))
    }

    /// Makes a sentence of several.
    pub(crate) fn join(parts: &[Self], say: impl Fn(&dyn Words, &[String]) -> String) -> Self {
        Self::in_both(|words, lang| {
            let parts: Vec<String> = parts.iter().map(|part| part.text(lang).to_owned()).collect();
            say(words, &parts)
        })
    }
}

#[cfg(test)]
mod tests;
