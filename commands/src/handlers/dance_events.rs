//! Announcing dance events, and joining them.

use domain::dance_event::{DanceEvent, DanceEventCommand, DanceEventError};
use domain::participation::{Participation, ParticipationCommand};
use domain::values::account::Role;
use domain::values::dance_event::{Announcement, EventDates, Slug};
use domain::values::ids::{EventId, ParticipationId, UserId};
use domain::values::text::{Description, EventName, Location, WorldsdcId};

use crate::executor::Begin;
use crate::store::claims::Claim;
use crate::store::facts::Facts;
use crate::{CommandError, Commands, Context, Done};

/// How many slugs are tried before giving up: so many events of one name in one year are a
/// mistake.
const SLUG_ATTEMPTS: u32 = 50;

#[derive(Clone, Debug)]
pub struct NewEvent {
    pub name: EventName,
    pub location: Location,
    pub dates: EventDates,
    pub worldsdc_id: Option<WorldsdcId>,
    pub description: Option<Description>,
}

impl Commands {
    /// Organizers announce; the slug follows from the name, with a number where it is taken.
    pub async fn announce_event(
        &self,
        context: &Context,
        new: NewEvent,
    ) -> Result<Done<EventId>, CommandError> {
        let by = context.person()?;
        self.require_role(by, Role::Organizer).await?;
        let id = EventId::new().uuid();
        for attempt in 1..=SLUG_ATTEMPTS {
            let announcement = Announcement {
                slug: Slug::candidate(&new.name, new.dates.start(), attempt),
                name: new.name.clone(),
                location: new.location.clone(),
                dates: new.dates,
                worldsdc_id: new.worldsdc_id.clone(),
                description: new.description.clone(),
            };
            let command = DanceEventCommand::Announce { by, announcement };
            match self.store.execute::<DanceEvent>(Begin::New, id, command, context).await {
                Err(CommandError::Taken(Claim::Slug)) => {}
                done => return Ok(done?.map(EventId::from_uuid)),
            }
        }
        Err(CommandError::Taken(Claim::Slug))
    }

    pub async fn reschedule_event(
        &self,
        context: &Context,
        event: EventId,
        dates: EventDates,
    ) -> Result<Done<EventId>, CommandError> {
        let by = context.person()?;
        self.require_role(by, Role::Organizer).await?;
        self.change_event(context, event, DanceEventCommand::Reschedule { by, dates }).await
    }

    pub async fn cancel_event(
        &self,
        context: &Context,
        event: EventId,
    ) -> Result<Done<EventId>, CommandError> {
        let by = context.person()?;
        self.require_role(by, Role::Organizer).await?;
        self.change_event(context, event, DanceEventCommand::Cancel { by }).await
    }

    pub async fn join_event(
        &self,
        context: &Context,
        event: EventId,
    ) -> Result<Done<EventId>, CommandError> {
        let user = context.person()?;
        self.dance_event(event).await?.open().map_err(not_there)?;
        let command = ParticipationCommand::Join { event, user };
        self.change_participation(context, Begin::New, event, user, command).await
    }

    pub async fn leave_event(
        &self,
        context: &Context,
        event: EventId,
    ) -> Result<Done<EventId>, CommandError> {
        let user = context.person()?;
        if self.dance_event(event).await?.open() == Err(DanceEventError::NoEvent) {
            return Err(CommandError::NotFound("event"));
        }
        let command = ParticipationCommand::Leave { event, user };
        self.change_participation(context, Begin::Existing, event, user, command).await
    }

    pub(super) async fn dance_event(&self, event: EventId) -> Result<DanceEvent, CommandError> {
        Ok(self.store.load::<DanceEvent>(event.uuid()).await?.aggregate)
    }

    async fn change_event(
        &self,
        context: &Context,
        event: EventId,
        command: DanceEventCommand,
    ) -> Result<Done<EventId>, CommandError> {
        let done = self
            .store
            .execute::<DanceEvent>(Begin::Existing, event.uuid(), command, context)
            .await
            .map_err(|error| match error {
                CommandError::DanceEvent(error) => not_there(error),
                other => other,
            })?;
        Ok(done.map(EventId::from_uuid))
    }

    async fn change_participation(
        &self,
        context: &Context,
        begin: Begin,
        event: EventId,
        user: UserId,
        command: ParticipationCommand,
    ) -> Result<Done<EventId>, CommandError> {
        let id = ParticipationId::of(event, user).uuid();
        let done = self.store.execute::<Participation>(begin, id, command, context).await?;
        Ok(done.map(|_| event))
    }
}

/// Whether `user` is among those who take part in `event`.
pub(super) async fn takes_part(
    facts: &Facts<'_>,
    event: EventId,
    user: UserId,
) -> Result<bool, CommandError> {
    let id = ParticipationId::of(event, user).uuid();
    Ok(facts.of::<Participation>(id).await?.joined())
}

pub(super) fn not_there(error: DanceEventError) -> CommandError {
    match error {
        DanceEventError::NoEvent => CommandError::NotFound("event"),
        other => other.into(),
    }
}
