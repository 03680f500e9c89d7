//! What the records of the first read add up to, and the texts that show whether an encoding is right. Pure.

use super::records::RawRecord;
use super::{Delimiter, Dialect, Encoding, fields, letters};

/// A longer sample tells no more of an encoding.
const SAMPLE_CHARS: usize = 40;

/// What the records of the pass add up to.
pub(super) struct Seen {
    has_header: bool,
    /// The bytes and the line of the first record that is not blank: the header if there is one.
    pub(super) first: Option<(Vec<u8>, u64)>,
    /// The first record with a byte above ASCII, and the first with one that encodings read in different ways.
    telling: Option<Vec<u8>>,
    deciding: Option<Vec<u8>>,
    is_deciding: Vec<bool>,
    pub(super) rows: u64,
    pub(super) blank_records: u64,
}

impl Seen {
    pub(super) fn new(has_header: bool) -> Self {
        Self {
            has_header,
            first: None,
            telling: None,
            deciding: None,
            is_deciding: (0..=0xFF).map(letters::is_deciding).collect(),
            rows: 0,
            blank_records: 0,
        }
    }

    pub(super) fn take_in(&mut self, record: &RawRecord<'_>) {
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
        if self.deciding.is_none() && !record.bytes.is_ascii() {
            let is_deciding = |byte: &u8| {
                self.is_deciding
                    .get(usize::from(*byte))
                    .copied()
                    .unwrap_or_default()
            };
            if record.bytes.iter().any(is_deciding) {
                self.deciding = Some(record.bytes.to_vec());
            }
            self.telling.get_or_insert_with(|| record.bytes.to_vec());
        }
    }

    /// The record that shows best which encoding is right.
    pub(super) fn sample(&self) -> Option<&[u8]> {
        self.deciding.as_deref().or(self.telling.as_deref())
    }
}

/// The field that shows best which encoding is right, on one line.
pub(super) fn sample(record: &[u8], dialect: Dialect) -> Option<String> {
    let (fields, _) = fields::fields_of(record, dialect);
    let is_deciding = |field: &String| {
        dialect
            .encoding
            .encode(field)
            .into_iter()
            .any(letters::is_deciding)
    };
    let telling = fields
        .iter()
        .find(|field| is_deciding(field))
        .or_else(|| fields.iter().find(|field| !field.is_ascii()))?;
    Some(
        telling
            .chars()
            .filter(|c| !c.is_control())
            .take(SAMPLE_CHARS)
            .collect(),
    )
}

/// How each encoding would read a record.
pub(super) fn readings(candidates: &[Encoding], record: Option<&[u8]>, delimiter: Delimiter) -> String {
    let read = |encoding: &Encoding| {
        let sample = sample(record?, Dialect::new(delimiter, *encoding)?)?;
        Some(format!("`{sample}` ({})", encoding.name()))
    };
    let readings: Vec<String> = candidates.iter().filter_map(read).collect();
    match readings.as_slice() {
        [] => String::new(),
        readings => format!(", which may mean {}", readings.join(" or ")),
    }
}
