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

    fn retry_of_untrusted(&self, flags: &str) -> String {
        format!(
            "plik podsumowania mógł zapisać ktoś inny, dlatego nie decyduje, dokąd trafią dane: podaj {flags}"
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

    fn edited_too_late(&self, failed: &str, edited: &str) -> String {
        format!(
            "zmiany w `{edited}` zapisano już po jego rundzie i nie zostaną uwzględnione: popraw `{failed}`"
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
            "{} {skipped} (`superseded`): zastąpiłoby to nowsze dane tego samego respondenta",
            pl(rows, ["wiersz", "wiersze", "wierszy"])
        )
    }

    fn fixed_since(&self, rows: u64) -> String {
        let fixed = pl(
            rows,
            [
                "nieudany wiersz zaktualizowano",
                "nieudane wiersze zaktualizowano",
                "nieudanych wierszy zaktualizowano",
            ],
        );
        format!("{fixed} później")
    }
}
