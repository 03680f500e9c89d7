//! Sentences of commands that look at files and machines.

mod doctor;
mod forget;
mod history;
mod list;
mod page;

pub(crate) use doctor::DoctorWords;
pub(crate) use forget::{ForgetWords, Left, Traces};
pub(crate) use history::{Absent, HistoryWords, NextStep, RowView};
pub(crate) use list::{ListWords, Undoing};
pub(crate) use page::{Headline, Need, PageLabel, PageWords, Trend};
