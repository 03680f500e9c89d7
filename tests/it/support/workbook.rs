//! The smallest workbook that is one: a zip archive of five parts, none of them compressed.

use std::fmt::Write;

const CONTENT_TYPES: &str = r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"#;

const RELATIONSHIPS: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;

const WORKBOOK: &str = r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>"#;

const SHEETS: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;

/// A workbook whose one sheet is this table of texts, comma-separated and without quotes.
pub(crate) fn workbook(table: &str) -> Vec<u8> {
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
    zip(&[
        ("[Content_Types].xml", CONTENT_TYPES),
        ("_rels/.rels", RELATIONSHIPS),
        ("xl/workbook.xml", WORKBOOK),
        ("xl/_rels/workbook.xml.rels", SHEETS),
        ("xl/worksheets/sheet1.xml", &sheet),
    ])
}

fn zip(parts: &[(&str, &str)]) -> Vec<u8> {
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in parts {
        let mut sum = flate2::Crc::new();
        sum.update(content.as_bytes());
        let at = long(archive.len());
        // Version, flags, method (stored), time, date; checksum, both lengths; lengths of the name and of what is extra.
        let fields = [
            [20, 0, 0, 0, 0x21].map(short).as_flattened(),
            &sum.sum().to_le_bytes(),
            [content.len(), content.len()].map(long).as_flattened(),
            [name.len(), 0].map(short).as_flattened(),
        ]
        .concat();
        archive.extend(
            [
                b"PK\x03\x04",
                fields.as_slice(),
                name.as_bytes(),
                content.as_bytes(),
            ]
            .concat(),
        );
        directory.extend(
            [
                b"PK\x01\x02\x14\0",
                fields.as_slice(),
                &[0; 10],
                &at,
                name.as_bytes(),
            ]
            .concat(),
        );
    }
    let counts = [0, 0, parts.len(), parts.len()].map(short);
    let places = [directory.len(), archive.len()].map(long);
    [
        archive.as_slice(),
        &directory,
        b"PK\x05\x06",
        counts.as_flattened(),
        places.as_flattened(),
        &[0, 0],
    ]
    .concat()
}

fn short(number: usize) -> [u8; 2] {
    u16::try_from(number).unwrap().to_le_bytes()
}

fn long(number: usize) -> [u8; 4] {
    u32::try_from(number).unwrap().to_le_bytes()
}
