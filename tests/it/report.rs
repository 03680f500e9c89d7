//! The HTML pages: `run --report`, `report RESULTS.csv`, `report --overview`. What a browser makes of
//! them is in `tests/browser`.

use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::support::{Answer, Fake, Job, numbered, pause};

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
        &["may be about a person: it is only in in.results.csv"],
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
    assert!(said.contains("is no page about this job"), "{said}");
    job.other("sandbox --seed x", 2);
    assert_eq!(
        (job.text("in.report.html").as_str(), fake.calls().len()),
        ("my own page", 0)
    );
    // Nor is the input, nor another output, nor the state, whatever they are called.
    for words in [
        "--report in.csv",
        "--report in.results.csv.journal",
        "--output out.html --report out.html",
        "--summary sum.html --report sum.html",
        "--state st.html --changed-only --report st.html",
    ] {
        let job = Job::run(INPUT, &fake).args(words);
        job.ends(2);
        assert_eq!(job.names(), ["in.csv"], "{words}");
        assert_eq!(job.text("in.csv"), INPUT);
    }
    let job = Job::run(INPUT, &fake)
        .instead_of("in.csv", "in.html")
        .file("in.html", INPUT)
        .args("--report in.html");
    job.ends(2);
    assert_eq!((job.text("in.html").as_str(), fake.calls().len()), (INPUT, 0));
}

#[test]
fn a_name_beside_the_page_is_nobodys() {
    let fake = platform();
    let job = Job::run(INPUT, &fake)
        .instead_of("in.csv", "p.html.partial")
        .file("p.html.partial", INPUT)
        .args("--report p.html --output out.csv");
    job.ends(1);
    assert_eq!(job.text("p.html.partial"), INPUT);
    page_with(&job, "p.html", &["1 of 6 contacts updated"]);
}

#[test]
fn the_page_of_another_job_is_not_replaced() {
    let fake = platform();
    let job = Job::run(INPUT, &fake)
        .args("--report page.html")
        .file("other.csv", INPUT);
    job.ends(1);
    let page = job.text("page.html");
    let job = job.instead_of("in.csv", "other.csv");
    let calls = fake.calls().len();
    let said = job.ends(2).stderr;
    assert!(said.contains("is no page about this job"), "{said}");
    assert_eq!((job.text("page.html"), fake.calls().len()), (page.clone(), calls));
    let mut job = job;
    job.other("report --overview . -o page.html", 2);
    assert_eq!(job.text("page.html"), page);
}

#[test]
fn jobs_of_other_folders_are_other_jobs_even_if_their_exports_have_one_name() {
    let fake = platform();
    let job = Job::run(INPUT, &fake).args("--report pages.html");
    for folder in ["a", "b"] {
        fs::create_dir(job.path(folder)).unwrap();
        fs::write(job.path(folder).join("in.csv"), INPUT).unwrap();
    }
    let job = job.instead_of("in.csv", "a/in.csv");
    job.ends(1);
    let page = job.text("pages.html");
    job.instead_of("a/in.csv", "b/in.csv").ends(2);
    assert!(page.contains("1 of 6 contacts updated"));
}

#[cfg(unix)]
#[test]
fn a_page_that_cannot_be_moved_or_written_costs_no_night() {
    use std::os::unix::fs::PermissionsExt;
    let fake = platform();
    let mut job = run(&fake)
        .instead_of("in.report.html", "gone/night.html")
        .args("--resume --rotate")
        .var("RESPONDENT_SYNC_REPORT", "gone/night.html");
    // A share that is not there yet.
    let said = job.ends(1).stderr;
    assert!(said.contains("the page about the run is not written"), "{said}");
    assert!(!said.contains("report: "), "{said}");
    fs::create_dir(job.path("gone")).unwrap();
    fs::write(job.path("in.csv"), INPUT.replace("Anna", "Anja")).unwrap();
    job.ends(1);
    job.other("retry in.csv", 1);
    // Something else in the place of the set's page, and a folder that cannot be listed.
    let mode = |mode| fs::set_permissions(job.path("gone"), fs::Permissions::from_mode(mode)).unwrap();
    mode(0o333);
    fs::write(job.path("in.csv"), INPUT.replace("Anna", "Ania")).unwrap();
    job.ends(1);
    mode(0o755);
    let is_set = |name: &&String| name.contains('Z') && name.ends_with(".results.csv");
    let names = job.names();
    let (rounds, sets): (Vec<&String>, Vec<&String>) = names
        .iter()
        .filter(is_set)
        .partition(|name| name.contains("retry-1"));
    let (sets, rounds) = (sets.len(), rounds.len());
    assert_eq!((sets, rounds), (2, 1), "{:?}", job.names());
}

