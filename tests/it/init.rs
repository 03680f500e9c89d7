//! `init`: the whole way on a terminal in both languages, what stops it, and its flags without a
//! terminal. What it writes is loaded by `check` and `run`.

use std::fs;

use crate::support::{Answer, Fake, Job, Ran};

const EXPORT: &str = "E-mail,webankieta_id,Segment,NPS,Opiekun\n\
                      anna@example.com,10421,Złoty klient,9,Ewa\n\
                      jan@example.com,10422,,7,Ewa\n";

/// Without the secrets that other jobs have in their environment.
fn init(words: &str) -> Job {
    Job::new("init")
        .args(words)
        .file("contacts.csv", EXPORT)
        .without_var("RESPONDENT_SYNC_ACCOUNT")
        .without_var("RESPONDENT_SYNC_WEBHOOK_KEY")
        .without_var("RESPONDENT_SYNC_WEBHOOK_AUTH")
        .without_var("RESPONDENT_SYNC_LANG")
}

/// A webhook's address on the fake platform.
fn address(base: &str) -> String {
    format!(
        "{base}/webhooks/387487/CANARYkey1/CANARYauth2/update-respondent?id_survey=401225&id_respondent=[ID_RESPONDENT]&l4=x&l7=9"
    )
}

/// The flags that leave nothing to ask.
const FLAGS: &str = "contacts.csv --survey 401225 --id-column webankieta_id --map l4=Segment --map l7=NPS";

fn has_no_secret(text: &str) {
    assert!(!text.contains("CANARY"), "{text}");
}

/// Runs another command in the job's folder.
fn other(job: &mut Job, words: &str, code: i32) -> Ran {
    job.set_command(words).ends(code)
}

#[cfg(unix)]
fn mode(job: &Job, name: &str) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(job.path(name)).unwrap().permissions().mode() & 0o777
}

#[cfg(unix)]
#[test]
fn the_whole_way_in_english_ends_with_a_config_that_a_run_takes() {
    let fake = Fake::start(|_| Answer::success());
    let mut job = init("--lang en");
    let mut terminal = job.on_terminal();
    terminal
        .sees("A few questions")
        .sees("Export (a CSV or .xlsx file):")
        .types("gone.csv\r")
        .sees("There is no file `gone.csv`.")
        .types("'contacts.csv'\r")
        .sees("`contacts.csv`: 2 rows, 5 columns")
        .sees("webankieta_id e.g. `10421`")
        .sees("Column with the platform's respondent id:")
        .sees("> webankieta_id")
        .types("\r")
        .sees("Webhook's address (hidden):")
        .types("https://www.webankieta.pl/webhooks/387487/CANARYkey1/CANARYauth2/unsubscribe\r")
        .sees("that of another webhook (`unsubscribe`)")
        .sees("(hidden):")
        .types(&(address(&fake.base) + "\r"))
        .sees("is not a host of the platform")
        .types("y\r")
        .sees("survey 401225, labels l4, l7, account 387487; the key and the auth were taken.")
        .sees("Survey's id [401225]:")
        .types("\r")
        .sees("Columns for labels:")
        .sees("[ ] Opiekun")
        .types("\r")
        .sees("No column is selected")
        .sees("[ ] Opiekun")
        .types("\u{1b}[B")
        .types(" ")
        .sees("[x] Segment")
        .types("\u{1b}[B")
        .types(" ")
        .sees("[x] NPS")
        .types("\r")
        .sees("Label for `Segment` (l1 to l10) [l4]:")
        .types("\r")
        .sees("Label for `NPS` (l1 to l10) [l7]:")
        .types("l4\r")
        .sees("`l4` has a column already")
        .sees("[l7]:")
        .types("\r")
        .sees("Written:")
        .sees("contacts.toml the config")
        .sees("contacts.secrets the secrets")
        .sees("Check the export now (nothing is sent)? [Y/n]:")
        .types("\r")
        .sees("2 rows")
        .sees("Next: respondent-sync run --config contacts.toml --limit 1")
        .sees("respondent-sync run --config contacts.toml");
    has_no_secret(&terminal.ends(0));
    assert!(terminal.has_cursor() && terminal.is_usual());

    assert_eq!(job.names(), ["contacts.csv", "contacts.secrets", "contacts.toml"]);
    assert_eq!(job.text("contacts.secrets/account"), "387487\n");
    assert_eq!(job.text("contacts.secrets/webhook_key"), "CANARYkey1\n");
    assert_eq!(job.text("contacts.secrets/webhook_auth"), "CANARYauth2\n");
    assert_eq!(mode(&job, "contacts.secrets"), 0o700);
    for name in [
        "contacts.toml",
        "contacts.secrets/account",
        "contacts.secrets/webhook_key",
    ] {
        assert_eq!(mode(&job, name), 0o600, "{name}");
    }
    let config = job.text("contacts.toml");
    has_no_secret(&config);
    for line in [
        "input = \"contacts.csv\"  # the export",
        "survey = 401225  # the survey's id",
        "id_column = \"webankieta_id\"",
        "map = [\"l4=Segment\", \"l7=NPS\"]",
        &format!("base_url = \"{}\"", fake.base),
        "lang = \"en\"",
    ] {
        assert!(config.contains(line), "{line}: {config}");
    }

    let checked = other(&mut job, "check --config contacts.toml", 0);
    assert!(!checked.stderr.contains("warn"), "{}", checked.stderr);
    other(&mut job, "run --config contacts.toml --rate unlimited", 0);
    let calls = fake.calls();
    assert_eq!(calls.len(), 2);
    assert_eq!(
        calls[0].target,
        "/webhooks/387487/CANARYkey1/CANARYauth2/update-respondent"
    );
    assert_eq!(calls[0].get("l4"), Some("Złoty klient"));
    assert_eq!(calls[0].get("l7"), Some("9"));
    assert_eq!(calls[0].get("id_survey"), Some("401225"));
}

