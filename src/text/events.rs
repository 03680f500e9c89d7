//! Events of the stages in Polish. The stages know no sentences: their events have fields, of which
//! the sentence is made here.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::number::{duration, thousands};
use crate::model::{Lang, local_time_in};

/// Says an event in Polish; `None` if it is for administrators and stays English.
pub(crate) fn polish_event(name: &str, fields: &Map<String, Value>) -> Option<String> {
    let text = |field: &str| fields.get(field).and_then(Value::as_str).unwrap_or_default();
    let number = |field: &str| fields.get(field).and_then(Value::as_u64).unwrap_or_default();
    let time = |field: &str| {
        let time: Option<Timestamp> = text(field).parse().ok();
        time.map(|time| local_time_in(Lang::Pl, time)).unwrap_or_default()
    };
    let is = |field: &str| fields.get(field).and_then(Value::as_bool).unwrap_or_default();
    Some(match name {
        "outage_started" => {
            let hint = if is("answered") {
                ""
            } else {
                " Od początku nie było żadnej odpowiedzi: sprawdź sieć, proxy i `--base-url`."
            };
            format!(
                "Platforma nie odpowiada ({}). Kolejne próby najdłużej do {}.{hint}",
                text("reason"),
                time("until")
            )
        }
        "outage_ended" => {
            let after = Duration::from_secs(number("seconds"));
            format!(
                "Platforma znów odpowiada (przerwa trwała {}).",
                duration(Lang::Pl, after)
            )
        }
        "held_off" => format!("Platforma prosi o przerwę, najdłużej do {}.", time("until")),
        "slowed_down" => "Platforma poprosiła o wolniejsze tempo (429): odtąd o połowę wolniej.".to_owned(),
        "control_succeeded" => {
            "Wywołanie kontrolne się powiodło: przyczyną błędów są same wiersze.".to_owned()
        }
        "stopping" => match number("calls") {
            0 => "Przerwano; nie będzie nowych wywołań.".to_owned(),
            calls => format!(
                "Przerwano; nie będzie nowych wywołań. Jeszcze w toku: {}; ponowne Ctrl-C kończy od razu.",
                thousands(Lang::Pl, calls)
            ),
        },
        "connections_limited" => format!(
            "Platforma odmawia kolejnych połączeń: na razie najwyżej {} naraz.",
            thousands(Lang::Pl, number("calls"))
        ),
        "set_aside" => {
            let rounds = match number("of_rounds") {
                0 => String::new(),
                files => format!(" (i pliki powtórzeń: {})", thousands(Lang::Pl, files)),
            };
            format!(
                "Wyniki poprzedniej aktualizacji mają teraz w nazwie czas jej rozpoczęcia: {}{rounds}.",
                text("files")
            )
        }
        "unfinished_set_aside" => {
            let what = match text("sends") {
                "all" => {
                    "Poprzednia aktualizacja nie została dokończona; teraz zostaną zaktualizowane wszystkie wiersze tego samego eksportu."
                }
                "changes" => {
                    "Poprzednia aktualizacja nie została dokończona; zostanie ponowione to, czego platforma nie potwierdziła, o ile jest w tym eksporcie."
                }
                "no_round" => {
                    "Ponowienie poprzedniej aktualizacji nie zostało dokończone: poprawki, których nie wysłano, nie zostaną już wysłane."
                }
                _ => {
                    "Poprzednia aktualizacja dotyczyła innego eksportu i nie została dokończona: wiersze, których nie ma w tym eksporcie, nie zostaną już zaktualizowane."
                }
            };
            format!(
                "{what} Jej pliki mają teraz w nazwie czas jej rozpoczęcia: {}.",
                text("files")
            )
        }
        "edited_failed_file_set_aside" => format!(
            "Plik błędów był poprawiany, więc nie został zastąpiony. Nazywa się teraz `{}`.",
            text("path")
        ),
        "pull_retried" => {
            let happened = match number("status") {
                0 => "Platforma nie odpowiada poprawnie.".to_owned(),
                status => format!("Platforma zgłasza błąd {status}."),
            };
            let wait = duration(Lang::Pl, Duration::from_secs(number("seconds")));
            format!("{happened} Kolejna próba za {wait}.")
        }
        "list_changed" => {
            "Strony listy nie pasują do siebie, lista mogła się zmienić. Pobieranie od początku.".to_owned()
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn said(name: &str, fields: &Value) -> String {
        let fields = fields.as_object().cloned().unwrap_or_default();
        polish_event(name, &fields).unwrap().replace('\u{A0}', " ")
    }

    #[test]
    fn what_the_platform_does_is_said_in_polish() {
        let until: Timestamp = "2026-11-30T20:34:00Z".parse().unwrap();
        let fields = json!({"until": until.to_string(), "reason": "HTTP 503", "answered": true});
        let until = local_time_in(Lang::Pl, until);
        assert_eq!(
            said("outage_started", &fields),
            format!("Platforma nie odpowiada (HTTP 503). Kolejne próby najdłużej do {until}.")
        );
        assert_eq!(
            said("outage_ended", &json!({"seconds": 200})),
            "Platforma znów odpowiada (przerwa trwała 3 min 20 s)."
        );
        assert!(said("stopping", &json!({"calls": 4})).contains("w toku: 4"));
        assert_eq!(
            said("pull_retried", &json!({"status": 503, "seconds": 12})),
            "Platforma zgłasza błąd 503. Kolejna próba za 12 s."
        );
        assert_eq!(
            said("pull_retried", &json!({"seconds": 75})),
            "Platforma nie odpowiada poprawnie. Kolejna próba za 1 min 15 s."
        );
        assert_eq!(polish_event("state_not_written", &Map::new()), None);
    }
}