#[test]
fn the_page_of_an_interrupted_set_offers_no_command() {
    let fake = Fake::start(|call| match call.respondent() {
        "7" => Answer::of(401, "no"),
        _ => Answer::success(),
    });
    let rows: String = ["7,a\n"; 8].concat();
    let job = Job::run(format!("id_respondent,l1\n5,a\n{rows}"), &fake)
        .args("--report in.report.html --resume --rotate --max-errors 0");
    job.ends(4);
    page_with(&job, "in.report.html", &["id=\"command\""]);
    fs::write(job.path("in.csv"), "id_respondent,l1\n5,b\n").unwrap();
    job.ends(0);
    let names = job.names();
    let aside: Vec<&String> = names
        .iter()
        .filter(|name| name.ends_with("Z.report.html"))
        .collect();
    assert_eq!(aside.len(), 1, "{names:?}");
    page_without(&job, aside[0], &["id=\"command\"", "<bdi>in.results.csv"]);
}

#[test]
fn a_file_that_appears_meanwhile_is_not_replaced() {
    let path = std::sync::Arc::new(std::sync::Mutex::new(std::path::PathBuf::new()));
    let place = std::sync::Arc::clone(&path);
    let fake = Fake::start(move |_| {
        fs::write(&*place.lock().unwrap(), "my own").unwrap();
        Answer::success()
    });
    let job = run(&fake);
    *path.lock().unwrap() = job.path("in.report.html");
    let said = job.ends(1).stderr;
    assert!(said.contains("the page about the run is not written"), "{said}");
    assert_eq!(job.text("in.report.html"), "my own");
}

#[test]
fn another_run_under_way_writes_the_page_itself() {
    let (fake, gate) = Fake::start_closed();
    let mut job = Job::run("id_respondent,l1\n5,a\n6,b\n", &fake).args("--report in.report.html -c 1");
    let running = job.start();
    while fake.calls().is_empty() {
        pause(Duration::from_millis(10));
    }
    job.again("--resume", 11);
    let without = job.again("--timeout 0", 2);
    assert!(!job.path("in.report.html").exists(), "{}", without.stderr);
    drop(gate);
    assert_eq!(running.wait().code, 0);
    page_with(&job, "in.report.html", &["2 of 2 contacts updated."]);
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
    job.other("report in.csv -o x.html", 3);
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
        &["8 of 9 contacts updated, 1 to send again (nothing to edit)."],
    );
}

