//! Secrets from files and commands, and who else could read those.

use crate::support::{Answer, Fake, Job, numbered};

const KEY: &str = "CANARYKEY123";

/// A run whose webhook key comes from another source than its variable.
fn job(fake: &Fake) -> Job {
    Job::run(numbered(1, "A"), fake)
        .without_var("RESPONDENT_SYNC_WEBHOOK_KEY")
        .args("-vv")
}

fn private(job: Job, name: &str, text: impl AsRef<[u8]>, mode: u32) -> Job {
    let job = job.file(name, text);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(job.path(name), std::fs::Permissions::from_mode(mode)).unwrap();
    }
    #[cfg(not(unix))]
    let _unused = mode;
    job
}

/// Runs it, and asserts that the key was used and appears nowhere.
fn sends_with_key(job: &Job, fake: &Fake) -> String {
    let ran = job.ends(0);
    let target = fake.calls().last().unwrap().target.clone();
    assert!(target.contains(KEY), "{target}");
    assert!(!ran.stderr.contains("CANARY"), "{}", ran.stderr);
    ran.stderr
}

#[test]
fn a_file_that_a_variable_names() {
    let fake = Fake::start(|_| Answer::success());
    let job = private(job(&fake), "key", format!("{KEY}\n"), 0o600);
    let path = job.path("key");
    let job = job.var("RESPONDENT_SYNC_WEBHOOK_KEY_FILE", path.to_str().unwrap());
    let said = sends_with_key(&job, &fake);
    // On Windows the folder decides who can read a new file.
    assert!(cfg!(windows) || !said.contains("others can read"), "{said}");
    let job = job
        .var("RESPONDENT_SYNC_WEBHOOK_KEY", "other")
        .args("--overwrite");
    let ran = job.ends(2);
    assert!(
        ran.stderr.contains("are both set: which of them is meant?"),
        "{}",
        ran.stderr
    );
}

#[test]
fn systemds_folder_of_credentials() {
    let fake = Fake::start(|_| Answer::success());
    let job = private(job(&fake), "webhook_key", KEY, 0o400);
    let folder = job.path("");
    let job = job.var("CREDENTIALS_DIRECTORY", folder.to_str().unwrap());
    sends_with_key(&job, &fake);
}

#[test]
fn a_file_that_the_config_names_beside_itself() {
    let fake = Fake::start(|_| Answer::success());
    let job = private(job(&fake), "key", KEY, 0o600)
        .file("c.toml", "webhook_key_file = \"key\"\n")
        .args("--config c.toml");
    sends_with_key(&job, &fake);
    let shown = Job::new("config show --config c.toml").without_var("RESPONDENT_SYNC_WEBHOOK_KEY");
    let shown = private(shown, "key", KEY, 0o600)
        .file("c.toml", "webhook_key_file = \"key\"\n")
        .ends(0);
    let line = shown
        .stdout
        .lines()
        .find(|line| line.starts_with("# webhook_key:"))
        .unwrap();
    assert!(
        line.contains("set (from file ") && line.ends_with("key)"),
        "{line}"
    );
    assert!(
        shown
            .stdout
            .contains("# account: set (from RESPONDENT_SYNC_ACCOUNT)"),
        "{}",
        shown.stdout
    );
    assert!(
        !shown.stdout.contains("CANARY") && !shown.stdout.contains("aaaaaaaa"),
        "{}",
        shown.stdout
    );
}

#[test]
fn a_secret_that_is_missing_or_wrong_is_named_and_never_quoted() {
    let fake = Fake::start(|_| Answer::success());
    let ran = job(&fake).ends(2);
    assert!(
        ran.stderr.contains("RESPONDENT_SYNC_WEBHOOK_KEY is not set"),
        "{}",
        ran.stderr
    );
    let job = private(job(&fake), "key", "CANARY KEY", 0o600).file("c.toml", "webhook_key_file = \"key\"\n");
    let job = job.args("--config c.toml");
    let ran = job.ends(2);
    assert!(
        ran.stderr.contains("U+0020") && !ran.stderr.contains("CANARY"),
        "{}",
        ran.stderr
    );
    std::fs::remove_file(job.path("key")).unwrap();
    let ran = job.ends(2);
    assert!(
        ran.stderr.contains("no `webhook_key`: cannot read"),
        "{}",
        ran.stderr
    );
    assert_eq!(fake.calls().len(), 0);
}

/// Encodes a text as Windows PowerShell's `>` and `Out-File` do, with this byte order.
fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    format!("\u{FEFF}{text}").encode_utf16().flat_map(bytes).collect()
}

