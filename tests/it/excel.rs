//! `--excel`: files that a Polish Excel shows correctly on a double click, and files that it has
//! saved.

use std::fs;

use crate::support::{Answer, Fake, Job};

const CRM: &str =
    "id_respondent,Imię,Uwagi\n0012,Żółć,\"a; b, \"\"c\"\"\"\nx1,Łódź,\"dwie\nlinie\"\n14,Ślązak,\n";

fn failed(input: &[u8], flags: &str) -> (Job, Vec<u8>) {
    let fake = Fake::start(|call| match call.respondent() {
        "14" => Answer::success(),
        _ => Answer::error("zła; grupa"),
    });
    let job = Job::run(input, &fake)
        .args("--excel --map l1=Imię --keep uwagi -c 1")
        .args(flags);
    job.ends(1);
    let failed = job.bytes("in.failed.csv");
    (job, failed)
}

/// Returns the calls that arrive when a failed file is run again.
fn arrives(file: &[u8], name: &str) -> Vec<String> {
    let fake = Fake::start(|_| Answer::success());
    let job = Job::run("", &fake)
        .instead_of("in.csv", name)
        .args("--map l1=Imię -c 1")
        .file(name, file);
    job.ends(0);
    let of =
        |call: &crate::support::Call| format!("{}={}", call.respondent(), call.get("l1").unwrap_or_default());
    fake.calls().iter().map(of).collect()
}

#[test]
fn results_and_failed_file_open_with_a_double_click() {
    let (job, failed) = failed(CRM.as_bytes(), "");
    let results = job.text("in.results.csv");
    let lines: Vec<&str> = results.split("\r\n").collect();
    assert!(
        lines[0].starts_with("\u{FEFF}row;id_respondent;id_survey;status;"),
        "{results}"
    );
    assert!(
        lines[1].starts_with("2;0012;7;failed;rejected;\"zła; grupa\";200;1;"),
        "{results}"
    );
    assert!(lines[1].ends_with(";\"a; b, \"\"c\"\"\""), "{results}");
    assert_eq!(
        String::from_utf8(failed).unwrap(),
        "\u{FEFF}sync_row;sync_action;sync_error;id_respondent;Imię;Uwagi\r\n\
         2;fix;\"rejected: zła; grupa [ąśź]\";0012;Żółć;\"a; b, \"\"c\"\"\"\r\n\
         3;fix;bad_id: id is not all digits: correct the id, or name the right column with `--id-column` [ąśź];x1;Łódź;\"dwie\nlinie\"\r\n"
    );
}

#[test]
fn the_failed_file_runs_again_however_excel_saves_it() {
    let (_, failed) = failed(CRM.as_bytes(), "");
    let edited = String::from_utf8(failed).unwrap().replace("x1", "13");
    let expected = ["0012=Żółć", "13=Łódź"];
    assert_eq!(arrives(edited.as_bytes(), "in.failed.csv"), expected);
    // "CSV (separated by commas)" of a Polish Excel, and "Unicode text".
    let text = edited.trim_start_matches('\u{FEFF}');
    let (polish, _, _) = encoding_rs::WINDOWS_1250.encode(text);
    assert_eq!(arrives(&polish, "saved.csv"), expected);
    let tabs: Vec<u8> = format!("\u{FEFF}{}", text.replace("; ", ",").replace(';', "\t"))
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(arrives(&tabs, "saved.txt"), expected);
    // Opened and saved by a spreadsheet, which treats ids as numbers.
    let workbook = fs::read(format!(
        "{}/tests/corpus/made/calc-failed.xlsx",
        env!("CARGO_MANIFEST_DIR")
    ))
    .unwrap();
    assert_eq!(arrives(&workbook, "saved.xlsx"), ["12=Żółć", "13=Łódź"]);
}

#[test]
fn every_form_of_input_has_a_failed_file_for_excel() {
    let utf16: Vec<u8> = CRM.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let (polish, _, _) = encoding_rs::WINDOWS_1250.encode(CRM);
    let titled = format!("Raport\n\n{CRM}");
    let (_, expected) = failed(CRM.as_bytes(), "");
    for input in [utf16.as_slice(), &polish, format!("sep=,\n{CRM}").as_bytes()] {
        let (_, failed) = failed(input, "");
        assert_eq!(
            String::from_utf8_lossy(&failed),
            String::from_utf8_lossy(&expected)
        );
    }
    let (_, below) = failed(titled.as_bytes(), "--skip-lines 2");
    assert!(
        below.starts_with("\u{FEFF}\r\n\r\nsync_row;".as_bytes()),
        "{}",
        String::from_utf8_lossy(&below)
    );
    // The failed file of a failed file has the three extra columns once.
    let (_, again) = failed(&expected, "");
    let again = String::from_utf8(again).unwrap();
    assert!(
        again.starts_with("\u{FEFF}sync_row;sync_action;sync_error;id_respondent;Imię;Uwagi\r\n2;fix;"),
        "{again}"
    );
}

