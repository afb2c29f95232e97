//! The fold of layers to one value: a pure function.

use super::assign::assignment::Assignment;
use super::assign::assignment_builder::{AssignmentBuilder, ResolvedLayer};
use super::assign::{assignment_builder, environment, flags, texts};
use super::directive::Directive;
use super::explain::explainer::Explainer;
use super::layer::{Content, Layer};
use super::merge_note::{MAX_NOTES, MergeNote, MergeNoteKind};
use super::merged::Merged;
use super::merger::{MergeFault, MergeFaultKind, Merger};
use super::new_keys::NewKeys;
use super::options::MergeOptions;
use super::step::Step;
use crate::diagnostic::{Error, ErrorCode, Origin, SourceKind, Warning, sort_by};
use crate::value::{FORBIDDEN, SchemaNode, Table, Value};

/// Merges layers in order; the later wins.
///
/// Costs one visit to each value of the layers; what a layer does not touch stays shared with the layer below.
///
/// # Errors
/// `ERR_SUPERCONFIG_MERGE` for a directive on something that is neither array nor table, `ERR_SUPERCONFIG_ENV` and
/// `ERR_SUPERCONFIG_ARGS` for a variable or flag that is ambiguous, contradicts another or does not fit,
/// `ERR_SUPERCONFIG_LIMIT` for one that nests too deep, and the reader's error for a file that a variable names.
pub(crate) fn fold(layers: &[Layer], options: &MergeOptions<'_>) -> Result<Merged, Error> {
    let mut value = Value::Table(Table::new());
    let mut warnings = Vec::new();
    let mut assignments: Vec<Vec<Assignment>> = Vec::with_capacity(layers.len());
    let mut problems: Vec<Error> = Vec::new();
    let (mut notes, mut more) = (Vec::new(), Vec::new());
    for (at, layer) in layers.iter().enumerate() {
        let resolved = resolve(layer, &value, options)?;
        let found = resolved.warnings;
        assignments.push(resolved.assignments);
        problems.extend(resolved.problems);
        let left_out = found.len().saturating_sub(MAX_NOTES);
        warnings.extend(found.into_iter().take(MAX_NOTES).map(|warning| (at, warning)));
        let budget = options.expansions.map(|expansions| expansions.budget);
        let mut merger = Merger::new(layer, options.arrays).within(budget);
        let mut steps = Vec::new();
        for (number, step) in Step::of_layer(layer, &assignments[at]).enumerate() {
            if let Err(fault) = step.apply(&mut value, &mut merger) {
                problems.push(Replay::new(layers, &assignments, options).error(at, number, *fault));
                return Err(unusable(problems));
            }
            steps.resize(merger.notes.list.len(), number);
        }
        notes.extend(merger.notes.list.into_iter().zip(steps).map(|(note, step)| (at, step, note)));
        let left_out = left_out + merger.notes.more;
        if left_out > 0 {
            more.push((at, more_warnings(layer, left_out)));
        }
    }
    if !notes.is_empty() {
        let is_new_key = |note: &MergeNote| matches!(note.kind, MergeNoteKind::NewKey);
        let paths = notes.iter().filter(|(_, _, note)| is_new_key(note)).map(|(_, _, note)| &note.result_path);
        let keys = NewKeys::find(paths, layers, &assignments);
        notes.retain(|(at, _, note)| !is_new_key(note) || !keys.is_known(&note.result_path, *at, options.schema));
        let replay = Replay::new(layers, &assignments, options);
        for (at, number, note) in notes {
            warnings.push((at, replay.warning(at, number, note)));
        }
    }
    warnings.extend(more);
    sort_by(&mut warnings, |(one, _), (other, _)| one.cmp(other));
    if !problems.is_empty() && !options.keep_problems {
        return Err(unusable(problems));
    }
    Ok(Merged { value, warnings: warnings.into_iter().map(|(_, warning)| warning).collect(), assignments, problems })
}

/// One error for all unusable variables and flags, with the code of the first.
pub(crate) fn unusable(problems: Vec<Error>) -> Error {
    let code = problems.first().map_or(ErrorCode::Internal, Error::code);
    let has = |wanted: ErrorCode| problems.iter().any(|problem| problem.code() == wanted);
    let what = match (has(ErrorCode::Env), has(ErrorCode::Args), has(ErrorCode::Source)) {
        (false, false, true) => "keys of sources cannot be used",
        (_, _, true) => "variables, flags and keys of sources cannot be used",
        (true, true, _) => "variables and flags cannot be used",
        (false, true, _) => "flags cannot be used",
        _ => "variables cannot be used",
    };
    let together = Error::together(code, what, problems);
    together.err().unwrap_or_else(|| Error::new(code, "no variable or flag is unusable"))
}

fn more_warnings(layer: &Layer, count: usize) -> Warning {
    let message = format!("{count} more warnings about this layer are not listed");
    Warning::new("more-warnings", message).with_origin(Origin::new(layer.kind, layer.name.clone()))
}

