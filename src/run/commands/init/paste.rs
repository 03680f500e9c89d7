//! Finds an address in a pasted text: a mail, a page of the platform, a `curl` command. Removes what
//! a paste adds: invisible characters, quotes, `&amp;`, line breaks in the middle. Pure.
//! `init/address.rs` says what the address means.

use crate::model::is_invisible;

/// The last part of the wanted webhook's path.
pub(super) const WEBHOOK: &str = "update-respondent";

/// What every webhook's path begins with.
pub(super) const PATH: &str = "/webhooks/";

/// Invisible characters as a browser's address bar copies them.
const ENCODED: [&str; 10] = [
    "%e2%80%8b",
    "%e2%80%8c",
    "%e2%80%8d",
    "%e2%80%8e",
    "%e2%80%8f",
    "%e2%81%a0",
    "%ef%bb%bf",
    "%c2%ad",
    "%c2%a0",
    "%20",
];

/// An address that was found, and the text behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pasted {
    /// Begins with `http://` or `https://`; holds no white space.
    pub(super) address: String,
    pub(super) rest: String,
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
    let enclosed = closing.and_then(|closing| text.split_once(closing));
    let (inside, behind) = enclosed.unwrap_or((text, ""));
    let mut address = String::new();
    let mut left = inside;
    loop {
        let end = left.find(char::is_whitespace).unwrap_or(left.len());
        let (piece, after) = left.split_at_checked(end).unwrap_or((left, ""));
        address.push_str(piece);
        let next = after.trim_start_matches(|c: char| c.is_whitespace() || c == '>');
        let gap = after.strip_suffix(next).unwrap_or_default();
        let is_next = !next.is_empty()
            && (enclosed.is_some() || gap.contains(['\n', '\r']) && is_continued(&address, next));
        if !is_next {
            left = after;
            break;
        }
        left = next;
    }
    let mut address = address
        .trim_end_matches(['\'', '"', '`', '>', '»', '”', '’', ')', ',', '.', ';', '\\'])
        .to_owned();
    for hidden in ENCODED {
        while let Some((before, behind)) = split_at_ignoring_case(&address, hidden) {
            address = format!("{before}{behind}");
        }
    }
    Pasted {
        address,
        rest: format!("{left}{behind}"),
    }
}

/// Whether an address goes on after a line break.
fn is_continued(address: &str, next: &str) -> bool {
    let word = next.split_whitespace().next().unwrap_or_default();
    if word.starts_with('-') && word.len() <= 2 || word.starts_with("--") || word == "\\" {
        return false;
    }
    let lower = address.to_ascii_lowercase();
    let (path, query) = match lower.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (lower.as_str(), None),
    };
    let parts: Vec<&str> = match path.split_once(PATH) {
        Some((_, parts)) => parts.split('/').collect(),
        None => return query.is_none(),
    };
    match (parts.as_slice(), query) {
        ([_, _, _, name], None) if *name != WEBHOOK => WEBHOOK.starts_with(name),
        ([] | [_] | [_, _] | [_, _, _], None) => true,
        (_, None) => word.starts_with('?'),
        (_, Some(query)) => query.is_empty() || query.ends_with(['&', '=']) || word.starts_with('&'),
    }
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
