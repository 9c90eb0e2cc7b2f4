//! What clients say: of an answer, and of none.

use super::{answer, body, gist, read};
use crate::model::Outcome;

/// Each message with its cause.
#[track_caller]
fn all(rows: &[(&str, &str)]) {
    for (text, cause) in rows {
        let found = gist(text);
        let found = found.split(' ').nth(1).unwrap_or_default();
        assert_eq!(found, *cause, "{text}");
    }
}

#[test]
fn curl_has_a_number_for_each_trouble() {
    all(&[
        (
            "curl: (3) URL using bad/illegal format or missing URL",
            "request.bad_url",
        ),
        (
            "curl: (5) Could not resolve proxy: proxy.acme.example",
            "proxy.refused",
        ),
        (
            "curl: (6) Could not resolve host: api.acme.example",
            "dns.unresolved",
        ),
        (
            "curl: (7) Failed to connect to api.acme.example port 443 after 2 ms: Connection refused",
            "connect.refused",
        ),
        (
            "curl: (7) Failed to connect to api.acme.example port 443 after 2 ms: Couldn't connect to server",
            "connect.refused",
        ),
        (
            "curl: (7) Failed to connect to api.acme.example port 443: No route to host",
            "connect.unreachable",
        ),
        (
            "curl: (16) Error in the HTTP2 framing layer",
            "protocol.invalid",
        ),
        (
            "curl: (18) transfer closed with 12 bytes remaining to read",
            "body.cut_off",
        ),
        (
            "curl: (28) Failed to connect to api.acme.example port 443 after 10001 ms: Timeout was reached",
            "connect.timeout",
        ),
        (
            "curl: (28) Connection timed out after 10001 milliseconds",
            "connect.timeout",
        ),
        (
            "curl: (28) Resolving timed out after 5000 milliseconds",
            "dns.unresolved",
        ),
        ("curl: (28) SSL connection timeout", "tls.handshake"),
        (
            "curl: (28) Operation timed out after 30001 milliseconds with 0 bytes received",
            "timeout.first_byte",
        ),
        (
            "curl: (28) Operation timed out after 30001 milliseconds with 0 out of 0 bytes received",
            "timeout.first_byte",
        ),
        (
            "curl: (28) Operation timed out after 30001 milliseconds with 1200 out of 5000 bytes received",
            "timeout.body",
        ),
        (
            "curl: (35) OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to api.acme.example:443",
            "tls.handshake",
        ),
        (
            "curl: (35) error:1408F10B:SSL routines:ssl3_get_record:wrong version number",
            "tls.handshake",
        ),
        (
            "curl: (35) Recv failure: Connection reset by peer",
            "tls.handshake",
        ),
        (
            "curl: (47) Maximum (50) redirects followed",
            "redirect.loop",
        ),
        (
            "curl: (51) SSL: no alternative certificate subject name matches target host name 'api.acme.example'",
            "tls.wrong_host",
        ),
        ("curl: (52) Empty reply from server", "connect.closed"),
        ("curl: (55) Send failure: Broken pipe", "connect.closed"),
        (
            "curl: (56) Recv failure: Connection reset by peer",
            "connect.closed",
        ),
        (
            "curl: (56) Received HTTP code 407 from proxy after CONNECT",
            "proxy.refused",
        ),
        (
            "curl: (56) CONNECT tunnel failed, response 503",
            "proxy.denied",
        ),
        (
            "curl: (56) OpenSSL SSL_read: error:0A00045C:SSL routines::tlsv13 alert certificate required, errno 0",
            "tls.client_certificate",
        ),
        (
            "curl: (58) could not load PEM client certificate, OpenSSL error",
            "tls.client_certificate",
        ),
        (
            "curl: (60) SSL certificate problem: certificate has expired",
            "tls.expired",
        ),
        (
            "curl: (60) SSL certificate problem: self-signed certificate in certificate chain",
            "tls.untrusted",
        ),
        (
            "curl: (60) SSL certificate problem: unable to get local issuer certificate",
            "tls.untrusted",
        ),
        (
            "curl: (60) SSL: no alternative certificate subject name matches target host name 'a.example'",
            "tls.wrong_host",
        ),
        (
            "curl: (60) schannel: SEC_E_UNTRUSTED_ROOT (0x80090325) - The certificate chain was issued by an authority that is not trusted.",
            "tls.untrusted",
        ),
        (
            "curl: (61) Unrecognized content encoding type. libcurl understands deflate, gzip content encodings.",
            "body.undecodable",
        ),
        ("curl: (63) Maximum file size exceeded", "body.too_large"),
        (
            "curl: (77) error setting certificate verify locations: CAfile: /x.pem",
            "tls.untrusted",
        ),
        (
            "curl: (92) HTTP/2 stream 1 was not closed cleanly: INTERNAL_ERROR (err 2)",
            "protocol.invalid",
        ),
        (
            "curl: (97) Can't complete SOCKS5 connection to api.acme.example. (4)",
            "proxy.refused",
        ),
    ]);
}

