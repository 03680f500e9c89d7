//! The list of the account's surveys: which of them are shown, and what an answer means. Pure.

use crate::config::is_sample_survey;
use crate::model::{Digits, ListedSurvey, clean};

/// Maximum number of surveys that are shown at once; with the lines around them they fit a small screen.
const MAX_SHOWN: usize = 15;

/// The surveys, and which of them are on the screen.
#[derive(Debug)]
pub(super) struct Listed {
    /// Those with the highest ids first, which are probably the newest. Titles are clean.
    surveys: Vec<ListedSurvey>,
    /// Indices of those on the screen, in their order.
    shown: Vec<usize>,
    /// Whether a survey can be chosen by its number in the list: not if an id could be meant.
    pub(super) by_number: bool,
}

/// What an answer means.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Chosen(ListedSurvey),
    /// An id that the list lacks.
    Unlisted(String),
    /// The survey of the vendor's example.
    Sample,
    /// A part of titles; the surveys that have it are shown now.
    Searched,
    /// A part of no title.
    NoTitle,
    Nothing,
}

impl Listed {
    /// Takes the list as the platform gave it. `None` if it has no survey that can be chosen.
    pub(super) fn new(surveys: Vec<ListedSurvey>) -> Option<Self> {
        let mut surveys: Vec<ListedSurvey> = surveys
            .into_iter()
            .filter(|survey| !is_sample_survey(&survey.id))
            .map(|survey| ListedSurvey {
                title: clean(&survey.title).trim().to_owned(),
                ..survey
            })
            .collect();
        surveys.sort_by(|a, b| magnitude(&b.id).cmp(&magnitude(&a.id)));
        let could_be_number = |survey: &ListedSurvey| {
            let number = survey.id.parse::<usize>();
            number.is_ok_and(|number| number <= MAX_SHOWN)
        };
        let by_number = !surveys.iter().any(could_be_number);
        (!surveys.is_empty()).then(|| Self {
            shown: (0..surveys.len()).collect(),
            surveys,
            by_number,
        })
    }

    /// Returns how many surveys were found, those that are left out included.
    pub(super) fn found(&self) -> usize {
        self.shown.len()
    }

    /// Returns how many of them are left out of the screen.
    pub(super) fn left_out(&self) -> usize {
        self.shown.len().saturating_sub(MAX_SHOWN)
    }

    /// Returns the lines of the list: number, id and title, aligned. `untitled` stands for a blank title.
    pub(super) fn lines(&self, untitled: &str) -> Vec<String> {
        let on_screen = || self.on_screen();
        let width = on_screen()
            .map(|survey| survey.id.len())
            .max()
            .unwrap_or_default();
        let digits = on_screen().count().to_string().len();
        let line = |(index, survey): (usize, &ListedSurvey)| {
            let title = if survey.title.is_empty() {
                untitled
            } else {
                &survey.title
            };
            let line = format!("{:>width$}  {title}", survey.id);
            if self.by_number {
                format!("{:>digits$}.  {line}", index + 1)
            } else {
                line
            }
        };
        on_screen().enumerate().map(line).collect()
    }

    fn on_screen(&self) -> impl Iterator<Item = &ListedSurvey> {
        let shown = self.shown.iter().take(MAX_SHOWN);
        shown.filter_map(|index| self.surveys.get(*index))
    }

    /// Says what an answer means. A part of a title changes what is shown.
    pub(super) fn meaning(&mut self, answer: &str) -> Meaning {
        let answer = answer.trim();
        let by_id = |survey: &&ListedSurvey| magnitude(&survey.id) == magnitude(answer);
        if answer.is_empty() {
            return Meaning::Nothing;
        }
        if Digits::new(answer).is_some() {
            if is_sample_survey(answer) {
                return Meaning::Sample;
            }
            let number = answer.parse::<usize>().ok().filter(|_| self.by_number);
            let numbered = number.and_then(|number| self.on_screen().nth(number.checked_sub(1)?));
            let chosen = numbered.or_else(|| self.surveys.iter().find(by_id));
            return match chosen {
                Some(survey) => Meaning::Chosen(survey.clone()),
                None => Meaning::Unlisted(answer.to_owned()),
            };
        }
        let part = answer.to_lowercase();
        let has_part = |survey: &ListedSurvey| survey.title.to_lowercase().contains(&part);
        let found = self.surveys.iter().enumerate();
        let found: Vec<usize> = found
            .filter(|(_, survey)| has_part(survey))
            .map(|(index, _)| index)
            .collect();
        if found.is_empty() {
            return Meaning::NoTitle;
        }
        self.shown = found;
        Meaning::Searched
    }
}

