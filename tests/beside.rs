//! The matrix, the sessions and the tokens in the real program: in a pseudo-terminal, against the
//! sandbox and a server of our own.
#![cfg(unix)]

use crate::faults;
use crate::program;
use crate::tty;

use faults::{Server, answer};
use program::Home;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::path::Path;
use tty::Tty;

const SESSION: &str = "# for ACME\nversion = 1\nname = \"who may\"\nenvironment = \"sandbox\"\n\n\
    [[step]]\nname = \"list tasks\"\ntoken = \"support\"\nmethod = \"GET\"\n\
    url = \"{{base}}/core/runbooks/{{runbook}}/tasks\"\n[step.expect]\nstatus = 200 # as promised\n\n\
    [[step]]\nname = \"all\"\ntoken = \"support\"\nmethod = \"GET\"\nurl = \"{{base}}/core/runbooks\"\n\
    [step.expect]\nstatus = 200\n";

/// Another one each time, so that none stands in the repository.
fn hex48() -> String {
    let part = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}{:016x}", part(), part(), part())
}

fn at_terminal(home: &Home, args: &[&str], size: (u16, u16)) -> Tty {
    let config = home.path("");
    let config = config.to_str().unwrap().trim_end_matches('/').to_owned();
    let variables = [("HTTRIAGE_CONFIG_DIR", config.as_str())];
    Tty::start_in(&home.path(""), args, size, &variables)
}

fn with_session(home: &Home) -> std::path::PathBuf {
    let folder = home.path("data/sessions");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("who-may.session.toml");
    std::fs::write(&path, SESSION).unwrap();
    path
}

fn quits(tty: &mut Tty) {
    tty.types("q");
    assert_eq!(tty.ends(), 0);
    assert!(tty.is_given_back());
}

/// Every byte of every file below a folder.
fn bytes_below(folder: &Path, found: &mut Vec<u8>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            bytes_below(&path, found)
        } else {
            found.extend(std::fs::read(&path).unwrap_or_default())
        }
    }
}

#[test]
fn the_matrix_fills_live_opens_a_call_and_is_written_down() {
    let home = Home::new();
    with_session(&home);
    let mut tty = at_terminal(&home, &["--env", "sandbox"], (140, 40));
    tty.sees("▲ 403 Forbidden");
    tty.types("2");
    tty.sees("(403)");
    tty.sees("r sends");
    tty.types("r");
    tty.sees("? 401");
    tty.sees("21          16|21         16|21        16");
    tty.types("y");
    tty.sees("Copied the matrix as Markdown");
    tty.types("\r");
    tty.sees("200 OK");
    tty.types("2s");
    tty.sees("Requests");
    tty.types("jj\x1b");
    tty.loses("all endpoints that are read  ");
    quits(&mut tty);
}

#[test]
fn a_session_is_opened_asked_about_replayed_and_recorded() {
    let home = Home::new();
    let path = with_session(&home);
    let mut tty = at_terminal(&home, &["who-may"], (140, 40));
    tty.sees("2 steps, nothing sent yet");
    tty.types("r");
    tty.sees("Value of {{runbook}}");
    tty.types("7\r");
    tty.sees("403 forbidden");
    tty.sees("broken");
    tty.sees("✓ 200 → ▲ 403");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), SESSION);
    tty.types("w");
    tty.sees("expects this now");
    let text = std::fs::read_to_string(&path).unwrap();
    let wanted = SESSION.replacen(
        "status = 200 # as promised\n",
        "status = 403 # as promised\ncodes = [\"forbidden\"]\n",
        1,
    );
    assert!(text.starts_with("# for ACME\n"), "{text}");
    for line in wanted.lines() {
        assert!(text.contains(line), "{line}: {text}");
    }
    tty.types("Y");
    tty.sees(".junit.xml");
    quits(&mut tty);
    let listed = home.run(&["history", "list", "--json"]).json();
    assert_eq!(listed["exchanges"].as_array().unwrap().len(), 2);
}

