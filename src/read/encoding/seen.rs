//! Totals over the records of the first read, and sample texts that show whether an encoding is
//! right. Pure.

use super::letters;
use crate::read::csv::fields;
use crate::read::csv::records::RawRecord;
use crate::read::{Delimiter, Dialect, Encoding};

/// Maximum number of records searched for a better sample.
const MAX_LOOKED_AT: u32 = 10_000;

/// The best rating of a byte ([`letters::telling`]).
const MAX_TELLING: u8 = 3;

/// Maximum length of a sample in characters; more would add nothing.
const SAMPLE_CHARS: usize = 40;

/// Totals over the records of the first read.
pub(in crate::read) struct Seen {
    has_header: bool,
    /// The bytes and the line of the first record that is not blank: the header if there is one.
    pub(in crate::read) first: Option<(Vec<u8>, u64)>,
    /// The record that shows best which encoding is right, and its rating.
    sample: Option<Vec<u8>>,
    telling: u8,
    /// The rating of each byte.
    tellings: Vec<u8>,
    /// Non-ASCII records searched for a sample.
    looked_at: u32,
    /// Data rows so far; the header and blank records are not counted.
    pub(in crate::read) rows: u64,
    pub(in crate::read) blank_records: u64,
}

impl Seen {
    pub(in crate::read) fn new(has_header: bool) -> Self {
        Self {
            has_header,
            first: None,
            sample: None,
            telling: 0,
            looked_at: 0,
            tellings: (0..=0xFF).map(letters::telling).collect(),
            rows: 0,
            blank_records: 0,
        }
    }

    /// Adds the next record.
    pub(in crate::read) fn take_in(&mut self, record: &RawRecord<'_>) {
        if record.is_blank {
            self.blank_records += 1;
            return;
        }
        if self.first.is_none() {
            self.first = Some((record.bytes.to_vec(), record.position.line));
            self.rows += u64::from(!self.has_header);
        } else {
            self.rows += 1;
        }
        if self.telling < MAX_TELLING && self.looked_at < MAX_LOOKED_AT && !record.bytes.is_ascii() {
            self.looked_at += 1;
            let of_byte = |byte: &u8| self.tellings.get(usize::from(*byte)).copied();
            let telling = record.bytes.iter().filter_map(of_byte).max().unwrap_or_default();
            if telling > self.telling {
                self.telling = telling;
                self.sample = Some(record.bytes.to_vec());
            }
        }
    }

    /// The record that shows best which encoding is right.
    pub(in crate::read) fn sample(&self) -> Option<&[u8]> {
        self.sample.as_deref()
    }
}

/// Returns the field that shows best which encoding is right, without control characters.
pub(in crate::read) fn sample(record: &[u8], dialect: Dialect) -> Option<String> {
    let (fields, _) = fields::fields_of(record, dialect);
    let telling = |field: &&String| {
        dialect
            .encoding
            .encode(field)
            .into_iter()
            .map(letters::telling)
            .max()
    };
    let telling = fields
        .iter()
        .rev()
        .filter(|field| !field.is_ascii())
        .max_by_key(telling)?;
    Some(
        telling
            .chars()
            .filter(|c| !c.is_control())
            .take(SAMPLE_CHARS)
            .collect(),
    )
}

/// Lists the possible encodings, each with its reading of a record if one is given.
pub(in crate::read) fn readings(
    candidates: &[Encoding],
    record: Option<&[u8]>,
    delimiter: Delimiter,
) -> Vec<String> {
    let read = |encoding: &Encoding| {
        let sample = sample(record?, Dialect::new(delimiter, *encoding)?)?;
        Some(format!("`{sample}` ({})", encoding.name()))
    };
    match record {
        Some(_) => candidates.iter().filter_map(read).collect(),
        None => candidates
            .iter()
            .map(|encoding| format!("`{}`", encoding.name()))
            .collect(),
    }
}
