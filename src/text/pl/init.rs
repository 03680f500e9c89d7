//! Setting up a config, in Polish.

mod doubts;
mod surveys;

use super::Polish;
use crate::model::Label;
use crate::text::number::pl;
use crate::text::subjects::{ConfigKey, InitWords, YesNo};

fn list(labels: &[Label]) -> String {
    let names: Vec<&str> = labels.iter().map(|label| label.name()).collect();
    names.join(", ")
}

/// Names a part of the webhook's path, in the nominative.
fn part(secret: &str) -> &'static str {
    match secret {
        "account" => "ID konta",
        "webhook_key" => "klucz webhooka",
        _ => "autoryzacja webhooka",
    }
}

impl InitWords for Polish {
    fn init_intro(&self) -> String {
        "Kilka pytań, a potem powstanie plik konfiguracji. Żadne dane nie są wysyłane i żaden istniejący plik nie zostanie \
         nadpisany. Ctrl-C przerywa."
            .to_owned()
    }

    fn ask_export(&self) -> String {
        "Eksport (plik CSV lub .xlsx)".to_owned()
    }

    fn no_such_file(&self, path: &str) -> String {
        format!("Nie ma pliku `{path}`.")
    }

    fn export_is_a_file(&self) -> String {
        "`init` czyta eksport dwa razy, więc potrzebny jest plik, a nie standardowe wejście".to_owned()
    }

    fn export_found(&self, path: &str, rows: u64, columns: u64) -> String {
        format!(
            "`{path}`: {}, {}",
            pl(rows, ["wiersz", "wiersze", "wierszy"]),
            pl(columns, ["kolumna", "kolumny", "kolumn"])
        )
    }

    fn sample(&self, value: &str) -> String {
        format!("np. `{value}`")
    }

    fn no_sample(&self) -> String {
        "(pusta)".to_owned()
    }

    fn header_looks_like_data(&self) -> String {
        "Nagłówek wygląda jak wiersz z danymi. Jeśli plik nie ma nagłówka, przerwij i zacznij od nowa z `--no-header`."
            .to_owned()
    }

    fn id_hint(&self) -> String {
        "Respondenta rozpoznaje się po ID z platformy: tym, które w mailach i ankietach wstawia `[ID_RESPONDENT]`. \
         Numer kontaktu z CRM to co innego."
            .to_owned()
    }

    fn ask_id_column(&self) -> String {
        "Kolumna z ID respondenta z platformy".to_owned()
    }

    fn only_addresses(&self) -> String {
        "żadna: w eksporcie są tylko adresy e-mail".to_owned()
    }

    fn ask_crm_number(&self, column: &str) -> String {
        format!(
            "`{column}` wygląda na numer z CRM: etykiety trafiłyby do obcych osób. Czy to na pewno ID z platformy"
        )
    }

    fn ask_address_column(&self) -> String {
        "Kolumna z adresem e-mail".to_owned()
    }

    fn ids_hint(&self) -> String {
        "ID dla każdego adresu program znajdzie wtedy w tabeli respondentów ankiety, wyeksportowanej z platformy.".to_owned()
    }

    fn ask_ids(&self) -> String {
        "Tabela z adresami i ID (plik CSV lub .xlsx)".to_owned()
    }

    fn ask_table_address(&self) -> String {
        "Kolumna tabeli z adresem e-mail".to_owned()
    }

    fn ask_table_id(&self) -> String {
        "Kolumna tabeli z ID respondenta".to_owned()
    }

    fn address_hint(&self) -> String {
        "Wklej cały adres webhooka, z platformy (Konto → Ustawienia → Integracje), od jej obsługi albo od współpracownika: \
         https://www.webankieta.pl/webhooks/…/update-respondent. Nie pojawi się na ekranie, bo zawiera klucz i \
         autoryzację."
            .to_owned()
    }

    fn address_or_enter(&self, has_variables: bool) -> String {
        if has_variables {
            "Sam Enter: ID konta, klucz i autoryzacja ze zmiennych `RESPONDENT_SYNC_…`.".to_owned()
        } else {
            "Sam Enter pomija to pytanie.".to_owned()
        }
    }

    fn ask_address(&self) -> String {
        "Adres webhooka (ukryty)".to_owned()
    }

    fn address_found(&self, host: &str, account: &str, survey: Option<&str>, labels: &[Label]) -> String {
        let survey = survey
            .map(|survey| format!(", ankieta {survey}"))
            .unwrap_or_default();
        let labels = match labels {
            [] => String::new(),
            labels => format!(", etykiety {}", list(labels)),
        };
        format!("Odczytano: {host}{survey}{labels}, konto {account}, klucz i autoryzacja (ukryte).")
    }

    fn ask_unknown_host(&self, host: &str) -> String {
        format!("`{host}` to nie adres platformy, a trafiłyby tam klucze i etykiety. Czy adres jest właściwy")
    }

