//! The places that the elements of an array went to, kept for all paths into it.

use crate::diagnostic::{Segment, count_steps};
use crate::merge::ArrayStrategy;
use crate::merge::array_strategy::Placement;
use crate::value::{Value, ValueIndex};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// An array in a merge: the number of the step, and the paths in the result and in the step's layer.
type ArrayPlace = (usize, Vec<Segment>, Vec<Segment>);

/// The arrays of one replay, so that each element costs a lookup in place of a look at all of them.
#[derive(Default)]
pub(super) struct ArrayMemo {
    placed: RefCell<HashMap<ArrayPlace, Rc<PlacedElements>>>,
    kept: RefCell<HashMap<ArrayPlace, Rc<[usize]>>>,
}

/// The placement of a layer's elements, and those that went to each index.
pub(super) struct PlacedElements {
    pub(super) shift: usize,
    /// By index of the result the indexes in the layer, ascending.
    sources: HashMap<usize, Vec<usize>>,
}

impl PlacedElements {
    fn new(placement: Placement) -> Self {
        let mut sources: HashMap<usize, Vec<usize>> = HashMap::new();
        for (at, target) in placement.targets.into_iter().enumerate() {
            if let Some(target) = target {
                sources.entry(target).or_default().push(at);
            }
        }
        Self { shift: placement.shift, sources }
    }

    /// The indexes in the layer of the elements that went to an index of the result.
    pub(super) fn sources_of(&self, index: usize) -> &[usize] {
        self.sources.get(&index).map(Vec::as_slice).unwrap_or_default()
    }
}

impl ArrayMemo {
    /// Where a layer's elements went. Costs a look at each element the first time.
    pub(super) fn placed(
        &self,
        place: ArrayPlace,
        strategy: &ArrayStrategy,
        below: &[Value],
        above: &[Value],
    ) -> Rc<PlacedElements> {
        let place_all = || {
            count_steps(below.len() + above.len());
            Rc::new(PlacedElements::new(strategy.placement(below, above)))
        };
        Rc::clone(self.placed.borrow_mut().entry(place).or_insert_with(place_all))
    }

    /// The indexes of the elements that a list, once it is normalised, leaves. Costs a look at each element the first time.
    pub(super) fn kept(
        &self,
        place: ArrayPlace,
        below: &[Value],
        removed: &[Value],
        normalize: &mut dyn FnMut(&Value) -> Value,
    ) -> Rc<[usize]> {
        let find = || {
            count_steps(below.len() + removed.len());
            let unwanted: Vec<Value> = removed.iter().map(normalize).collect();
            let unwanted: ValueIndex<'_> = unwanted.iter().collect();
            (0..below.len()).filter(|at| unwanted.find(&below[*at]).is_none()).collect()
        };
        Rc::clone(self.kept.borrow_mut().entry(place).or_insert_with(find))
    }
}
