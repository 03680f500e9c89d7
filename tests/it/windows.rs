//! What only Windows has: files that another program holds, long paths, names of devices, Ctrl-C in a
//! console.

use std::fs::{self, OpenOptions};
use std::os::windows::fs::OpenOptionsExt;
use std::process::Command;

use crate::support::{Answer, Fake, Job, numbered};

/// What a program lets others do with a file that it has open (`FILE_SHARE_READ`).
const SHARE_READ: u32 = 1;

#[test]
fn an_export_that_excel_has_open_is_sent() {
    let fake = Fake::start(|_| Answer::success());
    let job = Job::run(numbered(3, "A"), &fake);
    let _excel = OpenOptions::new()
        .read(true)
        .write(true)
        .share_mode(SHARE_READ)
        .open(job.path("in.csv"))
        .unwrap();
    let ran = job.ends_somehow();
    // A program that writes the file lets nobody read it who does not let it write.
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(fake.calls().len(), 3);
}

#[test]
fn results_that_excel_has_open_stay_and_nothing_is_lost() {
    let fake = Fake::start(|_| Answer::success());
    let mut job = Job::run(numbered(3, "A"), &fake);
    job.ends(0);
    let before = job.bytes("in.results.csv");
    fs::write(job.path("in.csv"), numbered(5, "B")).unwrap();
    let excel = OpenOptions::new()
        .read(true)
        .share_mode(SHARE_READ)
        .open(job.path("in.results.csv"))
        .unwrap();
    let ran = job.again("--resume --rotate", 6);
    assert!(
        ran.stderr.contains("cannot rename a file to `in."),
        "{}",
        ran.stderr
    );
    assert_eq!(fake.calls().len(), 3, "nothing was sent");
    assert_eq!(job.bytes("in.results.csv"), before);
    drop(excel);
    job.again("--resume --rotate", 0);
    assert_eq!(job.lines("in.results.csv").len(), 5);
    assert_eq!(fake.calls().len(), 8);
}

#[test]
fn paths_may_be_longer_than_260_characters() {
    let fake = Fake::start(|_| Answer::success());
    let job = Job::run(numbered(2, "A"), &fake);
    let deep = ["d".repeat(90).as_str(); 3].join("/");
    // The prefix lifts the limit for this test itself.
    let folder = job.path("").canonicalize().unwrap().join(deep.replace('/', "\\"));
    fs::create_dir_all(&folder).unwrap();
    let job = job.args(&format!("--output-dir {deep}"));
    job.ends(0);
    let results = fs::read_to_string(folder.join("in.results.csv")).unwrap();
    assert_eq!(results.lines().count(), 3);
}

#[test]
fn the_name_of_a_device_is_no_output() {
    let fake = Fake::start(|_| Answer::success());
    for name in ["nul", "NUL", "con"] {
        let job = Job::run(numbered(1, "A"), &fake).args(&format!("-o {name}"));
        let ran = job.ends_somehow();
        assert!([2, 6].contains(&ran.code), "{name}: {} {}", ran.code, ran.stderr);
    }
    assert_eq!(fake.calls().len(), 0);
}

/// `tests/wine/console.c` makes the console, which `.ci/windows` builds.
#[test]
fn ctrl_c_in_a_console_drains_the_run_which_is_resumed() {
    let Ok(console) = std::env::var("TEST_CONSOLE") else {
        eprintln!("skipped: TEST_CONSOLE names no program that makes a console");
        return;
    };
    let fake = Fake::start(|_| Answer::success());
    let job = Job::new("run in.csv --survey 7 --rate 50/s")
        .args(&format!("--base-url {}", fake.base))
        .file("in.csv", numbered(400, "A"));
    let ran = job.through_console(&console, "in.results.csv.journal");
    assert_eq!(ran.code, 130, "{}", ran.stderr);
    assert!(ran.stderr.contains("--resume"), "{}", ran.stderr);
    let sent = fake.calls().len();
    assert!(sent < 400, "{sent}");
    let job = job.args("--resume").instead_of("50/s", "unlimited");
    job.ends(0);
    assert_eq!(job.lines("in.results.csv").len(), 400);
    assert_eq!(fake.calls().len(), 400, "no row was sent twice");
}

#[test]
fn the_script_of_the_task_writes_a_mail_when_a_night_fails() {
    let fake = Fake::start(|call| match call.respondent() {
        "7" => Answer::error("no such respondent"),
        _ => Answer::success(),
    });
    let config = format!(
        "input = 'in.csv'\nsurvey = '7'\nrate = 'unlimited'\nbase_url = '{}'\noutput_dir = 'results'\nstate = 'none'\n",
        fake.base
    );
    let job = Job::new("")
        .file("nightly.cmd", include_bytes!("../../samples/deploy/nightly.cmd"))
        .file("nps.toml", config)
        .file("in.csv", "id_respondent,l1\n5,Anna\n7,Ewa\n");
    fs::create_dir(job.path("results")).unwrap();
    let ran = Command::new("cmd")
        .args(["/d", "/c", "nightly.cmd"])
        .current_dir(job.path(""))
        .env("PROGRAM", env!("CARGO_BIN_EXE_respondent-sync"))
        .env("APPDATA", job.path(""))
        .env("LOCALAPPDATA", job.path(""))
        .env("RESPONDENT_SYNC_ACCOUNT", "387487")
        .env("RESPONDENT_SYNC_WEBHOOK_KEY", "kkkkkkkk")
        .env("RESPONDENT_SYNC_WEBHOOK_AUTH", "aaaaaaaa")
        .env("RESPONDENT_SYNC_LANG", "en")
        .output()
        .unwrap();
    assert_eq!(ran.status.code(), Some(1), "{ran:?}");
    let mail = job.text("results/mail.txt");
    assert!(mail.contains("1 of 2 contacts updated, 1 needs a fix."), "{mail}");
    assert!(!mail.contains("Anna") && !mail.contains("Ewa"), "{mail}");
}
