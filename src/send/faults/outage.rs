//! Decides when all calls pause because the platform is out of reach or gives no definite answer
//! ([rule 7](crate::rules#rule-7)), and whose call is tried meanwhile. Pure; the dispatcher asks before each attempt and
//! reports each end.
//!
//! A pause begins with a call that could not be sent, or with ten respondents in a row without a
//! definite answer. A definite answer ends it; without one, the run ends after `--max-outage`. So a
//! row that never gets an answer, or a block of such rows, only fails itself, and an outage costs
//! no rows.

use std::time::Duration;

use tokio::time::Instant;

use crate::model::{EarlyEnd, ErrorCode, Lane};
use crate::send::answers::body::is_page;
use crate::send::answers::classify::Decision;
use crate::send::attempt::{Body, Reply, TransportError};

/// Respondents in a row without a definite answer that cannot be explained by their rows.
const MAX_SILENT: usize = 10;

/// Calls from the start on that were all answered with a web page: the webhook did not answer them.
const MAX_PAGES: usize = 10;

/// Minimum time between probes, whatever `--backoff` says.
const MIN_PROBE_GAP: Duration = Duration::from_millis(1);

/// Stands for the row of a control call, which has none: rows are numbered from 1.
pub(crate) const CONTROL: u64 = 0;

/// How outages are waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OutageSettings {
    /// Maximum length of an outage; zero for no pausing.
    pub(crate) max_outage: Duration,
    /// Wait before the first probe; doubled for each further one.
    pub(crate) backoff: Duration,
    /// Maximum wait between probes.
    pub(crate) max_backoff: Duration,
}

/// What an attempt's end says about the platform, whatever it says about the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// A complete and readable answer, even if it is a refusal.
    Definite,
    /// 5xx, timeout, cut, unreadable, or a requested wait that exceeds the maximum.
    Nothing,
    /// The call could not be sent.
    NotSent,
}

impl Heard {
    /// Derives this from an attempt's result and the decision on it.
    pub(crate) fn from_reply(result: &Result<Reply, TransportError>, decision: &Decision) -> Self {
        let reply = match result {
            Ok(reply) => reply,
            Err(
                TransportError::Closed
                | TransportError::NotSent(_)
                | TransportError::NoSocket(_)
                | TransportError::Untrusted(_)
                | TransportError::ProxyRefused { .. },
            ) => return Self::NotSent,
            Err(
                TransportError::Gone(_)
                | TransportError::TimedOut
                | TransportError::Interrupted(_)
                | TransportError::BadReply(_),
            ) => return Self::Nothing,
        };
        let whole = matches!(reply.body, Body::Whole(_) | Body::TooLong);
        let unreadable = decision
            .fault()
            .is_some_and(|fault| fault.code == ErrorCode::BadResponse);
        // Of these, only those that ask for too long a wait are not tried again.
        let waits_too_long = matches!(decision, Decision::Fail(_)) && matches!(reply.status, 408 | 425 | 429);
        if reply.status >= 500 || !whole || unreadable || waits_too_long {
            Self::Nothing
        } else {
            Self::Definite
        }
    }
}

/// Which untried rows remain or may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Untried {
    /// One could be tried now, or may come.
    pub(crate) ready: bool,
    /// Number of rows waiting for their next attempt, if untried rows wait behind others; `None` if
    /// none do.
    pub(crate) behind: Option<usize>,
}

/// Whether an attempt may start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gate {
    Open,
    /// One attempt may start, as a probe.
    Probe,
    /// No attempt before this time, unless a call in flight ends the pause.
    Closed(Instant),
}

/// What changes with an attempt's end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    None,
    /// Calls get no answer, perhaps because of their rows; nothing pauses yet.
    Silent,
    /// A pause has begun; it ends at `until` at the latest. `tells` says to report it: once its
    /// first probe fails, too, or at once if the outage is likely to last.
    Paused {
        until: Instant,
        tells: bool,
    },
    /// The pause is over, `after` this long. `tells` says that its beginning was reported.
    Over {
        after: Duration,
        tells: bool,
    },
    /// The run has to end.
    End(EarlyEnd),
}

/// Detects outages, and paces the probes while one lasts.
#[derive(Debug)]
pub(crate) struct Outage {
    settings: OutageSettings,
    /// Respondents since the last definite answer, up to [`MAX_SILENT`].
    silent: Vec<Lane>,
    /// Whether any definite answer has arrived since the start.
    answered: bool,
    /// Rows that were answered with a web page since the start; `None` once any other answer has
    /// arrived.
    pages: Option<Vec<u64>>,
    pause: Option<Pause>,
}

