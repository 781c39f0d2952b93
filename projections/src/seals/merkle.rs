//! Merkle trees as RFC 6962 has them: a leaf can be shown to belong to a root, at its place,
//! with a handful of hashes and without the other leaves.

use sha2::{Digest as _, Sha256};

use super::bytes::Digest;

/// Leaves are hashes of what begins with a zero (the length of a name, see
/// [`canonical`](super::canonical)), so what begins with a one can never pass for a leaf.
const NODE: [u8; 1] = [1];

pub(super) fn root(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => Digest::new(Sha256::digest([]).into()),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(left_of(leaves.len()));
            node(root(left), root(right))
        }
    }
}

/// The hashes beside the way from the leaf at `index` up to the root, the lowest first.
pub(super) fn path(leaves: &[Digest], index: usize) -> Vec<Digest> {
    if leaves.len() < 2 {
        return vec![];
    }
    let middle = left_of(leaves.len());
    let (left, right) = leaves.split_at(middle);
    let (mut path, beside) = if index < middle {
        (self::path(left, index), root(right))
    } else {
        (self::path(right, index - middle), root(left))
    };
    path.push(beside);
    path
}

/// The root that `leaf` at `index` among `size` leaves and its path lead to; none where the
/// path is not one of that place.
pub(super) fn root_above(
    leaf: Digest,
    index: usize,
    size: usize,
    path: &[Digest],
) -> Option<Digest> {
    if index >= size {
        return None;
    }
    if size == 1 {
        return path.is_empty().then_some(leaf);
    }
    let (beside, below) = path.split_last()?;
    let middle = left_of(size);
    if index < middle {
        Some(node(root_above(leaf, index, middle, below)?, *beside))
    } else {
        Some(node(*beside, root_above(leaf, index - middle, size - middle, below)?))
    }
}

/// How many of `size` leaves, at least two, are in the left half: the largest power of two
/// below.
fn left_of(size: usize) -> usize {
    1 << (size - 1).ilog2()
}

fn node(left: Digest, right: Digest) -> Digest {
    let hash = Sha256::new().chain_update(NODE).chain_update(left.array());
    Digest::new(hash.chain_update(right.array()).finalize().into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn leaves(count: usize) -> Vec<Digest> {
        (0..count).map(|n| Digest::new(Sha256::digest(n.to_be_bytes()).into())).collect()
    }

    #[test]
    fn halves_are_split_at_the_largest_power_of_two_below() {
        let splits = [2, 3, 4, 5, 8, 9, 1_000].map(left_of);
        assert_eq!(splits, [1, 2, 2, 4, 4, 8, 512]);
    }

    #[test]
    fn three_leaves_make_the_tree_of_the_rfc() {
        let [a, b, c] = [0, 1, 2].map(|n| leaves(3)[n]);
        assert_eq!(root(&[a, b, c]), node(node(a, b), c));
    }

    proptest! {
        #[test]
        fn a_leaf_leads_to_the_root_from_its_own_place_only(
            count in 1_usize..130, at in 0_usize..130, claimed in 0_usize..130,
        ) {
            let (leaves, at) = (leaves(count), at % count);
            let path = path(&leaves, at);
            let led = root_above(leaves[at], claimed, count, &path);
            prop_assert_eq!(led == Some(root(&leaves)), claimed == at);
        }

        #[test]
        fn another_leaf_or_another_path_leads_elsewhere(
            count in 2_usize..130, at in 0_usize..130, flipped in 0_usize..8, bit in 0_u8..8,
        ) {
            let (leaves, at) = (leaves(count), at % count);
            let mut path = path(&leaves, at);
            let root = Some(root(&leaves));
            prop_assert_ne!(root_above(leaves[(at + 1) % count], at, count, &path), root);
            let place = flipped % path.len();
            let mut bytes = *path[place].array();
            bytes[flipped] ^= 1 << bit;
            path[place] = Digest::new(bytes);
            prop_assert_ne!(root_above(leaves[at], at, count, &path), root);
            path.pop();
            prop_assert_eq!(root_above(leaves[at], at, count, &path), None);
        }
    }
}
