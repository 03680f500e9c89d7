//! Splits a raw record into fields: unquotes it (with csv-core, the parser of the csv crate) and
//! decodes it. `read/csv/records.rs` has checked the record before, so the lenience of that parser
//! has no effect.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use crate::model::{Fields, unguarded_cell};
use crate::read::Dialect;

/// Maximum number of columns, that of a spreadsheet. If a record has more, one more is parsed to
/// show that.
pub(in crate::read) const MAX_COLUMNS: usize = 1 << 14;

/// Parses one record after another into reused buffers.
#[derive(Debug)]
pub(crate) struct FieldParser {
    parser: Reader,
    dialect: Dialect,
    /// The replacement for invalid bytes.
    lost: char,
    /// Leading apostrophes before what looks like a formula were added by this tool and are
    /// removed.
    has_guards: bool,
    /// The unquoted bytes of all fields, and the end of each field in them.
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// The decoded text and the end of each field in it, if they differ from the bytes.
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

    /// Sets another replacement for invalid bytes; the default is `?`.
    pub(crate) fn with_lost(self, lost: char) -> Self {
        Self { lost, ..self }
    }

    /// Removes the apostrophes that this tool put before formulas in a file for Excel.
    pub(in crate::read) fn without_guards(self) -> Self {
        Self {
            has_guards: true,
            ..self
        }
    }

    /// Returns the fields of a record, and whether every byte could be decoded.
    pub(crate) fn parse(&mut self, record: &[u8]) -> (Fields<'_>, bool) {
        let (bytes, ends) = self.unquote(record);
        let bytes = self.bytes.get(..bytes).unwrap_or_default();
        let ends = self.ends.get(..ends).unwrap_or_default();
        let Dialect { encoding, .. } = self.dialect;
        // A quoted field may contain the delimiter itself.
        let stands_for = self
            .dialect
            .stands_for
            .filter(|_| bytes.contains(&self.dialect.byte));
        if stands_for.is_none() && !self.has_guards && (encoding.is_read_as_utf8() || bytes.is_ascii()) {
            // The field ends must be character boundaries, because a character cannot span two
            // fields.
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

    /// Returns the unquoted but undecoded bytes of a field.
    pub(in crate::read) fn raw_field(&mut self, record: &[u8], column: usize) -> Option<&[u8]> {
        let (bytes, ends) = self.unquote(record);
        let ends = self.ends.get(..ends)?;
        let start = column
            .checked_sub(1)
            .map_or(Some(0), |before| ends.get(before).copied())?;
        self.bytes.get(..bytes)?.get(start..*ends.get(column)?)
    }

    /// Fills `bytes` and `ends` with at most [`MAX_COLUMNS`] fields and one more. Returns the
    /// number of bytes and of fields.
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
                // An empty input tells the parser that a record without a line end is complete.
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
    // The parser would remove a byte order mark from the first record, which here would belong to a
    // value. After an empty line the parser no longer expects one.
    parser.read_record(b"\n", &mut [0], &mut [0]);
    parser
}

/// Returns the decoded fields of a record, and whether every byte could be decoded. For the few
/// records that are parsed outside the row loop, such as a header or a sample.
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
