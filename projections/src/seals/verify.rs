//! Goes through the log beside its seals and stops at the first thing that is not as it was.
//!
//! Both are read in one pass, forward, and no more than a page of either is held.

use std::path::Path;

use futures::TryStreamExt;
use futures::stream::BoxStream;
use sqlx::PgPool;

use super::bytes::Digest;
use super::canonical::LogRow;
use super::finding::{Finding, Tampering};
use super::key::PublicKey;
use super::merkle;
use super::rows::{self, Leaved};
use super::seal::Seal;
use super::witness::{Witness, Witnessed};
use crate::error::ProjectionError;

/// Seals read at once.
const PAGE: i64 = 64;

/// What to check, and by what.
#[derive(Clone, Copy, Debug, Default)]
pub struct Verification<'a> {
    /// The positions to check, and with each all others of its seal; left out: all.
    pub from: Option<i64>,
    pub to: Option<i64>,
    /// Keys that seals may be signed with. A seal that was witnessed may have any, as the key
    /// of that time was this machine's. With none at all, any key will do.
    pub known: &'a [PublicKey],
    /// The file in which seals were witnessed; it need not be there.
    pub witness: Option<&'a Path>,
}

/// What was checked, up to the finding if there is one.
#[derive(Clone, Debug, Default)]
pub struct Verified {
    /// First and last of the positions that are as they were sealed.
    pub positions: Option<(i64, i64)>,
    /// First and last number of their seals.
    pub seals: Option<(i64, i64)>,
    /// How many of the seals were witnessed; none where there is no witness.
    pub witnessed: Option<u64>,
    /// Events in order that are not sealed yet.
    pub unsealed: u64,
    /// What the seals were signed with.
    pub keys: Vec<PublicKey>,
    pub finding: Option<Finding>,
}

impl Verification<'_> {
    pub async fn run(self, pool: &PgPool) -> Result<Verified, ProjectionError> {
        // A seal is in the database before it is in the file, so whatever the file holds now
        // must be found; and whatever is sealed now must be found among the events.
        let witnessed = match self.witness {
            Some(file) => Witness::new(file).read()?,
            None => None,
        };
        let newest = rows::newest_seal(pool).await?;
        let verified =
            Verified { witnessed: witnessed.is_some().then_some(0), ..Verified::default() };
        let mut pass = Pass { pool, known: self.known, witnessed, verified };
        pass.verified.finding = pass.all(self, newest).await?;
        Ok(pass.verified)
    }
}

struct Pass<'a> {
    pool: &'a PgPool,
    known: &'a [PublicKey],
    witnessed: Option<Witnessed>,
    verified: Verified,
}

