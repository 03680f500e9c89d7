//! Files that decide where secrets and labels go, or what counts as sent, and that other users
//! could have written.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;

use crate::support::{Answer, Fake, Job, numbered};

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Expects a run to be refused because of this file, or of a folder above it, with a remedy. No
/// call is made.
fn refused(job: &Job, fake: &Fake, at: &str, remedy: &str) {
    let before = fake.calls().len();
    let ran = job.ends(2);
    for word in ["cannot be trusted", at, remedy] {
        assert!(ran.stderr.contains(word), "`{word}` is not in {}", ran.stderr);
    }
    assert_eq!(fake.calls().len(), before);
    assert!(!job.names().contains(&"ran".to_owned()), "a command was run");
}

#[test]
fn each_of_them_is_refused_where_others_can_write_it() {
    let fake = Fake::start(|_| Answer::success());
    let job = |name: &str, text: &str| Job::run(numbered(1, "a"), &fake).file(name, text);
    let with_config = |text: &str| job("c.toml", text).args("--config c.toml");
    let certificate = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let program = "#!/bin/sh\ntouch ran\n";
    for (job, name) in [
        (with_config("max_retries = 3\n"), "c.toml"),
        (
            with_config("webhook_key_command = [\"./show\"]\n")
                .without_var("RESPONDENT_SYNC_WEBHOOK_KEY")
                .file("show", program),
            "show",
        ),
        (
            job("ca.pem", &certificate.cert.pem()).args("--ca-file ca.pem"),
            "ca.pem",
        ),
        (
            job("s.sqlite", "").args("--changed-only --state s.sqlite"),
            "s.sqlite",
        ),
    ] {
        set_mode(&job.path(name), 0o766);
        refused(&job, &fake, name, "chmod go-w ");
        // A user who can replace the file can write it too.
        set_mode(&job.path(name), 0o700);
        set_mode(&job.path(""), 0o777);
        refused(&job, &fake, "(mode 777)", "chmod go-w ");
        set_mode(&job.path(""), 0o700);
        assert_ne!(
            job.ends_somehow().stderr.matches("cannot be trusted").count(),
            1,
            "{name}"
        );
        fs::remove_file(job.path("ran")).ok();
    }
}

#[test]
fn a_file_of_another_user_is_refused_whatever_its_mode() {
    if !rustix::process::geteuid().is_root() {
        // Only root can change a file's owner.
        return;
    }
    let fake = Fake::start(|_| Answer::success());
    let job = Job::run(numbered(1, "a"), &fake)
        .file("c.toml", "max_retries = 3\n")
        .args("--config c.toml");
    set_mode(&job.path("c.toml"), 0o600);
    chown(job.path("c.toml"), Some(12_345), None).unwrap();
    refused(
        &job,
        &fake,
        "belongs to another user (number 12345)",
        "run this command as that user",
    );
}

#[test]
fn a_group_that_is_named_is_trusted() {
    let fake = Fake::start(|_| Answer::success());
    let job = || {
        let job = Job::run(numbered(1, "a"), &fake)
            .file("c.toml", "max_retries = 3\n")
            .args("--config c.toml");
        set_mode(&job.path("c.toml"), 0o660);
        if rustix::process::geteuid().is_root() {
            chown(job.path("c.toml"), None, Some(12_345)).unwrap();
        }
        job
    };
    let group = rustix::process::getegid().as_raw();
    let group = if rustix::process::geteuid().is_root() {
        12_345
    } else {
        group
    };
    job()
        .var("RESPONDENT_SYNC_TRUST_GROUP", &group.to_string())
        .ends(0);
    if rustix::process::geteuid().is_root() {
        refused(&job(), &fake, "c.toml", "RESPONDENT_SYNC_TRUST_GROUP");
        let ran = job()
            .var("RESPONDENT_SYNC_TRUST_GROUP", "no-such-group-anywhere")
            .ends(2);
        assert!(
            ran.stderr.contains("RESPONDENT_SYNC_TRUST_GROUP"),
            "{}",
            ran.stderr
        );
    }
}

