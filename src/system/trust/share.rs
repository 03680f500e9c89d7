//! Lets a group of users read a file that is otherwise its owner's alone.

use std::io;
use std::path::Path;

/// A group of users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    name: String,
    #[cfg(unix)]
    id: u32,
}

impl Group {
    /// Finds the group with this name.
    ///
    /// # Errors
    ///
    /// If there is none, or the system cannot tell.
    #[cfg(unix)]
    pub(crate) fn find(name: &str) -> io::Result<Self> {
        match pwd_grp::getgrnam(name)? {
            Some(group) => Ok(Self {
                name: name.to_owned(),
                id: group.gid,
            }),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    /// On Windows a group is looked for when a file is shared.
    #[cfg(not(unix))]
    pub(crate) fn find(name: &str) -> io::Result<Self> {
        Ok(Self {
            name: name.to_owned(),
        })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Lets the group read this file, which belongs to this user.
    ///
    /// # Errors
    ///
    /// If this user may not: on Unix a member of the group may, and root.
    #[cfg(unix)]
    pub(crate) fn may_read(&self, path: &Path) -> io::Result<()> {
        use std::os::unix::fs::{MetadataExt, PermissionsExt};
        // In a folder with the setgid bit it is the group's already, and a service may not be let change it.
        if std::fs::metadata(path)?.gid() != self.id {
            std::os::unix::fs::chown(path, None, Some(self.id))?;
        }
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o640))
    }

    /// Windows keeps access lists, which its own program edits.
    #[cfg(not(unix))]
    pub(crate) fn may_read(&self, path: &Path) -> io::Result<()> {
        use std::process::{Command, Stdio};
        let root = std::env::var_os("SystemRoot").ok_or(io::ErrorKind::NotFound)?;
        let icacls = Path::new(&root).join("System32").join("icacls.exe");
        let status = Command::new(icacls)
            .arg(path)
            .arg("/grant")
            .arg(format!("{}:(R)", self.name))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()?;
        if status.success() {
            return Ok(());
        }
        Err(io::Error::other("icacls refused it: is the name right?"))
    }
}
