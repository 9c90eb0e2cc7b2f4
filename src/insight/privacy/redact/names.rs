//! Names that say that a secret stands under them.

/// Parts that make any name a secret one.
const PARTS: [&str; 14] = [
    "token",
    "secret",
    "password",
    "passwd",
    "passphrase",
    "api-key",
    "apikey",
    "api_key",
    "passwort",
    "kennwort",
    "パスワード",
    "密码",
    "密碼",
    "пароль",
];

/// What is no secret though such a part is in it: a secretary, a tokenizer.
const OTHER_WORDS: [&str; 4] = ["secretar", "tokeniz", "tokenis", "passwordless"];

/// Words of a name that do; no part of a longer word does, since a design is no sig.
const WORDS: [&str; 22] = [
    "pwd",
    "jwt",
    "sig",
    "signature",
    "accesskey",
    "privatekey",
    "samlresponse",
    "sessionid",
    "jsessionid",
    "phpsessid",
    "sessid",
    "sessionkey",
    "passcode",
    "mnemonic",
    "authkey",
    "requirepass",
    "masterauth",
    "motdepasse",
    "contraseña",
    "contrasena",
    "senha",
    "wachtwoord",
];

/// Two words of a name that do so together.
const PAIRS: [[&str; 2]; 40] = [
    ["key", "data"],
    ["api", "key"],
    ["access", "key"],
    ["private", "key"],
    ["client", "assertion"],
    ["code", "verifier"],
    ["oauth", "verifier"],
    ["device", "code"],
    ["session", "id"],
    ["saml", "response"],
    ["pass", "code"],
    ["recovery", "code"],
    ["recovery", "codes"],
    ["recovery", "key"],
    ["recovery", "keys"],
    ["unseal", "key"],
    ["unseal", "keys"],
    ["recovery", "phrase"],
    ["seed", "phrase"],
    ["totp", "seed"],
    ["otp", "seed"],
    ["connection", "string"],
    ["connection", "strings"],
    ["account", "key"],
    ["account", "keys"],
    ["application", "key"],
    ["auth", "key"],
    ["decryption", "key"],
    ["encryption", "key"],
    ["hmac", "key"],
    ["license", "key"],
    ["master", "key"],
    ["session", "key"],
    ["shared", "key"],
    ["signing", "key"],
    ["signing", "keys"],
    ["storage", "key"],
    ["subscription", "key"],
    ["symmetric", "key"],
    ["verification", "code"],
];

/// Words of names under which only what looks made up is a secret, since plain words stand there
/// as often: `"auth": "basic"`.
const WEAK: [&str; 12] = [
    "otp",
    "totp",
    "sas",
    "csrf",
    "xsrf",
    "hmac",
    "salt",
    "creds",
    "appkey",
    "serverkey",
    "sshkey",
    "basicauth",
];
/// The same, where they are the whole name.
const WEAK_ALONE: [&str; 8] = [
    "auth", "bearer", "refresh", "session", "pass", "seed", "sign", "pin",
];
/// The same, of two words that end a name.
const WEAK_PAIRS: [[&str; 2]; 9] = [
    ["primary", "key"],
    ["secondary", "key"],
    ["app", "key"],
    ["server", "key"],
    ["ssh", "key"],
    ["write", "key"],
    ["consumer", "key"],
    ["webhook", "key"],
    ["basic", "auth"],
];
/// Beginnings of words that say what a link is for: whoever has it is let in.
const LINKS: [&str; 9] = [
    "magic",
    "reset",
    "invit",
    "activat",
    "confirm",
    "verif",
    "recover",
    "unlock",
    "unsubscrib",
];
/// Of whom a word is that stands before `pass`.
const OWNERS: [&str; 45] = [
    "user",
    "db",
    "database",
    "smtp",
    "mail",
    "ftp",
    "admin",
    "root",
    "proxy",
    "redis",
    "mysql",
    "pg",
    "http",
    "basic",
    "auth",
    "login",
    "ssh",
    "wifi",
    "wlan",
    "vpn",
    "default",
    "sudo",
    "ldap",
    "imap",
    "smb",
    "rdp",
    "vnc",
    "keystore",
    "truststore",
    "key",
    "cert",
    "app",
    "api",
    "service",
    "postgres",
    "mongo",
    "amqp",
    "kafka",
    "mqtt",
    "sql",
    "oracle",
    "sftp",
    "bind",
    "become",
    "x",
];

