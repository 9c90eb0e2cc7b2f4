//! The history as the team's other half: what is to go, what came, and both searched as one.

use super::History;
use super::error::{Doing, HistoryError, Trouble};
use super::others::{self, Foreign, ForeignWord, KEPT, TakenIn, Whose};
use super::outbox::{self, Leaving, Outbox, WordOut};
use super::recall;
use super::select::{self, row_id};
use super::store::begin;
use crate::engine::clock;
use crate::insight::Query;
use crate::model::{ExchangeId, ExchangeSummary, Share};
use rusqlite::Transaction;
use std::fs::File;
use std::sync::Arc;

/// The folder of the cache, in that of the history.
const FOLDER: &str = "team";

impl History {
    /// With a team: notes what is to go there, and finds what others share. To be called before
    /// the history is used.
    pub fn in_team(mut self, share: Share) -> History {
        let (place, vault) = (self.inner.place.clone(), self.inner.vault.clone());
        if let Some(inner) = Arc::get_mut(&mut self.inner) {
            inner.share = share;
            let others = History::at(&place.directory().join(FOLDER), KEPT, vault);
            inner.others = Some(others);
        }
        self
    }

    /// Whether there is a team whose calls can be asked for.
    pub fn has_team(&self) -> bool {
        self.inner.others.is_some()
    }

    /// What others share, if anything came yet.
    pub(super) fn others(&self) -> Option<&History> {
        let others = self.inner.others.as_ref()?;
        others.inner.place.database().exists().then_some(others)
    }

    /// The matching calls of one's own and, where they are asked for, of others, newest first.
    pub(super) fn with_others(
        &self,
        query: &Query,
        limit: usize,
        recall: impl Fn(&History, &Query) -> Result<Vec<ExchangeSummary>, HistoryError>,
    ) -> Result<Vec<ExchangeSummary>, HistoryError> {
        if !query.is_of_team() {
            return recall(self, query);
        }
        let own = query.of_own().map(|own| recall(self, &own)).transpose()?;
        let theirs = self.others().map(|others| recall(others, query));
        let mut all = own.unwrap_or_default();
        all.extend(theirs.transpose()?.unwrap_or_default());
        all.sort_by(|a, b| b.id.cmp(&a.id));
        all.truncate(limit);
        Ok(all)
    }

    pub(super) fn count_too(&self, query: &Query) -> Result<u64, HistoryError> {
        let count = |history: &History, query: &Query| {
            history.read(|store| recall::count(&store.conn, query))
        };
        if !query.is_of_team() {
            return count(self, query);
        }
        let own = query.of_own().map_or(Ok(0), |own| count(self, &own))?;
        let theirs = self.others().map_or(Ok(0), |others| count(others, query))?;
        Ok(own + theirs)
    }

    pub(super) fn found_too(
        &self,
        prefix: &str,
        own: Option<ExchangeId>,
    ) -> Result<Option<ExchangeId>, HistoryError> {
        let theirs = match self.others() {
            Some(others) => others.find(prefix)?,
            None => None,
        };
        match (own, theirs) {
            (Some(own), Some(theirs)) if own != theirs => {
                let trouble = Trouble::Ambiguous {
                    first: own.to_string(),
                    second: theirs.to_string(),
                };
                Err(self.error(Doing::Read, trouble))
            }
            (own, theirs) => Ok(own.or(theirs)),
        }
    }

    pub(super) fn cases_too(
        &self,
        mut own: Vec<(String, u64)>,
    ) -> Result<Vec<(String, u64)>, HistoryError> {
        let theirs = self.others().map(History::cases).transpose()?;
        for (case, count) in theirs.unwrap_or_default() {
            let key = case.to_lowercase();
            match own
                .iter_mut()
                .find(|(known, _)| known.to_lowercase() == key)
            {
                Some((_, calls)) => *calls += count,
                None => own.push((case, count)),
            }
        }
        Ok(own)
    }

    /// What both halves know, put together.
    pub(super) fn and_theirs<T>(
        &self,
        mut own: Vec<T>,
        ask: impl Fn(&History) -> Result<Vec<T>, HistoryError>,
    ) -> Result<Vec<T>, HistoryError> {
        if let Some(others) = self.others() {
            own.extend(ask(others)?);
        }
        Ok(own)
    }

    /// The colleague who made a call; `None` for one's own.
    pub fn whose(&self, id: &ExchangeId) -> Result<Option<Whose>, HistoryError> {
        let Some(others) = self.others() else {
            return Ok(None);
        };
        let own = self.read(|store| select::load(&store.conn, id))?;
        match own {
            Some(_) => Ok(None),
            None => others.read(|store| others::whose(&store.conn, row_id(id))),
        }
    }

