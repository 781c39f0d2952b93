use super::*;
use proptest::prelude::*;
use serde_json::json;

const ID: &str = "01920000-0000-7000-8000-000000000001";

fn refused(text: &str) -> (Option<FrameId>, Problem) {
    let (id, request) = decode(text);
    (id, request.expect_err(text))
}

fn read(frame: &Value) -> Result<Request, Problem> {
    decode(&frame.to_string()).1
}

#[test]
fn the_id_goes_back_as_it_came() {
    for id in [r#""a\u00e9""#, "7", r#""""#] {
        let (read, request) = decode(&format!(r#"{{"type":"ping","id":{id}}}"#));
        assert_eq!(read.expect("an id").as_json(), id);
        assert_eq!(request.expect("a ping"), Request::Ping);
    }
    assert_eq!(decode(r#"{"type":"ping","id":null,"data":null}"#).0, None);
}

#[test]
fn what_is_wrong_is_said_with_the_id_where_one_could_be_read() {
    for (text, code, id) in [
        ("", Code::MalformedJson, None),
        ("hello", Code::MalformedJson, None),
        (r#"{"type":"ping""#, Code::MalformedJson, None),
        ("[1]", Code::Invalid, None),
        ("null", Code::Invalid, None),
        (r#""text""#, Code::Invalid, None),
        ("{}", Code::Invalid, None),
        (r#"{"type":"ping","type":"ping"}"#, Code::Invalid, None),
        (r#"{"type":"ping","id":{}}"#, Code::Invalid, None),
        (r#"{"type":"ping","id":-1.5}"#, Code::Invalid, None),
        (r#"{"id":"1"}"#, Code::Invalid, Some(r#""1""#)),
        (r#"{"type":7,"id":"1"}"#, Code::Invalid, Some(r#""1""#)),
        (r#"{"type":"waltz","id":"1"}"#, Code::Invalid, Some(r#""1""#)),
        (r#"{"type":"ping","id":"1","data":[]}"#, Code::Invalid, Some(r#""1""#)),
        (r#"{"type":"join_event_room","id":2,"data":{}}"#, Code::Invalid, Some("2")),
    ] {
        let (read, problem) = refused(text);
        assert_eq!(problem.code, code, "{text}");
        assert_eq!(read.as_ref().map(FrameId::as_json), id, "{text}");
    }
    let long = format!(r#"{{"type":"ping","id":"{}"}}"#, "x".repeat(LONGEST_ID));
    assert_eq!(refused(&long).0, None);
}

#[test]
fn every_field_that_is_wrong_is_named() {
    let frame = json!({ "type": "send_private_message",
        "data": { "matchId": 5, "content": " ", "type": "song", "messageId": "1" } });
    let problem = read(&frame).expect_err("refused");
    let fields: Vec<_> = problem.errors.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(fields, ["matchId", "type", "messageId", "content"]);
}

#[test]
fn a_message_has_1_to_2000_characters() {
    let send = |content: String| {
        read(
            &json!({ "type": "send_event_message", "data": { "eventId": ID, "content": content } }),
        )
    };
    assert!(send("é".repeat(2_000)).is_ok());
    for wrong in ["é".repeat(2_001), String::new(), "\n".into(), "a\0b".into()] {
        assert_eq!(send(wrong).expect_err("refused").errors[0].field, "content");
    }
}

#[test]
fn a_private_message_is_text_unless_it_says_otherwise() {
    let kind = |extra: Value| {
        let mut data = json!({ "matchId": ID, "content": "https://example.com/v" });
        data.as_object_mut().expect("an object").extend(extra.as_object().expect("one").clone());
        match read(&json!({ "type": "send_private_message", "data": data })) {
            Ok(Request::Send(message)) => message.kind,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(kind(json!({})), MessageKind::Text);
    assert_eq!(kind(json!({ "type": null })), MessageKind::Text);
    assert_eq!(kind(json!({ "type": "link" })), MessageKind::Link);
    assert_eq!(kind(json!({ "type": "video" })), MessageKind::Video);
}

#[test]
fn a_link_is_an_address() {
    let data = json!({ "matchId": ID, "type": "link", "content": "javascript:alert(1)" });
    let refused = read(&json!({ "type": "send_private_message", "data": data }));
    assert_eq!(refused.expect_err("refused").errors[0].field, "content");
}

#[test]
fn signals_are_bounded_and_of_the_right_kind() {
    let signal = |kind: &str, field: &str, value: Value| {
        read(&json!({ "type": kind, "data": { "matchId": ID, field: value } }))
    };
    let sdp = |size: usize| json!({ "type": "offer", "sdp": "v".repeat(size) });
    assert!(signal("webrtc_offer", "offer", sdp(LARGEST_SDP)).is_ok());
    assert!(signal("webrtc_answer", "answer", json!({ "type": "rollback" })).is_ok());
    assert!(signal("webrtc_ice_candidate", "candidate", Value::Null).is_ok());
    assert!(signal("webrtc_ice_candidate", "candidate", json!({ "candidate": "c" })).is_ok());
    for (kind, field, value) in [
        ("webrtc_offer", "offer", sdp(LARGEST_SDP + 1)),
        ("webrtc_offer", "offer", json!({ "sdp": 1 })),
        ("webrtc_offer", "offer", json!({ "sdp": "v", "more": "x".repeat(LARGEST_CANDIDATE) })),
        ("webrtc_offer", "offer", Value::Null),
        ("webrtc_answer", "answer", json!(7)),
        ("webrtc_answer", "offer", sdp(1)),
        ("webrtc_ice_candidate", "candidate", json!("x".repeat(LARGEST_CANDIDATE))),
        ("webrtc_ice_candidate", "candidate", json!([])),
    ] {
        assert!(signal(kind, field, value.clone()).is_err(), "{kind} {field} {value}");
    }
}

#[test]
fn what_is_passed_on_is_nested_no_deeper_than_its_reader_follows() {
    let taken = |levels: usize| {
        let nested = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        let offer = format!(r#"{{"type":"offer","sdp":"v","more":{nested}}}"#);
        let data = format!(r#"{{"matchId":"{ID}","offer":{offer}}}"#);
        let frame = format!(r#"{{"type":"webrtc_offer","data":{data}}}"#);
        decode(&frame).1.map(|_| frame)
    };
    assert!(taken(90).is_ok() && taken(120).is_err() && taken(1000).is_err());
    for levels in 90..=130 {
        if let Ok(frame) = taken(levels) {
            assert!(serde_json::from_str::<Value>(&frame).is_ok(), "{levels}");
        }
    }
}

proptest! {
    #[test]
    fn no_text_whatever_upsets_the_decoder(text in ".{0,200}") {
        let _ = decode(&text);
    }

    #[test]
    fn no_frame_with_odd_fields_upsets_the_decoder(
        kind in "(webrtc_offer|send_private_message|join_event_room|send_match_request)",
        field in "(matchId|eventId|content|offer|type|messageId|targetUserId)",
        value in "(null|true|-1e99|\"\\PC{0,20}\"|\\[\\[\\]\\]|\\{\"sdp\":\\{\\}\\})",
    ) {
        let text = format!(r#"{{"type":"{kind}","id":"1","data":{{"{field}":{value}}}}}"#);
        let _ = decode(&text);
    }
}
