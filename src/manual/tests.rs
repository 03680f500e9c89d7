//! Every page can be found, says what it is for, and fits a terminal.

use super::render::Emphasis;
use super::*;

#[test]
fn every_page_is_a_topic_with_a_purpose() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/manual/en");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    let mut topics = TOPICS.map(|topic| format!("{}.md", topic.name)).to_vec();
    topics.sort();
    assert_eq!(files, topics);
    for topic in TOPICS {
        let heading = topic.text.lines().next().unwrap();
        assert!(heading.starts_with(&format!("# {}: ", topic.name)), "{heading}");
        assert!(topic.purpose().len() > 10, "{heading}");
        assert_eq!(Topic::find(&topic.name.to_uppercase()), Some(topic));
    }
    assert_eq!(Topic::find("exit_codes"), Topic::find("exit-codes"));
    assert_eq!(Topic::find("nothing"), None);
}

#[test]
fn the_polish_pages_are_of_topics_and_fit_a_terminal() {
    for (name, text) in POLISH {
        let topic = Topic::find(name).unwrap();
        assert_eq!(topic.text_in(Lang::Pl), text);
        assert_eq!(topic.text_in(Lang::En), topic.text);
        assert!(text.starts_with(&format!("# {name}: ")), "{name}");
        let page = render(text, 80, Emphasis::Nothing);
        // Code stands as it is.
        let mut prose = page.lines().filter(|line| !line.starts_with("    "));
        let long = prose.find(|line| line.chars().count() > 80);
        assert_eq!(long, None);
    }
    assert!(POLISH_OVERVIEW.lines().count() <= 24);
    assert!(POLISH_OVERVIEW.lines().all(|line| line.chars().count() <= 80));
}

/// Returns what stands in backticks in the first column of the page's tables: codes, files, flags.
fn codes(text: &str) -> Vec<&str> {
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.filter_map(|row| row.split('`').next()).collect()
}

#[test]
fn the_polish_pages_explain_the_same_codes() {
    for (name, polish) in POLISH.iter().filter(|(name, _)| *name != "nightly") {
        let english = Topic::find(name).unwrap().text;
        let sorted = |text| {
            let mut codes = codes(text);
            codes.sort_unstable();
            codes
        };
        assert_eq!(sorted(polish), sorted(english), "{name}");
    }
    // Beside the cases of the English page, the exit codes stand in the Polish one.
    let nightly = Topic::find("nightly").unwrap().text_in(Lang::Pl);
    let exit_codes = Topic::find("exit-codes").unwrap().text;
    let rows = exit_codes.lines().filter_map(|line| line.strip_prefix("| "));
    let codes = rows.filter_map(|row| row.split(' ').next()?.parse::<u8>().ok());
    let codes: Vec<u8> = codes.collect();
    assert!(codes.contains(&130), "{codes:?}");
    for code in codes {
        let row = format!("| {code} | `0x{code:X}` |");
        assert!(nightly.contains(&row), "{row}");
    }
}

#[test]
fn every_page_names_topics_that_exist() {
    let polish = POLISH.map(|(name, text)| (name, text));
    for (name, text) in TOPICS
        .map(|topic| (topic.name, topic.text))
        .into_iter()
        .chain(polish)
    {
        for (_, rest) in text
            .match_indices("respondent-sync help ")
            .map(|(at, found)| text.split_at(at + found.len()))
        {
            let named: String = rest
                .chars()
                .take_while(|c| c.is_ascii_lowercase() || *c == '-')
                .collect();
            assert!(
                named.is_empty() || Topic::find(&named).is_some(),
                "{name}: {named}"
            );
        }
    }
}

#[test]
fn a_page_is_wrapped_and_keeps_its_code() {
    let page = "# a: b\n\nA paragraph that is longer than the width\nof the page is wrapped at `its words` here.\n\n\
        ```sh\nrespondent-sync run a-file-with-a-long-name.csv --survey 399793\n```\n\n- one item that is longer than the page\n  - below\n- two\n\n\
        1. first\n\n   and more of it\n2. second:\n\n   ```sh\n   a command\n   ```\n3. third\n\n| code | meaning |\n| --- | --- |\n| `0` | every row has been sent to the platform |\n| `10` | no |\n\n\
        | flag | default | meaning |\n| --- | --- | --- |\n| `--rate` `N/s` | `5/s` | how often |\n| `--yes` |  | no question |\n";
    insta::assert_snapshot!(render(page, 40, Emphasis::Nothing));
    assert!(render(page, 40, Emphasis::Bold).starts_with("\u{1b}[1ma: b\u{1b}[0m\n"));
}

/// A page with each thing that a page may have.
const EXAMPLE: Topic = Topic {
    name: "example",
    text: "# example: a page\n\nA paragraph with `code`,\nsee `respondent-sync help start`.\n\n## A heading\n\n\
        Don't.\n\n```sh\nrespondent-sync --help # <code>\n.dot\n```\n\n- one\n\n  and more\n  - below\n\n1. first\n2. second\n\n\
        ### Smaller\n\n| code | meaning |\n| --- | --- |\n| `0` | all is well |\n\n\
        | flag | default | meaning |\n| --- | --- | --- |\n| `--a` `\\|` | | how often |\n| `--b` | `5/s` | a rate |\n",
};

#[test]
fn a_page_as_a_man_page() {
    insta::assert_snapshot!(
        EXAMPLE
            .man_page()
            .replace(crate::model::version::VERSION, "0.0.0")
    );
}

#[test]
fn the_web_page_links_to_what_it_has() {
    for lang in [Lang::En, Lang::Pl] {
        let page = web_page(lang, "0.0.0");
        let ids: Vec<&str> = page
            .split("<section id=\"")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap())
            .collect();
        assert!(ids.contains(&"start"), "{ids:?}");
        assert_eq!(ids.len() == TOPICS.len(), lang == Lang::En);
        let links = page
            .split("href=\"#")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap());
        let mut links = links.peekable();
        assert!(links.peek().is_some());
        assert!(links.all(|link| ids.contains(&link)));
        assert!(!page.contains("src=") && !page.contains("<script"));
        assert!(page.contains("<table>") || lang == Lang::Pl);
    }
}

#[test]
fn pages_fit_a_terminal() {
    for topic in TOPICS {
        let page = render(topic.text, 80, Emphasis::Nothing);
        for line in page.lines().filter(|line| !line.starts_with("  ")) {
            assert!(
                textwrap::core::display_width(line) <= 80,
                "{}: {line}",
                topic.name
            );
        }
    }
}
