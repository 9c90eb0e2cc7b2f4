//! A token goes where a person sent it: every door out of the program, tried with every text that
//! only looks like a token, and with every address that only looks like its own host. Servers
//! on loopback record what reaches them.
//!
//! | where | cells |
//! | --- | --- |
//! | 37 addresses at 8 doors: `send`, `investigate`, a redirect, `replay`, `matrix`, a call of the history sent again, the screen, a survey | 296 |
//! | data out of files, pipes and variables: 4 texts in 7 forms at 2 doors to 2 hosts | 112 |
//! | what is typed: 4 texts in 5 forms at 2 doors to 2 hosts | 80 |
//! | answers, sessions, environments: 4 texts of 3 in 6 places to 2 hosts, at 3 doors | 432 |
//! | files of 5 other programs: 4 texts to 2 hosts at 2 doors | 80 |
//! | 7 ways to write `Host` at 5 doors | 35 |
//! | 8 lists of origins under 2 variables at 4 doors | 64 |
//!
//! 1,099 cells in all. Each test counts its own.

use crate::faults;
use crate::program;
use crate::scene;

mod doors;
mod elsewhere;
mod forms;
mod mixed;
mod places;
mod strangers;
mod tricks;

use faults::{Asked, Server, answer};
use httriage::engine::fingerprint;
use httriage::model::Secret;
use program::Home;

/// The value of the token `bound`. Its letters look the same however they are encoded.
pub const VALUE: &str = "boundCANARY0123456789abcdef";

/// A home with a token that is bound to a server of its own, and a stranger beside it.
pub struct Room {
    pub home: Home,
    pub own: Server,
    pub stranger: Server,
}

impl Room {
    /// Both servers answer a path that ends in the number of a text with that text, and lead on
    /// to wherever `/go?` says.
    pub fn open() -> Room {
        let server = || {
            Server::doing(|asked, stream| {
                use std::io::Write;
                let said = match asked.target.split_once("/go?") {
                    Some((_, to)) => {
                        let to = httriage::model::decoded(to).unwrap();
                        answer("307 Elsewhere", &format!("location: {to}\r\n"), b"")
                    }
                    None => answer(
                        "200 OK",
                        "content-type: application/json\r\n",
                        &given(asked),
                    ),
                };
                stream.write_all(&said).is_ok()
            })
        };
        let (own, stranger) = (server(), server());
        let home = Home::settled(&config(&own.base(), &format!("\"{}\"", own.base())));
        Room {
            home: home.with("BOUND", VALUE),
            own,
            stranger,
        }
    }

    /// Asserts that the value reached no stranger at all, and its own host only where tokens go:
    /// never inside of what is data.
    #[track_caller]
    pub fn is_tight(&self, cells: &[String]) {
        for asked in self.stranger.asked() {
            assert!(!holds_value(&text_of(&asked)), "{asked:?} after {cells:?}");
        }
        for mut asked in self.own.asked() {
            asked
                .headers
                .retain(|(name, _)| name != "authorization" && name != "x-slot");
            assert!(!holds_value(&text_of(&asked)), "{asked:?} after {cells:?}");
        }
    }

    /// How many requests that hold the value have reached its own host.
    pub fn arrived(&self) -> usize {
        let asked = self.own.asked();
        asked
            .iter()
            .filter(|asked| holds_value(&text_of(asked)))
            .count()
    }
}

pub fn config(base: &str, origins: &str) -> String {
    let texts = texts();
    let variables = texts.iter().enumerate();
    let variables: Vec<String> = variables
        .map(|(n, text)| format!("v{n} = \"{text}\""))
        .collect();
    format!(
        "environment = \"own\"\n[environments.own]\nbase_url = \"{base}\"\nvariables = {{ {} }}\n\
         [tokens.bound]\nenv = \"BOUND\"\norigins = [{origins}]\n[tokens.other]\nenv = \"OTHER\"\n",
        variables.join(", ")
    )
}

/// What looks like the token and is text: its slot, the same with its braces encoded in either
/// case, and what stands for it where a call is shown.
pub fn texts() -> [String; 4] {
    let print = fingerprint(&Secret::new(VALUE));
    [
        "{{token:bound}}".to_owned(),
        "%7B%7Btoken:bound%7D%7D".to_owned(),
        "%7b%7btoken%3abound%7d%7d".to_owned(),
        format!("‹token:bound·{print}›"),
    ]
}

fn given(asked: &Asked) -> Vec<u8> {
    let number = asked
        .target
        .rsplit('/')
        .next()
        .and_then(|n| n.parse::<usize>().ok());
    let texts = texts();
    let text = number.and_then(|number| texts.get(number));
    format!("{{\"v\":\"{}\"}}", text.map_or("", String::as_str)).into_bytes()
}

/// All that came of a request, as one text.
pub fn text_of(asked: &Asked) -> String {
    let headers = asked.headers.iter();
    let headers: Vec<String> = headers
        .map(|(name, value)| format!("{name}: {value}\n"))
        .collect();
    let body = String::from_utf8_lossy(&asked.body);
    format!(
        "{} {}\n{}\n{body}",
        asked.method,
        asked.target,
        headers.concat()
    )
}

/// Whether the value stands in a text, as it is or in base64 at any place of its groups.
pub fn holds_value(text: &str) -> bool {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD_NO_PAD;
    let packed = (0..3).map(|before| {
        let all = STANDARD_NO_PAD.encode(format!("{}{VALUE}", "x".repeat(before)));
        // Its first and last letters depend on what stands beside it.
        all[4..all.len() - 2].to_owned()
    });
    text.contains(VALUE) || packed.into_iter().any(|packed| text.contains(&packed))
}
