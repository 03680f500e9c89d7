//! What a person reads and answers: both languages in every place, the question before a run, and
//! what is shown on a terminal alone.

use serde_json::Value;

use crate::support::{Answer, Fake, Job, numbered};

const EXPORT: &str = "id_respondent;l4\n400100;Nowy\n;VIP\n1,23E+11;VIP\n400103;Złoty\n";

fn picky() -> Fake {
    Fake::start(|call| match call.respondent() {
        "400103" => Answer::error("respondent not found"),
        _ => Answer::success(),
    })
}

#[test]
fn a_config_in_polish_makes_a_polish_summary_and_failed_file() {
    let fake = picky();
    let job = Job::run(EXPORT, &fake)
        .without_var("RESPONDENT_SYNC_LANG")
        .file("c.toml", "lang = \"pl\"\n")
        .args("--config c.toml");
    let ran = job.ends(1);
    for words in [
        "Zaktualizowano  1",
        "Do poprawy      3   in.failed.csv",
        "1  brak ID respondenta: wiersz 3",
        "1  ID skrócone przez Excel: wiersz 4",
        "Popraw plik in.failed.csv, zapisz go, zamknij Excela i wpisz:",
        "  respondent-sync retry in.csv",
        // A log is English.
        "respondent ← `id_respondent`, l4 ← `l4` (mapping from the columns' names)",
    ] {
        assert!(ran.stderr.contains(words), "`{words}` is not in:\n{}", ran.stderr);
    }
    let failed = job.text("in.failed.csv");
    for words in [
        "sync_row;sync_action;sync_error;id_respondent;l4\n",
        "3;fix;missing_id: brak ID respondenta: ",
        "5;fix;rejected: respondent not found",
    ] {
        assert!(failed.contains(words), "`{words}` is not in:\n{failed}");
    }
    let lines = job.lines("in.results.csv");
    assert!(
        lines[1].contains("invalid,missing_id,brak ID respondenta"),
        "{lines:?}"
    );
    // What machines read is English.
    let json = Job::new("check in.csv --survey 7 --lang pl --format json")
        .file("in.csv", EXPORT)
        .ends(1);
    let found: Value = serde_json::from_str(&json.stdout).unwrap();
    assert!(found.to_string().contains("no respondent id"), "{found}");
    let logs = job.args("--log-format json --overwrite").ends(1);
    assert!(!logs.stderr.contains("wiersz"), "{}", logs.stderr);
}

#[test]
fn the_next_command_is_the_one_that_was_typed_without_its_limit() {
    let fake = picky();
    let trial = Job::run(EXPORT, &fake).args("--limit 1 --blank-id skip");
    let ran = trial.ends(0);
    let command = ran.stderr.lines().last().unwrap();
    assert!(
        command.contains(" run in.csv --rate unlimited") && !command.contains("--limit"),
        "{}",
        ran.stderr
    );
    // Off a terminal no respondent is named.
    assert!(!ran.stderr.contains("400100"), "{}", ran.stderr);
}

#[test]
fn nobody_is_asked_where_nobody_is() {
    let fake = Fake::start(|_| Answer::success());
    Job::run(numbered(150, "x"), &fake).ends(0);
    let preview = Job::new("check in.csv --survey 7 --preview 5").file("in.csv", EXPORT);
    let ran = preview.ends(2);
    assert!(ran.stderr.contains("only on a terminal"), "{}", ran.stderr);
}

#[cfg(unix)]
mod on_a_terminal {
    use super::*;

    #[test]
    fn a_first_run_is_asked_about_with_its_first_calls_and_a_second_is_not() {
        let fake = Fake::start(|_| Answer::success());
        let mut job = Job::run("id_respondent,l4\n400100,Nowy\n400101,\n400102,VIP\n", &fake);
        let mut terminal = job.on_terminal();
        terminal
            .sees("2 to send")
            .sees("row 2 → respondent 400100: l4=Nowy")
            .sees("Set l4 of 2 contacts of survey 7 at")
            .sees("It is the first full update from this file.")
            .sees("sent. [y/N]")
            .types("\r")
            .sees("not confirmed: nothing was sent");
        terminal.ends(2);
        assert_eq!((fake.calls().len(), job.names()), (0, vec!["in.csv".to_owned()]));
        let mut terminal = job.on_terminal();
        terminal.sees("[y/N]").types("tak\r").sees("2 updated");
        terminal.ends(0);
        assert_eq!(fake.calls().len(), 2);
        job = job.args("--overwrite");
        let mut terminal = job.on_terminal();
        terminal.sees("2 updated");
        terminal.ends(0);
    }

