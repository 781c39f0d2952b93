//! Why transfers fail, and in which browsers, sorted into few kinds that can be counted. What
//! clients report is free text, and a count needs a bounded set.

use super::text::Reason;
use super::transfer::{Direction, Outcome, Path};

/// Every kind of reason.
pub const REASONS: &[&str] = &[
    "another-file",
    "cancelled",
    "connection-lost",
    "damaged",
    "declined",
    "no-connection",
    "partner-reloaded",
    "protocol",
    "source-changed",
    "storage",
    NONE,
    OTHER,
];

/// Every kind of browser: how its name begins, and what it is counted as. Longer names first.
const BROWSERS: &[(&str, &str)] = &[
    ("chrome ios", "chrome-ios"),
    ("chrome", "chrome"),
    ("chromium", "chrome"),
    ("edge", "edge"),
    ("firefox ios", "firefox-ios"),
    ("firefox", "firefox"),
    ("opera", "opera"),
    ("safari", "safari"),
    ("samsung internet", "samsung-internet"),
];

const NONE: &str = "none";
const OTHER: &str = "other";

/// The kind of a reason: its first word, as in `storage by partner`; `none` where none was given.
pub fn reason_kind(reason: Option<&Reason>) -> &'static str {
    let Some(reason) = reason else { return NONE };
    let word = reason.as_str().split_whitespace().next().unwrap_or_default();
    let known = REASONS.iter().find(|kind| kind.eq_ignore_ascii_case(word));
    known.copied().unwrap_or(OTHER)
}

/// The family of a browser that is told as a name and a version; `none` where it was not told.
pub fn browser_family(browser: Option<&Reason>) -> &'static str {
    let Some(browser) = browser else { return NONE };
    let name = browser.as_str().to_lowercase();
    let known = BROWSERS.iter().find(|(begins, _)| {
        name.strip_prefix(begins)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '/']))
    });
    known.map_or(OTHER, |(_, family)| family)
}

pub fn outcome_kind(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Completed => "completed",
        Outcome::Failed => "failed",
        Outcome::Cancelled => "cancelled",
    }
}

pub fn direction_kind(direction: Direction) -> &'static str {
    match direction {
        Direction::Sent => "sent",
        Direction::Received => "received",
    }
}

/// `none` where no connection came about.
pub fn path_kind(path: Option<Path>) -> &'static str {
    match path {
        Some(Path::Host) => "host",
        Some(Path::Srflx) => "srflx",
        Some(Path::Prflx) => "prflx",
        Some(Path::Relay) => "relay",
        None => NONE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Reason {
        Reason::try_from(text).expect("a reason")
    }

    #[test]
    fn a_reason_is_counted_as_its_first_word() {
        for (told, kind) in [
            ("storage by partner", "storage"),
            ("No-Connection", "no-connection"),
            ("partner-reloaded", "partner-reloaded"),
            ("storage-of-a-kind", "other"),
            ("my phone fell into the pool", "other"),
        ] {
            assert_eq!(reason_kind(Some(&text(told))), kind, "{told}");
        }
        assert_eq!(reason_kind(None), "none");
    }

    #[test]
    fn a_browser_is_counted_as_its_family() {
        for (told, family) in [
            ("Chrome 156", "chrome"),
            ("Chromium/156", "chrome"),
            ("Chrome iOS 150", "chrome-ios"),
            ("Firefox iOS 145", "firefox-ios"),
            ("Samsung Internet 29", "samsung-internet"),
            ("Safari", "safari"),
            ("Safarious 3", "other"),
            ("Netscape 4", "other"),
        ] {
            assert_eq!(browser_family(Some(&text(told))), family, "{told}");
        }
        assert_eq!(browser_family(None), "none");
    }
}
