//! The summary of a run, in Polish.

use std::time::Duration;

use crate::model::Lang;
use crate::text::number::{duration, form, per_second, pl, thousands};
use crate::text::pl::{Polish, ROWS};
use crate::text::subjects::{Counted, NoteWords, SummaryWords};

fn times(count: u64) -> String {
    match count {
        1 => "raz".to_owned(),
        more => pl(more, ["raz", "razy", "razy"]),
    }
}

fn least(at_least: bool) -> &'static str {
    if at_least { "co najmniej " } else { "" }
}

impl SummaryWords for Polish {
    fn counted(&self, counted: Counted, _count: u64) -> String {
        match counted {
            Counted::Updated => "Zaktualizowano",
            Counted::ToFix => "Do poprawy",
            Counted::ToResend => "Do ponowienia",
            Counted::Unchanged => "Bez zmian",
            Counted::Skipped => "Pominięto",
            Counted::NotReached => "Pozostało",
            Counted::ToSend => "Do aktualizacji",
            Counted::CouldBeSent => "Możliwe do aktualizacji",
            Counted::Invalid => "Błędne dane",
        }
        .to_owned()
    }

    fn counts_follow(&self) -> bool {
        true
    }

    fn rows(&self, first: &[u64], all: u64) -> String {
        let listed: Vec<String> = first.iter().map(u64::to_string).collect();
        let noun = if all == 1 { "wiersz" } else { "wiersze" };
        let listed = listed.join(", ");
        match all.saturating_sub(first.len() as u64) {
            0 => format!("{noun} {listed}"),
            more => format!("{noun} {listed} i jeszcze {}", thousands(Lang::Pl, more)),
        }
    }

    fn settled_before(&self, rows: u64) -> String {
        format!("Gotowe jeszcze przed przerwaniem: {}.", pl(rows, ROWS))
    }

    fn platform_said(&self, message: &str) -> String {
        format!("odpowiedź platformy: „{message}”")
    }

    fn reasons_are_in(&self, kind: &str, results: &str) -> String {
        format!("{kind} (przyczyny mogą zawierać dane osób, więc nie ma ich na tym ekranie: zob. {results})")
    }

    fn other_reasons(&self, results: &str) -> String {
        format!("inne przyczyny (zob. {results})")
    }

    fn took(&self, time: Duration, rate: Option<f64>) -> String {
        let rate = rate.map(|rate| format!(", tempo {}", per_second(Lang::Pl, rate)));
        format!("{}{}", duration(Lang::Pl, time), rate.unwrap_or_default())
    }

    fn results_are(&self, path: &str) -> String {
        format!("wyniki: {path}")
    }

    fn partial_results(&self, results: &str, failed: &str) -> String {
        format!(
            "częściowe wyniki: {results}; dotąd nieudane: {failed}. Pozostałych wierszy nie zaktualizowano."
        )
    }

    fn journal_is_safe(&self, results: &str) -> String {
        format!(
            "Dotychczasowe wyniki są zapisane w pliku {results}.journal. Wiersze, których w nim nie ma, też mogły \
             zostać zaktualizowane; po wznowieniu nastąpi to jeszcze raz."
        )
    }

    fn calls(&self, attempts: u64, retries: u64, most_in_a_second: u64, most_in_flight: u64) -> String {
        format!(
            "{} (ponowione: {}), najwyżej {} w ciągu sekundy i {} naraz",
            pl(attempts, ["wywołanie", "wywołania", "wywołań"]),
            thousands(Lang::Pl, retries),
            thousands(Lang::Pl, most_in_a_second),
            thousands(Lang::Pl, most_in_flight)
        )
    }

    fn control_calls(&self, calls: u64) -> String {
        format!(
            "w tym {}: powtórzono aktualizację, która wcześniej się powiodła, aby sprawdzić, czy przyczyną błędów są same wiersze",
            pl(
                calls,
                [
                    "wywołanie kontrolne",
                    "wywołania kontrolne",
                    "wywołań kontrolnych"
                ]
            )
        )
    }

    fn slowed_down(&self, count: u64, taken: Option<f64>) -> String {
        let taken = taken.map(|taken| format!(" Przyjmowane tempo: {}.", per_second(Lang::Pl, taken)));
        format!(
            "Platforma {} poprosiła o wolniejsze tempo (429).{} Mniejsze `--rate` ograniczy ponowienia.",
            times(count),
            taken.unwrap_or_default()
        )
    }

    fn took_nothing(&self, count: u64) -> String {
        format!(
            "Platforma {} poprosiła o wolniejsze tempo (429) i niczego nie przyjęła: może wyczerpał się limit?",
            times(count)
        )
    }

