//! `doctor`: what a run needs on this machine.

use crate::support::api::{self, CLIENT_ID, CLIENT_SECRET};
use crate::support::{Answer, Fake, Job};

/// A host that has a front page and a clock.
fn host(seconds: i64) -> Fake {
    Fake::start(move |_| {
        let now = std::time::SystemTime::now();
        let shift = std::time::Duration::from_secs(seconds.unsigned_abs());
        let now = if seconds < 0 { now - shift } else { now + shift };
        Answer::of(200, "").with(&format!("Date: {}", httpdate::fmt_http_date(now)))
    })
}

/// A job with a config beside its export.
fn job(fake: &Fake) -> Job {
    let config = format!(
        "input = \"in.csv\"\nsurvey = 7\nbase_url = \"{}\"\nstate = \"state.sqlite\"\n",
        fake.base
    );
    Job::new("doctor --config c.toml")
        .file("c.toml", config)
        .file("in.csv", "id_respondent,l1\n1,A\n")
}

/// Returns the state and what was found of a subject.
fn line(text: &str, subject: &str) -> (String, String) {
    let mut lines = text.lines().map(|line| line.split_once(subject));
    let found = lines.find_map(|parts| {
        let (state, found) = parts?;
        (state.trim().chars().all(char::is_alphabetic) && !state.trim().is_empty()).then_some((state, found))
    });
    let (state, found) = found.unwrap_or_else(|| panic!("no `{subject}` in\n{text}"));
    (state.trim().to_owned(), found.trim().to_owned())
}

#[test]
fn everything_that_a_run_needs_is_looked_at_and_no_webhook_is_called() {
    let fake = host(0);
    let job = job(&fake);
    let text = job.ends(0).stdout;
    for subject in [
        "program",
        "terminal",
        "time",
        "config",
        "account",
        "webhook_key",
        "webhook_auth",
        "export",
        "results",
        "state",
        "proxy",
        "host's name",
        "connection",
        "clock",
    ] {
        assert_eq!(line(&text, subject).0, "ok", "{text}");
    }
    assert!(text.ends_with("examined by `respondent-sync check`.\n"), "{text}");
    let calls = fake.calls();
    assert_eq!(calls.len(), 1);
    assert_eq!(
        (calls[0].method.as_str(), calls[0].target.as_str()),
        ("HEAD", "/")
    );
    assert_eq!(job.names(), ["c.toml", "in.csv"]);
}

#[test]
fn what_is_missing_or_wrong_is_said_with_what_to_do() {
    let fake = host(0);
    let ran = job(&fake)
        .var("RESPONDENT_SYNC_WEBHOOK_KEY", "CANARY CANARY")
        .without_var("RESPONDENT_SYNC_WEBHOOK_AUTH")
        .file(
            "c.toml",
            format!(
                "input = \"other.csv\"\nsurvey = 7\nbase_url = \"{}\"\n",
                fake.base
            ),
        )
        .ends(2);
    let text = ran.stdout;
    assert!(
        !text.contains("CANARY") && !ran.stderr.contains("CANARY"),
        "{text}"
    );
    let (state, found) = line(&text, "webhook_key");
    assert!(state == "wrong" && found.contains("U+0020"), "{text}");
    let (state, found) = line(&text, "webhook_auth");
    assert!(
        state == "look" && found.contains("RESPONDENT_SYNC_WEBHOOK_AUTH"),
        "{text}"
    );
    let (state, found) = line(&text, "export");
    assert!(
        state == "look" && found.contains("other.csv` does not exist"),
        "{text}"
    );
    assert!(text.ends_with("Wrong: 1; to look at: 2.\n"), "{text}");
}

#[test]
fn a_config_that_cannot_be_read_is_a_finding_and_nobody_is_asked() {
    let fake = host(0);
    for config in ["nonsense = 1\n", "rate = \"fast\"\n", "survey = \n"] {
        let text = job(&fake).file("c.toml", config).ends(2).stdout;
        assert_eq!(line(&text, "config").0, "wrong", "{text}");
        assert_eq!(line(&text, "settings").0, "look", "{text}");
        assert!(!text.contains("connection"), "{text}");
    }
    let text = job(&fake).instead_of("c.toml", "nowhere.toml").ends(2).stdout;
    assert!(line(&text, "config").1.contains("nowhere.toml"), "{text}");
    assert_eq!(fake.calls().len(), 0);
}

