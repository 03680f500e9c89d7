//! A raw record to its fields: unquoting (csv-core, the parser of the csv crate) and decoding. The record has already
//! been found sound by `read/csv/records.rs`, so that parser has nothing left to forgive.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use crate::model::{Fields, unguarded_cell};
use crate::read::Dialect;

/// As many columns as a spreadsheet has. Of a record with more, one more is looked at: then it is too long.
pub(in crate::read) const MAX_COLUMNS: usize = 1 << 14;

/// Parses one record after another into buffers that it keeps.
#[derive(Debug)]
pub(crate) struct FieldParser {
    parser: Reader,
    dialect: Dialect,
    /// What bytes show as that are no character.
    lost: char,
    /// Apostrophes in front of what looks like a formula are this tool's own.
    has_guards: bool,
    /// The unquoted bytes of all fields, and where in them each field ends.
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// The same as text, where that is another thing.
    text: String,
    text_ends: Vec<usize>,
}

impl FieldParser {
    pub(crate) fn new(dialect: Dialect) -> Self {
        Self {
            parser: parser(dialect),
            dialect,
            lost: '?',
            has_guards: false,
            bytes: vec![0; 1024],
            ends: vec![0; 32],
            text: String::new(),
            text_ends: Vec::new(),
        }
    }

    /// The same, with another sign for bytes that are no character.
    pub(crate) fn with_lost(self, lost: char) -> Self {
        Self { lost, ..self }
    }

    /// The same for a file that this tool wrote for Excel: the apostrophes that it put in front of formulas are taken away.
    pub(in crate::read) fn without_guards(self) -> Self {
        Self {
            has_guards: true,
            ..self
        }
    }

    /// The fields of a record, and whether every byte of it could be decoded.
    pub(crate) fn parse(&mut self, record: &[u8]) -> (Fields<'_>, bool) {
        let (bytes, ends) = self.unquote(record);
        let bytes = self.bytes.get(..bytes).unwrap_or_default();
        let ends = self.ends.get(..ends).unwrap_or_default();
        let Dialect { encoding, .. } = self.dialect;
        // A quoted field may hold the delimiter itself.
        let stands_for = self
            .dialect
            .stands_for
            .filter(|_| bytes.contains(&self.dialect.byte));
        if stands_for.is_none() && !self.has_guards && (encoding.is_read_as_utf8() || bytes.is_ascii()) {
            // Field by field, since a character cannot span two fields: a whole that is valid has no such fault.
            let whole = str::from_utf8(bytes)
                .ok()
                .filter(|text| ends.iter().all(|&end| text.is_char_boundary(end)));
            if let Some(text) = whole {
                return (Fields::new(text, ends), true);
            }
        }
        self.text.clear();
        self.text_ends.clear();
        let mut clean = true;
        let mut start = 0;
        for &end in ends {
            let field = bytes.get(start..end).unwrap_or_default();
            if stands_for.is_none() && !self.has_guards {
                clean &= encoding.decode_into(field, self.lost, &mut self.text);
            } else {
                let mut text = String::new();
                clean &= encoding.decode_into(field, self.lost, &mut text);
                if let Some(character) = stands_for {
                    let stand_in = char::from(self.dialect.byte);
                    text = text.replace(stand_in, character.encode_utf8(&mut [0; 4]));
                }
                let text = if self.has_guards {
                    unguarded_cell(&text)
                } else {
                    &text
                };
                self.text.push_str(text);
            }
            self.text_ends.push(self.text.len());
            start = end;
        }
        (Fields::new(&self.text, &self.text_ends), clean)
    }

    /// A field's bytes as they are, unquoted.
    pub(in crate::read) fn raw_field(&mut self, record: &[u8], column: usize) -> Option<&[u8]> {
        let (bytes, ends) = self.unquote(record);
        let ends = self.ends.get(..ends)?;
        let start = column
            .checked_sub(1)
            .map_or(Some(0), |before| ends.get(before).copied())?;
        self.bytes.get(..bytes)?.get(start..*ends.get(column)?)
    }

    /// Fills `bytes` and `ends`, with at most [`MAX_COLUMNS`] fields and one more; how much of each.
    fn unquote(&mut self, record: &[u8]) -> (usize, usize) {
        let (mut input, mut written, mut fields) = (record, 0, 0);
        loop {
            let output = self.bytes.get_mut(written..).unwrap_or_default();
            let ends = self.ends.get_mut(fields..).unwrap_or_default();
            let (result, read, wrote, ended) = self.parser.read_record(input, output, ends);
            input = input.get(read..).unwrap_or_default();
            written += wrote;
            fields += ended;
            match result {
                // An empty input tells the parser that a record without a line end is whole.
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.bytes.resize(self.bytes.len() * 2, 0),
                ReadRecordResult::OutputEndsFull if fields > MAX_COLUMNS => {
                    self.parser = parser(self.dialect);
                    return (self.ends.last().copied().unwrap_or_default(), fields);
                }
                ReadRecordResult::OutputEndsFull => {
                    let room = (self.ends.len() * 2).min(MAX_COLUMNS + 1);
                    self.ends.resize(room, 0);
                }
                ReadRecordResult::Record | ReadRecordResult::End => return (written, fields),
            }
        }
    }
}