#[test]
fn a_command_inherits_nothing_that_this_tool_was_given() {
    let fake = Fake::start(|_| Answer::success());
    let job = Job::run(numbered(1, "a"), &fake)
        .file(
            "c.toml",
            "webhook_auth_command = [\"sh\", \"-c\", \"env > seen; echo aaaaaaaa\"]\n",
        )
        .without_var("RESPONDENT_SYNC_WEBHOOK_AUTH")
        .var("RESPONDENT_SYNC_HEALTHCHECK_URL", "http://127.0.0.1:1/CANARY")
        .args("--config c.toml");
    set_mode(&job.path("c.toml"), 0o600);
    job.ends(0);
    let seen = job.text("seen");
    assert!(
        seen.contains("PATH=") && !seen.contains("RESPONDENT_SYNC_") && !seen.contains("CANARY"),
        "{seen}"
    );
}

/// Outputs are never written through a link; inputs may be read through one.
#[test]
fn links_are_followed_where_they_are_read_and_nowhere_else() {
    use std::os::unix::fs::symlink;
    let fake = Fake::start(|_| Answer::success());
    let job = Job::run(numbered(1, "a"), &fake)
        .file("precious", "mine")
        .file("real.toml", "max_retries = 3\n")
        .args("--config c.toml --changed-only --state s.sqlite");
    symlink("real.toml", job.path("c.toml")).unwrap();
    for name in ["s.sqlite", "s.sqlite.lock", "in.results.csv.lock"] {
        for target in ["precious", "gone", "/dev/zero"] {
            symlink(target, job.path(name)).unwrap();
            let ran = job.ends(2);
            // The target of the link is not trusted either.
            let words = [
                "it is a link, which is not followed",
                "every user can write `/dev/zero`",
                "is a device or a pipe",
            ];
            assert!(
                words.iter().any(|word| ran.stderr.contains(word)),
                "{name}: {}",
                ran.stderr
            );
            fs::remove_file(job.path(name)).unwrap();
        }
    }
    assert_eq!(job.text("precious"), "mine");
    assert!(!job.names().contains(&"gone".to_owned()));
    assert!(fake.calls().is_empty());
    job.ends(0);
}

#[test]
fn a_state_is_kept_where_only_its_owner_adds_files() {
    let fake = Fake::start(|_| Answer::success());
    let job = Job::run(numbered(3, "a"), &fake).args("--changed-only --state shared/s.sqlite");
    fs::create_dir(job.path("shared")).unwrap();
    let sticky = || set_mode(&job.path("shared"), 0o1777);
    sticky();
    refused(
        &job,
        &fake,
        "every user can add files to",
        "keep it in a folder of your own",
    );
    set_mode(&job.path("shared"), 0o700);
    job.ends(0);
    // Another user could put a journal beside the database, which SQLite would trust.
    sticky();
    refused(
        &job,
        &fake,
        "every user can add files to",
        "keep it in a folder of your own",
    );
    for command in ["state show", "state forget --all"] {
        let ran = Job::new(&format!(
            "{command} --state {}",
            job.path("shared/s.sqlite").display()
        ))
        .ends(2);
        assert!(ran.stderr.contains("cannot be trusted"), "{}", ran.stderr);
    }
}

#[test]
fn the_program_that_is_judged_is_the_one_that_is_run() {
    let fake = Fake::start(|_| Answer::success());
    let job = |path: &str| {
        let job = Job::run(numbered(1, "a"), &fake)
            .file("c.toml", "webhook_key_command = [\"show-key\"]\n")
            .args("--config c.toml")
            .without_var("RESPONDENT_SYNC_WEBHOOK_KEY");
        for folder in ["good", "evil"] {
            fs::create_dir(job.path(folder)).unwrap();
        }
        let folder = |name: &str| job.path(name).display().to_string();
        let path = path
            .replace("GOOD", &folder("good"))
            .replace("EVIL", &folder("evil"));
        let usual = std::env::var("PATH").unwrap();
        let job = job
            .var("PATH", &format!("{path}:{usual}"))
            .file("evil/show-key", "#!/bin/sh\ntouch ran\n");
        set_mode(&job.path("evil/show-key"), 0o755);
        set_mode(&job.path("evil"), 0o777);
        job
    };
    // A file that is not executable is skipped, by the check too.
    let passed_over = job("GOOD:EVIL").file("good/show-key", "no program");
    set_mode(&passed_over.path("good/show-key"), 0o600);
    refused(&passed_over, &fake, "evil", "chmod go-w");
    // A relative folder is relative to that of the config file.
    refused(&job("evil"), &fake, "evil", "chmod go-w");
}
