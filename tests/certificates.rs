//! Certificates that are not believed, each by its true reason, and those that are.

use crate::faults;
use crate::program;

use faults::secure::{Authority, Odd, SecureServer, Shown};
use program::Home;
use rcgen::{
    BasicConstraints, CustomExtension, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa,
    NameConstraints,
};
use serde_json::Value;

fn get(home: &Home, url: &str, options: &[&str]) -> (i32, Value) {
    let mut args = vec!["send", "GET", url, "--json"];
    args.extend(options);
    let ran = home.run(&args);
    (ran.code, ran.json()["outcome"].clone())
}

/// What is said of a server that shows this, where the authority is trusted; nothing reaches it.
#[track_caller]
fn refused(shown: Shown, trusted: &Authority, kind: &str) -> String {
    let server = SecureServer::showing(shown);
    let home = Home::new();
    let file = home.write("ca.pem", &trusted.pem);
    let (code, outcome) = get(&home, &server.base(), &["--cacert", &file]);
    assert_eq!(
        (code, outcome["kind"].as_str()),
        (1, Some(kind)),
        "{outcome}"
    );
    assert_eq!(server.asked().len(), 0);
    let text = |part: &str| outcome[part].as_str().unwrap().to_owned();
    assert!(text("message").contains("nothing was sent"), "{outcome}");
    // The same server is talked to where the person says so.
    let (code, outcome) = get(&home, &server.base(), &["--insecure", &server.base()]);
    assert_eq!(
        (code, outcome["status"].as_u64()),
        (0, Some(200)),
        "{outcome}"
    );
    format!("{} {}", text("message"), text("hint"))
}

const HOSTS: [&str; 2] = ["127.0.0.1", "localhost"];

#[test]
fn what_is_odd_about_a_certificate_is_named_and_left_out_of_account_where_asked() {
    let authority = Authority::new();
    let untrusted = |shown: Shown, says: &str| {
        let said = refused(shown, &authority, "tls.untrusted");
        assert!(said.contains(says), "{says}: {said}");
        assert!(!said.contains("an authority this machine trusts"), "{said}");
    };
    let with = |change: fn(&mut rcgen::CertificateParams)| authority.signs_with(&HOSTS, change);
    untrusted(
        with(|params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth]),
        "for clients (extended key usage), and not for servers",
    );
    untrusted(
        with(|params| {
            let mut odd = CustomExtension::from_oid_content(&[1, 2, 3, 4], vec![5, 0]);
            odd.set_criticality(true);
            params.custom_extensions.push(odd);
        }),
        "the critical extension 1.2.3.4",
    );
    untrusted(
        with(|params| {
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            let name = &mut params.distinguished_name;
            name.push(rcgen::DnType::CommonName, "localhost");
        }),
        "an authority's own (CA:TRUE)",
    );
    untrusted(authority.signs_by_hand(Odd::Version1), "X.509 version 1");
    untrusted(authority.signs_by_hand(Odd::Sha1), "SHA-1");
    untrusted(
        authority.signs_by_hand(Odd::rsa(1024)),
        "an RSA key of 1024 bits",
    );
    untrusted(authority.signs_by_hand(Odd::p521()), "P-521");
}

#[test]
fn rules_of_the_authorities_above_are_named() {
    let bound = Authority::with("bound", |params| {
        params.name_constraints = Some(NameConstraints {
            permitted_subtrees: vec![GeneralSubtree::DnsName("acme.example".into())],
            excluded_subtrees: Vec::new(),
        });
    });
    let said = refused(
        bound.signs_with(&["localhost", "127.0.0.1"], |_| {}),
        &bound,
        "tls.untrusted",
    );
    assert!(
        said.contains("name constraints") && said.contains("CN=bound"),
        "{said}"
    );

    let root = Authority::named("root");
    let short = root.beneath_with("short", |params| {
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    });
    let deep = short.beneath("deep");
    let said = refused(deep.signs_loopback(), &root, "tls.untrusted");
    assert!(said.contains("path length"), "{said}");

    // Of the same name, and yet another.
    let (one, other) = (Authority::named("twin"), Authority::named("twin"));
    let said = refused(one.signs_loopback(), &other, "tls.untrusted");
    assert!(
        said.contains("does not carry the signature of the authority that it names"),
        "{said}"
    );
}

