//! Reads a pasted text from the terminal without showing it. A paste may have several lines, and may
//! be longer than a terminal's own line can be (4095 bytes), so the terminal's line editing is off
//! meanwhile. What the text means is up to the caller.

use std::io;

/// Reads a text from standard input, up to an Enter that nothing follows at once. `ask` prints the
/// question, once nothing that is typed is shown any more. `None` where the system has no such mode.
///
/// # Errors
///
/// `Interrupted` for Ctrl-C, `UnexpectedEof` for the end of input, or the system's error.
pub(crate) fn read(ask: impl FnOnce()) -> io::Result<Option<String>> {
    imp::read(ask)
}

/// Remembers the terminal's mode, for [`restore`].
pub(crate) fn remember() {
    imp::remember();
}

/// Sets the terminal back to the mode that was remembered. A question that is abandoned, here or in
/// a library, leaves it in another one.
pub(crate) fn restore() {
    imp::restore();
}

#[cfg(unix)]
mod imp {
    use std::io;
    use std::sync::{Mutex, PoisonError};

    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::termios::{
        InputModes, LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr,
    };

    /// How long more of a paste is waited for after a line end.
    const MORE: Timespec = Timespec {
        tv_sec: 0,
        tv_nsec: 150_000_000,
    };

    /// Maximum length of a text in bytes; the rest is dropped.
    const MAX_BYTES: usize = 64 << 10;

    /// The terminal's own mode.
    static OWN: Mutex<Option<Termios>> = Mutex::new(None);

    /// Sets the terminal back when it is dropped.
    struct Hidden {
        own: Termios,
    }

    impl Hidden {
        fn new() -> io::Result<Self> {
            let own = tcgetattr(io::stdin())?;
            let mut hidden = own.clone();
            hidden.local_modes.remove(
                LocalModes::ICANON
                    | LocalModes::ECHO
                    | LocalModes::ECHONL
                    | LocalModes::ISIG
                    | LocalModes::IEXTEN,
            );
            hidden.input_modes.remove(InputModes::IXON);
            hidden.special_codes[SpecialCodeIndex::VMIN] = 1;
            hidden.special_codes[SpecialCodeIndex::VTIME] = 0;
            tcsetattr(io::stdin(), OptionalActions::Now, &hidden)?;
            Ok(Self { own })
        }
    }

    impl Drop for Hidden {
        fn drop(&mut self) {
            tcsetattr(io::stdin(), OptionalActions::Now, &self.own).ok();
        }
    }

    pub(super) fn remember() {
        let own = tcgetattr(io::stdin()).ok();
        *OWN.lock().unwrap_or_else(PoisonError::into_inner) = own;
    }

    pub(super) fn restore() {
        let own = OWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = own.as_ref() {
            tcsetattr(io::stdin(), OptionalActions::Now, own).ok();
        }
    }

    pub(super) fn read(ask: impl FnOnce()) -> io::Result<Option<String>> {
        let _hidden = Hidden::new()?;
        ask();
        let mut text = Vec::new();
        let mut chunk = [0; 4096];
        loop {
            let count = match rustix::io::read(io::stdin(), &mut chunk) {
                Err(rustix::io::Errno::INTR) => continue,
                other => other?,
            };
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            for byte in chunk.iter().take(count) {
                take_in(*byte, &mut text)?;
            }
            text.truncate(MAX_BYTES);
            if text.last() == Some(&b'\n') && !has_more()? {
                return Ok(Some(String::from_utf8_lossy(&text).into_owned()));
            }
        }
    }

    /// Adds a byte, or does what its key means.
    fn take_in(byte: u8, text: &mut Vec<u8>) -> io::Result<()> {
        const CTRL_C: u8 = 3;
        const CTRL_D: u8 = 4;
        const CTRL_U: u8 = 21;
        const BACKSPACES: [u8; 2] = [8, 127];
        match byte {
            CTRL_C => return Err(io::ErrorKind::Interrupted.into()),
            CTRL_D if text.is_empty() => return Err(io::ErrorKind::UnexpectedEof.into()),
            CTRL_U => text.clear(),
            b'\r' => text.push(b'\n'),
            byte if BACKSPACES.contains(&byte) => {
                // A character is its first byte and those that continue it.
                while text.pop().is_some_and(|byte| byte & 0xC0 == 0x80) {}
            }
            byte => text.push(byte),
        }
        Ok(())
    }

    fn has_more() -> io::Result<bool> {
        let stdin = io::stdin();
        let mut watched = [PollFd::new(&stdin, PollFlags::IN)];
        Ok(poll(&mut watched, Some(&MORE))? > 0)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn keys_edit_the_text() {
            let typed = |bytes: &[u8]| {
                let mut text = Vec::new();
                let taken = bytes.iter().try_for_each(|byte| take_in(*byte, &mut text));
                taken
                    .map(|()| String::from_utf8(text).unwrap())
                    .map_err(|error| error.kind())
            };
            assert_eq!(typed(b"ab\x7f\r"), Ok("a\n".to_owned()));
            assert_eq!(typed("aż\u{8}c".as_bytes()), Ok("ac".to_owned()));
            assert_eq!(typed(b"\x7fab\x15c"), Ok("c".to_owned()));
            assert_eq!(typed(b"a\x03"), Err(io::ErrorKind::Interrupted));
            assert_eq!(typed(b"\x04"), Err(io::ErrorKind::UnexpectedEof));
        }
    }
}

#[cfg(not(unix))]
mod imp {
    use std::io;

    /// The caller's own way has to do.
    pub(super) fn read(ask: impl FnOnce()) -> io::Result<Option<String>> {
        ask();
        Ok(None)
    }

    pub(super) fn remember() {}

    pub(super) fn restore() {}
}
