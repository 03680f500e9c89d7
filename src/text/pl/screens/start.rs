//! The start of a run, in Polish.

use std::time::Duration;

use crate::model::Lang;
use crate::read::{DelimiterFrom, EncodingFrom};
use crate::sandbox::Taken;
use crate::text::number::{duration, pl, thousands};
use crate::text::pl::{Polish, ROWS};
use crate::text::subjects::{From, StartWords};

impl StartWords for Polish {
    fn from(&self, from: From<'_>) -> String {
        match from {
            From::Named(name) => name,
            From::ConfigFile => "plik konfiguracji",
            From::Recorded => "poprzednie ustawienia",
            From::Default => "wartość domyślna",
            From::ColumnNames => "nazwy kolumn",
        }
        .to_owned()
    }

    fn encoding(&self, name: &str, from: &EncodingFrom, sample: Option<&str>) -> String {
        let how = match from {
            EncodingFrom::Flag | EncodingFrom::FlagAgainst(_) => " (podane)",
            EncodingFrom::ByteOrderMark => " (według znacznika BOM)",
            EncodingFrom::NulBytes => " (według bajtów NUL)",
            EncodingFrom::Bytes | EncodingFrom::MostBytes => "",
            EncodingFrom::FailedFile => " (zapisane w pliku błędów)",
            EncodingFrom::Guess(_) => " (rozpoznane)",
        };
        let sample = sample.map(|sample| format!(", np. „{sample}”"));
        format!("kodowanie {name}{how}{}", sample.unwrap_or_default())
    }

    fn delimiter(&self, delimiter: &str, from: DelimiterFrom, has_header: bool) -> String {
        let how = match from {
            DelimiterFrom::Flag => " (podany)",
            DelimiterFrom::SepLine => " (według pierwszej linii pliku)",
            DelimiterFrom::Records => "",
            DelimiterFrom::Nothing => return "jedna kolumna".to_owned(),
        };
        let header = if has_header { "" } else { "; bez nagłówka" };
        format!("separator {delimiter}{how}{header}")
    }

    fn sheet(&self, sheet: &str, others: &str) -> String {
        let others = match others {
            "" => String::new(),
            others => format!(" (pominięte: {others}; inny wskaże `--sheet`)"),
        };
        format!("skoroszyt, arkusz `{sheet}`{others}")
    }

    fn mapping(&self, columns: &str, from: &str) -> String {
        format!("{columns} (przypisanie: {from})")
    }

    fn by_table(&self, path: &str) -> String {
        format!(" według tabeli {path}")
    }

    fn survey(&self, id: &str, from: &str) -> String {
        format!("ankieta {id} (źródło: {from})")
    }

    fn survey_of_sandbox(&self, id: &str) -> String {
        format!("ankieta {id} (próbna)")
    }

    fn sandbox_took(&self, taken: &Taken) -> String {
        let labels = taken.labels.iter();
        let labels: Vec<String> = labels
            .map(|(label, count)| format!("{label} u {}", thousands(Lang::Pl, *count)))
            .collect();
        let labels = match labels.as_slice() {
            [] => "brak".to_owned(),
            labels => labels.join(", "),
        };
        format!(
            "platforma próbna: {}; respondenci: {}, etykiety: {labels}",
            pl(taken.calls, ["wywołanie", "wywołania", "wywołań"]),
            thousands(Lang::Pl, taken.respondents)
        )
    }

    fn survey_column(&self, column: &str, where_blank: Option<&str>) -> String {
        let blank = where_blank.map(|survey| format!(", a gdy komórka jest pusta: {survey}"));
        format!("ankieta z kolumny `{column}`{}", blank.unwrap_or_default())
    }

    fn ids_table(&self, path: &str, form: &str, addresses: u64, ambiguous: u64) -> String {
        let ambiguous = match ambiguous {
            0 => String::new(),
            some => format!(
                ", w tym wspólne dla kilku respondentów: {}",
                thousands(Lang::Pl, some)
            ),
        };
        format!(
            "{path}: {form}; {}{ambiguous}",
            pl(addresses, ["różny adres", "różne adresy", "różnych adresów"])
        )
    }

    fn exclude_list(&self, path: &str, ids: u64, addresses: u64) -> String {
        format!(
            "lista wykluczeń {path}: {} ID i {}",
            thousands(Lang::Pl, ids),
            pl(addresses, ["adres", "adresy", "adresów"])
        )
    }

    fn duplicates_need_a_file(&self, only_last: bool) -> String {
        let (what, remedy) = if only_last {
            ("`--on-duplicate last` wymaga", "podaj plik")
        } else {
            (
                "powtarzające się adresy wymagają",
                "podaj plik albo `--on-duplicate all`",
            )
        };
        format!(
            "{what} najpierw sprawdzenia wszystkich wierszy, a standardowe wejście można przeczytać tylko raz: {remedy}"
        )
    }

    fn sheet_means_nothing(&self) -> String {
        "`--sheet` nie ma znaczenia: plik nie jest skoroszytem".to_owned()
    }

    fn never_sent(&self, columns: &str) -> String {
        format!("nie trafiają na platformę kolumny: {columns}")
    }

    fn columns_never_sent(&self, count: u64) -> String {
        format!(
            "nie trafiają na platformę: {}",
            pl(count, ["kolumna", "kolumny", "kolumn"])
        )
    }

    fn encoding_contradicted(&self, told: &str, given: &str) -> String {
        format!(
            "plik wygląda na zapisany w {told}, więc polskie litery zostałyby zmienione lub utracone: usuń `--encoding {given}`, chyba \
             że na pewno jest właściwe"
        )
    }

    fn rows_to(
        &self,
        rows: Option<(u64, u64)>,
        host: &str,
        (rate, from): (&str, &str),
        time: Option<Duration>,
    ) -> String {
        let rows = match rows {
            None => "nieznana liczba wierszy".to_owned(),
            Some((most, all)) if most < all => format!(
                "najwyżej {} (wszystkich: {})",
                pl(most, ROWS),
                thousands(Lang::Pl, all)
            ),
            Some((_, all)) => pl(all, ROWS),
        };
        let time = time.map(|time| format!(", co najmniej {}", duration(Lang::Pl, time)));
        let rate = match rate {
            "unlimited" => "bez ograniczenia tempa".to_owned(),
            rate => format!("tempo {rate}"),
        };
        format!(
            "{rows} do {host}, {rate} (źródło: {from}){}",
            time.unwrap_or_default()
        )
    }

    fn proxy(&self, proxy: &str) -> String {
        format!("połączenia przez serwer proxy {proxy} (ze zmiennych środowiskowych)")
    }

    fn resuming(&self, since: &str, settled: u64) -> String {
        format!("wznowienie pracy z {since}; gotowe już: {}", pl(settled, ROWS))
    }
}
