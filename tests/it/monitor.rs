//! Notifications: a monitor hears of each run's start and end, and metrics are written for
//! Prometheus.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use crate::support::{Answer, Fake, Job, numbered};

/// A monitor that accepts everything, and records request line and body.
struct Monitor {
    url: String,
    told: Arc<Mutex<Vec<(String, String)>>>,
}

impl Monitor {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/CANARYCHECK", listener.local_addr().unwrap());
        let told = Arc::new(Mutex::new(Vec::new()));
        let hearing = Arc::clone(&told);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let hearing = Arc::clone(&hearing);
                std::thread::spawn(move || {
                    let mut stream = stream.unwrap();
                    let mut bytes = Vec::new();
                    let mut buffer = [0; 4096];
                    loop {
                        let text = String::from_utf8_lossy(&bytes).into_owned();
                        if let Some((head, body)) = text.split_once("\r\n\r\n") {
                            let length = head.lines().find_map(|line| {
                                let (name, value) = line.split_once(": ")?;
                                name.eq_ignore_ascii_case("content-length")
                                    .then(|| value.parse::<usize>().ok())?
                            });
                            if body.len() >= length.unwrap_or(0) {
                                let line = head.lines().next().unwrap().to_owned();
                                hearing.lock().unwrap().push((line, body.to_owned()));
                                break;
                            }
                        }
                        let count = stream.read(&mut buffer).unwrap();
                        assert!(count > 0, "a request that is cut: {text}");
                        bytes.extend(buffer.iter().take(count));
                    }
                    stream
                        .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nOK")
                        .unwrap();
                });
            }
        });
        Self { url, told }
    }

    fn told(&self) -> Vec<(String, String)> {
        self.told.lock().unwrap().clone()
    }
}

#[test]
fn the_monitor_is_told_of_start_and_end_with_the_code_and_the_summary() {
    let (monitor, fake) = (Monitor::start(), Fake::start(|_| Answer::success()));
    let job = Job::run(numbered(2, "CELLCANARY"), &fake).var("RESPONDENT_SYNC_HEALTHCHECK_URL", &monitor.url);
    let ran = job.ends(0);
    let told = monitor.told();
    let summary: serde_json::Value = serde_json::from_str(&job.text("in.summary.json")).unwrap();
    let id = summary["run_id"].as_str().unwrap();
    let lines: Vec<&str> = told.iter().map(|(line, _)| line.as_str()).collect();
    assert_eq!(
        lines,
        [
            format!("POST /CANARYCHECK/start?rid={id} HTTP/1.1"),
            format!("POST /CANARYCHECK/0?rid={id} HTTP/1.1")
        ]
    );
    let body: serde_json::Value = serde_json::from_str(&told[1].1).unwrap();
    assert_eq!(body["statuses"], summary["statuses"]);
    assert!(!told[1].1.contains("CELLCANARY"));
    assert!(!ran.stderr.contains("CANARYCHECK"), "{}", ran.stderr);
    // Its address is hidden like the other secrets.
    let shown = Job::new("config show")
        .var("RESPONDENT_SYNC_HEALTHCHECK_URL", &monitor.url)
        .ends(0);
    assert!(
        shown
            .stdout
            .contains("# healthcheck_url: set (from RESPONDENT_SYNC_HEALTHCHECK_URL)"),
        "{}",
        shown.stdout
    );
    let help = Job::new("run --help")
        .var("RESPONDENT_SYNC_HEALTHCHECK_URL", &monitor.url)
        .ends(0);
    assert!(!help.stdout.contains("CANARY"));
}

