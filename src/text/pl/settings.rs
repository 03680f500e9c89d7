//! Settings that are wrong or missing, in Polish.

use super::Polish;
use crate::text::number::pl;
use crate::text::subjects::{Clash, KeyFault, Piece, SettingWords};

impl SettingWords for Polish {
    fn several_wrong(&self, mistakes: &[String]) -> String {
        let count = pl(
            mistakes.len() as u64,
            [
                "błąd w ustawieniach",
                "błędy w ustawieniach",
                "błędów w ustawieniach",
            ],
        );
        format!("{count}:\n  {}", mistakes.join("\n  "))
    }

    fn key_fault(&self, fault: &KeyFault) -> String {
        match fault {
            KeyFault::Unknown { near: Some(near) } => {
                format!("nie ma takiego ustawienia: może chodzi o `{near}`?")
            }
            KeyFault::Unknown { near: None } => {
                "nie ma takiego ustawienia; są nimi opcje polecenia `run`, z `_` zamiast `-`".to_owned()
            }
            KeyFault::SecretInFile { key, variable } => format!(
                "kluczy nie wpisuje się do konfiguracji: podaj `{key}_file` lub `{key}_command` albo ustaw {variable}"
            ),
            KeyFault::SecretTwice => {
                "wskazano już inne źródło tej wartości, a może być tylko jedno".to_owned()
            }
            KeyFault::NoFileName => "wpisz nazwę pliku w cudzysłowie".to_owned(),
            KeyFault::NoCommand => {
                "wpisz program i jego argumenty jako listę tekstów: `[\"pass\", \"show\", \"…\"]`; bez \
                                    powłoki"
                    .to_owned()
            }
            KeyFault::NoSwitch => "to przełącznik: wpisz `true` lub `false`".to_owned(),
            KeyFault::NoCount => "wpisz liczbę".to_owned(),
            KeyFault::NoNumber(text) => format!("`{text}` to nie liczba"),
            KeyFault::Several => "podaj jedną wartość, a nie kilka".to_owned(),
            KeyFault::NoValues => "są tu nie tylko teksty, liczby i przełączniki".to_owned(),
            KeyFault::Blank => "brak wartości".to_owned(),
            KeyFault::Unreadable => "nie da się tego odczytać".to_owned(),
            KeyFault::NotOneOf(value, valid) => {
                format!("`{value}` nie jest żadną z możliwych wartości: {valid}")
            }
            KeyFault::Invalid(value) => format!("nie da się odczytać `{value}`"),
            KeyFault::Refused(why) => why.clone(),
        }
    }

    fn no_toml(&self, why: &str) -> String {
        format!(
            "błąd w zapisie ustawień (teksty wpisuje się w cudzysłowie, ścieżki w pojedynczym: 'C:\\eksport\\a.csv', każde ustawienie w osobnej linii i tylko raz): {why}"
        )
    }

    fn cannot_read_config(&self, path: &str) -> String {
        format!("nie można odczytać pliku konfiguracji `{path}`")
    }

    fn would_not_start(&self, why: &str) -> String {
        format!("aktualizacja by się nie zaczęła: {why}")
    }

    fn secrets_unset(&self, unset: &[(Piece, String)]) -> String {
        const WHERE: &str = "klucz i autoryzacja: Konto → Ustawienia → Integracje, ID konta: obsługa platformy; o wszystko \
                             zapyta `respondent-sync init`";
        const API: &str = "to klucz REST API (nie webhooka): Konto → Ustawienia → Integracje; więcej: \
                           `respondent-sync help pull`";
        let place = if unset.iter().all(|(piece, _)| piece.is_of_api()) {
            API
        } else {
            WHERE
        };
        let named = unset.iter().map(|(piece, variable)| {
            let what = match piece {
                Piece::Account => "ID konta",
                Piece::WebhookKey => "klucz webhooka",
                Piece::WebhookAuth => "autoryzacja webhooka",
                Piece::ClientId => "klucz API",
                Piece::ClientSecret => "sekret API",
            };
            format!("{variable} ({what})")
        });
        let named: Vec<String> = named.collect();
        format!("nie podano: {}; {place}", named.join(", "))
    }

    fn secret_is_sample(&self, name: &str) -> String {
        // Names of variables, files and programs stay as they are.
        let place = if let Some(file) = name.strip_prefix("the file of ") {
            format!("plik {file}")
        } else if let Some(command) = name.strip_prefix("what the command of ") {
            format!("wynik polecenia {}", command.replacen(" prints", "", 1))
        } else {
            name.to_owned()
        };
        format!(
            "{place}: to przykład ze strony pomocy platformy, a nie wartość z własnego konta: skopiuj własną (Konto → \
             Ustawienia → Integracje)"
        )
    }

    fn checked_jobs(&self, (wrong, jobs): (u64, u64), mistakes: &[String], notes: &[String]) -> String {
        let first = match wrong {
            0 => format!(
                "gotowe: {}, bez błędów\n",
                pl(jobs, ["zadanie", "zadania", "zadań"])
            ),
            _ => format!("zadania z błędami: {wrong} z {jobs}\n"),
        };
        let mistakes = mistakes.iter().map(|mistake| format!("  {mistake}\n"));
        let heading = (wrong > 0 && !notes.is_empty()).then(|| "Do sprawdzenia:\n".to_owned());
        let notes = notes.iter().map(|note| format!("  {note}\n"));
        let lines = std::iter::once(first).chain(mistakes).chain(heading).chain(notes);
        lines.collect()
    }

    fn awaited_table(&self, path: &str) -> String {
        format!("jeszcze nie ma: `{path}`")
    }

    fn results_of_other_job(&self, results: &str, other: &str) -> String {
        format!(
            "`{results}` to wyniki zadania `{other}`: jego noce liczą się jako noce tego zadania. Skopiuj sam plik \
             `job.toml` albo przenieś wyniki"
        )
    }

    fn no_job_below(&self, folder: &str) -> String {
        format!("w `{folder}` i niżej nie ma pliku `job.toml`: każde zadanie ma własny folder z tym plikiem")
    }

    fn cannot_read_folder(&self, folder: &str) -> String {
        format!("nie można odczytać folderu `{folder}`")
    }

    fn job_without_input(&self) -> String {
        "brak `input`: podaj eksport, np. `input = \"kontakty.csv\"`".to_owned()
    }

    fn no_folder_of(&self, key: &str, folder: &str) -> String {
        format!("folder pliku `{key}` nie istnieje: `{folder}`")
    }

    fn pattern_without_newest(&self) -> String {
        "`input` to wzorzec, a plik o takiej nazwie nie istnieje: dodaj `newest = true`".to_owned()
    }

    fn clash(&self, clash: Clash, file: &str, other: &str) -> String {
        match clash {
            Clash::Output => {
                format!(
                    "plik `{file}` zapisuje też `{other}`: podaj w każdym zadaniu własny folder `output_dir`"
                )
            }
            Clash::Metrics => format!(
                "plik `{file}` zapisuje też `{other}`: użyj w nazwie znacznika, np. `tag = [\"client=acme\"]` i \
                 `metrics_file = \"{{client}}.prom\"`"
            ),
            Clash::Read(key) => format!(
                "zadanie zapisałoby plik `{file}`, który odczytuje `{other}` (`{key}`): podaj w każdym zadaniu własny \
                 folder `output_dir`"
            ),
            Clash::Taken => format!(
                "`{other}` wybrałoby `{file}` jako najnowszy eksport: zapisuj go w innym folderze albo pod nazwą, która \
                 nie pasuje do wzorca"
            ),
        }
    }
}