#[derive(Debug)]
struct Pause {
    since: Instant,
    /// Begun because calls got no answer, not because they could not be sent.
    for_silence: bool,
    next_probe: Instant,
    /// Current wait between probes.
    gap: Duration,
    /// The row whose call is the probe, while one is in flight.
    probing: Option<u64>,
    /// Number of probes without an answer.
    probes: usize,
    reason: String,
    /// The pause was reported to the user.
    told: bool,
}

impl Outage {
    pub(crate) fn new(settings: OutageSettings) -> Self {
        Self {
            settings,
            silent: Vec::new(),
            answered: false,
            pages: Some(Vec::new()),
            pause: None,
        }
    }

    /// Whether calls pause in an outage. If so, a call that could not be sent spends no attempt.
    pub(crate) fn pauses(&self) -> bool {
        !self.settings.max_outage.is_zero()
    }

    /// Returns the rows that got nothing but web pages. Their verdicts are not final, since the
    /// platform did not answer.
    pub(crate) fn into_pages(self) -> Vec<u64> {
        self.pages.unwrap_or_default()
    }

    /// Whether calls wait for the platform.
    pub(crate) fn is_paused(&self) -> bool {
        self.pause.is_some()
    }

    /// Whether any definite answer has arrived since the start.
    pub(crate) fn answered(&self) -> bool {
        self.answered
    }

    /// Whether an attempt may start now.
    ///
    /// Only a row that was never tried, or a control call (`has_control`), can end a pause caused
    /// by silence. If neither is available and the platform has answered before, the pause ends
    /// here, and the remaining rows are tried as often as rows are. If untried rows wait behind
    /// rows without an answer, each of these has to be a probe first.
    pub(crate) fn gate(&mut self, now: Instant, untried: Untried, has_control: bool) -> Gate {
        let in_vain = |pause: &Pause| {
            let all_probed = untried.behind.is_none_or(|heads| pause.probes >= heads);
            pause.for_silence && self.answered && !untried.ready && all_probed && !has_control
        };
        if self.pause.as_ref().is_some_and(in_vain) {
            self.pause = None;
            self.silent.clear();
        }
        let most = self.settings.max_outage;
        match &self.pause {
            None => Gate::Open,
            Some(pause) if pause.probing.is_some() => Gate::Closed(pause.since + most),
            Some(pause) if pause.next_probe <= now => Gate::Probe,
            Some(pause) => Gate::Closed(pause.next_probe.min(pause.since + most)),
        }
    }

    /// Whether calls are paused for lack of answers; a control call is then the better probe.
    pub(crate) fn is_silent(&self) -> bool {
        self.pause.as_ref().is_some_and(|pause| pause.for_silence)
    }

    /// Begins a pause because calls get no answer.
    pub(crate) fn pause_for_silence(&mut self, reason: &str, now: Instant) -> Change {
        self.begin(true, reason, now)
    }

    /// Returns when the pause, and the run with it, is given up.
    pub(crate) fn gives_up_at(&self) -> Option<Instant> {
        let pause = self.pause.as_ref()?;
        pause.since.checked_add(self.settings.max_outage)
    }

    /// Returns the end of the run once the pause has lasted too long.
    pub(crate) fn expired(&self, now: Instant) -> Option<EarlyEnd> {
        let pause = self.pause.as_ref()?;
        (now.saturating_duration_since(pause.since) >= self.settings.max_outage).then(|| EarlyEnd::Outage {
            after: self.settings.max_outage,
            reason: pause.reason.clone(),
        })
    }

    /// Records that the call of this row starts as the probe.
    pub(crate) fn probe_started(&mut self, row: u64) {
        if let Some(pause) = &mut self.pause {
            pause.probing = Some(row);
        }
    }

    /// Returns when the next probe is due; `None` if the run is not paused.
    pub(crate) fn next_probe(&self) -> Option<Instant> {
        self.pause.as_ref().map(|pause| pause.next_probe)
    }

