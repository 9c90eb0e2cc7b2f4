//! The shared history beside the screen: nothing is said while all is well.

use crate::app::Message;
use crate::engine::team::{Team, TeamNews, Turn};
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::AbortHandle;

/// Begins to speak with the team, until it is stopped.
pub fn begin(team: Team, queue: UnboundedSender<Message>) -> AbortHandle {
    let tell = move |news| {
        let trouble = match news {
            TeamNews::Away(why) => Some(why),
            TeamNews::Back => None,
        };
        // The queue is only gone when the program is about to end.
        let _ = queue.send(Message::Team { trouble });
    };
    tokio::spawn(Turn::new(team).run(tell)).abort_handle()
}
