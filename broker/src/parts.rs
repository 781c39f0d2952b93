//! Messages of any length in payloads of bounded length.
//!
//! A message travels as parts in its order. Whoever begins to listen in the middle of one leaves
//! its rest out.

/// The parts of all messages, in order, each with at most `longest` bytes after its heading. No
/// two are equal: PostgreSQL sends equal notifications of one transaction once.
pub fn split(messages: &[String], longest: usize) -> Vec<String> {
    let mut parts = vec![];
    for (number, message) in messages.iter().enumerate() {
        let pieces = pieces(message, longest);
        let count = pieces.len();
        let part = |(index, piece): (usize, &str)| format!("{number} {index} {count} {piece}");
        parts.extend(pieces.into_iter().enumerate().map(part));
    }
    parts
}

/// At least one, each with at most `longest` bytes, which must be enough for any character.
pub fn pieces(mut text: &str, longest: usize) -> Vec<&str> {
    let mut pieces = vec![];
    while text.len() > longest {
        let (piece, rest) = text.split_at(text.floor_char_boundary(longest));
        pieces.push(piece);
        text = rest;
    }
    pieces.push(text);
    pieces
}

/// Puts a message together again, or one after another that do not mix.
#[derive(Default)]
pub struct Joined {
    message: String,
    /// How many parts of it are there.
    parts: usize,
}

impl Joined {
    /// Takes the next part with its heading; answers the message that it completes.
    pub fn add(&mut self, part: &str) -> Option<String> {
        let mut fields = part.splitn(4, ' ').skip(1);
        let index: usize = fields.next()?.parse().ok()?;
        let count: usize = fields.next()?.parse().ok()?;
        self.add_piece(index, count, fields.next()?)
    }

    /// Takes the next piece, the `index`th of `count`; answers the message that it completes.
    pub fn add_piece(&mut self, index: usize, count: usize, piece: &str) -> Option<String> {
        if index == 0 {
            *self = Self::default();
        }
        if index != self.parts {
            return None;
        }
        self.message.push_str(piece);
        self.parts += 1;
        (self.parts == count).then(|| std::mem::take(self).message)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LONGEST: usize = 7_900;

    fn joined(parts: &[String]) -> Vec<String> {
        let mut joined = Joined::default();
        parts.iter().filter_map(|part| joined.add(part)).collect()
    }

    proptest! {
        #[test]
        fn what_is_split_is_joined_again(messages: Vec<String>, of in 0_usize..20_000) {
            let long = "é".repeat(of);
            let messages = [messages, vec![long.clone(), String::new(), long]].concat();
            prop_assert_eq!(joined(&split(&messages, LONGEST)), messages);
        }

        #[test]
        fn whoever_begins_in_the_middle_hears_whole_messages_only(from in 0_usize..8) {
            let messages = ["a".repeat(20_000), "b".to_owned(), "c".repeat(20_000)];
            let heard = joined(&split(&messages, LONGEST)[from..]);
            prop_assert!(messages.ends_with(&heard), "{}", heard.len());
        }
    }

    #[test]
    fn parts_are_short_enough_and_all_different() {
        let messages = vec!["ü".repeat(50_000), "same".to_owned(), "same".to_owned()];
        let mut parts = split(&messages, LONGEST);
        assert!(parts.iter().all(|part| part.len() < 8_000));
        let count = parts.len();
        parts.sort();
        parts.dedup();
        assert_eq!(parts.len(), count);
    }
}
