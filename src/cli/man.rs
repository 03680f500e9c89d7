//! The man pages of the commands (section 1), made of the same definitions as the help. Those of the
//! manual's topics are made in `manual/man.rs`.

use clap::Command;
use clap_mangen::Man;
use roff::{Roff, bold, roman};

use super::shape;
use crate::manual::TOPICS;
use crate::model::version;

/// Returns the man page of the program and of each command: the file's name without folder, and its
/// text.
pub(crate) fn man_pages() -> Vec<(String, String)> {
    let mut whole = shape::command();
    whole.build();
    let mut pages = Vec::new();
    add(&whole, &mut pages);
    pages
}

fn add(command: &Command, pages: &mut Vec<(String, String)>) {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name());
    pages.push((format!("{name}.1"), page(command, name)));
    for sub in command.get_subcommands() {
        add(sub, pages);
    }
}

fn page(command: &Command, name: &str) -> String {
    // The closing sections are ours: clap_mangen would fill the lines of examples.
    let bare = command.clone().subcommand_help_heading("COMMANDS");
    let usage = command.clone().render_usage().to_string();
    let usage = usage.strip_prefix("Usage: ").unwrap_or(&usage).to_owned();
    let bare = bare
        .mut_args(|arg| arg.hide_short_help(false))
        .override_usage(usage)
        .after_help(None)
        .after_long_help(None)
        .version(None);
    let man = Man::new(bare)
        .date(version::date())
        .source(format!("respondent-sync {}", version::VERSION))
        .manual("respondent-sync");
    let mut text = Vec::new();
    // Writing to a vector cannot fail.
    man.render(&mut text).ok();
    // clap_mangen breaks the line before and after a blank one, which is one break too many.
    let mut text = String::from_utf8_lossy(&text).replace("\n.br\n\n.br\n", "\n.sp\n");
    text.push_str(&closing(command, name).render());
    text
}

/// Returns the sections after the flags: what stands below them in the help, and other pages.
fn closing(command: &Command, name: &str) -> Roff {
    let mut roff = Roff::new();
    let after = command.get_after_long_help().or(command.get_after_help());
    for paragraph in after.map(ToString::to_string).unwrap_or_default().split("\n\n") {
        if let Some(examples) = paragraph.strip_prefix("Examples:\n") {
            roff.control("SH", ["EXAMPLES"]);
            roff.control("nf", []);
            for line in examples.lines() {
                roff.text([roman(line)]);
            }
            roff.control("fi", []);
        } else if !paragraph.is_empty() {
            roff.control("SH", ["ENVIRONMENT"]);
            roff.text([roman(paragraph)]);
        }
    }
    roff.control("SH", ["EXIT STATUS"]);
    roff.text([roman("See "), bold("respondent-sync-exit-codes"), roman("(7).")]);
    roff.control("SH", ["SEE ALSO"]);
    if name == "respondent-sync" {
        for topic in TOPICS {
            roff.control("TP", []);
            roff.text([bold(topic.man_name()), roman("(7)")]);
            roff.text([roman(topic.purpose())]);
        }
    } else {
        roff.text([bold("respondent-sync"), roman("(1), which lists all pages")]);
    }
    roff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_command_has_a_page_with_all_its_flags() {
        let pages = man_pages();
        let text_of = |name: &str| {
            let page = pages.iter().find(|(file, _)| *file == format!("{name}.1"));
            page.unwrap_or_else(|| panic!("no page of {name}")).1.clone()
        };
        let mut whole = shape::command();
        whole.build();
        let mut commands = vec![&whole];
        while let Some(command) = commands.pop() {
            commands.extend(command.get_subcommands());
            let text = text_of(command.get_display_name().unwrap_or("respondent-sync"));
            for flag in command.get_arguments().filter(|flag| !flag.is_hide_set()) {
                let Some(long) = flag.get_long() else { continue };
                let name = format!("\\-\\-{}", long.replace('-', "\\-"));
                assert!(text.contains(&name), "{long} in {text}");
                let help = flag.get_help().unwrap().to_string();
                let word = help
                    .split([' ', '-', '\'', '`'])
                    .find(|word| word.len() > 2)
                    .unwrap();
                assert!(text.contains(word), "`{word}` of {long} in {text}");
            }
        }
        let main = text_of("respondent-sync");
        for topic in TOPICS {
            let name = topic.man_name().replace('-', "\\-");
            assert!(main.contains(&name), "{name}");
        }
    }
}
