//! Sending failed rows again, in Polish.

use super::Polish;
use crate::text::number::{form, pl};
use crate::text::subjects::RetryWords;

impl RetryWords for Polish {
    fn retry_of_stream(&self) -> String {
        "standardowe wejście nie ma nazwy: zamiast `-` podaj plik wyników".to_owned()
    }

    fn retry_without_run(&self, summary: &str) -> String {
        format!(
            "nie ma czego ponawiać: brak pliku `{summary}`; podaj eksport użyty w `run`, a jeśli wyniki są w innym folderze, \
             także `--output-dir` albo `--output`"
        )
    }

    fn retry_of_unfinished(&self, results: &str) -> String {
        format!("praca nie jest dokończona (`{results}`): najpierw wznów ją z `--resume`, potem użyj `retry`")
    }

    fn retry_of_rehearsal(&self, summary: &str) -> String {
        format!(
            "`{summary}` pochodzi z próby, której się nie ponawia: zaktualizuj wszystkie wiersze poleceniem `run`"
        )
    }

    fn retry_without_settings(&self, summary: &str) -> String {
        format!(
            "w pliku `{summary}` nie ma ustawień (zapisała go starsza wersja programu): użyj `run` z plikiem błędów i tymi \
             samymi opcjami"
        )
    }

    fn retry_without_results(&self, results: &str) -> String {
        format!(
            "brak pliku `{results}`, więc nie wiadomo, kogo już zaktualizowano; przywróć go albo użyj \
             `run` z plikiem błędów i tymi samymi opcjami"
        )
    }

    fn retry_without_failed_file(&self, failed: &str) -> String {
        format!("brak pliku błędów `{failed}` z wierszami do ponowienia: przywróć go")
    }

    fn retry_of_untrusted(&self, summary: &str) -> String {
        format!(
            "plik `{summary}`, który decyduje, co i dokąd trafia, mógł zapisać ktoś inny: niczego nie zmieniono; odbierz \
             innym prawo zapisu do niego i do jego folderu, przejrzyj go i ponów `retry` albo użyj `run` z plikiem błędów i \
             tymi samymi opcjami"
        )
    }

    fn retry_of_other_account(&self) -> String {
        "za pierwszym razem użyto innego konta: niczego nie zmieniono; podaj ten sam `--config` albo te same zmienne"
            .to_owned()
    }

    fn retry_of_moved(&self) -> String {
        "w międzyczasie te pliki zmieniło inne polecenie programu: niczego nie zmieniono, użyj `retry` jeszcze raz"
            .to_owned()
    }

    fn retry_unreadable(&self, path: &str) -> String {
        format!("`{path}`: nie da się odczytać, kogo już zaktualizowano, więc niczego nie zmieniono")
    }

    fn nothing_failed(&self) -> String {
        "nie ma czego ponawiać: nie było nieudanych wierszy".to_owned()
    }

    fn nothing_left_to_retry(&self, round: u32) -> String {
        format!("nie ma już czego ponawiać: ostatnie wiersze zaktualizowano w rundzie {round}")
    }

    fn round_starts(&self, round: u32, failed: &str, is_edited: bool) -> String {
        let edited = if is_edited {
            "po poprawkach"
        } else {
            "bez poprawek"
        };
        format!("runda {round}: plik błędów `{failed}` ({edited}), ustawienia jak za pierwszym razem")
    }

    fn nothing_was_fixed(&self, failed: &str) -> String {
        format!(
            "każdy wiersz pliku `{failed}` wymaga poprawy, a plik się nie zmienił: błędy pewnie się powtórzą"
        )
    }

    fn older_form_unused(&self, failed: &str, older: &str) -> String {
        format!("używany jest `{failed}`; starszy `{older}` pominięto")
    }

    fn workbook_of_other_run(&self, workbook: &str, row: Option<u64>, failed: &str) -> String {
        let which = match row {
            Some(row) => format!("wiersz {row} (`sync_row`), w którym nie było błędu"),
            None => "wiersz bez numeru w `sync_row`".to_owned(),
        };
        format!(
            "w pliku `{workbook}` jest {which}: plik może pochodzić z innego eksportu, więc niczego nie zmieniono; usuń go \
             albo zapisz poprawione wiersze jako `{failed}`"
        )
    }

    fn edited_another(&self, failed: &str, edited: &str) -> String {
        format!(
            "zmieniono plik `{edited}`, ale jego wiersze były już ponowione; te, które się wtedy nie udały, są w \
             `{failed}`. Niczego nie zmieniono na platformie: popraw `{failed}` i ponów, albo usuń `{edited}`, aby ponowić \
             `{failed}` bez zmian"
        )
    }

    fn edited_too_late(&self, failed: &str, edited: &str) -> String {
        format!(
            "plik `{edited}` zmieniono, gdy jego wiersze były już ponowione; te zmiany nie zostaną użyte, używany jest `{failed}`"
        )
    }

    fn another_export(&self, export: &str, when: &str) -> String {
        format!(
            "`{export}` to już inny eksport niż ten z {when}, którego wiersze są ponawiane: jeśli wyniki nowszego zapisano \
             gdzie indziej (`--output-dir`, `--output`), `retry` ich nie zna i może przywrócić starsze dane"
        )
    }

    fn overtaken_rows(&self, rows: u64) -> String {
        let skipped = form(
            rows,
            ["zostanie pominięty", "zostaną pominięte", "zostanie pominiętych"],
        );
        format!(
            "{} {skipped} (`superseded`): respondent ma już te same dane albo nowsze",
            pl(rows, ["wiersz", "wiersze", "wierszy"])
        )
    }

    fn rows_missing(&self, rows: u64, failed: &str) -> String {
        let missing = pl(
            rows,
            ["nieudanego wiersza", "nieudanych wierszy", "nieudanych wierszy"],
        );
        format!(
            "w pliku `{failed}` brakuje {missing}: tego, czego tam nie ma, program nie zaktualizuje i nie liczy już jako błędu"
        )
    }

    fn fixed_since(&self, fixed: u64, left_out: u64) -> String {
        let of_fixed = |rows| {
            pl(
                rows,
                [
                    "nieudany wiersz zaktualizowano",
                    "nieudane wiersze zaktualizowano",
                    "nieudanych wierszy zaktualizowano",
                ],
            )
        };
        let of_left_out = |rows| {
            pl(
                rows,
                [
                    "nieudany wiersz usunięto lub pominięto",
                    "nieudane wiersze usunięto lub pominięto",
                    "nieudanych wierszy usunięto lub pominięto",
                ],
            )
        };
        match (fixed, left_out) {
            (fixed, 0) => format!("{} później", of_fixed(fixed)),
            (0, left_out) => format!("{} później", of_left_out(left_out)),
            (fixed, left_out) => format!(
                "z {} nieudanych wierszy {fixed} zaktualizowano później, a {left_out} usunięto lub pominięto",
                fixed + left_out
            ),
        }
    }
}
