//! Scans an entry of a workbook, as XML, before the library that reads workbooks gets it. Nothing
//! in it may use unbounded memory, and a sheet must have one table with nothing after it. Pure.
//! Bytes arrive in pieces of any size.
//!
//! This is not a parser: the library interprets the XML and checks whether it is well-formed. The
//! scan only distinguishes markup from text by the rules of XML 1.0 (section 2.4) and a prefix from
//! a local name, and knows the few elements whose content the library collects.

pub(super) mod attributes;
pub(super) mod budget;
pub(super) mod markup;
pub(super) mod nesting;
pub(super) mod relations;
pub(super) mod value;

use memchr::{memchr, memmem};
use thiserror::Error;

use attributes::BadAttribute;
use budget::{Budget, OverBudget};
use markup::{end_of_tag, name_of, whole_name_of};
use nesting::{Nesting, NestingFault};
use relations::{Relations, SameId};
use value::{Kind, Value, ValueFault};

/// Maximum length in bytes of a tag, a comment or a run of text, and of the content of a cell, a
/// shared text or a name. Excel allows 32,767 characters in a cell; as numeric references these are
/// less than 400,000 bytes.
const MAX_TOKEN: usize = 1 << 20;

/// Elements whose content the library assembles from any number of pieces.
const UNITS: [&[u8]; 3] = [b"c", b"si", b"definedName"];

