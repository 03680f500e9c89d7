//! Interprets a file's permissions on Windows, given as a security descriptor in text form. Pure,
//! so that it is tested on every system.
//!
//! Source: Microsoft's pages on "Security Descriptor Definition Language" and "ACE Strings".

/// How much of a file or folder can be changed; each level includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Change {
    Nothing,
    /// Its content can be changed; for a folder, files can be added.
    Content,
    /// It can be replaced; for a folder, so can its files.
    Replace,
}

/// What users other than the owner, the system and its administrators can do with a file or folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rights {
    pub(super) others_read: bool,
    pub(super) others_change: Change,
    /// It belongs to the user of this process, to the system or to its administrators.
    pub(super) is_own: bool,
}

/// Accounts that may do everything anyway: the system, its administrators, the trusted installer,
/// and the file's owner.
const TRUSTED: [&str; 6] = [
    "SY",
    "BA",
    "S-1-5-18",
    "S-1-5-32-544",
    "OW",
    "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464",
];

/// Permissions to read: their codes, and the bits if they are written as a number.
const READS: [&str; 5] = ["GA", "GR", "FA", "FR", "CC"];
const READ_BITS: u64 = 0x8000_0000 | 0x1000_0000 | 0x1;
/// Permissions to write and append; for a folder, to add files and folders.
const WRITES: [&str; 4] = ["GW", "FW", "DC", "LC"];
const WRITE_BITS: u64 = 0x4000_0000 | 0x2 | 0x4;

/// Permissions to delete (for a folder, also its files), and to change the permissions or the
/// owner.
const REPLACES: [&str; 6] = ["GA", "FA", "DT", "SD", "WD", "WO"];
const REPLACE_BITS: u64 = 0x1000_0000 | 0x40 | 0x1_0000 | 0x4_0000 | 0x8_0000;

/// Returns what the descriptor allows others than the user with this id; `None` if it cannot be
/// parsed.
pub(super) fn judge(sddl: &str, user: &str) -> Option<Rights> {
    let rest = sddl.strip_prefix("O:")?;
    let owner = rest.get(..rest.find("G:").or_else(|| rest.find("D:"))?)?;
    if owner.is_empty() {
        return None;
    }
    let list = sddl.split_once("D:")?.1;
    // The part after `S:` is about auditing.
    let list = list.split("S:").next()?;
    let is_trusted = |who: &str| who == user || TRUSTED.contains(&who);
    let mut rights = Rights {
        others_read: false,
        others_change: Change::Nothing,
        is_own: is_trusted(owner),
    };
    if list.starts_with("NO_ACCESS_CONTROL") {
        (rights.others_read, rights.others_change) = (true, Change::Replace);
    }
    for entry in list.split('(').skip(1) {
        let mut fields = entry.split(')').next()?.split(';');
        let (kind, flags, allowed) = (fields.next()?, fields.next()?, fields.next()?);
        let who = fields.nth(2)?;
        // `IO`: for items created inside, not for this one.
        let is_for_this = !pairs(flags).any(|flag| flag == "IO");
        if !["A", "OA", "XA"].contains(&kind) || !is_for_this || is_trusted(who) {
            continue;
        }
        rights.others_read |= allows(allowed, &READS, READ_BITS);
        let change = if allows(allowed, &REPLACES, REPLACE_BITS) {
            Change::Replace
        } else if allows(allowed, &WRITES, WRITE_BITS) {
            Change::Content
        } else {
            Change::Nothing
        };
        rights.others_change = rights.others_change.max(change);
    }
    Some(rights)
}

fn allows(rights: &str, letters: &[&str], bits: u64) -> bool {
    match rights.strip_prefix("0x") {
        Some(number) => u64::from_str_radix(number, 16).is_ok_and(|number| number & bits != 0),
        None => pairs(rights).any(|right| letters.contains(&right)),
    }
}

/// Splits a text into pairs of letters.
fn pairs(text: &str) -> impl Iterator<Item = &str> {
    (0..text.len() / 2).filter_map(|index| text.get(2 * index..2 * index + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    const USER: &str = "S-1-5-21-1-2-3-1001";

    /// Whether the owner is trusted, whether others can read the file, and what they can change.
    fn of(list: &str) -> (bool, bool, Change) {
        let sddl = format!("O:{USER}G:{USER}D:{list}");
        let rights = judge(&sddl, USER).unwrap();
        (rights.is_own, rights.others_read, rights.others_change)
    }

    #[test]
    fn what_others_may_do_is_told_from_a_descriptor() {
        use Change::{Content, Nothing, Replace};
        let own = format!("PAI(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;{USER})");
        for (list, others_read, others_change, case) in [
            (own.as_str(), false, Nothing, "a file for its owner alone"),
            (
                "AI(A;ID;FA;;;SY)(A;ID;0x1200a9;;;BU)",
                true,
                Nothing,
                "read and execute",
            ),
            ("AI(A;ID;0x1301bf;;;AU)", true, Replace, "modify"),
            ("(A;;FW;;;WD)", false, Content, "write"),
            (
                "(A;;FW;;;WD)(A;;SD;;;BU)(A;;GR;;;BU)",
                true,
                Replace,
                "the most of all entries",
            ),
            ("(A;;GR;;;S-1-5-21-1-2-3-1002)", true, Nothing, "read"),
            ("(D;;FA;;;WD)", false, Nothing, "denied"),
            ("(A;OICIIO;GA;;;CO)", false, Nothing, "for what is made below"),
            (
                "PAI(A;OICIIO;SDGXGWGR;;;AU)(A;;LC;;;AU)",
                false,
                Content,
                "as `C:\\` comes: adding folders",
            ),
            ("(A;CI;DT;;;BU)", false, Replace, "deleting what lies in a folder"),
            ("NO_ACCESS_CONTROL", true, Replace, "no list"),
        ] {
            assert_eq!(of(list), (true, others_read, others_change), "{case}");
        }
        assert!(
            !judge("O:S-1-5-21-1-2-3-9G:DUD:(A;;FA;;;SY)", USER)
                .unwrap()
                .is_own
        );
        assert!(judge("O:BAG:DUD:(A;;FA;;;SY)", USER).unwrap().is_own);
        assert!(!judge("O:DAG:DAD:(A;;FA;;;SY)", USER).unwrap().is_own);
        for unreadable in ["", "D:(A;;FA;;;SY)", "O:BA", "O:BAD:(A;;FA)"] {
            assert_eq!(judge(unreadable, USER), None, "{unreadable}");
        }
    }
}
