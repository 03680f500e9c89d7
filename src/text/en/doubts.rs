//! Doubts about answers of `init`, in English.

use super::English;
use crate::text::subjects::DoubtWords;

impl DoubtWords for English {
    fn label_unsaid(&self) -> String {
        "Neither a name nor the address says the next label. Look at a contact on the platform for one that is free: a \
         label that is in use would be overwritten."
            .to_owned()
    }

    fn survey_doubtful(&self) -> String {
        "In the address, more digits follow the survey's id behind a line break or a space, so it may be cut."
            .to_owned()
    }
}
