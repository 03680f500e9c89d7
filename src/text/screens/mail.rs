//! A run as plain text, for a mail: counts, codes, the diagnosis, the next step, where the page is. No
//! row, no id, no value. Pure.

use crate::model::{ErrorCode, Lang, clean, printable};
use crate::report::{Diagnosis, StoredRun};
use crate::text::{title, words};

/// Whether a person should read of the rows with a code: they failed, or people and the export disagree.
fn is_worth_a_mail(code: ErrorCode) -> bool {
    code.advice().is_some() || code == ErrorCode::Conflict
}

/// Formats a run, or the end of one that made no call, as lines.
pub(crate) fn mail(run: &StoredRun, lang: Lang) -> String {
    let words = words(lang);
    let subject = if run.is_about_labels() {
        words.mail_subject_of_labels(&clean(&run.input), run.exit_code)
    } else {
        words.mail_subject(&clean(&run.input), run.exit_code)
    };
    let mut lines = vec![subject, String::new()];
    if run.started_at.is_some() {
        lines.push(words.headline(run.into()));
        for (name, rows) in &run.error_codes {
            let Some(code) = ErrorCode::from_name(name).filter(|code| is_worth_a_mail(*code)) else {
                continue;
            };
            lines.push(format!(
                "  {}",
                words.rows_with_code(*rows, title(lang, code), name)
            ));
        }
    }
    if run.facts.is_sandbox {
        lines.push(words.of_sandbox());
    }
    let early = run
        .facts
        .early_end
        .as_ref()
        .map(|why| why.message().text(lang).to_owned());
    let diagnosis = run.facts.diagnosis.as_ref().map(|diagnosis| match diagnosis {
        Diagnosis::NobodyFound { rows, message } => words.nobody_found(*rows, &clean(message)),
        Diagnosis::AllInvalid { rows, message } => words.all_invalid(*rows, super::reason_parts(message).0),
        Diagnosis::NoAddressKnown { rows } => words.no_address_known(*rows),
    });
    let why = match (&early, &diagnosis) {
        (None, None) if run.exit_code > 1 || run.started_at.is_none() => Some(run.why.clone()),
        _ => None,
    };
    lines.extend([early, diagnosis, why].into_iter().flatten());
    if let Some(command) = &run.facts.next_command {
        lines.extend([String::new(), format!("  {command}")]);
    }
    if let Some(page) = run.facts.page.as_ref().or(run.report.as_ref()) {
        lines.extend([String::new(), words.page_is(&clean(page))]);
    }
    let lines: Vec<String> = lines.iter().map(|line| printable(line).into_owned()).collect();
    lines.join("\n") + "\n"
}