/// The address comes from a mail: with a zero-width character, in two lines, and without its end.
#[cfg(unix)]
#[test]
fn the_whole_way_in_polish_with_an_address_from_a_mail() {
    let job = init("contacts.csv --name nps --lang pl");
    let mut terminal = job.on_terminal();
    terminal
        .sees("`contacts.csv`: 2 wiersze, 5 kolumn")
        .sees("Złoty klient")
        .sees("Kolumna z ID respondenta z platformy:")
        .types("\r")
        .sees("Adres webhooka (ukryty):")
        .types("Adres: https://www.webankieta.pl/webhooks/387487/CANARY\u{200B}key1/\r\n> CANARYauth2/update-respondent?id_survey=401225&\r\nl4=[Segment].\r")
        .sees("Odczytano: www.webankieta.pl, ankieta 401225, etykiety l4, konto 387487, klucz i autoryzacja (ukryte).")
        .sees("ID ankiety [401225]:")
        .types("\r")
        .sees("Kolumny do etykiet:")
        .sees("[x] Segment")
        .sees("Opiekun")
        .types("\r")
        .sees("Etykieta dla kolumny `Segment` (od l1 do l10) [l4]:")
        .types("\r")
        .sees("Zapisano:")
        .sees("Sprawdzić teraz eksport (bez zmian na platformie)? [T/n]:")
        .types("x\r")
        .sees("Wpisz t albo n.")
        .sees("[T/n]:")
        .types("nie\r")
        .sees("Co dalej: respondent-sync check --config nps.toml")
        .sees("respondent-sync run --config nps.toml --limit 1");
    has_no_secret(&terminal.ends(0));
    assert_eq!(job.text("nps.secrets/webhook_key"), "CANARYkey1\n");
    assert_eq!(job.text("nps.secrets/webhook_auth"), "CANARYauth2\n");
    let config = job.text("nps.toml");
    for line in [
        "# Plik utworzony przez `respondent-sync init`.",
        "survey = 401225  # ID ankiety",
        "lang = \"pl\"  # język ekranu",
    ] {
        assert!(config.contains(line), "{line}: {config}");
    }
    assert!(!config.contains("base_url"), "{config}");
}

