//! The last results of one custom source.

use crate::diagnostic::Error;
use crate::value::Value;

/// The last results of one custom source, and the turns in which it was called for them.
#[derive(Default)]
pub(super) struct CustomLayer {
    /// The last good value.
    value: Option<Value>,
    value_turn: u64,
    /// The error of the last call, if it failed.
    pub(super) failure: Option<Error>,
    answer_turn: u64,
}

impl CustomLayer {
    pub(super) fn value(&self) -> Option<&Value> {
        self.value.as_ref()
    }

    /// Whether the last call succeeded.
    pub(super) fn is_fresh(&self) -> bool {
        self.failure.is_none()
    }

    /// Stores a result; true when none of a later turn is known.
    pub(super) fn take(&mut self, turn: u64, answer: Result<Value, Error>) -> bool {
        let is_newest = turn >= self.answer_turn;
        if is_newest {
            self.answer_turn = turn;
            self.failure = answer.as_ref().err().cloned();
        }
        if let Ok(value) = answer
            && turn >= self.value_turn
        {
            self.value_turn = turn;
            self.value = Some(value);
        }
        is_newest
    }
}
