//! The merge of layers into one value, and its explanation.

mod action;
mod array_rules;
mod array_strategy;
mod assign;
mod comparison;
mod cursor;
mod diff;
mod directive;
mod expansions;
mod explain;
mod fold;
mod interpolation;
mod layer;
mod mapped_variable;
mod merge_note;
mod merged;
mod merger;
mod new_keys;
mod options;
#[cfg(test)]
mod properties_test;
mod source_text;
mod step;
#[cfg(test)]
mod untrusted_input_test;

pub use action::Action;
pub(crate) use array_rules::ArrayRules;
pub use array_strategy::ArrayStrategy;
use assign::assignment::Assignment;
pub use assign::named_layers::UnmatchedVariable;
pub(crate) use assign::named_layers::{NamedLayers, ValuesBelow, values_below};
pub(crate) use comparison::{ComparedSide, DifferingPath, compare};
pub use comparison::{ComparedValue, Difference, DifferenceKind};
use cursor::{MergeCursor, SegmentRef};
pub(crate) use diff::{changed, changed_below};
pub(crate) use directive::Directive;
pub(crate) use expansions::Expansions;
pub(crate) use explain::effect::{Effect, LayerValue};
pub(crate) use explain::explainer::{Explainer, explain};
pub use explain::explanation::{Candidate, Explanation};
pub use explain::settable_name::SettableName;
pub use explain::unreached::Unreached;
pub(crate) use fold::{fold, unusable};
pub(crate) use interpolation::{References, interpolate};
pub(crate) use layer::{Content, Document, Flag, FlagValue, Layer, StoredDocument, Variable, Variables};
pub use mapped_variable::{MappedVariable, VariableFormat};
use merge_note::MergeNoteKind;
pub(crate) use merged::Merged;
use merger::{MergeFault, MergeFaultKind, MergeResult, Merger};
use options::Locate;
pub(crate) use options::MergeOptions;
pub use source_text::{SourceText, SourceTexts, TextTyping};
use step::{Step, StepContent};
