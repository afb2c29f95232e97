//! Values and layers that have no effect in any of several loads of one configuration.

use super::snapshot::Snapshot;
use crate::diagnostic::{Origin, Path, Segment, SourceKind, closest_name, printable};
use crate::merge::{Effect, Explainer, LayerValue};
use crate::value::SchemaNode;
use serde::Serialize;
use std::borrow::Borrow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The parts of a configuration that have no effect in any of its profiles.
///
/// ```
/// use superconfig::{Format, SuperConfig, find_unused};
///
/// let config = SuperConfig::builder().text("port = 80", Format::Toml).text("port = 81", Format::Toml).load()?;
/// let unused = find_unused(&[config.snapshot()?]);
/// assert_eq!(unused.values[0].path.to_string(), "port");
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Unused {
    /// The values that readers never see, in the order of the layers.
    pub values: Vec<UnusedValue>,
    /// The layers without any value that readers see.
    pub layers: Vec<UnusedLayer>,
    /// The keys that the schema does not declare.
    pub unknown: Vec<UnknownKey>,
}

/// A value of a layer that readers never see.
///
/// ```
/// use superconfig::{Format, SuperConfig, UnusedReason, find_unused};
///
/// let config = SuperConfig::builder().text("port = 80", Format::Toml).text("port = 80", Format::Toml).load()?;
/// let unused = find_unused(&[config.snapshot()?]);
/// assert_eq!(unused.values[0].reason, UnusedReason::Redundant);
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UnusedValue {
    /// The path, down to a secret and no further.
    pub path: Path,
    /// Its origin.
    pub origin: Origin,
    /// Why it has no effect.
    pub reason: UnusedReason,
    /// The origin of the value in its place, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<Origin>,
}

/// Why a value has no effect.
///
/// ```
/// assert_ne!(superconfig::UnusedReason::Redundant, superconfig::UnusedReason::Overridden);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum UnusedReason {
    /// The value equals that of the layers below.
    Redundant,
    /// Higher layers replace or remove the value.
    Overridden,
}

/// A layer without any value that readers see.
///
/// ```
/// use superconfig::{Format, SuperConfig, find_unused};
///
/// let config = SuperConfig::builder().text("", Format::Toml).load()?;
/// assert!(find_unused(&[config.snapshot()?]).layers[0].is_empty);
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UnusedLayer {
    /// The kind of the layer.
    pub kind: SourceKind,
    /// The layer's name.
    pub name: Arc<str>,
    /// The file, as it was given or found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<Arc<str>>,
    /// Whether it sets nothing at all.
    pub is_empty: bool,
}