#[test]
fn what_is_neither_a_command_nor_a_url_nor_a_session_is_refused() {
    let home = Home::new();
    home.run(&["nothing-of-the-kind"])
        .refused(2, &["nor a session"]);
}

#[test]
fn a_token_is_looked_at_and_the_api_asked_who_it_is() {
    let mut tty = Tty::start(&["--env", "sandbox"], (140, 60));
    tty.sees("▲ 403 Forbidden");
    tty.types("4");
    tty.sees("48 hexadecimal digits");
    tty.types("w");
    tty.sees("/core/action_logs");
    tty.sees("It may, as the API says");
    tty.types("xx");
    tty.sees("no call was made with both yet");
    quits(&mut tty);
    let shown = String::from_utf8_lossy(&tty.bytes()).into_owned();
    let hex = |word: &&str| word.len() >= 40 && word.bytes().all(|b| b.is_ascii_hexdigit());
    assert!(!shown.split(|c: char| !c.is_alphanumeric()).any(|w| hex(&w)));
}

#[test]
fn a_value_typed_hidden_goes_to_the_api_and_nowhere_else() {
    let server = Server::saying(answer(
        "200 OK",
        "content-type: application/json\r\nconnection: close\r\n",
        b"{\"data\":[]}",
    ));
    let home = Home::settled(&format!(
        "environment = \"e\"\n[environments.e]\nbase_url = \"{}\"\nknowledge = \"cutover\"\n[tokens.t]\nprompt = true\n",
        server.base()
    ));
    let value = hex48();
    let mut tty = at_terminal(&home, &[], (120, 30));
    tty.sees("Request");
    // Out of the call line, where a digit is text.
    tty.types("\t4");
    tty.sees("asked for");
    tty.types("w");
    tty.sees("Value of token t");
    // Letters that are keys elsewhere are characters here, and Esc leaves without a call.
    tty.types("q?2");
    tty.sees("3 typed");
    tty.types("\x1b");
    tty.loses("Value of token t");
    assert!(server.asked().is_empty());
    tty.types("w");
    tty.sees("Value of token t");
    tty.types(&format!("\x1b[200~{value}\x1b[201~"));
    tty.sees("48 typed");
    tty.types("\r");
    tty.sees("/core/action_logs");
    let wanted = format!("Bearer {value}");
    let asked = server.asked();
    assert!(asked.len() >= 5);
    assert!(
        asked
            .iter()
            .all(|a| a.header("authorization") == Some(wanted.as_str()))
    );
    // It is lent for the run: the request has it too, without a question.
    tty.types("t1");
    tty.sees("Response");
    let before = server.asked().len();
    tty.types("\x12");
    tty.waits_until("the request went", |_| server.asked().len() > before);
    quits(&mut tty);
    let shown = String::from_utf8_lossy(&tty.bytes()).into_owned();
    assert!(!shown.contains(&value[..10]));
    let mut kept = Vec::new();
    bytes_below(&home.path(""), &mut kept);
    let (kept, value) = (kept, value.as_bytes());
    assert!(!kept.is_empty() && !kept.windows(12).any(|w| w == &value[..12]));
}

