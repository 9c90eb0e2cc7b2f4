//! Opens a web page in the person's browser, or copies its address if there is no browser.

use super::perform::Performer;
use crate::app::{Message, Notice};
use crate::engine::browser;

impl Performer {
    /// Opens the page, and says why if that fails.
    pub fn open_page(&mut self, url: String) {
        if let Some(why) = browser::missing() {
            return self.copy(format!("the address, for {why}"), url);
        }
        let client = self.client.clone();
        let queue = self.queue.clone();
        let _ = queue.send(Message::Told(Notice::info(
            "The browser is asked to open it.",
        )));
        // The browser's program may run as long as its window is open.
        tokio::task::spawn_blocking(move || {
            if let Err(why) = browser::open(&url, client.vault().starter()) {
                let _ = queue.send(Message::Told(Notice::trouble(why, "")));
            }
        });
    }
}
