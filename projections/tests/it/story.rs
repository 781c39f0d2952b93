//! Events as people cause them.

use chrono::NaiveDate;
use domain::account::AccountEvent;
use domain::dance_event::DanceEventEvent;
use domain::events::Event;
use domain::handovers::Receipt;
use domain::r#match::MatchEvent;
use domain::message::MessageEvent;
use domain::participation::ParticipationEvent;
use domain::report::{Filing, Grounds, Outcome as ReportOutcome, ReportEvent};
use domain::values::account::{Profile, Role, Username};
use domain::values::dance_event::{Announcement, EventDates, Slug};
use domain::values::ids::{EventId, MatchId, MessageId, ParticipationId, ReportId, UserId};
use domain::values::rating::{Rating, Score};
use domain::values::room::{MessageKind, Room};
use domain::values::transfer::{Bytes, Direction, Millis, Outcome, Path, TransferReport};
use uuid::Uuid;

/// Parses what is known to be good.
pub(crate) fn good<'a, T: TryFrom<&'a str, Error: std::fmt::Debug>>(text: &'a str) -> T {
    T::try_from(text).expect("a good value")
}

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

pub(crate) fn profile(name: &str) -> Profile {
    Profile::named(good::<Username>(name))
}

pub(crate) fn registered(user: UserId, name: &str) -> Event {
    let email = format!("{name}@example.com");
    Event::Account(
        user,
        AccountEvent::Registered { username: good(name), email: good(email.as_str()) },
    )
}

pub(crate) fn renamed(user: UserId, name: &str) -> Event {
    Event::Account(user, AccountEvent::ProfileUpdated { profile: profile(name) })
}

pub(crate) fn announced(event: EventId, name: &str, start: &str) -> Event {
    let start = day(start);
    let name = good(name);
    let announcement = Announcement {
        slug: Slug::candidate(&name, start, 1),
        name,
        location: good("Budapest"),
        dates: EventDates::new(start, start + chrono::TimeDelta::days(3)).expect("in order"),
        worldsdc_id: None,
        description: Some(good("Four days of dancing")),
    };
    Event::DanceEvent(event, DanceEventEvent::Announced { by: UserId::new(), announcement })
}

pub(crate) fn joined(event: EventId, user: UserId) -> Event {
    let id = ParticipationId::of(event, user);
    Event::Participation(id, ParticipationEvent::Joined { event, user })
}

pub(crate) fn left(event: EventId, user: UserId) -> Event {
    let id = ParticipationId::of(event, user);
    Event::Participation(id, ParticipationEvent::Left { event, user })
}

pub(crate) fn posted(id: MessageId, room: Room, author: UserId, content: &str) -> Event {
    let content = good(content);
    Event::Message(id, MessageEvent::Posted { room, author, kind: MessageKind::Text, content })
}

/// Two people at one event.
#[derive(Clone, Copy)]
pub(crate) struct Pair {
    pub(crate) event: EventId,
    pub(crate) asks: UserId,
    pub(crate) asked: UserId,
}

impl Pair {
    pub(crate) fn id(self) -> MatchId {
        MatchId::between(self.event, self.asks, self.asked)
    }

    pub(crate) fn room(self) -> Room {
        Room::Match(self.id())
    }

    fn event(self, change: MatchEvent) -> Event {
        Event::Match(self.id(), change)
    }

    fn partner(self, by: UserId) -> UserId {
        if by == self.asks { self.asked } else { self.asks }
    }

    pub(crate) fn requested(self) -> Event {
        let Self { event, asks: requester, asked: recipient } = self;
        self.event(MatchEvent::Requested { event, requester, recipient })
    }

    pub(crate) fn accepted(self) -> Event {
        self.event(MatchEvent::Accepted { by: self.asked, partner: self.asks })
    }

    pub(crate) fn declined(self) -> Event {
        self.event(MatchEvent::Declined { by: self.asked, partner: self.asks })
    }

