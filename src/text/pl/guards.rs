//! Guards and damage, in Polish.

use super::Polish;
use crate::model::{Lang, date_in, local_time_in};
use crate::plan::{Damage, Objection, Stale};
use crate::text::number::{duration, form, pl, thousands};
use crate::text::subjects::GuardWords;

/// Formats "in this many rows, of all".
fn in_rows(count: u64, all: u64) -> String {
    let rows = pl(count, ["wierszu", "wierszach", "wierszach"]);
    format!("w {rows} (wszystkich: {})", thousands(Lang::Pl, all))
}

/// Formats a limit, a number or a percentage.
fn limit(limit: &impl ToString) -> String {
    let text = limit.to_string();
    match text.parse() {
        Ok(count) => thousands(Lang::Pl, count),
        Err(_) => text.replace('.', ","),
    }
}

impl GuardWords for Polish {
    fn objection(&self, objection: &Objection) -> String {
        let rows = |count: u64| pl(count, ["wiersz", "wiersze", "wierszy"]);
        let number = |number: u64| thousands(Lang::Pl, number);
        match objection {
            Objection::TooFewRows { rows: found, least } => format!(
                "plik ma {}, minimum to {} (`--min-rows`)",
                rows(*found),
                number(*least)
            ),
            Objection::TooFewFilled {
                label,
                filled,
                rows: all,
                least,
            } => format!(
                "`{label}` ma wartość {}, minimum to {}% (`--min-filled`)",
                in_rows(*filled, *all),
                limit(least)
            ),
            Objection::WouldClear {
                label,
                blank,
                rows: all,
            } => format!(
                "`--empty send` wyczyści `{label}` {}: podaj, w ilu wierszach ma być wartość (`--min-filled {label}=N%`)",
                in_rows(*blank, *all)
            ),
            Objection::TooManyChanges { changes, known, most } => format!(
                "{} {} znanych respondentów (wszystkich: {}), maksimum to {} (`--max-changes`)",
                form(*changes, ["zmieni się", "zmienią się", "zmieni się"]),
                rows(*changes),
                number(*known),
                limit(most)
            ),
            Objection::TooManyUnknown {
                unknown,
                rows: all,
                most,
            } => format!(
                "{} {} adres spoza tabeli `--ids` (wszystkich: {}), maksimum to {} (`--max-unknown`)",
                rows(*unknown),
                form(*unknown, ["ma", "mają", "ma"]),
                number(*all),
                limit(most)
            ),
            Objection::TooManyDamaged {
                damaged,
                rows: all,
                most,
            } => format!(
                "{} {} błąd arkusza, np. `#N/D!` (wszystkich: {}), maksimum to {} (`--max-damaged`; w oknie terminala `run` o to zapyta)",
                rows(*damaged),
                form(*damaged, ["ma", "mają", "ma"]),
                number(*all),
                limit(most)
            ),
            Objection::FewerRows { rows: found, last } => format!(
                "plik ma {}, mniej niż połowę poprzedniej liczby ({})",
                rows(*found),
                number(*last)
            ),
            Objection::FewerNamed {
                named,
                rows: all,
                last,
            } => format!(
                "respondenta podano {}, a to mniej niż połowa poprzedniej liczby ({})",
                in_rows(*named, *all),
                number(*last)
            ),
            Objection::LostColumn { label } => {
                format!("brakuje kolumny dla `{label}`, która poprzednio miała wartości")
            }
            Objection::AllBlank { label } => {
                format!("kolumna dla `{label}` jest cała pusta, a poprzednio miała wartości")
            }
        }
    }

