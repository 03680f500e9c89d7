//! Calls on the wire, and the effect of answers.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crate::support::{Answer, Fake, Job, numbered, pause};

#[test]
fn a_call_is_a_form_to_the_vendors_path() {
    let fake = Fake::start(|_| Answer::success());
    let job = Job::run("id_respondent,l4,l7\n12345,SuperVIP,9\n", &fake);
    job.ends(0);
    let call = &fake.calls()[0];
    assert_eq!(call.method, "POST");
    assert_eq!(
        call.target,
        "/webhooks/387487/kkkkkkkk/aaaaaaaa/update-respondent"
    );
    assert_eq!(call.body, b"id_survey=7&id_respondent=12345&l4=SuperVIP&l7=9");
    let headers = call.headers.to_lowercase();
    assert!(
        headers.contains("content-type: application/x-www-form-urlencoded"),
        "{headers}"
    );
    assert!(
        !headers.contains("referer") && !headers.contains("accept-encoding"),
        "{headers}"
    );
}

#[test]
fn values_arrive_byte_for_byte_by_post_and_by_get() {
    let long = "ż".repeat(1000);
    let values = [
        "50% & more + = ?#/",
        " spaces ",
        "say \"x\"",
        "zażółć gęślą jaźń",
        "👩‍👩‍👧",
        "a\tb\u{1}c\u{7f}",
        "line\r\nbreak",
        "'",
        long.as_str(),
    ];
    let mut input = csv::Writer::from_writer(Vec::new());
    input.write_record(["id_respondent", "l1"]).unwrap();
    for (value, id) in values.iter().zip(1..) {
        input.write_record([&id.to_string(), *value]).unwrap();
    }
    let input = input.into_inner().unwrap();
    for method in ["post", "get"] {
        let fake = Fake::start(|_| Answer::success());
        Job::run(&input, &fake).args("--method").args(method).ends(0);
        let calls = fake.calls();
        for (value, id) in values.iter().zip(1..) {
            let call = calls
                .iter()
                .find(|call| call.respondent() == id.to_string())
                .unwrap();
            assert_eq!(call.get("l1"), Some(*value), "{method}");
            assert_eq!(call.method.to_lowercase(), method);
        }
    }
}