/// Whether a header, parameter or member of that name holds a secret.
pub fn is_secret_name(name: &str) -> bool {
    let mut lower = name.to_ascii_lowercase();
    for word in OTHER_WORDS {
        if lower.contains(word) {
            lower = lower.replace(word, "");
        }
    }
    if PARTS.iter().any(|part| lower.contains(part)) || lower == "samlart" {
        return true;
    }
    let words = words(name);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    // RFC 9421: which parts of a message are signed, and by which key.
    if matches!(words[..], ["signature", "input"] | ["accept", "signature"]) {
        return false;
    }
    words.iter().any(|word| WORDS.contains(word))
        || words.windows(2).any(|pair| PAIRS.iter().any(|p| p == pair))
        || matches!(words[..], [.., "pw" | "psw" | "psk"] | [.., "mot", "de", "passe"])
        || matches!(
            words[..],
            [.., "authorization" | "cookie" | "cookie2"] | ["assertion"]
        )
        || matches!(words[..], ["x", first, ..] if first.starts_with("auth"))
        || words.ends_with(&["connect", "sid"])
        // The whole word is the name of a product too.
        || matches!(words[..], [.., first, "code" | "codes"] if first.starts_with("backu"))
        || name.contains('-') && is_secret_header(&words)
}

/// Whether a value under that name is a secret if it looks made up.
pub(super) fn may_be_secret_name(name: &str) -> bool {
    is_secret_name(name) || is_weak(&words(name))
}

pub(super) fn is_weak(words: &[String]) -> bool {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    words.iter().any(|word| WEAK.contains(word))
        || matches!(words[..], [word] if WEAK_ALONE.contains(&word))
        || matches!(
            words[..],
            [.., "credential" | "credentials" | "pat"] | [_, .., "sign"]
        )
        || WEAK_PAIRS.iter().any(|pair| words.ends_with(pair))
        || is_link(&words)
        || matches!(words[..], [.., owner, "pass"] if OWNERS.contains(&owner))
}

/// `magic_link`, `passwordResetUrl`
pub(super) fn is_link<W: AsRef<str>>(words: &[W]) -> bool {
    let [.., first, last] = words else {
        return false;
    };
    let first = first.as_ref();
    matches!(last.as_ref(), "link" | "url" | "uri") && LINKS.iter().any(|l| first.starts_with(l))
}

/// What stands before `key` in the name of a header that holds no secret.
const OTHER_KEYS: [&str; 69] = [
    "translation",
    "i18n",
    "locale",
    "label",
    "title",
    "text",
    "map",
    "config",
    "feature",
    "flag",
    "setting",
    "property",
    "field",
    "column",
    "data",
    "shard",
    "bucket",
    "file",
    "asset",
    "image",
    "template",
    "theme",
    "route",
    "metric",
    "dimension",
    "tag",
    "name",
    "natural",
    "composite",
    "correlation",
    "request",
    "trace",
    "tracking",
    "message",
    "transaction",
    "event",
    "sequence",
    "ordering",
    "conversation",
    "lookup",
    "unique",
    "item",
    "record",
    "hash",
    "range",
    "index",
    "idempotency",
    "cache",
    "partition",
    "public",
    "publishable",
    "routing",
    "sort",
    "surrogate",
    "websocket",
    "socket",
    "primary",
    "foreign",
    "group",
    "object",
    "order",
    "project",
    "issue",
    "row",
    "resource",
    "entity",
    "dedup",
    "deduplication",
    "host",
];

