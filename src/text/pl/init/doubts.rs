//! Doubts about answers of `init`, in Polish.

use super::part;
use crate::text::pl::Polish;
use crate::text::subjects::DoubtWords;

impl DoubtWords for Polish {
    fn address_column_missing(&self) -> String {
        "brak kolumny z adresem e-mail: podaj ją w `--match-on`".to_owned()
    }

    fn ask_pull(&self) -> String {
        "Pobierać ID z platformy przed każdą wysyłką (klucz API jest ustawiony)".to_owned()
    }

    fn pull_hint(&self) -> String {
        "Z kluczem REST API program sam pobiera ID: zob. `respondent-sync help pull`.".to_owned()
    }

    fn key_unusable(&self, why: &str) -> String {
        format!("Nie można użyć klucza API: {why}.")
    }

    fn list_keys(&self) -> String {
        "Strzałki wybierają, Enter zatwierdza.".to_owned()
    }

    fn label_unsaid(&self) -> String {
        "Kolejnej etykiety nie wskazuje ani nazwa kolumny, ani adres. Sprawdź na platformie, przy dowolnym kontakcie, która \
         jest wolna: etykieta, która jest już w użyciu, zostałaby nadpisana."
            .to_owned()
    }

    fn address_part_sample(&self, secret: &str) -> String {
        format!(
            "{} w adresie to przykład ze strony pomocy platformy: skopiuj adres własnego webhooka (Konto → Ustawienia → \
             Integracje)",
            part(secret)
        )
    }

    fn id_by_digits(&self, column: &str) -> String {
        format!(
            "Żadna kolumna nie nazywa się jak ID z platformy. W kolumnie `{column}` są same liczby: wybierz ją tylko wtedy, gdy to ID z platformy."
        )
    }

    fn ask_other_number(&self, column: &str) -> String {
        format!(
            "`{column}` wygląda na inny numer, np. telefonu lub podatkowy: etykiety trafiłyby do obcych osób. Czy to na pewno ID z platformy"
        )
    }

    fn ask_no_number(&self, column: &str, value: &str) -> String {
        format!(
            "`{value}` w kolumnie `{column}` to nie liczba, a ID z platformy to liczby. Użyć tej kolumny mimo to"
        )
    }

    fn unfit_address(&self, column: &str) -> String {
        format!(
            "Kolumny `{column}` nie można wybrać, bo w jej nazwie jest znak `=`: najpierw zmień jej nazwę w eksporcie."
        )
    }

    fn no_fit_address(&self) -> String {
        "w nazwie każdej kolumny jest znak `=`, więc żadna nie może być kolumną z adresem: zmień nazwę w eksporcie".to_owned()
    }

    fn secrets_left(&self, folder: &str, is_replaced: bool) -> String {
        let what = if is_replaced { "zastąpione" } else { "użyte" };
        format!(
            "W `{folder}` są klucze bez konfiguracji, tak jak po przerwanym `init`: te pliki zostaną {what}."
        )
    }

    fn cannot_ask_address(&self) -> String {
        "standardowe wejście to terminal, więc wklejony adres byłby widoczny: zostaw na terminalu także standardowe wyjście błędów, a program o niego zapyta".to_owned()
    }
}
