//! Pages about runs that name the person: those with ids. A page is made of the other files, so it is
//! removed as a whole; `report` makes it again.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use crate::record::{KeptFiles, is_page, page_beside};
use crate::run::commands::kept::person::{Named, Person};
use crate::run::pages;

/// Finds the pages of these runs that name the person.
pub(super) fn naming<'a>(runs: impl Iterator<Item = &'a KeptFiles>, person: &Person) -> Vec<PathBuf> {
    let pages: BTreeSet<PathBuf> = runs
        .filter_map(|run| {
            let summary = run.summary.as_ref()?;
            let stored = pages::stored_run(summary).ok()?;
            page_beside(summary, pages::named_page(&stored))
        })
        .collect();
    let names_person = |page: &PathBuf| {
        let text = fs::read_to_string(page).unwrap_or_default();
        is_page(page) && ids(&text).any(|id| person.named_in(id) == Named::Person)
    };
    pages.into_iter().filter(names_person).collect()
}

/// Returns the ids on a page.
fn ids(page: &str) -> impl Iterator<Item = &str> {
    let behind = page.split("<td class=\"id\"><bdi>").skip(1);
    behind.filter_map(|text| text.split_once("</bdi>").map(|(id, _)| id))
}
