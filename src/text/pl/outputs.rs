//! Outputs in the way or that cannot be written, in Polish, by a match over all errors. The English
//! is where they are defined.

use crate::model::{Lang, ShownPath as _};
use crate::record::OutputError;
use crate::text::number::{pl, thousands};

/// What to do about files of another run.
const SET_ASIDE: &str = "zachowaj go pod inną nazwą (`--resume --rotate`) albo zastąp (`--overwrite`)";

/// Names the parts of a fingerprint that changed, which come in English and separated by commas.
fn parts(changed: &str) -> String {
    let names = changed
        .split(", ")
        .map(|part| match part.trim_start_matches("the ") {
            "content" => "treść pliku",
            "dialect" => "kodowanie lub separator",
            "mapping" => "przypisanie kolumn",
            "blank policy" => "puste komórki",
            "survey" => "ankieta",
            "account" => "konto",
            "base URL" => "adres platformy",
            "selection" => "wybór wierszy",
            "duplicates" => "powtórzone wiersze",
            "table of ids" => "tabela ID",
            "mailing list" => "lista wysyłkowa",
            "unknown addresses" => "nieznane adresy",
            "list of `--exclude`" => "lista wykluczeń",
            other => other,
        });
    names.collect::<Vec<_>>().join(", ")
}

/// Returns an error without its causes.
#[expect(clippy::too_many_lines, reason = "one arm for each error")]
pub(in crate::text) fn output(error: &OutputError) -> String {
    match error {
        OutputError::InTheWay(path) => format!(
            "`{}` już istnieje, a program sam niczego nie zastępuje: przenieś go, podaj inne miejsce (`--output`), \
             {}",
            path.shown(),
            SET_ASIDE
        ),
        OutputError::SameFinished(path) => format!(
            "`{}` już istnieje: ten eksport przetworzono w całości; nieudane wiersze ponowi `respondent-sync retry`, a wszystkie \
             od nowa `run --overwrite`",
            path.shown()
        ),
        OutputError::Unfinished(path) => format!(
            "`{}` już istnieje: poprzednia praca została przerwana po części wierszy; wznów ją z `--resume` albo zacznij od \
             nowa z `--overwrite`",
            path.shown()
        ),
        OutputError::OtherRun { path, changed } => format!(
            "`{}` należy do pracy z innymi ustawieniami (zmienione: {}): wznów ją z poprzednimi, {SET_ASIDE}",
            path.shown(),
            parts(changed)
        ),
        OutputError::OtherFinished { path, changed } => {
            let changed = if changed.is_empty() {
                String::new()
            } else {
                format!(" (zmienione: {})", parts(changed))
            };
            format!(
                "`{}` należy do zakończonej pracy z innymi ustawieniami{changed}: {SET_ASIDE}",
                path.shown()
            )
        }
        OutputError::NotResumable { path, .. } => {
            format!(
                "pracy z `{}` nie da się wznowić, bo nie ma dziennika: {SET_ASIDE}",
                path.shown()
            )
        }
        OutputError::OtherVersion { path, version } => format!(
            "`{}` pochodzi z {} wersji programu: dokończ pracę w tamtej wersji albo zaktualizuj wszystkie wiersze od nowa z \
             `--overwrite`",
            path.shown(),
            if version.is_earlier() {
                "wcześniejszej"
            } else {
                "późniejszej"
            }
        ),
        OutputError::NoRefresh(path) => format!(
            "`{}` należy do przerwanej pracy bez `--full-refresh`: dokończ ją bez tej opcji, {SET_ASIDE}",
            path.shown()
        ),
        OutputError::DamagedJournal { path, byte } => format!(
            "`{}` jest uszkodzony od bajtu {}, a dalej są całe linie: to nie skutek przerwania pracy",
            path.shown(),
            thousands(Lang::Pl, *byte)
        ),
        OutputError::UnreadableJournal { path, why } => format!(
            "pracy z `{}` nie da się wznowić ({why}), a część wierszy już zaktualizowano: obejrzyj ten plik przed \
             przeniesieniem albo zacznij od nowa z `--overwrite`",
            path.shown()
        ),
        OutputError::ResumedStream => {
            "`--resume` nie działa ze standardowym wejściem, którego nie można przeczytać drugi raz: zapisz je jako plik"
                .to_owned()
        }
        OutputError::Folder(path) => format!("`{}` to folder: podaj plik, który w nim leży", path.shown()),
        OutputError::NoFile(path) => format!(
            "`{}` to urządzenie lub potok, a wynik musi być zwykłym plikiem: podaj plik",
            path.shown()
        ),
        OutputError::NoFolder(path) => format!(
            "nie ma folderu `{}`, a program nie tworzy folderów: utwórz go albo podaj inne miejsce (`--output`)",
            path.shown()
        ),
        OutputError::IsInput(path) => format!(
            "plik z danymi i wynik to ten sam plik `{}`: podaj inne miejsce (`--output`)",
            path.shown()
        ),
        OutputError::Same(path) => {
            format!("dwa pliki wynikowe mają tę samą nazwę `{}`: nadaj im różne", path.shown())
        }
        OutputError::NoPage(path) => format!(
            "`{}` już istnieje i nie jest raportem tego zadania, a istniejących plików program nie nadpisuje: przenieś ten \
             plik albo podaj inną nazwę raportu",
            path.shown()
        ),
        OutputError::NoTable(path) => format!(
            "`{}` już istnieje i nie jest tabelą respondentów, a istniejących plików program nie nadpisuje: przenieś ten plik \
             albo podaj inną nazwę",
            path.shown()
        ),
        OutputError::Create { path, .. } => format!("nie można utworzyć `{}`", path.shown()),
        OutputError::Write { path, .. } => format!("nie można zapisać `{}`", path.shown()),
        OutputError::Read { path, .. } => format!("nie można odczytać `{}`", path.shown()),
        OutputError::Rename { path, .. } => format!(
            "nie można zmienić nazwy pliku na `{}`; może być otwarty w innym programie",
            path.shown()
        ),
        OutputError::NoRoom {
            folder,
            rows,
            needed,
            free,
        } => format!(
            "w `{}` jest miejsce na {} KiB, a na {} potrzeba co najmniej {} KiB: zwolnij miejsce albo podaj inne \
             (`--output`); niczego nie zmieniono",
            folder.shown(),
            thousands(Lang::Pl, free.div_euclid(1024)),
            pl(*rows, ["wiersz", "wiersze", "wierszy"]),
            thousands(Lang::Pl, needed.div_ceil(1024))
        ),
        OutputError::Journal(_) => "nie można odczytać dziennika".to_owned(),
        OutputError::OtherRow { row } => {
            format!("wiersz {row} jest inny niż w dzienniku: plik z danymi się zmienił")
        }
    }
}
