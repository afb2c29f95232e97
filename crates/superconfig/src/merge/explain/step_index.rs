//! An index of the steps of a merge by the paths that they are about.

use crate::diagnostic::{Segment, count_steps, sort_by};
use crate::merge::{Action, Directive, Step, StepContent};
use crate::value::Value;
use std::collections::{HashMap, HashSet};

/// The most steps above a key that is a number, as it could be the index of an element.
const STEPS_ABOVE: usize = 100;

/// The steps of a merge by path, so that thousands of paths are not looked for in thousands of layers each.
#[derive(Default)]
pub(super) struct StepIndex<'a> {
    root: IndexedPath<'a>,
}

/// The steps that are about one path.
#[derive(Default)]
struct IndexedPath<'a> {
    children: HashMap<&'a str, IndexedPath<'a>>,
    /// Those that set something here or below, ascending.
    setting: Vec<usize>,
    /// Those of them after which there is nothing below, ascending: they put something else than a table here, or remove it.
    wiping: Vec<usize>,
    /// Those of joined layers, ascending.
    filling: Vec<usize>,
    /// Those that remove elements or keys of what is here or below, ascending.
    removing: Vec<usize>,
    /// Those that remove what is here as a key of what is above it, ascending.
    removed: Vec<usize>,
    /// Whether any of them does what depends on whether there is a table here or an array.
    depends_on_kind: bool,
}

impl<'a> StepIndex<'a> {
    /// Costs a visit to each value of the layers.
    pub(super) fn new(steps: &[Step<'a>]) -> Self {
        let mut index = Self::default();
        for (number, step) in steps.iter().enumerate() {
            let mark = StepMark { number, fills: step.layer.fill, directives: step.layer.directives };
            let assignment = match step.content {
                StepContent::Document(document) => {
                    index.root.add(document.value(), mark);
                    continue;
                }
                StepContent::Assignment(assignment) => assignment,
            };
            let mut at = &mut index.root;
            let mut is_whole = true;
            for segment in assignment.path.iter() {
                match assignment.action {
                    // It makes no tables on its way.
                    Action::Remove => push(&mut at.removing, number),
                    _ => at.note(mark),
                }
                at.depends_on_kind |= segment.as_index().is_some();
                let Segment::Key(key) = segment else {
                    is_whole = false;
                    break;
                };
                at = at.children.entry(key).or_default();
            }
            match assignment.action {
                Action::Set | Action::Fill if is_whole => at.add(&assignment.value, mark),
                Action::Remove if is_whole => at.add_list(Directive::Remove, &assignment.value, mark),
                Action::Remove => {}
                _ => at.edit(mark),
            }
        }
        index
    }

    /// The steps that say anything about a path, and those that tell what these found there, ascending; `None` where it takes all steps
    /// to tell, as something above it is a table in some layers and an array in others. Costs a lookup for each segment, and a search
    /// for each of the steps in each segment that is not a table in all layers.
    pub(super) fn steps_about(&self, path: &[Segment]) -> Option<Vec<usize>> {
        let mut at = Some(&self.root);
        let mut above = Vec::new();
        let mut found = Vec::new();
        for segment in path {
            let (Some(node), Segment::Key(key)) = (at, segment) else { break };
            if segment.as_index().is_some() {
                let lists = [&node.setting, &node.filling, &node.removing];
                found.extend(lists.into_iter().flat_map(|steps| steps.iter().rev().take(STEPS_ABOVE)));
            }
            if !(node.wiping.is_empty() && node.filling.is_empty()) {
                if node.depends_on_kind {
                    return None;
                }
                above.push(node);
            }
            at = node.children.get(&**key);
            found.extend(at.into_iter().flat_map(|node| &node.removed));
        }
        let own: Vec<usize> = at.into_iter().flat_map(IndexedPath::all).collect();
        let mut ends = own.clone();
        ends.push(usize::MAX);
        // What a joined layer fills depends on what it finds.
        let mut filled: HashSet<usize> = HashSet::new();
        while let Some(end) = ends.pop() {
            for node in &above {
                count_steps(1);
                let set = node.setting.partition_point(|step| *step < end).checked_sub(1).map(|at| node.setting[at]);
                let wiped = node.wiping.partition_point(|step| *step < end).checked_sub(1).map(|at| node.wiping[at]);
                found.extend(set.into_iter().chain(wiped));
                // Joined layers meet what the first of them left.
                let fills = node.filling.get(node.filling.partition_point(|step| Some(*step) < set)).filter(|step| **step < end);
                if let Some(fills) = fills.filter(|step| filled.insert(**step)) {
                    found.push(*fills);
                    ends.push(*fills);
                }
            }
        }
        found.extend(own);
        sort_by(&mut found, Ord::cmp);
        found.dedup();
        Some(found)
    }
}

/// A step's number, whether its layer is joined, and whether it may hold directives.
#[derive(Clone, Copy)]
struct StepMark {
    number: usize,
    fills: bool,
    directives: bool,
}

impl<'a> IndexedPath<'a> {
    fn all(&self) -> impl Iterator<Item = usize> {
        self.setting.iter().chain(&self.filling).chain(&self.removing).copied()
    }

