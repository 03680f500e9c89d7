//! The progress of a run, in English.

use crate::model::Lang;
use crate::report::Moment;
use crate::text::en::English;
use crate::text::number::{duration, per_second, thousands};
use crate::text::subjects::ProgressWords;

impl ProgressWords for English {
    fn moment(&self, moment: &Moment) -> String {
        let number = |count| thousands(Lang::En, count);
        let mut parts = vec![match moment.total {
            Some(total) => format!("{} of {} rows", number(moment.done), number(total)),
            None => format!("{} rows", number(moment.done)),
        }];
        match (&moment.waiting, moment.rate) {
            (Some((waiting, next)), _) => parts.push(format!(
                "paused, next try in {}: {}",
                duration(Lang::En, *next),
                waiting.reason
            )),
            (None, Some(rate)) => parts.push(per_second(Lang::En, rate)),
            (None, None) => {}
        }
        if let (None, Some(left)) = (&moment.waiting, moment.left) {
            parts.push(format!("about {} left", duration(Lang::En, left)));
        }
        if moment.failed > 0 {
            parts.push(format!("{} failed", number(moment.failed)));
        }
        if moment.invalid > 0 {
            parts.push(format!("{} invalid", number(moment.invalid)));
        }
        parts.join(" · ")
    }
}
