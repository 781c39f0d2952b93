//! The fields of a request, taken one by one. What is wrong with any of them is collected, so
//! that a person hears of all mistakes at once.

use chrono::{Datelike, NaiveDate};
use domain::values::dance_event::YEARS;
use domain::values::text::Invalid;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::problem::{FieldError, Problem, Result};

/// Why a field was refused, as said to the client after the field's name.
pub type Refusal = String;

/// A request that is read from its fields.
pub trait FromFields: Sized {
    /// None only where `fields` was told of something wrong.
    fn from_fields(fields: &mut Fields) -> Option<Self>;
}

pub struct Fields {
    left: Map<String, Value>,
    errors: Vec<FieldError>,
}

impl Fields {
    pub fn new(fields: Map<String, Value>) -> Self {
        Self { left: fields, errors: vec![] }
    }

    /// Reads a whole request; fields it does not know are refused, as they are most likely
    /// mistyped and would silently change nothing.
    pub fn read<T: FromFields>(mut self) -> Result<T> {
        let request = T::from_fields(&mut self);
        for unknown in std::mem::take(&mut self.left).into_iter().map(|(field, _)| field) {
            self.refuse(&printable(&unknown), "is not known here");
        }
        match request {
            Some(request) if self.errors.is_empty() => Ok(request),
            _ => Err(Problem::invalid(self.errors)),
        }
    }

    /// As [`read`](Self::read), with unknown fields left alone.
    pub fn read_known<T: FromFields>(self) -> Result<T> {
        self.read_by(T::from_fields)
    }

    /// As [`read_known`](Self::read_known), where no type says what to read.
    pub fn read_by<T>(mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Result<T> {
        match read(&mut self) {
            Some(request) if self.errors.is_empty() => Ok(request),
            _ => Err(Problem::invalid(self.errors)),
        }
    }

    /// A field that must be there.
    pub fn required<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&Value) -> Result<T, Refusal>,
    ) -> Option<T> {
        match self.left.remove(name) {
            None | Some(Value::Null) => {
                self.refuse(name, "is missing");
                None
            }
            Some(value) => self.parsed(name, &value, parse),
        }
    }

    /// A field that may be left out or null.
    pub fn optional<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&Value) -> Result<T, Refusal>,
    ) -> Option<T> {
        match self.left.remove(name) {
            None | Some(Value::Null) => None,
            Some(value) => self.parsed(name, &value, parse),
        }
    }

    /// A field of a partial change: left out, it stays; null empties it.
    pub fn change<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&Value) -> Result<T, Refusal>,
    ) -> Option<Option<T>> {
        match self.left.remove(name)? {
            Value::Null => Some(None),
            value => self.parsed(name, &value, parse).map(Some),
        }
    }

    pub fn refuse(&mut self, name: &str, message: impl Into<String>) {
        self.errors.push(FieldError { field: name.to_owned(), message: message.into() });
    }

    fn parsed<T>(
        &mut self,
        name: &str,
        value: &Value,
        parse: impl FnOnce(&Value) -> Result<T, Refusal>,
    ) -> Option<T> {
        parse(value).map_err(|refusal| self.refuse(name, refusal)).ok()
    }
}

/// Text with a rule of its own.
pub fn text<T>(value: &Value) -> Result<T, Refusal>
where
    T: for<'a> TryFrom<&'a str, Error = Invalid>,
{
    let text = value.as_str().ok_or("must be text")?;
    T::try_from(text).map_err(|invalid| invalid.to_string())
}

/// Text where an empty form field means that there is none.
pub fn text_or_none<T>(value: &Value) -> Result<Option<T>, Refusal>
where
    T: for<'a> TryFrom<&'a str, Error = Invalid>,
{
    match value.as_str() {
        Some(blank) if blank.trim().is_empty() => Ok(None),
        _ => text(value).map(Some),
    }
}

/// A list of texts; each has a rule of its own, and so has the list.
pub fn texts<T, L>(value: &Value) -> Result<L, Refusal>
where
    T: for<'a> TryFrom<&'a str, Error = Invalid>,
    L: TryFrom<Vec<T>, Error = Invalid>,
{
    let items = value.as_array().ok_or("must be a list of texts")?;
    let items: Vec<T> = items.iter().map(text).collect::<Result<_, Refusal>>()?;
    L::try_from(items).map_err(|invalid| invalid.to_string())
}

pub fn string(value: &Value) -> Result<String, Refusal> {
    Ok(value.as_str().ok_or("must be text")?.to_owned())
}

