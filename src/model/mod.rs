//! The shared vocabulary: what a row, a command, an answer and an outcome are.
//!
//! Everything here is a value. Nothing opens a file, waits or reads a clock, and nothing depends on
//! a stage. The stages ([`crate::read`], [`crate::plan`], [`crate::send`], [`crate::record`],
//! [`crate::report`]) pass these types to one another and do not know each other.

mod fingerprint;
mod label;
mod measures;
mod outcomes;
mod rows;
mod settings;
mod store_run;
mod text;
pub(crate) mod version;

pub(crate) use fingerprint::{ACCOUNT, CONTENT, Fingerprint, LIST};
pub(crate) use label::Label;
pub(crate) use measures::course::{Course, MAX_WAITS, ResponseTimes, Wait};
pub(crate) use measures::histogram::Histogram;
pub(crate) use measures::timeline::{Bucket, Timeline};
pub(crate) use outcomes::early_end::{EarlyEnd, Signal};
pub(crate) use outcomes::edited::Edited;
pub(crate) use outcomes::error_code::{Action, ErrorCode};
pub(crate) use outcomes::outcome::{Outcome, Settled, Status};
pub(crate) use outcomes::waiting::Waiting;
#[cfg(test)]
pub(crate) use rows::export::LabelCount;
pub(crate) use rows::export::{Export, LastExport};
pub(crate) use rows::fault::{FaultText, RowFault};
pub(crate) use rows::layout::{Layout, ValueFrom};
pub(crate) use rows::listed::{Labelled, Listed, ListedLabel};
pub(crate) use rows::member::{LISTED_LABELS, ListedSurvey, Member};
pub(crate) use rows::planned::{Plan, PlannedRow, ROW_BYTES, SLOTS, Unsent, slots_for};
pub(crate) use rows::row::{Fields, Position, Row};
pub(crate) use rows::template::Template;
pub(crate) use rows::update::{Lane, UpdateRespondent};
pub(crate) use settings::api::{Api, ApiCredentials};
pub(crate) use settings::concurrency::Concurrency;
pub(crate) use settings::deadline::Deadline;
pub(crate) use settings::delta_mode::DeltaMode;
pub(crate) use settings::endpoint::{Credentials, Endpoint, Method, is_loopback};
pub(crate) use settings::identity::{Identity, Tag, Tags, check_run_id, new_run_id, to_uuid};
pub(crate) use settings::lang::Lang;
pub(crate) use settings::rate::Rate;
pub(crate) use settings::recorded::{RecordedSettings, SettingValue};
pub(crate) use settings::retry::{Backoff, MAX_HOLD_OFF, RetryPolicy, retry_after};
pub(crate) use settings::threshold::{CountOrPercent, reaches};
pub(crate) use store_run::{SentRow, StoreRun};
pub(crate) use text::clean::{
    ShownPath, clean, is_blank, is_invisible, printable, printable_json, quoted, trim_invisible,
};
pub(crate) use text::csv_field::{push_csv_field, push_csv_record};
pub(crate) use text::formula::{guarded, guarded_cell, guarded_value, unguarded_cell};
pub(crate) use text::ids::Digits;
pub(crate) use text::message::Message;
pub(crate) use text::normal_form::label_digest;
pub(crate) use text::time::{
    clock_time, date_in, local_date, local_minute_in, local_time, local_time_in, rfc3339,
    rfc3339_around_fraction, time_in_name, time_of_day, zoned_time_in,
};
