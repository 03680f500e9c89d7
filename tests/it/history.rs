//! `history`: what became of the rows, and of a respondent, night by night, by the files that were kept.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use crate::support::{Answer, Fake, Job, Survey, pause};

/// A platform that refuses respondents 7 and 8 with old labels, and the key for a label `key`.
fn platform() -> Fake {
    Fake::start(|call| match (call.respondent(), call.get("l1")) {
        ("7" | "007" | "8", Some("old")) => Answer::error("no such respondent"),
        (_, Some("key")) => Answer::of(401, "no"),
        _ => Answer::success(),
    })
}

/// The flags of a nightly job.
const NIGHTLY: &str = "--resume --rotate --expect daily -c 1 --max-retries 0";

fn job(fake: &Fake, rows: &str) -> Job {
    Job::run(export(rows), fake).args(NIGHTLY)
}

fn export(rows: &str) -> String {
    format!("id_respondent,l1\n{rows}")
}

fn night(job: &Job, rows: &str, code: i32) {
    fs::write(job.path("in.csv"), export(rows)).unwrap();
    job.ends(code);
}

/// Three nights: one with a retry round, one that a guard has stopped, one that was cut.
fn three_nights(fake: &Fake) -> Job {
    let mut job = job(fake, "5,a\n007,old\n8,old\nx9,d\n");
    job.ends(1);
    let failed = job.text("in.failed.csv").replacen("old", "new", 1);
    fs::write(job.path("in.failed.csv"), failed).unwrap();
    job.other("retry in.csv", 1);
    fs::write(job.path("in.csv"), export("5,a\n")).unwrap();
    job.again("--min-rows 3", 4);
    fs::write(job.path("in.csv"), export("5,b\n10,key\n11,key\n12,key\n7,c\n")).unwrap();
    job.again("--max-errors 1", 4);
    for name in job.names().iter().filter(|name| name.ends_with("summary.json")) {
        set_times(&job, name);
    }
    job
}

/// Sets the time that a run took, which differs between machines.
fn set_times(job: &Job, name: &str) {
    let text = job.text(name);
    let (before, rest) = text.split_once("\"elapsed_ms\":").unwrap();
    let (_, behind) = rest.split_once(',').unwrap();
    fs::write(job.path(name), format!("{before}\"elapsed_ms\":62000,{behind}")).unwrap();
}

/// Replaces the digits of dates, times and names of sets.
fn redacted(text: &str) -> String {
    let is_time = |word: &str| {
        let shape: String = word
            .chars()
            .map(|c| if c.is_ascii_digit() { '0' } else { c })
            .collect();
        ["0000-00-00", "00.00.0000", "00:00", "00000000T000000Z"]
            .iter()
            .any(|form| shape.contains(form))
    };
    let words = text.split_inclusive([' ', '\n', '"', '`']);
    let words = words.map(|word| {
        if !is_time(word) {
            return word.to_owned();
        }
        word.chars()
            .map(|c| if c.is_ascii_digit() { '0' } else { c })
            .collect()
    });
    words.collect()
}

fn files(job: &Job) -> BTreeMap<String, Vec<u8>> {
    let names = job.names().into_iter();
    names.map(|name| (name.clone(), job.bytes(&name))).collect()
}

fn history(job: &mut Job, words: &str, code: i32) -> String {
    job.other(&format!("history in.csv {words}"), code).stdout
}

#[test]
fn each_night_has_its_line_and_the_last_says_what_helps() {
    let fake = platform();
    let mut job = three_nights(&fake);
    let before = files(&job);
    let port = fake
        .base
        .rsplit(':')
        .next()
        .unwrap()
        .trim_end_matches('/')
        .to_owned();
    let shown = |text: String| {
        let text = text.replace(env!("CARGO_BIN_EXE_respondent-sync"), "respondent-sync");
        redacted(&text).replace(&port, "PORT")
    };
    insta::assert_snapshot!("history_en", shown(history(&mut job, "", 0)));
    insta::assert_snapshot!("history_pl", shown(history(&mut job, "--lang pl", 0)));
    assert_eq!(files(&job), before, "nothing is changed");
    let last = history(&mut job, "--last 1", 0);
    assert!(last.contains("Exit 4") && !last.contains("retry 1"), "{last}");
    job.other("history in.csv --last 0", 2);
}

#[test]
fn a_respondent_is_followed_through_nights_and_rounds() {
    let fake = platform();
    let mut job = three_nights(&fake);
    insta::assert_snapshot!(
        "history_respondent_en",
        redacted(&history(&mut job, "--respondent 7", 0))
    );
    insta::assert_snapshot!(
        "history_respondent_pl",
        redacted(&history(
            &mut job,
            "--respondent 08 --respondent 5,0005 --lang pl",
            0
        ))
    );
    let other = history(&mut job, "--respondent 99", 1);
    assert!(
        other.contains("Nothing about respondent 99 in the 3 nights that are kept."),
        "{other}"
    );
    // One of several is enough.
    history(&mut job, "--respondent 99,5", 0);
}

