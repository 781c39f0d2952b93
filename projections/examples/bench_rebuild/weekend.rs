//! One dance event with its people, as a stream of events in the order in which they happen:
//! half of them talk, a third matches, the rest people who register and come.

use std::collections::VecDeque;

use chrono::{NaiveDate, TimeDelta};
use domain::account::AccountEvent;
use domain::dance_event::DanceEventEvent;
use domain::events::Event;
use domain::r#match::MatchEvent;
use domain::message::MessageEvent;
use domain::participation::ParticipationEvent;
use domain::report::{Filing, Grounds, ReportEvent};
use domain::values::account::{Profile, Username};
use domain::values::dance_event::{Announcement, EventDates, Slug};
use domain::values::ids::{EventId, MatchId, MessageId, ParticipationId, ReportId, UserId};
use domain::values::rating::{Rating, Score};
use domain::values::room::{MessageKind, Room};
use domain::values::transfer::{Bytes, Direction, Millis, Outcome, Path, TransferReport};

const DANCERS: usize = 40;
const MATCHES: usize = 60;
const HALL_MESSAGES: usize = 350;
const MATCH_MESSAGES: usize = 4;
const SENTENCES: [&str; 4] = [
    "See you at the bar after the second jack and jill",
    "Who has a spare charger for an old phone? Mine will not last until the finals tonight",
    "Thank you, that was fun!",
    "I film from the left side of the floor, the light is better there. Tell me your number",
];

/// A step of the story: what depends on each other goes in order, the steps of all others may
/// come in between.
type Thread = VecDeque<Event>;

pub struct Weekend {
    number: usize,
    event: EventId,
    dancers: Vec<UserId>,
}

impl Weekend {
    /// All that happens at it. The same `number` never comes twice in one log.
    pub fn events(number: usize) -> impl Iterator<Item = Event> {
        let dancers = (0..DANCERS).map(|_| UserId::new()).collect();
        let weekend = Self { number, event: EventId::new(), dancers };
        let (before, during) = (weekend.beginning(), weekend.threads());
        before.into_iter().chain(interleaved(during))
    }

    fn beginning(&self) -> Vec<Event> {
        let start: NaiveDate = good(NaiveDate::from_ymd_opt(2026, 12, 4));
        let name = parsed(&format!("Winter Swing {}", self.number));
        let announcement = Announcement {
            slug: Slug::candidate(&name, start, 1),
            name,
            location: parsed("Budapest, Hungary"),
            dates: good(EventDates::new(start, start + TimeDelta::days(3)).ok()),
            worldsdc_id: None,
            description: Some(parsed("Four days of workshops, socials and competitions")),
        };
        let by = self.dancers[0];
        let announced = DanceEventEvent::Announced { by, announcement };
        let mut events = vec![Event::DanceEvent(self.event, announced)];
        for (n, user) in self.dancers.iter().enumerate() {
            let (name, account) =
                (format!("dancer-{}-{n}", self.number), |change| Event::Account(*user, change));
            let email = parsed(&format!("{name}@example.com"));
            let username = parsed(&name);
            events.push(account(AccountEvent::Registered { username, email }));
            if n % 4 != 0 {
                events.push(account(AccountEvent::EmailVerified {}));
            }
            if n % 2 == 0 {
                let profile = Profile {
                    avatar: Some(parsed("https://example.com/pictures/of-somebody.webp")),
                    country: Some(parsed("hu")),
                    bio: Some(parsed("West coast swing since 2014, mostly follower")),
                    ..Profile::named(parsed::<Username>(&name))
                };
                events.push(account(AccountEvent::ProfileUpdated { profile }));
            }
            events.push(
                self.taking_part(*user, |event, user| ParticipationEvent::Joined { event, user }),
            );
        }
        events
    }

    fn threads(&self) -> Vec<Thread> {
        let mut threads: Vec<Thread> = (0..HALL_MESSAGES)
            .map(|n| talk(Room::Event(self.event), self.dancers[n % DANCERS], n).into())
            .collect();
        threads.extend((0..MATCHES).map(|n| self.encounter(n).into()));
        for user in &self.dancers[..30] {
            threads.push(
                [self.taking_part(*user, |event, user| ParticipationEvent::CheckedIn {
                    event,
                    user,
                })]
                .into(),
            );
        }
        threads.push(
            [self.taking_part(self.dancers[DANCERS - 1], |event, user| ParticipationEvent::Left {
                event,
                user,
            })]
            .into(),
        );
        let filing = Filing {
            reporter: self.dancers[1],
            reported: self.dancers[2],
            grounds: Grounds::Spam,
            details: None,
            match_id: None,
            message_id: None,
            message_key: None,
        };
        threads.push([Event::Report(ReportId::new(), ReportEvent::Filed { filing })].into());
        threads
    }