#[test]
fn trials_and_retries_have_pages_of_their_own() {
    let fake = platform();
    let mut job = run(&fake);
    job.again("--limit 1", 0);
    page_with(&job, "in.report.trial.html", &["Only some rows were updated"]);
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
fn the_page_of_a_run_knows_what_its_retries_have_brought() {
    let fake = Fake::start(|call| match call.get("l1") {
        Some("new") => Answer::success(),
        _ => Answer::error("no such respondent"),
    });
    let mut job = Job::run("id_respondent,l1\n5,new\n7,old\n8,old\n", &fake)
        .var("RESPONDENT_SYNC_REPORT", "in.report.html");
    job.ends(1);
    let failed = job.text("in.failed.csv").replacen("old", "new", 1);
    fs::write(job.path("in.failed.csv"), failed).unwrap();
    job.other("retry in.csv", 1);
    page_with(
        &job,
        "in.report.html",
        &["Since then 1 row that failed was updated; 1 left."],
    );
    let failed = job.text("in.retry-1.failed.csv").replace("old", "new");
    fs::write(job.path("in.retry-1.failed.csv"), failed).unwrap();
    job.other("retry in.csv", 0);
    page_with(
        &job,
        "in.report.html",
        &[
            "Since then 2 rows that failed were updated; none is left.",
            "Done",
        ],
    );
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
fn what_was_on_top_of_a_page_is_gone_once_it_is_over() {
    let fake = Fake::start(|call| match (call.respondent(), call.get("l1")) {
        ("7", Some("old")) => Answer::error("no such respondent"),
        _ => Answer::success(),
    });
    let mut job =
        Job::run("id_respondent,l1\n5,a\n7,old\n", &fake).args("--resume --rotate --report in.report.html");
    job.ends(1);
    job.again("--timeout 0", 2);
    page_with(
        &job,
        "in.report.html",
        &["Nothing was sent", "1 of 2 contacts updated"],
    );
    // The same input again: the page is that of its run.
    job.ends(1);
    page_without(&job, "in.report.html", &["Nothing was sent"]);
    let failed = job.text("in.failed.csv").replace("old", "new");
    fs::write(job.path("in.failed.csv"), failed).unwrap();
    job.other("retry in.csv", 0);
    job.ends(0);
    page_with(
        &job,
        "in.report.html",
        &["Done", "Since then 1 row that failed was updated; none is left."],
    );
    page_without(&job, "in.report.html", &["id=\"command\""]);
    // Nor does a night without a call, or `report`, forget the retry.
    job.again("--timeout 0", 2);
    page_with(&job, "in.report.html", &["none is left"]);
    job.other("report in.results.csv -o again.html", 0);
    page_with(&job, "again.html", &["none is left"]);
    fs::write(job.path("in.csv"), "id_respondent,l1\n5,c\n").unwrap();
    job.ends(0);
    let aside: Vec<String> = job
        .names()
        .into_iter()
        .filter(|name| name.ends_with("Z.report.html"))
        .collect();
    let stamp = aside[0].trim_end_matches(".report.html").to_owned();
    page_without(
        &job,
        &aside[0],
        &["Nothing was sent", "<span>in.csv</span>", "id=\"command\""],
    );
    page_with(&job, &aside[0], &[&format!("{stamp}.failed.csv"), "none is left"]);
}

#[test]
fn a_platforms_words_about_one_row_are_on_no_page() {
    let fake = Fake::start(|call| Answer::of(503, &format!("could not save Anna, call {}", call.before)));
    let job = Job::run(numbered(30, "v"), &fake)
        .args("--report in.report.html --max-outage 500ms --max-retries 1000 -c 12");
    job.ends(5);
    page_with(&job, "in.report.html", &["Stopped early", ">stopped</code>"]);
    page_without(&job, "in.report.html", &["Anna"]);
}

#[test]
fn a_rehearsal_says_that_it_is_one() {
    let fake = platform();
    let mut job = run(&fake).args("--sandbox --output night.results.csv");
    job.ends_somehow();
    page_with(
        &job,
        "in.report.sandbox.html",
        &["This was a rehearsal in the sandbox"],
    );
    let said = job.other("report night.summary.json --format text", 0).stdout;
    assert!(said.contains("rehearsal"), "{said}");
    job.other("report --overview . -o o.html", 2);
}

#[test]
fn a_damaged_summary_ends_no_command_with_a_bug() {
    let fake = platform();
    let mut job = run(&fake);
    job.ends(1);
    let summary = job.text("in.summary.json");
    let huge = summary
        .replace("\"failed\":2", "\"failed\":18446744073709551615")
        .replace("\"invalid\":2", "\"invalid\":18446744073709551615");
    assert_ne!(huge, summary);
    fs::write(job.path("in.summary.json"), huge).unwrap();
    job.other("report in.results.csv", 0);
    job.other("report in.results.csv --format text", 0);
    job.other("report --overview . -o o.html", 0);
    job.again("--timeout 0", 2);
    let long = format!("{}{}", summary.trim_end(), " ".repeat(9 << 20));
    fs::write(job.path("in.summary.json"), long).unwrap();
    job.other("report in.results.csv", 3);
}

#[test]
fn a_page_elsewhere_is_found_again() {
    let fake = platform();
    let mut job = run(&fake)
        .instead_of("in.report.html", "pages/night.html")
        .args("--report-ids --resume --rotate");
    fs::create_dir(job.path("pages")).unwrap();
    job.ends(1);
    fs::write(job.path("in.csv"), INPUT.replace("Anna", "Anja")).unwrap();
    job.ends(1);
    job.other("report --overview . -o o.html", 0);
    page_with(&job, "o.html", &["href=\"./pages/night.html\""]);
    let mut job = job.var("RESPONDENT_SYNC_REPORT", "pages/night.html");
    job.other("retry in.csv --report-ids", 1);
    fs::write(job.path("in.csv"), INPUT.replace("Anna", "Ania")).unwrap();
    job.ends(1);
    let said = job.other("forget in.csv --respondent 7 --yes", 0).stdout;
    assert_eq!(said.matches("the page with ids").count(), 4, "{said}");
    assert_eq!(fs::read_dir(job.path("pages")).unwrap().count(), 0);
}

#[test]
fn a_report_for_a_mail_has_counts_and_codes_and_no_row() {
    let fake = platform();
    let mut job = run(&fake).args("--summary -");
    let printed = job.ends(1).stdout;
    let said = job.other("report in.results.csv --format text", 0).stdout;
    // The page's path is absolute.
    insta::assert_snapshot!(said.replace(job.path("in.report.html").to_str().unwrap(), "…/in.report.html"));
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
    job.other("report jobs/bad/contacts.results.csv", 3);
    put(
        &job,
        "jobs/bad/contacts.results.csv",
        "row,id_respondent,id_survey,status,error_code,message\n",
    );
    job.other("report jobs/bad/contacts.results.csv", 0);
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
            "broken",
            "other.summary.json",
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
    page_with(
        &job,
        "o.html",
        &[
            "1 of 1 job needs you.",
            "1 row needs a fix: rejected by the platform",
        ],
    );
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
fn nights_without_a_call_are_on_the_overview() {
    let fake = platform();
    let mut job = Job::run("id_respondent,l1\n5,a\n9,b\n", &fake).args("--resume --rotate --expect daily");
    // The first night ever is stopped by a guard, and again.
    job.again("--min-rows 100", 4);
    job.other("report --overview . -o o.html", 0);
    page_with(
        &job,
        "o.html",
        &[
            "1 of 1 job needs you.",
            "<strong>stopped on ",
            "100",
            "class=\"stopped\"",
        ],
    );
    job.ends(0);
    job.other("report --overview . -o o.html", 0);
    page_with(&job, "o.html", &["The job needs nothing."]);
    // The same export again is nothing new, and no missed night.
    job.ends(0);
    job.other("report --overview . -o o.html --lang pl", 0);
    page_with(&job, "o.html", &["Żadne zadanie nie wymaga uwagi"]);
    assert!(job.text("in.nights.jsonl").lines().count() == 2);
    // A job that does not say how often it runs, and one at a terminal's side, leave no trace.
    let mut plain = Job::run("id_respondent,l1\n5,a\n", &fake).args("--resume --rotate");
    plain.again("--min-rows 100", 4);
    assert_eq!(plain.names(), ["in.csv"]);
}

#[test]
fn a_killed_run_is_on_the_overview() {
    let fake = Fake::start(|call| {
        if call.respondent() == "9" {
            Answer::Hang
        } else {
            Answer::success()
        }
    });
    let mut job = Job::run("id_respondent,l1\n5,a\n9,b\n", &fake);
    let running = job.start();
    while fake.calls().len() < 2 {
        pause(Duration::from_millis(10));
    }
    job.other("report --overview . -o o.html", 2);
    running.kill();
    job.other("report --overview . -o o.html", 0);
    page_with(&job, "o.html", &["1 of 1 job needs you.", "interrupted"]);
}

#[test]
fn an_empty_folder_has_no_overview() {
    let mut job = Job::new("report").file("a.txt", "");
    job.other("report --overview . -o o.html", 2);
    assert!(!Path::new(&job.path("o.html")).exists());
}
