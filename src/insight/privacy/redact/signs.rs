//! Signs that a secret may stand near: parts of secret names, user and password in a URL, a key
//! in PEM.

use super::beginnings::{Beginnings, number};
use std::ops::Range;
use std::sync::LazyLock;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// A part of a name.
    Name,
    /// `://`, behind which a user and a password may stand.
    Authority,
    /// The end of the line that begins a private key.
    PrivateKey,
    /// A word before a credential, which may be a name as well.
    Scheme,
    /// How JSON begins in base64.
    Packed,
    /// A parameter that may hold a code to be traded for a token.
    Code,
    /// A member of every key of a set of keys.
    KeySet,
    /// A statement of SQL that names columns.
    Insert,
    /// Behind it rows of a table stand, whose columns are named before.
    Copy,
    /// Words before a password in SQL.
    Identified,
    /// A command line.
    Command,
    /// A word of a sentence behind which a code, a ticket or the id of a session may stand.
    Spoken,
    /// A call that takes a user and a password, as traces show it.
    Call,
    /// `user:password` may stand before it.
    DataSource,
    /// A part of a path behind which a secret one may stand.
    Path,
}

/// In small letters; with the place of three bytes that are rare in other words.
const SIGNS: [(&str, usize, Sign); 166] = [
    ("created_time", 6, Sign::Name),
    ("from stdin", 6, Sign::Copy),
    ("token", 1, Sign::Name),
    ("secret", 0, Sign::Name),
    ("password", 2, Sign::Name),
    ("passwd", 2, Sign::Name),
    ("passphrase", 3, Sign::Name),
    ("pwd", 0, Sign::Name),
    ("jwt", 0, Sign::Name),
    ("sig", 0, Sign::Name),
    ("apikey", 1, Sign::Name),
    ("api_key", 2, Sign::Name),
    ("api-key", 2, Sign::Name),
    ("api key", 2, Sign::Name),
    ("accesskey", 5, Sign::Name),
    ("access_key", 5, Sign::Name),
    ("access-key", 5, Sign::Name),
    ("access key", 5, Sign::Name),
    ("privatekey", 5, Sign::Name),
    ("private_key", 6, Sign::Name),
    ("private-key", 6, Sign::Name),
    ("private key", 6, Sign::Name),
    ("key", 0, Sign::Name),
    ("assertion", 3, Sign::Name),
    ("authorization", 5, Sign::Name),
    ("x-auth", 0, Sign::Name),
    ("x_auth", 0, Sign::Name),
    ("auth", 0, Sign::Name),
    ("cookie", 2, Sign::Name),
    ("sessid", 2, Sign::Name),
    ("session", 2, Sign::Name),
    ("connect.sid", 6, Sign::Name),
    ("samlresponse", 2, Sign::Name),
    ("samlart", 2, Sign::Name),
    ("device_code", 5, Sign::Name),
    ("device-code", 5, Sign::Name),
    ("devicecode", 4, Sign::Name),
    ("verifier", 2, Sign::Name),
    ("otp", 0, Sign::Name),
    ("totp", 0, Sign::Name),
    ("verification", 2, Sign::Name),
    ("passcode", 2, Sign::Name),
    ("pass_code", 3, Sign::Name),
    ("pass-code", 3, Sign::Name),
    ("pass", 0, Sign::Name),
    ("recovery", 2, Sign::Name),
    ("backu", 2, Sign::Name),
    ("connectionstring", 9, Sign::Name),
    ("connection_string", 9, Sign::Name),
    ("connection-string", 9, Sign::Name),
    ("connection string", 9, Sign::Name),
    ("sas", 0, Sign::Name),
    ("csrf", 0, Sign::Name),
    ("xsrf", 0, Sign::Name),
    ("credential", 2, Sign::Name),
    ("refresh", 1, Sign::Name),
    ("seed", 0, Sign::Name),
    ("mnemonic", 0, Sign::Name),
    ("unseal", 1, Sign::Name),
    ("input_value", 4, Sign::Name),
    ("keyname", 3, Sign::Name),
    ("key_name", 4, Sign::Name),
    ("sensitive", 4, Sign::Name),
    ("masked", 2, Sign::Name),
    ("securestring", 4, Sign::Name),
    ("concealed", 4, Sign::Name),
    ("params", 1, Sign::Name),
    ("args", 1, Sign::Name),
    ("bearer", 3, Sign::Scheme),
    ("basic", 1, Sign::Scheme),
    ("negotiate", 3, Sign::Scheme),
    ("dpop", 1, Sign::Scheme),
    ("://", 0, Sign::Authority),
    ("private key-----", 10, Sign::PrivateKey),
    ("private key block-----", 10, Sign::PrivateKey),
    ("eyj", 0, Sign::Packed),
    ("ewo", 0, Sign::Packed),
    ("ewk", 0, Sign::Packed),
    ("ew0", 0, Sign::Packed),
    ("eya", 0, Sign::Packed),
    ("w3s", 0, Sign::Packed),
    ("wyj", 0, Sign::Packed),
    ("\"kty\"", 1, Sign::KeySet),
    ("code=", 2, Sign::Code),
    ("insert into", 5, Sign::Insert),
    ("identified by", 9, Sign::Identified),
    ("curl ", 2, Sign::Command),
    ("pw\"", 0, Sign::Name),
    ("pw'", 0, Sign::Name),
    ("pw=", 0, Sign::Name),
    ("pw:", 0, Sign::Name),
    ("pw>", 0, Sign::Name),
    ("psw", 0, Sign::Name),
    ("psk", 0, Sign::Name),
    ("pat", 0, Sign::Name),
    ("pin", 0, Sign::Name),
    ("sign", 0, Sign::Name),
    ("hmac", 0, Sign::Name),
    ("salt", 0, Sign::Name),
    ("creds", 1, Sign::Name),
    ("appkey", 1, Sign::Name),
    ("serverkey", 4, Sign::Name),
    ("sshkey", 1, Sign::Name),
    ("authkey", 3, Sign::Name),
    ("basicauth", 3, Sign::Name),
    ("requirepass", 4, Sign::Name),
    ("masterauth", 4, Sign::Name),
    ("magic", 0, Sign::Name),
    ("reset", 0, Sign::Name),
    ("invit", 1, Sign::Name),
    ("activat", 3, Sign::Name),
    ("confirm", 3, Sign::Name),
    ("recover", 2, Sign::Name),
    ("unlock", 0, Sign::Name),
    ("unsubscrib", 4, Sign::Name),
    ("passwort", 4, Sign::Name),
    ("kennwort", 1, Sign::Name),
    ("wachtwoord", 4, Sign::Name),
    ("motdepasse", 2, Sign::Name),
    ("mot_de_passe", 2, Sign::Name),
    ("mot-de-passe", 2, Sign::Name),
    ("mot de passe", 2, Sign::Name),
    ("contrase", 3, Sign::Name),
    ("senha", 0, Sign::Name),
    ("パスワード", 0, Sign::Name),
    ("密码", 0, Sign::Name),
    ("密碼", 0, Sign::Name),
    ("пароль", 0, Sign::Name),
    ("ticket=", 1, Sign::Code),
    ("appid=", 2, Sign::Code),
    ("key=", 0, Sign::Code),
    ("code", 0, Sign::Spoken),
    ("session ", 2, Sign::Spoken),
    ("ticket ", 2, Sign::Spoken),
    ("login(", 2, Sign::Call),
    ("authenticate(", 4, Sign::Call),
    ("attempt(", 3, Sign::Call),
    ("signin(", 3, Sign::Call),
    ("sign_in(", 3, Sign::Call),
    ("log_in(", 2, Sign::Call),
    ("construct(", 3, Sign::Call),
    ("connect(", 2, Sign::Call),
    ("@tcp(", 0, Sign::DataSource),
    ("@unix(", 0, Sign::DataSource),
    ("/reset", 0, Sign::Path),
    ("/magic", 0, Sign::Path),
    ("/hook", 0, Sign::Path),
    ("webhook", 0, Sign::Path),
    ("/verify", 0, Sign::Path),
    ("/confirm", 0, Sign::Path),
    ("/activat", 0, Sign::Path),
    ("/invit", 0, Sign::Path),
    ("/recover", 0, Sign::Path),
    ("/unlock", 0, Sign::Path),
    ("/unsubscribe", 0, Sign::Path),
    ("/password", 0, Sign::Path),
    ("mysql", 2, Sign::Command),
    ("mariadb", 2, Sign::Command),
    ("sshpass ", 1, Sign::Command),
    ("redis-cli ", 4, Sign::Command),
    ("mongosh ", 4, Sign::Command),
    ("mongo ", 2, Sign::Command),
    ("ldapsearch ", 3, Sign::Command),
    ("sqlcmd ", 2, Sign::Command),
    ("smbclient ", 1, Sign::Command),
    (" login ", 2, Sign::Command),
];

