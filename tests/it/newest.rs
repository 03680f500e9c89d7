//! `--newest`: which of several exports is sent, and that each night's outputs have the names of the
//! job.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, SystemTime};

use crate::support::{Answer, Fake, Job, numbered};

/// `run exports/contacts-*.csv --newest` with these exports, the oldest first.
fn job(exports: &[&str], fake: &Fake, more: &str) -> Job {
    let mut job = Job::run("", fake)
        .instead_of("in.csv", "exports/contacts-*.csv")
        .args("--newest --resume --rotate")
        .args(more);
    std::fs::create_dir(job.path("exports")).unwrap();
    for name in exports {
        job = export(job, name, name);
    }
    job
}

/// An export whose only value is `label`.
fn export(job: Job, name: &str, label: &str) -> Job {
    job.file(&format!("exports/{name}"), numbered(1, label))
}

/// The labels that were sent, one for each call.
fn labels(fake: &Fake) -> Vec<String> {
    fake.calls()
        .iter()
        .map(|call| call.get("l1").unwrap().to_owned())
        .collect()
}

#[test]
fn the_newest_export_is_sent_and_named() {
    let fake = Fake::start(|_| Answer::success());
    let exports = [
        "contacts-2026-12-01.csv",
        "contacts-2026-11-30.csv",
        "other-2026-12-02.csv",
    ];
    let ran = job(&exports, &fake, "").ends(0);
    assert_eq!(labels(&fake), ["contacts-2026-12-01.csv"]);
    let said = "`contacts-2026-12-01.csv` is the newest of 2 files, by the date in its name (2026-12-01)";
    assert!(ran.stderr.contains(said), "{}", ran.stderr);
}

#[test]
fn nights_under_many_names_are_nights_of_one_job() {
    let fake = Fake::start(|_| Answer::success());
    let job = job(&["contacts-2026-11-30.csv"], &fake, "");
    job.ends(0);
    // The same export again, and then under the name of the next day: nothing is new in it.
    job.ends(0);
    let job = export(job, "contacts-2026-12-01.csv", "contacts-2026-11-30.csv");
    job.ends(0);
    assert_eq!(fake.calls().len(), 1);
    let job = export(job, "contacts-2026-12-01.csv", "new");
    job.ends(0);
    assert_eq!(labels(&fake), ["contacts-2026-11-30.csv", "new"]);
    let entries = std::fs::read_dir(job.path("exports")).unwrap();
    let names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert!(names.contains(&"contacts.results.csv".to_owned()), "{names:?}");
    let aside = names
        .iter()
        .filter(|name| name.ends_with("Z.results.csv"))
        .count();
    assert_eq!(aside, 1, "{names:?}");
}

#[test]
fn failed_rows_are_sent_again_under_the_name_of_the_job() {
    let refusals = AtomicUsize::new(1);
    let refuses = move || {
        refusals
            .fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1))
            .is_ok()
    };
    let fake = Fake::start(move |call| match call.respondent() {
        "2" if refuses() => Answer::error("Respondent not found"),
        _ => Answer::success(),
    });
    let job = job(&[], &fake, "").file("exports/contacts-2026-11-30.csv", numbered(3, "a"));
    job.ends(1);
    let mut job = job;
    let again = job.other("retry exports/contacts-*.csv --newest --yes", 0);
    assert_eq!(fake.calls().len(), 4, "{}", again.stderr);
}

#[test]
fn the_programs_own_files_are_no_exports() {
    let fake = Fake::start(|_| Answer::success());
    let job = job(
        &["contacts-1.csv"],
        &fake,
        "--output exports/contacts-9.csv --report exports/contacts-9.html",
    );
    for name in [
        "contacts-9.results.csv",
        "contacts-9.failed.csv",
        "contacts-9.20261124T075743Z.csv",
        "contacts-9.20261124T075743Z.results.csv",
        "contacts-9.respondents.csv",
        "contacts-9.undo.csv",
        "contacts-9.sandbox.results.csv",
        "contacts-9.retry-1.failed.csv",
    ] {
        std::fs::write(job.path(&format!("exports/{name}")), "no export").unwrap();
    }
    let ran = job
        .args("--overwrite")
        .without_switch("--resume")
        .without_switch("--rotate")
        .ends(0);
    assert_eq!(labels(&fake), ["contacts-1.csv"], "{}", ran.stderr);
    assert!(
        ran.stderr.contains("`contacts-1.csv` is the only file"),
        "{}",
        ran.stderr
    );
}

#[test]
fn files_of_trials_and_rehearsals_are_no_exports() {
    let fake = Fake::start(|_| Answer::success());
    let job = job(&["contacts-a.csv"], &fake, "--failed exports/contacts-failed.csv");
    for name in [
        "contacts-failed",
        "contacts-failed.trial",
        "contacts-failed.sandbox",
    ] {
        std::fs::write(job.path(&format!("exports/{name}.csv")), numbered(1, name)).unwrap();
    }
    job.args("--overwrite")
        .without_switch("--resume")
        .without_switch("--rotate")
        .ends(0);
    assert_eq!(labels(&fake), ["contacts-a.csv"]);
}

#[test]
fn a_check_reads_the_export_that_a_run_with_its_config_takes() {
    let fake = Fake::start(|_| Answer::success());
    let config =
        "input = \"exports/contacts-*.csv\"\nnewest = true\nfailed = \"exports/contacts-failed.csv\"\n";
    let mut job = job(&["contacts-a.csv", "contacts-failed.trial.csv"], &fake, "").file("c.toml", config);
    let checked = job.other("check --config c.toml --survey 7", 0);
    let only = "`contacts-a.csv` is the only file";
    assert!(checked.stderr.contains(only), "{}", checked.stderr);
}

