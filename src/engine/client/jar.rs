//! Cookies (RFC 6265): what answers set stays in memory for this run, in a jar for each case, and
//! is sent back where it belongs. On this machine each port has its own cookies.

use crate::engine::clock;
use crate::engine::vault::fingerprint;
use crate::model::{CookieNews, CookieRow, CookieWish, Headers, Jar, Secret, Timestamp};
use cookie_store::{Cookie, CookieDomain, CookieError, CookieExpiration, CookieStore, RawCookie};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use url::{Host, Url};

/// The longest name and value in bytes; RFC 6265, 6.1 asks for 4,096 at least, and for 3,000
/// cookies.
const LONGEST: usize = 8 * 1024;
const MOST: usize = 3_000;

/// The case and the caller that a jar belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Shelf {
    case: Option<String>,
    jar: Jar,
}

impl Shelf {
    /// The shelf of a call; `None` where it uses no cookies.
    pub fn of(case: Option<&String>, jar: Jar) -> Option<Shelf> {
        (jar != Jar::None).then(|| Shelf {
            case: case.cloned(),
            jar,
        })
    }
}

type Place = (Shelf, Option<u16>);

/// All cookies of this run, in memory only.
#[derive(Default)]
pub struct Jars {
    stores: Mutex<HashMap<Place, CookieStore>>,
    are_off: AtomicBool,
}

/// The cookies that are sent with a request.
#[derive(Default)]
pub struct Going {
    /// The value of the `Cookie` header; empty where no cookie is sent.
    pub header: String,
    pub names: Vec<String>,
    pub expired: Vec<String>,
}

impl Jars {
    /// Empty jars, for a run that uses cookies or does not.
    pub fn new(are_used: bool) -> Jars {
        Jars {
            are_off: AtomicBool::new(!are_used),
            ..Jars::default()
        }
    }

    /// Removes the jars of matrix columns, since a new matrix has other callers.
    pub fn forget_columns(&self) {
        let is_of_case = |(shelf, _): &Place| shelf.jar == Jar::OfCase;
        self.stores().retain(|place, _| is_of_case(place));
    }

    /// Whether cookies are kept and sent. Not when the clock is at a date that the library cannot
    /// write.
    pub fn are_used(&self) -> bool {
        !self.are_off.load(Ordering::Relaxed) && clock::can_be_a_date()
    }

    /// The cookies to send to a URL, and the names of those that have expired.
    pub fn going(&self, shelf: &Shelf, url: &Url) -> Going {
        let mut going = Going::default();
        let stores = self.stores();
        let Some(store) = stores.get(&place(shelf, url)).filter(|_| self.are_used()) else {
            return going;
        };
        let mut cookies = store.matches(url);
        // RFC 6265, 5.4: longer paths first; ties stay in the store's order.
        cookies.sort_by_key(|cookie| std::cmp::Reverse(cookie.path.len()));
        for cookie in cookies {
            if !going.header.is_empty() {
                going.header.push_str("; ");
            }
            going.header.push_str(cookie.name());
            going.header.push('=');
            going.header.push_str(cookie.value());
            going.names.push(cookie.name().to_owned());
        }
        let over = store.iter_any().filter(|cookie| {
            // A cookie that an answer removed expires at the epoch.
            let ended = until(cookie).is_some_and(|at| at > Timestamp::UNIX_EPOCH);
            ended && cookie.is_expired() && cookie.matches(url)
        });
        for cookie in over {
            if !going.names.iter().any(|name| name == cookie.name()) {
                going.expired.push(cookie.name().to_owned());
            }
        }
        going
    }