#[test]
fn python_says_it_at_the_end_of_its_traceback() {
    let pool = |caused: &str| {
        format!(
            "Traceback (most recent call last):\n  File \"/app/x.py\", line 3, in <module>\n    r = requests.get(url)\nrequests.exceptions.ConnectionError: HTTPSConnectionPool(host='api.acme.example', port=443): Max retries exceeded with url: /v1/me (Caused by {caused})\n"
        )
    };
    all(&[
        (
            &pool(
                "NameResolutionError(\"<urllib3.connection.HTTPSConnection object at 0x7f>: Failed to resolve 'api.acme.example' ([Errno -2] Name or service not known)\")",
            ),
            "dns.unresolved",
        ),
        (
            &pool(
                "NewConnectionError('<urllib3.connection.HTTPSConnection object at 0x7f>: Failed to establish a new connection: [Errno 111] Connection refused')",
            ),
            "connect.refused",
        ),
        (
            &pool(
                "ConnectTimeoutError(<urllib3.connection.HTTPSConnection object at 0x7f>, 'Connection to api.acme.example timed out. (connect timeout=5)')",
            ),
            "connect.timeout",
        ),
        (
            &pool(
                "SSLError(SSLCertVerificationError(1, \"[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: Hostname mismatch, certificate is not valid for 'api.acme.example'. (_ssl.c:1129)\"))",
            ),
            "tls.wrong_host",
        ),
        (
            &pool(
                "ProxyError('Cannot connect to proxy.', OSError('Tunnel connection failed: 403 Forbidden'))",
            ),
            "proxy.denied",
        ),
        (
            "requests.exceptions.ReadTimeout: HTTPSConnectionPool(host='api.acme.example', port=443): Read timed out. (read timeout=30)",
            "timeout.first_byte",
        ),
        (
            "urllib3.exceptions.ProtocolError: ('Connection aborted.', RemoteDisconnected('Remote end closed connection without response'))",
            "connect.closed",
        ),
        (
            "requests.exceptions.ChunkedEncodingError: ('Connection broken: IncompleteRead(12 bytes read)', IncompleteRead(12 bytes read))",
            "body.cut_off",
        ),
        (
            "requests.exceptions.ContentDecodingError: ('Received response with content-encoding: gzip, but failed to decode it.', error('Error -3 while decompressing data: incorrect header check'))",
            "body.undecodable",
        ),
        (
            "requests.exceptions.MissingSchema: Invalid URL 'api.acme.example/x': No scheme supplied. Perhaps you meant https://api.acme.example/x?",
            "request.bad_url",
        ),
        (
            "requests.exceptions.InvalidHeader: Invalid leading whitespace, reserved character(s), or return character(s) in header value: 'Bearer abcdef0123456789\\n'",
            "token.stray_characters",
        ),
        (
            "httpx.ConnectError: [Errno -3] Temporary failure in name resolution",
            "dns.unresolved",
        ),
        (
            "httpx.RemoteProtocolError: Server disconnected without sending a response.",
            "connect.closed",
        ),
        (
            "httpx.RemoteProtocolError: peer closed connection without sending complete message body (received 10 bytes, expected 20)",
            "body.cut_off",
        ),
        (
            "urllib.error.URLError: <urlopen error [Errno 113] No route to host>",
            "connect.unreachable",
        ),
    ]);
}

