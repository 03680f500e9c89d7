//! What all pages share: the head, the style, the script, and the policy that allows only these.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};

use crate::model::{Lang, version};

const STYLE: &str = include_str!("templates/style.css");
const SCRIPT: &str = include_str!("templates/script.js");

/// The frame of a page.
pub(super) struct Frame {
    pub(super) lang: &'static str,
    pub(super) title: String,
    pub(super) version: &'static str,
    pub(super) policy: String,
    pub(super) style: &'static str,
    pub(super) script: &'static str,
}

impl Frame {
    pub(super) fn new(lang: Lang, title: String) -> Self {
        Self {
            lang: match lang {
                Lang::En => "en",
                Lang::Pl => "pl",
            },
            title,
            version: version::VERSION,
            policy: policy(),
            style: STYLE,
            script: SCRIPT,
        }
    }
}

/// Returns the content security policy: no request, no frame, no form, and only this style and this
/// script.
fn policy() -> String {
    let hash = |text: &str| STANDARD.encode(digest(&SHA256, text.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn style_and_script_cannot_end_their_elements() {
        for text in [STYLE, SCRIPT] {
            assert!(
                !text.contains("</") && !text.contains("<!--") && text.len() < 8_000,
                "{}",
                text.len()
            );
        }
        assert!(!STYLE.contains("url(h") && !STYLE.contains("@import") && !SCRIPT.contains("fetch"));
    }
}
