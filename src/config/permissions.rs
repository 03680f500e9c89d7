//! Who else can read or write a file that holds secrets or names a command: one answer for Unix and Windows, each by its
//! own means. Looks and judges; what is refused is decided where the file is used.

use std::fs::File;
use std::io;
use std::path::Path;

use super::access::Access;

#[cfg(unix)]
impl Access {
    pub(super) const ADVICE: &str = "`chmod 600` it, and `chmod go-w` its folder";

    /// Of a file that was opened at this path, links followed.
    pub(super) fn of(file: &File, path: &Path) -> io::Result<Self> {
        use std::os::unix::fs::MetadataExt;
        const READABLE: u32 = 0o044;
        const WRITABLE: u32 = 0o022;
        /// In such a folder nobody takes away what is somebody else's.
        const STICKY: u32 = 0o1000;
        let own = rustix::process::geteuid().as_raw();
        let of_file = file.metadata()?;
        let real = path.canonicalize()?;
        let folder = real.parent().unwrap_or(Path::new("/")).metadata()?;
        let is_ours = |uid: u32| [own, 0].contains(&uid);
        let folder_is_open =
            folder.mode() & WRITABLE != 0 && folder.mode() & STICKY == 0 || !is_ours(folder.uid());
        Ok(Self {
            others_read: of_file.mode() & READABLE != 0,
            others_write: of_file.mode() & WRITABLE != 0 || folder_is_open,
            is_own: is_ours(of_file.uid()),
        })
    }
}

#[cfg(windows)]
impl Access {
    pub(super) const ADVICE: &str =
        "take the rights of everybody but you, SYSTEM and the administrators away (Properties, Security)";

    /// Of a file that was opened at this path. The system's own PowerShell says who has which rights, since the library
    /// calls for it are not safe Rust.
    pub(super) fn of(_file: &File, path: &Path) -> io::Result<Self> {
        const SCRIPT: &str = "(Get-Acl -LiteralPath $env:RESPONDENT_SYNC_ASKED).Sddl; \
             [Security.Principal.WindowsIdentity]::GetCurrent().User.Value";
        let root = std::env::var_os("SystemRoot").unwrap_or_else(|| r"C:\Windows".into());
        let shell = Path::new(&root).join(r"System32\WindowsPowerShell\v1.0\powershell.exe");
        let ask = |path: &Path| {
            let output = std::process::Command::new(&shell)
                .args(["-NoProfile", "-NonInteractive", "-Command", SCRIPT])
                .env("RESPONDENT_SYNC_ASKED", path)
                .output()?;
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
            super::sddl::judge(lines.next().unwrap_or_default(), lines.next().unwrap_or_default())
                .ok_or_else(|| io::Error::other("its access rights cannot be read"))
        };
        let real = path.canonicalize()?;
        let of_file = ask(&real)?;
        let folder = real.parent().map(ask).transpose()?;
        Ok(Self {
            others_write: of_file.others_write || folder.is_some_and(|folder| folder.others_write),
            ..of_file
        })
    }
}
