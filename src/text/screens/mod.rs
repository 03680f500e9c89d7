//! The screens: texts of several lines, laid out for the width of a terminal, made of a language's
//! sentences.

mod doctor;
mod findings;
mod history;
mod mail;
mod summary;

pub(crate) use doctor::{Examined, Health, Subject};
pub(crate) use findings::{AfterCheck, before_question, findings};
pub(crate) use history::{Journey, journey, nights};
pub(crate) use mail::mail;
pub(crate) use summary::reasons::parts as reason_parts;
pub(crate) use summary::{read_back, summary};