    fn stale(&self, stale: &Stale) -> String {
        match stale {
            Stale::Old { modified, age, most } => format!(
                "plik zapisano {} temu ({}), maksimum to {} (`--max-age`)",
                duration(Lang::Pl, *age),
                local_time_in(Lang::Pl, *modified),
                duration(Lang::Pl, *most)
            ),
            Stale::Dated { date, age, most } => format!(
                "w nazwie pliku jest {}, ten dzień skończył się {} temu, maksimum to {} (`--max-age`)",
                date_in(Lang::Pl, *date),
                duration(Lang::Pl, *age),
                duration(Lang::Pl, *most)
            ),
            Stale::Same { since, age, most } => format!(
                "plik ma tę samą treść już {} (pierwsze użycie: {}), maksimum to {} (`--max-same`)",
                duration(Lang::Pl, *age),
                local_time_in(Lang::Pl, *since),
                duration(Lang::Pl, *most)
            ),
        }
    }

    fn guard_refused(&self, input: &str, said: &[String], resumes: bool) -> String {
        let nothing = if resumes {
            "niczego więcej nie zmieniono"
        } else {
            "niczego nie zmieniono"
        };
        format!(
            "{input}: {nothing}: {}; jeśli plik jest poprawny, dopisz jednorazowo `--ignore-guards`",
            said.join("; ")
        )
    }

    fn guard_refused_round(&self, input: &str, said: &[String]) -> String {
        format!(
            "{input}: niczego nie zmieniono: {}; popraw te wartości albo dopuść je opcją `--max-damaged`",
            said.join("; ")
        )
    }

    fn guard_ignored(&self, input: &str, said: &[String]) -> String {
        format!(
            "{input}: zabezpieczenie pominięte przez `--ignore-guards`: {}",
            said.join("; ")
        )
    }

    fn crm_number(&self, column: &str, of_table: bool) -> String {
        let (of_table, remedy) = if of_table {
            (" w tabeli", "")
        } else {
            ("", " albo znajdź je po adresie (`--ids`)")
        };
        format!(
            "kolumna ID `{column}`{of_table} wygląda na numer kontaktu z CRM: wyeksportuj ID z platformy{remedy}"
        )
    }

    fn with_crm_remedy(&self, why: &str) -> String {
        format!("{why}; jeśli to są ID z platformy, podaj `--accept-crm-ids`")
    }

    fn nothing_was_sent(&self, input: &str, why: &str) -> String {
        format!("{input}: niczego nie zmieniono: {why}")
    }

    fn max_changes_needs_store(&self) -> String {
        "`--max-changes` porównuje z tym, co zapamiętano: podaj też `--changed-only`".to_owned()
    }

    fn guards_need_a_file(&self) -> String {
        "zabezpieczenia i `--empty send` najpierw sprawdzają wszystkie wiersze, a standardowe wejście można przeczytać tylko \
         raz: podaj plik albo `--ignore-guards`"
            .to_owned()
    }

    fn no_file_time(&self, input: &str) -> String {
        format!("nie można odczytać czasu zapisu pliku `{input}`")
    }

    fn damage(&self, damage: Damage) -> &'static str {
        match damage {
            Damage::Error => "błąd arkusza, np. `#N/D!`: popraw formułę",
            Damage::Shortened => {
                "skrócona liczba, np. `1,23E+11`: cyfry przepadły; ustaw format kolumny na tekst i wyeksportuj ponownie"
            }
            Damage::Date => {
                "dzień i miesiąc, np. `08.maj`: arkusz uznał `8.5` za datę; ustaw format kolumny na tekst przed wpisaniem \
                 lub wklejeniem danych"
            }
            Damage::TooNarrow => "krzyżyki `#####`: kolumna była za wąska; poszerz ją i wyeksportuj ponownie",
            Damage::OtherEncoding => {
                "znaki takie jak `Ĺ‚` zamiast `ł`: wcześniejszy eksport odczytano w złym kodowaniu"
            }
            Damage::Guarded => {
                "apostrof przed formułą, np. `'=1`: pozostałość po pliku dla Excela, który stracił oznaczenia"
            }
            Damage::Lost => "znak utraconej litery (U+FFFD): wcześniejszy eksport odczytano w złym kodowaniu",
        }
    }
}
