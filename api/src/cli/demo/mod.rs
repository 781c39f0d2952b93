//! `spotlight demo`: events and people to look around with.
//!
//! Every step is a command with a key of its own, so that a second run finds it handled and
//! appends nothing. Dates hang on this week's Monday: run again in a later week, what was to
//! come moves along, and there is always something on now.

mod cast;

use chrono::{Days, NaiveDate, Utc, Weekday};
use commands::{CommandError, CommandKey, Commands, Context, NewEvent, NewReport};
use domain::report::Grounds;
use domain::values::account::{Country, Email, ProfileChange, Username};
use domain::values::dance_event::EventDates;
use domain::values::ids::{EventId, MatchId, MessageId, UserId};
use domain::values::rating::{Rating, Score};
use domain::values::room::{MessageKind, Room};
use domain::values::text::{
    Bio, Comment, Description, EventName, Invalid, Location, MessageContent, ReportDetails,
};
use domain::values::transfer::{Bytes, Direction, Millis, Outcome, Path, TransferReport};
use prometheus_client::metrics::counter::Counter;
use uuid::Uuid;

use super::TaskError;
use crate::auth::password::{Password, Passwords};
use crate::database::Database;
use cast::{EVENTS, Event, FAREWELL, ON_NOW, PASSWORD, PEOPLE, Person, REPORTED, SMALL_TALK};

/// Root of the keys and ids made from the names of steps.
const NAMESPACE: Uuid = Uuid::from_u128(0x1c2f_8a55_0c33_4f0e_9d0b_7a64_e1d9_5f42);

pub async fn load(database: &Database) -> Result<(), TaskError> {
    let (commands, writer) = database.commands().await?;
    let today = Utc::now().date_naive();
    let stage = Stage {
        commands,
        passwords: Passwords::new(database.pool.clone(), Counter::default()),
        monday: today.week(Weekday::Mon).first_day(),
    };
    let loaded = stage.load().await;
    drop(stage);
    writer.stop().await;
    loaded?;
    let names: Vec<_> = PEOPLE.iter().filter(|it| it.signs_in).map(|it| it.email).collect();
    println!("demo loaded; sign in as {}, password {PASSWORD}", names.join(" or "));
    Ok(())
}

struct Stage {
    commands: Commands,
    passwords: Passwords,
    monday: NaiveDate,
}

impl Stage {
    async fn load(&self) -> Result<(), TaskError> {
        let mut people = vec![];
        for person in PEOPLE {
            people.push(self.enrol(person).await?);
        }
        let [anna, ben, others @ ..] = people.as_slice() else { return Ok(()) };

        let mut events = vec![];
        for event in EVENTS {
            events.push(self.announce(*anna, event).await?);
        }
        for (event, id) in EVENTS.iter().zip(&events) {
            for (person, user) in PEOPLE.iter().zip(&people).filter(|(p, _)| p.goes_to(event)) {
                let name = format!("{} joins {}", person.username, event.name);
                self.commands.join_event(&step(Some(*user), &name), *id).await?;
            }
        }
        let on_now = EVENTS.iter().position(|event| event.name == ON_NOW);
        let (Some(past), Some(on_now)) = (events.first(), on_now.map(|at| events[at])) else {
            return Ok(());
        };
        self.talk(&people, Room::Event(on_now), SMALL_TALK).await?;
        self.report(&people, Room::Event(on_now)).await?;
        self.film_each_other(*anna, *ben, *past, &people).await?;
        if let Some(mila) = others.first() {
            let asks = step(Some(*mila), "mila asks anna");
            self.commands.request_match(&asks, on_now, *anna).await?;
        }
        Ok(())
    }

    async fn enrol(&self, person: &Person) -> Result<UserId, TaskError> {
        let username: Username = parsed(person.username)?;
        let email: Email = parsed(person.email)?;
        let registers = step(None, &format!("{} registers", person.username));
        let registered = self.commands.register(&registers, username, email).await;
        let user = registered.map_err(|error| occupied(person, error))?.id;
        // Nobody reads mail at example.com; a server that asks for it lets them write nonetheless.
        let confirms = step(Some(user), &format!("{} confirms their address", person.username));
        self.commands.verify_email(&confirms, user).await?;
        if let Some(role) = person.role {
            let grant = step(None, &format!("{} is {}", person.username, role.as_str()));
            self.commands.grant_role(&grant, user, role).await?;
        }
        if person.signs_in {
            let hash = self.passwords.hash(parsed::<Password>(PASSWORD)?).await?;
            self.passwords.keep(user, &hash).await?;
        }
        let profile = ProfileChange {
            country: Some(Some(parsed::<Country>(person.country)?)),
            bio: Some(Some(parsed::<Bio>(person.bio)?)),
            dance_role: Some(Some(person.dances)),
            ..ProfileChange::default()
        };
        let describes = step(Some(user), &format!("{} says who they are", person.username));
        self.commands.update_profile(&describes, user, profile).await?;
        Ok(user)
    }

    async fn announce(&self, organizer: UserId, event: &Event) -> Result<EventId, TaskError> {
        let start = match event.days_from_monday {
            days @ 0.. => self.monday + Days::new(days.unsigned_abs()),
            days => self.monday - Days::new(days.unsigned_abs()),
        };
        let end = start + Days::new(event.days - 1);
        let dates = EventDates::new(start, end).map_err(|reason| invalid(event.name, reason))?;
        let new = NewEvent {
            name: parsed::<EventName>(event.name)?,
            location: parsed::<Location>(event.location)?,
            dates,
            worldsdc_id: None,
            description: Some(parsed::<Description>(event.description)?),
        };
        let announces = step(Some(organizer), &format!("announce {}", event.name));
        let done = self.commands.announce_event(&announces, new).await?;
        if done.repeated && event.days_from_monday >= 0 {
            // The same week, it is where it should be and nothing is appended.
            let moves = Context::of(organizer);
            self.commands.reschedule_event(&moves, done.id, dates).await?;
        }
        Ok(done.id)
    }