/// Names as headers have them, which many APIs make for their own keys: `Acme-Key`,
/// `X-Acme-Auth`. Members of JSON are not written so.
fn is_secret_header(words: &[&str]) -> bool {
    match words {
        [.., before, "key"] => !OTHER_KEYS.contains(before),
        ["x", _, "auth" | "credential" | "credentials"] => true,
        // As an old kind of key is named that is still in use.
        [.., "art", "api"] => true,
        _ => false,
    }
}

/// The words of a name in small letters: `X-AuthKey` is `x`, `auth`, `key`.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = [' '; 2];
    let mut chars = name.chars().peekable();
    let mut is_open = false;
    while let Some(c) = chars.next() {
        if !c.is_alphanumeric() {
            is_open = false;
        } else {
            let [_, last] = before;
            let hump = c.is_uppercase()
                && (last.is_lowercase()
                    || last.is_numeric()
                    || last.is_uppercase() && chars.peek().is_some_and(|next| next.is_lowercase()));
            match words.last_mut().filter(|_| is_open && !hump) {
                Some(word) => word.extend(c.to_lowercase()),
                None => words.push(c.to_lowercase().collect()),
            }
            is_open = true;
        }
        before = [before[1], c];
    }
    words
}

/// Words before a credential that are no part of it.
const SCHEMES: [&str; 14] = [
    "Bearer",
    "Basic",
    "Token",
    "Digest",
    "ApiKey",
    "Negotiate",
    "NTLM",
    "JWT",
    "DPoP",
    "Bot",
    "MAC",
    "OAuth",
    "Hawk",
    "Key",
];

/// Whether a word is one that stands before a credential, as `Bearer` does.
pub fn is_scheme(word: &str) -> bool {
    SCHEMES.iter().any(|known| known.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_secret_by_a_part_a_word_or_two_words() {
        for name in [
            "token",
            "X-Token-2",
            "mytokens",
            "client_secret",
            "Password",
            "userPassword",
            "passwd",
            "PWD",
            "db_pwd",
            "userPwd",
            "passphrase",
            "private_key",
            "privateKey",
            "PRIVATE-KEY",
            "pw",
            "db_pw",
            "psk",
            "authkey",
            "Passwort",
            "benutzer_kennwort",
            "mot_de_passe",
            "motDePasse",
            "contraseña",
            "senha",
            "パスワード",
            "密码",
            "access_key",
            "AWSAccessKeyId",
            "apiKey",
            "X-Api-Key",
            "x api key",
            "client_assertion",
            "clientAssertion",
            "device_code",
            "code_verifier",
            "jwt",
            "idJWT",
            "sig",
            "X-Sig",
            "signature",
            "X-Hub-Signature-256",
            "Authorization",
            "Proxy-Authorization",
            "x-original-authorization",
            "Cookie",
            "Set-Cookie",
            "X-Auth",
            "X-Auth-Key",
            "X-AuthUser",
            "x_auth_id",
            "JSESSIONID",
            "PHPSESSID",
            "ASP.NET_SessionId",
            "connect.sid",
            "sessionId",
            "SAMLResponse",
            "Acme-Key",
            "ACME-APPLICATION-KEY",
            "X-Acme-Auth",
            "Set-Cookie2",
            "deviceCode",
            "recovery_codes",
            "connectionString",
            "AccountKey",
            "signing_key",
            "session_key",
            "passcode",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in [
            "design",
            "signal",
            "assignee",
            "assigned_to",
            "signed",
            "author",
            "authorized",
            "authorization_endpoint",
            "expires_in",
            "key",
            "monkey",
            "keyboard",
            "primary_key",
            "acme_key",
            "access",
            "access_level",
            "public_key",
            "cookies_accepted",
            "Idempotency-Key",
            "Sec-WebSocket-Key",
            "X-Cache-Key",
            "session",
            "sid",
            "jwks_uri",
            "user_code",
            "code",
            "assertion_count",
            "accept",
            "x-request-id",
            "path",
            "pass",
            "X-Correlation-Key",
            "translation-key",
            "Signature-Input",
            "Accept-Signature",
            "auth",
            "session_state",
            "pattern",
            "pinned",
            "seeds",
            "hashtag",
            "expat",
            "salted",
            "hardware",
            "signed",
            "",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
    }
}
