//! The error codes in Polish. The table in `model` has the English.

use super::Polish;
use crate::model::ErrorCode;
use crate::text::subjects::CodeWords;

/// What to do about rows that can be sent as they are.
const RESEND: &str = "poprawki nie są potrzebne: `respondent-sync retry PLIK` ponowi te wiersze";

impl CodeWords for Polish {
    fn code_title(&self, code: ErrorCode) -> &'static str {
        match code {
            ErrorCode::Rejected => "odrzucone przez platformę",
            ErrorCode::Auth => "odmowa dostępu (konto, klucz lub autoryzacja)",
            ErrorCode::Http4xx => "odmowa bez podania przyczyny (4xx)",
            ErrorCode::Http5xx => "błąd platformy (5xx)",
            ErrorCode::RateLimited => "za szybkie tempo wywołań (429)",
            ErrorCode::Timeout => "brak odpowiedzi na czas",
            ErrorCode::Connect => "brak połączenia z platformą",
            ErrorCode::Cut => "przerwane połączenie",
            ErrorCode::BadResponse => "niezrozumiała odpowiedź",
            ErrorCode::Redirected => "przekierowanie zamiast odpowiedzi",
            ErrorCode::Stopped => "nierozstrzygnięte przed końcem pracy",
            ErrorCode::Internal => "błąd programu respondent-sync",
            ErrorCode::MissingId => "brak ID respondenta",
            ErrorCode::BadId => "ID nie składa się z samych cyfr",
            ErrorCode::MissingSurvey => "brak ID ankiety",
            ErrorCode::BadSurvey => "błędne ID ankiety",
            ErrorCode::ColumnCount => "zła liczba pól",
            ErrorCode::Encoding => "uszkodzony tekst",
            ErrorCode::FieldTooLong => "za długa wartość",
            ErrorCode::NoMatch => "adres spoza listy respondentów",
            ErrorCode::AmbiguousMatch => "adres kilku respondentów",
            ErrorCode::BadEmail => "błędny adres e-mail",
            ErrorCode::SharedAddress => "adres w kilku wierszach",
            ErrorCode::UnknownId => "ID spoza listy wysyłkowej",
            ErrorCode::NothingToSend => "żadna etykieta nie ma wartości",
            ErrorCode::BlankId => "brak ID respondenta, pominięte",
            ErrorCode::NotSelected => "niewybrane",
            ErrorCode::Excluded => "z listy wykluczeń",
            ErrorCode::Superseded => "pierwszeństwo ma późniejszy wiersz",
            ErrorCode::Unchanged => "bez zmian",
            ErrorCode::Conflict => "zmienione na platformie, pozostawione",
        }
    }

    fn code_advice(&self, code: ErrorCode) -> Option<&'static str> {
        Some(match code {
            ErrorCode::Rejected => {
                "sprawdź na platformie ID respondenta i ankietę, popraw ID albo usuń wiersz, potem `respondent-sync retry PLIK`"
            }
            ErrorCode::Auth => {
                "sprawdź konto, klucz i autoryzację (Konto → Ustawienia → Integracje), potem `respondent-sync retry PLIK`"
            }
            ErrorCode::Http4xx => {
                "sprawdź `--base-url` i konto; jeśli są właściwe, zapytaj obsługę platformy; potem `respondent-sync retry PLIK`"
            }
            ErrorCode::Http5xx | ErrorCode::Timeout | ErrorCode::Cut | ErrorCode::BadResponse => RESEND,
            ErrorCode::RateLimited => "zmniejsz `--rate`, potem `respondent-sync retry PLIK`",
            ErrorCode::Connect => "sprawdź sieć i `--base-url`, potem `respondent-sync retry PLIK`",
            ErrorCode::Redirected => "sprawdź `--base-url`, potem `respondent-sync retry PLIK`",
            ErrorCode::Stopped => "wznów pracę: `--resume` ponowi te wiersze",
            ErrorCode::Internal => "`respondent-sync retry PLIK`; zgłoś ten błąd autorom",
            ErrorCode::MissingId => "wpisz ID albo użyj `--blank-id skip`",
            ErrorCode::BadId => "popraw ID według `sync_error`, potem `respondent-sync retry PLIK`",
            ErrorCode::MissingSurvey => "wpisz ID ankiety albo użyj `--survey`",
            ErrorCode::BadSurvey => "popraw ID ankiety w pliku błędów, potem `respondent-sync retry PLIK`",
            ErrorCode::ColumnCount => {
                "ujmij w cudzysłów pola z separatorem lub podziałem wiersza albo dopisz brakujące, potem \
                 `respondent-sync retry PLIK`"
            }
            ErrorCode::Encoding => "wpisz uszkodzony tekst od nowa albo podaj właściwe `--encoding`",
            ErrorCode::FieldTooLong => "skróć wartość albo użyj `--method post`",
            ErrorCode::NoMatch => {
                "dodaj kontakt do listy wysyłkowej i do tabeli, potem `respondent-sync retry PLIK`"
            }
            ErrorCode::AmbiguousMatch => {
                "usuń z tabeli błędne wiersze albo podaj te kontakty w osobnym pliku z ID"
            }
            ErrorCode::BadEmail => "zostaw w komórce jeden adres, potem `respondent-sync retry PLIK`",
            ErrorCode::SharedAddress => "zostaw jeden z wierszy albo podaj `--on-duplicate`",
            ErrorCode::UnknownId => "sprawdź ID i ankietę; popraw ID albo usuń wiersz",
            ErrorCode::NothingToSend
            | ErrorCode::BlankId
            | ErrorCode::NotSelected
            | ErrorCode::Excluded
            | ErrorCode::Superseded
            | ErrorCode::Unchanged
            | ErrorCode::Conflict => return None,
        })
    }
}
