//! Files as real programs write them, and malformed files (`tests/corpus`), each with its outcome.

use std::fs;
use std::path::Path;

use crate::support::{Answer, Call, Fake, Job};

/// The mapping for the table that all files in `made/` hold.
const TABLE: [(&str, &str); 6] = [
    ("--id-column", "Id respondenta"),
    ("--map", "l1=Imię i nazwisko"),
    ("--map", "l2=Segment"),
    ("--map", "l3=Ostatni kontakt"),
    ("--map", "l4=NPS"),
    ("--map", "l5=Uwagi"),
];

fn files(folder: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus")
        .join(folder);
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| {
            (
                entry.file_name().into_string().unwrap(),
                fs::read(entry.path()).unwrap(),
            )
        })
        .collect();
    files.sort();
    files
}

/// Returns the parameters of a call except for the survey.
fn parameters(call: &Call) -> String {
    let behind = call.parameters.iter().skip(1);
    behind
        .map(|(name, value)| format!("{name}={value}"))
        .collect::<Vec<_>>()
        .join(" ")
}

/// Returns what `check` prints, and what `run` sends and how it ends.
fn outcome(name: &str, content: &[u8], flags: &[(&str, &str)]) -> (String, Vec<String>) {
    let checked = Job::new(&format!("check {name} --survey 7"))
        .pairs(flags)
        .file(name, content)
        .ends_somehow();
    let fake = Fake::start(|_| Answer::success());
    let ran = Job::run("", &fake)
        .instead_of("in.csv", name)
        .args("-c 1")
        .pairs(flags)
        .file(name, content)
        .ends_somehow();
    assert_eq!(
        ran.code, checked.code,
        "{name}: check tells how a run ends where every call succeeds"
    );
    let calls: Vec<String> = fake.calls().iter().map(parameters).collect();
    let text = format!(
        "{}{}exit {}\n\n{}\n",
        checked.stdout,
        checked.stderr,
        checked.code,
        calls.join("\n")
    );
    (text, calls)
}

#[test]
fn what_real_programs_make_of_a_table_makes_the_same_calls() {
    let mut first: Option<Vec<String>> = None;
    for (name, content) in files("made") {
        let is_failed_file = name == "calc-failed.xlsx";
        let flags: &[(&str, &str)] = if is_failed_file {
            &[("--map", "l1=Imię")]
        } else {
            &TABLE
        };
        let (text, calls) = outcome(&name, &content, flags);
        insta::assert_snapshot!(format!("made-{name}"), text);
        if !is_failed_file {
            assert_eq!(&calls, first.get_or_insert_with(|| calls.clone()), "{name}");
        }
    }
    assert_eq!(first.unwrap().len(), 4);
}

#[test]
fn what_should_not_come_is_told_and_nothing_wrong_is_sent() {
    for (name, content) in files("bad") {
        let flags: &[(&str, &str)] = match name.as_str() {
            "number-of-the-crm.csv" => &[("--id-column", "Record ID")],
            _ => &[],
        };
        let (text, _) = outcome(&name, &content, flags);
        insta::assert_snapshot!(format!("bad-{name}"), text);
    }
}
