//! Records and lines of logs, and bodies alone.

use super::{answer, body, gist, read};
use crate::insight::answer::saved::Form;

#[test]
fn an_entry_of_a_recording_is_a_call() {
    let entry = r#"{ "startedDateTime": "2026-01-31T12:00:00Z", "time": 12,
      "request": { "method": "POST", "url": "https://api.acme.example/v1/things", "httpVersion": "h2",
        "headers": [ { "name": "authorization", "value": "Bearer abcdef0123456789" } ],
        "postData": { "mimeType": "application/json", "text": "{\"name\":\"x\"}" } },
      "response": { "status": 403, "statusText": "Forbidden", "httpVersion": "h2",
        "headers": [ { "name": "x-request-id", "value": "r-1" } ],
        "content": { "size": 16, "mimeType": "application/json", "text": "{\"message\":\"No\"}" } } }"#;
    assert_eq!(
        gist(entry),
        "Record 403 POST https://api.acme.example/v1/things"
    );
    let saved = read(entry);
    assert_eq!(answer(&saved).reason, "Forbidden");
    assert_eq!(answer(&saved).headers.get("x-request-id").unwrap(), "r-1");
    let sent = saved.sent.as_ref().unwrap();
    assert_eq!(sent.body, b"{\"name\":\"x\"}");
    assert!(sent.headers.has("authorization"));
    assert_eq!(body(entry), "{\"message\":\"No\"}");
    let packed = entry.replace(
        "\"text\": \"{\\\"message\\\":\\\"No\\\"}\"",
        "\"encoding\": \"base64\", \"text\": \"eyJhIjoxfQ==\"",
    );
    assert_eq!(body(&packed), "{\"a\":1}");
}

#[test]
fn lines_in_json_name_the_same_things_in_many_ways() {
    let flat = r#"{"level":"error","ts":"2026-01-31T12:00:00Z","msg":"upstream said no","http.method":"GET","http.url":"https://api.acme.example/v1/me","http.status_code":403}"#;
    assert_eq!(gist(flat), "Record 403 GET https://api.acme.example/v1/me");
    let nested = r#"{"time":1700000000,"req":{"method":"PUT","url":"/v1/x","headers":{"host":"api.acme.example"}},"res":{"statusCode":"409","headers":{"content-type":"application/json"},"body":{"code":"taken"}}}"#;
    assert_eq!(gist(nested), "Record 409 PUT https://api.acme.example/v1/x");
    assert_eq!(body(nested), "{\"code\":\"taken\"}");
    let cloud = r#"{"httpRequest":{"requestMethod":"GET","requestUrl":"https://api.acme.example/x","status":502,"userAgent":"curl"},"jsonPayload":{"statusDetails":"failed_to_connect_to_backend"}}"#;
    assert_eq!(gist(cloud), "Record 502 GET https://api.acme.example/x");
    let line = r#"{"request":"GET /v1/me HTTP/1.1","status":"401","host":"api.acme.example","response_body":"{\"error\":\"no\"}"}"#;
    assert_eq!(gist(line), "Record 401 GET https://api.acme.example/v1/me");
    assert_eq!(body(line), "{\"error\":\"no\"}");
    let thrown = r#"{"message":"Request failed with status code 403","name":"AxiosError","config":{"url":"https://api.acme.example/v1/me","method":"get","headers":{"Authorization":"Bearer abcdef0123456789"}},"code":"ERR_BAD_REQUEST","status":403}"#;
    assert_eq!(
        gist(thrown),
        "Record 403 GET https://api.acme.example/v1/me"
    );
}

#[test]
fn a_log_holds_the_body_as_text_and_the_address_in_parts() {
    let packed = r#"{"level":"error","msg":"request failed","method":"GET","url":"https://a.example/x","status":403,"response":"{\"error\":\"insufficient_scope\"}"}"#;
    assert_eq!(body(packed), "{\"error\":\"insufficient_scope\"}");
    let parts = r#"{"@timestamp":"2026-01-31T12:00:00Z","http":{"request":{"method":"GET"},"response":{"status_code":401}},"url":{"full":"https://a.example/x","domain":"a.example"}}"#;
    assert_eq!(gist(parts), "Record 401 GET https://a.example/x");
    let unasked = r#"{"level":"error","url":"https://a.example/x","status":422,"msg":"no"}"#;
    assert_eq!(gist(unasked), "Record 422 https://a.example/x");
}

#[test]
fn a_log_of_a_client_tells_why_there_was_no_answer() {
    let log = r#"{"level":"error","msg":"request failed","error":"Get \"https://a.example/x\": x509: certificate signed by unknown authority"}"#;
    assert_eq!(gist(log), "Client tls.untrusted GET https://a.example/x");
    let proxy = "2026/01/31 12:00:00 [error] 7#7: *1 connect() failed (111: Connection refused) while connecting to upstream, client: 203.0.113.9, request: \"GET /x HTTP/1.1\", upstream: \"http://10.0.0.3:8080/x\", host: \"a.example\"";
    assert_eq!(
        gist(proxy),
        "Client upstream.unreachable GET https://a.example/x"
    );
}

