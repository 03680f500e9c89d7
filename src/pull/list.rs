//! Reads a whole list, page by page, and again from its start if it changed meanwhile. Entries are
//! handed on as they come; the taker starts over with the list.

use std::collections::HashSet;

use url::Url;
use xxhash_rust::xxh3::xxh3_64;

use super::ask::Ask;
use super::door::{Door, host_of};
use super::error::{PullError, Unreadable};
use super::json::{self, Page};
use crate::model::{ListedSurvey, Member};

/// How often a list is read that changes while it is read.
const MAX_READS: u32 = 3;

/// Takes the entries of a list.
pub(crate) trait Takes<T> {
    type Error;

    /// A read begins: what was taken before does not count.
    fn begin(&mut self) -> Result<(), Self::Error>;

    fn take(&mut self, entry: T) -> Result<(), Self::Error>;
}

/// Why a list was not read to its end.
#[derive(Debug)]
pub(crate) enum Read<E> {
    Pull(PullError),
    /// The taker failed.
    Taker(E),
}

impl<E> From<PullError> for Read<E> {
    fn from(error: PullError) -> Self {
        Self::Pull(error)
    }
}

impl<T> Takes<T> for Vec<T> {
    type Error = std::convert::Infallible;

    fn begin(&mut self) -> Result<(), Self::Error> {
        self.clear();
        Ok(())
    }

    fn take(&mut self, entry: T) -> Result<(), Self::Error> {
        self.push(entry);
        Ok(())
    }
}

impl<A: Ask> Door<A> {
    /// Reads the respondents of a survey. `seen` is told the number of entries read and of the
    /// whole list, if that is known, after each page.
    pub(crate) async fn members<T: Takes<Member>>(
        &mut self,
        survey: &str,
        taker: &mut T,
        seen: impl FnMut(u64, Option<u64>),
    ) -> Result<u64, Read<T::Error>> {
        let api = self.api.clone();
        let url = |offset| api.respondents(survey, offset);
        let id = |member: &Member| xxh3_64(member.id.as_bytes());
        self.list((url, Some(survey)), json::members, id, taker, seen)
            .await
    }

    /// Asks for the first respondent of a survey alone, to see whether the list can be read. Returns how
    /// many the list has, if the platform says so.
    pub(crate) async fn first_member(&mut self, survey: &str) -> Result<Option<u64>, PullError> {
        let url = self.api.first_respondent(survey);
        let page = self
            .page(&url, Some(survey), |body| json::members(body, 0))
            .await?;
        Ok(page.total.or_else(|| page.entries.is_empty().then_some(0)))
    }

    /// Reads the account's surveys.
    pub(crate) async fn surveys(&mut self) -> Result<Vec<ListedSurvey>, PullError> {
        let api = self.api.clone();
        let url = |offset| api.surveys(offset);
        let id = |survey: &ListedSurvey| xxh3_64(survey.id.as_bytes());
        let mut surveys = Vec::new();
        let read = self.list((url, None), json::surveys, id, &mut surveys, |_, _| {});
        match read.await {
            Ok(_) => Ok(surveys),
            Err(Read::Pull(error)) => Err(error),
            Err(Read::Taker(never)) => match never {},
        }
    }

    async fn list<T, K: Takes<T>>(
        &mut self,
        (url, survey): (impl Fn(u64) -> Url, Option<&str>),
        read: impl Fn(&[u8], u64) -> Result<Page<T>, Unreadable>,
        id: impl Fn(&T) -> u64,
        taker: &mut K,
        mut seen: impl FnMut(u64, Option<u64>),
    ) -> Result<u64, Read<K::Error>> {
        let mut last = PullError::Unsteady { tries: MAX_READS };
        for read_before in 0..MAX_READS {
            if read_before > 0 {
                tracing::info!(
                    event = "list_changed",
                    "the pages are not of one list, which may have changed: reading it again from its start"
                );
            }
            let mut whole = Whole::default();
            taker.begin().map_err(Read::Taker)?;
            loop {
                let offset = whole.listed;
                let page = self.page(&url(offset), survey, |body| read(body, offset)).await?;
                let step = whole.page(page.total, page.entries.iter().map(&id));
                match step {
                    Step::Next | Step::Last => {
                        for entry in page.entries {
                            taker.take(entry).map_err(Read::Taker)?;
                        }
                        seen(whole.listed, whole.total);
                    }
                    Step::Ended => {}
                    Step::Changed => {
                        last = PullError::Unsteady { tries: MAX_READS };
                        break;
                    }
                    Step::Short(why) => {
                        let host = host_of(self.api.base());
                        last = PullError::Unreadable { host, why };
                        break;
                    }
                }
                if matches!(step, Step::Last | Step::Ended) {
                    return Ok(whole.listed);
                }
            }
        }
        Err(last.into())
    }
}

/// What has been read of a list.
#[derive(Debug, Default)]
struct Whole {
    /// The number of entries by the first page that names one.
    total: Option<u64>,
    listed: u64,
    ids: HashSet<u64>,
    /// The ids of the first page, to see whether a platform ignores the offset.
    first: Vec<u64>,
}

/// What to do after a page.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    /// Take the page; there is another.
    Next,
    /// Take the page; it is the last.
    Last,
    /// The list ended before this page.
    Ended,
    /// The list is not the one whose first page was read.
    Changed,
    /// The list ends before it should.
    Short(Unreadable),
}

impl Whole {
    fn page(&mut self, total: Option<u64>, ids: impl Iterator<Item = u64>) -> Step {
        let ids: Vec<u64> = ids.collect();
        if self.listed == 0 {
            self.total = total;
            self.first.clone_from(&ids);
        } else if total.is_some() && self.total != total {
            return Step::Changed;
        } else if self.total.is_none() && ids == self.first {
            // Without a count, only the repetition tells that there is one page.
            return Step::Ended;
        }
        if ids.is_empty() {
            return match self.total.filter(|total| *total > self.listed) {
                Some(total) => Step::Short(Unreadable::Short {
                    listed: self.listed,
                    total,
                }),
                None => Step::Ended,
            };
        }
        self.listed += ids.len() as u64;
        if !ids.iter().all(|id| self.ids.insert(*id)) {
            return if ids == self.first && self.ids.len() == ids.len() {
                Step::Short(Unreadable::Repeats)
            } else {
                Step::Changed
            };
        }
        match self.total {
            Some(total) if self.listed > total => Step::Changed,
            Some(total) if self.listed == total => Step::Last,
            _ => Step::Next,
        }
    }
}