#[cfg(unix)]
#[test]
fn addresses_need_a_table_of_ids() {
    let mut job = Job::new("init kontakty.csv --lang en")
        .file(
            "kontakty.csv",
            "Record ID,Email,l4\n1,anna@example.com,A\n2,jan@example.com,B\n",
        )
        .file(
            "the ids.csv",
            "email,id_respondent\nanna@example.com,10421\njan@example.com,10422\n",
        )
        .file("in.csv", "no table");
    let mut terminal = job.on_terminal();
    terminal
        .sees("respondent id:")
        .sees("> none of these: the export has only e-mail addresses")
        // The first column is the CRM's own number.
        .types("\u{1b}[B")
        .sees("> Record ID")
        .types("\r")
        .sees("looks like the CRM's own number")
        .types("\r")
        .sees("respondent id:")
        .sees("> none of these")
        .types("\r")
        .sees("Column with the e-mail address:")
        .sees("> Email")
        .types("\r")
        .sees("Table of addresses and ids (a CSV or .xlsx file):")
        .types("the\\ ids.csv\r")
        .sees("`the ids.csv`: 2 rows, 2 columns")
        .sees("Column of the table with the e-mail address:")
        .sees("> email")
        .types("\r")
        .sees("Column of the table with the respondent id:")
        .sees("> id_respondent")
        .types("\r")
        // Other jobs' variables.
        .sees("Enter alone takes the account, the key and the auth from the RESPONDENT_SYNC_… variables.")
        .sees("(hidden):")
        .types("\r")
        .sees("Survey's id:")
        .types("x\r")
        .sees("digits only")
        .types("401225\r")
        .sees("[x] l4")
        .types("\r")
        .sees("preferred to the files")
        .sees("[Y/n]:")
        .types("y\r")
        .sees("2 different addresses")
        .sees("Next:");
    terminal.ends(0);
    assert_eq!(job.text("kontakty.secrets/webhook_key"), "kkkkkkkk\n");
    let config = job.text("kontakty.toml");
    assert!(
        config.contains("match_on = \"Email=email\"") && config.contains("ids = \"the ids.csv\""),
        "{config}"
    );
    other(&mut job, "run -n --config kontakty.toml", 0);
}

#[cfg(unix)]
#[test]
fn a_stop_writes_nothing_and_leaves_the_terminal_as_it_was() {
    // In a list, which hides the cursor.
    let job = init("contacts.csv --lang en");
    let mut terminal = job.on_terminal();
    terminal
        .sees("respondent id:")
        .sees("> webankieta_id")
        .sees("none of these")
        .types("\u{3}");
    let screen = terminal.ends(130);
    assert!(screen.contains("error: stopped: nothing was written"), "{screen}");
    assert!(terminal.has_cursor() && terminal.is_usual());
    assert_eq!(job.names(), ["contacts.csv"]);
    // In the hidden question, by key and by signal.
    let job = init("contacts.csv --lang pl");
    let mut terminal = job.on_terminal();
    terminal
        .sees("> webankieta_id")
        .types("\r")
        .sees("(ukryty):")
        .types("CANARY\u{3}");
    let screen = terminal.ends(130);
    assert!(screen.contains("przerwano: niczego nie zapisano"), "{screen}");
    has_no_secret(&screen);
    let job = init("contacts.csv --lang en");
    let mut terminal = job.on_terminal();
    terminal
        .sees("> webankieta_id")
        .sees("none of these")
        .signal("TERM");
    terminal.ends(143);
    assert!(terminal.has_cursor() && terminal.is_usual());
    let mut terminal = job.on_terminal();
    terminal
        .sees("> webankieta_id")
        .types("\r")
        .sees("(hidden):")
        .signal("TERM");
    terminal.ends(143);
    assert!(terminal.is_usual());
    assert_eq!(job.names(), ["contacts.csv"]);
    // The end of input.
    let mut terminal = job.on_terminal();
    terminal
        .sees("> webankieta_id")
        .types("\r")
        .sees("(hidden):")
        .types("\u{4}");
    let screen = terminal.ends(2);
    assert!(
        screen.contains("the input ended before the last question"),
        "{screen}"
    );
    assert_eq!(job.names(), ["contacts.csv"]);
}

#[cfg(unix)]
#[test]
fn what_exists_is_found_before_the_first_question() {
    let job = init("contacts.csv --lang en").file("contacts.toml", "mine");
    let screen = job.on_terminal().ends(2);
    assert!(
        screen.contains("`contacts.toml` exists, and `init` overwrites nothing"),
        "{screen}"
    );
    assert!(!screen.contains("respondent id"), "{screen}");
    assert_eq!(job.text("contacts.toml"), "mine");
    assert_eq!(job.names(), ["contacts.csv", "contacts.toml"]);
    // So are flags that name no column, and an address that is wrong.
    let job = init("contacts.csv --lang en --map l4=Segmnt");
    let screen = job.on_terminal().ends(3);
    assert!(screen.contains("did you mean `Segment`"), "{screen}");
    assert!(!screen.contains("respondent id:"), "{screen}");
    let job = init("contacts.csv --lang pl --url-file url.txt").file("url.txt", "CANARY");
    let screen = job.on_terminal().ends(2);
    assert!(screen.contains("błąd: w tekście nie ma adresu"), "{screen}");
    let job = init(FLAGS);
    fs::create_dir(job.path("contacts.secrets")).unwrap();
    let ran = job.ends(2);
    assert!(ran.stderr.contains("contacts.secrets` exists"), "{}", ran.stderr);
}