/// Why an entry is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum ScanFault {
    #[error("it is not XML")]
    NotXml,
    #[error("it declares a document type, which no workbook does")]
    DocumentType,
    #[error("a tag or a text in it is longer than {} MiB", MAX_TOKEN >> 20)]
    Token,
    #[error("a cell or a text in it is longer than {} MiB", MAX_TOKEN >> 20)]
    Unit,
    #[error(transparent)]
    Budget(#[from] OverBudget),
    #[error(transparent)]
    Value(#[from] ValueFault),
    #[error(transparent)]
    Nesting(#[from] NestingFault),
    #[error(transparent)]
    Attribute(#[from] BadAttribute),
    #[error(transparent)]
    Relation(#[from] SameId),
    #[error("it has a second table of cells")]
    SecondTable,
    #[error("it has cells outside its table")]
    OutsideTable,
    #[error("it ends in the middle")]
    CutOff,
}

/// What comes next in the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// White space or a byte order mark, before the first `<`.
    Beginning,
    Text,
    /// After `<`; the next bytes show the kind of markup.
    Markup,
    Comment,
    CData,
    Instruction,
}

/// The position of the scan relative to the sheet's table of cells.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Table {
    Before,
    /// In the table, with the prefix of its names.
    In(Vec<u8>),
    Behind(Vec<u8>),
}

/// A scan in progress.
#[derive(Debug)]
pub(super) struct Scan {
    state: State,
    /// Bytes of the token so far.
    length: usize,
    /// The bytes of markup that began in an earlier piece, without `<`.
    carried: Vec<u8>,
    table: Table,
    /// Inside one of [`UNITS`]: its index, and its bytes so far.
    unit: Option<(usize, usize)>,
    /// The state of the value in a cell.
    value: Value,
    nesting: Nesting,
    relations: Relations,
    budget: Budget,
}

impl Scan {
    pub(super) fn new() -> Self {
        Self {
            state: State::Beginning,
            length: 0,
            carried: Vec::new(),
            table: Table::Before,
            unit: None,
            value: Value::Before(Kind::Text),
            nesting: Nesting::default(),
            relations: Relations::default(),
            budget: Budget::default(),
        }
    }

    /// Scans the next bytes.
    pub(super) fn take_in(&mut self, mut bytes: &[u8]) -> Result<(), ScanFault> {
        while !bytes.is_empty() {
            bytes = match self.state {
                State::Beginning => self.beginning(bytes)?,
                State::Text => self.text(bytes)?,
                _ => self.markup(bytes)?,
            };
        }
        Ok(())
    }

    /// Ends the scan at the end of the entry.
    pub(super) fn finish(&self) -> Result<(), ScanFault> {
        match (self.state, &self.table) {
            (State::Beginning, _) => Err(ScanFault::NotXml),
            (State::Text, Table::Before | Table::Behind(_)) if self.nesting.is_closed() => Ok(()),
            _ => Err(ScanFault::CutOff),
        }
    }

    fn beginning<'b>(&mut self, bytes: &'b [u8]) -> Result<&'b [u8], ScanFault> {
        const BLANKS: &[u8] = b" \t\r\n\xEF\xBB\xBF";
        let Some(at) = bytes.iter().position(|byte| !BLANKS.contains(byte)) else {
            return self.grow(bytes.len()).map(|()| &[][..]);
        };
        if bytes.get(at) != Some(&b'<') {
            return Err(ScanFault::NotXml);
        }
        self.state = State::Text;
        Ok(bytes.get(at..).unwrap_or_default())
    }

    fn text<'b>(&mut self, bytes: &'b [u8]) -> Result<&'b [u8], ScanFault> {
        let end = memchr(b'<', bytes);
        let count = end.unwrap_or(bytes.len());
        self.grow(count)?;
        self.count_unit(count)?;
        self.value = self.value.text(bytes.get(..count).unwrap_or_default())?;
        if end.is_some() {
            (self.state, self.length) = (State::Markup, 0);
        }
        Ok(bytes.get(count + 1..).unwrap_or_default())
    }

    /// Scans markup after its `<`: up to its end, or all of these bytes.
    fn markup<'b>(&mut self, bytes: &'b [u8]) -> Result<&'b [u8], ScanFault> {
        if !self.carried.is_empty() {
            return self.carried_markup(bytes);
        }
        let Some(end) = self.end_of(bytes)? else {
            self.grow(bytes.len())?;
            self.carried.extend_from_slice(bytes);
            return Ok(&[]);
        };
        let (token, rest) = bytes.split_at(end);
        self.token(token)?;
        Ok(rest)
    }

    /// Continues markup of an earlier piece, from its start. At most one token is carried over, and
    /// in ordinary files few tokens span two pieces.
    fn carried_markup<'b>(&mut self, bytes: &'b [u8]) -> Result<&'b [u8], ScanFault> {
        let mut token = std::mem::take(&mut self.carried);
        let before = token.len();
        // A tag of usual length ends soon; only a long one needs all bytes.
        let mut used = 0;
        let mut step = 256;
        loop {
            let more = bytes.len().min(used + step);
            token.extend_from_slice(bytes.get(used..more).unwrap_or_default());
            used = more;
            if let Some(end) = self.end_of(&token)? {
                token.truncate(end);
                self.length = 0;
                self.token(&token)?;
                return Ok(bytes.get(end - before..).unwrap_or_default());
            }
            if token.len() > MAX_TOKEN {
                return Err(ScanFault::Token);
            }
            if used == bytes.len() {
                self.carried = token;
                return Ok(&[]);
            }
            step *= 4;
        }
    }

    /// Returns the offset after the `>` of the markup, if it ends here. Sets `state` to the kind of
    /// markup.
    fn end_of(&mut self, bytes: &[u8]) -> Result<Option<usize>, ScanFault> {
        let behind = |found: Option<usize>, length: usize| found.map(|at| at + length);
        self.state = match bytes {
            [b'?', ..] => State::Instruction,
            [b'!', b'-', b'-', ..] => State::Comment,
            [b'!', b'[', ..] => State::CData,
            [b'!'] | [b'!', b'-'] => return Ok(None),
            [b'!', ..] => return Err(ScanFault::DocumentType),
            _ => State::Markup,
        };
        Ok(match self.state {
            State::Instruction => behind(memmem::find(bytes, b"?>"), 2),
            // The two hyphens that open a comment do not close it.
            State::Comment => behind(memmem::find(bytes.get(3..).unwrap_or_default(), b"-->"), 6),
            State::CData => behind(memmem::find(bytes, b"]]>"), 3),
            _ => behind(end_of_tag(bytes), 1),
        })
    }

    /// Processes complete markup, with its `>`.
    fn token(&mut self, token: &[u8]) -> Result<(), ScanFault> {
        self.grow(token.len())?;
        self.count_unit(token.len() + 1)?;
        let is_tag = self.state == State::Markup;
        (self.state, self.length) = (State::Text, 0);
        if !is_tag {
            return Ok(self.value.interrupted()?);
        }
        let tag = token.strip_suffix(b">").unwrap_or(token);
        match tag.strip_prefix(b"/") {
            Some(name) => self.closes(name),
            None => self.opens(tag),
        }
    }

    fn opens(&mut self, tag: &[u8]) -> Result<(), ScanFault> {
        let is_empty = tag.ends_with(b"/");
        let (prefix, local) = name_of(tag);
        if !is_empty {
            self.nesting.open(whole_name_of(tag))?;
        }
        attributes::check(tag, local)?;
        if local == b"Relationship" {
            self.relations.take_in(tag)?;
        }
        self.budget.tag(tag, local)?;
        self.value = self.value.opens(tag, local, self.is_in_cell())?;
        if let Some(index) = UNITS.iter().position(|unit| *unit == local) {
            self.unit = (!is_empty).then_some((index, 0));
        }
        match local {
            b"sheetData" => {
                if self.table != Table::Before {
                    return Err(ScanFault::SecondTable);
                }
                self.table = if is_empty {
                    Table::Behind(prefix.to_vec())
                } else {
                    Table::In(prefix.to_vec())
                };
                Ok(())
            }
            // Drawings after the table have rows and columns too, with another prefix.
            b"row" | b"c" if matches!(&self.table, Table::Behind(of) if of == prefix) => {
                Err(ScanFault::OutsideTable)
            }
            _ => Ok(()),
        }
    }

    fn is_in_cell(&self) -> bool {
        const CELL: usize = 0;
        self.unit.is_some_and(|(unit, _)| unit == CELL)
    }

    fn closes(&mut self, name: &[u8]) -> Result<(), ScanFault> {
        let (_, local) = name_of(name);
        self.nesting.close(name)?;
        self.value = self.value.closes(local)?;
        if self
            .unit
            .is_some_and(|(index, _)| UNITS.get(index).is_some_and(|unit| *unit == local))
        {
            self.unit = None;
        }
        if local == b"sheetData" {
            self.table = match std::mem::replace(&mut self.table, Table::Before) {
                Table::In(prefix) => Table::Behind(prefix),
                other => other,
            };
        }
        Ok(())
    }

    /// Counts bytes inside a cell or a text, including those of its tags.
    fn count_unit(&mut self, bytes: usize) -> Result<(), ScanFault> {
        const SHARED: usize = 1;
        const NAME: usize = 2;
        let Some((unit, length)) = &mut self.unit else {
            return Ok(());
        };
        *length += bytes;
        if *length > MAX_TOKEN {
            return Err(ScanFault::Unit);
        }
        match *unit {
            SHARED if self.state == State::Text => Ok(self.budget.text(bytes)?),
            NAME => Ok(self.budget.collect(bytes)?),
            _ => Ok(()),
        }
    }

    fn grow(&mut self, bytes: usize) -> Result<(), ScanFault> {
        self.length = self.length.saturating_add(bytes);
        if self.length > MAX_TOKEN {
            return Err(ScanFault::Token);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::budget::{MAX_COLLECTED, MAX_TEXTS, TEXT_PLACE};
    use super::*;

    /// Scans a text in pieces of this size.
    fn in_pieces(bytes: &[u8], size: usize) -> Result<(), ScanFault> {
        let mut scan = Scan::new();
        for piece in bytes.chunks(size.max(1)) {
            scan.take_in(piece)?;
        }
        scan.finish()
    }

    fn of(text: &str) -> Result<(), ScanFault> {
        let whole = in_pieces(text.as_bytes(), text.len());
        if text.len() < 1000 {
            for size in [1, 2, 7] {
                assert_eq!(in_pieces(text.as_bytes(), size), whole, "{text} by {size}");
            }
        }
        whole
    }

    fn sheet(rest: &str) -> String {
        format!(
            "<?xml version=\"1.0\"?>\n<worksheet><dimension ref=\"A1\"/><sheetData><row r=\"1\"><c r=\"A1\" \
             t='inlineStr'><is><t>a &gt; \"b\"</t></is></c></row></sheetData>{rest}</worksheet>"
        )
    }

    #[test]
    fn a_sheet_has_one_table_and_nothing_behind_it() {
        let drawing = "<controls><xdr:from><xdr:row>3</xdr:row><xdr:c/></xdr:from></controls><rowBreaks/>";
        let cases = [
            ("", Ok(())),
            (drawing, Ok(())),
            ("<!-- <sheetData> -->", Ok(())),
            ("<x><![CDATA[<sheetData><row>]]></x>", Ok(())),
            ("<x a=\"<row> > '\" b='\"<c>'/>", Ok(())),
            ("<sheetData/>", Err(ScanFault::SecondTable)),
            ("<x:sheetData></x:sheetData>", Err(ScanFault::SecondTable)),
            ("<row r=\"2\"/>", Err(ScanFault::OutsideTable)),
            ("<c/>", Err(ScanFault::OutsideTable)),
            ("</sheetData>", Err(ScanFault::Nesting(NestingFault::Mismatch))),
            ("<!DOCTYPE x>", Err(ScanFault::DocumentType)),
            ("<x a=\"", Err(ScanFault::CutOff)),
            ("<!-- <", Err(ScanFault::CutOff)),
        ];
        for (rest, expected) in cases {
            assert_eq!(of(&sheet(rest)), expected, "{rest}");
        }
        assert_eq!(of("<worksheet><sheetData/></worksheet>"), Ok(()));
        for (text, expected) in [
            ("", ScanFault::NotXml),
            (" \n", ScanFault::NotXml),
            ("\u{FEFF} PK", ScanFault::NotXml),
            ("<worksheet><sheetData><row>", ScanFault::CutOff),
        ] {
            assert_eq!(of(text), Err(expected), "{text}");
        }
        assert_eq!(of("\u{FEFF}\n<a/>"), Ok(()));
    }

    #[test]
    fn a_value_is_one_piece() {
        let cell = |kind: &str, inner: &str| {
            of(&format!(
                "<worksheet><sheetData><row><c r=\"A1\"{kind}>{inner}</c></row></sheetData></worksheet>"
            ))
        };
        let text = " t=\"str\"";
        for (kind, inner, expected) in [
            ("", "<v>123</v>", Ok(())),
            ("", "<f>A1&amp;B1</f><v>123</v>", Ok(())),
            ("", "<v/>", Ok(())),
            (text, "<v>A &amp; B</v>", Ok(())),
            (
                " t='inlineStr'",
                "<is><t>A<!-- --><![CDATA[ & ]]>B</t></is>",
                Ok(()),
            ),
            ("", "<v>1<!-- -->3</v>", Err(ScanFault::Value(ValueFault::Pieces))),
            ("", "<v>1<?p q?>3</v>", Err(ScanFault::Value(ValueFault::Pieces))),
            (
                "",
                "<v>1<![CDATA[2]]>3</v>",
                Err(ScanFault::Value(ValueFault::Pieces)),
            ),
            (
                text,
                "<v>1<![CDATA[2]]>3</v>",
                Err(ScanFault::Value(ValueFault::Pieces)),
            ),
            ("", "<v>1&#50;3</v>", Err(ScanFault::Value(ValueFault::Pieces))),
            (
                " t=\"s\"",
                "<v>0<![CDATA[1]]></v>",
                Err(ScanFault::Value(ValueFault::Pieces)),
            ),
            ("", "<v>1</v><v>2</v>", Err(ScanFault::Value(ValueFault::Pieces))),
            ("", "<v>1<b/>2</v>", Err(ScanFault::Value(ValueFault::Pieces))),
        ] {
            assert_eq!(cell(kind, inner), expected, "{kind} {inner}");
        }
    }

    #[test]
    fn nothing_takes_memory_without_bound() {
        let long = "x".repeat(MAX_TOKEN + 1);
        let pieces = "<t>y</t><!-- -->".repeat(MAX_TOKEN / 16 + 1);
        let texts = |count: usize, text: &str| {
            format!("<sst>{}</sst>", format!("<si><t>{text}</t></si>").repeat(count))
        };
        let of_each = usize::try_from(MAX_TEXTS / TEXT_PLACE).unwrap();
        let collected = usize::try_from(MAX_COLLECTED).unwrap();
        let cases = [
            (format!("<a>{long}</a>"), Err(ScanFault::Token)),
            (format!("<a b=\"{long}\"/>"), Err(ScanFault::Token)),
            (format!("<a><!--{long}--></a>"), Err(ScanFault::Token)),
            (format!("<a><![CDATA[{long}]]></a>"), Err(ScanFault::Token)),
            (format!("<a><?p {long}?></a>"), Err(ScanFault::Token)),
            (format!("<a {long}"), Err(ScanFault::Token)),
            (format!("<sheetData><c>{pieces}</c>"), Err(ScanFault::Unit)),
            (format!("<sst><si>{pieces}</si></sst>"), Err(ScanFault::Unit)),
            (format!("<a>{pieces}</a>"), Ok(())),
            (texts(of_each, ""), Ok(())),
            (texts(of_each + 1, ""), Err(ScanFault::Budget(OverBudget::Texts))),
            (texts(of_each, "x"), Err(ScanFault::Budget(OverBudget::Texts))),
            (format!("<sst count=\"9\" uniqueCount = '{of_each}'/>"), Ok(())),
            (
                "<sst uniqueCount=\"99999999999999999999999\"/>".to_owned(),
                Err(ScanFault::Budget(OverBudget::Texts)),
            ),
            (
                format!(
                    "<workbook>{}</workbook>",
                    format!("<sheet name=\"{}\"/>", "x".repeat(1 << 19)).repeat(33)
                ),
                Err(ScanFault::Budget(OverBudget::Collected)),
            ),
            (
                format!(
                    "<workbook>{}</workbook>",
                    format!("<definedName>{}</definedName>", "x".repeat(1 << 19)).repeat(33)
                ),
                Err(ScanFault::Budget(OverBudget::Collected)),
            ),
            (
                format!("<styleSheet>{}</styleSheet>", "<xf/>".repeat(collected)),
                Ok(()),
            ),
            (
                format!("<styleSheet>{}</styleSheet>", "<x:xf/>".repeat(collected + 1)),
                Err(ScanFault::Budget(OverBudget::Collected)),
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(of(&text), expected, "{}", text.get(..40).unwrap_or(&text));
        }
    }

    proptest! {
        #[test]
        fn the_pieces_do_not_matter(
            tokens in prop::collection::vec(prop::sample::select(vec![
                "<a>", "</a>", "<!--", "-->", "<![CDATA[", "]]>", "<?", "?>", "\"", "'", ">", "<", "/", "x", "<c ", "<row/>",
                "<sheetData>", "</sheetData>", "<si>", "</si>", "!", "-", "[", "\u{FEFF}",
            ]), 0..30),
            size in 1..9_usize,
        ) {
            let text = tokens.concat();
            prop_assert_eq!(in_pieces(text.as_bytes(), size), in_pieces(text.as_bytes(), text.len()));
        }
    }
}
