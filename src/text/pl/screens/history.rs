//! `history`, in Polish.

use std::time::Duration;

use crate::model::{ErrorCode, Label, Lang, Status};
use crate::report::{Known, NightKind};
use crate::text::number::{duration, pl, thousands};
use crate::text::pl::Polish;
use crate::text::subjects::{Absent, Headline, HistoryWords, RowView};

/// What is added if a later call had no clear answer.
const MAY_BE_CHANGED: &str =
    " Późniejsze wywołanie nie dało jasnej odpowiedzi, więc też mogło zostać wykonane.";

impl HistoryWords for Polish {
    fn history_found_no_run(&self, results: &str) -> String {
        format!(
            "nie ma wyników `{results}` z platformy: sprawdź nazwę eksportu i miejsce wyników (`--output`, `--output-dir`); przy `--newest` \
             podaj wzorzec albo `--config`"
        )
    }

    fn history_heads(&self) -> [&'static str; 3] {
        ["Początek", "Kod", "Wiersze"]
    }

    fn night_kind(&self, kind: NightKind) -> Option<String> {
        match kind {
            NightKind::Run | NightKind::Unsent | NightKind::Missed => None,
            NightKind::Trial => Some("wybrane wiersze".to_owned()),
            NightKind::Retry(number) => Some(format!("ponowienie {number}")),
            NightKind::Undo => Some("cofnięcie zmian".to_owned()),
        }
    }

    fn night_counts(&self, counts: Headline, calls: Option<u64>, took: Option<Duration>) -> String {
        let number = |count| thousands(Lang::Pl, count);
        let mut text = format!(
            "zaktualizowano {} z {}",
            number(counts.updated),
            number(counts.rows)
        );
        let others = [
            (counts.to_fix, "do\u{A0}poprawy"),
            (counts.to_resend, "do\u{A0}ponowienia"),
            (counts.unchanged, "bez\u{A0}zmian"),
            (counts.skipped, "pominięto"),
            (counts.not_reached, "pozostało"),
        ];
        let others = others.into_iter().filter(|(count, _)| *count > 0);
        text.extend(others.map(|(count, what)| format!(", {what}\u{A0}{}", number(count))));
        text.extend(calls.map(|calls| format!(" · {}", pl(calls, ["wywołanie", "wywołania", "wywołań"]))));
        text.extend(took.map(|took| format!(" · {}", duration(Lang::Pl, took))));
        text
    }

    fn night_under_way(&self) -> String {
        "trwa: to wiersze zapisane do tej pory".to_owned()
    }

    fn night_killed(&self) -> String {
        "przerwane bez zakończenia (np. zanik zasilania): to wiersze z dziennika".to_owned()
    }

    fn night_unsent(&self, why: &str) -> String {
        format!("bez wywołań: {why}")
    }

    fn night_unsent_briefly(&self, code: u8) -> String {
        format!("bez wywołań (kod {code})")
    }

    fn night_missed(&self) -> String {
        "brak uruchomienia".to_owned()
    }

    fn code_means(&self, code: u8, meaning: &str) -> String {
        format!("Kod {code}: {meaning}")
    }

    fn history_no_results(&self) -> String {
        "brakuje pliku wyników".to_owned()
    }

    fn history_under_way(&self) -> String {
        "Trwa aktualizacja. Nie ma tu tego, czego jeszcze nie zapisała.".to_owned()
    }

    fn history_resume(&self, has_command: bool, lacks_flags: bool) -> String {
        match (has_command, lacks_flags) {
            (true, true) => {
                "Ostatniego uruchomienia nie dokończono. Aby je wznowić, wpisz z tymi samymi flagami:"
            }
            (true, false) => "Ostatniego uruchomienia nie dokończono. Aby je wznowić, wpisz:",
            (false, _) => {
                "Ostatniego uruchomienia nie dokończono. Aby je wznowić, powtórz jego polecenie z `--resume`; jeśli dodasz \
                 tu `--config`, program je poda."
            }
        }
        .to_owned()
    }

