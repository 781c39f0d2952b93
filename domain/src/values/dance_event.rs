//! What an announcement of a dance event is made of.

use std::fmt;
use std::ops::RangeInclusive;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::text::{Description, EventName, Invalid, Location, WorldsdcId};

/// Years of the days that anybody may name: PostgreSQL does not know all that are before.
pub const YEARS: RangeInclusive<i32> = 1..=9999;

/// Longest dance event, in days: a typing error in a date should not make a ten-year event.
const LONGEST_DAYS: i64 = 31;

/// First and last day of a dance event, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventDates {
    start: NaiveDate,
    end: NaiveDate,
}

impl EventDates {
    pub fn new(start: NaiveDate, end: NaiveDate) -> Result<Self, Invalid> {
        if end < start {
            return Err(Invalid::Form("must not be before startDate"));
        }
        if (end - start).num_days() > LONGEST_DAYS {
            return Err(Invalid::Form("must be at most 31 days after startDate"));
        }
        if !(1930..=2200).contains(&start.year()) {
            return Err(Invalid::Form("must be a year from 1930 to 2200"));
        }
        Ok(Self { start, end })
    }

    pub fn start(&self) -> NaiveDate {
        self.start
    }

    pub fn end(&self) -> NaiveDate {
        self.end
    }
}

/// The readable part of an event's address: `budafest-2026`. Unique.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Slug(String);

impl Slug {
    /// The `attempt`-th candidate for an event: the name's letters and digits, the year if
    /// the name does not have it, and from the second attempt on the attempt's number.
    pub fn candidate(name: &EventName, start: NaiveDate, attempt: u32) -> Self {
        let mut slug = String::new();
        for c in name.as_str().chars().flat_map(char::to_lowercase) {
            match fold(c) {
                Some(letter) => slug.push_str(letter),
                None if c.is_ascii_alphanumeric() => slug.push(c),
                None if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
                None => {}
            }
        }
        slug.truncate(60);
        let slug = slug.trim_matches('-');
        let year = start.year().to_string();
        let mut slug = match slug {
            "" => format!("event-{year}"),
            named if named.contains(&year) => named.to_owned(),
            named => format!("{named}-{year}"),
        };
        if attempt > 1 {
            slug = format!("{slug}-{attempt}");
        }
        Self(slug)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Latin letters with marks that event names have, without them.
fn fold(c: char) -> Option<&'static str> {
    Some(match c {
        'à' | 'á' | 'â' | 'ã' | 'å' | 'ą' | 'ă' => "a",
        'ä' | 'æ' => "ae",
        'ç' | 'ć' | 'č' => "c",
        'ď' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ę' | 'ě' => "e",
        'ì' | 'í' | 'î' | 'ï' => "i",
        'ł' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ő' => "o",
        'ö' | 'ø' | 'œ' => "oe",
        'ř' => "r",
        'ś' | 'š' | 'ș' => "s",
        'ß' => "ss",
        'ť' | 'ț' => "t",
        'ù' | 'ú' | 'û' | 'ů' | 'ű' => "u",
        'ü' => "ue",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => return None,
    })
}

/// What an organizer announces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Announcement {
    pub name: EventName,
    pub slug: Slug,
    pub location: Location,
    pub dates: EventDates,
    pub worldsdc_id: Option<WorldsdcId>,
    pub description: Option<Description>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    fn slug(name: &str, attempt: u32) -> String {
        let name = EventName::try_from(name).expect("a name");
        Slug::candidate(&name, day("2026-12-03"), attempt).0
    }

    #[test]
    fn an_event_ends_on_or_after_the_day_it_starts() {
        assert!(EventDates::new(day("2026-12-03"), day("2026-12-03")).is_ok());
        assert!(EventDates::new(day("2026-12-03"), day("2026-12-02")).is_err());
        assert!(EventDates::new(day("2026-12-03"), day("2027-12-03")).is_err());
    }

    #[test]
    fn a_slug_is_readable_plain_and_carries_the_year_once() {
        assert_eq!(slug("Köln Swing — Weekend!", 1), "koeln-swing-weekend-2026");
        assert_eq!(slug("BudaFest 2026", 1), "budafest-2026");
        assert_eq!(slug("BudaFest 2026", 3), "budafest-2026-3");
        assert_eq!(slug("スウィング", 1), "event-2026");
    }
}
