//! The history's file is read and written on threads that may block.

use super::error::TeamError;
use crate::engine::history::HistoryError;

/// Does something with the history's file on a thread that may block.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, HistoryError> + Send + 'static,
) -> Result<T, TeamError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => Ok(done?),
        // It panicked, or the program ends.
        Err(_) => Err(TeamError::Stopped),
    }
}
