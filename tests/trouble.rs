//! Every fault of the table, in the shell and on the screen: it costs one sentence, the screen
//! stays alive, and the next call works.

use crate::faults;
use crate::program;
use crate::tty;

use faults::table::{self, Fault, LIMITS};
use faults::{Server, answer};
use httriage::model::{StatusClass, is_unsafe};
use program::Home;
use tty::Tty;

fn is_status(fault: &Fault) -> Option<u16> {
    fault.named.parse().ok()
}

#[test]
fn in_the_shell_each_fault_has_its_name_and_its_exit_code() {
    for fault in table::all() {
        let mut args = vec!["send", "GET", &fault.url, "--json"];
        args.extend(LIMITS);
        let ran = Home::new().run(&args);
        let outcome = &ran.json()["outcome"];
        let what = format!("{}: {outcome}", fault.what);
        assert!(!ran.out.chars().any(is_unsafe), "{}", fault.what);
        let Some(status) = is_status(&fault) else {
            assert_eq!(outcome["kind"], fault.named, "{what}");
            assert_eq!(ran.code, 1, "{what}");
            for part in ["message", "hint"] {
                let text = outcome[part].as_str().unwrap();
                assert!(text.ends_with('.') && text.len() > 15, "{what}");
            }
            let host = fault.url.split("://").nth(1).unwrap();
            assert!(
                outcome["message"].as_str().unwrap().contains(host),
                "{what}"
            );
            continue;
        };
        assert_eq!(outcome["status"], status, "{what}");
        let code = match StatusClass::of(status) {
            StatusClass::ClientError => 4,
            StatusClass::ServerError => 5,
            StatusClass::Nonstandard => 1,
            _ => 0,
        };
        assert_eq!(ran.code, code, "{what}");
    }
}

#[test]
fn on_the_screen_each_fault_has_its_name_and_the_next_call_works() {
    let fine = Server::saying(answer("200 OK", "", b"all is well"));
    let mut args = vec!["http://127.0.0.1:9/"];
    args.extend(LIMITS);
    let mut tty = Tty::start(&args, (120, 40));
    tty.sees("GET ▾");
    for (number, fault) in table::all().into_iter().enumerate() {
        let at = format!("{}/fault-{number}", fault.url);
        // The URL is cleared and typed, then sent from within.
        tty.types("\x1b1\x15");
        tty.types(&at);
        tty.types("\x12");
        let named = match (is_status(&fault), fault.came) {
            (Some(_), _) => format!(" {} ", fault.named),
            (None, Some(headline)) => format!("{headline}  {}", fault.named),
            (None, None) => format!("no answer  {}", fault.named),
        };
        // The row of the history comes with the answer and not before.
        tty.sees(&format!("GET  /fault-{number} "));
        tty.sees(&named);
        assert!(tty.is_running(), "{}", fault.what);
        tty.types("\x1b1\x15");
        tty.types(&format!("{}/well-{number}", fine.base()));
        tty.types("\x12");
        tty.sees(&format!("GET  /well-{number} "));
        tty.sees("all is well");
    }
    tty.types("q");
    assert_eq!(tty.ends(), 0);
    assert!(tty.is_given_back());
    let written = String::from_utf8_lossy(&tty.bytes()).into_owned();
    for steering in ["\u{1b}]52", "\u{202e}", "\u{e0041}", "\u{9b}"] {
        assert!(!written.contains(steering), "{steering:?}");
    }
}
