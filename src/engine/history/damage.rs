//! A damaged file is kept under another name, never overwritten, and a fresh one takes its place.

use super::error::Trouble;
use super::place::Place;
use super::store::Store;
use crate::engine::clock;
use std::path::PathBuf;
use std::time::Duration;

/// Moves the file aside if it is damaged indeed. `None`: it is not, or another process was
/// first, and what stands there now can be used.
pub(super) fn set_aside(place: &Place) -> Result<Option<PathBuf>, Trouble> {
    let lock = place.lock_file("history.lock")?;
    // Where files cannot be locked, two runs that meet the same damage at once are on their own.
    let _ = lock.lock();
    if is_sound(place) {
        return Ok(None);
    }
    let time = clock::now().strftime("%Y%m%dT%H%M%SZ").to_string();
    let endings = (1..).map(|n| match n {
        1 => format!(".damaged-{time}"),
        n => format!(".damaged-{time}-{n}"),
    });
    for ending in endings {
        let kept = place.beside(&ending);
        if kept.exists() {
            continue;
        }
        // The log goes first: a database alone is older, a log alone would spoil the fresh one.
        for part in ["-wal", "-shm", ""] {
            let from = place.beside(part);
            if from.exists() {
                std::fs::rename(from, place.beside(&format!("{ending}{part}")))?;
            }
        }
        return Ok(Some(kept));
    }
    Ok(None)
}

fn is_sound(place: &Place) -> bool {
    let check = || -> Result<bool, Trouble> {
        let store = Store::open(place, Duration::from_secs(1))?;
        let said: String = store
            .conn
            .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        Ok(said == "ok")
    };
    match check() {
        Ok(sound) => sound,
        // Anything but damage is no reason to move a history.
        Err(trouble) => !matches!(trouble, Trouble::Damaged { .. }),
    }
}
