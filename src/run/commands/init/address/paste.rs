//! Finds an address in a pasted text: a mail, a page of the platform, a `curl` command. Removes what
//! a paste adds: invisible characters, quotes, `&amp;`, line breaks in the middle. Pure.
//! `init/address.rs` says what the address means.

use crate::model::{Label, is_invisible};

/// The last part of the wanted webhook's path.
pub(super) const WEBHOOK: &str = "update-respondent";

/// What every webhook's path begins with.
pub(super) const PATH: &str = "/webhooks/";

/// Invisible characters as a browser's address bar copies them.
const INVISIBLE: [&str; 8] = [
    "%e2%80%8b",
    "%e2%80%8c",
    "%e2%80%8d",
    "%e2%80%8e",
    "%e2%80%8f",
    "%e2%81%a0",
    "%ef%bb%bf",
    "%c2%ad",
];

/// Spaces as an address bar copies them. A label's value may have some.
const SPACES: [&str; 2] = ["%c2%a0", "%20"];

/// An address that was found, and the text behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pasted {
    /// Begins with `http://` or `https://`; holds no white space.
    pub(super) address: String,
    pub(super) rest: String,
    /// The address ends with the survey's id, and more digits follow behind a gap.
    pub(super) may_be_cut: bool,
}

/// Whether an address goes on behind a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Continues,
    Ends,
    /// The survey's id ends there, or goes on.
    Doubtful,
}

/// Finds the address: that of a webhook if there are several. `None` if there is none.
pub(super) fn find(text: &str) -> Option<Pasted> {
    let text = visible(text);
    let mut first = None;
    for start in starts(&text) {
        let (before, from_here) = text.split_at_checked(start)?;
        let pasted = assembled(before.chars().next_back(), from_here);
        if pasted.address.to_ascii_lowercase().contains(PATH) {
            return Some(pasted);
        }
        first.get_or_insert(pasted);
    }
    first.or_else(|| without_scheme(&text))
}

/// Removes what cannot be seen, and what a web page's source writes for `&`. White space stays.
fn visible(text: &str) -> String {
    let mut text: String = text
        .chars()
        .filter(|c| c.is_whitespace() || !is_invisible(*c))
        .collect();
    for (from, to) in [("&amp;", "&"), ("&#38;", "&"), ("&quot;", "\""), ("&nbsp;", " ")] {
        while let Some((before, behind)) = split_at_ignoring_case(&text, from) {
            text = format!("{before}{to}{behind}");
        }
    }
    text
}

fn split_at_ignoring_case<'a>(text: &'a str, pattern: &str) -> Option<(&'a str, &'a str)> {
    let at = text.to_ascii_lowercase().find(pattern)?;
    let (before, behind) = text.split_at_checked(at)?;
    Some((before, behind.get(pattern.len()..)?))
}

/// Returns where addresses begin.
fn starts(text: &str) -> Vec<usize> {
    let lower = text.to_ascii_lowercase();
    let mut starts: Vec<usize> = ["http://", "https://"]
        .into_iter()
        .flat_map(|scheme| lower.match_indices(scheme).map(|(at, _)| at).collect::<Vec<_>>())
        .collect();
    starts.sort_unstable();
    starts
}

/// Finds an address that was copied without its scheme.
fn without_scheme(text: &str) -> Option<Pasted> {
    let at = text.to_ascii_lowercase().find(PATH)?;
    let before = text.get(..at)?;
    let is_of_host = |c: char| c.is_alphanumeric() || ".-:".contains(c);
    let host = before.trim_end_matches(is_of_host).len();
    let (before, from_here) = text.split_at_checked(host)?;
    let pasted = assembled(before.chars().next_back(), from_here);
    Some(Pasted {
        address: format!("https://{}", pasted.address),
        ..pasted
    })
}