    /// A match as it should be: agreed, filmed, handed over both ways, rated by both.
    async fn film_each_other(
        &self,
        anna: UserId,
        ben: UserId,
        event: EventId,
        people: &[UserId],
    ) -> Result<(), TaskError> {
        let commands = &self.commands;
        let by_anna = |name: &str| step(Some(anna), name);
        let by_ben = |name: &str| step(Some(ben), name);
        let id = commands.request_match(&by_anna("anna asks ben"), event, ben).await?.id;
        commands.accept_match(&by_ben("ben accepts"), id).await?;
        self.talk(people, Room::Match(id), FAREWELL).await?;
        for (sender, receiver, name) in [(anna, ben, "anna's video"), (ben, anna, "ben's video")] {
            self.hand_over(id, sender, Direction::Sent, name).await?;
            self.hand_over(id, receiver, Direction::Received, name).await?;
        }
        commands.complete_match(&by_anna("anna calls it done"), id).await?;
        let said = "Steady hands, and the whole floor in the picture. Thank you!";
        commands.rate(&by_anna("anna rates"), id, rating(5, Some(said))?).await?;
        commands.rate(&by_ben("ben rates"), id, rating(4, None)?).await?;
        Ok(())
    }

    async fn hand_over(
        &self,
        id: MatchId,
        by: UserId,
        direction: Direction,
        video: &str,
    ) -> Result<(), TaskError> {
        let report = TransferReport {
            transfer: Some(Uuid::new_v5(&NAMESPACE, video.as_bytes())),
            direction,
            outcome: Outcome::Completed,
            bytes: Bytes::try_from(186_412_033).map_err(|reason| invalid(video, reason))?,
            millis: Millis::from_seconds(41.7).map_err(|reason| invalid(video, reason))?,
            path: Some(Path::Host),
            reason: None,
            browser: None,
            proof: None,
            connected: None,
            connect_millis: None,
        };
        let reports = step(Some(by), &format!("{video} {direction:?}"));
        self.commands.report_transfer(&reports, id, report).await?;
        Ok(())
    }

    /// Something for a moderator to look into.
    async fn report(&self, people: &[UserId], room: Room) -> Result<(), TaskError> {
        let (number, reporter, words) = REPORTED;
        let speaker = SMALL_TALK.get(number).and_then(|(name, _)| called(people, name));
        let reporter = called(people, reporter);
        let (Some(reporter), Some(reported)) = (reporter, speaker) else { return Ok(()) };
        let report = NewReport {
            reported,
            grounds: Grounds::Spam,
            details: Some(parsed::<ReportDetails>(words)?),
            match_id: None,
            message_id: Some(message(&line_in(room, number))),
            message_key: None,
        };
        self.commands.file_report(&step(Some(reporter), "a report"), report).await?;
        Ok(())
    }

    async fn talk(
        &self,
        people: &[UserId],
        room: Room,
        lines: &[(&str, &str)],
    ) -> Result<(), TaskError> {
        for (number, (speaker, line)) in lines.iter().enumerate() {
            let Some(user) = called(people, speaker) else { continue };
            let name = line_in(room, number);
            let id = message(&name);
            let content = parsed::<MessageContent>(line)?;
            let says = step(Some(user), &name);
            self.commands.post_message(&says, id, room, MessageKind::Text, content).await?;
        }
        Ok(())
    }
}

/// Who of the cast it is; `people` are their ids.
fn called(people: &[UserId], name: &str) -> Option<UserId> {
    let known = PEOPLE.iter().zip(people).find(|(person, _)| person.username == name);
    known.map(|(_, user)| *user)
}

/// The name of what was said as one of many in a room.
fn line_in(room: Room, number: usize) -> String {
    format!("{room} {number}")
}

fn message(name: &str) -> MessageId {
    MessageId::from_uuid(Uuid::new_v5(&NAMESPACE, name.as_bytes()))
}

/// A command that is carried out once, however often it is sent.
fn step(actor: Option<UserId>, name: &str) -> Context {
    let id = Uuid::new_v5(&NAMESPACE, name.as_bytes());
    // The name alone says which step it is: its dates may change, and it stays the same step.
    let command = Some(CommandKey { id, request_hash: [0; 32] });
    Context { actor, command, ..Context::system() }
}

/// An account that is not the demo's own gets neither its password nor its roles.
fn occupied(person: &Person, error: CommandError) -> TaskError {
    match error {
        CommandError::Taken(claim) => TaskError::Refused(format!(
            "the {claim} of {} ({}) belongs to somebody else here; the demo wants a database of \
             its own",
            person.username, person.email
        )),
        other => other.into(),
    }
}

fn rating(score: i64, comment: Option<&str>) -> Result<Rating, TaskError> {
    Ok(Rating {
        score: Score::try_from(score).map_err(|reason| invalid("score", reason))?,
        comment: comment.map(parsed::<Comment>).transpose()?,
        would_collaborate_again: true,
    })
}

fn parsed<T: for<'a> TryFrom<&'a str, Error = Invalid>>(text: &str) -> Result<T, TaskError> {
    T::try_from(text).map_err(|reason| invalid(text, reason))
}

fn invalid(value: &str, reason: Invalid) -> TaskError {
    TaskError::Invalid { what: "the demo's", value: value.to_owned(), reason }
}
