//! The last results of one custom source.

use crate::diagnostic::Error;
use crate::value::Value;

/// What one custom source answered, and in which turns it was called for that.
#[derive(Default)]
pub(super) struct CustomLayer {
    /// What it gave last.
    value: Option<Value>,
    value_turn: u64,
    /// Why it gave nothing when it was called last.
    pub(super) failure: Option<Error>,
    answer_turn: u64,
}

impl CustomLayer {
    pub(super) fn value(&self) -> Option<&Value> {
        self.value.as_ref()
    }

    /// Whether it gave something when it was called last.
    pub(super) fn is_fresh(&self) -> bool {
        self.failure.is_none()
    }

    /// Takes an answer; true when none of a later turn is known.
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
