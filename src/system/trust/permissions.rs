//! Who else can read or write a file, determined by the system's means on Unix and Windows. The
//! callers decide what follows.

use std::fs::File;
use std::io;

/// What to do about a file that others can read.
#[cfg(unix)]
pub(crate) const ADVICE: &str = "take it away from them (`chmod go-r`)";

/// Whether users other than the owner can read an open file. The group counts only if this user
/// owns the file: an administrator passes a secret to this user through the group.
#[cfg(unix)]
pub(crate) fn others_read(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    const GROUP: u32 = 0o040;
    const OTHERS: u32 = 0o004;
    let metadata = file.metadata()?;
    let is_own = metadata.uid() == rustix::process::geteuid().as_raw();
    let counted = if is_own { GROUP | OTHERS } else { OTHERS };
    Ok(metadata.mode() & counted != 0)
}

/// What to do about a file that others can read.
#[cfg(windows)]
pub(crate) const ADVICE: &str =
    "remove the rights of everybody but you, SYSTEM and the administrators (Properties, Security, Advanced)";

/// Whether users other than the owner can read an open file.
#[cfg(windows)]
pub(crate) fn others_read(file: &File) -> io::Result<bool> {
    Ok(windows::rights(file)?.others_read)
}

#[cfg(windows)]
pub(in crate::system::trust) use windows::rights_at;

#[cfg(windows)]
mod windows {
    use std::fs::{File, OpenOptions};
    use std::io;
    use std::os::windows::fs::OpenOptionsExt as _;
    use std::path::Path;

    use windows_permissions::constants::{SeObjectType, SecurityInformation};
    use windows_permissions::utilities::current_process_sid;
    use windows_permissions::wrappers::{
        ConvertSecurityDescriptorToStringSecurityDescriptor as to_text, ConvertSidToStringSid as sid_to_text,
        GetSecurityInfo,
    };

    use crate::system::trust::sddl::{self, Rights};

    /// Returns what others can do with the file or folder at a path, following links.
    pub(in crate::system::trust) fn rights_at(path: &Path) -> io::Result<Rights> {
        /// Opens for reading the permissions only, which an owner may always do.
        const READ_CONTROL: u32 = 0x0002_0000;
        /// Required to open a folder.
        const FILE_FLAG_BACKUP_SEMANTICS: u32 = 0x0200_0000;
        let mut options = OpenOptions::new();
        options
            .access_mode(READ_CONTROL)
            .custom_flags(FILE_FLAG_BACKUP_SEMANTICS);
        rights(&options.open(path)?)
    }

    /// Returns what others can do with an open file.
    pub(super) fn rights(file: &File) -> io::Result<Rights> {
        let parts = SecurityInformation::Owner | SecurityInformation::Group | SecurityInformation::Dacl;
        let descriptor = GetSecurityInfo(file, SeObjectType::SE_FILE_OBJECT, parts)?;
        let text = to_text(&descriptor, parts)?;
        let user = sid_to_text(&*current_process_sid()?)?;
        sddl::judge(&text.to_string_lossy(), &user.to_string_lossy())
            .ok_or_else(|| io::Error::other("its access rights are in no known form"))
    }
}
