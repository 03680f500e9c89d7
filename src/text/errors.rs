//! An error with its causes in Polish. What is not of the main job (config syntax, permissions,
//! the operating system) stays as it is.

use std::error::Error;

use super::Message;
use crate::model::Lang;

/// Formats an error and its causes in Polish, separated by colons.
pub(crate) fn polish(error: &anyhow::Error) -> String {
    let causes: Vec<String> = error.chain().map(one).collect();
    causes.join(": ")
}

/// Formats an error and its causes in a language.
pub(crate) fn in_language(error: &anyhow::Error, lang: Lang) -> String {
    match lang {
        Lang::En => format!("{error:#}"),
        Lang::Pl => polish(error),
    }
}

fn one(cause: &(dyn Error + 'static)) -> String {
    if let Some(message) = cause.downcast_ref::<Message>() {
        return message.polish().to_owned();
    }
    cause.to_string()
}
