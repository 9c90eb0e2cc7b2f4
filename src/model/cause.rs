//! The stable ids of the reasons why a call failed. Scripts match on them, so a name never changes;
//! the floor above decides which cause applies.

/// What the person has to fix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CauseGroup {
    Token,
    Permission,
    Resource,
    Account,
    Request,
    Version,
    Rate,
    Server,
    Transport,
    Fine,
}

macro_rules! causes {
    ($($variant:ident $id:literal $group:ident)*) => {
        /// A reason why a call did not do what was asked.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Cause { $($variant,)* }

        impl Cause {
            /// Every cause, in the order of the groups.
            pub const ALL: &'static [Cause] = &[$(Cause::$variant,)*];

            /// The id that scripts and files use.
            pub fn id(self) -> &'static str {
                match self { $(Cause::$variant => $id,)* }
            }

            /// The group that the cause belongs to.
            pub fn group(self) -> CauseGroup {
                match self { $(Cause::$variant => CauseGroup::$group,)* }
            }

            /// The cause with this id; `None` for an unknown id, for example from a newer version.
            pub fn from_id(id: &str) -> Option<Cause> {
                match id { $($id => Some(Cause::$variant),)* _ => None }
            }
        }
    };
}

causes! {
    TokenMissing "token.missing" Token
    TokenScheme "token.scheme" Token
    TokenStrayCharacters "token.stray_characters" Token
    TokenWrongShape "token.wrong_shape" Token
    TokenExpired "token.expired" Token
    TokenNotYetValid "token.not_yet_valid" Token
    TokenWrongInstance "token.wrong_instance" Token
    TokenRejected "token.rejected" Token
    TokenDroppedOnRedirect "token.dropped_on_redirect" Token
    TokenWrongKind "token.wrong_kind" Token
    TokenClockSkew "token.clock_skew" Token
    TokenSentTwice "token.sent_twice" Token
    TokenStrippedOnTheWay "token.stripped_on_the_way" Token
    TokenProof "token.proof" Token
    TokenStepUp "token.step_up" Token
    PermissionMissingRole "permission.missing_role" Permission
    PermissionMissingScope "permission.missing_scope" Permission
    PermissionNoRoles "permission.no_roles" Permission
    PermissionEdgeBlock "permission.edge_block" Permission
    PermissionSsoRequired "permission.sso_required" Permission
    PermissionIpNotAllowed "permission.ip_not_allowed" Permission
    ResourceHiddenByPermission "resource.hidden_by_permission" Permission
    ResourceAbsent "resource.absent" Resource
    ResourceArchived "resource.archived" Resource
    ResourceParentAbsent "resource.parent_absent" Resource
    PathUnknown "path.unknown" Resource
    PathBrowserUrl "path.browser_url" Resource
    AccountPlan "account.plan" Account
    AccountQuota "account.quota" Account
    AccountSuspended "account.suspended" Account
    ServiceDisabled "service.disabled" Account
    RequestMissingHeader "request.missing_header" Request
    RequestCsrf "request.csrf" Request
    RequestMalformedBody "request.malformed_body" Request
    RequestContentType "request.content_type" Request
    RequestMissingParameter "request.missing_parameter" Request
    RequestInvalidParameter "request.invalid_parameter" Request
    RequestBadUrl "request.bad_url" Request
    RequestValidation "request.validation" Request
    RequestWrongMethod "request.wrong_method" Request
    RequestConflict "request.conflict" Request
    RequestIgnoredParameter "request.ignored_parameter" Request
    RequestCoreUrl "request.core_url" Request
    RequestTooLarge "request.too_large" Request
    EndpointNotImplemented "endpoint.not_implemented" Version
    CoreOutdated "core.outdated" Version
    VersionUnsupported "version.unsupported" Version
    RateToken "rate.token" Rate
    RateIp "rate.ip" Rate
    RateUnknown "rate.unknown" Rate
    ServerError "server.error" Server
    UpstreamUnreachable "upstream.unreachable" Server
    UpstreamTimeout "upstream.timeout" Server
    GatewayError "gateway.error" Server
    ServerIntermittent "server.intermittent" Server
    DnsUnresolved "dns.unresolved" Transport
    ConnectRefused "connect.refused" Transport
    ConnectTimeout "connect.timeout" Transport
    ConnectUnreachable "connect.unreachable" Transport
    ConnectClosed "connect.closed" Transport
    TlsUntrusted "tls.untrusted" Transport
    TlsExpired "tls.expired" Transport
    TlsWrongHost "tls.wrong_host" Transport
    TlsHandshake "tls.handshake" Transport
    TlsClientCertificate "tls.client_certificate" Transport
    TlsIncompleteChain "tls.incomplete_chain" Transport
    ProxyRefused "proxy.refused" Transport
    ProxyDenied "proxy.denied" Transport
    TimeoutFirstByte "timeout.first_byte" Transport
    TimeoutBody "timeout.body" Transport
    BodyCutOff "body.cut_off" Transport
    BodyUndecodable "body.undecodable" Transport
    BodyTooLarge "body.too_large" Transport
    ProtocolInvalid "protocol.invalid" Transport
    RedirectLoop "redirect.loop" Transport
    RedirectRefused "redirect.refused" Transport
    CallCancelled "call.cancelled" Transport
    None "none" Fine
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_leads_back_to_its_cause_and_stands_once() {
        for (place, cause) in Cause::ALL.iter().enumerate() {
            assert_eq!(Cause::from_id(cause.id()), Some(*cause));
            assert!(!Cause::ALL[..place].iter().any(|c| c.id() == cause.id()));
        }
    }
}
