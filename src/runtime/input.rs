//! From the terminal's events to our messages. Only this file names the library's keys.

use crate::app::{Key, KeyCode, Message, Pointer, PointerMove};
use crossterm::event::{
    Event, EventStream, KeyCode as Code, KeyEvent, KeyEventKind, KeyModifiers, MouseButton,
    MouseEvent, MouseEventKind,
};
use futures_util::StreamExt;
use std::future::poll_fn;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

/// The terminal's events. The library's stream takes a lock that its waiting half holds: asking it
/// without need gives the processor away several times, and on a busy machine a key then waits for
/// that. So it is asked only once it has said that there is something.
pub struct Events {
    stream: EventStream,
    bell: Arc<Bell>,
}

/// Rung by the stream; wakes the loop.
struct Bell {
    rung: AtomicBool,
    sleeper: Mutex<Option<Waker>>,
}

impl Wake for Bell {
    fn wake(self: Arc<Bell>) {
        self.rung.store(true, Ordering::SeqCst);
        let sleeper = self.sleeper.lock().ok().and_then(|mut s| s.take());
        if let Some(sleeper) = sleeper {
            sleeper.wake();
        }
    }
}

impl Events {
    /// Starts to read the terminal's events.
    pub fn open() -> Events {
        Events {
            stream: EventStream::new(),
            bell: Arc::new(Bell {
                rung: AtomicBool::new(true),
                sleeper: Mutex::default(),
            }),
        }
    }

    /// Stops reading the terminal until the next event is asked for.
    pub fn let_go(self) -> Events {
        drop(self);
        // The old stream's thread holds a lock while it reads, and opening waits for that.
        let events = Events::open();
        // The event that woke that thread must not count as the first key later on.
        let _ = crossterm::event::poll(Duration::ZERO);
        events
    }

    /// Waits for the next event; `None` if there will be no more.
    pub async fn next(&mut self) -> Option<io::Result<Event>> {
        poll_fn(|context| {
            if let Ok(mut sleeper) = self.bell.sleeper.lock() {
                *sleeper = Some(context.waker().clone());
            }
            self.poll()
        })
        .await
    }

    /// An event that is already there; `None` if the loop would have to wait.
    pub fn waiting(&mut self) -> Option<Event> {
        match self.poll() {
            Poll::Ready(Some(Ok(event))) => Some(event),
            _ => None,
        }
    }

    fn poll(&mut self) -> Poll<Option<io::Result<Event>>> {
        if !self.bell.rung.swap(false, Ordering::SeqCst) {
            return Poll::Pending;
        }
        let waker = Waker::from(self.bell.clone());
        let event = self
            .stream
            .poll_next_unpin(&mut Context::from_waker(&waker));
        if event.is_ready() {
            // There may be more.
            self.bell.rung.store(true, Ordering::SeqCst);
        }
        event
    }
}

/// What an event means to us; `None` for a key release or anything else without a meaning.
pub fn message(event: Event) -> Option<Message> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => Some(Message::Key(our_key(key)?)),
        Event::Mouse(mouse) => Some(Message::Pointer(our_pointer(mouse)?)),
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

fn our_pointer(mouse: MouseEvent) -> Option<Pointer> {
    let what = match mouse.kind {
        MouseEventKind::Down(MouseButton::Left) => PointerMove::Press,
        MouseEventKind::Drag(MouseButton::Left) => PointerMove::Drag,
        MouseEventKind::Up(MouseButton::Left) => PointerMove::Release,
        MouseEventKind::ScrollUp => PointerMove::WheelUp,
        MouseEventKind::ScrollDown => PointerMove::WheelDown,
        _ => return None,
    };
    Some(Pointer {
        x: mouse.column,
        y: mouse.row,
        what,
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
