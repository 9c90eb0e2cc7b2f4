//! That a mixture of one call alone is that call, and that parts come from where they are said to.

use crate::insight::isolate::{Against, Isolation, PartKind, Side, Take};
use crate::insight::redact::Mask;
use crate::model::{
    Auth, Author, Body, Environment, HttpVersion, Param, RequestSpec, SentRequest, TokenName,
    resolve,
};

fn acme() -> Environment {
    Environment {
        name: "acme".into(),
        base_url: "https://api.acme.example/gw".into(),
        headers: vec![("Core-Url".into(), "https://acme.example".into())],
        variables: vec![("order".into(), "7".into())],
        ..Environment::default()
    }
}

fn spec(token: &str, url: &str, body: Body) -> RequestSpec {
    let mut spec = RequestSpec::new("GET", url);
    spec.auth = Auth::Bearer(TokenName::new(token).unwrap());
    spec.params = vec![
        Param::new("page[size]", "2 0"),
        Param::new("q", "{{order}}"),
    ];
    spec.headers = vec![
        Param::new("X-A", "{{order}} and {{token:other}}"),
        Param::data("X-B", "{{order}}"),
        Param::new("X-Twice", "1"),
        Param::new("X-Twice", "2"),
    ];
    spec.body = body;
    spec
}

fn bodies() -> Vec<Body> {
    vec![
        Body::Empty,
        Body::Text("{\"a\": {\"b\": \"{{order}}\"}, \"c\": [1, 2]}".into()),
        Body::Text("{\"a\": \"{{token:other}}\", \"b\": {\"c\": {}}}".into()),
        Body::Bytes(b"{\"a\": \"{{order}}\"}".to_vec()),
        Body::Bytes(vec![0, 159, 146, 150]),
        Body::Form(vec![Param::new("a", "1 {{order}}"), Param::new("b", "&")]),
        Body::Text("plain {{order}}".into()),
    ]
}

fn side(spec: RequestSpec) -> Side {
    Side {
        spec,
        environment: acme(),
        cookies: false,
    }
}

/// URL, headers, body and names of tokens.
type Out = (String, Vec<(String, String)>, Vec<u8>, Vec<String>);

/// What goes out, its headers in the order of their names: the order between two names is free.
fn out(sent: SentRequest) -> Out {
    let headers = sent.headers.iter();
    let mut headers: Vec<(String, String)> = headers
        .map(|header| (header.name.to_lowercase(), header.text().into_owned()))
        .collect();
    headers.sort();
    let tokens = sent.tokens().iter().map(ToString::to_string).collect();
    (sent.url, headers, sent.body, tokens)
}

fn named() -> Against {
    Against {
        name: "the other".into(),
        author: Author::Person,
    }
}

#[test]
fn a_mixture_of_one_call_alone_goes_out_as_that_call() {
    let urls = [
        "/orders/{{order}}?x=1&x=a%20b",
        "{{base}}/orders/8#top",
        "https://api.acme.example/other/%7B%7B/",
    ];
    for url in urls {
        for body in bodies() {
            for other in bodies() {
                let refused = side(spec("support", url, body.clone()));
                let works = side(spec("admin", "/orders/9?y", other));
                let search =
                    Isolation::new(&refused, Some((&works, named())), 24, &Mask::default());
                let pair = search.unwrap().pair;
                let whole = |take: Take, side: &Side| {
                    let (spec, environment, _) = pair.mixed(&vec![take; pair.parts.len()]);
                    let mixed = resolve(&spec, &environment).unwrap();
                    let own = resolve(&side.spec, &side.environment).unwrap();
                    let (mut mixed, mut own) = (out(mixed), out(own));
                    // A fragment stays at home.
                    own.0 = own.0.split('#').next().unwrap().to_owned();
                    if take == Take::Working && mixed.2 != own.2 {
                        // JSON that was mixed is written on one line.
                        let json = |body: &[u8]| serde_json::from_slice::<serde_json::Value>(body);
                        assert_eq!(json(&mixed.2).unwrap(), json(&own.2).unwrap());
                        (mixed.2, own.2) = (Vec::new(), Vec::new());
                    }
                    assert_eq!(mixed, own, "{url} {:?}", side.spec.body);
                };
                whole(Take::Refused, &refused);
                whole(Take::Working, &works);
            }
        }
    }
}

