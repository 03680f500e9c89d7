//! Asks the API until there is an answer that decides: with a token, at the agreed rate, with
//! retries ([rule 5](crate::rules#rule-5)). Waits on tokio's clock; `http` does the calls.

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use secrecy::SecretString;
use tokio::time::{Instant, sleep, sleep_until};
use url::Url;

use super::ask::{Answer, Ask, Question, Unanswered};
use super::error::{PullError, Unreadable};
use super::json;
use super::kept_token::KeptToken;
use crate::model::{Api, Backoff, MAX_HOLD_OFF, Rate, RetryPolicy, retry_after};

/// Pace, retries, and where a token is kept.
#[derive(Clone, Debug)]
pub(crate) struct DoorSettings {
    pub(crate) rate: Rate,
    pub(crate) retry: RetryPolicy,
    /// The folder for the token; `None` if it is not kept.
    pub(crate) token_folder: Option<PathBuf>,
    /// Seed of the random number generator for jitter.
    pub(crate) seed: u64,
}

/// The API, with a token where one is needed. One call at a time.
#[derive(Debug)]
pub(crate) struct Door<A> {
    ask: A,
    pub(super) api: Api,
    settings: DoorSettings,
    kept: KeptToken,
    token: Option<SecretString>,
    /// Whether a refused token was renewed: the vendor limits how many are given.
    is_renewed: bool,
    /// When the next call may start.
    next: Instant,
    chance: fastrand::Rng,
    calls: u64,
}

/// What an answer means.
enum Judged {
    Body(Vec<u8>),
    /// The token is not accepted (401).
    Unauthorized,
    /// Another try may help, after this wait if the platform names one.
    Passing(PullError, Option<Duration>),
    End(PullError),
}

impl<A: Ask> Door<A> {
    pub(crate) fn new(ask: A, api: Api, settings: DoorSettings) -> Self {
        Self {
            kept: KeptToken::new(settings.token_folder.as_deref(), &api),
            chance: fastrand::Rng::with_seed(settings.seed),
            next: Instant::now(),
            token: None,
            is_renewed: false,
            calls: 0,
            ask,
            api,
            settings,
        }
    }

    /// Calls made so far, those for tokens included.
    pub(crate) fn calls(&self) -> u64 {
        self.calls
    }

    /// Asks for a page and reads it. A token that is refused is renewed once in all. `survey` is the one
    /// that the page is about.
    pub(super) async fn page<T>(
        &mut self,
        url: &Url,
        survey: Option<&str>,
        read: impl Fn(&[u8]) -> Result<T, Unreadable>,
    ) -> Result<T, PullError> {
        loop {
            let token = self.token().await?;
            let question = Question::Page {
                url: url.clone(),
                token,
            };
            let host = host_of(url);
            match self.settled(&question, (&host, survey), &read).await? {
                Some(page) => return Ok(page),
                None if self.is_renewed => return Err(PullError::TokenRefused { status: 401 }),
                None => {
                    self.is_renewed = true;
                    self.token = None;
                    self.kept.forget();
                }
            }
        }
    }

    /// Returns the token in use, a kept one, or a new one.
    async fn token(&mut self) -> Result<SecretString, PullError> {
        let now = Timestamp::now();
        if let Some(token) = self.token.clone().or_else(|| self.kept.load(now)) {
            self.token = Some(token.clone());
            return Ok(token);
        }
        let host = host_of(self.api.token_url());
        let given = self
            .settled(&Question::Token, (&host, None), &json::token)
            .await?;
        let given = given.ok_or(PullError::KeyRefused { status: 401 })?;
        let token = SecretString::from(given.token);
        self.kept.store(&token, given.seconds, Timestamp::now());
        self.token = Some(token.clone());
        Ok(token)
    }

