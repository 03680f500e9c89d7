//! The HTML pages: `run --report`, `report RESULTS.csv`, `report --overview`. What a browser makes of
//! them is in `tests/browser`.

use std::fs;
use std::path::Path;

use crate::support::{Answer, Fake, Job};

/// Rows of every kind: updated, rejected, invalid, without a label.
const INPUT: &str = "id_respondent,l1\n5,Anna\n7,Ewa\nx8,Jan\n9,\n,Ola\n8,Piotr\n";

/// A platform that refuses respondents 7 and 8, each with words of its own.
fn platform() -> Fake {
    Fake::start(|call| match call.respondent() {
        "7" => Answer::error("Ewa Nowak is not on the list"),
        "8" => Answer::error("Piotr is not on the list"),
        _ => Answer::success(),
    })
}

fn run(fake: &Fake) -> Job {
    Job::run(INPUT, fake).args("--report in.report.html")
}

/// Asserts that a page has these texts, and returns it.
fn page_with(job: &Job, name: &str, texts: &[&str]) -> String {
    let page = job.text(name);
    for text in texts {
        assert!(page.contains(text), "no `{text}` in {name}:\n{page}");
    }
    page
}

fn page_without(job: &Job, name: &str, texts: &[&str]) {
    let page = job.text(name);
    for text in texts {
        assert!(!page.contains(text), "`{text}` in {name}:\n{page}");
    }
}

#[test]
fn the_page_says_whether_it_worked_and_what_to_do() {
    let fake = platform();
    let job = run(&fake);
    job.ends(1);
    page_with(
        &job,
        "in.report.html",
        &[
            "1 of 6 contacts updated, 4 need a fix, 1 skipped.",
            "fix the 4 rows in in.failed.csv",
            "<span>retry</span> <span>in.csv</span></code>",
            "<code class=\"code\">bad_id</code>",
            "<code class=\"code\">rejected</code>",
            "This page has row numbers and error codes, and no id and no value of the file.",
            "Only its owner can read it.",
        ],
    );
}

#[test]
fn a_run_and_its_files_make_the_same_page() {
    for flags in ["", "--excel", "--lang pl", "--report-ids"] {
        let fake = platform();
        let mut job = run(&fake).args(flags);
        job.ends(1);
        let style = flags.replace("--excel", "");
        job.other(&format!("report in.results.csv -o again.html {style}"), 0);
        assert_eq!(job.text("again.html"), job.text("in.report.html"), "{flags}");
    }
}

#[test]
fn no_id_and_no_value_is_on_the_page_unless_ids_are_asked_for() {
    let fake = platform();
    let mut job = run(&fake);
    job.ends(1);
    page_without(
        &job,
        "in.report.html",
        &["Anna", "Ewa", "Jan", "Ola", "Piotr", "x8", "387487", "kkkkkkkk"],
    );
    page_with(
        &job,
        "in.report.html",
        &["may be about a person: see in.results.csv"],
    );
    job.other("report in.results.csv --report-ids", 0);
    page_with(
        &job,
        "in.report.html",
        &["<bdi>x8</bdi>", "<bdi>7</bdi>", "This page has the ids"],
    );
    page_without(&job, "in.report.html", &["Anna", "Ewa", "Jan", "Ola", "Piotr"]);
}

#[test]
fn a_message_that_three_respondents_got_is_quoted_and_harmless() {
    const HOSTILE: &str = "</title><script>alert(1)</script><img src=x onerror=alert(1)>\u{202E}'`x`";
    let fake = Fake::start(|call| match call.respondent() {
        "9" => Answer::error("only <b>nine</b>"),
        _ => Answer::error(HOSTILE),
    });
    let job = Job::run("id_respondent,l1\n5,a\n6,b\n7,c\n9,d\n10,e\n", &fake).args("--report in.report.html");
    job.ends(1);
    let page = page_with(
        &job,
        "in.report.html",
        &[
            "&#60;script&#62;alert(1)&#60;/script&#62;",
            "<code><span>x</span></code>",
        ],
    );
    assert_eq!(page.matches("<script>").count(), 1, "{page}");
    page_without(&job, "in.report.html", &["<img", "nine", "\u{202E}"]);
}

