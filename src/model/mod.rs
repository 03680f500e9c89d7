//! The words of the tool: what a row, a command, an answer and an outcome are.
//!
//! Everything here is a value. Nothing opens a file, waits, or reads a clock, and nothing here knows a
//! stage: the stages ([`crate::read`], [`crate::plan`], [`crate::send`], [`crate::record`],
//! [`crate::report`]) hand these types to one another and do not know each other.

mod concurrency;
mod csv_field;
mod deadline;
mod delta_mode;
mod early_end;
mod endpoint;
mod error_code;
mod export;
mod fingerprint;
mod guard;
mod ids;
mod layout;
mod outcome;
mod planned;
mod rate;
mod redaction;
mod row;
mod store_run;
mod template;
mod text;
mod threshold;
mod time;
mod update;
mod waiting;

pub(crate) use concurrency::Concurrency;
pub(crate) use csv_field::{push_csv_field, push_csv_record};
pub(crate) use deadline::Deadline;
pub(crate) use delta_mode::DeltaMode;
pub(crate) use early_end::{EarlyEnd, Signal};
pub(crate) use endpoint::{Credentials, Endpoint, Method, is_loopback};
pub(crate) use error_code::{Action, ErrorCode};
#[cfg(test)]
pub(crate) use export::LabelCount;
pub(crate) use export::{Export, LastExport};
pub(crate) use fingerprint::{CONTENT, Fingerprint};
pub(crate) use guard::{guarded, guarded_cell, guarded_value, unguarded_cell};
pub(crate) use ids::Digits;
pub(crate) use layout::{Label, Layout, ValueFrom};
pub(crate) use outcome::{Outcome, Settled, Status};
pub(crate) use planned::{Plan, PlannedRow, ROW_BYTES, SLOTS, Unsent, slots_for};
pub(crate) use rate::Rate;
pub(crate) use row::{Fields, Position, Row, RowError};
pub(crate) use store_run::{SentRow, StoreRun};
pub(crate) use template::Template;
pub(crate) use text::{
    ShownPath, clean, is_blank, is_invisible, printable, printable_json, quoted, trim_invisible,
};
pub(crate) use threshold::{CountOrPercent, reaches};
pub(crate) use time::{local_time, rfc3339, rfc3339_around_fraction, time_in_name};
pub(crate) use update::{Lane, UpdateRespondent};
pub(crate) use waiting::Waiting;
