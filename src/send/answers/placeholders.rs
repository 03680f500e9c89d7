//! Removes a respondent's data from the platform's messages about them: the id and whole values
//! become placeholders before a message is counted, written or quoted ([rule 12](crate::rules#rule-12)). Messages that
//! differ in nothing else then become equal. Pure.

use crate::model::UpdateRespondent;

/// Replaces the row's id with `{id}` and each whole value with its label, as in `{l4}`.
pub(in crate::send) fn without_cells(text: String, update: &UpdateRespondent) -> String {
    let id = update.respondent();
    let values = update.values();
    let mut cells: Vec<(String, String)> = values
        .filter(|(_, value)| !value.trim().is_empty())
        .map(|(label, value)| (value.trim().to_owned(), format!("{{{label}}}")))
        .collect();
    cells.push((id.to_owned(), "{id}".to_owned()));
    cells.push((id.trim_start_matches('0').to_owned(), "{id}".to_owned()));
    // The longest first, since one may be part of another.
    cells.sort_by_key(|(cell, _)| std::cmp::Reverse(cell.len()));
    cells
        .iter()
        .filter(|(cell, _)| !cell.is_empty())
        .fold(text, |text, (cell, placeholder)| {
            replace_whole(text, cell, placeholder)
        })
}

/// Replaces a word wherever it stands whole: `12` is not replaced in `123`.
fn replace_whole(text: String, word: &str, other: &str) -> String {
    if !text.contains(word) {
        return text;
    }
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text.as_str();
    let mut before = None;
    while let Some(at) = rest.find(word) {
        let (head, tail) = rest.split_at(at);
        let tail = tail.get(word.len()..).unwrap_or_default();
        let last = head.chars().next_back().or(before);
        let joins = |own: Option<char>, neighbour: Option<char>| {
            own.is_some_and(char::is_alphanumeric) && neighbour.is_some_and(char::is_alphanumeric)
        };
        let is_whole =
            !joins(word.chars().next(), last) && !joins(word.chars().next_back(), tail.chars().next());
        replaced.push_str(head);
        replaced.push_str(if is_whole { other } else { word });
        before = word.chars().next_back();
        rest = tail;
    }
    replaced.push_str(rest);
    replaced
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Digits;

    fn shown(text: &str) -> String {
        let labels = [
            ("l4", "Złoty klient"),
            ("l7", "9"),
            ("l8", ""),
            ("l9", "klient"),
            ("l10", "a+b@x.pl"),
        ];
        let labels = labels.map(|(label, value)| (label.parse().unwrap(), value));
        let update = UpdateRespondent::new(
            Digits::new("7").unwrap(),
            Digits::new("0012").unwrap(),
            labels.into_iter(),
        );
        without_cells(text.to_owned(), &update)
    }

    #[test]
    fn ids_and_values_become_placeholders_where_they_stand_whole() {
        for (text, expected) in [
            (
                "no respondent 0012 in survey 70012",
                "no respondent {id} in survey 70012",
            ),
            (
                "12: `Złoty klient` (9) is no klient",
                "{id}: `{l4}` ({l7}) is no {l9}",
            ),
            ("klienta 99 a+b@x.pl,", "klienta 99 {l10},"),
            ("12 12\n12", "{id} {id}\n{id}"),
            ("", ""),
        ] {
            assert_eq!(shown(text), expected);
        }
    }
}
