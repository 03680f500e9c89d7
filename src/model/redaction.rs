//! Whether a text from outside holds a secret, in whatever spelling: an answer may quote the address it was called by,
//! percent-encoded, as JSON, as HTML, in upper case, or broken over lines. Compared are both in one plain form. Pure.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use super::text::is_invisible;

/// A shorter secret is part of common words, and is only looked for together with another.
const SHORTEST: usize = 4;

/// How often encodings are taken off a text: an address in a link in a page in JSON has three.
const LAYERS: usize = 4;

/// What is shown of a text that holds a secret.
pub(crate) const WITHHELD: &str = "(not shown: the text quotes a secret)";

/// Secrets in the plain form.
#[derive(Clone)]
pub(super) struct Secrets(Vec<SecretString>);

impl Secrets {
    /// Each of these, and one behind the other as in an address.
    pub(super) fn new(secrets: &[&str]) -> Self {
        let all = secrets.join("/");
        let forms = secrets.iter().copied().chain([all.as_str()]).map(plain);
        let usable = forms.filter(|form| form.len() >= SHORTEST);
        Self(usable.map(SecretString::from).collect())
    }

    /// Whether one of them is in the text.
    pub(super) fn are_in(&self, text: &str) -> bool {
        let mut decoded = text.to_owned();
        for _ in 0..LAYERS {
            let plain = plain(&decoded);
            if self.0.iter().any(|secret| plain.contains(secret.expose_secret())) {
                return true;
            }
            let next = without_a_layer(&decoded);
            if next == decoded {
                return false;
            }
            decoded = next;
        }
        false
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(…)")
    }
}

/// A text without what does not count: case, white space, invisible signs, and the signs that encodings put between or
/// before others.
fn plain(text: &str) -> String {
    text.chars()
        .filter(|character| {
            !is_invisible(*character) && !character.is_control() && !matches!(character, '\\' | '+')
        })
        .flat_map(char::to_lowercase)
        .collect()
}

/// The text with percent codes, JSON escapes and HTML entities decoded once.
fn without_a_layer(text: &str) -> String {
    let mut decoded: Vec<u8> = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let found = match first {
            '%' => percent(rest),
            '\\' => json(rest),
            '&' => entity(rest),
            _ => None,
        };
        let (bytes, length) = found.unwrap_or_else(|| {
            let length = first.len_utf8();
            (rest.as_bytes().get(..length).unwrap_or_default().to_vec(), length)
        });
        decoded.extend(bytes);
        rest = rest.get(length..).unwrap_or_default();
    }
    // Percent codes are bytes, and several may be one letter.
    String::from_utf8_lossy(&decoded).into_owned()
}

/// `%41`: what it stands for, and its length.
fn percent(text: &str) -> Option<(Vec<u8>, usize)> {
    let digits = text.get(1..3)?;
    Some((vec![u8::from_str_radix(digits, 16).ok()?], 3))
}

/// `\u0041` or `\/`.
fn json(text: &str) -> Option<(Vec<u8>, usize)> {
    if text.get(1..2)? != "u" {
        return Some((Vec::new(), 1));
    }
    let character = char::from_u32(u32::from_str_radix(text.get(2..6)?, 16).ok()?)?;
    Some((character.to_string().into_bytes(), 6))
}

/// `&#65;`, `&#x41;` or a name of a sign that addresses have.
fn entity(text: &str) -> Option<(Vec<u8>, usize)> {
    const LONGEST: usize = 12;
    const NAMES: [(&str, char); 8] = [
        ("amp", '&'),
        ("sol", '/'),
        ("period", '.'),
        ("colon", ':'),
        ("lowbar", '_'),
        ("hyphen", '-'),
        ("equals", '='),
        ("quest", '?'),
    ];
    let end = text
        .char_indices()
        .take(LONGEST)
        .find(|(_, character)| *character == ';')?
        .0;
    let name = text.get(1..end)?;
    let character = match name.strip_prefix('#') {
        Some(number) => {
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)?
        }
        None => NAMES.iter().find(|(known, _)| *known == name)?.1,
    };
    Some((character.to_string().into_bytes(), end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_in_every_spelling() {
        let secrets = Secrets::new(&["TUwNjNDg3M", "84b750d6956f"]);
        let percent = "84b750d6956f"
            .bytes()
            .map(|byte| format!("%{byte:02x}"))
            .collect::<Vec<_>>()
            .concat();
        let twice = percent.replace('%', "%25");
        let json = "TUwNjNDg3M"
            .chars()
            .map(|c| format!("\\u{:04X}", u32::from(c)))
            .collect::<Vec<_>>()
            .concat();
        let html = "84b750d6956f"
            .chars()
            .map(|c| format!("&#{};", u32::from(c)))
            .collect::<Vec<_>>()
            .concat();
        let hex = "84b750d6956f"
            .chars()
            .map(|c| format!("&#x{:x};", u32::from(c)))
            .collect::<Vec<_>>()
            .concat();
        let inner = html.replace('&', "&amp;");
        for spelling in [
            "no such hook: /webhooks/1/TUwNjNDg3M/x",
            "84B750D6956F",
            "tuwnjndg3m",
            "84b750\u{200B}d6956f",
            "84b7\r\n50d6 956f",
            "8\u{AD}4b750d6956f",
            &percent,
            &twice,
            &json,
            &html,
            &hex,
            &inner,
            "TUw%4EjNDg&#51;M",
        ] {
            assert!(secrets.are_in(spelling), "{spelling}");
        }
        for other in [
            "",
            "84b750d6956",
            "Respondent has been updated",
            "100 % & \\u12",
            "&;&#;&#x110000;%zz",
        ] {
            assert!(!secrets.are_in(other), "{other}");
        }
    }

    #[test]
    fn short_secrets_are_looked_for_together() {
        let secrets = Secrets::new(&["ab", "c"]);
        assert!(secrets.are_in("https://a.example/webhooks/1/AB%2Fc/update-respondent"));
        assert!(secrets.are_in("AB\\/c"));
        assert!(!secrets.are_in("about"));
        assert!(!Secrets::new(&["", ""]).are_in("/"));
    }
}
