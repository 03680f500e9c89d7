//! Files that exist under a run's names when it starts, and what is done about them.

pub(super) mod aside;
pub(super) mod attempts;
pub(super) mod decision;
pub(super) mod forms;
pub(super) mod found;
pub(super) mod kept;
pub(super) mod older;
pub(super) mod rounds;
pub(super) mod set_file;
pub(super) mod sets;
pub(super) mod verdicts;
