//! Finds what `help` was asked to explain: a command, a topic of the manual, or everything; and makes the
//! files of `manual`.

use std::path::PathBuf;

use anyhow::{Result, anyhow};

use crate::cli::{ManualArgs, ManualFormatArg, help_of, man_pages, overview};
use crate::manual::{TOPICS, Topic, web_page};
use crate::model::{Lang, version};

/// A page of help that is not rendered yet.
#[derive(Debug)]
pub(crate) enum HelpPage {
    /// A topic, in the language that was asked for.
    Topic(Topic, Lang),
    /// Printed unchanged.
    Text(String),
}

/// The files of the manual, not written yet.
#[derive(Debug)]
pub(crate) struct ManualSettings {
    pub(crate) folder: PathBuf,
    /// Each file's name and text.
    pub(crate) files: Vec<(String, String)>,
}

/// Makes the files of the manual in a form.
pub(in crate::config) fn manual(args: ManualArgs) -> ManualSettings {
    let files = match args.format {
        ManualFormatArg::Man => {
            let topics = TOPICS.map(|topic| (format!("{}.7", topic.man_name()), topic.man_page()));
            man_pages().into_iter().chain(topics).collect()
        }
        ManualFormatArg::Html => {
            let page = |lang| web_page(lang, &version::full());
            vec![
                ("README.html".to_owned(), page(Lang::En)),
                ("CZYTAJ.html".to_owned(), page(Lang::Pl)),
            ]
        }
    };
    ManualSettings {
        folder: args.folder,
        files,
    }
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
