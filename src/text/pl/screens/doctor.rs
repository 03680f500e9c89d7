//! `doctor`, in Polish.

use crate::text::number::pl;
use crate::text::pl::Polish;
use crate::text::screens::{Health, Subject};
use crate::text::subjects::DoctorWords;

impl DoctorWords for Polish {
    fn health(&self, health: Health) -> &'static str {
        match health {
            Health::Good => "ok",
            Health::Look => "uwaga",
            Health::Bad => "błąd",
        }
    }

    fn subject(&self, subject: Subject) -> &'static str {
        match subject {
            Subject::Program => "program",
            Subject::Terminal => "terminal",
            Subject::Time => "czas",
            Subject::Config => "konfiguracja",
            Subject::Flags => "ustawienia",
            Subject::Secret("account") => "ID konta",
            Subject::Secret("webhook_key") => "klucz webhooka",
            Subject::Secret("webhook_auth") => "autoryzacja",
            Subject::Secret("client_id") => "klucz API",
            Subject::Secret("client_secret") => "sekret API",
            Subject::Secret(name) => name,
            Subject::Input => "eksport",
            Subject::Results => "wyniki",
            Subject::State => "stan",
            Subject::Proxy => "proxy",
            Subject::Name => "nazwa hosta",
            Subject::Connection => "połączenie",
            Subject::Clock => "zegar",
            Subject::Api => "REST API",
        }
    }

    fn no_config(&self) -> String {
        "brak; tworzy ją `respondent-sync init`, sprawdza `doctor --config PLIK`".to_owned()
    }

    fn not_looked_at(&self) -> String {
        "nie sprawdzono ich ani niczego, co od nich zależy: najpierw popraw konfigurację".to_owned()
    }

    fn secret_set(&self, from: &str) -> String {
        // Names of variables and files stay as they are.
        let from = match from.split_once(' ') {
            Some(("file", path)) => format!("plik {path}"),
            Some(("command", program)) => format!("polecenie {program}"),
            _ => from.to_owned(),
        };
        format!("jest ({from})")
    }

    fn secret_unset(&self, variable: &str) -> String {
        format!("brak: {variable} albo plik wskazany w konfiguracji")
    }

    fn secret_readable(&self, path: &str, advice: &str) -> String {
        format!("inne osoby mogą czytać `{path}`: {advice}")
    }

    fn no_input(&self) -> String {
        "konfiguracja go nie wskazuje: podaje się go po `run`".to_owned()
    }

    fn input_missing(&self, path: &str) -> String {
        format!("nie ma pliku `{path}`: czy eksport został zapisany?")
    }

    fn file_unreadable(&self, path: &str, why: &str) -> String {
        format!("nie można odczytać `{path}`: {why}")
    }

    fn folder_usable(&self, path: &str) -> String {
        format!("w {path} można zapisywać")
    }

    fn folder_made(&self, path: &str) -> String {
        format!("folder {path} jeszcze nie istnieje: utworzy go `run`")
    }

    fn folder_missing(&self, path: &str) -> String {
        format!("nie ma folderu {path}: utwórz go")
    }

    fn folder_unusable(&self, path: &str, why: &str) -> String {
        format!("w {path} nie można zapisywać: {why}")
    }

    fn no_state_folder(&self) -> String {
        "to konto systemu nie ma folderu stanu: dwa uruchomienia dla jednego konta nie czekają na siebie"
            .to_owned()
    }

    fn synchronised(&self, path: &str, service: &str) -> String {
        format!(
            "`{path}` jest w folderze, który {service} kopiuje na inne komputery: klucze i dane kontaktów trzymaj poza nim"
        )
    }

    fn terminal(&self, width: Option<usize>) -> String {
        match width {
            Some(width) => pl(width as u64, ["kolumna", "kolumny", "kolumn"]),
            None => "brak: bez pytań i bez łamania wierszy".to_owned(),
        }
    }

    fn time(&self, time: &str, zone: &str) -> String {
        format!("{time}, strefa {zone}")
    }

    fn no_zone(&self, time: &str) -> String {
        format!("{time}, strefa nieznana: `--until` oznacza UTC; ustaw `TZ=Europe/Warsaw`")
    }

    fn no_proxy(&self) -> String {
        "brak".to_owned()
    }

    fn addresses(&self, host: &str, count: usize) -> String {
        format!("{host}: {}", pl(count as u64, ["adres", "adresy", "adresów"]))
    }

    fn no_addresses(&self, host: &str, why: &str) -> String {
        format!("nie znaleziono {host} ({why}): czy jest sieć i czy nazwa jest poprawna?")
    }

    fn reached(&self, host: &str, status: u16) -> String {
        format!("{host} odpowiada (HTTP {status}); webhook nie był wywoływany")
    }

    fn unreached(&self, host: &str, why: &str) -> String {
        format!("{host} nie odpowiada ({why}): czy po drodze jest proxy lub zapora?")
    }

    fn unreached_by(&self, host: &str, proxy: &str, why: &str) -> String {
        format!("{host} nie odpowiada przez proxy {proxy} ({why}): zapytaj dział IT")
    }

    fn certificate_untrusted(&self, host: &str, why: &str) -> String {
        format!(
            "certyfikat {host} nie jest zaufany ({why}): jeśli firma podgląda ruch TLS, poproś dział IT o jej urząd \
             certyfikacji i wskaż go w `--ca-file`"
        )
    }

    fn clock_differs(&self, seconds: i64) -> String {
        let way = if seconds > 0 {
            "spieszy się o"
        } else {
            "spóźnia się o"
        };
        format!(
            "{way} {}: ustaw zegar komputera",
            pl(seconds.unsigned_abs(), ["sekundę", "sekundy", "sekund"])
        )
    }

    fn clock_agrees(&self, host: &str) -> String {
        format!("zgodny z zegarem {host}")
    }

    fn list_reached(&self, host: &str, survey: &str, count: Option<u64>) -> String {
        let count = count.map(|count| pl(count, ["respondent", "respondentów", "respondentów"]));
        let count = count.map(|count| format!(": {count}")).unwrap_or_default();
        format!("{host} podaje listę wysyłkową ankiety {survey}{count}")
    }

    fn older_list_there(&self, why: &str, table: &str) -> String {
        format!("{why}; do tego czasu `run` użyje listy pobranej wcześniej: `{table}`")
    }

    fn api_not_asked(&self) -> String {
        "nie sprawdzono: klucz podaje polecenie, a tutaj polecenia nie są uruchamiane".to_owned()
    }

    fn doctors_verdict(&self, wrong: u64, look: u64) -> String {
        match (wrong, look) {
            (0, 0) => "Nie znaleziono błędów. Sam eksport sprawdza `respondent-sync check`.".to_owned(),
            (0, look) => format!("Nie znaleziono błędów; do sprawdzenia: {look}."),
            (wrong, look) => format!("Błędy: {wrong}; do sprawdzenia: {look}."),
        }
    }
}
