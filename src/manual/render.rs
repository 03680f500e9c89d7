//! A page of the manual as text of a given width: paragraphs wrapped, lists with a hanging indent, code as it stands.
//! Tables are laid out in `manual/table.rs`. Pure.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::table::Table;

/// The width of a code block's margin, in columns.
const MARGIN: &str = "    ";

/// How text is emphasised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Emphasis {
    /// By ANSI codes: a terminal shows them.
    Bold,
    Nothing,
}

impl Emphasis {
    fn bold(self, text: &str) -> String {
        match self {
            Self::Bold => format!("\u{1b}[1m{text}\u{1b}[0m"),
            Self::Nothing => text.to_owned(),
        }
    }
}

/// Renders Markdown in at most `width` columns; code blocks and names in tables may be wider.
pub(crate) fn render(markdown: &str, width: usize, emphasis: Emphasis) -> String {
    let mut page = Page {
        out: String::new(),
        text: String::new(),
        lists: Vec::new(),
        table: None,
        is_code: false,
        width,
        emphasis,
    };
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        page.take_in(event);
    }
    page.out
}

/// A page as it is rendered.
struct Page {
    out: String,
    /// The block so far, unwrapped.
    text: String,
    /// The open lists: the number of the next item, or `None` for bullets.
    lists: Vec<Option<u64>>,
    table: Option<Table>,
    is_code: bool,
    width: usize,
    emphasis: Emphasis,
}

impl Page {
    fn take_in(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.text.push_str(&text),
            Event::Code(code) => {
                self.text.push('`');
                self.text.push_str(&code);
                self.text.push('`');
            }
            Event::SoftBreak | Event::HardBreak => self.text.push(' '),
            _ => {}
        }
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::List(first) => {
                // The text of the item that the list stands in.
                self.flush_item();
                self.lists.push(*first);
            }
            Tag::Item => self.text.clear(),
            Tag::CodeBlock(CodeBlockKind::Fenced(_) | CodeBlockKind::Indented) => {
                self.flush_item();
                self.is_code = true;
            }
            Tag::Table(_) => self.table = Some(Table::default()),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                let heading = std::mem::take(&mut self.text);
                let heading = self.emphasis.bold(&self.wrapped(&heading, "", "  "));
                self.block(&heading);
            }
            TagEnd::Paragraph if self.lists.is_empty() => {
                let paragraph = std::mem::take(&mut self.text);
                let lines = self.wrapped(&paragraph, "", "");
                self.block(&lines);
            }
            TagEnd::Paragraph | TagEnd::Item => self.flush_item(),
            TagEnd::List(_) => {
                self.lists.pop();
                if self.lists.is_empty() {
                    self.out.push('\n');
                }
            }
            TagEnd::CodeBlock => {
                self.is_code = false;
                let code = std::mem::take(&mut self.text);
                self.block(textwrap::indent(&code, MARGIN).trim_end());
            }
            TagEnd::TableCell => {
                let cell = std::mem::take(&mut self.text);
                if let Some(table) = &mut self.table {
                    table.cell(cell);
                }
            }
            TagEnd::TableHead | TagEnd::TableRow => {
                if let Some(table) = &mut self.table {
                    table.end_row();
                }
            }
            TagEnd::Table => {
                if let Some(table) = self.table.take() {
                    let lines = table.lines(self.width);
                    self.block(&lines);
                }
            }
            _ => {}
        }
    }

    /// Writes an item of a list, or a further paragraph of it.
    fn flush_item(&mut self) {
        let text = std::mem::take(&mut self.text);
        let depth = self.lists.len();
        let Some(number) = self.lists.last_mut() else {
            self.text = text;
            return;
        };
        if text.trim().is_empty() {
            return;
        }
        let mark = match number {
            Some(number) => {
                *number += 1;
                format!("{}. ", *number - 1)
            }
            None => "- ".to_owned(),
        };
        let indent = "  ".repeat(depth - 1);
        let first = format!("{indent}{mark}");
        let rest = " ".repeat(first.len());
        let lines = self.wrapped(&text, &first, &rest);
        self.out.push_str(&lines);
        self.out.push('\n');
    }

    fn wrapped(&self, text: &str, first: &str, rest: &str) -> String {
        wrap(text, self.width, first, rest)
    }

    /// Writes a block and a blank line behind it.
    fn block(&mut self, lines: &str) {
        self.out.push_str(lines);
        self.out.push_str("\n\n");
    }
}

/// Wraps at words, never within one.
pub(crate) fn wrap(text: &str, width: usize, first: &str, rest: &str) -> String {
    let options = textwrap::Options::new(width)
        .initial_indent(first)
        .subsequent_indent(rest)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .break_words(false);
    textwrap::fill(text.trim(), options)
}
