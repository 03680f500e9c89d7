//! `init` lists the account's surveys where there is a key of the API, and asks as before where there is
//! none or where the API fails.

use crate::support::api::{self, CLIENT_ID, CLIENT_SECRET};
use crate::support::{Answer, Call, Fake, Job, Terminal};

/// A job whose survey is all that `init` has to ask for. The API is that of `base`.
fn init(base: &str, lang: &str) -> Job {
    Job::new("init c.csv --id-column id --map l4=Segment --url-file url.txt")
        .args(&format!("--base-url {base} --lang {lang}"))
        .file("c.csv", "id,Segment\n10421,VIP\n10422,x\n")
        .file("url.txt", address(base, ""))
        .var("RESPONDENT_SYNC_CLIENT_ID", CLIENT_ID)
        .var("RESPONDENT_SYNC_CLIENT_SECRET", CLIENT_SECRET)
        .without_var("RESPONDENT_SYNC_LANG")
}

/// A webhook's address with this query.
fn address(base: &str, query: &str) -> String {
    format!("{base}/webhooks/387487/CANARYkey1/CANARYauth2/update-respondent{query}")
}

fn account(surveys: &'static [(u32, &'static str, u32)]) -> Fake {
    Fake::start(move |call| api::answer(call, surveys).unwrap_or_else(Answer::success))
}

const SURVEYS: &[(u32, &str, u32)] = &[
    (401_225, "NPS \u{1b}[2J\u{202E}2026\r\nklienci", 3),
    (399_793, "Sample", 1),
    (401_300, "Satysfakcja \u{17C}\u{F3}\u{142}ta", 0),
    (400_001, "", 2),
];

/// Declines the check, and returns the screen and the config.
fn ended(terminal: &mut Terminal, job: &Job) -> (String, String) {
    terminal.sees("/n]:").types("n\r");
    let screen = terminal.ends(0);
    assert!(!screen.contains("CANARY"), "{screen}");
    (screen, job.text("c.toml"))
}

fn targets(fake: &Fake) -> Vec<String> {
    let calls = fake.calls();
    let target = |call: &Call| format!("{} {}", call.method, call.target);
    calls.iter().map(target).collect()
}

#[test]
fn the_account_s_surveys_are_listed_by_title_and_one_is_picked_by_its_number() {
    let fake = account(SURVEYS);
    let job = init(&fake.base, "en");
    let mut terminal = job.on_terminal();
    terminal
        .sees("Asking `127.0.0.1` for the account's surveys")
        .sees("3 surveys in the account:")
        .sees("1. 401300 Satysfakcja żółta")
        .sees("2. 401225 NPS [2J2026 klienci")
        .sees("3. 400001 (no title)")
        .sees("Survey (number in the list, id, or a part of the title):")
        .types("2\r")
        .sees("Chosen: survey 401225, NPS [2J2026 klienci");
    let (screen, config) = ended(&mut terminal, &job);
    assert!(
        !screen.contains("Sample") && !screen.contains('\u{202E}'),
        "{screen}"
    );
    assert!(config.contains("survey = 401225 "), "{config}");
    // One token and one page; nothing is sent.
    assert_eq!(
        targets(&fake),
        ["POST /token", "GET /api/v2/surveys?limit=1000&offset=0"]
    );
}

#[test]
fn in_polish_a_part_of_a_title_finds_it_and_an_id_is_still_an_answer() {
    let fake = account(SURVEYS);
    let job = init(&fake.base, "pl");
    let mut terminal = job.on_terminal();
    terminal
        .sees("Na koncie: 3 ankiety")
        .sees("Ankieta (numer z listy, ID albo fragment tytułu):")
        .types("csat\r")
        .sees("Żaden tytuł nie zawiera `csat`.")
        .types("ŻÓŁTA\r")
        .sees("Tytuł zawiera `ŻÓŁTA`: 1 ankieta")
        .sees("1. 401300 Satysfakcja żółta")
        .types("399793\r")
        .sees("399793 to ankieta z przykładu")
        .types("401999\r")
        .sees("Ankiety 401999 nie ma na liście konta. Użyć jej mimo to? [t/N]:")
        .types("\r")
        .sees("fragment tytułu):")
        .types("401225\r")
        .sees("Wybrano ankietę 401225: NPS");
    let (_, config) = ended(&mut terminal, &job);
    assert!(config.contains("survey = 401225 "), "{config}");
}

