//! Reading as a whole under a paused clock, with scripted answers: what is asked, how often, at what
//! pace, and what comes of it. The form of the answers is tried in `json.rs`.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use jiff::Timestamp;
use proptest::prelude::*;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::time::Instant;
use url::Url;

use super::ask::{Answer, Ask, Question, Unanswered};
use super::kept_token::KeptToken;
use super::*;
use crate::model::{Api, ApiCredentials, Member, RetryPolicy};

/// How long each answer takes.
const LATENCY: Duration = Duration::from_millis(30);

/// Time between two calls at the rate of [`settings`].
const PERIOD: Duration = Duration::from_millis(200);

type Answered = Result<Answer, Unanswered>;

/// A question as the platform saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Asked {
    Token,
    Page { offset: usize, token: String },
}

/// Answers by a script and keeps a record of the questions, each with the time when it came.
struct Scripted<F> {
    script: RefCell<F>,
    seen: Rc<RefCell<Vec<(Asked, Instant)>>>,
}

impl<F: FnMut(&Asked) -> Answered> Ask for Scripted<F> {
    async fn ask(&self, question: Question) -> Answered {
        let asked = match question {
            Question::Token => Asked::Token,
            Question::Page { url, token } => Asked::Page {
                offset: parameter(&url, "offset"),
                token: token.expose_secret().to_owned(),
            },
        };
        self.seen.borrow_mut().push((asked.clone(), Instant::now()));
        tokio::time::sleep(LATENCY).await;
        (self.script.borrow_mut())(&asked)
    }
}

fn parameter(url: &Url, name: &str) -> usize {
    let mut pairs = url.query_pairs();
    let (_, value) = pairs.find(|(key, _)| key == name).unwrap();
    value.parse().unwrap()
}

/// What came of reading survey 7.
struct Ran {
    ids: Result<Vec<String>, PullError>,
    seen: Vec<(Asked, Instant)>,
    /// The numbers of entries that were reported, with the one of the whole list.
    progress: Vec<(u64, Option<u64>)>,
    took: Duration,
}

impl Ran {
    fn offsets(&self) -> Vec<usize> {
        let offset = |(asked, _): &(Asked, Instant)| match asked {
            Asked::Token => None,
            Asked::Page { offset, .. } => Some(*offset),
        };
        self.seen.iter().filter_map(offset).collect()
    }

    fn tokens_asked_for(&self) -> usize {
        self.seen.len() - self.offsets().len()
    }

    fn error(&self) -> PullError {
        self.ids.clone().unwrap_err()
    }

    /// The shortest time between two calls.
    fn gap(&self) -> Duration {
        let gaps = self.seen.windows(2).map(|pair| pair[1].1 - pair[0].1);
        gaps.min().unwrap_or(Duration::MAX)
    }
}

fn api(base: &str, secret: &str) -> Api {
    let credentials = ApiCredentials {
        client_id: SecretString::from("a-client"),
        client_secret: SecretString::from(secret.to_owned()),
    };
    Api::new(&Url::parse(base).unwrap(), None, credentials)
}

fn usual_api() -> Api {
    api("https://www.example.com:8443", "a-secret")
}

fn settings(token_folder: Option<&Path>) -> DoorSettings {
    DoorSettings {
        rate: "5/s".parse().unwrap(),
        retry: RetryPolicy {
            max_retries: 3,
            backoff: Duration::from_secs(1),
            max_backoff: Duration::from_mins(1),
        },
        token_folder: token_folder.map(Path::to_owned),
        seed: 7,
    }
}

async fn read(script: impl FnMut(&Asked) -> Answered) -> Ran {
    read_with(settings(None), usual_api(), script).await
}

