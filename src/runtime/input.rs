//! From the terminal's events to our messages. The only file that names the library's keys.

use crate::app::{Key, KeyCode, Message};
use crossterm::event::{Event, EventStream, KeyCode as Code, KeyEvent, KeyEventKind, KeyModifiers};
use futures_util::StreamExt;
use std::io;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

/// The terminal's events, read on a thread of their own. The library's stream takes a lock that
/// its waiting half holds; who asks it without need gives the processor away several times over,
/// which on a busy machine is what a key then waits for.
pub struct Events {
    queue: mpsc::UnboundedReceiver<io::Result<Event>>,
    /// Dropped with the events, which ends the thread.
    _open: oneshot::Sender<()>,
}

impl Events {
    pub fn open() -> io::Result<Events> {
        let (sender, queue) = mpsc::unbounded_channel();
        let (open, mut closed) = oneshot::channel();
        let tasks = Handle::current();
        let read = async move {
            let mut events = EventStream::new();
            loop {
                let event = tokio::select! {
                    event = events.next() => event,
                    _ = &mut closed => None,
                };
                let Some(event) = event else { return };
                if sender.send(event).is_err() {
                    return;
                }
            }
        };
        let thread = std::thread::Builder::new().name("keys".to_owned());
        thread.spawn(move || tasks.block_on(read))?;
        Ok(Events { queue, _open: open })
    }

    /// The next event; `None` if there will be none.
    pub async fn next(&mut self) -> Option<io::Result<Event>> {
        self.queue.recv().await
    }

    /// An event that is there already.
    pub fn waiting(&mut self) -> Option<Event> {
        self.queue.try_recv().ok().and_then(Result::ok)
    }
}

pub fn message(event: Event) -> Option<Message> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => Some(Message::Key(our_key(key)?)),
        Event::Paste(text) => Some(Message::Paste(text)),
        Event::Resize(width, height) => Some(Message::Resized { width, height }),
        _ => None,
    }
}

fn our_key(key: KeyEvent) -> Option<Key> {
    let shift = key.modifiers.contains(KeyModifiers::SHIFT);
    let code = match key.code {
        Code::Char(c) => KeyCode::Char(c),
        Code::F(number) => KeyCode::Function(number),
        Code::Enter => KeyCode::Enter,
        Code::Esc => KeyCode::Esc,
        Code::Tab if shift => KeyCode::BackTab,
        Code::Tab => KeyCode::Tab,
        Code::BackTab => KeyCode::BackTab,
        Code::Backspace => KeyCode::Backspace,
        Code::Delete => KeyCode::Delete,
        Code::Insert => KeyCode::Insert,
        Code::Left => KeyCode::Left,
        Code::Right => KeyCode::Right,
        Code::Up => KeyCode::Up,
        Code::Down => KeyCode::Down,
        Code::Home => KeyCode::Home,
        Code::End => KeyCode::End,
        Code::PageUp => KeyCode::PageUp,
        Code::PageDown => KeyCode::PageDown,
        _ => return None,
    };
    Some(Key {
        code,
        ctrl: key.modifiers.contains(KeyModifiers::CONTROL),
        alt: key.modifiers.contains(KeyModifiers::ALT),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pressed(code: Code, modifiers: KeyModifiers) -> Option<Key> {
        our_key(KeyEvent::new(code, modifiers))
    }

    #[test]
    fn the_terminals_keys_become_ours() {
        let ctrl_r = pressed(Code::Char('r'), KeyModifiers::CONTROL);
        assert_eq!(ctrl_r, Key::parse("ctrl-r"));
        assert_eq!(
            pressed(Code::Char('G'), KeyModifiers::SHIFT),
            Key::parse("G")
        );
        assert_eq!(
            pressed(Code::BackTab, KeyModifiers::SHIFT),
            Key::parse("backtab")
        );
        assert_eq!(pressed(Code::CapsLock, KeyModifiers::NONE), None);
    }
}
