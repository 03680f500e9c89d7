//! Every file in `samples/` is run in the sandbox, and its results are as expected.

use std::fs;

use crate::support::Job;

fn sample(name: &str, flags: &str, code: i32) -> String {
    let content = fs::read(format!("{}/samples/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let job = Job::new("run in.csv --sandbox --rate unlimited")
        .args(flags)
        .file("in.csv", content);
    job.ends(code);
    job.lines("in.sandbox.results.csv").join("\n")
}

#[test]
fn contacts() {
    insta::assert_snapshot!(sample("contacts.csv", "", 0));
}

#[test]
fn excel_polish() {
    insta::assert_snapshot!(sample("excel-polish.csv", "", 0));
}

#[test]
fn every_kind_of_invalid_row() {
    insta::assert_snapshot!(sample("invalid-rows.csv", "--survey 7", 1));
}

#[test]
fn a_crms_own_column_names() {
    let flags = "--id-column webankieta_id --map l4=Segment --map l5=City --map l7=NPS";
    insta::assert_snapshot!(sample("crm-columns.csv", flags, 0));
}

#[test]
fn no_sample_is_left_out() {
    let entries = fs::read_dir(format!("{}/samples", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    // The files in `deploy` have their own test, those in `windows` are for the release.
    names.retain(|name| !name.contains(".sandbox.") && !name.contains(".trial."));
    names.retain(|name| name != "deploy" && name != "windows");
    names.sort();
    assert_eq!(
        names,
        [
            "contacts.csv",
            "crm-columns.csv",
            "excel-polish.csv",
            "invalid-rows.csv"
        ]
    );
}
