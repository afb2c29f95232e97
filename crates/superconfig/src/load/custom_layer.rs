//! The last results of one custom source.

use crate::diagnostic::Error;
use crate::merge::Content;

/// The last results of one custom source, and the turns in which it was called for them.
#[derive(Default)]
pub(super) struct CustomLayer {
    /// The last good contents of its layers.
    contents: Option<Vec<Content>>,
    value_turn: u64,
    /// The error of the last call, if it failed.
    pub(super) failure: Option<Error>,
    answer_turn: u64,
}

impl CustomLayer {
    pub(super) fn contents(&self) -> Option<&[Content]> {
        self.contents.as_deref()
    }

    /// Whether the last call succeeded.
    pub(super) fn is_fresh(&self) -> bool {
        self.failure.is_none()
    }

    /// Stores a result; true when none of a later turn is known.
    pub(super) fn take(&mut self, turn: u64, answer: Result<Vec<Content>, Error>) -> bool {
        let is_newest = turn >= self.answer_turn;
        if is_newest {
            self.answer_turn = turn;
            self.failure = answer.as_ref().err().cloned();
        }
        if let Ok(contents) = answer
            && turn >= self.value_turn
        {
            self.value_turn = turn;
            self.contents = Some(contents);
        }
        is_newest
    }
}
