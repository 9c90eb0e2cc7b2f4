//! The built-in packs of knowledge, and the index by which they are recognised.

use super::FormatError;
use super::knowledge_file::{self, RecogniseRows};
use crate::insight::api::knowledge::{Layer, Recognise};
use crate::insight::api::library::{Library, Volume};
use serde::Deserialize;
use std::sync::OnceLock;

const INDEX: &str = include_str!("../../assets/knowledge/index.toml");

/// What comes with the program. A test proves that all of it can be read; were something not,
/// the program would know less, and still run.
pub fn built_in() -> Library {
    let index: Index = toml::from_str(INDEX).unwrap_or_default();
    let volumes = index.pack.into_iter().filter_map(|row| {
        let (_, text) = PACKS.iter().find(|(id, _)| *id == row.id)?;
        let layer = row.layer.as_deref().unwrap_or("api");
        let (_, layer) = Layer::NAMES.iter().find(|(name, _)| *name == layer)?;
        Some(Volume {
            id: row.id,
            layer: *layer,
            title: row.title,
            recognise: row.recognise.into(),
            text,
            read: |text| knowledge_file::read(text, "").ok(),
            pack: OnceLock::new(),
        })
    });
    Library::new(volumes.collect())
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Index {
    #[serde(default)]
    pack: Vec<IndexRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IndexRow {
    id: String,
    layer: Option<String>,
    title: String,
    #[serde(default)]
    recognise: RecogniseRows,
}

/// The index as it has to be, from the packs themselves.
///
/// # Errors
/// The first pack that cannot be read.
pub fn index() -> Result<String, FormatError> {
    let mut text = String::from(
        "# How every built-in pack is recognised, so that only those in use are read. Made from the\n\
         # packs: `cargo test` compares it, and `UPDATE=1 cargo test the_index_is` writes it anew.\n",
    );
    for (id, source) in PACKS {
        let pack = knowledge_file::read(source, id)?;
        let layer = Layer::NAMES.iter().find(|(_, layer)| *layer == pack.layer);
        let texts = |texts: &[String]| {
            let quoted: Vec<String> = texts.iter().map(|text| format!("{text:?}")).collect();
            format!("[{}]", quoted.join(", "))
        };
        text.push_str(&format!(
            "\n[[pack]]\nid = {id:?}\nlayer = {:?}\ntitle = {:?}\n",
            layer.map_or("api", |(name, _)| *name),
            pack.title
        ));
        let Recognise {
            hosts,
            headers,
            body,
            paths,
        } = &pack.recognise;
        if !hosts.is_empty() {
            text.push_str(&format!("recognise.hosts = {}\n", texts(hosts)));
        }
        if !headers.is_empty() {
            let rows = headers
                .iter()
                .map(|(name, part)| format!("[{name:?}, {part:?}]"));
            let rows: Vec<String> = rows.collect();
            text.push_str(&format!("recognise.headers = [{}]\n", rows.join(", ")));
        }
        if !body.is_empty() {
            let rows = body.iter().map(|form| {
                let contains = form.contains.as_ref();
                let contains = contains.map(|part| format!(", contains = {part:?}"));
                format!(
                    "{{ has = {}{} }}",
                    texts(&form.has),
                    contains.unwrap_or_default()
                )
            });
            let rows: Vec<String> = rows.collect();
            text.push_str(&format!("recognise.body = [{}]\n", rows.join(", ")));
        }
        if !paths.is_empty() {
            text.push_str(&format!("recognise.paths = {}\n", texts(paths)));
        }
    }
    Ok(text)
}

macro_rules! packs {
    ($($id:ident)*) => {
        /// Every built-in pack: its id and its text.
        pub const PACKS: &[(&str, &str)] = &[$((
            stringify!($id),
            include_str!(concat!("../../assets/knowledge/", stringify!($id), ".toml")),
        ),)*];
    };
}

packs! {
    airtable
    akamai
    anthropic
    apigee
    artifactory
    asana
    aspnet
    auth0
    aws
    aws_gateway
    aws_signatures
    azure_arm
    azure_devops
    azure_gateway
    bitbucket
    box
    circleci
    clickup
    cloudflare
    cloudflare_edge
    databricks
    datadog
    digitalocean
    discord
    django_rest
    dropbox
    elasticsearch
    entra
    envoy
    express
    fastapi
    fastly
    figma
    firebase
    github
    gitlab
    google
    google_rpc
    grafana
    graphql
    haproxy
    heroku
    http
    hubspot
    huggingface
    intercom
    jenkins
    jira
    json_api
    json_rpc
    keycloak
    kong
    kubernetes
    laravel
    linear
    linkedin
    mailgun
    meta_graph
    monday
    ms_graph
    nextcloud
    nginx
    notion
    npm
    oauth
    oci_registry
    odata
    okta
    openai
    pagerduty
    paypal
    problem
    pypi
    rails
    salesforce
    scim
    sendgrid
    sentry
    servicenow
    shopify
    slack
    snowflake
    soap
    sonarqube
    spotify
    spring
    square
    stripe
    supabase
    telegram
    terraform_cloud
    trello
    twilio
    vault
    wordpress
    x_twitter
    zendesk
    zoom
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_is_what_the_packs_say() {
        let now = index().unwrap();
        if std::env::var_os("UPDATE").is_some() {
            let place = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/knowledge/index.toml");
            std::fs::write(place, &now).unwrap();
        } else {
            assert!(
                now == INDEX,
                "assets/knowledge/index.toml is not what the packs say"
            );
        }
    }

    #[test]
    fn every_built_in_pack_can_be_read_and_carries_examples() {
        for (id, text) in PACKS {
            let pack = knowledge_file::read(text, id).unwrap();
            assert_eq!(pack.id, *id);
            let examples = knowledge_file::examples(text, id).unwrap();
            assert!(examples.len() >= 4, "{id} has {} examples", examples.len());
            let misses = examples
                .iter()
                .filter(|example| example.is_near_miss)
                .count();
            assert!(
                2 * misses + 1 >= examples.len(),
                "{id} has {misses} near misses"
            );
        }
    }
}
