//! `check`, the question before a run and the preview, in Polish.

use std::time::Duration;

use crate::model::Lang;
use crate::report::{Changes, LabelChanges};
use crate::text::number::{duration, form, pl, thousands};
use crate::text::pl::{Polish, ROWS};
use crate::text::subjects::{CheckWords, Plans};

impl CheckWords for Polish {
    fn input_rows(&self, input: &str, rows: u64) -> String {
        format!("{input}: {}", pl(rows, ROWS))
    }

    fn nothing_would_be_sent(&self, why: &str) -> String {
        format!("Program niczego nie zaktualizuje: {why}")
    }

    fn warning(&self, text: &str) -> String {
        format!("Uwaga: {text}")
    }

    fn changes(&self, changes: &Changes) -> String {
        let count = |count| thousands(Lang::Pl, count);
        let all = count(changes.of);
        let listed = |labels: &[LabelChanges]| -> String {
            let some = labels.iter().filter(|label| label.contacts > 0);
            let some = some.map(|label| format!("{}: {}", label.label, count(label.contacts)));
            some.collect::<Vec<_>>().join(", ")
        };
        let labels = listed(&changes.labels);
        let text = if labels.is_empty() {
            format!("żaden z kontaktów ({all}) się nie zmieni: platforma ma już te wartości")
        } else {
            format!(
                "zmieni się {} z {all} kontaktów ({labels})",
                count(changes.contacts)
            )
        };
        match listed(&changes.unknown) {
            unknown if unknown.is_empty() => text,
            unknown => format!("{text}; nie wiadomo, bo żadnej wartości jeszcze nie odczytano: {unknown}"),
        }
    }

    fn longest_value(&self, bytes: u64) -> String {
        format!("najdłuższa wartość: {}", pl(bytes, ["bajt", "bajty", "bajtów"]))
    }

    fn calls_take(&self, rate: &str, time: Option<Duration>) -> String {
        match time {
            Some(time) => format!(
                "Przy tempie {rate} potrwa to co najmniej {}.",
                duration(Lang::Pl, time)
            ),
            None => "Tempo wywołań nie jest ograniczone.".to_owned(),
        }
    }

    fn first_calls(&self, are_changes: bool) -> String {
        if are_changes {
            "Pierwsze zmiany:"
        } else {
            "Pierwsze wiersze do ustawienia:"
        }
        .to_owned()
    }

    fn call(&self, row: u64, respondent: &str, labels: &str) -> String {
        format!("wiersz {row} → respondent {respondent}: {labels}")
    }

    fn next_trial(&self) -> String {
        "Teraz zaktualizuj jeden kontakt i sprawdź go na platformie:".to_owned()
    }

    fn next_mend(&self) -> String {
        "Popraw eksport i sprawdź go ponownie:".to_owned()
    }

    fn set_labels(&self, plans: &Plans<'_>) -> String {
        let contacts = match form(plans.to_send, ["one", "few", "many"]) {
            _ if plans.has_repeats => format!(
                "kontaktów z {}\u{A0}{}",
                thousands(Lang::Pl, plans.to_send),
                form(plans.to_send, ["wiersza", "wierszy", "wierszy"])
            ),
            "one" => "1\u{A0}kontaktu".to_owned(),
            _ => format!("{}\u{A0}kontaktów", thousands(Lang::Pl, plans.to_send)),
        };
        let survey = plans.survey.map(|survey| format!(" w ankiecie {survey}"));
        let first = if plans.is_first {
            " Będzie to pierwsza pełna aktualizacja z tego pliku."
        } else {
            ""
        };
        let changed = plans.changed.map(|(changed, known)| {
            let verb = form(changed, ["Zmieni się", "Zmienią się", "Zmieni się"]);
            format!(
                " {verb} {} (znanych: {}).",
                pl(changed, ROWS),
                thousands(Lang::Pl, known)
            )
        });
        format!(
            "Zmienić {} u {contacts}{} ({})?{}{first}",
            plans.labels,
            survey.unwrap_or_default(),
            plans.host,
            changed.unwrap_or_default()
        )
    }

    fn cannot_be_restored(&self) -> String {
        "Dawnych wartości nie da się przywrócić; z kluczem API zapisze je najpierw `--pull`. Zaproszenia nie są wysyłane."
            .to_owned()
    }

    fn can_be_undone(&self) -> String {
        "Stare wartości może przywrócić `undo`. Zaproszenia nie zostaną wysłane.".to_owned()
    }

    fn better_no(&self) -> String {
        "Uszkodzone wartości trafią na platformę bez zmian: lepiej wpisać n, poprawić plik i uruchomić ponownie."
            .to_owned()
    }

    fn not_confirmed(&self) -> String {
        "nie potwierdzono: niczego nie zmieniono".to_owned()
    }

    fn no_answer(&self, time: Duration) -> String {
        format!(
            "brak odpowiedzi przez {}: niczego nie zmieniono",
            duration(Lang::Pl, time)
        )
    }

    fn odd_lengths(&self, digits: usize) -> String {
        format!(
            "ID nietypowej długości (prawie wszystkie są {digits}-cyfrowe): ucięte albo z innego systemu?"
        )
    }

    fn preview_is_for_terminals(&self) -> String {
        "`--preview` pokazuje dane, więc działa tylko w oknie terminala: pomiń tę opcję".to_owned()
    }
}
