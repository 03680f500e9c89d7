//! Rows: their text, what their columns mean, and the plan for each.

pub(super) mod export;
pub(super) mod fault;
pub(super) mod layout;
pub(super) mod listed;
pub(super) mod member;
pub(super) mod planned;
pub(super) mod row;
pub(super) mod template;
pub(super) mod update;
