//! The mails of the samples: what a scheduler sends when a night has failed. The commands are run as they
//! stand in the samples, by a shell; `journalctl` and `sendmail` are scripts of the test.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::support::{Answer, Fake, Job};

fn sample(name: &str) -> String {
    fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("samples/deploy")
            .join(name),
    )
    .unwrap()
}

/// A job whose night fails: a row is rejected, another has no id.
fn job(fake: &Fake) -> Job {
    let config = format!(
        "input = \"in.csv\"\nsurvey = \"7\"\nrate = \"unlimited\"\nbase_url = \"{}\"\nreport = \"in.report.html\"\n\
         state = \"none\"\n",
        fake.base
    );
    Job::new("run --config nps.toml --resume --rotate")
        .file("in.csv", "id_respondent,l1\n5,Anna\n7,Ewa\n,Jan\n")
        .file("nps.toml", config)
}

fn platform() -> Fake {
    Fake::start(|call| match call.respondent() {
        "7" => Answer::error("no such respondent"),
        _ => Answer::success(),
    })
}

/// Runs a command of a sample by a shell, in the job's folder, with the program and these scripts on the
/// PATH. Returns what it prints.
fn shell(job: &Job, command: &str, scripts: &[(&str, &str)]) -> String {
    let bin = job.path("bin");
    fs::create_dir_all(&bin).unwrap();
    for (name, text) in scripts {
        let path = bin.join(name);
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let program = Path::new(env!("CARGO_BIN_EXE_respondent-sync")).parent().unwrap();
    let path = format!(
        "{}:{}:{}",
        bin.display(),
        program.display(),
        std::env::var("PATH").unwrap()
    );
    let ran = Command::new("/bin/sh")
        .args(["-c", command])
        .current_dir(job.path(""))
        .env_clear()
        .env("PATH", path)
        .env("HOME", job.path(""))
        .env("TO", "marketing@example.com")
        .env("MONITOR_INVOCATION_ID", "4711")
        .env("RESPONDENT_SYNC_ACCOUNT", "387487")
        .env("RESPONDENT_SYNC_WEBHOOK_KEY", "kkkkkkkk")
        .env("RESPONDENT_SYNC_WEBHOOK_AUTH", "aaaaaaaa")
        .output()
        .unwrap();
    String::from_utf8(ran.stdout).unwrap()
}

/// Asserts that a mail has counts, codes, the next step and the page's path, and neither rows nor data.
fn is_a_good_mail(mail: &str) {
    for text in [
        "1 of 3 contacts updated, 2 need a fix.",
        "1: rejected by the platform (rejected)",
        "1: no respondent id (missing_id)",
        "respondent-sync retry",
        "in.report.html",
    ] {
        assert!(mail.contains(text), "no `{text}` in\n{mail}");
    }
    for text in ["Anna", "Ewa", "Jan", "row 3", "rows 3", "kkkkkkkk"] {
        assert!(!mail.contains(text), "`{text}` in\n{mail}");
    }
}

#[test]
fn cron_mails_what_its_line_prints() {
    let fake = platform();
    let job = job(&fake);
    let crontab = sample("crontab");
    let line = crontab
        .lines()
        .find_map(|line| line.strip_prefix("0 2 * * * "))
        .unwrap();
    let line = line.replace("/etc/respondent-sync/nps.toml", "nps.toml");
    is_a_good_mail(&shell(&job, &line, &[]));
    assert!(job.text("nps.log").contains("need a fix"));
    // A night that makes no call has its mail, too.
    fs::write(job.path("in.csv"), "id_respondent\n5\n").unwrap();
    let mail = shell(&job, &line, &[]);
    assert!(mail.contains("in.csv: exit 3"), "{mail}");
    // A good night has none.
    fs::write(job.path("in.csv"), "id_respondent,l1\n5,b\n").unwrap();
    assert_eq!(shell(&job, &line, &[]), "");
}

/// The command of the unit, as systemd hands it to the shell.
fn command_of_unit() -> String {
    let unit = sample("respondent-sync-mail@.service").replace("\\\n", "");
    let line = unit
        .lines()
        .find_map(|line| line.strip_prefix("ExecStart=/bin/sh -c '"))
        .unwrap();
    let script = line.strip_suffix('\'').unwrap();
    script
        .replace("\\\\", "\u{0}")
        .replace('\u{0}', "\\")
        .replace("%%", "\u{0}")
        .replace("%i", "respondent-sync.service")
        .replace("%H", "host")
        .replace('\u{0}', "%")
        .replace("$$", "$")
        .replace("/usr/local/bin/", "")
}

#[test]
fn systemd_mails_the_summary_of_the_run_from_the_journal() {
    let fake = platform();
    let job = job(&fake).args("--summary -");
    let ran = job.ends(1);
    let journal = format!("{}{}", ran.stderr, ran.stdout);
    let job = job.file("journal", journal);
    let scripts = [
        (
            "journalctl",
            "[ \"$3\" = _SYSTEMD_INVOCATION_ID=4711 ] && cat journal || echo the last lines of the log",
        ),
        ("sendmail", "cat"),
    ];
    let mail = shell(&job, &command_of_unit(), &scripts);
    assert!(
        mail.starts_with("To: marketing@example.com\nSubject: respondent-sync.service failed on host\n"),
        "{mail}"
    );
    is_a_good_mail(&mail);
    // A run that was killed has printed no summary.
    let job = job.file("journal", "3 rows to …\n");
    let mail = shell(&job, &command_of_unit(), &scripts);
    assert!(mail.contains("the last lines of the log"), "{mail}");
}
