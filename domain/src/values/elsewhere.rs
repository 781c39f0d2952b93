//! Where else a dancer is found: their pages on other sites, and their number with the World
//! Swing Dance Council.

use serde::{Deserialize, Serialize};

use super::text::{Invalid, check, is_plain};

/// Most of them that a profile has room for.
pub const MOST_LINKS: usize = 5;

/// A page on another site: over https, of a host with a name, plainly written, so that what it
/// shows is where it leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SocialLink(String);

impl TryFrom<&str> for SocialLink {
    type Error = Invalid;

    fn try_from(text: &str) -> Result<Self, Invalid> {
        let text = check(text, 12..=200, false)?;
        let rest = text.strip_prefix("https://").filter(|rest| is_plain(rest));
        let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next());
        if host.is_some_and(has_a_name) {
            Ok(Self(text))
        } else {
            Err(Invalid::Form("must be an https address, like https://instagram.com/anna"))
        }
    }
}

/// Neither an address in numbers, nor one with a port, nor with somebody's name before an `@`.
fn has_a_name(host: &str) -> bool {
    let labels: Vec<&str> = host.split('.').collect();
    let sound = |label: &&str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    labels.len() > 1
        && labels.iter().all(sound)
        && labels.last().is_some_and(|top| top.bytes().any(|b| b.is_ascii_alphabetic()))
}

/// Each once, in the order in which their person gave them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SocialLinks(Vec<SocialLink>);

impl TryFrom<Vec<SocialLink>> for SocialLinks {
    type Error = Invalid;

    fn try_from(links: Vec<SocialLink>) -> Result<Self, Invalid> {
        if links.len() > MOST_LINKS {
            return Err(Invalid::Form("must be five at most"));
        }
        let again = |(place, link)| links[..place].contains(link);
        if links.iter().enumerate().any(again) {
            return Err(Invalid::Form("must each be given once"));
        }
        Ok(Self(links))
    }
}

impl SocialLinks {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The number under which the World Swing Dance Council counts somebody's points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WsdcNumber(i32);

impl TryFrom<i64> for WsdcNumber {
    type Error = Invalid;

    fn try_from(number: i64) -> Result<Self, Invalid> {
        match i32::try_from(number) {
            Ok(number @ 1..=999_999) => Ok(Self(number)),
            _ => Err(Invalid::Form("must be from 1 to 999999")),
        }
    }
}

impl WsdcNumber {
    pub fn get(self) -> i32 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_where_it_seems_to() {
        for good in [
            "https://instagram.com/anna.swings",
            "https://www.youtube.com/watch?v=a-b_c#t=1",
            "https://xn--bcher-kva.example/~anna",
        ] {
            assert!(SocialLink::try_from(good).is_ok(), "{good}");
        }
        for bad in [
            "http://instagram.com/anna",
            "javascript:alert(1)//https://a.example",
            "https://instagram.com@evil.example/",
            "https://anna:secret@instagram.com",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://localhost/anna",
            "https://instagram.com:8443/",
            "https://-a.example/",
            "https://a..example/",
            "https://instagram.com/\u{202e}anna",
            "https://b\u{fc}cher.example/",
            "https://a.example/\"onclick=x",
            "https://a.example/ b",
        ] {
            assert!(SocialLink::try_from(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_profile_has_room_for_five_links_each_once() {
        let links = |numbers: std::ops::Range<u8>| -> Vec<SocialLink> {
            let link = |number| format!("https://example.com/{number}");
            let link = |number| SocialLink::try_from(link(number).as_str()).expect("a link");
            numbers.map(link).collect()
        };
        assert!(SocialLinks::try_from(links(0..5)).is_ok());
        assert!(SocialLinks::try_from(links(0..6)).is_err());
        assert!(SocialLinks::try_from([links(0..1), links(0..1)].concat()).is_err());
    }

    #[test]
    fn a_number_has_up_to_six_digits() {
        assert_eq!(WsdcNumber::try_from(14_217).map(WsdcNumber::get), Ok(14_217));
        for bad in [0, -1, 1_000_000, i64::MAX] {
            assert!(WsdcNumber::try_from(bad).is_err(), "{bad}");
        }
    }
}
