//! What sentences say, in the languages that APIs are translated into most.

use super::Sense;

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
        Sense::AddressList,
        "白名单|白名單|ホワイトリスト|화이트리스트",
    ),
    (
        Sense::Denied,
        "无权限|没有权限|無權限|權限不足|权限不足|権限がありません|권한이 없|permission|not allowed|not permitted|forbidden|access denied|berechtigung|autorisation \
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
         id|support id|reference #|automated requests|are you a \
         robot|security policy|request unsuccessful",
    ),
    (
        Sense::Rate,
        "频率|限流|请求过于频繁|頻率|rate limit|too many requests|throttled|slow down|quota|zu viele anfragen|trop de \
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
    if names_api_version(&lower) {
        senses.push(Sense::Version);
    }
    senses
}

fn names_api_version(lower: &str) -> bool {
    lower.contains("api-version") || lower.contains("api version") || lower.contains("apiversion")
}
