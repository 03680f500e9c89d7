//! Sentences of commands that look at files and machines.

mod doctor;

pub(crate) use doctor::DoctorWords;
