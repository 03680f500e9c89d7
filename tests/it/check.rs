//! The findings of `check`, for people and for machines.

use crate::support::Job;

const DAMAGED: &str = "id_respondent;l1;l2;l3\n1;08.maj;#N/D!;x\n\u{A0}2\u{200B};ok;1,23E+11;y;\n3;ZĹ‚oty;;z\n\n;;;\n4;a;b;c\n4;a;b;d\n\
    1,23E+11;a;b;c\n08.maj;;;\n5;;;\n6;a\n7;\u{FFFD};#####;\"a\nb\"\nx;1;2;3\n";

#[test]
fn every_finding_is_told_in_plain_words_with_counts_and_places() {
    let ran = Job::new("check in.csv --survey 7 --max-damaged 1")
        .file("in.csv", DAMAGED)
        .ends(1);
    insta::assert_snapshot!(ran.stdout);
}

#[test]
fn machines_are_told_the_same() {
    let ran = Job::new("check in.csv --survey 7 --format json --max-damaged 1")
        .file("in.csv", DAMAGED)
        .ends(1);
    let found: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(found["version"], env!("CARGO_PKG_VERSION"));
    let text = serde_json::to_string_pretty(&found).unwrap();
    insta::assert_snapshot!(text.replace(env!("CARGO_PKG_VERSION"), "0.0.0"));
    for finding in found["findings"].as_array().unwrap() {
        let kind = format!("`{}`", finding["kind"].as_str().unwrap());
        assert!(
            include_str!("../../src/manual/en/errors.md").contains(&kind),
            "errors.md lacks {kind}"
        );
    }
    let refused = Job::new("check in.csv --survey 7 --format json")
        .file("in.csv", "a,b\n1,2\n")
        .ends(3);
    let found: serde_json::Value = serde_json::from_str(&refused.stdout).unwrap();
    assert_eq!(found["exit_code"], 3);
    assert!(
        found["error"]
            .as_str()
            .unwrap()
            .contains("no column `id_respondent`"),
        "{found}"
    );
}

#[test]
fn an_encoding_that_makes_nonsense_of_utf_8_is_warned_of() {
    let input = "id_respondent;l1\n1;Złoty\n";
    let ran = Job::new("check in.csv --survey 7 --encoding windows-1250")
        .file("in.csv", input)
        .ends(0);
    assert!(
        ran.stdout.contains("Warning: by its bytes the input is UTF-8"),
        "{}",
        ran.stdout
    );
    let (polish, _, _) = encoding_rs::WINDOWS_1250.encode("id_respondent;l1\n1;Ślązak, gęś\n");
    for (label, code) in [("windows-1252", 0), ("iso-8859-2", 1)] {
        let ran = Job::new(&format!("check in.csv --survey 7 --encoding {label}"))
            .file("in.csv", &polish)
            .ends(code);
        assert!(
            ran.stdout
                .contains("Warning: by its bytes the input is windows-1250"),
            "{}",
            ran.stdout
        );
    }
    let ran = Job::new("check in.csv --survey 7 --encoding utf-8")
        .file("in.csv", input)
        .ends(0);
    assert!(!ran.stdout.contains("Warning"), "{}", ran.stdout);
}

#[test]
fn quiet_is_silent_where_there_is_nothing_to_know() {
    let good = Job::new("check in.csv --survey 7 -q")
        .file("in.csv", "id_respondent;l1\n1;a\n")
        .ends(0);
    assert_eq!(good.stdout, "");
    let damaged = Job::new("check in.csv --survey 7 -q")
        .file("in.csv", "id_respondent;l1\n1;08.maj\n")
        .ends(0);
    assert!(damaged.stdout.contains("Warning"), "{}", damaged.stdout);
    let fake = crate::support::Fake::start(|_| crate::support::Answer::success());
    let ran = Job::run("id_respondent;l1\n1;08.maj\n", &fake).ends(0);
    assert!(
        ran.stderr.contains("1 value looks damaged by a spreadsheet"),
        "a run tells of it, too: {}",
        ran.stderr
    );
}
