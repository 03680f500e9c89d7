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
    /// The open lists, the outermost first.
    lists: Vec<List>,
    table: Option<Table>,
    width: usize,
    emphasis: Emphasis,
}

/// A list that is open.
struct List {
    /// The number of the next item; `None` for bullets.
    next: Option<u64>,
    /// The columns before the text of its items.
    indent: usize,
    /// The current item has its bullet or number already.
    is_marked: bool,
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
                if self.lists.is_empty() {
                    self.separate();
                }
                let indent = self.indent();
                self.lists.push(List {
                    next: *first,
                    indent,
                    is_marked: false,
                });
            }
            Tag::Item => {
                if let Some(list) = self.lists.last_mut() {
                    list.is_marked = false;
                }
            }
            Tag::CodeBlock(CodeBlockKind::Fenced(_) | CodeBlockKind::Indented) => self.flush_item(),
            Tag::Table(_) => self.table = Some(Table::default()),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                let heading = std::mem::take(&mut self.text);
                let heading = self.emphasis.bold(&wrap(&heading, self.width, "", "  "));
                self.block(&heading);
            }
            TagEnd::Paragraph if self.lists.is_empty() => {
                let paragraph = std::mem::take(&mut self.text);
                let lines = wrap(&paragraph, self.width, "", "");
                self.block(&lines);
            }
            TagEnd::Paragraph | TagEnd::Item => self.flush_item(),
            TagEnd::List(_) => drop(self.lists.pop()),
            TagEnd::CodeBlock => {
                let code = std::mem::take(&mut self.text);
                let margin = match self.lists.last() {
                    Some(list) => " ".repeat(list.indent),
                    None => MARGIN.to_owned(),
                };
                self.block(textwrap::indent(&code, &margin).trim_end());
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

    /// The columns before the text of the innermost list's items.
    fn indent(&self) -> usize {
        self.lists.last().map_or(0, |list| list.indent)
    }

    /// Writes an item of a list with its mark, or a further paragraph of it.
    fn flush_item(&mut self) {
        let outer = self.lists.iter().rev().nth(1).map_or(0, |list| list.indent);
        let Some(list) = self.lists.last_mut() else {
            return;
        };
        let text = std::mem::take(&mut self.text);
        if text.trim().is_empty() {
            return;
        }
        if list.is_marked {
            let indent = " ".repeat(list.indent);
            let lines = wrap(&text, self.width, &indent, &indent);
            self.block(&lines);
            return;
        }
        let mark = match &mut list.next {
            Some(number) => {
                *number += 1;
                format!("{}. ", *number - 1)
            }
            None => "- ".to_owned(),
        };
        list.is_marked = true;
        list.indent = outer + mark.len();
        let first = format!("{}{mark}", " ".repeat(outer));
        let lines = wrap(&text, self.width, &first, &" ".repeat(list.indent));
        self.out.push_str(&lines);
        self.out.push('\n');
    }

    /// Writes a block, with a blank line before it.
    fn block(&mut self, lines: &str) {
        self.separate();
        self.out.push_str(lines);
        self.out.push('\n');
    }

    /// Ends what was written with a blank line.
    fn separate(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
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
