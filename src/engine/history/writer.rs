//! The thread that writes. It takes all waiting calls, writes them in one transaction, and confirms
//! only after the sync; then it tidies in small steps while nothing waits.

use super::anew;
use super::claim::{self, Claim};
use super::damage;
use super::error::Trouble;
use super::index;
use super::insert::{Row, remove_oldest};
use super::masking;
use super::outbox;
use super::place::Place;
use super::resolutions;
use super::retention::{Retention, over};
use super::select::row_id;
use super::store::{LOCK_WAIT, Store, begin};
use crate::engine::vault::Vault;
use crate::insight::Exchange;
use crate::insight::seen::Kind;
use crate::model::{ExchangeId, Resolution, Share};
use std::collections::VecDeque;
use std::fs::File;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, TryRecvError};
use std::time::Duration;
use tokio::sync::oneshot;

pub(super) enum Job {
    Remember(Arc<Exchange>, oneshot::Sender<Result<(), Trouble>>),
    /// Hides calls, or shows hidden ones again.
    Hide(bool, Vec<ExchangeId>, Sender<Result<usize, Trouble>>),
    /// Writes what a refusal was in the end.
    Resolve(
        Box<Resolution>,
        Vec<Kind>,
        Sender<Result<Resolution, Trouble>>,
    ),
    /// Removes what ended runs forgot, and masks calls of older versions again.
    Tend,
    Close(Sender<()>),
}

/// Calls and bytes in one transaction: enough to share a sync, not so much that another process
/// waits for long.
const BATCH_CALLS: usize = 256;
const BATCH_BYTES: usize = 32 << 20;
/// Calls that wait to be indexed before a run that ends takes a step.
const HEAP: usize = 256;
/// Rows removed in one step of tidying.
const STEP_ROWS: usize = 200;

pub(super) struct Writer {
    place: Place,
    retention: Retention,
    vault: Arc<Vault>,
    /// Which calls go to the team.
    share: Share,
    jobs: Receiver<Job>,
    waiting: VecDeque<Job>,
    store: Option<Store>,
    claim: Option<Claim>,
    /// The lock for masking old calls again: only one run does that at a time.
    masking: Option<File>,
    /// The lock for filling the index, while there is something to fill.
    indexing: Option<File>,
    /// Nobody can send jobs any more.
    is_alone: bool,
}

impl Writer {
    /// A writer that has not opened the file yet; `run` does on its first job.
    pub fn new(
        place: Place,
        retention: Retention,
        vault: Arc<Vault>,
        share: Share,
        jobs: Receiver<Job>,
    ) -> Writer {
        Writer {
            place,
            retention,
            vault,
            share,
            jobs,
            waiting: VecDeque::new(),
            store: None,
            claim: None,
            masking: None,
            indexing: None,
            is_alone: false,
        }
    }

    /// Works until it is told to close, or nobody can send jobs any more.
    pub fn run(mut self) {
        let mut crowded = false;
        loop {
            // Tidying must not delay a call, and the loop must not spin at rest.
            let is_idle = self.masking.is_none() && self.indexing.is_none();
            match self.next(!crowded && is_idle) {
                Some(Job::Remember(exchange, reply)) => {
                    crowded = self.remember(exchange, reply);
                    self.begin_indexing();
                }
                Some(Job::Hide(hide, ids, reply)) => {
                    let done = self.attempt(|writer| writer.hide(hide, &ids));
                    let _ = reply.send(done);
                }
                Some(Job::Resolve(resolution, kinds, reply)) => {
                    let done = self.attempt(|writer| writer.resolve(&resolution, &kinds));
                    let _ = reply.send(done);
                }
                Some(Job::Tend) => {
                    self.purge();
                    self.begin_indexing();
                }
                Some(Job::Close(reply)) => {
                    self.end();
                    let _ = reply.send(());
                    return;
                }
                None if self.is_alone => return self.end(),
                None if crowded => crowded = self.tidy().unwrap_or(false),
                None if self.masking.is_some() => self.mask_anew(),
                None => self.fill_index(),
            }
        }
    }

    /// The next job; `None` if there is none yet or, when waiting, never will be.
    fn next(&mut self, wait: bool) -> Option<Job> {
        if let Some(job) = self.waiting.pop_front() {
            return Some(job);
        }
        let job = if wait {
            self.jobs.recv().map_err(|_| TryRecvError::Disconnected)
        } else {
            self.jobs.try_recv()
        };
        self.is_alone = matches!(job, Err(TryRecvError::Disconnected));
        job.ok()
    }