/// Settings that end a run with 2 are wrong here, too.
#[test]
fn what_ends_a_run_is_found() {
    let fake = host(0);
    for (lines, subject, words) in [
        ("rotate = true\n", "settings", "`--resume`"),
        ("timeout = \"0s\"\n", "settings", "--timeout"),
        (
            "state = \"none\"\nchanged_only = true\n",
            "settings",
            "--changed-only",
        ),
        ("healthcheck_url = \"http://hc.example/x\"\n", "settings", "https"),
        (
            "exclude = \"nobody.csv\"\n",
            "export",
            "nobody.csv` cannot be read",
        ),
        ("failed = \"nowhere/f.csv\"\n", "results", "does not exist"),
        ("output_dir = \"nowhere\"\n", "results", "does not exist"),
        ("state = \"in.csv\"\nchanged_only = true\n", "state", "in.csv"),
        ("state = \"in.csv/s\"\nchanged_only = true\n", "state", "in.csv"),
    ] {
        let config = format!(
            "input = \"in.csv\"\nsurvey = 7\nbase_url = \"{}\"\n{lines}",
            fake.base
        );
        let text = job(&fake).file("c.toml", config).ends(2).stdout;
        let wrong = text
            .lines()
            .filter(|line| line.trim_start().starts_with("wrong"))
            .find(|line| line.contains(subject) && line.contains(words));
        assert!(wrong.is_some(), "{lines}: {text}");
    }
    let text = job(&fake).file("c.toml", "sandbox = true\n").ends(0).stdout;
    assert!(!text.contains("connection"), "{text}");
}

#[test]
fn a_clock_that_is_wrong_is_noticed() {
    let text = job(&host(3000)).ends(0).stdout;
    let (state, found) = line(&text, "clock");
    assert!(
        state == "look" && found.contains("behind the platform's"),
        "{text}"
    );
    let text = job(&host(-3000)).ends(0).stdout;
    assert!(
        line(&text, "clock").1.contains("ahead of the platform's"),
        "{text}"
    );
}

#[test]
fn a_host_that_does_not_answer_or_is_not_trusted_is_told_apart() {
    let fake = host(0);
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let config = format!("survey = 7\nbase_url = \"http://127.0.0.1:{port}\"\n");
    let text = job(&fake).file("c.toml", config).ends(5).stdout;
    assert_eq!(line(&text, "connection").0, "wrong", "{text}");
    assert!(line(&text, "export").1.contains("typed with `run`"), "{text}");
}

#[test]
fn tls_is_looked_at() {
    let (fake, pem) = Fake::start_tls(|_| Answer::of(404, ""));
    let text = job(&fake).ends(4).stdout;
    let (state, found) = line(&text, "connection");
    assert!(state == "wrong" && found.contains("--ca-file"), "{text}");
    let text = job(&fake)
        .file("ca.pem", pem)
        .var("RESPONDENT_SYNC_CA_FILE", "ca.pem")
        .ends(0)
        .stdout;
    assert!(line(&text, "connection").1.contains("HTTP 404"), "{text}");
}

#[test]
fn folders_that_are_copied_elsewhere_are_warned_of() {
    let fake = Fake::start(|_| Answer::success());
    let job = Job::run("id_respondent,l1\n1,A\n", &fake).args("--output-dir OneDrive-Firma");
    std::fs::create_dir(job.path("OneDrive-Firma")).unwrap();
    let ran = job.ends(0);
    assert!(
        ran.stderr.contains("OneDrive copies to other machines"),
        "{}",
        ran.stderr
    );

    let fake = host(0);
    let job = self::job(&fake);
    std::fs::create_dir(job.path("Dropbox")).unwrap();
    let key = job.path("Dropbox/key");
    let job = job
        .file("Dropbox/key", "KEY")
        .without_var("RESPONDENT_SYNC_WEBHOOK_KEY")
        .var("RESPONDENT_SYNC_WEBHOOK_KEY_FILE", key.to_str().unwrap());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let text = job.ends(0).stdout;
        let (state, found) = line(&text, "webhook_key");
        assert!(state == "look" && found.contains("others can read"), "{text}");
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    let text = job.ends(0).stdout;
    let (state, found) = line(&text, "webhook_key");
    // On Windows the file has the rights of its folder, and who can read it is said first.
    let words = if cfg!(windows) {
        "others can read"
    } else {
        "Dropbox copies"
    };
    assert!(state == "look" && found.contains(words), "{text}");
}

