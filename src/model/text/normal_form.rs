//! The form in which a label's value is compared with what the platform lists: white space and the
//! entities of HTML may come back in another form, which changes nothing. Pure.

use std::borrow::Cow;

use xxhash_rust::xxh3::xxh3_64;

/// Maximum length of an entity in characters, without `&` and `;`.
const MAX_ENTITY: usize = 8;

/// Returns the value with entities decoded, white space at its ends removed, and other white space
/// as single spaces.
fn normal_form(value: &str) -> String {
    let decoded = decoded(value);
    let words: Vec<&str> = decoded
        .split(|c: char| c.is_whitespace() || c == '\u{FEFF}')
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ")
}

/// Returns the digest of the normal form; 0 if nothing is left of it.
pub(crate) fn label_digest(value: &str) -> u64 {
    if is_normal(value) {
        return digest(value);
    }
    digest(&normal_form(value))
}

fn digest(normal: &str) -> u64 {
    if normal.is_empty() {
        return 0;
    }
    // 0 means blank.
    xxh3_64(normal.as_bytes()).max(1)
}

/// Whether the value is surely in the normal form: plain ASCII with single spaces.
fn is_normal(value: &str) -> bool {
    let bytes = value.as_bytes();
    let is_plain = |byte: &u8| (b' '..=b'~').contains(byte) && *byte != b'&';
    bytes.iter().all(is_plain) && !value.starts_with(' ') && !value.ends_with(' ') && !value.contains("  ")
}

fn decoded(value: &str) -> Cow<'_, str> {
    if !value.contains('&') {
        return Cow::Borrowed(value);
    }
    let mut text = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('&') {
        text.push_str(before);
        let entity = after
            .split_once(';')
            .filter(|(name, _)| name.chars().count() <= MAX_ENTITY);
        if let Some((c, left)) = entity.and_then(|(name, left)| Some((entity_of(name)?, left))) {
            text.push(c);
            rest = left;
        } else {
            text.push('&');
            rest = after;
        }
    }
    text.push_str(rest);
    Cow::Owned(text)
}

/// Returns the character of an entity that servers write for the special characters of HTML.
fn entity_of(name: &str) -> Option<char> {
    let number = |digits: &str, radix| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{A0}'),
        _ => {
            let digits = name.strip_prefix('#')?;
            match digits.strip_prefix(['x', 'X']) {
                Some(hexadecimal) => number(hexadecimal, 16),
                None => number(digits, 10),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_server_may_change_is_the_same() {
        for (value, normal) in [
            ("VIP", "VIP"),
            ("  a\u{A0} b\r\nc ", "a b c"),
            (
                "R&amp;D &lt;x&gt; &#39;y&#x27; &quot;z&quot;",
                "R&D <x> 'y' \"z\"",
            ),
            ("A & B; C", "A & B; C"),
            ("&nothing;", "&nothing;"),
            ("&amp;amp;", "&amp;"),
            ("\u{A0}", ""),
        ] {
            assert_eq!(normal_form(value), normal);
            assert_eq!(label_digest(value), digest(normal));
        }
        assert_ne!(label_digest("VIP"), label_digest("vip"));
        assert_eq!(label_digest(" "), 0);
    }

    proptest! {
        #[test]
        fn a_quick_look_does_not_change_the_digest(value in "[ -~]{0,12}|(?s).{0,12}") {
            prop_assert_eq!(label_digest(&value), digest(&normal_form(&value)));
        }
    }
}