    /// Keeps the cookies that an answer sets, and tells which were kept, removed or refused.
    pub fn take(&self, shelf: &Shelf, url: &Url, headers: &Headers, sent: &[String]) -> CookieNews {
        let mut news = CookieNews::default();
        if !self.are_used() || !headers.has("set-cookie") {
            return news;
        }
        let mut stores = self.stores();
        let store = stores.entry(place(shelf, url)).or_default();
        for text in headers.all("set-cookie") {
            let Ok(cookie) = RawCookie::parse(text.into_owned()) else {
                let words = "A cookie was not kept: it has no name, or no = behind it.";
                news.refused.push(words.to_owned());
                continue;
            };
            let name = cookie.name().to_owned();
            let mut refuse = |why: &str| {
                let words = format!("Cookie {name} was not kept: {why}.");
                news.refused.push(words);
            };
            if name.len() + cookie.value().len() > LONGEST {
                refuse("it is longer than cookies may be");
                continue;
            }
            if store.iter_any().count() >= MOST {
                refuse("there are too many already");
                continue;
            }
            if let Some(why) = why_not_its_name(&cookie) {
                refuse(why);
                continue;
            }
            let value = cookie.value().to_owned();
            let cookie = match own_domain(cookie, url) {
                Ok(cookie) => cookie,
                Err(domain) => {
                    refuse(&format!("strangers share the domain {domain}"));
                    continue;
                }
            };
            match store.insert_raw(&cookie, url) {
                Ok(cookie_store::StoreAction::ExpiredExisting) => {
                    if sent.contains(&name) {
                        news.taken_back.push(name);
                    }
                }
                Ok(_) => news.given.push((name, value)),
                // An answer removes a cookie that is not there.
                Err(CookieError::Expired) => {}
                Err(CookieError::DomainMismatch) => {
                    refuse("its Domain is not that of the host that set it");
                }
                Err(_) => refuse("it cannot be read"),
            }
        }
        news
    }

    /// Every cookie that has not expired, sorted by domain, port and path.
    pub fn rows(&self) -> Vec<CookieRow> {
        if !clock::can_be_a_date() {
            return Vec::new();
        }
        let stores = self.stores();
        let mut rows: Vec<CookieRow> = Vec::new();
        for ((shelf, port), store) in stores.iter() {
            rows.extend(
                store
                    .iter_unexpired()
                    .map(|cookie| row(shelf, *port, cookie)),
            );
        }
        let key = |row: &CookieRow| {
            (
                row.domain.clone(),
                row.port,
                row.path.clone(),
                row.name.clone(),
                row.case.clone(),
            )
        };
        rows.sort_by_key(key);
        rows
    }

    /// Carries out a person's wish: use cookies or not, remove one, remove all.
    pub fn change(&self, wish: &CookieWish) {
        match wish {
            CookieWish::Use(used) => self.are_off.store(!used, Ordering::Relaxed),
            CookieWish::Empty => self.stores().clear(),
            CookieWish::Remove(gone) => {
                for ((shelf, port), store) in self.stores().iter_mut() {
                    if shelf.case == gone.case && *port == gone.port {
                        let domain = gone.domain.trim_start_matches('.');
                        store.remove(domain, &gone.path, &gone.name);
                    }
                }
            }
        }
    }

    fn stores(&self) -> MutexGuard<'_, HashMap<Place, CookieStore>> {
        self.stores.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Different programs share the names of this machine, so there the port counts too.
fn place(shelf: &Shelf, url: &Url) -> Place {
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    let port = url.port_or_known_default().filter(|_| is_here);
    (shelf.clone(), port)
}

/// Why a cookie breaks the promise of its prefix (RFC 6265bis, 4.1.3); browsers and curl check it
/// too.
fn why_not_its_name(cookie: &RawCookie) -> Option<&'static str> {
    let begins = |start: &str| {
        let name = cookie.name().get(..start.len());
        name.is_some_and(|name| name.eq_ignore_ascii_case(start))
    };
    let is_secure = cookie.secure() == Some(true);
    if begins("__Secure-") && !is_secure {
        return Some("its name promises that it is Secure, which it is not");
    }
    let is_of_host = is_secure && cookie.path() == Some("/") && cookie.domain().is_none();
    if begins("__Host-") && !is_of_host {
        return Some("its name promises Secure, Path=/ and no Domain, which it does not keep");
    }
    None
}

