//! The sandbox's REST door: tokens, the list of surveys, and pages of respondents. It only reads;
//! the webhook in `sandbox/platform.rs` writes. Source: the vendor's pages on the REST API v2.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use serde_json::json;
use tokio::time::Instant;

use super::lists::{FIRST_SURVEY, LABELS, Lists, Respondent};
use super::platform::{Answered, Call};

/// Number of respondents on a page, unless the caller says otherwise.
const DEFAULT_LIMIT: usize = 50;

/// Maximum number of respondents on a page.
const MAX_LIMIT: usize = 1000;

/// Number of hexadecimal digits of a token.
const TOKEN_DIGITS: usize = 32;

/// When the sandbox says that a respondent was added to the list.
const DATE_GENERATE: &str = "2026-01-05 09:00:00";

/// What a caller wants from the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Request<'a> {
    Token,
    Surveys,
    /// The respondents of this survey.
    Respondents(&'a str),
}

impl<'a> Request<'a> {
    /// Parses a path. `None` if it is not one of the door's.
    pub(super) fn parse(path: &'a str) -> Option<Self> {
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        match parts.as_slice() {
            ["token"] => Some(Self::Token),
            [.., "api", "v2", "surveys"] => Some(Self::Surveys),
            [.., "api", "v2", "respondents", survey] => Some(Self::Respondents(survey)),
            _ => None,
        }
    }

    fn method(self) -> &'static str {
        match self {
            Self::Token => "POST",
            Self::Surveys | Self::Respondents(_) => "GET",
        }
    }
}

impl fmt::Display for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Token => f.write_str("token"),
            Self::Surveys => f.write_str("surveys"),
            Self::Respondents(survey) => write!(f, "respondents survey={survey:?}"),
        }
    }
}

/// The tokens of the door, and its settings.
#[derive(Debug)]
pub(super) struct Door {
    token_lifetime: Duration,
    /// Whether the plan has the REST API.
    has_api: bool,
    /// Tokens, each with its end.
    tokens: HashMap<String, Instant>,
    /// Not seeded: a token of an earlier sandbox is not valid in this one.
    chance: fastrand::Rng,
}

/// An error's status and text.
type Refusal = (u16, &'static str);

impl Door {
    pub(super) fn new(token_lifetime: Duration, has_api: bool) -> Self {
        Self {
            token_lifetime,
            has_api,
            tokens: HashMap::new(),
            chance: fastrand::Rng::new(),
        }
    }

    /// Answers one call, with `fault` if there is one. The line has neither tokens nor secrets.
    pub(super) fn answer(
        &mut self,
        request: Request<'_>,
        call: &Call<'_>,
        fault: Option<Refusal>,
        lists: &mut Lists,
        now: Instant,
    ) -> Answered {
        let answer = match fault {
            Some(fault) => Err(fault),
            None => self.decide(request, call, lists, now),
        };
        let (status, body, what) = match answer {
            Ok((body, what)) => (200, body, what),
            Err((status, error)) => (status, json!({ "error": error }).to_string(), error.to_owned()),
        };
        Answered {
            status,
            body,
            line: format!("{request} → {status} {what}"),
        }
    }

    /// Returns the body of a success, and what it holds.
    fn decide(
        &mut self,
        request: Request<'_>,
        call: &Call<'_>,
        lists: &mut Lists,
        now: Instant,
    ) -> Result<(String, String), Refusal> {
        if call.method != request.method() {
            return Err((405, "method_not_allowed"));
        }
        if request == Request::Token {
            return self.token(call, now);
        }
        if !self.admits(call.authorization, now) {
            return Err((401, "invalid_token"));
        }
        if !self.has_api {
            return Err((402, "the plan does not have the API"));
        }
        match request {
            Request::Respondents(survey) => respondents(survey, call, lists),
            Request::Surveys | Request::Token => Ok(surveys(lists)),
        }
    }

    /// Issues a token to every pair of id and secret.
    fn token(&mut self, call: &Call<'_>, now: Instant) -> Result<(String, String), Refusal> {
        if call.value("grant_type") != Some("client_credentials") {
            return Err((400, "unsupported_grant_type"));
        }
        let has = |name| call.value(name).is_some_and(|value| !value.is_empty());
        if !has("client_id") || !has("client_secret") {
            return Err((400, "invalid_client"));
        }
        self.tokens.retain(|_, until| now < *until);
        let digits = std::iter::repeat_with(|| self.chance.digit(16));
        let token: String = digits.take(TOKEN_DIGITS).collect();
        self.tokens.insert(token.clone(), now + self.token_lifetime);
        let body = Issued {
            access_token: &token,
            token_type: "Bearer",
            expires_in: self.token_lifetime.as_secs(),
        };
        Ok((text(&body), "issued".to_owned()))
    }

    /// Whether the header has a valid token.
    fn admits(&self, authorization: Option<&str>, now: Instant) -> bool {
        let Some((scheme, token)) = authorization.and_then(|header| header.split_once(' ')) else {
            return false;
        };
        let until = self.tokens.get(token.trim());
        scheme.eq_ignore_ascii_case("bearer") && until.is_some_and(|until| now < *until)
    }
}

#[derive(Serialize)]
struct Issued<'a> {
    access_token: &'a str,
    token_type: &'a str,
    expires_in: u64,
}

