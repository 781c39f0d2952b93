//! What the two of a match write encrypted: how it is switched on, how it travels, which devices
//! it is for, and how one message of it is reported.

use api::cli::account::erase;
use domain::values::account::Role;
use domain::values::encryption::MessageKey;
use domain::values::room::Room;
use franking::Place;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::gateway::socket::Socket;
use crate::harness::{Client, Dancer, TestApp, Text};

fn key(letter: char) -> String {
    format!("{}A", letter.to_string().repeat(42))
}

/// What `author` sends, as their browser makes it.
fn sealed(match_id: &str, id: Uuid, author: &Dancer, words: &str, letter: char) -> Value {
    let place = Place {
        room: Room::Match(match_id.parse().expect("an id")),
        message: domain::values::ids::MessageId::from_uuid(id),
        author: author.id.parse().expect("an id"),
    };
    let key = MessageKey::try_from(key(letter).as_str()).expect("a key");
    let content = franking::seal("text", words, &key, place);
    json!({ "matchId": match_id, "type": "encrypted", "content": content,
            "messageId": id.to_string() })
}

fn plain(match_id: &str, words: &str) -> Value {
    json!({ "matchId": match_id, "content": words, "messageId": Uuid::now_v7().to_string() })
}

async fn encrypt(who: &Client, match_id: &str) -> Value {
    who.post(&format!("/api/matches/{match_id}/encryption"), Value::Null).await.ok()
}

async fn send(socket: &mut Socket, message: &Value) -> Result<Value, String> {
    socket.ask("send_private_message", message.clone()).await
}

#[tokio::test]
async fn it_is_on_once_both_have_asked_for_it_and_both_hear_of_every_step() {
    let app = TestApp::start().await;
    let (ann, bob, id) = app.two_agreed().await;
    let (mut a, mut b) = (Socket::open(&ann).await, Socket::open(&bob).await);
    let state = async |who: &Dancer| {
        who.get(&format!("/api/matches/{id}")).await.ok()["encryption"].clone()
    };
    assert_eq!(state(&ann).await, json!({ "state": "off", "offeredBy": null }));

    let offered = json!({ "state": "offered", "offeredBy": ann.id });
    assert_eq!(encrypt(&ann, &id).await["encryption"], offered);
    assert_eq!(encrypt(&ann, &id).await["encryption"], offered, "asked again");
    assert_eq!(state(&bob).await, offered);
    let on = json!({ "state": "on", "offeredBy": null });
    assert_eq!(encrypt(&bob, &id).await["encryption"], on);
    assert_eq!(encrypt(&ann, &id).await["encryption"], on, "there is no way back");

    for socket in [&mut a, &mut b] {
        let told = socket.hear("encryption_offered").await;
        assert_eq!(told["data"], json!({ "matchId": id, "by": ann.id }));
        let told = socket.hear("encryption_agreed").await;
        assert_eq!(told["data"], json!({ "matchId": id, "by": bob.id }));
    }
    let history = ann.get(&format!("/api/matches/{id}/history")).await.ok();
    let kinds: Vec<_> = history["items"].as_array().expect("events").iter().collect();
    let kinds: Vec<_> = kinds.iter().map(|event| event["type"].text()).collect();
    assert_eq!(kinds, ["Requested", "Accepted", "EncryptionOffered", "EncryptionAgreed"]);
}

#[tokio::test]
async fn nobody_switches_it_on_before_the_two_have_agreed_or_from_outside() {
    let app = TestApp::start().await;
    let (ann, bob, event) = app.two_dancers().await;
    let eve = app.dancer("eve").await;
    let id = ann.request(&bob, &event).await.created()["id"].text();
    let path = format!("/api/matches/{id}/encryption");
    assert_eq!(ann.post(&path, Value::Null).await.problem(), "illegal_transition");
    bob.move_match(&id, "accepted").await.ok();
    assert_eq!(eve.post(&path, Value::Null).await.problem(), "not_found");
}

#[tokio::test]
async fn a_room_takes_what_is_encrypted_or_what_is_not() {
    let app = TestApp::start().await;
    let (ann, bob, id) = app.two_agreed().await;
    let mut a = Socket::open(&ann).await;
    let early = sealed(&id, Uuid::now_v7(), &ann, "too early", 'k');
    assert_eq!(send(&mut a, &early).await, Err("not_encrypted".to_owned()));
    send(&mut a, &plain(&id, "in clear")).await.expect("said");

    encrypt(&ann, &id).await;
    send(&mut a, &plain(&id, "still in clear")).await.expect("only one of the two wants it");
    encrypt(&bob, &id).await;
    for kind in ["text", "link", "video"] {
        let mut message = plain(&id, "https://example.com/v");
        message["type"] = json!(kind);
        assert_eq!(send(&mut a, &message).await, Err("encryption_required".to_owned()), "{kind}");
    }
    send(&mut a, &early).await.expect("encrypted");

    let good = sealed(&id, Uuid::now_v7(), &ann, "hi", 'k');
    for (field, value) in [
        ("messageId", Value::Null),
        ("content", json!("hi")),
        ("content", json!(format!("{}.more", good["content"].text()))),
    ] {
        let mut bad = good.clone();
        bad[field] = value;
        assert_eq!(send(&mut a, &bad).await, Err("invalid".to_owned()), "{bad}");
    }
}