#[test]
fn it_speaks_polish() {
    let text = job(&host(0)).args("--lang pl").ends(0).stdout;
    assert!(line(&text, "klucz webhooka").1.starts_with("jest ("), "{text}");
    assert!(text.ends_with("sprawdza `respondent-sync check`.\n"), "{text}");
}

/// A platform whose API has these surveys, each with its number of respondents.
fn platform(surveys: &'static [(u32, &'static str, u32)]) -> Fake {
    Fake::start(move |call| api::answer(call, surveys).unwrap_or_else(|| Answer::of(200, "")))
}

/// A job whose runs read the list of survey 7 first, with a key of the API.
fn pulling(fake: &Fake, lines: &str) -> Job {
    let config = format!(
        "input = \"in.csv\"\nbase_url = \"{}\"\nstate = \"state.sqlite\"\n{lines}",
        fake.base
    );
    job(fake)
        .file("c.toml", config)
        .var("RESPONDENT_SYNC_CLIENT_ID", CLIENT_ID)
        .var("RESPONDENT_SYNC_CLIENT_SECRET", CLIENT_SECRET)
}

const PULL: &str = "survey = 7\npull = true\n";

#[test]
fn the_list_that_a_run_reads_first_is_asked_for_one_respondent() {
    let fake = platform(&[(7, "NPS", 12)]);
    let job = pulling(&fake, PULL);
    let ran = job.ends(0);
    let text = ran.stdout;
    for secret in ["client_id", "client_secret"] {
        let (state, found) = line(&text, secret);
        assert!(
            state == "ok" && found.contains("RESPONDENT_SYNC_CLIENT"),
            "{text}"
        );
    }
    let (state, found) = line(&text, "REST API");
    assert_eq!(
        (state.as_str(), found.as_str()),
        ("ok", "127.0.0.1 gives the list of survey 7: 12 respondents")
    );
    assert!(
        !text.contains("CANARY") && !text.contains("@example.com"),
        "{text}"
    );
    let calls = fake.calls();
    let targets: Vec<&str> = calls.iter().map(|call| call.target.as_str()).collect();
    assert_eq!(targets, ["/", "/token", "/api/v2/respondents/7?limit=1&offset=0"]);
    // Neither the token nor the list stays.
    assert_eq!(job.names(), ["c.toml", "in.csv"]);
    // A run that reads its values back reads the list, too.
    let text = pulling(&fake, "survey = 7\nverify = \"1m\"\n").ends(0).stdout;
    assert_eq!(line(&text, "REST API").0, "ok", "{text}");
    let text = job.args("--lang pl").ends(0).stdout;
    assert!(line(&text, "klucz API").1.starts_with("jest ("), "{text}");
    let found = line(&text, "REST API").1;
    assert_eq!(
        found,
        "127.0.0.1 podaje listę wysyłkową ankiety 7: 12 respondentów"
    );
}

