//! XML as the same values that JSON gives, so that errors are found in both alike: attributes and
//! elements are members, an element that comes again is a list. Prefixes of namespaces are dropped.

use super::page::entity;
use crate::insight::json::Json;
use crate::model::limits;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// Different names inside one element, beyond which nobody writes an error.
const NAMES: usize = 1_000;

/// The name under which the words of an element stand that has more than words.
const WORDS: &str = "#text";

/// A document as an object with its root as the only member; `None` where nothing can be read.
/// What is not well made is read as far as it goes.
pub fn read(text: &str) -> Option<Json> {
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    let mut open: Vec<Element> = vec![Element::default()];
    loop {
        // Entities that a document defines itself are not replaced, so that none can grow.
        match reader.read_event() {
            Ok(Event::Start(tag)) => {
                if open.len() > limits::JSON_DEPTH {
                    break;
                }
                open.push(Element::begin(&tag));
            }
            Ok(Event::Empty(tag)) => {
                let element = Element::begin(&tag);
                if let Some(around) = open.last_mut() {
                    around.take(element);
                }
            }
            Ok(Event::End(_)) => close(&mut open),
            Ok(Event::Text(words)) => add(&mut open, &words.xml10_content()),
            Ok(Event::CData(words)) => add(&mut open, &words.xml10_content()),
            Ok(Event::GeneralRef(name)) => {
                let known = entity(&name.xml10_content());
                add(
                    &mut open,
                    known.map_or("�".to_owned(), String::from).as_str(),
                );
            }
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
    while open.len() > 1 {
        close(&mut open);
    }
    let root = open.pop()?.value();
    root.as_object()
        .is_some_and(|members| !members.is_empty())
        .then_some(root)
}

fn add(open: &mut [Element], words: &str) {
    // Words outside the root are no part of the document.
    if open.len() > 1
        && let Some(element) = open.last_mut()
    {
        element.words.push_str(words);
    }
}

fn close(open: &mut Vec<Element>) {
    if open.len() > 1
        && let Some(element) = open.pop()
        && let Some(around) = open.last_mut()
    {
        around.take(element);
    }
}

#[derive(Default)]
struct Element {
    name: String,
    members: Vec<(String, Json)>,
    words: String,
}

impl Element {
    fn begin(tag: &BytesStart) -> Element {
        let mut element = Element {
            name: tag.local_name().as_ref().to_owned(),
            ..Element::default()
        };
        for attribute in tag.html_attributes().flatten() {
            let name = attribute.key.as_ref();
            let about_form = ["xmlns", "xml:", "xsi:"];
            if about_form.iter().any(|start| name.starts_with(start)) {
                continue;
            }
            let value = super::page::decode_entities(&attribute.value);
            let local = attribute.key.local_name().as_ref().to_owned();
            element.members.push((local, Json::Text(value)));
        }
        element
    }

    fn take(&mut self, child: Element) {
        let name = child.name.clone();
        let value = child.value();
        let room = self.members.len() < NAMES;
        match self.members.iter_mut().find(|(own, _)| *own == name) {
            Some((_, Json::List(values))) => values.push(value),
            Some((_, first)) => {
                let before = std::mem::replace(first, Json::Null);
                *first = Json::List(vec![before, value]);
            }
            None if room => self.members.push((name, value)),
            None => {}
        }
    }

    fn value(mut self) -> Json {
        let words = self.words.split_whitespace().collect::<Vec<_>>().join(" ");
        if self.members.is_empty() {
            return Json::Text(words);
        }
        if !words.is_empty() {
            self.members.push((WORDS.to_owned(), Json::Text(words)));
        }
        match self.name.as_str() {
            "Fault" => fault(self.members),
            "struct" => structure(self.members),
            "value" | "fault" if is_rpc_value(&self.members) => self.members.remove(0).1,
            _ => Json::Object(self.members),
        }
    }
}

/// A value of XML-RPC, which stands inside an element for its type.
fn is_rpc_value(members: &[(String, Json)]) -> bool {
    let [(name, _)] = members else {
        return false;
    };
    const TYPES: &str = "value struct array string int i4 i8 boolean double base64";
    TYPES.split(' ').any(|kind| kind == name)
}

/// A fault of SOAP 1.2 in the words of SOAP 1.1: the code that is furthest down, and the reason.
fn fault(members: Vec<(String, Json)>) -> Json {
    let object = Json::Object(members);
    let code = object.get("Code");
    let reason = object.get("Reason").and_then(|reason| reason.get("Text"));
    let (Some(mut code), Some(reason)) = (code, reason) else {
        return object;
    };
    while let Some(inner) = code.get("Subcode") {
        code = inner;
    }
    let reason = reason.as_list().and_then(<[Json]>::first).unwrap_or(reason);
    let mut found = vec![
        (
            "faultcode".to_owned(),
            code.get("Value").cloned().unwrap_or(Json::Null),
        ),
        ("faultstring".to_owned(), reason.clone()),
    ];
    if let Some(detail) = object.get("Detail") {
        found.push(("detail".to_owned(), detail.clone()));
    }
    Json::Object(found)
}

/// A structure of XML-RPC: members with a name and a value.
fn structure(members: Vec<(String, Json)>) -> Json {
    let object = Json::Object(members);
    let listed: Vec<Json> = match object.get("member") {
        Some(Json::List(members)) => members.clone(),
        Some(member) => vec![member.clone()],
        None => return object,
    };
    let named = listed.iter().filter_map(|member| {
        let name = member.get("name")?.as_text()?.to_owned();
        Some((name, member.get("value")?.clone()))
    });
    Json::Object(named.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(text: &str) -> String {
        read(text).map_or("nothing".to_owned(), |value| value.to_string())
    }

    #[test]
    fn elements_attributes_and_words_are_members() {
        assert_eq!(
            shown(
                "<?xml version='1.0'?><a:e xmlns:a='u' code='7'><b>x &amp; &#65;</b><b><![CDATA[<y>]]></b>w</a:e>"
            ),
            r##"{"e":{"code":"7","b":["x & A","<y>"],"#text":"w"}}"##
        );
        assert_eq!(shown("<a><b/></a>"), r#"{"a":{"b":""}}"#);
        assert_eq!(shown("no xml"), "nothing");
    }

    #[test]
    fn faults_of_both_versions_of_soap_and_of_xml_rpc_read_alike() {
        let new = "<e:Envelope><e:Body><e:Fault><e:Code><e:Value>e:Sender</e:Value><e:Subcode><e:Value>a:Old</e:Value></e:Subcode></e:Code><e:Reason><e:Text xml:lang='en'>Too old</e:Text></e:Reason></e:Fault></e:Body></e:Envelope>";
        assert_eq!(
            shown(new),
            r#"{"Envelope":{"Body":{"Fault":{"faultcode":"a:Old","faultstring":"Too old"}}}}"#
        );
        let rpc = "<methodResponse><fault><value><struct><member><name>faultCode</name><value><int>4</int></value></member><member><name>faultString</name><value><string>No.</string></value></member></struct></value></fault></methodResponse>";
        assert_eq!(
            shown(rpc),
            r#"{"methodResponse":{"fault":{"faultCode":"4","faultString":"No."}}}"#
        );
    }

    #[test]
    fn entities_of_a_documents_own_are_not_replaced() {
        let bomb = "<!DOCTYPE a [<!ENTITY x 'aaaaaaaa'><!ENTITY y '&x;&x;&x;'>]><a><b>&y;</b></a>";
        assert_eq!(shown(bomb), r#"{"a":{"b":"�"}}"#);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_harm(text in "(<a>|</a>|<b c='d'>|<|>|&|&#x41;|<!\\[CDATA\\[|\\]\\]>|<!--|-->|<\\?|[a-z ])" ) {
            read(&text.repeat(3));
        }

        #[test]
        fn any_pieces_are_read_without_harm(pieces in prop::collection::vec("(<a>|</a>|<b c='d'>|<|>|&|&amp;|<!\\[CDATA\\[|\\]\\]>|<!--|-->|x)", 0..40)) {
            read(&pieces.concat());
        }
    }
}
