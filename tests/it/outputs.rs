//! The files that a run leaves.

use crate::support::{Answer, Fake, Job, numbered};

/// Windows-1250, semicolons, CRLF: as a Polish Excel saves it.
const POLISH: &[u8] = b"id_respondent;l1;Uwagi\r\n1;\xA3\xF3d\x9F;\"a;\xB3\"\r\n2;Krak\xF3w;\r\nx;\x8Clask;\"b\r\nc\"\r\n3;Gda\xF1sk;ok\r\n";

#[test]
fn a_failed_file_is_the_inputs_own_records_and_runs_again() {
    let fake = Fake::start(|call| match call.respondent() {
        "1" => Answer::error("zła grupa → nie"),
        "3" => Answer::of(503, ""),
        _ => Answer::success(),
    });
    let job = Job::run(POLISH, &fake).args("--max-retries 0 --keep uwagi");
    let ran = job.ends(1);
    assert!(
        ran.stderr.contains("encoding windows-1250 (guessed)"),
        "{}",
        ran.stderr
    );
    let expected: &[u8] = b"sync_row;sync_action;sync_error;id_respondent;l1;Uwagi\r\n\
        2;fix;rejected: z\xB3a grupa ? nie [windows-1250];1;\xA3\xF3d\x9F;\"a;\xB3\"\r\n\
        4;fix;bad_id: id is not all digits: correct the id, or name the right column with `--id-column` [windows-1250];x;\x8Clask;\"b\r\nc\"\r\n\
        5;resend;http_5xx: HTTP 503 with an empty body [windows-1250];3;Gda\xF1sk;ok\r\n";
    let failed = job.bytes("in.failed.csv");
    assert_eq!(
        String::from_utf8_lossy(&failed),
        String::from_utf8_lossy(expected)
    );
    assert_eq!(failed, expected);

    let again = Fake::start(|call| {
        if call.respondent() == "1" {
            Answer::success()
        } else {
            Answer::of(503, "")
        }
    });
    let second = Job::run(&failed, &again).args("--max-retries 0");
    second.ends(1);
    assert_eq!(
        again
            .calls()
            .iter()
            .filter(|call| call.get("l1") == Some("Łódź"))
            .count(),
        1
    );
    let text = second.bytes("in.failed.csv");
    assert!(
        text.starts_with(b"sync_row;sync_action;sync_error;id_respondent;l1;Uwagi\r\n3;fix;"),
        "{}",
        String::from_utf8_lossy(&text)
    );
}

#[test]
fn results_are_in_the_inputs_order_however_calls_finish() {
    let fake = Fake::start(|call| {
        let id: u64 = call.respondent().parse().unwrap();
        crate::support::pause(std::time::Duration::from_millis(id * 7 % 40));
        Answer::success()
    });
    let input = numbered(200, "x");
    let job = Job::run(&input, &fake).args("-c 16");
    job.ends(0);
    let ids: Vec<String> = job
        .lines("in.results.csv")
        .iter()
        .map(|line| line.split(',').nth(1).unwrap().to_owned())
        .collect();
    assert_eq!(ids, (1..=200).map(|id| id.to_string()).collect::<Vec<_>>());
    assert_eq!(job.names(), ["in.csv", "in.results.csv", "in.summary.json"]);
}

#[test]
fn quiet_is_silent_on_success_and_the_summary_is_for_machines() {
    let fake = Fake::start(|_| Answer::success());
    let job = Job::run("id_respondent,l1\n1,x\n,\n2,\n", &fake).args("-q --summary -");
    let ran = job.ends(0);
    assert_eq!(ran.stderr, "");
    let summary: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(summary["rows"], 2);
    assert_eq!(summary["blank_records"], 1);
    assert_eq!(summary["statuses"]["success"], 1);
    assert_eq!(summary["statuses"]["skipped"], 1);
}

#[test]
fn standard_input_is_read_once() {
    let fake = Fake::start(|_| Answer::success());
    let job = Job::new("run - -o out.csv --survey 7 --rate unlimited")
        .args(&format!("--base-url {}", fake.base))
        .stdin("id_respondent;l1\n1;x\n2;\"y\n");
    let ran = job.ends(3);
    assert!(
        ran.stderr.contains("row 3 (line 3): a quote that opens"),
        "{}",
        ran.stderr
    );
    assert_eq!(
        job.lines("out.csv.partial").len(),
        1,
        "the rows before the fault were sent"
    );
    let whole = Job::new("run - -o out.csv --survey 7 --rate unlimited")
        .args(&format!("--base-url {}", fake.base))
        .stdin("id_respondent;l1\n1;x\n");
    whole.ends(0);
    assert_eq!(whole.names(), ["out.csv", "out.summary.json"]);
}

