//! `help`: renders a page for the terminal that it is read on, or for a pipe.

use crate::config::HelpPage;
use crate::manual::{Emphasis, render};
use crate::report::Console;
use crate::system::terminal::pager;

/// Maximum width of a page, in columns. Longer lines are hard to read.
const MAX_WIDTH: usize = 100;

/// Width of a page that is not shown on a terminal, in columns.
const USUAL_WIDTH: usize = 80;

/// Shows a page, with a pager if the terminal needs one.
pub(in crate::run) fn show(page: &HelpPage, console: &Console) {
    let is_shown = console.is_output_shown();
    let (width, emphasis) = if is_shown {
        (pager::width().min(MAX_WIDTH), Emphasis::Bold)
    } else {
        (USUAL_WIDTH, Emphasis::Nothing)
    };
    let text = match page {
        HelpPage::Topic(topic, lang) => render(topic.text_in(*lang), width, emphasis),
        HelpPage::Text(text) => text.clone(),
    };
    if !(is_shown && pager::show(&text)) {
        console.print_page(&text);
    }
}
