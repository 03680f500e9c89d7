//! Damaged or hostile workbooks: refused, or read without any difference.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use std::path::Path;

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::fuzzing::records_of;
use crate::read::InputError;

const RELATIONSHIPS: &str = r#"<Relationships><Relationship Id="r1" Type="x/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const WORKBOOK: &str = r#"<workbook xmlns:r="r"><sheets><sheet name="A" sheetId="1" r:id="r1"/><sheet name="B" sheetId="2" r:id="r2"/></sheets></workbook>"#;
const SHEETS: &str = r#"<Relationships><Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="x/worksheet" Target="worksheets/sheet2.xml"/></Relationships>"#;
/// Format 1 shows five digits.
const STYLES: &str = r#"<styleSheet><numFmts count="1"><numFmt numFmtId="164" formatCode="00000"/></numFmts><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>"#;

/// The parts of a workbook with shared texts, formats and a second sheet.
struct Parts(Vec<(&'static str, Vec<u8>)>);

impl Parts {
    fn new(rows: u32) -> Self {
        let mut sheet = "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c></row>".to_owned();
        for row in 2..rows + 2 {
            write!(
                sheet,
                "<row r=\"{row}\"><c r=\"A{row}\" s=\"1\"><v>{row}</v></c><c r=\"B{row}\" t=\"s\"><v>{}</v></c></row>",
                2 + row % 3
            )
            .unwrap();
        }
        sheet += "</sheetData></worksheet>";
        let texts = ["id_respondent", "l1", "Złoty", "Nowy klient", "VIP"]
            .map(|text| format!("<si><t>{text}</t></si>"));
        let noise: Vec<u8> = (0..600_u32).map(|at| (at * at % 251) as u8).collect();
        Self(vec![
            ("[Content_Types].xml", b"<Types/>".to_vec()),
            ("_rels/.rels", RELATIONSHIPS.into()),
            ("xl/workbook.xml", WORKBOOK.into()),
            ("xl/_rels/workbook.xml.rels", SHEETS.into()),
            ("xl/worksheets/sheet1.xml", sheet.into()),
            (
                "xl/worksheets/sheet2.xml",
                b"<worksheet><sheetData/></worksheet>".to_vec(),
            ),
            (
                "xl/sharedStrings.xml",
                format!("<sst uniqueCount=\"5\">{}</sst>", texts.concat()).into(),
            ),
            ("xl/styles.xml", STYLES.into()),
            ("xl/media/image1.png", noise),
        ])
    }

    /// Replaces the content of a part.
    fn with(mut self, name: &str, content: impl Into<Vec<u8>>) -> Self {
        let part = self.0.iter_mut().find(|(other, _)| *other == name);
        part.unwrap().1 = content.into();
        self
    }

    /// Adds a part.
    fn and(mut self, name: &'static str, content: impl Into<Vec<u8>>) -> Self {
        self.0.push((name, content.into()));
        self
    }

    fn packed(&self) -> Vec<u8> {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in &self.0 {
            archive.start_file(*name, SimpleFileOptions::default()).unwrap();
            archive.write_all(content).unwrap();
        }
        archive.finish().unwrap().into_inner()
    }
}

/// Returns all records of a workbook's first sheet, with two reads like in the program.
fn rows(folder: &Path, workbook: &[u8]) -> Result<Vec<Vec<u8>>, InputError> {
    let path = folder.join("a.xlsx");
    std::fs::write(&path, workbook).unwrap();
    records_of(&path)
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().unwrap())
}

/// The error of a workbook, as text.
fn fault(workbook: &[u8]) -> String {
    rows(folder().path(), workbook).unwrap_err().to_string()
}

#[test]
fn a_workbook_that_is_damaged_anywhere_is_refused_or_read_as_it_was() {
    let folder = folder();
    let whole = Parts::new(40).packed();
    let expected = rows(folder.path(), &whole).unwrap();
    assert_eq!(expected.len(), 40);
    assert_eq!(expected[0], b"00002,VIP\n");
    let mut chance = fastrand::Rng::with_seed(1);
    let mut refused = 0;
    for number in 0..1500 {
        let mut damaged = whole.clone();
        match number % 3 {
            0 => damaged.truncate(chance.usize(..whole.len())),
            1 => damaged[chance.usize(..whole.len())] ^= 1 << chance.u8(..8),
            // The end holds the directory, where a flipped bit has the most effect.
            _ => {
                let at = whole.len() - 1 - chance.usize(..700);
                damaged[at] ^= 1 << chance.u8(..8);
            }
        }
        match rows(folder.path(), &damaged) {
            Ok(rows) => assert_eq!(rows, expected, "case {number}"),
            Err(_) => refused += 1,
        }
    }
    assert!(refused > 1000, "{refused}");
}

#[test]
fn a_digit_that_flips_in_an_id_is_found_by_the_checksum() {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, content) in Parts::new(3).0 {
        archive.start_file(name, stored).unwrap();
        archive.write_all(&content).unwrap();
    }
    let mut workbook = archive.finish().unwrap().into_inner();
    let at = memchr::memmem::find(&workbook, b"<v>3</v>").unwrap() + 3;
    workbook[at] = b'7';
    assert_eq!(
        fault(&workbook),
        "the workbook is damaged (`xl/worksheets/sheet1.xml` in it: Invalid checksum): get it once more, or open it in Excel \
         and save it anew"
    );
}