/// RFC 6265, 5.3, step 5: a cookie for a public suffix is refused, with that domain as the error.
/// If the host itself is the suffix, the cookie is for that host only.
fn own_domain(mut cookie: RawCookie<'static>, url: &Url) -> Result<RawCookie<'static>, String> {
    let domain = cookie.domain().map(|domain| {
        let domain = domain.strip_prefix('.').unwrap_or(domain);
        domain.to_ascii_lowercase()
    });
    match domain {
        Some(domain) if psl::suffix_str(&domain) == Some(domain.as_str()) => {
            if url.host_str() != Some(domain.as_str()) {
                return Err(domain);
            }
            cookie.unset_domain();
            Ok(cookie)
        }
        _ => Ok(cookie),
    }
}

fn until(cookie: &Cookie) -> Option<Timestamp> {
    match cookie.expires {
        CookieExpiration::AtUtc(at) => Timestamp::from_second(at.unix_timestamp()).ok(),
        CookieExpiration::SessionEnd => None,
    }
}

fn row(shelf: &Shelf, port: Option<u16>, cookie: &Cookie) -> CookieRow {
    CookieRow {
        case: shelf.case.clone(),
        name: cookie.name().to_owned(),
        domain: match &cookie.domain {
            CookieDomain::Suffix(domain) => format!(".{domain}"),
            domain => String::from(domain),
        },
        path: String::from(&cookie.path),
        port,
        until: until(cookie),
        fingerprint: fingerprint(&Secret::new(cookie.value().to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shelf() -> Shelf {
        Shelf::of(None, Jar::OfCase).unwrap()
    }

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn set(jars: &Jars, from: &str, cookies: &[&str], sent: &[&str]) -> CookieNews {
        let headers = cookies.iter().map(|text| ("set-cookie", *text));
        let sent: Vec<String> = sent.iter().map(|name| (*name).to_owned()).collect();
        jars.take(&shelf(), &url(from), &Headers::from_iter(headers), &sent)
    }

    fn goes(jars: &Jars, to: &str) -> String {
        jars.going(&shelf(), &url(to)).header
    }

    #[test]
    fn a_cookie_goes_back_where_it_belongs_and_nowhere_else() {
        let jars = Jars::default();
        let from = "https://api.acme.example/core/login";
        set(
            &jars,
            from,
            &[
                "a=1",
                "b=2; Path=/",
                "c=3; Domain=acme.example; Path=/",
                "d=4; Path=/; Secure",
                "e=\"5\"; Path=/core/x; HttpOnly; SameSite=Strict",
            ],
            &[],
        );
        assert_eq!(goes(&jars, from), "a=1; b=2; d=4; c=3");
        assert_eq!(
            goes(&jars, "https://api.acme.example/core/x"),
            "e=\"5\"; a=1; b=2; d=4; c=3"
        );
        assert_eq!(goes(&jars, "http://api.acme.example/"), "b=2; c=3");
        assert_eq!(goes(&jars, "https://other.acme.example/core/"), "c=3");
        for elsewhere in [
            "https://acme.example.evil/",
            "https://badacme.example/",
            "https://other.example/",
        ] {
            assert_eq!(goes(&jars, elsewhere), "", "{elsewhere}");
        }
    }

    #[test]
    fn nobody_sets_a_cookie_for_strangers() {
        let jars = Jars::default();
        let refused = |from: &str, cookie: &str| set(&jars, from, &[cookie], &[]).refused.join("");
        let shared = "strangers share the domain";
        assert!(refused("https://a.co.uk/", "x=1; Domain=co.uk").contains(shared));
        assert!(refused("https://a.github.io/", "x=1; Domain=.github.io").contains(shared));
        assert!(
            refused("https://a.example/", "x=1; Domain=b.example").contains("not that of the host")
        );
        assert_eq!(
            refused("https://github.io/", "own=1; Domain=github.io; Path=/"),
            ""
        );
        assert_eq!(goes(&jars, "https://github.io/"), "own=1");
        assert_eq!(goes(&jars, "https://a.github.io/"), "");
        for kept in [
            "__Host-a=1; Secure; Path=/",
            "__Secure-a=1; Secure; Domain=a.example",
            "__Other=1",
        ] {
            assert_eq!(refused("https://a.example/", kept), "", "{kept}");
        }
        for broken in [
            "__Host-b=1",
            "__Host-b=1; Secure",
            "__host-b=1; Secure; Path=/; Domain=a.example",
            "__Secure-b=1; Path=/",
        ] {
            assert!(
                refused("https://a.example/", broken).contains("promises"),
                "{broken}"
            );
        }
        assert!(refused("https://a.example/", "none").contains("no ="));
        let long = format!("x={}", "y".repeat(LONGEST));
        assert!(refused("https://a.example/", &long).contains("longer"));
        assert!(refused("https://a.example/", "").contains("no name"));
    }

    #[test]
    fn on_this_machine_a_port_is_a_border() {
        let jars = Jars::default();
        set(&jars, "http://127.0.0.1:4000/", &["a=1; Secure"], &[]);
        set(&jars, "http://localhost:4000/", &["b=1"], &[]);
        assert_eq!(goes(&jars, "http://127.0.0.1:4000/"), "a=1");
        assert_eq!(goes(&jars, "http://127.0.0.1:4001/"), "");
        assert_eq!(goes(&jars, "http://localhost:4001/"), "");
        set(&jars, "http://far.example:80/", &["c=1"], &[]);
        assert_eq!(goes(&jars, "http://far.example:8080/"), "c=1");
    }

    #[test]
    fn what_is_taken_back_or_has_expired_is_told_apart() {
        let jars = Jars::default();
        let at = "https://a.example/";
        set(&jars, at, &["sid=1", "old=2; Max-Age=3600"], &[]);
        let news = set(
            &jars,
            at,
            &["sid=; Max-Age=0", "never=; Max-Age=0"],
            &["sid"],
        );
        assert_eq!(news.taken_back, ["sid"]);
        assert!(news.refused.is_empty(), "{news:?}");
        assert_eq!(goes(&jars, at), "old=2");
        let expires = "new=3; Expires=Thu, 01 Jan 2015 00:00:00 GMT";
        set(&jars, at, &["new=1", expires], &[]);
        let going = jars.going(&shelf(), &url(at));
        assert_eq!(
            (going.header.as_str(), going.expired),
            ("old=2", Vec::new())
        );
    }

    #[test]
    fn each_case_and_each_column_has_a_jar_of_its_own() {
        let jars = Jars::default();
        let at = url("https://a.example/");
        let headers = Headers::from_iter([("set-cookie", "a=1")]);
        let case = Shelf::of(Some(&"A-1".to_owned()), Jar::OfCase).unwrap();
        let column = Shelf::of(None, Jar::Column(1)).unwrap();
        jars.take(&case, &at, &headers, &[]);
        assert_eq!(jars.going(&case, &at).header, "a=1");
        assert_eq!(jars.going(&shelf(), &at).header, "");
        assert_eq!(jars.going(&column, &at).header, "");
        assert!(Shelf::of(None, Jar::None).is_none());
    }

    #[test]
    fn the_jar_can_be_looked_at_emptied_and_switched_off() {
        let jars = Jars::default();
        let at = "https://a.example/";
        set(
            &jars,
            at,
            &["a=secretsecret1", "b=2; Domain=a.example; Path=/x"],
            &[],
        );
        let rows = jars.rows();
        assert_eq!(rows.len(), 2);
        assert!(!format!("{rows:?}").contains("secretsecret1"));
        jars.change(&CookieWish::Remove(Box::new(rows[0].clone())));
        jars.change(&CookieWish::Use(false));
        assert_eq!(goes(&jars, "https://a.example/x"), "");
        jars.change(&CookieWish::Use(true));
        assert_eq!(jars.rows().len(), 1);
        jars.change(&CookieWish::Empty);
        assert!(jars.rows().is_empty());
    }
}
