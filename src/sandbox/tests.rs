//! The platform's answers, at moments that the test chooses.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::platform::{Answered, Call};
use super::{Faults, Platform};

const PAIR: [(&str, &str); 3] = [
    ("grant_type", "client_credentials"),
    ("client_id", "a-client"),
    ("client_secret", "a-secret"),
];

/// A platform at a moment of its life, with a token for its door.
struct Sandbox {
    platform: Platform,
    now: Instant,
    token: String,
}

impl Sandbox {
    fn new(faults: Faults) -> Self {
        let mut sandbox = Self {
            platform: Platform::new(faults),
            now: Instant::now(),
            token: String::new(),
        };
        let issued = sandbox.call("POST", "/token", &PAIR);
        assert_eq!(issued.status, 200);
        sandbox.token = json_of(&issued)["access_token"].as_str().unwrap().to_owned();
        sandbox
    }

    fn call(&mut self, method: &str, path: &str, parameters: &[(&str, &str)]) -> Answered {
        let header = format!("Bearer {}", self.token);
        self.call_with(Some(&header), method, path, parameters)
    }

    fn call_with(
        &mut self,
        authorization: Option<&str>,
        method: &str,
        path: &str,
        parameters: &[(&str, &str)],
    ) -> Answered {
        let parameters: Vec<(String, String)> = parameters
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        let call = Call {
            method,
            path,
            authorization,
            parameters: &parameters,
        };
        self.platform.answer(&call, self.now)
    }

    fn get(&mut self, path: &str, parameters: &[(&str, &str)]) -> Value {
        let answered = self.call("GET", path, parameters);
        assert_eq!(answered.status, 200, "{path}: {}", answered.body);
        json_of(&answered)
    }

    fn status(&mut self, path: &str, parameters: &[(&str, &str)]) -> u16 {
        self.call("GET", path, parameters).status
    }

    /// Calls the webhook for a respondent of survey 1.
    fn update(&mut self, id: &str, labels: &[(&str, &str)]) -> Value {
        let parameters = [&[("id_survey", "1"), ("id_respondent", id)], labels].concat();
        json_of(&self.call("POST", "/webhooks/1/key/auth/update-respondent", &parameters))
    }

    /// Returns this label of the respondents of survey 1.
    fn labels(&mut self, name: &str) -> Vec<String> {
        let page = self.get("/api/v2/respondents/1", &[]);
        let list = page["list"].as_array().unwrap();
        list.iter()
            .map(|respondent| respondent[name].as_str().unwrap().to_owned())
            .collect()
    }
}

fn json_of(answered: &Answered) -> Value {
    serde_json::from_str(&answered.body).unwrap()
}

fn sandbox() -> Sandbox {
    Sandbox::new(Faults::none())
}

