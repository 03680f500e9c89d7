//! The functions that the fuzz targets in `tests/fuzz` call. For any bytes nothing panics and the
//! invariants hold. Compiled for the fuzz targets and for tests only.

#![cfg_attr(
    not(fuzzing),
    expect(unreachable_pub, reason = "reached from outside by the fuzz targets")
)]

use std::io::Write as _;
use std::path::Path;
use std::time::SystemTime;

use super::model::ValueFrom;
use super::plan::{BlankId, EmptyPolicy, PlanPolicy, PlanSettings, Planner, Selection};
use super::read::{FirstRead, Input, InputError, Kept, ReadOptions, Rows, Source, SurveyColumn, Wanted};
use super::record;
use super::send;

/// Reads a workbook. The first byte selects a part of it, and the other bytes are that part's
/// content; or all bytes are the workbook. `folder` is for its file. The fuzzer limits the memory
/// (`-rss_limit_mb`, `-malloc_limit_mb`).
///
/// # Panics
///
/// If a later read yields other rows than the first.
pub fn workbook(bytes: &[u8], folder: &Path) {
    const PARTS: [(&str, &str); 6] = [
        (
            "_rels/.rels",
            r#"<Relationships><Relationship Id="r1" Type="x/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
        ),
        (
            "xl/workbook.xml",
            r#"<workbook><sheets><sheet name="A" sheetId="1" r:id="r1"/></sheets></workbook>"#,
        ),
        (
            "xl/_rels/workbook.xml.rels",
            r#"<Relationships><Relationship Id="r1" Type="x/worksheet" Target="sheet.xml"/></Relationships>"#,
        ),
        (
            "xl/styles.xml",
            r#"<styleSheet><numFmts><numFmt numFmtId="164" formatCode="00000"/></numFmts><cellXfs><xf numFmtId="164"/></cellXfs></styleSheet>"#,
        ),
        (
            "xl/sharedStrings.xml",
            "<sst><si><t>id_respondent</t></si><si><t>l1</t></si></sst>",
        ),
        (
            "xl/sheet.xml",
            r#"<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row><row r="2"><c r="A2" s="0"><v>7</v></c></row></sheetData></worksheet>"#,
        ),
    ];
    let Some((which, content)) = bytes.split_first() else {
        return;
    };
    let file = if usize::from(*which) < PARTS.len() {
        let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (number, (name, usual)) in PARTS.iter().enumerate() {
            let part = if number == usize::from(*which) {
                content
            } else {
                usual.as_bytes()
            };
            let options = zip::write::SimpleFileOptions::default();
            let written = archive
                .start_file(*name, options)
                .map(|()| archive.write_all(part));
            if !matches!(written, Ok(Ok(()))) {
                return;
            }
        }
        match archive.finish() {
            Ok(archive) => archive.into_inner(),
            Err(_) => return,
        }
    } else {
        content.to_vec()
    };
    let path = folder.join("a.xlsx");
    if std::fs::write(&path, file).is_err() {
        return;
    }
    let Ok(first) = records_of(&path) else { return };
    let again = records_of(&path).unwrap_or_default();
    assert!(first == again, "the same file has other rows");
}

/// Returns all records of a workbook, by two reads as in the program.
pub(crate) fn records_of(path: &Path) -> Result<Vec<Vec<u8>>, InputError> {
    let mut source = Source::open(&Input::File(path.to_owned()))?;
    let contents = source.contents(None, 0)?;
    let options = contents.container.options(ReadOptions::default())?;
    let first = FirstRead::of_file(contents.bytes, options);
    let first = source.settle(first)?;
    let mut rows = Rows::new(source.contents(None, 0)?.bytes, &first)?;
    let mut records = Vec::new();
    while let Some(row) = rows.next()? {
        records.push(row.record.to_vec());
    }
    rows.finish()?;
    Ok(records)
}

/// Takes an input from its first byte to its plans, with each combination of dialect, reader and
/// planner.
///
/// # Panics
///
/// If the second read differs from the counts of the first, or a record is not part of the input.
pub fn input(bytes: &[u8]) {
    let usual = ReadOptions::default();
    let in_encoding = |label: &str| ReadOptions {
        encoding: label.parse().ok(),
        ..usual
    };
    let ways = [
        usual,
        ReadOptions {
            no_header: true,
            ..usual
        },
        ReadOptions {
            skip_lines: 1,
            one_column: true,
            ..usual
        },
        ReadOptions {
            delimiter: "§".parse().ok(),
            ..usual
        },
        in_encoding("windows-1250"),
        in_encoding("utf-16"),
    ];
    for options in ways {
        input_as(bytes, options);
    }
}

