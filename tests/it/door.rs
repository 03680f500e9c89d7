//! The door of `sandbox` that lists respondents, over raw HTTP.

use std::time::Duration;

use crate::support::{Job, Sandbox, pause};

#[test]
fn a_list_is_paged_through_with_a_token_and_shows_what_the_webhook_set() {
    let list = "email,id_respondent,l1,id_survey\nc@x.pl,3,old,\na@x.pl,1,,1\nb@x.pl,2,,\na@x.pl,7,,399793\n";
    let mut sandbox = Sandbox::start("--list list.csv", list);
    assert!(
        sandbox
            .start
            .contains("RESPONDENT_SYNC_CLIENT_ID=sandbox RESPONDENT_SYNC_CLIENT_SECRET=sandbox")
    );
    assert_eq!(sandbox.call("GET /api/v2/surveys", "", "").0, 401);
    assert_eq!(
        sandbox.call("POST /token", "", "grant_type=client_credentials&client_id=x"),
        (400, r#"{"error":"invalid_client"}"#.to_owned())
    );
    let token = sandbox.token();
    let (_, surveys) = sandbox.get(&token, "/api/v2/surveys");
    assert_eq!(surveys["total"], "2");
    assert_eq!(surveys["list"][1]["title"], "Survey 399793");

    let (_, page) = sandbox.get(&token, "/api/v2/respondents/1?limit=2&offset=1");
    assert_eq!(page["total"], "3");
    assert_eq!(page["list"][0]["email"], "b@x.pl");
    assert_eq!(page["list"][1]["id"], 3);
    assert_eq!(page["list"].as_array().unwrap().len(), 2);
    assert_eq!(sandbox.get(&token, "/api/v2/respondents/1?limit=1001").0, 400);
    assert_eq!(sandbox.get(&token, "/api/v2/respondents/8").0, 404);

    assert_eq!(sandbox.field(&token, "label1"), ["", "", "old"]);
    sandbox.update("id_survey=1&id_respondent=3&l1=new&l4=%C5%81%C3%B3d%C5%BA");
    assert_eq!(sandbox.field(&token, "label1"), ["", "", "new"]);
    assert_eq!(sandbox.field(&token, "label4"), ["", "", "Łódź"]);
    assert_eq!(
        sandbox.update("id_survey=1&id_respondent=7&l1=x"),
        "respondent not found"
    );
    assert_eq!(sandbox.field(&token, "email").len(), 3);

    let printed = sandbox.end();
    assert!(
        printed.contains("respondents survey=\"1\" → 200 2 of 3"),
        "{printed}"
    );
    for secret in [token.as_str(), "a-secret", "a-client"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}

#[test]
fn a_plan_without_the_api_answers_402_and_its_webhook_works() {
    let sandbox = Sandbox::start("--no-api", "");
    let token = sandbox.token();
    assert_eq!(sandbox.get(&token, "/api/v2/surveys").0, 402);
    assert_eq!(sandbox.get(&token, "/api/v2/respondents/1").0, 402);
    assert!(
        sandbox
            .update("id_survey=1&id_respondent=3&l1=x")
            .contains("updated")
    );
}

#[test]
fn a_token_of_no_lifetime_is_never_valid() {
    let sandbox = Sandbox::start("--token-lifetime 0s", "");
    let token = sandbox.token();
    assert_eq!(sandbox.get(&token, "/api/v2/surveys").0, 401);
}

#[test]
fn a_label_shows_only_after_the_time_that_was_asked_for() {
    let list = "email,id_respondent,l1\na@x.pl,3,old\n";
    let sandbox = Sandbox::start("--visible-after 1h --list list.csv", list);
    let token = sandbox.token();
    sandbox.update("id_survey=1&id_respondent=3&l1=new");
    assert_eq!(sandbox.field(&token, "label1"), ["old"]);

    let sandbox = Sandbox::start("--visible-after 200ms", "");
    let token = sandbox.token();
    sandbox.update("id_survey=1&id_respondent=3&l1=new");
    while sandbox.field(&token, "label1") != ["new"] {
        pause(Duration::from_millis(10));
    }
    assert_eq!(sandbox.field(&token, "email"), ["respondent-3@sandbox.example"]);
}

#[test]
fn a_mistake_in_a_list_is_reported_with_its_line() {
    let job = Job::new("sandbox --port 0 --list list.csv");
    let job = job.file("list.csv", "email,id_respondent\na@x.pl,1\nb@x.pl,secret-id\n");
    let ran = job.ends(2);
    assert!(
        ran.stderr.contains("list.csv:3: `id_respondent` is no number"),
        "{}",
        ran.stderr
    );
    assert!(!ran.stderr.contains("secret-id"), "{}", ran.stderr);
    let ran = Job::new("sandbox --port 0 --list gone.csv").ends(2);
    assert!(
        ran.stderr.contains("cannot read `gone.csv` (`--list`)"),
        "{}",
        ran.stderr
    );
}
