//! Runs the reader and the recorder. Both block on files, so in the program each has a thread of
//! its own. The model test runs them as tasks of its own runtime instead: its paused clock then
//! decides everything, and a kill ends them too.

use std::thread;

use tokio::runtime::Handle;
use tokio::sync::oneshot;

/// Where workers run.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Workers {
    /// In threads, where blocking does not delay the calls.
    Threads,
    /// As tasks of the runtime. After every wait a task sleeps for `lag` before it continues.
    #[cfg(test)]
    Tasks { lag: std::time::Duration },
}

/// A worker that was started. Dropping it detaches a thread and aborts a task.
#[derive(Debug)]
pub(in crate::run) struct Worker<T> {
    end: oneshot::Receiver<T>,
    #[cfg(test)]
    task: Option<tokio::task::AbortHandle>,
}

impl Workers {
    /// Starts the work.
    pub(in crate::run) fn start<T: Send + 'static>(
        self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Worker<T> {
        let (sender, end) = oneshot::channel();
        match self {
            Self::Threads => {
                let runtime = Handle::current();
                thread::spawn(move || sender.send(runtime.block_on(work)).ok());
                Worker {
                    end,
                    #[cfg(test)]
                    task: None,
                }
            }
            #[cfg(test)]
            Self::Tasks { lag } => {
                let task = tokio::spawn(async move { sender.send(lagging(work, lag).await).ok() });
                Worker {
                    end,
                    task: Some(task.abort_handle()),
                }
            }
        }
    }
}

impl<T> Worker<T> {
    /// Waits for the worker's result. `None` if the worker panicked.
    pub(in crate::run) async fn result(&mut self) -> Option<T> {
        (&mut self.end).await.ok()
    }
}

#[cfg(test)]
impl<T> Drop for Worker<T> {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

/// Slows the work down: it sleeps for `lag` each time before it is polled again.
#[cfg(test)]
async fn lagging<T>(work: impl Future<Output = T>, lag: std::time::Duration) -> T {
    let mut work = Box::pin(work);
    loop {
        let mut resumed = false;
        let polled = std::future::poll_fn(|context| {
            if std::mem::replace(&mut resumed, true) {
                return std::task::Poll::Ready(None);
            }
            work.as_mut().poll(context).map(Some)
        });
        if let Some(result) = polled.await {
            return result;
        }
        if !lag.is_zero() {
            tokio::time::sleep(lag).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const TASKS: Workers = Workers::Tasks { lag: Duration::ZERO };

    #[tokio::test(start_paused = true)]
    async fn the_result_comes_from_either_and_a_panic_is_seen() {
        for workers in [Workers::Threads, TASKS] {
            assert_eq!(workers.start(async { 7 }).result().await, Some(7), "{workers:?}");
            let mut panics = workers.start(async { panic!("a bug, on purpose") });
            assert_eq!(panics.result().await, None::<()>, "{workers:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_ends_with_its_worker() {
        let (held, mut gone) = oneshot::channel::<()>();
        let worker = TASKS.start(async move {
            std::future::pending::<()>().await;
            drop(held);
        });
        tokio::task::yield_now().await;
        assert!(gone.try_recv() == Err(oneshot::error::TryRecvError::Empty));
        drop(worker);
        assert!(gone.await.is_err());
    }
}
