//! What stands around a round: sorted files, workbooks, sets that were set aside, locks, and who may
//! decide.

use std::fs;
use std::time::Duration;

use super::{Platform, edit, stamp};
use crate::support::{Job, pause, workbook};

/// Reverses the rows of a failed file, as a spreadsheet sorts them.
fn reverse(job: &Job, name: &str) {
    let failed = job.text(name);
    let (header, rows) = failed.split_once('\n').unwrap();
    let rows: Vec<&str> = rows.lines().rev().collect();
    fs::write(job.path(name), format!("{header}\n{}", rows.join("\n"))).unwrap();
}

#[test]
fn the_last_row_is_that_of_the_run_in_a_sorted_file_too() {
    let platform = Platform::refusing(&["1"]);
    let mut job =
        Job::run("id_respondent,l1\nx1,old\n2,b\n1,new\n", &platform.fake).args("--on-duplicate last");
    job.ends(1);
    edit(&job, "in.failed.csv", "x1,old", "1,old");
    reverse(&job, "in.failed.csv");
    platform.refuse(&[]);
    let before = platform.count();
    job.other("retry in.csv", 0);
    assert_eq!(platform.calls(before), ["1 l1=new"]);
}

/// Saves a failed file as a workbook beside it, later than everything before.
fn save_as_workbook(job: &Job, name: &str, rows: &str) {
    pause(Duration::from_millis(20));
    let text = format!("sync_row,sync_action,sync_error,id_respondent,l1\n{rows}");
    fs::write(job.path(name), workbook(&text)).unwrap();
}

#[test]
fn a_workbook_goes_with_the_run_whose_failed_rows_it_holds() {
    let platform = Platform::refusing(&["2"]);
    let mut job = Job::run("id_respondent,l1\n1,a\n2,b\n", &platform.fake).args("--resume");
    job.again("--rotate", 1);
    save_as_workbook(&job, "in.failed.xlsx", "3,fix,rejected,20,b\n");
    fs::write(job.path("in.csv"), "id_respondent,l1\n1,aa\n").unwrap();
    job.again("--rotate", 0);
    let stamp = stamp(&job);
    assert!(
        job.names().contains(&format!("in.{stamp}.failed.xlsx")),
        "{:?}",
        job.names()
    );
    assert!(!job.names().contains(&"in.failed.xlsx".to_owned()));
    let before = platform.count();
    job.other(&format!("retry in.{stamp}.csv"), 0);
    assert_eq!(platform.calls(before), ["20 l1=b"]);
    // A person's work is not deleted with the set.
    fs::write(job.path("in.csv"), "id_respondent,l1\n1,aaa\n").unwrap();
    job.again("--rotate=0", 0);
    let names = job.names();
    assert!(names.contains(&format!("in.{stamp}.failed.xlsx")), "{names:?}");
    assert!(!names.contains(&format!("in.{stamp}.results.csv")), "{names:?}");
}

#[test]
fn a_workbook_of_another_night_is_refused() {
    let platform = Platform::refusing(&["1", "9"]);
    let mut job = Job::run("id_respondent,l1\n2,a\n3,b\n1,old\n", &platform.fake).args("--resume --rotate");
    job.ends(1);
    platform.refuse(&["9"]);
    fs::write(job.path("in.csv"), "id_respondent,l1\n1,new\n3,c\n9,z\n").unwrap();
    job.ends(1);
    // Saved once more from the program in which it was still open.
    save_as_workbook(&job, "in.failed.xlsx", "4,fix,rejected,1,old\n");
    let before = platform.count();
    let ran = job.other("retry in.csv", 0);
    assert!(
        ran.stderr.contains("1 row is not sent (`superseded`)"),
        "{}",
        ran.stderr
    );
    assert_eq!(platform.count(), before);

    let mut job = Job::run("id_respondent,l1\n2,a\n9,z\n", &platform.fake);
    job.ends(1);
    save_as_workbook(&job, "in.failed.xlsx", "2,fix,rejected,1,old\n");
    let before = platform.count();
    let ran = job.other("retry in.csv", 2);
    assert!(
        ran.stderr
            .contains("holds row 2 (`sync_row`), which did not fail in this run"),
        "{}",
        ran.stderr
    );
    save_as_workbook(&job, "in.failed.xlsx", ",fix,rejected,1,old\n");
    let ran = job.other("retry in.csv", 2);
    assert!(
        ran.stderr.contains("a row without its `sync_row`"),
        "{}",
        ran.stderr
    );
    assert_eq!(platform.count(), before);
}