#[tokio::test]
async fn an_encrypted_message_travels_like_any_other() {
    let app = TestApp::start().await;
    let (ann, bob, id) = app.two_agreed().await;
    encrypt(&ann, &id).await;
    encrypt(&bob, &id).await;
    let (mut a, mut b) = (Socket::open(&ann).await, Socket::open(&bob).await);
    b.enter_private(&id).await;
    let message = sealed(&id, Uuid::now_v7(), &ann, "see you", 'k');
    let acked = send(&mut a, &message).await.expect("said");
    assert_eq!((&acked["type"], &acked["content"]), (&json!("encrypted"), &message["content"]));
    assert_eq!(b.hear("private_message").await["data"], acked);
    assert_eq!(send(&mut a, &message).await, Ok(acked.clone()), "sent again");
    let other = sealed(&id, message["messageId"].text().parse().expect("an id"), &ann, "no", 'l');
    assert_eq!(send(&mut a, &other).await, Err("idempotency_key_reused".to_owned()));

    let listed = bob.get(&format!("/api/matches/{id}/messages")).await.ok();
    assert_eq!(listed["items"], json!([acked]));
    let since = acked["position"].as_i64().expect("a position") - 1;
    let mut back = Socket::resume(&bob, since, &[acked["roomId"].text().as_str()]).await;
    assert_eq!(back.hear("private_message").await["data"], acked);

    let export = ann.get("/api/users/me/export?format=json").await.ok();
    assert_eq!(export["messages"][0]["content"], message["content"]);
    assert!(export["aboutEncryptedMessages"].text().contains("only the devices"));
}

#[tokio::test]
async fn once_it_is_on_no_node_takes_a_message_in_clear() {
    let (app, other) = TestApp::two_nodes(None).await;
    let (ann, bob, id) = app.two_agreed().await;
    let there = bob.at(other.address);
    let mut b = Socket::open(&there).await;
    // From here on that node remembers the match as it is now.
    send(&mut b, &plain(&id, "in clear")).await.expect("said");
    encrypt(&ann, &id).await;
    encrypt(&bob, &id).await;
    assert_eq!(send(&mut b, &plain(&id, "in clear")).await, Err("encryption_required".to_owned()));
    let message = sealed(&id, Uuid::now_v7(), &bob, "hi", 'k');
    send(&mut b, &message).await.expect("encrypted");
}

#[tokio::test]
async fn a_device_is_in_use_while_it_is_signed_in() {
    let app = TestApp::start().await;
    let (ann, bob, id) = app.two_agreed().await;
    let device = |letter| format!("/api/users/me/devices/{}", key(letter));
    let listed = async |who: &Client| {
        let devices = who.get(&format!("/api/matches/{id}/devices")).await.ok();
        let items = devices["items"].as_array().expect("devices").clone();
        items.iter().map(|it| it["publicKey"].text()[..1].to_owned()).collect::<Vec<_>>().concat()
    };
    ann.put(&device('a')).await.is(204);
    ann.put(&device('a')).await.is(204);
    bob.put(&device('b')).await.is(204);
    let both = listed(&bob).await;
    assert!(both == "ab" || both == "ba", "{both}");
    let own = ann.get("/api/users/me/devices").await.ok();
    assert_eq!(
        (&own["items"][0]["publicKey"], &own["items"][0]["current"]),
        (&json!(key('a')), &json!(true))
    );

    assert_eq!(bob.put(&device('a')).await.problem(), "illegal_transition", "it is Ann's");
    bob.put(&device('c')).await.is(204);
    let both = listed(&bob).await;
    assert!(both == "ac" || both == "ca", "a session has one key: {both}");

    ann.post("/api/auth/logout", Value::Null).await;
    assert_eq!(listed(&bob).await, "c", "who is signed out gets no new message");
    let again = app.stranger();
    let credentials = json!({ "email": "ann@example.com", "password": crate::harness::PASSWORD });
    again.post("/api/auth/login", credentials).await.ok();
    again.put(&device('a')).await.is(204);
    assert_eq!(listed(&bob).await.len(), 2, "the same device once more");

    again.delete(&device('a')).await.is(204);
    assert_eq!(listed(&bob).await, "c");
    assert_eq!(again.put(&device('a')).await.problem(), "illegal_transition", "for good");
    assert_eq!(again.delete(&device('a')).await.problem(), "not_found");
    again.put(&device('d')).await.is(204);
    assert_eq!(listed(&bob).await.len(), 2);
    for bad in ["a", &"a".repeat(43), &format!("{}=", "a".repeat(42))] {
        let answer = again.put(&format!("/api/users/me/devices/{bad}")).await;
        assert_eq!(answer.problem(), "not_found", "{bad}");
    }
}

