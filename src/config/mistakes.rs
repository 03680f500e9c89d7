//! Collects what is wrong with the settings, so that everything is reported at once and before
//! anything is done.

use anyhow::{Error, Result};

use crate::text::Message;

/// The mistakes found so far.
#[derive(Debug, Default)]
pub(super) struct Mistakes(Vec<Error>);

impl Mistakes {
    /// Returns the value. If it is an error, notes the error and returns the type's default, which
    /// [`Mistakes::settle`] never lets through.
    pub(super) fn note<T: Default>(&mut self, value: Result<T>) -> T {
        self.keep(value).unwrap_or_default()
    }

    /// Returns the value. If it is an error, notes the error and returns `None`.
    pub(super) fn keep<T>(&mut self, value: Result<T>) -> Option<T> {
        value.map_err(|error| self.0.push(error)).ok()
    }

    /// Appends mistakes that were found elsewhere.
    pub(super) fn extend(&mut self, others: impl IntoIterator<Item = Error>) {
        self.0.extend(others);
    }

    /// Whether no mistake was found.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns each mistake.
    pub(super) fn each(self) -> Vec<Error> {
        self.0
    }

    /// Returns the value if there are no mistakes.
    ///
    /// # Errors
    ///
    /// All mistakes as one error: a single one unchanged, several as a list with one line each.
    pub(super) fn settle<T>(mut self, value: Option<T>) -> Result<T> {
        match (value, self.0.len()) {
            (Some(value), 0) => Ok(value),
            (_, 1) => Err(self.0.remove(0)),
            _ => {
                let mistakes: Vec<Message> = self.0.into_iter().map(Message::from_error).collect();
                Err(Message::join(&mistakes, |words, mistakes| words.several_wrong(mistakes)).into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[test]
    fn one_mistake_stands_alone_and_several_are_listed() {
        let mut mistakes = Mistakes::default();
        assert_eq!(mistakes.note(Ok(7)), 7);
        assert_eq!(mistakes.note::<u8>(Err(anyhow!("`--a` is wrong"))), 0);
        let error = mistakes.settle(Some(())).unwrap_err();
        assert_eq!(error.to_string(), "`--a` is wrong");

        let mut mistakes = Mistakes::default();
        mistakes.extend([anyhow!("low").context("`--a`"), anyhow!("`--b`")]);
        assert!(!mistakes.is_empty());
        let error = mistakes.settle(Some(())).unwrap_err();
        assert_eq!(error.to_string(), "2 settings are wrong:\n  `--a`: low\n  `--b`");
    }
}