#[test]
fn a_workbook_that_is_older_than_its_run_is_not_the_failed_file() {
    let platform = Platform::refusing(&["9"]);
    let mut job = Job::run("id_respondent,l1\n9,z\n", &platform.fake);
    save_as_workbook(&job, "in.failed.xlsx", "2,fix,rejected,1,old\n");
    pause(Duration::from_millis(20));
    job.ends(1);
    fs::remove_file(job.path("in.failed.csv")).unwrap();
    let ran = job.other("retry in.csv", 2);
    assert!(
        ran.stderr.contains("there is no `in.failed.csv`"),
        "{}",
        ran.stderr
    );
}

#[test]
fn an_export_is_never_taken_for_its_failed_file() {
    let platform = Platform::refusing(&["2"]);
    let mut job = Job::run("", &platform.fake)
        .instead_of("in.csv", "in.xlsx")
        .file("in.xlsx", workbook("id_respondent,l1\n1,a\n2,b\n"))
        .args("--failed in.csv --overwrite");
    fs::remove_file(job.path("in.csv")).unwrap();
    job.ends(1);
    pause(Duration::from_millis(20));
    fs::write(
        job.path("in.xlsx"),
        workbook("id_respondent,l1\n1,next\n2,next\n"),
    )
    .unwrap();
    platform.refuse(&[]);
    let before = platform.count();
    job.other("retry in.xlsx --failed in.csv", 0);
    assert_eq!(platform.calls(before), ["2 l1=b"]);
}

/// Runs an export twice, with a round for its failed row that fails again. Then sets its round aside
/// alone, as a kill does.
fn half_set_aside(platform: &Platform) -> Job {
    let mut job = Job::run("id_respondent,l1\nx1,old\n2,b\nx1,a\n", &platform.fake).args("--resume");
    job.again("--rotate", 1);
    edit(&job, "in.failed.csv", "x1,a", "1,a");
    job.other("retry in.csv", 1);
    fs::copy(job.path("in.csv"), job.path("export")).unwrap();
    let kinds = ["results.csv", "failed.csv", "summary.json"];
    let first = kinds.map(|kind| job.bytes(&format!("in.{kind}")));
    fs::write(job.path("in.csv"), "id_respondent,l1\n1,aa\n").unwrap();
    job.again("--rotate", 0);
    let stamp = stamp(&job);
    for (kind, bytes) in kinds.iter().zip(first) {
        fs::remove_file(job.path(&format!("in.{stamp}.{kind}"))).unwrap();
        fs::write(job.path(&format!("in.{kind}")), bytes).unwrap();
    }
    fs::copy(job.path("export"), job.path("in.csv")).unwrap();
    job
}

#[test]
fn rounds_that_were_set_aside_before_a_kill_are_found() {
    let platform = Platform::refusing(&["2"]);
    let mut job = half_set_aside(&platform);
    let ran = job.ends(1);
    assert!(ran.stderr.contains(".retry-1.failed.csv`"), "{}", ran.stderr);
    platform.refuse(&[]);
    let round = job
        .names()
        .into_iter()
        .find(|name| name.ends_with(".retry-1.failed.csv"));
    // The round before has updated respondent 1 with the row after this one.
    edit(&job, &round.unwrap(), "x1,old", "1,old");
    let before = platform.count();
    let ran = job.other("retry in.csv", 0);
    assert!(ran.stderr.contains("retry round 2"), "{}", ran.stderr);
    assert_eq!(platform.calls(before), ["2 l1=b"]);
    job.ends(0);
    fs::write(job.path("in.csv"), "id_respondent,l1\n1,aaa\n").unwrap();
    job.again("--rotate", 0);
    let stamp = stamp(&job);
    for round in [1, 2] {
        let name = format!("in.{stamp}.retry-{round}.results.csv");
        assert!(job.names().contains(&name), "{:?}", job.names());
    }
}