#[test]
fn java_go_and_node_have_words_of_their_own() {
    all(&[
        (
            "org.springframework.web.client.ResourceAccessException: I/O error on GET request for \"https://api.acme.example/x\": api.acme.example; nested exception is java.net.UnknownHostException: api.acme.example",
            "dns.unresolved",
        ),
        (
            "feign.RetryableException: Connection refused executing GET https://api.acme.example/x",
            "connect.refused",
        ),
        (
            "java.net.SocketTimeoutException: Read timed out\n\tat java.base/sun.nio.ch.NioSocketImpl.timedRead(NioSocketImpl.java:288)",
            "timeout.first_byte",
        ),
        (
            "java.net.SocketException: Connection reset",
            "connect.closed",
        ),
        (
            "javax.net.ssl.SSLHandshakeException: PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid certification path to requested target",
            "tls.untrusted",
        ),
        (
            "javax.net.ssl.SSLHandshakeException: No subject alternative DNS name matching api.acme.example found.",
            "tls.wrong_host",
        ),
        (
            "javax.net.ssl.SSLHandshakeException: Received fatal alert: handshake_failure",
            "tls.handshake",
        ),
        (
            "javax.net.ssl.SSLException: Unsupported or unrecognized SSL message",
            "tls.handshake",
        ),
        (
            "java.io.IOException: Unable to tunnel through proxy. Proxy returns \"HTTP/1.1 407 Proxy Authentication Required\"",
            "proxy.refused",
        ),
        (
            "java.net.ProtocolException: Too many follow-up requests: 21",
            "redirect.loop",
        ),
        (
            "java.lang.IllegalArgumentException: Unexpected char 0x0a at 23 in Authorization value: Bearer abcdef0123456789",
            "token.stray_characters",
        ),
        (
            "Get \"https://api.acme.example/x\": dial tcp: lookup api.acme.example on 10.0.0.10:53: no such host",
            "dns.unresolved",
        ),
        (
            "Get \"https://api.acme.example/x\": dial tcp 203.0.113.9:443: i/o timeout",
            "connect.timeout",
        ),
        (
            "Get \"https://api.acme.example/x\": dial tcp 203.0.113.9:443: connect: connection refused",
            "connect.refused",
        ),
        (
            "Get \"https://api.acme.example/x\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)",
            "timeout.first_byte",
        ),
        ("Get \"https://api.acme.example/x\": EOF", "connect.closed"),
        (
            "Get \"https://api.acme.example/x\": http: server gave HTTP response to HTTPS client",
            "tls.handshake",
        ),
        (
            "Get \"https://api.acme.example/x\": remote error: tls: bad certificate",
            "tls.client_certificate",
        ),
        (
            "Get \"https://api.acme.example/x\": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-01-31T12:00:00Z is after 2026-01-01T00:00:00Z",
            "tls.expired",
        ),
        (
            "Get \"https://api.acme.example/x\": stopped after 10 redirects",
            "redirect.loop",
        ),
        (
            "Get \"api.acme.example/x\": unsupported protocol scheme \"\"",
            "request.bad_url",
        ),
        (
            "AxiosError: connect ECONNREFUSED 10.0.0.7:8443\n    at AxiosError.from (/app/node_modules/axios/dist/node/axios.cjs:837:14) {\n  code: 'ECONNREFUSED',\n  errno: -111\n}",
            "connect.refused",
        ),
        (
            "AxiosError: timeout of 5000ms exceeded",
            "timeout.first_byte",
        ),
        (
            "TypeError: fetch failed\n    at node:internal/deps/undici/undici:12345:11 {\n  [cause]: ConnectTimeoutError: Connect Timeout Error\n      code: 'UND_ERR_CONNECT_TIMEOUT'\n}",
            "connect.timeout",
        ),
        (
            "Error: read ECONNRESET\n    at TLSWrap.onStreamRead (node:internal/stream_base_commons:217:20)",
            "connect.closed",
        ),
        (
            "Error: unable to verify the first certificate",
            "tls.incomplete_chain",
        ),
        (
            "TypeError [ERR_INVALID_CHAR]: Invalid character in header content [\"Authorization\"]",
            "token.stray_characters",
        ),
        (
            "RequestError: Hostname/IP does not match certificate's altnames: Host: api.acme.example. is not in the cert's altnames: DNS:default.example",
            "tls.wrong_host",
        ),
        (
            "Error: write EPROTO 1408:error:1408F10B:SSL routines:ssl3_get_record:wrong version number",
            "tls.handshake",
        ),
        ("Error: Parse Error: Expected HTTP/", "protocol.invalid"),
    ]);
}