/// What is searched for: up to 100 characters.
pub fn search(value: &Value) -> Result<String, Refusal> {
    let text = string(value)?;
    if text.chars().count() > 100 || text.chars().any(char::is_control) {
        return Err("must be at most 100 characters long, none of them control characters".into());
    }
    Ok(text)
}

pub fn boolean(value: &Value) -> Result<bool, Refusal> {
    Ok(value.as_bool().ok_or("must be true or false")?)
}

/// A whole number with a rule of its own.
pub fn whole<T: TryFrom<i64, Error = Invalid>>(value: &Value) -> Result<T, Refusal> {
    let number = value.as_i64().ok_or("must be a whole number")?;
    T::try_from(number).map_err(|invalid| invalid.to_string())
}

pub fn number(value: &Value) -> Result<f64, Refusal> {
    Ok(value.as_f64().ok_or("must be a number")?)
}

/// An id. What it stands for need not be there: that is another question.
pub fn id<T: std::str::FromStr>(value: &Value) -> Result<T, Refusal> {
    value.as_str().and_then(|text| text.parse().ok()).ok_or_else(|| "must be an id".to_owned())
}

pub fn uuid(value: &Value) -> Result<Uuid, Refusal> {
    id(value)
}

/// A day, like `2026-12-01`.
pub fn date(value: &Value) -> Result<NaiveDate, Refusal> {
    const FORM: &str = "must be a date, like 2026-12-01";
    let text = value.as_str().filter(|text| text.len() == 10).ok_or(FORM)?;
    let date = text.parse().ok().filter(|date: &NaiveDate| YEARS.contains(&date.year()));
    Ok(date.ok_or(FORM)?)
}

/// One word of a few, like `sent` or `received`.
pub fn word<T: Copy>(
    words: &'static [(&'static str, T)],
) -> impl FnOnce(&Value) -> Result<T, Refusal> {
    move |value| {
        let found = words.iter().find(|(word, _)| value == word).map(|(_, meaning)| *meaning);
        found.ok_or_else(|| {
            let words: Vec<_> = words.iter().map(|(word, _)| *word).collect();
            match words.split_last() {
                Some((last, [])) => format!("must be {last}"),
                Some((last, others)) => format!("must be {} or {last}", others.join(", ")),
                None => "is not known here".to_owned(),
            }
        })
    }
}

/// A field's name as it may be told back: a client may have sent anything for one.
fn printable(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(100).collect()
}

#[cfg(test)]
mod tests {
    use domain::values::account::Username;
    use domain::values::rating::Score;
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq)]
    struct Sample {
        name: Username,
        score: Score,
        #[expect(clippy::option_option, reason = "left out, emptied and set are three things")]
        note: Option<Option<String>>,
    }

    impl FromFields for Sample {
        fn from_fields(fields: &mut Fields) -> Option<Self> {
            let name = fields.required("name", text);
            let score = fields.required("score", whole);
            let note = fields.change("note", string);
            Some(Self { name: name?, score: score?, note })
        }
    }

    fn read(body: Value) -> Result<Sample, Vec<String>> {
        let Value::Object(fields) = body else { panic!("an object") };
        Fields::new(fields).read().map_err(|problem| {
            problem
                .errors
                .into_iter()
                .map(|error| format!("{} {}", error.field, error.message))
                .collect()
        })
    }

    #[test]
    fn every_field_that_is_not_right_is_named_at_once() {
        let errors = read(json!({ "name": "x", "score": "5", "note": 1, "nam": "" }));
        assert_eq!(
            errors.expect_err("refused"),
            [
                "name must be 3 to 30 characters long",
                "score must be a whole number",
                "note must be text",
                "nam is not known here",
            ]
        );
        assert_eq!(read(json!({})).expect_err("refused"), ["name is missing", "score is missing"]);
    }

    #[test]
    fn left_out_stays_and_null_empties() {
        let note = |body| read(body).expect("accepted").note;
        assert_eq!(note(json!({ "name": "anna", "score": 5 })), None);
        assert_eq!(note(json!({ "name": "anna", "score": 5, "note": null })), Some(None));
        let said = note(json!({ "name": "anna", "score": 5, "note": "x" }));
        assert_eq!(said, Some(Some("x".to_owned())));
    }

    #[test]
    fn a_word_must_be_one_of_those_there_are() {
        let parse = || word(&[("a", 1), ("b", 2), ("c", 3)]);
        assert_eq!(parse()(&json!("b")), Ok(2));
        assert_eq!(parse()(&json!(2)), Err("must be a, b or c".to_owned()));
    }
}
