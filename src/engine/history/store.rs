//! One connection to the database: opened with what durability and secrecy need, its schema
//! brought up to date, and asked before each use whether its file is still there.

use super::error::Trouble;
use super::place::{Place, Seen};
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use std::time::{Duration, Instant};

/// Each step brings a file from the version before it to its own, which is its place in the row.
const STEPS: [&str; 7] = [
    include_str!("../../../assets/history/0001_base.sql"),
    include_str!("../../../assets/history/0002_cases.sql"),
    include_str!("../../../assets/history/0003_masks.sql"),
    include_str!("../../../assets/history/0004_more_masks.sql"),
    include_str!("../../../assets/history/0005_memory.sql"),
    include_str!("../../../assets/history/0006_team.sql"),
    include_str!("../../../assets/history/0007_cleaning.sql"),
];

/// How long another process may hold the file before that is told.
pub(super) const LOCK_WAIT: Duration = Duration::from_secs(10);

/// Before 3.51.3 two processes that checkpoint at once can lose committed rows.
pub(super) const OLDEST_SQLITE: i32 = 3_051_003;

/// Left of the write-ahead log after a checkpoint, so that one large body does not stay for ever.
const LOG_BYTES: i64 = 16 << 20;

pub(super) struct Store {
    pub conn: Connection,
    place: Place,
    seen: Seen,
}

impl Store {
    /// `wait`: how long another process may hold the file.
    pub fn open(place: &Place, wait: Duration) -> Result<Store, Trouble> {
        if rusqlite::version_number() < OLDEST_SQLITE {
            return Err(Trouble::OldSqlite {
                version: rusqlite::version().to_owned(),
            });
        }
        place.prepare()?;
        if place.database().is_dir() {
            return Err(Trouble::Foreign);
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut conn = Connection::open_with_flags(place.database(), flags)?;
        conn.busy_timeout(wait)?;
        conn.execute_batch(&format!(
            "PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; PRAGMA synchronous = FULL;
             PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;
             PRAGMA journal_size_limit = {LOG_BYTES};"
        ))?;
        if version(&conn)? != STEPS.len() as i64 {
            advance(&mut conn, wait)?;
        }
        Ok(Store {
            seen: place.seen(),
            place: place.clone(),
            conn,
        })
    }

    /// For a file that may be read and not written. Without a log beside it nothing is missing.
    pub fn open_read_only(place: &Place) -> Result<Store, Trouble> {
        let waiting = std::fs::metadata(place.beside("-wal")).is_ok_and(|log| log.len() > 0);
        let path = place.database();
        let Some(path) = path.to_str().filter(|_| !waiting) else {
            return Err(Trouble::ReadOnly);
        };
        let escaped = path
            .replace('%', "%25")
            .replace('?', "%3f")
            .replace('#', "%23");
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_URI;
        let conn = Connection::open_with_flags(format!("file:{escaped}?immutable=1"), flags)?;
        match version(&conn)? {
            found if found == STEPS.len() as i64 => Ok(Store {
                seen: place.seen(),
                place: place.clone(),
                conn,
            }),
            found => Err(unfit(found)),
        }
    }

    /// Whether the names still lead to the files that this connection uses.
    pub fn is_current(&self) -> bool {
        self.place.seen() == self.seen
    }

    /// Whether no newer program has changed the file since it was opened.
    pub fn is_known(&self) -> bool {
        // What cannot be asked shows when the connection is used.
        version(&self.conn).is_ok_and(|found| found == STEPS.len() as i64)
    }

    /// Whether nothing is lost by leaving this connection for a new one. A log that was removed
    /// takes with it what was committed since the last checkpoint, unless that is brought into
    /// the database while someone still holds the log open.
    pub fn rescue(&self) -> Result<(), Trouble> {
        if self.place.seen().is_same_database(&self.seen) && self.empty_log()? {
            return Ok(());
        }
        Err(Trouble::Gone)
    }

    /// To be called after a commit and before it is acknowledged; false if all is safe, but the
    /// connection must not be used again.
    pub fn secure(&self) -> Result<bool, Trouble> {
        if self.is_current() {
            return Ok(true);
        }
        self.rescue().map(|()| false)
    }

    /// Brings the log into the database and cuts it to nothing; false while someone reads.
    pub fn empty_log(&self) -> Result<bool, Trouble> {
        let busy: i64 = self
            .conn
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        Ok(busy == 0)
    }
}

/// Bytes in use, free pages left out.
pub(super) fn bytes(conn: &Connection) -> Result<u64, Trouble> {
    let number = |what| conn.pragma_query_value(None, what, |row| row.get::<_, i64>(0));
    let used = number("page_count")? - number("freelist_count")?;
    Ok(u64::try_from(used * number("page_size")?).unwrap_or(0))
}

fn version(conn: &Connection) -> Result<i64, Trouble> {
    Ok(conn.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

fn unfit(found: i64) -> Trouble {
    match found {
        0 => Trouble::Foreign,
        _ => Trouble::Newer {
            found,
            known: STEPS.len() as i64,
        },
    }
}

/// A new file, or one of an earlier version.
fn advance(conn: &mut Connection, wait: Duration) -> Result<(), Trouble> {
    let found = version(conn)?;
    if !(0..=STEPS.len() as i64).contains(&found) {
        return Err(unfit(found));
    }
    // SQLite does not wait by itself when two processes change the mode at once.
    let end = Instant::now() + wait;
    while let Err(error) = conn.pragma_update(None, "journal_mode", "WAL") {
        let trouble = Trouble::from(error);
        if trouble != Trouble::Locked || Instant::now() >= end {
            return Err(trouble);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been first.
    let found = version(&tx)?;
    let done = usize::try_from(found).unwrap_or(usize::MAX);
    let Some(steps) = STEPS.get(done..) else {
        return Err(unfit(found));
    };
    if done == 0 {
        let tables: i64 = tx.query_row("SELECT count(*) FROM sqlite_schema", [], |r| r.get(0))?;
        if tables > 0 {
            return Err(Trouble::Foreign);
        }
    }
    for step in steps {
        tx.execute_batch(step)?;
    }
    tx.pragma_update(None, "user_version", STEPS.len() as i64)?;
    tx.commit()?;
    Ok(())
}

/// Begins to write, and keeps other writers out.
pub(super) fn begin(store: &mut Store) -> Result<Transaction<'_>, Trouble> {
    Ok(store
        .conn
        .transaction_with_behavior(TransactionBehavior::Immediate)?)
}
