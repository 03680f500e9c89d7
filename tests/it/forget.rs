//! `forget`: everything about a person is removed from the files of all runs, and nothing else.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::support::{Answer, Fake, Job};

/// A platform that refuses respondents 7 and 8.
fn platform() -> Fake {
    Fake::start(|call| {
        if ["7", "007", "8"].contains(&call.respondent()) {
            Answer::error("no such respondent")
        } else {
            Answer::success()
        }
    })
}

const INPUT: &str = "id_respondent,l1,Name\n5,a,Anna\n7,b,\"Maria \"\"M\"\"\nNowak\"\n8,c,Ewa\n007,d,Maria\n";

fn run(fake: &Fake) -> Job {
    Job::run(INPUT, fake).args("--keep Name --resume --rotate")
}

/// A run whose input and failed file have addresses alone: the ids are in a table.
fn run_by_address(fake: &Fake) -> Job {
    Job::run("mail,l1\na@example.com,x\nb@example.com,y\n", fake)
        .args("--ids ids.csv --match-on mail")
        .file(
            "ids.csv",
            "id_respondent,mail\n7,a@example.com\n8,b@example.com\n",
        )
}

#[test]
fn a_page_with_the_persons_id_is_removed_and_one_without_ids_stays() {
    let fake = platform();
    let mut job = run(&fake).args("--report in.report.html");
    job.ends(1);
    let page = job.text("in.report.html");
    let said = forget(&mut job, 0);
    assert!(!said.contains("in.report.html"), "{said}");
    assert_eq!(job.text("in.report.html"), page);
    let mut job = run(&platform()).args("--report in.report.html --report-ids");
    job.ends(1);
    assert!(job.text("in.report.html").contains("<bdi>007</bdi>"));
    let said = forget(&mut job, 0);
    assert!(said.contains("in.report.html: the page with ids"), "{said}");
    assert!(!job.path("in.report.html").exists());
}

/// Returns all files of a job's folder but the export.
fn files(job: &Job) -> BTreeMap<String, Vec<u8>> {
    let names = job.names().into_iter().filter(|name| name != "in.csv");
    names.map(|name| (name.clone(), job.bytes(&name))).collect()
}

fn with(job: &mut Job, words: &str, code: i32) -> (String, String) {
    let ran = job.other(&format!("forget in.csv {words}"), code);
    (ran.stdout, ran.stderr)
}

fn forget(job: &mut Job, code: i32) -> String {
    with(job, "--respondent 7", code).0
}

/// Returns the names of the files that have this text.
fn having(job: &Job, text: &str) -> Vec<String> {
    let has = |bytes: &[u8]| bytes.windows(text.len()).any(|part| part == text.as_bytes());
    let files = files(job).into_iter().filter(|(_, bytes)| has(bytes));
    files.map(|(name, _)| name).collect()
}

