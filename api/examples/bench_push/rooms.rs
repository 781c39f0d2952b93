//! Event rooms, and who is in which.

use api::app::App;
use chrono::{Days, Utc};
use commands::{Context, NewEvent};
use domain::values::account::{Email, Role, Username};
use domain::values::dance_event::EventDates;
use domain::values::ids::UserId;
use domain::values::room::Room;
use domain::values::text::{EventName, Location};

use crate::Failure;

const ROOMS: usize = 50;
/// Each with a socket in two rooms, so that each room has one listener or two.
const PEOPLE: usize = 40;
/// Between the two rooms of one person.
const APART: usize = 10;

pub struct OpenRoom {
    pub room: Room,
    pub members: Vec<UserId>,
}

/// Announces the events and has everybody join theirs.
pub async fn open(app: &App) -> Result<Vec<OpenRoom>, Failure> {
    let organizer = register(app, "organizer").await?;
    app.commands.grant_role(&Context::system(), organizer, Role::Organizer).await?;
    let mut people = vec![];
    for number in 0..PEOPLE {
        people.push(register(app, &format!("dancer{number}")).await?);
    }

    let today = Utc::now().date_naive();
    let mut rooms = vec![];
    for number in 0..ROOMS {
        let new = NewEvent {
            name: EventName::try_from(format!("Swing Night {number}").as_str())?,
            location: Location::try_from("Berlin")?,
            dates: EventDates::new(today, today + Days::new(2))?,
            worldsdc_id: None,
            description: None,
        };
        let event = app.commands.announce_event(&Context::of(organizer), new).await?.id;
        let mut members = vec![];
        let places = [Some(number), number.checked_sub(APART)];
        for member in places.into_iter().flatten().filter_map(|place| people.get(place)) {
            app.commands.join_event(&Context::of(*member), event).await?;
            members.push(*member);
        }
        rooms.push(OpenRoom { room: Room::Event(event), members });
    }
    Ok(rooms)
}

async fn register(app: &App, name: &str) -> Result<UserId, Failure> {
    let email = Email::try_from(format!("{name}@example.com").as_str())?;
    Ok(app.commands.register(&Context::system(), Username::try_from(name)?, email).await?.id)
}
