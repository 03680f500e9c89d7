//! `forget`, in Polish.

use crate::text::number::pl;
use crate::text::pl::{Polish, ROWS};
use crate::text::subjects::{ForgetWords, Left, Traces};

impl ForgetWords for Polish {
    fn forget_in_what(&self) -> String {
        "podaj plik, którego dotyczą uruchomienia, albo `--config PLIK`, który go wskazuje".to_owned()
    }

    fn forget_found_no_run(&self, results: &str) -> String {
        format!(
            "nie ma pliku `{results}` ani pliku stanu: sprawdź nazwę eksportu i miejsce wyników (`--output`, \
             `--output-dir`)"
        )
    }

    fn forget_unfinished(&self, path: &str, command: &str) -> String {
        format!(
            "`{path}`: uruchomienie nie zostało dokończone, a jego dziennik musi pozostać cały; niczego nie zmieniono; \
             najpierw wznów je poleceniem `{command}` z tymi samymi flagami albo zacznij od nowa z `--overwrite`"
        )
    }

    fn forget_unfinished_undo(&self, path: &str, command: &str) -> String {
        format!(
            "`{path}`: cofnięcie zmian nie zostało dokończone, a jego dziennik musi pozostać cały; niczego nie \
             zmieniono; najpierw dokończ je poleceniem `{command}` z tymi samymi flagami"
        )
    }

    fn forget_no_unicode(&self, path: &str) -> String {
        format!(
            "nazwa `{path}` nie jest w Unicode: zmień nazwy plików albo usuń dane osoby ręcznie; niczego nie zmieniono"
        )
    }

    fn forget_no_state(&self, path: Option<&str>) -> String {
        match path {
            Some(path) => {
                format!("Nie ma pliku stanu {path}: jeśli aktualizacje mają inny (`--state`), wskaż go.")
            }
            None => {
                "Pliku stanu nie sprawdzono: jeśli aktualizacje go mają (`--state`), wskaż go.".to_owned()
            }
        }
    }

    fn forget_question(&self, files: u64) -> String {
        let files = pl(files, ["pliku", "plików", "plików"]);
        format!("Usunąć te dane z {files}? Nie da się ich przywrócić.")
    }

    fn forget_not_confirmed(&self) -> String {
        "nie potwierdzono: niczego nie zmieniono".to_owned()
    }

    fn forget_removed(&self, is_dry_run: bool) -> String {
        if is_dry_run {
            "Do usunięcia (niczego nie zmieniono):"
        } else {
            "Usunięto:"
        }
        .to_owned()
    }

    fn traces(&self, traces: Traces) -> String {
        match traces {
            Traces::Lines(count) => {
                let rows = pl(count, ["wierszu", "wierszach", "wierszach"]);
                format!("ID, komunikat i skopiowane komórki w {rows}")
            }
            Traces::Records(count) => pl(count, ROWS),
            Traces::Page => "cały raport z ID; `respondent-sync report` utworzy go ponownie".to_owned(),
            Traces::LeftOver => "wersja, której nie dokończono".to_owned(),
            Traces::Entries(count) => pl(count, ["wpis", "wpisy", "wpisów"]),
        }
    }

    fn forget_found_nothing(&self, files: u64) -> String {
        format!("Niczego nie znaleziono (sprawdzone pliki: {files}).")
    }

    fn forget_not_done(&self) -> String {
        "Jeszcze nie zmieniono; to samo polecenie dokończy:".to_owned()
    }

    fn forget_left(&self) -> String {
        "Tych plików nie zmieniono; sprawdź je:".to_owned()
    }

    fn left(&self, left: Left) -> String {
        match left {
            Left::Workbook => "skoroszyt: usuń w nim wiersz tej osoby",
            Left::OtherForm => "skompresowany albo w UTF-16: usuń w nim wiersz tej osoby",
            Left::NoRows => {
                "nie wiadomo, czyje to wiersze (brak `sync_row` albo wyników): usuń w nim wiersz tej osoby"
            }
            Left::OtherId => "wiersz o numerze należącym do tej osoby dotyczy kogoś innego: usuń w nim wiersz tej osoby",
            Left::NeedsFailed => {
                "bez niego nie wiadomo, które wiersze pliku błędów są tej osoby: popraw plik błędów i powtórz polecenie"
            }
            Left::Unreadable => {
                "nie da się go odczytać albo nie ma postaci, w jakiej go zapisano: usuń w nim wiersz tej osoby"
            }
            Left::Unfinished => {
                "po niedokończonym uruchomieniu: wznów je albo usuń plik, jeśli nikomu nie jest potrzebny"
            }
            Left::NoFile => "to nie plik, lecz np. łącze: sprawdź, dokąd prowadzi",
            Left::DamagedState => "uszkodzony plik stanu: usuń go",
            Left::Missing => "nie ma takich wyników: sprawdź nazwę eksportu",
        }
        .to_owned()
    }

    fn forget_elsewhere(&self) -> String {
        "Poza tymi plikami sprawdź także: sam eksport, CRM, listę wysyłkową na platformie, kopie zapasowe i logi \
         zapisane z `-vv`."
            .to_owned()
    }
}
