//! Sentences about settings that are wrong or missing.

/// A part of the webhook's path that a user has to supply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Account,
    WebhookKey,
    WebhookAuth,
}

/// Sentences about settings that are wrong or missing.
pub(crate) trait SettingWords {
    /// Several mistakes, one a line.
    fn several_wrong(&self, mistakes: &[String]) -> String;

    /// Pieces that are not set, each with its variable; at least one.
    fn secrets_unset(&self, unset: &[(Piece, String)]) -> String;
}
