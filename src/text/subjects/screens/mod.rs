//! Sentences of commands that look at files and machines.

mod doctor;
mod forget;
mod page;

pub(crate) use doctor::DoctorWords;
pub(crate) use forget::{ForgetWords, Left, Traces};
pub(crate) use page::{Headline, Need, PageLabel, PageWords, Trend};