    /// Writes the call and those waiting behind it; false if none could be written.
    fn remember(
        &mut self,
        first: Arc<Exchange>,
        reply: oneshot::Sender<Result<(), Trouble>>,
    ) -> bool {
        let mut bytes = weight(&first);
        let mut batch = vec![(first, reply)];
        while batch.len() < BATCH_CALLS && bytes < BATCH_BYTES {
            match self.next(false) {
                Some(Job::Remember(exchange, reply)) => {
                    bytes += weight(&exchange);
                    batch.push((exchange, reply));
                }
                Some(job) => {
                    self.waiting.push_front(job);
                    break;
                }
                None => break,
            }
        }
        let (exchanges, replies): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
        let rows: Vec<Row> = exchanges.iter().map(|exchange| Row::of(exchange)).collect();
        let results = match self.attempt(|writer| writer.write(&rows)) {
            Ok(()) => vec![Ok(()); rows.len()],
            // A call that does not fit must not fail the others.
            Err(Trouble::DiskFull | Trouble::TooLarge) if rows.len() > 1 => rows
                .chunks(1)
                .map(|row| self.attempt(|writer| writer.write(row)))
                .collect(),
            Err(trouble) => vec![Err(trouble); rows.len()],
        };
        let written = results.iter().any(Result::is_ok);
        for (reply, result) in replies.into_iter().zip(results) {
            // The call is kept even if nobody waits for the answer.
            let _ = reply.send(result);
        }
        written
    }

    fn write(&mut self, rows: &[Row]) -> Result<(), Trouble> {
        let (retention, share) = (self.retention, self.share);
        let store = self.store()?;
        let tx = begin(store)?;
        for row in rows {
            let id = row.insert(&tx)?;
            if let Some(id) = id.filter(|_| share.takes(row.has_case())) {
                outbox::add(&tx, id)?;
            }
        }
        // Removing a little in the same transaction saves a sync; a larger excess is left for
        // later.
        let mut room = rows.len() + 8;
        while room > 0 && over(&tx, retention)? {
            room -= 1;
            remove_oldest(&tx)?;
        }
        tx.commit()?;
        if !store.secure()? {
            self.store = None;
        }
        Ok(())
    }

    fn hide(&mut self, hide: bool, ids: &[ExchangeId]) -> Result<usize, Trouble> {
        if hide && self.claim.is_none() {
            self.claim = Some(Claim::take(&self.place)?);
        }
        let mark = self.claim.as_ref().filter(|_| hide).map(|claim| claim.id);
        let store = self.store()?;
        let tx = begin(store)?;
        let mut changed = 0;
        {
            let mut update = tx.prepare_cached(
                "UPDATE calls SET forgotten_by = ?1
                 WHERE id = ?2 AND (forgotten_by IS NULL) = (?1 IS NOT NULL)",
            )?;
            for id in ids {
                changed += update.execute((mark, row_id(id)))?;
            }
        }
        tx.commit()?;
        if !store.secure()? {
            self.store = None;
        }
        Ok(changed)
    }

    fn resolve(&mut self, resolution: &Resolution, kinds: &[Kind]) -> Result<Resolution, Trouble> {
        let share = self.share;
        let store = self.store()?;
        let tx = begin(store)?;
        let revision = resolutions::insert(&tx, resolution, kinds)?;
        if share.takes(resolution.case.is_some()) {
            outbox::add_word(&tx, row_id(&resolution.id), revision)?;
        }
        tx.commit()?;
        if !store.secure()? {
            self.store = None;
        }
        Ok(Resolution {
            revision,
            ..resolution.clone()
        })
    }

    /// Takes one step towards the limits; true if more is left to do.
    fn tidy(&mut self) -> Result<bool, Trouble> {
        let retention = self.retention;
        let store = self.store()?;
        // Look first, to keep the lock free for others.
        if !over(&store.conn, retention)? {
            return Ok(false);
        }
        let tx = begin(store)?;
        let mut removed = 0;
        while removed < STEP_ROWS && over(&tx, retention)? {
            remove_oldest(&tx)?;
            removed += 1;
        }
        tx.commit()?;
        Ok(removed >= STEP_ROWS)
    }

    /// Masks some old calls again. A failure costs only time: the next run tries again.
    fn mask_anew(&mut self) {
        let vault = self.vault.clone();
        let step = self.store().and_then(|store| anew::step(store, &vault));
        if !step.unwrap_or(false) {
            self.masking = None;
            // What is masked now may be indexed.
            self.begin_indexing();
        }
    }

    /// Indexes some calls. A failure costs only time: the next run tries again.
    fn fill_index(&mut self) {
        let step = self.store().and_then(index::step);
        if !step.unwrap_or(false) {
            self.indexing = None;
        }
    }

    /// Begins to fill the index, unless another run does.
    fn begin_indexing(&mut self) {
        let Some(store) = self.store.as_ref().filter(|_| self.indexing.is_none()) else {
            return;
        };
        if matches!(index::is_behind(&store.conn), Ok(true))
            && let Ok(file) = self.place.lock_file("history.indexing")
            && file.try_lock().is_ok()
        {
            self.indexing = Some(file);
        }
    }

