//! The rules that always hold, numbered, in one place. Code that keeps a rule links to it. This file holds no code.
//!
//! # Rule 1
//!
//! **One outcome per row.** Every row that the dispatcher takes has exactly one outcome. A run that ends early gives none
//! to rows that were never sent. A panic in one call costs that row (`internal`), never the run.
//!
//! # Rule 2
//!
//! **Success** is a 2xx whose body is a whole JSON object with exactly one `type`, equal to `success`. Nothing else is a
//! success. At most 64 KiB of an answer are read, compression is not requested, and `--timeout` bounds the whole attempt.
//!
//! # Rule 3
//!
//! **Order per respondent.** At most one call is in flight per survey and respondent. Rows of one respondent are sent in
//! file order, retries included. After an attempt in doubt (timeout, cut, 502, 504, 520, 524) the platform may still
//! apply it, so a row of that respondent with other content waits until `--timeout` after the last such attempt ended.
//!
//! # Rule 4
//!
//! **The rate counts attempts.** Permits are taken in this order: window slot, lane, concurrency, rate token. With rate
//! R, no window of one second holds more than R + 1 attempt starts (above 100/s: R + 1 %), and the mean is at least
//! 99.5 % of R while the platform keeps up. The token is spent when the call can be written at once: a call that has to
//! connect takes it when the connection stands.
//!
//! # Rule 5
//!
//! **Retried** are calls that were not sent, timeouts, cut connections, 408, 425, 429, every 5xx but 501 and 505, and an
//! unreadable 2xx. Never retried: `rejected`, other 4xx, 3xx, 501, 505.
//!
//! # Rule 6
//!
//! **`Retry-After`** of at most two minutes holds off all calls and is only raised by a later one. A longer one is not
//! waited for: the row is not retried, and the answer counts for rule 7.
//!
//! # Rule 7
//!
//! **An outage costs no row.** (a) A call that could not be sent spends no attempt; the first one pauses all calls. (b) Ten
//! respondents in a row without a definite answer pause them too, while untried rows remain. During a pause one probe is
//! made after `--backoff`, doubled up to `--max-backoff`; a definite answer ends the pause, `--max-outage` ends the run.
//!
//! # Rule 8
//!
//! **A fault that is not the row's own ends the run.** (a) Five 401, 403 or 3xx in a row. (b) `--max-same-error` other 4xx
//! without a JSON `type` in a row. (c) Five hundred distinct respondents rejected with the same message, if no success is
//! known. When such a streak is full, one control call repeats an acknowledged command: if it succeeds, the rows are at
//! fault and the run goes on; if it meets the same fault, the run ends, and `--resume` sends the rows of the streak again.
//!
//! # Rule 9
//!
//! **Secrets** appear in no log, error, panic, file, process list or report, at any verbosity. Redirects and `Referer` are
//! off, TLS is verified, an untrusted certificate ends the run before a row is sent, and a proxy is used for `https` only.
//!
//! # Rule 10
//!
//! **Memory does not grow with the file**, digests of its blocks apart (1.3 MB at 10 GB). Every channel is bounded.
//!
//! # Rule 11
//!
//! **Nothing that exists is overwritten unasked**, rehearsals apart.
//!
//! # Rule 12
//!
//! **Personal data.** Cells appear on a terminal, in results (`--keep`) and in the failed file only; respondent ids also
//! from `-vv` on. In what the platform says, the row's own id and values become placeholders before anything is counted
//! or quoted; off a terminal a message is quoted once three respondents got it.
//!
//! # Rule 13
//!
//! **A file is read once in full before its first call.** What cannot be used is refused while nothing has been sent. On
//! every later read a row is handed on only from blocks that are byte for byte those of the first.