/// A key that the schema does not declare.
///
/// ```
/// use superconfig::{Format, SuperConfig, find_unused, parse};
///
/// let schema = parse(r#"{ "properties": { "port": {} } }"#, Format::Json)?;
/// let config = SuperConfig::builder().text("prot = 80", Format::Toml).json_schema(schema).load()?;
/// assert_eq!(find_unused(&[config.snapshot()?]).unknown[0].hint.as_deref(), Some("did you mean `port`?"));
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UnknownKey {
    /// The path, down to a secret and no further.
    pub path: Path,
    /// Its origin, where a layer set it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// The nearest declared key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// Finds what has no effect in any of the loads of one configuration, e.g. one for each profile and one without.
///
/// What a load does not read at all counts as neither. Costs a look at the layers of each value of each load, and a search for the
/// position of each finding. Where these are more than 50 million, all of all loads count as used.
///
/// ```
/// use superconfig::{Format, SuperConfig, find_unused};
///
/// let load = |overrides| SuperConfig::builder().text("port = 80", Format::Toml).text(overrides, Format::Toml).load();
/// let (base, production) = (load("")?, load("port = 81")?);
/// assert!(find_unused(&[base.snapshot()?, production.snapshot()?]).values.is_empty());
/// # Ok::<(), superconfig::Error>(())
/// ```
pub fn find_unused(loads: &[impl Borrow<Snapshot>]) -> Unused {
    let mut search = Search::default();
    for snapshot in loads {
        search.add(snapshot.borrow());
    }
    if search.is_given_up {
        return Unused { unknown: search.unknown, ..Unused::default() };
    }
    let layers = search.layers.into_iter().filter(|(_, is_used)| !is_used).map(|(layer, _)| layer);
    // Of a secret that is a table the values in it are one.
    let mut named = HashSet::new();
    let values = search.values.into_iter().flatten().filter(|value| {
        let Origin { file, line, variable, source, .. } = &value.origin;
        named.insert((value.path.clone(), file.clone(), *line, variable.clone(), source.clone()))
    });
    Unused { values: values.collect(), layers: layers.collect(), unknown: search.unknown }
}

/// A layer, whichever load reads it.
#[derive(Clone, PartialEq, Eq, Hash)]
struct LayerKey {
    name: Arc<str>,
    file: Option<Arc<str>>,
    /// The path of its root in the document.
    root: Path,
    /// How many layers of the load below it have the same name, file and root.
    occurrence: usize,
}

/// A value of a layer: a path in it, or that of a variable or flag.
#[derive(PartialEq, Eq, Hash)]
struct ValueKey {
    layer: LayerKey,
    variable: Option<Arc<str>>,
    path: Path,
}

/// The most names that keys which a schema does not declare are compared with.
const HINTED_NAMES: usize = 1_000_000;

/// The most bytes that the paths of one list may take: thousands of values may be below a long path.
const LISTED_BYTES: usize = 16 << 20;

/// What all loads so far have in common.
#[derive(Default)]
struct Search {
    /// The values, by their order; `None` once a load uses it.
    values: Vec<Option<UnusedValue>>,
    places: HashMap<ValueKey, usize>,
    layers: Vec<(UnusedLayer, bool)>,
    layer_places: HashMap<LayerKey, usize>,
    unknown: Vec<UnknownKey>,
    unknown_paths: HashSet<Path>,
    /// Names that keys which the schema does not declare have been compared with.
    compared: usize,
    /// The length of the listed paths.
    bytes: usize,
    /// A load has too many values and layers, so what is unused in others may be used there.
    is_given_up: bool,
}

impl Search {
    fn add(&mut self, snapshot: &Snapshot) {
        let explainer = snapshot.loaded.explainer();
        let (mut counts, mut occurrences) = (HashMap::new(), HashMap::new());
        for (layer, document) in explainer.documents() {
            let (name, file) = (layer.name.clone(), document.file.clone());
            let count = counts.entry((name.clone(), file.clone(), document.root.clone())).or_insert(0_usize);
            let key = LayerKey { name: name.clone(), file: file.clone(), root: document.root.clone(), occurrence: *count };
            occurrences.insert(std::ptr::from_ref(layer), *count);
            *count += 1;
            self.layer_places.entry(key).or_insert_with(|| {
                self.layers.push((UnusedLayer { kind: layer.kind, name, file, is_empty: true }, false));
                self.layers.len() - 1
            });
        }
        // The origins of values in place of others, by path: thousands of layers may set the same.
        let mut setters = HashMap::new();
        let effects = explainer.effects();
        self.is_given_up |= effects.is_none();
        for value in effects.into_iter().flatten() {
            let occurrence = occurrences.get(&std::ptr::from_ref(value.layer)).copied().unwrap_or_default();
            let (name, file) = (value.layer.name.clone(), value.file.cloned());
            let layer = LayerKey { name, file, root: value.root.to_vec().into(), occurrence };
            if let Some((found, is_used)) = self.layer_places.get(&layer).and_then(|at| self.layers.get_mut(*at)) {
                found.is_empty = false;
                *is_used |= value.effect == Effect::Used;
            }
            self.note(snapshot, &explainer, &value, layer, &mut setters);
        }
        self.find_unknown(snapshot, &explainer);
    }

    fn note(
        &mut self,
        snapshot: &Snapshot,
        explainer: &Explainer<'_>,
        value: &LayerValue<'_>,
        layer: LayerKey,
        setters: &mut HashMap<Vec<Segment>, Option<Origin>>,
    ) {
        let key = ValueKey { layer, variable: value.variable.cloned(), path: value.path.clone() };
        let next = self.values.len();
        let at = *self.places.entry(key).or_insert(next);
        let is_new = at == next;
        if is_new {
            self.values.push(None);
        }
        let reason = match value.effect {
            Effect::Used => return self.values[at] = None,
            Effect::Redundant => UnusedReason::Redundant,
            Effect::Overridden => UnusedReason::Overridden,
        };
        match &mut self.values[at] {
            Some(known) if reason == UnusedReason::Overridden => known.reason = reason,
            Some(_) => {}
            // An earlier load uses it.
            None if !is_new => {}
            unused => {
                let path = snapshot.visible_path(&value.path);
                self.bytes +=
                    path.iter().map(|segment| if let Segment::Key(key) = segment { key.len() } else { 8 }).sum::<usize>();
                if self.bytes > LISTED_BYTES {
                    return;
                }
                *unused = Some(UnusedValue {
                    path,
                    origin: explainer.origin_in(value.step, &value.path),
                    reason,
                    by: explainer
                        .present_part(&value.path)
                        .and_then(|path| setters.entry(path.to_vec()).or_insert_with(|| explainer.setter_origin(path)).clone()),
                });
            }
        }
    }

    /// Adds the keys of a load that its schema does not declare; of a table that it does not declare the table alone.
    fn find_unknown(&mut self, snapshot: &Snapshot, explainer: &Explainer<'_>) {
        let Some(schema) = snapshot.loaded.json_schema().map(SchemaNode::new) else { return };
        let value = explainer.merged();
        value.walk(&mut Vec::new(), &mut |path, _| {
            let Some((last, above)) = path.split_last() else { return true };
            if schema.at(path).is_some() {
                return true;
            }
            let (Some(node), Segment::Key(key)) = (schema.at_within(above, value), last) else { return false };
            let mut known = Vec::new();
            node.for_each_key(&mut |key| known.push(&**key));
            let path = snapshot.visible_path(path);
            if !known.is_empty() && self.unknown_paths.insert(path.clone()) {
                let names = known.into_iter().take(HINTED_NAMES.saturating_sub(self.compared));
                let hint = closest_name(key, names.clone()).map(|name| format!("did you mean `{}`?", printable(name)));
                self.compared += names.len();
                self.unknown.push(UnknownKey { origin: explainer.origin_of(&path), path, hint });
            }
            false
        });
    }
}

#[cfg(all(test, feature = "json", feature = "toml"))]
mod tests {
    use super::*;
    use crate::config::SuperConfig;
    use crate::format::Format;

    fn load(texts: &[&str], variables: &[(&str, &str)]) -> Arc<Snapshot> {
        let mut builder = SuperConfig::builder().environment(variables.iter().copied());
        for (at, text) in texts.iter().enumerate() {
            let options = crate::source::TextOptions { format: Some(Format::Toml), name: Some(format!("l{at}").into()) };
            let spec = crate::source::SourceSpec::Text { text: (*text).into(), options };
            builder = builder.entry(crate::source::SourceEntry { spec, fill: false, directives: true });
        }
        builder.env("APP").load().unwrap().snapshot().unwrap()
    }

    fn listed(loads: &[&Snapshot]) -> Vec<String> {
        let shown = |value: &UnusedValue| {
            let by = value.by.as_ref().map_or("-".to_owned(), Origin::to_string);
            format!("{} {} {:?} {by}", value.origin, value.path, value.reason)
        };
        find_unused(loads).values.iter().map(shown).collect()
    }

    #[test]
    fn values_that_no_load_uses() {
        let base = load(&["a = 1\nb = 2\nlist = [1, 2]\n[t]\nx = 1", ""], &[]);
        let one = load(&["a = 1\nb = 2\nlist = [1, 2]\n[t]\nx = 1", "a = 1\nt = 5\nlist_add = [3]"], &[]);
        assert_eq!(listed(&[&base, &one]), ["l1:1:5 a Redundant l0:1:5"]);
        assert_eq!(listed(&[&one]), ["l0:5:5 t.x Overridden l1:2:5", "l1:1:5 a Redundant l0:1:5"]);
        let shadowed = load(&["a = 1", "a = 2"], &[("APP_A", "2")]);
        assert_eq!(listed(&[&shadowed]), ["l0:1:5 a Overridden l1:1:5", "APP_A a Redundant l1:1:5"]);
    }

    #[test]
    fn lists_that_are_added_to_or_removed_from_are_used() {
        let load = load(&["list = [1, 2]\nother = [1]", "list_add = [3]\nlist_remove = [1]", "other_remove = [1]"], &[]);
        assert_eq!(listed(&[&load]), ["l0:2:9 other Overridden l2:1:16"], "nothing of it is left");
    }

    #[test]
    fn layers_without_effect_and_secrets() {
        let load = load(&["a = 1\n[credentials]\nuser = 'x'\nid = 'y'", "", "a = 1", "credentials = 'z'"], &[]);
        let unused = find_unused(std::slice::from_ref(&load));
        let layers: Vec<(&str, bool)> = unused.layers.iter().map(|layer| (&*layer.name, layer.is_empty)).collect();
        assert_eq!(layers, [("l1", true), ("l2", false)]);
        let paths: Vec<String> = unused.values.iter().map(|value| value.path.to_string()).collect();
        assert_eq!(paths, ["credentials", "credentials", "a"]);
    }

    #[test]
    fn keys_that_a_schema_does_not_declare() {
        let schema = r#"{"properties":{"port":{},"open":{"properties":{"a":{}},"additionalProperties":{}},"any":{}}}"#;
        let schema = crate::format::parse(schema, Format::Json).unwrap();
        let text = "prot = 1\nany.x = 1\nopen.b = 1\n[new.table]\nx = 1";
        let load = SuperConfig::builder().text(text, Format::Toml).json_schema(schema).load().unwrap().snapshot().unwrap();
        let unknown: Vec<_> = find_unused(&[load]).unknown.into_iter().map(|key| (key.path.to_string(), key.hint)).collect();
        assert_eq!(unknown, [("prot".to_owned(), Some("did you mean `port`?".to_owned())), ("new".to_owned(), None)]);
    }
}
