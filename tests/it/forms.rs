//! The forms of a table that CRMs and spreadsheets write. The same calls are made for each.

use std::fs;
use std::io::Write;

use crate::support::{Answer, Call, Fake, Job};

/// A table with every Polish letter whose code differs between the encodings, as lines of fields.
const TABLE: [[&str; 3]; 4] = [
    ["id_respondent", "l1", "l2"],
    ["0012", "Zażółć gęślą jaźń", "Ślązak, Źródło"],
    ["13", "\"Ąbc\"", ""],
    ["14", "Łódź", "5\" rura"],
];

/// Returns the table as a text file.
fn text(delimiter: u8, line_end: csv::Terminator) -> String {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(delimiter)
        .terminator(line_end)
        .from_writer(Vec::new());
    for line in TABLE {
        writer.write_record(line).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

fn in_encoding(label: &str, text: &str) -> Vec<u8> {
    let encoding = encoding_rs::Encoding::for_label(label.as_bytes()).unwrap();
    let (bytes, _, lacking) = encoding.encode(text);
    assert!(!lacking, "{label}");
    bytes.into_owned()
}

fn utf16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(to_bytes).collect()
}

/// Returns what arrives of an input: id, `l1`, `l2`, in the order of the ids. Also returns standard
/// error.
fn sent(input: &[u8], flags: &str) -> (Vec<[String; 3]>, String) {
    let fake = Fake::start(|_| Answer::success());
    let ran = Job::run(input, &fake).args(flags).ends(0);
    let label = |call: &Call, name| call.get(name).unwrap_or_default().to_owned();
    let mut calls: Vec<_> = fake
        .calls()
        .iter()
        .map(|call| [call.respondent().to_owned(), label(call, "l1"), label(call, "l2")])
        .collect();
    calls.sort();
    (calls, ran.stderr)
}

fn arrives(input: &[u8], flags: &str, said: &str) {
    let (calls, stderr) = sent(input, flags);
    let expected: Vec<_> = TABLE[1..].iter().map(|line| line.map(str::to_owned)).collect();
    assert_eq!(calls, expected, "{stderr}");
    assert!(stderr.contains(said), "`{said}` is not in:\n{stderr}");
}

#[test]
fn every_encoding_and_delimiter_makes_the_same_calls() {
    let lf = csv::Terminator::Any(b'\n');
    let crlf = csv::Terminator::CRLF;
    let text_of = text;
    let polish = text_of(b';', crlf);
    let marked = format!("\u{FEFF}{polish}");
    let tabs = text_of(b'\t', crlf);
    arrives(polish.as_bytes(), "", "encoding UTF-8; delimiter `;`");
    arrives(marked.as_bytes(), "", "encoding UTF-8 (byte order mark)");
    for label in ["windows-1250", "iso-8859-2"] {
        let bytes = in_encoding(label, &polish);
        let said = format!(
            "encoding {} (guessed)",
            encoding_rs::Encoding::for_label(label.as_bytes()).unwrap().name()
        );
        arrives(&bytes, "", &said);
        arrives(&bytes, &format!("--encoding {label}"), "(given)");
    }
    arrives(
        &utf16(&format!("\u{FEFF}{tabs}"), u16::to_le_bytes),
        "",
        "encoding UTF-16LE (byte order mark); delimiter `tab`",
    );
    arrives(
        &utf16(&format!("\u{FEFF}{tabs}"), u16::to_be_bytes),
        "",
        "encoding UTF-16BE (byte order mark)",
    );
    arrives(
        &utf16(&tabs, u16::to_le_bytes),
        "",
        "encoding UTF-16LE (by its NUL bytes)",
    );
    arrives(
        &utf16(&tabs, u16::to_be_bytes),
        "",
        "encoding UTF-16BE (by its NUL bytes)",
    );
    for delimiter in [b',', b';', b'\t', b'|'] {
        arrives(text_of(delimiter, lf).as_bytes(), "", "delimiter `");
    }
    arrives(text_of(b'^', crlf).as_bytes(), "-d ^", "delimiter `^` (given)");
    let of_two_bytes = polish.replace(';', "§");
    arrives(of_two_bytes.as_bytes(), "-d §", "delimiter `§` (given)");
    arrives(
        &utf16(&of_two_bytes, u16::to_be_bytes),
        "-d §",
        "delimiter `§` (given)",
    );
    arrives(
        &in_encoding("windows-1250", &of_two_bytes),
        "-d § --encoding windows-1250",
        "delimiter `§` (given)",
    );
    arrives(
        text_of(b';', csv::Terminator::Any(b'\r')).as_bytes(),
        "",
        "delimiter `;`",
    );
}

#[test]
fn what_excel_adds_around_a_table_is_not_in_the_way() {
    let polish = text(b';', csv::Terminator::CRLF);
    arrives(
        format!("sep=;\r\n{polish}").as_bytes(),
        "",
        "delimiter `;` (its first line says so)",
    );
    arrives(
        format!("Raport \"miesięczny;;\r\n\r\n{polish};;\r\n;;\r\n").as_bytes(),
        "--skip-lines 2",
        "3 updated",
    );
    let wider = polish.replace("\r\n", ";;\r\n");
    arrives(wider.as_bytes(), "", "3 updated");
    // Delimiters after the last column, on some rows only.
    let ragged = polish.replace("rura\"\r\n", "rura\";; \r\n");
    assert_ne!(ragged, polish);
    arrives(ragged.as_bytes(), "", "3 updated");
}

#[test]
fn a_file_without_header_has_numbers_for_names() {
    let polish = text(b';', csv::Terminator::CRLF);
    let rows = polish.split_once('\n').unwrap().1;
    let flags = "--no-header --id-column 1 --map l1=2 --map l2=3";
    arrives(rows.as_bytes(), flags, "no header");
}

#[test]
fn the_failed_file_of_each_form_runs_again_with_the_same_flags() {
    let tabs = format!("\u{FEFF}{}", text(b'\t', csv::Terminator::CRLF));
    let polish = text(b';', csv::Terminator::CRLF);
    let rows = polish.split_once('\n').unwrap().1.to_owned();
    let cases: [(&str, Vec<u8>, &str); 6] = [
        ("-d §", polish.replace(';', "§").into_bytes(), "two bytes"),
        ("", utf16(&tabs, u16::to_le_bytes), "UTF-16"),
        ("", in_encoding("iso-8859-2", &polish), "ISO-8859-2"),
        ("", format!("sep=;\r\n{polish}").into_bytes(), "sep"),
        (
            "--skip-lines 2",
            format!("Raport\r\n\r\n{polish}").into_bytes(),
            "skipped",
        ),
        (
            "--no-header --id-column 1 --map l1=2 --map l2=3",
            rows.into_bytes(),
            "no header",
        ),
    ];
    for (flags, input, form) in cases {
        let fake = Fake::start(|_| Answer::error("zła grupa; § 5"));
        let job = Job::run(&input, &fake).args(flags);
        job.ends(1);
        let failed = job.bytes("in.failed.csv");
        if form == "UTF-16" {
            assert!(failed.starts_with(b"\xFF\xFEs\0y\0"), "UTF-16 again");
        }
        if flags.contains("skip") || form == "sep" {
            let end = input.iter().position(|byte| *byte == b'\n').unwrap();
            assert!(
                failed.starts_with(&input[..=end]),
                "what stood above the header stays there"
            );
        }
        arrives(&failed, flags, "3 updated");
    }
}

#[test]
fn rows_that_cannot_be_decoded_cost_themselves_alone_in_every_encoding() {
    let lone_half = |text: &str| {
        let mut bytes = utf16(text, u16::to_le_bytes);
        let at = bytes.iter().position(|byte| *byte == b'?').unwrap();
        bytes[at..at + 2].copy_from_slice(&[0x3D, 0xD8]);
        bytes
    };
    let cases = [
        (
            "UTF-16",
            lone_half("\u{FEFF}id_respondent\tl1\n1\tdobry\n2\tz?y\n"),
            "",
        ),
        (
            "ISO-8859-2",
            b"id_respondent;l1\n1;\xB6lad\n2;z\x9C\n".to_vec(),
            "--encoding latin2",
        ),
        (
            "UTF-8 in windows-1250",
            [
                in_encoding(
                    "windows-1250",
                    &format!("id_respondent;l1\n{}", "1;gęślą jaźń\n".repeat(9)),
                ),
                "2;ł\n".as_bytes().to_vec(),
            ]
            .concat(),
            "",
        ),
    ];
    for (form, input, flags) in cases {
        let fake = Fake::start(|_| Answer::success());
        let job = Job::run(&input, &fake).args(flags);
        job.ends(1);
        let lines = job.lines("in.results.csv");
        let (last, others) = lines.split_last().unwrap();
        assert!(last.contains(",2,7,invalid,encoding,"), "{form}: {last}");
        assert!(
            others.iter().all(|line| line.contains(",success,")),
            "{form}: {lines:?}"
        );
        assert!(fake.calls().iter().all(|call| call.respondent() == "1"));
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn archives_are_told_by_their_content_in_a_file_and_on_standard_input() {
    let polish = text(b';', csv::Terminator::CRLF);
    let latin = in_encoding("windows-1250", &polish);
    let zstd = |bytes: &[u8]| zstd::encode_all(bytes, 0).unwrap();
    arrives(&gzip(&latin), "", "gzip; encoding windows-1250 (guessed)");
    arrives(
        &zstd(polish.as_bytes()),
        "",
        "zstd; encoding UTF-8; delimiter `;`",
    );
    for packed in [gzip(polish.as_bytes()), zstd(polish.as_bytes())] {
        let fake = Fake::start(|_| Answer::success());
        let job = Job::run("", &fake)
            .instead_of("in.csv", "-")
            .args("-o out.csv")
            .stdin(packed);
        job.ends(0);
        assert_eq!(fake.calls().len(), 3);
    }
}

#[test]
fn the_failed_file_of_an_archive_or_a_workbook_is_a_plain_file() {
    let polish = text(b';', csv::Terminator::CRLF);
    let fake = Fake::start(|_| Answer::error("zła grupa; § 5"));
    let job = Job::run("", &fake)
        .instead_of("in.csv", "in.csv.gz")
        .file("in.csv.gz", gzip(&in_encoding("windows-1250", &polish)));
    job.ends(1);
    let failed = job.bytes("in.failed.csv");
    assert!(
        failed.windows(6).any(|bytes| bytes == b"Za\xBF\xF3\xB3\xE6"),
        "windows-1250, unpacked"
    );
    arrives(&failed, "", "windows-1250");

    let workbook = fs::read(format!(
        "{}/tests/corpus/made/calc.xlsx",
        env!("CARGO_MANIFEST_DIR")
    ))
    .unwrap();
    let mapping = [
        ("--id-column", "Id respondenta"),
        ("--map", "l1=Imię i nazwisko"),
        ("--map", "l3=Ostatni kontakt"),
    ];
    let job = Job::run("", &fake)
        .instead_of("in.csv", "in.xlsx")
        .pairs(&mapping)
        .file("in.xlsx", workbook);
    let ran = job.ends(1);
    assert!(
        ran.stderr.contains("sheet `Kontakty` (not read: `Notatki`"),
        "{}",
        ran.stderr
    );
    let failed = job.text("in.failed.csv");
    assert!(
        failed
            .contains("\n2,fix,rejected: zła grupa; § 5,001012,Zażółć Gęślą-Jaźń,Złoty klient,24.11.2026,9,"),
        "{failed}"
    );
    let again = Fake::start(|_| Answer::success());
    Job::run(&failed, &again).pairs(&mapping).ends(0);
    assert_eq!(again.calls().len(), 4);
}

#[test]
fn what_cannot_be_a_table_is_refused_with_what_to_do() {
    let refused = |name: &str, content: &[u8], flags: &str, said: &str| {
        let fake = Fake::start(|_| Answer::success());
        let job = Job::run("", &fake)
            .instead_of("in.csv", name)
            .args(flags)
            .file(name, content);
        let ran = job.ends(3);
        assert!(ran.stderr.contains(said), "`{said}` is not in:\n{}", ran.stderr);
        assert_eq!(fake.calls().len(), 0);
    };
    let polish = text(b';', csv::Terminator::CRLF);
    let packed = gzip(polish.as_bytes());
    refused(
        "in.gz",
        &packed[..packed.len() - 3],
        "",
        "the gzip archive is cut off",
    );
    refused("in.gz", &gzip(&packed), "", "unpack it first");
    refused(
        "in.xlsx",
        b"PK\x03\x04 and nothing",
        "",
        "cut short: get it once more",
    );
    let workbook = fs::read(format!(
        "{}/tests/corpus/made/calc.xlsx",
        env!("CARGO_MANIFEST_DIR")
    ))
    .unwrap();
    refused(
        "in.xlsx",
        &workbook,
        "--sheet Leady",
        "its sheets are `Kontakty`, `Notatki`",
    );
    refused(
        "in.xlsx",
        &workbook,
        "--encoding utf-8",
        "`--encoding` says nothing about",
    );
    refused(
        "in.xlsx",
        &workbook[..workbook.len() / 2],
        "",
        "cut short: get it once more",
    );
}