#[test]
fn the_survey_of_the_address_is_proposed_and_looked_up_in_the_list() {
    let fake = account(SURVEYS);
    let job = init(&fake.base, "en").file("url.txt", address(&fake.base, "?id_survey=401225"));
    let mut terminal = job.on_terminal();
    terminal
        .sees("of the title) [401225]:")
        .types("\r")
        .sees("Chosen: survey 401225, NPS");
    ended(&mut terminal, &job);
    // One that is not the account's is asked about once more.
    let job = init(&fake.base, "en").file("url.txt", address(&fake.base, "?id_survey=500000"));
    let mut terminal = job.on_terminal();
    terminal
        .sees("[500000]:")
        .types("\r")
        .sees("Survey 500000 is not in the account's list. Use it nevertheless? [y/N]:")
        .types("y\r");
    let (_, config) = ended(&mut terminal, &job);
    assert!(config.contains("survey = 500000 "), "{config}");
}

#[test]
fn a_long_list_is_cut() {
    let fake = Fake::start(|call| {
        if !call.target.starts_with("/api") {
            return api::answer(call, &[]).unwrap();
        }
        let survey = |number: u32| serde_json::json!({"id": 400_000 + number, "title": format!("A{number}")});
        let list: Vec<_> = (1..=300).map(survey).collect();
        Answer::of(200, &serde_json::Value::from(list).to_string())
    });
    let job = init(&fake.base, "en");
    let mut terminal = job.on_terminal();
    terminal
        .sees("300 surveys in the account:")
        .sees("15. 400286 A286")
        .sees("and 285 more: a part of the title finds them")
        .types("A17\r")
        .sees("11 surveys with `A17` in the title:")
        .sees("11. 400017 A17")
        .types("11\r")
        .sees("Chosen: survey 400017, A17");
    let (_, config) = ended(&mut terminal, &job);
    assert!(config.contains("survey = 400017 "), "{config}");
}

