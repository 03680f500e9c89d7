//! The HTML pages, in Polish.

use crate::model::Lang;
use crate::text::number::{form, pl, thousands};
use crate::text::pl::Polish;
use crate::text::subjects::{Headline, Need, PageLabel, PageWords, Trend};

fn number(count: u64) -> String {
    thousands(Lang::Pl, count)
}

impl PageWords for Polish {
    fn label(&self, label: PageLabel) -> &'static str {
        match label {
            PageLabel::Report => "Raport",
            PageLabel::Done => "Gotowe",
            PageLabel::NeedsYou => "Wymaga uwagi",
            PageLabel::LabelsNeedYou => "Etykiety wymagają uwagi",
            PageLabel::StoppedEarly => "Przerwano",
            PageLabel::NothingSent => "Niczego nie zmieniono",
            PageLabel::Next => "Co teraz",
            PageLabel::Resume => "Aby dokończyć przerwaną aktualizację:",
            PageLabel::ExcelHint => {
                "Otwarty dwukrotnym kliknięciem plik Excel zmienia: skraca długie ID i usuwa zera na początku. Otwórz go przez \
                 Dane → Z pliku tekstowego/CSV, z kolumną ID jako tekst."
            }
            PageLabel::Copy => "Kopiuj",
            PageLabel::Copied => "Skopiowano",
            PageLabel::Split => "Wszystkie wiersze",
            PageLabel::Reasons => "Przyczyny błędów",
            PageLabel::Rows => "Wiersze z błędami",
            PageLabel::RowsSoFar => "Dotychczasowe wiersze z błędami",
            PageLabel::Row => "Wiersz",
            PageLabel::Count => "Ile",
            PageLabel::Reason => "Przyczyna",
            PageLabel::Remedy => "Co zrobić",
            PageLabel::Message => "Komunikat",
            PageLabel::Code => "Kod",
            PageLabel::Respondent => "Respondent",
            PageLabel::Search => "Szukaj",
            PageLabel::SortHint => "Sortuj według tej kolumny",
            PageLabel::Course => "Wywołania w czasie",
            PageLabel::Time => "Czas",
            PageLabel::Calls => "Wywołania",
            PageLabel::FailedCalls => "Nieudane wywołania",
            PageLabel::PerSecond => "Wywołania na sekundę",
            PageLabel::AgreedRate => "Uzgodnione tempo",
            PageLabel::Waiting => "Oczekiwanie na platformę",
            PageLabel::Numbers => "Te same liczby w tabeli",
            PageLabel::Warnings => "Uwagi",
            PageLabel::ResponseTimes => "Czasy odpowiedzi",
            PageLabel::Answers => "Odpowiedzi",
            PageLabel::Settings => "Ustawienia",
            PageLabel::About => "Szczegóły",
            PageLabel::Input => "Plik",
            PageLabel::Started => "Początek",
            PageLabel::Finished => "Koniec",
            PageLabel::Duration => "Czas trwania",
            PageLabel::Result => "Kod wyjścia",
            PageLabel::RunId => "Numer uruchomienia",
            PageLabel::Version => "Wersja",
            PageLabel::Results => "Wyniki",
            PageLabel::FailedFile => "Plik błędów",
            PageLabel::Overview => "Wszystkie zadania",
            PageLabel::Internal => {
                "Do użytku wewnętrznego: strona wymienia wszystkich klientów. Nie przekazuj jej dalej."
            }
            PageLabel::Job => "Zadanie",
            PageLabel::Nights => "Ostatnie 30 nocy",
            PageLabel::LastSuccess => "Ostatnio bez błędów",
            PageLabel::Trend => "Tendencja",
            PageLabel::Needs => "Czego wymaga",
            PageLabel::FailedRows => "z błędami",
            PageLabel::Details => "Liczby",
            PageLabel::Refused => "zatrzymano przed zmianami",
            PageLabel::Missed => "brak uruchomienia",
            PageLabel::Unreadable => "Pliki, które nie są podsumowaniami tego programu",
            PageLabel::Nothing => "niczego",
            PageLabel::Never => "nigdy",
        }
    }

    fn headline(&self, counts: Headline) -> String {
        let Headline { rows, updated, .. } = counts;
        if rows == 0 {
            return "Nie ma żadnych wierszy.".to_owned();
        }
        let failed = counts.to_fix + counts.to_resend + counts.not_reached;
        let nothing_new = updated == 0 && failed == 0 && counts.unchanged > 0;
        let first = if nothing_new {
            format!(
                "Nie było czego aktualizować (wszystkich kontaktów: {}).",
                number(rows)
            )
        } else {
            format!(
                "Zaktualizowano {} (wszystkich: {}).",
                pl(updated, ["kontakt", "kontakty", "kontaktów"]),
                number(rows)
            )
        };
        let mut parts = vec![first];
        for (count, what) in [
            (counts.to_fix, "Do poprawy"),
            (counts.to_resend, "Do ponowienia"),
            (counts.unchanged, "Bez zmian"),
            (counts.skipped, "Pominięto"),
            (counts.not_reached, "Pozostało"),
        ] {
            if count > 0 {
                parts.push(format!("{what}:\u{A0}{}.", number(count)));
            }
        }
        parts.join(" ")
    }

    fn exit_meaning(&self, code: u8) -> &'static str {
        match code {
            0 => "wszystkie wiersze zaktualizowane lub pominięte",
            1 => "zakończono, ale część wierszy ma błędy: zob. plik błędów",
            2 => "błąd w poleceniu lub w ustawieniach; niczego nie zmieniono",
            3 => "pliku nie można użyć albo zmienił się w trakcie pracy",
            4 => "przerwano: odmowa dostępu, za dużo błędów albo zabezpieczenie",
            5 => "platforma nie odpowiadała dłużej, niż pozwala `--max-outage`",
            6 => "nie można zapisać wyników (brak miejsca na dysku)",
            9 => "w pliku nie ma wierszy z danymi",
            10 => "skończył się czas, na który pozwala `--max-duration` lub `--until`",
            11 => "trwa inne uruchomienie dla tych wyników lub tego konta",
            70 => "błąd programu: zgłoś go autorom",
            130 | 143 => "przerwano na żądanie",
            _ => "nieznany",
        }
    }

    fn of_trial(&self) -> String {
        "Zmieniono tylko wybrane wiersze (`--limit`, `--only`). Sprawdź te kontakty na platformie.".to_owned()
    }

    fn of_sandbox(&self) -> String {
        "To była próba w piaskownicy (`--sandbox`): na platformie nic się nie zmieniło.".to_owned()
    }

    fn mended_since(&self, fixed: u64, remaining: u64) -> String {
        format!(
            "Od tego czasu zaktualizowano {} z błędami; pozostało: {}.",
            pl(fixed, ["wiersz", "wiersze", "wierszy"]),
            number(remaining)
        )
    }

    fn why_on_screen(&self, code: u8) -> String {
        format!(
            "{} (kod {code}); przyczyna była na ekranie",
            self.exit_meaning(code)
        )
    }

    fn checked_again(&self, when: &str) -> String {
        format!("Ostatnie sprawdzenie: {when}. Ten sam eksport, nic nowego.")
    }

    fn nothing_new(&self) -> String {
        "nic nowego: ten eksport przetworzono już wcześniej".to_owned()
    }

    fn unsent_night(&self, code: u8, why: &str) -> String {
        match code {
            0 => why.to_owned(),
            code => format!("kod {code}: {why}"),
        }
    }

    fn run_before(&self, when: Option<&str>) -> String {
        match when {
            Some(when) => format!("Poniżej poprzednie uruchomienie, zakończone {when}."),
            None => "Poniżej poprzednie uruchomienie.".to_owned(),
        }
    }

    fn rows_beyond(&self, more: u64, file: &str) -> String {
        format!("Pozostałe wiersze ({}) są w pliku {file}.", number(more))
    }

    fn message_in(&self, file: &str) -> String {
        format!("odpowiedź platformy może zawierać dane osoby, więc jest tylko w {file}")
    }

    fn split_described(&self, headline: &str) -> String {
        format!("Pasek podzielony według wyniku wierszy: {headline}")
    }

    fn course_described(&self, calls: u64, failed: u64, from: &str, until: &str) -> String {
        format!(
            "{} od {from} do {until}, w tym nieudane: {}.",
            pl(calls, ["wywołanie", "wywołania", "wywołań"]),
            number(failed)
        )
    }

    fn course_since_resume(&self, when: &str) -> String {
        format!("Pracę wznowiono {when}; wcześniejszych wywołań nie ma na tym wykresie.")
    }

    fn waited(&self, from: &str, until: &str, reason: &str) -> String {
        format!("{from}–{until}: oczekiwanie na platformę ({reason})")
    }

    fn within(&self, per_cent: u64, time: &str) -> String {
        format!("{per_cent}% odpowiedzi nadeszło w ciągu {time}")
    }

    fn longest(&self, time: &str) -> String {
        format!("najdłuższe oczekiwanie na odpowiedź: {time}")
    }

    fn times_described(&self, answers: u64, median: &str) -> String {
        format!(
            "{} według czasu oczekiwania; połowa w ciągu {median}.",
            pl(answers, ["odpowiedź", "odpowiedzi", "odpowiedzi"])
        )
    }

    fn below(&self, time: &str) -> String {
        format!("poniżej {time}")
    }

    fn page_holds(&self, ids: bool) -> String {
        if ids {
            "Ta strona zawiera ID respondentów, których wiersze mają błędy, i żadnych innych danych z pliku. Chroń ją tak jak \
             sam plik."
        } else {
            "Ta strona zawiera numery wierszy i kody błędów; nie ma na niej ID ani innych danych z pliku."
        }
        .to_owned()
    }

    fn page_readers(&self, group: Option<&str>) -> String {
        match group {
            Some(group) => format!("Może ją odczytać właściciel pliku i grupa {group}."),
            None => "Może ją odczytać tylko właściciel pliku.".to_owned(),
        }
    }

    fn summary_missing(&self, path: &str) -> String {
        format!("Nie ma pliku {path}, więc nie są tu znane czasy, ustawienia ani następny krok.")
    }

    fn page_written(&self, path: &str) -> String {
        format!("raport: {path}")
    }

    fn page_not_written(&self, why: &str) -> String {
        format!("raport nie został zapisany: {why}")
    }

    fn no_group(&self, name: &str, why: &str) -> String {
        format!("`--share-group {name}`: na tym komputerze nie ma takiej grupy ({why})")
    }

    fn no_results(&self, path: &str, why: &str) -> String {
        format!("`{path}` nie jest plikiem wyników tego programu: {why}")
    }

    fn not_of_this_tool(&self, path: &str, why: &str) -> String {
        format!("`{path}` nie jest podsumowaniem tego programu: {why}")
    }

    fn one_file_each(&self) -> String {
        "`report` tworzy raport z jednego uruchomienia: podaj jeden plik wyników albo użyj `--overview`"
            .to_owned()
    }

    fn only_text_of_stream(&self) -> String {
        "raport powstaje z plików: podaj plik wyników albo użyj `--format text`".to_owned()
    }

    fn nothing_here(&self, path: &str) -> String {
        format!("nie ma pliku ani folderu `{path}`")
    }

    fn no_summaries(&self) -> String {
        "nie ma tu żadnego podsumowania (`….summary.json`)".to_owned()
    }

    fn overview_needs_output(&self) -> String {
        "przegląd kilku plików lub folderów nie ma własnego miejsca: podaj `--output PLIK`".to_owned()
    }

    fn overview_headline(&self, jobs: u64, needing: u64) -> String {
        if needing == 0 {
            return format!("Żadne zadanie nie wymaga uwagi (wszystkich: {}).", number(jobs));
        }
        let verb = form(needing, ["Uwagi wymaga", "Uwagi wymagają", "Uwagi wymaga"]);
        format!(
            "{verb} {} (wszystkich: {}).",
            pl(needing, ["zadanie", "zadania", "zadań"]),
            number(jobs)
        )
    }

    fn need(&self, need: &Need) -> String {
        match need {
            Need::Fix(rows, cause) => {
                let cause = cause.map(|cause| format!(" ({cause})")).unwrap_or_default();
                format!("do poprawy: {}{cause}", number(*rows))
            }
            Need::Resend(rows) => format!("do ponowienia: {}", number(*rows)),
            Need::Stopped(code) => format!("przerwano (kod {code}): {}", self.exit_meaning(*code)),
            Need::Refused(date, why) => format!("{date} zatrzymano: {why}"),
            Need::Interrupted => "przerwano w trakcie: wznów z `--resume`".to_owned(),
            Need::NoRunSince(date) => format!("bez uruchomienia od {date}"),
        }
    }

    fn trend(&self, trend: Trend) -> &'static str {
        match trend {
            Trend::More => "↑ więcej błędów",
            Trend::Fewer => "↓ mniej błędów",
            Trend::Steady => "→ podobnie",
        }
    }

    fn nights_described(&self, job: &str, runs: u64, missed: u64) -> String {
        let missed = match missed {
            0 => String::new(),
            some => format!(", pominięte noce: {}", number(some)),
        };
        format!(
            "{job}: {} w ciągu 30 nocy{missed}",
            pl(runs, ["uruchomienie", "uruchomienia", "uruchomień"])
        )
    }

    fn night(&self, counts: Headline, code: u8) -> String {
        format!(
            "zaktualizowano {}, z błędami {}, bez zmian {}{}, kod {code}",
            number(counts.updated),
            number(counts.to_fix + counts.to_resend),
            number(counts.unchanged),
            match counts.not_reached {
                0 => String::new(),
                left => format!(", pozostało {}", number(left)),
            }
        )
    }

    fn mail_subject(&self, input: &str, code: u8) -> String {
        format!("{input}: kod {code}, {}", self.exit_meaning(code))
    }

    fn page_is(&self, path: &str) -> String {
        format!("Raport: {path}")
    }

    fn rows_with_code(&self, rows: u64, title: &str, code: &str) -> String {
        format!("{}: {title} ({code})", number(rows))
    }
}
