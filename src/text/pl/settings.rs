//! Settings that are wrong or missing, in Polish.

use super::Polish;
use crate::text::number::pl;
use crate::text::subjects::{Piece, SettingWords};

impl SettingWords for Polish {
    fn several_wrong(&self, mistakes: &[String]) -> String {
        let count = pl(
            mistakes.len() as u64,
            [
                "błąd w ustawieniach",
                "błędy w ustawieniach",
                "błędów w ustawieniach",
            ],
        );
        format!("{count}:\n  {}", mistakes.join("\n  "))
    }

    fn secrets_unset(&self, unset: &[(Piece, String)]) -> String {
        const WHERE: &str = "klucz i autoryzacja: Konto → Ustawienia → Integracje, ID konta: obsługa platformy; o wszystko \
                             zapyta `respondent-sync init`";
        let named = unset.iter().map(|(piece, variable)| {
            let what = match piece {
                Piece::Account => "ID konta",
                Piece::WebhookKey => "klucz webhooka",
                Piece::WebhookAuth => "autoryzacja webhooka",
            };
            format!("{variable} ({what})")
        });
        let named: Vec<String> = named.collect();
        format!("nie podano: {}; {WHERE}", named.join(", "))
    }
}
