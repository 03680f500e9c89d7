//! `forget`: the files about the mailing list lose the person, and nothing else.

use std::collections::BTreeMap;
use std::fs;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use serde_json::json;

use crate::support::{Answer, Call, Fake, Job};

/// A mailing list behind both doors: ids, addresses, and the label 4.
type List = Arc<Mutex<Vec<(&'static str, &'static str, String)>>>;

fn list() -> List {
    let members = [
        ("5", "anna@example.com", "old"),
        ("7", "maria@example.com", "Maria was here"),
        ("77", "ewa@example.com", "old, too"),
    ];
    Arc::new(Mutex::new(
        members
            .map(|(id, email, label)| (id, email, label.to_owned()))
            .into(),
    ))
}

/// A platform that stores another value for respondent 7 than it is sent, and refuses 77.
fn platform(list: &List) -> Fake {
    let list = Arc::clone(list);
    Fake::start(move |call: &Call| {
        if call.target.starts_with("/token") {
            return Answer::of(200, r#"{"access_token":"a-token","expires_in":3600}"#);
        }
        let mut list = list.lock().unwrap();
        if call.target.starts_with("/api/") {
            let entries = list
                .iter()
                .map(|(id, email, label)| json!({"id": id, "email": email, "label4": label}));
            let page = json!({"total": list.len(), "list": entries.collect::<Vec<_>>()});
            return Answer::of(200, &page.to_string());
        }
        let id = call.respondent().trim_start_matches('0');
        if id == "77" {
            return Answer::error("no such respondent");
        }
        let sent = call.get("l4").unwrap_or_default();
        for (_, _, label) in list.iter_mut().filter(|(other, ..)| *other == id) {
            *label = if id == "7" {
                format!("{sent}?")
            } else {
                sent.to_owned()
            };
        }
        Answer::success()
    })
}

const INPUT: &str = "id_respondent,l4\n5,a;b;c;d\n007,\"Maria,\nVIP\"\n77,c\n";

fn run(fake: &Fake, input: &str) -> Job {
    Job::run(input, fake)
        .args("--pull --resume --rotate")
        .var("RESPONDENT_SYNC_CLIENT_ID", "a-client")
        .var("RESPONDENT_SYNC_CLIENT_SECRET", "a-secret")
}

/// Two nights, one of them undone as far as it can be, a trial and a rehearsal.
fn nights(fake: &Fake) -> Job {
    let mut job = run(fake, INPUT);
    job.again("--verify=0", 1);
    let other = INPUT.replace("VIP", "Gold").replace(";d", "");
    fs::write(job.path("in.csv"), other).unwrap();
    job.again("--verify=0", 1);
    job.other(
        &format!("undo in.csv --yes --rate unlimited --base-url {}", fake.base),
        1,
    );
    job.again("--only 7,5", 0);
    job.other("run in.csv --survey 7 --sandbox --pull", 0);
    job
}

const ABOUT_THE_LIST: [&str; 5] = ["respondents", "undo", "verify", "restore", "restore.verify"];

fn is_about_the_list(name: &str) -> bool {
    ABOUT_THE_LIST
        .iter()
        .any(|kind| name.ends_with(&format!(".{kind}.csv")))
}

fn files(job: &Job) -> BTreeMap<String, Vec<u8>> {
    let names = job.names().into_iter().filter(|name| name != "in.csv");
    names.map(|name| (name.clone(), job.bytes(&name))).collect()
}

fn forget(job: &mut Job, words: &str, code: i32) -> String {
    job.other(&format!("forget in.csv --respondent 7 {words}"), code)
        .stdout
}

/// Returns the lines of a file that are not the person's.
fn of_others(bytes: &[u8]) -> (Vec<csv::StringRecord>, usize) {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes);
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let mut header = records.first().unwrap().iter();
    let column = header.position(|name| name == "id_respondent").unwrap();
    let (of_person, others): (Vec<_>, Vec<_>) = records
        .into_iter()
        .partition(|record| ["7", "007"].contains(&record.get(column).unwrap()));
    (others, of_person.len())
}

