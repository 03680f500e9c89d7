//! The whole table: every status code × every kind of body.

use std::fmt::Write as _;

use bytes::Bytes;

use super::*;
use crate::send::attempt::Body;

fn bodies() -> Vec<(&'static str, Body)> {
    let whole = |text: &str| Body::Whole(Bytes::copy_from_slice(text.as_bytes()));
    vec![
        ("success", whole(r#"{"type":"success","msg":"updated"}"#)),
        ("error", whole(r#"{"type":"error","msg":"token not found"}"#)),
        ("no type", whole(r#"{"status":"ok"}"#)),
        ("two types", whole(r#"{"type":"success","type":"success"}"#)),
        ("html", whole("<html>maintenance</html>")),
        ("empty", whole("")),
        ("too long", Body::TooLong),
        ("cut", Body::Cut("reset".to_owned())),
        ("slow", Body::TimedOut),
    ]
}

fn decide(status: u16, body: &Body) -> Decision {
    let reply = Reply {
        status,
        retry_after: None,
        date: None,
        body: body.clone(),
    };
    classify(&Ok(reply), SystemTime::UNIX_EPOCH)
}

fn word(decision: &Decision) -> String {
    let effect = |fault: &Fault| match fault.effect {
        Effect::Refused => "settled",
        Effect::None => "not applied",
        Effect::Unknown => "maybe applied",
    };
    match decision {
        Decision::Success { .. } => "success".to_owned(),
        Decision::Retry { fault, .. } => format!("retry {} ({})", fault.code.name(), effect(fault)),
        Decision::Fail(fault) => format!("fail {} ({})", fault.code.name(), effect(fault)),
    }
}

/// Consecutive codes that are judged alike under every body are one line.
#[test]
fn every_status_code_and_every_kind_of_body() {
    let judged = |status: u16| -> Vec<(&str, String)> {
        bodies()
            .iter()
            .map(|(name, body)| (*name, word(&decide(status, body))))
            .collect()
    };
    let mut table = String::new();
    let mut from = 100;
    for status in 100..=999 {
        if status < 999 && judged(status + 1) == judged(from) {
            continue;
        }
        writeln!(table, "{from}–{status}").unwrap();
        for (body, word) in judged(from) {
            writeln!(table, "  {body:<10} {word}").unwrap();
        }
        from = status + 1;
    }
    insta::assert_snapshot!(table);
}

#[test]
fn only_a_whole_object_with_exactly_one_type_is_read() {
    let word_of = |text: &str| {
        word(&decide(
            200,
            &Body::Whole(Bytes::copy_from_slice(text.as_bytes())),
        ))
    };
    let successes = [
        r#"{"type":"success","msg":"a"}"#,
        r#"{"type": "success", "msg": "a"}"#,
        " \r\n{\"type\":\"success\"}\n\t ",
        "\u{FEFF}{\"type\":\"success\"}",
        r#"{"msg":["x",{"type":"error"}],"type":"succ\u0065ss","n":1.5e3}"#,
    ];
    for text in successes {
        assert_eq!(word_of(text), "success", "{text}");
    }
    let unreadable = [
        r#"{"type":"success"}x"#,
        r#"{"type":"success"}{"type":"success"}"#,
        r#"{"type":"success""#,
        r#"{"type":"success","msg":"a}"#,
        r#"["type","success"]"#,
        r#""success""#,
        "success",
        r#"{"type":true}"#,
        r#"{"type":null}"#,
        r#"{"type":["success"]}"#,
        r#"{"type":"success","type":"error"}"#,
        r#"{"data":{"type":"success"}}"#,
        r"{'type':'success'}",
        "null",
    ];
    for text in unreadable {
        assert_eq!(word_of(text), "retry bad_response (maybe applied)", "{text}");
    }
    for text in [
        r#"{"type":"Success"}"#,
        r#"{"type":""}"#,
        r#"{"type":"success "}"#,
        r#"{"type":"error","msg":5}"#,
    ] {
        assert_eq!(word_of(text), "fail rejected (settled)", "{text}");
    }
    assert_eq!(
        word(&decide(
            200,
            &Body::Whole(Bytes::from_static(b"{\"type\":\"success\",\"msg\":\"\xB3\"}"))
        )),
        "retry bad_response (maybe applied)"
    );
    let deep = format!(
        r#"{{"x":{}1{},"type":"success"}}"#,
        "[".repeat(50_000),
        "]".repeat(50_000)
    );
    assert_eq!(word_of(&deep), "success", "depth costs no stack");
}

#[test]
fn the_platforms_own_words_are_quoted() {
    let message =
        |status, text: &str| match decide(status, &Body::Whole(Bytes::copy_from_slice(text.as_bytes()))) {
            Decision::Success { message, .. } => message,
            Decision::Retry { fault, .. } | Decision::Fail(fault) => fault.message,
        };
    assert_eq!(
        message(200, r#"{"type":"error","msg":"token not found"}"#),
        "token not found"
    );
    assert_eq!(
        message(200, r#"{"type":"error"}"#),
        "the platform answered `error` without a message"
    );
    assert_eq!(
        message(503, r#"{"type":"error","msg":"later"}"#),
        "HTTP 503: later"
    );
    assert_eq!(message(503, "<h1>"), "HTTP 503 with an HTML page");
    assert_eq!(message(200, ""), "HTTP 200 with an empty body");
}

#[test]
fn a_wait_that_the_platform_asks_for_is_taken_up_to_two_minutes() {
    let asked = |status, header: &str| {
        let reply = Reply {
            status,
            retry_after: Some(header.to_owned()),
            date: None,
            body: Body::Whole(Bytes::new()),
        };
        classify(&Ok(reply), SystemTime::UNIX_EPOCH)
    };
    for status in [408, 425, 429, 500, 502, 503, 504] {
        assert!(
            matches!(asked(status, "120"), Decision::Retry { after: Some(wait), .. } if wait == Duration::from_mins(2)),
            "{status}"
        );
        assert!(
            matches!(asked(status, "soon"), Decision::Retry { after: None, .. }),
            "{status}"
        );
        let Decision::Fail(fault) = asked(status, "121") else {
            panic!("{status}")
        };
        assert!(fault.message.contains("asks to wait 121 s"), "{}", fault.message);
    }
    assert!(matches!(asked(501, "5"), Decision::Fail(_)));
    assert!(matches!(asked(200, "5"), Decision::Retry { after: None, .. }));
}

#[test]
fn without_an_answer_only_what_was_not_sent_is_certain() {
    let word_of = |error| word(&classify(&Err(error), SystemTime::UNIX_EPOCH));
    let reason = || "x".to_owned();
    assert_eq!(
        word_of(TransportError::NotSent(reason())),
        "retry connect (not applied)"
    );
    assert_eq!(
        word_of(TransportError::Untrusted(reason())),
        "retry connect (not applied)"
    );
    assert_eq!(word_of(TransportError::TimedOut), "retry timeout (maybe applied)");
    assert_eq!(
        word_of(TransportError::Interrupted(reason())),
        "retry cut (maybe applied)"
    );
    assert_eq!(
        word_of(TransportError::BadReply(reason())),
        "retry bad_response (maybe applied)"
    );
}
