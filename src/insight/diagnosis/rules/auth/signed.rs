//! A request that was signed as a whole and refused for it: the server's canonical text beside
//! ours, byte by byte.

use crate::insight::facts::Case;
use crate::insight::rules::finding::{Findings, Tier};
use crate::insight::token::sigv4::{DATE, Signed, first_difference, theirs};
use crate::model::{Cause, Placement, visible_line};

/// Wrong where something between here and the server changed the request, which is the same to do.
pub(super) fn signed(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    let sent = &call.exchange.sent;
    let placements = case.environment.placements.iter();
    let own = placements.filter_map(|(name, placement)| match placement {
        Placement::Sigv4(own) => Some((sent.tokens().contains(name), own)),
        _ => None,
    });
    // That of the call, where the call still says which.
    let own = own.max_by_key(|(is_named, _)| *is_named);
    let own = own.filter(|_| sent.headers.has(DATE));
    let response = call.exchange.outcome.response();
    let (Some((_, own)), Some(response)) = (own, response.filter(|r| r.status >= 400)) else {
        return;
    };
    let Some(theirs) = theirs(response.bytes()) else {
        return;
    };
    let headers = sent.headers.iter();
    let headers = headers.map(|header| (header.name.clone(), header.text().into_owned()));
    let ours = Signed {
        method: &sent.method,
        url: &sent.url,
        headers: headers.collect(),
        body: &sent.body,
        region: &own.region,
        service: &own.service,
    };
    let says = match first_difference(&theirs, &ours.canonical()) {
        Some((number, a, b)) => format!(
            "The server signed another request: line {number} of its canonical request is \"{}\", and of ours \"{}\".",
            visible_line(&a),
            visible_line(&b)
        ),
        None => format!(
            "Both sides signed the same request: the key does not belong to {}, or region {} and service {} are others there.",
            own.key_id, own.region, own.service
        ),
    };
    findings.add(Cause::TokenProof, 3.0, Tier::Said, says);
}

#[cfg(test)]
mod tests {
    use crate::insight::rules::example::{Example, call, fires, says, silent};
    use crate::model::{Cause, Placement, Sigv4, TokenName};

    fn refused(canonical: &str) -> Example {
        let body = format!("<Error><CanonicalRequest>{canonical}</CanonicalRequest></Error>");
        call("GET /core/x%20y", says(403, &body)).header("x-amz-date", "20150830T123600Z")
    }

    #[test]
    fn the_first_line_in_which_both_sides_differ_is_named() {
        let own = Placement::Sigv4(Box::new(Sigv4 {
            key_id: "AKIDEXAMPLE".into(),
            region: "eu-west-1".into(),
            service: "s3".into(),
            session: None,
        }));
        let mut signed = refused("GET\n/other\n");
        let name = TokenName::named("desk");
        signed.0.environment.placements = vec![(name, own)];
        fires("auth.signed", Cause::TokenProof, &signed);
        // Nobody here signed it.
        silent("auth.signed", Cause::TokenProof, &refused("GET\n/other\n"));
    }
}
