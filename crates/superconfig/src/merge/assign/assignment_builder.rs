//! Builds assignments from the texts of variables and flags: typed, bounded, and checked for conflicts.

use super::assignment::Assignment;
use super::coercion::{Expectation, Misfit};
use super::key_index::KeyIndex;
use super::location::Location;
use super::name_resolver::{NameResolver, ResolveError, ResolvedName};
use crate::diagnostic::{Error, ErrorCode, Issue, Origin, Path, PathSet, Segment, Warning, sort_by};
use crate::merge::{Action, Directive, Merger, VariableFormat};
use crate::redaction::{REDACTED, SecretRules};
use crate::value::{ExpandedSize, ExpansionBudget, KindSet, Limits, SchemaNode, Value, ValueKind};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Turns the variables or flags of one layer into assignments.
pub(crate) struct AssignmentBuilder<'a> {
    pub(crate) resolver: NameResolver<'a>,
    /// `ENV`, `ARGS` or `SOURCE`.
    pub(crate) code: ErrorCode,
    /// `variable`, `flag` or `key`, for messages.
    pub(crate) noun: &'static str,
    /// The rules that mask secrets in messages, beside the rule by name.
    pub(crate) secrets: Option<&'a SecretRules>,
    /// The budget for the values that a text makes more than once.
    pub(crate) budget: Option<&'a ExpansionBudget>,
    /// Takes a text without a known type for what it is.
    pub(crate) verbatim: bool,
    pub(crate) warnings: Vec<Warning>,
    /// The errors so far: all of them are reported together.
    problems: Vec<Error>,
    /// Elements past the end of an array whose values do not fit either, and the lengths of the arrays.
    out_of_range: Vec<(Path, usize)>,
    entries: Vec<Draft>,
    /// The texts that do not fit, for a validator to see where they go.
    unfit: Vec<Draft>,
    /// The assignments whose type depends on others.
    deferred: Vec<Deferred<'a>>,
}

/// The text for one path, and whether the values that it makes are an expansion: of a file, or of a variable that has another path.
pub(crate) struct AssignedText {
    pub(super) text: Arc<str>,
    pub(super) is_expansion: bool,
}

impl From<&str> for AssignedText {
    fn from(text: &str) -> Self {
        Self { text: text.into(), is_expansion: false }
    }
}

/// A variable or flag that allows several types: its siblings decide which one.
struct Deferred<'a> {
    target: ResolvedName<'a>,
    text: AssignedText,
    origin: Origin,
}

/// The assignments of a layer, and the warnings and errors about its variables or flags.
#[derive(Default)]
pub(crate) struct ResolvedLayer {
    pub(crate) assignments: Vec<Assignment>,
    pub(crate) warnings: Vec<Warning>,
    pub(crate) problems: Vec<Error>,
}

/// The effect of one variable or flag; without a value it has none, but still conflicts with others.
struct Draft {
    path: Path,
    action: Action,
    value: Option<Value>,
    /// The target is an array: of a flag given several times every value counts.
    gathers: bool,
    /// The value as an element, where the target is either one value or an array.
    element: Option<Box<Value>>,
    origin: Origin,
}

impl Draft {
    /// Applies the draft to a value, as the layer will.
    fn apply(&self, root: &mut Value, budget: Option<&ExpansionBudget>) {
        let Draft { path, action, value: Some(value), origin, .. } = self else { return };
        let assignment = Assignment { path: path.clone(), action: *action, value: value.clone(), origin: origin.clone() };
        let mut merger = Merger::merging(true, <_>::default()).within(budget);
        // What cannot be merged is an error when the layer is.
        let _ = merger.assign(root, &assignment, false);
    }

    /// Takes in what the same flag says when it is given once more.
    fn repeat(&mut self, later: &mut Draft) {
        std::mem::swap(self, later);
        if !self.gathers {
            return;
        }
        let Some(mut all) = later.take_elements() else { return };
        let leaves = self.value.is_none();
        match self.take_elements() {
            Some(mut own) => Arc::make_mut(&mut all).append(Arc::make_mut(&mut own)),
            None if leaves => {}
            None => return,
        }
        self.value = Some(Value::Array(all));
    }

    /// What it adds to an array; nothing where it has no value, which stays as it is.
    fn take_elements(&mut self) -> Option<Arc<Vec<Value>>> {
        match (self.element.take(), self.value.take()) {
            (_, Some(Value::Array(elements))) => Some(elements),
            (Some(element), Some(_)) => Some(Arc::new(vec![*element])),
            (None, value) => {
                self.value = value;
                None
            }
            (Some(_), None) => None,
        }
    }
}

