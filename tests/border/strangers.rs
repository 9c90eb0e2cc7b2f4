//! A token that no setting binds goes where the person goes: an older call that chooses another
//! environment brings it nowhere. And no method is smuggled in by a variable.

use super::faults::{Server, answer};
use super::program::Home;

const FREE: &str = "free-planted-9876543210abc";

/// Environments `acme`, which the settings begin with, and `vendor`; token `free` belongs to none.
fn home(acme: &Server, vendor: &Server) -> Home {
    Home::settled(&format!(
        "environment = \"acme\"\n[environments.acme]\nbase_url = \"{}\"\n[environments.vendor]\nbase_url = \"{}\"\n",
        acme.base(),
        vendor.base()
    ))
    .with("HTTRIAGE_TOKEN_FREE", FREE)
}

fn fine() -> Server {
    Server::saying(answer("200 OK", "", b"{\"n\":\"_method\"}"))
}

fn took(server: &Server) -> bool {
    format!("{:?}", server.asked()).contains(FREE)
}

#[test]
fn a_call_of_another_environment_is_mixed_with_no_token_that_is_bound_to_none() {
    let vendor = fine();
    let acme = Server::saying(answer("403 Forbidden", "", b"{}"));
    let home = home(&acme, &vendor);
    home.run(&["send", "/x", "--env", "vendor", "--header", "X-Z: 1"]);
    let list = home.run(&["history", "list", "--json"]).json();
    let id = list["exchanges"][0]["id"].as_str().unwrap().to_owned();
    let ran = home.run(&[
        "isolate",
        "GET",
        "/x",
        "--env",
        "acme",
        "--token",
        "free",
        "--against",
        &id,
    ]);
    assert!(!took(&vendor), "{}", ran.all());
}

#[test]
fn a_method_out_of_a_variable_or_an_answer_is_seen_before_the_wire() {
    let server = fine();
    let home = Home::settled(&format!(
        "environment = \"live\"\n[environments.live]\nbase_url = \"{}\"\nprotected = true\nvariables = {{ m = \"_method\", o = \"od\" }}\n",
        server.base()
    ));
    for (number, step) in [
        "url = \"/x\"\nparams = [[\"{{m}}\", \"DELETE\"]]",
        "url = \"/x?_meth{{o}}=DELETE\"",
        "url = \"/x?_method=DELETE\"",
    ]
    .into_iter()
    .enumerate()
    {
        let text = format!("name = \"a\"\n[[step]]\nname = \"a\"\nmethod = \"GET\"\n{step}\n");
        let file = home.write(&format!("{number}.session.toml"), text);
        for door in ["replay", "matrix"] {
            let mut words = vec![door, &file];
            if door == "matrix" {
                words.extend(["--tokens", "none"]);
            }
            let ran = home.run(&words);
            assert_eq!(server.asked().len(), 0, "{door} {step}: {}", ran.all());
        }
    }
    let ran = home.run(&["send", "/x?{{m}}=DELETE"]);
    assert_eq!(server.asked().len(), 0, "{}", ran.all());
    // An answer gives the name.
    let text = "name = \"a\"\n[[step]]\nname = \"a\"\nmethod = \"GET\"\nurl = \"/a\"\ncapture = { q = \"/n\" }\n[[step]]\nname = \"b\"\nmethod = \"GET\"\nurl = \"/x\"\nparams = [[\"{{q}}\", \"DELETE\"]]\n";
    let file = home.write("c.session.toml", text);
    let ran = home.run(&["replay", &file]);
    let asked: Vec<String> = server
        .asked()
        .into_iter()
        .map(|asked| asked.target)
        .collect();
    assert_eq!(asked, ["/a"], "{}", ran.all());
}

#[test]
fn a_file_for_hurl_follows_no_redirect_with_a_secret_in_a_header() {
    let (acme, vendor) = (fine(), fine());
    let home = home(&acme, &vendor);
    let plain = "name = \"a\"\nenvironment = \"acme\"\n[[step]]\nname = \"a\"\nmethod = \"GET\"\nurl = \"/x\"\n";
    let file = home.write("a.session.toml", plain);
    let ran = home.run(&["export", &file, "--as", "hurl"]);
    assert!(ran.out.contains("--location"), "{}", ran.all());
    let with = format!("{plain}headers = [[\"X-Api-Key\", \"{{{{token:free}}}}\"]]\n");
    let file = home.write("b.session.toml", with);
    let ran = home.run(&["export", &file, "--as", "hurl"]);
    assert!(!ran.out.contains("--location"), "{}", ran.all());
    assert!(ran.out.contains("follows no redirect"), "{}", ran.all());
}
