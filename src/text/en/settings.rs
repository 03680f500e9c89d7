//! Settings that are wrong or missing, in English.

use super::English;
use crate::text::number::en;
use crate::text::subjects::{Piece, SettingWords};

impl SettingWords for English {
    fn several_wrong(&self, mistakes: &[String]) -> String {
        let count = en(mistakes.len() as u64, "setting");
        format!("{count} are wrong:\n  {}", mistakes.join("\n  "))
    }

    fn secrets_unset(&self, unset: &[(Piece, String)]) -> String {
        const WHERE: &str = "key and auth are in Account → Settings → Integrations, the account's number comes from the \
                             vendor's support; `respondent-sync init` asks for all three";
        if let [(_, variable)] = unset {
            return format!("{variable} is not set: {WHERE}");
        }
        let named = unset.iter().map(|(piece, variable)| {
            let what = match piece {
                Piece::Account => "the account's number",
                Piece::WebhookKey => "the webhook key",
                Piece::WebhookAuth => "the webhook auth",
            };
            format!("{variable} ({what})")
        });
        let named: Vec<String> = named.collect();
        format!("not set: {}; {WHERE}", named.join(", "))
    }
}