#[test]
fn dotnet_ruby_php_rust_and_browsers_have_too() {
    all(&[
        (
            "System.Net.Http.HttpRequestException: No such host is known. (api.acme.example:443)\n ---> System.Net.Sockets.SocketException (11001): No such host is known.",
            "dns.unresolved",
        ),
        (
            "System.Net.Http.HttpRequestException: No connection could be made because the target machine actively refused it. (localhost:5001)",
            "connect.refused",
        ),
        (
            "System.Threading.Tasks.TaskCanceledException: The request was canceled due to the configured HttpClient.Timeout of 100 seconds elapsing.",
            "timeout.first_byte",
        ),
        (
            "System.Security.Authentication.AuthenticationException: The remote certificate is invalid because of errors in the certificate chain: UntrustedRoot",
            "tls.untrusted",
        ),
        (
            "System.Security.Authentication.AuthenticationException: The remote certificate is invalid according to the validation procedure: RemoteCertificateNameMismatch",
            "tls.wrong_host",
        ),
        (
            "System.Net.WebException: The underlying connection was closed: Could not establish trust relationship for the SSL/TLS secure channel.",
            "tls.untrusted",
        ),
        (
            "System.Net.WebException: The request was aborted: Could not create SSL/TLS secure channel.",
            "tls.handshake",
        ),
        (
            "System.FormatException: New-line characters are not allowed in header values.",
            "token.stray_characters",
        ),
        (
            "System.Net.Http.HttpRequestException: The proxy tunnel request to proxy 'http://10.0.0.9:3128/' failed with status code '407'.\"",
            "proxy.refused",
        ),
        (
            "SocketError: Failed to open TCP connection to api.acme.example:443 (getaddrinfo: Name or service not known)",
            "dns.unresolved",
        ),
        (
            "Errno::ECONNREFUSED: Failed to open TCP connection to localhost:3000 (Connection refused - connect(2) for \"localhost\" port 3000)",
            "connect.refused",
        ),
        ("Net::OpenTimeout: execution expired", "connect.timeout"),
        (
            "Net::ReadTimeout: Net::ReadTimeout with #<TCPSocket:(closed)>",
            "timeout.first_byte",
        ),
        (
            "OpenSSL::SSL::SSLError: SSL_connect returned=1 errno=0 state=error: certificate verify failed (certificate has expired)",
            "tls.expired",
        ),
        (
            "ArgumentError: header field value cannot include CR/LF",
            "token.stray_characters",
        ),
        (
            "GuzzleHttp\\Exception\\ConnectException: cURL error 28: Connection timed out after 10001 milliseconds (see https://curl.haxx.se/libcurl/c/libcurl-errors.html) for https://api.acme.example/x",
            "connect.timeout",
        ),
        (
            "cURL error 60: SSL certificate problem: unable to get local issuer certificate (see https://curl.haxx.se/libcurl/c/libcurl-errors.html) for https://api.acme.example/x",
            "tls.untrusted",
        ),
        (
            "PHP Warning:  file_get_contents(): php_network_getaddresses: getaddrinfo failed: Name or service not known in /app/x.php on line 3",
            "dns.unresolved",
        ),
        (
            "GuzzleHttp\\Exception\\TooManyRedirectsException: Will not follow more than 5 redirects",
            "redirect.loop",
        ),
        (
            "error sending request for url (https://api.acme.example/x): error trying to connect: dns error: failed to lookup address information: Name or service not known",
            "dns.unresolved",
        ),
        (
            "error sending request for url (https://api.acme.example/x): error trying to connect: invalid peer certificate: UnknownIssuer",
            "tls.untrusted",
        ),
        (
            "GET https://api.acme.example/x net::ERR_CERT_DATE_INVALID",
            "tls.expired",
        ),
        ("net::ERR_NAME_NOT_RESOLVED", "dns.unresolved"),
        (
            "wget: unable to resolve host address ‘api.acme.example’",
            "dns.unresolved",
        ),
        (
            "ERROR: cannot verify api.acme.example's certificate, issued by ‘CN=Acme Root’:\n  Unable to locally verify the issuer's authority.",
            "tls.untrusted",
        ),
        (
            "fatal: unable to access 'https://git.acme.example/x.git/': server certificate verification failed. CAfile: none CRLfile: none",
            "tls.untrusted",
        ),
    ]);
}

