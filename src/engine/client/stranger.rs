//! What answered, where it was not HTTP/1.1: told by its first bytes.

use crate::model::{Cause, Failure, Response};

/// The name of a protocol, and what to do where it is met.
struct Speech {
    name: String,
    hint: &'static str,
}

const OTHER_PORT: &str = "Check the host and port: this one belongs to another service.";

/// For an answer that has no head; the bytes that came stand as its body.
pub fn failure(host: &str, scheme: &str, mut response: Response) -> Failure {
    let speech = speech(&response.body, scheme);
    let mut failure = Failure::new(
        Cause::ProtocolInvalid,
        format!("What {host} answered is not HTTP/1.1 but {}.", speech.name),
        speech.hint,
    );
    // No status came.
    response.status = 0;
    response.reason.clear();
    response.version.clear();
    failure.partial = Some(Box::new(response));
    failure
}

fn speech(bytes: &[u8], scheme: &str) -> Speech {
    let first = |length: usize| &bytes[..bytes.len().min(length)];
    let says = |name: &str, hint| Speech {
        name: name.to_owned(),
        hint,
    };
    // RFC 8446, 5.1: the kind of the record, and a version that begins with 3.
    if let [20..=24, 3, 0..=4, ..] = bytes {
        let hint = match scheme {
            "http" => "This port speaks https: begin the URL with https://.",
            _ => {
                "Something between opens the secure connection twice: check the port and any proxy."
            }
        };
        return says("TLS", hint);
    }
    // RFC 9113, 3.4: the server begins with SETTINGS, a frame of kind 4 on stream 0.
    if let [0, 0, _, 4, _, 0, 0, 0, 0, ..] = bytes {
        return says(
            "HTTP/2, which was not agreed on",
            "This port takes HTTP/2 alone, as gRPC services do; over https it is agreed on by itself.",
        );
    }
    if bytes.starts_with(b"HTTP/") {
        let version = first(20).split(|b| b.is_ascii_whitespace()).next();
        let version = String::from_utf8_lossy(version.unwrap_or_default()).into_owned();
        let name = if version.starts_with("HTTP/1.") {
            "a line that only looks like its status line".to_owned()
        } else {
            format!("begins with {version}")
        };
        return Speech {
            name,
            hint: "Its status line is wrong, and something between may have written it. What came is kept below.",
        };
    }
    let known: [(&[u8], &str); 10] = [
        (b"SSH-", "SSH"),
        (b"* OK", "IMAP"),
        (b"+OK", "POP3"),
        (b"-ERR", "Redis"),
        (b"RFB ", "VNC"),
        (b"AMQP", "AMQP"),
        (b"RTSP/", "RTSP"),
        (b"SIP/", "SIP"),
        (b"ICY ", "a radio stream"),
        (b"220", "FTP or mail"),
    ];
    if let Some((_, name)) = known.iter().find(|(start, _)| bytes.starts_with(start)) {
        return says(name, OTHER_PORT);
    }
    let is_text =
        std::str::from_utf8(first(200)).map_or_else(|e| e.error_len().is_none(), |_| true);
    if is_text && !bytes.is_empty() && !first(200).contains(&0) {
        return says(
            "a text without status line and headers",
            "Check that the port is the API's. What came is kept below.",
        );
    }
    says("another protocol", OTHER_PORT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_answered_is_told_by_its_first_bytes() {
        let cases: &[(&[u8], &str, &str)] = &[
            (b"\x15\x03\x01\x00\x02\x02\x50", "http", "but TLS"),
            (b"\x16\x03\x03\x00\x02\x02\x50", "https", "but TLS"),
            (b"\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0\x64", "http", "HTTP/2"),
            (b"HTTP/2.0 200 OK\r\n\r\n", "http", "begins with HTTP/2.0"),
            (b"HTTP/1.1\t200 OK\r\n\r\n", "http", "only looks like"),
            (b"HTTP/9.9 200 OK\r\n\r\n", "http", "begins with HTTP/9.9"),
            (b"SSH-2.0-OpenSSH_9.6\r\n", "http", "but SSH"),
            (b"220 mail.acme.example ESMTP\r\n", "http", "mail"),
            (b"-ERR unknown command\r\n", "http", "Redis"),
            (b"<html>hello</html>", "http", "without status line"),
            (
                "gr\u{fc}\u{df} dich".as_bytes(),
                "http",
                "without status line",
            ),
            (b"J\0\0\0\n8.0.36\0\xff\xfe", "http", "another protocol"),
            (b"", "http", "another protocol"),
        ];
        for (bytes, scheme, says) in cases {
            let response = Response {
                status: 200,
                body: bytes.to_vec(),
                ..Response::default()
            };
            let failure = failure("acme.example:1", scheme, response);
            let told = format!("{} {}", failure.message, failure.hint);
            assert!(told.contains(says), "{told}");
            assert!(told.contains("acme.example:1"), "{told}");
            assert_eq!(
                told.contains("begin the URL with https://"),
                *scheme == "http" && says.ends_with("TLS")
            );
            assert_eq!(failure.partial.unwrap().status, 0);
        }
    }
}
