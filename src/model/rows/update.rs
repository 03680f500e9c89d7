//! The webhook's command. The only place that knows its parameter names. `send/wire/transport.rs`
//! sends it as a body or a query.
//!
//! Source: the vendor's page on `update-respondent`. The encoding is
//! `application/x-www-form-urlencoded` in UTF-8, the same for a body and for a query.

use bytes::Bytes;
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use crate::model::{Digits, Label};

/// One `update-respondent` call: a respondent of a survey, and the labels to set.
///
/// Held in its encoded form, so that it is encoded once, however often it is sent. Cloning shares
/// the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UpdateRespondent {
    form: Bytes,
    /// Offset in `form` behind the survey's id.
    survey_end: usize,
    /// Offset in `form` behind the respondent's id.
    respondent_end: usize,
    lane: Lane,
}

/// The queue of one (survey, respondent), in which at most one call is in flight.
///
/// A digest of the two ids without leading zeros (`0012` and `12` may be one respondent). If two
/// respondents share a digest, they only wait for each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Lane(u64);

const SURVEY: &str = "id_survey=";
const RESPONDENT: &str = "&id_respondent=";

impl UpdateRespondent {
    /// Encodes the command. Values are sent exactly as given; an empty one becomes an empty
    /// parameter.
    pub(crate) fn new<V: AsRef<str>>(
        survey: Digits<'_>,
        respondent: Digits<'_>,
        labels: impl Iterator<Item = (Label, V)>,
    ) -> Self {
        let mut form = String::with_capacity(96);
        form.push_str(SURVEY);
        form.push_str(survey.as_str());
        let survey_end = form.len();
        form.push_str(RESPONDENT);
        form.push_str(respondent.as_str());
        let respondent_end = form.len();
        for (label, value) in labels {
            form.push('&');
            form.push_str(label.name());
            form.push('=');
            form.extend(form_urlencoded::byte_serialize(value.as_ref().as_bytes()));
        }
        Self {
            form: Bytes::from(form),
            survey_end,
            respondent_end,
            lane: Lane::new(survey, respondent),
        }
    }

    /// Returns the encoded parameters: the body of a POST, the query of a GET.
    pub(crate) fn form(&self) -> &Bytes {
        &self.form
    }

    pub(crate) fn survey(&self) -> &str {
        self.text(SURVEY.len(), self.survey_end)
    }

    pub(crate) fn respondent(&self) -> &str {
        self.text(self.survey_end + RESPONDENT.len(), self.respondent_end)
    }

    /// Returns survey and respondent as written, to distinguish respondents.
    pub(crate) fn addressee(&self) -> &[u8] {
        self.form.get(..self.respondent_end).unwrap_or_default()
    }

    pub(crate) fn lane(&self) -> Lane {
        self.lane
    }

    /// Returns the labels that are set, by name, with their values as given.
    pub(crate) fn values(&self) -> impl Iterator<Item = (String, String)> + '_ {
        let labels = form_urlencoded::parse(self.labels());
        labels.map(|(label, value)| (label.into_owned(), value.into_owned()))
    }

    /// Returns the labels that are set, with their values as given.
    pub(crate) fn labelled(&self) -> impl Iterator<Item = (Label, String)> + '_ {
        self.values()
            .filter_map(|(name, value)| Some((name.parse().ok()?, value)))
    }

    /// Returns the command without these labels; `None` if it would set none.
    pub(crate) fn without(&self, labels: &[Label]) -> Option<Self> {
        let (survey, respondent) = (Digits::new(self.survey())?, Digits::new(self.respondent())?);
        let left = self.labelled().filter(|(label, _)| !labels.contains(label));
        let update = Self::new(survey, respondent, left);
        (!update.labels().is_empty()).then_some(update)
    }

    /// Returns the encoded labels, to compare two commands for one respondent.
    pub(crate) fn labels(&self) -> &[u8] {
        self.form.get(self.respondent_end..).unwrap_or_default()
    }

    /// Whether this overwrites everything an `earlier` command set: both are for the same
    /// respondent as written, and this sets every label of the earlier one.
    pub(crate) fn replaces(&self, earlier: &Self) -> bool {
        let is_set = |label: &String| self.values().any(|(own, _)| own == *label);
        self.addressee() == earlier.addressee() && earlier.values().all(|(label, _)| is_set(&label))
    }

    /// Returns a digest of the encoded command: equal for commands that are the same byte for byte.
    pub(crate) fn content(&self) -> u128 {
        xxh3_128(&self.form)
    }

    fn text(&self, start: usize, end: usize) -> &str {
        let bytes = self.form.get(start..end).unwrap_or_default();
        str::from_utf8(bytes).unwrap_or_default()
    }
}

