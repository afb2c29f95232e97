//! Interpolation of `${db.host}`, `${env:HOME:-x}` and `${file:/run/secrets/x}` in merged values.

mod template;

use self::template::{Part, Reference, Target, Template};
use crate::diagnostic::{Error, ErrorCode, Path, Segment};
use crate::redaction::SecretRules;
use crate::value::{ExpandedSize, ExpansionBudget, Limits, SchemaNode, Table, Value, ValueKind, closest_path, infer};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The longest chain of references, and of levels of trees on the way: it must fit a small thread's stack.
const MAX_CHAIN: usize = 64;
const MAX_LEVELS: usize = Limits::MAX_DEPTH + 128;

/// Levels that a reference may be deep before its path counts for what references produce.
const FREE_LEVELS: usize = 16;

/// The variables, files and rules that references resolve against.
pub(crate) struct References<'a> {
    /// The value of an environment variable.
    pub(crate) env: &'a dyn Fn(&str) -> Option<Arc<str>>,
    /// The text of a file.
    pub(crate) read_file: &'a dyn Fn(&str) -> Result<Arc<str>, Error>,
    /// Bounds the depth of what references produce.
    pub(crate) limits: Limits,
    /// Bounds its values and bytes, with all other expansions of the load.
    pub(crate) budget: &'a ExpansionBudget,
    /// The rules that decide which values are secret.
    pub(crate) secrets: &'a SecretRules,
    /// The JSON Schema of the merged value, which says where the text of a variable stays text.
    pub(crate) schema: Option<&'a Value>,
}

/// The result of an interpolation.
pub(crate) struct Interpolated {
    pub(crate) value: Value,
    /// Paths that hold something secret only since their references are replaced.
    pub(crate) made_of_secrets: HashSet<Vec<Segment>>,
}

/// Replaces the references in all strings. Strings without any cost one search for `$`, and what holds none stays shared.
///
/// # Errors
/// `ERR_SUPERCONFIG_INTERPOLATION` for a malformed reference, an unknown path, an unset variable without default, a
/// file that cannot be read, a table or array inside text, and a cycle; the message shows the chain of paths, and the
/// error's path is the value that holds the reference. `ERR_SUPERCONFIG_LIMIT` for a result out of proportion.
pub(crate) fn interpolate(value: Value, references: &References<'_>) -> Result<Interpolated, Error> {
    if !needs_interpolation(&value) {
        return Ok(Interpolated { value, made_of_secrets: HashSet::new() });
    }
    let mut interpolator =
        Interpolator { root: &value, references, done: HashMap::new(), secret: HashSet::new(), chain: Vec::new(), levels: 0 };
    let result = interpolator.tree(&value, &mut Vec::new())?;
    let made_of_secrets = std::mem::take(&mut interpolator.secret);
    Ok(Interpolated { value: result.unwrap_or_else(|| value.clone()), made_of_secrets })
}

fn needs_interpolation(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains("${"),
        Value::Array(items) => items.iter().any(needs_interpolation),
        Value::Table(table) => table.iter().any(|(_, value)| needs_interpolation(value)),
        _ => false,
    }
}

/// The target of a reference.
struct Referent {
    value: Value,
    /// The path of the value in the tree; empty where it comes from elsewhere.
    path: Vec<Segment>,
    /// Text of a variable, or of a default, whose type is inferred where the whole value is one reference.
    is_untyped: bool,
}

struct Interpolator<'a> {
    root: &'a Value,
    references: &'a References<'a>,
    /// The strings and trees that have been finished, by path.
    done: HashMap<Vec<Segment>, Value>,
    /// The paths that were made of secrets.
    secret: HashSet<Vec<Segment>>,
    /// The paths that are being worked on, each referred to by the one before.
    chain: Vec<Vec<Segment>>,
    levels: usize,
}