#[cfg(unix)]
#[test]
fn an_export_that_is_out_of_reach_is_not_passed_over() {
    use std::os::unix::ffi::OsStrExt as _;

    let fake = Fake::start(|_| Answer::success());
    let job = job(&["contacts-2026-11-30.csv"], &fake, "");
    let link = job.path("exports/contacts-2026-12-01.csv");
    std::os::unix::fs::symlink("/nowhere/contacts-2026-12-01.csv", &link).unwrap();
    let ran = job.ends(3);
    let why = "`contacts-2026-12-01.csv` is the newest, but it cannot be looked at";
    assert!(ran.stderr.contains(why), "{}", ran.stderr);
    assert_eq!(fake.calls().len(), 0);
    // An older one is not needed, and a name that is no Unicode is one.
    std::fs::rename(&link, job.path("exports/contacts-2026-11-01.csv")).unwrap();
    let name = std::ffi::OsStr::from_bytes(b"contacts-2026-12-01-\xb9.csv");
    std::fs::write(job.path("exports").join(name), numbered(1, "latin")).unwrap();
    job.ends(0);
    assert_eq!(labels(&fake), ["latin"]);
}

#[test]
fn an_old_export_is_refused_by_the_date_in_its_name() {
    let fake = Fake::start(|_| Answer::success());
    // A copy of an old export has a new time.
    let ran = job(&["contacts-2020-11-30.csv"], &fake, "--max-age 30h").ends(4);
    assert!(ran.stderr.contains("its name says 2020-11-30"), "{}", ran.stderr);
    assert_eq!(fake.calls().len(), 0);
    // Without a date the file's time counts, as ever.
    let job = job(&["contacts-7.csv"], &fake, "--max-age 30h");
    let file = std::fs::File::options()
        .write(true)
        .open(job.path("exports/contacts-7.csv"))
        .unwrap();
    file.set_modified(SystemTime::now() - Duration::from_hours(40))
        .unwrap();
    let ran = job.ends(4);
    assert!(ran.stderr.contains("it was last written"), "{}", ran.stderr);
}

#[test]
fn without_an_export_that_is_the_newest_nothing_is_sent() {
    let fake = Fake::start(|_| Answer::success());
    let refused = |exports: &[&str], code: i32, why: &str| {
        let ran = job(exports, &fake, "").ends(code);
        assert!(ran.stderr.contains(why), "{}", ran.stderr);
        assert_eq!(fake.calls().len(), 0);
    };
    refused(&[], 3, "no file matches this pattern");
    refused(
        &["contacts-10-12-2025.csv", "contacts-11-05-2025.csv"],
        3,
        "depending on whether the day or the month",
    );
    refused(&["contacts-2099-01-01.csv"], 3, "is of a day after tomorrow");
    refused(
        &["contacts-30.11.26.csv", "contacts-01.12.26.csv"],
        3,
        "seems to have a date in a form that is not read",
    );
    let no_pattern = Job::run(numbered(1, "a"), &fake).args("--newest").ends(2);
    assert!(
        no_pattern.stderr.contains("`--newest` needs a pattern"),
        "{}",
        no_pattern.stderr
    );
    let nameless = Job::run(numbered(1, "a"), &fake)
        .instead_of("in.csv", "*.csv")
        .args("--newest")
        .ends(2);
    assert!(
        nameless.stderr.contains("leaves no name for the outputs"),
        "{}",
        nameless.stderr
    );
}

#[test]
fn a_config_takes_the_newest_for_every_command() {
    let fake = Fake::start(|_| Answer::success());
    let config = "input = \"exports/contacts-*.csv\"\nnewest = true\n";
    let mut job = job(&["contacts-2026-11-30.csv"], &fake, "--config c.toml")
        .file("c.toml", config)
        .without_switch("exports/contacts-*.csv")
        .without_switch("--newest");
    job.ends(0);
    assert_eq!(labels(&fake), ["contacts-2026-11-30.csv"]);
    let checked = job.other("check --config c.toml --survey 7", 0);
    assert!(
        checked
            .stderr
            .contains("`contacts-2026-11-30.csv` is the only file"),
        "{}",
        checked.stderr
    );
    for what in [
        "--config c.toml",
        "exports/contacts-*.csv",
        "exports/contacts.results.csv",
        "exports/contacts.csv",
    ] {
        let history = job.other(&format!("history {what}"), 0);
        let line = history.stdout.lines().nth(1).unwrap();
        assert!(line.contains("1 of 1 updated"), "{}", history.stdout);
        // The night names its export, which is not called like the job.
        assert!(line.ends_with("contacts-2026-11-30.csv"), "{}", history.stdout);
    }
    let of_night = job.other("history exports/contacts-2026-11-30.csv", 2);
    assert!(
        of_night.stderr.contains("name the pattern"),
        "{}",
        of_night.stderr
    );
    let retried = job.other("retry --config c.toml", 0);
    assert!(retried.stderr.contains("nothing"), "{}", retried.stderr);
    let doctor = job.other_somehow("doctor --config c.toml");
    assert!(
        doctor.stdout.contains("contacts-2026-11-30.csv"),
        "{}",
        doctor.stdout
    );
}