#[test]
fn a_file_in_any_form_that_editors_and_shells_write() {
    let fake = Fake::start(|_| Answer::success());
    let line = format!("{KEY} \r\n");
    for bytes in [
        utf16(&line, u16::to_le_bytes),
        utf16(&line, u16::to_be_bytes),
        format!("\u{FEFF}{line}").into_bytes(),
        format!("  {KEY}\t\n\n").into_bytes(),
    ] {
        let job = private(job(&fake), "key", bytes, 0o600)
            .file(
                "c.toml",
                utf16("webhook_key_file = \"key\"\r\n", u16::to_le_bytes),
            )
            .args("--config c.toml");
        sends_with_key(&job, &fake);
    }
    // As `$(cat key)` passes it.
    let job = job(&fake).var("RESPONDENT_SYNC_WEBHOOK_KEY", &format!("\u{FEFF}{KEY}"));
    sends_with_key(&job, &fake);
}

#[cfg(unix)]
#[test]
fn a_command_may_print_utf_16() {
    let fake = Fake::start(|_| Answer::success());
    let job = job(&fake).file("printed", utf16(&format!("{KEY}\r\n"), u16::to_le_bytes));
    let job = private(
        job,
        "c.toml",
        "webhook_key_command = [\"cat\", \"printed\"]\n",
        0o600,
    );
    sends_with_key(&job.args("--config c.toml"), &fake);
}

#[test]
fn what_is_no_plain_text_is_refused_in_words_that_say_what_to_do() {
    let fake = Fake::start(|_| Answer::success());
    let unmarked: Vec<u8> = KEY.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (bytes, expected) in [
        (
            unmarked,
            "key` is UTF-16 without a byte order mark: save it as UTF-8",
        ),
        (
            b"\x1F\x8B\x08\0CANARY".to_vec(),
            "key` is no text (line 1 holds a NUL byte)",
        ),
        (
            b"CANARY\xBF".to_vec(),
            "key` is not UTF-8 (line 1): save it as UTF-8",
        ),
        (
            b"CANARY\nCANARY\n".to_vec(),
            "key`) has several lines: it is the value and nothing else",
        ),
        (vec![b'A'; 70_000], "key` has more than 64 KiB: it is no secret"),
    ] {
        let job = private(job(&fake), "key", bytes, 0o600).file("c.toml", "webhook_key_file = \"key\"\n");
        let ran = job.args("--config c.toml").ends(2);
        let said = ran.stderr.lines().last().unwrap();
        assert!(
            said.contains(expected) && !ran.stderr.contains("CANARY"),
            "{expected}: {}",
            ran.stderr
        );
    }
    assert_eq!(fake.calls().len(), 0);
    let ran = job(&fake)
        .file("c.toml", b"rate = \"5/s\"\n# Co noc o sz\xF3stej\n")
        .args("--config c.toml")
        .ends(2);
    assert!(
        ran.stderr
            .contains("the config file `c.toml` is not UTF-8 (line 2): save it as UTF-8"),
        "{}",
        ran.stderr
    );
}

#[cfg(unix)]
#[test]
fn who_else_can_read_it_is_warned_of_and_who_else_can_write_it_is_refused() {
    let fake = Fake::start(|_| Answer::success());
    for (mode, warns) in [(0o400, false), (0o640, true), (0o604, true)] {
        let job = private(job(&fake), "key", KEY, mode)
            .file("c.toml", "webhook_key_file = \"key\"\n")
            .args("--config c.toml");
        let said = sends_with_key(&job, &fake);
        assert_eq!(said.contains("which holds a secret"), warns, "{mode:o}: {said}");
    }
    for (mode, who) in [(0o620, "group "), (0o602, "every user ")] {
        let job = private(job(&fake), "key", KEY, mode)
            .file("c.toml", "webhook_key_file = \"key\"\n")
            .args("--config c.toml");
        let ran = job.ends(2);
        assert!(
            ran.stderr.contains(who) && ran.stderr.contains("can write `"),
            "{mode:o}: {}",
            ran.stderr
        );
    }
}

#[cfg(unix)]
#[test]
fn a_command_without_a_shell() {
    let fake = Fake::start(|_| Answer::success());
    let config = |command: &str| format!("webhook_key_command = {command}\n");
    let ask = |command: &str| private(job(&fake), "c.toml", config(command), 0o644).args("--config c.toml");
    sends_with_key(&ask(&format!("[\"printf\", \"%s\\\\n\", \"{KEY}\"]")), &fake);
    ask("[\"printf\", \"$HOME\"]").ends(0);
    let target = fake.calls().last().unwrap().target.clone();
    assert!(target.contains("$HOME") || target.contains("%24HOME"), "{target}");
    let ran = ask("[\"sh\", \"-c\", \"echo CANARY >&2; exit 3\"]").ends(2);
    let said = "no `webhook_key`: `sh` failed (exit status: 3): run it by hand to see why";
    assert!(
        ran.stderr.contains(said) && !ran.stderr.contains("CANARY"),
        "{}",
        ran.stderr
    );
    // A process that the command leaves running, like an agent that is started on demand, delays
    // nothing.
    sends_with_key(
        &ask(&format!("[\"sh\", \"-c\", \"sleep 30 & echo {KEY}\"]")),
        &fake,
    );
    // The output of a command that never ends is not read forever.
    let ran = ask("[\"yes\"]").ends(2);
    assert!(
        ran.stderr.contains("`yes` failed") || ran.stderr.contains("has several lines"),
        "{}",
        ran.stderr
    );
    let ran = ask("[\"./nowhere\"]").ends(2);
    assert!(
        ran.stderr.contains("cannot find the program `") && ran.stderr.contains("nowhere"),
        "{}",
        ran.stderr
    );
}