    /// Records that an attempt of this row has ended, or was lost to a bug.
    pub(crate) fn attempt_ended(
        &mut self,
        (row, lane): (u64, Lane),
        heard: Heard,
        is_page: bool,
        reason: &str,
        (now, untried): (Instant, Untried),
    ) -> Change {
        if !is_page && self.pages.as_ref().is_some_and(|pages| pages.len() < MAX_PAGES) {
            self.pages = None;
        }
        if let Some(pages) = self.pages.as_mut().filter(|_| row != CONTROL) {
            pages.push(row);
            if pages.len() >= MAX_PAGES {
                return Change::End(EarlyEnd::NotThePlatform { calls: pages.len() });
            }
        }
        if heard == Heard::Definite {
            self.answered = true;
            self.silent.clear();
            return match self.pause.take() {
                Some(pause) => Change::Over {
                    after: now.saturating_duration_since(pause.since),
                    tells: pause.told,
                },
                None => Change::None,
            };
        }
        if let Some(pause) = &mut self.pause {
            if pause.probing == Some(row) {
                pause.probing = None;
                pause.probes += 1;
                pause.gap = pause.gap.saturating_mul(2).min(self.settings.max_backoff);
                pause.next_probe = now + pause.gap.max(MIN_PROBE_GAP);
                reason.clone_into(&mut pause.reason);
                if !std::mem::replace(&mut pause.told, true) {
                    return Change::Paused {
                        until: pause.since + self.settings.max_outage,
                        tells: true,
                    };
                }
            }
            return Change::None;
        }
        if heard == Heard::Nothing && self.silent.len() < MAX_SILENT && !self.silent.contains(&lane) {
            self.silent.push(lane);
        }
        // If nothing was ever answered, the rows are not the reason, however few there are.
        let remain = untried.ready || untried.behind.is_some();
        let too_silent = (remain || !self.answered) && self.silent.len() >= MAX_SILENT;
        match heard {
            _ if !self.pauses() => Change::None,
            Heard::NotSent => self.begin(false, reason, now),
            _ if too_silent => Change::Silent,
            _ => Change::None,
        }
    }

    fn begin(&mut self, for_silence: bool, reason: &str, now: Instant) -> Change {
        let gap = self.settings.backoff.min(self.settings.max_backoff);
        let told = for_silence || !self.answered;
        self.pause = Some(Pause {
            since: now,
            for_silence,
            next_probe: now + gap.max(MIN_PROBE_GAP),
            gap,
            probing: None,
            probes: 0,
            reason: reason.to_owned(),
            told,
        });
        Change::Paused {
            until: now + self.settings.max_outage,
            tells: told,
        }
    }
}