#[test]
fn the_persons_lines_are_emptied_and_the_persons_records_deleted_and_no_other_byte_changes() {
    let fake = platform();
    let mut job = run(&fake);
    job.ends(1);
    let before = files(&job);
    let times = |job: &Job| {
        let time = |name: &str| fs::metadata(job.path(name)).unwrap().modified().unwrap();
        ["in.results.csv", "in.failed.csv", "in.summary.json"].map(time)
    };
    let old_times = times(&job);
    let said = forget(&mut job, 0);
    assert!(
        said.contains("in.results.csv: id, message and kept cells of 2 lines"),
        "{said}"
    );
    assert!(said.contains("in.failed.csv: 2 records"), "{said}");
    assert!(said.contains("the export itself, the CRM"), "{said}");
    let after = files(&job);
    assert_eq!(
        before.keys().collect::<Vec<_>>(),
        after.keys().collect::<Vec<_>>()
    );
    assert_eq!(old_times, times(&job));
    // The results: verdict, codes and times stay.
    let mut rows = csv::Reader::from_reader(before["in.results.csv"].as_slice());
    let old: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
    let mut rows = csv::Reader::from_reader(after["in.results.csv"].as_slice());
    let new: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
    assert_eq!(new.len(), 4);
    for (at, (old, new)) in old.iter().zip(&new).enumerate() {
        for (column, (old, new)) in old.iter().zip(new).enumerate() {
            let is_personal = [1, 3].contains(&at) && [1, 5, 10].contains(&column);
            assert_eq!(
                new,
                if is_personal { "" } else { old },
                "row {at}, column {column}"
            );
        }
    }
    let text = job.text("in.results.csv");
    assert_eq!(
        text.lines().nth(1),
        str::from_utf8(&before["in.results.csv"]).unwrap().lines().nth(1)
    );
    // The failed file: the records of rows 3 and 5 are gone, the rest is as it was.
    let failed = String::from_utf8(before["in.failed.csv"].clone()).unwrap();
    let (start, rest) = failed.split_once("\n3,").unwrap();
    let (_, rest) = rest.split_once("\n4,").unwrap();
    let (rest, _) = rest.split_once("\n5,").unwrap();
    assert_eq!(job.text("in.failed.csv"), format!("{start}\n4,{rest}\n"));
    // The summary: nothing but the digest of the failed file.
    let digest = |bytes: &[u8]| {
        let summary: serde_json::Value = serde_json::from_slice(bytes).unwrap();
        summary["failed_digest"].as_str().unwrap().to_owned()
    };
    let (old, new) = (&before["in.summary.json"], &after["in.summary.json"]);
    let expected = String::from_utf8(old.clone())
        .unwrap()
        .replace(&digest(old), &digest(new));
    assert_eq!(String::from_utf8(new.clone()).unwrap(), expected);
    assert_ne!(digest(old), digest(new));
    // Once more there is nothing to do.
    let said = forget(&mut job, 0);
    assert!(said.starts_with("Nothing was found in 2 files.\n"), "{said}");
    assert_eq!(files(&job), after);
}

