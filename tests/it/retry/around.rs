//! What stands around a round: sorted files, workbooks, sets that were set aside, locks, and who may
//! decide.

use std::fs;

use super::{Platform, edit};
use crate::support::Job;

/// Reverses the rows of a failed file, as a spreadsheet sorts them.
fn reverse(job: &Job, name: &str) {
    let failed = job.text(name);
    let mut lines: Vec<&str> = failed.lines().collect();
    lines[1..].reverse();
    fs::write(job.path(name), lines.join("\n")).unwrap();
}

#[test]
fn the_last_row_is_that_of_the_run_in_a_sorted_file_too() {
    let platform = Platform::refusing(&["1"]);
    let mut job =
        Job::run("id_respondent,l1\nx1,old\n2,b\n1,new\n", &platform.fake).args("--on-duplicate last");
    job.ends(1);
    edit(&job, "in.failed.csv", "x1,old", "1,old");
    reverse(&job, "in.failed.csv");
    platform.refuse(&[]);
    let before = platform.count();
    job.other("retry in.csv", 0);
    assert_eq!(platform.calls(before), ["1 l1=new"]);
}
