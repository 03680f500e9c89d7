//! Labels: the attributes `l1` to `l10` that a mailing list has for each respondent.

use std::fmt;
use std::str::FromStr;

/// One of the ten extra labels of a contact, `l1` … `l10`. Source: the vendor's page on this
/// webhook; newer pages on other webhooks go to `l15`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Label(u8);

impl Label {
    const NAMES: [&'static str; 10] = ["l1", "l2", "l3", "l4", "l5", "l6", "l7", "l8", "l9", "l10"];

    pub(crate) fn all() -> impl Iterator<Item = Self> {
        (1..=10).map(Self)
    }

    /// Returns the label's number, from 1.
    pub(crate) fn number(self) -> usize {
        usize::from(self.0)
    }

    /// Returns the parameter's name on the wire.
    pub(crate) fn name(self) -> &'static str {
        Self::NAMES
            .get(usize::from(self.0) - 1)
            .copied()
            .unwrap_or_default()
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Label {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::all()
            .find(|label| label.name().eq_ignore_ascii_case(text))
            .ok_or_else(|| format!("`{text}` is not a label: the platform has `l1` to `l10`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_l1_to_l10_and_nothing_else() {
        for label in Label::all() {
            assert_eq!(label.name().parse(), Ok(label));
        }
        for wrong in ["l0", "l11", "l01", "l", "", "4", "l4 ", "ł4"] {
            assert!(wrong.parse::<Label>().is_err(), "{wrong}");
        }
    }
}
