//! A survey's mailing list behind both of the platform's doors: the webhook writes labels, the API reads
//! them, perhaps late. People may edit them meanwhile.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::json;

use super::{Answer, Call, Fake, Job};

/// Labels by number.
pub(crate) type Labels = BTreeMap<usize, String>;

#[derive(Clone, Debug, Default)]
struct List {
    /// Id, address and labels as they are, in order.
    members: Vec<(String, String, Labels)>,
    /// What readers see of them.
    seen: Vec<(String, String, Labels)>,
    /// After how many further reads the list shows what was written.
    late_by: usize,
    reads: usize,
    /// The API answers with this status.
    refuses: Option<u16>,
    /// The API answers with this status once a label was written.
    refuses_later: Option<u16>,
    /// The webhook rejects these respondents.
    rejected: Vec<String>,
    /// What the list makes of a label's value.
    shows: Option<fn(&str) -> String>,
}

/// A survey that tests share with the platform.
#[derive(Clone, Default)]
pub(crate) struct Survey(Arc<Mutex<List>>);

impl Survey {
    /// Creates a survey with these respondents: id, address, label 4, label 7.
    pub(crate) fn new(members: &[(&str, &str, &str, &str)]) -> Self {
        let survey = Self::default();
        let members = members.iter().map(|(id, email, l4, l7)| {
            let labels = Labels::from([(4, (*l4).to_owned()), (7, (*l7).to_owned())]);
            ((*id).to_owned(), (*email).to_owned(), labels)
        });
        let mut list = survey.0.lock().unwrap();
        list.members = members.collect();
        list.settle();
        drop(list);
        survey
    }

    /// Starts the platform.
    pub(crate) fn start(&self) -> Fake {
        let survey = self.clone();
        Fake::start(move |call| survey.answer(call))
    }

    /// Creates `run in.csv --pull` against the platform, with the key of the API.
    pub(crate) fn run(fake: &Fake, input: &str) -> Job {
        Job::run(input, fake)
            .args("--pull")
            .var("RESPONDENT_SYNC_CLIENT_ID", "a-client")
            .var("RESPONDENT_SYNC_CLIENT_SECRET", "a-secret")
    }

    /// Shows what is written after this number of further reads.
    pub(crate) fn shows_late(&self, reads: usize) {
        self.0.lock().unwrap().late_by = reads;
    }

    /// Refuses to read from now on.
    pub(crate) fn refuses(&self, status: Option<u16>) {
        let mut list = self.0.lock().unwrap();
        (list.refuses, list.refuses_later) = (status, None);
    }

    /// Refuses to read once a label was written.
    pub(crate) fn refuses_after_a_call(&self, status: u16) {
        self.0.lock().unwrap().refuses_later = Some(status);
    }

    /// Rejects every call for these respondents from now on.
    pub(crate) fn rejects(&self, ids: &[&str]) {
        self.0.lock().unwrap().rejected = ids.iter().map(|id| (*id).to_owned()).collect();
    }

    /// Shows labels in another form.
    pub(crate) fn shows(&self, form: fn(&str) -> String) {
        self.0.lock().unwrap().shows = Some(form);
    }

    /// A person edits a label on the platform.
    pub(crate) fn edit(&self, id: &str, label: usize, value: &str) {
        let mut list = self.0.lock().unwrap();
        for (other, _, labels) in &mut list.members {
            if other == id {
                labels.insert(label, value.to_owned());
            }
        }
        list.settle();
    }

    /// A person takes a respondent off the list.
    pub(crate) fn remove(&self, id: &str) {
        let mut list = self.0.lock().unwrap();
        list.members.retain(|(other, ..)| other != id);
        list.settle();
    }

    /// Returns a label as it is.
    pub(crate) fn label(&self, id: &str, label: usize) -> String {
        let list = self.0.lock().unwrap();
        let found = list.members.iter().find(|(other, ..)| other == id);
        found
            .and_then(|(.., labels)| labels.get(&label).cloned())
            .unwrap_or_default()
    }

    /// Returns all ids with their labels.
    pub(crate) fn all(&self) -> Vec<(String, Labels)> {
        let list = self.0.lock().unwrap();
        let members = list.members.iter();
        members
            .map(|(id, _, labels)| (id.clone(), labels.clone()))
            .collect()
    }

    /// Answers a call of either door.
    pub(crate) fn answer(&self, call: &Call) -> Answer {
        let mut list = self.0.lock().unwrap();
        if call.target.starts_with("/token") {
            return Answer::of(200, r#"{"access_token":"a-token","expires_in":3600}"#);
        }
        if call.target.starts_with("/api/v2/respondents/") {
            return list.page(call);
        }
        list.refuses = list.refuses.or(list.refuses_later);
        if list.rejected.iter().any(|id| id == call.respondent()) {
            return Answer::error("no");
        }
        list.write(call);
        Answer::success()
    }
}

impl List {
    fn page(&mut self, call: &Call) -> Answer {
        if let Some(status) = self.refuses {
            return Answer::of(status, "{}");
        }
        self.reads += 1;
        if self.reads > self.late_by {
            self.settle();
        }
        let shown = |labels: &Labels, label: usize| {
            let value = labels.get(&label).cloned().unwrap_or_default();
            self.shows.map_or(value.clone(), |form| form(&value))
        };
        let entries = self.seen.iter().map(|(id, email, labels)| {
            let own = [
                ("id", id.clone()),
                ("email", email.clone()),
                ("token", "never stored".to_owned()),
            ];
            let own = own.into_iter().map(|(key, value)| (key.to_owned(), value));
            let labels = (1..=15).map(|label| (format!("label{label}"), shown(labels, label)));
            own.chain(labels).collect::<BTreeMap<String, String>>()
        });
        let number = |name: &str| call.get(name).and_then(|text| text.parse().ok());
        let offset: usize = number("offset").unwrap_or_default();
        let limit: usize = number("limit").unwrap_or(1_000);
        let list: Vec<_> = entries.skip(offset).take(limit).collect();
        Answer::of(200, &json!({"total": self.seen.len(), "list": list}).to_string())
    }

    fn write(&mut self, call: &Call) {
        let id = call.respondent().trim_start_matches('0').to_owned();
        let labels = call.parameters.iter().filter_map(|(name, value)| {
            let label: usize = name.strip_prefix('l')?.parse().ok()?;
            Some((label, value.clone()))
        });
        let labels: Vec<(usize, String)> = labels.collect();
        for (other, _, of_member) in &mut self.members {
            if *other == id {
                of_member.extend(labels.iter().cloned());
            }
        }
        self.reads = 0;
    }

    /// What people change is seen at once.
    fn settle(&mut self) {
        self.seen.clone_from(&self.members);
    }
}
