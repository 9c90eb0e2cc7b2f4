//! How much of what the sandbox answers is masked wrongly: nothing.

use super::*;
use httriage::engine::sandbox::{CALLS, Request, World, answer, token_names, token_value};
use httriage::format::library;

#[test]
fn nothing_of_what_the_sandbox_answers_is_masked() {
    let practice = token_names().into_iter().map(|name| {
        let secret = token_value(name.as_str()).unwrap();
        let fingerprint = Some("a361".to_owned());
        (TokenRef { name, fingerprint }, secret)
    });
    let mask = Mask::new(&practice.collect::<Vec<_>>());
    let mut world = World::fresh();
    let (mut answers, mut bytes, mut wrong) = (0, 0, Vec::new());
    // Every list and item as well, as the one who sees most.
    let endpoints = library::built_in()
        .of_environment(&httriage::model::Environment::sandbox())
        .endpoints("");
    let paths = endpoints.iter();
    let paths = paths.filter(|endpoint| endpoint.method == "GET");
    let lists = paths.map(|endpoint| {
        let parts = endpoint
            .path
            .split('/')
            .map(|part| if part.starts_with('{') { "1" } else { part });
        let path = parts.collect::<Vec<_>>().join("/");
        (endpoint.method.as_str(), path, Some("admin"), &[][..], None)
    });
    let calls = CALLS.iter().map(|call| {
        let url = call.url.to_owned();
        (call.method, url, call.token, call.headers, call.data)
    });
    for (method, url, token, headers, data) in calls.chain(lists) {
        let mut all = vec![("host".to_owned(), "127.0.0.1:1".to_owned())];
        if let Some(token) = token {
            let value = token_value(token).unwrap();
            all.push(("authorization".into(), format!("Bearer {}", value.reveal())));
        }
        all.extend(
            headers
                .iter()
                .map(|(n, v)| (n.to_lowercase(), (*v).to_owned())),
        );
        let headers = Headers::from_iter(all);
        let body = data.unwrap_or("").as_bytes().to_vec();
        let request = Request {
            method: method.to_owned(),
            target: url.clone(),
            headers: headers.clone(),
            body: body.clone(),
            peer: std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST),
        };
        let response = answer(&mut world, &request, Timestamp::now()).response;
        let sent = SentRequest {
            method: method.to_owned(),
            url: format!("http://127.0.0.1:1{url}"),
            headers,
            body,
            ..SentRequest::default()
        };
        let shown = mask.exchange(exchange(sent, response.clone()));
        let masked = shown.outcome.response().unwrap();
        answers += 1;
        bytes += response.body.len();
        if masked.body != response.body || masked.headers != response.headers {
            wrong.push(String::from_utf8_lossy(&masked.body).into_owned());
        }
    }
    println!(
        "{} of {answers} answers, {bytes} bytes of bodies",
        wrong.len()
    );
    assert!(answers > 60 && bytes > 20_000, "{answers} {bytes}");
    assert_eq!(wrong, Vec::<String>::new());
}