#[test]
fn a_line_may_have_other_words_before_its_record_and_the_refused_one_counts() {
    let prefixed = "2026-01-31 12:00:00,123 ERROR client - {\"method\":\"GET\",\"url\":\"https://a.example/x\",\"status\":403}";
    assert_eq!(gist(prefixed), "Record 403 GET https://a.example/x");
    let many = "{\"method\":\"GET\",\"url\":\"https://a.example/1\",\"status\":200}\n{\"method\":\"GET\",\"url\":\"https://a.example/2\",\"status\":404}\n{\"method\":\"GET\",\"url\":\"https://a.example/3\",\"status\":200}\n";
    assert_eq!(gist(many), "Record 404 GET https://a.example/2");
    let pairs = "level=error ts=2026-01-31T12:00:00Z method=GET host=api.acme.example path=/v1/me status=403 msg=\"not for you\"";
    assert_eq!(gist(pairs), "Record 403 GET https://api.acme.example/v1/me");
    assert!(body(pairs).contains("not for you"));
}

#[test]
fn access_logs_have_the_status_behind_the_request_or_before_it() {
    let combined = r#"203.0.113.7 - kim [31/Jan/2026:12:00:00 +0000] "GET /v1/me?a=b HTTP/1.1" 403 153 "-" "curl/8.5.0""#;
    assert_eq!(gist(combined), "Access 403 GET /v1/me?a=b");
    let envoy = r#"[2026-01-31T12:00:00.000Z] "POST /v1/things HTTP/1.1" 503 UF upstream_reset_before_response_started{connection_failure} - "-" 0 91 9 - "-" "curl/8.5.0" "id" "api.acme.example" "10.0.0.1:80""#;
    assert_eq!(gist(envoy), "Access 503 POST /v1/things");
    assert!(answer(&read(envoy)).reason.starts_with("UF"));
    let balancer = r#"https 2026-01-31T12:00:00.000Z app/lb/50dc 203.0.113.7:2817 10.0.0.1:80 0.000 0.001 0.000 502 - 34 366 "GET https://api.acme.example:443/x HTTP/1.1" "curl/8.5.0" - -"#;
    assert_eq!(
        gist(balancer),
        "Access 502 GET https://api.acme.example:443/x"
    );
    let haproxy = r#"Jan 31 12:00:00 lb haproxy[14389]: 203.0.113.7:33317 [31/Jan/2026:12:00:00.655] http-in static/srv1 10/0/30/69/109 504 2750 - - sH-- 1/1/1/1/0 0/0 "GET /x HTTP/1.1""#;
    assert_eq!(gist(haproxy), "Access 504 GET /x");
    let client =
        r#"DEBUG:urllib3.connectionpool:https://api.acme.example:443 "GET /v1/me HTTP/1.1" 401 62"#;
    assert_eq!(
        gist(client),
        "Access 401 GET https://api.acme.example:443/v1/me"
    );
    let framework = r#"INFO:     127.0.0.1:51000 - "GET /x HTTP/1.1" 422 Unprocessable Entity"#;
    assert_eq!(gist(framework), "Access 422 GET /x");
}

#[test]
fn the_body_of_an_error_is_no_record_of_a_call() {
    let spring =
        r#"{"timestamp":"2026-01-31T12:00:00Z","status":403,"error":"Forbidden","path":"/v1/me"}"#;
    assert_eq!(gist(spring), "Body 403");
    assert_eq!(body(spring), spring);
    assert_eq!(
        gist(r#"{"errors":[{"status":"422","title":"No"}]}"#),
        "Body 422"
    );
    assert_eq!(
        gist("<html><title>502 Bad Gateway</title></html>"),
        "Body 0"
    );
    assert_eq!(gist("\"errors\": [{\"code\": \"x\"}]"), "Body 0");
    let printed = "{'error': {'code': 'denied', 'message': 'No'}, 'ok': False}";
    assert_eq!(
        body(printed),
        r#"{"error":{"code":"denied","message":"No"},"ok":false}"#
    );
    assert_eq!(
        read("We got {\"error\":\"denied\",\"message\":\"No\"} today").form,
        Form::Body
    );
    assert_eq!(read("Good morning, it does not work").form, Form::Words);
}

#[test]
fn a_line_of_a_log_may_hold_what_a_client_says_of_an_answer() {
    let line = r#"{"Class":"Backend","Severity":"Error","LogLevel":"Info","Message":"Unable to query 'https://api.acme.example/things': The remote server returned an error: (403) Forbidden.: {\"message\": \"Missing Access\", \"code\": 50001}"}"#;
    assert_eq!(gist(line), "Told 403 https://api.acme.example/things");
    assert_eq!(
        body(line),
        r#"{"message": "Missing Access", "code": 50001}"#
    );
}

#[test]
fn a_line_with_the_call_in_words_of_its_own_is_one_of_an_access_log() {
    let line = r#"[31/Oct/2024:20:19:42 +0100] - - 401 - GET https docs.acme.example "/api/x/?a=1" [Client 192.0.2.1] [Length 172] "agent/1.0" "-""#;
    assert_eq!(
        gist(line),
        "Access 401 GET https://docs.acme.example/api/x/?a=1"
    );
}
