//! Helpers that the tests share.

pub(crate) mod api;
mod fake;
mod job;
mod sandbox;
mod survey;
#[cfg(unix)]
mod terminal;
mod workbook;

pub(crate) use fake::{Answer, Call, Fake, pause};
pub(crate) use job::{Job, Ran, Running};
pub(crate) use sandbox::Sandbox;
pub(crate) use survey::Survey;
#[cfg(unix)]
pub(crate) use terminal::Terminal;
pub(crate) use workbook::workbook;
#[cfg(target_os = "linux")]
pub(crate) use workbook::{Part, repeat, workbook_with};

/// Returns an input of respondents from `1` to `count`, each with this value of `l1`.
pub(crate) fn numbered(count: u32, value: &str) -> String {
    let rows = (1..=count).map(|id| format!("{id},{value}\n"));
    std::iter::once("id_respondent,l1\n".to_owned())
        .chain(rows)
        .collect()
}

/// An address that nobody listens on. It is none of the ports that are given to whoever asks for a
/// free one, so no other test can get it.
pub(crate) const CLOSED: &str = "127.0.0.1:1";
