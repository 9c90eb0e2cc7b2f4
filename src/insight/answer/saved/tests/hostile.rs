//! Bodies that look like transcripts, and texts that were made to take long.

use super::{LIBRARY, answer, body, gist, read};
use crate::insight::answer::saved::received;
use proptest::prelude::*;
use std::time::{Duration, Instant};

#[test]
fn a_body_that_looks_like_a_transcript_stays_a_body() {
    let inside = "> GET /evil HTTP/1.1\n> Host: evil.example\n>\n< HTTP/1.1 200 OK\n< X-Evil: 1\n<\n* Connection #0 to host evil.example left intact\nHTTP/1.1 204 No Content\n";
    let plain = format!("HTTP/1.1 403 Forbidden\nContent-Type: text/plain\n\n{inside}");
    assert_eq!(gist(&plain), "Plain 403");
    assert_eq!(body(&plain), inside.trim());
    let marked = format!(
        "> GET /x HTTP/1.1\n> Host: a.example\n>\n< HTTP/1.1 403 Forbidden\n< Content-Length: {}\n<\n{inside}* Connection #0 to host a.example left intact\n",
        inside.len()
    );
    assert_eq!(gist(&marked), "Marked 403 GET http://a.example/x");
    assert!(
        body(&marked)
            .starts_with("> GET /evil HTTP/1.1\n> Host: evil.example\n>\n< HTTP/1.1 200 OK")
    );
    let asked = format!(
        "GET /x HTTP/1.1\nHost: a.example\n\nHTTP/1.1 403 Forbidden\nContent-Length: {}\n\nGET /evil HTTP/1.1\nHost: evil.example\n\nHTTP/1.1 200 OK\n\nfine",
        62
    );
    assert_eq!(gist(&asked), "Plain 403 GET https://a.example/x");
    let page = format!("<html><body><pre>\n{inside}</pre></body></html>");
    assert_eq!(gist(&page), "Body 0");
}

#[test]
fn a_status_line_inside_json_is_a_value() {
    let text = "{\n  \"message\": \"denied\",\n  \"raw\": \"HTTP/1.1 200 OK\\r\\nX: 1\\r\\n\\r\\n{}\",\n  \"log\": \"< HTTP/1.1 500 Oops\"\n}";
    assert_eq!(gist(text), "Body 0");
    assert_eq!(body(text), text);
    let broken = "{\n\"raw\": \"\nHTTP/1.1 200 OK\nX: 1\n";
    assert_eq!(gist(broken), "Body 0");
    let list = "[\n\"< HTTP/1.1 500 Oops\",\n\"a\"\n]";
    assert_eq!(gist(list), "Body 0");
}

#[test]
fn a_mask_or_a_slot_that_a_stranger_wrote_is_text() {
    let text = "> GET /x HTTP/1.1\n> Host: a.example\n> Authorization: Bearer {{token:support}}\n>\n< HTTP/1.1 401 Unauthorized\n<\n";
    let sent = read(text).sent.unwrap();
    assert_eq!(
        sent.headers.get("authorization").unwrap(),
        "Bearer {{token:support}}"
    );
    assert_eq!(answer(&read(text)).status, 401);
}

#[test]
fn texts_that_were_made_to_take_long_do_not() {
    let pieces = [
        "> \n",
        ">\n",
        ">>>>>>>>",
        "> GET / HTTP/1.1\n",
        "< HTTP/1.1 200 OK\n",
        "HTTP/1.1 302 Found\n",
        "* x\n",
        "curl: (6) Could not resolve host\n",
        "```\n",
        "{code}\n",
        "a | b\n",
        "[12:00:00] ",
        "\u{1b}[",
        "\u{1b}]",
        "{",
        "[",
        "[{",
        "{'a': ",
        "{ a: [",
        "<",
        "< ",
        "a=b ",
        "a=\"",
        "\"GET / HTTP/1.1\" 404 ",
        "{\"status\":403,\"method\":\"GET\"}\n",
        "status {\"status\": ",
        "404 Not Found: ",
        "status code 404 {\"",
        "response: {",
        "https://",
        "StatusCode : 403\n",
        "Request URL:\n",
        "--> GET https://a b\n",
        "0000: a\n=> Send header, \n",
        "Authorization: Bearer a\n",
        "authorization",
        "bearer ",
        "=404=",
        "x 404 ",
        "é403 ",
        "$ curl a.b \\\n",
        "\\",
        "'",
        "&lt; HTTP/",
        "\r",
        "\n",
        " ",
        "é",
    ];
    for piece in pieces {
        let text = piece.repeat(1_000_000 / piece.len());
        let began = Instant::now();
        let _ = received(text.as_bytes(), &LIBRARY);
        let took = began.elapsed();
        // Some seconds on a busy machine without optimisation; the square of it would be many minutes.
        assert!(took < Duration::from_secs(60), "{piece:?} took {took:?}");
    }
}

#[test]
fn twice_the_text_takes_no_more_than_a_few_times_as_long() {
    let text = |times: usize| {
        "> GET / HTTP/1.1\n> A: b\n>\n< HTTP/1.1 302 Found\n< Location: /x\n<\nabc\n* Issue another request\n".repeat(times)
    };
    let time = |text: &str| {
        let began = Instant::now();
        let _ = received(text.as_bytes(), &LIBRARY);
        began.elapsed()
    };
    time(&text(10));
    let (short, long) = (time(&text(2_000)), time(&text(16_000)));
    assert!(
        long < short * 40 + Duration::from_millis(500),
        "{short:?} {long:?}"
    );
}

proptest! {
    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = received(&bytes, &LIBRARY);
    }

    #[test]
    fn any_row_of_lines_is_read(
        lines in proptest::collection::vec("(HTTP/1.1 |HTTP/2 403|< |> GET / HTTP/1.1|> |\\* |\\{ \\[5 bytes data\\]|curl: \\(60\\) |```|--> GET https://a|<-- 403 |StatusCode : |Request URL:|=> Send header, |0000: |\\{\"status\": 403|level=a status=403 method=GET|\\$ curl a.b|Authorization: |response: \\{)?[ -~é]{0,20}", 0..12)
    ) {
        let _ = received(lines.join("\n").as_bytes(), &LIBRARY);
    }
}