#[test]
fn rounds_of_the_same_number_do_not_stop_a_night() {
    let platform = Platform::refusing(&["2"]);
    let mut job = half_set_aside(&platform);
    let names = job.names();
    let is_of_round = |name: &&String| name.contains(".retry-1.");
    for name in names.iter().filter(is_of_round) {
        let (stem, kind) = name.split_once(".retry-1.").unwrap();
        let copy = format!("{}.retry-1.{kind}", stem.split_once('.').unwrap().0);
        fs::copy(job.path(name), job.path(&copy)).unwrap();
    }
    fs::write(job.path("in.csv"), "id_respondent,l1\n1,aaa\n").unwrap();
    job.again("--rotate", 0);
    assert!(
        !job.names().iter().any(|name| name.starts_with("in.retry-1")),
        "{:?}",
        job.names()
    );
}

#[test]
fn an_edited_failed_file_of_a_round_is_kept_however_often_it_is_set_aside() {
    let platform = Platform::refusing(&["2"]);
    let mut job = Job::run("id_respondent,l1\n1,a\n2,b\n", &platform.fake);
    job.ends(1);
    job.other("retry in.csv", 1);
    edit(&job, "in.retry-1.failed.csv", "2,b", "2,work");
    job.again("--overwrite", 1);
    // The round of this run sets it aside.
    job.other("retry in.csv", 1);
    let works = |job: &Job| {
        let names = job.names().into_iter();
        names
            .filter(|name| String::from_utf8_lossy(&job.bytes(name)).contains("2,work"))
            .count()
    };
    assert_eq!(works(&job), 1);
    job.again("--overwrite", 1);
    assert_eq!(works(&job), 1, "{:?}", job.names());
    job.other("retry in.csv", 1);
    for rows in ["1,aa", "1,aaa"] {
        fs::write(job.path("in.csv"), format!("id_respondent,l1\n{rows}\n")).unwrap();
        job.again("--resume --rotate=0", 0);
        assert_eq!(works(&job), 1, "{:?}", job.names());
    }
}

/// Kills a round of a run with these flags after its second call.
fn killed(platform: &Platform, flags: &str) -> Job {
    let mut job = Job::run("id_respondent,l1\n1,a\n2,b\n3,c\n4,d\n5,e\n", &platform.fake)
        .file("list.txt", "9\n")
        .args("-c 1 --timeout 1s")
        .args(flags);
    job.ends(1);
    platform.refuse(&[]);
    let before = platform.count();
    let running = job.start_other("retry in.csv");
    while platform.count() < before + 3 {
        pause(Duration::from_millis(1));
    }
    // The outcome of the second call reaches the journal.
    pause(Duration::from_millis(10));
    running.kill();
    pause(Duration::from_millis(50));
    job
}

#[test]
fn a_round_that_starts_anew_leaves_what_it_has_sent() {
    for retried in ["in.csv", "in.STAMP.csv"] {
        let platform = Platform::slow(&["1", "2", "3", "4", "5"], Duration::from_millis(30));
        let mut job = killed(&platform, "--exclude list.txt --resume --rotate");
        if retried == "in.csv" {
            fs::write(job.path("list.txt"), "9\n5\n").unwrap();
        } else {
            fs::write(job.path("in.csv"), "id_respondent,l1\n8,aa\n").unwrap();
            job.ends(0);
        }
        let before = platform.count();
        let retried = match retried {
            "in.csv" => retried.to_owned(),
            _ => retried.replace("STAMP", &stamp(&job)),
        };
        edit(&job, &retried.replace(".csv", ".failed.csv"), "1,a", "1,z");
        let before = before.min(platform.count());
        job.other(&format!("retry {retried}"), 0);
        let calls = platform.calls(before);
        // The third call was in flight.
        let expected = match retried.as_str() {
            "in.csv" => ["1 l1=z", "3 l1=c", "4 l1=d"].as_slice(),
            _ => &["1 l1=z", "3 l1=c", "4 l1=d", "5 l1=e"],
        };
        assert_eq!(calls, expected, "{retried}");
        let calls = platform.count();
        job.other(&format!("retry {retried}"), 0);
        assert_eq!(platform.count(), calls);
    }
}

