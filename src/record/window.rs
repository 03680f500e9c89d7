//! Puts outcomes back into the order of the input. Pure; how many can wait here is bounded by the slots that each row
//! holds until its line is written.

use std::collections::VecDeque;

use crate::model::Outcome;

/// The outcomes that came before those of earlier rows.
#[derive(Debug, Default)]
pub(crate) struct ReorderWindow {
    /// The sequence of the row whose line is next.
    next: u64,
    /// From `next` on; a gap is a row that is still under way.
    waiting: VecDeque<Option<Outcome>>,
}

impl ReorderWindow {
    /// Each row comes once; one that comes again, which would be a bug, is kept out.
    pub(crate) fn insert(&mut self, outcome: Outcome) {
        let Some(ahead) = outcome.row.sequence.checked_sub(self.next) else {
            return;
        };
        let Ok(ahead) = usize::try_from(ahead) else { return };
        if self.waiting.len() <= ahead {
            self.waiting.resize_with(ahead + 1, || None);
        }
        if let Some(place) = self.waiting.get_mut(ahead) {
            place.get_or_insert(outcome);
        }
    }

    /// The outcome of the next row of the input, if it is there.
    pub(crate) fn next_in_order(&mut self) -> Option<Outcome> {
        let outcome = self.waiting.front_mut()?.take()?;
        self.waiting.pop_front();
        self.next += 1;
        Some(outcome)
    }

    /// All that still waits, in ascending order, over the gaps of rows that will never come.
    pub(crate) fn take_rest(&mut self) -> impl Iterator<Item = Outcome> + use<> {
        std::mem::take(&mut self.waiting).into_iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::record::tests::outcome;

    proptest! {
        #[test]
        fn any_order_comes_out_in_the_inputs_and_gaps_are_passed_at_the_end(
            order in Just((0_u64..40).collect::<Vec<_>>()).prop_shuffle(),
            lost in proptest::collection::hash_set(0_u64..40, 0..5),
        ) {
            let mut window = ReorderWindow::default();
            let mut written = Vec::new();
            for sequence in order.into_iter().filter(|sequence| !lost.contains(sequence)) {
                window.insert(outcome(sequence));
                written.extend(std::iter::from_fn(|| window.next_in_order()).map(|outcome| outcome.row.sequence));
            }
            let first_lost = lost.iter().min().copied().unwrap_or(40);
            prop_assert_eq!(written.len() as u64, first_lost);
            written.extend(window.take_rest().map(|outcome| outcome.row.sequence));
            let expected: Vec<u64> = (0..40).filter(|sequence| !lost.contains(sequence)).collect();
            prop_assert_eq!(written, expected);
        }
    }
}