#[tokio::test]
async fn a_reported_message_opens_for_moderators_only_by_its_reporters_choice() {
    let app = TestApp::start().await;
    let (ann, bob, id) = app.two_agreed().await;
    let mona = app.dancer_with_role("mona", Role::Moderator).await;
    let mut b = Socket::open(&bob).await;
    let clear = send(&mut b, &plain(&id, "said in clear")).await.expect("said")["id"].text();
    encrypt(&ann, &id).await;
    encrypt(&bob, &id).await;
    let (rude, other) = (Uuid::now_v7(), Uuid::now_v7());
    send(&mut b, &sealed(&id, rude, &bob, "something rude", 'k')).await.expect("said");
    send(&mut b, &sealed(&id, other, &bob, "something private", 'l')).await.expect("said");

    let report = async |message: &str, key: Option<String>| {
        let report = json!({ "reportedUserId": bob.id, "reason": "harassment", "matchId": id,
                             "messageId": message, "messageKey": key });
        ann.post("/api/reports", report).await
    };
    for (message, key) in
        [(rude.to_string(), key('l')), (rude.to_string(), key('x')), (clear, key('k'))]
    {
        let refused = report(&message, Some(key)).await;
        assert_eq!((refused.problem(), refused.fields()), ("invalid", vec!["messageKey"]));
    }
    let without = json!({ "reportedUserId": bob.id, "reason": "spam", "messageKey": key('k') });
    assert_eq!(ann.post("/api/reports", without).await.fields(), ["messageKey"]);

    let context = async |report: &Value| {
        let path = format!("/api/reports/{}/context", report["id"].text());
        mona.get(&path).await.ok()
    };
    let kept = report(&rude.to_string(), None).await.created();
    assert_eq!(kept["messageRevealed"], false);
    let seen = context(&kept).await;
    assert_eq!(
        (&seen["message"]["encrypted"], &seen["message"]["contents"]),
        (&json!(true), &json!([]))
    );
    let revealed = report(&rude.to_string(), Some(key('k'))).await.created();
    assert_eq!(revealed["messageRevealed"], true);
    let seen = context(&revealed).await;
    assert_eq!(seen["message"]["contents"], json!(["something rude"]));
    let around: Vec<_> = seen["around"].as_array().expect("messages").iter().collect();
    let around: Vec<_> =
        around.iter().map(|it| (it["content"].text(), it["encrypted"] == true)).collect();
    let hidden = || (String::new(), true);
    assert_eq!(around, [("said in clear".to_owned(), false), hidden(), hidden()]);
    assert!(!seen.to_string().contains("something private"));
    for body in [&kept, &revealed, &seen] {
        assert!(!body.to_string().contains(&key('k')), "the key itself is nobody's business");
    }
}

#[tokio::test]
async fn what_was_revealed_is_gone_with_its_author_and_its_key_with_its_reporter() {
    let app = TestApp::start().await;
    let (ann, bob, id) = app.two_agreed().await;
    let mona = app.dancer_with_role("mona", Role::Moderator).await;
    ann.put(&format!("/api/users/me/devices/{}", key('a'))).await.is(204);
    encrypt(&ann, &id).await;
    encrypt(&bob, &id).await;
    let rude = Uuid::now_v7();
    let mut b = Socket::open(&bob).await;
    send(&mut b, &sealed(&id, rude, &bob, "something rude", 'k')).await.expect("said");
    let report = json!({ "reportedUserId": bob.id, "reason": "harassment", "matchId": id,
                         "messageId": rude.to_string(), "messageKey": key('k') });
    let report = ann.post("/api/reports", report).await.created()["id"].text();
    let seen = async || mona.get(&format!("/api/reports/{report}/context")).await.ok();
    assert_eq!(seen().await["message"]["contents"], json!(["something rude"]));

    let database = app.database().await;
    erase(&database, "bob@example.com").await.expect("erased");
    assert_eq!(seen().await["message"]["contents"], json!([]));

    erase(&database, "ann@example.com").await.expect("erased");
    let filed = mona.get(&format!("/api/reports/{report}")).await.ok();
    assert_eq!(filed["messageRevealed"], false);
    let devices = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM chat_devices");
    assert_eq!(devices.fetch_one(&app.pool).await.expect("a number"), 0);
    let kept = "SELECT count(*) FROM events WHERE payload::text LIKE '%' || $1 || '%'";
    let kept = sqlx::query_scalar::<_, i64>(kept).bind(key('k')).fetch_one(&app.pool).await;
    assert_eq!(kept.expect("a number"), 0, "the log never had the key in clear");
}
