//! The history on disk: every call of every run, in one file that running instances share. Calls
//! arrive masked and are kept as given. Reading blocks; one thread writes, and confirms a call only
//! after it is synced. Only this module uses SQLite.

mod anew;
mod body;
mod claim;
mod damage;
mod error;
mod filter;
mod index;
mod insert;
mod masking;
mod others;
mod outbox;
mod parcel;
mod place;
mod recall;
mod resolutions;
mod retention;
mod search;
mod select;
mod store;
mod team;
mod writer;

pub use error::{Doing, HistoryError, Trouble};
pub use index::Indexing;
pub use masking::Masking;
pub use others::{Foreign, ForeignWord, TakenIn, Whose};
pub use outbox::{Going, Leaving, Outbox, WordOut};
pub use parcel::Parcel;
pub use retention::Retention;

use super::give_way;
use super::vault::Vault;
use crate::insight::Exchange;
use crate::insight::Query;
use crate::insight::seen::Kind;
use crate::model::{ExchangeId, ExchangeSummary, KnownCase, Resolution, ResolvedWhat, Share};
use place::Place;
use std::path::Path;
use std::pin::Pin;
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::thread::JoinHandle;
use std::time::Duration;
use store::{LOCK_WAIT, Store};
use tokio::sync::oneshot;
use writer::{Job, Writer};

/// How long the first look waits for a lock; the start of the program waits for it.
const FIRST_WAIT: Duration = Duration::from_millis(100);
/// How often a reading that failed for no known reason is tried again, and after which pause.
const AGAIN: usize = 4;
const PAUSE: Duration = Duration::from_millis(50);
/// Connections kept for the next reading: one for a long search, one for a call opened meanwhile.
const IDLE_READERS: usize = 2;

/// The version of SQLite, and whether it is safe for several writers.
pub fn sqlite_version() -> (&'static str, bool) {
    let is_safe = rusqlite::version_number() >= store::OLDEST_SQLITE;
    (rusqlite::version(), is_safe)
}

/// A handle to the history of one directory; clones share it.
#[derive(Clone)]
pub struct History {
    inner: Arc<Inner>,
}

struct Inner {
    place: Place,
    retention: Retention,
    /// Masks whatever is read from the file by today's knowledge.
    vault: Arc<Vault>,
    /// Which calls go to the team.
    share: Share,
    /// What others share, in a file of its own; `None` without a team.
    others: Option<History>,
    writing: Mutex<Writing>,
    readers: Mutex<Vec<Store>>,
}

enum Writing {
    NotYet,
    Now(Sender<Job>, JoinHandle<()>),
    Closed,
}

impl History {
    /// Opens the history now, or says why not. A locked file is no failure here, because reads and
    /// writes wait longer.
    pub fn open(
        directory: &Path,
        retention: Retention,
        vault: Arc<Vault>,
    ) -> Result<History, HistoryError> {
        History::at(directory, retention, vault).opened()
    }

    /// Opens it now, or says why not; as `open`.
    pub fn opened(self) -> Result<History, HistoryError> {
        match self.first_look() {
            Ok(()) | Err(Trouble::Locked) => Ok(self),
            Err(trouble) => Err(self.error(Doing::Open, trouble)),
        }
    }

    /// Whether anything was ever kept there; looking does not make anything.
    pub fn is_there(directory: &Path) -> bool {
        Place::new(directory).database().exists()
    }

    /// Opens at the first use, so that a bad directory is reported for each call and tried again
    /// with the next.
    pub fn at(directory: &Path, retention: Retention, vault: Arc<Vault>) -> History {
        History {
            inner: Arc::new(Inner {
                place: Place::new(directory),
                retention,
                vault,
                share: Share::None,
                others: None,
                writing: Mutex::new(Writing::NotYet),
                readers: Mutex::default(),
            }),
        }
    }

    /// Hands the call to the writer; the receipt tells whether it was kept.
    pub fn remember(&self, exchange: Arc<Exchange>) -> Receipt {
        let (reply, answer) = oneshot::channel();
        let refused = self.hand_over(Job::Remember(exchange, reply)).err();
        Receipt {
            history: self.clone(),
            answer,
            refused,
        }
    }

    /// The matching calls, newest first, at most `limit`, older than `before` if given; blocks.
    pub fn recall(
        &self,
        query: &Query,
        limit: usize,
        before: Option<&ExchangeId>,
    ) -> Result<Vec<ExchangeSummary>, HistoryError> {
        self.with_others(query, limit, |history, query| {
            history.recall_own(query, limit, before)
        })
    }

