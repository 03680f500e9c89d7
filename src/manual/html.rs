//! The manual as one web page, to be read without the program and without a network. Pure.

use std::fmt::Write as _;

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};

use super::{TOPICS, Topic};
use crate::model::Lang;

/// Readable on a screen of any width, and printed; no script, no font and no picture from elsewhere.
const STYLE: &str = "\
:root { color-scheme: light dark }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem }
pre { overflow-x: auto; padding: .5rem .75rem; border: 1px solid #8886; border-radius: .25rem }
code { font-family: ui-monospace, Consolas, monospace; font-size: .9rem }
table { border-collapse: collapse; display: block; overflow-x: auto }
th, td { border: 1px solid #8886; padding: .25rem .5rem; text-align: left; vertical-align: top }
section { border-top: 1px solid #8886; margin-top: 3rem }
";

/// The sentences of the page that are of no topic.
struct Frame {
    lang: &'static str,
    title: &'static str,
    introduction: &'static str,
    contents: &'static str,
}

const ENGLISH: Frame = Frame {
    lang: "en",
    title: "respondent-sync: the manual",
    introduction: "Sets the labels of respondents on the platform from a CSV or Excel export. \
        A newcomer reads `install`, then `start`.",
    contents: "Topics",
};

const POLISH: Frame = Frame {
    lang: "pl",
    title: "respondent-sync: podręcznik",
    introduction: "Program przenosi dane z eksportu (CSV lub Excel) do etykiet respondentów na platformie. \
        Na początek przeczytaj `install`, potem `start`. Pozostałe tematy są po angielsku, \
        w `README.html` i po wpisaniu `respondent-sync help TEMAT`.",
    contents: "Tematy",
};

/// Returns the topics that exist in a language as one page, with links between them.
pub(crate) fn web_page(lang: Lang, version: &str) -> String {
    let frame = match lang {
        Lang::En => ENGLISH,
        Lang::Pl => POLISH,
    };
    let topics: Vec<Topic> = TOPICS
        .into_iter()
        .filter(|topic| lang == Lang::En || topic.is_polish())
        .collect();
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
        <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
        <title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<h1>{}</h1>\n<p>respondent-sync {version}</p>\n",
        frame.lang, frame.title, frame.title,
    );
    page.push_str(&body_of(frame.introduction, &topics));
    // Writing to a text does not fail.
    writeln!(page, "<h2>{}</h2>\n<ul>", frame.contents).ok();
    for topic in &topics {
        let purpose = escaped(topic.purpose_in(lang));
        let name = topic.name;
        writeln!(page, "<li><a href=\"#{name}\">{name}</a>: {purpose}</li>").ok();
    }
    page.push_str("</ul>\n");
    for topic in &topics {
        writeln!(page, "<section id=\"{}\">", topic.name).ok();
        page.push_str(&body_of(topic.text_in(lang), &topics));
        page.push_str("</section>\n");
    }
    page.push_str("</body>\n</html>\n");
    page
}

/// Renders Markdown; what it names a topic in `respondent-sync help TOPIC` or by its bare name in the
/// introduction links to it.
fn body_of(markdown: &str, topics: &[Topic]) -> String {
    let link = |code: &str| {
        let name = code.strip_prefix("respondent-sync help ").unwrap_or(code);
        topics.iter().find(|topic| topic.name == name)
    };
    let is_command = |code: &str| code.starts_with("respondent-sync help ");
    let is_introduction = !markdown.starts_with("# ");
    let mut in_link = false;
    let events = Parser::new_ext(markdown, Options::ENABLE_TABLES).map(|event| {
        match &event {
            Event::Start(Tag::Link { .. }) => in_link = true,
            Event::End(TagEnd::Link) => in_link = false,
            _ => {}
        }
        match &event {
            Event::Code(code) if !in_link && (is_introduction || is_command(code)) => match link(code) {
                Some(topic) => Event::InlineHtml(CowStr::from(format!(
                    "<a href=\"#{}\"><code>{}</code></a>",
                    topic.name,
                    escaped(code)
                ))),
                None => event,
            },
            _ => event,
        }
    });
    let mut body = String::new();
    html::push_html(&mut body, events);
    body
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