    /// Asks until the answer decides. `None` if it says that the caller is not known (401).
    async fn settled<T>(
        &mut self,
        question: &Question,
        (host, survey): (&str, Option<&str>),
        read: impl Fn(&[u8]) -> Result<T, Unreadable>,
    ) -> Result<Option<T>, PullError> {
        let mut backoff = self.settings.retry.backoff(self.chance.fork());
        let mut tries = 0;
        loop {
            sleep_until(self.next).await;
            let period = self.settings.rate.period().unwrap_or_default();
            self.next = Instant::now() + period;
            self.calls += 1;
            tries += 1;
            let answered = self.ask.ask(question.clone()).await;
            let is_token = matches!(question, Question::Token);
            let judged = judge(answered, (host, survey, is_token), tries);
            let (error, after) = match judged {
                Judged::Body(body) => match read(&body) {
                    Ok(page) => return Ok(Some(page)),
                    Err(why) => {
                        let passes = why.may_pass();
                        let error = unreadable(host, why);
                        if !passes {
                            return Err(error);
                        }
                        (error, None)
                    }
                },
                Judged::Unauthorized => return Ok(None),
                Judged::End(error) => return Err(error),
                Judged::Passing(error, after) => (error, after),
            };
            wait(&mut backoff, error, after).await?;
        }
    }
}

/// Waits before the next try.
///
/// # Errors
///
/// The last error, if there is no further try.
async fn wait(backoff: &mut Backoff, error: PullError, after: Option<Duration>) -> Result<(), PullError> {
    let Some(wait) = backoff.next() else {
        return Err(error);
    };
    let wait = after.map_or(wait, |after| after.max(wait));
    let (happened, status) = error.happened();
    let seconds = u64::try_from(wait.as_nanos().div_ceil(1_000_000_000)).unwrap_or(u64::MAX);
    tracing::info!(
        event = "pull_retried",
        status,
        seconds,
        "{happened}; next try in {seconds} s"
    );
    sleep(wait).await;
    Ok(())
}

fn judge(
    answered: Result<Answer, Unanswered>,
    (host, survey, is_token): (&str, Option<&str>, bool),
    tries: u32,
) -> Judged {
    let host = host.to_owned();
    let answer = match answered {
        Ok(answer) => answer,
        Err(Unanswered::Untrusted(why)) => return Judged::End(PullError::Untrusted { host, why }),
        Err(Unanswered::TooLong) => return Judged::End(unreadable(&host, Unreadable::TooLong)),
        Err(Unanswered::Broken(why)) => {
            return Judged::Passing(PullError::Unreached { host, why, tries }, None);
        }
    };
    let status = answer.status;
    match status {
        200..300 => Judged::Body(answer.body),
        300..400 => Judged::End(PullError::Redirected { host, status }),
        400 | 401 | 403 if is_token => Judged::End(PullError::KeyRefused { status }),
        401 => Judged::Unauthorized,
        402 => Judged::End(PullError::NoPlan),
        403 => Judged::End(PullError::TokenRefused { status }),
        404 => Judged::End(match survey.filter(|_| !is_html(&answer.body)) {
            Some(survey) => PullError::NoSurvey {
                survey: survey.to_owned(),
            },
            None => PullError::NoApi { host },
        }),
        400 | 406 => Judged::End(PullError::NotUnderstood { status }),
        501 | 505 => Judged::End(PullError::Unknown { host, status }),
        408 | 425 | 429 | 500.. => passing(&answer, host, tries),
        _ => Judged::End(PullError::Unknown { host, status }),
    }
}

fn passing(answer: &Answer, host: String, tries: u32) -> Judged {
    let now = std::time::SystemTime::now();
    let header = answer.retry_after.as_deref();
    let after = header.and_then(|header| retry_after(header, answer.date.as_deref(), now));
    if let Some(wait) = after.filter(|wait| *wait > MAX_HOLD_OFF) {
        return Judged::End(PullError::Busy { host, wait });
    }
    let status = answer.status;
    Judged::Passing(PullError::Failing { host, status, tries }, after)
}

fn unreadable(host: &str, why: Unreadable) -> PullError {
    PullError::Unreadable {
        host: host.to_owned(),
        why,
    }
}

fn is_html(body: &[u8]) -> bool {
    body.trim_ascii_start().starts_with(b"<")
}

/// Returns the host of an address, with its port if one is given.
pub(super) fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}
