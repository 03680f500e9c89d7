//! Calls the API over HTTP. `system/http.rs` holds what all HTTP clients of this tool share.

use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, DATE, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Client, RequestBuilder, Response};
use secrecy::{ExposeSecret as _, SecretString};

use super::ask::{Answer, Ask, Question, Unanswered};
use crate::model::Api;
use crate::system::causes::{find, root_cause};
use crate::system::http::{Route, SetupError};

/// Maximum size of an answer. A page of the documented size has less than a megabyte.
const MAX_BYTES: usize = 64 << 20;

/// How calls are made.
#[derive(Clone, Debug)]
pub(crate) struct HttpSettings {
    /// For a whole call, once it is connected.
    pub(crate) timeout: Duration,
    pub(crate) connect_timeout: Duration,
    /// Additional trusted authorities, as PEM.
    pub(crate) ca_pem: Option<Vec<u8>>,
}

/// The API's hosts: one for tokens, one for everything else.
#[derive(Debug)]
pub(crate) struct Http {
    for_tokens: Client,
    for_lists: Client,
    api: Api,
}

impl Http {
    /// Creates the clients. Fails if none can be built from the settings.
    pub(crate) fn new(api: &Api, settings: &HttpSettings) -> Result<Self, SetupError> {
        let client = |url| {
            let route = Route::new(url, settings.ca_pem.as_deref())?;
            let client = route
                .client()
                .connect_timeout(settings.connect_timeout)
                .timeout(settings.connect_timeout + settings.timeout);
            client
                .build()
                .map_err(|error| SetupError::Client(root_cause(&error.without_url())))
        };
        Ok(Self {
            for_tokens: client(api.token_url())?,
            for_lists: client(api.base())?,
            api: api.clone(),
        })
    }

    fn request(&self, question: Question) -> RequestBuilder {
        match question {
            Question::Token => self
                .for_tokens
                .post(self.api.token_url().clone())
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(self.api.token_form().expose_secret().to_owned()),
            Question::Page { url, token } => self.for_lists.get(url).header(AUTHORIZATION, bearer(&token)),
        }
    }
}

impl Ask for Http {
    async fn ask(&self, question: Question) -> Result<Answer, Unanswered> {
        let response = self.request(question).send().await.map_err(unanswered)?;
        read(response).await
    }
}

/// Returns the value of `Authorization`, which is never logged.
fn bearer(token: &SecretString) -> HeaderValue {
    let text = format!("Bearer {}", token.expose_secret());
    // Tokens are checked to be visible ASCII where they are read.
    let mut value = HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("Bearer"));
    value.set_sensitive(true);
    value
}

async fn read(mut response: Response) -> Result<Answer, Unanswered> {
    let header = |name: &HeaderName| {
        let value = response.headers().get(name)?;
        value.to_str().ok().map(str::to_owned)
    };
    let mut answer = Answer {
        status: response.status().as_u16(),
        retry_after: header(&RETRY_AFTER),
        date: header(&DATE),
        body: Vec::new(),
    };
    while let Some(chunk) = response.chunk().await.map_err(unanswered)? {
        if answer.body.len() + chunk.len() > MAX_BYTES {
            return Err(Unanswered::TooLong);
        }
        answer.body.extend_from_slice(&chunk);
    }
    Ok(answer)
}

fn unanswered(error: reqwest::Error) -> Unanswered {
    let error = error.without_url();
    match find::<rustls::Error>(&error) {
        Some(rustls::Error::InvalidCertificate(fault)) => Unanswered::Untrusted(fault.to_string()),
        _ if error.is_timeout() => Unanswered::Broken("no whole answer in time".to_owned()),
        _ => Unanswered::Broken(root_cause(&error)),
    }
}
