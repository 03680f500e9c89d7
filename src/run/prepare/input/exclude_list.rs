//! Reads the list of `--exclude`: ids or addresses, one a line, or columns of a table. It is read
//! completely before anything is sent. `plan/exclusion.rs` decides whom an entry excludes.
//!
//! Whatever is not understood refuses the whole list: a person who opted out must not be sent
//! because a line is odd.

use std::path::Path;

use anyhow::{Error, anyhow, ensure};

use super::side_file::SideFile;
use crate::config::ReadingSettings;
use crate::model::{Digits, Fields, Lang, ShownPath, is_blank, trim_invisible};
use crate::plan::Exclusion;
use crate::read::{Container, ReadOptions, is_crm_number};
use crate::report::ExitCode;
use crate::run::Failure;
use crate::text::fault_text;

/// Names of columns that hold addresses.
const ADDRESSES: [&str; 6] = [
    "email",
    "e-mail",
    "mail",
    "adres e-mail",
    "adres email",
    "email address",
];

/// A list that was read.
pub(crate) struct FoundList {
    pub(in crate::run) list: Exclusion,
    /// The xxh3-128 digest of its bytes.
    pub(in crate::run) digest: u128,
}

/// What a column of the list holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Id,
    Address,
    /// The values that rows are matched on, which are not addresses.
    Key,
    /// One entry a line: an id or an address.
    Either,
}

/// Reads a list. One that cannot be read in full, or that excludes nobody, ends the run (4).
pub(in crate::run) fn read(path: &Path, settings: &ReadingSettings) -> Result<FoundList, Failure> {
    entries(path, settings).map_err(|error| Failure {
        code: ExitCode::Aborted,
        error: error.context(format!("{} (`--exclude`): nothing was sent", path.shown())),
    })
}

fn entries(path: &Path, settings: &ReadingSettings) -> Result<FoundList, Error> {
    let options = ReadOptions {
        no_header: true,
        one_column: true,
        ..ReadOptions::default()
    };
    let mut file = SideFile::open(path, options, None, |container| {
        ensure!(
            !matches!(container, Container::Workbook(_)),
            "it is a workbook, whose sheets and formulas can hide entries: save the list as `CSV UTF-8`"
        );
        Ok(())
    })?;
    let count = file.first.names.len();
    let mut rows = file.rows()?;
    let mut list = Exclusion::default();
    let mut columns: Option<Vec<(usize, Kind)>> = None;
    while let Some(row) = rows.next()? {
        if let Some(fault) = &row.fault {
            return Err(anyhow!("{}: {}", row.position, fault_text(Lang::En)(fault)));
        }
        if columns.is_none() {
            let (found, is_header) = entry_columns(&cells(&row.fields, count), settings)?;
            columns = Some(found);
            if is_header {
                continue;
            }
        }
        let cells = cells(&row.fields, count);
        take_in(
            &mut list,
            &cells,
            columns.as_deref().unwrap_or_default(),
            settings,
        )
        .map_err(|why| anyhow!("{}: {why}", row.position))?;
    }
    rows.finish()?;
    ensure!(
        list.ids() + list.keys() > 0,
        "it excludes nobody: ask for the list again, or leave the flag out"
    );
    Ok(FoundList {
        list,
        digest: file.digest(),
    })
}

fn cells<'a>(fields: &Fields<'a>, count: usize) -> Vec<&'a str> {
    (0..count).map(|at| fields.get(at).unwrap_or_default()).collect()
}

/// Adds the entries of a row. Fails if the row names nobody in a way that the input's rows can be
/// found by.
fn take_in(
    list: &mut Exclusion,
    cells: &[&str],
    columns: &[(usize, Kind)],
    settings: &ReadingSettings,
) -> Result<(), String> {
    let by_ids = settings.ids.is_none();
    let mut is_named = false;
    for (at, kind) in columns {
        let entry = cells.get(*at).copied().unwrap_or_default();
        if is_blank(entry) {
            continue;
        }
        let is_address = *kind == Kind::Address || *kind == Kind::Either && entry.contains('@');
        let is_taken = match kind {
            Kind::Key => {
                list.insert_key(entry);
                true
            }
            _ if is_address => list.insert_address(entry),
            _ => list.insert_id(entry),
        };
        if !is_taken {
            return Err("the entry is neither an id (all digits) nor one plain e-mail address".to_owned());
        }
        is_named |= !(by_ids && is_address);
    }
    match is_named {
        true => Ok(()),
        false if by_ids && cells.iter().any(|cell| cell.contains('@')) => Err(
            "it has an address and no id, and the input's rows have ids: list ids, or find the respondents by `--ids` \
             and `--match-on`"
                .to_owned(),
        ),
        false => Err("it names nobody: every line needs an id or an address".to_owned()),
    }
}

/// Returns the columns of the entries, and whether the first record is a header.
fn entry_columns(header: &[&str], settings: &ReadingSettings) -> Result<(Vec<(usize, Kind)>, bool), Error> {
    let named: Vec<(usize, Kind)> = header
        .iter()
        .enumerate()
        .filter_map(|(at, name)| Some((at, kind(name, settings)?)))
        .collect();
    if !named.is_empty() {
        return Ok((named, true));
    }
    if let Some(name) = header.iter().find(|name| is_crm_number(name)) {
        return Err(anyhow!(
            "its column `{}` looks like the CRM's own number of a contact, which is not a respondent's id: list the \
             platform's ids, or addresses",
            name.trim()
        ));
    }
    let [first] = header else {
        return Err(anyhow!(
            "it has several columns and none is called `id_respondent` or `email`: give one entry a line, or name the columns so"
        ));
    };
    // A word is a header; anything that may be an entry is one.
    let is_word = first.chars().any(char::is_alphabetic)
        && !first.contains(|c: char| c.is_numeric() || "@#=".contains(c));
    if settings.ids.as_ref().is_some_and(|ids| !is_mail(&ids.address)) && !first.contains('@') {
        return Err(anyhow!(
            "rows are matched on `{}`, so it is unclear whether its numbers are that or the platform's ids: give the list a \
             header",
            settings.wanted.respondent.trim()
        ));
    }
    Ok((vec![(0, Kind::Either)], is_word))
}

/// What a column of this name holds; `None` if it holds no entries.
fn kind(name: &str, settings: &ReadingSettings) -> Option<Kind> {
    let key = |name: &str| trim_invisible(name).to_lowercase();
    let name = key(name);
    let is = |other: &str| Digits::new(other.trim()).is_none() && key(other) == name;
    if let Some(ids) = &settings.ids {
        if is(&ids.address) || is(&settings.wanted.respondent) {
            return Some(if is_mail(&name) { Kind::Address } else { Kind::Key });
        }
        if is(&ids.id) {
            return Some(Kind::Id);
        }
    } else if is(&settings.wanted.respondent) {
        return Some(Kind::Id);
    }
    if name == "id_respondent" {
        return Some(Kind::Id);
    }
    ADDRESSES.contains(&name.as_str()).then_some(Kind::Address)
}

fn is_mail(name: &str) -> bool {
    name.to_lowercase().contains("mail")
}
