//! What codes say, by the words they are made of.

use super::Sense;

/// Words that stand for a group of words in the rows below.
const GROUPS: &[(&str, &str)] = &[
    (
        "@token",
        "token tokens jwt credential credentials bearer accesstoken key apikey pat",
    ),
    (
        "@auth",
        "token jwt credential credentials bearer auth authorization authentication authenticated \
         apikey login",
    ),
    (
        "@bad",
        "invalid bad malformed wrong illegal unknown unrecognized unrecognised unsupported \
         mismatch mismatched incorrect unexpected not rejected unacceptable foreign other another \
         different",
    ),
    (
        "@missing",
        "missing required absent no needed empty blank without expected omitted lacking none",
    ),
    (
        "@parameter",
        "parameter parameters param params query filter argument querystring arg",
    ),
    (
        "@field",
        "field fields attribute attributes property member body data input",
    ),
];

/// What codes say, by the words they are made of: one word of each group, the groups joined by
/// `&`, in any order.
const CODES: &[(Sense, &str)] = &[
    (Sense::Expired, "expired expiry exp lapsed"),
    (Sense::NotYet, "yet & not"),
    (
        Sense::NotYet,
        "premature nbf notbefore immature future early",
    ),
    (Sense::NotYet, "before & not"),
    (
        Sense::Revoked,
        "revoked revocation deactivated disabled blacklisted denylisted terminated suspended \
         withdrawn invalidated",
    ),
    (
        Sense::Revoked,
        "deleted removed archived & token user account key",
    ),
    (Sense::Scheme, "scheme"),
    (
        Sense::Scheme,
        "header format & authorization auth bearer & invalid bad malformed wrong format",
    ),
    (
        Sense::MalformedToken,
        "malformed undecodable unparsable unparseable format shape length truncated garbled \
         syntax & @token",
    ),
    (Sense::Elsewhere, "audience aud issuer iss"),
    (
        Sense::Elsewhere,
        "instance tenant tenancy realm organization organisation region environment site \
         subscription installation & @bad",
    ),
    (Sense::Elsewhere, "cross foreign & tenant instance org"),
    (Sense::NoCredential, "@missing & @auth"),
    (Sense::NoCredential, "anonymous"),
    (
        Sense::Invalid,
        "invalid unknown rejected bad unrecognized unrecognised unusable wrong & @auth",
    ),
    (
        Sense::Invalid,
        "not & found known recognized accepted valid & @token",
    ),
    (
        Sense::Invalid,
        "failed failure error & authentication auth login",
    ),
    (
        Sense::Unauthenticated,
        "unauthorized unauthorised unauthenticated unauth",
    ),
    (Sense::Unauthenticated, "not & authenticated authorized"),
    (Sense::Scope, "scope scopes consent"),
    (Sense::Role, "role roles"),
    (
        Sense::Denied,
        "forbidden denied permission permissions privilege privileges entitlement entitlements \
         acl rights insufficient grant grants prohibited disallowed unprivileged",
    ),
    (Sense::Denied, "not no & allowed permitted access entitled"),
    (
        Sense::Rate,
        "rate throttle throttled throttling quota ratelimit ratelimited slowdown bucket burst \
         flood",
    ),
    (Sense::Rate, "too & many fast often"),
    (
        Sense::Rate,
        "limit limited & request requests exceeded call calls token ip reached",
    ),
    (
        Sense::OfToken,
        "token key client user account app application credential caller consumer principal \
         subject bearer identity login member",
    ),
    (
        Sense::OfAddress,
        "ip address network host source addr ipaddress cidr egress origin office",
    ),
    (
        Sense::AddressList,
        "ip ips ipaddress ipaddr clientip & denied invalid blocked forbidden restricted whitelist \
         whitelisted allowlist allowlisted mismatch unauthorized unauthorised banned disallowed \
         untrusted",
    ),
    (
        Sense::AddressList,
        "ip ips ipaddress ipaddr clientip & not & allowed permitted authorized whitelisted \
         allowlisted listed trusted",
    ),
    (
        Sense::OldServer,
        "backend server platform instance & outdated old older upgrade update version too \
         unsupported behind minimum stale legacy requires newer",
    ),
    (
        Sense::Version,
        "version versions apiversion & unsupported unknown invalid bad api not retired \
         deprecated sunset unavailable unrecognized wrong missing required mismatch removed \
         obsolete too gone",
    ),
    (
        Sense::Version,
        "apiversion versionnotsupported unsupportedversion",
    ),
    (Sense::NotImplemented, "implemented & not"),
    (Sense::NotImplemented, "unimplemented notimplemented"),
    (
        Sense::NotImplemented,
        "endpoint operation feature function & not unsupported unavailable coming & implemented \
         available supported soon unsupported unavailable built ready released yet",
    ),
    (Sense::Method, "method verb"),
    (Sense::Archived, "archived archive archival retired frozen"),
    (Sense::Deleted, "deleted removed gone destroyed purged"),
    (Sense::ParentAbsent, "parent container ancestor owner"),
    (Sense::Route, "route routing path uri"),
    (
        Sense::Route,
        "endpoint url page service action & unknown no unmatched not unrecognized such \
         nonexistent missing & found exist exists matched unknown no such url endpoint missing",
    ),
    (Sense::NotFound, "found & not"),
    (
        Sense::NotFound,
        "notfound missing nonexistent unknown absent nosuch",
    ),
    (Sense::NotFound, "exist exists & not no doesnt"),
    (Sense::NotFound, "no & such"),
    (
        Sense::Tenant,
        "tenant instance upstream target & missing required unspecified unresolved ambiguous \
         header url undetermined none no unknown",
    ),
    (Sense::MissingParameter, "@missing & @parameter"),
    (
        Sense::InvalidParameter,
        "invalid bad unknown unsupported malformed wrong illegal value range format \
         unrecognized type & @parameter",
    ),
    (
        Sense::InvalidParameter,
        "invalid bad malformed illegal & id identifier uuid path cursor page sort include",
    ),
    (Sense::MissingField, "@missing & @field"),
    (
        Sense::Syntax,
        "json syntax parse unparseable unparsable undecodable parsing unreadable parser \
         deserialization decode",
    ),
    (
        Sense::Syntax,
        "malformed broken truncated & body request payload document content message",
    ),
    (
        Sense::MediaType,
        "media mime mediatype acceptable contenttype",
    ),
    (Sense::MediaType, "content accept & type header"),
    (
        Sense::Validation,
        "validation unprocessable constraint invalidvalue semantics semantic validate schema",
    ),
    (
        Sense::Validation,
        "invalid bad blank illegal & attribute attributes field value values body property \
         entity input data payload record",
    ),
    (
        Sense::Conflict,
        "conflict duplicate exists lock locked taken concurrent stale precondition state unique \
         collision clash already",
    ),
    (
        Sense::TooLarge,
        "large size long big oversize oversized & too payload body entity request exceeded \
         content oversize oversized",
    ),
    (Sense::Timeout, "timeout deadline timedout"),
    (Sense::Timeout, "timed time & out"),
    (
        Sense::Upstream,
        "upstream unavailable unreachable maintenance backend down connect connection \
         dependency overloaded",
    ),
    (
        Sense::Internal,
        "internal unexpected exception crash panic fatal unhandled",
    ),
    (
        Sense::Edge,
        "waf firewall blocked bot captcha edge geo geoblocked challenge allowlist whitelist \
         blocklist",
    ),
    (
        Sense::BadUrl,
        "url uri encoding template placeholder & bad invalid malformed broken unresolved \
         unencoded percent",
    ),
];