#[test]
fn flags_are_enough_without_a_terminal() {
    let fake = Fake::start(|_| Answer::success());
    let mut job = init(FLAGS)
        .args("--url-file - --lang pl --dir conf --base-url")
        .args(&fake.base)
        .stdin(address(&fake.base).replace('&', "&amp;"));
    fs::create_dir(job.path("conf")).unwrap();
    let ran = job.ends(0);
    assert!(
        ran.stdout.contains("Zapisano:") && !ran.stdout.contains('?'),
        "{}",
        ran.stdout
    );
    let config = std::path::Path::new("conf").join("contacts.toml");
    assert!(
        ran.stdout
            .contains(&format!("run --config {} --limit 1", config.display())),
        "{}",
        ran.stdout
    );
    // On Windows files have the rights of their folder, and who else may read them is said.
    assert!(cfg!(windows) || ran.stderr.is_empty(), "{}", ran.stderr);
    has_no_secret(&(ran.stdout + &job.text("conf/contacts.toml")));
    // A path with backslashes stands in single quotes.
    let config = job.text("conf/contacts.toml");
    assert!(
        config.contains("contacts.csv\"") || config.contains("contacts.csv'"),
        "{config}"
    );
    other(&mut job, "check --config conf/contacts.toml", 0);
    other(&mut job, "run --config conf/contacts.toml --rate unlimited", 0);
    assert_eq!(fake.calls().len(), 2);

    // Again, and nothing is overwritten.
    let again = init(FLAGS).file("contacts.toml", "mine").ends(2);
    assert!(again.stderr.contains("overwrites nothing"), "{}", again.stderr);
}

#[test]
fn an_address_may_be_in_a_file_or_its_parts_in_variables() {
    let job = init(FLAGS)
        .args("--url-file url.txt --lang en")
        .file("url.txt", address("https://www.startquestion.com"));
    let ran = job.ends(0);
    let left = "`url.txt` still holds the key and the auth: delete it.";
    assert!(ran.stdout.contains(left), "{}", ran.stdout);
    assert_eq!(job.text("contacts.secrets/webhook_auth"), "CANARYauth2\n");
    assert!(
        job.text("contacts.toml")
            .contains("base_url = \"https://www.startquestion.com\"")
    );

    let job = init(FLAGS)
        .var("RESPONDENT_SYNC_ACCOUNT", "12")
        .var("RESPONDENT_SYNC_WEBHOOK_KEY", "CANARYk")
        .var("RESPONDENT_SYNC_WEBHOOK_AUTH", "CANARYa");
    has_no_secret(&job.ends(0).stdout);
    assert_eq!(job.text("contacts.secrets/webhook_key"), "CANARYk\n");

    // Without secrets the config is there, and says what is missing.
    let mut job = init(FLAGS);
    let ran = job.ends(0);
    assert!(
        ran.stdout.contains("account, webhook_key, webhook_auth"),
        "{}",
        ran.stdout
    );
    assert_eq!(job.names(), ["contacts.csv", "contacts.toml"]);
    assert!(
        job.text("contacts.toml")
            .contains("#account_file = \"contacts.secrets/account\"")
    );
    other(&mut job, "check --config contacts.toml", 0);
}

#[test]
fn an_address_that_is_wrong_is_refused_and_never_quoted() {
    let right = address("https://www.webankieta.pl");
    let cases = [
        (
            right.replace("update-respondent", "unsubscribe"),
            "another webhook (`unsubscribe`)",
        ),
        (
            right.replace("387487", "{id_account}"),
            "a placeholder (`id_account`)",
        ),
        (
            right.replace("387487", "CANARY"),
            "the account's number in the address",
        ),
        (
            right.replace("/update-respondent", ""),
            "the address is incomplete",
        ),
        (
            right.replace("https://www.webankieta.pl", "http://x.example"),
            "begins with `http://`",
        ),
        (
            right.replace("www.webankieta.pl", "x.example"),
            "`x.example` is not a host of the platform",
        ),
        ("CANARY".to_owned(), "no address in it"),
    ];
    for (text, expected) in cases {
        let job = init(FLAGS).args("--url-file - --lang en").stdin(text);
        let ran = job.ends(2);
        assert!(ran.stderr.contains(expected), "{expected}: {}", ran.stderr);
        has_no_secret(&ran.stderr);
        assert_eq!(job.names(), ["contacts.csv"]);
    }
}

