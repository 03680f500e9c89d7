//! Permission for a call to be written. A call on a kept connection has it from the start; one that
//! connects first asks for it once its connection is open. `send/dispatch/connect.rs` decides which
//! call gets it, and when.

use std::future::pending;

use tokio::sync::{mpsc, oneshot};
use tokio::task::Id;

/// Maximum requests queued for the dispatcher; further ones wait in their calls.
const MAX_ASKS: usize = 64;

/// The permission of one attempt: `None` if it may write at once, otherwise where to ask.
#[derive(Debug)]
pub(crate) struct Wire(Option<mpsc::Sender<Standing>>);

/// A call whose connection is open and which waits to be written.
#[derive(Debug)]
pub(in crate::send) struct Standing {
    pub(in crate::send) call: Id,
    /// Sent to let the call be written; dropped when the call is abandoned.
    pub(in crate::send) leave: oneshot::Sender<()>,
}

/// The channel on which calls ask for permission. The dispatcher holds both ends, so it never
/// closes while the run lasts.
#[derive(Debug)]
pub(in crate::send) struct Asks {
    sender: mpsc::Sender<Standing>,
    receiver: mpsc::Receiver<Standing>,
}

impl Asks {
    pub(in crate::send) fn new() -> Self {
        let (sender, receiver) = mpsc::channel(MAX_ASKS);
        Self { sender, receiver }
    }

    /// Returns the wire of a call that connects.
    pub(in crate::send) fn wire(&self) -> Wire {
        Wire(Some(self.sender.clone()))
    }

    /// Returns the next call that asks. Cancel safe.
    pub(in crate::send) async fn next(&mut self) -> Option<Standing> {
        self.receiver.recv().await
    }

    /// Returns the next call that has already asked.
    pub(in crate::send) fn try_next(&mut self) -> Option<Standing> {
        self.receiver.try_recv().ok()
    }
}

impl Wire {
    /// Returns the wire of a call on a kept connection, which is written at once.
    pub(in crate::send) fn kept() -> Self {
        Self(None)
    }

    /// Whether the call opens a connection of its own.
    pub(crate) fn connects(&self) -> bool {
        self.0.is_some()
    }

    /// Waits until the call may be written. A call that connects awaits this in its own task, once
    /// its connection is open. If permission is never given, the attempt is dropped while it waits.
    pub(crate) async fn granted(self) {
        let Some(asks) = self.0 else { return };
        let (leave, granted) = oneshot::channel();
        let call = tokio::task::id();
        if asks.send(Standing { call, leave }).await.is_err() || granted.await.is_err() {
            pending::<()>().await;
        }
    }
}
