//! The faults of rows, in Polish.

use super::Polish;
use crate::model::{Lang, RowFault};
use crate::text::number::thousands;
use crate::text::subjects::FaultWords;

/// What to do about a value that a spreadsheet has changed.
const AS_TEXT: &str = "ustaw format kolumny na tekst i wyeksportuj ponownie";

impl FaultWords for Polish {
    fn fault_title(&self, fault: &RowFault) -> String {
        let title = match fault {
            RowFault::MissingId => "brak ID respondenta",
            RowFault::MissingAddress => "brak adresu e-mail",
            RowFault::IdPlaceholder => "makro zamiast ID",
            RowFault::IdShortened => "ID skrócone przez Excel",
            RowFault::IdFormulaError => "błąd formuły zamiast ID",
            RowFault::IdDate => "ID zamienione na datę",
            RowFault::IdAsText => "ID oznaczone jako tekst dla Excela",
            RowFault::IdDecimal => "ID zamienione na liczbę dziesiętną",
            RowFault::IdSeparators => "ID z separatorami między cyframi",
            RowFault::IdOtherDigits => "ID z innymi cyframi niż od 0 do 9",
            RowFault::IdAddress => "adres e-mail zamiast ID",
            RowFault::IdNotDigits => "ID nie składa się z samych cyfr",
            RowFault::TableIdNotDigits => "ID w tabeli `--ids` nie składa się z samych cyfr",
            RowFault::NoMatch => "adresu nie ma w tabeli `--ids`",
            RowFault::NotListed => "adresu nie ma na liście wysyłkowej ankiety",
            RowFault::AmbiguousMatch => "adres kilku respondentów",
            RowFault::BadAddress => "w komórce nie ma jednego poprawnego adresu e-mail",
            RowFault::UnknownId => "ID nie ma na liście wysyłkowej ankiety",
            RowFault::SharedAddress => "ten sam adres lub respondent w kilku wierszach, różne wartości",
            RowFault::MissingSurvey => "brak ID ankiety",
            RowFault::SurveyNotDigits => "ID ankiety nie składa się z samych cyfr",
            RowFault::SurveyDiffers => "ID ankiety inne niż w `--survey`",
            RowFault::TooFewFields { .. } => "mniej pól niż w nagłówku",
            RowFault::TooManyFields { .. } => "więcej pól niż w nagłówku",
            RowFault::Undecodable { encoding } => return format!("bajty niedozwolone w {encoding}"),
            RowFault::LettersLost => "utracone litery (znak U+FFFD)",
            RowFault::OtherEncoding { encoding } => return format!("tekst UTF-8 w pliku {encoding}"),
            RowFault::ValueTooLong { label, .. } => return format!("za długa wartość `{label}`"),
            RowFault::QueryTooLong => "etykiety nie mieszczą się w żądaniu GET",
            RowFault::NothingToSend => "żadna etykieta nie ma wartości",
            RowFault::BlankId => "brak ID respondenta, wiersz pominięty (`--blank-id skip`)",
            RowFault::NotSelected => "wiersz pominięty przez `--only` lub `--limit`",
            RowFault::Excluded => "respondent z listy wykluczeń (`--exclude`)",
            RowFault::Superseded => "późniejszy wiersz tego respondenta ma pierwszeństwo",
            RowFault::Conflict => {
                "zmienione od tego czasu na platformie, pozostawione (`--on-conflict keep`)"
            }
            RowFault::Unchanged => "te same etykiety potwierdzono już wcześniej (`--changed-only`)",
        };
        title.to_owned()
    }

    fn fault_advice(&self, fault: &RowFault) -> Option<String> {
        let number = |number: usize| thousands(Lang::Pl, number as u64);
        let advice = match fault {
            RowFault::MissingId => "wpisz ID albo użyj `--blank-id skip`",
            RowFault::MissingAddress => "wpisz adres albo użyj `--blank-id skip`",
            RowFault::IdPlaceholder => {
                "wyeksportuj ID; platforma zastępuje `[ID_RESPONDENT]` tylko w swoich mailach"
            }
            RowFault::IdShortened | RowFault::IdDate | RowFault::IdDecimal | RowFault::IdSeparators => {
                AS_TEXT
            }
            RowFault::IdFormulaError => "popraw formułę i wyeksportuj ponownie",
            RowFault::IdAsText => "wyeksportuj same cyfry, nie `=\"0012\"` ani `'0012`",
            RowFault::IdOtherDigits => "wpisz ID od nowa",
            RowFault::IdAddress => "znajdź ID po adresie (`--ids TABELA --match-on KOLUMNA`)",
            RowFault::IdNotDigits => "popraw ID albo wskaż właściwą kolumnę (`--id-column`)",
            RowFault::TableIdNotDigits => "popraw je w tabeli",
            RowFault::NoMatch => "dodaj kontakt do listy wysyłkowej i do tabeli",
            RowFault::NotListed => "dodaj kontakt do listy wysyłkowej",
            RowFault::AmbiguousMatch => {
                "usuń z tabeli błędne wiersze albo podaj te kontakty w osobnym pliku z ID"
            }
            RowFault::BadAddress => "zostaw w komórce jeden adres",
            RowFault::UnknownId => "sprawdź ID i ankietę; popraw ID albo usuń wiersz",
            RowFault::SharedAddress => "zostaw jeden z wierszy albo podaj `--on-duplicate`",
            RowFault::MissingSurvey => "wpisz ID ankiety albo użyj `--survey ID`",
            RowFault::SurveyNotDigits => "popraw je albo wskaż właściwą kolumnę (`--survey-column`)",
            RowFault::SurveyDiffers => "popraw jedno z nich albo pomiń `--survey`",
            RowFault::TooFewFields { fields, columns } => {
                return Some(format!(
                    "{} zamiast {}; uzupełnij je albo ujmij w cudzysłów pole z podziałem wiersza",
                    number(*fields),
                    number(*columns)
                ));
            }
            RowFault::TooManyFields {
                fields,
                columns,
                at_least,
            } => {
                let at_least = if *at_least { "co najmniej " } else { "" };
                return Some(format!(
                    "{at_least}{} zamiast {}; ujmij w cudzysłów pola z separatorem",
                    number(*fields),
                    number(*columns)
                ));
            }
            RowFault::Undecodable { .. } => "wpisz uszkodzony tekst od nowa",
            RowFault::LettersLost => "wpisz je od nowa",
            RowFault::OtherEncoding { encoding } => {
                return Some(format!(
                    "wpisz uszkodzony tekst od nowa albo potwierdź go: `--encoding {encoding}`"
                ));
            }
            RowFault::ValueTooLong { bytes, most, .. } => {
                return Some(format!(
                    "skróć ją z {} do {} bajtów",
                    number(*bytes),
                    number(*most)
                ));
            }
            RowFault::QueryTooLong => "skróć je albo użyj `--method post`",
            RowFault::NothingToSend
            | RowFault::BlankId
            | RowFault::NotSelected
            | RowFault::Excluded
            | RowFault::Superseded
            | RowFault::Unchanged
            | RowFault::Conflict => return None,
        };
        Some(advice.to_owned())
    }
}
