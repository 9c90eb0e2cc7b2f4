//! Transcripts of curl, HTTPie, wget, PowerShell, OkHttp, browsers and Postman.

use super::{answer, body, gist, read};
use crate::model::Outcome;

const VERBOSE: &str = "\
*   Trying 203.0.113.9:443...
  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current
                                 Dload  Upload   Total   Spent    Left  Speed
\r  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0
* Connected to api.acme.example (203.0.113.9) port 443
* ALPN: curl offers h2,http/1.1
} [5 bytes data]
* TLSv1.3 (OUT), TLS handshake, Client hello (1):
{ [122 bytes data]
* SSL connection using TLSv1.3 / TLS_AES_128_GCM_SHA256 / x25519 / RSASSA-PSS
* Server certificate:
*  subject: CN=api.acme.example
*  SSL certificate verify ok.
* using HTTP/2
* [HTTP/2] [1] OPENED stream for https://api.acme.example/v1/things/7
* [HTTP/2] [1] [:method: GET]
* [HTTP/2] [1] [:authority: api.acme.example]
* [HTTP/2] [1] [authorization: Bearer abcdef0123456789abcdef]
> GET /v1/things/7 HTTP/2
> Host: api.acme.example
> User-Agent: curl/8.5.0
> Accept: */*
> Authorization: Bearer abcdef0123456789abcdef
>
{ [5 bytes data]
< HTTP/2 403
< content-type: application/json
< x-request-id: r-1
<
{ [40 bytes data]
\r100    40  100    40    0     0    310      0 --:--:-- --:--:-- --:--:--   311
* Connection #0 to host api.acme.example left intact
{\"error\":{\"code\":\"denied\",\"message\":\"No\"}}
";

#[test]
fn curl_with_all_its_remarks_is_told_from_the_answer() {
    assert_eq!(
        gist(VERBOSE),
        "Marked 403 GET https://api.acme.example/v1/things/7"
    );
    let saved = read(VERBOSE);
    let sent = saved.sent.as_ref().unwrap();
    assert_eq!(
        sent.headers.get("authorization").unwrap(),
        "Bearer abcdef0123456789abcdef"
    );
    assert_eq!(answer(&saved).headers.get("x-request-id").unwrap(), "r-1");
    assert_eq!(
        body(VERBOSE),
        "{\"error\":{\"code\":\"denied\",\"message\":\"No\"}}"
    );
    // The last row of the gauge and the last remark may share a line with the body.
    let joined = VERBOSE.replace("  311\n* Connection", "  311{\"a\":1}* Connection");
    assert!(body(&joined).starts_with("{\"a\":1}"), "{}", body(&joined));
}

#[test]
fn the_head_alone_is_an_answer_too() {
    let text =
        "< HTTP/1.1 401 Unauthorized\n< WWW-Authenticate: Bearer error=\"invalid_token\"\n<\n";
    assert_eq!(gist(text), "Marked 401");
    let saved = read(text);
    assert!(answer(&saved).headers.has("www-authenticate"));
    let interim = "> PUT /x HTTP/1.1\n> Host: a.example\n> Expect: 100-continue\n>\n< HTTP/1.1 100 Continue\n<\n* We are completely uploaded and fine\n< HTTP/1.1 413 Payload Too Large\n< Content-Length: 3\n<\nBig";
    assert_eq!(gist(interim), "Marked 413 PUT http://a.example/x");
    assert_eq!(body(interim), "Big");
}

#[test]
fn redirects_lead_to_the_answer_that_counts_and_say_what_they_lost() {
    let text = "\
* Connected to acme.example (203.0.113.9) port 443
> POST /api/things HTTP/1.1
> Host: acme.example
> Authorization: Bearer abcdef0123456789
> X-Api-Key: k-0123456789
> Content-Length: 13
>
< HTTP/1.1 301 Moved Permanently
< Location: https://www.acme.example/api/things
< Content-Length: 0
<
* Ignoring the response-body
* Connection #0 to host acme.example left intact
* Issue another request to this URL: 'https://www.acme.example/api/things'
* Connected to www.acme.example (203.0.113.10) port 443
> GET /api/things HTTP/1.1
> Host: www.acme.example
>
< HTTP/1.1 401 Unauthorized
< Content-Type: application/json
<
{\"message\":\"no token\"}
* Connection #1 to host www.acme.example left intact
";
    assert_eq!(
        gist(text),
        "Marked 401 POST https://acme.example/api/things"
    );
    let saved = read(text);
    let [hop] = &saved.hops[..] else {
        panic!("{:?}", saved.hops);
    };
    assert_eq!(
        (hop.status, hop.method.as_str(), hop.token_sent),
        (301, "GET", false)
    );
    assert_eq!(hop.location, "https://www.acme.example/api/things");
    assert_eq!(hop.dropped, ["authorization", "x-api-key"]);
    assert_eq!(body(text), "{\"message\":\"no token\"}");
    // Without the requests only the way is known.
    let heads = "HTTP/1.1 302 Found\r\nLocation: https://login.acme.example/\r\n\r\nHTTP/2 200\r\ncontent-type: text/html\r\n\r\n<html>Sign in</html>";
    let saved = read(heads);
    assert_eq!(answer(&saved).status, 200);
    assert_eq!(saved.hops[0].location, "https://login.acme.example/");
    assert!(saved.hops[0].dropped.is_empty());
}

#[test]
fn calls_one_after_the_other_are_not_redirects() {
    let text = "\
> POST /token HTTP/1.1
> Host: id.acme.example
>
< HTTP/1.1 200 OK
<
{\"ok\":true}
* Connection #0 to host id.acme.example left intact
* Connected to api.acme.example (203.0.113.9) port 443
> GET /v1/me HTTP/1.1
> Host: api.acme.example
> Authorization: Bearer abcdef0123456789
>
< HTTP/1.1 403 Forbidden
<
no
";
    assert_eq!(gist(text), "Marked 403 GET https://api.acme.example/v1/me");
    assert!(read(text).hops.is_empty());
    assert_eq!(body(text), "no");
}

#[test]
fn what_a_proxy_answers_is_not_the_apis_answer() {
    let text = "\
* Establish HTTP proxy tunnel to api.acme.example:443
> CONNECT api.acme.example:443 HTTP/1.1
> Host: api.acme.example:443
>
< HTTP/1.1 403 Forbidden
< X-Squid-Error: ERR_ACCESS_DENIED 0
<
* CONNECT tunnel failed, response 403
* Closing connection
";
    assert_eq!(
        gist(text),
        "Marked proxy.denied CONNECT api.acme.example:443"
    );
    let with_last = format!("{text}curl: (56) CONNECT tunnel failed, response 403\n");
    assert!(
        gist(&with_last).starts_with("Marked proxy.denied"),
        "{}",
        gist(&with_last)
    );
    let asks = text
        .replace("403", "407")
        .replace("Forbidden", "Proxy Authentication Required");
    assert!(gist(&asks).starts_with("Marked proxy.refused"));
    let through = "HTTP/1.1 200 Connection established\r\n\r\nHTTP/1.1 404 Not Found\r\n\r\n";
    assert_eq!(gist(through), "Plain 404");
}

#[test]
fn an_answer_that_broke_off_is_a_failure_with_what_had_come() {
    let text = "> GET /x HTTP/1.1\n> Host: a.example\n>\n< HTTP/1.1 200 OK\n< Content-Length: 500\n<\n{\"a\": [1, 2\n* transfer closed with 488 bytes remaining to read\n* Closing connection\ncurl: (18) transfer closed with 488 bytes remaining to read\n";
    let saved = read(text);
    let Outcome::Failed(failure) = &saved.outcome else {
        panic!("it was answered");
    };
    assert_eq!(failure.cause.id(), "body.cut_off");
    assert_eq!(failure.partial.as_ref().unwrap().status, 200);
    let refused = "> GET /x HTTP/1.1\n> Host: a.example\n>\n< HTTP/1.1 404 Not Found\n<\n* The requested URL returned error: 404\ncurl: (22) The requested URL returned error: 404\n";
    assert_eq!(gist(refused), "Marked 404 GET http://a.example/x");
    let unanswered = "* Connected to a.example (203.0.113.9) port 443\n> GET /x HTTP/1.1\n> Host: a.example\n>\n* Empty reply from server\n* Closing connection\ncurl: (52) Empty reply from server\n";
    assert_eq!(
        gist(unanswered),
        "Marked connect.closed GET https://a.example/x"
    );
}

#[test]
fn a_trace_of_curl_is_put_together_again() {
    let text = "\
== Info:   Trying 203.0.113.9:443...
== Info: SSL connection using TLSv1.3 / TLS_AES_128_GCM_SHA256
=> Send header, 120 bytes (0x78)
0000: POST /v1/things HTTP/1.1
001a: Host: api.acme.example
0032: Authorization: Bearer abcdef0123456789abcdef0123456789abcdef0123
0072: 456789
007a:
=> Send data, 9 bytes (0x9)
0000: {\"a\": 1}
<= Recv header, 26 bytes (0x1a)
0000: HTTP/1.1 422 Unprocessable
<= Recv header, 32 bytes (0x20)
0000: Content-Type: application/json
<= Recv header, 2 bytes (0x2)
0000:
<= Recv data, 70 bytes (0x46)
0000: {\"error\":{\"code\":\"missing_field\",\"message\":\"The field name is mis
0040: sing\"}}
== Info: Connection #0 to host api.acme.example left intact
";
    assert_eq!(
        gist(text),
        "Trace 422 POST https://api.acme.example/v1/things"
    );
    assert_eq!(
        body(text),
        "{\"error\":{\"code\":\"missing_field\",\"message\":\"The field name is missing\"}}"
    );
    let sent = read(text).sent.unwrap();
    assert_eq!(
        sent.headers.get("authorization").unwrap().len(),
        "Bearer ".len() + 48
    );
    assert_eq!(sent.body, b"{\"a\": 1}");
}

#[test]
fn httpie_shows_the_request_before_the_answer_if_it_is_asked_to() {
    let plain = "HTTP/1.1 404 Not Found\nContent-Type: application/json\n\n{\n    \"message\": \"Not Found\"\n}\n\n\n";
    assert_eq!(gist(plain), "Plain 404");
    let verbose = format!(
        "POST /v1/things HTTP/1.1\nAccept: application/json, */*;q=0.5\nAuthorization: Token abcdef0123456789\nContent-Type: application/json\nHost: api.acme.example\nUser-Agent: HTTPie/3.2.1\n\n{{\n    \"name\": \"x\"\n}}\n\n\n{plain}"
    );
    assert_eq!(
        gist(&verbose),
        "Plain 404 POST https://api.acme.example/v1/things"
    );
    let saved = read(&verbose);
    let sent = saved.sent.as_ref().unwrap();
    assert_eq!(
        sent.headers.get("authorization").unwrap(),
        "Token abcdef0123456789"
    );
    assert!(String::from_utf8_lossy(&sent.body).contains("\"name\""));
    let local =
        "GET /x HTTP/1.1\nHost: localhost:8000\n\nHTTP/1.0 500 Internal Server Error\n\noops";
    assert_eq!(gist(local), "Plain 500 GET http://localhost:8000/x");
    // As --all and --follow print it.
    let all = format!(
        "GET /a HTTP/1.1\nHost: a.example\n\nHTTP/1.1 301 Moved\nLocation: /b\nContent-Length: 4\n\nGone\n\nGET /b HTTP/1.1\nHost: a.example\n\n{plain}"
    );
    assert_eq!(gist(&all), "Plain 404 GET https://a.example/a");
    assert_eq!(read(&all).hops.len(), 1);
}

#[test]
fn the_command_above_an_answer_brings_its_request() {
    let text = "kim@box:~$ curl -i https://api.acme.example/v1/me \\\n    -H \"Authorization: Bearer abcdef0123456789\"\nHTTP/2 401\ncontent-type: application/json\n\n{\"message\":\"no\"}\nkim@box:~$ ";
    assert_eq!(gist(text), "Plain 401 GET https://api.acme.example/v1/me");
    assert_eq!(body(text), "{\"message\":\"no\"}");
    let bare = "curl -si https://api.acme.example/v1/me\nHTTP/2 401\n\nno";
    assert_eq!(gist(bare), "Plain 401 GET https://api.acme.example/v1/me");
    let two = "$ curl -i https://a.example/1\nHTTP/1.1 200 OK\n\nfine\n$ curl -i https://a.example/2\nHTTP/1.1 404 Not Found\n\nno\n";
    assert!(gist(two).starts_with("Plain 404"), "{}", gist(two));
    assert_eq!(body(two), "no");
}

#[test]
fn wget_tells_the_status_with_and_without_the_heads() {
    let short = "--2026-01-31 12:00:00--  https://api.acme.example/x\nResolving api.acme.example... 203.0.113.9\nConnecting to api.acme.example|203.0.113.9|:443... connected.\nHTTP request sent, awaiting response... 403 Forbidden\n2026-01-31 12:00:01 ERROR 403: Forbidden.\n";
    assert_eq!(gist(short), "Wget 403 GET https://api.acme.example/x");
    let heads = "--2026-01-31 12:00:00--  https://api.acme.example/x\nHTTP request sent, awaiting response...\n  HTTP/1.1 302 Found\n  Location: https://www.acme.example/x\n  Content-Length: 0\nLocation: https://www.acme.example/x [following]\n--2026-01-31 12:00:01--  https://www.acme.example/x\nReusing existing connection to www.acme.example:443.\nHTTP request sent, awaiting response...\n  HTTP/1.1 401 Unauthorized\n  WWW-Authenticate: Basic realm=\"x\"\n\nUsername/Password Authentication Failed.\n";
    assert_eq!(gist(heads), "Wget 401 GET https://api.acme.example/x");
    let saved = read(heads);
    assert!(answer(&saved).headers.has("www-authenticate"));
    assert_eq!(saved.hops.len(), 1);
    let debug = "DEBUG output created by Wget 1.21 on linux-gnu.\n\n--2026-01-31 12:00:00--  http://api.acme.example/x\n---request begin---\nGET /x HTTP/1.1\nHost: api.acme.example\nAuthorization: Basic a2ltOnNlY3JldA==\n\n---request end---\nHTTP request sent, awaiting response...\n---response begin---\nHTTP/1.1 403 Forbidden\nServer: nginx\n\n---response end---\n403 Forbidden\n";
    assert_eq!(gist(debug), "Wget 403 GET http://api.acme.example/x");
    assert!(read(debug).sent.unwrap().headers.has("authorization"));
}

#[test]
fn powershell_shows_an_answer_as_a_table() {
    let table = "\
StatusCode        : 403
StatusDescription : Forbidden
Content           : {\"message\":\"No\"}
RawContent        : HTTP/1.1 403 Forbidden
                    X-Request-Id: r-1
                    Content-Type: application/json

                    {\"message\":\"No\"}
Headers           : {[X-Request-Id, r-1], [Content-Type, application/json]}
RawContentLength  : 16
";
    assert_eq!(gist(table), "Table 403");
    assert_eq!(
        answer(&read(table)).headers.get("x-request-id").unwrap(),
        "r-1"
    );
    let thrown = "\
Version             : 1.1
Content             : System.Net.Http.HttpConnectionResponseContent
StatusCode          : Unauthorized
ReasonPhrase        : Unauthorized
Headers             : {[WWW-Authenticate, System.String[]]}
RequestMessage      : Method: GET, RequestUri: 'https://api.acme.example/v1/me', Version: 1.1, Content: <null>, Headers:
                      {
                        Authorization: Bearer abcdef0123456789
                        User-Agent: Mozilla/5.0
                      }
IsSuccessStatusCode : False
";
    assert_eq!(gist(thrown), "Table 401 GET https://api.acme.example/v1/me");
    let verbose = "VERBOSE: GET https://api.acme.example/v1/me with 0-byte payload\nVERBOSE: received 0-byte response\nStatusCode : 404\n";
    assert_eq!(
        gist(verbose),
        "Table 404 GET https://api.acme.example/v1/me"
    );
}

#[test]
fn the_network_tab_of_a_browser_and_a_console_are_names_and_values() {
    let chrome = "Request URL:\nhttps://api.acme.example/v1/me\nRequest Method:\nGET\nStatus Code:\n403 Forbidden\nRemote Address:\n203.0.113.9:443\nResponse Headers\ncontent-type:\napplication/json\nx-request-id:\nr-1\nRequest Headers\n:authority:\napi.acme.example\nauthorization:\nBearer abcdef0123456789\n";
    assert_eq!(gist(chrome), "Table 403 GET https://api.acme.example/v1/me");
    let saved = read(chrome);
    assert_eq!(answer(&saved).headers.get("x-request-id").unwrap(), "r-1");
    assert!(saved.sent.unwrap().headers.has("authorization"));
    let older = "General\nRequest URL: https://api.acme.example/v1/me\nRequest Method: DELETE\nStatus Code: 405 Method Not Allowed\n\nResponse Headers (2)\nAllow: GET\n";
    assert_eq!(
        gist(older),
        "Table 405 DELETE https://api.acme.example/v1/me"
    );
    assert_eq!(answer(&read(older)).headers.get("allow").unwrap(), "GET");
    let postman = "POST https://api.acme.example/v1/things 422 120 ms\nNetwork\nRequest Headers\nAuthorization: \"Bearer abcdef0123456789\"\nContent-Type: \"application/json\"\nRequest Body\n{\"name\":\"\"}\nResponse Headers\nContent-Type: \"application/json\"\nResponse Body\n{\"error\":\"name is empty\"}\n";
    assert_eq!(
        gist(postman),
        "Table 422 POST https://api.acme.example/v1/things"
    );
    assert_eq!(body(postman), "{\"error\":\"name is empty\"}");
    assert_eq!(
        answer(&read(postman)).headers.media_type().unwrap(),
        "application/json"
    );
}

#[test]
fn a_console_may_have_the_status_on_a_line_of_its_own_and_values_between_quotes() {
    let below = "POST https://api.acme.example/v1/things\n403\n58 ms\nNetwork\nRequest Headers\nAuthorization: Bearer abcdef0123456789\nRequest Body\n{\"a\":1}\nResponse Headers\nContent-Type: application/json\nResponse Body\n{\"error\":\"no\"}\n";
    assert_eq!(
        gist(below),
        "Table 403 POST https://api.acme.example/v1/things"
    );
    assert!(read(below).is_answer());
    let quoted = "GET https://api.acme.example/v1/me 401 12 ms\nResponse Headers\nWWW-Authenticate: \"Bearer error=\\\"invalid_token\\\"\"\n";
    assert_eq!(
        answer(&read(quoted))
            .headers
            .get("www-authenticate")
            .unwrap(),
        "Bearer error=\"invalid_token\""
    );
    let unasked = "StatusCode : 404\nRequestUri : x\nResponseUri : https://api.acme.example/x\n";
    assert_eq!(gist(unasked), "Table 404 https://api.acme.example/x");
}

#[test]
fn the_log_of_okhttp_holds_both_halves() {
    let text = "\
D/OkHttp: --> POST https://api.acme.example/v1/things http/1.1
D/OkHttp: Content-Type: application/json
D/OkHttp: Authorization: Bearer abcdef0123456789
D/OkHttp:
D/OkHttp: {\"name\":\"x\"}
D/OkHttp: --> END POST (12-byte body)
D/OkHttp: <-- 403 Forbidden https://api.acme.example/v1/things (120ms)
D/OkHttp: content-type: application/json
D/OkHttp:
D/OkHttp: {\"message\":\"No\"}
D/OkHttp: <-- END HTTP (16-byte body)
D/Other: something else
";
    assert_eq!(
        gist(text),
        "OkHttp 403 POST https://api.acme.example/v1/things"
    );
    assert_eq!(body(text), "{\"message\":\"No\"}");
    let failed = "--> GET https://api.acme.example/x http/1.1\n--> END GET\n<-- HTTP FAILED: java.net.UnknownHostException: Unable to resolve host \"api.acme.example\"\n";
    assert_eq!(
        gist(failed),
        "OkHttp dns.unresolved GET https://api.acme.example/x"
    );
    let bare = "<-- 500 https://api.acme.example/x (10ms)\n<-- END HTTP\n";
    assert_eq!(gist(bare), "OkHttp 500");
}

#[test]
fn wire_logs_of_java_and_python_are_marked_too() {
    let java = "\
2026-01-31 12:00:00,123 DEBUG [main] org.apache.http.headers - http-outgoing-0 >> GET /v1/me HTTP/1.1
2026-01-31 12:00:00,123 DEBUG [main] org.apache.http.headers - http-outgoing-0 >> Host: api.acme.example
2026-01-31 12:00:00,123 DEBUG [main] org.apache.http.headers - http-outgoing-0 >> Authorization: Bearer abcdef0123456789
2026-01-31 12:00:00,223 DEBUG [main] org.apache.http.headers - http-outgoing-0 << HTTP/1.1 401 Unauthorized
2026-01-31 12:00:00,223 DEBUG [main] org.apache.http.headers - http-outgoing-0 << Content-Type: application/json
";
    assert_eq!(gist(java), "Marked 401 GET http://api.acme.example/v1/me");
    assert!(answer(&read(java)).headers.has("content-type"));
    let python = "send: b'GET /v1/me HTTP/1.1\\r\\nHost: api.acme.example\\r\\nAuthorization: Bearer abcdef0123456789\\r\\n\\r\\n'\nreply: 'HTTP/1.1 401 Unauthorized\\r\\n'\nheader: Content-Type: application/json\nheader: X-Request-Id: r-1\n";
    assert_eq!(gist(python), "Marked 401 GET http://api.acme.example/v1/me");
    assert_eq!(
        answer(&read(python)).headers.get("x-request-id").unwrap(),
        "r-1"
    );
}

#[test]
fn what_stands_around_a_transcript_is_taken_off() {
    let quoted: String = VERBOSE.lines().map(|line| format!("> {line}\n")).collect();
    assert_eq!(
        gist(&quoted),
        "Marked 403 GET https://api.acme.example/v1/things/7"
    );
    let mail = format!("Hi,\n\nthis is what we get:\n\n```\n{VERBOSE}```\n\nThanks\n");
    assert_eq!(
        gist(&mail),
        "Marked 403 GET https://api.acme.example/v1/things/7"
    );
    let stamped: String = VERBOSE
        .lines()
        .map(|line| format!("12:00:00.123456 {line}\n"))
        .collect();
    assert_eq!(
        gist(&stamped),
        "Marked 403 GET https://api.acme.example/v1/things/7"
    );
    let indented: String = VERBOSE
        .lines()
        .map(|line| format!("    {line}\n"))
        .collect();
    assert_eq!(
        gist(&indented),
        "Marked 403 GET https://api.acme.example/v1/things/7"
    );
    let lost_blank =
        "HTTP/1.1 403 Forbidden\nContent-Type: application/json\n{\"message\":\"No\"}\n";
    assert_eq!(body(lost_blank), "{\"message\":\"No\"}");
}
