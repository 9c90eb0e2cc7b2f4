//! A page of the web is opened in the browser of whoever sits there; where there is none it is
//! copied.

use super::perform::Performer;
use crate::app::{Message, Notice};
use crate::engine::browser;

impl Performer {
    pub fn open_page(&mut self, url: String) {
        if let Some(why) = browser::missing() {
            return self.copy(format!("the address, for {why}"), url);
        }
        let client = self.client.clone();
        let queue = self.queue.clone();
        let _ = queue.send(Message::Told(Notice::info(
            "The browser is asked to open it.",
        )));
        // It may stay for as long as its window does.
        tokio::task::spawn_blocking(move || {
            if let Err(why) = browser::open(&url, client.vault().starter()) {
                let _ = queue.send(Message::Told(Notice::trouble(why, "")));
            }
        });
    }
}
