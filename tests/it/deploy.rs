//! The samples for schedulers: they call the program correctly, with settings that exist.
//! `tests/deploy/check` runs the schedulers' own checks, `tests/airflow/check` the DAG on Airflow.

use std::collections::BTreeSet;

use crate::support::{Answer, Fake, Job, files_below, numbered};

/// Returns each file's path below the folder and text.
fn samples() -> Vec<(String, String)> {
    let files = files_below("samples/deploy").into_iter();
    let read = |(name, path)| (name, std::fs::read_to_string(path).unwrap());
    files.map(read).collect()
}

fn sample(name: &str) -> String {
    samples().into_iter().find(|(other, _)| other == name).unwrap().1
}

#[test]
fn there_is_one_for_each_scheduler() {
    let names: Vec<String> = samples().into_iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        [
            "Dockerfile",
            "airflow/README.md",
            "airflow/clients/acme-csat/job.toml",
            "airflow/clients/acme-nps/job.toml",
            "airflow/constraints.txt",
            "airflow/respondent_sync.py",
            "by-hand",
            "cronjob.yaml",
            "crontab",
            "nightly.cmd",
            "nps.toml",
            "respondent-sync-mail@.service",
            "respondent-sync.service",
            "respondent-sync.timer",
            "respondent-sync.xml",
        ]
    );
}

#[test]
fn the_sample_config_runs_night_after_night() {
    let fake = Fake::start(|_| Answer::success());
    // Not the sample's own 06:00, which may be just now.
    let far_away = jiff::ZonedDateTime::now() + jiff::SignedDuration::from_hours(12);
    let job = Job::new("run --config nps.toml --resume --rotate --rate unlimited").args(&format!(
        "--base-url {} --until {}",
        fake.base,
        far_away.strftime("%H:%M")
    ));
    // TOML's double quotes give a backslash a meaning; Windows takes either slash.
    let here = job.path("").to_str().unwrap().replace('\\', "/");
    let here = here.trim_end_matches('/');
    let config = sample("nps.toml")
        .replace("/srv/crm-export", here)
        .replace("/var/lib/respondent-sync", here);
    let export = |value: &str| {
        let mut text = "webankieta_id,Segment,City,NPS\n".to_owned();
        for id in 1..=1_000 {
            let city = if id <= 10 { value } else { "x" };
            text.extend([
                &id.to_string(),
                ",Gold,",
                city,
                ",9
",
            ]);
        }
        text
    };
    let job = job.file("nps.toml", config).file("contacts.csv", export("x"));
    job.ends(0);
    let job = job.file("contacts.csv", export("y"));
    job.ends(0);
    assert_eq!(fake.calls().len(), 1_010);
    // The sample's guards are active.
    let job = job.file("contacts.csv", export("z"));
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_hours(27);
    let export = std::fs::File::options()
        .append(true)
        .open(job.path("contacts.csv"));
    export.unwrap().set_modified(long_ago).unwrap();
    assert_eq!(job.ends_somehow().code, 4);
    let job = job.file(
        "contacts.csv",
        numbered(999, "a").replace("id_respondent,l1", "webankieta_id,Segment,City,NPS"),
    );
    assert_ne!(job.ends_somehow().code, 0);
    assert_eq!(fake.calls().len(), 1_010);
}

#[test]
fn they_all_start_the_same_line() {
    for name in ["respondent-sync.service", "crontab", "Dockerfile"] {
        let line = "run --config /etc/respondent-sync/nps.toml --resume --rotate";
        assert!(sample(name).contains(line), "{name}");
    }
    assert!(
        sample("cronjob.yaml")
            .contains("args: [run, --config, /etc/respondent-sync/nps.toml, --resume, --rotate]")
    );
    assert!(sample("nightly.cmd").contains("run --config nps.toml --resume --rotate -q"));
    assert!(sample("respondent-sync.xml").contains("/d /c nightly.cmd"));
}

#[test]
fn every_variable_and_every_flag_in_them_is_one() {
    let shown = Job::new("config show").ends(0).stdout;
    let keys: BTreeSet<String> = shown
        .lines()
        .filter_map(|line| {
            Some(
                line.trim_start_matches("# ")
                    .split([' ', ':'])
                    .next()?
                    .to_uppercase(),
            )
        })
        .collect();
    for (name, text) in samples() {
        for (at, prefix) in text.match_indices("RESPONDENT_SYNC_") {
            let rest = text.get(at + prefix.len()..).unwrap();
            let end = rest
                .find(|c: char| !c.is_ascii_uppercase() && c != '_')
                .unwrap_or(rest.len());
            let variable = rest.get(..end).unwrap();
            // The scheduler's id of a run is no setting.
            let known = variable == "RUN_ID"
                || keys.contains(variable)
                || keys.contains(variable.trim_end_matches("_FILE"));
            assert!(known, "{name}: RESPONDENT_SYNC_{variable}");
        }
    }
    let help = Job::new("run --help").ends(0).stdout;
    for flag in [
        "--config",
        "--resume",
        "--rotate",
        "--quiet",
        "--sandbox",
        "--output-dir",
        "--ignore-guards",
    ] {
        assert!(help.contains(flag), "{flag}");
    }
}

#[test]
fn codes_that_only_somebody_can_mend_are_not_tried_again() {
    let service = sample("respondent-sync.service");
    // 5 and 11 are tried again: the platform comes back, the other run ends.
    assert!(service.contains("RestartPreventExitStatus=1 2 3 4 6 9 70\n"));
    assert!(service.contains("SuccessExitStatus=10 143\n"));
    assert!(sample("cronjob.yaml").contains("values: [1, 2, 3, 4, 6, 9, 10, 70]\n"));
    // Calls in flight have 5 s, files and the monitor 20 s.
    let seconds = |text: &str, before: &str| -> u64 {
        let (_, rest) = text.split_once(before).unwrap();
        rest.split(|c: char| !c.is_ascii_digit())
            .next()
            .unwrap()
            .parse()
            .unwrap()
    };
    assert!(seconds(&service, "\nTimeoutStopSec=") > 25);
    assert!(seconds(&sample("cronjob.yaml"), "terminationGracePeriodSeconds: ") > 25);
    assert!(seconds(&sample("Dockerfile"), "--stop-timeout ") > 25);
}

#[test]
fn releases_are_named_by_the_version() {
    let texts = [
        ("Dockerfile", sample("Dockerfile")),
        ("README.md", include_str!("../../README.md").to_owned()),
        (
            "en/install.md",
            include_str!("../../src/manual/en/install.md").to_owned(),
        ),
        (
            "pl/install.md",
            include_str!("../../src/manual/pl/install.md").to_owned(),
        ),
    ];
    for (name, text) in texts {
        let mut found = 0;
        for mark in ["respondent-sync-", "respondent-sync_", "VERSION="] {
            for rest in text.split(mark).skip(1) {
                let version: String = rest
                    .chars()
                    .take_while(|c| c.is_ascii_digit() || *c == '.')
                    .collect();
                if version.contains('.') {
                    assert_eq!(version.trim_end_matches('.'), env!("CARGO_PKG_VERSION"), "{name}");
                    found += 1;
                }
            }
        }
        assert!(found > 0, "{name} names no release");
    }
}
