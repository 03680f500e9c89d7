//! A page of the manual as a man page of section 7, `respondent-sync-TOPIC.7`. The pages of commands are
//! made in `cli/man.rs`. Pure.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use roff::{Inline, Roff, bold, line_break, roman};

use super::Topic;
use crate::model::version;

/// Indent of code and of what stands below a bullet, in characters.
const INDENT: &str = "4";

impl Topic {
    /// Returns the name of its man page.
    pub(crate) fn man_name(self) -> String {
        format!("respondent-sync-{}", self.name)
    }

    /// Renders its man page.
    pub(crate) fn man_page(self) -> String {
        let mut page = ManPage::default();
        let name = self.man_name();
        let source = format!("respondent-sync {}", version::VERSION);
        let title = [
            name.as_str(),
            "7",
            version::date(),
            source.as_str(),
            "respondent-sync",
        ];
        page.roff.control("TH", title);
        page.roff.control("SH", ["NAME"]);
        page.roff.text([roman(format!("{name} - {}", self.purpose()))]);
        let text = self.text.split_once('\n').map_or("", |(_, rest)| rest);
        if !text.trim_start().starts_with("## ") {
            page.roff.control("SH", ["DESCRIPTION"]);
            page.is_first = true;
        }
        for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
            page.take_in(event);
        }
        page.roff.control("SH", ["SEE ALSO"]);
        page.roff
            .text([bold("respondent-sync"), roman("(1), which lists all pages")]);
        page.roff.render()
    }
}

/// A page as it is rendered.
#[derive(Default)]
struct ManPage {
    roff: Roff,
    /// The line of text so far.
    line: Vec<Inline>,
    /// The next paragraph follows a heading or a mark, which begins it.
    is_first: bool,
    /// The open lists, the outermost first: the number of the next item, `None` for bullets.
    lists: Vec<Option<u64>>,
    is_code: bool,
    /// The names of the table's columns.
    columns: Vec<String>,
    /// The cells of the row so far.
    row: Vec<Vec<Inline>>,
}

impl ManPage {
    fn take_in(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.is_code => {
                for line in text.lines() {
                    self.roff.text([roman(line)]);
                }
            }
            Event::Text(text) => self.line.push(roman(text.as_ref())),
            Event::Code(code) => self.line.push(bold(code.as_ref())),
            Event::SoftBreak | Event::HardBreak => self.line.push(roman(" ")),
            _ => {}
        }
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Paragraph => self.begin_paragraph(),
            Tag::CodeBlock(_) => {
                let follows_heading = self.is_first && self.line.is_empty();
                self.flush();
                if !follows_heading {
                    self.roff.control("PP", []);
                }
                self.roff.control("RS", [INDENT]);
                self.roff.control("nf", []);
                self.is_code = true;
            }
            Tag::List(first) => {
                self.flush();
                if !self.lists.is_empty() {
                    self.roff.control("RS", [INDENT]);
                }
                self.lists.push(*first);
            }
            Tag::Item => self.begin_item(),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(level) => {
                let title: String = self.line.drain(..).map(text_of).collect();
                let macro_name = if level == HeadingLevel::H2 { "SH" } else { "SS" };
                self.roff.control(macro_name, [title.as_str()]);
                self.is_first = true;
            }
            TagEnd::Paragraph | TagEnd::Item => self.flush(),
            TagEnd::CodeBlock => {
                self.is_code = false;
                self.roff.control("fi", []);
                self.roff.control("RE", []);
            }
            TagEnd::List(_) => {
                self.lists.pop();
                if !self.lists.is_empty() {
                    self.roff.control("RE", []);
                }
            }
            TagEnd::TableCell => self.row.push(std::mem::take(&mut self.line)),
            TagEnd::TableHead => {
                let cells = self.row.drain(..);
                self.columns = cells
                    .map(|cell| cell.into_iter().map(text_of).collect())
                    .collect();
            }
            TagEnd::TableRow => self.end_row(),
            _ => {}
        }
    }

    fn begin_paragraph(&mut self) {
        if std::mem::take(&mut self.is_first) {
            return;
        }
        if self.lists.is_empty() {
            self.roff.control("PP", []);
        } else {
            self.roff.control("IP", [" ", INDENT]);
        }
    }

    fn begin_item(&mut self) {
        let mark = match self.lists.last_mut() {
            Some(Some(number)) => {
                *number += 1;
                format!("{}.", *number - 1)
            }
            _ => "\u{2022}".to_owned(),
        };
        self.roff.control("IP", [mark.as_str(), INDENT]);
        self.is_first = true;
    }

    /// Writes a row: its first cell as the term, the others below it, each further one with the name of
    /// its column.
    fn end_row(&mut self) {
        let mut cells = self.row.drain(..);
        self.roff.control("TP", []);
        self.roff.text(cells.next().unwrap_or_default());
        let mut line = Vec::new();
        for (column, cell) in self.columns.iter().skip(1).zip(cells) {
            if cell.is_empty() {
                continue;
            }
            if self.columns.len() > 2 {
                if !line.is_empty() {
                    line.push(line_break());
                }
                line.push(roman(format!("{column}: ")));
            }
            line.extend(cell);
        }
        self.roff.text(line);
    }

    fn flush(&mut self) {
        if !self.line.is_empty() {
            self.roff.text(std::mem::take(&mut self.line));
        }
        self.is_first = false;
    }
}

fn text_of(inline: Inline) -> String {
    match inline {
        Inline::Roman(text) | Inline::Bold(text) | Inline::Italic(text) => text,
        Inline::LineBreak => " ".to_owned(),
    }
}