#[test]
fn what_a_message_shows_of_the_request_is_taken_along() {
    assert_eq!(
        gist(
            "Post \"https://api.acme.example/v1/x\": dial tcp 203.0.113.9:443: connect: connection refused"
        ),
        "Client connect.refused POST https://api.acme.example/v1/x"
    );
    assert_eq!(
        gist(
            "http: error: ConnectionError: Connection refused while doing a PATCH request to URL: https://api.acme.example/v1/x"
        ),
        "Client connect.refused PATCH https://api.acme.example/v1/x"
    );
}

#[test]
fn a_page_to_read_is_not_what_was_called() {
    for text in [
        "curl: (60) SSL certificate problem: certificate has expired\nMore details here: https://curl.se/docs/sslcerts.html",
        "cURL error 60: certificate has expired (see https://curl.haxx.se/libcurl/c/libcurl-errors.html)",
    ] {
        assert_eq!(gist(text), "Client tls.expired");
    }
    let asked = "MissingSchema: Invalid URL 'a.example/v1': No scheme supplied. Perhaps you meant https://a.example/v1?";
    assert_eq!(gist(asked), "Client request.bad_url");
    let both = "cURL error 6: Could not resolve host: a.example (see https://curl.haxx.se/libcurl/c/libcurl-errors.html) for https://a.example/x";
    assert_eq!(gist(both), "Client dns.unresolved https://a.example/x");
}

#[test]
fn the_sentence_is_quoted_rather_than_the_place_in_the_program() {
    let text = "Error: getaddrinfo ENOTFOUND a.example\n    at GetAddrInfoReqWrap.onlookup (node:dns:107:26) {\n  code: 'ENOTFOUND'\n}";
    let Outcome::Failed(failure) = read(text).outcome else {
        panic!("{text}");
    };
    assert!(
        failure.message.ends_with("getaddrinfo ENOTFOUND a.example"),
        "{}",
        failure.message
    );
}

