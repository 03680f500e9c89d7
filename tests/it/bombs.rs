//! Small inputs that would take gigabytes of memory or minutes: they are refused (exit 3) with
//! little memory and in little time.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::support::{Job, Part, repeat, workbook_with};

/// Address space limit of the program in KiB, including all libraries and threads.
const MEMORY: u32 = 256 << 10;

/// Checks an input under the memory limit, and expects an error with these words.
fn refused(name: &str, input: &[u8], expected: &str) {
    assert!(input.len() < 4 << 20, "{name} is no bomb: {} bytes", input.len());
    let ran = Job::new(&format!("check {name} --survey 7"))
        .file(name, input)
        .through_shell(&format!("ulimit -v {MEMORY}; exec \"$0\" \"$@\""))
        .ends(3);
    assert!(ran.stderr.contains(expected), "{}", ran.stderr);
}

/// Compresses a beginning, a content that is repeated `times` times, and an end.
fn packed(beginning: &str, again: &str, times: usize, end: &str) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(beginning.as_bytes()).unwrap();
    repeat(again, times, &mut packed);
    packed.write_all(end.as_bytes()).unwrap();
    packed.finish().unwrap()
}

#[test]
fn a_table_that_unpacks_without_end() {
    const LONG: usize = 256 << 20;
    let header = "id_respondent,l1\n";
    refused(
        "columns.csv.gz",
        &packed("id_respondent,l1", ",x", 3 << 20, "\n1,x\n"),
        "line 1: the header has more than 16384 columns",
    );
    refused(
        "record.csv.gz",
        &packed(header, "x", LONG, "\n"),
        "a record over 8 MiB",
    );
    refused(
        "quoted.csv.gz",
        &packed(&format!("{header}1,\""), "x\n", LONG / 2, "\"\n"),
        "a record over 8 MiB",
    );
    for blank in ["\n", "\r", ", \r\n"] {
        refused(
            "blank.csv.gz",
            &packed(header, blank, LONG / blank.len(), "1,x\n"),
            "more than 1048576 blank records in a row",
        );
    }
    let zstd = zstd::encode_all(
        format!("id_respondent,l1{}\n1,x\n", ",x".repeat(3 << 20)).as_bytes(),
        19,
    );
    refused("columns.csv.zst", &zstd.unwrap(), "more than 16384 columns");
}

#[test]
fn a_record_of_millions_of_fields_is_one_wrong_row() {
    let long = format!("id_respondent,l1\n1,x\n2{}\n3,z\n", ",y".repeat(3 << 20));
    let ran = Job::new("check in.csv --survey 7")
        .file("in.csv", long)
        .through_shell(&format!("ulimit -v {MEMORY}; exec \"$0\" \"$@\""))
        .ends(1);
    assert!(
        ran.stdout.contains("more fields than the header"),
        "{}{}",
        ran.stdout,
        ran.stderr
    );
}

#[test]
fn a_workbook_that_unpacks_without_end() {
    const LONG: usize = 300 << 20;
    let sheet = "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"str\"><v>";
    let inline = "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>";
    let cases = [
        (
            "xl/worksheets/sheet1.xml",
            (sheet, "x", LONG, "</v></c>"),
            "longer than 1 MiB",
        ),
        (
            "xl/worksheets/sheet1.xml",
            (sheet, "&#120;", LONG / 6, "</v></c>"),
            "longer than 1 MiB",
        ),
        (
            "xl/worksheets/sheet1.xml",
            (inline, "x<!---->", LONG / 8, "</t></is></c>"),
            "longer than 1 MiB",
        ),
        (
            "xl/worksheets/sheet1.xml",
            ("<worksheet a=\"", "x", LONG, "\"/>"),
            "longer than 1 MiB",
        ),
        (
            "xl/worksheets/sheet1.xml",
            ("<worksheet><!--", "x", LONG, "-->"),
            "longer than 1 MiB",
        ),
        (
            "xl/worksheets/sheet1.xml",
            ("<?xml", " ", LONG, "?>"),
            "longer than 1 MiB",
        ),
        (
            "xl/worksheets/sheet1.xml",
            ("", " ", LONG, "<worksheet/>"),
            "longer than 1 MiB",
        ),
        (
            "xl/sharedStrings.xml",
            ("<sst>", "<si><t>abcdefgh</t></si>", LONG / 24, "</sst>"),
            "more than 64 MiB",
        ),
        (
            "xl/sharedStrings.xml",
            ("<sst>", "<si/>", LONG / 5, "</sst>"),
            "more than 64 MiB",
        ),
        (
            "xl/sharedStrings.xml",
            ("<sst uniqueCount=\"4000000000\">", " ", 9, "</sst>"),
            "more than 64 MiB",
        ),
        (
            "xl/styles.xml",
            (
                "<styleSheet><cellXfs>",
                "<xf/>",
                LONG / 5,
                "</cellXfs></styleSheet>",
            ),
            "formats",
        ),
        (
            "xl/workbook.xml",
            ("<workbook>", "<sheet name=\"a\"/>", LONG / 17, "</workbook>"),
            "formats, names or sheets",
        ),
        (
            "_rels/.rels",
            (
                "<Relationships>",
                "<Relationship/>",
                LONG / 15,
                "</Relationships>",
            ),
            "formats, names or sheets",
        ),
    ];
    for (name, content, expected) in cases {
        refuses_part(name, content, expected);
    }
}

#[test]
fn tags_that_open_without_end() {
    const MANY: usize = 60 << 20;
    for (name, content) in [
        (
            "xl/worksheets/sheet1.xml",
            ("<worksheet><sheetData>", "<row>", MANY, ""),
        ),
        ("xl/sharedStrings.xml", ("<sst>", "<b>", MANY, "")),
        ("xl/workbook.xml", ("<workbook>", "<b>", MANY, "")),
    ] {
        refuses_part(name, content, "open at once");
    }
}

/// Expects a workbook with this part to be refused. The part is a beginning, a repeated text with
/// its count, and an end.
fn refuses_part(name: &str, (beginning, again, times, end): (&str, &str, usize, &str), expected: &str) {
    let part = Part {
        name: name.to_owned(),
        beginning: beginning.to_owned(),
        again: again.to_owned(),
        times,
        end: end.to_owned(),
    };
    refused(
        "in.xlsx",
        &workbook_with("id_respondent,l1\n1,x\n", part),
        expected,
    );
}
