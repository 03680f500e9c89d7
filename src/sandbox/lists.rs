//! The sandbox's memory: the respondents on each survey's mailing list, their addresses and labels.
//! `sandbox/platform.rs` writes to it, `sandbox/door.rs` reads it.

use std::collections::{BTreeMap, VecDeque};

use tokio::time::Instant;

/// The survey that exists even without respondents.
pub(super) const FIRST_SURVEY: &str = "1";

/// Number of labels of a respondent on the list. The webhook sets only the first ones.
pub(super) const LABELS: u8 = 15;

/// The mailing lists of all surveys.
#[derive(Debug, Default)]
pub(super) struct Lists {
    surveys: BTreeMap<Box<str>, Survey>,
    /// Changes that do not show yet, oldest first.
    changes: VecDeque<Change>,
}

/// The mailing list of one survey.
#[derive(Debug, Default)]
struct Survey {
    /// In order of arrival.
    respondents: Vec<Respondent>,
    /// The index of each respondent, by id.
    by_id: BTreeMap<Box<str>, usize>,
    /// All indexes, sorted by address, then by id. `None` after a change of either.
    sorted: Option<Vec<usize>>,
}

/// One respondent. There may be many, so what is empty takes no memory.
#[derive(Debug)]
pub(super) struct Respondent {
    pub(super) id: Box<str>,
    pub(super) email: Box<str>,
    /// The values that show, by the label's number from 1.
    labels: Vec<(u8, Box<str>)>,
    /// What the webhook set: bit N for label N, bit 0 for any call.
    updated: u16,
}

/// What the webhook set and what does not show yet.
#[derive(Debug)]
struct Change {
    shows_at: Instant,
    survey: Box<str>,
    index: usize,
    labels: Vec<(u8, Box<str>)>,
}

impl Lists {
    /// Adds a respondent, or replaces its address and labels.
    pub(super) fn seed(&mut self, survey: &str, id: &str, email: &str, labels: &[(u8, String)]) {
        let survey = self.survey(survey);
        let index = survey.index(id, email);
        survey.sorted = None;
        if let Some(respondent) = survey.respondents.get_mut(index) {
            respondent.email = email.into();
            respondent.labels = labels
                .iter()
                .map(|(number, value)| (*number, value.as_str().into()))
                .collect();
        }
    }

    /// Whether the respondent is on the survey's list.
    pub(super) fn contains(&self, survey: &str, id: &str) -> bool {
        self.surveys
            .get(survey)
            .is_some_and(|survey| survey.by_id.contains_key(id))
    }

    /// Sets labels of a respondent, which is added if it is not on the list. They show at `shows_at`.
    pub(super) fn update(
        &mut self,
        (survey, id): (&str, &str),
        labels: Vec<(u8, Box<str>)>,
        shows_at: Instant,
    ) {
        let list = self.survey(survey);
        let index = match list.by_id.get(id) {
            Some(index) => *index,
            None => list.index(id, &format!("respondent-{id}@sandbox.example")),
        };
        if let Some(respondent) = list.respondents.get_mut(index) {
            let bits = labels.iter().map(|(number, _)| 1 << number);
            respondent.updated |= bits.fold(1, |all, bit: u16| all | bit);
        }
        self.changes.push_back(Change {
            shows_at,
            survey: survey.into(),
            index,
            labels,
        });
    }

    /// Shows the changes whose time has come.
    pub(super) fn show_changes(&mut self, now: Instant) {
        while let Some(change) = self.changes.pop_front_if(|change| change.shows_at <= now) {
            self.show(change);
        }
    }

    /// Shows all changes at once.
    pub(super) fn show_all_changes(&mut self) {
        while let Some(change) = self.changes.pop_front() {
            self.show(change);
        }
    }

    fn show(&mut self, change: Change) {
        let list = self.surveys.get_mut(&change.survey);
        if let Some(respondent) = list.and_then(|list| list.respondents.get_mut(change.index)) {
            for (number, value) in change.labels {
                respondent.set(number, value);
            }
        }
    }

    /// Returns the ids of the surveys, as numbers are sorted. The first survey is always among them.
    pub(super) fn surveys(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = self.surveys.keys().map(Box::as_ref).collect();
        if !self.surveys.contains_key(FIRST_SURVEY) {
            ids.push(FIRST_SURVEY);
        }
        ids.sort_unstable_by_key(|id| (id.len(), *id));
        ids
    }

