//! The end of a command, in Polish.

use super::{Polish, ROWS, input};
use crate::model::{EarlyEnd, Lang, Signal};
use crate::read::Change;
use crate::text::number::{duration, pl, thousands};
use crate::text::subjects::{EndWords, RetryWords as _};

/// Formats "this many calls in a row".
fn calls(in_a_row: usize) -> String {
    pl(in_a_row as u64, ["wywołanie", "wywołania", "wywołań"]) + " z rzędu"
}

impl EndWords for Polish {
    fn see_topic(&self, topic: &str) -> String {
        // These pages are English; what a marketer needs of them is on a Polish one.
        let topic = match topic {
            "config" => "start",
            "exit-codes" | "guards" => "nightly",
            other => other,
        };
        format!("więcej: `respondent-sync help {topic}`")
    }

    fn close_in_excel(&self) -> String {
        "plik jest otwarty w innym programie: zamknij go w Excelu i spróbuj ponownie".to_owned()
    }

    fn press_enter(&self) -> String {
        "Naciśnij Enter, aby zamknąć to okno.".to_owned()
    }

    fn corrected(&self) -> String {
        "zapewne chodziło o:".to_owned()
    }

    fn keep_old(&self) -> String {
        "aby zachować tamte pliki pod inną nazwą i użyć nowego eksportu:".to_owned()
    }

    fn resume_it(&self) -> String {
        "aby dokończyć przerwaną aktualizację:".to_owned()
    }

    fn how_to_start(&self, console: Option<&str>) -> String {
        let open = match console {
            Some(console) => format!("Otwórz `{console}` w folderze programu"),
            None => "Otwórz w Eksploratorze folder z eksportem, w pasku adresu wpisz `cmd`, naciśnij Enter"
                .to_owned(),
        };
        format!(
            "Polecenia tego programu się wpisuje. {open} i wpisz: respondent-sync init PLIK.csv. Można też upuścić eksport \
             na ikonę programu: zostanie sprawdzony, niczego to nie zmienia."
        )
    }

    fn already_sent(&self, when: Option<&str>, results: &str, fixed: Option<(u64, u64)>) -> String {
        let when = when.map(|when| format!(" ({when})")).unwrap_or_default();
        let fixed = fixed.map(|(fixed, left_out)| format!("; {}", self.fixed_since(fixed, left_out)));
        format!(
            "ten plik już przetworzono{when}: wynik każdego wiersza jest w `{results}`{}; teraz niczego nie zmieniono",
            fixed.unwrap_or_default()
        )
    }

    fn already_sent_with_failures(
        &self,
        when: Option<&str>,
        remaining: u64,
        failed: &str,
        retry: &str,
    ) -> String {
        let when = when.map(|when| format!(" ({when})")).unwrap_or_default();
        format!(
            "ten plik już przetworzono{when}, teraz niczego nie zmieniono; nieudane: {}; popraw je w `{failed}` i wpisz \
             `{retry}`",
            pl(remaining, ROWS)
        )
    }

    fn early_end(&self, end: &EarlyEnd) -> String {
        match end {
            EarlyEnd::Refused { in_a_row, example } => format!(
                "platforma odmówiła dostępu ({}), ostatnio: {example}; sprawdź konto, klucz i autoryzację webhooka oraz \
                 `--base-url`",
                calls(*in_a_row)
            ),
            EarlyEnd::SameError { in_a_row, example } => format!(
                "{} bez powodzenia, a przyczyna jest nieznana; ostatnio: {example}; sprawdź `--base-url` i konto (dopuszczalną \
                 liczbę ustala `--max-same-error`)",
                calls(*in_a_row)
            ),
            EarlyEnd::AllRejected { respondents, message } => format!(
                "platforma odrzuciła wszystkich respondentów ({}) z tą samą odpowiedzią „{message}”; sprawdź, czy to właściwa \
                 ankieta i czy te ID do niej należą",
                thousands(Lang::Pl, *respondents as u64)
            ),
            EarlyEnd::TooManyErrors { rows, limit } => format!(
                "za dużo nieudanych lub bez potwierdzenia: {} (maksimum: `--max-errors {limit}`)",
                pl(*rows, ["wiersz", "wiersze", "wierszy"])
            ),
            EarlyEnd::Untrusted { reason } => format!(
                "certyfikat platformy nie jest zaufany: {reason}; sprawdź `--base-url`, a w sieci kontrolującej TLS podaj \
                 jej urząd certyfikacji w `--ca-file`"
            ),
            EarlyEnd::ProxyRefused { proxy, status: 407 } => format!(
                "serwer proxy {proxy} żąda nazwy użytkownika i hasła (407): wpisz je w `HTTPS_PROXY`, np. \
                 `http://NAZWA:HASŁO@host:3128`"
            ),
            EarlyEnd::ProxyRefused { proxy, status } => format!(
                "serwer proxy {proxy} nie przepuszcza wywołań do platformy ({status}): dopuść w nim host z `--base-url` \
                 albo pomiń proxy przez `NO_PROXY`"
            ),
            EarlyEnd::Outage { after, reason } => format!(
                "platforma nie odpowiadała przez {} (tyle dopuszcza `--max-outage`), ostatnio: {reason}",
                duration(Lang::Pl, *after)
            ),
            EarlyEnd::NotThePlatform { calls } => format!(
                "na {} platforma odpowiedziała stroną WWW, a nie jak webhook: czy `--base-url` jest właściwe?",
                pl(
                    *calls as u64,
                    ["pierwsze wywołanie", "pierwsze wywołania", "pierwszych wywołań"]
                )
            ),
            EarlyEnd::Deadline => "minął czas ustalony w `--max-duration` lub `--until`".to_owned(),
            EarlyEnd::Interrupted(Signal::Interrupt) => "przerwano".to_owned(),
            EarlyEnd::Interrupted(Signal::Terminate) => "system zatrzymał program".to_owned(),
            EarlyEnd::NotRecorded => "nie można dalej zapisywać wyników".to_owned(),
        }
    }

    fn stopped_before_sending(&self, why: &str) -> String {
        format!("{why} przed pierwszym wywołaniem: niczego nie zmieniono")
    }

    fn window_is_over(&self, until: &str) -> String {
        format!(
            "czas na wywołania skończył się o {until} (`--until`), mniej niż 12 godzin temu: niczego nie zmieniono; \
             aby zaktualizować teraz, dodaj `--until none` albo późniejszą godzinę"
        )
    }

    fn bug(&self, what: &str) -> String {
        format!("{what}: to błąd programu, zgłoś go autorom")
    }

    fn resume_with(&self, why: &str, next: &str) -> String {
        format!("{why}; aby wznowić: {next}")
    }

    fn changed_while_sent(&self, row: Option<u64>, change: &Change) -> String {
        let row = row.map(|row| format!("wiersz {row}: ")).unwrap_or_default();
        format!(
            "{row}plik zmienił się w trakcie pracy ({}): od tego miejsca niczego nie zaktualizowano",
            input::changed(change)
        )
    }

    fn changed_input(&self, input: &str, why: &str, next: Option<&str>) -> String {
        let what_to_do = match next {
            Some(next) => format!(
                "aby użyć nowej treści, uruchom ponownie z `--resume --rotate`; aby dokończyć poprzednią, przywróć ją i wpisz: {next}"
            ),
            None => "uruchom ponownie".to_owned(),
        };
        format!("{input}: {why}; {what_to_do}")
    }
}