#[test]
fn what_is_left_out_is_gone_and_the_rest_stays() {
    let body = Body::Text("{\"a\": {\"b\": 1, \"c\": 2}}".into());
    let refused = side(spec("support", "/orders/7", body));
    let search = Isolation::new(&refused, None, 24, &Mask::default()).unwrap();
    let names: Vec<String> = search.parts().iter().map(|(_, p)| p.name()).collect();
    let expected = [
        "token",
        "parameter page[size]",
        "parameter q",
        "header Core-Url",
        "header X-A",
        "header X-B",
        "header X-Twice",
        "field /a/b",
        "field /a/c",
    ];
    assert_eq!(names, expected);
    let without = |name: &str| {
        let takes = search.pair.parts.iter();
        let takes = takes.map(|part| {
            if part.name() == name {
                Take::Left
            } else {
                Take::Refused
            }
        });
        let (spec, environment, _) = search.pair.mixed(&takes.collect());
        resolve(&spec, &environment).unwrap()
    };
    assert!(!without("token").headers.has("authorization"));
    assert!(!without("header Core-Url").headers.has("core-url"));
    assert!(!without("parameter q").url.contains("q="));
    assert_eq!(without("field /a/b").body, b"{\"a\":{\"c\":2}}");
    assert!(!without("header X-Twice").headers.has("x-twice"));
    assert!(without("header X-Twice").headers.has("x-a"));
}

#[test]
fn version_of_http_and_host_are_parts_where_they_differ() {
    let plain = || {
        let mut side = side(RequestSpec::new("GET", "/orders/7"));
        side.environment.variables.clear();
        side
    };
    let mut refused = plain();
    refused.environment.reach.version = Some(HttpVersion::Http1);
    let mut works = plain();
    works.environment.base_url = "https://api.globex.example/gw".into();
    let search = Isolation::new(&refused, Some((&works, named())), 24, &Mask::default());
    let search = search.unwrap();
    let kinds: Vec<&PartKind> = search.parts().iter().map(|(_, part)| &part.kind).collect();
    assert_eq!(kinds, [&PartKind::Host, &PartKind::HttpVersion]);
    let (spec, environment, _) = search
        .pair
        .mixed(&vec![Take::Refused; search.pair.parts.len()]);
    assert_eq!(environment.reach.version, Some(HttpVersion::Http1));
    assert!(
        resolve(&spec, &environment)
            .unwrap()
            .url
            .contains("api.acme")
    );
    let mut other = works;
    other.spec.method = "HEAD".into();
    let failure = Isolation::new(&refused, Some((&other, named())), 24, &Mask::default());
    assert!(failure.unwrap_err().message.contains("the method stays"));
}

#[test]
fn a_variable_of_an_environment_goes_into_no_call_to_another_host() {
    let refused = side(spec("support", "/orders/7", Body::Empty));
    let mut works = side(spec("support", "/orders/7", Body::Empty));
    works.environment.base_url = "https://api.globex.example/gw".into();
    let failure = Isolation::new(&refused, Some((&works, named())), 24, &Mask::default());
    let message = failure.unwrap_err().message;
    assert!(message.contains("the variable order stays"), "{message}");
}

#[test]
fn a_header_of_the_other_call_that_asks_for_another_method_makes_it_a_write() {
    let plain = || {
        let mut side = side(RequestSpec::new("GET", "/orders/7"));
        side.environment.variables.clear();
        side
    };
    let (refused, mut works) = (plain(), plain());
    let writes = |works: &Side| {
        let search = Isolation::new(&refused, Some((works, named())), 24, &Mask::default());
        search.unwrap().writes()
    };
    assert!(!writes(&works));
    let header = Param::data("X-HTTP-Method-Override", "DELETE");
    works.spec.headers.push(header);
    assert!(writes(&works));
}

#[test]
fn no_secret_stands_in_what_is_shown_of_a_part() {
    let secret = format!("{}-{}", "k9".repeat(12), "z");
    let mut refused = side(spec("support", "/orders/7", Body::Empty));
    refused
        .spec
        .headers
        .push(Param::new("X-Api-Key", secret.as_str()));
    refused
        .spec
        .params
        .push(Param::new("access_token", secret.as_str()));
    refused.spec.body = Body::Text(format!("{{\"password\": \"{secret}\"}}"));
    let search = Isolation::new(&refused, None, 24, &Mask::default()).unwrap();
    for (_, part) in search.parts() {
        let shown = part.refused.clone().unwrap();
        assert!(!shown.contains("k9k9"), "{}: {shown}", part.name());
    }
}
