//! Failures of files and streams during a run: full disks, folders that vanish, pipes that close.

use std::fs;
use std::time::Duration;

use crate::support::{Answer, Fake, Job, numbered, pause};

/// A file can grow to 8 KiB, which the journal reaches in the middle of the run.
#[test]
fn a_full_disk_ends_the_run_and_it_is_gone_on_with_when_there_is_room() {
    let fake = Fake::start(|_| Answer::success());
    let full = Job::run(numbered(400, "x"), &fake)
        .args("-c 4")
        .through_shell("ulimit -f 16; exec \"$0\" \"$@\"");
    let ran = full.ends(6);
    let sent = fake.calls().len();
    assert!(
        (40..90).contains(&sent),
        "sending stops with the first verdict that cannot be written: {sent}"
    );
    let last = ran.stderr.lines().last().unwrap();
    assert!(
        last.contains("cannot write to `in.results.csv.journal`") && last.contains("--resume"),
        "{last}"
    );
    let mut roomy = full.through_shell("exec \"$0\" \"$@\"");
    roomy.again("--resume", 0);
    assert_eq!(roomy.lines("in.results.csv").len(), 400);
    let repeated = fake.calls().len() - 400;
    assert!(repeated <= 8, "{repeated} calls were made twice");
}

#[test]
fn a_folder_that_vanishes_ends_the_run_with_what_is_to_be_done() {
    let folder = tempfile::tempdir().unwrap();
    let outputs = folder.path().join("out");
    fs::create_dir(&outputs).unwrap();
    let path = outputs.clone();
    let fake = Fake::start(move |call| {
        if call.respondent() == "20" {
            fs::remove_dir_all(&path).unwrap();
        }
        Answer::success()
    });
    let job = Job::run(numbered(40, "x"), &fake).args(&format!("--output-dir {}", outputs.display()));
    let ran = job.ends(6);
    assert!(
        ran.stderr.lines().last().unwrap().contains("results.csv"),
        "{}",
        ran.stderr
    );
}

#[test]
fn outputs_on_another_file_system_get_their_names_there() {
    let Ok(folder) = tempfile::tempdir_in("/dev/shm") else {
        return;
    };
    let fake = Fake::start(|_| Answer::error("no"));
    let failed = folder.path().join("f.csv");
    let job = Job::run(numbered(5, "x"), &fake).args(&format!("--failed {}", failed.display()));
    job.ends(1);
    assert_eq!(fs::read_to_string(failed).unwrap().lines().count(), 6);
    assert_eq!(job.names(), ["in.csv", "in.results.csv", "in.summary.json"]);
}

#[test]
fn a_folder_that_cannot_be_written_to_is_told_before_anything_is_sent() {
    let fake = Fake::start(|_| Answer::success());
    let ran = Job::run(numbered(5, "x"), &fake)
        .args("--output-dir /proc")
        .ends(2);
    assert!(ran.stderr.contains("cannot create `/proc/"), "{}", ran.stderr);
    assert_eq!(fake.calls().len(), 0);
}

#[test]
fn nobody_who_listens_is_no_reason_to_stop() {
    for closed in [
        "exec \"$0\" \"$@\" >&- 2>&-",
        // A pipe whose reader has exited.
        "{ \"$0\" \"$@\"; echo $? > code; } 2>&1 | true; sleep 0.1; while ! test -s code; do sleep 0.05; done; exit $(cat code)",
    ] {
        for format in ["text", "json"] {
            let fake = Fake::start(|_| {
                pause(Duration::from_millis(1));
                Answer::success()
            });
            let job = Job::run(numbered(150, "x"), &fake)
                .args(&format!("-vv --summary - --log-format {format}"))
                .through_shell(closed);
            job.ends(0);
            assert_eq!(job.lines("in.results.csv").len(), 150);
        }
    }
}

#[test]
fn too_few_file_descriptors_cost_speed_and_no_row() {
    let fake = Fake::start(|_| {
        pause(Duration::from_millis(5));
        Answer::success()
    });
    let job = Job::run(numbered(300, "x"), &fake)
        .args("-c 40")
        .through_shell("ulimit -n 30; exec \"$0\" \"$@\"");
    let ran = job.ends(0);
    assert!(ran.stderr.contains("too few file descriptors"), "{}", ran.stderr);
    assert_eq!(fake.calls().len(), 300);
    let attempts = job
        .lines("in.results.csv")
        .iter()
        .filter(|line| line.ends_with(",200,1"))
        .count();
    assert_eq!(attempts, 300);
}

#[test]
fn links_where_files_are_to_be_made_are_not_followed() {
    let fake = Fake::start(|_| Answer::success());
    let elsewhere = tempfile::NamedTempFile::new().unwrap();
    fs::write(elsewhere.path(), "mine").unwrap();
    for (link, flags, code) in [
        ("in.results.csv.journal.new", "--resume --overwrite", 0),
        ("in.results.csv.partial", "--overwrite", 0),
        ("in.results.csv", "--overwrite", 0),
        ("in.results.csv.lock", "", 2),
    ] {
        let mut job = Job::run(numbered(5, "x"), &fake);
        std::os::unix::fs::symlink(elsewhere.path(), job.path(link)).unwrap();
        job.again(flags, code);
        assert_eq!(fs::read_to_string(elsewhere.path()).unwrap(), "mine", "{link}");
    }
}

#[test]
fn a_device_or_a_pipe_is_no_place_for_an_output() {
    let fake = Fake::start(|_| Answer::success());
    for flags in ["--failed /dev/null", "--summary /dev/stdout", "-o /dev/null"] {
        let ran = Job::run(numbered(5, "x"), &fake).args(flags).ends(2);
        assert!(
            ran.stderr.contains("a device or a pipe"),
            "{flags}: {}",
            ran.stderr
        );
    }
    assert_eq!(fake.calls().len(), 0);
}

#[cfg(target_os = "linux")]
#[test]
fn a_standard_output_that_takes_nothing_is_told_of() {
    let fake = Fake::start(|_| Answer::success());
    let ran = Job::run(numbered(1, "a"), &fake)
        .args("--summary -")
        .through_shell("exec \"$0\" \"$@\" > /dev/full")
        .ends(0);
    let expected = "warning: cannot write to standard output: ";
    assert!(ran.stderr.contains(expected), "{}", ran.stderr);
}
