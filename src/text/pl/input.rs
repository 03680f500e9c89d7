//! What is wrong with an input, in Polish, by a match over all errors. The English is where they
//! are defined.

use super::{Polish, columns};
use crate::model::{Lang, Position, date_in};
use crate::plan::ListFault;
use crate::read::{Change, Foreign, InputError, Newest, NewestBy, NoNewest, WorkbookFault};
use crate::text::number::{pl, thousands};
use crate::text::subjects::InputWords;

impl InputWords for Polish {
    fn newest(&self, newest: &Newest) -> String {
        let by = match newest.by {
            NewestBy::Date(Some(date)) => format!("według daty w nazwie ({})", date_in(Lang::Pl, date)),
            NewestBy::Date(None) => "według daty w nazwie".to_owned(),
            NewestBy::Number => "według numeru w nazwie".to_owned(),
            NewestBy::Time => "według czasu zapisu".to_owned(),
            NewestBy::Alone => return format!("`{}` to jedyny plik pasujący do wzorca", newest.name),
        };
        format!("najnowszy plik z {}: `{}`, {by}", newest.of, newest.name)
    }

    fn newest_leaves_out(&self, count: u64, names: &[&str]) -> String {
        let files = pl(count, ["plik", "pliki", "plików"]);
        format!(
            "pominięto {files} (nazwa bez daty lub z datą późniejszą niż jutro): `{}`",
            names.join("`, `")
        )
    }

    fn newest_by_number(&self, chosen: &str, later: &str) -> String {
        format!(
            "`{chosen}` jest najnowszy według numeru w nazwie, ale `{later}` zapisano później: bezpieczniejsze są data i \
             godzina w nazwie"
        )
    }

    fn newest_is_out_of_reach(&self, name: &str) -> String {
        format!("najnowszy jest `{name}`, ale nie można go odczytać")
    }

    fn no_newest(&self, why: &NoNewest) -> String {
        match why {
            NoNewest::NoFile => {
                "żaden plik nie pasuje do wzorca: czy eksport już jest i czy wzorzec jest poprawny?"
                    .to_owned()
            }
            NoNewest::Later(name) => {
                format!(
                    "`{name}` ma datę późniejszą niż jutro, inne pliki też: czy zegar jest ustawiony poprawnie?"
                )
            }
            NoNewest::Unclear(one, other) => format!(
                "najnowszy jest `{one}` albo `{other}`, zależnie od tego, czy pierwszy jest dzień, czy miesiąc: eksport \
                 powinien nazywać pliki tak: `2026-12-01`"
            ),
            NoNewest::ToCome(one, other) => format!(
                "najnowszy jest `{one}` albo `{other}`, zależnie od tego, czy liczą się daty przyszłe: przenieś jeden z nich"
            ),
            NoNewest::Unread(name) => format!(
                "nazwa `{name}` zawiera chyba datę w nieznanej postaci: eksport powinien nazywać pliki tak: `2026-12-01`; \
                 można też przenieść ten plik"
            ),
        }
    }

    fn at(&self, position: Position, why: &str) -> String {
        format!("{}: {why}", place(position))
    }

    fn sheet_of(&self, input: &str, sheet: &str, others: &str) -> String {
        format!("{input}, arkusz `{sheet}` (inny można podać w `--sheet`: {others})")
    }

    fn list_refused(&self, path: &str) -> String {
        format!("{path} (`--exclude`): niczego nie zmieniono")
    }