#[test]
fn a_token_is_issued_for_any_pair_and_nothing_less() {
    let mut sandbox = sandbox();
    let issued = json_of(&sandbox.call("POST", "/token", &PAIR));
    assert_eq!(
        (&issued["token_type"], &issued["expires_in"]),
        (&json!("Bearer"), &json!(3600))
    );
    let token = issued["access_token"].as_str().unwrap();
    assert!(token.len() == 32 && token.bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert_ne!(token, sandbox.token);
    for wrong in [
        &[PAIR[0], PAIR[1]][..],
        &[PAIR[0], PAIR[1], ("client_secret", "")],
        &[PAIR[0], PAIR[2]],
    ] {
        let refused = sandbox.call("POST", "/token", wrong);
        assert_eq!(
            (refused.status, refused.body.as_str()),
            (400, r#"{"error":"invalid_client"}"#)
        );
    }
    assert_eq!(sandbox.call("POST", "/token", &PAIR[1..]).status, 400);
    assert_eq!(sandbox.call("GET", "/token", &PAIR).status, 405);
}

#[test]
fn a_list_needs_a_token_that_has_not_expired() {
    let mut sandbox = Sandbox::new(Faults {
        token_lifetime: Duration::from_mins(1),
        ..Faults::none()
    });
    let token = sandbox.token.clone();
    for (header, status) in [
        (None, 401),
        (Some("Bearer"), 401),
        (Some("Bearer x"), 401),
        (Some(token.as_str()), 401),
        (Some(&*format!("Basic {token}")), 401),
        (Some(&*format!("bearer {token}")), 200),
    ] {
        let answered = sandbox.call_with(header, "GET", "/api/v2/surveys", &[]);
        assert_eq!(answered.status, status, "{header:?}");
    }
    sandbox.now += Duration::from_millis(59_999);
    assert_eq!(sandbox.status("/api/v2/surveys", &[]), 200);
    sandbox.now += Duration::from_millis(1);
    assert_eq!(sandbox.status("/api/v2/respondents/1", &[]), 401);
}

#[test]
fn the_surveys_are_those_with_respondents_and_the_first() {
    let mut sandbox = sandbox();
    assert_eq!(
        sandbox.get("/api/v2/surveys", &[]),
        json!({ "total": "1", "list": [{ "id": 1, "title": "Sandbox survey" }] })
    );
    sandbox.platform.seed("399793", "5", "a@x.pl", &[]);
    sandbox.platform.seed("20", "5", "a@x.pl", &[]);
    assert_eq!(
        sandbox.get("/api/v2/surveys", &[]),
        json!({ "total": "3", "list": [
            { "id": 1, "title": "Sandbox survey" },
            { "id": 20, "title": "Survey 20" },
            { "id": 399_793, "title": "Survey 399793" },
        ] })
    );
    assert_eq!(
        sandbox.get("/api/v2/respondents/1", &[]),
        json!({ "total": "0", "list": [] })
    );
    assert_eq!(sandbox.status("/api/v2/respondents/2", &[]), 404);
}

#[test]
fn a_respondent_has_its_address_all_labels_and_a_login() {
    let mut sandbox = sandbox();
    let labels = [(2, "Łódź".to_owned()), (15, "last".to_owned())];
    sandbox.platform.seed("7", "12345", "a@x.pl", &labels);
    let page = sandbox.get("/api/v2/respondents/7", &[]);
    let mut expected = json!({
        "id": 12345, "email": "a@x.pl", "token": "sandbox-login-12345",
        "date_generate": "2026-01-05 09:00:00",
    });
    for label in 1..=15 {
        expected[format!("label{label}")] = json!("");
    }
    expected["label2"] = json!("Łódź");
    expected["label15"] = json!("last");
    assert_eq!(page, json!({ "total": "1", "list": [expected] }));
}

#[test]
fn what_the_webhook_sets_is_on_the_list_and_a_stranger_gets_an_address() {
    let mut sandbox = sandbox();
    sandbox
        .platform
        .seed("1", "2", "z@x.pl", &[(1, "old".to_owned())]);
    assert_eq!(
        sandbox.update("2", &[("l1", "new"), ("l4", "VIP")])["type"],
        "success"
    );
    sandbox.update("9", &[("l10", "x"), ("l11", "beyond the webhook")]);
    assert_eq!(
        sandbox.labels("email"),
        ["respondent-9@sandbox.example", "z@x.pl"]
    );
    assert_eq!(sandbox.labels("label1"), ["", "new"]);
    assert_eq!(sandbox.labels("label4"), ["", "VIP"]);
    assert_eq!(sandbox.labels("label10"), ["x", ""]);
    assert_eq!(sandbox.labels("label11"), ["", ""]);
    let taken = sandbox.platform.counts();
    assert_eq!((taken.calls, taken.respondents), (2, 2), "reading is not counted");
    assert_eq!(taken.labels, [("l1", 1), ("l10", 1), ("l4", 1)]);
}

#[test]
fn pages_have_fifty_respondents_or_up_to_a_thousand() {
    let mut sandbox = sandbox();
    for id in 0..1100 {
        let email = format!("a{id:04}@x.pl");
        sandbox.platform.seed("1", &id.to_string(), &email, &[]);
    }
    let mut ids = |parameters: &[(&str, &str)]| -> (String, Vec<u64>) {
        let page = sandbox.get("/api/v2/respondents/1", parameters);
        let list = page["list"].as_array().unwrap();
        let ids = list.iter().map(|respondent| respondent["id"].as_u64().unwrap());
        (page["total"].as_str().unwrap().to_owned(), ids.collect())
    };
    assert_eq!(ids(&[]), ("1100".to_owned(), (0..50).collect()));
    let thousand = ids(&[("limit", "1000"), ("offset", "1")]);
    assert_eq!(thousand.1, (1..1001).collect::<Vec<_>>());
    assert_eq!(ids(&[("limit", "1000"), ("offset", "1099")]).1, [1099]);
    assert!(ids(&[("offset", "1100")]).1.is_empty());
    for wrong in [
        ("limit", "0"),
        ("limit", "1001"),
        ("limit", ""),
        ("limit", "-1"),
        ("offset", "x"),
    ] {
        assert_eq!(
            sandbox.status("/api/v2/respondents/1", &[wrong]),
            400,
            "{wrong:?}"
        );
    }
}

#[test]
fn a_label_shows_after_a_while_and_until_then_the_old_one_does() {
    let mut sandbox = Sandbox::new(Faults {
        visible_after: Duration::from_secs(10),
        ..Faults::none()
    });
    sandbox
        .platform
        .seed("1", "2", "z@x.pl", &[(1, "old".to_owned())]);
    sandbox.update("2", &[("l1", "new")]);
    sandbox.now += Duration::from_secs(5);
    sandbox.update("2", &[("l1", "newer")]);
    for (wait, expected) in [(0, "old"), (4, "old"), (1, "new"), (4, "new"), (1, "newer")] {
        sandbox.now += Duration::from_secs(wait);
        assert_eq!(sandbox.labels("label1"), [expected]);
    }
    sandbox.update("2", &[("l1", "newest")]);
    assert_eq!(
        sandbox.platform.holdings(),
        "  survey 1, respondent 2: l1=\"newest\"\n"
    );
}

#[test]
fn without_the_api_a_token_is_of_no_use() {
    let mut sandbox = Sandbox::new(Faults {
        has_api: false,
        ..Faults::none()
    });
    assert_eq!(sandbox.status("/api/v2/surveys", &[]), 402);
    assert_eq!(sandbox.status("/api/v2/respondents/1", &[]), 402);
    let stranger = sandbox.call_with(None, "GET", "/api/v2/surveys", &[]);
    assert_eq!(stranger.status, 401);
    assert_eq!(sandbox.update("2", &[])["type"], "success");
}

#[test]
fn a_respondent_that_is_not_seeded_is_unknown_if_that_is_asked_for() {
    let mut sandbox = Sandbox::new(Faults {
        know_seeded_only: true,
        ..Faults::none()
    });
    sandbox.platform.seed("1", "2", "z@x.pl", &[]);
    sandbox.platform.seed("7", "3", "z@x.pl", &[]);
    assert_eq!(sandbox.update("2", &[("l1", "x")])["type"], "success");
    assert_eq!(sandbox.update("3", &[("l1", "x")])["msg"], "respondent not found");
}

#[test]
fn faults_hold_for_lists_and_not_for_tokens() {
    let mut sandbox = Sandbox::new(Faults {
        error_rate: 100.0,
        latency: Duration::from_secs(3),
        ..Faults::none()
    });
    assert_eq!(sandbox.status("/api/v2/surveys", &[]), 500);
    assert_eq!(sandbox.call("POST", "/token", &PAIR).status, 200);
    assert_eq!(sandbox.platform.latency("/token"), Duration::ZERO);
    assert_eq!(
        sandbox.platform.latency("/api/v2/surveys"),
        Duration::from_secs(3)
    );

    let mut sandbox = Sandbox::new(Faults {
        answer_429_above: "2/s".parse().unwrap(),
        ..Faults::none()
    });
    let statuses = [(); 3].map(|()| sandbox.status("/api/v2/surveys", &[]));
    assert_eq!(statuses, [200, 200, 429]);

    let mut sandbox = Sandbox::new(Faults {
        outage: Duration::from_secs(5),
        ..Faults::none()
    });
    for _ in 0..5 {
        sandbox.update("2", &[]);
        assert_eq!(sandbox.status("/api/v2/surveys", &[]), 200);
    }
    assert_eq!(sandbox.status("/api/v2/surveys", &[]), 503);
    sandbox.now += Duration::from_secs(5);
    assert_eq!(sandbox.status("/api/v2/surveys", &[]), 200);
}

#[test]
fn no_line_has_a_token_or_a_secret() {
    let mut sandbox = sandbox();
    let token = sandbox.token.clone();
    let lines = [
        sandbox.call("POST", "/token", &PAIR).line,
        sandbox.call("POST", "/token", &PAIR[1..]).line,
        sandbox.call("POST", "/oauth/token", &PAIR).line,
        sandbox
            .call("GET", "/api/v2/surveys", &[("access_token", &token)])
            .line,
        sandbox
            .call("GET", "/api/v2/respondents/1", &[("limit", &token)])
            .line,
        sandbox.call("GET", "/api/v2/respondents/2", &PAIR).line,
    ];
    assert_eq!(
        lines,
        [
            "token → 200 issued",
            "token → 400 unsupported_grant_type",
            " → 404 error",
            "surveys → 200 1 of 1",
            "respondents survey=\"1\" → 400 limit must be a number from 1 to 1000",
            "respondents survey=\"2\" → 404 no such survey",
        ]
    );
}