#[test]
fn the_value_that_a_message_quotes_is_not_in_its_words() {
    for text in [
        "Get \"https://api.acme.example/x\": net/http: invalid header field value \"Bearer zq8Kd0f7Lm2Ns4Pq\\n\" for key Authorization",
        "ValueError: Invalid header value b'Bearer zq8Kd0f7Lm2Ns4Pq\\n'",
        "java.lang.IllegalArgumentException: Unexpected char 0x0a at 23 in Authorization value: Bearer zq8Kd0f7Lm2Ns4Pq",
        "System.FormatException: The format of value 'Bearer zq8Kd0f7Lm2Ns4Pq' is invalid. Header: Authorization",
        "\"Bearer zq8Kd0f7Lm2Ns4Pq\" is not valid header value.",
    ] {
        let saved = read(text);
        let Outcome::Failed(failure) = &saved.outcome else {
            panic!("{text}");
        };
        assert_eq!(failure.cause.id(), "token.stray_characters", "{text}");
        assert!(!failure.message.contains("zq8Kd0f7"), "{}", failure.message);
        assert!(!failure.was_sent);
        let sent = saved.sent.unwrap();
        assert!(
            sent.headers
                .get("authorization")
                .unwrap()
                .contains("zq8Kd0f7")
        );
    }
}

#[test]
fn an_answer_in_the_words_of_a_client_has_its_status_address_and_body() {
    let rows = [
        (
            "requests.exceptions.HTTPError: 403 Client Error: Forbidden for url: https://api.acme.example/v1/me",
            "Told 403 https://api.acme.example/v1/me",
            "",
        ),
        (
            "httpx.HTTPStatusError: Client error '404 Not Found' for url 'https://api.acme.example/x'",
            "Told 404 https://api.acme.example/x",
            "",
        ),
        (
            "urllib.error.HTTPError: HTTP Error 401: Unauthorized",
            "Told 401",
            "",
        ),
        (
            "curl: (22) The requested URL returned error: 403",
            "Told 403",
            "",
        ),
        (
            "org.springframework.web.client.HttpClientErrorException$Forbidden: 403 Forbidden: \"{<EOL>  \"code\": \"denied\"<EOL>}\"",
            "Told 403",
            "{\n  \"code\": \"denied\"\n}",
        ),
        (
            "feign.FeignException$Unauthorized: [401 Unauthorized] during [POST] to [https://api.acme.example/v1/x] [Acme#create(String)]: [{\"message\":\"No\"}]",
            "Told 401 POST https://api.acme.example/v1/x",
            "{\"message\":\"No\"}",
        ),
        (
            "java.io.IOException: Server returned HTTP response code: 403 for URL: https://api.acme.example/x",
            "Told 403 https://api.acme.example/x",
            "",
        ),
        (
            "AxiosError: Request failed with status code 429\n    at settle (/app/x.js:1:1)",
            "Told 429",
            "",
        ),
        (
            "System.Net.Http.HttpRequestException: Response status code does not indicate success: 401 (Unauthorized).",
            "Told 401",
            "",
        ),
        (
            "Invoke-RestMethod : The remote server returned an error: (403) Forbidden.\nAt line:1 char:1\n+ Invoke-RestMethod -Uri https://api.acme.example/x",
            "Told 403 https://api.acme.example/x",
            "",
        ),
        ("RestClient::Forbidden: 403 Forbidden", "Told 403", ""),
        (
            "Faraday::ForbiddenError: the server responded with status 403",
            "Told 403",
            "",
        ),
        (
            "Client error: `GET https://api.acme.example/x` resulted in a `422 Unprocessable Entity` response:\n{\"message\":\"name\"}\n",
            "Told 422 GET https://api.acme.example/x",
            "{\"message\":\"name\"}",
        ),
        (
            "GET https://api.acme.example/x: 403 Resource not accessible by this app []",
            "Told 403 GET https://api.acme.example/x",
            "Resource not accessible by this app []",
        ),
        ("gh: Not Found (HTTP 404)", "Told 404", ""),
        (
            "gh: Resource not accessible by this app (HTTP 403)",
            "Told 403",
            "Resource not accessible by this app",
        ),
        (
            "An error occurred (AccessDenied) when calling the ListObjects operation: Not for you",
            "Told 0",
            "{\"code\":\"AccessDenied\",\"message\":\"Not for you\"}",
        ),
        (
            "ERROR: (NotAllowed) Not for you\nCode: NotAllowed",
            "Told 0",
            "{\"code\":\"NotAllowed\",\"message\":\"Not for you\"}",
        ),
        (
            "rpc error: code = PermissionDenied desc = not for you",
            "Told 0",
            "{\"code\":\"PermissionDenied\",\"message\":\"not for you\"}",
        ),
    ];
    for (text, wanted, words) in rows {
        assert_eq!(gist(text), wanted, "{text}");
        assert_eq!(body(text), words, "{text}");
    }
    let dump = "AxiosError: Request failed with status code 403\n    at settle (/app/x.js:1:1) {\n  code: 'ERR_BAD_REQUEST',\n  config: {\n    headers: Object [AxiosHeaders] { Authorization: 'Bearer abcdef0123456789' },\n    method: 'post',\n    url: 'https://api.acme.example/v1/x'\n  },\n  response: {\n    status: 403,\n    statusText: 'Forbidden',\n    headers: Object [AxiosHeaders] { 'x-request-id': 'r-1' },\n    data: { code: 'denied', message: 'No' }\n  }\n}";
    let saved = read(dump);
    assert_eq!(answer(&saved).headers.get("x-request-id").unwrap(), "r-1");
    assert_eq!(body(dump), "{\"code\":\"denied\",\"message\":\"No\"}");
}

