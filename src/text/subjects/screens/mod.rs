//! Sentences of commands that look at files and machines.

mod doctor;
mod forget;

pub(crate) use doctor::DoctorWords;
pub(crate) use forget::{ForgetWords, Left, Traces};
