//! From what and from where somebody signs in, as far as that can honestly be known: what the
//! browser says of itself, and the network its request came from.

use std::net::IpAddr;

use ipnet::IpNet;

/// Longest part of a user agent that is kept.
const USER_AGENT: usize = 200;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Device {
    pub user_agent: Option<String>,
    pub network: Option<String>,
}

impl Device {
    pub fn of(user_agent: Option<&str>, address: IpAddr) -> Self {
        Self {
            user_agent: user_agent.map(|it| it.chars().take(USER_AGENT).collect()),
            network: Some(network(address)),
        }
    }
}

/// The network an address is in: enough to tell home from abroad, too little to tell the
/// neighbours apart.
fn network(address: IpAddr) -> String {
    let address = address.to_canonical();
    let prefix = if address.is_ipv4() { 24 } else { 48 };
    let network = IpNet::new(address, prefix).unwrap_or_else(|_| address.into());
    network.trunc().to_string()
}

/// The country that a network is registered in, as ISO 3166 names it; none for home networks and
/// others that are in no registry.
pub fn country(network: &str) -> Option<&'static str> {
    let network: IpNet = network.parse().ok()?;
    iptocc::country_code(network.addr())
}

/// How browsers name themselves, the narrower names first: most also claim to be Chrome, and
/// nearly all to be Safari.
const BROWSERS: &[(&str, &str)] = &[
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("YaBrowser/", "Yandex Browser"),
    ("Vivaldi/", "Vivaldi"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];

/// An iPad that asks for the desktop's pages says it is a Mac; nothing tells the two apart here.
const SYSTEMS: &[(&str, &str)] = &[
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
];

/// A user agent in words, like "Firefox on Android".
pub fn in_words(user_agent: Option<&str>) -> String {
    let told = user_agent.unwrap_or_default();
    let find = |names: &[(&str, &'static str)]| {
        names.iter().find(|(mark, _)| told.contains(mark)).map(|(_, name)| *name)
    };
    match (find(BROWSERS), find(SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        (None, Some(system)) => format!("A browser on {system}"),
        (None, None) => program(told),
    }
}

/// What is no browser begins with its own name, as in `curl/8.5.0`.
fn program(told: &str) -> String {
    let name = told.split(['/', ' ']).next().unwrap_or_default();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if (1..=30).contains(&name.len()) && name.chars().all(plain) {
        format!("A program ({name})")
    } else {
        "An unknown device".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_agent_is_told_in_words() {
        for (told, words) in [
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 \
                 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) \
                 Chrome/143.0.0.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) \
                 SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
                "Samsung Internet on Android",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
                 Chrome/143.0.0.0 Safari/537.36 Edg/143.0.0.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
                "Firefox on Linux",
            ),
            ("curl/8.5.0", "A program (curl)"),
            ("<b>bold</b>", "An unknown device"),
            ("", "An unknown device"),
        ] {
            assert_eq!(in_words(Some(told)), words, "{told}");
        }
        assert_eq!(in_words(None), "An unknown device");
    }

    #[test]
    fn of_an_address_only_the_network_is_kept() {
        let network = |address: &str| network(address.parse().expect("an address"));
        assert_eq!(network("203.0.113.77"), "203.0.113.0/24");
        assert_eq!(network("::ffff:203.0.113.77"), "203.0.113.0/24");
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1::/48");
    }

    #[test]
    fn of_a_user_agent_no_more_than_its_beginning_is_kept() {
        let device = Device::of(Some(&"é".repeat(300)), [203, 0, 113, 7].into());
        assert_eq!(device.user_agent.expect("kept").chars().count(), USER_AGENT);
    }
}
