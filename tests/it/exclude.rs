//! `--exclude`: respondents who are never sent, and lists that cannot be trusted to name all of them.

use crate::support::{Answer, Fake, Job};

const INPUT: &str = "id_respondent,l1\n0012,a\n13,b\n14,c\nx,d\n";

fn statuses(job: &Job) -> Vec<String> {
    let lines = job.lines("in.results.csv");
    let part = |line: &String| line.split(',').skip(3).take(2).collect::<Vec<_>>().join(" ");
    lines.iter().map(part).collect()
}

/// The respondents of all calls, in order.
fn respondents(fake: &Fake) -> Vec<String> {
    let calls = fake.calls();
    calls.iter().map(|call| call.respondent().to_owned()).collect()
}

#[test]
fn the_respondents_of_a_list_are_never_sent() {
    for (name, list) in [
        ("one a line", "12\n14\n"),
        ("with a header", "opted out\n12\n14\n"),
        ("a column of a table", "name;id_respondent\nA;12\nB;14\n"),
    ] {
        let fake = Fake::start(|_| Answer::success());
        let job = Job::run(INPUT, &fake)
            .file("out.csv", list)
            .args("--exclude out.csv");
        let ran = job.ends(1);
        assert_eq!(fake.calls().len(), 1, "{name}");
        assert_eq!(fake.calls()[0].respondent(), "13");
        assert_eq!(
            statuses(&job),
            [
                "skipped excluded",
                "success ",
                "skipped excluded",
                "invalid bad_id"
            ],
            "{name}"
        );
        assert!(
            ran.stderr
                .contains("never sent: 2 respondent ids and 0 addresses of out.csv"),
            "{}",
            ran.stderr
        );
    }
}

#[test]
fn addresses_exclude_rows_that_are_found_by_address() {
    let fake = Fake::start(|_| Answer::success());
    let job = Job::run("email,l1\nA@x.pl,a\nb@x.pl,b\nc@x.pl,c\n", &fake)
        .file("ids.csv", "email,id_respondent\na@x.pl,1\nb@x.pl,2\nc@x.pl,3\n")
        .file("out.csv", "email\nAnna <a@X.pl>\nmailto:c@x.pl\n")
        .args("--ids ids.csv --match-on email --exclude out.csv");
    let ran = job.ends(0);
    assert_eq!(respondents(&fake), ["2"]);
    assert!(!ran.stderr.contains("x.pl"), "{}", ran.stderr);
}

#[test]
fn a_list_that_may_miss_somebody_ends_the_run_before_the_first_call() {
    let fake = Fake::start(|_| Answer::success());
    let refused = |list: Option<&str>, words: &str| {
        let job = Job::run(INPUT, &fake).args("--exclude out.csv");
        let mut job = match list {
            Some(list) => job.file("out.csv", list),
            None => job,
        };
        for more in ["", "--ignore-guards", "--dry-run"] {
            let ran = job.again(more, 4);
            assert!(ran.stderr.contains(words), "{words}: {}", ran.stderr);
            assert!(!ran.stderr.contains("CANARY"), "{}", ran.stderr);
        }
    };
    refused(None, "out.csv (`--exclude`): nothing was sent");
    refused(Some(""), "nothing was sent");
    refused(Some("opted out\n"), "it excludes nobody");
    refused(Some("12\n1,2E+3\n"), "(`--exclude`): nothing was sent");
    refused(Some("12\nCANARY\n"), "row 2: the entry is neither an id");
    refused(Some("a;b\n12;13\n"), "it has several columns");
    refused(
        Some("a@x.pl\n"),
        "it has an address and no id, and the input's rows have ids",
    );
    // What looks like an entry is none of a header's words, wherever it stands.
    for odd in [
        "12345.0", "1,23E+5", "'12", "12 345", "#12", "#N/A", "１２", "=12",
    ] {
        refused(
            Some(&format!("\"{odd}\"\n12\n")),
            "(`--exclude`): nothing was sent",
        );
    }
    // A line that names nobody by an id may be somebody.
    refused(Some("id_respondent;name\n12;A\n;Jan\n"), "it names nobody");
    refused(
        Some("id_respondent;email\n12;a@x.pl\n;b@x.pl\n"),
        "it has an address and no id",
    );
    refused(Some("Id kontaktu\n555\n"), "looks like the CRM's own number");
    assert_eq!(fake.calls().len(), 0);
}

#[test]
fn another_list_is_another_input() {
    let fake = Fake::start(|_| Answer::success());
    let mut job = Job::run(INPUT, &fake)
        .file("out.csv", "12\n")
        .args("--exclude out.csv --resume");
    job.ends(1);
    assert!(job.again("", 1).stderr.contains("already sent"));
    job = job.file("out.csv", "12\n13\n");
    let ran = job.ends(2);
    assert!(ran.stderr.contains("the list of `--exclude`"), "{}", ran.stderr);
}

#[test]
fn a_person_is_excluded_by_any_of_their_addresses() {
    let ids = "email,id_respondent\na@x.pl,11\nb@x.pl,0011\nc@x.pl,12\n";
    let fake = Fake::start(|_| Answer::success());
    let job = Job::run("email,l1\na@x.pl,1\nb@x.pl,2\nc@x.pl,3\n", &fake)
        .file("ids.csv", ids)
        .file("out.csv", "id_respondent;email\n;a@x.pl\n99;\n")
        .args("--ids ids.csv --match-on email --exclude out.csv");
    job.ends(0);
    assert_eq!(respondents(&fake), ["12"]);
}

#[test]
fn rows_that_are_matched_on_a_number_are_excluded_by_that_number() {
    let fake = Fake::start(|_| Answer::success());
    let job = |list: &str| {
        Job::run("ref,l1\n555,1\n11,2\n", &fake)
            .file("ids.csv", "ref,id_respondent\n555,11\n11,12\n")
            .file("out.csv", list)
            .args("--ids ids.csv --match-on ref --exclude out.csv")
    };
    job("ref\n555\n").ends(0);
    assert_eq!(respondents(&fake), ["12"]);
    let unclear = job("555\n").ends(4);
    assert!(
        unclear.stderr.contains("give the list a header"),
        "{}",
        unclear.stderr
    );
}

#[test]
fn two_addresses_in_one_entry_are_refused_and_no_output_replaces_a_list() {
    let fake = Fake::start(|_| Answer::success());
    let job = |list: &str| {
        Job::run("email,l1\na@x.pl,1\n", &fake)
            .file("ids.csv", "email,id_respondent\na@x.pl,11\n")
            .file("out.csv", list)
            .args("--ids ids.csv --match-on email --exclude out.csv")
    };
    for entry in [
        "b@x.pl;c@x.pl",
        "b@x.pl / c@x.pl",
        "Anna <b@x.pl>, Jan <c@x.pl>",
        "b@x.pl (Anna)",
        "żaneta@x.pl",
    ] {
        let ran = job(&format!("email\n\"z@x.pl\"\n\"{entry}\"\n")).ends(4);
        assert!(
            ran.stderr.contains("one plain e-mail address"),
            "{entry}: {}",
            ran.stderr
        );
    }
    for flag in ["--output", "--failed", "--summary"] {
        for file in ["out.csv", "ids.csv"] {
            job("z@x.pl\n")
                .args(&format!("--overwrite {flag} {file}"))
                .ends(2);
        }
    }
    assert_eq!(fake.calls().len(), 0);
}
