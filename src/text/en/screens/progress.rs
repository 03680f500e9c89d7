//! The progress of a run, in English.

use crate::model::Lang;
use crate::report::Moment;
use crate::text::en::English;
use crate::text::number::{duration, per_second, thousands, whole_seconds};
use crate::text::subjects::ProgressWords;

impl ProgressWords for English {
    fn moment(&self, moment: &Moment) -> String {
        let number = |count| thousands(Lang::En, count);
        let done = match moment.total {
            Some(total) => format!("{} of {} rows", number(moment.done), number(total)),
            None => format!("{} rows", number(moment.done)),
        };
        if let Some(next) = moment.next_try {
            let next = duration(Lang::En, whole_seconds(next));
            return format!("{done} · paused, next try in {next}");
        }
        let mut parts = vec![done];
        parts.extend(moment.rate.map(|rate| per_second(Lang::En, rate)));
        parts.extend(
            moment
                .left
                .map(|left| format!("about {} left", duration(Lang::En, left))),
        );
        if moment.failed > 0 {
            parts.push(format!("{} failed", number(moment.failed)));
        }
        if moment.invalid > 0 {
            parts.push(format!("{} invalid", number(moment.invalid)));
        }
        parts.join(" · ")
    }
}
