//! docs/asyncapi.yaml describes every frame as it really is.

use std::collections::BTreeSet;

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use super::documented::{examples, sent};
use super::frames::client;

const DOCUMENT: &str = include_str!("../../../docs/asyncapi.yaml");

fn document() -> Value {
    serde_saphyr::from_str(DOCUMENT).expect("YAML")
}

/// The types that are described under one heading: what is asked, acked or pushed.
fn described(part: &str) -> BTreeSet<String> {
    let messages = document()["components"]["messages"].take();
    let messages: Map<String, Value> = serde_json::from_value(messages).expect("an object");
    let names = messages.keys().filter_map(|key| key.strip_prefix(part)?.strip_prefix('.'));
    names.map(str::to_owned).collect()
}

/// What a message must be. Clients pass over fields they do not know; here, one that is not
/// described is a mistake.
fn schema(message: &str) -> Validator {
    let mut document = document();
    close(&mut document["components"]);
    document["$ref"] = json!(format!("#/components/messages/{message}/payload"));
    jsonschema::validator_for(&document).unwrap_or_else(|error| panic!("{message}: {error}"))
}

fn close(schema: &mut Value) {
    if let Value::Object(fields) = schema {
        if fields.get("type") == Some(&json!("object")) && fields.contains_key("properties") {
            fields.entry("additionalProperties").or_insert(json!(false));
        }
        fields.values_mut().for_each(close);
    } else if let Value::Array(items) = schema {
        items.iter_mut().for_each(close);
    }
}

#[track_caller]
fn fits(message: &str, frame: &Value) {
    let problems: Vec<_> = schema(message)
        .iter_errors(frame)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(problems.is_empty(), "{message} {frame}: {problems:?}");
}

#[test]
fn every_type_in_the_code_is_described_and_the_other_way_round() {
    let read: BTreeSet<String> = client::types().into_iter().map(str::to_owned).collect();
    assert_eq!(described("ask"), read);
    assert_eq!(described("ack"), read);
    let mut pushed: BTreeSet<String> = sent()
        .iter()
        .map(|frame| serde_json::from_str::<Value>(frame.text()).expect("JSON")["type"].take())
        .map(|kind| kind.as_str().expect("a type").to_owned())
        .collect();
    pushed.insert("error".to_owned());
    assert_eq!(described("push"), pushed);
}

#[test]
fn every_example_of_websocket_md_fits_its_description() {
    for (kind, example) in examples("Client → server") {
        let part = if example["type"] == "ack" { "ack" } else { "ask" };
        fits(&format!("{part}.{kind}"), &example);
    }
    for (kind, example) in examples("Server → client") {
        fits(&format!("push.{kind}"), &example);
    }
}

#[test]
fn every_frame_the_server_sends_fits_its_description() {
    for frame in sent() {
        let frame: Value = serde_json::from_str(frame.text()).expect("JSON");
        fits(&format!("push.{}", frame["type"].as_str().expect("a type")), &frame);
    }
}

/// Each field of each request left out, and turned into something else: what the description
/// allows is read, and what it forbids is refused.
#[test]
fn the_description_allows_what_the_decoder_reads() {
    for (kind, example) in examples("Client → server") {
        if example["type"] == "ack" {
            continue;
        }
        let schema = schema(&format!("ask.{kind}"));
        let agree = |frame: &Value| {
            let (described, read) = (schema.is_valid(frame), client::decode(&frame.to_string()));
            assert_eq!(described, read.1.is_ok(), "{frame}: {:?}", read.1);
        };
        agree(&example);
        for part in ["", "data"] {
            let fields = if part.is_empty() { &example } else { &example[part] };
            for field in fields.as_object().expect("an object").keys() {
                let with = |value: Option<Value>| {
                    let mut frame = example.clone();
                    let place = if part.is_empty() { &mut frame } else { &mut frame[part] };
                    let fields = place.as_object_mut().expect("an object");
                    match value {
                        Some(value) => drop(fields.insert(field.clone(), value)),
                        None => drop(fields.remove(field)),
                    }
                    frame
                };
                agree(&with(None));
                for odd in [json!(null), json!(true), json!(-7), json!([]), json!({}), json!(" ")] {
                    agree(&with(Some(odd)));
                }
            }
        }
    }
}

#[test]
fn everything_the_document_refers_to_is_there() {
    let document = document();
    let mut references = BTreeSet::new();
    collect(&document, &mut references);
    for reference in &references {
        let pointer = reference.strip_prefix('#').expect("a place in this document");
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
    for part in ["messages", "schemas"] {
        for name in document["components"][part].as_object().expect("an object").keys() {
            let used = references.contains(&format!("#/components/{part}/{name}"));
            assert!(used, "nothing refers to {name}");
        }
    }
    for name in document["channels"]["socket"]["messages"].as_object().expect("an object").keys() {
        let used = references.contains(&format!("#/channels/socket/messages/{name}"));
        assert!(used, "{name} is part of no operation");
    }
}

fn collect(value: &Value, references: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(reference)) = fields.get("$ref") {
                references.insert(reference.clone());
            }
            fields.values().for_each(|field| collect(field, references));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, references)),
        _ => {}
    }
}