#[test]
fn numbers_that_are_no_status_are_left_alone() {
    for text in [
        "The runbook has 404 tasks",
        "It took 500 ms and 403 rows came",
        "Error in line 422 of the script",
        "version 4.0.4 of 2024",
    ] {
        assert!(gist(text).starts_with("Words"), "{}", gist(text));
    }
}

#[test]
fn what_stands_beside_the_status_is_what_was_said() {
    let before =
        "failed to get groups: the API returned an error: Invalid session, Status: 403 Forbidden";
    assert_eq!(gist(before), "Told 403");
    assert!(body(before).ends_with("the API returned an error: Invalid session"));
    let above = "tool: error: Failed to get it: SignatureDoesNotMatch: Signature expired: now earlier\n    status code: 403, request id: 56541f26";
    assert_eq!(gist(above), "Told 403");
    assert!(body(above).contains("Signature expired"));
    let below = "HttpResponseError: Received an error response (403 Forbidden) from Acme:\n\"This action requires approval for the scope.\"";
    assert_eq!(body(below), "This action requires approval for the scope.");
}

#[test]
fn words_that_only_lead_to_a_status_are_not_what_was_said() {
    for text in [
        "Error: Request failed with status code 403",
        "Invoke-RestMethod : The remote server returned an error: (403) Forbidden.",
        "requests.exceptions.HTTPError: 403 Client Error: Forbidden for url: https://api.acme.example/x",
        "the server responded with a status of 403 (Forbidden)",
    ] {
        assert_eq!(body(text), "", "{text}");
    }
}

#[test]
fn a_code_of_joined_words_behind_a_colon_is_the_code() {
    let short = "Error: An API error occurred: missing_scope\n    at send (/x/send.js:12:25)";
    assert!(
        body(short).contains("\"code\":\"missing_scope\""),
        "{}",
        body(short)
    );
    let loud = "ERROR running auth:login:  REQUEST_LIMIT_EXCEEDED: TotalRequests Limit exceeded.";
    assert!(body(loud).contains("\"code\":\"REQUEST_LIMIT_EXCEEDED\""));
    let none = "Error: cannot find the module some_module in my_file";
    assert_eq!(gist(none), "Words 0");
}
