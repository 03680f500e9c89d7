//! Texts from outside: what nobody sees of them (what spreadsheets, web pages and mails leave around an id or a
//! column's name), and what may be shown.

use std::borrow::Cow;

/// White space of every kind (a no-break space too), zero-width characters and byte order marks.
pub(crate) fn is_invisible(character: char) -> bool {
    character.is_whitespace()
        || matches!(character, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206F}' | '\u{FEFF}' | '\u{00AD}' | '\u{180E}')
}

/// Whether nobody sees anything of a text.
pub(crate) fn is_blank(text: &str) -> bool {
    text.chars().all(is_invisible)
}

/// The text without the invisible characters around it; those inside it stay.
pub(crate) fn trim_invisible(text: &str) -> &str {
    text.trim_matches(is_invisible)
}

/// A longer message is cut (design, section 3).
const MOST_CHARS: usize = 300;

/// A text from the platform or from a cell, on one line and of bounded length. Nearly every text is that already and
/// is not copied.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    let hidden = |character: char| character.is_control() || is_direction_mark(character);
    let is_plain = || text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if text.len() <= MOST_CHARS && (is_plain() || !text.contains(hidden)) {
        return Cow::Borrowed(text);
    }
    let blanked = text.chars().map(|character| {
        if matches!(character, '\n' | '\r' | '\t') {
            ' '
        } else {
            character
        }
    });
    let mut clean: String = blanked
        .filter(|character| !hidden(*character))
        .take(MOST_CHARS + 1)
        .collect();
    if clean.chars().count() > MOST_CHARS {
        clean = clean.chars().take(MOST_CHARS - 1).chain(['…']).collect();
    }
    Cow::Owned(clean)
}

/// Names from outside as a list: `` `one`, `two` ``.
pub(crate) fn quoted<N: AsRef<str>>(names: impl IntoIterator<Item = N>) -> String {
    let quoted = names
        .into_iter()
        .map(|name| format!("`{}`", clean(name.as_ref())));
    quoted.collect::<Vec<_>>().join(", ")
}

/// Characters that make a text read in another order than it is written.
fn is_direction_mark(character: char) -> bool {
    matches!(character, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_one_line_of_at_most_300_characters() {
        assert_eq!(clean("a\u{7}b\r\nc\u{202E}d"), "ab  cd");
        assert_eq!(clean(&"ż".repeat(300)), "ż".repeat(300));
        assert_eq!(clean(&"ż".repeat(301)), format!("{}…", "ż".repeat(299)));
    }
}