    #[test]
    fn a_config_beside_the_export_is_named_where_columns_are_missing_and_after_no_interruption() {
        let job = |words: &str| {
            Job::new(words)
                .file("in.csv", "a;b\n1;x\n")
                .file("in.toml", "survey = \"7\"\nid_column = \"a\"\nmap = [\"l4=b\"]\n")
        };
        let check = job("check in.csv");
        check.on_terminal().sees("check in.csv --config in.toml").ends(3);
        let fake = Fake::start(|_| Answer::success());
        let interrupted = Job::run(numbered(90, "x"), &fake)
            .args("--yes --max-duration 1s")
            .instead_of("unlimited", "1/s")
            .file("in.toml", "survey = \"8\"\n");
        let screen = interrupted.on_terminal().sees("--resume").ends(10);
        assert!(!screen.contains("in.toml"), "{screen}");
    }

    #[test]
    fn damaged_labels_are_a_question_to_a_person_and_a_refusal_to_a_scheduler() {
        let fake = Fake::start(|_| Answer::success());
        let job = Job::run("id_respondent,l4\n1,#N/D!\n2,a\n", &fake);
        let mut terminal = job.on_terminal();
        terminal
            .sees("an error of the spreadsheet")
            .sees("[y/N]")
            .types("n\r")
            .sees("not confirmed");
        terminal.ends(2);
        for flags in ["--yes", "--unattended", "-q", "--resume --rotate"] {
            let job = Job::run("id_respondent,l4\n1,#N/D!\n2,a\n", &fake).args(flags);
            let mut terminal = job.on_terminal();
            terminal.sees("`--max-damaged` allows 0");
            terminal.ends(4);
        }
        assert_eq!(fake.calls().len(), 0);
    }

    #[test]
    fn mistakes_of_the_command_line_are_said_in_polish_to_a_polish_person() {
        for (words, said) in [
            (
                "run a.csv --limti 1",
                "nie ma opcji `--limti`: może chodzi o `--limit`?",
            ),
            ("chck a.csv", "nie ma polecenia `chck`: może chodzi o `check`?"),
            ("run", "brakuje: <INPUT>"),
            (
                "run Kontakty listopad.csv",
                "nazwę pliku ze spacją weź w cudzysłów",
            ),
            ("check a.csv --format xml", "możliwe wartości: text, json"),
            ("run a.csv --survey", "po `--survey` brakuje wartości"),
            ("run a.csv --rate fast", "`fast` nie pasuje do `--rate`"),
        ] {
            let job = Job::new(words).var("RESPONDENT_SYNC_LANG", "pl");
            let mut terminal = job.on_terminal();
            terminal.sees("błąd: ").sees(said);
            terminal.ends(2);
            let english = Job::new(words).var("RESPONDENT_SYNC_LANG", "pl").ends(2);
            assert!(english.stderr.starts_with("error: "), "{}", english.stderr);
        }
    }

    #[test]
    fn what_was_typed_before_the_question_is_no_answer() {
        let fake = Fake::start(|_| Answer::success());
        let job = Job::run("id_respondent,l4\n400100,Nowy\n", &fake);
        let mut terminal = job.on_terminal();
        terminal
            .types("y\r")
            .sees("[y/N]")
            .types("n\r")
            .sees("not confirmed");
        terminal.ends(2);
        assert_eq!(fake.calls().len(), 0);
    }

    #[test]
    fn a_confirmed_run_is_resumed_by_a_scheduler() {
        let fake = Fake::start(|call| match call.respondent() {
            "3" => Answer::of(403, "{}"),
            _ => Answer::success(),
        });
        let input = "id_respondent,l4\n1,#N/D!\n2,a\n3,b\n";
        let mut job = Job::run(input, &fake).args("--max-errors 0");
        let mut terminal = job.on_terminal();
        terminal.sees("[y/N]").types("y\r");
        terminal.ends(4);
        let ran = job.again("--resume", 1);
        assert!(!ran.stderr.contains("--max-damaged"), "{}", ran.stderr);
    }

    #[test]
    fn a_trial_in_polish_names_its_contact_and_a_check_shows_calls() {
        let fake = Fake::start(|_| Answer::success());
        let job = Job::run("id_respondent;l4\n400100;Złoty klient\n400101;VIP\n", &fake)
            .args("--limit 1 --yes --lang pl");
        let mut terminal = job.on_terminal();
        terminal
            .sees("Zaktualizowano 1")
            .sees("Zaktualizowano respondenta 400100 (wiersz 2). Sprawdź ten kontakt na platformie.")
            .sees("Aby zaktualizować wszystkie wiersze, wpisz:");
        terminal.ends(0);
        let check = Job::new("check in.csv --survey 7 --lang pl --preview 1")
            .file("in.csv", "id_respondent;l4\n400100;Złoty klient\n400101;VIP\n");
        let mut terminal = check.on_terminal();
        terminal.sees("wiersz 2 → respondent 400100: l4=Złoty klient");
        terminal.ends(0);
    }
}