#[test]
fn the_value_of_a_known_token_becomes_its_name_wherever_it_is_typed_or_pasted() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::settled(
        "environment = \"e\"\n[environments.e]\nbase_url = \"http://127.0.0.1:1\"\n[tokens.desk]\nfile = \"desk.txt\"\n",
    );
    let value = hex48();
    let path = home.path("desk.txt");
    std::fs::write(&path, &value).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    let mut tty = at_terminal(&home, &[], (120, 30));
    tty.sees("Request");
    // Outside a field it goes nowhere.
    tty.types(&format!("\x1b[200~{value}\x1b[201~"));
    tty.sees("That is the value of desk");
    tty.types(&format!("\x1b[200~x?api_key={value}&y=1\x1b[201~"));
    tty.sees("api_key={{token:desk}}&y=1");
    tty.sees("That was the value of desk");
    // Typed, it is known by its beginning, and the rest of it is taken too.
    tty.types("&z=");
    tty.types(&value);
    tty.sees("&z={{token:desk}}");
    tty.types("&end");
    tty.sees("&z={{token:desk}}&end");
    tty.types("\x1b\x1b/");
    tty.types(&value);
    tty.sees("Enter done");
    tty.types("\x1b");
    tty.sees("Enter load");
    quits(&mut tty);
    let shown = String::from_utf8_lossy(&tty.bytes()).into_owned();
    assert!(!shown.contains(&value[..16]));
    assert!(!tty.text().contains(&value[16..24]));
    let mut kept = Vec::new();
    std::fs::remove_file(&path).unwrap();
    bytes_below(&home.path(""), &mut kept);
    assert!(!kept.windows(12).any(|w| w == &value.as_bytes()[..12]));
}

#[test]
fn ones_own_api_is_there_after_a_pasted_url_and_a_pasted_token() {
    let server = Server::saying(answer(
        "200 OK",
        "content-type: application/json\r\nconnection: close\r\n",
        b"{\"orders\":[]}",
    ));
    let value = hex48();
    for size in [(160, 48), (80, 24)] {
        let home = Home::settled("# mine\ntheme = \"dark\"   # kept\n");
        let before = server.asked().len();
        let mut tty = at_terminal(&home, &[], size);
        tty.sees("▲ 403 Forbidden");
        tty.types("\x05");
        tty.sees("+ add an environment");
        tty.types("\x1b[A\r");
        tty.sees("Add an environment");
        let url = format!("{}/v2/orders?limit=5", server.base());
        tty.types(&format!("\x1b[200~{url}\x1b[201~"));
        tty.sees("proposed");
        tty.types("\r\r\r\r\r\r");
        tty.sees("▸ token");
        tty.types(&format!("\x1b[200~Bearer {value}\n\x1b[201~"));
        tty.sees("48 characters");
        tty.sees("taken off");
        tty.types("\x12");
        tty.sees("✓ 200 OK");
        tty.sees("are defined in");
        let asked = server.asked();
        assert_eq!(asked.len(), before + 1);
        let asked = asked.last().unwrap();
        assert_eq!(asked.target, "/v2/orders?limit=5");
        let bearer = format!("Bearer {value}");
        assert_eq!(asked.header("authorization"), Some(bearer.as_str()));
        quits(&mut tty);
        let shown = String::from_utf8_lossy(&tty.bytes()).into_owned();
        assert!(!shown.contains(&value[..12]));
        let text = std::fs::read_to_string(home.path("config.toml")).unwrap();
        assert!(
            text.starts_with("# mine\ntheme = \"dark\"   # kept\n"),
            "{text}"
        );
        assert!(
            text.contains("[environments.local]") && !text.contains(&value[..8]),
            "{text}"
        );
        // It is where the next run begins, with its token.
        let mut again = at_terminal(&home, &[], size);
        again.sees("local ▾");
        again.sees("local ▾   local ▾|local ▾  local ▾");
        // It begins on the call line, where a letter is text.
        again.types("\x03");
        assert_eq!(again.ends(), 0);
    }
}

#[test]
fn every_screen_fits_a_small_terminal() {
    for size in [(80, 24), (40, 10)] {
        let mut tty = Tty::start(&["--env", "sandbox"], size);
        tty.sees("▲ 403 Forbidden");
        tty.types("2");
        tty.sees("GET");
        tty.types("3");
        tty.sees("A session is a list");
        tty.types("4");
        tty.sees("never sent");
        tty.types("\t");
        tty.sees(if size.0 == 80 {
            "48 hexadecimal"
        } else {
            "sent as"
        });
        tty.types("1");
        tty.sees("▲ 403 Forbidden");
        quits(&mut tty);
    }
}