#[test]
fn the_monitors_address_comes_from_the_places_of_secrets_as_well() {
    let fake = Fake::start(|_| Answer::success());
    let told = |prepare: &dyn Fn(Job) -> Job| {
        let monitor = Monitor::start();
        let job = Job::run(numbered(2, "a"), &fake).file("healthcheck_url", format!("{}\n", monitor.url));
        let ran = prepare(job).ends(0);
        assert!(!ran.stderr.contains("CANARY"), "{}", ran.stderr);
        assert_eq!(monitor.told().len(), 2, "{}", ran.stderr);
    };
    told(&|job| job.var("RESPONDENT_SYNC_HEALTHCHECK_URL_FILE", "healthcheck_url"));
    told(&|job| {
        let folder = job.path("").to_str().unwrap().to_owned();
        job.var("CREDENTIALS_DIRECTORY", &folder)
    });
    told(&|job| {
        job.file("c.toml", "healthcheck_url_file = \"healthcheck_url\"\n")
            .args("--config c.toml")
    });
    // A flag takes precedence over all other sources, as for every setting.
    told(&|job| {
        let url = std::fs::read_to_string(job.path("healthcheck_url")).unwrap();
        job.var("RESPONDENT_SYNC_HEALTHCHECK_URL_FILE", "gone")
            .args(&format!("--healthcheck-url {}", url.trim()))
    });
}

#[test]
fn a_monitors_address_that_cannot_be_had_is_a_mistake() {
    let fake = Fake::start(|_| Answer::success());
    let job = || Job::run(numbered(2, "a"), &fake).file("url", "http://far.example/CANARY");
    let refused = |job: Job, why: &str| {
        let ran = job.ends(2);
        assert!(ran.stderr.contains(why), "{}", ran.stderr);
        assert!(!ran.stderr.contains("CANARY"), "{}", ran.stderr);
    };
    let name = "RESPONDENT_SYNC_HEALTHCHECK_URL_FILE";
    refused(
        job().var(name, "gone"),
        "no `healthcheck_url`: cannot read `gone`",
    );
    refused(
        job().var(name, "url"),
        "(`url`): `--healthcheck-url` is not `https`",
    );
    refused(
        job()
            .var(name, "url")
            .var("RESPONDENT_SYNC_HEALTHCHECK_URL", "https://a.example/CANARY"),
        "are both set: which of them is meant?",
    );
    refused(
        job()
            .file(
                "c.toml",
                "healthcheck_url = \"https://a.example/CANARY\"\nhealthcheck_url_file = \"good\"\n",
            )
            .file("good", "https://b.example/CANARY")
            .args("--config c.toml"),
        "`healthcheck_url` stands in the config file and comes from file ",
    );
    assert_eq!(fake.calls().len(), 0);
    // A rehearsal runs no command.
    job()
        .file("c.toml", "healthcheck_url_command = [\"false\"]\n")
        .args("--config c.toml --dry-run")
        .ends(0);
    let shown = Job::new("config show")
        .file("url", "https://a.example/CANARY")
        .var(name, "url")
        .ends(0);
    let line = shown
        .stdout
        .lines()
        .find(|line| line.starts_with("# healthcheck_url"));
    assert!(
        line.is_some_and(|line| line.contains("set (from file ")) && !shown.stdout.contains("CANARY"),
        "{}",
        shown.stdout
    );
}

#[test]
fn every_end_is_told_of_and_rehearsals_are_not() {
    let (monitor, fake) = (Monitor::start(), Fake::start(|_| Answer::of(401, "")));
    let job = |fake: &Fake| {
        Job::run(numbered(7, "a"), fake)
            .args("--metrics-file nps.prom")
            .var("RESPONDENT_SYNC_HEALTHCHECK_URL", &monitor.url)
    };
    job(&fake).ends(4);
    job(&fake).args("--min-rows 9").ends(4);
    job(&fake).args("--map l4=Gone").ends(3);
    job(&fake).without_var("RESPONDENT_SYNC_WEBHOOK_KEY").ends(2);
    let told = monitor.told();
    let ends: Vec<&str> = told
        .iter()
        .map(|(line, _)| {
            line.strip_prefix("POST /CANARYCHECK/")
                .unwrap()
                .split_once('?')
                .unwrap()
                .0
        })
        .collect();
    assert_eq!(ends, ["start", "4", "start", "4", "start", "3", "start", "2"]);
    assert!(
        told[1]
            .1
            .contains("\"why\":\"aborted: credentials, certificate or address refused"),
        "{}",
        told[1].1
    );
    assert!(told[3].1.contains("`--min-rows` wants 9"), "{}", told[3].1);
    let rehearsal = job(&fake).args("--dry-run");
    rehearsal.ends(0);
    let rehearsal = rehearsal.args("--sandbox");
    rehearsal.ends(0);
    assert!(!rehearsal.path("nps.prom").exists());
    assert_eq!(monitor.told().len(), told.len());
}