    pub(crate) fn cancelled(self) -> Event {
        self.event(MatchEvent::Cancelled { by: self.asks, partner: self.asked })
    }

    pub(crate) fn completed(self) -> Event {
        self.event(MatchEvent::Completed { by: self.asks, partner: self.asked })
    }

    pub(crate) fn rated(self, by: UserId, score: i64, both_rated: bool) -> Event {
        let rating = Rating {
            score: Score::try_from(score).expect("a score"),
            comment: Some(good("thank you")),
            would_collaborate_again: score > 2,
        };
        self.event(MatchEvent::PartnerRated { by, partner: self.partner(by), rating, both_rated })
    }

    pub(crate) fn handed_over(self, by: UserId) -> Event {
        self.reported(by, transfer())
    }

    pub(crate) fn reported(self, by: UserId, report: TransferReport) -> Event {
        self.event(MatchEvent::TransferReported { by, partner: self.partner(by), report })
    }

    /// Both want it, whoever asked first.
    fn encrypted(self) -> [Event; 2] {
        let (by, partner) = (self.asked, self.asks);
        let offered = MatchEvent::EncryptionOffered { by, partner };
        let agreed = MatchEvent::EncryptionAgreed { by: partner, partner: by };
        [self.event(offered), self.event(agreed)]
    }

    /// What the log says once both have reported [`transfer`] with an id.
    pub(crate) fn receipt(self, from: UserId, transfer: Uuid) -> Event {
        let (to, bytes) = (self.partner(from), self::transfer().bytes);
        let proof = Some(good("ab".repeat(32).as_str()));
        self.event(MatchEvent::VideoHandedOver(Receipt { transfer, from, to, bytes, proof }))
    }
}

/// A transfer that went well, as its sender tells it.
pub(crate) fn transfer() -> TransferReport {
    TransferReport {
        transfer: None,
        direction: Direction::Sent,
        outcome: Outcome::Completed,
        bytes: Bytes::try_from(20_000_000).expect("bytes"),
        millis: Millis::from_seconds(2.5).expect("seconds"),
        path: Some(Path::Host),
        reason: None,
        browser: None,
        proof: None,
        connected: None,
        connect_millis: None,
    }
}

/// With everything that one may say of oneself.
fn full(chapter: usize) -> Profile {
    Profile {
        avatar: Some(good("https://example.com/ann.webp")),
        country: Some(good("hu")),
        bio: Some(good("Hi")),
        dance_role: Some(good("switch")),
        social_links: vec![good("https://example.com/ann")].try_into().expect("one"),
        wsdc_number: Some(14_217.try_into().expect("a number")),
        ..profile(&format!("ann{chapter}"))
    }
}