    fn no_address(&self) -> String {
        "w tekście nie ma adresu: wklej cały wiersz, który zaczyna się od `https://`".to_owned()
    }

    fn no_webhook(&self) -> String {
        "to nie jest adres webhooka, który ma postać \
         `https://www.webankieta.pl/webhooks/ID_KONTA/KLUCZ/AUTORYZACJA/update-respondent`"
            .to_owned()
    }

    fn other_webhook(&self, name: Option<&str>) -> String {
        let of = name.map(|name| format!(" (`{name}`)")).unwrap_or_default();
        format!("to adres innego webhooka{of}: skopiuj ten, który kończy się na `/update-respondent`")
    }

    fn placeholder_left(&self, name: &str) -> String {
        format!(
            "w adresie zamiast wartości została nazwa (`{name}`): klucz i autoryzacja: Konto → Ustawienia → \
             Integracje, ID konta: obsługa platformy"
        )
    }

    fn address_incomplete(&self) -> String {
        "adres jest niepełny: skopiuj go aż do `/update-respondent`".to_owned()
    }

    fn address_part_invalid(&self, secret: &str) -> String {
        format!(
            "{} w adresie ma niedozwolone znaki: skopiuj adres jeszcze raz",
            part(secret)
        )
    }

    fn address_plain(&self) -> String {
        "adres zaczyna się od `http://`, więc klucze można by podejrzeć w sieci: potrzebny jest `https://`"
            .to_owned()
    }

    fn unknown_host(&self, host: &str) -> String {
        format!(
            "`{host}` nie należy do platformy: jeśli klucze i etykiety mają tam trafić, podaj go w `--base-url`"
        )
    }

    fn other_base(&self, host: &str) -> String {
        format!("adres webhooka wskazuje na `{host}`, a `--base-url` na co innego: usuń `--base-url`")
    }

    fn labels_hint(&self) -> String {
        "Które kolumny trafiają do etykiet (atrybutów) respondentów? Strzałki przesuwają, spacja zaznacza, Enter kończy. \
         Pozostałe kolumny nie trafiają na platformę."
            .to_owned()
    }

    fn ask_label_columns(&self) -> String {
        "Kolumny do etykiet".to_owned()
    }

    fn no_label_column(&self) -> String {
        "Nie zaznaczono żadnej kolumny: spacja zaznacza tę przy strzałce.".to_owned()
    }

    fn too_many_labels(&self) -> String {
        "Etykiet jest dziesięć, więc kolumn może być najwyżej dziesięć.".to_owned()
    }

    fn ask_label(&self, column: &str) -> String {
        format!("Etykieta dla kolumny `{column}` (od l1 do l10)")
    }

    fn not_a_label(&self) -> String {
        "Etykiety to l1, l2, …, l10.".to_owned()
    }

    fn label_taken(&self, label: Label) -> String {
        format!("Etykieta `{label}` ma już kolumnę.")
    }

    fn export_missing(&self) -> String {
        "brak eksportu: podaj plik, np. `respondent-sync init kontakty.csv`".to_owned()
    }

    fn id_column_missing(&self) -> String {
        "w eksporcie nie ma kolumny `id_respondent`: podaj w `--id-column` kolumnę z ID z platformy, a jeśli są tylko \
         adresy e-mail, podaj `--match-on` i `--ids` (z kluczem REST API: `--pull`)"
            .to_owned()
    }

    fn survey_missing(&self) -> String {
        "brak ankiety: podaj jej ID w `--survey`".to_owned()
    }

    fn labels_missing(&self) -> String {
        "żadna kolumna nie nazywa się `l1` … `l10`: podaj kolumnę każdej etykiety w `--map`, np. `--map l4=Segment`"
            .to_owned()
    }

    fn answers_missing(&self, count: u64) -> String {
        format!(
            "brakuje {}, a bez terminala nie można zapytać:",
            pl(count, ["odpowiedzi", "odpowiedzi", "odpowiedzi"])
        )
    }

    fn in_the_way(&self, path: &str) -> String {
        format!(
            "`{path}` już istnieje, a `init` niczego nie nadpisuje: podaj inną nazwę w `--name` albo przenieś go"
        )
    }

    fn not_a_name(&self) -> String {
        "`--name` to nazwa bez folderu, np. `nps`: folder podaje się w `--dir`".to_owned()
    }

    fn no_folder(&self, path: &str) -> String {
        format!("nie ma folderu `{path}`")
    }

    fn not_unicode(&self, path: &str) -> String {
        format!(
            "nazwy `{path}` nie da się zapisać w konfiguracji (to nie Unicode): zmień nazwę pliku lub folderu"
        )
    }

    fn init_stopped(&self) -> String {
        "przerwano: niczego nie zapisano".to_owned()
    }

