//! Shows columns and asks for them.

use std::path::Path;

use super::asking::{Asker, fitted};
use super::export::{Export, shortened};
use super::proposal::{Column, free_label, label_of, said_label};
use crate::model::{Label, ShownPath as _, clean};
use crate::run::Failure;
use crate::text::Words;

/// Maximum length of a name in a list, in characters.
const NAME_CHARS: usize = 36;

/// Maximum number of columns that are listed before the questions, which list them again.
const MAX_LISTED: usize = 30;

/// Shows a table's columns, each with a sample.
pub(super) fn show(asker: &Asker<'_>, path: &Path, seen: &Export) {
    let words = asker.words;
    let count = seen.columns.len() as u64;
    asker.begin(&words.export_found(&path.shown().to_string(), seen.rows(), count));
    if seen.columns.len() <= MAX_LISTED {
        for choice in choices(words, &seen.columns, asker.choice_bytes()) {
            asker.list(&choice);
        }
    }
    if seen.first.has_header && seen.first.columns.look_like_data() {
        asker.say(&words.header_looks_like_data());
    }
}

/// Formats each column with its sample, in two aligned columns of this many bytes together.
pub(super) fn choices(words: &dyn Words, columns: &[Column], bytes: usize) -> Vec<String> {
    let name_chars = NAME_CHARS.min(bytes / 2);
    let names: Vec<String> = columns
        .iter()
        .map(|column| shortened(&clean(&column.name), name_chars))
        .collect();
    let width = names
        .iter()
        .map(|name| name.chars().count())
        .max()
        .unwrap_or_default();
    let choice = |(column, name): (&Column, &String)| {
        let sample = match &column.sample {
            Some(sample) => words.sample(sample),
            None => words.no_sample(),
        };
        fitted(&format!("{name:<width$}  {sample}"), bytes)
    };
    columns.iter().zip(&names).map(choice).collect()
}

/// Asks for a column.
pub(super) fn asked<'a>(
    asker: &Asker<'_>,
    question: &str,
    columns: &'a [Column],
    proposed: Option<usize>,
) -> Result<&'a Column, Failure> {
    let choices = choices(asker.words, columns, asker.choice_bytes());
    loop {
        let chosen = asker.one_of(question, &choices, proposed.unwrap_or_default())?;
        if let Some(column) = columns.get(chosen) {
            return Ok(column);
        }
    }
}

/// Asks which columns set which labels. `in_address` are the labels that the webhook's address
/// names.
pub(super) fn asked_labels(
    asker: &Asker<'_>,
    columns: &[Column],
    in_address: &[(Label, String)],
) -> Result<Vec<(Label, String)>, Failure> {
    let words = asker.words;
    asker.begin(&words.labels_hint());
    let choices = choices(words, columns, asker.choice_bytes());
    let mut checked: Vec<bool> = columns
        .iter()
        .map(|column| label_of(column, in_address).is_some())
        .collect();
    let chosen = loop {
        let chosen = asker.some_of(&words.ask_label_columns(), &choices, &checked)?;
        if chosen.is_empty() {
            asker.say(&words.no_label_column());
        } else if chosen.len() > Label::all().count() {
            asker.say(&words.too_many_labels());
        } else {
            break chosen;
        }
        for (index, is_checked) in checked.iter_mut().enumerate() {
            *is_checked = chosen.contains(&index);
        }
    };
    let chosen: Vec<&Column> = chosen
        .into_iter()
        .filter_map(|index| columns.get(index))
        .collect();
    let mut labels: Vec<(Label, String)> = Vec::new();
    // A label that one column says is not proposed for another one.
    let (named, others): (Vec<&Column>, Vec<&Column>) =
        chosen.into_iter().partition(|column| column.label().is_some());
    let (said, others): (Vec<&Column>, Vec<&Column>) = others
        .into_iter()
        .partition(|column| label_of(column, in_address).is_some());
    let mut is_warned = false;
    for column in named.into_iter().chain(said).chain(others) {
        let taken: Vec<Label> = labels.iter().map(|(label, _)| *label).collect();
        let own = column.label().filter(|label| !taken.contains(label));
        let label = if let Some(label) = own {
            label
        } else {
            let said = said_label(column, columns, in_address, &taken);
            if said.is_none() && !is_warned {
                asker.say(&words.label_unsaid());
                is_warned = true;
            }
            let proposed = said.or_else(|| free_label(columns, in_address, &taken));
            asked_label(asker, column, proposed, &taken)?
        };
        labels.push((label, column.name.clone()));
    }
    labels.sort_by_key(|(label, _)| *label);
    Ok(labels)
}

/// Asks for a column's label, until it is one that no other column has.
fn asked_label(
    asker: &Asker<'_>,
    column: &Column,
    proposed: Option<Label>,
    taken: &[Label],
) -> Result<Label, Failure> {
    let words = asker.words;
    let question = words.ask_label(&column.shown_name());
    loop {
        match asker.text(&question, proposed.map(Label::name))?.parse::<Label>() {
            Ok(label) if taken.contains(&label) => asker.say(&words.label_taken(label)),
            Ok(label) => return Ok(label),
            Err(_) => asker.say(&words.not_a_label()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Lang;
    use crate::text;

    #[test]
    fn choices_are_aligned_and_fit_a_screen() {
        let column = |name: &str, sample: Option<&str>| Column {
            name: name.to_owned(),
            sample: sample.map(str::to_owned),
            ..Column::default()
        };
        let columns = [
            column("NPS", Some("9")),
            column("Imię", None),
            column(&"ż".repeat(60), Some(&"ł".repeat(24))),
        ];
        for bytes in [70, 33] {
            let choices = choices(text::words(Lang::Pl), &columns, bytes);
            assert!(choices.iter().all(|choice| choice.len() <= bytes), "{choices:?}");
        }
        let short = choices(text::words(Lang::Pl), &columns[..2], 70);
        assert_eq!(short, ["NPS   np. `9`", "Imię  (pusta)"]);
    }
}