#[test]
fn what_a_killed_round_left_of_its_locks_does_not_keep_its_set() {
    let platform = Platform::refusing(&["2"]);
    let mut job = Job::run("id_respondent,l1\n1,a\n2,b\n", &platform.fake).args("--resume");
    job.again("--rotate", 1);
    fs::write(job.path("in.csv"), "id_respondent,l1\n1,aa\n").unwrap();
    job.again("--rotate", 0);
    let lock = format!("in.{}.results.csv.lock", stamp(&job));
    fs::write(job.path(&lock), "process 1 since then, with in.csv").unwrap();
    let held = fs::File::open(job.path(&lock)).unwrap();
    held.lock().unwrap();
    fs::write(job.path("in.csv"), "id_respondent,l1\n1,aaa\n").unwrap();
    job.again("--rotate=0", 0);
    assert!(job.names().contains(&lock), "{:?}", job.names());
    drop(held);
    fs::write(job.path("in.csv"), "id_respondent,l1\n1,aaaa\n").unwrap();
    job.again("--rotate=0", 0);
    let names = job.names();
    assert!(
        !names
            .iter()
            .any(|name| name.ends_with("Z.results.csv") || *name == lock),
        "{names:?}"
    );
}

#[test]
fn a_failed_file_that_is_edited_after_the_last_round_is_sent_once_more() {
    let platform = Platform::refusing(&["1", "2", "3"]);
    let mut job = Job::run("id_respondent,l1\n1,a\n2,b\n3,c\n", &platform.fake).args("--resume");
    job.ends(1);
    let whole = job.text("in.failed.csv");
    let header: Vec<&str> = whole.lines().take(2).collect();
    fs::write(job.path("in.failed.csv"), header.join("\n")).unwrap();
    platform.refuse(&[]);
    job.other("retry in.csv", 0);
    pause(Duration::from_millis(20));
    // A row is put back.
    let put_back = whole.lines().filter(|line| !line.starts_with("2,"));
    fs::write(job.path("in.failed.csv"), put_back.collect::<Vec<_>>().join("\n")).unwrap();
    let before = platform.count();
    let ran = job.other("retry in.csv", 0);
    assert!(
        ran.stderr.contains("retry round 2: `in.failed.csv`, as edited"),
        "{}",
        ran.stderr
    );
    assert_eq!(platform.calls(before), ["2 l1=b", "3 l1=c"]);
    let ran = job.other("retry in.csv", 0);
    assert!(ran.stderr.contains("nothing left to retry"), "{}", ran.stderr);
    // All of it is put back.
    pause(Duration::from_millis(20));
    fs::write(job.path("in.failed.csv"), &whole).unwrap();
    let before = platform.count();
    job.other("retry in.csv", 0);
    assert_eq!(platform.calls(before), ["1 l1=a", "2 l1=b", "3 l1=c"]);
    save_as_workbook(&job, "in.failed.xlsx", "2,fix,rejected,1,zz\n");
    let before = platform.count();
    job.other("retry in.csv", 0);
    assert_eq!(platform.calls(before), ["1 l1=zz"]);
    let ran = job.other("retry in.csv", 0);
    assert!(ran.stderr.contains("nothing left to retry"), "{}", ran.stderr);
    job.ends(0);
}

#[test]
fn an_edit_of_the_failed_file_before_the_last_one_sends_nothing_until_the_last_one_is_edited() {
    let platform = Platform::refusing(&["1", "2"]);
    let mut job = Job::run("id_respondent,l1\n1,a\n2,b\n", &platform.fake);
    job.ends(1);
    job.other("retry in.csv", 1);
    pause(Duration::from_millis(20));
    edit(&job, "in.failed.csv", "a", "x");
    let before = platform.count();
    let ran = job.other("retry in.csv", 2);
    assert!(
        ran.stderr
            .contains("edit `in.retry-1.failed.csv` and retry again"),
        "{}",
        ran.stderr
    );
    assert_eq!(platform.count(), before);
    assert!(!job.names().iter().any(|name| name.contains("retry-2")));
    pause(Duration::from_millis(20));
    edit(&job, "in.retry-1.failed.csv", "b", "y");
    platform.refuse(&[]);
    job.other("retry in.csv", 0);
    assert_eq!(platform.calls(before), ["1 l1=a", "2 l1=y"]);
    // The edit that was not sent does not come back afterwards and set anyone back.
    let before = platform.count();
    let ran = job.other("retry in.csv", 0);
    assert!(ran.stderr.contains("nothing left to retry"), "{}", ran.stderr);
    assert_eq!(platform.count(), before);
}

