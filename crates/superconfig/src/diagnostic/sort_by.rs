//! The order of lists, by one sort for all types.

use std::cmp::Ordering;

/// Sorts a list, equals in the order in which they were. Costs n log n calls of `compare`, and an index for each element.
///
/// The sort of the standard library is some ten kilobytes of code for each type of element and each order; this is one for all of them but
/// those of every load.
pub(crate) fn sort_by<T>(list: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    if list.len() < 2 {
        return;
    }
    let mut order: Vec<usize> = (0..list.len()).collect();
    sort_indexes(&mut order, &|one, other| compare(&list[one], &list[other]));
    for start in 0..order.len() {
        // One cycle of the permutation; what is in its place points to itself.
        let mut at = start;
        while order[at] != start {
            let next = order[at];
            list.swap(at, next);
            order[at] = at;
            at = next;
        }
        order[at] = at;
    }
}

#[inline(never)]
fn sort_indexes(order: &mut [usize], compare: &dyn Fn(usize, usize) -> Ordering) {
    order.sort_by(|one, other| compare(*one, *other));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sorts_as_the_standard_library(list in proptest::collection::vec((0u8..20, any::<u16>()), 0..200)) {
            let mut wanted = list.clone();
            wanted.sort_by_key(|(key, _)| *key);
            let mut sorted = list;
            sort_by(&mut sorted, |(one, _), (other, _)| one.cmp(other));
            prop_assert_eq!(sorted, wanted);
        }
    }
}
