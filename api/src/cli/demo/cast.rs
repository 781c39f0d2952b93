//! Who and what there is in the demo.

use domain::values::account::{DanceRole, Role};

pub(super) const PASSWORD: &str = "west-coast-swing";

pub(super) struct Person {
    pub username: &'static str,
    pub email: &'static str,
    pub signs_in: bool,
    pub role: Option<Role>,
    pub country: &'static str,
    pub dances: DanceRole,
    pub bio: &'static str,
    /// Which events they go to, by name.
    goes_to: &'static [&'static str],
}

impl Person {
    pub(super) fn goes_to(&self, event: &Event) -> bool {
        self.goes_to.contains(&event.name)
    }
}

pub(super) struct Event {
    pub name: &'static str,
    pub location: &'static str,
    pub description: &'static str,
    pub days_from_monday: i64,
    pub days: u64,
}

/// The first two film each other; the third asks the first.
pub(super) const PEOPLE: &[Person] = &[
    Person {
        username: "anna",
        email: "anna@example.com",
        signs_in: true,
        role: Some(Role::Organizer),
        country: "DE",
        dances: DanceRole::Follower,
        bio: "Follows since 2017, leads after midnight. Runs the Tuesday social in Freiburg.",
        goes_to: &[AUTUMN, ON_NOW, WINTER],
    },
    Person {
        username: "ben",
        email: "ben@example.com",
        signs_in: true,
        role: None,
        country: "AT",
        dances: DanceRole::Leader,
        bio: "Blues in his shoulders, a tripod in his bag.",
        goes_to: &[AUTUMN, ON_NOW],
    },
    Person {
        username: "mila",
        email: "mila@example.com",
        signs_in: false,
        role: None,
        country: "PL",
        dances: DanceRole::Switch,
        bio: "First all-skate finals this year. Will film for coffee.",
        goes_to: &[ON_NOW],
    },
    Person {
        username: "tomas.k",
        email: "tomas@example.com",
        signs_in: false,
        role: None,
        country: "CZ",
        dances: DanceRole::Leader,
        bio: "Novice lead who counts out loud when nobody listens.",
        goes_to: &[AUTUMN, ON_NOW, WINTER],
    },
    Person {
        username: "sofia_l",
        email: "sofia@example.com",
        signs_in: false,
        role: None,
        country: "SE",
        dances: DanceRole::Follower,
        bio: "Teaches musicality in Gothenburg.",
        goes_to: &[ON_NOW, WINTER],
    },
    Person {
        username: "jules",
        email: "jules@example.com",
        signs_in: false,
        role: None,
        country: "FR",
        dances: DanceRole::Switch,
        bio: "Dances both, films better.",
        goes_to: &[AUTUMN, ON_NOW, SPRING],
    },
    Person {
        username: "hanna-r",
        email: "hanna@example.com",
        signs_in: false,
        role: None,
        country: "HU",
        dances: DanceRole::Follower,
        bio: "Budapest. Always in the front row of the late-night room.",
        goes_to: &[AUTUMN, ON_NOW],
    },
    Person {
        username: "marco",
        email: "marco@example.com",
        signs_in: false,
        role: None,
        country: "IT",
        dances: DanceRole::Leader,
        bio: "Came for the workshops, stayed for the socials.",
        goes_to: &[ON_NOW, SPRING],
    },
    Person {
        username: "vera",
        email: "vera@example.com",
        signs_in: true,
        role: Some(Role::Auditor),
        country: "NL",
        dances: DanceRole::Follower,
        bio: "Dances elsewhere. Here she looks into the log.",
        goes_to: &[],
    },
    Person {
        username: "nora",
        email: "nora@example.com",
        signs_in: true,
        role: Some(Role::Moderator),
        country: "NO",
        dances: DanceRole::Leader,
        bio: "Listens first. Here she looks after the tone.",
        goes_to: &[],
    },
    Person {
        username: "ada",
        email: "ada@example.com",
        signs_in: true,
        role: Some(Role::Admin),
        country: "PT",
        dances: DanceRole::Switch,
        bio: "Keeps the place running, and counts what goes over.",
        goes_to: &[],
    },
];

pub(super) const ON_NOW: &str = "Lakeside Swing Camp";
const AUTUMN: &str = "Golden Leaf Swing";
const WINTER: &str = "Northern Lights Swing";
const SPRING: &str = "Swing sur Seine";

/// The first is over, and what Anna and Ben did there is their history.
pub(super) const EVENTS: &[Event] = &[
    Event {
        name: AUTUMN,
        location: "Budapest, Hungary",
        description: "Three nights in an old bathhouse: Jack & Jill in all levels, a pro show, \
            and a band on Saturday.",
        days_from_monday: -38,
        days: 4,
    },
    Event {
        name: "Harbour Nights Westie",
        location: "Hamburg, Germany",
        description: "Two days of socials above the harbour. No contests, good floor.",
        days_from_monday: -80,
        days: 2,
    },
    Event {
        name: ON_NOW,
        location: "Bled, Slovenia",
        description: "A week by the lake: workshops in the morning, swimming at noon, \
            the big ballroom every night.",
        days_from_monday: 0,
        days: 7,
    },
    Event {
        name: WINTER,
        location: "Helsinki, Finland",
        description: "Warm floor, cold air. Invitational Strictly on Saturday, sauna until four.",
        days_from_monday: 18,
        days: 4,
    },
    Event {
        name: "Snowflake Jam",
        location: "Innsbruck, Austria",
        description: "A weekend for newcomers and those who like to dance with them.",
        days_from_monday: 39,
        days: 3,
    },
    Event {
        name: SPRING,
        location: "Paris, France",
        description: "Four floors on a boat that stays where it is. Jack & Jill, Strictly, \
            Rising Star.",
        days_from_monday: 88,
        days: 4,
    },
    Event {
        name: "Atlantic Westie Weekend",
        location: "Porto, Portugal",
        description: "Workshops with a view, and a social that ends on the beach.",
        days_from_monday: 130,
        days: 3,
    },
];

pub(super) const SMALL_TALK: &[(&str, &str)] = &[
    ("sofia_l", "The floor in the big room is lovely today, they must have waxed it."),
    ("tomas.k", "Novice heats moved to 15:30, it is on the board by the stairs."),
    ("hanna-r", "Thanks! Does anybody film the all-skate?"),
    ("jules", "I can, second row on the left. Looking for somebody who films me in Intermediate."),
    ("mila", "Me! I'm in heat 3 though, is that all right?"),
    ("jules", "Heat 1 here. Perfect."),
    ("marco", "Who has the playlist of last night? The blues set around two was something else."),
    ("anna", "Asked the DJ, it will be up tomorrow. Swim at noon, anyone?"),
    ("marco", "Suede soles, half price, today only! Ask me for the bank details."),
];

/// Which of the lines above somebody takes for none, who that is, and why.
pub(super) const REPORTED: (usize, &str, &str) =
    (8, "hanna-r", "The third time this week, and nobody ever got any shoes.");

pub(super) const FAREWELL: &[(&str, &str)] = &[
    ("anna", "I'm in heat 2, number 114. You?"),
    ("ben", "Heat 4, 127. I'll stand at the judges' corner, the light is better there."),
    ("anna", "Got you from start to end, even the dip!"),
    ("ben", "Yours turned out great too. Sending it over now."),
];
