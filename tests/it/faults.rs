//! Invalid input: a clear error, the right exit code, nothing sent, nothing overwritten.

use crate::support::{Answer, Fake, Job};

/// Runs the input and expects an error with these words.
fn refused(input: &[u8], flags: &str, code: i32, words: &[&str]) {
    let fake = Fake::start(|_| Answer::success());
    let job = Job::run(input, &fake).args(flags);
    let ran = job.ends(code);
    // Several faults of a header stand on lines of their own.
    let start = ran.stderr.rfind("error: ").unwrap();
    let (before, last) = ran.stderr.split_at(start);
    assert!(before.is_empty() || before.ends_with('\n'), "{}", ran.stderr);
    for word in words {
        assert!(last.contains(word), "`{word}` is not in: {last}");
    }
    assert_eq!(fake.calls().len(), 0, "something was sent");
    assert_eq!(job.names(), ["in.csv"], "something was written");
}

#[test]
fn inputs_that_cannot_be_used() {
    refused(b"", "", 9, &["in.csv", "empty"]);
    refused(b"id_respondent,l1\n", "", 9, &["no data rows"]);
    refused(b"id_respondent,l1\n,,\n \n", "", 9, &["no data rows"]);
    refused(
        b"id,l1\n1,x\n",
        "",
        3,
        &["line 1", "`id_respondent`", "the columns are: `id`, `l1`"],
    );
    refused(
        b"ID-Respondent,l1\n1,x\n",
        "",
        3,
        &["did you mean `ID-Respondent`"],
    );
    refused(b"id_respondent,Segment\n1,x\n", "", 3, &["no label column"]);
    refused(
        b"id_respondent,l1,L1\n1,x,y\n",
        "",
        3,
        &["several columns", "columns 2 and 3"],
    );
    refused(
        b"id_respondent,l1\n1,x\n",
        "--map l4=Segmet",
        3,
        &["`Segmet`", "label `l4`"],
    );
    refused(
        b"id_respondent;l1\n1;x\n",
        "-d ,",
        3,
        &["delimiter `,` finds one column", "`;` would find 2"],
    );
    refused(
        b"id_respondent,l1\n1,\"x\n2,y\n3,z\n",
        "",
        3,
        &["row 2 (line 2)", "never closed"],
    );
    refused(
        b"id_respondent,l1\n1,\"x\n2,y\n3,\"z\"\n",
        "",
        3,
        &["row 2 (line 4)", "closing quote", "opens on line 2"],
    );
    refused(b"\xD0\xCF\x11\xE0xxxx", "", 3, &["workbook", "CSV UTF-8"]);
    refused(b"<html><table>", "", 3, &["HTML", "CSV UTF-8"]);
    refused(
        b"\xEF\xBB\xBFid_respondent,l1\n1,a\n",
        "--encoding windows-1250",
        3,
        &["byte order mark", "UTF-8"],
    );
    refused(
        b"id_respondent;l1\n1;Plze\xF2\n",
        "",
        3,
        &["`windows-1250` or `ISO-8859-2` or `windows-1252`", "--encoding"],
    );
    refused(
        b"Raport;;\n\nid_respondent;l1;\n1;a;\n",
        "",
        3,
        &["`--skip-lines 2`"],
    );
}

#[test]
fn inputs_that_are_not_there() {
    let missing = Job::new("run nothing.csv --survey 7").ends(3);
    assert!(
        missing.stderr.contains("nothing.csv") && missing.stderr.contains("cannot open"),
        "{}",
        missing.stderr
    );
    let folder = Job::new("run . --survey 7 -o x.csv").ends(3);
    assert!(folder.stderr.contains("is a folder"), "{}", folder.stderr);
}

#[test]
fn usage_that_cannot_be_meant() {
    let row = b"id_respondent,l1\n1,x\n";
    refused(row, "--map l11=x", 2, &["`l11` is not a label"]);
    refused(row, "--map l1=a --map l1=b", 2, &["mapped twice"]);
    refused(row, "--encoding latin-two", 2, &["`latin-two`"]);
    refused(row, "--encoding big5", 2, &["`Big5`"]);
    refused(row, "-d ab", 2, &["`ab`"]);
    refused(row, "-o no/where.csv", 2, &["does not exist"]);
    refused(row, "-o in.csv", 2, &["one file"]);
    refused(row, "-o .", 2, &["is a folder"]);
    refused(row, "--failed x.csv -o x.csv", 2, &["two outputs are one file"]);
    refused(row, "--ca-file no.pem", 2, &["`--ca-file no.pem`"]);
    refused(row, "-o -", 2, &["`--output -` is no file"]);
    refused(row, "-o x.csv --output-dir .", 2, &["leave `--output-dir` out"]);
    refused(
        row,
        "--summary in.csv.partial -o in.csv.partial",
        2,
        &["two outputs are one file"],
    );
    refused(row, "--only ,", 2, &["`--only` names no respondent"]);
    let job = Job::new("run in.csv --survey 7 --base-url http://platform.example").file("in.csv", row);
    assert!(job.ends(2).stderr.contains("--allow-http"));
    let job = Job::new("run in.csv --survey x").file("in.csv", row);
    assert!(job.ends(2).stderr.contains("not a survey's id"));
    let job = Job::new("run in.csv").file("in.csv", row);
    assert!(job.ends(2).stderr.contains("no survey"));
    let job = Job::new("run - --survey 7").stdin(row);
    assert!(job.ends(2).stderr.contains("--output"));
    Job::new("run in.csv --rate 0/s").ends(2);
}

