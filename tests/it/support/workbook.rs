//! Writes a minimal workbook: a zip archive of five parts.

use std::fmt::Write as _;
use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const CONTENT_TYPES: &str = r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"#;

const RELATIONSHIPS: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;

const WORKBOOK: &str = r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>"#;

const SHEETS: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;

/// A part of a workbook: a beginning, a repeated text, and an end.
#[derive(Default)]
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) beginning: String,
    pub(crate) again: String,
    pub(crate) times: usize,
    pub(crate) end: String,
}

/// Returns a workbook whose only sheet is this table of texts, comma-separated and without quotes.
pub(crate) fn workbook(table: &str) -> Vec<u8> {
    zip(&parts(table))
}

#[cfg(target_os = "linux")]
/// Returns the same workbook with another part, which replaces the part of the same name, if any.
pub(crate) fn workbook_with(table: &str, part: Part) -> Vec<u8> {
    let mut parts = parts(table);
    parts.retain(|other| other.name != part.name);
    parts.push(part);
    zip(&parts)
}

fn parts(table: &str) -> Vec<Part> {
    let mut sheet = r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>"#.to_owned();
    for (row, line) in (1..).zip(table.lines()) {
        write!(sheet, "<row r=\"{row}\">").unwrap();
        for (column, cell) in ('A'..).zip(line.split(',')) {
            let cell = format!("<c r=\"{column}{row}\" t=\"inlineStr\"><is><t>{cell}</t></is></c>");
            sheet.push_str(&cell);
        }
        sheet += "</row>";
    }
    sheet += "</sheetData></worksheet>";
    [
        ("[Content_Types].xml", CONTENT_TYPES),
        ("_rels/.rels", RELATIONSHIPS),
        ("xl/workbook.xml", WORKBOOK),
        ("xl/_rels/workbook.xml.rels", SHEETS),
        ("xl/worksheets/sheet1.xml", &sheet),
    ]
    .map(|(name, content)| Part {
        name: name.to_owned(),
        beginning: content.to_owned(),
        ..Part::default()
    })
    .into()
}

fn zip(parts: &[Part]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_level(Some(1));
    for part in parts {
        archive.start_file(part.name.as_str(), options).unwrap();
        archive.write_all(part.beginning.as_bytes()).unwrap();
        repeat(&part.again, part.times, &mut archive);
        archive.write_all(part.end.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// Writes a text many times, in few large pieces.
pub(crate) fn repeat(text: &str, times: usize, to: &mut impl Write) {
    let in_piece = (64 << 10) / text.len().max(1);
    let piece = text.repeat(in_piece);
    for _ in 0..times / in_piece.max(1) {
        to.write_all(piece.as_bytes()).unwrap();
    }
    to.write_all(text.repeat(times % in_piece.max(1)).as_bytes())
        .unwrap();
}
