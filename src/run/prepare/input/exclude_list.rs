//! Reads the list of `--exclude`: ids or addresses, one a line, or a column of a table. It is read
//! completely before anything is sent. `plan/exclusion.rs` decides whom an entry excludes.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Error, anyhow};

use crate::config::ReadingSettings;
use crate::model::ShownPath;
use crate::plan::Exclusion;
use crate::read::{Contents, FirstRead, Input, ReadOptions, Rows, Source};
use crate::report::ExitCode;
use crate::run::Failure;

/// Names of columns that hold addresses, besides the one that the user names.
const ADDRESSES: [&str; 4] = ["email", "e-mail", "adres e-mail", "adres email"];

/// A list that was read.
pub(crate) struct FoundList {
    pub(in crate::run) list: Arc<Exclusion>,
    /// The xxh3-128 digest of its bytes.
    pub(in crate::run) digest: u128,
}

/// Reads a list. One that cannot be read in full, or that excludes nobody, ends the run (4):
/// respondents who opted out must not be sent because a file is broken.
pub(in crate::run) fn read(path: &Path, settings: &ReadingSettings) -> Result<FoundList, Failure> {
    let refuse = |error: Error| Failure {
        code: ExitCode::Aborted,
        error: error.context(format!("{} (`--exclude`): nothing was sent", path.shown())),
    };
    let found = entries(path, settings).map_err(refuse)?;
    if found.list.addresses() > 0 && settings.ids.is_none() {
        return Err(refuse(anyhow!(
            "it lists addresses, and the input's rows have ids: list ids, or find the respondents by `--ids` and \
             `--match-on`"
        )));
    }
    Ok(found)
}

fn entries(path: &Path, settings: &ReadingSettings) -> Result<FoundList, Error> {
    let mut source = Source::open(&Input::File(path.to_owned()))?;
    let Contents { container, bytes } = source.contents(None, 0)?;
    let options = container.options(ReadOptions {
        no_header: true,
        one_column: true,
        encoding: settings.options.encoding,
        ..ReadOptions::default()
    })?;
    let first = source.settle(FirstRead::of_file(bytes, options))?;
    let mut rows = Rows::new(source.contents(None, 0)?.bytes, &first)?;
    let mut list = Exclusion::default();
    let mut column = None;
    while let Some(row) = rows.next()? {
        if let Some(error) = &row.error {
            return Err(anyhow!("{}: {}", row.position, error.message));
        }
        let at = if let Some(at) = column {
            at
        } else {
            let header: Vec<&str> = (0..first.names.len())
                .map(|at| row.fields.get(at).unwrap_or_default())
                .collect();
            let (at, is_header) = entries_column(&header, settings)?;
            column = Some(at);
            if is_header {
                continue;
            }
            at
        };
        let entry = row.fields.get(at).unwrap_or_default();
        if !entry.trim().is_empty() && !list.insert(entry) {
            return Err(anyhow!(
                "{}: the entry is neither an id nor an address",
                row.position
            ));
        }
    }
    rows.finish()?;
    if list.ids() + list.addresses() == 0 {
        return Err(anyhow!(
            "it excludes nobody: ask for the list again, or leave the flag out"
        ));
    }
    Ok(FoundList {
        list: Arc::new(list),
        digest: first.totals.map_or(0, |totals| totals.digest),
    })
}

/// Returns the column of the entries, and whether the first record is a header.
fn entries_column(header: &[&str], settings: &ReadingSettings) -> Result<(usize, bool), Error> {
    let wanted = [settings.wanted.respondent.as_str(), "id_respondent"];
    let is_wanted = |name: &&str| {
        let name = name.trim().to_lowercase();
        wanted.iter().any(|wanted| wanted.trim().to_lowercase() == name) || ADDRESSES.contains(&name.as_str())
    };
    if let Some(at) = header.iter().position(is_wanted) {
        return Ok((at, true));
    }
    match header {
        [first] => Ok((0, !Exclusion::default().insert(first))),
        _ => Err(anyhow!(
            "it has several columns and none of them is `{}`, `id_respondent` or `email`: give one entry a line, or name \
             the column so",
            wanted[0]
        )),
    }
}
