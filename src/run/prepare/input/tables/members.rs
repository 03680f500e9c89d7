//! Reads the table of a mailing list that was read from the platform: who is on it, their addresses
//! and their labels. `run/list/pull.rs` writes it.

use std::path::Path;
use std::sync::Arc;

use xxhash_rust::xxh3::Xxh3;

use super::id_table::{FoundTable, broken, refused};
use super::side_file::SideFile;
use crate::config::{LIST_ADDRESS, LIST_ID};
use crate::model::{Digits, Label};
use crate::plan::{Exclusion, IdTable, Members};
use crate::read::{Columns, Purpose, ReadOptions};
use crate::report::Reader;
use crate::run::Failure;
use crate::run::prepare::input::description;

/// A mailing list that was read.
pub(in crate::run) struct FoundList {
    pub(in crate::run) members: Arc<Members>,
    /// The ids by address, if rows are found by them.
    pub(in crate::run) table: Option<FoundTable>,
}

/// Reads a mailing list. `by_address` says whether rows are found by address; the ids of addresses
/// that are excluded are then added to `excluded`.
pub(in crate::run) fn read(
    path: &Path,
    by_address: bool,
    excluded: Option<&mut Exclusion>,
) -> Result<FoundList, Failure> {
    let file = open(path)?;
    let labels: Vec<_> = labels(&file.first.columns).collect();
    read_with(path, file, &labels, (by_address, excluded))
}

/// Reads who is on a mailing list and where in the table, without digests of labels.
pub(in crate::run) fn read_places(path: &Path) -> Result<Arc<Members>, Failure> {
    let found = read_with(path, open(path)?, &[], (false, None))?;
    Ok(found.members)
}

fn read_with(
    path: &Path,
    mut file: SideFile,
    labels: &[(Label, usize)],
    (by_address, mut excluded): (bool, Option<&mut Exclusion>),
) -> Result<FoundList, Failure> {
    let fault = |error| refused(path, error);
    let columns = &file.first.columns;
    let find = |name, purpose| {
        columns
            .require(name, purpose, "--ids")
            .map_err(|error| columns.refuse(vec![error]))
    };
    let address = find(LIST_ADDRESS, Purpose::Address).map_err(fault)?;
    let id = find(LIST_ID, Purpose::Respondent).map_err(fault)?;
    let mut members = Members::new(labels.iter().map(|(label, _)| *label).collect());
    let mut table = IdTable::new(false);
    let mut digest = Xxh3::new();
    let mut rows = file.rows().map_err(fault)?;
    while let Some(row) = rows.next().map_err(fault)? {
        if let Some(fault) = &row.fault {
            return Err(broken(path, row.position, fault));
        }
        let cell = |column: usize| row.fields.get(column).unwrap_or_default();
        let Some(digits) = Digits::new(cell(id)) else {
            continue;
        };
        members.push(
            digits,
            row.position.byte,
            labels.iter().map(|(_, column)| cell(*column)),
        );
        let email = cell(address).trim();
        digest.update(email.as_bytes());
        digest.update(b"\n");
        digest.update(digits.as_str().as_bytes());
        digest.update(b"\n");
        if by_address && !email.is_empty() {
            if let Some(excluded) = excluded.as_mut().filter(|list| list.has_key(email)) {
                excluded.insert_id(digits.as_str());
            }
            table.insert(email, "", digits.as_str());
        }
    }
    rows.finish().map_err(fault)?;
    let table = by_address.then(|| FoundTable {
        table: Arc::new(table.complete()),
        digest: digest.digest128(),
        address_column: LIST_ADDRESS.to_owned(),
        id_column: LIST_ID.to_owned(),
        form: description::in_words(&file.container, &file.first, Reader::Record),
    });
    Ok(FoundList {
        members: Arc::new(members.complete()),
        table,
    })
}

/// Opens a table that this tool has written: UTF-8 with commas.
pub(in crate::run) fn open(path: &Path) -> Result<SideFile, Failure> {
    let options = ReadOptions {
        encoding: "utf-8".parse().ok(),
        delimiter: ",".parse().ok(),
        ..ReadOptions::default()
    };
    SideFile::open(path, options, None, |_| Ok(())).map_err(|error| refused(path, error))
}

/// Returns the labels that the table has and the webhook sets, each with its column.
pub(in crate::run) fn labels(columns: &Columns) -> impl Iterator<Item = (Label, usize)> + '_ {
    Label::all().filter_map(|label| {
        let column = columns.find(label.name(), Purpose::Label(label));
        Some((label, column.ok()??))
    })
}