async fn read_with(settings: DoorSettings, api: Api, script: impl FnMut(&Asked) -> Answered) -> Ran {
    let seen = Rc::new(RefCell::new(Vec::new()));
    let ask = Scripted {
        script: RefCell::new(script),
        seen: Rc::clone(&seen),
    };
    let start = Instant::now();
    let mut door = Door::new(ask, api, settings);
    let mut members: Vec<Member> = Vec::new();
    let mut progress = Vec::new();
    let seen_so_far = |listed, total| progress.push((listed, total));
    let read = door.members("7", &mut members, seen_so_far).await;
    let seen = seen.borrow().clone();
    assert_eq!(door.calls(), seen.len() as u64);
    let ids = match read {
        Ok(count) => {
            assert_eq!(count, members.len() as u64);
            Ok(members.into_iter().map(|member| member.id).collect())
        }
        Err(Read::Pull(error)) => Err(error),
        Err(Read::Taker(never)) => match never {},
    };
    Ran {
        ids,
        seen,
        progress,
        took: start.elapsed(),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "an answer of a script")]
fn reply(status: u16, body: &str) -> Answered {
    Ok(Answer {
        status,
        retry_after: None,
        date: None,
        body: body.as_bytes().to_vec(),
    })
}

fn asks_to_wait(status: u16, retry_after: &str) -> Answered {
    let mut answered = reply(status, "");
    if let Ok(answer) = &mut answered {
        answer.retry_after = Some(retry_after.to_owned());
        answer.date = Some("Mon, 05 Jan 2026 09:00:00 GMT".to_owned());
    }
    answered
}

fn broken() -> Answered {
    Err(Unanswered::Broken("no whole answer in time".to_owned()))
}

fn given(token: &str) -> Answered {
    reply(
        200,
        &format!(r#"{{"access_token":"{token}","token_type":"Bearer","expires_in":3600}}"#),
    )
}

/// Gives tokens, and answers pages by their offset and the number of earlier calls for pages.
fn pages(mut page: impl FnMut(usize, usize) -> Answered) -> impl FnMut(&Asked) -> Answered {
    let mut before = 0;
    move |asked| match asked {
        Asked::Token => given("t"),
        Asked::Page { offset, .. } => {
            before += 1;
            page(*offset, before - 1)
        }
    }
}

/// How the platform counts the entries of the whole list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Counts {
    AsText,
    AsNumber,
    Not,
}

