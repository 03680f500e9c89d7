//! E-mail addresses as people have them in cells: `a@x.pl`, `mailto:a@x.pl`, `Anna <a@x.pl>`. Dots and `+` are part
//! of an address and stay. Pure.

use crate::model::trim_invisible;

/// Characters that separate or wrap addresses, and that no plain address holds.
pub(in crate::plan) const SEPARATORS: &str = ";,|/<>()[]\"'#?=:\\";

/// Returns what is in `Name <…>` or behind `mailto:`, in lower case; `None` for a wrapping that is
/// not understood.
pub(in crate::plan) fn bare(cell: &str) -> Option<String> {
    let text = trim_invisible(cell);
    let inner = match text.split_once('<') {
        Some((name, rest)) if !name.contains('@') => rest.strip_suffix('>')?,
        Some(_) => return None,
        None => text,
    };
    let lower = inner.trim().to_lowercase();
    Some(lower.strip_prefix("mailto:").unwrap_or(&lower).to_owned())
}

/// Whether a bare text is one address: one `@`, nothing that separates, names without empty parts.
pub(in crate::plan) fn is_one(text: &str) -> bool {
    let Some((name, domain)) = text.split_once('@') else {
        return false;
    };
    let is_dotted = |part: &str| !part.is_empty() && part.split('.').all(|label| !label.is_empty());
    let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && !SEPARATORS.contains(c);
    text.chars().all(is_plain)
        && is_dotted(name)
        && is_dotted(domain)
        && domain.contains('.')
        && !domain.contains('@')
}