#[test]
fn a_chain_with_a_gap_names_what_is_missing_and_where_it_is() {
    let root = Authority::named("the root");
    let between = root.beneath("the one between");
    let address = b"http://acme.example/between.crt";
    let access = |params: &mut rcgen::CertificateParams| {
        // RFC 5280, 4.2.2.1: SEQUENCE { SEQUENCE { OID of caIssuers, [6] address } }
        let oid = [6, 8, 0x2b, 6, 1, 5, 5, 7, 0x30, 2];
        let mut one = oid.to_vec();
        one.extend([0x86, address.len() as u8]);
        one.extend(address);
        let list = [
            &[0x30, one.len() as u8 + 2, 0x30, one.len() as u8][..],
            &one,
        ]
        .concat();
        let oid = [1, 3, 6, 1, 5, 5, 7, 1, 1];
        params
            .custom_extensions
            .push(CustomExtension::from_oid_content(&oid, list));
    };
    let alone = between.signs_with(&HOSTS, access).alone();
    let said = refused(alone, &root, "tls.incomplete_chain");
    for part in [
        "CN=the one between",
        "http://acme.example/between.crt",
        "whole chain",
    ] {
        assert!(said.contains(part), "{said}");
    }
    // Where nobody says where it is, it may as well be an authority that is not trusted.
    let alone = between.signs_loopback().alone();
    let said = refused(alone, &root, "tls.untrusted");
    assert!(
        said.contains("CN=the one between, whose certificate did not come"),
        "{said}"
    );

    // With the gap filled, by the server or by the person, it works.
    let home = Home::new();
    let whole = SecureServer::showing(between.signs_loopback());
    let file = home.write("root.pem", &root.pem);
    assert_eq!(get(&home, &whole.base(), &["--cacert", &file]).0, 0);
    let alone = SecureServer::showing(between.signs_with(&HOSTS, access).alone());
    let file = home.write("between.pem", &between.pem);
    assert_eq!(get(&home, &alone.base(), &["--cacert", &file]).0, 0);
}

#[test]
fn whom_it_leads_to_is_named() {
    let (root, trusted) = (Authority::named("the root"), Authority::named("ours"));
    let said = refused(
        root.beneath("between").signs_loopback(),
        &trusted,
        "tls.untrusted",
    );
    assert!(said.contains("CN=the root"), "{said}");
    assert!(
        said.contains("CN=ours") && !said.contains("must be installed"),
        "{said}"
    );
}

#[test]
fn a_certificate_for_another_host_says_whose_it_is() {
    let authority = Authority::new();
    let said = refused(
        authority.signs(&["api.acme.example"], (2020, 2100)),
        &authority,
        "tls.wrong_host",
    );
    assert!(said.contains("for api.acme.example"), "{said}");
    let many: Vec<String> = (0..30).map(|n| format!("n{n}.acme.example")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let said = refused(
        authority.signs(&many, (2020, 2100)),
        &authority,
        "tls.wrong_host",
    );
    assert!(said.contains("n4.acme.example and 25 more"), "{said}");
    let said = refused(
        authority.signs(&[], (2020, 2100)),
        &authority,
        "tls.wrong_host",
    );
    assert!(
        said.contains("common name, rcgen self signed cert"),
        "{said}"
    );
}

#[test]
fn a_certificate_out_of_its_dates_above_the_servers_own_is_named() {
    let root = Authority::named("root");
    let old = root.beneath_with("old", |params| {
        params.not_after = rcgen::date_time_ymd(2012, 1, 1);
    });
    let said = refused(old.signs_loopback(), &root, "tls.expired");
    assert!(
        said.contains("that of CN=old, which expired on 2012-01-01"),
        "{said}"
    );
}

#[test]
fn the_servers_own_certificate_may_be_named_as_whom_to_trust() {
    let authority = Authority::new();
    let home = Home::new();
    // A leaf of somebody's, and one that signs itself as openssl makes it.
    let leaf = authority.signs_loopback();
    let file = home.write("leaf.pem", &leaf.pem);
    let server = SecureServer::showing(leaf);
    assert_eq!(get(&home, &server.base(), &["--cacert", &file]).0, 0);

    let own = Authority::with("localhost", |params| {
        params.subject_alt_names = vec![rcgen::SanType::IpAddress("127.0.0.1".parse().unwrap())];
    });
    let file = home.write("own.pem", &own.pem);
    let server = SecureServer::showing(own.itself());
    assert_eq!(get(&home, &server.base(), &["--cacert", &file]).0, 0);
    // It is named for one host and no other, within its dates, and that is what is said.
    let refused = |server: &SecureServer, base: &str, file: &str, kind: &str| {
        let (_, outcome) = get(&home, base, &["--cacert", file]);
        assert_eq!(outcome["kind"], kind, "{outcome}");
        assert!(server.asked().len() <= 1, "{outcome}");
        outcome["message"].as_str().unwrap().to_owned()
    };
    let elsewhere = server.base().replace("127.0.0.1", "localhost");
    refused(&server, &elsewhere, &file, "tls.wrong_host");
    for (years, says) in [
        ((2010, 2012), "expired"),
        ((2090, 2100), "not valid before"),
    ] {
        let odd = authority.signs(&HOSTS, years);
        let file = home.write("odd.pem", &odd.pem);
        let server = SecureServer::showing(odd);
        let said = refused(&server, &server.base(), &file, "tls.expired");
        assert!(said.contains(says), "{said}");
    }
    // As devices have them, with nothing but a common name.
    let nameless = authority.signs(&[], (2020, 2100));
    let file = home.write("nameless.pem", &nameless.pem);
    let server = SecureServer::showing(nameless);
    let said = refused(&server, &server.base(), &file, "tls.wrong_host");
    assert!(said.contains("common name"), "{said}");
}