    fn recall_own(
        &self,
        query: &Query,
        limit: usize,
        before: Option<&ExchangeId>,
    ) -> Result<Vec<ExchangeSummary>, HistoryError> {
        self.read(|store| {
            recall::recall(&store.conn, query, limit, before, || {
                self.inner.vault.mask()
            })
        })
    }

    /// The whole call, without what is known to be secret now; `None` if it is not there; blocks.
    pub fn load(&self, id: &ExchangeId) -> Result<Option<Exchange>, HistoryError> {
        let call = self.read(|store| select::load(&store.conn, id))?;
        match (call, self.others()) {
            (None, Some(others)) => others.load(id),
            (call, _) => Ok(call.map(|call| self.inner.vault.mask().exchange(call))),
        }
    }

    /// How far calls of older versions are masked again; blocks.
    pub fn masking(&self) -> Result<Masking, HistoryError> {
        self.read(|store| masking::masking(&store.conn))
    }

    /// How far the words of calls are indexed; blocks.
    pub fn indexing(&self) -> Result<Indexing, HistoryError> {
        self.read(|store| index::progress(&store.conn))
    }

    /// The call whose id begins with this; `None` if none does. Several are an error that names
    /// two.
    pub fn find(&self, prefix: &str) -> Result<Option<ExchangeId>, HistoryError> {
        let own = self.read(|store| select::find(&store.conn, prefix))?;
        self.found_too(prefix, own)
    }

    /// How many calls match, without those that are forgotten; blocks.
    pub fn count(&self, query: &Query) -> Result<u64, HistoryError> {
        self.count_too(query)
    }

    /// Every case with its number of calls, the most recent first.
    pub fn cases(&self) -> Result<Vec<(String, u64)>, HistoryError> {
        let own = self.read(|store| select::cases(&store.conn))?;
        self.cases_too(own)
    }

    /// The same with whose calls they are; blocks.
    pub fn known_cases(&self) -> Result<Vec<KnownCase>, HistoryError> {
        let mut own = self.read(|store| select::known_cases(&store.conn, false))?;
        if let Some(others) = self.others() {
            own.extend(others.read(|store| select::known_cases(&store.conn, true))?);
        }
        Ok(select::together(own))
    }

    /// The calls of a kind of refusal, here and in the team, the newest first; blocks.
    pub fn alike(&self, key: &str, limit: usize) -> Result<Vec<ExchangeId>, HistoryError> {
        let own = self.read(|store| resolutions::alike(&store.conn, key, limit))?;
        let all = self.and_theirs(own, |others| others.alike(key, limit))?;
        Ok(newest_first(all, limit))
    }

    /// The refused calls with an error code, here and in the team, the newest first; blocks.
    pub fn with_code(&self, code: &str, limit: usize) -> Result<Vec<ExchangeId>, HistoryError> {
        let own = self.read(|store| resolutions::with_code(&store.conn, code, limit))?;
        let all = self.and_theirs(own, |others| others.with_code(code, limit))?;
        Ok(newest_first(all, limit))
    }

    /// The newest call that was refused, probes left out; blocks.
    pub fn newest_refusal(&self) -> Result<Option<ExchangeId>, HistoryError> {
        self.read(|store| resolutions::newest(&store.conn))
    }

    /// What refusals of a kind were in the end, the newest word first; blocks.
    pub fn resolutions(&self, kind: &Kind) -> Result<Vec<Resolution>, HistoryError> {
        let own = self.read(|store| resolutions::of_kind(&store.conn, kind))?;
        let mut all = self.and_theirs(own, |others| others.resolutions(kind))?;
        all.sort_by_key(|word| std::cmp::Reverse(word.at));
        Ok(all)
    }

    /// What refusals with a code were in the end, the newest word first; blocks.
    pub fn resolutions_of_code(&self, code: &str) -> Result<Vec<Resolution>, HistoryError> {
        let own = self.read(|store| resolutions::of_code(&store.conn, code))?;
        let mut all = self.and_theirs(own, |others| others.resolutions_of_code(code))?;
        all.sort_by_key(|word| std::cmp::Reverse(word.at));
        Ok(all)
    }

    /// All that was recorded of a call or a case, the newest word first, with what was changed or
    /// taken back; blocks.
    pub fn resolutions_on(&self, what: &ResolvedWhat) -> Result<Vec<Resolution>, HistoryError> {
        self.read(|store| resolutions::of(&store.conn, what))
    }

