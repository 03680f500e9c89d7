//! Helpers that the tests share.

use std::path::{Path, PathBuf};

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

/// Returns the files of a folder of this repository and below, with their paths in it.
pub(crate) fn files_below(folder: &str) -> Vec<(String, PathBuf)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(&root).unwrap().to_str().unwrap();
            files.push((name.replace('\\', "/"), path));
        }
    }
    files.sort();
    files
}

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