    fn list_fault(&self, fault: &ListFault) -> String {
        match fault {
            ListFault::Workbook => {
                "lista jest skoroszytem, którego arkusze i formuły mogą ukrywać wpisy: zapisz ją jako `CSV UTF-8`".to_owned()
            }
            ListFault::Empty => "lista nikogo nie wyklucza: poproś o nią jeszcze raz albo pomiń tę opcję".to_owned(),
            ListFault::NotAnEntry => {
                "wpis nie jest ani ID (same cyfry), ani jednym zwykłym adresem e-mail".to_owned()
            }
            ListFault::OnlyAnAddress => {
                "jest adres, a nie ma ID, w pliku zaś są ID: podaj na liście ID albo wyszukuj respondentów przez `--ids` i \
                 `--match-on`"
                    .to_owned()
            }
            ListFault::NoEntry => "brak wpisu: w każdej linii musi być ID lub adres".to_owned(),
            ListFault::CrmNumber { column } => format!(
                "kolumna `{column}` wygląda na numer kontaktu z CRM, a nie na ID respondenta: podaj na liście ID z platformy \
                 albo adresy"
            ),
            ListFault::UnknownColumns => {
                "lista ma kilka kolumn, a żadna nie nazywa się `id_respondent` ani `email`: podaj jeden wpis w linii albo \
                 tak nazwij kolumny"
                    .to_owned()
            }
            ListFault::Ambiguous { column } => format!(
                "wiersze są wyszukiwane po `{column}`, więc nie wiadomo, czy liczby na liście to te numery, czy ID z \
                 platformy: dodaj do listy nagłówek"
            ),
        }
    }

    fn table_refused(&self, path: &str, why: &str, has_defaults: bool) -> String {
        let defaults = if has_defaults {
            " (`--encoding`, `--sheet` i podobne dotyczą pliku z danymi; nagłówek tabeli to 1. linia pierwszego arkusza)"
        } else {
            ""
        };
        format!("{path} (`--ids`): {why}{defaults}")
    }

    fn table_broken(&self, path: &str, why: &str) -> String {
        format!(
            "{path} (`--ids`): {why}; tabela z nieczytelną linią nie jest używana, bo jej adresy mogą należeć do kogoś innego"
        )
    }

    fn no_survey(&self) -> String {
        "brak ankiety: podaj `--survey ID` dla wszystkich wierszy albo wskaż kolumnę z ID ankiety (`--survey-column`)"
            .to_owned()
    }

    fn config_as_input(&self, path: &str) -> String {
        format!("`{path}` to plik konfiguracji, a nie eksport: wpisz `--config {path}`")
    }
}