#[test]
fn the_persons_lines_go_from_all_files_about_the_list_and_no_other_byte_changes() {
    let list = list();
    let fake = platform(&list);
    let mut job = nights(&fake);
    let before = files(&job);
    let of_list: Vec<&String> = before.keys().filter(|name| is_about_the_list(name)).collect();
    let count = |end: &str| of_list.iter().filter(|name| name.ends_with(end)).count();
    let counts = [
        ".undo.csv",
        "in.undo.csv",
        ".respondents.csv",
        ".verify.csv",
        ".restore.csv",
        "in.restore.verify.csv",
    ];
    assert_eq!(counts.map(count), [3, 1, 3, 2, 1, 1], "{of_list:?}");
    let time =
        |job: &Job, name: &str| -> SystemTime { fs::metadata(job.path(name)).unwrap().modified().unwrap() };
    let times: Vec<_> = of_list.iter().map(|name| time(&job, name)).collect();
    let dry = forget(&mut job, "--dry-run", 0);
    assert_eq!(files(&job), before);
    let said = forget(&mut job, "", 0);
    assert_eq!(dry.split_once('\n').unwrap().1, said.split_once('\n').unwrap().1);
    let after = files(&job);
    assert_eq!(
        before.keys().collect::<Vec<_>>(),
        after.keys().collect::<Vec<_>>()
    );
    for (name, old) in before.iter().filter(|(name, _)| is_about_the_list(name)) {
        let (others, of_person) = of_others(old);
        assert_eq!(of_others(&after[name]), (others, 0), "{name}");
        let line = match of_person {
            0 => continue,
            1 => format!("{name}: 1 record\n"),
            count => format!("{name}: {count} records\n"),
        };
        assert!(said.contains(&format!("  {line}")), "{line}{said}");
        // What is left is the old bytes without a part of them.
        let new = &after[name];
        let same = old.iter().zip(new).take_while(|(old, new)| old == new).count();
        let rest = new.len() - same;
        assert_eq!(new[same..], old[old.len() - rest..], "{name}");
    }
    let new_times: Vec<_> = of_list.iter().map(|name| time(&job, name)).collect();
    assert_eq!(times, new_times);
    for (name, bytes) in &after {
        let text = String::from_utf8_lossy(bytes);
        assert!(!text.to_lowercase().contains("maria"), "{name}\n{text}");
    }
    assert!(
        before
            .values()
            .any(|bytes| String::from_utf8_lossy(bytes).contains("Maria"))
    );
    // Once more there is nothing to do.
    let said = forget(&mut job, "", 0);
    assert!(said.starts_with("Nothing was found in "), "{said}");
    assert_eq!(files(&job), after);
}

#[test]
fn an_undo_afterwards_leaves_the_person_alone() {
    let list = list();
    let fake = platform(&list);
    let mut job = run(&fake, "id_respondent,l4\n5,a\n007,b\n");
    job.ends(0);
    forget(&mut job, "", 0);
    let before = fake.calls().len();
    job.other(
        &format!("undo in.csv --yes --rate unlimited --base-url {}", fake.base),
        0,
    );
    let calls = fake.calls();
    let changed = calls
        .iter()
        .skip(before)
        .filter(|call| !call.respondent().is_empty());
    let changed: Vec<&str> = changed.map(Call::respondent).collect();
    assert_eq!(changed, ["5"]);
}

/// A kill between two replacements leaves each file old or new, and perhaps a part of a new one.
#[test]
fn a_second_start_finishes_the_work() {
    let list = list();
    let fake = platform(&list);
    let mut job = run(&fake, INPUT);
    job.again("--verify=0", 1);
    let old = files(&job);
    forget(&mut job, "", 0);
    let new = files(&job);
    let changed: Vec<&String> = old.keys().filter(|name| old[*name] != new[*name]).collect();
    assert!(
        changed.iter().filter(|name| is_about_the_list(name)).count() == 3,
        "{changed:?}"
    );
    for (at, cut) in changed.iter().enumerate() {
        for (other, name) in changed.iter().enumerate() {
            fs::write(job.path(name), if other < at { &new[*name] } else { &old[*name] }).unwrap();
        }
        for end in [".rewritten", ".new"] {
            fs::write(job.path(&format!("{cut}{end}")), "id_respondent\n7").unwrap();
        }
        let is_known = is_about_the_list(cut);
        let said = forget(&mut job, "--dry-run", 0);
        let line = format!("{cut}.new: a version that was never finished");
        assert_eq!(said.contains(&line), is_known, "{said}");
        forget(&mut job, "", 0);
        // No other file is ever written under this name.
        if !is_known {
            fs::remove_file(job.path(&format!("{cut}.new"))).unwrap();
        }
        assert_eq!(files(&job), new, "{cut}");
    }
}

