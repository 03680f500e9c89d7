//! Proposes what each column of an export is for, by names and by samples. A proposal is shown and
//! can be changed. Pure.

use super::export::shortened;
use crate::model::{Label, clean};
use crate::read::is_crm_number;

/// A column as the first rows show it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: String,
    /// The first value that is not blank, for a person at a terminal.
    pub(super) sample: Option<String>,
    /// Every value is all digits, of three digits or more, and stands once.
    pub(super) looks_like_ids: bool,
    /// The first value that is not blank is all digits.
    pub(super) begins_with_digits: bool,
    /// Every value that is not blank has an `@`.
    pub(super) has_addresses: bool,
}

/// Names of the platform and of what its ids identify.
const OURS: [&str; 3] = ["respondent", "webankiet", "startquestion"];

/// Maximum length of a name in a question, in characters.
const ASKED_CHARS: usize = 28;

/// Words of names for other numbers than ids, in English and Polish: phones, taxes, persons, places,
/// money and time. A longer word of a name may go on, as in `telefonu`.
const OTHER_NUMBERS: [&str; 36] = [
    "age", "amount", "cena", "data", "date", "faks", "faktur", "fax", "gsm", "iban", "invoice", "kod", "kom",
    "komórk", "komork", "krs", "kwota", "mobil", "nip", "order", "pesel", "phone", "poczt", "post", "price",
    "regon", "rok", "sms", "tax", "tel", "telefon", "vat", "wiek", "year", "zamów", "zip",
];

/// Words of names for an address, in English and Polish.
const ADDRESS: [&str; 2] = ["mail", "adres e"];

impl Column {
    fn is_called(&self, name: &str) -> bool {
        self.name.trim().eq_ignore_ascii_case(name)
    }

    /// Returns the label that the column is called.
    pub(super) fn label(&self) -> Option<Label> {
        self.name.trim().parse().ok()
    }

    /// Whether the name is one of a CRM's own number of a contact.
    pub(super) fn is_crm_number(&self) -> bool {
        is_crm_number(&self.name)
    }

    /// Whether the name is one of another number, such as a phone or a tax number.
    pub(super) fn is_other_number(&self) -> bool {
        let name = self.name.to_lowercase();
        let mut words = name.split(|c: char| !c.is_alphabetic());
        !is_ours(&name)
            && words.any(|word| {
                OTHER_NUMBERS.iter().any(|other| match other.len() {
                    ..4 => word == *other,
                    _ => word.starts_with(other),
                })
            })
    }

    /// Whether `--match-on` can name the column, which splits at the first `=`.
    pub(super) fn can_be_matched_on(&self) -> bool {
        !self.name.contains('=')
    }

    /// Returns the name for a question.
    pub(super) fn shown_name(&self) -> String {
        shortened(&clean(&self.name), ASKED_CHARS)
    }
}

fn is_ours(name: &str) -> bool {
    OURS.iter().any(|ours| name.contains(ours))
}

/// Returns the column that is named as the platform's respondent id.
pub(super) fn id_column(columns: &[Column]) -> Option<usize> {
    let by = |is_it: &dyn Fn(&Column) -> bool| columns.iter().position(is_it);
    let named = |column: &Column| is_ours(&column.name.to_lowercase()) && !column.has_addresses;
    by(&|column| column.is_called("id_respondent"))
        .or_else(|| by(&|column| named(column) && column.looks_like_ids))
        .or_else(|| by(&named))
}

/// Returns a column that has only numbers, each once, and whose name does not say that they are
/// others than the platform's ids.
pub(super) fn digits_column(columns: &[Column]) -> Option<usize> {
    columns.iter().position(|column| {
        column.looks_like_ids && is_free(column) && !column.is_crm_number() && !column.is_other_number()
    })
}

/// Whether the name does not say already what the column is for.
fn is_free(column: &Column) -> bool {
    column.label().is_none() && !column.is_called("id_survey")
}

/// Returns the column that probably holds e-mail addresses.
pub(super) fn address_column(columns: &[Column]) -> Option<usize> {
    let named = |column: &Column| {
        let name = column.name.to_lowercase();
        ADDRESS.iter().any(|word| name.contains(word))
    };
    let by = |is_it: &dyn Fn(&Column) -> bool| columns.iter().position(is_it);
    by(&|column| column.has_addresses && named(column)).or_else(|| by(&|column| column.has_addresses))
}