#[test]
fn machines_read_one_object_a_line() {
    let fake = platform();
    let mut job = three_nights(&fake);
    let printed = history(&mut job, "--respondent 7 --format json", 0);
    insta::assert_snapshot!("history_json", redacted(&printed));
    for line in printed.lines() {
        let object: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(object["kind"].is_string(), "{line}");
    }
    let all = history(&mut job, "--format json", 0);
    assert_eq!(all.lines().count(), 4);
    assert!(!all.contains("\"found\"") && !all.contains("007"), "{all}");
    history(&mut job, "--respondent 99 --format json", 1);
}

#[test]
#[cfg(unix)]
fn a_terminal_of_80_columns_is_wide_enough() {
    let fake = platform();
    let mut job = three_nights(&fake);
    for words in ["", "--respondent 7", "--lang pl", "--respondent 8 --lang pl"] {
        job.set_command(&format!("history in.csv {words}"));
        let mut terminal = job.on_terminal();
        terminal.ends(0);
        let lines = terminal.lines();
        assert!(lines.len() > 5, "{lines:?}");
        // A command that is to be copied is not broken.
        for line in lines.iter().filter(|line| !line.contains("respondent-sync run")) {
            assert!(line.trim_end().chars().count() <= 80, "{line}");
        }
    }
}

#[test]
fn a_killed_run_is_known_by_its_journal() {
    let fake = Fake::start(|call| match call.respondent() {
        "9" => Answer::Hang,
        "007" => Answer::error("no such respondent"),
        _ => Answer::success(),
    });
    let mut job = Job::run(export("5,a\n007,b\n9,c\n8,d\n"), &fake).args("-c 1");
    let running = job.start();
    while fake.calls().len() < 3 {
        pause(Duration::from_millis(5));
    }
    let said = history(&mut job, "", 0);
    assert!(
        said.contains("1 of 2 updated, 1 needs a fix\n")
            && said.contains("under way: these are the rows so far"),
        "{said}"
    );
    assert!(said.contains("A run is under way."), "{said}");
    let of = history(&mut job, "--respondent 8", 1);
    assert!(
        of.contains("not among the rows so far") && of.contains("A run is under way."),
        "{of}"
    );
    running.kill();
    let said = history(&mut job, "", 0);
    assert!(said.contains("interrupted without an end"), "{said}");
    assert!(
        said.ends_with("with the flags that it had\n  respondent-sync run in.csv --resume\n"),
        "{said}"
    );
    let of = history(&mut job, "--respondent 7", 0);
    assert!(
        of.contains("row 3, id 007: failed, rejected by the platform (rejected): no such respondent"),
        "{of}"
    );
    assert!(
        of.contains("No labels were acknowledged in the one night that is kept."),
        "{of}"
    );
    let json = history(&mut job, "--format json", 0);
    assert!(
        json.contains("\"state\":\"unfinished\",\"exit_code\":null,\"rows\":2,")
            && json.contains("\"calls\":null"),
        "{json}"
    );
}

#[test]
fn results_for_excel_and_kept_columns_are_read() {
    let fake = platform();
    let mut job = Job::run("id_respondent,l1,crm\n007,old,7\n12,a,7\n0,b,8\n", &fake)
        .args("--excel --keep crm --keep l1");
    job.ends(1);
    let said = history(&mut job, "--respondent 7", 0);
    assert!(said.contains("row 2, id 007: failed"), "{said}");
    assert!(!said.contains("row 3"), "{said}");
    let said = history(&mut job, "--respondent 000", 0);
    assert!(said.contains("row 4, id 0: updated"), "{said}");
    // A workbook program has saved it once more.
    let saved = job
        .text("in.results.csv")
        .replace(";007;", ";7;")
        .replace('T', " ");
    fs::write(job.path("in.results.csv"), saved).unwrap();
    let said = history(&mut job, "--respondent 12", 0);
    assert!(
        said.contains("row 3: updated") && said.contains("Labels last acknowledged: "),
        "{said}"
    );
}

