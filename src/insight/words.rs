//! What a code or a sentence of an API speaks of. A code is a word for programs, so what it says
//! counts; a sentence may be translated or misleading, so it only lends weight. Neither is
//! compared as a whole: APIs agree on the ideas and not on the spelling.

/// An idea that a code or a sentence can express.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sense {
    Expired,
    NotYet,
    /// A token that is unknown or not accepted, for whatever reason.
    Invalid,
    Revoked,
    /// No credential came.
    NoCredential,
    Scheme,
    /// The text of the token is not of the right form.
    MalformedToken,
    /// The token belongs to another tenant, audience or issuer.
    Elsewhere,
    /// Not signed in; says nothing of why.
    Unauthenticated,
    Scope,
    Role,
    Denied,
    Rate,
    OfToken,
    OfAddress,
    Version,
    CoreOld,
    NotImplemented,
    Method,
    Archived,
    Deleted,
    ParentAbsent,
    NotFound,
    Route,
    CoreUrl,
    MissingParameter,
    InvalidParameter,
    MissingField,
    Syntax,
    MediaType,
    Validation,
    Conflict,
    TooLarge,
    Upstream,
    Timeout,
    Internal,
    Edge,
    BadUrl,
}

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
        Sense::CoreOld,
        "core backend server platform instance & outdated old older upgrade update version too \
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
    (Sense::CoreUrl, "core & url uri host header address"),
    (Sense::CoreUrl, "coreurl"),
    (
        Sense::CoreUrl,
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
            &[Invalid, Unauthenticated, CoreUrl, NotFound, CoreOld],
        ),
        (CoreUrl, &[Route, NoCredential, NotFound, Upstream, BadUrl]),
        (Scheme, &[Invalid, MalformedToken, MediaType, NoCredential]),
        (MalformedToken, &[Invalid, Syntax]),
        (
            Scope,
            &[Denied, Invalid, MissingField, NotFound, NoCredential],
        ),
        (Role, &[Denied, NotFound]),
        (Rate, &[Denied, Conflict, TooLarge]),
        (
            CoreOld,
            &[Version, CoreUrl, NotImplemented, Upstream, Internal],
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

/// Parts of sentences, in the languages that APIs are translated into most; a bar stands between.
const PHRASES: &[(Sense, &str)] = &[
    (
        Sense::Expired,
        "expired|has \
         lapsed|abgelaufen|expiré|périmé|caducad|expirado|expirad|expirat|scadut|verlopen|\
         utgång|utløp|udløb|vanhentu|wygas|vyprš|lejárt|süresi dol|истек|закінчи|έληξε|期限切れ|过期|만료",
    ),
    (
        Sense::NotYet,
        "not yet valid|not valid yet|not active yet|not yet active|before its start|noch nicht \
         gültig|pas encore valide|aún no es válid|todavía no es válid|non ancora valid|ainda \
         não é válid|nog niet geldig",
    ),
    (
        Sense::Revoked,
        "revoked|widerrufen|révoqué|revocad|revogad|revocat|ingetrokken",
    ),
    (
        Sense::Invalid,
        "invalid|not valid|ungültig|invalide|inválid|no es válid|non valid|non è \
         valid|ongeldig|unknown token|token is unknown|無効|无效",
    ),
    (
        Sense::Elsewhere,
        "another instance|other instance|different instance|wrong instance|another \
         tenant|different tenant|wrong tenant|other tenant|audience|issuer|not issued \
         for|issued for another|issued by another|andere instanz|anderen instanz|andere \
         mandant|anderen mandant|autre instance|otra instancia|autre locataire|otro \
         inquilino|altra istanza",
    ),
    (
        Sense::NoCredential,
        "no token|missing token|token is missing|no authorization header|authorization header \
         is missing|missing authorization|no credentials|kein token|sans jeton|aucun jeton|sin \
         token|nessun token",
    ),
    (
        Sense::Scheme,
        "must have the form: bearer|bearer <token>|use bearer|bearer scheme|scheme must \
         be|expected bearer",
    ),
    (
        Sense::MalformedToken,
        "token is malformed|malformed token|could not decode token|not a well-formed token|must \
         be 48|48 characters|wrong number of segments|not enough segments",
    ),
    (Sense::Scope, "scope"),
    (Sense::Role, "role|rolle|rôle|ruolo|papel"),
    (
        Sense::Denied,
        "permission|not allowed|not permitted|forbidden|access denied|berechtigung|autorisation \
         insuffisante|permiso|permesso|permissão|zugriff verweigert|accès refusé|accès \
         interdit|acceso denegado",
    ),
    (
        Sense::OfToken,
        "this token|your token|per token|per-token|for the token|api key|this client|pro \
         token|diesen token|ce jeton|par jeton|este token|por token",
    ),
    (
        Sense::OfAddress,
        "ip address|per ip|per-ip|this ip|your ip|from your network|ip-adresse|adresse \
         ip|dirección ip|indirizzo ip|endereço ip|ip-adres|this address|your address",
    ),
    (
        Sense::NotImplemented,
        // The word is the same in most languages, and an error that names it denies it.
        "implement|implément|umgesetzt|toteutettu|zrealizowan|реализован|реалізован|未実装|未实现|구현되지",
    ),
    (Sense::CoreUrl, "core-url|core_url|core url"),
    (
        Sense::Archived,
        "archived|archiviert|archivé|archivad|archiviat|arquivad|gearchiveerd",
    ),
    (
        Sense::Deleted,
        "has been deleted|was deleted|gelöscht|supprimé|eliminad",
    ),
    (
        Sense::Route,
        "no route|no such route|route not found|cannot get /|cannot post /|cannot patch \
         /|unknown endpoint|no such endpoint|no matching route|unknown path|unknown route|the \
         requested url was not found|no static resource|no handler",
    ),
    (
        Sense::MissingParameter,
        "parameter is missing|missing parameter|parameter is required|required \
         parameter|missing required parameter|query parameter is required|parameter \
         fehlt|paramètre manquant|paramètre requis|falta el parámetro|parámetro \
         obligatorio|parametro mancante",
    ),
    (
        Sense::Syntax,
        "unexpected end|unexpected token|not valid json|invalid json|could not be parsed|cannot \
         be parsed|parse error|unexpected character|malformed json|kein gültiges json|json \
         invalide|json inválid",
    ),
    (Sense::MediaType, "content-type|media type|content type"),
    (
        Sense::Edge,
        "firewall|request blocked|blocked by|captcha|you have been blocked|ray id|incident \
         id|support id|reference #|cloudflare|akamai|imperva|automated requests|are you a \
         robot|security policy|request unsuccessful",
    ),
    (
        Sense::Rate,
        "rate limit|too many requests|throttled|slow down|quota|zu viele anfragen|trop de \
         requêtes|demasiadas solicitudes|troppe richieste",
    ),
    (
        Sense::Timeout,
        "timed out|timeout|zeitüberschreitung|délai dépassé|tiempo de espera",
    ),
    (
        Sense::Upstream,
        "could not connect|cannot connect|connection refused|unreachable|unavailable|nicht \
         erreichbar|injoignable|indisponible|no disponible",
    ),
];

/// What a sentence speaks of.
pub fn senses_of_text(text: &str) -> Vec<Sense> {
    let lower = text.to_lowercase();
    let mut senses: Vec<Sense> = PHRASES
        .iter()
        .filter(|(_, phrases)| phrases.split('|').any(|phrase| lower.contains(phrase)))
        .map(|(sense, _)| *sense)
        .collect();
    if names_old_core(&lower) {
        senses.push(Sense::CoreOld);
    }
    if names_api_version(&lower) {
        senses.push(Sense::Version);
    }
    senses
}

/// Core and a version of it, in whatever language.
pub fn names_core_release(text: &str) -> bool {
    let lower = text.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphanumeric() && c != '.' && c != '-');
    words.clone().any(|word| word == "core") && words.any(is_release)
}