/// The envelope of every list. The total is a text, as the platform's is.
#[derive(Serialize)]
struct Page<T> {
    total: String,
    list: Vec<T>,
}

impl<T: Serialize> Page<T> {
    /// Returns the page as JSON, and what it holds.
    fn body(total: usize, list: Vec<T>) -> (String, String) {
        let what = format!("{} of {total}", list.len());
        let total = total.to_string();
        (text(&Self { total, list }), what)
    }
}

#[derive(Serialize)]
struct Survey {
    id: serde_json::Value,
    title: String,
}

/// A respondent as the list shows it.
struct Listed<'a>(&'a Respondent);

impl Serialize for Listed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(respondent) = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &number(&respondent.id))?;
        map.serialize_entry("email", &respondent.email)?;
        map.serialize_entry("token", &format!("sandbox-login-{}", respondent.id))?;
        map.serialize_entry("date_generate", DATE_GENERATE)?;
        for label in 1..=LABELS {
            map.serialize_entry(&format!("label{label}"), respondent.label(label))?;
        }
        map.end()
    }
}

fn surveys(lists: &Lists) -> (String, String) {
    let surveys = lists.surveys().into_iter().map(|id| Survey {
        id: number(id),
        title: match id {
            FIRST_SURVEY => "Sandbox survey".to_owned(),
            _ => format!("Survey {id}"),
        },
    });
    let surveys: Vec<Survey> = surveys.collect();
    Page::body(surveys.len(), surveys)
}

fn respondents(survey: &str, call: &Call<'_>, lists: &mut Lists) -> Result<(String, String), Refusal> {
    let count = |name, default| match call.value(name) {
        None => Some(default),
        Some(text) => text.parse::<usize>().ok(),
    };
    let limit = count("limit", DEFAULT_LIMIT).filter(|limit| (1..=MAX_LIMIT).contains(limit));
    let limit = limit.ok_or((400, "limit must be a number from 1 to 1000"))?;
    let offset = count("offset", 0).ok_or((400, "offset must be a number"))?;
    let (total, page) = lists
        .page(survey, (offset, limit))
        .ok_or((404, "no such survey"))?;
    Ok(Page::body(total, page.into_iter().map(Listed).collect()))
}

/// Returns an id as the platform has it, as a number. The webhook takes other ids too.
fn number(id: &str) -> serde_json::Value {
    id.parse::<u64>().map_or_else(|_| id.into(), Into::into)
}

/// Returns JSON. A list of texts and numbers can always be written.
fn text(body: &impl Serialize) -> String {
    serde_json::to_string(body).unwrap_or_default()
}