/// What a code says, the most telling first.
pub fn senses_of_code(code: &str) -> Vec<Sense> {
    let words = words_of(code);
    let mut senses = Vec::new();
    let has = |group: &str| {
        let named = GROUPS.iter().find(|(name, _)| *name == group.trim());
        let mut group = named.map_or(group, |(_, words)| words).split_whitespace();
        group.any(|word| words.iter().any(|own| own == word))
    };
    for (sense, groups) in CODES {
        let fits = groups.split('&').all(has);
        if fits && !senses.contains(sense) {
            senses.push(*sense);
        }
    }
    refine(&mut senses);
    senses
}

/// A more exact idea takes the place of the vague one whose words it shares.
fn refine(senses: &mut Vec<Sense>) {
    use Sense::*;
    const NARROWER: &[(Sense, &[Sense])] = &[
        (Expired, &[Unauthenticated, Conflict, Denied]),
        (NotYet, &[Unauthenticated, Invalid]),
        (Revoked, &[Unauthenticated, Deleted, Archived]),
        (
            Elsewhere,
            &[Invalid, Unauthenticated, Tenant, NotFound, OldServer],
        ),
        (Tenant, &[Route, NoCredential, NotFound, Upstream, BadUrl]),
        (Scheme, &[Invalid, MalformedToken, MediaType, NoCredential]),
        (MalformedToken, &[Invalid, Syntax]),
        (
            Scope,
            &[Denied, Invalid, MissingField, NotFound, NoCredential],
        ),
        (Role, &[Denied, NotFound]),
        (
            AddressList,
            &[
                Denied,
                Role,
                Invalid,
                Unauthenticated,
                Elsewhere,
                InvalidParameter,
                Validation,
                Edge,
            ],
        ),
        (Rate, &[Denied, Conflict, TooLarge]),
        (
            OldServer,
            &[Version, Tenant, NotImplemented, Upstream, Internal],
        ),
        (Version, &[NotFound, NotImplemented, Route]),
        (NotImplemented, &[Route, Method, Denied]),
        (Method, &[Denied, NotFound, Route]),
        (Archived, &[NotFound, Conflict, Deleted]),
        (Deleted, &[NotFound]),
        (ParentAbsent, &[NotFound]),
        (Route, &[NotFound]),
        (
            MissingParameter,
            &[NotFound, MissingField, Validation, NoCredential],
        ),
        (InvalidParameter, &[Validation, NotFound]),
        (MissingField, &[NotFound]),
        (Syntax, &[Validation, MissingField]),
        (MediaType, &[Validation, Syntax, NoCredential]),
        (NoCredential, &[NotFound, Unauthenticated]),
        (Invalid, &[NotFound, Unauthenticated]),
        (TooLarge, &[MissingField, Validation]),
        (Timeout, &[Upstream]),
        (BadUrl, &[Route, InvalidParameter]),
    ];
    let found = senses.clone();
    for (narrow, wide) in NARROWER {
        if found.contains(narrow) {
            senses.retain(|sense| !wide.contains(sense));
        }
    }
    // Whose limit it is only means something beside a limit.
    if !senses.contains(&Rate) {
        senses.retain(|sense| !matches!(sense, OfToken | OfAddress));
    }
}

/// `auth.tokenExpired` as `auth`, `token`, `expired`.
fn words_of(code: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut before = ' ';
    for c in code.chars().take(200) {
        let begins =
            c.is_ascii_uppercase() && (before.is_ascii_lowercase() || before.is_ascii_digit());
        if (!c.is_alphanumeric() || begins) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}
