//! Checks that the directory of an archive agrees with its entries. `read/workbook/gate.rs` examines
//! the content of the entries.

use std::borrow::Cow;
use std::collections::HashSet;
use std::io::{self, Read, Seek, SeekFrom};

use crate::read::source::Verified;

/// The maximum length in bytes of a data descriptor, which follows an entry and repeats its
/// lengths.
const MAX_DESCRIPTOR: u64 = 24;
/// The minimum length in bytes of an entry's header.
const MIN_HEADER: u64 = 30;

/// Whether the library that reads workbooks may ask for an entry with this name.
pub(super) fn is_part(name: &str) -> bool {
    let ending = name.rsplit('.').next().unwrap_or_default();
    ending.eq_ignore_ascii_case("xml") || ending.eq_ignore_ascii_case("rels")
}

/// Whether the library treats two names as equal.
pub(super) fn same_part(one: &str, other: &str) -> bool {
    folded(one) == folded(other)
}

/// Returns a part that the directory lists under two names which the library treats as equal.
pub(super) fn listed_twice<'n>(names: impl Iterator<Item = Cow<'n, str>>) -> Option<Cow<'n, str>> {
    let mut seen = HashSet::new();
    let mut parts = names.filter(|name| is_part(name));
    parts.find(|name| !seen.insert(folded(name)))
}

/// Normalizes a name like the library, which ignores case and accepts either slash.
fn folded(name: &str) -> String {
    name.replace('\\', "/").to_ascii_lowercase()
}

/// Returns the name in the header of an entry, and the offset of its packed bytes; `None` if there
/// is no header at that place.
pub(super) fn local_name(file: &mut Verified, header: u64) -> io::Result<Option<(Vec<u8>, u64)>> {
    const FIXED: usize = 30;
    file.seek(SeekFrom::Start(header))?;
    let mut fixed = [0; FIXED];
    if file.read_exact(&mut fixed).is_err() || !fixed.starts_with(b"PK\x03\x04") {
        return Ok(None);
    }
    let length = |at: usize| {
        u16::from_le_bytes([
            fixed.get(at).copied().unwrap_or_default(),
            fixed.get(at + 1).copied().unwrap_or_default(),
        ])
    };
    let (name, extra) = (length(26), length(28));
    let mut bytes = vec![0; usize::from(name)];
    if file.read_exact(&mut bytes).is_err() {
        return Ok(None);
    }
    let start = header + FIXED as u64 + u64::from(name) + u64::from(extra);
    Ok(Some((bytes, start)))
}

/// Returns the names of entries that are in the archive but not in its directory, such as an entry
/// that was packed twice. `entries` are those in the directory, in file order, each with the start
/// of its header and the end of its packed bytes. `end` is the start of the directory.
pub(super) fn unlisted(
    file: &mut Verified,
    entries: impl Iterator<Item = (u64, u64)> + Clone,
    end: u64,
) -> io::Result<Vec<String>> {
    let headers = entries.clone().map(|(header, _)| header);
    let first = headers.clone().next().unwrap_or(end);
    let starts = headers.chain([end]).skip(1);
    let ends = entries.map(|(_, end)| end);
    let gaps = std::iter::once((0, first)).chain(ends.zip(starts));
    let mut names = Vec::new();
    for (from, to) in gaps {
        // A data descriptor may follow an entry.
        let slack = (0..=MAX_DESCRIPTOR).map(|slack| from + slack).find_map(|at| {
            let header = (at + MIN_HEADER < to).then(|| local_name(file, at));
            header.and_then(Result::transpose)
        });
        if let Some(found) = slack {
            names.push(String::from_utf8_lossy(&found?.0).into_owned());
        }
    }
    Ok(names)
}
