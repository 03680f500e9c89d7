//! What is measured while calls are made, in bounded memory: how many in which second, how long they
//! took, and when the run had to wait.

pub(super) mod course;
pub(super) mod histogram;
pub(super) mod timeline;