/// Returns what orders ids as numbers, however long they are.
fn magnitude(id: &str) -> (usize, &str) {
    let digits = id.trim_start_matches('0');
    (digits.len(), digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn survey(id: &str, title: &str) -> ListedSurvey {
        ListedSurvey {
            id: id.to_owned(),
            title: title.to_owned(),
        }
    }

    fn listed(surveys: &[(&str, &str)]) -> Listed {
        let surveys = surveys.iter().map(|(id, title)| survey(id, title));
        Listed::new(surveys.collect()).unwrap()
    }

    #[test]
    fn a_survey_is_chosen_by_number_by_id_or_by_title() {
        let mut list = listed(&[("99", "NPS 2024"), ("401225", "NPS 2026"), ("1000", " ")]);
        assert_eq!(
            list.lines("(no title)"),
            [
                "1.  401225  NPS 2026",
                "2.    1000  (no title)",
                "3.      99  NPS 2024"
            ]
        );
        let chosen = |id: &str, title: &str| Meaning::Chosen(survey(id, title));
        assert_eq!(list.meaning("1"), chosen("401225", "NPS 2026"));
        assert_eq!(list.meaning(" 99 "), chosen("99", "NPS 2024"));
        assert_eq!(list.meaning("0401225"), chosen("401225", "NPS 2026"));
        assert_eq!(list.meaning("4"), Meaning::Unlisted("4".to_owned()));
        assert_eq!(list.meaning("0"), Meaning::Unlisted("0".to_owned()));
        assert_eq!(list.meaning("401226"), Meaning::Unlisted("401226".to_owned()));
        assert_eq!(list.meaning(" "), Meaning::Nothing);
        assert_eq!(list.meaning("csat"), Meaning::NoTitle);
        // A search numbers anew.
        assert_eq!(list.meaning("nps 2024"), Meaning::Searched);
        assert_eq!(list.lines(""), ["1.  99  NPS 2024"]);
        assert_eq!((list.found(), list.left_out()), (1, 0));
        assert_eq!(list.meaning("1"), chosen("99", "NPS 2024"));
        // What is not shown has no number, but an id.
        assert_eq!(list.meaning("2"), Meaning::Unlisted("2".to_owned()));
        assert_eq!(list.meaning("401225"), chosen("401225", "NPS 2026"));
    }

    /// A number that may be an id would choose a stranger's survey.
    #[test]
    fn there_are_no_numbers_where_an_id_could_be_one() {
        let mut list = listed(&[("7", "A"), ("2", "B"), ("401225", "C")]);
        assert!(!list.by_number);
        assert_eq!(list.lines(""), ["401225  C", "     7  A", "     2  B"]);
        assert_eq!(list.meaning("2"), Meaning::Chosen(survey("2", "B")));
        assert_eq!(list.meaning("1"), Meaning::Unlisted("1".to_owned()));
        assert!(listed(&[("16", "A")]).by_number && !listed(&[("015", "A")]).by_number);
    }

    #[test]
    fn a_long_list_is_cut_and_searched_as_a_whole() {
        let all: Vec<ListedSurvey> = (1..=200)
            .map(|number| survey(&format!("{}", 400_000 + number), &format!("Ankieta nr {number}.")))
            .collect();
        let mut list = Listed::new(all).unwrap();
        assert_eq!((list.lines("").len(), list.left_out()), (15, 185));
        assert_eq!(list.lines("")[0], " 1.  400200  Ankieta nr 200.");
        assert_eq!(list.meaning("NR 7."), Meaning::Searched);
        assert_eq!(list.lines(""), ["1.  400007  Ankieta nr 7."]);
        assert_eq!(list.meaning("nr 1"), Meaning::Searched);
        assert_eq!(list.found(), 111);
    }

    #[test]
    fn the_sample_is_left_out_and_titles_are_clean() {
        assert!(Listed::new(vec![survey("399793", "Sample")]).is_none());
        assert!(Listed::new(Vec::new()).is_none());
        let mut list = listed(&[
            ("399793", "Sample"),
            ("500", "\u{1b}[2J\u{202E}NPS\n\u{0}x\u{200B}"),
        ]);
        assert_eq!(list.lines(""), ["1.  500  [2JNPS x"]);
        assert_eq!(list.meaning("399793"), Meaning::Sample);
        assert_eq!(list.meaning("sample"), Meaning::NoTitle);
    }
}