    fn note(&mut self, step: StepMark) {
        count_steps(1);
        push(if step.fills { &mut self.filling } else { &mut self.setting }, step.number);
    }

    fn wipe(&mut self, step: StepMark) {
        self.note(step);
        if !step.fills {
            push(&mut self.wiping, step.number);
        }
    }

    /// A step that changes the array here.
    fn edit(&mut self, step: StepMark) {
        self.depends_on_kind = true;
        self.wipe(step);
    }

    fn add(&mut self, value: &'a Value, step: StepMark) {
        let Value::Table(table) = value else { return self.wipe(step) };
        self.note(step);
        for (key, value) in table.entries() {
            match Directive::from_key(key).filter(|_| step.directives && value.as_array().is_some()) {
                Some((stem, directive)) => self.children.entry(stem).or_default().add_list(directive, value, step),
                None => self.children.entry(key).or_default().add(value, step),
            }
        }
    }

    fn add_list(&mut self, directive: Directive, list: &'a Value, step: StepMark) {
        if directive == Directive::Add {
            return self.edit(step);
        }
        count_steps(1);
        push(&mut self.removing, step.number);
        for name in list.as_array().into_iter().flatten().filter_map(Value::as_str) {
            let named = self.children.entry(name).or_default();
            named.wipe(step);
            push(&mut named.removed, step.number);
        }
    }
}

/// Adds a step once to a list that ascends.
fn push(steps: &mut Vec<usize>, step: usize) {
    if steps.last() != Some(&step) {
        steps.push(step);
    }
}

#[cfg(all(test, feature = "json"))]
mod tests {
    use crate::diagnostic::{Segment, SourceKind};
    use crate::merge::explain::explainer::Explainer;
    use crate::merge::{Content, Document, Layer, MergeOptions, fold};
    use crate::value::parse_json;
    use std::sync::Arc;

    /// Layers of which a `+` before the document says that they are joined, and a path.
    const CASES: &[(&[&str], &[&str])] = &[
        // An edit of an array that stands where a table was.
        (&[r#"{"a":{"b":null}}"#, r#"{"a":[]}"#, r#"{"a_add":[]}"#, r#"{"a":{"b":null}}"#], &["a", "b"]),
        // Edits of `a` are no values of `a_add`.
        (&[r#"{"a":[],"a_add":{}}"#, r#"{"a_add":[]}"#, r#"+{"a_add":null}"#, r#"+{"a_add":{"b":null}}"#], &["a_add", "b"]),
        // A joined layer that finds an array of another joined layer, and fills nothing.
        (&[r#"+{"a_add":[]}"#, r#"+{"a":{"b":null}}"#, r#"{"a":{}}"#, r#"+{"a":{"b":{"c":null}}}"#], &["a", "b", "c"]),
        // A removal above the path, below another value there.
        (&[r#"{"a_remove":["b"]}"#, r#"{"a":{"b":null}}"#, r#"{"a":{"b":{"c":null}}}"#], &["a", "b", "c"]),
    ];

    #[test]
    fn steps_of_a_path_are_all_that_its_explanation_needs() {
        for (documents, path) in CASES {
            let filler = std::iter::repeat_n(&r#"{"other":1}"#, 9);
            let layer = |text: &&str| {
                let (fill, text) = text.strip_prefix('+').map_or((false, *text), |text| (true, text));
                let content = Content::Document(Arc::new(Document::of(parse_json(text).unwrap())));
                Layer { kind: SourceKind::Text, name: text.into(), fill, directives: true, content }
            };
            let layers: Vec<Layer> = documents.iter().chain(filler).map(layer).collect();
            let path: Vec<Segment> = path.iter().map(|key| Segment::from(*key)).collect();
            let options = MergeOptions::default();
            let merged = fold(&layers, &options).unwrap();
            let indexed = Explainer::new(&layers, &merged, &options);
            for at in 0..9 {
                indexed.explain(&[Segment::from(&*format!("unused{at}"))]);
            }
            assert_eq!(indexed.explain(&path), Explainer::new(&layers, &merged, &options).explain(&path), "{documents:?}");
        }
    }
}