#[test]
#[cfg(unix)]
fn files_keep_their_rights_and_nothing_is_written_through_a_link() {
    use std::os::unix::fs::PermissionsExt as _;
    let list = list();
    let fake = platform(&list);
    let mut job = run(&fake, INPUT);
    job.ends(1);
    fs::set_permissions(job.path("in.undo.csv"), fs::Permissions::from_mode(0o640)).unwrap();
    let table = job.bytes("in.respondents.csv");
    fs::rename(job.path("in.respondents.csv"), job.path("elsewhere")).unwrap();
    std::os::unix::fs::symlink("elsewhere", job.path("in.respondents.csv")).unwrap();
    let said = forget(&mut job, "", 1);
    assert!(said.contains("in.respondents.csv: no file, but a link"), "{said}");
    assert_eq!(job.bytes("elsewhere"), table);
    let mode = fs::metadata(job.path("in.undo.csv"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o640);
    assert!(!job.text("in.undo.csv").contains("Maria"));
}

#[test]
fn a_file_that_is_not_as_it_was_written_is_left_and_reported() {
    let list = list();
    let fake = platform(&list);
    let mut job = run(&fake, INPUT);
    job.ends(1);
    let whole = job.text("in.undo.csv");
    for text in [
        "mail,id\nmaria@example.com,7\n".to_owned(),
        format!("{whole}7,7\n"),
        format!("{whole}\"1,2E+4\",7,a,b\n"),
        format!("{whole},7,a,b\n"),
    ] {
        fs::write(job.path("in.undo.csv"), &text).unwrap();
        let said = forget(&mut job, "", 1);
        assert!(
            said.contains("in.undo.csv: it cannot be read, or not as this program wrote it"),
            "{said}"
        );
        assert_eq!(job.text("in.undo.csv"), text);
    }
    // A spreadsheet has saved it in its own form.
    let start = b"id_respondent;id_survey;l4_old;l4_new\r\n5;7;Bo\xBFena;y\r\n";
    let saved = [start.as_slice(), b"7;7;Ma\xB3gorzata;y\r\n"].concat();
    fs::write(job.path("in.undo.csv"), saved).unwrap();
    let said = forget(&mut job, "", 0);
    assert!(said.contains("in.undo.csv: 1 record\n"), "{said}");
    assert_eq!(job.bytes("in.undo.csv"), start);
    fs::write(job.path("in.undo.csv"), "").unwrap();
    forget(&mut job, "", 0);
}

#[test]
fn a_table_under_another_name_is_known_by_the_summary_and_by_the_config() {
    let list = list();
    let fake = platform(&list);
    let mut job = run(&fake, INPUT).args("--ids table.csv");
    job.ends(1);
    assert!(!job.path("in.respondents.csv").exists());
    let table = job.text("table.csv");
    fs::write(
        job.path("table.csv.new"),
        "email,id_respondent\nmaria@example.com,7",
    )
    .unwrap();
    let said = forget(&mut job, "--dry-run", 0);
    assert!(said.contains("table.csv: 1 record\n"), "{said}");
    fs::write(
        job.path("c.toml"),
        "input = \"in.csv\"\nsurvey = 7\npull = true\nids = \"table.csv\"\n",
    )
    .unwrap();
    fs::remove_file(job.path("in.summary.json")).unwrap();
    let said = forget(&mut job, "", 0);
    assert!(!said.contains("table.csv"), "{said}");
    let ran = job.other("forget --config c.toml --respondent 7", 0);
    assert!(ran.stdout.contains("table.csv: 1 record\n"), "{}", ran.stdout);
    assert!(!job.path("table.csv.new").exists());
    let person = table.lines().find(|line| line.starts_with("maria")).unwrap();
    assert_eq!(job.text("table.csv"), table.replace(&format!("{person}\n"), ""));
    // Without `--pull` the table is the user's own.
    let mut job = Job::run("mail,l4\nmaria@example.com,x\n", &fake)
        .args("--ids table.csv --match-on mail")
        .file("table.csv", "mail,id_respondent\nmaria@example.com,7\n");
    job.ends(0);
    let said = forget(&mut job, "", 0);
    assert!(!said.contains("table.csv"), "{said}");
    assert!(job.text("table.csv").contains("maria"));
}

#[test]
fn a_list_without_a_run_is_cleaned() {
    let list = list();
    let fake = platform(&list);
    let mut job = run(&fake, "id_respondent,l4\n1,a\n2,b\n");
    job.again("--max-unknown 0", 4);
    assert_eq!(job.names(), ["in.csv"], "a run without a call leaves no list");
    let pull = format!("pull --survey 7 -o in.respondents.csv --base-url {}", fake.base);
    job.other(&pull, 0);
    let said = forget(&mut job, "", 0);
    assert!(said.contains("in.respondents.csv: 1 record\n"), "{said}");
    assert!(!job.text("in.respondents.csv").contains("maria"));
}

#[test]
fn an_unfinished_undo_is_finished_first() {
    let list = list();
    let fake = platform(&list);
    let mut job = run(&fake, INPUT);
    job.ends(1);
    fs::write(job.path("in.restore.results.csv.journal"), "{\"journal\":").unwrap();
    let before = files(&job);
    let ran = job.other("forget in.csv --respondent 7", 2);
    assert!(
        ran.stderr.contains("`respondent-sync undo in.undo.csv`"),
        "{}",
        ran.stderr
    );
    assert_eq!(files(&job), before);
    // Nothing could finish it without what is to be undone.
    fs::remove_file(job.path("in.undo.csv")).unwrap();
    let said = forget(&mut job, "", 1);
    assert!(
        said.contains("in.restore.results.csv.journal: of a run that was not finished"),
        "{said}"
    );
    assert!(!job.text("in.respondents.csv").contains("maria"));
}

/// The column that is called like that of the ids holds numbers of the CRM.
#[test]
fn rows_that_were_found_by_address_are_known_by_the_results_alone() {
    let list = list();
    let fake = platform(&list);
    let input = "id_respondent,mail,l4\n7,ewa@example.com,x\n5,maria@example.com,\n";
    let mut job = run(&fake, input).args("--match-on mail --map l4=l4");
    job.ends(1);
    let failed = job.text("in.failed.csv");
    assert!(failed.contains("ewa@example.com"), "{failed}");
    forget(&mut job, "", 0);
    assert_eq!(job.text("in.failed.csv"), failed);
}

#[test]
fn the_state_loses_what_was_sent_of_the_persons_labels() {
    let list = list();
    let fake = platform(&list);
    let input = "id_respondent,l4\n5,a\n007,b\n";
    let flags = "--changed-only --state s.sqlite --on-conflict keep";
    let mut job = run(&fake, input).args(flags).args("--verify=0");
    job.ends(1);
    let count = |job: &Job, table: &str| -> i64 {
        let store = rusqlite::Connection::open(job.path("s.sqlite")).unwrap();
        let count = format!("SELECT count(*) FROM {table}");
        store.query_row(&count, [], |row| row.get(0)).unwrap()
    };
    let all = count(&job, "labels");
    assert!(all > 0 && count(&job, "labels WHERE respondent = 7") > 0);
    assert!(count(&job, "proven") > 0);
    forget(&mut job, "--state s.sqlite", 0);
    assert_eq!(count(&job, "labels WHERE respondent = 7"), 0);
    assert_eq!(count(&job, "labels"), all - 1);
    assert!(count(&job, "proven") > 0);
}
