//! A match is proven by a file and a public key alone.

use domain::values::ids::{EventId, UserId};
use projections::ProjectionError;
use projections::seals::{AuditError, MatchProof, NotProven};
use serde_json::{Value, json};

use crate::sealing::Machine;
use crate::stage::{Stage, on_stage};
use crate::story::{Pair, weekend};

/// A match whose events lie under three seals, among others.
async fn told(stage: &Stage, machine: &Machine) -> Pair {
    let (ann, bob) = (UserId::new(), UserId::new());
    let pair = Pair { event: EventId::new(), asks: ann, asked: bob };
    stage.append(weekend(0)).await;
    stage.append([pair.requested(), pair.accepted()]).await;
    stage.append(weekend(1)).await;
    machine.seal().await;
    stage.append([pair.handed_over(bob)]).await;
    stage.append(weekend(2)).await;
    machine.seal().await;
    stage.append([pair.completed(), pair.rated(ann, 5, false)]).await;
    machine.seal().await;
    pair
}

fn written(proof: &MatchProof) -> Value {
    serde_json::to_value(proof).expect("JSON")
}

fn check(file: &Value, machine: &Machine) -> Result<MatchProof, NotProven> {
    MatchProof::check(&file.to_string(), &[machine.public_key()])
}

/// Every place of a document, as pointers.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, it)| places(it, &format!("{at}/{name}"), found));
        }
        Value::Array(items) => {
            (0..)
                .zip(items)
                .for_each(|(n, it): (usize, _)| places(it, &format!("{at}/{n}"), found));
        }
        _ => {}
    }
}

#[tokio::test]
async fn an_exported_match_is_proven_without_the_database() {
    on_stage(|stage| async move {
        let machine = Machine::new(&stage);
        let pair = told(&stage, &machine).await;
        let proof = machine.seals().export(pair.id()).await.expect("an answer").expect("a match");
        let file = written(&proof);
        drop(stage);

        let checked = check(&file, &machine).expect("proven");
        assert_eq!(checked, proof);
        let kinds: Vec<_> = proof.events.iter().map(|it| it.event.event_type.as_str()).collect();
        let story = ["Requested", "Accepted", "TransferReported", "Completed", "PartnerRated"];
        assert_eq!(kinds, story);
        let under: Vec<_> = proof.events.iter().map(|proven| proven.seal).collect();
        assert_eq!(under, [1, 1, 2, 3, 3]);
        assert!(MatchProof::check(&format!("{file:#}"), &[]).is_ok(), "however it is laid out");
    })
    .await;
}

#[tokio::test]
async fn a_file_that_was_altered_anywhere_is_not_proven() {
    on_stage(|stage| async move {
        let machine = Machine::new(&stage);
        let pair = told(&stage, &machine).await;
        let proof = machine.seals().export(pair.id()).await.expect("an answer").expect("a match");
        let file = written(&proof);
        let mut all = vec![];
        places(&file, "", &mut all);
        assert!(all.len() > 100, "{} places", all.len());
        for place in all {
            for altered in alterations(&file, &place) {
                assert!(check(&altered, &machine).is_err(), "{place} of {altered:#}");
            }
        }
    })
    .await;
}

/// The document with one thing changed at `place`, in each way there is.
fn alterations(file: &Value, place: &str) -> Vec<Value> {
    let with = |change: &dyn Fn(&mut Value)| {
        let mut altered = file.clone();
        change(altered.pointer_mut(place).expect("a place"));
        altered
    };
    match file.pointer(place).expect("a place") {
        Value::String(text) => {
            let mut ways =
                vec![with(&|it| *it = json!(format!("{text} "))), with(&|it| *it = json!(""))];
            for at in 0..text.len() {
                let mut bytes = text.clone().into_bytes();
                bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
                if let Ok(text) = String::from_utf8(bytes) {
                    ways.push(with(&|it| *it = json!(text)));
                }
            }
            ways
        }
        Value::Number(number) => {
            let number = number.as_i64().expect("a whole number");
            [number + 1, number - 1, 0, i64::MAX, i64::MIN]
                .into_iter()
                .filter(|other| *other != number)
                .map(|other| with(&|it| *it = json!(other)))
                .collect()
        }
        Value::Array(items) => {
            let mut ways: Vec<_> = (0..items.len())
                .map(|at| with(&|it| drop(it.as_array_mut().map(|items| items.remove(at)))))
                .collect();
            ways.push(with(&|it| it.as_array_mut().expect("a list").reverse()));
            ways.retain(|way| way != file);
            if let Some(first) = items.first() {
                ways.push(with(&|it| it.as_array_mut().expect("a list").push(first.clone())));
            }
            ways
        }
        Value::Object(fields) => {
            let mut ways: Vec<_> = fields
                .keys()
                .map(|name| with(&|it| drop(it.as_object_mut().map(|fields| fields.remove(name)))))
                .collect();
            ways.push(with(&|it| it["note"] = json!("and they danced all night")));
            ways
        }
        other => panic!("nothing here is {other}"),
    }
}

#[tokio::test]
async fn a_proof_by_another_key_is_only_as_good_as_that_key() {
    on_stage(|stage| async move {
        let (machine, thief) = (Machine::new(&stage), Machine::new(&stage));
        let pair = told(&stage, &thief).await;
        let forged = thief.seals().export(pair.id()).await.expect("an answer").expect("a match");
        let file = written(&forged);
        assert!(
            matches!(check(&file, &machine), Err(NotProven::Key(key)) if key == thief.public_key())
        );
        let unasked = MatchProof::check(&file.to_string(), &[]).expect("whole in itself");
        assert_eq!(unasked.keys().collect::<Vec<_>>(), [thief.public_key()]);
    })
    .await;
}

#[tokio::test]
async fn nothing_is_exported_that_is_not_as_it_was_sealed() {
    on_stage(|stage| async move {
        let machine = Machine::new(&stage);
        let pair = told(&stage, &machine).await;
        let nobody = Pair { event: EventId::new(), ..pair };
        assert!(machine.seals().export(nobody.id()).await.expect("an answer").is_none());

        let at = stage.append([pair.rated(pair.asked, 4, true)]).await;
        let waiting = machine.seals().export(pair.id()).await;
        let Err(ProjectionError::Audit(AuditError::NotSealedYet { position })) = waiting else {
            panic!("not sealed, and yet {waiting:?}");
        };
        assert_eq!(position, at);

        machine.seal().await;
        let first = "aggregate_type = 'match' AND event_type = 'Accepted'";
        stage.execute(&format!("UPDATE events SET payload = '{{}}' WHERE {first}")).await;
        let changed = machine.seals().export(pair.id()).await;
        let refused =
            matches!(changed, Err(ProjectionError::Audit(AuditError::NotAsSealed { .. })));
        assert!(refused, "{changed:?}");
    })
    .await;
}