    /// The words in force on a call or a case, of everybody, the newest first; blocks.
    pub fn standing_on(&self, what: &ResolvedWhat) -> Result<Vec<Resolution>, HistoryError> {
        let own = self.resolutions_on(what)?;
        let mut newest: Vec<Resolution> = Vec::new();
        for word in self.and_theirs(own, |others| others.resolutions_on(what))? {
            match newest.iter_mut().find(|known| known.id == word.id) {
                Some(known) if known.revision < word.revision => *known = word,
                Some(_) => {}
                None => newest.push(word),
            }
        }
        newest.retain(|word| !word.withdrawn);
        newest.sort_by_key(|word| std::cmp::Reverse(word.at));
        Ok(newest)
    }

    /// Writes a resolution as its next revision, about refusals of these kinds; blocks until it
    /// is kept, and returns it with its number.
    pub fn resolve(
        &self,
        resolution: Resolution,
        kinds: Vec<Kind>,
    ) -> Result<Resolution, HistoryError> {
        let (reply, answer) = mpsc::channel();
        self.hand_over(Job::Resolve(Box::new(resolution), kinds, reply))
            .and_then(|()| answer.recv().unwrap_or(Err(Trouble::Closed)))
            .map_err(|trouble| self.error(Doing::Resolve, trouble))
    }

    /// Hides calls at once and erases them when this run ends. Returns how many there were.
    pub fn forget(&self, ids: &[ExchangeId]) -> Result<usize, HistoryError> {
        self.hide(true, ids, Doing::Forget)
    }

    /// Brings back calls that were forgotten and not yet erased. Returns how many.
    pub fn restore(&self, ids: &[ExchangeId]) -> Result<usize, HistoryError> {
        self.hide(false, ids, Doing::Restore)
    }

    /// Waits until every call is written and the forgotten ones are erased. False if that takes
    /// longer than allowed; it then continues while the process lives.
    pub fn close(self, within: Duration) -> bool {
        let was = std::mem::replace(&mut *lock(&self.inner.writing), Writing::Closed);
        // The last connection to close merges the log, and that must be the writer's.
        lock(&self.inner.readers).clear();
        let Writing::Now(jobs, thread) = was else {
            return true;
        };
        let (reply, done) = mpsc::channel();
        if jobs.send(Job::Close(reply)).is_err() {
            return true;
        }
        let ended = done.recv_timeout(within) != Err(mpsc::RecvTimeoutError::Timeout);
        if ended {
            // The thread only has to return.
            let _ = thread.join();
        }
        ended
    }

    fn first_look(&self) -> Result<(), Trouble> {
        let look = || -> Result<bool, Trouble> {
            let store = Store::open(&self.inner.place, FIRST_WAIT)?;
            let left = store.conn.query_row(
                "SELECT EXISTS (SELECT 1 FROM calls WHERE forgotten_by IS NOT NULL)",
                [],
                |row| row.get::<_, bool>(0),
            )?;
            let left = left || masking::is_behind(&store.conn)? || index::is_behind(&store.conn)?;
            store.conn.busy_timeout(LOCK_WAIT)?;
            lock(&self.inner.readers).push(store);
            Ok(left)
        };
        let left = match look() {
            Err(Trouble::Damaged { .. }) => match damage::set_aside(&self.inner.place)? {
                None => look()?,
                kept => {
                    return Err(Trouble::Damaged { kept });
                }
            },
            other => other?,
        };
        if left {
            self.hand_over(Job::Tend)?;
        }
        Ok(())
    }

    fn hide(&self, hide: bool, ids: &[ExchangeId], doing: Doing) -> Result<usize, HistoryError> {
        let (reply, answer) = mpsc::channel();
        self.hand_over(Job::Hide(hide, ids.to_vec(), reply))
            .and_then(|()| answer.recv().unwrap_or(Err(Trouble::Closed)))
            .map_err(|trouble| self.error(doing, trouble))
    }

    /// Opens the file while a call is under way, to finish what earlier runs left.
    pub fn tend(&self) {
        // Trouble is reported with the first call that cannot be kept.
        let _ = self.hand_over(Job::Tend);
    }

    /// Starts the writer thread before the first call needs it; touches no file.
    pub fn warm(&self) {
        // A failure here is tried again when it matters.
        let _ = self.writer(|_| ());
    }

    fn hand_over(&self, job: Job) -> Result<(), Trouble> {
        let handed = self.writer(|jobs| jobs.send(job).map_err(|_| Trouble::Closed));
        handed.and_then(|handed| handed)
    }