impl<'a> AssignmentBuilder<'a> {
    pub(crate) fn new(below: &'a Value, schema: Option<SchemaNode<'a>>, directives: bool) -> Self {
        let root = Location { value: Some(below), schema };
        AssignmentBuilder {
            resolver: NameResolver {
                root,
                directives,
                known_only: false,
                separators: b"_",
                depth: Limits::default().depth,
                keys: KeyIndex::default(),
            },
            code: ErrorCode::Env,
            noun: "variable",
            secrets: None,
            budget: None,
            verbatim: false,
            warnings: Vec::new(),
            problems: Vec::new(),
            out_of_range: Vec::new(),
            entries: Vec::new(),
            unfit: Vec::new(),
            deferred: Vec::new(),
        }
    }

    /// Resolves a name; `None` for one that must not become a key, with a warning.
    pub(crate) fn resolve(&mut self, segments: &[&str], origin: &Origin) -> Result<Option<ResolvedName<'a>>, Error> {
        if segments.len() > self.resolver.depth {
            return Err(self.too_deep(origin));
        }
        match self.resolver.resolve(segments) {
            Ok(target) => Ok(Some(target)),
            Err(failure) => self.failed(failure, origin),
        }
    }

    pub(super) fn failed<T>(&mut self, failure: ResolveError, origin: &Origin) -> Result<Option<T>, Error> {
        match failure {
            ResolveError::Forbidden => {
                let message = format!("the {} {} makes a `__proto__` key and is ignored", self.noun, name_of(origin));
                self.warnings.push(Warning::new("forbidden-key", message).with_origin(origin.clone()));
                Ok(None)
            }
            ResolveError::Ambiguous(first, second) => {
                let message = format!("the name is ambiguous: it means {first} and {second}");
                Err(Error::new(self.code, message)
                    .with_origin(origin.clone())
                    .with_hint("spell the key as one of them does, or rename one of them"))
            }
        }
    }

    /// Records the error of one variable or flag, so that the others are checked too.
    ///
    /// # Errors
    /// An exceeded limit, as the others would exceed it too.
    pub(crate) fn record_error(&mut self, result: Result<(), Error>) -> Result<(), Error> {
        match result {
            Err(error) if error.code() == ErrorCode::Limit => Err(error),
            noted => {
                self.problems.extend(noted.err());
                Ok(())
            }
        }
    }

    /// The text of a misfit for the message; nothing where it may be a secret.
    fn found_text(&self, path: &Path, text: &str, origin: &Origin) -> Option<String> {
        const CHARACTERS: usize = 40;
        let name = name_of(origin);
        // Files that variables name hold secrets, whatever they are called.
        let from_file = name.ends_with("_FILE");
        let default = SecretRules::default();
        let rules = self.secrets.unwrap_or(&default);
        let is_secret = rules.is_secret(path, &Value::from(text)) || rules.text_may_hold_secret(path, text);
        if from_file || is_secret || rules.names_secret(name) {
            return None;
        }
        let cut: String = text.chars().take(CHARACTERS).collect();
        let dots = if cut.len() < text.len() { "…" } else { "" };
        Some(format!("{:?}", cut + dots))
    }

    /// Adds the assignment of a variable or flag to its target; a format decides how the text is read, whatever type the target
    /// has.
    pub(crate) fn add(
        &mut self,
        target: ResolvedName<'a>,
        text: AssignedText,
        format: Option<VariableFormat>,
        origin: Origin,
    ) -> Result<(), Error> {
        let expectation = match format {
            None => expected(&target),
            Some(format) => formatted(format, target.directive.is_some()),
        };
        if !text.text.is_empty() && expectation.has_choice() {
            self.deferred.push(Deferred { target, text, origin });
            return Ok(());
        }
        self.add_as(&expectation, target, &text, origin)
    }

    /// Decides the types that depend on other assignments, first those of the tags that tell variants apart.
    fn settle(&mut self) -> Result<(), Error> {
        let mut deferred = std::mem::take(&mut self.deferred);
        if deferred.is_empty() {
            return Ok(());
        }
        let is_tag = |one: &Deferred<'_>| one.target.location.schema.as_ref().is_some_and(SchemaNode::is_tag);
        sort_by(&mut deferred, |one, other| is_tag(other).cmp(&is_tag(one)));
        let schema = self.resolver.root.schema.clone();
        let mut known = self.resolver.root.value.cloned().unwrap_or(Value::Null);
        let mut applied = 0;
        for Deferred { target, text, origin } in deferred {
            for entry in &self.entries[applied..] {
                entry.apply(&mut known, self.budget);
            }
            applied = self.entries.len();
            let chosen = schema.as_ref().and_then(|schema| schema.at_within(&target.path, &known));
            let added = self.add_as(&expected(&target).within(chosen), target, &text, origin);
            self.record_error(added)?;
        }
        Ok(())
    }

    pub(super) fn add_as(
        &mut self,
        expectation: &Expectation<'a>,
        target: ResolvedName<'a>,
        AssignedText { text, is_expansion }: &AssignedText,
        origin: Origin,
    ) -> Result<(), Error> {
        let kinds = expectation.kinds;
        let there = target.location.value;
        let action = match target.directive {
            None => Action::Set,
            Some(Directive::Add) => Action::Add,
            Some(Directive::Remove) => Action::Remove,
        };
        let is_null = there.is_some_and(Value::is_null);
        let takes_empty = match kinds {
            Some(kinds) => kinds.has(ValueKind::String),
            None => !is_null && !expectation.is_json,
        };
        if text.is_empty() && !takes_empty {
            let path = Path::from(target.path);
            let message = format!("the {} {} is empty and leaves {path} as it is", self.noun, name_of(&origin));
            self.warnings.push(Warning::new("empty-value", message).with_path(path.clone()).with_origin(origin.clone()));
            self.entries.push(Draft { path, action, value: None, gathers: expectation.gathers(), element: None, origin });
            return Ok(());
        }
        let expectation = if self.verbatim && !expectation.is_json { &expectation.clone().or_text() } else { expectation };
        let coerced = match expectation.coerce(text) {
            Ok(coerced) => coerced,
            Err(misfit) => return Err(self.misfit(misfit, target, action, text, origin)),
        };
        if let (true, Some(budget)) = (is_expansion, self.budget) {
            let ExpandedSize { values, .. } = ExpandedSize::of(&coerced.value, budget.left());
            let taken = budget.take(ExpandedSize { values, bytes: 0 });
            taken.map_err(|exceeded| Error::from(exceeded).with_origin(origin.clone()))?;
        }
        if coerced.rounded {
            let path = Path::from(target.path.clone());
            let message = format!("the {} {} is an integer beyond 64 bits and was rounded", self.noun, name_of(&origin));
            self.warnings.push(Warning::new("number-precision", message).with_path(path).with_origin(origin.clone()));
        }
        if target.path.len() + depth_of(&coerced.value) > self.resolver.depth {
            return Err(self.too_deep(&origin));
        }
        let element = match self.code {
            ErrorCode::Args => expectation.as_element(text, &coerced.value).map(Box::new),
            _ => None,
        };
        let Some((path, action)) = self.instruction(target, action, &coerced.value, &origin)? else { return Ok(()) };
        self.entries.push(Draft { path, action, value: Some(coerced.value), gathers: expectation.gathers(), element, origin });
        Ok(())
    }

    /// The error of a text that does not fit.
    fn misfit(&mut self, misfit: Misfit, target: ResolvedName<'a>, action: Action, text: &str, origin: Origin) -> Error {
        let Misfit { expected, hint } = misfit;
        let is_settable = match target.location.value {
            Some(value) => !matches!(value, Value::Array(_) | Value::Table(_)),
            None => target.path.iter().all(|segment| matches!(segment, Segment::Key(_))),
        };
        let path = Path::from(target.path);
        if let (Some(Segment::Index(index)), Some(items)) = (path.last(), target.parent.value.and_then(Value::as_array))
            && *index > items.len()
        {
            self.out_of_range.push((path.clone(), items.len()));
        }
        if action == Action::Set && is_settable {
            self.unfit.push(Draft {
                path: path.clone(),
                action,
                value: Some(Value::from(text)),
                gathers: false,
                element: None,
                origin: origin.clone(),
            });
        }
        let found = self.found_text(&path, text, &origin);
        let shown = found.as_ref().map_or(String::new(), |found| format!(", found {found}"));
        let message = format!("expected {expected}{shown}");
        let issue = Issue {
            expected: Some(expected),
            found: Some(found.unwrap_or_else(|| REDACTED.to_owned())),
            origin: Some(origin.clone()),
            hint: Some(hint.to_owned()),
            ..Issue::new(path.clone(), message.clone())
        };
        Error::new(self.code, message).with_path(path).with_origin(origin).with_hint(hint).with_issues(vec![issue])
    }

    /// A new key such as `tags_add` with an array is a directive here as it is in a file.
    fn instruction(
        &mut self,
        target: ResolvedName<'a>,
        action: Action,
        value: &Value,
        origin: &Origin,
    ) -> Result<Option<(Path, Action)>, Error> {
        if action == Action::Set && value.as_array().is_some() {
            match self.resolver.directive_key(&target) {
                Err(failure) => return self.failed(failure, origin),
                Ok(Some((stem, directive))) => {
                    let mut path = target.path;
                    path.pop();
                    path.push(Segment::Key(stem));
                    let action = if directive == Directive::Add { Action::Add } else { Action::Remove };
                    return Ok(Some((Path::from(path), action)));
                }
                Ok(None) => {}
            }
        }
        Ok(Some((Path::from(target.path), action)))
    }

    pub(super) fn too_deep(&self, origin: &Origin) -> Error {
        let message = format!("the value nests deeper than {} levels", self.resolver.depth);
        Error::new(ErrorCode::Limit, message).with_origin(origin.clone()).with_hint("the limit `depth` can be raised")
    }

    /// The assignments in the order in which they apply: what is set, indexes ascending, then what is added, then what is
    /// removed. With `repeats` several flags for one path gather where it is an
    /// array, and else the last counts.
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_LIMIT`. The problems are the recorded errors, and each pair of conflicting assignments.
    pub(crate) fn finish(mut self, repeats: bool) -> Result<ResolvedLayer, Error> {
        self.settle()?;
        let AssignmentBuilder { mut entries, unfit, mut problems, out_of_range, code, secrets, warnings, .. } = self;
        let gaps = match out_of_range.is_empty() {
            true => Vec::new(),
            false => {
                let named = entries.iter().map(|entry| &entry.path).chain(problems.iter().filter_map(Error::path));
                gaps_before(&out_of_range, named)
            }
        };
        // An index out of range is reported before any other error of its path.
        for problem in &mut problems {
            let gap = problem.path().and_then(|path| gaps.binary_search_by(|(beyond, _)| beyond.cmp(path)).ok());
            if let (Some(at), Some(origin)) = (gap, problem.origin().cloned()) {
                let (path, gap) = &gaps[at];
                *problem = past_end_error(code, path.clone(), *gap, origin);
            }
        }
        let phase = |action: Action| match action {
            Action::Add => 1,
            Action::Remove => 2,
            _ => 0,
        };
        entries.sort_by(|a, b| (phase(a.action), &a.path).cmp(&(phase(b.action), &b.path)));
        if repeats {
            // The sort is stable: of equal paths the last is the one that was written last.
            let same = |later: &Draft, earlier: &Draft| {
                later.action == Action::Set && earlier.action == Action::Set && later.path == earlier.path
            };
            entries.dedup_by(|later, earlier| {
                let same = same(later, earlier);
                if same {
                    earlier.repeat(later);
                }
                same
            });
        }
        for pair in entries.windows(2) {
            let [a, b] = pair else { continue };
            if a.action != b.action || !b.path.starts_with(&a.path) {
                continue;
            }
            let same = a.path == b.path;
            if a.action == Action::Set || same && !repeats {
                problems.push(contradiction(code, a, b, secrets.unwrap_or(&SecretRules::default())));
            }
        }
        let unfit: Vec<Draft> = match unfit.is_empty() {
            true => unfit,
            false => {
                let taken: PathSet<'_> = entries.iter().map(|entry| &entry.path).collect();
                let is_free = |draft: &Draft| !taken.has_at_or_above(&draft.path) && !taken.has_at_or_below(&draft.path);
                unfit.into_iter().filter(is_free).collect()
            }
        };
        let assignments = entries.into_iter().chain(unfit).filter_map(|Draft { path, action, value, origin, .. }| {
            value.map(|value| Assignment { path, action, value, origin })
        });
        Ok(ResolvedLayer { assignments: assignments.collect(), warnings, problems })
    }
}

/// For each path to an element past the end of an array the first index, from the end on, that none of some paths sets:
/// where it is before the one that the path ends with. Sorted by path.
fn gaps_before<'p>(out_of_range: &[(Path, usize)], named: impl Iterator<Item = &'p Path>) -> Vec<(Path, usize)> {
    // The indexes that are set in each of these arrays.
    let mut arrays: HashMap<&[Segment], HashSet<usize>> = HashMap::new();
    for (path, _) in out_of_range {
        arrays.insert(&path[..path.len() - 1], HashSet::new());
    }
    for path in named {
        for (at, segment) in path.iter().enumerate() {
            if let (Segment::Index(index), Some(set)) = (segment, arrays.get_mut(&path[..at])) {
                set.insert(*index);
            }
        }
    }
    let mut firsts: HashMap<&[Segment], usize> = HashMap::new();
    let mut gaps = Vec::new();
    for (path, length) in out_of_range {
        let Some((Segment::Index(index), above)) = path.split_last() else { continue };
        let first = *firsts.entry(above).or_insert_with(|| {
            let set = &arrays[above];
            (*length..).find(|free| !set.contains(free)).unwrap_or(usize::MAX)
        });
        if first < *index {
            gaps.push((path.clone(), first));
        }
    }
    sort_by(&mut gaps, Ord::cmp);
    gaps
}

/// The error of an index past the end of an array.
pub(crate) fn past_end_error(code: ErrorCode, path: Path, length: usize, origin: Origin) -> Error {
    let elements = if length == 1 { "element" } else { "elements" };
    let message = format!("the array has {length} {elements}");
    let hint = match path.last() {
        Some(Segment::Index(usize::MAX)) => "the index is too large".to_owned(),
        _ => format!("the next free index is {length}"),
    };
    Error::new(code, message).with_hint(hint).with_path(path).with_origin(origin)
}

fn contradiction(code: ErrorCode, a: &Draft, b: &Draft, secrets: &SecretRules) -> Error {
    let first = name_of(&a.origin);
    let message = if a.path == b.path {
        format!("contradicts {first}, which sets it too")
    } else {
        let inner = Path::from(secrets.visible(&b.path).to_vec());
        format!("contradicts {first}, which sets it as a whole; this sets {inner} inside it")
    };
    Error::new(code, message).with_path(a.path.clone()).with_origin(b.origin.clone()).with_hint("remove one of them")
}

/// The name of the variable, flag or key of an origin.
pub(crate) fn name_of(origin: &Origin) -> &str {
    let key = || origin.stored.as_ref().map(|stored| &*stored.key);
    origin.variable.as_deref().or_else(key).unwrap_or(&origin.source)
}

/// The expected types of a target.
pub(crate) fn expected<'a>(target: &ResolvedName<'a>) -> Expectation<'a> {
    let location = &target.location;
    let items = location.value.and_then(Value::as_array);
    let element = items.and_then(ValueKind::of_elements);
    let array = Some(KindSet::of(ValueKind::Array));
    let own = Expectation { kinds: location.kinds(), schema: location.schema.clone(), element, ..Expectation::default() };
    match target.directive {
        None => {
            let beside = || target.parent.value.and_then(Value::as_array).and_then(ValueKind::of_elements).map(KindSet::of);
            let is_appended = matches!(target.path.last(), Some(Segment::Index(_))) && location.value.is_none();
            let kinds = own.kinds.or_else(|| if is_appended { beside() } else { None });
            Expectation { kinds, ..own }
        }
        // The names of keys to drop are text.
        Some(Directive::Remove) if location.kind() == Some(ValueKind::Table) => {
            Expectation { kinds: array, element: Some(ValueKind::String), ..Expectation::default() }
        }
        Some(Directive::Add) => Expectation { kinds: array, first: items.map_or(0, <[Value]>::len), ..own },
        Some(Directive::Remove) => Expectation { kinds: array, ..own },
    }
}

/// The type that a mapping's format gives, and that of its elements for a directive. JSON may be of any type.
fn formatted<'a>(format: VariableFormat, is_list: bool) -> Expectation<'a> {
    let kind = match format {
        VariableFormat::Json => None,
        VariableFormat::String => Some(ValueKind::String),
        VariableFormat::Number => Some(ValueKind::Number),
        VariableFormat::Boolean => Some(ValueKind::Bool),
    };
    let array = is_list.then_some(ValueKind::Array);
    let is_json = format == VariableFormat::Json;
    let element = kind.filter(|_| is_list);
    Expectation { kinds: array.or(kind).map(KindSet::of), element, is_json, ..Expectation::default() }
}

fn depth_of(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth_of).max().unwrap_or(0),
        Value::Table(table) => 1 + table.iter().map(|(_, value)| depth_of(value)).max().unwrap_or(0),
        _ => 0,
    }
}