#[test]
fn the_page_has_at_most_200_000_bytes_and_says_where_the_rest_is() {
    let fake = Fake::start(|_| Answer::success());
    let rows: Vec<String> = (0..4_000).map(|row| format!("x{row}<&>,v")).collect();
    let mut job =
        Job::run(format!("id_respondent,l1\n{}", rows.join("\n")), &fake).args("--report in.report.html");
    job.ends(1);
    for words in ["", "--report-ids", "--report-ids --lang pl"] {
        job.other(&format!("report in.results.csv {words}"), 0);
        let page = job.text("in.report.html");
        assert!(page.len() <= 200_000, "{}", page.len());
        let shown = page
            .matches("<td><code class=\"code\">bad_id</code></td>")
            .count();
        assert!(shown > 400, "{shown}");
        let rest = 4_000 - shown;
        let more = format!("{},{:03}", rest / 1000, rest % 1000);
        let said = page.replace('\u{A0}', ",");
        assert!(said.contains(&more), "{more} of {shown}");
    }
}

#[test]
fn a_run_that_makes_no_call_says_so_above_the_run_before() {
    let fake = platform();
    let mut job = run(&fake).args("--resume --rotate");
    job.ends(1);
    let calls = fake.calls().len();
    fs::write(job.path("in.csv"), "id_respondent,l1\n5,b\n").unwrap();
    job.again("--min-rows 100", 4);
    page_with(
        &job,
        "in.report.html",
        &[
            "Nothing was sent",
            "Below is the run before",
            "1 of 6 contacts updated",
            "100",
        ],
    );
    // A mistake in the settings, and an export that is not there.
    job.again("--rate never", 2);
    fs::remove_file(job.path("in.csv")).unwrap();
    job.again("", 3);
    page_with(
        &job,
        "in.report.html",
        &["Nothing was sent", "1 of 6 contacts updated"],
    );
    assert_eq!(fake.calls().len(), calls);
    // The night after, the page of the set is set aside with it.
    fs::write(job.path("in.csv"), "id_respondent,l1\n5,c\n").unwrap();
    job.again("", 0);
    page_with(&job, "in.report.html", &["1 of 1 contact updated."]);
    page_without(&job, "in.report.html", &["Nothing was sent"]);
    let aside: Vec<String> = job
        .names()
        .into_iter()
        .filter(|name| name.ends_with("Z.report.html"))
        .collect();
    assert_eq!(aside.len(), 1, "{:?}", job.names());
    page_with(&job, &aside[0], &["1 of 6 contacts updated"]);
}

#[test]
fn the_first_run_that_makes_no_call_has_a_page_too() {
    let fake = platform();
    let job = run(&fake).args("--min-rows 100 --lang pl");
    job.ends(4);
    page_with(&job, "in.report.html", &["Niczego nie zmieniono", "lang=\"pl\""]);
    page_without(&job, "in.report.html", &["poprzednie uruchomienie", "<svg"]);
}

#[test]
fn another_file_is_not_replaced_and_nothing_is_sent() {
    let fake = platform();
    let mut job = run(&fake).file("in.report.html", "my own page");
    let said = job.ends(2).stderr;
    assert!(said.contains("is no page of this program"), "{said}");
    job.other("sandbox --seed x", 2);
    assert_eq!(
        (job.text("in.report.html").as_str(), fake.calls().len()),
        ("my own page", 0)
    );
    // Nor is the input, nor another output.
    for name in ["in.csv", "in.results.csv", "in.summary.json"] {
        let job = Job::run(INPUT, &fake).args(&format!("--report {name}"));
        job.ends(2);
        assert_eq!(job.text("in.csv"), INPUT);
    }
    assert_eq!(fake.calls().len(), 0);
}

#[test]
fn report_replaces_a_page_and_nothing_else() {
    let fake = platform();
    let mut job = Job::run(INPUT, &fake).file("mine.html", "my own");
    job.ends(1);
    job.other("report in.results.csv", 0);
    job.other("report in.results.csv", 0);
    job.other("report in.results.csv -o mine.html", 2);
    assert_eq!(job.text("mine.html"), "my own");
    job.other("report in.results.csv -o in.results.csv --overwrite", 2);
    job.other("report in.results.csv -o mine.html --overwrite", 0);
    page_with(&job, "mine.html", &["1 of 6 contacts updated"]);
    job.other("report in.csv", 3);
    job.other("report in.results.csv in.failed.csv", 2);
    job.other("report nothing.results.csv", 3);
}

#[test]
fn without_a_summary_the_results_still_make_a_page() {
    let fake = platform();
    let mut job = Job::run(INPUT, &fake);
    job.ends(1);
    fs::remove_file(job.path("in.summary.json")).unwrap();
    job.other("report in.results.csv", 0);
    page_with(
        &job,
        "in.report.html",
        &[
            "1 of 6 contacts updated, 4 need a fix, 1 skipped.",
            "in.summary.json is missing",
        ],
    );
}