#[test]
fn environment_variables_are_flags_and_flags_win() {
    let fake = Fake::start(|_| Answer::success());
    let job = Job::new("run in.csv --survey 8")
        .file("in.csv", "Respondent,Segment,NPS\n1,a,9\n")
        .var("RESPONDENT_SYNC_BASE_URL", &fake.base)
        .var("RESPONDENT_SYNC_SURVEY", "7")
        .var("RESPONDENT_SYNC_ID_COLUMN", "respondent")
        .var("RESPONDENT_SYNC_MAP", "l4=Segment, l7=NPS");
    let ran = job.ends(0);
    assert!(
        ran.stderr.contains("survey 8 (from `--survey`)") && ran.stderr.contains("RESPONDENT_SYNC_MAP"),
        "{}",
        ran.stderr
    );
    assert_eq!(fake.calls()[0].body, b"id_survey=8&id_respondent=1&l4=a&l7=9");
}

#[test]
fn rehearsals_have_names_of_their_own_and_are_replaced() {
    let fake = Fake::start(|_| Answer::success());
    let job = Job::run("id_respondent,l1\n1,x\n2,y\n", &fake).args("--limit 1");
    job.ends(0);
    job.ends(0);
    assert_eq!(fake.calls().len(), 2);
    assert_eq!(
        job.names(),
        ["in.csv", "in.trial.results.csv", "in.trial.summary.json"]
    );
}

#[test]
fn verbose_tells_of_retries_and_only_very_verbose_of_respondents() {
    let told = |flag: &str| {
        let fake = Fake::start(|call| {
            if call.before == 0 {
                Answer::of(503, "")
            } else {
                Answer::success()
            }
        });
        Job::run("id_respondent,l1\n987654,x\n", &fake)
            .args(flag)
            .ends(0)
            .stderr
    };
    let (normal, verbose, very) = (told("--no-progress"), told("-v"), told("-vv"));
    assert!(
        !normal.contains("again in") && !normal.contains("987654"),
        "{normal}"
    );
    assert!(
        verbose.contains("row 2: attempt 1: http_5xx, again in") && !verbose.contains("987654"),
        "{verbose}"
    );
    assert!(
        very.contains("row 2, respondent 987654: success after 2 attempts"),
        "{very}"
    );
}

#[test]
fn a_failed_file_of_stray_bytes_alone_is_not_taken_for_another_encoding() {
    let fake = Fake::start(|_| Answer::success());
    let job = Job::run(b"id_respondent,l1\n1,\xC5\xBC\n2,Z\xB3oty\n3,\xC5\n", &fake);
    job.ends(1);
    let again = Job::run(job.bytes("in.failed.csv"), &fake);
    again.ends(1);
    let codes: Vec<bool> = again
        .lines("in.results.csv")
        .iter()
        .map(|line| line.contains(",invalid,encoding,"))
        .collect();
    assert_eq!(codes, [true, true]);
    assert_eq!(fake.calls().len(), 1, "nothing that was guessed was sent");
}

#[test]
fn more_unsent_rows_than_the_window_holds_and_one_that_needs_all_of_it() {
    let fake = Fake::start(|_| Answer::success());
    let mut input = "id_respondent,l1\n".to_owned();
    input.extend((0..70_000).map(|row| format!("x{row},v\n")));
    input.extend(["bad,", &"y".repeat(5 << 20), "\n5,v\n"]);
    let job = Job::run(input, &fake);
    job.ends(1);
    assert_eq!(job.lines("in.results.csv").len(), 70_002);
    assert_eq!(fake.calls().len(), 1);
}

#[test]
fn what_the_platform_says_is_cut_and_cleaned_wherever_it_is_shown() {
    let words = format!("\\u001b[2Jerror: fake\\r\\n{}", "z".repeat(20_000));
    let fake = Fake::start(move |_| Answer::of(403, &format!(r#"{{"type":"error","msg":"{words}"}}"#)));
    let job = Job::run(numbered(20, "x"), &fake);
    let ran = job.ends(4);
    let shown = ran.stderr + &job.text("in.results.csv.partial") + &job.text("in.failed.csv.partial");
    assert!(
        !shown.contains('\u{1b}') && !shown.contains(&"z".repeat(301)),
        "{shown}"
    );
}

#[test]
fn what_is_wrong_with_a_row_is_in_the_users_language() {
    let fake = Fake::start(|_| Answer::success());
    let job = Job::run("id_respondent;l1\n1,2E+5;ż\n;ó\n2;ok\n3;\n", &fake).args("--lang pl");
    job.ends(1);
    assert_eq!(
        job.text("in.failed.csv"),
        "sync_row;sync_action;sync_error;id_respondent;l1\n\
         2;fix;bad_id: ID skrócone przez Excel: ustaw format kolumny na tekst i wyeksportuj ponownie;1,2E+5;ż\n\
         3;fix;missing_id: brak ID respondenta: wpisz ID albo użyj `--blank-id skip`;;ó\n"
    );
    let results = job.text("in.results.csv");
    assert!(
        results.contains("nothing_to_send,żadna etykieta nie ma wartości"),
        "{results}"
    );
}