    /// This home's id for the team.
    pub fn writer_id(&self) -> Result<String, HistoryError> {
        let mut chance = [0; 16];
        let random = ring::rand::SystemRandom::new();
        let drawn = ring::rand::SecureRandom::fill(&random, &mut chance);
        let unusable = || Trouble::Other("the system gives no random numbers".to_owned());
        drawn.map_err(|_| self.error(Doing::Share, unusable()))?;
        self.change(|tx| outbox::writer(tx, chance))
    }

    /// The next entries of the outbox; blocks.
    pub fn outgoing(&self, calls: usize, bytes: usize) -> Result<Vec<Leaving>, HistoryError> {
        // The mask takes longer than a look at an outbox that is empty.
        if self.outbox()?.pending == 0 {
            return Ok(Vec::new());
        }
        let mask = self.inner.vault.mask();
        self.read(|store| outbox::next(&store.conn, calls, bytes, &mask))
    }

    /// Strikes entries off that the team's database has; blocks.
    pub fn went(&self, sent: &[Leaving]) -> Result<(), HistoryError> {
        self.change(|tx| outbox::strike(tx, sent))
    }

    /// The next words on refusals that are to go; blocks.
    pub fn words_out(&self, limit: usize) -> Result<Vec<WordOut>, HistoryError> {
        let mask = self.inner.vault.mask();
        self.read(|store| outbox::words(&store.conn, limit, &mask))
    }

    /// Strikes words off that the team's database has; blocks.
    pub fn words_went(&self, sent: &[WordOut]) -> Result<(), HistoryError> {
        self.change(|tx| outbox::strike_words(tx, sent))
    }

    /// Sets an entry aside that cannot go; blocks.
    pub fn cannot_go(&self, entry: &Leaving, why: &str) -> Result<(), HistoryError> {
        self.change(|tx| outbox::refuse(tx, entry.seq, why))
    }

    /// Sends everything again that ever went, and what was set aside. Returns how many.
    pub fn send_again(&self) -> Result<usize, HistoryError> {
        self.change(|tx| outbox::again(tx))
    }

    /// How the outbox stands; blocks.
    pub fn outbox(&self) -> Result<Outbox, HistoryError> {
        self.read(|store| outbox::state(&store.conn))
    }

    /// Remembers why the team could not be reached, for `status`; `None` once it could.
    pub fn note_trouble(&self, trouble: Option<&str>) -> Result<(), HistoryError> {
        self.writer_id()?;
        let now = clock::now().as_millisecond();
        self.change(|tx| outbox::note(tx, trouble.map(|words| (words, now))))
    }

    /// Which database was read, and how far.
    pub fn pulled(&self) -> Result<Option<(String, i64)>, HistoryError> {
        match self.others() {
            Some(others) => others.read(|store| others::pulled(&store.conn)),
            None => Ok(None),
        }
    }

    /// Keeps what others share, and how far their database was read; blocks.
    pub fn take_in(
        &self,
        foreign: Vec<Foreign>,
        words: &[ForeignWord],
        read: (&str, i64),
        anew: bool,
    ) -> Result<TakenIn, HistoryError> {
        let Some(others) = &self.inner.others else {
            return Ok(TakenIn::default());
        };
        let mask = self.inner.vault.mask();
        let (rows, unreadable) = others::ready(foreign, &mask);
        let kept = others.change(|tx| others::take_in(tx, (&rows, words), read, anew))?;
        Ok(TakenIn { kept, unreadable })
    }

    /// The right to speak with the team for this home; `None` while another run has it.
    pub fn hold_team(&self) -> Option<File> {
        let file = self.inner.place.lock_file("history.team").ok()?;
        file.try_lock().is_ok().then_some(file)
    }

    /// Changes the file beside the writer; the file's own lock keeps them apart.
    fn change<T>(
        &self,
        work: impl Fn(&Transaction) -> Result<T, Trouble>,
    ) -> Result<T, HistoryError> {
        let attempt = || -> Result<T, Trouble> {
            let mut store = self.reader()?;
            let done = {
                let tx = begin(&mut store)?;
                let done = work(&tx)?;
                tx.commit()?;
                done
            };
            if store.secure()? {
                self.put_back(store);
            }
            Ok(done)
        };
        attempt().map_err(|trouble| self.error(Doing::Share, trouble))
    }
}
