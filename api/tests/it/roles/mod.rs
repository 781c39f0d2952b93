//! Who may do what: every route and every frame, for everybody. A route or frame that is not in
//! the tables fails the tests, so that a new one asks for a decision.

mod frames;
mod routes;

use domain::values::account::Role;

use crate::avatars;
use crate::harness::{Dancer, TestApp, Text};
use crate::passkeys;

/// Whom something is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum For {
    Anyone,
    SignedIn,
    /// Who takes part in the event.
    Participants,
    /// The two of the match.
    Members,
    /// Whose it is; nobody who asks here.
    Owner,
    /// Who has the role; an admin has all.
    Role(Role),
}

/// Somebody who asks.
struct Persona {
    name: &'static str,
    /// None is a stranger.
    dancer: Option<Dancer>,
    role: Option<Role>,
    takes_part: bool,
}

impl Persona {
    /// The code of the refusal that `what` has for this person, if it has one.
    fn refusal(&self, what: For) -> Option<&'static str> {
        if what == For::Anyone {
            return None;
        }
        if self.dancer.is_none() {
            return Some("unauthenticated");
        }
        match what {
            For::Anyone | For::SignedIn => None,
            For::Participants => (!self.takes_part).then_some("not_participant"),
            // That there is a match is nobody else's business, whatever their role.
            For::Owner => Some("not_found"),
            For::Members => (!self.takes_part).then_some("not_found"),
            For::Role(role) => {
                let may = self.role == Some(role) || self.role == Some(Role::Admin);
                (!may).then_some("forbidden")
            }
        }
    }
}

/// Two who have agreed at an event, and people who have nothing to do with it.
struct Cast {
    app: TestApp,
    personas: Vec<Persona>,
    event: String,
    other_event: String,
    match_id: String,
    /// The other of the two.
    partner: String,
    /// Where the partner is signed in.
    session: String,
    /// The key of a device of theirs.
    device: String,
    /// A passkey of theirs.
    passkey: String,
    /// Of the partner.
    picture: String,
    /// Somebody to look at, to block, to report.
    other: String,
}

impl Cast {
    async fn gather() -> Self {
        let app = TestApp::start().await;
        let (ann, bob, event) = app.two_dancers().await;
        let match_id = ann.request(&bob, &event).await.created()["id"].text();
        bob.move_match(&match_id, "accepted").await.ok();
        let (other_event, other) = (app.event().await, app.dancer("other").await.id);
        let persona = |name, dancer, role, takes_part| Persona { name, dancer, role, takes_part };
        let mut personas = vec![
            persona("a stranger", None, None, false),
            persona("a member", Some(ann), None, true),
            persona("a dancer elsewhere", Some(app.dancer("eve").await), None, false),
        ];
        for (name, role) in [
            ("an organizer", Role::Organizer),
            ("a moderator", Role::Moderator),
            ("an auditor", Role::Auditor),
            ("an admin", Role::Admin),
        ] {
            let dancer =
                app.dancer_with_role(name.split(' ').next_back().expect("one"), role).await;
            personas.push(persona(name, Some(dancer), Some(role), false));
        }
        let session = bob.get("/api/users/me/sessions").await.ok()["items"][0]["id"].text();
        let device = format!("{}A", "d".repeat(42));
        bob.put(&format!("/api/users/me/devices/{device}")).await.is(204);
        let (passkey, _) = passkeys::add(&bob).await;
        let picture = avatars::put(&bob, avatars::photo(0)).await.ok()["avatar"].text();
        let picture = picture.replace("/api/avatars/", "");
        let partner = bob.id.clone();
        Self {
            app,
            personas,
            event,
            other_event,
            match_id,
            partner,
            session,
            device,
            passkey,
            picture,
            other,
        }
    }
}
