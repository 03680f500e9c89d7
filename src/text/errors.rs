//! An error with its causes in Polish. What is not of the main job (config syntax, permissions,
//! the operating system) stays as it is.

use std::error::Error;
use std::io::{self, ErrorKind};

use super::Message;
use super::caused::Caused;
use super::declined::Declined;
use super::pl::screens::list;
use super::pl::{input, outputs};
use crate::model::Lang;
use crate::pull::PullError;
use crate::read::{Change, InputError, WorkbookFault};
use crate::record::OutputError;

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
    if let Some(declined) = cause.downcast_ref::<Declined>() {
        return declined.0.polish().to_owned();
    }
    if let Some(caused) = cause.downcast_ref::<Caused>() {
        return caused.message.polish().to_owned();
    }
    if let Some(error) = cause.downcast_ref::<InputError>() {
        return input::input(error);
    }
    if let Some(error) = cause.downcast_ref::<OutputError>() {
        return outputs::output(error);
    }
    if let Some(error) = cause.downcast_ref::<PullError>() {
        return list::errors::pull(error);
    }
    if let Some(fault) = cause.downcast_ref::<WorkbookFault>() {
        return input::workbook(fault);
    }
    if let Some(change) = cause.downcast_ref::<Change>() {
        return input::changed(change);
    }
    match cause.downcast_ref::<io::Error>().map(io::Error::kind) {
        Some(ErrorKind::NotFound) => "nie ma takiego pliku lub folderu".to_owned(),
        Some(ErrorKind::PermissionDenied) => "brak uprawnień".to_owned(),
        Some(ErrorKind::ConnectionRefused) => "odmowa połączenia".to_owned(),
        Some(ErrorKind::StorageFull) => "brak miejsca na dysku".to_owned(),
        _ => cause.to_string(),
    }
}