/// Returns an error without its causes.
#[expect(clippy::too_many_lines, reason = "one arm for each error")]
pub(in crate::text) fn input(error: &InputError) -> String {
    let number = |number: usize| thousands(Lang::Pl, number as u64);
    match error {
        InputError::Open(_) => "nie można otworzyć pliku".to_owned(),
        InputError::Folder => "to jest folder: podaj plik, który w nim leży".to_owned(),
        InputError::NoNewest(why) => why.polish().to_owned(),
        InputError::Read { byte, .. } => {
            format!("nie można odczytać pliku od bajtu {}", thousands(Lang::Pl, *byte))
        }
        InputError::Empty => "plik jest pusty: nie ma nagłówka ani wierszy".to_owned(),
        InputError::NoRows => "plik ma nagłówek, ale nie ma wierszy: nie ma czego aktualizować".to_owned(),
        InputError::NotCsv(foreign) => {
            format!("{}, a nie plik CSV: {}", what(*foreign), remedy(*foreign))
        }
        InputError::Workbook(technical) => format!(
            "plik to archiwum zip, ale nie skoroszyt, który da się odczytać: zapisz go jako `.xlsx` lub `CSV UTF-8` albo \
             najpierw rozpakuj ({technical})"
        ),
        InputError::DamagedWorkbook(fault) => workbook(fault),
        InputError::NoSheet { name, sheets } => {
            format!("skoroszyt nie ma arkusza `{name}`; jego arkusze: {sheets} (`--sheet`)")
        }
        InputError::NoFlagForWorkbook(flag) => {
            format!("`{flag}` nie dotyczy skoroszytów: pomiń tę opcję")
        }
        InputError::UnclosedQuote { row, line } => format!(
            "{}: niezamknięty cudzysłów, reszta pliku byłaby jednym polem: zamknij go albo podwój (`\"\"`), jeśli należy do \
             tekstu",
            at(*row, *line)
        ),
        InputError::TextAfterQuote { row, line, opened } => format!(
            "{}: tekst po cudzysłowie, który zamyka pole z linii {opened}: podwój cudzysłowy należące do tekstu (`\"\"`) albo \
             zamknij otwarty",
            at(*row, *line)
        ),
        InputError::RecordTooLong { row, line, limit } => format!(
            "{}: ponad {limit} MiB: poszukaj cudzysłowu otwartego przez pomyłkę albo brakującego końca linii",
            at(*row, *line)
        ),
        InputError::TooManyBlanks { line, limit } => format!(
            "linia {line}: ponad {} pustych wierszy z rzędu: usuń je albo zapisz tylko wiersze z danymi",
            thousands(Lang::Pl, *limit)
        ),
        InputError::TooManyColumns { line, limit } => format!(
            "linia {line}: za dużo kolumn w nagłówku (maksimum: {}): sprawdź, czy nie brakuje końców linii, albo podaj właściwy \
             `--delimiter`",
            number(*limit)
        ),
        InputError::WrongDelimiter {
            line,
            given,
            better,
            columns,
        } => format!(
            "linia {line}: z separatorem {given} nagłówek ma jedną kolumnę, z {better} byłoby ich {columns}: podaj właściwy \
             `--delimiter`"
        ),
        InputError::BlankStart { lines } => {
            let lines = pl(*lines as u64, ["linia", "linie", "linii"]);
            format!("na początku pliku są tylko puste linie ({lines}): nie ma tu tabeli, poproś o nowy eksport")
        }
        InputError::NoDelimiter { line, skip } => {
            let skip = skip
                .map(|skip| format!("; nagłówek może być w następnej linii: `--skip-lines {skip}`"))
                .unwrap_or_default();
            format!(
                "linia {line}: nie znaleziono separatora, a ID i etykieta wymagają dwóch kolumn: podaj `--delimiter`{skip}"
            )
        }
        InputError::DelimiterNeedsEncoding(delimiter) => format!(
            "separator {delimiter} ma w każdym kodowaniu inny bajt, a plik nie jest w UTF-8: podaj też `--encoding`"
        ),
        InputError::DelimiterLacking { given, encoding } => format!(
            "w {encoding} nie ma znaku {given}, więc nie może być separatorem: podaj właściwe `--encoding` lub `--delimiter`"
        ),
        InputError::SkipsAll(lines) => {
            format!("po `--skip-lines {lines}` nic nie zostaje: plik nie ma tylu linii")
        }
        InputError::EncodingContradicted {
            given,
            found,
            by_mark,
        } => {
            let sign = if *by_mark {
                "po znaczniku BOM"
            } else {
                "po bajtach NUL"
            };
            format!(
                "`--encoding {given}` nie może być właściwe: {sign} widać, że to {found}; pomiń `--encoding` albo zapisz plik \
                 od nowa"
            )
        }
        InputError::LettersLost => {
            "plik błędów zapisano w złym kodowaniu i część liter przepadła: weź plik utworzony przez program i zapisz go jako \
             `CSV UTF-8` lub skoroszyt"
                .to_owned()
        }
        InputError::NoteContradicted { declared, told } => format!(
            "plik błędów ma oznaczenie {declared}, a jego litery wskazują na {told}: zapisano go od nowa; podaj właściwe \
             `--encoding`"
        ),
        InputError::EncodingUnclear { readings } => {
            let readings = if readings.is_empty() {
                String::new()
            } else {
                format!(" (możliwe: {})", readings.join(" lub "))
            };
            format!("z bajtów pliku nie wynika jego kodowanie{readings}: podaj właściwe `--encoding`")
        }
        InputError::HeaderEncoding { line, encoding } => {
            format!("linia {line}: nagłówek ma bajty niedozwolone w {encoding}: podaj właściwe `--encoding`")
        }
        InputError::StreamEncoding => {
            "standardowe wejście nie jest w UTF-8, a jego kodowania nie da się rozpoznać: podaj `--encoding` (polski Excel: \
             `windows-1250`) albo plik"
                .to_owned()
        }
        InputError::Columns {
            line,
            faults,
            listed,
        } => columns::header(*line, faults, listed),
        InputError::Changed { row, change } => {
            let row = row.map(|row| format!("wiersz {row}: ")).unwrap_or_default();
            format!(
                "{row}plik zmienił się podczas odczytu ({}), niczego nie zmieniono: po \
                 zakończeniu eksportu uruchom ponownie",
                changed(change)
            )
        }
    }
}

