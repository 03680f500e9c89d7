//! Finds what `help` was asked to explain: a command, a topic of the manual, or everything.

use anyhow::{Result, anyhow};

use crate::cli::{help_of, overview};
use crate::manual::{TOPICS, Topic};
use crate::model::Lang;

/// A page of help that is not rendered yet.
#[derive(Debug)]
pub(crate) enum HelpPage {
    /// A topic, in the language that was asked for.
    Topic(Topic, Lang),
    /// Printed unchanged.
    Text(String),
}

/// Finds the page that the words name. A topic takes precedence over a command of its name (`config`).
///
/// # Errors
///
/// If there is neither. The error lists the most similar names.
pub(in crate::config) fn help(words: &[String], lang: Lang) -> Result<HelpPage> {
    if words.is_empty() {
        return Ok(HelpPage::Text(overview(lang)));
    }
    let name = words.join(" ");
    let topic = Topic::find(&name).map(|topic| HelpPage::Topic(topic, lang));
    topic
        .or_else(|| help_of(words).map(HelpPage::Text))
        .ok_or_else(|| {
            let alike = |topic: &Topic| strsim::jaro_winkler(topic.name, &name.to_lowercase());
            let nearest = TOPICS
                .into_iter()
                .max_by(|one, other| alike(one).total_cmp(&alike(other)));
            let hint = nearest
                .filter(|topic| alike(topic) > 0.7)
                .map(|topic| format!(": did you mean `{}`?", topic.name))
                .unwrap_or_default();
            anyhow!("no command and no topic `{name}`{hint} (`respondent-sync help` lists them)")
        })
}