/// A user who copies the vendor's example as it stands would call with another account.
#[test]
fn the_vendors_example_is_refused() {
    let sample = "https://www.webankieta.pl/webhooks/387487/TUwNjNDg3M/84b750d6956f02503015938fc38bfe36/update-respondent?id_survey=399793&id_respondent=12345&l4=SuperVIP&l7=9";
    let own = sample
        .replace("TUwNjNDg3M", "CANARYkey1")
        .replace("84b750d6956f02503015938fc38bfe36", "CANARYauth2");
    let flags = FLAGS.replace("--survey 401225 ", "");
    for (flags, address, expected) in [
        (
            &flags,
            sample,
            "the webhook key in the address is the sample of the vendor's page",
        ),
        (
            &flags,
            &own,
            "399793 is the survey of the vendor's example and belongs to another account; no survey",
        ),
        (
            &FLAGS.replace("401225", "0399793"),
            &own,
            "399793 is the survey of the vendor's example",
        ),
    ] {
        let job = init(flags).args("--url-file - --lang en").stdin(address);
        let ran = job.ends(2);
        assert!(ran.stderr.contains(expected), "{expected}: {}", ran.stderr);
        assert!(!ran.stderr.contains("TUwNjNDg3M"), "{}", ran.stderr);
        assert_eq!(job.names(), ["contacts.csv"]);
    }
    // With another survey, the address is taken, and so is the account's number.
    let job = init(FLAGS).args("--url-file - --lang en").stdin(own);
    job.ends(0);
    assert_eq!(job.text("contacts.secrets/account"), "387487\n");
    // From variables, too.
    let job = init(FLAGS)
        .var("RESPONDENT_SYNC_ACCOUNT", "387487")
        .var("RESPONDENT_SYNC_WEBHOOK_KEY", "TUwNjNDg3M")
        .var("RESPONDENT_SYNC_WEBHOOK_AUTH", "CANARYauth2");
    let ran = job.ends(2);
    let expected = "RESPONDENT_SYNC_WEBHOOK_KEY is the sample of the vendor's page";
    assert!(ran.stderr.contains(expected), "{}", ran.stderr);
}

#[cfg(unix)]
#[test]
fn the_survey_of_the_vendors_example_is_not_proposed() {
    let job = init("c.csv --lang en").file("c.csv", "id_respondent,l4\n1001,Ala\n1002,Ola\n");
    let mut terminal = job.on_terminal();
    terminal
        .sees("> id_respondent")
        .types("\r")
        .sees("(hidden):")
        .types(&(vendors("").replace("401225", "399793") + "\r"))
        .sees("Found: www.webankieta.pl, account 387487;")
        .sees("399793 is the survey of the vendor's example and belongs to another account.")
        .sees("Survey's id:")
        .types("399793\r")
        .sees("399793 is the survey of the vendor's example")
        .sees("Survey's id:")
        .types("401225\r")
        .sees("[x] l4")
        .types("\r")
        .sees("[Y/n]:")
        .types("n\r");
    terminal.ends(0);
    assert!(job.text("c.toml").contains("survey = 401225 "));
}

#[test]
fn without_a_terminal_every_missing_answer_names_its_flag() {
    let ran = init("contacts.csv --lang en").ends(2);
    for expected in ["3 answers missing", "--id-column", "--survey", "--map", "--ids"] {
        assert!(ran.stderr.contains(expected), "{expected}: {}", ran.stderr);
    }
    // Off a terminal an error is a line of a log, and so in English.
    let ran = init("contacts.csv --lang pl --survey 1 --map l4=Segment").ends(2);
    assert!(
        ran.stderr
            .starts_with("error: the export has no column `id_respondent`"),
        "{}",
        ran.stderr
    );
    let ran = init("--lang en").ends(2);
    assert!(ran.stderr.contains("no export: name it"), "{}", ran.stderr);
    let ran = init("contacts.csv --survey 1 --id-column webankieta_id --map l4=Segmnt").ends(3);
    assert!(ran.stderr.contains("did you mean `Segment`"), "{}", ran.stderr);
    let ran = init("gone.csv").ends(3);
    assert!(ran.stderr.contains("cannot open the input"), "{}", ran.stderr);
    // An export that says everything itself.
    let job = init("own.csv --lang en").file("own.csv", "id_respondent,id_survey,l4\n1,401225,A\n");
    job.ends(0);
    let config = job.text("own.toml");
    assert!(
        config.contains("map = [\"l4=l4\"]") && !config.contains("\nsurvey"),
        "{config}"
    );
}

