//! Why a survey's mailing list cannot be read, in Polish.

use crate::model::Lang;
use crate::pull::{PullError, Unreadable};
use crate::text::number::{pl, thousands};

/// Returns an error of the API without its causes.
pub(in crate::text) fn pull(error: &PullError) -> String {
    let times = |tries: u32| pl(u64::from(tries), ["próba", "próby", "prób"]);
    match error {
        PullError::Untrusted { host, why } => format!(
            "certyfikat serwera `{host}` nie jest zaufany ({why}); urząd certyfikacji firmy wskazuje `--ca-file`"
        ),
        PullError::Unreached { host, why, tries } => {
            format!(
                "serwer `{host}` nie odpowiada ({why}; {}): spróbuj później",
                times(*tries)
            )
        }
        PullError::Failing { host, status, tries } => {
            format!(
                "serwer `{host}` zgłasza błąd {status} ({}): spróbuj później",
                times(*tries)
            )
        }
        PullError::Busy { host, wait } => format!(
            "serwer `{host}` prosi o przerwę: {} min; spróbuj później",
            thousands(Lang::Pl, wait.as_secs().div_ceil(60))
        ),
        PullError::KeyRefused { status } => format!(
            "platforma odrzuca klucz API ({status}): sprawdź RESPONDENT_SYNC_CLIENT_ID i RESPONDENT_SYNC_CLIENT_SECRET \
             (Konto → Ustawienia → Integracje); to nie są klucz i autoryzacja webhooka"
        ),
        PullError::TokenRefused { status } => format!(
            "platforma wydaje token, a potem go odrzuca ({status}): zapytaj obsługę platformy, czy klucz API ma prawo odczytu"
        ),
        PullError::NoPlan => {
            "plan tego konta nie obejmuje API (402): zapytaj obsługę platformy albo pobierz ID w eksporcie \
                              ankiety i użyj `--ids`"
                .to_owned()
        }
        PullError::NoSurvey { survey } => {
            format!("na platformie nie ma ankiety {survey} dla tego klucza API (404): sprawdź `--survey`")
        }
        PullError::NoApi { host } => {
            format!("pod adresem serwera `{host}` nie ma API (404): sprawdź `--base-url`")
        }
        PullError::NotUnderstood { status } => {
            format!("platforma nie rozumie pytania ({status}): zgłoś to, podając wersję programu")
        }
        PullError::Redirected { host, status } => format!(
            "serwer `{host}` odpowiada przekierowaniem ({status}), a program za nimi nie podąża: sprawdź `--base-url`"
        ),
        PullError::Unknown { host, status } => {
            format!("serwer `{host}` odpowiada kodem {status}, którego program nie zna: sprawdź `--base-url`")
        }
        PullError::Unreadable { host, why } => {
            format!(
                "odpowiedzi serwera `{host}` nie da się odczytać: {}",
                unreadable(why)
            )
        }
        PullError::Unsteady { tries } => {
            format!(
                "lista zmieniała się podczas pobierania ({}): spróbuj później",
                times(*tries)
            )
        }
    }
}

fn unreadable(why: &Unreadable) -> String {
    match why {
        Unreadable::Html => "to strona WWW (HTML); sprawdź `--base-url`".to_owned(),
        Unreadable::NotJson => "to nie jest JSON".to_owned(),
        Unreadable::TooLong => "ma ponad 64 MiB".to_owned(),
        Unreadable::NoList(keys) => {
            format!("to ani lista, ani obiekt z `list`; klucze: {}", named(keys))
        }
        Unreadable::BadTotal => "`total` nie jest liczbą".to_owned(),
        Unreadable::NoObject(entry) => format!("pozycja {entry} nie jest obiektem"),
        Unreadable::BadId { entry, keys } => {
            format!(
                "pozycja {entry} nie ma `id` z samych cyfr; klucze: {}",
                named(keys)
            )
        }
        Unreadable::BadValue { entry, key } => {
            format!("`{key}` w pozycji {entry} nie jest tekstem ani liczbą")
        }
        Unreadable::TwoValues { entry, label } => {
            format!("`label{label}` i `l{label}` w pozycji {entry} są różne")
        }
        Unreadable::NoToken(keys) => format!("nie ma w niej tokenu; klucze: {}", named(keys)),
        Unreadable::Short { listed, total } => format!(
            "wymienia {} z zapowiedzianych {}",
            thousands(Lang::Pl, *listed),
            thousands(Lang::Pl, *total)
        ),
        Unreadable::Repeats => "powtarza pozycje poprzedniej strony".to_owned(),
    }
}

fn named(keys: &str) -> &str {
    if keys.is_empty() { "brak" } else { keys }
}
