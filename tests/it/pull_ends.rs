//! How a `pull` ends without a table, what it says then, and what it never says.

use std::fmt::Write as _;
use std::fs;

use crate::pull::{TABLE_OF_THREE, platform, pull, three, with_tokens};
use crate::support::{Answer, CLOSED, Call, Fake, Job};

#[test]
fn another_file_in_the_way_is_refused_before_any_call() {
    let fake = platform(three);
    let refused = |job: Job, why: &str| {
        let names = job.names();
        let ran = job.ends(2);
        assert!(ran.stderr.contains(why), "{}", ran.stderr);
        assert_eq!(job.names(), names);
        job
    };
    let no_table = "exists and is no table of respondents";
    for content in [
        "email;id_respondent;id_survey\n",
        "id_respondent,l1\n1,x\n",
        "PK\u{3}\u{4}",
        "email,id",
    ] {
        let job = refused(pull(&fake.base).file("respondents.csv", content), no_table);
        assert_eq!(job.text("respondents.csv"), content);
    }
    let job = pull(&fake.base);
    fs::create_dir(job.path("respondents.csv")).unwrap();
    refused(job, no_table);
    #[cfg(unix)]
    {
        let job = pull(&fake.base).file("elsewhere.csv", TABLE_OF_THREE);
        std::os::unix::fs::symlink("elsewhere.csv", job.path("respondents.csv")).unwrap();
        let job = refused(job, no_table);
        assert_eq!(job.text("elsewhere.csv"), TABLE_OF_THREE);
    }
    refused(pull(&fake.base).args("-o missing/a.csv"), "missing/a.csv");
    assert!(fake.calls().is_empty());
    // An empty file is in nobody's way.
    pull(&fake.base).file("respondents.csv", "").ends(0);
}

