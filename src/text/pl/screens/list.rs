//! The survey's mailing list, in Polish.

pub(in crate::text) mod errors;

use crate::model::Lang;
use crate::report::Verified;
use crate::text::number::{pl, thousands};
use crate::text::pl::Polish;
use crate::text::subjects::{ListWords, Undoing};

impl ListWords for Polish {
    fn pull_needs_survey(&self) -> String {
        "nie podano ankiety: dopisz `--survey ID`".to_owned()
    }

    fn by_list(&self) -> String {
        " według listy wysyłkowej ankiety".to_owned()
    }

    fn list_addresses(&self, respondents: u64, ambiguous: u64) -> String {
        let all = pl(respondents, ["respondent", "respondentów", "respondentów"]);
        match ambiguous {
            0 => format!("lista wysyłkowa: {all}"),
            _ => format!(
                "lista wysyłkowa: {all}; ten sam adres u kilku respondentów: {}",
                thousands(Lang::Pl, ambiguous)
            ),
        }
    }

    fn list_needs_survey(&self) -> String {
        "`--pull` pobiera listę jednej ankiety: podaj ją przez `--survey ID`".to_owned()
    }

    fn empty_list(&self, survey: &str) -> String {
        format!("ankieta {survey} nie ma respondentów: czy to właściwa ankieta? (`--survey`)")
    }

    fn older_list(&self, why: &str, table: &str) -> String {
        format!("{why}; ID pochodzą z listy pobranej wcześniej: `{table}`")
    }

    fn keep_needs_pull(&self) -> String {
        "`--on-conflict keep` porównuje listę z `--pull` z tym, co pamięta `--changed-only`: podaj obie opcje"
            .to_owned()
    }

    fn list_unreadable(&self, table: &str, why: &str) -> String {
        format!("nie można odczytać `{table}`: {why}")
    }

    fn list_replaced(&self, table: &str) -> String {
        format!("plik `{table}` zmienił się po odczytaniu: uruchom program jeszcze raz")
    }

    fn reads_back_at(&self, (time, last): (&str, &str), left: Option<u64>) -> String {
        let left = left.map(|left| format!("jeszcze niewidoczne: {}; ", thousands(Lang::Pl, left)));
        let at_last = if last == time {
            String::new()
        } else {
            format!(", ostatni o {last}")
        };
        format!(
            "{}odczyt listy o {time}{at_last}. Ctrl-C kończy czekanie; wyniki są już zapisane.",
            left.unwrap_or_default()
        )
    }

    fn proof_not_kept(&self, why: &str) -> String {
        format!("nie udało się zapamiętać, że etykiety odczytano z powrotem: {why}")
    }

    fn read_back(&self, verified: &Verified) -> String {
        let mut parts = vec![format!(
            "sprawdzono na liście: {}, tak jak wysłano: {}",
            pl(verified.labels(), ["etykieta", "etykiety", "etykiet"]),
            thousands(Lang::Pl, verified.seen)
        )];
        let further = [
            ("z innymi odstępami lub encjami", verified.normalised),
            ("jeszcze niewidoczne", verified.waiting),
            ("z inną wartością", verified.different),
            ("respondenta nie ma już na liście", verified.not_listed),
        ];
        for (what, count) in further {
            if count > 0 {
                parts.push(format!("{what}: {}", thousands(Lang::Pl, count)));
            }
        }
        parts.join(", ")
    }

    fn read_back_in_file(&self, file: &str) -> String {
        format!("szczegóły: {file}")
    }

    fn reading_does_not_fit(&self) -> String {
        "odczyt nie pasuje do zapisu: lista nie pokazuje żadnej etykiety tak, jak wysłano, więc nic nie mówi o wierszach; \
         czy to właściwa ankieta i czy lista pokazuje etykiety ustawiane przez webhook?"
            .to_owned()
    }

    fn nothing_to_read_back(&self) -> String {
        "sprawdzanie na liście: nie wysłano żadnej etykiety".to_owned()
    }

    fn read_back_cut_short(&self) -> String {
        "sprawdzanie na liście zostało przerwane".to_owned()
    }

    fn look_again(&self, command: &str) -> String {
        format!("żeby sprawdzić później: `{command}`")
    }

    fn cannot_read_back(&self, why: &str) -> String {
        format!("nie udało się sprawdzić na liście: {why}")
    }

    fn edited(&self, overwritten: u64, kept: u64) -> String {
        match (overwritten, kept) {
            (_, 0) => format!(
                "zmienione w międzyczasie na platformie i ustawione od nowa: {}",
                pl(overwritten, ["kontakt", "kontakty", "kontaktów"])
            ),
            _ => format!(
                "zmienione w międzyczasie na platformie i pozostawione: {}",
                pl(kept, ["etykieta", "etykiety", "etykiet"])
            ),
        }
    }

    fn how_to_prove(&self, labels: &str) -> String {
        format!(
            "stare wartości {labels} nie są jeszcze porównywane, bo żadnej nie odczytano z powrotem: \
             `--limit 1 --verify` próbuje na jednym kontakcie"
        )
    }

    fn verify_needs_file(&self) -> String {
        "`--verify` po wysyłce czyta dane jeszcze raz, a ze standardowego wejścia się nie da: podaj plik"
            .to_owned()
    }

    fn mail_subject_of_labels(&self, input: &str, code: u8) -> String {
        format!(
            "{input}: kod {code}, wiersze są w porządku, ale lista wysyłkowa nie potwierdza wszystkich etykiet"
        )
    }