/// A config that others could change would be refused by every run.
#[cfg(unix)]
#[test]
fn a_folder_that_others_can_write_is_refused_before_the_first_question() {
    use std::os::unix::fs::PermissionsExt;
    let job = init("contacts.csv --dir shared --lang en");
    fs::create_dir(job.path("shared")).unwrap();
    fs::set_permissions(job.path("shared"), fs::Permissions::from_mode(0o777)).unwrap();
    let ran = job.ends(2);
    assert!(
        ran.stderr.contains("a config there would be refused")
            && ran.stderr.contains("`shared/contacts.toml` cannot be trusted"),
        "{}",
        ran.stderr
    );
    assert!(fs::read_dir(job.path("shared")).unwrap().next().is_none());
    let ran = init("contacts.csv --dir gone --lang en").ends(2);
    assert!(ran.stderr.contains("there is no folder `gone`"), "{}", ran.stderr);
}

/// Tables are read as a run reads them.
#[test]
fn the_form_of_the_export_is_written_too() {
    let job = init(
        "old.csv --survey 7 --id-column 1 --map l4=3 --no-header --skip-lines 1 -d | --encoding iso-8859-2",
    )
    .file("old.csv", b"Raport\n10421|x|Z\xb3oty\n10422|y|Srebrny\n");
    job.ends(0);
    let config = job.text("old.toml");
    for line in [
        "delimiter = \"|\"",
        "encoding = \"iso-8859-2\"",
        "skip_lines = 1",
        "no_header = true",
    ] {
        assert!(config.contains(line), "{line}: {config}");
    }
    let mut job = job;
    let checked = other(&mut job, "check --config old.toml", 0);
    assert!(checked.stdout.contains("2 to send"), "{}", checked.stdout);
}

/// An answer to each question of `init` up to the labels, for an export with a column `id_respondent`.
#[cfg(unix)]
fn up_to_the_labels(job: &Job, address: &str) -> crate::support::Terminal {
    let mut terminal = job.on_terminal();
    terminal
        .sees("> id_respondent")
        .types("\r")
        .sees("(hidden):")
        .types(&format!("{address}\r"))
        .sees("Survey's id [401225]:")
        .types("\r")
        .sees("Columns for labels:");
    terminal
}

/// The address of the platform itself, with the labels of `query`.
#[cfg(unix)]
fn vendors(query: &str) -> String {
    address("https://www.webankieta.pl").replace("&l4=x&l7=9", query)
}

/// A label that one column says is not given to a column that is listed before it.
#[cfg(unix)]
#[test]
fn labels_that_the_address_or_a_name_says_are_not_given_away() {
    let job = init("c.csv --lang en").file(
        "c.csv",
        "id_respondent,Imie,Segment,NPS\n1001,Ala,VIP,9\n1002,Ola,x,8\n",
    );
    let mut terminal = up_to_the_labels(&job, &vendors("&l4=[Segment]&l7=[NPS]"));
    terminal
        .sees("[x] NPS")
        .types(" ")
        .sees("[x] Imie")
        .types("\r")
        .sees("Label for `Segment` (l1 to l10) [l4]:")
        .types("\r")
        .sees("Label for `NPS` (l1 to l10) [l7]:")
        .types("\r")
        .sees("Neither a name nor the address says the next label. Look at a contact on the platform")
        .sees("Label for `Imie` (l1 to l10) [l1]:")
        .types("\r")
        .sees("[Y/n]:")
        .types("n\r");
    terminal.ends(0);
    let config = job.text("c.toml");
    assert!(
        config.contains("map = [\"l1=Imie\", \"l4=Segment\", \"l7=NPS\"]"),
        "{config}"
    );

    let job = init("c.csv --lang en").file("c.csv", "id_respondent,Imie,l1\n1001,Ala,VIP\n1002,Ola,x\n");
    let mut terminal = up_to_the_labels(&job, &vendors(""));
    terminal
        .sees("[x] l1")
        .types(" ")
        .sees("[x] Imie")
        .types("\r")
        .sees("Label for `Imie` (l1 to l10) [l2]:")
        .types("l1\r")
        .sees("`l1` has a column already")
        .sees("[l2]:")
        .types("\r")
        .sees("[Y/n]:")
        .types("n\r");
    terminal.ends(0);
    let config = job.text("c.toml");
    assert!(config.contains("map = [\"l1=l1\", \"l2=Imie\"]"), "{config}");
}