#[cfg(unix)]
#[test]
fn a_dry_run_looks_at_all_three_and_runs_no_command() {
    let fake = Fake::start(|_| Answer::success());
    let config =
        "account_command = [\"touch\", \"ran\"]\nwebhook_key_file = \"key\"\nwebhook_auth_file = \"gone\"\n";
    let dry = || {
        Job::run(numbered(1, "A"), &fake)
            .args("--dry-run")
            .without_var("RESPONDENT_SYNC_ACCOUNT")
            .without_var("RESPONDENT_SYNC_WEBHOOK_KEY")
            .without_var("RESPONDENT_SYNC_WEBHOOK_AUTH")
    };
    let job = dry().args("--config c.toml --changed-only");
    let job = private(private(job, "c.toml", config, 0o600), "key", "CANARY KEY", 0o640);
    // If there is a store, the account is needed.
    let job = job.args("--state s.sqlite").file("s.sqlite", "");
    let ran = job.ends(0);
    for expected in [
        "`account` is not looked at: a dry run does not run the command touch",
        "warning: a run would not start: the file of `webhook_key` (",
        "key`) holds a character that cannot be seen (U+0020",
        "which holds a secret: ",
        "warning: a run would not start: no `webhook_auth`: cannot read",
    ] {
        assert!(
            ran.stderr.contains(expected),
            "`{expected}` is not in\n{}",
            ran.stderr
        );
    }
    assert!(!ran.stderr.contains("CANARY") && !job.names().contains(&"ran".to_owned()));
    let ran = dry().ends(0);
    let none = "a run would not start: none of RESPONDENT_SYNC_ACCOUNT, ";
    assert_eq!(ran.stderr.matches(none).count(), 1, "{}", ran.stderr);
    let all_there = Job::run(numbered(1, "A"), &fake).args("--dry-run");
    // The sandbox needs no secrets.
    for job in [all_there, dry().args("--sandbox")] {
        let ran = job.ends(0);
        assert!(!ran.stderr.contains("would not start"), "{}", ran.stderr);
    }
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_not_waited_for() {
    let fake = Fake::start(|_| Answer::success());
    let job = job(&fake);
    let made = std::process::Command::new("mkfifo")
        .arg(job.path("pipe"))
        .status()
        .unwrap();
    assert!(made.success());
    let path = job.path("pipe");
    let ran = job
        .var("RESPONDENT_SYNC_WEBHOOK_KEY_FILE", path.to_str().unwrap())
        .ends_somehow();
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("it is no regular file"), "{}", ran.stderr);
}

#[cfg(unix)]
#[test]
fn everything_that_is_wrong_is_reported_at_once_before_any_command_is_run() {
    let fake = Fake::start(|_| Answer::success());
    let config = "input = \"in.csv\"\nwebhook_key_command = [\"touch\", \"ran\"]\n";
    let job = private(job(&fake), "job.toml", config, 0o600)
        .without_var("RESPONDENT_SYNC_WEBHOOK_AUTH")
        .args("--config job.toml --only , --max-same-error x --rotate");
    let ran = job.ends(2);
    for expected in [
        "4 settings are wrong",
        "`--only` names no respondent",
        "`--max-same-error x`",
        "`--rotate`",
        "RESPONDENT_SYNC_WEBHOOK_AUTH is not set",
    ] {
        assert!(ran.stderr.contains(expected), "{expected}: {}", ran.stderr);
    }
    assert!(!job.path("ran").exists(), "the command was run");
    assert!(fake.calls().is_empty());
}

#[test]
fn secrets_that_are_missing_are_named_together() {
    let fake = Fake::start(|_| Answer::success());
    let ran = job(&fake).without_var("RESPONDENT_SYNC_ACCOUNT").ends(2);
    for expected in [
        "not set: RESPONDENT_SYNC_ACCOUNT (the account's number), RESPONDENT_SYNC_WEBHOOK_KEY (",
        "`respondent-sync init`",
    ] {
        assert!(ran.stderr.contains(expected), "{expected}: {}", ran.stderr);
    }
}
