//! Where the browser comes back to (RFC 8252, 7.3): a port of this machine that takes one answer
//! and closes. What does not know the `state` is no answer; it is turned away, and the wait goes on.

use crate::insight::token::grant::{NotGiven, came_back};
use crate::model::Secret;
use std::io;
use std::net::Ipv4Addr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

/// Bytes of a head that are read; a code and a state are short.
const HEAD: usize = 16 * 1024;
/// A browser sends its head at once.
const HEAD_TIME: Duration = Duration::from_secs(5);

/// An open port that waits for the browser.
pub struct Loopback {
    listener: TcpListener,
    /// The whole address, as the server is told it.
    pub redirect: String,
    path: String,
    hosts: [String; 2],
}

impl Loopback {
    /// Listens where the redirect address says, else at any free port.
    pub async fn listen(redirect: Option<&str>) -> io::Result<Loopback> {
        let url = redirect.and_then(|text| Url::parse(text).ok());
        let port = url.as_ref().and_then(Url::port_or_known_default);
        let is_v6 = url
            .as_ref()
            .is_some_and(|url| matches!(url.host(), Some(url::Host::Ipv6(_))));
        let listener = if is_v6 {
            TcpListener::bind((std::net::Ipv6Addr::LOCALHOST, port.unwrap_or(0))).await?
        } else {
            TcpListener::bind((Ipv4Addr::LOCALHOST, port.unwrap_or(0))).await?
        };
        let port = listener.local_addr()?.port();
        let host = url.as_ref().and_then(Url::host_str).unwrap_or("127.0.0.1");
        let host_and_port = format!("{host}:{port}");
        Ok(Loopback {
            redirect: match redirect {
                Some(redirect) => redirect.to_owned(),
                None => format!("http://{host_and_port}/callback"),
            },
            path: url.as_ref().map_or("/callback", Url::path).to_owned(),
            hosts: [host_and_port, host.to_owned()],
            listener,
        })
    }

    /// The code that the browser brings, or why there is none.
    pub async fn answer(self, state: &str, issuer: Option<&str>) -> Result<Secret, NotGiven> {
        loop {
            let Ok((mut stream, _)) = self.listener.accept().await else {
                // As when the process has no file left to give.
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            };
            let head = tokio::time::timeout(HEAD_TIME, head(&mut stream)).await;
            let query = head.ok().flatten().and_then(|head| self.query(&head));
            let answer = query.and_then(|query| came_back(&query, state, issuer));
            let (status, words) = match &answer {
                None => ("404 Not Found", "There is nothing here."),
                Some(Ok(_)) => (
                    "200 OK",
                    "Done. You can close this page and go back to httriage.",
                ),
                Some(Err(_)) => (
                    "200 OK",
                    "The sign-in was refused. httriage says why; you can close this page.",
                ),
            };
            let _ = tokio::time::timeout(HEAD_TIME, reply(&mut stream, status, words)).await;
            if let Some(answer) = answer {
                return answer;
            }
        }
    }

    /// The query of a request that a browser sends here. Another host would be a page of somebody
    /// else's, whose name was made to lead to this machine.
    fn query(&self, head: &str) -> Option<String> {
        let mut lines = head.split("\r\n");
        let mut words = lines.next()?.split(' ');
        let (method, target) = (words.next()?, words.next()?);
        let mut hosts = lines.filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("host").then(|| value.trim())
        });
        let host = hosts.next()?;
        let is_here = hosts.next().is_none() && self.hosts.iter().any(|own| own == host);
        let (path, query) = target.split_once('?')?;
        (method == "GET" && is_here && path == self.path).then(|| query.to_owned())
    }
}

async fn head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    let mut part = [0; 2048];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let read = stream.read(&mut part).await.ok()?;
        if read == 0 || head.len() + read > HEAD {
            return None;
        }
        head.extend_from_slice(&part[..read]);
    }
    String::from_utf8(head).ok()
}

async fn reply(stream: &mut TcpStream, status: &str, words: &str) -> io::Result<()> {
    let page = format!(
        "<!doctype html><html lang=\"en\"><head><title>httriage</title></head><body><p>{words}</p></body></html>\n"
    );
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\ncache-control: no-store\r\ncontent-security-policy: default-src 'none'; frame-ancestors 'none'\r\nreferrer-policy: no-referrer\r\nconnection: close\r\n\r\n{page}",
        page.len()
    );
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn get(at: &Loopback, target: &str, host: &str) -> TcpStream {
        let address = at.listener.local_addr().unwrap();
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!("GET {target} HTTP/1.1\r\nhost: {host}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        stream
    }

    async fn all(mut stream: TcpStream) -> String {
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        text
    }

    #[tokio::test]
    async fn one_answer_with_the_right_state_is_taken_and_the_port_is_closed() {
        let at = Loopback::listen(None).await.unwrap();
        let address = at.listener.local_addr().unwrap();
        let host = address.to_string();
        assert_eq!(at.redirect, format!("http://{host}/callback"));
        let others = [
            get(&at, "/callback?code=c0&state=other", &host).await,
            get(&at, "/elsewhere?code=c0&state=s1", &host).await,
            get(&at, "/callback?code=c0&state=s1", "evil.example").await,
            get(&at, "/favicon.ico", &host).await,
        ];
        let right = get(&at, "/callback?code=c1&state=s1", &host).await;
        let code = at.answer("s1", None).await.unwrap();
        assert_eq!(code.reveal(), "c1");
        for other in others {
            assert!(all(other).await.starts_with("HTTP/1.1 404"));
        }
        let page = all(right).await;
        assert!(page.contains("Done.") && !page.contains("c1"), "{page}");
        assert!(TcpStream::connect(address).await.is_err());
    }

    #[tokio::test]
    async fn a_refusal_that_comes_back_is_the_answer() {
        let at = Loopback::listen(Some("http://localhost:0/back"))
            .await
            .unwrap();
        assert_eq!(at.redirect, "http://localhost:0/back");
        let host = format!("localhost:{}", at.listener.local_addr().unwrap().port());
        let page = get(&at, "/back?error=access_denied&state=s1", &host).await;
        let no = at.answer("s1", None).await.unwrap_err();
        assert_eq!(no.code.as_deref(), Some("access_denied"));
        assert!(all(page).await.contains("refused"));
    }
}
