//! Detects secrets in texts from outside, whatever the encoding: an answer may quote the address of
//! the call percent-encoded, as JSON, as HTML, in upper case, or broken over lines. Both sides are
//! compared in one plain form. A secret that is reversed, or encoded as a whole (base64,
//! hexadecimal), is not detected. Pure.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use unicode_normalization::UnicodeNormalization;

use super::clean::is_invisible;

/// Minimum length of a secret in bytes. A shorter one is part of common words; it is only looked
/// for together with the other secret.
const SHORTEST: usize = 4;

/// Maximum layers of encoding that are decoded: an address in a link in a page in JSON has three.
const LAYERS: usize = 6;

/// Minimum length in bytes of a secret's letters and digits to be looked for on their own. Fewer
/// are part of common words.
const SHORTEST_BARE: usize = 8;

/// Placeholder for a text that contains a secret.
pub(crate) const WITHHELD: &str = "(not shown: the text quotes a secret)";

/// Secrets in the plain form.
#[derive(Clone)]
pub(in crate::model) struct Secrets(Vec<Secret>);

#[derive(Clone)]
struct Secret {
    plain: SecretString,
    /// Its letters and digits alone; `None` if there are too few.
    bare: Option<SecretString>,
}

impl Secret {
    fn new(plain: String) -> Self {
        let bare = bare(&plain);
        Self {
            plain: SecretString::from(plain),
            bare: (bare.len() >= SHORTEST_BARE).then(|| SecretString::from(bare)),
        }
    }
}

impl Secrets {
    /// Creates the set: each secret, and all of them joined as in an address.
    pub(in crate::model) fn new(secrets: &[&str]) -> Self {
        let all = secrets.join("/");
        let forms = secrets.iter().copied().chain([all.as_str()]).map(plain);
        let usable = forms.filter(|form| form.len() >= SHORTEST);
        Self(usable.map(Secret::new).collect())
    }

    /// Whether the text contains one of the secrets.
    pub(in crate::model) fn are_in(&self, text: &str) -> bool {
        let mut decoded = text.to_owned();
        for _ in 0..LAYERS {
            let plain = plain(&decoded);
            let bare = bare(&plain);
            let is_in = |secret: &Secret| {
                let is_bare = |of: &SecretString| bare.contains(of.expose_secret());
                plain.contains(secret.plain.expose_secret()) || secret.bare.as_ref().is_some_and(is_bare)
            };
            if self.0.iter().any(is_in) {
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

/// Reduces a text to its plain form: without case, white space, invisible characters, variants of
/// the same letter, and the characters that encodings put between or before others. An accent is a
/// character of its own.
fn plain(text: &str) -> String {
    text.nfkd()
        .filter(|character| {
            !is_invisible(*character) && !character.is_control() && !matches!(character, '\\' | '+')
        })
        .flat_map(char::to_lowercase)
        .collect()
}

/// Keeps only letters and digits: a text may be broken by any character, or quoted letter by
/// letter.
fn bare(plain: &str) -> String {
    plain.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// Decodes percent codes, JSON escapes and HTML entities once.
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
    // Percent codes are bytes; several may form one letter.
    String::from_utf8_lossy(&decoded).into_owned()
}

/// Decodes `%41`, or `%u0041` as in old scripts. Returns the decoded bytes and the length of the
/// code.
fn percent(text: &str) -> Option<(Vec<u8>, usize)> {
    if let Some(digits) = text.get(1..)?.strip_prefix(['u', 'U']) {
        return code(digits.get(..4)?, 16, 6);
    }
    let digits = text.get(1..3)?;
    Some((vec![u8::from_str_radix(digits, 16).ok()?], 3))
}

/// Decodes `\u0041`, `\x41` or `\u{41}`; drops a backslash before anything else.
fn json(text: &str) -> Option<(Vec<u8>, usize)> {
    let escaped = match text.get(1..2)? {
        "u" | "U" => braced(text).or_else(|| code(text.get(2..6)?, 16, 6)),
        "x" | "X" => code(text.get(2..4)?, 16, 4),
        _ => None,
    };
    Some(escaped.unwrap_or((Vec::new(), 1)))
}

/// Decodes `\u{41}`.
fn braced(text: &str) -> Option<(Vec<u8>, usize)> {
    const MAX_DIGITS: usize = 6;
    let digits = text.get(2..)?.strip_prefix('{')?;
    let end = digits
        .bytes()
        .take(MAX_DIGITS + 1)
        .position(|byte| byte == b'}')?;
    code(digits.get(..end)?, 16, end + 4)
}

/// Decodes a character's number. Returns its bytes, and `length`.
fn code(digits: &str, radix: u32, length: usize) -> Option<(Vec<u8>, usize)> {
    let character = char::from_u32(u32::from_str_radix(digits, radix).ok()?)?;
    Some((character.to_string().into_bytes(), length))
}

/// Decodes `&#65;` or `&#x41;`, with or without the `;`, or a named entity for a character found in
/// addresses.
fn entity(text: &str) -> Option<(Vec<u8>, usize)> {
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
    let name = text.get(1..)?;
    if let Some(number) = name.strip_prefix('#') {
        let (digits, radix) = match number.strip_prefix(['x', 'X']) {
            Some(digits) => (digits, 16),
            None => (number, 10),
        };
        let is_digit = |character: char| character.is_digit(radix);
        let count = digits
            .find(|character| !is_digit(character))
            .unwrap_or(digits.len());
        let (digits, behind) = digits.split_at(count);
        let length = text.len() - behind.len() + usize::from(behind.starts_with(';'));
        return code(digits, radix, length);
    }
    let is_here = |known: &str| name.strip_prefix(known).is_some_and(|rest| rest.starts_with(';'));
    let (known, sign) = NAMES.iter().find(|(known, _)| is_here(known))?;
    Some((sign.to_string().into_bytes(), known.len() + 2))
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
        let open = html.replace(';', " ");
        let long = html.replace("&#", "&#0000000000000000");
        let script = json.replace("\\u00", "\\x");
        let braces = json.replace("\\u00", "\\u{").replace('\\', "}\\");
        let old_script = percent.replace('%', "%u00");
        let deep = (0..4).fold(percent.clone(), |text, _| text.replace('%', "%25"));
        let letters: Vec<_> = "84b750d6956f".chars().map(String::from).collect();
        let (hyphens, quotes) = (letters.join("-"), letters.join("\", \""));
        let accents = "T\u{301}U\u{301}w\u{301}N\u{301}j\u{301}N\u{301}D\u{301}g\u{301}3\u{301}M\u{301}";
        let wide = "８４ｂ７５０ｄ６９５６ｆ";
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
            &open,
            &long,
            &script,
            &format!("{braces}}}"),
            &old_script,
            &deep,
            &hyphens,
            &quotes,
            wide,
            accents,
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