#[test]
fn a_monitor_that_is_down_changes_nothing_and_holds_nobody_up_for_long() {
    let fake = Fake::start(|_| Answer::success());
    // Accepts the connection and does not answer.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/CANARYCHECK", silent.local_addr().unwrap());
    let job = Job::run(numbered(2, "a"), &fake).var("RESPONDENT_SYNC_HEALTHCHECK_URL", &url);
    let ran = job.ends(0);
    assert!(
        ran.stderr.contains(&format!(
            "warning: the monitor at {} was not told of the run's start: no answer within 10 s",
            silent.local_addr().unwrap()
        )),
        "{}",
        ran.stderr
    );
    assert!(!ran.stderr.contains("CANARY"), "{}", ran.stderr);
    let ran = Job::run(numbered(2, "a"), &fake)
        .var("RESPONDENT_SYNC_HEALTHCHECK_URL", "http://far.example/x")
        .ends(2);
    assert!(
        ran.stderr.contains("`--healthcheck-url` is not `https`"),
        "{}",
        ran.stderr
    );
}

#[test]
#[expect(clippy::disallowed_methods, reason = "how long a real run takes")]
fn a_monitor_that_refuses_connections_is_known_to_at_once() {
    let fake = Fake::start(|_| Answer::success());
    let closed = crate::support::CLOSED;
    let job = Job::run(numbered(2, "a"), &fake).var(
        "RESPONDENT_SYNC_HEALTHCHECK_URL",
        &format!("http://{closed}/CANARYCHECK"),
    );
    let start = std::time::Instant::now();
    let ran = job.ends(0);
    // Each has a second attempt, a second later. The rest of the limit is for a loaded machine.
    assert!(
        start.elapsed() < std::time::Duration::from_secs(8),
        "{:?}",
        start.elapsed()
    );
    for what in ["start", "end"] {
        let warning = format!(
            "warning: the monitor at {closed} was not told of the run's {what}: the connection was refused"
        );
        assert_eq!(ran.stderr.matches(&warning).count(), 1, "{}", ran.stderr);
    }
    assert!(!ran.stderr.contains("CANARY"), "{}", ran.stderr);
}

#[test]
fn what_the_monitor_says_of_its_troubles_is_said() {
    let fake = Fake::start(|_| Answer::success());
    // The monitor is notified of the end.
    let troubled = Fake::start(|call| {
        let status = if call.target.contains("/start") { 503 } else { 200 };
        Answer::of(status, "CANARY")
    });
    let ran = Job::run(numbered(2, "a"), &fake)
        .var(
            "RESPONDENT_SYNC_HEALTHCHECK_URL",
            &format!("{}/CANARYCHECK", troubled.base),
        )
        .ends(0);
    assert!(
        ran.stderr
            .contains("was not told of the run's start: it answered 503 Service Unavailable, and nothing better within 10 s"),
        "{}",
        ran.stderr
    );
    assert!(!ran.stderr.contains("CANARY"), "{}", ran.stderr);
}

#[cfg(unix)]
#[test]
fn a_signal_while_the_monitor_is_told_ends_the_run_with_its_own_code() {
    let fake = Fake::start(|_| Answer::error("no"));
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/x", silent.local_addr().unwrap());
    let job = Job::run(numbered(2, "a"), &fake).var("RESPONDENT_SYNC_HEALTHCHECK_URL", &url);
    let job = job.args("--metrics-file over.prom");
    let running = job.start();
    // Written when the run is over, before the monitor is notified.
    for _ in 0..3_000 {
        if job.path("over.prom").exists() {
            break;
        }
        crate::support::pause(std::time::Duration::from_millis(10));
    }
    // In a run that still continues, the second signal would end the process.
    running.signal("TERM");
    running.signal("TERM");
    assert_eq!(running.wait().code, 1);
    assert_eq!(job.lines("in.results.csv").len(), 2);
}