    fn overtaken(&self, rows: u64) -> String {
        format!(
            "{}: tych samych respondentów zaktualizowano z późniejszych wierszy. `respondent-sync retry` takie wiersze pominie; \
             nie używaj `run` z plikiem błędów, bo cofnie to późniejszą zmianę.",
            match form(rows, ["one", "few", "many"]) {
                "one" => "1\u{A0}nieudany wiersz jest już nieaktualny".to_owned(),
                "few" => format!(
                    "{}\u{A0}nieudane wiersze są już nieaktualne",
                    thousands(Lang::Pl, rows)
                ),
                _ => format!(
                    "{}\u{A0}nieudanych wierszy jest już nieaktualnych",
                    thousands(Lang::Pl, rows)
                ),
            }
        )
    }

    fn nobody_selected(&self) -> String {
        "Nie wybrano żadnego wiersza: czy te ID są w pliku?".to_owned()
    }

    fn updated_contact(&self, respondent: &str, row: u64) -> String {
        format!("Zaktualizowano respondenta {respondent} (wiersz {row}). Sprawdź ten kontakt na platformie.")
    }

    fn next_fix(&self, _rows: u64, failed: &str) -> String {
        format!("Popraw plik {failed}, zapisz go, zamknij Excela i wpisz:")
    }

    fn next_resend(&self, rows: u64) -> String {
        format!(
            "Niczego nie trzeba poprawiać. Aby ponowić {}, wpisz:",
            pl(rows, ROWS)
        )
    }

    fn next_all(&self) -> String {
        "Aby zaktualizować wszystkie wiersze, wpisz:".to_owned()
    }

    fn nobody_found(&self, rows: u64, message: &str) -> String {
        format!(
            "Nikogo nie zaktualizowano: platforma odrzuciła wszystkie wiersze ({}) z tą samą odpowiedzią „{message}”. To \
             inna ankieta albo kolumna zawiera numery z CRM.",
            thousands(Lang::Pl, rows)
        )
    }

    fn all_invalid(&self, rows: u64, title: &str) -> String {
        format!(
            "Niczego nie można zaktualizować: wszystkie wiersze ({}) mają ten sam błąd ({title}). Czy to właściwa kolumna?",
            thousands(Lang::Pl, rows)
        )
    }

    fn no_address_known(&self, rows: u64) -> String {
        format!(
            "Nie znaleziono nikogo ({}): w tabeli `--ids` nie ma żadnego z tych adresów. Czy to tabela tej ankiety i \
             właściwa kolumna?",
            pl(rows, ROWS)
        )
    }
}

impl NoteWords for Polish {
    fn blank_records(&self, count: u64) -> String {
        format!(
            "{}, bez wpływu na liczbę wierszy",
            pl(count, ["pusty wiersz", "puste wiersze", "pustych wierszy"])
        )
    }

    fn blank_fields(&self, rows: u64) -> String {
        format!(
            "{} z pustymi polami za ostatnią kolumną (bez znaczenia)",
            pl(rows, ROWS)
        )
    }

    fn blank_cells(&self, count: u64) -> String {
        format!(
            "{} bez zmiany na platformie (`--empty skip`)",
            pl(count, ["pusta komórka", "puste komórki", "pustych komórek"])
        )
    }

    fn ids_trimmed(&self, count: u64) -> String {
        format!(
            "{} ID ze zbędnymi spacjami na początku lub końcu (spacje pominięto)",
            thousands(Lang::Pl, count)
        )
    }

    fn damaged_values(&self, count: u64) -> String {
        format!(
            "{} przez arkusz lub złe kodowanie i {} na platformę bez zmian; wiersze pokaże `check`",
            match form(count, ["one", "few", "many"]) {
                "one" => "1\u{A0}komórka wygląda na uszkodzoną".to_owned(),
                "few" => format!(
                    "{}\u{A0}komórki wyglądają na uszkodzone",
                    thousands(Lang::Pl, count)
                ),
                _ => format!(
                    "{}\u{A0}komórek wygląda na uszkodzone",
                    thousands(Lang::Pl, count)
                ),
            },
            form(count, ["trafiła", "trafiły", "trafiło"])
        )
    }

    fn repeated(&self, count: u64, differently: u64, at_least: bool, only_last: bool) -> String {
        let which = if only_last {
            "użyty będzie tylko ostatni wiersz"
        } else {
            "zostaną wartości z ostatniego wiersza"
        };
        let differently = match differently {
            0 => String::new(),
            some => format!(", {} z różnymi wartościami", thousands(Lang::Pl, some)),
        };
        format!(
            "{}{} w kilku wierszach{differently}: {which}",
            least(at_least),
            pl(count, ["respondent", "respondentów", "respondentów"])
        )
    }

    fn other_zeros(&self) -> String {
        "ID także z inną liczbą zer na początku (`12` i `0012`): dla programu to osobni respondenci, a może to ta \
         sama osoba"
            .to_owned()
    }

    fn ids_with_other_zeros(&self, count: u64, at_least: bool) -> String {
        format!(
            "{}{} × {}",
            least(at_least),
            thousands(Lang::Pl, count),
            self.other_zeros()
        )
    }
}
