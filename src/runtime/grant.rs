//! Passes news about tokens from authorization servers to the screen.

use crate::app::pane::SignIn;
use crate::app::{Message, Notice};
use crate::engine::grant::News;
use crate::model::visible_line;
use std::sync::Arc;
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
        News::Got(got) => return Some(Message::SignedIn(got.name.clone())),
        News::Says(says) => (says, String::new()),
        News::Device(device) => {
            return Some(Message::SignIn(Box::new(SignIn {
                token: device.name,
                user_code: Some(visible_line(&device.user_code).into_owned()),
                url: visible_line(&device.url).into_owned(),
                whole_url: device.whole_url.filter(|url| is_plain(url)),
                until: device.until,
            })));
        }
        News::Browser {
            name, url, until, ..
        } => {
            return Some(Message::SignIn(Box::new(SignIn {
                token: name,
                user_code: None,
                url: visible_line(&url).into_owned(),
                whole_url: None,
                until,
            })));
        }
    };
    let mut notice = Notice::info(what);
    notice.remedy = remedy;
    Some(Message::Told(notice))
}

/// Whether an address can be shown, opened and drawn as it is.
fn is_plain(url: &str) -> bool {
    url.chars().all(|c| c.is_ascii_graphic())
}
