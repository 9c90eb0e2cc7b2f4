//! Passes news about tokens from authorization servers to the screen.

use crate::app::{Message, Notice};
use crate::engine::clock;
use crate::engine::grant::News;
use crate::insight::back_off::wait_text;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

/// Passes the news on for as long as the screen is up.
pub fn hear(mut news: UnboundedReceiver<News>, queue: UnboundedSender<Message>) {
    tokio::spawn(async move {
        while let Some(news) = news.recv().await {
            if let Some(message) = message(news) {
                let _ = queue.send(message);
            }
        }
    });
}

fn message(news: News) -> Option<Message> {
    let (what, remedy) = match news {
        News::Made(exchange) => return Some(Message::Made(Arc::new(*exchange))),
        News::Got(_) => return None,
        News::Says(says) => (says, String::new()),
        News::Device(device) => {
            let left = Duration::try_from(device.until.duration_since(clock::now()));
            (
                format!(
                    "Token {}: open {} and type {}.",
                    device.name, device.url, device.user_code
                ),
                format!(
                    "In a browser on any machine, within {}.",
                    wait_text(left.unwrap_or_default())
                ),
            )
        }
        News::Browser { name, url, .. } => (
            format!("Token {name}: open {url}"),
            "In a browser on this machine; it comes back by itself.".to_owned(),
        ),
    };
    let mut notice = Notice::info(what);
    notice.remedy = remedy;
    Some(Message::Told(notice))
}