#[test]
fn an_interrupted_run_has_a_page_and_the_resumed_one_replaces_it() {
    let fake = Fake::start(|call| match call.respondent() {
        "7" if call.before == 0 => Answer::of(401, "no"),
        _ => Answer::success(),
    });
    let rows: String = (0..8).map(|_| "7,a\n").collect();
    let mut job = Job::run(format!("id_respondent,l1\n5,a\n{rows}"), &fake)
        .args("--report in.report.html --max-errors 0");
    job.ends(4);
    page_with(
        &job,
        "in.report.html",
        &["Stopped early", "not reached", "--resume"],
    );
    job.other("report in.results.csv.partial -o again.html", 0);
    assert_eq!(job.text("again.html"), job.text("in.report.html"));
    job.again("--resume", 1);
    page_with(
        &job,
        "in.report.html",
        &[
            "8 of 9 contacts updated, 1 can be sent again as they are.",
            "was resumed at",
        ],
    );
}

#[test]
fn trials_and_retries_have_pages_of_their_own() {
    let fake = platform();
    let mut job = run(&fake);
    job.again("--limit 1", 0);
    page_with(&job, "in.report.trial.html", &["This was a trial of some rows."]);
    job.ends(1);
    let of_run = job.text("in.report.html");
    let with_page = |job: Job| job.var("RESPONDENT_SYNC_REPORT", "in.report.html");
    let mut job = with_page(job);
    job.other("retry in.csv", 1);
    page_with(
        &job,
        "in.retry-1.report.html",
        &["0 of 4 contacts updated, 4 need a fix."],
    );
    assert_eq!(job.text("in.report.html"), of_run);
}

#[test]
fn a_page_that_is_missing_is_made_when_the_same_input_comes_again() {
    let fake = platform();
    let mut job = Job::run(INPUT, &fake).args("--resume");
    job.ends(1);
    job.again("--report in.report.html", 1);
    page_with(&job, "in.report.html", &["1 of 6 contacts updated"]);
}

#[test]
fn a_report_for_a_mail_has_counts_and_codes_and_no_row() {
    let fake = platform();
    let mut job = run(&fake).args("--summary -");
    let printed = job.ends(1).stdout;
    let said = job.other("report in.results.csv --format text", 0).stdout;
    insta::assert_snapshot!(said);
    // The object on standard output does, too, and that of a run without a call.
    fs::write(job.path("last.json"), printed).unwrap();
    let said = job.other("report last.json --format text", 0).stdout;
    assert!(said.contains("2: rejected by the platform (rejected)"), "{said}");
    let printed = job.again("--overwrite --min-rows 100", 4).stdout;
    fs::write(job.path("last.json"), printed).unwrap();
    let said = job.other("report last.json --format text --lang pl", 0).stdout;
    assert!(
        said.starts_with("in.csv: kod 4, ") && said.contains("100"),
        "{said}"
    );
}

#[cfg(unix)]
#[test]
fn a_group_may_read_the_page_and_nothing_else() {
    use std::os::unix::fs::MetadataExt;
    let group = std::process::Command::new("id").arg("-gn").output().unwrap();
    let group = String::from_utf8(group.stdout).unwrap().trim().to_owned();
    let fake = platform();
    let job = run(&fake).pairs(&[("--share-group", group.as_str())]);
    job.ends(1);
    let mode = |name: &str| fs::metadata(job.path(name)).unwrap().mode() & 0o777;
    assert_eq!((mode("in.report.html"), mode("in.results.csv")), (0o640, 0o600));
    page_with(
        &job,
        "in.report.html",
        &[&format!("Its owner and the group {group} can read it.")],
    );
    let fake = platform();
    let job = run(&fake).args("--share-group no-such-group");
    let said = job.ends(2).stderr;
    assert!(said.contains("--share-group no-such-group"), "{said}");
    assert_eq!(fake.calls().len(), 0);
}

/// A summary of a job's run that started then, with these counts.
fn summary(started: &str, success: u64, rejected: u64, expect: &str) -> String {
    let statuses = format!("\"success\":{success},\"failed\":{rejected}");
    format!(
        "{{\"tool\":\"respondent-sync\",\"version\":\"0.2.0\",\"run_id\":\"r\",\"started_at\":\"{started}\",\
         \"finished_at\":\"{started}\",\"input\":\"contacts.csv\",\"finished\":true,\"end\":\"complete\",\"exit_code\":{},\
         \"rows\":{},\"statuses\":{{{statuses}}},\"error_codes\":{{\"rejected\":{rejected}}},\"facts\":{{\"expect\":{expect}}}}}",
        u8::from(rejected > 0),
        success + rejected,
    )
}

