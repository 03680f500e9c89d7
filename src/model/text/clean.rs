//! Texts from outside: what nobody sees of them (what spreadsheets, web pages and mails leave around an id or a
//! column's name), and what may be shown.

use std::borrow::Cow;
use std::fmt;
use std::path::Path;

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
const MAX_CHARS: usize = 300;

/// A text from the platform or from a cell, on one line and of bounded length. Nearly every text is that already and
/// is not copied.
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

/// Names from outside as a list: `` `one`, `two` ``.
pub(crate) fn quoted<N: AsRef<str>>(names: impl IntoIterator<Item = N>) -> String {
    let quoted = names
        .into_iter()
        .map(|name| format!("`{}`", clean(name.as_ref())));
    quoted.collect::<Vec<_>>().join(", ")
}

/// Whether a character makes a text look other than it is: nothing is seen of it, it breaks lines where none are expected,
/// or it changes the order in which others are read.
fn is_deceptive(character: char) -> bool {
    matches!(
        character,
        '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}'
    )
}

/// A text as it may leave the program: line ends and tabs stay, and what a terminal would obey, or nobody would see, is
/// written as an escape (`\u{1b}`). Every line that is printed goes through here.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    escaped(text, &['\n', '\t'], |character, shown| {
        shown.extend(character.escape_unicode());
    })
}

/// A line of JSON as it may leave the program: the same characters are written as JSON's own escapes.
pub(crate) fn printable_json(json: &str) -> Cow<'_, str> {
    escaped(json, &['\n'], |character, shown| {
        let mut units = [0; 2];
        let units = character.encode_utf16(&mut units);
        shown.extend(units.iter().map(|unit| format!("\\u{unit:04x}")));
    })
}

/// The text with its control and deceptive characters, those apart that `stay`, as `escape` writes them.
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

/// A path in a message: on one line, whatever its name holds.
pub(crate) struct Shown<'a>(&'a Path);

/// Paths that can be shown.
pub(crate) trait ShownPath {
    /// The path for a message. Characters that break a line or that nobody sees are written as escapes.
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