fn at(row: u64, line: u64) -> String {
    place(Position { row, line, byte: 0 })
}

fn place(position: Position) -> String {
    let Position { row, line, .. } = position;
    if row == line {
        format!("wiersz {row}")
    } else {
        format!("wiersz {row} (linia {line})")
    }
}

/// Returns how a file changed.
pub(in crate::text) fn changed(change: &Change) -> String {
    let number = |number: &u64| thousands(Lang::Pl, *number);
    let bytes = |count: &u64| pl(*count, ["bajt", "bajty", "bajtów"]);
    match change {
        Change::Resized { before, after } => format!("miał {}, potem {}", bytes(before), number(after)),
        Change::Modified => "zmienił się czas zapisu".to_owned(),
        Change::Rewritten { byte } => format!("inna treść od bajtu {}", number(byte)),
        Change::Cut { before } => format!("miał {} i jest teraz krótszy", bytes(before)),
        Change::Grown { before } => format!("miał {} i jest teraz dłuższy", bytes(before)),
        Change::Unpacked { before } => {
            format!("po rozpakowaniu miał {}, potem inną treść", bytes(before))
        }
    }
}

/// Returns what is wrong with a workbook: what to do, then the technical English.
pub(in crate::text) fn workbook(fault: &WorkbookFault) -> String {
    match fault {
        WorkbookFault::CutShort => {
            "archiwum zip lub skoroszyt jest niekompletny: pobierz plik jeszcze raz".to_owned()
        }
        WorkbookFault::Archive(technical) => format!(
            "skoroszyt jest uszkodzony: pobierz go jeszcze raz albo otwórz w Excelu i zapisz od nowa ({technical})"
        ),
        WorkbookFault::Damaged { entry, what } => format!(
            "skoroszyt jest uszkodzony: pobierz go jeszcze raz albo otwórz w Excelu i zapisz od nowa (`{entry}`: {what})"
        ),
        WorkbookFault::Refused { entry, what } => format!(
            "skoroszytu nie można użyć: zapisz arkusz jako `CSV UTF-8` albo jako osobny skoroszyt (`{entry}`: {what})"
        ),
    }
}

fn what(foreign: Foreign) -> &'static str {
    match foreign {
        Foreign::Zip | Foreign::ZipStream => "to skoroszyt lub archiwum zip",
        Foreign::OldWorkbook => "to stary albo zabezpieczony skoroszyt Excela",
        Foreign::Utf32 => "to tekst w UTF-32",
        Foreign::Gzip => "to archiwum gzip",
        Foreign::Zstd => "to archiwum zstd",
        Foreign::Pdf => "to PDF",
        Foreign::Rtf => "to dokument RTF",
        Foreign::Page => "to w rzeczywistości strona HTML lub XML",
        Foreign::Binary => "to plik binarny albo UTF-16 bez oznaczenia",
        Foreign::Device => "to potok lub urządzenie",
    }
}

fn remedy(foreign: Foreign) -> &'static str {
    match foreign {
        Foreign::Zip | Foreign::OldWorkbook | Foreign::Utf32 | Foreign::Page => {
            "otwórz go w Excelu i zapisz jako `CSV UTF-8`"
        }
        Foreign::ZipStream => "skoroszyt można odczytać z pliku, nie ze standardowego wejścia",
        Foreign::Gzip | Foreign::Zstd => "najpierw go rozpakuj",
        Foreign::Pdf | Foreign::Rtf => "wyeksportuj CSV",
        Foreign::Binary => "otwórz go w Excelu i zapisz jako `CSV UTF-8` albo podaj `--encoding utf-16`",
        Foreign::Device => "plik jest czytany dwa razy; strumień podaj jako standardowe wejście (`-`)",
    }
}