/// Returns a name in lower case, with one plain space for each gap.
fn one_spaced(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

/// Returns the label of a column that says it: by its own name (`l4`), or because the webhook's
/// address has its name as the label's value (`l4=[Segment]`).
pub(super) fn label_of(column: &Column, in_address: &[(Label, String)]) -> Option<Label> {
    let name = one_spaced(&column.name);
    // `l7=3` is an example of a value, and no column of a file without a header.
    let is_number = name.bytes().all(|byte| byte.is_ascii_digit());
    let meant = |value: &str| {
        let bare = value.trim_matches(|c: char| "[]{}<>$%* ".contains(c));
        !bare.is_empty() && one_spaced(bare) == name && (!is_number || bare.len() < value.trim().len())
    };
    let by_value = || {
        in_address
            .iter()
            .find(|(_, value)| meant(value))
            .map(|(label, _)| *label)
    };
    column.label().or_else(by_value)
}

/// Returns the label that is said for a chosen column: by the column itself, else the next label of
/// the address that no column of the export says.
pub(super) fn said_label(
    column: &Column,
    columns: &[Column],
    in_address: &[(Label, String)],
    taken: &[Label],
) -> Option<Label> {
    let of_columns = said_by(columns, in_address);
    label_of(column, in_address)
        .filter(|label| !taken.contains(label))
        .or_else(|| {
            let in_address = in_address.iter().map(|(label, _)| *label);
            in_address
                .into_iter()
                .find(|label| !taken.contains(label) && !of_columns.contains(label))
        })
}

/// Returns a label for a column of which nothing says one: one that nothing else says, if there is.
pub(super) fn free_label(
    columns: &[Column],
    in_address: &[(Label, String)],
    taken: &[Label],
) -> Option<Label> {
    let of_columns = said_by(columns, in_address);
    let is_free = |label: &Label| !taken.contains(label);
    let is_unsaid =
        |label: &Label| !of_columns.contains(label) && in_address.iter().all(|(other, _)| other != label);
    Label::all()
        .find(|label| is_free(label) && is_unsaid(label))
        .or_else(|| Label::all().find(is_free))
}

/// Returns the labels that columns say.
fn said_by(columns: &[Column], in_address: &[(Label, String)]) -> Vec<Label> {
    let said = columns.iter().filter_map(|column| label_of(column, in_address));
    said.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(names: &[&str]) -> Vec<Column> {
        let column = |name: &&str| Column {
            name: name.trim_end_matches(['#', '@']).to_owned(),
            looks_like_ids: name.ends_with('#'),
            has_addresses: name.ends_with('@'),
            ..Column::default()
        };
        names.iter().map(column).collect()
    }

    #[test]
    fn the_id_is_found_by_name_then_by_form_and_never_a_crms_own_number() {
        let cases: [(&[&str], Option<usize>, Option<usize>); 9] = [
            (
                &["Nr klienta#", "ID_Respondent", "webankieta_id#"],
                Some(1),
                Some(2),
            ),
            (&["Respondent", "webankieta_id#"], Some(1), Some(1)),
            (&["Segment", "Id respondenta"], Some(1), None),
            (&["Record ID#", "Numer ankietowanego#"], None, Some(1)),
            (&["Record ID#", "id_survey#", "l4#"], None, None),
            (
                &["Telefon#", "NIP#", "PESEL#", "REGON#", "kod#", "Nr telefonu#"],
                None,
                None,
            ),
            (&["E-mail respondenta@", "NPS"], None, None),
            (&["Imię", "NPS"], None, None),
            (&[], None, None),
        ];
        for (names, by_name, by_digits) in cases {
            let columns = columns(names);
            assert_eq!(id_column(&columns), by_name, "{names:?}");
            assert_eq!(digits_column(&columns), by_digits, "{names:?}");
        }
    }

    #[test]
    fn an_address_is_found_by_its_cells() {
        assert_eq!(address_column(&columns(&["Opiekun@", "E-mail@"])), Some(1));
        assert_eq!(address_column(&columns(&["E-mail", "Kontakt@"])), Some(1));
        assert_eq!(address_column(&columns(&["E-mail"])), None);
    }

    #[test]
    fn labels_are_those_that_the_header_or_the_address_says() {
        let label = |name: &str| name.parse::<Label>().unwrap();
        let in_address = [
            (label("l4"), "[segment]".to_owned()),
            (label("l7"), "9".to_owned()),
        ];
        let found = columns(&["Segment", "NPS", "l2"]);
        let said: Vec<_> = found.iter().map(|column| label_of(column, &in_address)).collect();
        assert_eq!(said, [Some(label("l4")), None, Some(label("l2"))]);
        let numbered = &columns(&["3"])[0];
        let says = |value: &str| label_of(numbered, &[(label("l7"), value.to_owned())]).is_some();
        assert!(!says("3") && !says(" 3 ") && says("[3]"));
        let spaced = &columns(&["Moja  kolumna"])[0];
        assert!(label_of(spaced, &[(label("l4"), "[moja\u{A0}kolumna]".to_owned())]).is_some());
        let said = |column: usize, taken: &[&str]| {
            let taken: Vec<Label> = taken.iter().map(|name| label(name)).collect();
            said_label(&found[column], &found, &in_address, &taken).map(Label::name)
        };
        assert_eq!(said(0, &[]), Some("l4"));
        // What the address has an example for, but nothing that a column says.
        assert_eq!(said(1, &[]), Some("l7"));
        assert_eq!(said(1, &["l7"]), None);
        assert_eq!(said(2, &[]), Some("l2"));
        let free = |taken: &[&str]| {
            let taken: Vec<Label> = taken.iter().map(|name| label(name)).collect();
            free_label(&found, &in_address, &taken).map(Label::name)
        };
        assert_eq!(free(&[]), Some("l1"));
        assert_eq!(free(&["l1"]), Some("l3"));
        assert_eq!(free(&["l1", "l3", "l5", "l6", "l8", "l9", "l10"]), Some("l2"));
        let all: Vec<Label> = Label::all().collect();
        assert_eq!(free_label(&found, &[], &all), None);
    }
}