#[test]
fn what_exists_is_not_overwritten() {
    let fake = Fake::start(|_| Answer::success());
    for found in [
        "in.results.csv",
        "in.results.csv.partial",
        "in.results.csv.journal",
        "in.failed.csv",
        "in.summary.json",
    ] {
        let job = Job::run("id_respondent,l1\n1,x\n", &fake).file(found, "mine");
        let ran = job.ends(2);
        assert!(
            ran.stderr.contains(found) && ran.stderr.contains("--overwrite"),
            "{}",
            ran.stderr
        );
        assert_eq!(job.text(found), "mine");
    }
    assert_eq!(fake.calls().len(), 0);
}

#[test]
fn a_platform_that_cannot_be_reached_is_waited_for_and_then_given_up() {
    // A port without a listener. It was free a moment ago, and no other process is likely to take
    // it now.
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let job = Job::new("run in.csv --survey 7 --backoff 50ms --max-outage 400ms")
        .file("in.csv", "id_respondent,l1\n1,x\n2,y\n")
        .args(&format!("--base-url http://{free}"));
    let ran = job.ends(5);
    let told = "the platform is out of reach, waiting since ";
    assert!(
        ran.stderr.contains(told) && ran.stderr.contains("a proxy and `--base-url` right?"),
        "{}",
        ran.stderr
    );
    let last = ran.stderr.lines().last().unwrap();
    assert!(
        last.contains("(`--max-outage`)") && last.contains("--resume"),
        "{last}"
    );
    assert_eq!(job.lines("in.results.csv.partial"), [""; 0], "nothing was sent");
    // Without a pause the rows fail.
    let hasty = Job::new("run in.csv --survey 7 --backoff 1ms --max-outage 0s --max-retries 1")
        .file("in.csv", "id_respondent,l1\n1,x\n")
        .args(&format!("--base-url http://{free}"));
    hasty.ends(1);
    assert!(hasty.lines("in.results.csv")[0].contains(",failed,connect,"));
}

#[test]
fn secrets_that_are_none() {
    let cases = [
        ("RESPONDENT_SYNC_WEBHOOK_KEY", "", "is not set"),
        ("RESPONDENT_SYNC_WEBHOOK_AUTH", " ", "is not set"),
        ("RESPONDENT_SYNC_WEBHOOK_AUTH", "CAN\u{200C}ARY", "U+200C"),
        (
            "RESPONDENT_SYNC_WEBHOOK_KEY",
            "https://www.webankieta.pl/webhooks/1/CANARY/x/update-respondent",
            "an address",
        ),
        ("RESPONDENT_SYNC_ACCOUNT", "CANARY", "digits only"),
    ];
    for (name, value, words) in cases {
        let ran = Job::new("run in.csv --survey 7")
            .file("in.csv", "id_respondent,l1\n1,x\n")
            .var(name, value)
            .ends(2);
        assert!(
            ran.stderr.contains(name) && ran.stderr.contains(words),
            "{}",
            ran.stderr
        );
        assert!(!ran.stderr.contains("CANARY"), "{}", ran.stderr);
    }
}

#[test]
fn rows_that_cannot_be_sent_cost_themselves_alone() {
    let fake = Fake::start(|_| Answer::success());
    let input = b"id_respondent,id_survey,l1\n1,7,a\n,7,a\n1.0,7,a\n2,8,a\n3,x,a\n4,7\n5,7,\xC5\xBC\n6,7,\xB3\n7,7,\n";
    let job = Job::run(input, &fake);
    job.ends(1);
    let words: Vec<String> = job
        .lines("in.results.csv")
        .iter()
        .map(|line| {
            line.split(',')
                .enumerate()
                .filter(|(column, _)| [0, 3, 4].contains(column))
                .map(|(_, word)| word)
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect();
    assert_eq!(
        words,
        [
            "2 success ",
            "3 invalid missing_id",
            "4 invalid bad_id",
            "5 invalid bad_survey",
            "6 invalid bad_survey",
            "7 invalid column_count",
            "8 success ",
            "9 invalid encoding",
            "10 skipped nothing_to_send",
        ]
    );
}

#[test]
fn check_and_dry_run_end_as_the_run_would_and_touch_nothing() {
    let input = "id_respondent;l1;Segment\n1;a;x\nx;b;\n1;c;\n;d;\n";
    for command in ["check in.csv --survey 7", "run in.csv --survey 7 --dry-run"] {
        let job = Job::new(command)
            .file("in.csv", input)
            .var("RESPONDENT_SYNC_WEBHOOK_KEY", "");
        let ran = job.ends(1);
        for words in [
            "2 to send",
            "2 invalid",
            "id is not all digits: row 3",
            "no respondent id: row 5",
            "never sent: `Segment`",
            "1 respondent on several rows",
        ] {
            assert!(ran.stdout.contains(words), "`{words}` is not in:\n{}", ran.stdout);
        }
        assert_eq!(job.names(), ["in.csv"]);
    }
    Job::new("check in.csv --survey 7 --accept-failures 50%")
        .file("in.csv", input)
        .ends(0);
}
