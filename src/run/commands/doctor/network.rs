//! The part of `doctor` that asks the platform's host: its name, whether it answers, its certificate, and
//! its clock. Sends no secret, but for the API's key where a run would begin with the API, too.

use std::time::SystemTime;

use jiff::Timestamp;
use url::Url;

use super::examined;
use crate::config::{DoctorSettings, ListToAsk};
use crate::model::ShownPath as _;
use crate::report::ExitCode;
use crate::run::list::pull::{door, pull_failure};
use crate::system::http::Route;
use crate::system::probe::{self, Answered, Unanswered};
use crate::text::{Examined, Health, Message, Subject};

/// Largest difference of clocks that nobody has to look at, in seconds.
const MAX_DIFFERENCE: i64 = 120;

/// Looks at the way to the platform. `say` gets each finding, and the exit code if it is wrong.
pub(super) async fn look(settings: DoctorSettings, say: &mut impl FnMut(Examined, ExitCode)) {
    let Some(base) = settings.base else { return };
    let way = base.and_then(|base| {
        let route = Route::new(&base, settings.ca_pem?.as_deref())?;
        Ok((base, route))
    });
    let (base, route) = match way {
        Ok(way) => way,
        Err(error) => {
            let found = Message::from_error(error);
            return say(examined(Subject::Connection, Health::Bad, found), ExitCode::Usage);
        }
    };
    let proxy = route.proxy().map(|via| via.shown.clone());
    let found = Message::new(|words| proxy.clone().unwrap_or_else(|| words.no_proxy()));
    say(examined(Subject::Proxy, Health::Good, found), ExitCode::Usage);
    // A proxy looks up the platform's name itself.
    let asked = proxy.as_deref().and_then(|proxy| Url::parse(proxy).ok());
    let name = name(asked.as_ref().unwrap_or(&base)).await;
    let is_known = name.health == Health::Good;
    say(name, ExitCode::Unreachable);
    if !is_known {
        return;
    }

    let host = base.host_str().unwrap_or_default();
    let answer = probe::front_page(&route, &base).await;
    let now = Timestamp::now();
    match answer {
        Ok(answered) => {
            let found = Message::new(|words| words.reached(host, answered.status));
            say(
                examined(Subject::Connection, Health::Good, found),
                ExitCode::Unreachable,
            );
            if let Some(found) = clock(host, answered, now) {
                say(found, ExitCode::Usage);
            }
            if let Some((found, code)) = list(settings.list).await {
                say(found, code);
            }
        }
        Err(Unanswered::Untrusted(why)) => {
            let found = Message::new(|words| words.certificate_untrusted(host, &why));
            say(
                examined(Subject::Connection, Health::Bad, found),
                ExitCode::Aborted,
            );
        }
        Err(Unanswered::Unreached(why)) => {
            let found = Message::new(|words| match &proxy {
                Some(proxy) => words.unreached_by(host, proxy, &why),
                None => words.unreached(host, &why),
            });
            say(
                examined(Subject::Connection, Health::Bad, found),
                ExitCode::Unreachable,
            );
        }
    }
}

/// Asks for one respondent of the list that a run reads first, of whom nothing is shown. `None` if there is
/// nothing to ask.
async fn list(list: ListToAsk) -> Option<(Examined, ExitCode)> {
    let found = |health, found| examined(Subject::Api, health, found);
    let list = match list {
        ListToAsk::NotNeeded | ListToAsk::NoKey => return None,
        ListToAsk::KeyOfCommand => {
            let why = Message::new(|words| words.api_not_asked());
            return Some((found(Health::Good, why), ExitCode::Success));
        }
        ListToAsk::Ready(list) => list,
    };
    let (api, survey) = (list.api.as_ref()?, &list.survey);
    let counted = match door(api, &list.ask) {
        Ok(mut door) => door.first_member(survey).await.map_err(pull_failure),
        Err(failure) => Err(failure),
    };
    Some(match counted {
        Ok(Some(0)) => {
            let empty = Message::new(|words| words.empty_list(survey));
            (found(Health::Bad, empty), ExitCode::Aborted)
        }
        Ok(count) => {
            let host = api.base().host_str().unwrap_or_default();
            let read = Message::new(|words| words.list_reached(host, survey, count));
            (found(Health::Good, read), ExitCode::Success)
        }
        Err(failure) => {
            let why = Message::from_error_ref(&failure.error);
            if list.accepts_older && list.table.is_file() {
                let table = list.table.shown().to_string();
                let older = why.map(|words, why| words.older_list_there(why, &table));
                (found(Health::Look, older), failure.code)
            } else {
                (found(Health::Bad, why), failure.code)
            }
        }
    })
}

async fn name(url: &Url) -> Examined {
    let host = url.host_str().unwrap_or_default();
    match probe::addresses(url).await {
        Ok(count) => examined(
            Subject::Name,
            Health::Good,
            Message::new(|words| words.addresses(host, count)),
        ),
        Err(why) => examined(
            Subject::Name,
            Health::Bad,
            Message::new(|words| words.no_addresses(host, &why)),
        ),
    }
}

/// Compares the clocks; `None` if the host does not say its own.
fn clock(host: &str, answered: Answered, now: Timestamp) -> Option<Examined> {
    let theirs = answered.date?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    let ahead = now.as_second() - i64::try_from(theirs.as_secs()).ok()?;
    Some(if ahead.abs() > MAX_DIFFERENCE {
        examined(
            Subject::Clock,
            Health::Look,
            Message::new(|words| words.clock_differs(ahead)),
        )
    } else {
        examined(
            Subject::Clock,
            Health::Good,
            Message::new(|words| words.clock_agrees(host)),
        )
    })
}
