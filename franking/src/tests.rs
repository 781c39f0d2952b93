use domain::values::ids::MatchId;
use uuid::Uuid;

use super::*;

const ANN: UserId = UserId::from_uuid(Uuid::from_u128(1));
const BOB: UserId = UserId::from_uuid(Uuid::from_u128(2));

fn place() -> Place {
    let room = Room::Match(MatchId::from_uuid(Uuid::from_u128(3)));
    Place { room, message: MessageId::from_uuid(Uuid::from_u128(4)), author: ANN }
}

fn key(byte: u8) -> MessageKey {
    MessageKey::try_from(BASE64.encode([byte; LENGTH]).as_str()).expect("a key")
}

#[test]
fn the_key_that_a_message_was_sent_with_opens_it() {
    let sealed = seal("text", "see you at the bar", &key(9), place());
    let said = open(&sealed, &key(9), place()).expect("opened");
    assert_eq!((said.kind.as_str(), said.content.as_str()), ("text", "see you at the bar"));
}

#[test]
fn no_other_key_does() {
    let sealed = seal("text", "hi", &key(9), place());
    assert_eq!(open(&sealed, &key(8), place()), Err(DoesNotOpen));
}

#[test]
fn a_key_that_the_message_is_not_committed_to_does_not_open_it_though_it_decrypts() {
    let sealed = seal("text", "hi", &key(9), place());
    let other = seal("text", "hi", &key(8), place());
    let commitment =
        |text: &str| Envelope::try_from(text).expect("an envelope").parts().commitment.to_owned();
    let swapped = sealed.replace(&commitment(&sealed), &commitment(&other));
    assert!(Envelope::try_from(swapped.as_str()).is_ok());
    assert_eq!(open(&swapped, &key(9), place()), Err(DoesNotOpen));
}

#[test]
fn a_message_opens_only_where_it_was_said_and_as_its_authors() {
    let sealed = seal("text", "hi", &key(9), place());
    let elsewhere = Room::Match(MatchId::from_uuid(Uuid::from_u128(5)));
    let another = MessageId::from_uuid(Uuid::from_u128(5));
    for wrong in [
        Place { room: elsewhere, ..place() },
        Place { message: another, ..place() },
        Place { author: BOB, ..place() },
    ] {
        assert_eq!(open(&sealed, &key(9), wrong), Err(DoesNotOpen), "{wrong:?}");
    }
}

#[test]
fn what_was_altered_or_is_no_envelope_does_not_open() {
    let sealed = seal("text", "hi", &key(9), place());
    let body = Envelope::try_from(sealed.as_str()).expect("an envelope").parts().body.to_owned();
    let first = if body.starts_with('A') { "B" } else { "A" };
    let altered = sealed.replace(&body, &format!("{first}{}", &body[1..]));
    let cut = sealed.replace(&body, &body[..body.len() - 3]);
    for bad in [altered.as_str(), &cut, "", "hi"] {
        assert_eq!(open(bad, &key(9), place()), Err(DoesNotOpen), "{bad}");
    }
}

#[test]
fn padding_says_less_than_it_claims_or_nothing() {
    assert_eq!(without_padding(&[0, 0, 0, 2, b'h', b'i', 0, 0]), Ok(&b"hi"[..]));
    for bad in [&[][..], &[0, 0, 0], &[0, 0, 0, 9, b'h', b'i'], &[255; 8]] {
        assert_eq!(without_padding(bad), Err(DoesNotOpen));
    }
}

/// What the browser's side made, to be read here: both must mean the same.
#[test]
fn a_message_from_a_browser_opens() {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Vector {
        match_id: MatchId,
        message_id: MessageId,
        author_id: UserId,
        envelope: String,
        message_key: String,
        content: String,
    }
    const VECTOR: &str = include_str!("../../frontend/src/lib/encryption/vector.json");
    let vector: Vector = serde_json::from_str(VECTOR).expect("a vector");
    let place = Place {
        room: Room::Match(vector.match_id),
        message: vector.message_id,
        author: vector.author_id,
    };
    let key = MessageKey::try_from(vector.message_key.as_str()).expect("a key");
    let said = open(&vector.envelope, &key, place).expect("opened");
    assert_eq!(said.content, vector.content);
}
