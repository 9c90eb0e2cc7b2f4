//! Every option of curl: its names, whether it takes a value, and what becomes of it here.

/// What an option means for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Url,
    Next,
    Method,
    Header,
    /// Data; line breaks are removed from what comes from files.
    Data,
    DataRaw,
    DataBinary,
    DataUrlencode,
    Json,
    Form,
    FormString,
    Get,
    Head,
    Upload,
    UrlQuery,
    User,
    Bearer,
    Cookie,
    Agent,
    Referer,
    Range,
    Globoff,
    PathAsIs,
    /// An authentication scheme that needs more than the command.
    Scheme,
    /// It does not change the request.
    Quiet,
    /// It cannot be carried over, and why.
    Lost(Why),
}

/// Why an option cannot be carried over into a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    Insecure,
    Proxy,
    Certificate,
    Authority,
    Config,
    Netrc,
    /// httriage has the same option, but for a run and not for a request.
    Reach,
    Place,
    Version,
    Time,
    Signature,
    Wire,
    Condition,
    Script,
}

impl Why {
    /// The reason for the note, with what to do instead.
    pub fn words(self) -> &'static str {
        match self {
            Why::Insecure => {
                "httriage checks certificates; --cacert FILE adds an authority, --insecure ORIGIN leaves one unchecked"
            }
            Why::Proxy => {
                "a proxy is taken from config.toml, or from HTTPS_PROXY, HTTP_PROXY or ALL_PROXY"
            }
            Why::Certificate => "name it as client_certificate of the environment in config.toml",
            Why::Authority => "give the authority with --cacert FILE when sending",
            Why::Config => "the file is not read; put its options into the command",
            Why::Netrc => "the file is not read; give the credential as a token",
            Why::Reach => {
                "it belongs to a run and not to a request; give it as the option or the setting of that name when sending"
            }
            Why::Place => {
                "httriage has no such setting; --resolve and --unix-socket are what it has"
            }
            Why::Version => "httriage speaks HTTP/1.1 and HTTP/2",
            Why::Time => "httriage has its own limits; see --timeout and --max-time",
            Why::Signature => "httriage does not sign requests",
            Why::Wire => "httriage has no such setting",
            Why::Condition => "httriage sends no such condition; write it as a header",
            Why::Script => "curl would compute it; write the result into the command",
        }
    }
}

/// An option as it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opt {
    pub name: &'static str,
    pub short: Option<char>,
    pub takes_value: bool,
    pub role: Role,
}

/// The option with this long name, or with a unique beginning of one.
pub fn long(name: &str) -> Option<Opt> {
    let all = || TABLE.iter().flat_map(|row| row.options());
    if let Some(option) = all().find(|option| option.name == name) {
        return Some(option);
    }
    let mut beginning = all().filter(|option| name.len() > 2 && option.name.starts_with(name));
    match (beginning.next(), beginning.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    }
}

/// The option with this single letter; `None` where curl has none.
pub fn short(letter: char) -> Option<Opt> {
    let mut all = TABLE.iter().flat_map(|row| row.options());
    all.find(|option| option.short == Some(letter))
}

/// Options with the same role: names, each with its letter behind a bar.
struct OptionRow {
    takes_value: bool,
    role: Role,
    names: &'static str,
}

impl OptionRow {
    fn options(&self) -> impl Iterator<Item = Opt> + '_ {
        self.names.split_whitespace().map(|name| {
            let (name, short) = match name.split_once('|') {
                Some((name, letter)) => (name, letter.chars().next()),
                None => (name, None),
            };
            Opt {
                name,
                short,
                takes_value: self.takes_value,
                role: self.role,
            }
        })
    }
}

const fn value(role: Role, names: &'static str) -> OptionRow {
    OptionRow {
        takes_value: true,
        role,
        names,
    }
}

const fn flag(role: Role, names: &'static str) -> OptionRow {
    OptionRow {
        takes_value: false,
        role,
        names,
    }
}