    fn respondent_heading(&self, respondent: &str, survey: Option<&str>) -> String {
        match survey {
            Some(survey) => format!("Respondent {respondent}, ankieta {survey}"),
            None => format!("Respondent {respondent}"),
        }
    }

    fn status_word(&self, status: Status) -> &'static str {
        match status {
            Status::Success => "zaktualizowano",
            Status::Failed => "nieudane",
            Status::Unconfirmed => "bez potwierdzenia",
            Status::Invalid => "błędne dane",
            Status::Skipped => "pominięto",
        }
    }

    fn respondent_row(&self, row: RowView<'_>) -> String {
        let mut text = format!("wiersz\u{A0}{}", row.row.row);
        text.extend(row.survey.map(|survey| format!(", ankieta {survey}")));
        text.extend(row.id.map(|id| format!(", ID {id}")));
        text += ": ";
        text += self.status_word(row.row.status);
        text.extend(row.title.map(|title| format!(", {title}")));
        text.extend(row.row.code.map(|code| format!(" ({})", ErrorCode::name(code))));
        text.extend(row.message.map(|message| format!(": {message}")));
        text.extend(row.when.map(|when| format!(" · {when}")));
        text
    }

    fn respondent_absent(&self, absent: Absent) -> String {
        match absent {
            Absent::NotInExport => "nie ma w eksporcie",
            Absent::NotReached => "nie ma wśród wierszy zapisanych do tej pory",
            Absent::Unknown => "nie wiadomo",
        }
        .to_owned()
    }

    fn of_survey(&self, survey: &str, sentence: &str) -> String {
        format!("Ankieta {survey}: {sentence}")
    }

    fn last_acknowledged(&self, when: &str, may_be_changed: bool) -> String {
        let more = if may_be_changed { MAY_BE_CHANGED } else { "" };
        format!("Etykiety ostatnio potwierdzone przez platformę: {when}.{more}")
    }

    fn never_acknowledged(&self, nights: u64, may_be_changed: bool) -> String {
        let more = if may_be_changed {
            " Jedno z wywołań nie dało jasnej odpowiedzi, więc mogło zostać wykonane."
        } else {
            ""
        };
        format!("Platforma nie potwierdziła etykiet w żadnym z zachowanych uruchomień ({nights}).{more}")
    }

    fn nothing_of_respondent(&self, respondent: &str, nights: u64) -> String {
        format!("Brak danych o respondencie {respondent} (sprawdzono uruchomień: {nights}).")
    }

    fn state_knows(&self, state: &str, known: &Known, account: Option<&str>, when: Option<&str>) -> String {
        let account = account.map(|account| format!(" (konto {account})"));
        let place = format!("ankieta {}{}", known.survey, account.unwrap_or_default());
        if !known.is_acknowledged {
            return format!("Plik stanu {state}: brak potwierdzenia, {place}.");
        }
        let when = when.map_or_else(
            || "z uruchomienia, którego tu nie zachowano".to_owned(),
            |when| format!("z uruchomienia {when}"),
        );
        let labels: Vec<&str> = known.labels.iter().map(|label| Label::name(*label)).collect();
        let labels = match labels.join(", ") {
            none if none.is_empty() => none,
            some => format!(" (etykiety {some})"),
        };
        let mut text = format!("Plik stanu {state}: jest potwierdzenie {when}, {place}{labels}");
        text += ".";
        if known.in_doubt {
            text += " Nie jest pewne: następna aktualizacja ponowi ten wiersz.";
        }
        text
    }

    fn state_knows_nothing(&self, state: &str) -> String {
        format!("Plik stanu {state}: niczego o tym respondencie.")
    }

    fn history_incomplete(&self) -> String {
        "Nie wszystkie pliki udało się odczytać, więc czegoś może tu brakować.".to_owned()
    }
}
