//! A call's leave to be written. A call on a kept connection has it from its start; one that connects first asks for it
//! when its connection stands. Who gets leave, and when, is decided in `send/dispatch/connect.rs`.

use std::future::pending;

use tokio::sync::{mpsc, oneshot};
use tokio::task::Id;

/// Asks that may wait for the dispatcher; further ones wait in their calls.
const MAX_ASKS: usize = 64;

/// The leave of one attempt.
#[derive(Debug)]
pub(crate) struct Wire(Option<mpsc::Sender<Standing>>);

/// A call whose connection stands, and which waits to be written.
#[derive(Debug)]
pub(in crate::send) struct Standing {
    pub(in crate::send) call: Id,
    /// Sent to let the call be written; dropped when the call is given up.
    pub(in crate::send) leave: oneshot::Sender<()>,
}

/// Where calls ask for leave. The dispatcher holds both ends, so the channel never closes while it runs.
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

    /// The wire of a call that connects.
    pub(in crate::send) fn wire(&self) -> Wire {
        Wire(Some(self.sender.clone()))
    }

    /// The next call that asks. Cancel safe.
    pub(in crate::send) async fn next(&mut self) -> Option<Standing> {
        self.receiver.recv().await
    }

    /// The next call that has asked already.
    pub(in crate::send) fn try_next(&mut self) -> Option<Standing> {
        self.receiver.try_recv().ok()
    }
}

impl Wire {
    /// The wire of a call on a kept connection, which is written at once.
    pub(in crate::send) fn kept() -> Self {
        Self(None)
    }

    /// Whether the call makes a connection of its own.
    pub(crate) fn connects(&self) -> bool {
        self.0.is_some()
    }

    /// Returns when the call may be written. A call that connects awaits this once its connection stands, in the task of
    /// the attempt. Where no leave is given, the attempt is dropped while it waits.
    pub(crate) async fn granted(self) {
        let Some(asks) = self.0 else { return };
        let (leave, granted) = oneshot::channel();
        let call = tokio::task::id();
        if asks.send(Standing { call, leave }).await.is_err() || granted.await.is_err() {
            pending::<()>().await;
        }
    }
}
