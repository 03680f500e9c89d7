//! What a person is told about a round before it sends: which file it takes, and what looks like a
//! mistake about it. `run/prepare/input/overtaken.rs` decides about its rows.

use crate::model::ShownPath;
use crate::record::Round;
use crate::run::Failure;
use crate::text::Message;

/// Refuses the failed file as it was written if the one of an earlier round was edited instead: its
/// rows would fail again, and the next failed file would have another name once more.
pub(super) fn ensure_right_file(round: &Round) -> Result<(), Failure> {
    let Some(edited) = round.edited_too_late.as_ref().filter(|_| !round.is_edited) else {
        return Ok(());
    };
    let [failed, edited] = [&round.input, edited].map(|path| path.shown().to_string());
    Err(Failure::usage(Message::new(|words| {
        words.edited_another(&failed, &edited)
    })))
}

/// Says which round it is and which file it sends, and what looks like a mistake about it.
pub(super) fn announce(round: &Round, only_fixes: bool, rows: Option<u64>) {
    let failed = round.input.shown().to_string();
    let words = Message::new(|words| words.round_starts(round.number, &failed, round.is_edited));
    tracing::info!(
        event = "retry_round",
        round = round.number,
        edited = round.is_edited,
        polish = words.polish(),
        "{words}"
    );
    if let Some(older) = &round.older_form {
        let older = older.shown().to_string();
        let words = Message::new(|words| words.older_form_unused(&failed, &older));
        tracing::warn!(event = "retry_older_form", polish = words.polish(), "{words}");
    }
    if let Some(edited) = &round.edited_too_late {
        let edited = edited.shown().to_string();
        let words = Message::new(|words| words.edited_too_late(&failed, &edited));
        tracing::warn!(
            event = "retry_edited_too_late",
            polish = words.polish(),
            "{words}"
        );
    }
    let missing = rows.map_or(0, |rows| round.failures.saturating_sub(rows));
    if missing > 0 {
        let words = Message::new(|words| words.rows_missing(missing, &failed));
        tracing::info!(
            event = "retry_rows_missing",
            rows = missing,
            polish = words.polish(),
            "{words}"
        );
    }
    if only_fixes && !round.is_edited {
        let words = Message::new(|words| words.nothing_was_fixed(&failed));
        tracing::warn!(event = "retry_not_fixed", polish = words.polish(), "{words}");
    }
}
