//! `init` for an export without ids: which choice is proposed, and where the ids come from.

use crate::support::api::{self, CLIENT_ID, CLIENT_SECRET};
use crate::support::{Answer, Fake, Job, Terminal};

/// A webhook and an API whose survey 401225 has the respondents 1 to 3.
fn platform() -> Fake {
    Fake::start(|call| api::answer(call, &[(401_225, "NPS", 3)]).unwrap_or_else(Answer::success))
}

/// `init` for addresses alone, with a key of the API.
fn init(base: &str, lang: &str) -> Job {
    without_survey(base, lang).args("--survey 401225")
}

fn without_survey(base: &str, lang: &str) -> Job {
    let address = format!("{base}/webhooks/387487/CANARYkey1/CANARYauth2/update-respondent");
    Job::new("init c.csv --map l4=Segment --url-file url.txt")
        .args(&format!("--base-url {base} --lang {lang}"))
        .file(
            "c.csv",
            "Adres e-mail,Segment\nr0@example.com,VIP\nr2@example.com,x\nnobody@example.com,x\n",
        )
        .file("url.txt", address)
        .var("RESPONDENT_SYNC_CLIENT_ID", CLIENT_ID)
        .var("RESPONDENT_SYNC_CLIENT_SECRET", CLIENT_SECRET)
        .without_var("RESPONDENT_SYNC_ACCOUNT")
        .without_var("RESPONDENT_SYNC_WEBHOOK_KEY")
        .without_var("RESPONDENT_SYNC_WEBHOOK_AUTH")
        .without_var("RESPONDENT_SYNC_LANG")
}

/// Returns whose labels the webhook set.
fn updated(fake: &Fake) -> Vec<String> {
    let calls = fake.calls();
    let updates = calls.iter().filter(|call| call.target.starts_with("/webhooks"));
    let mut ids: Vec<String> = updates.map(|call| call.respondent().to_owned()).collect();
    ids.sort();
    ids
}

fn has_no_secret(text: &str) {
    assert!(!text.contains("CANARY"), "{text}");
}

/// Runs another command without the key in its environment.
fn without_key(job: Job) -> Job {
    job.without_var("RESPONDENT_SYNC_CLIENT_ID")
        .without_var("RESPONDENT_SYNC_CLIENT_SECRET")
}

/// Answers up to the column with the address.
fn chooses_addresses(terminal: &mut Terminal) {
    terminal.sees("> none of these").types("\r");
}