fn input_as(bytes: &[u8], options: ReadOptions) {
    let Ok(first) = FirstRead::of_file(bytes, options) else {
        return;
    };
    let (respondent, label) = if first.has_header {
        ("id_respondent", "l1")
    } else {
        ("1", "2")
    };
    let wanted = Wanted {
        respondent: respondent.to_owned(),
        by_address: false,
        survey: SurveyColumn::IfPresent("id_survey"),
        labels: "l1"
            .parse()
            .ok()
            .map(|name| vec![(name, ValueFrom::Column(label.to_owned()))]),
        constants: Vec::new(),
        kept: Kept::All,
    };
    let Ok(layout) = first.columns.resolve(&wanted) else {
        return;
    };
    let settings = PlanSettings {
        policy: PlanPolicy {
            empty: EmptyPolicy::Send,
            blank_id: BlankId::Skip,
            skips_unknown: false,
            selection: Selection::new(None, None),
        },
        max_query_bytes: Some(8000),
        survey: Some("7".to_owned()),
        table: None,
        members: None,
        believed: Vec::new(),
        last_rows: None,
        differing: None,
        overtaken: None,
        excluded: None,
        fault_text: super::text::fault_text(super::model::Lang::En),
    };
    let mut planner = Planner::new(settings, layout);
    let Ok(mut rows) = Rows::new(bytes, &first) else {
        return;
    };
    let mut next = 0;
    let mut byte = 0;
    while let Ok(Some(row)) = rows.next() {
        assert_eq!(row.sequence, next);
        assert!(row.position.byte >= byte, "records do not overlap");
        byte = row.position.byte + row.record.len() as u64;
        next += 1;
        let in_file = first.dialect.to_file(row.record);
        assert!(memchr::memmem::find(bytes, &in_file).is_some(), "byte for byte");
        if first.dialect.stands_for.is_none() && !first.dialect.encoding.is_utf16() {
            let at = usize::try_from(row.position.byte).unwrap_or(usize::MAX);
            assert_eq!(
                bytes.get(at..at + row.record.len()),
                Some(row.record),
                "where it says"
            );
        }
        let plan = planner.plan_row(&row);
        assert!(plan.slots() > 0);
    }
    let end = rows.finish();
    assert_eq!(
        end.ok().map(|end| end.rows),
        first.totals.map(|totals| totals.rows),
        "the second read finds what the first one counted"
    );
}

/// Classifies an answer whose status, headers and body come from the bytes.
///
/// # Panics
///
/// If anything but a 2xx with one `type` is a success.
pub fn answer(bytes: &[u8]) {
    let (status, rest) = bytes.split_at(bytes.len().min(2));
    let (headers, body) = rest.split_at(rest.len().min(40));
    let status = 100
        + status
            .iter()
            .fold(0, |sum, byte| (sum * 256 + u16::from(*byte)) % 900);
    let header = String::from_utf8_lossy(headers).into_owned();
    send::fuzzed_answer(status, header, body, SystemTime::UNIX_EPOCH);
}

/// Writes a journal as the bytes say, cuts and damages it as they say, and reads it again. `folder`
/// must be empty.
///
/// # Panics
///
/// If a verdict is invented, or a verdict before the damage is lost.
pub fn journal(bytes: &[u8], folder: &Path) {
    record::fuzzed_journal(bytes, folder);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Generates bytes that look like an input.
    fn like_csv() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            Just(b"id_respondent".to_vec()),
            Just(b"l1".to_vec()),
            Just(b",".to_vec()),
            Just(b";".to_vec()),
            Just(b"\n".to_vec()),
            Just(b"\r\n".to_vec()),
            Just(b"\"".to_vec()),
            Just(b"17".to_vec()),
            Just("ż".as_bytes().to_vec()),
            proptest::collection::vec(any::<u8>(), 0..4),
        ];
        proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn any_input(rest in like_csv()) {
            input(&rest);
            input(&[b"id_respondent,l1\n".as_slice(), &rest].concat());
        }

        #[test]
        fn any_workbook(which in 0..8_u8, pieces in proptest::collection::vec(prop::sample::select(vec![
            "<worksheet>", "<sheetData>", "<row r=\"1\">", "<c r=\"A1\" t=\"s\">", "<c>", "<v>0</v>", "<v>", "</v>", "</c>", "</row>",
            "</sheetData>", "</worksheet>", "<sst>", "<si><t>x</t></si>", "</sst>", "<!-- -->", "<![CDATA[1]]>", "&#49;", "7", "\u{FEFF}",
        ]), 0..20)) {
            let folder = tempfile::tempdir().unwrap();
            workbook(&[&[which], pieces.concat().as_bytes()].concat(), folder.path());
        }

        #[test]
        fn any_answer(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            answer(&bytes);
        }

        #[test]
        fn any_journal(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let folder = tempfile::tempdir().unwrap();
            journal(&bytes, folder.path());
        }
    }
}