impl Lane {
    pub(crate) fn new(survey: Digits<'_>, respondent: Digits<'_>) -> Self {
        let mut digest = Xxh3::new();
        digest.update(survey.without_leading_zeros().as_bytes());
        digest.update(b"/");
        digest.update(respondent.without_leading_zeros().as_bytes());
        Self(digest.digest())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn digits(text: &str) -> Digits<'_> {
        Digits::new(text).unwrap()
    }

    #[test]
    fn a_command_replaces_one_whose_labels_it_sets_all() {
        let update = |respondent: &'static str, labels: &[(&str, &'static str)]| {
            let labels = labels.iter().map(|(name, value)| (name.parse().unwrap(), *value));
            UpdateRespondent::new(digits("7"), digits(respondent), labels)
        };
        let both = update("12", &[("l1", "a"), ("l10", "b&l2=c")]);
        let first = update("12", &[("l1", "x")]);
        assert!(both.replaces(&first) && both.replaces(&both));
        assert!(!first.replaces(&both));
        assert!(!both.replaces(&update("12", &[("l2", "x")])));
        assert!(
            !both.replaces(&update("0012", &[("l1", "x")])),
            "perhaps somebody else"
        );
    }

    #[test]
    fn the_vendors_own_example() {
        let labels = [("l4", "SuperVIP"), ("l7", "9")].map(|(name, value)| (name.parse().unwrap(), value));
        let update = UpdateRespondent::new(digits("399793"), digits("12345"), labels.into_iter());
        assert_eq!(
            update.form().as_ref(),
            b"id_survey=399793&id_respondent=12345&l4=SuperVIP&l7=9"
        );
        assert_eq!(
            (update.survey(), update.respondent(), update.labels()),
            ("399793", "12345", &b"&l4=SuperVIP&l7=9"[..])
        );
    }

    #[test]
    fn ids_that_differ_in_leading_zeros_share_a_lane_and_are_sent_as_they_are() {
        let short = UpdateRespondent::new(digits("1"), digits("12"), std::iter::empty::<(Label, &str)>());
        let long = UpdateRespondent::new(digits("1"), digits("0012"), std::iter::empty::<(Label, &str)>());
        assert_eq!(short.lane(), long.lane());
        assert_eq!(long.respondent(), "0012");
        assert_ne!(
            Lane::new(digits("11"), digits("2")),
            Lane::new(digits("1"), digits("12"))
        );
    }

    proptest! {
        #[test]
        fn any_value_survives_the_round_trip(values in proptest::collection::vec("(?s).{0,40}", 0..10)) {
            let labels: Vec<(Label, &str)> = Label::all().zip(values.iter().map(String::as_str)).collect();
            let update = UpdateRespondent::new(digits("7"), digits("8"), labels.iter().copied());
            let decoded: Vec<(String, String)> = form_urlencoded::parse(update.form())
                .into_owned()
                .skip(2)
                .collect();
            let expected: Vec<(String, String)> = labels
                .iter()
                .map(|(label, value)| (label.name().to_owned(), (*value).to_owned()))
                .collect();
            prop_assert_eq!(decoded, expected);
        }
    }
}
