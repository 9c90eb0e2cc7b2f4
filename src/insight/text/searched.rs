//! What is looked in when words are searched: the lines of a call's heads, and the beginning of its
//! bodies. All in lower case, to be compared.

use crate::insight::request_ids::request_ids;
use crate::model::RawExchange;

/// In which texts of a call a word is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Where {
    /// The text that `search_text` gives, the headers, and the beginning of the bodies.
    Anywhere,
    Body,
    Header,
    /// The ids under which the other side logged the call.
    Id,
}

/// So much of a body is searched, in bytes of its text.
pub const SEARCHED: usize = 16_384;

/// A zero byte among the first so many bytes means that a body is no text.
const LOOKED_AT: usize = 1_024;

/// The headers of a call, those sent and those received, each on a line.
pub fn header_text(call: &RawExchange) -> String {
    let response = call.outcome.response();
    let received = response
        .into_iter()
        .flat_map(|response| response.headers.iter());
    let mut text = String::new();
    for header in call.sent.headers.iter().chain(received) {
        text.push('\n');
        text.push_str(&header.name);
        text.push_str(": ");
        text.push_str(&header.text());
    }
    text.to_lowercase()
}

/// The beginning of a body as text; empty where it is none.
pub fn body_text(body: &[u8]) -> String {
    let head = &body[..body.len().min(LOOKED_AT)];
    if head.contains(&0) {
        return String::new();
    }
    let cut = &body[..body.len().min(SEARCHED)];
    // A letter that is cut in two at the end stands for itself no more.
    String::from_utf8_lossy(cut).to_lowercase()
}

/// The bodies of a call: what was sent, and what was received.
pub fn bodies(call: &RawExchange) -> [&[u8]; 2] {
    let received = call.outcome.response().map_or(&[][..], |r| &r.body);
    [&call.sent.body, received]
}

/// The ids under which the other side logged the call, one a line.
fn id_text(call: &RawExchange) -> String {
    let ids = request_ids(call).into_iter();
    let ids: Vec<String> = ids.map(|(_, value)| value.to_lowercase()).collect();
    ids.join("\n")
}

/// The texts of a call that are searched in that place, beside the line that lists it.
pub fn texts(call: &RawExchange, place: Where) -> Vec<String> {
    let in_bodies = || bodies(call).map(body_text).into_iter();
    match place {
        Where::Anywhere => in_bodies().chain([header_text(call)]).collect(),
        Where::Body => in_bodies().collect(),
        Where::Header => vec![header_text(call)],
        Where::Id => vec![id_text(call)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_beginning_of_a_text_is_searched_and_no_picture() {
        let long = "Ü".repeat(SEARCHED);
        let text = body_text(long.as_bytes());
        assert!(text.starts_with("üüü") && text.len() <= SEARCHED + 2);
        assert_eq!(body_text(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), "");
        assert_eq!(body_text(b""), "");
    }
}