/// Puts an address together whose lines a mail has broken. `before` is the character before it.
fn assembled(before: Option<char>, text: &str) -> Pasted {
    let closing = before.and_then(|opening| match opening {
        '\'' | '"' | '`' => Some(opening),
        '<' => Some('>'),
        '(' => Some(')'),
        '„' | '“' | '”' => Some('”'),
        '«' => Some('»'),
        _ => None,
    });
    let enclosed = closing.and_then(|closing| enclosed_by(closing, text));
    let (inside, behind) = enclosed.unwrap_or((text, ""));
    let mut address = String::new();
    let mut left = inside;
    let may_be_cut = loop {
        let end = left.find(char::is_whitespace).unwrap_or(left.len());
        let (piece, after) = left.split_at_checked(end).unwrap_or((left, ""));
        address.push_str(piece);
        let next = after.trim_start_matches(|c: char| c.is_whitespace() || c == '>');
        let gap = after.strip_suffix(next).unwrap_or_default();
        let has_break = gap.contains(['\n', '\r']);
        let found = if next.is_empty() {
            Next::Ends
        } else if is_shells(&mut address, gap, next) {
            Next::Continues
        } else {
            match next_of(&address, has_break, next) {
                // Quotes and angle brackets hold an address alone, parentheses a sentence, too.
                Next::Doubtful if !has_break || closing == Some(')') => Next::Doubtful,
                _ if enclosed.is_some() => Next::Continues,
                other => other,
            }
        };
        if found != Next::Continues {
            left = after;
            break found == Next::Doubtful;
        }
        if has_break {
            without_soft_break(&mut address);
        } else if address.contains('?') && is_open(&address) {
            address.push_str("%20");
        }
        left = next;
    };
    let mut address = address
        .trim_end_matches(['\'', '"', '`', '>', '»', '”', '’', ')', ',', '.', ';', '\\'])
        .to_owned();
    for hidden in INVISIBLE {
        while let Some((before, behind)) = split_at_ignoring_case(&address, hidden) {
            address = format!("{before}{behind}");
        }
    }
    for space in SPACES {
        while let Some((before, behind)) = split_at_ignoring_case(&address, space)
            && !before.contains('?')
        {
            address = format!("{before}{behind}");
        }
    }
    Pasted {
        address,
        may_be_cut,
        rest: format!("{left}{behind}"),
    }
}

/// Splits a text at its closing mark. A `>` that begins a line is that of a quoted mail.
fn enclosed_by(closing: char, text: &str) -> Option<(&str, &str)> {
    let is_of_mail = |at: usize| {
        let line = text.get(..at).and_then(|before| before.rsplit_once('\n'));
        closing == '>' && line.is_some_and(|(_, line)| line.chars().all(|c| c.is_whitespace() || c == '>'))
    };
    let (at, _) = text.match_indices(closing).find(|(at, _)| !is_of_mail(*at))?;
    Some((text.get(..at)?, text.get(at + closing.len_utf8()..)?))
}

/// Removes the backslash with which a shell's line goes on, as in a `curl` command. Whether the word
/// goes on, too: if the next line has no space in front.
fn is_shells(address: &mut String, gap: &str, next: &str) -> bool {
    let is_joined = ["\n", "\r\n"].contains(&gap) && !next.starts_with('-');
    if !is_joined || !address.ends_with('\\') {
        return false;
    }
    address.pop();
    true
}

/// Removes the `=` with which quoted-printable text breaks a line: in the path, and behind a value.
fn without_soft_break(address: &mut String) {
    let is_soft = match address.split_once('?') {
        None => address.ends_with('='),
        Some((_, query)) => {
            let last = query.rsplit('&').next().unwrap_or_default();
            let value = last.split_once('=').map_or("", |(_, value)| value);
            value.len() > 1 && value.ends_with('=')
        }
    };
    if is_soft {
        address.pop();
    }
}

/// Whether an address ends within a placeholder, such as `[Segment]`.
fn is_open(address: &str) -> bool {
    address.rfind('[') > address.rfind(']')
}