#[test]
fn damaged_and_foreign_files_are_named_and_end_nothing() {
    let fake = platform();
    let mut job = job(&fake, "5,a\n7,old\n");
    job.ends(1);
    night(&job, "5,b\n", 0);
    let summaries: Vec<String> = job
        .names()
        .into_iter()
        .filter(|name| name.ends_with("Z.summary.json"))
        .collect();
    for text in [
        "{\"tool\":",
        "{\"tool\":\"other\"}",
        "",
        "[]",
        "{\"tool\":\"respondent-sync\",\"rows\":-1}",
    ] {
        fs::write(job.path(&summaries[0]), text).unwrap();
        let said = history(&mut job, "", 0);
        assert!(said.contains(&summaries[0]), "{text}: {said}");
        // The results count without it.
        assert!(said.contains("1 of 2 updated, 1 needs a fix\n"), "{text}: {said}");
    }
    let said = history(&mut job, "--respondent 7", 0);
    assert!(
        said.contains("row 3: failed") && said.contains("Not every file could be read"),
        "{said}"
    );
    // Nothing was found, but something may be there.
    let results = summaries[0].replace("summary.json", "results.csv");
    fs::write(job.path(&results), "my own notes\n").unwrap();
    let said = history(&mut job, "--respondent 7", 3);
    assert!(said.contains(&results) && said.contains("unknown"), "{said}");
    history(&mut job, "--respondent 5", 0);
    fs::write(job.path("in.results.csv.journal"), "{\"journal\":2,\n\n\n").unwrap();
    fs::write(job.path("in.nights.jsonl"), "{\n\u{1}").unwrap();
    history(&mut job, "", 0);
    let json = history(&mut job, "--format json", 0);
    assert!(json.contains(&summaries[0]), "{json}");
}

#[test]
#[cfg(unix)]
fn a_link_is_not_followed_but_named() {
    let fake = platform();
    let mut job = job(&fake, "5,a\n");
    job.ends(0);
    fs::rename(job.path("in.results.csv"), job.path("elsewhere")).unwrap();
    std::os::unix::fs::symlink("elsewhere", job.path("in.results.csv")).unwrap();
    let said = history(&mut job, "--respondent 5", 3);
    assert!(said.contains("in.results.csv: no file, but a link"), "{said}");
    fs::remove_file(job.path("in.summary.json")).unwrap();
    let said = history(&mut job, "", 0);
    assert!(said.contains("in.results.csv: no file, but a link"), "{said}");
}

#[test]
fn the_state_is_read_and_not_changed() {
    let fake = platform();
    let mut job = job(&fake, "5,a\n7,old\n").args("--changed-only --state s.sqlite");
    job.ends(1);
    let before = files(&job);
    let said = history(&mut job, "--respondent 5 --state s.sqlite", 0);
    assert!(
        said.contains("The state (s.sqlite) has an acknowledgement for survey 7, by the run of "),
        "{said}"
    );
    let said = history(&mut job, "--respondent 7 --state s.sqlite", 0);
    assert!(
        said.contains("The state (s.sqlite) knows nothing about this respondent."),
        "{said}"
    );
    assert_eq!(files(&job), before);
    // Without the results the state still knows.
    for name in job.names().iter().filter(|name| name.starts_with("in.results")) {
        fs::remove_file(job.path(name)).unwrap();
    }
    let said = history(&mut job, "--respondent 5 --state s.sqlite", 0);
    assert!(said.contains("the results of this run are missing"), "{said}");
    let json = history(&mut job, "--respondent 5 --state s.sqlite --format json", 0);
    assert!(
        json.contains("\"acknowledged\":true,\"in_doubt\":false"),
        "{json}"
    );
    // One that is none is said, and ends nothing.
    fs::write(job.path("s.sqlite"), "no state").unwrap();
    let said = history(&mut job, "--respondent 5 --state s.sqlite", 3);
    assert!(said.contains("s.sqlite"), "{said}");
    let said = history(&mut job, "--respondent 5 --state nothing.sqlite", 3);
    assert!(
        !said.contains("nothing.sqlite") && !job.path("nothing.sqlite").exists(),
        "{said}"
    );
}

#[test]
fn the_state_is_read_while_a_run_holds_it() {
    let fake = Fake::start(|call| {
        if call.respondent() == "9" {
            Answer::Hang
        } else {
            Answer::success()
        }
    });
    let mut job =
        Job::run(export("5,a\n"), &fake).args("--changed-only --state s.sqlite --resume --rotate -c 1");
    job.ends(0);
    fs::write(job.path("in.csv"), export("5,b\n9,a\n")).unwrap();
    let running = job.start();
    while fake.calls().len() < 3 {
        pause(Duration::from_millis(5));
    }
    let said = history(&mut job, "--respondent 5 --state s.sqlite", 0);
    assert!(
        said.contains("The state (s.sqlite) has an acknowledgement for survey 7"),
        "{said}"
    );
    running.kill();
    let said = history(&mut job, "--respondent 5 --state s.sqlite", 0);
    assert!(said.contains("The state (s.sqlite)"), "{said}");
}