#[test]
fn what_rounds_have_sent_is_known_after_the_set_was_set_aside() {
    let platform = Platform::refusing(&["2", "3"]);
    let mut job = Job::run("id_respondent,l1\n2,b\n3,c\n", &platform.fake).args("--resume --rotate");
    job.ends(1);
    pause(Duration::from_millis(20));
    edit(&job, "in.failed.csv", "3,c", "3,x");
    platform.refuse(&["3"]);
    job.other("retry in.csv", 1);
    pause(Duration::from_millis(20));
    edit(&job, "in.failed.csv", "3,x", "3,x");
    edit(&job, "in.retry-1.failed.csv", "3,x", "3,y");
    platform.refuse(&[]);
    job.other("retry in.csv", 0);
    fs::write(job.path("in.csv"), "id_respondent,l1\n4,d\n").unwrap();
    job.ends(0);
    pause(Duration::from_millis(20));
    let set = format!("in.{}", stamp(&job));
    edit(&job, &format!("{set}.failed.csv"), "3,x", "3,x");
    let before = platform.count();
    let ran = job.other(&format!("retry {set}.csv"), 0);
    assert!(ran.stderr.contains("nothing left to retry"), "{}", ran.stderr);
    assert_eq!(platform.count(), before);
}

#[cfg(unix)]
#[test]
fn a_person_is_asked_before_many_or_damaged_rows() {
    let rows: Vec<String> = (1..=101).map(|id| format!("{id},a\n")).collect();
    let ids: Vec<String> = (1..=101).map(|id| id.to_string()).collect();
    let platform = Platform::refusing(&ids.iter().map(String::as_str).collect::<Vec<_>>());
    let mut job =
        Job::run(format!("id_respondent,l1\n{}", rows.concat()), &platform.fake).args("--unattended");
    job.ends(1);
    platform.refuse(&[]);
    let before = platform.count();
    job.set_command("retry in.csv");
    let mut terminal = job.on_terminal();
    terminal.sees("[y/N]").types("n\r").sees("not confirmed");
    terminal.ends(2);
    assert_eq!(platform.count(), before);
    let failed = job.text("in.failed.csv");
    let kept: Vec<&str> = failed.lines().take(3).collect();
    fs::write(
        job.path("in.failed.csv"),
        kept.join("\n").replace(",1,a", ",1,#N/D!"),
    )
    .unwrap();
    let mut terminal = job.on_terminal();
    terminal.sees("[y/N]").types("n\r").sees("not confirmed");
    terminal.ends(2);
    fs::write(job.path("in.failed.csv"), kept.join("\n")).unwrap();
    let mut terminal = job.on_terminal();
    terminal.sees("2 updated");
    terminal.ends(0);
    assert_eq!(platform.count(), before + 2);
}

#[test]
fn a_damaged_value_is_refused_with_a_flag_that_a_retry_has() {
    let platform = Platform::refusing(&["1"]);
    let mut job = Job::run("id_respondent,l1\n1,a\n", &platform.fake);
    job.ends(1);
    edit(&job, "in.failed.csv", "1,a", "1,#N/D!");
    platform.refuse(&[]);
    let ran = job.other("retry in.csv", 4);
    assert!(
        ran.stderr.contains("allow them with `--max-damaged`"),
        "{}",
        ran.stderr
    );
    assert!(!ran.stderr.contains("--ignore-guards"), "{}", ran.stderr);
    job.other("retry in.csv --max-damaged 1", 0);
    // What the run let through is let through again.
    platform.refuse(&["1"]);
    fs::write(job.path("in.csv"), "id_respondent,l1\n1,#N/D!\n").unwrap();
    job.again("--overwrite --ignore-guards", 1);
    platform.refuse(&[]);
    let before = platform.count();
    job.other("retry in.csv", 0);
    assert_eq!(platform.calls(before), ["1 l1=#N/D!"]);
}