/// Whether an address that nothing encloses goes on behind a gap.
fn next_of(address: &str, has_break: bool, next: &str) -> Next {
    let word = next.split_whitespace().next().unwrap_or_default();
    if word.starts_with('-') && word.len() <= 2 || word.starts_with("--") || word == "\\" {
        return Next::Ends;
    }
    let lower = address.to_ascii_lowercase();
    let (path, query) = match lower.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (lower.as_str(), None),
    };
    let parts: Vec<&str> = match path.split_once(PATH) {
        Some((_, parts)) => parts.split('/').collect(),
        None if has_break && query.is_none() => return Next::Continues,
        None => return Next::Ends,
    };
    let continues = match (parts.as_slice(), query) {
        (_, Some(query)) => return next_of_query(query, has_break, word, next),
        ([_, _, _, name], None) if *name != WEBHOOK => WEBHOOK.starts_with(name),
        ([] | [_] | [_, _] | [_, _, _], None) => true,
        (_, None) => word.starts_with('?'),
    };
    if continues && has_break {
        Next::Continues
    } else {
        Next::Ends
    }
}

/// Whether a query goes on behind a gap. A survey's id that is cut would be another survey's.
fn next_of_query(query: &str, has_break: bool, word: &str, next: &str) -> Next {
    let last = query.rsplit('&').next().unwrap_or_default();
    let word = word.to_ascii_lowercase();
    let more = word.split_once('&').map(|(_, more)| more);
    let begins_with_digit = word.starts_with(|c: char| c.is_ascii_digit());
    let digits = word.trim_start_matches(|c: char| c.is_ascii_digit());
    let continues = match last.split_once('=') {
        // The break is inside a name.
        None => has_break && !query.is_empty() && !last.is_empty() && is_rest_of_name(last, &word),
        Some((_, "")) => false,
        Some(("id_survey", _)) if begins_with_digit => {
            return if digits.starts_with('&') && more.is_some_and(is_parameter) {
                Next::Continues
            } else {
                Next::Doubtful
            };
        }
        // The break is inside a placeholder or a value.
        Some(_) if is_open(query) => next
            .split(['&', '\n'])
            .next()
            .is_some_and(|rest| rest.contains(']')),
        Some(_) => has_break && more.is_some_and(is_parameter),
    };
    let is_open_end = query.is_empty() || query.ends_with(['&', '=']) || word.starts_with('&');
    if continues || has_break && is_open_end {
        Next::Continues
    } else {
        Next::Ends
    }
}

/// Whether a text begins as a parameter of the webhook does, such as `l4=`.
fn is_parameter(text: &str) -> bool {
    text.split_once('=').is_some_and(|(name, _)| is_known(name))
}

/// Whether a word ends the name that a line break has cut.
fn is_rest_of_name(begun: &str, word: &str) -> bool {
    word.split_once('=')
        .is_some_and(|(rest, _)| is_known(&format!("{begun}{rest}")))
}

