//! Finds the personal parts in an event's JSON, and puts others in their places.
//!
//! The JSON stays text all the way: a rebuild of the read models goes through it a million
//! times, and building a tree of it took half of a reader's time.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use domain::personal::{PersonalPart, parts_of};
use domain::values::ids::UserId;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// What stands in an event's JSON where a personal part was.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sealed<'a> {
    /// Under whose key.
    pub(crate) of: UserId,
    /// Nonce, ciphertext and tag, in URL-safe base64 without padding.
    #[serde(borrow)]
    pub(crate) sealed: Cow<'a, str>,
}

/// A personal part that is there, and where in the text.
pub(crate) struct Found {
    pub(crate) part: &'static PersonalPart,
    pub(crate) at: Range<usize>,
}

/// The personal parts that are there. A null tells nothing and is none. What cannot be read
/// has none: decoding it says so, by its name.
pub(crate) fn personal_parts<'a>(
    (aggregate, event): (&'a str, &'a str),
    payload: &'a str,
) -> impl Iterator<Item = Found> {
    parts_of(aggregate).iter().filter(move |part| part.event == event).filter_map(move |part| {
        let value = Path { name: event, rest: part.path }.find(payload).ok()??.get();
        // The value is a piece of the payload, so the distance between the two is its place.
        let start = value.as_ptr().addr() - payload.as_ptr().addr();
        (value != "null").then_some(Found { part, at: start..start + value.len() })
    })
}

/// The text with what `replaced` says in other places' stead. They come in any order.
pub(crate) fn replace(text: &mut String, mut replaced: Vec<(Range<usize>, String)>) {
    // From the end, as each moves what comes after it.
    replaced.sort_unstable_by_key(|(at, _)| std::cmp::Reverse(at.start));
    for (at, with) in replaced {
        text.replace_range(at, &with);
    }
}

/// Where a part belongs: sealed there, it opens nowhere else.
pub(crate) fn place(aggregate: &str, stream: &str, part: &PersonalPart) -> String {
    let names = [aggregate, stream, part.event];
    let mut place = names.join("/");
    for name in part.path {
        place.push('/');
        place.push_str(name);
    }
    place
}

/// The names that lead to a value.
struct Path<'p> {
    name: &'p str,
    rest: &'p [&'p str],
}

impl Path<'_> {
    fn find(self, text: &str) -> serde_json::Result<Option<&RawValue>> {
        self.deserialize(&mut serde_json::Deserializer::from_str(text))
    }
}

impl<'de> DeserializeSeed<'de> for Path<'_> {
    type Value = Option<&'de RawValue>;

    fn deserialize<D: Deserializer<'de>>(self, object: D) -> Result<Self::Value, D::Error> {
        object.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Path<'_> {
    type Value = Option<&'de RawValue>;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "an object with {}", self.name)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(is_it) = object.next_key_seed(Is(self.name))? {
            match self.rest {
                _ if !is_it => {
                    object.next_value::<IgnoredAny>()?;
                }
                [] => found = Some(object.next_value()?),
                [name, rest @ ..] => found = object.next_value_seed(Path { name, rest })?,
            }
        }
        Ok(found)
    }
}

/// Whether a key is this one.
struct Is<'p>(&'p str);

impl<'de> DeserializeSeed<'de> for Is<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, key: D) -> Result<bool, D::Error> {
        key.deserialize_str(self)
    }
}

impl Visitor<'_> for Is<'_> {
    type Value = bool;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<bool, E> {
        Ok(key == self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'a>(names: (&str, &str), text: &'a str) -> Vec<&'a str> {
        personal_parts(names, text).map(|found| &text[found.at]).collect()
    }

    #[test]
    fn parts_are_found_where_they_are_in_the_text() {
        let text =
            r#" {"Registered" : {"more": [{"email": 1}], "email":"a\"}@b.c" ,"username":{}}}"#;
        assert_eq!(found(("account", "Registered"), text), ["{}", r#""a\"}@b.c""#]);
        let text =
            r#"{"PartnerRated":{"rating":{"score":4,"c\u006fmment":"well"},"by":"comment"}}"#;
        assert_eq!(found(("match", "PartnerRated"), text), [r#""well""#], "an escaped name");
    }

    #[test]
    fn what_is_null_or_missing_or_unreadable_is_no_part() {
        let name = ("match", "PartnerRated");
        for text in [
            r#"{"PartnerRated":{"rating":{"score":4,"comment":null}}}"#,
            r#"{"PartnerRated":{"rating":{"score":4}}}"#,
            r#"{"PartnerRated":{"rating":"comment"}}"#,
            r#"{"PartnerRated":{"comment":"well"}}"#,
            r#"{"PartnerRated":{"rating":{"comment":"well"}"#,
            r#"["PartnerRated"]"#,
            "",
        ] {
            assert_eq!(found(name, text), [""; 0], "{text}");
        }
        assert_eq!(found(("match", "Accepted"), r#"{"Accepted":{"by":"x"}}"#), [""; 0]);
    }

    #[test]
    fn others_come_in_their_places() {
        let mut text = "one two three".to_owned();
        replace(
            &mut text,
            vec![(0..3, "eleven".into()), (8..13, String::new()), (4..7, "2".into())],
        );
        assert_eq!(text, "eleven 2 ");
    }
}