/// A mail breaks lines where it likes, and a cut id would be another survey's.
#[test]
fn a_survey_that_a_line_break_cuts_is_joined_or_asked_for() {
    let with = |from: &str, to: &str| {
        init("contacts.csv --id-column webankieta_id --map l4=Segment --url-file - --lang en")
            .stdin(address("https://www.webankieta.pl").replace(from, to))
    };
    for (from, to) in [("401225", "4012\n25"), ("id_survey", "id_sur\nvey")] {
        let job = with(from, to);
        job.ends(0);
        let config = job.text("contacts.toml");
        assert!(config.contains("survey = 401225 "), "{to}: {config}");
    }
    let job = with("401225&", "4012\n25 ");
    let ran = job.ends(2);
    assert!(ran.stderr.contains("so it may be cut"), "{}", ran.stderr);
    assert_eq!(job.names(), ["contacts.csv"]);
    let job = with("CANARYkey1", "\\\nCANARYkey1");
    job.ends(0);
    assert_eq!(job.text("contacts.secrets/webhook_key"), "CANARYkey1\n");
    let ran = with("CANARYkey1", "CANARY\\key1").ends(2);
    assert!(
        ran.stderr.contains("the webhook key in the address"),
        "{}",
        ran.stderr
    );
    has_no_secret(&ran.stderr);
}

/// Phone numbers and tax numbers have digits only, too.
#[cfg(unix)]
#[test]
fn a_column_of_other_numbers_is_not_taken_for_the_ids() {
    let phones = "Segment;E-mail;Telefon;Numer\nUtracony;a@x.pl;600100200;1\nVIP;b@x.pl;600100201;2\n";
    let job = init("c.csv --lang en").file("c.csv", phones);
    let mut terminal = job.on_terminal();
    terminal
        .sees("respondent id:")
        .sees("> none of these")
        // The first column.
        .types("\u{1b}[B")
        .sees("> Segment")
        .types("\r")
        .sees("`Utracony` in `Segment` is no number, and the platform's ids are.")
        .sees("Use this column nevertheless? [y/N]:")
        .types("\r")
        .sees("> none of these")
        .types("\u{1b}[A\u{1b}[A")
        .sees("> Telefon")
        .types("\r")
        .sees("`Telefon` looks like another number")
        .types("y\r")
        .sees("Webhook's address")
        .types("\u{3}");
    terminal.ends(130);
    // Nothing else is there to propose.
    let job = init("c.csv --lang en").file(
        "c.csv",
        "NIP;Kod;Uczestnik\n5260001246;123;2001\n5260001247;124;2002\n",
    );
    let mut terminal = job.on_terminal();
    terminal
        .sees("No column is named as the platform's id. `Uczestnik` has only numbers")
        .sees("> Uczestnik")
        .types("\u{3}");
    terminal.ends(130);
}

/// `--match-on` splits at the first `=`, so such a name would never be found.
#[cfg(unix)]
#[test]
fn a_column_with_an_equals_sign_is_not_offered_for_the_address() {
    let job = init("c.csv --lang en").file("c.csv", "E=mail,Kontakt,l4\na@x.pl,b@x.pl,A\n");
    let mut terminal = job.on_terminal();
    terminal
        .sees("> none of these")
        .types("\r")
        .sees("`E=mail` cannot be chosen, because its name has an `=`: rename the column")
        .sees("Column with the e-mail address:")
        .sees("> Kontakt")
        .types("\u{3}");
    terminal.ends(130);
    let job = init("c.csv --lang en").file("c.csv", "E=mail,l=4\na@x.pl,A\n");
    let mut terminal = job.on_terminal();
    terminal.sees("> none of these").types("\r");
    let screen = terminal.ends(2);
    assert!(screen.contains("every column has an `=` in its name"), "{screen}");
}