/// Whatever is wrong with the API, the id can be typed as before, and no call is repeated.
#[test]
fn an_api_that_fails_is_one_sentence() {
    fn listed(call: &Call, status: u16, body: &str) -> Answer {
        match call.target.as_str() {
            "/token" => api::answer(call, &[]).unwrap(),
            _ => Answer::of(status, body),
        }
    }
    type Script = fn(&Call) -> Answer;
    let cases: [(Script, &str); 7] = [
        (|_| Answer::of(401, ""), "the platform refuses the API key (401)"),
        (
            |call| listed(call, 402, ""),
            "the plan of this account does not have the API (402)",
        ),
        (|call| listed(call, 404, ""), "has no API at this address (404)"),
        (
            |call| listed(call, 200, "<html>CANARY"),
            "it is a web page (HTML)",
        ),
        (
            |call| listed(call, 200, r#"{"data":["CANARY"]}"#),
            "its keys: data",
        ),
        (|call| listed(call, 503, ""), "answered 503"),
        (|_| Answer::Cut, "did not answer"),
    ];
    for (script, expected) in cases {
        let fake = Fake::start(script);
        let job = init(&fake.base, "en");
        let mut terminal = job.on_terminal();
        terminal
            .sees("The account's surveys cannot be listed:")
            .sees(expected)
            .sees("the vendor's support tells it.")
            .sees("Survey's id:")
            .types("401225\r");
        let (_, config) = ended(&mut terminal, &job);
        assert!(config.contains("survey = 401225 "), "{config}");
        assert!(fake.calls().len() <= 2, "{:?}", targets(&fake));
    }
    // A list without a survey to choose.
    let fake = account(&[(399_793, "Sample", 1)]);
    let job = init(&fake.base, "pl");
    let mut terminal = job.on_terminal();
    terminal
        .sees("Według API na tym koncie nie ma żadnej ankiety.")
        .sees("ID ankiety:")
        .types("401225\r");
    ended(&mut terminal, &job);
}

/// A key that is wrong is said before a call, and its value never.
#[test]
fn half_a_key_and_the_vendors_sample_are_said() {
    for (secret, expected) in [
        ("", "RESPONDENT_SYNC_CLIENT_SECRET is not set"),
        (
            "84b750d6956f02503015938fc38bfe36",
            "RESPONDENT_SYNC_CLIENT_SECRET is the sample of the vendor's page",
        ),
    ] {
        let fake = account(SURVEYS);
        let job = init(&fake.base, "en").var("RESPONDENT_SYNC_CLIENT_SECRET", secret);
        let mut terminal = job.on_terminal();
        terminal
            .sees("The account's surveys cannot be listed:")
            .sees(expected)
            .sees("Survey's id:")
            .types("401225\r");
        let (screen, _) = ended(&mut terminal, &job);
        assert!(!screen.contains("84b750d6"), "{screen}");
        assert!(fake.calls().is_empty());
    }
}

/// A user without a key is asked as before, and a user who names the survey is asked for nothing.
#[test]
fn without_a_key_or_with_a_survey_the_api_is_not_asked() {
    let fake = account(SURVEYS);
    let job = init(&fake.base, "en")
        .without_var("RESPONDENT_SYNC_CLIENT_ID")
        .without_var("RESPONDENT_SYNC_CLIENT_SECRET");
    let mut terminal = job.on_terminal();
    terminal
        .sees("With a key of the REST API, `init` lists the surveys")
        .sees("Survey's id:")
        .types("401225\r");
    ended(&mut terminal, &job);
    let job = init(&fake.base, "en").args("--survey 401225");
    let mut terminal = job.on_terminal();
    ended(&mut terminal, &job);
    // Without a terminal nobody could choose.
    let ran = init(&fake.base, "en").ends(2);
    assert!(ran.stderr.contains("no survey"), "{}", ran.stderr);
    assert!(fake.calls().is_empty());
}

/// The key may be in files, and the token is kept for the next command.
#[test]
fn a_key_in_files_is_used_and_the_token_is_kept() {
    let fake = account(SURVEYS);
    let job = init(&fake.base, "en")
        .file("id", CLIENT_ID)
        .file("secret", CLIENT_SECRET)
        .without_var("RESPONDENT_SYNC_CLIENT_ID")
        .without_var("RESPONDENT_SYNC_CLIENT_SECRET")
        .var("RESPONDENT_SYNC_CLIENT_ID_FILE", "id")
        .var("RESPONDENT_SYNC_CLIENT_SECRET_FILE", "secret");
    for _ in 0..2 {
        let mut terminal = job.on_terminal();
        terminal.sees("3 surveys in the account:").types("1\r");
        ended(&mut terminal, &job);
        std::fs::remove_file(job.path("c.toml")).unwrap();
        std::fs::remove_dir_all(job.path("c.secrets")).unwrap();
    }
    let tokens = targets(&fake)
        .iter()
        .filter(|target| *target == "POST /token")
        .count();
    assert_eq!((tokens, fake.calls().len()), (1, 3));
}

/// A platform that never answers can be left.
#[test]
fn ctrl_c_ends_the_wait_for_the_list() {
    let fake = Fake::start(|_| Answer::Hang);
    let job = init(&fake.base, "en");
    let mut terminal = job.on_terminal();
    terminal
        .sees("Asking `127.0.0.1` for the account's surveys")
        .signal("INT");
    let screen = terminal.ends(130);
    assert!(screen.contains("stopped: nothing was written"), "{screen}");
    assert_eq!(job.names(), ["c.csv", "url.txt"]);
}