pub(super) struct Signs {
    pub beginnings: Beginnings,
    /// By the number of their three bytes: which signs, as a range of those in order.
    groups: Box<[u8; 1 << 15]>,
    ordered: Vec<Vec<usize>>,
}

pub(super) static ALL: LazyLock<Signs> = LazyLock::new(|| {
    let mut signs = Signs {
        beginnings: Beginnings::default(),
        groups: Box::new([0; 1 << 15]),
        ordered: vec![Vec::new()],
    };
    for (index, (sign, offset, _)) in SIGNS.iter().enumerate() {
        let Some(three) = sign.as_bytes()[*offset..].first_chunk::<3>() else {
            continue;
        };
        signs.beginnings.add(&sign.as_bytes()[*offset..]);
        let group = &mut signs.groups[number(*three)];
        if *group == 0 {
            *group = signs.ordered.len() as u8;
            signs.ordered.push(Vec::new());
        }
        signs.ordered[usize::from(*group)].push(index);
    }
    signs
});

impl Signs {
    /// The sign whose three bytes stand at this place, and where the whole of it stands.
    #[inline]
    pub fn at(&self, text: &[u8], at: usize) -> Option<(Sign, Range<usize>)> {
        let three = text.get(at..)?.first_chunk::<3>()?;
        match self.groups[number(*three)] {
            0 => None,
            group => self.of_group(group, text, at),
        }
    }