/// A page of a list: `cap` entries at most.
fn page(ids: &[u64], counts: Counts, offset: usize, cap: usize) -> Answered {
    let entries: Vec<String> = ids
        .iter()
        .skip(offset)
        .take(cap)
        .map(|id| format!(r#"{{"id":{id},"email":"{id}@example.com","token":"x"}}"#))
        .collect();
    let (total, list) = (ids.len(), entries.join(","));
    match counts {
        Counts::AsText => reply(200, &format!(r#"{{"total":"{total}","list":[{list}]}}"#)),
        Counts::AsNumber => reply(200, &format!(r#"{{"list":[{list}],"total":{total}}}"#)),
        Counts::Not => reply(200, &format!("[{list}]")),
    }
}

fn texts(ids: &[u64]) -> Vec<String> {
    ids.iter().map(u64::to_string).collect()
}

fn numbered(count: u64) -> Vec<u64> {
    (1..=count).collect()
}

#[tokio::test(start_paused = true)]
async fn a_list_is_read_page_by_page_to_its_end() {
    use Counts::{AsNumber, AsText, Not};
    for (entries, cap, counts, is_paged, offsets) in [
        (0, 1_000, AsText, true, vec![0]),
        (0, 1_000, Not, true, vec![0]),
        (20, 1_000, AsText, true, vec![0]),
        (2_500, 1_000, AsNumber, true, vec![0, 1_000, 2_000]),
        // The platform gives fewer entries than were asked for.
        (120, 50, AsText, true, vec![0, 50, 100]),
        // Without a count the list ends with an empty page, or with the first page again.
        (120, 50, Not, true, vec![0, 50, 100, 120]),
        (7, 1_000, Not, false, vec![0, 7]),
    ] {
        let ids = numbered(entries);
        let script = pages(|offset, _| page(&ids, counts, if is_paged { offset } else { 0 }, cap));
        let ran = read(script).await;
        let case = format!("{entries} entries, {cap} a page, {counts:?}");
        assert_eq!(ran.ids, Ok(texts(&ids)), "{case}");
        assert_eq!(ran.offsets(), offsets, "{case}");
        assert_eq!(ran.tokens_asked_for(), 1, "{case}");
        let last = ran.progress.last().map_or(0, |(listed, _)| *listed);
        assert_eq!(last, entries, "{case}");
        let total = (counts != Not).then_some(entries);
        assert!(
            ran.progress.iter().all(|(_, counted)| *counted == total),
            "{case}"
        );
    }
}

/// Answers a page by its offset and the number of earlier calls for pages.
type Page<'a> = Box<dyn FnMut(usize, usize) -> Answered + 'a>;

#[tokio::test(start_paused = true)]
async fn a_list_that_changes_is_read_again_from_its_start_at_most_three_times() {
    use Counts::{AsText, Not};
    let unsteady = PullError::Unsteady { tries: 3 };
    let unreadable = |why| PullError::Unreadable {
        host: "www.example.com:8443".to_owned(),
        why,
    };
    let short = Unreadable::Short {
        listed: 50,
        total: 120,
    };
    let (old, new) = (numbered(120), numbered(121));
    let with_one_twice: Vec<u64> = (1..=60).chain(60..=119).collect();

    // The second read finds a list that no longer changes.
    let ran = read(pages(|offset, before| match before {
        0 => page(&old, AsText, offset, 50),
        _ => page(&new, AsText, offset, 50),
    }));
    let ran = ran.await;
    assert_eq!(ran.ids, Ok(texts(&new)));
    assert_eq!(ran.offsets(), [0, 50, 0, 50, 100]);
    // One that becomes readable is read, too.
    let ran = read(pages(|offset, before| match before {
        1 => reply(200, r#"{"total":120,"list":[]}"#),
        _ => page(&old, AsText, offset, 50),
    }));
    let ran = ran.await;
    assert_eq!(ran.ids, Ok(texts(&old)));
    assert_eq!(ran.offsets(), [0, 50, 0, 50, 100]);

    let cases: [(&str, Page<'_>, Vec<usize>, PullError); 6] = [
        (
            "the count is never the same",
            Box::new(|offset, before| page(&numbered(120 + before as u64), AsText, offset, 50)),
            [0, 50].repeat(3),
            unsteady.clone(),
        ),
        (
            "an id comes twice",
            Box::new(|offset, _| page(&with_one_twice, Not, offset, 50)),
            [0, 50].repeat(3),
            unsteady.clone(),
        ),
        (
            "there are more entries than the count",
            Box::new(|_, _| reply(200, r#"{"total":1,"list":[{"id":1},{"id":2}]}"#)),
            [0].repeat(3),
            unsteady.clone(),
        ),
        (
            "there are fewer entries than the count",
            Box::new(|offset, _| match offset {
                0 => page(&old, AsText, 0, 50),
                _ => reply(200, r#"{"total":"120","list":[]}"#),
            }),
            [0, 50].repeat(3),
            unreadable(short),
        ),
        (
            "the offset is ignored",
            Box::new(|_, _| page(&old, AsText, 0, 50)),
            [0, 50].repeat(3),
            unreadable(Unreadable::Repeats),
        ),
        (
            "what the last read found is said",
            Box::new(|offset, before| match before {
                1 => reply(200, r#"{"total":120,"list":[]}"#),
                _ => page(&numbered(120 + before as u64), AsText, offset, 50),
            }),
            [0, 50].repeat(3),
            unsteady,
        ),
    ];
    for (case, page, offsets, error) in cases {
        let ran = read(pages(page)).await;
        assert_eq!(ran.error(), error, "{case}");
        assert_eq!(ran.offsets(), offsets, "{case}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_renewed_once_in_all() {
    let ids = numbered(120);
    // A token is valid for this number of pages.
    let read_with_tokens_for = async |pages: usize| {
        let (mut given_tokens, mut used) = (0, 0);
        let ran = read(|asked| match asked {
            Asked::Token => {
                (given_tokens, used) = (given_tokens + 1, 0);
                given(&format!("t{given_tokens}"))
            }
            Asked::Page { .. } if used == pages => reply(401, ""),
            Asked::Page { offset, .. } => {
                used += 1;
                page(&ids, Counts::AsText, *offset, 50)
            }
        });
        ran.await
    };
    let ran = read_with_tokens_for(2).await;
    assert_eq!(ran.ids, Ok(texts(&ids)));
    assert_eq!(ran.offsets(), [0, 50, 100, 100]);
    assert_eq!(ran.tokens_asked_for(), 2);
    let ran = read_with_tokens_for(1).await;
    assert_eq!(ran.error(), PullError::TokenRefused { status: 401 });
    assert_eq!(ran.offsets(), [0, 50, 50, 100]);
    assert_eq!(ran.tokens_asked_for(), 2);

    // How often a token and a page are asked for, by the statuses of their answers.
    for (token, of_page, calls, error) in [
        (200, 401, (2, 2), PullError::TokenRefused { status: 401 }),
        (200, 403, (1, 1), PullError::TokenRefused { status: 403 }),
        (400, 200, (1, 0), PullError::KeyRefused { status: 400 }),
        (401, 200, (1, 0), PullError::KeyRefused { status: 401 }),
        (403, 200, (1, 0), PullError::KeyRefused { status: 403 }),
    ] {
        let ran = read(|asked| match (asked, token) {
            (Asked::Token, 200) => given("t"),
            (Asked::Token, status) => reply(status, r#"{"error":"invalid_client"}"#),
            (Asked::Page { .. }, _) => reply(of_page, ""),
        });
        let ran = ran.await;
        assert_eq!(ran.error(), error);
        assert_eq!((ran.tokens_asked_for(), ran.offsets().len()), calls, "{error}");
    }
}

/// Reads an empty list with a token that is kept in the folder. Returns the token with which it was
/// read; an answer to the question for one gives `new`.
async fn token_used(folder: &Path, api: Api, new: &str) -> String {
    let ran = read_with(settings(Some(folder)), api, |asked| match asked {
        Asked::Token => given(new),
        Asked::Page { token, .. } if token == "refused" => reply(401, ""),
        Asked::Page { .. } => reply(200, "[]"),
    });
    let ran = ran.await;
    assert_eq!(ran.ids, Ok(Vec::new()));
    match ran.seen.last() {
        Some((Asked::Page { token, .. }, _)) => token.clone(),
        _ => unreachable!(),
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_is_kept_for_the_next_command_with_the_same_key() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("deep/state");
    let kept = KeptToken::new(Some(&folder), &usual_api());
    let now = Timestamp::now();
    let an_hour = Duration::from_hours(1);
    assert_eq!(token_used(&folder, usual_api(), "first").await, "first");
    assert_eq!(token_used(&folder, usual_api(), "second").await, "first");
    let of_another_key = api("https://www.example.com:8443", "another-secret");
    assert_eq!(token_used(&folder, of_another_key, "other").await, "other");
    let of_another_platform = api("https://www.example.org:8443", "a-secret");
    assert_eq!(token_used(&folder, of_another_platform, "other").await, "other");
    assert_eq!(token_used(&folder, usual_api(), "second").await, "first");

    // For at most the hour that the vendor names, and no longer than the answer says.
    let token = |text: &str| SecretString::from(text.to_owned());
    for (seconds, at, is_used) in [
        (None, now - an_hour / 2, true),
        (None, now - an_hour, false),
        (Some(7_200), now - an_hour, false),
        (Some(60), now - Duration::from_secs(50), true),
        (Some(60), now - Duration::from_mins(1), false),
        (Some(0), now, false),
    ] {
        kept.store(&token("kept"), seconds, at);
        let used = token_used(&folder, usual_api(), "new").await;
        assert_eq!(used == "kept", is_used, "{seconds:?} from {at}");
    }

    // One that the platform refuses is replaced, and what is no token is not used.
    kept.store(&token("refused"), None, now);
    assert_eq!(token_used(&folder, usual_api(), "new").await, "new");
    assert_eq!(token_used(&folder, usual_api(), "newer").await, "new");
    let path = path_of(&folder, "new");
    for content in ["", "{}", r#"{"token":"a\nb","until":99999999999}"#] {
        std::fs::write(&path, content).unwrap();
        assert_eq!(token_used(&folder, usual_api(), "new").await, "new", "{content}");
    }

    let kept_nowhere = settings(None);
    let ran = read_with(kept_nowhere, usual_api(), pages(|_, _| reply(200, "[]"))).await;
    assert_eq!(ran.tokens_asked_for(), 1);
}

/// Returns the path of the file that holds this token.
fn path_of(folder: &Path, token: &str) -> std::path::PathBuf {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut paths = entries.map(|entry| entry.unwrap().path());
    let holds_it = |path: &std::path::PathBuf| std::fs::read_to_string(path).unwrap().contains(token);
    paths.find(holds_it).unwrap()
}

#[cfg(unix)]
#[tokio::test(start_paused = true)]
async fn a_kept_token_that_others_could_have_written_is_not_used() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    assert_eq!(token_used(folder, usual_api(), "mine").await, "mine");
    let path = path_of(folder, "mine");
    let mode = || std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(), 0o600);
    let set_mode = |mode| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    set_mode(0o666);
    assert_eq!(token_used(folder, usual_api(), "new").await, "new");
    // The file is a new one.
    assert_eq!(mode(), 0o600);
    assert_eq!(token_used(folder, usual_api(), "newer").await, "new");
    // A link is replaced, and what it leads to stays.
    let elsewhere = folder.join("elsewhere");
    std::fs::rename(&path, &elsewhere).unwrap();
    symlink(&elsewhere, &path).unwrap();
    token_used(folder, usual_api(), "newest").await;
    assert!(std::fs::read_to_string(&elsewhere).unwrap().contains("new"));
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_the_platform_names_is_obeyed_up_to_two_minutes() {
    let busy = |seconds| {
        Err(PullError::Busy {
            host: "www.example.com:8443".to_owned(),
            wait: Duration::from_secs(seconds),
        })
    };
    for (status, header, at_least, ids, calls) in [
        (429, "90", 90, Ok(Vec::new()), 3),
        (429, "120", 120, Ok(Vec::new()), 3),
        (503, "Mon, 05 Jan 2026 09:01:00 GMT", 60, Ok(Vec::new()), 3),
        (429, "121", 0, busy(121), 2),
        (503, "Mon, 05 Jan 2026 10:00:00 GMT", 0, busy(3_600), 2),
        // Not shorter than the backoff, and nothing to obey.
        (429, "0", 0, Ok(Vec::new()), 3),
        (429, "soon", 0, Ok(Vec::new()), 3),
    ] {
        let ran = read(pages(|_, before| match before {
            0 => asks_to_wait(status, header),
            _ => reply(200, "[]"),
        }));
        let ran = ran.await;
        assert_eq!(ran.ids, ids, "{header}");
        assert_eq!(ran.seen.len(), calls, "{header}");
        let took = ran.took.as_secs_f64();
        let wait = f64::from(at_least);
        assert!((wait..wait + 2.0).contains(&took), "{header}: {took}");
        assert!(calls == 2 || took > 0.5, "{header}: {took}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_passes_is_tried_again_and_what_does_not_ends_it() {
    let host = || "www.example.com:8443".to_owned();
    let failing = |status| PullError::Failing {
        host: host(),
        status,
        tries: 4,
    };
    let unknown = |status| PullError::Unknown { host: host(), status };
    let redirected = |status| PullError::Redirected { host: host(), status };
    let unreadable = |why| PullError::Unreadable { host: host(), why };
    let no_survey = PullError::NoSurvey {
        survey: "7".to_owned(),
    };
    let html = "\n<!DOCTYPE html><title>Maintenance</title>";
    let keys = r#"{"data":[],"page":1}"#;
    let cases = [
        (reply(500, ""), failing(500), true),
        (reply(502, html), failing(502), true),
        (reply(503, ""), failing(503), true),
        (reply(408, ""), failing(408), true),
        (reply(425, ""), failing(425), true),
        (reply(429, ""), failing(429), true),
        (
            broken(),
            PullError::Unreached {
                host: host(),
                why: "no whole answer in time".to_owned(),
                tries: 4,
            },
            true,
        ),
        (reply(200, html), unreadable(Unreadable::Html), true),
        (
            reply(200, r#"{"total":2,"#),
            unreadable(Unreadable::NotJson),
            true,
        ),
        (reply(204, ""), unreadable(Unreadable::NotJson), true),
        (
            reply(200, keys),
            unreadable(Unreadable::NoList("data, page".to_owned())),
            false,
        ),
        (
            reply(200, r#"[{"id":"x"}]"#),
            unreadable(Unreadable::BadId {
                entry: 1,
                keys: "id".to_owned(),
            }),
            false,
        ),
        (Err(Unanswered::TooLong), unreadable(Unreadable::TooLong), false),
        (
            Err(Unanswered::Untrusted("expired".to_owned())),
            PullError::Untrusted {
                host: host(),
                why: "expired".to_owned(),
            },
            false,
        ),
        (reply(301, ""), redirected(301), false),
        (reply(302, html), redirected(302), false),
        (reply(307, ""), redirected(307), false),
        (reply(400, ""), PullError::NotUnderstood { status: 400 }, false),
        (reply(402, "{}"), PullError::NoPlan, false),
        (reply(404, r#"{"error":"none"}"#), no_survey, false),
        (reply(404, html), PullError::NoApi { host: host() }, false),
        (reply(406, ""), PullError::NotUnderstood { status: 406 }, false),
        (reply(405, ""), unknown(405), false),
        (reply(410, ""), unknown(410), false),
        (reply(501, ""), unknown(501), false),
        (reply(505, ""), unknown(505), false),
    ];
    for (answer, error, is_retried) in cases {
        let ran = read(pages(|_, _| answer.clone())).await;
        assert_eq!(ran.error(), error);
        assert_eq!(
            ran.offsets().len(),
            if is_retried { 4 } else { 1 },
            "{error}: {answer:?}"
        );
        // Half to all of 1, 2 and 4 s.
        let waited = ran.took.as_secs_f64();
        let expected = if is_retried { 3.5..7.5 } else { 0.0..0.5 };
        assert!(expected.contains(&waited), "{error}: {waited}");
        // What passes is forgotten as soon as it passes.
        let ran = read(pages(|_, before| match before {
            0..3 if is_retried => answer.clone(),
            _ => reply(200, "[]"),
        }));
        assert_eq!(ran.await.ids, Ok(Vec::new()));
    }
}

#[tokio::test(start_paused = true)]
async fn where_tokens_are_given_the_same_holds_and_is_another_host() {
    let host = || "auth.example.com:8443".to_owned();
    for (answer, error, calls) in [
        (
            reply(500, ""),
            PullError::Failing {
                host: host(),
                status: 500,
                tries: 4,
            },
            4,
        ),
        (reply(404, "{}"), PullError::NoApi { host: host() }, 1),
        (reply(402, ""), PullError::NoPlan, 1),
        (
            asks_to_wait(429, "3600"),
            PullError::Busy {
                host: host(),
                wait: Duration::from_hours(1),
            },
            1,
        ),
        (
            reply(200, r#"{"access":"t"}"#),
            PullError::Unreadable {
                host: host(),
                why: Unreadable::NoToken("access".to_owned()),
            },
            1,
        ),
    ] {
        let ran = read(|_| answer.clone()).await;
        assert_eq!(ran.error(), error);
        assert_eq!(ran.tokens_asked_for(), calls, "{error}");
        assert_eq!(ran.offsets().len(), 0, "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn calls_keep_the_agreed_rate_tokens_and_retries_included() {
    let ids = numbered(500);
    for (rate, gap) in [("5/s", 0.2), ("30/m", 2.0), ("unlimited", 0.03)] {
        let settings = DoorSettings {
            rate: rate.parse().unwrap(),
            retry: RetryPolicy {
                backoff: Duration::from_millis(1),
                ..settings(None).retry
            },
            ..settings(None)
        };
        let script = pages(|offset, before| match before {
            2 => reply(401, ""),
            _ if before % 3 == 1 => reply(500, ""),
            _ => page(&ids, Counts::AsText, offset, 50),
        });
        let ran = read_with(settings, usual_api(), script).await;
        assert_eq!(ran.ids, Ok(texts(&ids)));
        let shortest = ran.gap().as_secs_f64();
        assert!((gap..gap * 1.1).contains(&shortest), "{rate}: {shortest}");
    }
}

/// What happens at one call for a page.
#[derive(Clone, Copy, Debug)]
enum Event {
    Fine,
    Status(u16),
    Broken,
    Html,
    /// The token is no longer valid.
    Revoked,
    /// The list changes here before it is shown.
    Changed(usize),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        12 => Just(Event::Fine),
        2 => prop::sample::select(vec![429, 500, 503]).prop_map(Event::Status),
        1 => Just(Event::Broken),
        1 => Just(Event::Html),
        1 => Just(Event::Revoked),
        2 => any::<prop::sample::Index>().prop_map(|index| Event::Changed(index.index(1_000))),
    ]
}

/// A platform whose list either grows or shrinks.
struct Platform {
    counts: Counts,
    grows: bool,
    /// Every state of the list so far, the present one last.
    states: Vec<Vec<u64>>,
    events: VecDeque<Event>,
    tokens: usize,
}

impl Platform {
    fn answer(&mut self, asked: &Asked, cap: usize) -> Answered {
        let Asked::Page { offset, token } = asked else {
            return given(&format!("t{}", self.tokens));
        };
        if *token != format!("t{}", self.tokens) {
            return reply(401, "");
        }
        match self.events.pop_front().unwrap_or(Event::Fine) {
            Event::Fine => {}
            Event::Status(status) => return reply(status, ""),
            Event::Broken => return broken(),
            Event::Html => return reply(200, "<html>"),
            Event::Revoked => {
                self.tokens += 1;
                return reply(401, "");
            }
            Event::Changed(at) => self.change(at),
        }
        page(self.list(), self.counts, *offset, cap)
    }

    fn list(&self) -> &[u64] {
        self.states.last().unwrap()
    }

    fn change(&mut self, at: usize) {
        let mut list = self.list().to_vec();
        if self.grows {
            list.insert(at % (list.len() + 1), 1_000_000 + self.states.len() as u64);
        } else if !list.is_empty() {
            list.remove(at % list.len());
        }
        self.states.push(list);
    }
}

proptest! {
    /// Without a count nothing shows that an entry was removed, so such a list only grows here.
    #[test]
    fn what_is_read_is_the_platforms_list_at_one_moment_or_an_error(
        count in 0_u64..60,
        cap in 2_usize..20,
        counts in prop::sample::select(vec![Counts::AsText, Counts::AsNumber, Counts::Not]),
        grows in any::<bool>(),
        events in prop::collection::vec(event(), 0..60),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let is_calm = events.iter().all(|event| matches!(event, Event::Fine));
        let mut platform = Platform {
            counts,
            grows: grows || counts == Counts::Not,
            states: vec![numbered(count)],
            events: events.into(),
            tokens: 0,
        };
        let ran = runtime.block_on(read(|asked| platform.answer(asked, cap)));
        prop_assert!(ran.gap() >= PERIOD);
        match ran.ids {
            Ok(ids) => prop_assert!(platform.states.iter().any(|state| texts(state) == ids)),
            Err(error) => {
                let is_of_an_event = matches!(
                    &error,
                    PullError::TokenRefused { status: 401 }
                        | PullError::Unreadable { why: Unreadable::Html, .. }
                );
                prop_assert!(!is_calm && (is_of_an_event || error.is_passing()), "{}", error);
            }
        }
    }
}