/// The assignments of a layer's variables or flags.
fn resolve(layer: &Layer, below: &Value, options: &MergeOptions<'_>) -> Result<ResolvedLayer, Error> {
    if layer.content.document().is_some() {
        return Ok(ResolvedLayer::default());
    }
    let mut builder = AssignmentBuilder::new(below, options.schema.map(SchemaNode::new), layer.directives);
    builder.resolver.depth = options.limits.depth;
    builder.secrets = options.secrets;
    builder.budget = options.expansions.map(|expansions| expansions.budget);
    match &layer.content {
        Content::Document(_) | Content::Stored(_) => Ok(ResolvedLayer::default()),
        Content::Variables(list) => environment::assignments(list, builder, options.expansions),
        Content::Flags(list) => flags::assignments(layer, list, builder),
        Content::Texts(list) => texts::assignments(layer, list, builder),
    }
}

/// The layers once more, to say which of them a warning or an error is about.
struct Replay<'a> {
    explainer: Explainer<'a>,
    /// The number of each layer's first step.
    first_steps: Vec<usize>,
}

impl<'a> Replay<'a> {
    fn new(layers: &'a [Layer], assignments: &'a [Vec<Assignment>], options: &MergeOptions<'a>) -> Self {
        let mut steps = Vec::new();
        let mut first_steps = Vec::new();
        for (layer, made) in layers.iter().zip(assignments) {
            first_steps.push(steps.len());
            steps.extend(Step::of_layer(layer, made));
        }
        Replay { explainer: Explainer::from_steps(steps, options.arrays, options.locate), first_steps }
    }

    fn step(&self, layer: usize, number: usize) -> usize {
        self.first_steps.get(layer).copied().unwrap_or_default() + number
    }

    fn warning(&self, layer: usize, number: usize, note: MergeNote) -> Warning {
        let step = self.step(layer, number);
        let origin = self.explainer.origin_in(step, &note.layer_path);
        let target = &note.result_path;
        let warning = match note.kind {
            MergeNoteKind::TypeConflict { below, above } => {
                let message = match self.explainer.origin_before(step, target) {
                    Some(there) => format!("the {above} from {origin} replaces the {below} from {there}"),
                    None => format!("the {above} from {origin} replaces the {below} that was there"),
                };
                Warning::new("type-conflict", message)
            }
            MergeNoteKind::NoTarget(directive) => {
                let what = if directive == Directive::Add { "add to" } else { "remove from" };
                Warning::new("directive-no-target", format!("there is nothing at {target} to {what}"))
            }
            MergeNoteKind::NewKey => {
                let message = format!("nothing else has {target}, so `{}` creates it", Directive::Add.suffix());
                Warning::new("directive-new-key", message)
            }
            MergeNoteKind::Forbidden => {
                Warning::new("forbidden-key", format!("the key `{FORBIDDEN}` is not allowed and was dropped"))
            }
        };
        warning.with_path(note.result_path).with_origin(origin)
    }

    fn error(&self, layer: usize, number: usize, fault: MergeFault) -> Error {
        let step = self.step(layer, number);
        let origin = self.explainer.origin_in(step, &fault.layer_path);
        let target = &fault.result_path;
        match fault.kind {
            MergeFaultKind::Directive(directive, kind) => {
                let verb = if directive == Directive::Add { "add to" } else { "remove from" };
                let there = match self.explainer.origin_before(step, target) {
                    Some(there) => format!("set by {there}"),
                    None => "set by the same layer".to_owned(),
                };
                let message = format!("{origin} cannot {verb} {target}: it is {}, {there}", with_article(kind));
                let wanted = if directive == Directive::Add { "an array" } else { "an array or a table" };
                Error::new(ErrorCode::Merge, message)
                    .with_hint(format!("`{}` acts on {wanted}; set {target} itself to replace it", directive.suffix()))
                    .with_path(fault.result_path)
                    .with_origin(origin)
            }
            MergeFaultKind::Limit(exceeded) => {
                let message = format!(
                    "the layers go through {target} too often: 16 of its elements count as a value each time, and {exceeded}"
                );
                Error::new(ErrorCode::Limit, message).with_hint(exceeded.hint()).with_path(fault.result_path).with_origin(origin)
            }
            MergeFaultKind::Index { length } => {
                let code = match origin.kind {
                    SourceKind::Args => ErrorCode::Args,
                    SourceKind::Custom => ErrorCode::Source,
                    _ => ErrorCode::Env,
                };
                assignment_builder::past_end_error(code, fault.result_path, length, origin)
            }
        }
    }
}

fn with_article(kind: &str) -> String {
    match kind {
        "null" => kind.to_owned(),
        _ if kind.starts_with(['a', 'e', 'i', 'o', 'u']) => format!("an {kind}"),
        _ => format!("a {kind}"),
    }
}