impl Pass<'_> {
    async fn all(
        &mut self,
        scope: Verification<'_>,
        newest: Option<Seal>,
    ) -> Result<Option<Finding>, ProjectionError> {
        let end = newest.as_ref().map_or(0, |seal| seal.last);
        let after_end = end.saturating_add(1);
        let (from, to) = (scope.from.unwrap_or(i64::MIN), scope.to.unwrap_or(i64::MAX));
        let seals = rows::seals_over(self.pool, from, to.min(end)).await?;
        let before = match &seals {
            Some(seals) => rows::seal(self.pool, seals.first - 1).await?,
            None => None,
        };
        let lowest = match (scope.from, &seals) {
            (Some(from), Some(seals)) => from.min(seals.from),
            (Some(from), None) => from.max(after_end),
            (None, _) => i64::MIN,
        };
        let highest = seals.as_ref().map_or(to, |seals| seals.to.max(to));
        // Not given back: what is left unread of it is not waited for.
        let mut connection = self.pool.acquire().await?.detach();
        let mut events = Events::of(rows::between(&mut connection, lowest, highest)).await?;

        if let Some(seals) = seals {
            let finding = self.sealed(before, (seals.first, seals.last), &mut events).await?;
            if finding.is_some() {
                return Ok(finding);
            }
        }
        if to > end {
            let finding = self.unsealed(lowest.max(after_end), &mut events).await?;
            if finding.is_some() {
                return Ok(finding);
            }
        }
        self.cut_off(newest.as_ref())
    }

    async fn sealed(
        &mut self,
        mut before: Option<Seal>,
        (first, last): (i64, i64),
        events: &mut Events<'_>,
    ) -> Result<Option<Finding>, ProjectionError> {
        let mut number = first - 1;
        while number < last {
            let page = rows::seals_after(self.pool, number, last, PAGE).await?;
            if page.is_empty() {
                break;
            }
            for leaved in page {
                let finding = match self.seal(before.as_ref(), &leaved)? {
                    None => self.events(&leaved, events).await?,
                    found => found,
                };
                if finding.is_some() {
                    return Ok(finding);
                }
                self.passed(&leaved.seal);
                number = leaved.seal.number;
                before = Some(leaved.seal);
            }
        }
        Ok(None)
    }

    /// The seal itself, apart from what it covers.
    fn seal(
        &mut self,
        before: Option<&Seal>,
        Leaved { seal, leaves }: &Leaved,
    ) -> Result<Option<Finding>, ProjectionError> {
        let witnessed = match &mut self.witnessed {
            Some(witnessed) => witnessed.seal(seal.number)?,
            None => None,
        };
        let expected = before.map_or(1, |before| before.number + 1);
        let key_is_known = || {
            witnessed.is_some() || self.known.is_empty() || self.known.contains(&seal.public_key)
        };
        let what = if seal.number != expected {
            let position = before.map_or(1, |before| before.last + 1);
            let what = Tampering::SealRemoved;
            return Ok(Some(Finding { what, position, seal: Some(expected) }));
        } else if witnessed.as_ref().is_some_and(|witnessed| witnessed != seal) {
            Tampering::Witness
        } else if !seal.is_signed() || seal.size().is_none() {
            Tampering::Seal
        } else if !key_is_known() {
            Tampering::Key { public_key: seal.public_key }
        } else if !seal.follows(before) {
            Tampering::Chain
        } else if seal.size() != Some(leaves.len()) {
            Tampering::Leaves
        } else {
            if let (Some(_), Some(count)) = (witnessed, &mut self.verified.witnessed) {
                *count += 1;
            }
            return Ok(None);
        };
        Ok(Some(Finding { what, position: seal.first, seal: Some(seal.number) }))
    }

    /// What the seal covers, beside the events that are there.
    async fn events(
        &self,
        Leaved { seal, leaves }: &Leaved,
        events: &mut Events<'_>,
    ) -> Result<Option<Finding>, ProjectionError> {
        let finding = |what, position| Some(Finding { what, position, seal: Some(seal.number) });
        if merkle::root(leaves) != seal.root {
            let found = events.leaves(seal.first..=seal.last).await?;
            let intact = found.is_some_and(|found| merkle::root(&found) == seal.root);
            let what =
                if intact { Tampering::Leaves } else { Tampering::Hidden { last: seal.last } };
            return Ok(finding(what, seal.first));
        }
        for (position, leaf) in (seal.first..).zip(leaves) {
            match events.next_at(position).await? {
                Next::At(found) if found == *leaf => {}
                Next::Stray(stray) => return Ok(finding(Tampering::Inserted, stray)),
                Next::At(found) => {
                    let what = self.tampering(*leaf, Some(found)).await?;
                    return Ok(finding(what, position));
                }
                Next::Missing => {
                    let what = self.tampering(*leaf, None).await?;
                    return Ok(finding(what, position));
                }
            }
        }
        Ok(None)
    }

    /// Why `found` stands where `sealed` was sealed: by whether the one was sealed elsewhere,
    /// and whether the other is anywhere still.
    async fn tampering(
        &self,
        sealed: Digest,
        found: Option<Digest>,
    ) -> Result<Tampering, ProjectionError> {
        let now_at = self.position_of(sealed).await?;
        let sealed_elsewhere = match found {
            Some(found) => rows::is_sealed(self.pool, found).await?,
            None => true,
        };
        Ok(match (now_at, sealed_elsewhere) {
            (Some(now_at), true) => Tampering::Reordered { now_at },
            (Some(_), false) => Tampering::Inserted,
            (None, true) => Tampering::Removed,
            (None, false) => Tampering::Changed,
        })
    }

    /// Where the event with this hash is, if it is anywhere.
    async fn position_of(&self, leaf: Digest) -> Result<Option<i64>, ProjectionError> {
        let mut connection = self.pool.acquire().await?.detach();
        let mut events = rows::between(&mut connection, i64::MIN, i64::MAX);
        while let Some(event) = events.try_next().await? {
            if event.leaf() == leaf {
                return Ok(Some(event.position));
            }
        }
        Ok(None)
    }

    /// What no seal covers yet can only be seen to be in order.
    async fn unsealed(
        &mut self,
        first: i64,
        events: &mut Events<'_>,
    ) -> Result<Option<Finding>, ProjectionError> {
        let finding = |what, position| Some(Finding { what, position, seal: None });
        for position in first.. {
            if events.next.is_none() {
                break;
            }
            match events.next_at(position).await? {
                Next::At(_) => self.verified.unsealed += 1,
                Next::Stray(stray) => return Ok(finding(Tampering::Inserted, stray)),
                Next::Missing => return Ok(finding(Tampering::Removed, position)),
            }
        }
        Ok(None)
    }

    /// Whether seals were witnessed that are newer than the newest.
    fn cut_off(&mut self, newest: Option<&Seal>) -> Result<Option<Finding>, ProjectionError> {
        let Some(witnessed) = self.witnessed.take() else { return Ok(None) };
        let number = newest.map_or(0, |seal| seal.number);
        let later = witnessed.newest()?.filter(|seal| seal.number > number);
        Ok(later.map(|seal| Finding {
            what: Tampering::CutOff { witnessed: seal.number, reached: seal.last },
            position: newest.map_or(1, |seal| seal.last.saturating_add(1)),
            seal: Some(number + 1),
        }))
    }

    fn passed(&mut self, seal: &Seal) {
        let Verified { positions, seals, keys, .. } = &mut self.verified;
        *positions = Some((positions.map_or(seal.first, |(first, _)| first), seal.last));
        *seals = Some((seals.map_or(seal.number, |(first, _)| first), seal.number));
        if !keys.contains(&seal.public_key) {
            keys.push(seal.public_key);
        }
    }
}

