//! Texts from outside and how they are shown: cleaned, quoted, guarded; ids and times.

pub(super) mod clean;
pub(super) mod csv_field;
pub(super) mod formula;
pub(super) mod ids;
pub(super) mod message;
pub(super) mod normal_form;
pub(super) mod redaction;
pub(super) mod time;
