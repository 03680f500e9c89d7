//! Cleans texts from outside: removes invisible characters (which spreadsheets, web pages and mails
//! leave around an id or a column's name), and escapes what may not be shown.

use std::borrow::Cow;
use std::fmt;
use std::path::Path;

/// Whether a character is invisible: white space of every kind (including a no-break space),
/// zero-width characters and byte order marks.
pub(crate) fn is_invisible(character: char) -> bool {
    character.is_whitespace()
        || matches!(character, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206F}' | '\u{FEFF}' | '\u{00AD}' | '\u{180E}')
}

/// Whether a text has no visible character.
pub(crate) fn is_blank(text: &str) -> bool {
    text.chars().all(is_invisible)
}

/// Removes invisible characters at both ends; those inside stay.
pub(crate) fn trim_invisible(text: &str) -> &str {
    text.trim_matches(is_invisible)
}

/// Maximum length of a message; longer ones are cut.
const MAX_CHARS: usize = 300;

/// Puts a text from the platform or from a cell on one line and limits its length. Nearly every
/// text already fits and is not copied.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    let hidden = |character: char| character.is_control() || is_deceptive(character);
    let is_plain = || text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if text.len() <= MAX_CHARS && (is_plain() || !text.contains(hidden)) {
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
        .take(MAX_CHARS + 1)
        .collect();
    if clean.chars().count() > MAX_CHARS {
        clean = clean.chars().take(MAX_CHARS - 1).chain(['…']).collect();
    }
    Cow::Owned(clean)
}

/// Formats names from outside as a list: `` `one`, `two` ``.
pub(crate) fn quoted<N: AsRef<str>>(names: impl IntoIterator<Item = N>) -> String {
    let quoted = names
        .into_iter()
        .map(|name| format!("`{}`", clean(name.as_ref())));
    quoted.collect::<Vec<_>>().join(", ")
}

/// Whether a character makes a text look different from what it is: it is invisible, breaks lines
/// where none are expected, or changes the reading order of others.
fn is_deceptive(character: char) -> bool {
    matches!(
        character,
        '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}'
    )
}

/// Makes a text safe to print: line ends and tabs stay; control characters and invisible ones are
/// escaped (`\u{1b}`). Every printed line goes through here.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    escaped(text, &['\n', '\t'], |character, shown| {
        shown.extend(character.escape_unicode());
    })
}

/// Makes a line of JSON safe to print: the same characters become JSON escapes.
pub(crate) fn printable_json(json: &str) -> Cow<'_, str> {
    escaped(json, &['\n'], |character, shown| {
        let mut units = [0; 2];
        let units = character.encode_utf16(&mut units);
        shown.extend(units.iter().map(|unit| format!("\\u{unit:04x}")));
    })
}

/// Escapes control and deceptive characters with `escape`, except those in `stay`.
fn escaped<'a>(text: &'a str, stay: &[char], escape: impl Fn(char, &mut String)) -> Cow<'a, str> {
    let escapes =
        |character: char| character.is_control() && !stay.contains(&character) || is_deceptive(character);
    if !text.contains(escapes) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if escapes(character) {
            escape(character, &mut shown);
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

/// A path in a message, on one line whatever its name contains.
pub(crate) struct Shown<'a>(&'a Path);

/// Formats paths for messages.
pub(crate) trait ShownPath {
    /// Returns the path for a message. Line breaks and invisible characters are escaped.
    fn shown(&self) -> Shown<'_>;
}

impl ShownPath for Path {
    fn shown(&self) -> Shown<'_> {
        Shown(self)
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.to_string_lossy();
        let text = printable(&text);
        if !text.contains(['\n', '\t']) {
            return f.write_str(&text);
        }
        f.write_str(&text.replace('\n', "\\n").replace('\t', "\\t"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_one_line_of_at_most_300_characters() {
        assert_eq!(clean("a\u{7}b\r\nc\u{202E}d\u{2028}\u{9B}\u{61C}e"), "ab  cde");
        assert_eq!(clean(&"ż".repeat(300)), "ż".repeat(300));
        assert_eq!(clean(&"ż".repeat(301)), format!("{}…", "ż".repeat(299)));
    }

    #[test]
    fn what_a_terminal_would_obey_is_written_as_an_escape() {
        assert_eq!(printable("Zażółć\t1 000\nx"), "Zażółć\t1 000\nx");
        assert_eq!(
            printable("\u{1B}[31m\r\u{9B}\u{202E}\u{2029}\u{200B}\u{E0041}"),
            "\\u{1b}[31m\\u{d}\\u{9b}\\u{202e}\\u{2029}\\u{200b}\\u{e0041}"
        );
        assert_eq!(
            Path::new("a\nerror: b\u{1B}").shown().to_string(),
            "a\\nerror: b\\u{1b}"
        );
    }
}
