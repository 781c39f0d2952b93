//! What an account is made of.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::elsewhere::{SocialLinks, WsdcNumber};
use super::text::{Bio, Invalid, check, is_plain};

/// A public name: 3 to 30 of `A–Z a–z 0–9 _ . -`, starting with a letter or digit.
/// Unique without regard to case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Username(String);

impl TryFrom<&str> for Username {
    type Error = Invalid;

    fn try_from(text: &str) -> Result<Self, Invalid> {
        let text = check(text, 3..=30, false)?;
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
        if !text.chars().all(allowed) || !text.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            return Err(Invalid::Form(
                "must start with a letter or digit and hold only letters, digits, '_', '.' and '-'",
            ));
        }
        Ok(Self(text))
    }
}

impl Username {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A mail address, at most 254 characters (RFC 5321). Only its shape is checked: whether it
/// reaches a person is what the verification mail finds out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Email(String);

impl TryFrom<&str> for Email {
    type Error = Invalid;

    fn try_from(text: &str) -> Result<Self, Invalid> {
        const FORM: Invalid = Invalid::Form("must be a mail address, like anna@example.com");
        let text = check(text, 3..=254, false)?;
        let (local, host) = text.rsplit_once('@').ok_or(FORM)?;
        let dots = |part: &str| part.starts_with('.') || part.ends_with('.') || part.contains("..");
        let host_character = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-');
        let sound = (1..=64).contains(&local.len())
            && !text.contains(char::is_whitespace)
            && !local.contains(['@', '<', '>', '(', ')', '[', ']', ',', ';', ':', '\\', '"'])
            && !dots(local)
            && host.contains('.')
            && !dots(host)
            && host.chars().all(host_character);
        if sound { Ok(Self(text)) } else { Err(FORM) }
    }
}

impl Email {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An ISO 3166-1 alpha-2 code, such as `DE`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Country(String);

impl TryFrom<&str> for Country {
    type Error = Invalid;

    fn try_from(text: &str) -> Result<Self, Invalid> {
        if text.len() == 2 && text.bytes().all(|b| b.is_ascii_alphabetic()) {
            Ok(Self(text.to_ascii_uppercase()))
        } else {
            Err(Invalid::Form("must be a two-letter country code, like DE"))
        }
    }
}

impl Country {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Address of a picture: one that is kept here, or one elsewhere, over https.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AvatarUrl(String);

/// Where pictures are that are kept here. What follows names one of them for good.
const HERE: &str = "/api/avatars/";

impl TryFrom<&str> for AvatarUrl {
    type Error = Invalid;

    fn try_from(text: &str) -> Result<Self, Invalid> {
        let text = check(text, 9..=500, false)?;
        let elsewhere = text.starts_with("https://") && is_plain(&text);
        let address = Self(text);
        if elsewhere || address.picture_here().is_some() {
            Ok(address)
        } else {
            Err(Invalid::Form("must be an https address"))
        }
    }
}

impl AvatarUrl {
    /// Of a picture that is kept here.
    pub fn here(picture: Uuid) -> Self {
        Self(format!("{HERE}{picture}"))
    }

    /// Which picture it is of those that are kept here.
    pub fn picture_here(&self) -> Option<Uuid> {
        let id = Uuid::try_parse(self.0.strip_prefix(HERE)?).ok()?;
        // One picture has one address: capitals, or braces around it, would be another.
        (Self::here(id) == *self).then_some(id)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The part a person usually dances.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DanceRole {
    Leader,
    Follower,
    Switch,
}

impl DanceRole {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Leader => "leader",
            Self::Follower => "follower",
            Self::Switch => "switch",
        }
    }
}

impl TryFrom<&str> for DanceRole {
    type Error = Invalid;