    /// Begins to mask old calls, unless another run does.
    fn begin_masking(&mut self) {
        let is_behind = self
            .store
            .as_ref()
            .map(|store| masking::is_behind(&store.conn));
        if self.masking.is_none()
            && matches!(is_behind, Some(Ok(true)))
            && let Ok(file) = self.place.lock_file("history.masking")
            && file.try_lock().is_ok()
        {
            self.masking = Some(file);
        }
    }

    /// Erases what ended runs forgot. A failure costs only time: the next run tries again.
    fn purge(&mut self) {
        let owners = self.owners().unwrap_or_default();
        let own = self.claim.as_ref().map(|claim| claim.id);
        for owner in owners {
            if Some(owner) != own && !claim::is_held(&self.place, owner) {
                let _ = self.erase(owner);
                claim::remove(&self.place, owner);
            }
        }
    }

    /// Every run whose forgotten calls are still there.
    fn owners(&mut self) -> Result<Vec<i64>, Trouble> {
        let conn = &self.store()?.conn;
        let mut select =
            conn.prepare("SELECT DISTINCT forgotten_by FROM calls WHERE forgotten_by IS NOT NULL")?;
        let rows = select.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Erases what that run forgot, from the log as well.
    fn erase(&mut self, owner: i64) -> Result<(), Trouble> {
        let store = self.store()?;
        loop {
            let tx = begin(store)?;
            let removed = tx.execute(
                "DELETE FROM calls WHERE id IN
                 (SELECT id FROM calls WHERE forgotten_by = ?1 LIMIT ?2)",
                (owner, STEP_ROWS as i64),
            )?;
            index::to_be_cleaned(&tx)?;
            tx.commit()?;
            if removed < STEP_ROWS {
                break;
            }
        }
        index::forget_removed(store)?;
        store.empty_log()?;
        Ok(())
    }

    fn end(&mut self) {
        if let Some(own) = self.claim.as_ref().map(|claim| claim.id) {
            // The next run erases what cannot be erased now.
            let _ = self.erase(own);
        }
        self.index_a_heap();
        self.store = None;
        self.claim = None;
        self.masking = None;
        self.indexing = None;
    }

    /// Runs that make one call and end leave its indexing to others; when many calls wait, one of
    /// those runs takes a step.
    fn index_a_heap(&mut self) {
        let Some(store) = &mut self.store else {
            return;
        };
        let waiting = index::waiting(&store.conn, HEAP);
        if waiting.is_ok_and(|waiting| waiting >= HEAP) {
            // The next run tries again.
            let _ = index::step(store);
        }
    }

    /// Does work and retries passing errors. After an error that breaks the connection, the next
    /// attempt opens a new one.
    fn attempt<T>(
        &mut self,
        mut work: impl FnMut(&mut Writer) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        let mut pauses = RETRIES.iter();
        loop {
            let trouble = match work(self) {
                Ok(done) => return Ok(done),
                Err(trouble) => trouble,
            };
            if !trouble.leaves_connection() {
                self.store = None;
            }
            if matches!(trouble, Trouble::Damaged { .. }) {
                if let Some(kept) = damage::set_aside(&self.place)? {
                    return Err(Trouble::Damaged { kept: Some(kept) });
                }
            } else if !is_passing(&trouble) {
                return Err(trouble);
            }
            match pauses.next() {
                Some(&pause) => std::thread::sleep(Duration::from_millis(pause)),
                None => return Err(trouble),
            }
        }
    }

    fn store(&mut self) -> Result<&mut Store, Trouble> {
        let store = match self.store.take() {
            Some(store) if store.is_current() && store.is_known() => store,
            Some(lost) if lost.is_current() => {
                drop(lost);
                Store::open(&self.place, LOCK_WAIT)?
            }
            Some(lost) => {
                lost.rescue()?;
                drop(lost);
                Store::open(&self.place, LOCK_WAIT)?
            }
            None => {
                self.store = Some(Store::open(&self.place, LOCK_WAIT)?);
                self.begin_masking();
                return self.store.as_mut().ok_or(Trouble::Closed);
            }
        };
        Ok(self.store.insert(store))
    }
}

/// Pauses in ms before retries of an error that may pass by itself.
const RETRIES: [u64; 2] = [10, 50];

/// A disk error may pass, and so may the effect of another process that opens or closes the same
/// files.
fn is_passing(trouble: &Trouble) -> bool {
    matches!(trouble, Trouble::Other(_))
}

fn weight(exchange: &Exchange) -> usize {
    exchange.sent.body.len() + exchange.outcome.response().map_or(0, |r| r.body.len())
}
