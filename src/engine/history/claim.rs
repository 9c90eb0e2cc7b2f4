//! Which run may still bring back what it forgot. Each run that forgot something holds a locked
//! file; the system frees the lock when the run ends, however it ends.

use super::error::Trouble;
use super::place::Place;
use crate::model::ExchangeId;
use std::fs::{File, TryLockError};

/// This run's right to bring back what it forgot.
pub(super) struct Claim {
    pub id: i64,
    place: Place,
    _held: File,
}

impl Claim {
    /// Locks a new file in the history's folder for this run.
    pub fn take(place: &Place) -> Result<Claim, Trouble> {
        let id = chance();
        let held = place.lock_file(&name(id))?;
        // Where files cannot be locked, the next run only erases early.
        let _ = held.try_lock();
        Ok(Claim {
            id,
            place: place.clone(),
            _held: held,
        })
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        remove(&self.place, self.id);
    }
}

/// Whether the run that forgot something is still running and may undo it.
pub(super) fn is_held(place: &Place, id: i64) -> bool {
    if !place.directory().join(name(id)).exists() {
        return false;
    }
    let file = place.lock_file(&name(id));
    file.is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}

pub(super) fn remove(place: &Place, id: i64) {
    // A file that stays behind only means that its run has ended.
    let _ = std::fs::remove_file(place.directory().join(name(id)));
}

fn name(id: i64) -> String {
    format!("history.undo-{}", ExchangeId::from_number(id as u64))
}

fn chance() -> i64 {
    let mut bytes = [0; 8];
    let random = ring::rand::SystemRandom::new();
    // Without randomness the process id still tells running processes apart.
    if ring::rand::SecureRandom::fill(&random, &mut bytes).is_err() {
        bytes = u64::from(std::process::id()).to_le_bytes();
    }
    (u64::from_le_bytes(bytes) & ExchangeId::LAST) as i64
}
