//! What somebody did in a match, as one would tell it; the telling starts with their name.

use domain::handovers::Receipt;
use domain::r#match::{Match, MatchEvent};
use domain::values::rating::Rating;
use domain::values::transfer::{Direction, Outcome, Path, TransferReport};

use super::replay::Names;

/// `before` is the match as it was until then.
pub(super) fn words(event: &MatchEvent, before: &Match, names: &Names) -> String {
    let (_, partner) = event.by_and_partner();
    let other = names.person(partner).username;
    match event {
        MatchEvent::Requested { event, .. } => {
            let at = names.event.name.clone().unwrap_or_else(|| format!("event {event}"));
            format!("asked {other} to film each other at {at}")
        }
        MatchEvent::Accepted { .. } => "agreed".to_owned(),
        MatchEvent::Declined { .. } => "declined".to_owned(),
        MatchEvent::Cancelled { .. } if matches!(before, Match::Requested(_)) => {
            "took the request back".to_owned()
        }
        MatchEvent::Cancelled { .. } => "called it off".to_owned(),
        MatchEvent::Completed { .. } => "said that all was handed over".to_owned(),
        MatchEvent::PartnerRated { rating, both_rated, .. } => {
            let opened = if *both_rated { "; both ratings are open from here on" } else { "" };
            format!("gave {other} {}{opened}", rating_words(rating))
        }
        MatchEvent::TransferReported { report, .. } => transfer_words(report),
        MatchEvent::VideoHandedOver(receipt) => receipt_words(receipt, &other),
        MatchEvent::EncryptionOffered { .. } => "asked to encrypt what the two write".to_owned(),
        MatchEvent::EncryptionAgreed { .. } => {
            "agreed to it: what the two write is encrypted from here on".to_owned()
        }
    }
}

fn rating_words(rating: &Rating) -> String {
    let score = rating.score.get();
    // On one line, however it was written.
    let comment = rating.comment.as_ref().map_or_else(String::new, |comment| {
        let words: Vec<_> = comment.as_str().split_whitespace().collect();
        format!(", “{}”", words.join(" "))
    });
    let again = if rating.would_collaborate_again { "would" } else { "would not" };
    format!("{score} of 5{comment}, and {again} film together again")
}

fn transfer_words(report: &TransferReport) -> String {
    let (done, doing) = match report.direction {
        Direction::Sent => ("sent", "sending"),
        Direction::Received => ("received", "receiving"),
    };
    let told = match report.outcome {
        Outcome::Completed => format!("a video {done}"),
        Outcome::Failed => format!("that {doing} a video failed"),
        Outcome::Cancelled => format!("that {doing} a video was cancelled"),
    };
    let way = match report.path {
        Some(Path::Relay) => ", through a relay",
        Some(Path::Host | Path::Srflx | Path::Prflx) => ", directly",
        None => "",
    };
    let (megabytes, seconds) = (report.bytes.get() as f64 / 1e6, report.millis.seconds());
    let reason = report.reason.as_ref().map(|it| format!(" ({it})")).unwrap_or_default();
    format!("reported {told}: {megabytes:.1} MB in {seconds:.1} s{way}{reason}")
}

fn receipt_words(receipt: &Receipt, receiver: &str) -> String {
    let megabytes = receipt.bytes.get() as f64 / 1e6;
    let proof = receipt.proof.as_ref();
    let proof = proof.map(|proof| format!(", its hash {proof}")).unwrap_or_default();
    format!(
        "handed a video over to {receiver}: received and verified, {megabytes:.1} MB by the word \
         of both{proof}"
    )
}

#[cfg(test)]
mod tests {
    use domain::encryption::Encryption;
    use domain::handovers::Handovers;
    use domain::r#match::Pair;
    use domain::values::ids::{EventId, UserId};
    use domain::values::rating::Score;
    use domain::values::text::{Comment, Reason};
    use domain::values::transfer::{Bytes, Millis, Proof};
    use uuid::Uuid;

    use super::*;
    use crate::audit::replay::DanceEventName;
    use crate::models::users::UserSummary;

    const ANN: UserId = UserId::from_uuid(Uuid::from_u128(1));
    const BOB: UserId = UserId::from_uuid(Uuid::from_u128(2));
    const EVENT: EventId = EventId::from_uuid(Uuid::from_u128(3));

    fn told(event: &MatchEvent, before: &Match) -> String {
        let person =
            |id, name: &str| (id, UserSummary { id, username: name.to_owned(), avatar: None });
        let names = Names {
            people: [person(ANN, "ann"), person(BOB, "bob")].into(),
            event: DanceEventName { id: EVENT, name: Some("BudaFest".to_owned()) },
        };
        words(event, before, &names)
    }

    #[test]
    fn a_request_taken_back_is_not_an_agreement_called_off() {
        let pair = Pair { event: EVENT, requester: ANN, recipient: BOB };
        let cancelled = MatchEvent::Cancelled { by: ANN, partner: BOB };
        assert_eq!(told(&cancelled, &Match::Requested(pair)), "took the request back");
        let agreed = Match::Accepted {
            pair,
            handovers: Handovers::default(),
            encryption: Encryption::default(),
        };
        assert_eq!(told(&cancelled, &agreed), "called it off");
    }

    #[test]
    fn a_rating_is_told_whole() {
        let rating = Rating {
            score: Score::try_from(4).expect("a score"),
            comment: Some(Comment::try_from("Steady\n  hands").expect("a comment")),
            would_collaborate_again: false,
        };
        let rated = MatchEvent::PartnerRated { by: BOB, partner: ANN, rating, both_rated: true };
        assert_eq!(
            told(&rated, &Match::Unasked),
            "gave ann 4 of 5, “Steady hands”, and would not film together again; \
             both ratings are open from here on"
        );
    }

    #[test]
    fn a_transfer_that_failed_says_why() {
        let report = TransferReport {
            transfer: None,
            direction: Direction::Received,
            outcome: Outcome::Failed,
            bytes: Bytes::try_from(20_971_520).expect("a size"),
            millis: Millis::from_seconds(2.5).expect("a duration"),
            path: Some(Path::Relay),
            reason: Some(Reason::try_from("connection lost").expect("a reason")),
            browser: None,
            proof: None,
            connected: None,
            connect_millis: None,
        };
        let reported = MatchEvent::TransferReported { by: ANN, partner: BOB, report };
        assert_eq!(
            told(&reported, &Match::Unasked),
            "reported that receiving a video failed: 21.0 MB in 2.5 s, through a relay \
             (connection lost)"
        );
    }

    #[test]
    fn a_receipt_tells_what_both_agree_on() {
        let hash = "ab".repeat(32);
        let receipt = |proof| Receipt {
            transfer: Uuid::from_u128(4),
            from: ANN,
            to: BOB,
            bytes: Bytes::try_from(20_971_520).expect("a size"),
            proof,
        };
        let handed_over =
            |proof| told(&MatchEvent::VideoHandedOver(receipt(proof)), &Match::Unasked);
        let words =
            "handed a video over to bob: received and verified, 21.0 MB by the word of both";
        assert_eq!(handed_over(None), words);
        let proof = Proof::try_from(hash.as_str()).ok();
        assert_eq!(handed_over(proof), format!("{words}, its hash {hash}"));
    }
}