/// A busy weekend that leaves no kind of event out. The same `chapter` tells the same kind of
/// story with other people; names do not repeat between chapters.
pub(crate) fn weekend(chapter: usize) -> Vec<Event> {
    let event = EventId::new();
    let dancers: Vec<UserId> = (0..12).map(|_| UserId::new()).collect();
    let [ann, bob, cid, dee, ..] = dancers[..] else { unreachable!("twelve dancers") };
    let account = |user, change| Event::Account(user, change);
    let at_event = |change| Event::DanceEvent(event, change);
    let mut story: Vec<Event> = (dancers.iter().enumerate())
        .map(|(n, user)| registered(*user, &format!("dancer{chapter}-{n}")))
        .collect();
    story.push(announced(event, &format!("Weekend {chapter}"), "2026-12-03"));
    story.extend(dancers.iter().map(|user| joined(event, *user)));

    let dates = EventDates::new(day("2026-12-04"), day("2026-12-06")).expect("in order");
    let posts: Vec<MessageId> = (0..6).map(|_| MessageId::new()).collect();
    let room = Room::Event(event);
    let [done, open, over, no] =
        [bob, cid, dee, dancers[4]].map(|asked| Pair { event, asks: ann, asked });
    let video = Uuid::now_v7();
    let received = TransferReport {
        transfer: Some(video),
        direction: Direction::Received,
        browser: Some(good("Firefox 145")),
        connected: Some(true),
        connect_millis: Millis::from_seconds(0.7).ok(),
        ..transfer()
    };
    // By somebody who is erased later.
    let failed = TransferReport {
        outcome: Outcome::Failed,
        reason: Some(good("storage by me")),
        browser: Some(good("Safari 19")),
        connected: Some(false),
        path: None,
        ..transfer()
    };
    let (report, other_report) = (ReportId::new(), ReportId::new());
    let filing = |reported| Filing {
        reporter: ann,
        reported,
        grounds: Grounds::Spam,
        details: Some(good("again and again")),
        match_id: Some(over.id()),
        message_id: Some(posts[0]),
        message_key: Some(good(format!("{}A", "k".repeat(42)).as_str())),
    };
    story.extend([
        account(ann, AccountEvent::EmailVerified {}),
        account(ann, AccountEvent::EmailChanged { email: good("ann@new.example") }),
        account(ann, AccountEvent::ProfileUpdated { profile: full(chapter) }),
        account(ann, AccountEvent::RoleGranted { role: Role::Organizer }),
        account(ann, AccountEvent::RoleGranted { role: Role::Auditor }),
        account(ann, AccountEvent::UserBlocked { user: dee }),
        account(ann, AccountEvent::UserBlocked { user: cid }),
        account(ann, AccountEvent::UserUnblocked { user: cid }),
        at_event(DanceEventEvent::Rescheduled { by: ann, dates }),
    ]);
    story.extend(moderated(ann, dee, dancers[11]));
    story.extend(posts.iter().map(|id| posted(*id, room, bob, "hello")));
    story.extend([
        Event::Message(
            posts[1],
            MessageEvent::Edited { room, author: None, content: good("hello!") },
        ),
        Event::Message(posts[2], MessageEvent::Retracted { room }),
        done.requested(),
        open.requested(),
        over.requested(),
        no.requested(),
        done.accepted(),
        over.accepted(),
        no.declined(),
        posted(MessageId::new(), done.room(), ann, "see you at the bar"),
        over.cancelled(),
        done.handed_over(ann),
        done.reported(ann, TransferReport { transfer: Some(video), ..transfer() }),
        done.reported(bob, received),
        done.receipt(ann, video),
        done.reported(dancers[11], failed),
        done.completed(),
        done.rated(ann, 5, false),
        done.rated(bob, 4, true),
        Event::Report(report, ReportEvent::Filed { filing: filing(dee) }),
        Event::Report(other_report, ReportEvent::Filed { filing: filing(cid) }),
        resolved(report, bob, dee),
        left(event, dancers[11]),
        left(event, dancers[10]),
        joined(event, dancers[10]),
        Event::Participation(
            ParticipationId::of(event, ann),
            ParticipationEvent::CheckedIn { event, user: ann },
        ),
        account(dancers[11], AccountEvent::Erased {}),
        at_event(DanceEventEvent::Cancelled { by: ann }),
    ]);
    story.extend(done.encrypted());
    story
}

/// One is warned, suspended and let in again; the other is warned.
fn moderated(by: UserId, one: UserId, other: UserId) -> [Event; 4] {
    let suspended = AccountEvent::Suspended { by, reason: good("spam"), until: None };
    [
        Event::Account(one, AccountEvent::Warned { by, warning: good("once is enough") }),
        Event::Account(one, suspended),
        Event::Account(one, AccountEvent::SuspensionLifted { by }),
        Event::Account(other, AccountEvent::Warned { by, warning: good("be kind") }),
    ]
}

fn resolved(report: ReportId, by: UserId, reported: UserId) -> Event {
    let (resolution, outcome) = (good("talked to them"), Some(ReportOutcome::Warned));
    let reported = Some(reported);
    Event::Report(report, ReportEvent::Resolved { by, reported, resolution, outcome })
}