    fn labels_differ(&self, labels: u64, file: &str) -> String {
        format!(
            "etykiety odczytane z inną wartością niż wysłana: {} ({file})",
            thousands(Lang::Pl, labels)
        )
    }

    fn verify_without_run(&self, summary: &str) -> String {
        format!(
            "nie ma czego sprawdzać: brak pliku `{summary}`; podaj plik z danymi tej wysyłki, a przez `--output-dir` lub `--output` miejsce, w którym zapisała wyniki"
        )
    }

    fn verify_of_unfinished(&self, results: &str) -> String {
        format!(
            "wysyłka `{results}` nie jest ukończona: najpierw dokończ ją przez `--resume`, potem użyj `verify`"
        )
    }

    fn verify_of_rehearsal(&self, summary: &str) -> String {
        format!(
            "`{summary}` pochodzi z próby, więc nie ma czego sprawdzać: próba z `--pull` sama odczytuje swoje etykiety z listy"
        )
    }

    fn list_is_missing(&self, table: &str) -> String {
        format!("brak pliku `{table}` z ID respondentów tej wysyłki: przywróć go")
    }

    fn verify_knows_no_rounds(&self) -> String {
        "nie ma wśród nich wierszy wysłanych przez `retry`: dopisz tam `--verify`".to_owned()
    }

    fn verify_of_other_input(&self, input: &str) -> String {
        format!("`{input}` zmienił się od czasu wysyłki, więc o jego wierszach nic nie wiadomo")
    }

    fn nothing_to_undo(&self, undo: &str, older: Option<&str>) -> String {
        let older =
            older.map(|older| format!("; zmiany wcześniejszej wysyłki, cofnięte lub nie, są w `{older}`"));
        format!(
            "nie ma czego cofać: pliku `{undo}`, który zapisuje wysyłka z `--pull`, nie ma albo nie ma w nim zmian{}",
            older.unwrap_or_default()
        )
    }

    fn undo_of_earlier_run(&self, undo: &str) -> String {
        format!(
            "ostatnia wysyłka nie zapisała zmian, bo nie pobrała listy (`--pull`); żeby cofnąć wcześniejszą, wskaż jej plik: \
             `undo {undo}`"
        )
    }

    fn undo_of_other_survey(&self, survey: &str, asked: &str) -> String {
        format!(
            "zmiany dotyczą ankiety {survey}, a nie {asked}: pomiń `--survey` albo wskaż plik tamtej wysyłki"
        )
    }

    fn undoing(&self, undoing: &Undoing<'_>) -> Vec<String> {
        let count = |count| pl(count, ["etykieta", "etykiety", "etykiet"]);
        let mut lines = vec![match undoing.labels {
            0 => "nie ma czego przywracać".to_owned(),
            labels => format!(
                "do przywrócenia do stanu sprzed wysyłki: {} u {}",
                count(labels),
                pl(undoing.contacts, ["kontaktu", "kontaktów", "kontaktów"])
            ),
        }];
        if undoing.as_before > 0 {
            lines.push(format!(
                "już takie jak przed wysyłką: {}",
                count(undoing.as_before)
            ));
        }
        if undoing.not_restored > 0 {
            let which = undoing
                .refused
                .map(|file| format!(" ({file})"))
                .unwrap_or_default();
            lines.push(format!(
                "nie zostaną przywrócone, bo zmieniono je po wysyłce: {}{which}",
                count(undoing.not_restored)
            ));
        }
        if undoing.left_filled > 0 {
            lines.push(format!(
                "nie zostaną przywrócone, bo przed wysyłką były puste: {}; opróżni je `--empty send`",
                count(undoing.left_filled)
            ));
        }
        if undoing.labels > 0 {
            lines.push("Następna zaplanowana wysyłka ustawi te etykiety ponownie, chyba że ją wstrzymasz albo zmienisz eksport.".to_owned());
        }
        lines
    }

    fn how_to_undo(&self, command: &str) -> String {
        format!("przywrócenie starych wartości: `{command}`")
    }

    fn undone(&self, labels: u64, contacts: u64) -> String {
        format!(
            "przywrócono {} u {}",
            pl(labels, ["etykietę", "etykiety", "etykiet"]),
            pl(contacts, ["kontaktu", "kontaktów", "kontaktów"])
        )
    }

    fn undo_of_trial(&self, undo: &str) -> String {
        format!("Próba też zmieniła kontakty, a tego polecenie nie cofa: `respondent-sync undo {undo}`")
    }

    fn undo_question(&self) -> String {
        "Przywrócić te etykiety?".to_owned()
    }

    fn undo_needs_yes(&self) -> String {
        "nic nie wysłano: nie ma kogo zapytać, więc obejrzyj zmiany z `--dry-run` i dopisz `--yes`".to_owned()
    }

    fn pulling(&self, respondents: u64, time: Option<String>) -> String {
        let count = pl(respondents, ["respondent", "respondentów", "respondentów"]);
        match time {
            Some(time) => format!("pobieranie listy wysyłkowej: {count}, około {time}"),
            None => format!("pobieranie listy wysyłkowej: {count}"),
        }
    }

    fn pull_stopped(&self, why: &str) -> String {
        format!("{why}: lista nie została pobrana do końca, nie zapisano tabeli")
    }

    fn pulled(&self, respondents: u64, survey: &str, table: &str) -> String {
        let count = pl(respondents, ["respondent", "respondentów", "respondentów"]);
        format!("lista wysyłkowa ankiety {survey}: {count}, zapisano w `{table}`")
    }
}