const TABLE: &[OptionRow] = &[
    value(Role::Url, "url"),
    flag(Role::Next, "next|:"),
    value(Role::Method, "request|X"),
    value(Role::Header, "header|H"),
    value(Role::Data, "data|d data-ascii"),
    value(Role::DataRaw, "data-raw"),
    value(Role::DataBinary, "data-binary"),
    value(Role::DataUrlencode, "data-urlencode"),
    value(Role::Json, "json"),
    value(Role::Form, "form|F"),
    value(Role::FormString, "form-string"),
    flag(Role::Get, "get|G"),
    flag(Role::Head, "head|I"),
    value(Role::Upload, "upload-file|T"),
    value(Role::UrlQuery, "url-query"),
    value(Role::User, "user|u"),
    value(Role::Bearer, "oauth2-bearer"),
    value(Role::Cookie, "cookie|b"),
    value(Role::Agent, "user-agent|A"),
    value(Role::Referer, "referer|e"),
    value(Role::Range, "range|r"),
    flag(Role::Globoff, "globoff|g"),
    flag(Role::PathAsIs, "path-as-is"),
    flag(Role::Scheme, "digest ntlm ntlm-wb negotiate anyauth"),
    flag(
        Role::Quiet,
        "location|L location-trusted compressed basic silent|s show-error|S verbose|v include|i show-headers \
         fail|f fail-with-body fail-early no-buffer|N progress-bar|# no-progress-meter styled-output \
         remote-name|O remote-name-all remote-header-name|J remote-time|R create-dirs no-clobber \
         remove-on-error skip-existing out-null xattr \
         retry-all-errors retry-connrefused \
         suppress-connect-headers tcp-fastopen tcp-nodelay no-keepalive parallel|Z parallel-immediate \
         post301 post302 post303 raw junk-session-cookies|j disable|q tlsv1|1 tlsv1.0 tlsv1.1 tlsv1.2 \
         tlsv1.3 sslv2|2 sslv3|3 ssl ssl-reqd ssl-no-revoke ssl-allow-beast ssl-revoke-best-effort \
         ssl-auto-client-cert ca-native dump-ca-embed trace-time trace-ids manual|M version|V help|h \
         use-ascii|B list-only|l append|a crlf disable-epsv disable-eprt tls-earlydata mptcp metalink \
         ftp-create-dirs ftp-pasv ftp-pret ftp-skip-pasv-ip ftp-ssl-ccc ftp-ssl-control tftp-no-options \
         sasl-ir mail-rcpt-allowfails compressed-ssh form-escape disallow-username-in-url no-sessionid \
         no-npn no-alpn",
    ),
    value(
        Role::Quiet,
        "output|o output-dir write-out|w cookie-jar|c dump-header|D stderr trace trace-ascii trace-config \
         libcurl create-file-mode etag-save expect100-timeout keepalive-time keepalive-cnt \
         happy-eyeballs-timeout-ms max-redirs retry retry-delay retry-max-time parallel-max \
         parallel-max-host rate proto-default ftp-account ftp-alternative-to-user ftp-method ftp-port|P \
         ftp-ssl-ccc-mode quote|Q telnet-option|t tftp-blksize mail-auth mail-from mail-rcpt krb \
         sasl-authzid hsts alt-svc tls-max ciphers tls13-ciphers curves sigalgs upload-flags \
         ip-tos vlan-priority ssl-sessions",
    ),
    flag(
        Role::Lost(Why::Insecure),
        "insecure|k cert-status doh-insecure doh-cert-status false-start",
    ),
    value(
        Role::Lost(Why::Proxy),
        "proxy|x preproxy proxy-header proxy-user|U proxy1.0 socks4 socks4a socks5 socks5-hostname noproxy \
         proxy-cacert proxy-capath proxy-cert proxy-cert-type proxy-ciphers proxy-crlfile proxy-key \
         proxy-key-type proxy-pass proxy-pinnedpubkey proxy-service-name proxy-tls13-ciphers \
         proxy-tlsauthtype proxy-tlspassword proxy-tlsuser socks5-gssapi-service haproxy-clientip",
    ),
    flag(
        Role::Lost(Why::Proxy),
        "proxytunnel|p proxy-anyauth proxy-basic proxy-ca-native proxy-digest proxy-http2 proxy-insecure \
         proxy-negotiate proxy-ntlm proxy-ssl-allow-beast proxy-ssl-auto-client-cert proxy-tlsv1 \
         socks5-basic socks5-gssapi socks5-gssapi-nec haproxy-protocol",
    ),
    value(
        Role::Lost(Why::Certificate),
        "cert|E cert-type key key-type pass pubkey engine hostpubmd5 hostpubsha256 tlsauthtype \
         tlspassword tlsuser ech",
    ),
    value(
        Role::Lost(Why::Authority),
        "cacert capath crlfile pinnedpubkey",
    ),
    value(Role::Lost(Why::Config), "config|K"),
    flag(Role::Lost(Why::Netrc), "netrc|n netrc-optional"),
    value(Role::Lost(Why::Netrc), "netrc-file"),
    value(Role::Lost(Why::Reach), "resolve unix-socket"),
    flag(
        Role::Lost(Why::Reach),
        "ipv4|4 ipv6|6 http1.1 http2 http2-prior-knowledge",
    ),
    value(
        Role::Lost(Why::Place),
        "connect-to abstract-unix-socket interface local-port dns-interface \
         dns-ipv4-addr dns-ipv6-addr dns-servers doh-url ipfs-gateway",
    ),
    value(
        Role::Lost(Why::Time),
        "max-time|m connect-timeout speed-limit|Y speed-time|y limit-rate max-filesize",
    ),
    value(
        Role::Lost(Why::Signature),
        "aws-sigv4 delegation service-name login-options",
    ),
    value(
        Role::Lost(Why::Wire),
        "continue-at|C request-target proto proto-redir random-file egd-file",
    ),
    flag(Role::Lost(Why::Wire), "ignore-content-length tr-encoding"),
    flag(
        Role::Lost(Why::Version),
        "http1.0|0 http0.9 http3 http3-only",
    ),
    value(Role::Lost(Why::Condition), "time-cond|z etag-compare"),
    value(
        Role::Lost(Why::Script),
        "variable expand-data expand-header expand-url expand-json expand-user expand-data-raw \
         expand-data-binary expand-data-urlencode expand-form expand-oauth2-bearer expand-request",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_and_no_letter_stands_twice() {
        let all: Vec<Opt> = TABLE.iter().flat_map(OptionRow::options).collect();
        for (place, option) in all.iter().enumerate() {
            let earlier = &all[..place];
            assert!(
                !earlier.iter().any(|o| o.name == option.name),
                "{}",
                option.name
            );
            let letter = |o: &&Opt| o.short.is_some() && o.short == option.short;
            assert!(!earlier.iter().any(|o| letter(&o)), "{:?}", option.short);
        }
        assert!(all.len() > 200);
    }

    #[test]
    fn a_beginning_that_fits_one_name_is_that_name() {
        assert_eq!(long("head").unwrap().role, Role::Head);
        assert_eq!(long("heade").unwrap().role, Role::Header);
        assert_eq!(long("dat"), None);
        assert_eq!(long("zzz"), None);
        assert_eq!(short('H').unwrap().name, "header");
    }
}