#[test]
fn with_a_key_the_ids_come_from_the_platform_and_no_table_is_asked_for() {
    use std::os::unix::fs::PermissionsExt as _;
    let fake = platform();
    let mut job = init(&fake.base, "en");
    let mut terminal = job.on_terminal();
    chooses_addresses(&mut terminal);
    terminal
        .sees("Read the ids from the platform before each run (a key of the API is set)? [Y/n]:")
        .types("\r")
        .sees("Column with the e-mail address:")
        .sees("> Adres e-mail")
        .types("\r")
        .sees("c.secrets the secrets")
        .sees("RESPONDENT_SYNC_CLIENT_ID, RESPONDENT_SYNC_CLIENT_SECRET: set in this environment")
        .sees("Check the export now (nothing is sent)? [Y/n]:")
        .types("y\r")
        .sees("2 to send")
        .sees("Next: respondent-sync run --config c.toml --limit 1");
    let screen = terminal.ends(0);
    has_no_secret(&screen);
    assert!(!screen.contains("Table of addresses"), "{screen}");
    let config = job.text("c.toml");
    has_no_secret(&config);
    for line in [
        "pull = true  # before each run",
        "match_on = \"Adres e-mail\"  # the column with the address\n",
        "client_id_file = \"c.secrets/client_id\"",
        "client_secret_file = \"c.secrets/client_secret\"",
    ] {
        assert!(config.contains(line), "{line}: {config}");
    }
    assert!(
        !config.contains("ids = ") && !config.contains("id_column"),
        "{config}"
    );
    for (name, value) in [("client_id", CLIENT_ID), ("client_secret", CLIENT_SECRET)] {
        let name = format!("c.secrets/{name}");
        assert_eq!(job.text(&name), format!("{value}\n"));
        let mode = std::fs::metadata(job.path(&name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    // The config is enough for a run.
    job = without_key(job);
    job.other("run --config c.toml --rate unlimited", 0);
    assert_eq!(updated(&fake), ["1", "3"]);
}

#[test]
fn in_polish_a_table_is_still_an_answer() {
    let fake = platform();
    let job = init(&fake.base, "pl");
    let mut terminal = job.on_terminal();
    terminal
        .sees("> żadna: w eksporcie są tylko adresy e-mail")
        .types("\r")
        .sees("Pobierać ID z platformy przed każdą wysyłką (klucz API jest ustawiony)? [T/n]:")
        .types("n\r")
        .sees("Kolumna z adresem e-mail:")
        .types("\r")
        .sees("Tabela z adresami i ID")
        .types("\u{3}");
    let screen = terminal.ends(130);
    assert!(!screen.contains("sam pobiera ID"), "{screen}");
    // Without a key, that one would help is said.
    for (lang, none, hint, table) in [
        (
            "pl",
            "> żadna",
            "Z kluczem REST API program sam pobiera ID: zob. `respondent-sync help pull`.",
            "Tabela z adresami i ID",
        ),
        (
            "en",
            "> none of these",
            "With a key of the REST API, the program reads the ids by itself: see `respondent-sync help pull`.",
            "Table of addresses and ids",
        ),
    ] {
        let job = without_key(init(&fake.base, lang));
        let mut terminal = job.on_terminal();
        terminal
            .sees(none)
            .types("\r")
            .sees("> Adres e-mail")
            .types("\r")
            .sees(hint)
            .sees(table)
            .types("\u{3}");
        let screen = terminal.ends(130);
        assert!(
            !screen.contains("Pobierać") && !screen.contains("Read the ids"),
            "{screen}"
        );
    }
    assert!(fake.calls().is_empty());
}

/// Half a key is said, and its value never.
#[test]
fn a_key_that_is_wrong_is_said_before_the_table() {
    let job = init("https://www.webankieta.pl", "en").var("RESPONDENT_SYNC_CLIENT_SECRET", "");
    let mut terminal = job.on_terminal();
    chooses_addresses(&mut terminal);
    terminal
        .sees("The key of the API cannot be used:")
        .sees("RESPONDENT_SYNC_CLIENT_SECRET is not set")
        .sees("Column with the e-mail address:")
        .types("\r")
        .sees("Table of addresses and ids")
        .types("\u{3}");
    has_no_secret(&terminal.ends(130));
}

/// The list is that of one survey, so a column of surveys does not answer the question for it.
#[test]
fn a_key_in_files_is_pointed_to_and_the_survey_is_asked_for() {
    let fake = platform();
    let mut job = without_key(without_survey(&fake.base, "en"))
        .file(
            "c.csv",
            "Adres e-mail,Segment,id_survey\nr1@example.com,VIP,401225\n",
        )
        .file("my id", CLIENT_ID)
        .file("my secret", CLIENT_SECRET)
        .var("RESPONDENT_SYNC_CLIENT_ID_FILE", "my id")
        .var("RESPONDENT_SYNC_CLIENT_SECRET_FILE", "my secret");
    let mut terminal = job.on_terminal();
    chooses_addresses(&mut terminal);
    terminal
        .sees("[Y/n]:")
        .types("\r")
        .sees("> Adres e-mail")
        .types("\r")
        .sees("1. 401225 NPS")
        .types("1\r")
        .sees("Check the export now (nothing is sent)? [Y/n]:")
        .types("n\r");
    has_no_secret(&terminal.ends(0));
    let config = job.text("c.toml");
    for line in [
        "survey = 401225 ",
        "client_id_file = \"my id\"",
        "client_secret_file = \"my secret\"",
    ] {
        assert!(config.contains(line), "{line}: {config}");
    }
    assert!(!job.path("c.secrets/client_id").exists());
    job = job
        .without_var("RESPONDENT_SYNC_CLIENT_ID_FILE")
        .without_var("RESPONDENT_SYNC_CLIENT_SECRET_FILE");
    job.other("run --config c.toml --rate unlimited", 0);
    assert_eq!(updated(&fake), ["2"]);
}

/// The export is not at fault, so it need not be mended.
#[test]
fn an_api_that_fails_during_the_check_leaves_the_config() {
    let fake = Fake::start(|_| Answer::of(402, ""));
    let job = init(&fake.base, "en");
    let mut terminal = job.on_terminal();
    chooses_addresses(&mut terminal);
    terminal
        .sees("[Y/n]:")
        .types("\r")
        .sees("> Adres e-mail")
        .types("\r")
        .sees("(nothing is sent)? [Y/n]:")
        .types("\r")
        .sees("Next: respondent-sync check --config c.toml");
    let screen = terminal.ends(4);
    assert!(screen.contains("does not have the API (402)"), "{screen}");
    assert!(!screen.contains("mend the export"), "{screen}");
    assert!(job.text("c.toml").contains("pull = true"));
}

/// One cell is no address, so no column looks like anything.
#[test]
fn without_a_column_of_ids_only_addresses_are_proposed() {
    let export = "Segment;Adres e-mail\nVIP;a@x.pl\nStandard;brak\n";
    for (lang, keys, none, address) in [
        (
            "en",
            "Arrows move, Enter selects.",
            "> none of these: the export has only e-mail addresses",
            "Column with the e-mail address:",
        ),
        (
            "pl",
            "Strzałki wybierają, Enter zatwierdza.",
            "> żadna: w eksporcie są tylko adresy e-mail",
            "Kolumna z adresem e-mail:",
        ),
    ] {
        let job = Job::new("init c.csv --lang").args(lang).file("c.csv", export);
        let mut terminal = job.on_terminal();
        terminal
            .sees(keys)
            .sees(none)
            .types("\r")
            .sees(address)
            .sees("> Segment")
            .types("\u{3}");
        let screen = terminal.ends(130);
        assert_eq!(screen.matches(keys).count(), 1, "{screen}");
    }
}

#[test]
fn a_flag_says_the_same_without_a_terminal() {
    let fake = platform();
    for column in ["E-mail", "E-mail=Email"] {
        let mut job = init(&fake.base, "en")
            .file("c.csv", "E-mail,Segment\nr1@example.com,VIP\n")
            .args(&format!("--pull --match-on {column}"));
        has_no_secret(&job.ends(0).stdout);
        let config = job.text("c.toml");
        assert!(
            config.contains("pull = true") && config.contains("match_on = \"E-mail\"  #"),
            "{config}"
        );
        job = without_key(job);
        job.other("run --config c.toml --rate unlimited", 0);
    }
    assert_eq!(updated(&fake), ["2", "2"]);
}

#[test]
fn the_flag_needs_a_key_and_a_column_and_takes_no_table() {
    let base = "https://www.webankieta.pl";
    let refused = |job: Job, code: i32, expected: &str| {
        let ran = job.ends(code);
        assert!(ran.stderr.contains(expected), "{expected}: {}", ran.stderr);
        has_no_secret(&ran.stderr);
        assert_eq!(job.names(), ["c.csv", "url.txt"]);
    };
    let pull = |words: &str| init(base, "en").args("--pull").args(words);
    let key = "RESPONDENT_SYNC_CLIENT_ID (the API's key)";
    refused(without_key(pull("--match-on Segment")), 2, key);
    refused(
        pull(""),
        2,
        "no column with the address: name it with `--match-on`",
    );
    refused(pull("--match-on Segment=mail"), 2, "column alone");
    refused(pull("--match-on Segmen"), 3, "did you mean `Segment`");
    refused(pull("--match-on Segment --ids url.txt"), 2, "cannot be used with");
    refused(pull("--id-column Segment"), 2, "cannot be used with");
    refused(init(base, "en").args("--match-on Segment"), 2, "--pull");
}

#[test]
fn the_flag_leaves_only_the_column_to_ask_for() {
    let job = init("https://www.webankieta.pl", "en").args("--pull");
    let mut terminal = job.on_terminal();
    terminal
        .sees("Column with the e-mail address:")
        .sees("> Adres e-mail")
        .types("\r")
        .sees("(nothing is sent)? [Y/n]:")
        .types("n\r");
    let screen = terminal.ends(0);
    assert!(!screen.contains("Read the ids"), "{screen}");
    assert!(job.text("c.toml").contains("pull = true"));
}