#[test]
fn a_failed_file_of_any_encoding_is_read_in_that_encoding_again() {
    // By their letters alone, these rows would be taken for another encoding, or for an unknown
    // one.
    for (label, telling, row) in [
        ("iso-8859-2", "Ślązak gęś", "Lukáš"),
        ("windows-1250", "Ślązak gęś", "±5 µm"),
        ("windows-1250", "Ślązak gęś", "Średni"),
    ] {
        let telling = format!("1;{telling}\n").repeat(30);
        let text = format!("id_respondent;l1\n{telling}x;{row}\n");
        let encoding = encoding_rs::Encoding::for_label(label.as_bytes()).unwrap();
        let (input, _, _) = encoding.encode(&text);
        let fake = Fake::start(|_| Answer::success());
        for flags in ["", "--excel"] {
            let job = Job::run(&input, &fake).args(flags);
            job.ends(1);
            let failed: Vec<u8> = job.bytes("in.failed.csv");
            let edited = failed
                .iter()
                .map(|byte| if *byte == b'x' { b'9' } else { *byte })
                .collect::<Vec<u8>>();
            let again = Fake::start(|_| Answer::success());
            Job::run(&edited, &again).ends(0);
            assert_eq!(again.calls()[0].get("l1"), Some(row), "{label} {flags}");
        }
    }
}

#[test]
fn what_is_lost_or_looks_like_a_formula_is_not_sent_by_way_of_excel() {
    let mut input = "id_respondent;l1\n1;Zażółć\nx;=HYPERLINK(\"x\")\ny;+48 600 700 800\nz;'=1\n"
        .as_bytes()
        .to_vec();
    input.extend(b"2;Z\xB3oty\n");
    let fake = Fake::start(|_| Answer::success());
    let job = Job::run(&input, &fake).args("--excel");
    job.ends(1);
    let failed = job.text("in.failed.csv");
    assert!(failed.contains(";x;\"'=HYPERLINK(\"\"x\"\")\"\r\n"), "{failed}");
    assert!(
        failed.contains(";y;+48 600 700 800\r\n") && failed.contains(";z;''=1\r\n"),
        "{failed}"
    );
    assert!(failed.contains(";2;Z\u{FFFD}oty\r\n"), "{failed}");
    let edited = failed
        .replace(";x;", ";3;")
        .replace(";y;", ";4;")
        .replace(";z;", ";5;");
    let again = Fake::start(|_| Answer::success());
    let second = Job::run(&edited, &again).args("-c 1");
    second.ends(1);
    let sent: Vec<String> = again
        .calls()
        .iter()
        .map(|call| call.get("l1").unwrap().to_owned())
        .collect();
    assert_eq!(sent, ["=HYPERLINK(\"x\")", "+48 600 700 800", "'=1"]);
    assert!(
        second.lines("in.results.csv")[3].contains(",2,7,invalid,encoding,"),
        "the sign for a lost letter"
    );
}

#[test]
fn a_failed_file_that_lost_its_letters_or_says_another_encoding_is_refused() {
    let refused = |file: &[u8], words: &str| {
        let fake = Fake::start(|_| Answer::success());
        let job = Job::run(file, &fake).args("--map l1=Imię");
        let ran = job.ends(3);
        assert!(ran.stderr.contains(words), "`{words}` is not in:\n{}", ran.stderr);
    };
    let (_, failed) = failed(CRM.as_bytes(), "");
    let text = String::from_utf8(failed).unwrap();
    // The same file, saved as CSV by a Western Excel.
    let western: Vec<u8> = text
        .trim_start_matches('\u{FEFF}')
        .chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?'))
        .collect();
    refused(&western, "in an encoding that lacks letters");

    let input = "id_respondent;Imię\nx1;Łódź Śródmieście\nx2;Bąk\n";
    let (windows, _, _) = encoding_rs::WINDOWS_1250.encode(input);
    let fake = Fake::start(|_| Answer::success());
    let job = Job::run(&windows, &fake).args("--map l1=Imię");
    job.ends(1);
    let text = encoding_rs::WINDOWS_1250
        .decode(&job.bytes("in.failed.csv"))
        .0
        .into_owned();
    assert!(text.contains("[windows-1250];x1;Łódź"), "{text}");
    refused(
        &encoding_rs::ISO_8859_2.encode(&text).0,
        "its letters are where ISO-8859-2 has them",
    );
}