/// A kill between the two renames leaves the secrets without their config.
#[test]
fn the_same_command_works_after_a_kill() {
    let job = init(FLAGS)
        .args("--url-file - --lang en")
        .stdin(address("https://www.webankieta.pl"));
    for folder in ["contacts.secrets", ".respondent-sync-Ab12cd/secrets"] {
        fs::create_dir_all(job.path(folder)).unwrap();
        for name in ["account", "webhook_key", "webhook_auth"] {
            fs::write(job.path(folder).join(name), "CANARYold").unwrap();
        }
    }
    fs::write(job.path(".respondent-sync-Ab12cd/config"), "").unwrap();
    let ran = job.ends(0);
    assert!(
        ran.stdout
            .contains("`contacts.secrets` has secrets and no config")
            && ran.stdout.contains("its files are replaced."),
        "{}",
        ran.stdout
    );
    assert_eq!(job.names(), ["contacts.csv", "contacts.secrets", "contacts.toml"]);
    assert_eq!(job.text("contacts.secrets/webhook_key"), "CANARYkey1\n");
}

/// A terminal shows what is pasted, unless the question for it hides that.
#[cfg(unix)]
#[test]
fn an_address_from_a_terminal_is_asked_for_and_hidden() {
    let job = init(FLAGS).args("--url-file - --lang en");
    let mut terminal = job.on_terminal();
    terminal
        .sees("Webhook's address (hidden):")
        .types(&(address("https://www.webankieta.pl") + "\r"))
        .sees("[Y/n]:")
        .types("n\r");
    has_no_secret(&terminal.ends(0));
    assert_eq!(job.text("contacts.secrets/webhook_key"), "CANARYkey1\n");
}

/// An export that cannot be sent has to be mended first, and a run would say the same.
#[cfg(unix)]
#[test]
fn after_a_check_that_finds_nothing_to_send_only_the_mending_is_next() {
    for (rows, lang, next) in [
        (
            "1 0 01,Ala\nx,Ola\n",
            "en",
            "Next: mend the export, then check it again",
        ),
        ("1,Ala\n2,#N/D!\n", "pl", "Popraw eksport i sprawdź go ponownie:"),
    ] {
        let job = init("c.csv --survey 1 --map l1=l1 --id-column id_respondent --url-file u --lang")
            .args(lang)
            .file("c.csv", format!("id_respondent,l1\n{rows}"))
            .file("u", address("https://www.webankieta.pl"));
        let mut terminal = job.on_terminal();
        terminal.sees("/n]:").types("\r").sees(next);
        let screen = terminal.ends(0);
        let (_, behind) = screen.split_once(next).unwrap();
        assert!(
            behind.contains("respondent-sync check --config c.toml"),
            "{behind}"
        );
        assert!(!behind.contains("run --config"), "{behind}");
        assert!(
            !behind.contains("Next:") && !behind.contains("Co dalej:"),
            "{behind}"
        );
    }
}

/// A line that is wider than the screen would leave a half behind when it is cleared.
#[cfg(unix)]
#[test]
fn on_a_narrow_screen_questions_and_choices_fit() {
    let job = init("c.csv --lang en").file(
        "c.csv",
        "Imię i nazwisko klienta z umowy,webankieta_id,Segment\nŻółta Ślązaczka-Źdźbłowska z Łodzi,1,A\n",
    );
    let mut terminal = job.on_terminal_of(40);
    terminal
        .sees("> webankieta_id")
        .types("\r")
        .sees("(hidden):")
        .types(&(vendors("") + "\r"))
        .sees("Survey's id [401225]:")
        .types("\r")
        .sees("Columns for labels:")
        .types("\u{1b}[B \r")
        .sees("Label for `Segment` (l1 to l10) [l1]:")
        .types("\r")
        .sees("Check the export now (nothing is sent)? [Y/n]:")
        .types("n\r");
    terminal.ends(0);
    let is_whole = |line: &&String| {
        let words: Vec<&str> = line.split_whitespace().collect();
        line.chars().count() <= 40 || matches!(words.as_slice(), [_] | ["respondent-sync", ..])
    };
    let lines = terminal.lines();
    let wide: Vec<&String> = lines.iter().filter(|line| !is_whole(line)).collect();
    assert!(wide.is_empty(), "{wide:#?}");
}
