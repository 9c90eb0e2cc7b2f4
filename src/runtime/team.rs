//! The shared history beside the screen: nothing is said while all is well.

use crate::app::{Message, Notice};
use crate::engine::team::{Team, TeamNews, Turn};
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::AbortHandle;

/// Begins to speak with the team, until it is stopped.
pub fn begin(team: Team, queue: UnboundedSender<Message>) -> AbortHandle {
    let tell = move |news| {
        let notice = match news {
            TeamNews::Away(why) => Notice::trouble("The team is not reached.", why),
            TeamNews::Back => Notice::info("The team is reached again."),
        };
        // The queue is only gone when the program is about to end.
        let _ = queue.send(Message::Told(notice));
    };
    tokio::spawn(Turn::new(team).run(tell)).abort_handle()
}
