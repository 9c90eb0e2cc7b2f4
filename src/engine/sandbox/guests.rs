//! Who is connected to the sandbox. Where there is no room for one more, whoever has been silent
//! longest goes; whoever waits for an answer stays.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tokio::task::AbortHandle;

/// All that are connected, by number.
#[derive(Default)]
pub(super) struct Guests {
    list: Mutex<Register>,
}

#[derive(Default)]
struct Register {
    next: u64,
    guests: HashMap<u64, Guest>,
}

struct Guest {
    /// When anything of a request last came from it, or an answer went to it.
    heard: Instant,
    /// Whether it asked and has no answer yet.
    waits: bool,
    /// What ends its connection, as soon as that is served.
    connection: Option<AbortHandle>,
}

/// One of the guests, as long as its connection is served.
pub(super) struct Seat {
    number: u64,
    guests: Arc<Guests>,
}

impl Guests {
    fn list(&self) -> MutexGuard<'_, Register> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many are connected now, those that wait for an answer among them.
    pub fn count(&self) -> usize {
        self.list().guests.len()
    }

    /// Takes a new guest in, who is silent from now on; it is gone when the seat is dropped.
    pub fn seat(self: &Arc<Guests>) -> Seat {
        let mut list = self.list();
        let number = list.next;
        list.next += 1;
        let guest = Guest {
            heard: Instant::now(),
            waits: false,
            connection: None,
        };
        list.guests.insert(number, guest);
        Seat {
            number,
            guests: Arc::clone(self),
        }
    }

    /// Tells what ends a guest's connection; before that, dismissing it cannot cut it off.
    pub fn serve_by(&self, number: u64, connection: AbortHandle) {
        // It may have come to its end before.
        if let Some(guest) = self.list().guests.get_mut(&number) {
            guest.connection = Some(connection);
        }
    }

    /// Ends the connection that has been silent longest; false if there is none that may end.
    pub fn dismiss_one(&self) -> bool {
        let mut list = self.list();
        let silent = list.guests.iter().filter(|(_, guest)| !guest.waits);
        let longest = silent.min_by_key(|(number, guest)| (guest.heard, **number));
        let Some(number) = longest.map(|(number, _)| *number) else {
            return false;
        };
        let gone = list.guests.remove(&number);
        drop(list);
        if let Some(connection) = gone.and_then(|guest| guest.connection) {
            connection.abort();
        }
        true
    }
}

impl Seat {
    /// The number by which the guests know it; none is given twice.
    pub fn number(&self) -> u64 {
        self.number
    }

    fn change(&self, change: impl FnOnce(&mut Guest)) {
        if let Some(guest) = self.guests.list().guests.get_mut(&self.number) {
            guest.heard = Instant::now();
            change(guest);
        }
    }

    /// A part of a request came.
    pub fn heard(&self) {
        self.change(|_| {});
    }

    /// Its request is whole, and is being answered.
    pub fn begins_to_wait(&self) {
        self.change(|guest| guest.waits = true);
    }

    /// Its answer went out: from now on it counts as silent.
    pub fn answered(&self) {
        self.change(|guest| guest.waits = false);
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.guests.list().guests.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_has_been_silent_longest_goes_first_and_whoever_waits_stays() {
        let guests = Arc::new(Guests::default());
        let seats: Vec<Seat> = (0..4).map(|_| guests.seat()).collect();
        let connections: Vec<_> = (0..4)
            .map(|_| tokio::spawn(std::future::pending::<()>()))
            .collect();
        for (seat, connection) in seats.iter().zip(&connections) {
            guests.serve_by(seat.number(), connection.abort_handle());
        }
        seats[0].heard();
        seats[1].begins_to_wait();
        assert!(guests.dismiss_one());
        assert!(guests.dismiss_one());
        assert!(guests.dismiss_one());
        assert!(!guests.dismiss_one());
        assert_eq!(guests.count(), 1);
        seats[1].answered();
        assert!(guests.dismiss_one());
        for connection in connections {
            assert!(connection.await.unwrap_err().is_cancelled());
        }
        drop(seats);
        assert_eq!(guests.count(), 0);
    }
}