#[test]
fn a_retry_does_not_write_the_metrics_of_the_night() {
    let platform = Platform::refusing(&["2"]);
    let mut job = Job::run("id_respondent,l1\n1,a\n2,b\n", &platform.fake).args("--metrics-file night.prom");
    job.ends(1);
    let night = job.text("night.prom");
    platform.refuse(&[]);
    job.other("retry in.csv", 0);
    assert_eq!(job.text("night.prom"), night);
}

#[test]
fn a_failed_file_is_read_with_and_without_the_lines_above_its_header() {
    let platform = Platform::refusing(&["2", "3"]);
    let mut job = Job::run(
        "Raport\nz dnia\nid_respondent,l1\n1,a\n2,b\n3,c\n",
        &platform.fake,
    )
    .args("--skip-lines 2");
    job.ends(1);
    platform.refuse(&["3"]);
    let before = platform.count();
    job.other("retry in.csv", 1);
    assert_eq!(platform.calls(before), ["2 l1=b", "3 l1=c"]);
    let failed = job.text("in.retry-1.failed.csv");
    assert!(failed.starts_with("Raport\nz dnia\nsync_row,"), "{failed}");
    let below: Vec<&str> = failed.lines().skip(2).collect();
    fs::write(job.path("in.retry-1.failed.csv"), below.join("\n")).unwrap();
    let before = platform.count();
    job.other("retry in.csv", 1);
    let failed = job.text("in.retry-2.failed.csv");
    assert!(failed.starts_with("sync_row,"), "{failed}");
    platform.refuse(&[]);
    save_as_workbook(&job, "in.retry-2.failed.xlsx", "6,fix,rejected,3,d\n");
    job.other("retry in.csv", 0);
    assert_eq!(platform.calls(before), ["3 l1=c", "3 l1=d"]);
}

#[test]
fn a_round_is_one_of_its_run_whatever_the_clock_says() {
    let platform = Platform::refusing(&["1", "2"]);
    let mut job = Job::run("id_respondent,l1\n1,a\n2,b\n", &platform.fake).args("--resume");
    job.ends(1);
    edit(&job, "in.failed.csv", "1,a", "1,aa");
    platform.refuse(&["2"]);
    job.other("retry in.csv", 1);
    platform.refuse(&[]);
    job.other("retry in.csv", 0);
    for round in ["in.retry-1.summary.json", "in.retry-2.summary.json"] {
        let mut summary = super::summary(&job, round);
        summary["started_at"] = "2001-01-01T00:00:00Z".into();
        fs::write(job.path(round), summary.to_string()).unwrap();
    }
    let before = platform.count();
    let ran = job.other("retry in.csv", 0);
    assert!(ran.stderr.contains("nothing left to retry"), "{}", ran.stderr);
    job.ends(0);
    assert_eq!(platform.count(), before);
}

#[test]
fn a_failed_file_has_the_delimiter_that_its_run_was_given() {
    let platform = Platform::refusing(&["2"]);
    let mut job = Job::run("id_respondent:l1\n1:a;b\n2:c,d\n", &platform.fake).args("-d :");
    job.ends(1);
    let before = platform.count();
    job.other("retry in.csv", 1);
    assert_eq!(platform.calls(before), ["2 l1=c,d"]);
    // Excel saves a file with semicolons.
    platform.refuse(&[]);
    fs::write(
        job.path("in.retry-1.failed.csv"),
        "sync_status;sync_error;sync_row;id_respondent;l1\nfailed;;3;2;e\n",
    )
    .unwrap();
    let before = platform.count();
    job.other("retry in.csv -d ;", 0);
    assert_eq!(platform.calls(before), ["2 l1=e"]);
}

#[test]
fn a_failed_file_for_excel_has_the_delimiter_of_excel() {
    let platform = Platform::refusing(&["2"]);
    let mut job = Job::run("id_respondent:l1\n1:a\n2:c\n", &platform.fake).args("-d : --excel");
    job.ends(1);
    for _ in 0..2 {
        let before = platform.count();
        job.other("retry in.csv", 1);
        assert_eq!(platform.calls(before), ["2 l1=c"]);
    }
}