/// Core and a version of it, or Core and that it is behind. Product names are not translated.
fn names_old_core(lower: &str) -> bool {
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric() && c != '.' && c != '-')
        .collect();
    let core = words.contains(&"core");
    core && (words.iter().any(|word| is_release(word))
        || [
            "support",
            "version",
            "outdated",
            "too old",
            "upgrade",
            "update",
            "older",
            "newer",
            "veraltet",
            "obsolète",
            "versión",
            "aktualisier",
            "unterstützt",
        ]
        .iter()
        .any(|word| lower.contains(word)))
}

/// `v3.80.0`, `2026.13.0`
fn is_release(word: &str) -> bool {
    let word = word
        .trim_matches(|c: char| c == '.' || c == '-')
        .trim_start_matches('v');
    let parts: Vec<&str> = word.split('.').collect();
    parts.len() >= 2
        && parts
            .iter()
            .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

fn names_api_version(lower: &str) -> bool {
    lower.contains("api-version") || lower.contains("api version") || lower.contains("apiversion")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_understood_in_every_spelling() {
        use Sense::*;
        let cases: &[(&str, &[Sense])] = &[
            ("token_expired", &[Expired]),
            ("auth.tokenExpired", &[Expired]),
            ("TOKEN-EXPIRED", &[Expired]),
            ("invalid_token", &[Invalid]),
            ("unauthorized", &[Unauthenticated]),
            ("insufficient_scope", &[Scope]),
            ("missing_role", &[Role]),
            ("forbidden", &[Denied]),
            ("token_rate_limited", &[Rate, OfToken]),
            ("ip_rate_limited", &[Rate, OfAddress]),
            ("too_many_requests", &[Rate]),
            ("unsupported_api_version", &[Version]),
            ("core_outdated", &[CoreOld]),
            ("endpoint_not_implemented", &[NotImplemented]),
            ("method_not_allowed", &[Method]),
            ("route_not_found", &[Route]),
            ("not_found", &[NotFound]),
            ("runbook_archived", &[Archived]),
            ("parent_not_found", &[ParentAbsent]),
            ("invalid_core_url", &[CoreUrl]),
            ("missing_parameter", &[MissingParameter]),
            ("unprocessable_entity", &[Validation]),
            ("invalid_json", &[Syntax]),
            ("unsupported_media_type", &[MediaType]),
            ("token_not_yet_valid", &[NotYet]),
            ("wrong_audience", &[Elsewhere]),
            ("E1042", &[]),
        ];
        for (code, senses) in cases {
            assert_eq!(&senses_of_code(code), senses, "{code}");
        }
    }

    #[test]
    fn sentences_are_understood_in_several_languages() {
        assert!(senses_of_text("Der Token ist abgelaufen.").contains(&Sense::Expired));
        assert!(senses_of_text("Le jeton a expiré").contains(&Sense::Expired));
        assert!(senses_of_text("Core v3.80.0 does not have this").contains(&Sense::CoreOld));
        assert!(!senses_of_text("The score is 3.80").contains(&Sense::CoreOld));
        assert!(senses_of_text("The link is broken.").is_empty());
    }
}