fn is_known(name: &str) -> bool {
    ["id_survey", "id_respondent"].contains(&name) || name.parse::<Label>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: &str =
        "https://www.webankieta.pl/webhooks/387487/KEY/AUTH/update-respondent?id_survey=399793&l4=A";

    #[test]
    fn what_a_paste_adds_is_removed() {
        let cases = [
            ADDRESS.to_owned(),
            format!("  {ADDRESS}\u{A0}\n"),
            format!("\u{FEFF}\"{ADDRESS}\""),
            format!("Adres: „{ADDRESS}”, klucz jak ostatnio."),
            format!("<a href=\"{ADDRESS}\">tutaj</a>"),
            format!("<{ADDRESS}>"),
            format!("curl -X POST '{ADDRESS}' -d 'l7=9'"),
            format!("curl {ADDRESS} \\\n  -d l7=9"),
            ADDRESS.replace("https://", ""),
            format!("zob. https://pomoc.example/a i {ADDRESS}"),
            ADDRESS.replace('&', "&amp;"),
            ADDRESS.replace("KEY", "K\u{200B}E\u{200C}Y\u{AD}"),
            ADDRESS.replace("KEY", "KEY%E2%80%8C"),
            ADDRESS.replace("/AUTH", "\n> /AUTH"),
            ADDRESS.replace("AUTH/", "AU\r\nTH/"),
            ADDRESS.replace("-resp", "-re\nsp"),
            ADDRESS.replace("?id", "\n?id"),
            ADDRESS.replace("&l4", "&\n  l4"),
            ADDRESS.replace("&l4", "\n&l4"),
            format!("{ADDRESS}.\nPozdrawiam,\nAnna"),
        ];
        for case in cases {
            let found = find(&case).map(|pasted| pasted.address);
            assert_eq!(found.as_deref(), Some(ADDRESS), "{case}");
        }
    }

    #[test]
    fn a_break_within_the_query_loses_nothing() {
        let address = format!("{ADDRESS}&id_respondent=[ID_RESPONDENT]&l7=[Moja%20kolumna]&l10=x");
        for (from, to) in [
            ("399793", "3997\n93"),
            ("399793", "3997 93"),
            ("399793", "39979\r\n> 3"),
            ("399793", "399793\n"),
            ("399793", "3997=\r\n93"),
            ("KEY", "K=\nEY"),
            ("id_survey", "id_sur\nvey"),
            ("id_survey", "i\nd_survey"),
            ("id_survey=", "id_survey\n="),
            ("id_survey=", "id_survey=\n"),
            ("id_respondent", "id_respon\ndent"),
            ("[ID_RESP", "[ID_RE\nSP"),
            ("l10=", "l1\n0="),
            ("l4=A", "l4\n=A"),
            ("Moja%20", "Moja "),
        ] {
            let found = find(&address.replace(from, to)).unwrap();
            assert_eq!(found.address, address, "{to}");
            assert!(!found.may_be_cut, "{to}");
        }
        // An Enter within a word of a shell's command.
        let found = find(&format!("curl {}", address.replace("KEY", "\\\nKEY"))).unwrap();
        assert_eq!(found.address, address);
    }

    #[test]
    fn a_survey_that_may_be_cut_is_doubtful() {
        let bare = "https://www.webankieta.pl/webhooks/1/K/A/update-respondent?id_survey=3997";
        for (behind, may_be_cut) in [
            ("\n93", true),
            ("\n93 osoby", true),
            (" 93", true),
            ("\n93&uwaga", true),
            ("\nPozdrawiam", false),
            (" -d l4=5", false),
            ("&l4=x\n93", false),
            ("", false),
        ] {
            let found = find(&format!("{bare}{behind}")).unwrap();
            assert_eq!(found.may_be_cut, may_be_cut, "{behind}");
            assert!(found.address.starts_with(bare), "{found:?}");
        }
        assert!(find(&format!("({bare}\n93)")).unwrap().may_be_cut);
        assert!(find(&format!("\"{bare} 93\"")).unwrap().may_be_cut);
        let whole = find(&format!("<{bare}\n93>")).unwrap();
        assert!(whole.address.ends_with("=399793") && !whole.may_be_cut);
    }

    #[test]
    fn text_around_an_address_is_no_part_of_it() {
        let bare = "https://www.webankieta.pl/webhooks/1/K/A/update-respondent";
        let found = find(&format!("{bare}\nid_survey=5 dla wszystkich")).unwrap();
        assert_eq!(found.address, bare);
        assert!(found.rest.contains("id_survey=5"), "{found:?}");
        let found = find("https://www.webankieta.pl/webhooks/1/K/A/unsubscribe\nPozdrawiam").unwrap();
        assert!(found.address.ends_with("/unsubscribe"), "{found:?}");
        assert_eq!(find("387487"), None);
        assert_eq!(find(""), None);
    }
}