#[cfg(unix)]
#[test]
fn a_signal_before_the_first_call_is_told_of_too() {
    let (monitor, fake) = (Monitor::start(), Fake::start(|_| Answer::success()));
    let job = Job::run("", &fake)
        .instead_of("in.csv", "-")
        .args("-o out.csv --metrics-file over.prom")
        .keeps_stdin_open()
        .var("RESPONDENT_SYNC_HEALTHCHECK_URL", &monitor.url);
    let running = job.start();
    while monitor.told().is_empty() {
        crate::support::pause(std::time::Duration::from_millis(10));
    }
    crate::support::pause(std::time::Duration::from_millis(500));
    running.signal("TERM");
    assert_eq!(running.wait().code, 143);
    let told = monitor.told();
    assert!(
        told.last().unwrap().0.starts_with("POST /CANARYCHECK/143?"),
        "{told:?}"
    );
    let exit_code = job.text("over.prom");
    assert_eq!(metric(&exit_code, "respondent_sync_last_run_exit_code"), "143");
}

/// Returns the value of the metric whose line starts like this, labels included.
fn metric<'a>(text: &'a str, start: &str) -> &'a str {
    let line = text.lines().find(|line| line.starts_with(start));
    line.unwrap_or_else(|| panic!("no {start} in\n{text}"))
        .rsplit(' ')
        .next()
        .unwrap()
}

