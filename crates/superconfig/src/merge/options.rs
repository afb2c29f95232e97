//! The options of a merge.

use super::array_rules::ArrayRules;
use super::expansions::Expansions;
use crate::diagnostic::{Position, Segment};
use crate::format::Format;
use crate::redaction::SecretRules;
use crate::value::{Limits, Value};

/// Finds the position of a path in a text of a format: the value's first character.
pub(crate) type Locate<'a> = dyn Fn(&str, Format, &[Segment]) -> Option<Position> + 'a;

/// The options of a merge, with callbacks for what it needs from outside, so that it depends on no file system and no
/// format.
#[derive(Clone, Copy, Default)]
pub(crate) struct MergeOptions<'a> {
    /// Array strategies per path.
    pub(crate) arrays: &'a ArrayRules,
    /// The schema as a JSON Schema document: its keys and types guide variables and flags.
    pub(crate) schema: Option<&'a Value>,
    /// The rules that mask secrets in messages.
    pub(crate) secrets: Option<&'a SecretRules>,
    /// Bounds on what variables and flags may build.
    pub(crate) limits: Limits,
    /// Finds positions in the texts of layers, for warnings and errors.
    pub(crate) locate: Option<&'a Locate<'a>>,
    /// Whether the errors of variables and flags are kept for a validator instead of failing the merge.
    pub(crate) keep_problems: bool,
    /// Reads the files that `NAME_FILE` variables name, and bounds what the merge produces.
    pub(crate) expansions: Option<&'a Expansions<'a>>,
}