    fn try_from(text: &str) -> Result<Self, Invalid> {
        match text {
            "leader" => Ok(Self::Leader),
            "follower" => Ok(Self::Follower),
            "switch" => Ok(Self::Switch),
            _ => Err(Invalid::Form("must be leader, follower or switch")),
        }
    }
}

/// What others see of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    pub username: Username,
    pub avatar: Option<AvatarUrl>,
    pub country: Option<Country>,
    pub bio: Option<Bio>,
    pub dance_role: Option<DanceRole>,
    #[serde(default, skip_serializing_if = "SocialLinks::is_empty")]
    pub social_links: SocialLinks,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wsdc_number: Option<WsdcNumber>,
}

impl Profile {
    pub fn named(username: Username) -> Self {
        Self {
            username,
            avatar: None,
            country: None,
            bio: None,
            dance_role: None,
            social_links: SocialLinks::default(),
            wsdc_number: None,
        }
    }
}

/// What changes of a profile: the outer option says whether, the inner one to what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfileChange {
    pub username: Option<Username>,
    pub avatar: Option<Option<AvatarUrl>>,
    pub country: Option<Option<Country>>,
    pub bio: Option<Option<Bio>>,
    pub dance_role: Option<Option<DanceRole>>,
    pub social_links: Option<SocialLinks>,
    pub wsdc_number: Option<Option<WsdcNumber>>,
}

impl ProfileChange {
    /// The profile once it has changed.
    pub fn of(self, now: Profile) -> Profile {
        Profile {
            username: self.username.unwrap_or(now.username),
            avatar: self.avatar.unwrap_or(now.avatar),
            country: self.country.unwrap_or(now.country),
            bio: self.bio.unwrap_or(now.bio),
            dance_role: self.dance_role.unwrap_or(now.dance_role),
            social_links: self.social_links.unwrap_or(now.social_links),
            wsdc_number: self.wsdc_number.unwrap_or(now.wsdc_number),
        }
    }
}

/// What a person may do beyond dancing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Announces dance events.
    Organizer,
    /// Reads and resolves reports.
    Moderator,
    /// Reads the log.
    Auditor,
    /// All of these.
    Admin,
}

impl Role {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Organizer => "organizer",
            Self::Moderator => "moderator",
            Self::Auditor => "auditor",
            Self::Admin => "admin",
        }
    }
}

impl TryFrom<&str> for Role {
    type Error = Invalid;

    fn try_from(text: &str) -> Result<Self, Invalid> {
        match text {
            "organizer" => Ok(Self::Organizer),
            "moderator" => Ok(Self::Moderator),
            "auditor" => Ok(Self::Auditor),
            "admin" => Ok(Self::Admin),
            _ => Err(Invalid::Form("must be organizer, moderator, auditor or admin")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usernames_are_short_plain_and_start_with_a_letter_or_digit() {
        for good in ["ann", "Anna.Bell", "x-1_2", "007"] {
            assert!(Username::try_from(good).is_ok(), "{good}");
        }
        for bad in ["", "ab", "a b c", "_ann", "ann@home", "änn", &"a".repeat(31), "an\0n"] {
            assert!(Username::try_from(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_mail_address_has_one_sound_local_part_and_a_dotted_host() {
        for good in ["anna@example.com", "a.b+tag@sub.example.co", "o'neil@example.com"] {
            assert!(Email::try_from(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "anna",
            "anna@",
            "@example.com",
            "anna@localhost",
            "an na@example.com",
            "a@b@example.com",
            "anna@example..com",
            "anna@.example.com",
            "<anna@example.com>",
            ".anna@example.com",
        ] {
            assert!(Email::try_from(bad).is_err(), "{bad}");
        }
        assert!(Email::try_from(format!("{}@example.com", "a".repeat(65)).as_str()).is_err());
    }

    #[test]
    fn an_avatar_is_fetched_over_https_only() {
        assert!(AvatarUrl::try_from("https://example.com/a.webp").is_ok());
        for bad in ["http://example.com/a", "javascript:alert(1)", "https://e.com/\"onload=\""] {
            assert!(AvatarUrl::try_from(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_picture_that_is_kept_here_has_one_address() {
        let id = Uuid::from_u128(1);
        let here = AvatarUrl::here(id);
        assert_eq!(AvatarUrl::try_from(here.as_str()), Ok(here.clone()));
        assert_eq!(here.picture_here(), Some(id));
        let elsewhere = AvatarUrl::try_from("https://example.com/a.webp").expect("an address");
        assert_eq!(elsewhere.picture_here(), None);
        for bad in [
            "/api/avatars/",
            "/api/avatars/me",
            "/api/avatars/00000000-0000-0000-0000-00000000000A",
            "/api/avatars/00000000-0000-0000-0000-000000000001/..",
            "/api/users/00000000-0000-0000-0000-000000000001",
            "//example.com/a.webp",
        ] {
            assert!(AvatarUrl::try_from(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_country_is_kept_in_capitals() {
        assert_eq!(Country::try_from("de").map(|c| c.0), Ok("DE".into()));
        assert!(Country::try_from("DEU").is_err());
    }
}