#[test]
fn each_kind_of_answer_has_its_verdict() {
    let fake = Fake::start(|call| match call.respondent() {
        "2" => Answer::error("token not found"),
        "3" => Answer::of(404, "<html>"),
        "4" => Answer::of(500, r#"{"type":"success"}"#),
        "5" => Answer::of(200, "<html>maintenance"),
        "6" => Answer::Cut,
        "7" => Answer::Nonsense,
        "8" => Answer::HalfABody,
        "9" => Answer::of(429, ""),
        "10" => Answer::of(302, "").with("Location: http://127.0.0.1:1/stolen"),
        "11" => Answer::of(200, &"x".repeat(100_000)),
        "12" if call.before == 0 => Answer::Cut,
        _ => Answer::success(),
    });
    let input = numbered(13, "x");
    let job = Job::run(&input, &fake).args("--max-retries 2");
    job.ends(1);
    let lines: Vec<String> = job
        .lines("in.results.csv")
        .iter()
        .map(|line| {
            let mut fields: Vec<&str> = line.split(',').collect();
            if fields[1] == "6" && fields[7] == "4" {
                // One call was cut on a kept connection, which costs no retry.
                fields[7] = "3";
            }
            format!(
                "{} {} {} {} {}",
                fields[1], fields[3], fields[4], fields[6], fields[7]
            )
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
    assert!(
        fake.calls().iter().all(|call| !call.target.contains("stolen")),
        "a redirect was followed"
    );
}

#[test]
fn a_slow_answer_is_a_timeout_and_in_doubt() {
    let fake = Fake::start(|call| {
        if call.respondent() == "1" {
            Answer::Hang
        } else {
            Answer::success()
        }
    });
    let job = Job::run("id_respondent,l1\n1,x\n2,x\n", &fake).args("--timeout 200ms --max-retries 1");
    job.ends(1);
    assert_eq!(
        job.lines("in.results.csv"),
        [
            "2,1,7,unconfirmed,timeout,no answer within the time limit,,2",
            "3,2,7,success,,Respondent has been updated on the survey's mailing list,200,1",
        ]
    );
}

#[test]
fn a_platform_that_cannot_be_reached_fails_the_rows_without_doubt() {
    let closed = crate::support::CLOSED;
    let job = Job::new("run in.csv --survey 7 --max-outage 0s --max-retries 1 --backoff 1ms")
        .args(&format!("--base-url http://{closed}"))
        .file("in.csv", "id_respondent,l1\n1,x\n");
    job.ends(1);
    assert!(
        job.lines("in.results.csv")[0].starts_with("2,1,7,failed,connect,"),
        "{:?}",
        job.lines("in.results.csv")
    );
}

#[test]
fn retry_after_holds_off_all_calls() {
    let fake = Fake::start(|call| {
        if call.respondent() == "1" && call.before == 0 {
            return Answer::of(429, "").with("Retry-After: 1");
        }
        pause(Duration::from_millis(20));
        Answer::success()
    });
    let input = numbered(20, "x");
    Job::run(&input, &fake).args("-c 1").ends(0);
    let calls = fake.calls();
    let asked = calls[0].arrived;
    assert_eq!(calls[0].respondent(), "1");
    for call in &calls[1..] {
        assert!(
            call.arrived - asked >= Duration::from_millis(990),
            "{} came too soon",
            call.respondent()
        );
    }
}

#[test]
fn refused_credentials_end_the_run() {
    let fake = Fake::start(|_| Answer::of(401, ""));
    let input = numbered(200, "x");
    let job = Job::run(&input, &fake);
    let ran = job.ends(4);
    assert!(
        ran.stderr.contains("calls in a row were refused"),
        "{}",
        ran.stderr
    );
    // Five, and those in flight at that moment.
    assert!(fake.calls().len() <= 11, "{} calls", fake.calls().len());
    assert_eq!(job.lines("in.results.csv.partial").len(), fake.calls().len());
    assert!(!job.names().contains(&"in.results.csv".to_owned()));
}

#[test]
fn a_run_that_ends_early_does_not_wait_for_more_of_standard_input() {
    let fake = Fake::start(|_| Answer::of(403, ""));
    let job = Job::new("run - -o out.csv --survey 7 --rate unlimited")
        .args(&format!("--base-url {}", fake.base))
        .stdin(numbered(
            60_000,
            "some label that makes the beginning long enough",
        ))
        .keeps_stdin_open();
    job.ends(4);
    assert_eq!(job.lines("out.csv.partial").len(), fake.calls().len());
}

#[test]
fn a_proxy_that_gave_up_on_the_platform_is_asked_again_and_leaves_a_row_in_doubt() {
    for status in [502, 504, 520, 521, 522, 523, 524, 525, 530, 599] {
        let fake = Fake::start(move |call| match call.before {
            0 | 1 => Answer::of(status, "<html>error"),
            _ => Answer::success(),
        });
        Job::run(numbered(4, "A"), &fake).ends(0);
        assert_eq!(fake.calls().len(), 12, "{status}");
    }
    let in_doubt = [502, 504, 520, 524];
    for status in [500, 501, 502, 503, 504, 505, 520, 522, 524] {
        let fake = Fake::start(move |_| Answer::of(status, ""));
        let job = Job::run(numbered(1, "A"), &fake).args("--max-retries 2");
        job.ends(1);
        let expected = if in_doubt.contains(&status) {
            "unconfirmed,http_5xx"
        } else {
            "failed,http_5xx"
        };
        assert!(job.lines("in.results.csv")[0].contains(expected), "{status}");
        let calls = if [501, 505].contains(&status) { 1 } else { 3 };
        assert_eq!(fake.calls().len(), calls, "{status}");
    }
}

#[test]
fn a_call_that_the_platform_applies_after_it_was_given_up_does_not_undo_a_later_row() {
    let holds = Arc::new(Mutex::new(String::new()));
    let platform = Arc::clone(&holds);
    let fake = Fake::start(move |call| {
        let (value, platform) = (call.get("l1").unwrap().to_owned(), Arc::clone(&platform));
        if call.before > 0 {
            *platform.lock().unwrap() = value;
            return Answer::success();
        }
        // Half a second after the client has timed out.
        thread::spawn(move || {
            pause(Duration::from_millis(1500));
            *platform.lock().unwrap() = value;
        });
        Answer::Hang
    });
    let input = "id_respondent,l1\n7,A\n7,B\n";
    let job = Job::run(input, &fake).args("--timeout 1s --max-retries 1");
    job.ends(0);
    assert_eq!(*holds.lock().unwrap(), "B");
    let values: Vec<String> = fake
        .calls()
        .iter()
        .map(|call| call.get("l1").unwrap().to_owned())
        .collect();
    assert_eq!(values, ["A", "A", "B"]);
}

#[test]
fn rows_that_are_refused_for_ever_do_not_end_the_run_where_others_succeed() {
    let fake = Fake::start(|call| match call.respondent().parse::<u32>().unwrap() {
        21..=29 => Answer::of(403, "blocked by the firewall"),
        31..=95 => Answer::of(404, "<html>"),
        _ => Answer::success(),
    });
    // One at a time, so that the answers come in the order of the rows.
    let job = Job::run(numbered(120, "A"), &fake).args("-c 1");
    let ran = job.ends(1);
    for words in ["46 updated", "74 to send again"] {
        assert!(ran.stderr.contains(words), "{}", ran.stderr);
    }
    let summary: serde_json::Value = serde_json::from_str(&job.text("in.summary.json")).unwrap();
    assert_eq!(summary["control_calls"], 2, "{summary}");
    let repeated: Vec<_> = fake.calls().into_iter().filter(|call| call.before > 0).collect();
    assert_eq!(repeated.len(), 2, "one after five of 403, one after fifty of 404");
    assert_eq!(job.lines("in.results.csv").len(), 120);
}