    fn check_stopped(&self) -> String {
        "przerwano: konfiguracja jest zapisana, sprawdzenie nie dobiegło końca".to_owned()
    }

    fn input_ended(&self) -> String {
        "brak odpowiedzi na kolejne pytanie (koniec wejścia): niczego nie zapisano".to_owned()
    }

    fn cannot_write_in(&self, folder: &str) -> String {
        format!("w `{folder}` nie można zapisać pliku: podaj inny folder w `--dir`")
    }

    fn config_untrusted(&self) -> String {
        "konfiguracja w tym folderze zostałaby odrzucona: podaj inny w `--dir`".to_owned()
    }

    fn config_heading(&self) -> String {
        "Plik utworzony przez `respondent-sync init`. Ścieżki są podane względem tego pliku.".to_owned()
    }

    fn config_keys(&self) -> String {
        "Wpisać można tu każdą opcję polecenia `run`: zob. `respondent-sync help config`.".to_owned()
    }

    fn config_comment(&self, key: ConfigKey) -> String {
        let comment = match key {
            ConfigKey::Input => "eksport",
            ConfigKey::Delimiter => "separator kolumn",
            ConfigKey::Encoding => "kodowanie",
            ConfigKey::Sheet => "arkusz skoroszytu",
            ConfigKey::SkipLines => "linie nad nagłówkiem",
            ConfigKey::NoHeader => "kolumny nazywają się 1, 2, …",
            ConfigKey::Survey => "ID ankiety",
            ConfigKey::IdColumn => "kolumna z ID respondenta z platformy",
            ConfigKey::Ids => "tabela, w której są ID",
            ConfigKey::MatchOn => "kolumna z adresem, w eksporcie i w tabeli",
            ConfigKey::Pull => "przed każdą wysyłką ID są pobierane z listy na platformie",
            ConfigKey::Address => "kolumna z adresem",
            ConfigKey::AcceptCrmIds => "w kolumnie jest ID z platformy, mimo jej nazwy",
            ConfigKey::Map => "etykieta = kolumna",
            ConfigKey::BaseUrl => "platforma",
            ConfigKey::AccountFile => "ID konta",
            ConfigKey::WebhookKeyFile => "klucz webhooka, poufny",
            ConfigKey::WebhookAuthFile => "autoryzacja webhooka, poufna",
            ConfigKey::ClientIdFile => "client id klucza REST API",
            ConfigKey::ClientSecretFile => "client secret tego klucza, poufny",
            ConfigKey::Lang => "język ekranu",
            ConfigKey::Excel => "wyniki otwierają się w Excelu dwukrotnym kliknięciem",
            ConfigKey::Report => "raport do otwarcia w przeglądarce",
        };
        comment.to_owned()
    }

    fn config_secrets_missing(&self) -> String {
        "Tych plików jeszcze nie ma: zapisz w każdym samą wartość, bez dostępu innych osób, i usuń `#`."
            .to_owned()
    }

    fn written(&self) -> String {
        "Zapisano:".to_owned()
    }

    fn about_config(&self) -> String {
        "konfiguracja".to_owned()
    }

    fn about_secrets(&self) -> String {
        "klucze, tylko do własnego użytku: nie wysyłaj ich mailem i nie trzymaj we wspólnym folderze"
            .to_owned()
    }

    fn secrets_missing(&self, names: &str, folder: &str) -> String {
        format!(
            "Do aktualizacji potrzebne są jeszcze: {names}. Ustaw zmienne albo zapisz wartości w plikach w `{folder}` (zob. \
             `respondent-sync help secrets`). `check` ich nie potrzebuje."
        )
    }

    fn secrets_readable(&self, folder: &str) -> String {
        format!("pliki z kluczami w `{folder}` mogą czytać inne osoby")
    }

    fn address_file_left(&self, path: &str) -> String {
        format!("`{path}` nadal zawiera klucz i autoryzację: usuń ten plik.")
    }

    fn variables_preferred(&self, names: &str) -> String {
        format!("Zmienne środowiskowe mają pierwszeństwo przed plikami: {names}.")
    }

    fn ask_check(&self) -> String {
        "Sprawdzić teraz eksport (bez zmian na platformie)".to_owned()
    }

    fn next_steps(&self) -> String {
        "Co dalej:".to_owned()
    }

    fn step_check(&self) -> String {
        "sprawdzenie eksportu, bez zmian na platformie".to_owned()
    }

    fn step_one_row(&self) -> String {
        "jeden wiersz; potem sprawdź ten kontakt na platformie".to_owned()
    }

    fn step_all(&self) -> String {
        "wszystkie wiersze".to_owned()
    }
}

impl YesNo for Polish {
    fn yes_or_no(&self, default: bool) -> &'static str {
        if default { "T/n" } else { "t/N" }
    }

    fn answer_yes_or_no(&self) -> &'static str {
        "Wpisz t albo n."
    }
}