#[test]
fn prometheus_finds_the_last_run_and_when_one_last_succeeded() {
    let fake = Fake::start(|call| match call.get("l1") {
        Some("bad") => Answer::error("no"),
        _ => Answer::success(),
    });
    let job = Job::run(numbered(3, "a"), &fake).args("--metrics-file nps.prom --resume --rotate");
    job.ends(0);
    let first = job.text("nps.prom");
    assert_eq!(
        metric(&first, "respondent_sync_last_run_exit_code{name=\"nps\"}"),
        "0"
    );
    assert_eq!(
        metric(
            &first,
            "respondent_sync_last_run_rows{name=\"nps\",status=\"success\"}"
        ),
        "3"
    );
    let succeeded = metric(
        &first,
        "respondent_sync_last_success_timestamp_seconds{name=\"nps\"}",
    );
    std::fs::write(job.path("in.csv"), numbered(3, "bad")).unwrap();
    job.ends(1);
    let second = job.text("nps.prom");
    assert_eq!(metric(&second, "respondent_sync_last_run_exit_code"), "1");
    assert_eq!(
        metric(
            &second,
            "respondent_sync_last_run_rows{name=\"nps\",status=\"failed\"}"
        ),
        "3"
    );
    assert_eq!(
        metric(&second, "respondent_sync_last_success_timestamp_seconds"),
        succeeded
    );
    assert_ne!(
        metric(&second, "respondent_sync_last_run_timestamp_seconds"),
        succeeded
    );
    assert!(!job.names().iter().any(|name| name.contains(".new")));
    // A file that exists is not overwritten, whatever its extension.
    for (name, code) in [("in.csv", 2), ("notes.txt", 2), ("input.prom", 0)] {
        let job = Job::run(numbered(1, "a"), &fake)
            .args(&format!("--metrics-file {name}"))
            .file("notes.txt", "mine")
            .file("input.prom", "id_respondent,l1\n");
        let before = job.text(name);
        job.ends(code);
        assert_eq!(job.text(name), before, "{name}");
    }
    let ran = Job::run(numbered(1, "a"), &fake)
        .args("--metrics-file gone/nps.prom")
        .ends(0);
    assert!(
        ran.stderr.contains("warning: cannot write `gone/nps.prom`"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_run_is_known_by_its_tags_and_by_the_id_of_its_scheduler() {
    let (monitor, fake) = (Monitor::start(), Fake::start(|_| Answer::success()));
    let config = format!(
        "tag = [\"client=acme\", \"team=Łódź\"]\nhealthcheck_url = \"{}/{{client}}?create=1\"\nmetrics_file = \
         \"{{client}}.prom\"\n",
        monitor.url
    );
    let job = Job::run(numbered(2, "a"), &fake)
        .file("c.toml", config)
        .args("--config c.toml --log-format json")
        .var(
            "RESPONDENT_SYNC_RUN_ID",
            "nightly__2026-12-01T02:00:00+00:00.acme",
        );
    let ran = job.ends(0);
    let tags = serde_json::json!({"client": "acme", "team": "Łódź"});
    for line in ran.stderr.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["run_id"], "nightly__2026-12-01T02:00:00+00:00.acme");
        assert_eq!(line["tags"], tags);
    }
    let summary: serde_json::Value = serde_json::from_str(&job.text("in.summary.json")).unwrap();
    assert_eq!(summary["run_id"], "nightly__2026-12-01T02:00:00+00:00.acme");
    assert_eq!(summary["tags"], tags);
    let metrics = job.text("acme.prom");
    let code = "respondent_sync_last_run_exit_code{name=\"acme\",client=\"acme\",team=\"Łódź\"} 0";
    assert!(metrics.contains(code), "{metrics}");
    // The monitor takes a UUID alone; start and end have the same.
    let told = monitor.told();
    let rid = |at: usize| {
        told[at]
            .0
            .split("rid=")
            .nth(1)
            .unwrap()
            .trim_end_matches(" HTTP/1.1")
            .to_owned()
    };
    assert!(
        told[0]
            .0
            .starts_with("POST /CANARYCHECK/acme/start?create=1&rid="),
        "{told:?}"
    );
    assert!(
        told[1].0.starts_with("POST /CANARYCHECK/acme/0?create=1&rid="),
        "{told:?}"
    );
    assert_eq!(rid(0), rid(1));
    assert!(uuid::Uuid::parse_str(&rid(0)).is_ok());
    // The next night finds the night before under the same names, although its id is another.
    let job = job.args("--resume --summary -");
    let again = job.ends(0);
    let printed: serde_json::Value = serde_json::from_str(&again.stdout).unwrap();
    assert_eq!(printed["tags"], tags);
    assert_eq!(printed["run_id"], "nightly__2026-12-01T02:00:00+00:00.acme");
}

#[test]
fn a_tag_or_an_id_that_cannot_be_told_apart_is_a_mistake() {
    let fake = Fake::start(|_| Answer::success());
    let refused = |job: Job, why: &str| {
        let ran = job.ends(2);
        assert!(ran.stderr.contains(why), "{}", ran.stderr);
    };
    let job = || Job::run(numbered(2, "a"), &fake);
    refused(job().args("--tag client"), "`client` is no tag");
    refused(job().args("--tag a=1 --tag a=2"), "`--tag a=…` is given twice");
    refused(
        job().var("RESPONDENT_SYNC_RUN_ID", "a b"),
        "`RESPONDENT_SYNC_RUN_ID` must be 1 to 200 letters",
    );
    refused(
        job().args("--metrics-file {client}.prom"),
        "`--metrics-file {client}.prom`: `{client}` is no tag of this job",
    );
    refused(
        job().args("--metrics-file {client}.prom --tag client=../x"),
        "the tag `client` stands in it",
    );
    let unsaid = job().args("--tag client=x").var(
        "RESPONDENT_SYNC_HEALTHCHECK_URL",
        "http://127.0.0.1:9/CANARY/{cl}",
    );
    let ran = unsaid.ends(2);
    assert!(
        ran.stderr.contains("`{cl}` is no tag of this job"),
        "{}",
        ran.stderr
    );
    assert!(!ran.stderr.contains("CANARY"), "{}", ran.stderr);
}
