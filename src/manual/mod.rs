//! The manual: one page per topic, compiled in. What a page says is in `manual/en/`, for newcomers also
//! in `manual/pl/`; this room finds one and renders it for a terminal, as a man page, or all of them as a
//! web page.
//!
//! A page's first line is its heading, `# topic: what it is for`.

mod html;
mod man;
mod render;
mod table;
#[cfg(test)]
mod tests;

pub(crate) use html::web_page;
pub(crate) use render::{Emphasis, render, wrap};

use super::model::Lang;

/// The pages in Polish.
const POLISH: [(&str, &str); 8] = [
    ("start", include_str!("pl/start.md")),
    ("install", include_str!("pl/install.md")),
    ("input", include_str!("pl/input.md")),
    ("errors", include_str!("pl/errors.md")),
    ("report", include_str!("pl/report.md")),
    ("nightly", include_str!("pl/nightly.md")),
    ("pull", include_str!("pl/pull.md")),
    ("windows", include_str!("pl/windows.md")),
];

/// What to type first, and what there is, in Polish.
pub(crate) const POLISH_OVERVIEW: &str = include_str!("pl/overview.txt");

/// A page of the manual.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Topic {
    pub(crate) name: &'static str,
    /// Markdown.
    pub(crate) text: &'static str,
}

macro_rules! topics {
    ($($name:literal),* $(,)?) => {
        [$(Topic { name: $name, text: include_str!(concat!("en/", $name, ".md")) }),*]
    };
}

/// All topics, in the order in which a newcomer needs them.
pub(crate) const TOPICS: [Topic; 23] = topics![
    "start",
    "install",
    "input",
    "output",
    "statuses",
    "errors",
    "exit-codes",
    "report",
    "nightly",
    "scale",
    "changed-only",
    "pull",
    "guards",
    "config",
    "secrets",
    "flags",
    "pace",
    "logs",
    "network",
    "promises",
    "privacy",
    "windows",
    "speed",
];

impl Topic {
    /// Finds the topic of a name, in any case; a space or an underscore stands for a hyphen.
    pub(crate) fn find(name: &str) -> Option<Self> {
        let name = name.trim().to_lowercase().replace([' ', '_'], "-");
        TOPICS.into_iter().find(|topic| topic.name == name)
    }

    /// Returns the page in a language; in English if it is not in that one.
    pub(crate) fn text_in(self, lang: Lang) -> &'static str {
        let polish = POLISH.iter().find(|(name, _)| *name == self.name);
        match (lang, polish) {
            (Lang::Pl, Some((_, text))) => text,
            _ => self.text,
        }
    }

    /// Whether the page is in Polish, too.
    pub(crate) fn is_polish(self) -> bool {
        POLISH.iter().any(|(name, _)| *name == self.name)
    }

    /// What the page is for, as its heading says it.
    pub(crate) fn purpose(self) -> &'static str {
        self.purpose_in(Lang::En)
    }

    /// What the page is for, in a language; in English if the page is not in that one.
    pub(crate) fn purpose_in(self, lang: Lang) -> &'static str {
        let heading = self.text_in(lang).lines().next().unwrap_or_default();
        heading.split_once(": ").map_or("", |(_, purpose)| purpose)
    }
}