/// openpyxl packs a picture that appears twice in a sheet in this way.
#[test]
fn a_picture_may_be_packed_twice_and_a_part_that_is_read_may_not() {
    let twice = |name: &str| {
        let mut parts = Parts::new(3);
        let content = parts
            .0
            .iter()
            .find(|(other, _)| *other == name)
            .unwrap()
            .1
            .clone();
        // The writer refuses a known name, so the second entry is renamed in the bytes.
        let other = name.replace("xl", "xx");
        parts.0.push((Box::leak(other.clone().into_boxed_str()), content));
        let mut packed = parts.packed();
        while let Some(at) = memchr::memmem::find(&packed, other.as_bytes()) {
            packed[at..at + name.len()].copy_from_slice(name.as_bytes());
        }
        packed
    };
    assert_eq!(
        rows(folder().path(), &twice("xl/media/image1.png"))
            .unwrap()
            .len(),
        3
    );
    for part in [
        "xl/worksheets/sheet1.xml",
        "xl/sharedStrings.xml",
        "xl/styles.xml",
    ] {
        assert!(fault(&twice(part)).contains("it is there twice"), "{part}");
    }
}

#[test]
fn a_part_that_nobody_reads_may_be_anything() {
    let odd = Parts::new(3)
        .with("xl/worksheets/sheet2.xml", "<!DOCTYPE x>")
        .with("[Content_Types].xml", "");
    assert_eq!(rows(folder().path(), &odd.packed()).unwrap().len(), 3);
}

#[test]
fn hostile_parts_are_refused_by_their_names() {
    let sheet = |rest: &str| {
        format!(
            "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"str\"><v>id_respondent</v></c></row>{rest}"
        )
    };
    let long = "x".repeat(2 << 20);
    let cases = [
        (
            "xl/worksheets/sheet1.xml",
            sheet("</sheetData><sheetData></sheetData></worksheet>"),
            "a second table",
        ),
        (
            "xl/worksheets/sheet1.xml",
            sheet("</sheetData><row r=\"2\"/></worksheet>"),
            "cells outside its table",
        ),
        (
            "xl/worksheets/sheet1.xml",
            sheet(&format!(
                "<row><c t=\"str\"><v>{long}</v></c></row></sheetData></worksheet>"
            )),
            "longer than 1 MiB",
        ),
        (
            "xl/worksheets/sheet1.xml",
            sheet(&format!("<row x=\"{long}\"/></sheetData></worksheet>")),
            "longer than 1 MiB",
        ),
        ("xl/worksheets/sheet1.xml", sheet(""), "it ends in the middle"),
        (
            "xl/worksheets/sheet1.xml",
            sheet("<row r=\"2\"><c r=\"A2\" t=\"s\"><v> 2 </v></c></row></sheetData></worksheet>"),
            "names its text by what is no number",
        ),
        (
            "xl/worksheets/sheet1.xml",
            sheet("<row r=\"2\"><c r=\"A2\" s=\" 1 \"><v>2</v></c></row></sheetData></worksheet>"),
            "a tag `c` in it has a `s` that means nothing",
        ),
        (
            "xl/worksheets/sheet1.xml",
            sheet("<row r=\"2\"><c r=\"A2\"><v> 2</v></c></row></sheetData></worksheet>"),
            "white space around it",
        ),
        (
            "xl/worksheets/sheet1.xml",
            sheet("<row r=\"2\"></c></row></sheetData></worksheet>"),
            "its tags do not close each other",
        ),
        (
            "xl/_rels/workbook.xml.rels",
            "<Relationships><Relationship Id=\"rId1\" Target=\"a\"/><Relationship Id=\"rId1\" Target=\"b\"/></Relationships>"
                .to_owned(),
            "the same id",
        ),
        (
            "xl/_rels/workbook.xml.rels",
            "<Relationships><Relationship Id=\"rId1\" Type=\"x/sharedStrings\" Target=\"sst2.xml\"/></Relationships>".to_owned(),
            "a tag `Relationship` in it has a `Target` that means nothing",
        ),
        (
            "xl/worksheets/sheet1.xml",
            "id_respondent,l1".to_owned(),
            "it is not XML",
        ),
        (
            "xl/sharedStrings.xml",
            "<sst uniqueCount=\"999999999999\"></sst>".to_owned(),
            "more than 64 MiB",
        ),
        (
            "xl/sharedStrings.xml",
            format!("<sst>{}</sst>", "<si/>".repeat(3_000_000)),
            "more than 64 MiB",
        ),
        (
            "xl/styles.xml",
            format!(
                "<styleSheet><cellXfs>{}</cellXfs></styleSheet>",
                "<xf/>".repeat(300_000)
            ),
            "262144 formats",
        ),
        (
            "xl/workbook.xml",
            format!("<workbook><definedName name=\"a\">{}", "<a>x</a>".repeat(1 << 18)),
            "longer than 1 MiB",
        ),
        (
            "_rels/.rels",
            format!("<Relationships><Relationship Id=\"{long}\"/>"),
            "longer than 1 MiB",
        ),
    ];
    for (part, content, expected) in cases {
        let told = fault(&Parts::new(3).with(part, content).packed());
        assert!(told.contains(part) && told.contains(expected), "{told}");
    }
}

#[test]
fn two_parts_that_the_library_takes_for_one_are_refused() {
    for twin in ["xl/worksheets/Sheet1.xml", "xl\\worksheets\\sheet1.xml"] {
        let told = fault(&Parts::new(3).and(twin, "<worksheet/>").packed());
        assert!(told.contains("is in it twice"), "{told}");
    }
}