    /// Starts the writer on first use.
    fn writer<T>(&self, use_it: impl FnOnce(&Sender<Job>) -> T) -> Result<T, Trouble> {
        let mut writing = lock(&self.inner.writing);
        let ended = matches!(&*writing, Writing::Now(_, thread) if thread.is_finished());
        if ended || matches!(*writing, Writing::NotYet) {
            let (jobs, waiting) = mpsc::channel();
            let writer = Writer::new(
                self.inner.place.clone(),
                self.inner.retention,
                self.inner.vault.clone(),
                self.inner.share,
                waiting,
            );
            let thread = std::thread::Builder::new()
                .name("history".to_owned())
                .spawn(|| {
                    give_way();
                    writer.run();
                })?;
            *writing = Writing::Now(jobs, thread);
        }
        match &*writing {
            Writing::Now(jobs, _) => Ok(use_it(jobs)),
            Writing::NotYet | Writing::Closed => Err(Trouble::Closed),
        }
    }

    fn read<T>(
        &self,
        mut look: impl FnMut(&Store) -> Result<T, Trouble>,
    ) -> Result<T, HistoryError> {
        let mut attempt = || -> Result<T, Trouble> {
            let store = self.reader()?;
            let found = look(&store);
            if found.as_ref().err().is_none_or(Trouble::leaves_connection) {
                self.put_back(store);
            }
            found
        };
        let mut found = attempt();
        // A log that was removed while calls are indexed is put back by the next step of that.
        for _ in 0..AGAIN {
            if !matches!(found, Err(Trouble::Other(_))) {
                break;
            }
            std::thread::sleep(PAUSE);
            found = attempt();
        }
        let found = match found {
            Err(Trouble::Damaged { .. }) => match damage::set_aside(&self.inner.place) {
                Ok(None) => attempt(),
                Ok(kept) => Err(Trouble::Damaged { kept }),
                Err(trouble) => Err(trouble),
            },
            found => found,
        };
        found.map_err(|trouble| self.error(Doing::Read, trouble))
    }

    /// Keeps a connection for the next reading.
    fn put_back(&self, store: Store) {
        let mut readers = lock(&self.inner.readers);
        if readers.len() < IDLE_READERS && !matches!(*lock(&self.inner.writing), Writing::Closed) {
            readers.push(store);
        }
    }

    fn reader(&self) -> Result<Store, Trouble> {
        while let Some(store) = lock(&self.inner.readers).pop() {
            if store.is_current() && store.is_known() {
                return Ok(store);
            }
            if store.is_current() {
                continue;
            }
            // If the old file cannot be rescued, the one there now is all there is.
            let _ = store.rescue();
        }
        match Store::open(&self.inner.place, LOCK_WAIT) {
            Err(trouble @ (Trouble::ReadOnly | Trouble::NoPermission)) => {
                Store::open_read_only(&self.inner.place).map_err(|_| trouble)
            }
            store => store,
        }
    }

    fn error(&self, doing: Doing, trouble: Trouble) -> HistoryError {
        trouble.while_doing(doing, self.inner.place.database())
    }
}

fn newest_first(mut ids: Vec<ExchangeId>, limit: usize) -> Vec<ExchangeId> {
    ids.sort_by(|a, b| b.cmp(a));
    ids.dedup();
    ids.truncate(limit);
    ids
}

/// A mutex here guards nothing that a panic could leave half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Resolves once the call is on the disk, or with the reason why it is not.
#[must_use = "without it nobody is told that a call was not recorded"]
pub struct Receipt {
    history: History,
    answer: oneshot::Receiver<Result<(), Trouble>>,
    refused: Option<Trouble>,
}

impl Receipt {
    /// Blocks until the call is written, for plain threads; a task awaits the receipt instead.
    pub fn wait(mut self) -> Result<(), HistoryError> {
        let result = match self.refused.take() {
            Some(trouble) => Err(trouble),
            None => self.answer.blocking_recv().unwrap_or(Err(Trouble::Closed)),
        };
        result.map_err(|trouble| self.history.error(Doing::Record, trouble))
    }
}

impl Future for Receipt {
    type Output = Result<(), HistoryError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let result = match self.refused.take() {
            Some(trouble) => Poll::Ready(Err(trouble)),
            None => Pin::new(&mut self.answer)
                .poll(context)
                .map(|answer| answer.unwrap_or(Err(Trouble::Closed))),
        };
        result.map(|result| result.map_err(|trouble| self.history.error(Doing::Record, trouble)))
    }
}
