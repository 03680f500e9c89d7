//! The progress of a run, in Polish.

use crate::model::Lang;
use crate::report::Moment;
use crate::text::number::{duration, per_second, thousands, whole_seconds};
use crate::text::pl::Polish;
use crate::text::subjects::ProgressWords;

impl ProgressWords for Polish {
    fn moment(&self, moment: &Moment) -> String {
        let number = |count| thousands(Lang::Pl, count);
        let done = match moment.total {
            Some(total) => format!("wiersze: {} / {}", number(moment.done), number(total)),
            None => format!("wiersze: {}", number(moment.done)),
        };
        if let Some(next) = moment.next_try {
            let next = duration(Lang::Pl, whole_seconds(next));
            return format!("{done} · wstrzymano, kolejna próba za {next}");
        }
        let mut parts = vec![done];
        parts.extend(moment.rate.map(|rate| per_second(Lang::Pl, rate)));
        parts.extend(
            moment
                .left
                .map(|left| format!("jeszcze {}", duration(Lang::Pl, left))),
        );
        if moment.failed > 0 {
            parts.push(format!("nieudane: {}", number(moment.failed)));
        }
        if moment.invalid > 0 {
            parts.push(format!("błędne dane: {}", number(moment.invalid)));
        }
        parts.join(" · ")
    }
}
