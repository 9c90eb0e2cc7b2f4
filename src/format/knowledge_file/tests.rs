//! Packs as text, read and refused.

use super::*;

const HEAD: &str = "id = \"acme\"\ntitle = \"Acme\"\n";

#[test]
fn a_pack_is_read_with_all_that_it_says() {
    let text = format!(
        r#"{HEAD}uses = ["oauth"]
        base = "https://api.acme.example"
        [recognise]
        hosts = ["API.acme.example"]
        headers = [["X-Acme-Id", ""]]
        body = [{{ has = ["/message"], contains = "acme" }}]
        [[credential]]
        id = "key"
        kind = "API key"
        prefix = "ak_"
        length = [20, 24]
        alphabet = "hex"
        places = ["header x-acme-key"]
        reading = true
        [errors]
        refused = [{{ at = "/ok", is = "false" }}]
        [headers]
        held = ["x-scopes"]
        [[answer]]
        status = [403]
        words = ["secondary rate limit", "missing scope~"]
        header = [["X-Left", "0"]]
        cause = "rate.token"
        also = ["rate.ip"]
        sure = 0.9
        why = "The second limit."
        do = ["Wait."]
        documented = "https://docs.acme.example"
        [[code]]
        code = "nope"
        meaning = "Not yours."
        cause = "permission.missing_role"
        reading = true
        [[status]]
        status = 404
        meaning = "Not there, or hidden."
        causes = [["resource.hidden_by_permission", 0.5], ["resource.absent", 0.4]]
        ask = "the owner"
        reading = true
        [calls.who_am_i]
        path = "/me"
        scopes = "header x-scopes"
        [[calls.list]]
        title = "things"
        path = "/things"
        [probes]
        hidden_404 = true
        [[example]]
        name = "the second limit"
        answer = '''
HTTP/1.1 403 Forbidden
'''
        cause = "rate.token"
        near_miss = true
        "#
    );
    let pack = read(&text, "acme.toml").unwrap();
    assert_eq!(pack.recognise.hosts, ["api.acme.example"]);
    assert_eq!(pack.recognise.headers[0].0, "x-acme-id");
    let row = &pack.answers[0];
    assert_eq!(row.headers[0].0, "x-left");
    assert_eq!(row.meaning.cause, Some(Cause::RateToken));
    let source = row.meaning.grounds.as_ref().and_then(Grounds::source);
    assert_eq!(source, Some("https://docs.acme.example"));
    assert_eq!(pack.statuses[0].likely.len(), 2);
    assert_eq!(pack.statuses[0].note.ask[0].text, "Ask the owner.");
    assert_eq!(
        pack.codes[0].meaning.cause,
        Some(Cause::PermissionMissingRole)
    );
    assert_eq!(pack.kind_of("ak_12").unwrap().alphabet, Some(Alphabet::Hex));
    assert_eq!(pack.calls.who_am_i.unwrap().path, "/me");
    let examples = examples(&text, "acme.toml").unwrap();
    assert!(examples[0].answer.starts_with("HTTP/1.1 403"));
    assert!(examples[0].is_near_miss);
}

#[test]
fn what_is_not_understood_is_refused_with_line_and_column() {
    let answer = "[[answer]]\nstatus = [403]\nsure = 0.9\nreading = true\ncause = \"none\"\n";
    let cases = [
        ("colour = 1\n", ":3:1", "colour"),
        ("[recognise]\nhost = []\n", ":4:1", "host"),
        (&answer.replace("none", "x.y"), ":7:9", "x.y"),
        (&answer.replace("0.9", "1.5"), ":5:8", "1.5"),
        (&answer.replace("reading = true", ""), ":7:9", "ground"),
        (&answer.replace("status = [403]", ""), ":7:9", "nothing"),
        (&format!("{answer}words = [\"*\"]\n"), ":8:10", "phrase"),
        ("[[status]]\nstatus = 99\n", ":4:10", "99"),
        (
            "[[status]]\nstatus = 404\ncauses = [[\"none\", 0.7], [\"token.expired\", 0.7]]\n",
            ":4:10",
            "more than 1",
        ),
        (
            "[errors]\nrefused = [{ at = \"/a\" }]\n",
            ":4:19",
            "one of is, not, present",
        ),
        (
            "[[credential]]\nid = \"a\"\nkind = \"b\"\nalphabet = \"runes\"\n",
            ":6:12",
            "runes",
        ),
    ];
    for (tail, place, says) in cases {
        let error = read(&format!("{HEAD}{tail}"), "acme.toml").unwrap_err();
        let shown = error.to_string();
        assert!(error.place.contains(place), "{tail}: {shown}");
        assert!(error.problem.contains(says), "{tail}: {shown}");
    }
    let error = read("id = \"A B\"\ntitle = \"\"\n", "a.toml").unwrap_err();
    assert!(error.problem.contains("A B"), "{error}");
}