    /// Returns the number of a survey's respondents, and those from `offset` on, at most `limit`.
    /// `None` if there is no such survey.
    pub(super) fn page(
        &mut self,
        survey: &str,
        (offset, limit): (usize, usize),
    ) -> Option<(usize, Vec<&Respondent>)> {
        let Some(list) = self.surveys.get_mut(survey) else {
            return (survey == FIRST_SURVEY).then(|| (0, Vec::new()));
        };
        let Survey {
            respondents, sorted, ..
        } = list;
        let sorted = sorted.get_or_insert_with(|| {
            let mut indexes: Vec<usize> = (0..respondents.len()).collect();
            indexes.sort_unstable_by_key(|index| {
                let respondent = respondents.get(*index);
                // Ids are numbers, so a longer one is greater.
                respondent.map(|other| (other.email.as_ref(), other.id.len(), other.id.as_ref()))
            });
            indexes
        });
        let page = sorted.iter().skip(offset).take(limit);
        let page = page.filter_map(|index| respondents.get(*index)).collect();
        Some((respondents.len(), page))
    }

    /// Yields the respondents that the webhook updated, each with its survey's id.
    pub(super) fn updated(&self) -> impl Iterator<Item = (&str, &Respondent)> {
        self.surveys.iter().flat_map(|(id, list)| {
            let respondents = list
                .by_id
                .values()
                .filter_map(|index| list.respondents.get(*index));
            respondents
                .filter(|respondent| respondent.updated != 0)
                .map(|respondent| (id.as_ref(), respondent))
        })
    }

    fn survey(&mut self, id: &str) -> &mut Survey {
        self.surveys.entry(id.into()).or_default()
    }
}

impl Survey {
    /// Returns a respondent's index. A new one is added with this address.
    fn index(&mut self, id: &str, email: &str) -> usize {
        if let Some(index) = self.by_id.get(id) {
            return *index;
        }
        let index = self.respondents.len();
        self.respondents.push(Respondent {
            id: id.into(),
            email: email.into(),
            labels: Vec::new(),
            updated: 0,
        });
        self.by_id.insert(id.into(), index);
        self.sorted = None;
        index
    }
}

impl Respondent {
    /// Returns the value of a label; empty if it has none.
    pub(super) fn label(&self, number: u8) -> &str {
        let mut labels = self.labels.iter();
        labels
            .find(|(other, _)| *other == number)
            .map_or("", |(_, value)| value)
    }

    /// Whether the webhook set this label.
    pub(super) fn has_updated(&self, number: u8) -> bool {
        self.updated & (1 << number) != 0
    }

    fn set(&mut self, number: u8, value: Box<str>) {
        match self.labels.iter_mut().find(|(other, _)| *other == number) {
            Some((_, old)) => *old = value,
            None => self.labels.push((number, value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_sorted_by_address_then_by_id_whatever_the_order_of_arrival() {
        let mut lists = Lists::default();
        for (id, email) in [
            ("10", "b@x.pl"),
            ("9", "b@x.pl"),
            ("3", "c@x.pl"),
            ("4", "a@x.pl"),
        ] {
            lists.seed("7", id, email, &[]);
        }
        let ids = |lists: &mut Lists, window| -> Vec<String> {
            let (total, page) = lists.page("7", window).unwrap();
            assert_eq!(total, 4);
            page.iter().map(|respondent| respondent.id.to_string()).collect()
        };
        assert_eq!(ids(&mut lists, (0, 9)), ["4", "9", "10", "3"]);
        assert_eq!(ids(&mut lists, (1, 2)), ["9", "10"]);
        assert!(ids(&mut lists, (4, 2)).is_empty());
        lists.seed("7", "3", "a@a.pl", &[]);
        assert_eq!(
            ids(&mut lists, (0, 1)),
            ["3"],
            "seeding again replaces the address"
        );
    }

    #[test]
    fn a_hundred_thousand_respondents_are_seeded_and_paged_through() {
        let mut lists = Lists::default();
        for id in 0..100_000 {
            lists.seed(
                "1",
                &id.to_string(),
                &format!("a{id}@x.pl"),
                &[(1, "x".to_owned())],
            );
        }
        let mut seen = 0;
        while let Some((100_000, page)) = lists.page("1", (seen, 1000)) {
            if page.is_empty() {
                break;
            }
            seen += page.len();
        }
        assert_eq!(seen, 100_000);
    }
}