fn put(job: &Job, path: &str, text: &str) {
    let path = job.path(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Returns the local time so many hours ago, as a summary has it, and as a name.
fn hours_ago(hours: i64) -> (String, String) {
    let time = jiff::Timestamp::now() - jiff::Span::new().hours(hours);
    (time.to_string(), time.strftime("%Y%m%dT%H%M%SZ").to_string())
}

#[test]
fn the_overview_shows_every_job_and_what_needs_somebody() {
    let mut job = Job::new("report");
    let (last_night, _) = hours_ago(10);
    let (before, before_name) = hours_ago(34);
    put(
        &job,
        "jobs/good/contacts.summary.json",
        &summary(&last_night, 10, 0, "null"),
    );
    put(
        &job,
        &format!("jobs/good/contacts.{before_name}.summary.json"),
        &summary(&before, 9, 0, "null"),
    );
    put(
        &job,
        "jobs/bad/contacts.summary.json",
        &summary(&last_night, 7, 3, "null"),
    );
    put(&job, "jobs/bad/contacts.report.html", "a page");
    // Both ran last three days ago, and only one of them says that it runs daily.
    let (old, _) = hours_ago(72);
    put(
        &job,
        "jobs/late/contacts.summary.json",
        &summary(&old, 10, 0, "\"daily\""),
    );
    put(
        &job,
        "jobs/rare/contacts.summary.json",
        &summary(&old, 10, 0, "null"),
    );
    put(&job, "jobs/broken/contacts.summary.json", "{\"tool\":");
    put(&job, "jobs/foreign/other.summary.json", "{\"tool\":\"other\"}");
    let said = job.other("report --overview jobs", 0).stdout;
    assert!(said.contains("overview.html"), "{said}");
    let page = page_with(
        &job,
        "jobs/overview.html",
        &[
            "Internal: this page names all clients.",
            "2 of 4 jobs need you.",
            "3 rows need a fix",
            "no run since",
            "<a href=\"./bad/contacts.report.html\"><bdi>bad/contacts</bdi></a>",
            "broken/contacts.summary.json",
            "foreign/other.summary.json",
        ],
    );
    let place = |text: &str| page.find(text).unwrap();
    assert!(place("<bdi>late/contacts") < place("<bdi>bad/contacts"));
    assert!(place("<bdi>bad/contacts") < place("<bdi>good/contacts"));
    assert_eq!(page.matches("class=\"missed\"").count(), 1);
    job.other("report --overview jobs --lang pl -o pl.html", 0);
    page_with(&job, "pl.html", &["Uwagi wymagają 2", "wewnętrznego"]);
    job.other("report --overview jobs/good jobs/bad", 2);
    job.other(
        "report --overview jobs/good jobs/bad/contacts.summary.json -o some.html",
        0,
    );
    page_with(&job, "some.html", &["1 of 2 jobs needs you."]);
}

#[test]
fn real_nights_a_retry_and_a_trial_make_one_line_of_the_overview() {
    let fake = Fake::start(|call| match (call.respondent(), call.get("l1")) {
        ("7", Some("old")) => Answer::error("no such respondent"),
        _ => Answer::success(),
    });
    let mut job = Job::run("id_respondent,l1\n5,a\n7,old\n", &fake).args("--resume --rotate --expect daily");
    job.again("--limit 1 --report t.html", 0);
    job.ends(1);
    job.other("report --overview . -o o.html", 0);
    page_with(&job, "o.html", &["1 of 1 job needs you.", "1 row needs a fix"]);
    let failed = job.text("in.failed.csv").replace("old", "new");
    fs::write(job.path("in.failed.csv"), failed).unwrap();
    job.other("retry in.csv", 0);
    job.other("report --overview . -o o.html", 0);
    page_with(&job, "o.html", &["The job needs nothing.", "2 updated, 0 failed"]);
    fs::write(job.path("in.csv"), "id_respondent,l1\n5,b\n").unwrap();
    job.ends(0);
    job.other("report --overview . -o o.html", 0);
    let page = page_with(&job, "o.html", &["The job needs nothing.", "<bdi>in</bdi>"]);
    assert_eq!(page.matches("class=\"bars\"").count(), 1, "{page}");
}

#[test]
fn an_empty_folder_has_no_overview() {
    let mut job = Job::new("report").file("a.txt", "");
    job.other("report --overview . -o o.html", 2);
    assert!(!Path::new(&job.path("o.html")).exists());
}