#[test]
#[cfg(unix)]
fn new_files_are_readable_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let fake = platform();
    let mut job = run(&fake);
    job.ends(1);
    forget(&mut job, 0);
    for name in ["in.results.csv", "in.failed.csv", "in.summary.json"] {
        let mode = fs::metadata(job.path(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn a_file_for_excel_keeps_its_form() {
    let fake = platform();
    let mut job = run(&fake).args("--excel");
    job.ends(1);
    let before = files(&job);
    forget(&mut job, 0);
    for name in ["in.results.csv", "in.failed.csv"] {
        let (old, new) = (&before[name], job.bytes(name));
        assert!(
            new.starts_with(b"\xEF\xBB\xBF") && new.ends_with(b"\r\n"),
            "{name}"
        );
        let text = String::from_utf8(new).unwrap();
        let old = str::from_utf8(old).unwrap();
        assert!(old.contains("Maria") && !text.contains("Maria"), "{text}");
        assert_eq!(text.lines().next(), old.lines().next());
    }
    assert!(
        job.text("in.results.csv").contains("\r\n3;;7;failed;"),
        "{}",
        job.text("in.results.csv")
    );
}

#[test]
fn encodings_of_one_byte_and_lines_above_the_header_are_kept() {
    let fake = platform();
    let mut input = b"Export\nid_respondent;l1;Imi\xEA\n".to_vec();
    input.extend(b"7;b;Ma\xB3gorzata\n8;c;Bo\xBFena\n");
    let mut job = Job::run(input, &fake).args("--skip-lines 1 --encoding windows-1250");
    job.ends(1);
    let before = job.bytes("in.failed.csv");
    forget(&mut job, 0);
    let after = job.bytes("in.failed.csv");
    let gone: Vec<&[u8]> = before.split_inclusive(|byte| *byte == b'\n').collect();
    assert_eq!(after, [gone[0], gone[1], gone[3]].concat());
    assert!(gone[2].ends_with(b"Ma\xB3gorzata\n"));
}

#[test]
fn older_sets_rounds_trials_and_rehearsals_are_covered() {
    let fake = platform();
    let mut job = run(&fake);
    job.ends(1);
    job.other("retry in.csv", 1);
    fs::write(
        job.path("in.csv"),
        "id_respondent,l1,Name\n5,a,Anna\n6,a,Maria\n7,x,Maria\n8,x,Ewa\n",
    )
    .unwrap();
    job.ends(1);
    job.other("retry in.csv", 1);
    job.again("--limit 3", 1);
    job.other(
        "run in.csv --survey 7 --sandbox --keep Name --id-column id_respondent --map l1=l1",
        0,
    );
    let names = job.names();
    let count = |end: &str| names.iter().filter(|name| name.ends_with(end)).count();
    assert_eq!((count(".results.csv"), count(".failed.csv")), (6, 5), "{names:?}");
    forget(&mut job, 0);
    assert_eq!(job.names(), names);
    for name in names.iter().filter(|name| name.ends_with("results.csv")) {
        let text = job.text(name);
        assert!(
            !text.contains(",7,7,") && !text.contains(",007,7,"),
            "{name}\n{text}"
        );
    }
    for name in names.iter().filter(|name| name.ends_with("failed.csv")) {
        let text = job.text(name);
        assert!(!text.contains("Maria"), "{name}\n{text}");
    }
}

#[test]
fn a_retry_sends_the_others_and_never_the_person() {
    let fake = platform();
    let mut job = run(&fake);
    job.ends(1);
    forget(&mut job, 0);
    let before = fake.calls().len();
    let ran = job.other("retry in.csv", 1);
    assert!(ran.stderr.contains("as it was written"), "{}", ran.stderr);
    let called: Vec<String> = fake
        .calls()
        .iter()
        .skip(before)
        .map(|call| call.respondent().to_owned())
        .collect();
    assert_eq!(called, ["8"]);
    // The round's results still say the row of the run.
    let (said, _) = with(&mut job, "--respondent 8", 0);
    assert!(said.contains("in.retry-1.failed.csv: 1 record"), "{said}");
    assert!(
        job.text("in.retry-1.results.csv")
            .lines()
            .nth(1)
            .unwrap()
            .ends_with(",4,"),
        "the row of the run"
    );
    let before = fake.calls().len();
    let ran = job.other("retry in.csv", 0);
    assert_eq!(fake.calls().len(), before, "{}", ran.stderr);
    let ran = job.other("retry in.csv", 0);
    assert_eq!(fake.calls().len(), before, "{}", ran.stderr);
    // The next night sets everything aside, and deletes it as unedited.
    fs::write(job.path("in.csv"), "id_respondent,l1,Name\n5,z,Anna\n").unwrap();
    let ran = job.other(
        &format!(
            "run in.csv --rate unlimited --survey 7 --base-url {} --resume --rotate=0",
            fake.base
        ),
        0,
    );
    assert!(!ran.stderr.contains("edited"), "{}", ran.stderr);
    assert_eq!(job.names(), ["in.csv", "in.results.csv", "in.summary.json"]);
}

#[test]
fn an_edited_failed_file_loses_the_person_and_stays_an_edited_one() {
    let fake = platform();
    let mut job = run(&fake);
    job.ends(1);
    let text = job.text("in.failed.csv").replace("8,c,Ewa", "9,c,Ewa");
    // Another row was corrected to the person's id.
    let text = text + "2,fix,,0007,x,Marysia\n";
    fs::write(job.path("in.failed.csv"), &text).unwrap();
    let summary = job.bytes("in.summary.json");
    let said = forget(&mut job, 0);
    assert!(said.contains("in.failed.csv: 3 records"), "{said}");
    assert_eq!(job.bytes("in.summary.json"), summary);
    let kept = job.text("in.failed.csv");
    assert!(
        kept.ends_with(",9,c,Ewa\n") && kept.lines().count() == 2,
        "{kept}"
    );
    let ran = job.other("retry in.csv", 0);
    assert!(ran.stderr.contains("as edited"), "{}", ran.stderr);
}

#[test]
fn what_cannot_be_treated_is_left_and_reported() {
    let fake = platform();
    for (name, bytes, why) in [
        (
            "in.failed.csv",
            "id_respondent,l1,Name\n7,b,Maria\n".as_bytes().to_vec(),
            "`sync_row`",
        ),
        (
            "in.failed.csv",
            "\u{feff}sync_row\tid\n3\t7\n"
                .encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect(),
            "UTF-16",
        ),
        (
            "in.failed.csv",
            b"\x1F\x8B\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0".to_vec(),
            "",
        ),
        ("in.failed.xlsx", b"PK".to_vec(), "a workbook"),
        (
            "in.results.csv",
            b"a,b\n7,8\n".to_vec(),
            "not as this program wrote it",
        ),
    ] {
        let mut job = run(&fake);
        job.ends(1);
        fs::write(job.path(name), &bytes).unwrap();
        let said = forget(&mut job, 1);
        assert!(
            said.contains(&format!("{name}: ")) && said.contains(why),
            "{said}"
        );
        assert_eq!(job.bytes(name), bytes);
    }
}

#[test]
#[cfg(unix)]
fn nothing_is_written_through_a_link() {
    let fake = platform();
    let mut job = run(&fake);
    job.ends(1);
    let text = job.text("in.results.csv");
    fs::rename(job.path("in.results.csv"), job.path("elsewhere")).unwrap();
    std::os::unix::fs::symlink("elsewhere", job.path("in.results.csv")).unwrap();
    let said = forget(&mut job, 1);
    assert!(said.contains("in.results.csv: no file, but a link"), "{said}");
    assert_eq!(job.text("elsewhere"), text);
}

#[test]
fn an_unfinished_run_is_resumed_first_and_an_old_unfinished_one_is_left() {
    let fake = platform();
    let mut job = run(&fake);
    job.ends(1);
    fs::write(job.path("in.results.csv.journal"), "{\"journal\":").unwrap();
    let before = files(&job);
    let (_, said) = with(&mut job, "--respondent 7", 2);
    assert!(said.contains("`respondent-sync run in.csv --resume`"), "{said}");
    assert_eq!(files(&job), before);
    fs::rename(
        job.path("in.results.csv.journal"),
        job.path("in.interrupted-20261124T075743Z.results.csv.journal"),
    )
    .unwrap();
    let said = forget(&mut job, 1);
    assert!(
        said.contains("in.interrupted-20261124T075743Z.results.csv.journal: of a run that was not finished"),
        "{said}"
    );
    assert!(said.contains("in.results.csv: id"), "{said}");
    fs::write(job.path("in.retry-1.results.csv.partial"), "").unwrap();
    let (_, said) = with(&mut job, "--respondent 7", 2);
    assert!(said.contains("`respondent-sync retry in.csv`"), "{said}");
}

/// Whether a file has this text as the key of an entry of the state: the number in its bytes.
fn has_number(path: &Path, number: u32) -> bool {
    let bytes = fs::read(path).unwrap_or_default();
    bytes.windows(4).any(|part| part == number.to_be_bytes())
}

#[test]
fn the_state_forgets_the_person_without_a_trace() {
    const ID: u32 = 1_987_654_321;
    let fake = platform();
    let rows: Vec<String> = (1..400)
        .map(|id| format!("{},a,x\n", id + 1_900_000_000))
        .collect();
    let input = format!("id_respondent,l1,Name\n{ID},a,x\n{}", rows.concat());
    let mut job = Job::run(input, &fake).args("--changed-only --state s.sqlite");
    job.ends(0);
    let state = job.path("s.sqlite");
    assert!(has_number(&state, ID));
    let before = job.bytes("s.sqlite");
    let (said, _) = with(
        &mut job,
        &format!("--respondent 0{ID} --state s.sqlite --dry-run"),
        0,
    );
    assert!(
        said.starts_with("Would be removed") && said.contains("s.sqlite: 1 entry"),
        "{said}"
    );
    assert_eq!(job.bytes("s.sqlite"), before);
    let (said, _) = with(&mut job, &format!("--respondent 0{ID} --state s.sqlite"), 0);
    assert!(said.contains("s.sqlite: 1 entry"), "{said}");
    assert!(!has_number(&state, ID));
    assert_eq!(having(&job, &ID.to_string()), [""; 0]);
    assert!(!job.path("s.sqlite-wal").exists());
    let ran = job.other("state show --state s.sqlite", 0);
    assert!(ran.stdout.contains("399 respondents"), "{}", ran.stdout);
    // What `state forget` leaves in free pages goes, too.
    job.other(
        "state forget --state s.sqlite --survey 7 --respondent 1900000001",
        0,
    );
    with(&mut job, "--respondent 1900000001 --state s.sqlite", 0);
    assert!(!has_number(&state, 1_900_000_001));
    // A damaged copy is reported.
    fs::write(job.path("s.sqlite.damaged-1"), "").unwrap();
    let (said, _) = with(&mut job, "--respondent 5 --state s.sqlite", 1);
    assert!(said.contains("s.sqlite.damaged-1: a damaged state"), "{said}");
}

#[test]
fn a_rehearsal_of_it_says_the_same_and_changes_nothing() {
    let fake = platform();
    let mut job = run(&fake);
    job.ends(1);
    let before = files(&job);
    let (dry, _) = with(&mut job, "--respondent 7,8 -n", 0);
    assert_eq!(files(&job), before);
    let (done, _) = with(&mut job, "--respondent 7,8", 0);
    let lines = |said: &str| said.lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(lines(&dry), lines(&done));
    assert!(
        dry.starts_with("Would be removed (nothing was changed):\n"),
        "{dry}"
    );
    assert!(done.starts_with("Removed:\n"), "{done}");
}

/// A kill between two replacements leaves each file old or new; a second start makes all new.
#[test]
fn a_second_start_finishes_the_work() {
    let fake = platform();
    let mut job = run(&fake);
    job.ends(1);
    let old = files(&job);
    forget(&mut job, 0);
    let new = files(&job);
    let order = ["in.summary.json", "in.failed.csv", "in.results.csv"];
    for done in 0..order.len() {
        for (at, name) in order.iter().enumerate() {
            let bytes = if at < done { &new[*name] } else { &old[*name] };
            fs::write(job.path(name), bytes).unwrap();
        }
        fs::write(job.path("in.failed.csv.rewritten"), "half").unwrap();
        forget(&mut job, 0);
        assert_eq!(files(&job), new, "after {done} files");
    }
}

#[test]
fn a_file_that_cannot_be_written_ends_it_and_says_what_is_done() {
    let fake = platform();
    let mut job = run(&fake);
    job.ends(1);
    fs::create_dir(job.path("in.results.csv.rewritten")).unwrap();
    let (said, error) = with(&mut job, "--respondent 7", 6);
    assert!(said.contains("in.failed.csv: 2 records"), "{said}");
    assert!(
        said.contains("Not done yet; the same command finishes it:\n  in.results.csv\n"),
        "{said}"
    );
    assert!(error.contains("in.results.csv.rewritten"), "{error}");
    fs::remove_dir(job.path("in.results.csv.rewritten")).unwrap();
    forget(&mut job, 0);
    assert_eq!(having(&job, "Maria"), [""; 0]);
}

#[test]
fn a_run_that_has_the_files_is_waited_for_by_nobody() {
    let fake = Fake::start(|_| Answer::Hang);
    let mut job = Job::run(INPUT, &fake).args("--changed-only --state s.sqlite");
    let running = job.start();
    while fake.calls().is_empty() {
        crate::support::pause(std::time::Duration::from_millis(5));
    }
    let (_, said) = with(&mut job, "--respondent 7", 11);
    assert!(said.contains("another run has this output"), "{said}");
    let (_, said) = with(&mut job, "--respondent 7 --output other.csv --state s.sqlite", 11);
    assert!(said.contains("another run has this state"), "{said}");
    running.kill();
}

#[test]
fn the_config_says_where_the_runs_write() {
    let fake = platform();
    let mut job = run(&fake).args("--output-dir out");
    fs::create_dir(job.path("out")).unwrap();
    job.ends(1);
    fs::write(
        job.path("c.toml"),
        "input = \"in.csv\"\nsurvey = 7\noutput_dir = \"out\"\n",
    )
    .unwrap();
    let ran = job.other("forget --config c.toml --respondent 7", 0);
    assert!(ran.stdout.contains("in.failed.csv: 2 records"), "{}", ran.stdout);
    let ran = job.other("forget --respondent 7", 2);
    assert!(ran.stderr.contains("which runs?"), "{}", ran.stderr);
    let ran = job.other("forget other.csv --respondent 7", 2);
    assert!(
        ran.stderr.contains("no run has written `other.results.csv`"),
        "{}",
        ran.stderr
    );
    let ran = job.other("forget in.csv --respondent x7", 2);
    assert!(ran.stderr.contains("`x7` is no id"), "{}", ran.stderr);
    job.other("forget in.csv", 2);
}

#[test]
#[cfg(unix)]
fn a_person_is_asked_before_anything_is_changed() {
    let fake = platform();
    let mut job = run(&fake);
    job.ends(1);
    let before = files(&job);
    job.set_command("forget in.csv --respondent 7");
    let mut terminal = job.on_terminal();
    terminal
        .sees("in.failed.csv: 2 records")
        .sees("Remove this from 2 files?")
        .types("n\n");
    assert!(terminal.ends(2).contains("nothing was changed"));
    assert_eq!(files(&job), before);
    job.on_terminal()
        .sees("It cannot be restored. [y/N]")
        .types("y\n")
        .ends(0);
    assert_eq!(having(&job, "Maria"), [""; 0]);
    job.set_command("forget in.csv --respondent 8 --yes");
    let said = job.on_terminal().ends(0);
    assert!(!said.contains("[y/N]"), "{said}");
}

#[test]
fn it_speaks_polish_and_prints_no_id() {
    let fake = Fake::start(|_| Answer::error("no such respondent"));
    let mut job = Job::run("id_respondent,l1\n987654,a\n5,b\n", &fake);
    job.ends(1);
    let (said, error) = with(&mut job, "--respondent 987654 --lang pl", 0);
    assert!(
        said.starts_with("Usunięto:\n") && said.contains("in.failed.csv: 1 wiersz\n"),
        "{said}"
    );
    assert!(
        !said.contains("987654") && !error.contains("987654"),
        "{said}{error}"
    );
    assert_eq!(having(&job, "987654"), [""; 0]);
}

#[test]
fn a_set_whose_only_failure_was_the_person_has_nothing_to_retry() {
    let fake = platform();
    let mut job = Job::run("id_respondent,l1\n5,a\n7,b\n", &fake);
    job.ends(1);
    forget(&mut job, 0);
    assert_eq!(
        job.text("in.failed.csv"),
        "sync_row,sync_action,sync_error,id_respondent,l1\n"
    );
    let before = fake.calls().len();
    for _ in 0..2 {
        let ran = job.other("retry in.csv", 0);
        assert_eq!(fake.calls().len(), before, "{}", ran.stderr);
    }
}

/// Addresses are looked up in a table: a failed row is known by its number alone.
#[test]
fn a_respondent_of_a_table_is_found_by_the_results() {
    let fake = platform();
    let mut job = run_by_address(&fake);
    job.ends(1);
    forget(&mut job, 0);
    assert_eq!(having(&job, "a@example.com"), ["ids.csv"]);
    assert_eq!(having(&job, "b@example.com"), ["ids.csv", "in.failed.csv"]);
}

#[test]
fn without_results_nobody_knows_whose_the_rows_of_a_table_are() {
    let fake = platform();
    let mut job = Job::run("mail,l1\na@example.com,x\n", &fake)
        .args("--ids ids.csv --match-on mail")
        .file("ids.csv", "id_respondent,mail\n7,a@example.com\n");
    job.ends(1);
    fs::remove_file(job.path("in.results.csv")).unwrap();
    let said = forget(&mut job, 1);
    assert!(
        said.contains("in.failed.csv: whose rows it has is unknown"),
        "{said}"
    );
    // With a column of ids it is known.
    let mut job = run(&fake);
    job.ends(1);
    fs::remove_file(job.path("in.results.csv")).unwrap();
    let said = forget(&mut job, 0);
    assert!(said.contains("in.failed.csv: 2 records"), "{said}");
}

#[test]
fn a_delimiter_that_no_reader_finds_is_known_by_the_summary() {
    let fake = platform();
    let mut job = Job::run("id_respondent^l1\n7^b\n8^c\n", &fake).args("--delimiter ^");
    job.ends(1);
    let said = forget(&mut job, 0);
    assert!(said.contains("in.failed.csv: 1 record\n"), "{said}");
    assert!(job.text("in.failed.csv").ends_with("^8^c\n"));
}

#[test]
fn summaries_have_no_ids_of_only() {
    let fake = platform();
    let mut job = Job::run("id_respondent,l1\n987654,a\n5,b\n", &fake).args("--only 987654,5 --keep l1");
    job.ends(0);
    assert_eq!(having(&job, "987654"), ["in.trial.results.csv"]);
    with(&mut job, "--respondent 987654", 0);
    assert_eq!(having(&job, "987654"), [""; 0]);
}

/// The results are the only link between the person and a failed file without ids.
#[test]
fn results_stay_until_their_failed_file_can_be_treated() {
    let fake = platform();
    let mut job = run_by_address(&fake);
    job.ends(1);
    let failed = job.text("in.failed.csv");
    let utf_16: Vec<u8> = format!("\u{feff}{failed}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    fs::write(job.path("in.failed.csv"), utf_16).unwrap();
    let results = job.bytes("in.results.csv");
    let said = forget(&mut job, 1);
    assert!(said.contains("in.failed.csv: compressed, or in UTF-16"), "{said}");
    assert!(said.contains("in.results.csv: by it the person's rows"), "{said}");
    assert_eq!(job.bytes("in.results.csv"), results);
    fs::write(job.path("in.failed.csv"), failed).unwrap();
    forget(&mut job, 0);
    assert_eq!(having(&job, "a@example.com"), ["ids.csv"]);
}

#[test]
fn the_record_of_another_person_with_the_same_row_is_not_deleted() {
    let fake = platform();
    let mut job = run(&fake);
    job.ends(1);
    // Merged by hand from two nights.
    let merged = job.text("in.failed.csv") + "3,fix,,12,z,Adam\n";
    fs::write(job.path("in.failed.csv"), &merged).unwrap();
    let said = forget(&mut job, 1);
    assert!(
        said.contains("in.failed.csv: a row of another respondent"),
        "{said}"
    );
    assert!(said.contains("in.results.csv: by it"), "{said}");
    assert_eq!(job.text("in.failed.csv"), merged);
}

#[test]
fn ids_that_a_spreadsheet_has_mangled_are_the_persons() {
    let fake = Fake::start(|_| Answer::error("no such respondent"));
    let mut job = Job::run("id_respondent,l1\n12345,a\n5,b\n", &fake);
    job.ends(1);
    let mangled = job.text("in.failed.csv").replace(",12345,", ",12\u{a0}345,");
    fs::write(job.path("in.failed.csv"), mangled).unwrap();
    let (said, _) = with(&mut job, "--respondent 12345", 0);
    assert!(said.contains("in.failed.csv: 1 record"), "{said}");
    for name in ["in.results.csv", "in.failed.csv"] {
        assert!(!job.text(name).contains("345,"), "{name}");
    }
    // One that cannot be told may be the person's.
    let mut job = Job::run("id_respondent,l1\n12345,a\n5,b\n", &fake);
    job.ends(1);
    let mangled = job
        .text("in.failed.csv")
        .replace("2,fix,", "?,fix,")
        .replace(",12345,", ",\"1,2E+4\",");
    fs::write(job.path("in.failed.csv"), mangled).unwrap();
    let (said, _) = with(&mut job, "--respondent 12345", 1);
    assert!(
        said.contains("in.failed.csv: whose rows it has is unknown"),
        "{said}"
    );
}

#[test]
#[cfg(unix)]
fn files_keep_their_rights() {
    use std::os::unix::fs::PermissionsExt;
    let fake = platform();
    let mut job = run(&fake);
    job.ends(1);
    fs::set_permissions(job.path("in.results.csv"), fs::Permissions::from_mode(0o640)).unwrap();
    forget(&mut job, 0);
    let mode = |name: &str| fs::metadata(job.path(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("in.results.csv"), mode("in.failed.csv")), (0o640, 0o600));
}

#[test]
fn an_unfinished_retry_of_a_set_is_resumed_first() {
    let fake = platform();
    let mut job = run(&fake);
    job.ends(1);
    for name in ["in.results.csv", "in.failed.csv", "in.summary.json"] {
        let set = name.replace("in.", "in.20261124T075743Z.");
        fs::rename(job.path(name), job.path(&set)).unwrap();
    }
    fs::write(job.path("in.20261124T075743Z.retry-1.results.csv.journal"), "{").unwrap();
    let before = files(&job);
    let (_, said) = with(&mut job, "--respondent 7", 2);
    assert!(
        said.contains("`respondent-sync retry in.20261124T075743Z.csv`"),
        "{said}"
    );
    assert_eq!(files(&job), before);
}
