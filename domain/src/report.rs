//! A report to the moderators about a person, a message or a match.
//!
//! * Nobody reports themselves.
//! * A report is filed once and resolved once.

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use crate::values::encryption::MessageKey;
use crate::values::ids::{MatchId, MessageId, UserId};
use crate::values::text::{Invalid, ReportDetails, Resolution};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Report {
    #[default]
    Unfiled,
    Open {
        filing: Filing,
    },
    Resolved,
}

/// What is reported, by whom, about whom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Filing {
    pub reporter: UserId,
    pub reported: UserId,
    pub grounds: Grounds,
    pub details: Option<ReportDetails>,
    pub match_id: Option<MatchId>,
    pub message_id: Option<MessageId>,
    /// What opens the message, where it is encrypted and its reporter reveals it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_key: Option<MessageKey>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Grounds {
    Harassment,
    Spam,
    Inappropriate,
    Impersonation,
    Other,
}

impl Grounds {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Harassment => "harassment",
            Self::Spam => "spam",
            Self::Inappropriate => "inappropriate",
            Self::Impersonation => "impersonation",
            Self::Other => "other",
        }
    }
}

impl TryFrom<&str> for Grounds {
    type Error = Invalid;

    fn try_from(text: &str) -> Result<Self, Invalid> {
        match text {
            "harassment" => Ok(Self::Harassment),
            "spam" => Ok(Self::Spam),
            "inappropriate" => Ok(Self::Inappropriate),
            "impersonation" => Ok(Self::Impersonation),
            "other" => Ok(Self::Other),
            _ => Err(Invalid::Form(
                "must be harassment, spam, inappropriate, impersonation or other",
            )),
        }
    }
}

/// What came of a report, as its reporter hears it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    NoAction,
    Warned,
    Suspended,
}

impl Outcome {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoAction => "no_action",
            Self::Warned => "warned",
            Self::Suspended => "suspended",
        }
    }
}

impl TryFrom<&str> for Outcome {
    type Error = Invalid;

    fn try_from(text: &str) -> Result<Self, Invalid> {
        match text {
            "no_action" => Ok(Self::NoAction),
            "warned" => Ok(Self::Warned),
            "suspended" => Ok(Self::Suspended),
            _ => Err(Invalid::Form("must be no_action, warned or suspended")),
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum ReportCommand {
    File(Filing),
    Resolve { by: UserId, resolution: Resolution, outcome: Option<Outcome> },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ReportEvent {
    Filed {
        filing: Filing,
    },
    Resolved {
        by: UserId,
        /// None in events of the first version, which did not say.
        reported: Option<UserId>,
        /// For the moderators.
        resolution: Resolution,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        outcome: Option<Outcome>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReportError {
    #[error("you cannot report yourself")]
    OwnSelf,
    #[error("this key does not open the reported message")]
    KeyDoesNotFit,
    #[error("this report id is already used by another report")]
    IdTaken,
    #[error("there is no such report")]
    NoReport,
    #[error("this report is already resolved")]
    AlreadyResolved,
}

impl Report {
    pub fn decide(&self, command: ReportCommand) -> Result<Vec<ReportEvent>, ReportError> {
        use ReportCommand::*;
        match (self, command) {
            (_, File(filing)) if filing.reporter == filing.reported => Err(ReportError::OwnSelf),
            (Self::Unfiled, File(filing)) => Ok(vec![ReportEvent::Filed { filing }]),
            (Self::Open { filing: now }, File(filing)) if *now == filing => Ok(vec![]),
            (Self::Open { .. } | Self::Resolved, File(_)) => Err(ReportError::IdTaken),
            (Self::Unfiled, Resolve { .. }) => Err(ReportError::NoReport),
            (Self::Open { filing }, Resolve { by, resolution, outcome }) => {
                let reported = Some(filing.reported);
                Ok(vec![ReportEvent::Resolved { by, reported, resolution, outcome }])
            }
            (Self::Resolved, Resolve { .. }) => Err(ReportError::AlreadyResolved),
        }
    }
}

impl Aggregate for Report {
    const TYPE: &'static str = "report";
    type Command = ReportCommand;
    type Event = ReportEvent;
    type Error = ReportError;
    type Services = ();

    async fn handle(
        &mut self,
        command: ReportCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), ReportError> {
        for event in self.decide(command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: ReportEvent) {
        *self = match event {
            ReportEvent::Filed { filing } => Self::Open { filing },
            ReportEvent::Resolved { .. } => Self::Resolved,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cqrs_es::test::{AggregateTestExecutor, TestFramework};
    use uuid::Uuid;

    const ANN: UserId = UserId::from_uuid(Uuid::from_u128(1));
    const BOB: UserId = UserId::from_uuid(Uuid::from_u128(2));
    const MODERATOR: UserId = UserId::from_uuid(Uuid::from_u128(3));

    fn given<const N: usize>(events: [ReportEvent; N]) -> AggregateTestExecutor<Report> {
        TestFramework::with(()).given(events.into())
    }

    fn filing(reporter: UserId, reported: UserId) -> Filing {
        let grounds = Grounds::Spam;
        Filing {
            reporter,
            reported,
            grounds,
            details: None,
            match_id: None,
            message_id: None,
            message_key: None,
        }
    }

    fn filed() -> ReportEvent {
        ReportEvent::Filed { filing: filing(ANN, BOB) }
    }

    fn resolution() -> Resolution {
        Resolution::try_from("warned").expect("a resolution")
    }

    #[test]
    fn a_report_is_filed_once_and_not_about_oneself() {
        let file = |who, whom| ReportCommand::File(filing(who, whom));
        given([]).when(file(ANN, BOB)).then_expect_events(vec![filed()]);
        given([filed()]).when(file(ANN, BOB)).then_expect_events(vec![]);
        given([filed()]).when(file(BOB, ANN)).then_expect_error(ReportError::IdTaken);
        given([]).when(file(ANN, ANN)).then_expect_error(ReportError::OwnSelf);
    }

    #[test]
    fn a_report_is_resolved_once() {
        let (by, outcome) = (MODERATOR, Some(Outcome::Warned));
        let resolve = ReportCommand::Resolve { by, resolution: resolution(), outcome };
        let (reported, text) = (Some(BOB), resolution());
        let resolved = ReportEvent::Resolved { by, reported, resolution: text, outcome };
        given([filed()]).when(resolve.clone()).then_expect_events(vec![resolved.clone()]);
        given([filed(), resolved])
            .when(resolve.clone())
            .then_expect_error(ReportError::AlreadyResolved);
        given([]).when(resolve).then_expect_error(ReportError::NoReport);
    }
}