#[test]
fn an_api_that_would_end_a_run_is_wrong() {
    let fake = platform(&[(7, "NPS", 0), (8, "CSAT", 3)]);
    for (lines, secret, code, expected) in [
        (PULL, CLIENT_SECRET, 4, "survey 7 has no respondents"),
        (
            "survey = 9\npull = true\n",
            CLIENT_SECRET,
            4,
            "no survey 9 for this API key (404)",
        ),
        (
            "survey = 8\npull = true\n",
            "CANARYother",
            4,
            "refuses the API key (401)",
        ),
        (
            "survey = 8\npull = \"prefer\"\n",
            "CANARYother",
            4,
            "refuses the API key (401)",
        ),
    ] {
        let ran = pulling(&fake, lines)
            .var("RESPONDENT_SYNC_CLIENT_SECRET", secret)
            .ends(code);
        let (state, found) = line(&ran.stdout, "REST API");
        assert!(state == "wrong" && found.contains(expected), "{}", ran.stdout);
        assert!(!ran.stdout.contains("CANARY"), "{}", ran.stdout);
    }
    let busy = Fake::start(|call| match call.target.as_str() {
        "/" => Answer::of(200, ""),
        "/token" => api::answer(call, &[]).unwrap(),
        _ => Answer::of(503, ""),
    });
    let text = pulling(&busy, PULL).ends(5).stdout;
    assert_eq!(line(&text, "REST API").0, "wrong", "{text}");
    // Each call once.
    assert_eq!(busy.calls().len(), 3);
    // The list of an earlier run is enough for this one.
    let job = pulling(&busy, "survey = 7\npull = \"prefer\"\n").file("in.respondents.csv", "x");
    let text = job.ends(0).stdout;
    let (state, found) = line(&text, "REST API");
    assert!(
        state == "look" && found.contains("uses the list of an earlier one"),
        "{text}"
    );
}

#[test]
fn a_key_that_a_run_needs_is_missed_and_the_api_is_not_asked() {
    let fake = platform(&[(7, "NPS", 12)]);
    let job = pulling(&fake, PULL)
        .without_var("RESPONDENT_SYNC_CLIENT_ID")
        .var("RESPONDENT_SYNC_CLIENT_SECRET", "CANARY CANARY");
    let text = job.ends(2).stdout;
    let (state, found) = line(&text, "client_id");
    assert!(
        state == "look" && found.contains("RESPONDENT_SYNC_CLIENT_ID"),
        "{text}"
    );
    let (state, found) = line(&text, "client_secret");
    assert!(state == "wrong" && found.contains("U+0020"), "{text}");
    assert!(!text.contains("REST API") && !text.contains("CANARY"), "{text}");
    // A command is not run here.
    let lines = format!("{PULL}client_secret_command = [\"gone\"]\n");
    let job = pulling(&fake, &lines).without_var("RESPONDENT_SYNC_CLIENT_SECRET");
    let text = job.ends(0).stdout;
    let (state, found) = line(&text, "REST API");
    assert!(state == "ok" && found.contains("commands are not run"), "{text}");
    // Wrong flags are settings.
    for (lines, expected) in [
        ("pull = true\n", "--survey"),
        (
            "survey = 7\npull = true\nauth_url = \"http://x.example/token\"\n",
            "--auth-url",
        ),
        ("survey = 7\non_conflict = \"keep\"\n", "--on-conflict"),
    ] {
        let text = pulling(&fake, lines).ends(2).stdout;
        let (state, found) = line(&text, "settings");
        assert!(state == "wrong" && found.contains(expected), "{lines}: {text}");
        assert!(!text.contains("REST API"), "{text}");
    }
    assert!(fake.calls().iter().all(|call| call.target == "/"));
}

/// Without `--pull`, the key is nobody's business unless it is there.
#[test]
fn a_key_that_no_run_needs_is_mentioned_only_if_it_is_set() {
    let fake = platform(&[(7, "NPS", 12)]);
    let job = pulling(&fake, "survey = 7\n");
    let text = job.ends(0).stdout;
    assert_eq!(line(&text, "client_secret").0, "ok", "{text}");
    let text = job.without_var("RESPONDENT_SYNC_CLIENT_ID").ends(0).stdout;
    assert_eq!(line(&text, "client_id").0, "look", "{text}");
    assert_eq!(line(&text, "client_secret").0, "ok", "{text}");
    let text = self::job(&fake).ends(0).stdout;
    assert!(!text.contains("client_"), "{text}");
    // The sandbox needs no key.
    let text = self::job(&fake)
        .file("c.toml", "sandbox = true\npull = true\n")
        .ends(0)
        .stdout;
    assert!(!text.contains("client_") && !text.contains("REST API"), "{text}");
    assert!(fake.calls().iter().all(|call| call.target == "/"));
}