/// Whether an answer claims success with a web page, which the webhook never sends.
pub(crate) fn is_web_page(result: &Result<Reply, TransportError>) -> bool {
    matches!(result, Ok(reply) if (200..=299).contains(&reply.status) && is_page(&reply.body))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::model::Digits;
    use crate::send::answers::classify::classify;

    const READY: Untried = Untried {
        ready: true,
        behind: None,
    };
    const NONE: Untried = Untried {
        ready: false,
        behind: None,
    };

    const SECOND: Duration = Duration::from_secs(1);

    fn outage() -> Outage {
        Outage::new(OutageSettings {
            max_outage: Duration::from_hours(1),
            backoff: SECOND,
            max_backoff: Duration::from_mins(1),
        })
    }

    fn ends(outage: &mut Outage, respondent: u64, heard: Heard, now: Instant) -> Change {
        let id = respondent.to_string();
        let lane = Lane::new(Digits::new("1").unwrap(), Digits::new(&id).unwrap());
        match outage.attempt_ended((respondent, lane), heard, false, "why", (now, READY)) {
            Change::Silent => outage.pause_for_silence("why", now),
            change => change,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_cannot_be_sent_pauses_all_and_probes_are_further_and_further_apart() {
        let (mut outage, start) = (outage(), Instant::now());
        assert_eq!(
            ends(&mut outage, 1, Heard::NotSent, start),
            Change::Paused {
                until: start + Duration::from_hours(1),
                tells: true,
            },
            "nothing was ever answered"
        );
        assert_eq!(
            ends(&mut outage, 2, Heard::NotSent, start),
            Change::None,
            "one pause is enough"
        );
        let mut now = start;
        let mut gaps = Vec::new();
        for _ in 0..9 {
            let Gate::Closed(until) = outage.gate(now, READY, false) else {
                panic!("open at {now:?}")
            };
            gaps.push((until - now).as_secs());
            now = until;
            assert_eq!(outage.gate(now, READY, false), Gate::Probe);
            outage.probe_started(3);
            assert!(
                matches!(outage.gate(now, READY, false), Gate::Closed(_)),
                "one probe at a time"
            );
            ends(&mut outage, 3, Heard::NotSent, now);
        }
        assert_eq!(gaps, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(outage.expired(start + Duration::from_mins(59)), None);
        assert!(outage.expired(start + Duration::from_hours(1)).is_some());
        assert_eq!(
            ends(&mut outage, 3, Heard::Definite, now),
            Change::Over {
                after: now - start,
                tells: true,
            }
        );
        assert_eq!(outage.gate(now, READY, false), Gate::Open);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_that_its_first_probe_ends_is_no_news() {
        let (mut outage, now) = (outage(), Instant::now());
        ends(&mut outage, 1, Heard::Definite, now);
        for probes in 0..3 {
            let begun = ends(&mut outage, 2, Heard::NotSent, now);
            assert!(matches!(begun, Change::Paused { tells: false, .. }), "{begun:?}");
            for probe in 0..probes {
                outage.probe_started(2);
                let change = ends(&mut outage, 2, Heard::NotSent, now);
                assert_eq!(matches!(change, Change::Paused { tells: true, .. }), probe == 0);
            }
            let over = ends(&mut outage, 2, Heard::Definite, now);
            assert!(
                matches!(over, Change::Over { tells, .. } if tells == (probes > 0)),
                "{over:?}"
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn ten_respondents_in_a_row_without_an_answer_pause_while_others_are_untried() {
        let now = Instant::now();
        let mut one_row = outage();
        for _ in 0..30 {
            assert_eq!(
                ends(&mut one_row, 1, Heard::Nothing, now),
                Change::None,
                "one respondent is one"
            );
        }
        let mut broken = outage();
        for respondent in 0..19 {
            let heard = if respondent == 9 {
                Heard::Definite
            } else {
                Heard::Nothing
            };
            assert_eq!(
                ends(&mut broken, respondent, heard, now),
                Change::None,
                "an answer ends the count"
            );
        }
        assert!(matches!(
            ends(&mut broken, 19, Heard::Nothing, now),
            Change::Paused { .. }
        ));
        assert!(matches!(broken.gate(now, READY, false), Gate::Closed(_)));
        assert_eq!(
            broken.gate(now, NONE, false),
            Gate::Open,
            "nobody is left who could tell"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_time_to_wait_there_is_no_pause() {
        let mut never = Outage::new(OutageSettings {
            max_outage: Duration::ZERO,
            ..outage().settings
        });
        for respondent in 0..20 {
            assert_eq!(
                ends(&mut never, respondent, Heard::NotSent, Instant::now()),
                Change::None
            );
            assert_eq!(
                ends(&mut never, respondent, Heard::Nothing, Instant::now()),
                Change::None
            );
        }
        assert!(!never.pauses());
    }

    #[tokio::test(start_paused = true)]
    async fn ten_web_pages_from_the_start_on_are_not_the_platform() {
        let now = Instant::now();
        let lane = Lane::new(Digits::new("1").unwrap(), Digits::new("1").unwrap());
        let count = |first: bool| {
            let mut outage = outage();
            if !first {
                ends(&mut outage, 7, Heard::Definite, now);
            }
            (1..20).find(|_| {
                let change = outage.attempt_ended((1, lane), Heard::Nothing, true, "", (now, READY));
                matches!(change, Change::End(_))
            })
        };
        assert_eq!((count(true), count(false)), (Some(10), None));
    }

    #[test]
    fn what_each_kind_of_end_tells() {
        let heard = |result: &Result<Reply, TransportError>| {
            Heard::from_reply(result, &classify(result, std::time::SystemTime::UNIX_EPOCH))
        };
        let reply = |status, retry_after: Option<&str>, body| {
            Ok(Reply {
                status,
                retry_after: retry_after.map(str::to_owned),
                date: None,
                body,
            })
        };
        let whole = |text: &'static str| Body::Whole(Bytes::from_static(text.as_bytes()));
        for (result, expected) in [
            (reply(200, None, whole(r#"{"type":"success"}"#)), Heard::Definite),
            (reply(200, None, whole(r#"{"type":"error"}"#)), Heard::Definite),
            (reply(200, None, whole("<html>")), Heard::Nothing),
            (reply(200, None, Body::TooLong), Heard::Nothing),
            (reply(200, None, Body::Cut(String::new())), Heard::Nothing),
            (reply(404, None, whole("")), Heard::Definite),
            (reply(404, None, Body::TimedOut), Heard::Nothing),
            (reply(302, None, whole("")), Heard::Definite),
            (reply(401, None, whole("")), Heard::Definite),
            (reply(429, None, whole("")), Heard::Definite),
            (reply(429, Some("120"), whole("")), Heard::Definite),
            (reply(429, Some("121"), whole("")), Heard::Nothing),
            (reply(408, Some("600"), whole("")), Heard::Nothing),
            (reply(500, None, whole("")), Heard::Nothing),
            (reply(501, None, whole("")), Heard::Nothing),
            (reply(503, Some("600"), whole("<html>")), Heard::Nothing),
            (Err(TransportError::TimedOut), Heard::Nothing),
            (Err(TransportError::Interrupted(String::new())), Heard::Nothing),
            (Err(TransportError::BadReply(String::new())), Heard::Nothing),
            (Err(TransportError::NotSent(String::new())), Heard::NotSent),
        ] {
            assert_eq!(heard(&result), expected, "{result:?}");
        }
    }
}
