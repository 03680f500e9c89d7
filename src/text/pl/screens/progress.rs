//! The progress of a run, in Polish.

use crate::model::Lang;
use crate::report::Moment;
use crate::text::number::{duration, per_second, thousands};
use crate::text::pl::Polish;
use crate::text::subjects::ProgressWords;

impl ProgressWords for Polish {
    fn moment(&self, moment: &Moment) -> String {
        let number = |count| thousands(Lang::Pl, count);
        let mut parts = vec![match moment.total {
            Some(total) => format!("wiersze: {} / {}", number(moment.done), number(total)),
            None => format!("wiersze: {}", number(moment.done)),
        }];
        match (&moment.waiting, moment.rate) {
            (Some((waiting, next)), _) => parts.push(format!(
                "Platforma nie odpowiada. Kolejna próba za {} ({})",
                duration(Lang::Pl, *next),
                waiting.reason
            )),
            (None, Some(rate)) => parts.push(per_second(Lang::Pl, rate)),
            (None, None) => {}
        }
        if let (None, Some(left)) = (&moment.waiting, moment.left) {
            parts.push(format!("jeszcze ok. {}", duration(Lang::Pl, left)));
        }
        if moment.failed > 0 {
            parts.push(format!("nieudane: {}", number(moment.failed)));
        }
        if moment.invalid > 0 {
            parts.push(format!("błędne dane: {}", number(moment.invalid)));
        }
        parts.join(" · ")
    }
}