/// Events by position, with a look at the next one.
struct Events<'a> {
    rest: BoxStream<'a, sqlx::Result<LogRow>>,
    next: Option<LogRow>,
}

enum Next {
    /// There is one, with this hash.
    At(Digest),
    /// One is there at an earlier position, where none can be any more.
    Stray(i64),
    Missing,
}

impl<'a> Events<'a> {
    async fn of(mut rest: BoxStream<'a, sqlx::Result<LogRow>>) -> sqlx::Result<Self> {
        let next = rest.try_next().await?;
        Ok(Self { rest, next })
    }

    async fn next_at(&mut self, position: i64) -> sqlx::Result<Next> {
        let Some(event) = self.next.take_if(|event| event.position <= position) else {
            return Ok(Next::Missing);
        };
        self.next = self.rest.try_next().await?;
        if event.position < position {
            return Ok(Next::Stray(event.position));
        }
        Ok(Next::At(event.leaf()))
    }

    /// The hashes of the events at these positions, unless one is missing or there twice.
    async fn leaves(
        &mut self,
        positions: std::ops::RangeInclusive<i64>,
    ) -> sqlx::Result<Option<Vec<Digest>>> {
        let mut leaves = vec![];
        for position in positions {
            let Next::At(leaf) = self.next_at(position).await? else { return Ok(None) };
            leaves.push(leaf);
        }
        Ok(Some(leaves))
    }
}