fn parser(dialect: Dialect) -> Reader {
    let mut parser = ReaderBuilder::new().delimiter(dialect.byte).build();
    // The parser takes a byte order mark off the first record it sees, which here would be a value's: an empty line makes
    // it believe that it is past that.
    parser.read_record(b"\n", &mut [0], &mut [0]);
    parser
}

/// The unquoted fields of a header or of a sample: for the few records that are looked at outside the row loop.
pub(crate) fn fields_of(record: &[u8], dialect: Dialect) -> (Vec<String>, bool) {
    let mut parser = FieldParser::new(dialect);
    let (fields, clean) = parser.parse(record);
    (fields.iter().map(str::to_owned).collect(), clean)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn dialect(encoding: &str) -> Dialect {
        Dialect::new(";".parse().unwrap(), encoding.parse().unwrap()).unwrap()
    }

    fn utf8(record: &[u8]) -> Vec<String> {
        fields_of(record, dialect("utf-8")).0
    }

    #[test]
    fn fields_are_unquoted_and_otherwise_untouched() {
        assert_eq!(
            utf8(b"1; a ;\"x;y\";\"say \"\"z\"\"\";5\" nail;\r\n"),
            ["1", " a ", "x;y", "say \"z\"", "5\" nail", ""]
        );
        assert_eq!(utf8(b"1;\"a\r\nb\""), ["1", "a\r\nb"]);
    }

    #[test]
    fn a_field_with_bad_bytes_spoils_no_other() {
        let (fields, clean) = fields_of(b"Z\xB3oty;\xC5;\x82;ok\n", dialect("utf-8"));
        assert_eq!(fields, ["Z?oty", "?", "?", "ok"]);
        assert!(!clean, "a character that spans two fields is two broken ones");
    }

    #[test]
    fn windows_1250_is_decoded_field_by_field() {
        let (fields, clean) = fields_of(b"\xA3\xF3d\x9F;\x8Cl\xB9sk\n", dialect("windows-1250"));
        assert_eq!(
            (fields, clean),
            (vec!["Łódź".to_owned(), "Śląsk".to_owned()], true)
        );
    }

    #[test]
    fn a_field_may_hold_the_delimiter_that_another_byte_stands_for() {
        let dialect = Dialect::new("§".parse().unwrap(), "utf-8".parse().unwrap()).unwrap();
        let (fields, clean) = fields_of("1\u{1F}\"ż\u{1F}b\"\u{1F}c\n".as_bytes(), dialect);
        assert_eq!(
            (fields, clean),
            (vec!["1".to_owned(), "ż§b".to_owned(), "c".to_owned()], true)
        );
    }

    #[test]
    fn a_record_with_more_columns_than_a_spreadsheet_is_not_looked_at_to_its_end() {
        let mut parser = FieldParser::new(dialect("utf-8"));
        for (fields, expected) in [
            (MAX_COLUMNS, MAX_COLUMNS),
            (MAX_COLUMNS + 1, MAX_COLUMNS + 1),
            (1 << 20, MAX_COLUMNS + 1),
            (3, 3),
        ] {
            let record = "x;".repeat(fields - 1) + "y\n";
            let (found, clean) = parser.parse(record.as_bytes());
            assert_eq!((found.len(), found.get(1)), (expected, Some("x")));
            assert!(clean);
        }
    }

    proptest! {
        #[test]
        fn what_the_csv_crate_writes_is_read_back(rows in proptest::collection::vec(
            proptest::collection::vec("(?s).{0,20}", 2..6), 1..4,
        )) {
            let mut writer = csv::WriterBuilder::new().delimiter(b';').flexible(true).from_writer(Vec::new());
            for row in &rows {
                writer.write_record(row).unwrap();
            }
            let file = writer.into_inner().unwrap();
            let mut records = crate::read::csv::records::Records::new(file.as_slice(), b';', crate::model::Position::START);
            let mut parser = FieldParser::new(dialect("utf-8"));
            for row in &rows {
                let record = records.next().unwrap().unwrap();
                let (fields, clean) = parser.parse(record.bytes);
                prop_assert!(clean);
                let fields: Vec<&str> = fields.iter().collect();
                prop_assert_eq!(&fields, row);
            }
            prop_assert!(records.next().unwrap().is_none());
        }
    }
}