    fn taking_part(
        &self,
        user: UserId,
        how: impl Fn(EventId, UserId) -> ParticipationEvent,
    ) -> Event {
        Event::Participation(ParticipationId::of(self.event, user), how(self.event, user))
    }

    /// Two people, from the request to the ratings; one pair in ten does not agree.
    fn encounter(&self, n: usize) -> Vec<Event> {
        let (event, ann) = (self.event, self.dancers[n % DANCERS]);
        let bob = self.dancers[(n + 1 + n / DANCERS) % DANCERS];
        let id = MatchId::between(event, ann, bob);
        let changed = |change| Event::Match(id, change);
        let requested = MatchEvent::Requested { event, requester: ann, recipient: bob };
        let mut events = vec![changed(requested)];
        if n % 10 == 3 {
            events.push(changed(MatchEvent::Declined { by: bob, partner: ann }));
            return events;
        }
        events.push(changed(MatchEvent::Accepted { by: bob, partner: ann }));
        for said in 0..MATCH_MESSAGES {
            let author = if said % 2 == 0 { ann } else { bob };
            events.extend(talk(Room::Match(id), author, said));
        }
        if n % 6 == 5 {
            return events;
        }
        for (by, partner) in [(ann, bob), (bob, ann)] {
            let report = transferred();
            events.push(changed(MatchEvent::TransferReported { by, partner, report }));
        }
        events.push(changed(MatchEvent::Completed { by: ann, partner: bob }));
        for (by, partner, both_rated) in [(ann, bob, false), (bob, ann, true)] {
            let rating = Rating {
                score: good(Score::try_from(4).ok()),
                comment: Some(parsed("Steady hands, and the whole dance is in the picture")),
                would_collaborate_again: true,
            };
            events.push(changed(MatchEvent::PartnerRated { by, partner, rating, both_rated }));
        }
        events
    }
}

/// A message; one in 25 is edited, one in 100 taken back.
fn talk(room: Room, author: UserId, n: usize) -> Vec<Event> {
    let id = MessageId::new();
    let (kind, content) = (MessageKind::Text, parsed(SENTENCES[n % SENTENCES.len()]));
    let mut said = vec![MessageEvent::Posted { room, author, kind, content }];
    if n % 25 == 7 {
        said.push(MessageEvent::Edited {
            room,
            author: None,
            content: parsed("I meant the other bar"),
        });
    }
    if n % 100 == 9 {
        said.push(MessageEvent::Retracted { room });
    }
    said.into_iter().map(|said| Event::Message(id, said)).collect()
}

fn transferred() -> TransferReport {
    TransferReport {
        transfer: None,
        direction: Direction::Sent,
        outcome: Outcome::Completed,
        bytes: good(Bytes::try_from(84_000_000).ok()),
        millis: good(Millis::from_seconds(9.5).ok()),
        path: Some(Path::Host),
        reason: None,
        browser: None,
        proof: None,
        connected: None,
        connect_millis: None,
    }
}

/// The next event is that of any thread.
pub fn interleaved<I>(threads: Vec<I>) -> impl Iterator<Item = Event>
where
    I: IntoIterator<Item = Event>,
{
    let mut threads: Vec<_> = threads.into_iter().map(IntoIterator::into_iter).collect();
    std::iter::from_fn(move || {
        while !threads.is_empty() {
            let chosen = rand::random_range(0..threads.len());
            match threads[chosen].next() {
                Some(event) => return Some(event),
                None => drop(threads.swap_remove(chosen)),
            }
        }
        None
    })
}

fn parsed<'a, T: TryFrom<&'a str, Error: std::fmt::Debug>>(text: &'a str) -> T {
    T::try_from(text).expect("a good value")
}

fn good<T>(value: Option<T>) -> T {
    value.expect("a good value")
}