    fn of_group(&self, group: u8, text: &[u8], at: usize) -> Option<(Sign, Range<usize>)> {
        self.ordered[usize::from(group)].iter().find_map(|index| {
            let (sign, offset, kind) = SIGNS[*index];
            let start = at.checked_sub(offset)?;
            let mut place = start..start + sign.len();
            let stands = text.get(place.clone())?;
            let is_it = stands.eq_ignore_ascii_case(sign.as_bytes());
            // So short a word is told with the sign behind it.
            place.end -= usize::from(
                sign.starts_with("pw") && sign.len() == 3 && kind == Sign::Name && sign != "pwd",
            );
            (is_it && may_be_word(sign, text, &place)).then_some((kind, place))
        })
    }
}

/// The short ones stand in many words that are no names of secrets; a look at their neighbours
/// passes those.
fn may_be_word(sign: &str, text: &[u8], place: &Range<usize>) -> bool {
    let rest = &text[place.start..];
    let begins = |word: &str| {
        let start = rest.get(..word.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()))
    };
    let before = place.start.checked_sub(1).map(|before| text[before]);
    let joins_before = before.is_some_and(|b| {
        b.is_ascii_lowercase() && rest[0].is_ascii_lowercase()
            || b.is_ascii_uppercase() && rest[0].is_ascii_uppercase()
    });
    // Only where a name ends, by a sign that no sentence has there.
    let ends = |length: usize| {
        let after = rest.get(length);
        after.is_some_and(|b| {
            matches!(
                b,
                b'"' | b'\'' | b'=' | b':' | b'<' | b'>' | b'\\' | b'%' | b'&' | 1..=4
            )
        })
    };
    match sign {
        "session" => {
            ends(7)
                || [
                    "sessionid",
                    "session_id",
                    "session-id",
                    "session id",
                    "session_key",
                    "sessionkey",
                ]
                .iter()
                .any(|word| begins(word))
        }
        "params" | "args" => matches!(before, Some(b'"' | 1..=4)) && ends(sign.len()),
        "pass" | "refresh" | "auth" | "pat" | "pin" | "sign" => !joins_before && ends(sign.len()),
        "pw\"" | "pw'" | "pw=" | "pw:" | "pw>" => !joins_before,
        "salt" | "psk" | "psw" | "hmac" => {
            let after = rest.get(sign.len());
            !joins_before && !after.is_some_and(u8::is_ascii_lowercase)
        }
        // Of these only the names of links count.
        "magic" | "reset" | "invit" | "activat" | "confirm" | "recover" | "unlock"
        | "unsubscrib" => {
            let near = &rest[..rest.len().min(24)];
            let word = near
                .iter()
                .take_while(|b| b.is_ascii_alphanumeric() || b"_- ".contains(b));
            let word = near[..word.count()].to_ascii_lowercase();
            [&b"link"[..], b"url", b"uri"]
                .iter()
                .any(|end| memchr::memmem::find(&word, end).is_some())
        }
        "seed" => !joins_before && (ends(4) || begins("seed_phrase") || begins("seedphrase")),
        // One word of several, as in `signing_key` and `accountKey`.
        "key" => {
            let is_hump = rest[0] == b'K' && before.is_some_and(|b| b.is_ascii_lowercase());
            let is_next = before.is_some_and(|b| b"_-".contains(&b)) || is_hump;
            let length = if begins("keys") { 4 } else { 3 };
            is_next && !rest.get(length).is_some_and(u8::is_ascii_alphabetic)
        }
        "pwd" | "jwt" | "sig" | "otp" | "totp" | "sas" => {
            let length = if begins("signature") { 9 } else { sign.len() };
            let after = rest.get(length);
            // A word of capitals goes on in a next word of small ones: `JWTBearer`.
            let joins_after = after.is_some_and(u8::is_ascii_lowercase);
            !joins_before && !joins_after
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::super::names::is_secret_name;
    use super::*;

    fn found(text: &str) -> Vec<Sign> {
        let text = text.as_bytes();
        let mut found = Vec::new();
        let mut from = 0;
        ALL.beginnings.each(text, |place| {
            for at in from.max(place.saturating_sub(1))..=place {
                found.extend(ALL.at(text, at).map(|(sign, _)| sign));
            }
            from = place + 1;
        });
        found
    }

    #[test]
    fn every_secret_name_has_a_sign_that_is_found() {
        for name in [
            "token",
            "secret",
            "password",
            "passwd",
            "passphrase",
            "api-key",
            "apikey",
            "api_key",
            "pwd",
            "userPwd",
            "jwt",
            "idJWT",
            "sig",
            "xSig",
            "X-Signature",
            "accessKey",
            "privatekey",
            "SAMLResponse",
            "sessionid",
            "JSESSIONID",
            "phpsessid",
            "session_id",
            "client_assertion",
            "authorization",
            "x-auth-user",
            "x_auth",
            "cookie",
            "connect.sid",
            "device_code",
            "deviceCode",
            "code_verifier",
            "codeVerifier",
            "passcode",
            "pass_code",
            "recovery_codes",
            "backupCodes",
            "connection_string",
            "connectionString",
            "account_key",
            "signing-key",
            "mnemonic",
            "seed_phrase",
        ] {
            assert!(is_secret_name(name), "{name}");
            let upper = Some(name.to_uppercase()).filter(|name| is_secret_name(name));
            for name in std::iter::once(name.to_owned()).chain(upper) {
                let text = format!("{{\"-{name}-\":1}}");
                assert!(found(&text).contains(&Sign::Name), "{text}");
            }
        }
        assert_eq!(found("http://h"), [Sign::Authority]);
        let begin = format!("-----BEGIN RSA {} KEY-----", "PRIVATE");
        assert_eq!(found(&begin), [Sign::Name, Sign::PrivateKey]);
    }

    #[test]
    fn words_that_only_look_so_have_none() {
        let text = "design signal assignee signed resigned author session sessions message looking \
                    monkey keyboard section decrease passenger classwork upward";
        // Only where a word follows is that looked at.
        assert_eq!(found(text), [Sign::Spoken]);
    }
}