#[test]
fn trials_are_nights_and_rehearsals_are_none() {
    let fake = platform();
    let mut job = Job::run(export("5,a\n6,b\n"), &fake);
    job.again("--limit 1", 0);
    let said = history(&mut job, "", 0);
    assert!(said.contains("trial: 1 of 2 updated, 1 skipped"), "{said}");
    job.again("--sandbox", 0);
    job.ends(0);
    let said = history(&mut job, "", 0);
    assert_eq!(said.matches("of 2 updated").count(), 2, "{said}");
    let said = history(&mut job, "--respondent 6", 0);
    assert!(
        said.contains("trial: row 3: skipped, not selected (not_selected)"),
        "{said}"
    );
}

#[test]
fn an_undoing_is_a_night_and_a_person_who_was_removed_is_in_none() {
    let survey = Survey::new(&[("11", "a@example.com", "Standard", "1")]);
    let fake = survey.start();
    let mut job = Survey::run(&fake, "id_respondent,l4\n11,VIP\n");
    job.ends(0);
    job.other("undo in.csv --yes", 0);
    let said = history(&mut job, "", 0);
    assert!(said.contains("undo: 1 of 1 updated"), "{said}");
    let said = history(&mut job, "--respondent 11", 0);
    assert!(
        said.contains("row 2: updated") && said.contains("undo: row 2: updated"),
        "{said}"
    );
    job.other("forget in.csv --respondent 11 --yes", 0);
    let said = history(&mut job, "--respondent 11", 1);
    assert!(said.contains("Nothing about respondent 11"), "{said}");
}

#[test]
fn a_night_without_a_run_is_named_if_the_job_says_how_often_it_runs() {
    let fake = platform();
    let mut job = job(&fake, "5,a\n");
    job.ends(0);
    let text = job.text("in.summary.json");
    let started = |hours: i64| (jiff::Timestamp::now() - jiff::Span::new().hours(hours)).to_string();
    let begun = text
        .split("\"started_at\":\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    fs::write(job.path("in.summary.json"), text.replacen(begun, &started(80), 1)).unwrap();
    let said = history(&mut job, "", 0);
    let missed = said
        .lines()
        .filter(|line| line.ends_with("-  no run started"))
        .count();
    assert!((2..=4).contains(&missed), "{said}");
    let said = history(&mut job, "--last 1 --lang pl", 0);
    assert!(
        said.contains("-  brak uruchomienia\n") && !said.contains("zaktualizowano"),
        "{said}"
    );
    let said = history(&mut job, "--last 1 --format json", 0);
    assert!(
        said.starts_with("{\"kind\":\"missed\",\"expected_on\":\"2") && said.contains("\"started_at\":null"),
        "{said}"
    );
}

#[test]
fn an_older_run_stays_beside_the_one_that_overwrites_it() {
    let fake = platform();
    let mut job = Job::run(export("5,a\n"), &fake).args("-c 1 --max-retries 0");
    job.ends(0);
    fs::write(job.path("in.csv"), export("7,a\n10,key\n11,key\n12,key\n")).unwrap();
    job.again("--overwrite --max-errors 1", 4);
    let said = history(&mut job, "", 0);
    assert!(
        said.contains("1 of 1 updated") && said.contains("1 of 4 updated"),
        "{said}"
    );
    let said = history(&mut job, "--respondent 7", 0);
    assert!(
        said.contains("not in the export") && said.contains("row 2: updated"),
        "{said}"
    );
}

#[test]
fn mistakes_are_said() {
    let fake = platform();
    let mut job = job(&fake, "5,a\n");
    job.ends(0);
    let error = |job: &mut Job, words: &str| job.other(&format!("history {words}"), 2).stderr;
    assert!(error(&mut job, "").contains("which runs?"));
    assert!(
        error(&mut job, "other.csv").contains("no run against the platform has written `other.results.csv`")
    );
    assert!(error(&mut job, "in.csv --respondent x7").contains("`x7` is no id"));
    error(&mut job, "in.csv --format html");
    fs::write(job.path("c.toml"), "input = \"in.csv\"\nsurvey = 7\n").unwrap();
    let said = job.other("history --config c.toml --respondent 5", 0).stdout;
    assert!(said.contains("row 2: updated"), "{said}");
}

/// What a platform says may hold anything.
#[test]
fn no_control_character_reaches_the_terminal_and_no_cell_is_printed() {
    let fake = Fake::start(|_| Answer::error("\u{1b}[2Jgone\u{202E}=1+1"));
    let mut job = Job::run("id_respondent,l1,name\n7,secret,Maria\n", &fake).args("--keep name");
    job.ends(1);
    for words in ["", "--respondent 7", "--respondent 7 --format json"] {
        let said = history(&mut job, words, 0);
        assert!(!said.contains(['\u{1b}', '\u{202E}']), "{said}");
        assert!(!said.contains("secret") && !said.contains("Maria"), "{said}");
    }
}
