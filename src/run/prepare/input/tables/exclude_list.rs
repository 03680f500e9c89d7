//! Reads the list of `--exclude`: ids or addresses, one a line, or columns of a table. It is read
//! completely before anything is sent. `plan/exclusion.rs` decides whom an entry excludes.
//!
//! Whatever is not understood refuses the whole list: a person who opted out must not be sent
//! because a line is odd.

use std::path::Path;

use anyhow::Error;

use super::side_file::SideFile;
use crate::config::ReadingSettings;
use crate::model::{Digits, Fields, Position, ShownPath, is_blank, trim_invisible};
use crate::plan::{Exclusion, ListFault};
use crate::read::{Container, ReadOptions, is_crm_number};
use crate::report::ExitCode;
use crate::run::Failure;
use crate::text::Message;

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
    let shown = path.shown().to_string();
    entries(path, settings).map_err(|error| Failure {
        code: ExitCode::Aborted,
        error: Message::new(|words| words.list_refused(&shown)).caused_by(error),
    })
}

fn entries(path: &Path, settings: &ReadingSettings) -> Result<FoundList, Error> {
    let options = ReadOptions {
        no_header: true,
        one_column: true,
        ..ReadOptions::default()
    };
    let mut file = SideFile::open(path, options, None, |container| match container {
        Container::Workbook(_) => Err(Error::from(said(&ListFault::Workbook))),
        _ => Ok(()),
    })?;
    let count = file.first.names.len();
    let mut rows = file.rows()?;
    let mut list = Exclusion::default();
    let mut columns: Option<Vec<(usize, Kind)>> = None;
    while let Some(row) = rows.next()? {
        if let Some(fault) = &row.fault {
            return Err(at(row.position, &Message::from_fault(fault)));
        }
        if columns.is_none() {
            let (found, is_header) =
                entry_columns(&cells(&row.fields, count), settings).map_err(|fault| said(&fault))?;
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
        .map_err(|fault| at(row.position, &said(&fault)))?;
    }
    rows.finish()?;
    if list.ids() + list.keys() == 0 {
        return Err(said(&ListFault::Empty).into());
    }
    Ok(FoundList {
        list,
        digest: file.digest(),
    })
}

fn said(fault: &ListFault) -> Message {
    Message::new(|words| words.list_fault(fault))
}

fn at(position: Position, why: &Message) -> Error {
    why.map(|words, why| words.at(position, why)).into()
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
) -> Result<(), ListFault> {
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
            return Err(ListFault::NotAnEntry);
        }
        is_named |= !(by_ids && is_address);
    }
    match is_named {
        true => Ok(()),
        false if by_ids && cells.iter().any(|cell| cell.contains('@')) => Err(ListFault::OnlyAnAddress),
        false => Err(ListFault::NoEntry),
    }
}

/// Returns the columns of the entries, and whether the first record is a header.
fn entry_columns(
    header: &[&str],
    settings: &ReadingSettings,
) -> Result<(Vec<(usize, Kind)>, bool), ListFault> {
    let named: Vec<(usize, Kind)> = header
        .iter()
        .enumerate()
        .filter_map(|(at, name)| Some((at, kind(name, settings)?)))
        .collect();
    if !named.is_empty() {
        return Ok((named, true));
    }
    if let Some(name) = header.iter().find(|name| is_crm_number(name)) {
        let column = name.trim().to_owned();
        return Err(ListFault::CrmNumber { column });
    }
    let [first] = header else {
        return Err(ListFault::UnknownColumns);
    };
    // A word is a header; anything that may be an entry is one.
    let is_word = first.chars().any(char::is_alphabetic)
        && !first.contains(|c: char| c.is_numeric() || "@#=".contains(c));
    if settings.ids.as_ref().is_some_and(|ids| !is_mail(&ids.address)) && !first.contains('@') {
        let column = settings.wanted.respondent.trim().to_owned();
        return Err(ListFault::Ambiguous { column });
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