impl Interpolator<'_> {
    /// A value with its references replaced; `None` when it holds none.
    fn tree(&mut self, value: &Value, path: &mut Vec<Segment>) -> Result<Option<Value>, Error> {
        self.enter_level(path)?;
        let result = self.children(value, path);
        self.levels -= 1;
        result
    }

    fn enter_level(&mut self, path: &[Segment]) -> Result<(), Error> {
        if self.levels >= MAX_LEVELS {
            let message = format!("references lead through more than {MAX_LEVELS} levels: {}", self.chain_text(0, &[]));
            return Err(Error::new(ErrorCode::Limit, message).with_path(Path::from(path.to_vec())));
        }
        self.levels += 1;
        Ok(())
    }

    fn children(&mut self, value: &Value, path: &mut Vec<Segment>) -> Result<Option<Value>, Error> {
        match value {
            Value::String(text) if text.contains("${") => self.text(text, path).map(Some),
            Value::Array(items) => {
                let mut changed: Option<Vec<Value>> = None;
                for (at, item) in items.iter().enumerate() {
                    path.push(Segment::Index(at));
                    let new = self.tree(item, path)?;
                    path.pop();
                    if let Some(new) = new {
                        changed.get_or_insert_with(|| items.to_vec())[at] = new;
                    }
                }
                Ok(changed.map(Value::array))
            }
            Value::Table(table) => {
                let mut changed: Option<Table> = None;
                for (key, value) in table.entries() {
                    path.push(Segment::Key(Arc::clone(key)));
                    let new = self.tree(value, path)?;
                    path.pop();
                    if let Some(new) = new {
                        changed.get_or_insert_with(|| table.clone()).insert(Arc::clone(key), new);
                    }
                }
                Ok(changed.map(Value::Table))
            }
            _ => Ok(None),
        }
    }

    /// The string at a path with its references replaced.
    fn text(&mut self, text: &str, path: &[Segment]) -> Result<Value, Error> {
        if let Some(done) = self.done.get(path) {
            return Ok(done.clone());
        }
        self.enter(path)?;
        // What is kept for each reference is as long as its path.
        let kept = path.len().saturating_sub(FREE_LEVELS) * size_of::<Segment>();
        self.take(ExpandedSize::text(kept), path)?;
        let value = self.render(text, path)?;
        self.chain.pop();
        self.done.insert(path.to_vec(), value.clone());
        Ok(value)
    }

    fn enter(&mut self, path: &[Segment]) -> Result<(), Error> {
        if let Some(start) = self.chain.iter().position(|working| working == path) {
            let cycle = self.chain_text(start, path);
            let holder = self.chain.last().cloned().unwrap_or_default();
            return Err(Error::new(ErrorCode::Interpolation, format!("references go round in a circle: {cycle}"))
                .with_path(Path::from(holder))
                .with_hint("give one of these paths a value of its own"));
        }
        if self.chain.len() >= MAX_CHAIN {
            let message = format!("references are nested more than {MAX_CHAIN} deep: {}", self.chain_text(0, path));
            return Err(Error::new(ErrorCode::Limit, message).with_path(Path::from(path.to_vec())));
        }
        self.chain.push(path.to_vec());
        Ok(())
    }

    fn render(&mut self, text: &str, path: &[Segment]) -> Result<Value, Error> {
        let template = Template::parse(text).map_err(|problem| self.failed(path, &problem.message, problem.hint))?;
        if let [Part::Reference(reference)] = &template.parts[..] {
            return self.whole(reference, path);
        }
        self.concatenate(&template, path).map(Value::from)
    }

    /// The text of a template with its references replaced.
    fn concatenate(&mut self, template: &Template<'_>, path: &[Segment]) -> Result<String, Error> {
        let mut out = String::new();
        for part in &template.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Reference(reference) => match self.scalar(reference, path)? {
                    Value::String(text) | Value::Datetime(text) => {
                        self.take(ExpandedSize::text(text.len()), path)?;
                        out.push_str(&text);
                    }
                    Value::Bool(value) => out.push_str(if value { "true" } else { "false" }),
                    Value::Integer(value) => out.push_str(itoa::Buffer::new().format(value)),
                    Value::Unsigned(value) => out.push_str(itoa::Buffer::new().format(value)),
                    Value::Float(value) => out.push_str(zmij::Buffer::new().format(value)),
                    other => {
                        let message = format!("`${{{}}}` is {}, which cannot stand inside text", reference.text, name_of(&other));
                        return Err(self.failed(
                            path,
                            &message,
                            "refer to a string, number or boolean, or make the reference the whole value",
                        ));
                    }
                },
            }
        }
        Ok(out)
    }

    /// A value that is one reference and nothing else keeps the type of what it refers to.
    fn whole(&mut self, reference: &Reference<'_>, path: &[Segment]) -> Result<Value, Error> {
        let Referent { mut value, path: mut target, is_untyped } = self.referent(reference, path)?;
        if let (true, Value::String(text)) = (is_untyped, &value)
            && !self.is_text(path)
        {
            value = infer(text);
        }
        self.take(ExpandedSize::of(&value, self.references.budget.left()), path)?;
        let limits = &self.references.limits;
        if value.nests_deeper_than(limits.depth.saturating_sub(path.len())) {
            let message = format!("references build a value deeper than {} levels", limits.depth);
            return Err(Error::new(ErrorCode::Limit, message).with_path(Path::from(path.to_vec())));
        }
        self.mark(&mut target, &value, &mut path.to_vec());
        Ok(value)
    }

    /// The target of a reference inside text; a table or an array is left to the caller, who cannot use it.
    fn scalar(&mut self, reference: &Reference<'_>, path: &[Segment]) -> Result<Value, Error> {
        let Referent { value, path: mut target, .. } = self.referent(reference, path)?;
        if !matches!(value, Value::Table(_) | Value::Array(_)) {
            self.mark(&mut target, &value, &mut path.to_vec());
        }
        Ok(value)
    }

    /// The target of a reference.
    fn referent(&mut self, reference: &Reference<'_>, path: &[Segment]) -> Result<Referent, Error> {
        let text = |value| Referent { value: Value::String(value), path: Vec::new(), is_untyped: false };
        match &reference.target {
            Target::Path(wanted) => {
                let (value, path) = self.path(wanted, path)?;
                Ok(Referent { value, path, is_untyped: false })
            }
            Target::Variable { name, default } => {
                if self.references.secrets.names_secret(name) {
                    self.secret.insert(path.to_vec());
                }
                match ((self.references.env)(name), default) {
                    (Some(value), None) => Ok(Referent { is_untyped: true, ..text(value) }),
                    (Some(value), Some(_)) if !value.is_empty() => Ok(Referent { is_untyped: true, ..text(value) }),
                    (_, Some(default)) => self.default(default, path),
                    (None, None) => {
                        let message = format!("the environment variable {name} is not set");
                        Err(self.failed(path, &message, "set it, or give a default: `${env:NAME:-default}`"))
                    }
                }
            }
            Target::File(name) => {
                if self.references.secrets.names_secret(name) {
                    self.secret.insert(path.to_vec());
                }
                let content = (self.references.read_file)(name).map_err(|error| {
                    if matches!(error.code(), ErrorCode::Limit | ErrorCode::Trust) {
                        return error.with_path(Path::from(path.to_vec()));
                    }
                    let message = format!("the file {name:?} cannot be read");
                    self.failed(path, &message, "check its name and who may read it").with_cause(error.message())
                })?;
                let line = content.strip_suffix('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
                Ok(text(line.map_or_else(|| Arc::clone(&content), Arc::from)))
            }
        }
    }

    /// The value of a default: the target of its one reference, or text.
    fn default(&mut self, default: &Template<'_>, path: &[Segment]) -> Result<Referent, Error> {
        self.enter_level(path)?;
        let referent = match &default.parts[..] {
            [Part::Reference(reference)] => self.referent(reference, path),
            _ => self.concatenate(default, path).map(|text| Referent { value: text.into(), path: Vec::new(), is_untyped: true }),
        };
        self.levels -= 1;
        referent
    }

    /// Whether the schema wants text at a path, and nothing else.
    fn is_text(&self, path: &[Segment]) -> bool {
        let hints = self.references.schema.and_then(|schema| SchemaNode::new(schema).at(path));
        hints.and_then(|node| node.kind()) == Some(ValueKind::String)
    }

    /// Notes what is secret of a value that one path takes from another.
    fn mark(&mut self, target: &mut Vec<Segment>, value: &Value, path: &mut Vec<Segment>) {
        let made_of_secrets = (1..=target.len()).any(|length| self.secret.contains(&target[..length]));
        if made_of_secrets || self.references.secrets.is_secret(target, value) {
            self.secret.insert(path.clone());
            return;
        }
        let mut below = |segment: Segment, value: &Value| {
            target.push(segment.clone());
            path.push(segment);
            self.mark(target, value, path);
            (target.pop(), path.pop())
        };
        match value {
            Value::Table(table) => {
                table.entries().iter().for_each(|(key, value)| drop(below(Segment::Key(Arc::clone(key)), value)))
            }
            Value::Array(items) => items.iter().enumerate().for_each(|(at, item)| drop(below(Segment::Index(at), item))),
            _ => {}
        }
    }

    /// The finished value at another path, and that path as it is in the tree.
    fn path(&mut self, wanted: &Path, from: &[Segment]) -> Result<(Value, Vec<Segment>), Error> {
        let root = self.root;
        let mut value = root;
        let mut path: Vec<Segment> = Vec::with_capacity(wanted.len());
        for (at, segment) in wanted.iter().enumerate() {
            // Below a string there may be a table, once the string's reference is followed.
            if let Value::String(text) = value
                && text.contains("${")
            {
                let finished = self.text(text, &path)?;
                let value = finished.at(&wanted[at..]).cloned().ok_or_else(|| self.unknown(wanted, from))?;
                path.extend_from_slice(&wanted[at..]);
                return Ok((value, path));
            }
            value = value.child(segment).ok_or_else(|| self.unknown(wanted, from))?;
            path.push(match (segment.as_index(), parent_is_array(root, &path)) {
                (Some(index), true) => Segment::Index(index),
                (_, false) => match segment {
                    Segment::Index(index) => Segment::from(itoa::Buffer::new().format(*index)),
                    key => key.clone(),
                },
                (None, true) => segment.clone(),
            });
        }
        match value {
            Value::Table(_) | Value::Array(_) => {
                if let Some(done) = self.done.get(&path) {
                    return Ok((done.clone(), path));
                }
                self.enter(&path)?;
                let mut at = path.clone();
                let finished = self.tree(value, &mut at)?.unwrap_or_else(|| value.clone());
                self.chain.pop();
                self.done.insert(path.clone(), finished.clone());
                Ok((finished, path))
            }
            Value::String(text) if text.contains("${") => Ok((self.text(text, &path)?, path)),
            other => Ok((other.clone(), path)),
        }
    }

    fn unknown(&self, wanted: &Path, from: &[Segment]) -> Error {
        let message = format!("`${{{}}}` refers to a path that does not exist", self.visible(wanted));
        match closest_path(self.root, wanted) {
            Some(nearest) => self.failed(from, &message, &format!("did you mean `${{{}}}`?", self.visible(&nearest))),
            None => self.failed(from, &message, "write `$${` for a literal `${`"),
        }
    }

    /// Takes what is about to be put at a path out of the load's budget.
    fn take(&self, size: ExpandedSize, path: &[Segment]) -> Result<(), Error> {
        let taken = self.references.budget.take(size);
        taken.map_err(|exceeded| Error::from(exceeded).with_path(Path::from(path.to_vec())))
    }

    fn failed(&self, path: &[Segment], problem: &str, hint: &str) -> Error {
        let message = match self.chain.len() {
            0 | 1 => problem.to_owned(),
            _ => format!("{problem} (referred to by {})", self.chain_text(0, &[])),
        };
        Error::new(ErrorCode::Interpolation, message).with_path(Path::from(path.to_vec())).with_hint(hint)
    }

    /// `a → b → c`.
    fn chain_text(&self, start: usize, end: &[Segment]) -> String {
        let last = (!end.is_empty()).then(|| end.to_vec());
        let paths = self.chain[start..].iter().cloned().chain(last);
        paths.map(|path| self.visible(&path).to_string()).collect::<Vec<_>>().join(" → ")
    }

    /// The visible part of a path.
    fn visible(&self, path: &[Segment]) -> Path {
        Path::from(self.references.secrets.visible(path).to_vec())
    }
}

fn parent_is_array(root: &Value, path: &[Segment]) -> bool {
    root.at(path).is_some_and(|value| value.as_array().is_some())
}

fn name_of(value: &Value) -> &'static str {
    match value {
        Value::Array(_) => "an array",
        Value::Table(_) => "a table",
        _ => "null",
    }
}