#[test]
fn no_secret_and_no_address_reaches_any_output() {
    let page = |call: &Call| {
        let survey = call.target.split(['/', '?']).nth(4).unwrap().parse().unwrap();
        let entry = r#"{"id":1,"email":"CANARY@example.com","label1":"CANARYCELL","token":"CANARYLOGIN"}"#;
        match survey {
            200 => Answer::of(200, &format!("[{entry}]")).with("Set-Cookie: a=CANARYCOOKIE"),
            201 => Answer::of(200, &entry.replace(':', ";")),
            202 => Answer::of(200, &entry.replace("id\":1", "id\":\"CANARYID\"")),
            203 => Answer::of(200, &format!(r#"{{"total":"CANARY","list":[{entry}]}}"#)),
            204 => Answer::of(200, "<html>CANARY</html>"),
            205 => Answer::Cut,
            206 => Answer::Nonsense,
            207 => Answer::HalfABody,
            208 => Answer::Hang,
            301 => Answer::of(301, "").with("Location: https://CANARY.example.com/CANARY"),
            429 => Answer::of(429, "CANARY").with("Retry-After: 3600"),
            status => Answer::of(status, &format!(r#"{{"error":"CANARY {entry}"}}"#)),
        }
    };
    let fake = Fake::start(move |call| match call.method.as_str() {
        "POST" => Answer::of(
            200,
            r#"{"access_token":"CANARYTOKEN","refresh_token":"CANARYTOO"}"#,
        ),
        _ => page(call),
    });
    let job = |base: &str, survey: &str, format: &str| {
        pull(base)
            .instead_of("7", survey)
            .args("-vv --timeout 200ms --connect-timeout 200ms --labels all --state s.sqlite")
            .args(&format!("--log-format {format}"))
            .var("RESPONDENT_SYNC_CLIENT_ID", "CANARYKEY")
            .var("RESPONDENT_SYNC_CLIENT_SECRET", "CANARYSECRET")
            .var("RUST_LOG", "trace")
            .var("RUST_BACKTRACE", "full")
    };
    let is_clean = |ran: &crate::support::Ran| {
        let printed = format!("{}{}", ran.stdout, ran.stderr);
        for word in ["CANARY", "uthorization", "Bearer"] {
            assert!(!printed.contains(word), "{printed}");
        }
    };
    let surveys = [
        200, 201, 202, 203, 204, 205, 206, 207, 208, 301, 401, 402, 403, 404, 406, 429, 500,
    ];
    for survey in surveys {
        for format in ["text", "json"] {
            let job = job(&fake.base, &survey.to_string(), format);
            let ran = job.ends_somehow();
            is_clean(&ran);
            assert_eq!(ran.code == 0, survey == 200, "{survey}: {}", ran.stderr);
            // The state's folder holds the token that is kept, and nothing else of the platform.
            for name in job.names() {
                let text = job.text(&name);
                let own = if name.starts_with("api-token-") {
                    "CANARYTOKEN"
                } else {
                    assert_eq!(name, "respondents.csv");
                    "CANARYCELL"
                };
                let text = text.replace("CANARY@example.com", "").replace(own, "");
                assert!(!text.contains("CANARY"), "{name}: {text}");
            }
        }
    }
    for base in [format!("http://{CLOSED}"), format!("https://{CLOSED}")] {
        let ran = job(&base, "7", "text").ends(5);
        is_clean(&ran);
        assert!(
            ran.stderr
                .contains(&format!("error: `{CLOSED}` did not answer (")),
            "{}",
            ran.stderr
        );
    }
}

/// Each kind of end that only the platform can cause, with its exit code.
#[test]
fn each_end_says_what_to_do() {
    let (untrusted, authority) = Fake::start_tls(with_tokens(three));
    let fake = Fake::start(|call| {
        let is_token = call.method == "POST";
        let case = call.target.split('/').nth(1).unwrap();
        match case {
            "key" if is_token => Answer::of(400, r#"{"error":"invalid_client"}"#),
            "tokens" if is_token => Answer::of(429, "").with("Retry-After: 3600"),
            _ if is_token => with_tokens(three)(call),
            "401" | "402" | "406" | "501" | "503" => Answer::of(case.parse().unwrap(), "{}"),
            "survey" => Answer::of(404, "{}"),
            "html" => Answer::of(404, "<html>"),
            "moved" => Answer::of(302, "").with("Location: /"),
            "page" => Answer::of(200, "<html>"),
            "other" => Answer::of(200, r#"{"data":[]}"#),
            "short" if call.get("offset") != Some("0") => Answer::of(200, r#"{"total":3,"list":[]}"#),
            "changing" => Answer::of(200, r#"{"total":1,"list":[{"id":1},{"id":2}]}"#),
            "hang" => Answer::Hang,
            _ => three(call),
        }
    });
    let mut page = String::new();
    let cases = [
        "key", "tokens", "401", "402", "406", "501", "503", "survey", "html", "moved", "page", "other",
        "short", "changing", "hang",
    ];
    let bases = cases.map(|case| format!("{}/{case}", fake.base));
    for base in bases.iter().chain([&untrusted.base]) {
        let job = pull(base).args("--timeout 200ms --connect-timeout 200ms");
        let ran = job.ends_somehow();
        let name = base.replace(&fake.base, "");
        writeln!(page, "{name} exits {}\n{}", ran.code, ran.stderr).unwrap();
    }
    for base in [&fake.base, &untrusted.base] {
        let port = base.rsplit(':').next().unwrap();
        page = page.replace(port, "PORT");
    }
    insta::assert_snapshot!(page);

    let job = pull(&untrusted.base)
        .args("--ca-file ca.pem --labels l4")
        .file("ca.pem", authority);
    job.ends(0);
    assert_eq!(job.text("respondents.csv"), TABLE_OF_THREE);
}

#[test]
fn mistakes_in_the_flags_are_said_together_before_any_call() {
    let ran = Job::new("pull --labels l4,l16 --auth-url https://auth.example.com --base-url ftp://x").ends(2);
    insta::assert_snapshot!(ran.stderr);
}
