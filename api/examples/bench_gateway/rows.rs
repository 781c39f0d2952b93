//! What was measured, as rows.

use serde_json::{Value, json};

pub const CLASSIC: &str = "Express + Socket.IO + Prisma";
pub const MEMORY: &str = "Socket.IO from memory";

/// One figure, ours and the peer's, over several turns.
pub struct Compared {
    pub ours: Vec<f64>,
    pub peers: Vec<f64>,
}

impl Compared {
    /// More is better.
    pub fn more(&self, name: &str, unit: &str, peer: &str, target: Option<f64>) -> Value {
        let (ours, peers) = self.medians();
        row(name, unit, peer, (ours, peers), ours / peers, target)
    }

    /// Less is better, so the ratio is the peer's value to ours.
    pub fn less(&self, name: &str, unit: &str, peer: &str, target: Option<f64>) -> Value {
        let (ours, peers) = self.medians();
        row(name, unit, peer, (ours, peers), peers / ours, target)
    }

    /// Ours alone, which is to be at most so much.
    pub fn at_most(&self, name: &str, unit: &str, most: f64) -> Value {
        let (ours, _) = self.medians();
        json!({
            "name": name, "value": ours, "unit": unit, "peer": null, "peerValue": null,
            "ratio": null, "target": most, "met": ours <= most,
        })
    }

    fn medians(&self) -> (f64, f64) {
        (median(&self.ours), median(&self.peers))
    }
}

fn row(
    name: &str,
    unit: &str,
    peer: &str,
    (ours, peers): (f64, f64),
    ratio: f64,
    target: Option<f64>,
) -> Value {
    json!({
        "name": name, "value": ours, "unit": unit, "peer": peer, "peerValue": peers,
        "ratio": ratio, "target": target, "met": target.map(|target| ratio >= target),
    })
}

/// The middle one; of an even number, the lower of the two.
fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values[(values.len() - 1) / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_larger_ratio_is_better_whichever_way_the_figure_goes() {
        let compared = Compared { ours: vec![9.0, 2.0, 4.0], peers: vec![1.0, 2.0, 3.0] };
        let more = compared.more("rate", "messages/s", "peer", Some(2.5));
        assert_eq!((&more["ratio"], &more["met"]), (&json!(2.0), &json!(false)));
        let less = compared.less("p99", "ms", "peer", Some(0.5));
        assert_eq!((&less["ratio"], &less["met"]), (&json!(0.5), &json!(true)));
        let at_most = compared.at_most("memory", "KiB", 4.0);
        assert_eq!((&at_most["value"], &at_most["met"]), (&json!(4.0), &json!(true)));
    }
}
