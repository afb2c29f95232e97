//! Deserialization that collects every error, not only the first.

use super::deserialize::{FieldNames, Mismatch, MismatchKind, Reading, ValueDeserializer};
use super::value::Value;
use crate::diagnostic::{Path, Segment, sort_by};
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// The most mismatches reported: each costs another deserialization.
const MOST: usize = 50;

/// One thing in a value that does not fit a type.
///
/// ```
/// use superconfig::{FieldNames, Format, parse, read_options};
///
/// let given = parse("[limits]\ndepth = 'x'", Format::Toml)?;
/// type Options = std::collections::HashMap<String, std::collections::HashMap<String, u8>>;
/// let mismatch = &read_options::<Options>(&given, FieldNames::Exact).unwrap_err()[0];
/// assert_eq!((mismatch.path.to_string(), mismatch.expected.as_deref()), ("limits.depth".to_owned(), Some("u8")));
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TypeMismatch {
    /// The path in the value.
    pub path: Path,
    /// The problem, in one sentence; it quotes no text.
    pub message: String,
    /// The expected type, where it is known.
    pub expected: Option<String>,
    /// The kind of problem.
    pub kind: MismatchKind,
}

/// Reads the options of a program as a type, or lists everything that does not fit: unknown fields, where the type denies
/// them, and values of another kind. `null` is not taken for an absent value, also where an `Option` is read.
///
/// Costs one pass where everything fits.
///
/// ```
/// use superconfig::{FieldNames, Format, parse, read_options};
///
/// #[derive(Debug, Default, serde::Deserialize)]
/// #[serde(default, deny_unknown_fields)]
/// struct Options {
///     max_wait: u32,
///     poll: bool,
/// }
///
/// let given = parse("maxWait = 'long'\npolls = true", Format::Toml)?;
/// let paths = read_options::<Options>(&given, FieldNames::CamelCase).unwrap_err().into_iter().map(|one| one.path.to_string());
/// assert_eq!(paths.collect::<Vec<_>>(), ["maxWait", "polls"]);
/// # Ok::<(), superconfig::Error>(())
/// ```
///
/// # Errors
/// Everything that does not fit.
pub fn read_options<T: DeserializeOwned>(options: &Value, names: FieldNames) -> Result<T, Vec<TypeMismatch>> {
    read_as(options, Reading::Options(names))
}

/// Deserializes a value as a type, or gives all mismatches.
///
/// serde stops at the first problem. So what does not fit is left out and the rest read again, until nothing new comes up;
/// what is then missing only because it was left out is no problem of its own. Costs one reading where everything fits.
pub(crate) fn from_value<T: DeserializeOwned>(value: &Value) -> Result<T, Vec<TypeMismatch>> {
    read_as(value, Reading::Lenient)
}

fn read_as<T: DeserializeOwned>(value: &Value, reading: Reading) -> Result<T, Vec<TypeMismatch>> {
    let mut mismatch = match T::deserialize(ValueDeserializer(value, reading)) {
        Ok(read) => return Ok(read),
        Err(mismatch) => mismatch,
    };
    let mut problems = Vec::new();
    let mut left_out = Removed { rest: value.clone(), paths: Vec::new(), reading };
    loop {
        let path = left_out.original(&mismatch.path(&Path::new()));
        if !left_out.explains(&path, &mismatch) {
            let Mismatch { message, expected, kind, .. } = mismatch;
            problems.push(TypeMismatch { path: path.clone(), message, expected, kind });
        }
        if path.is_empty() || problems.len() == MOST || !left_out.add(path) {
            return Err(problems);
        }
        mismatch = match T::deserialize(ValueDeserializer(&left_out.rest, reading)) {
            Ok(_) => return Err(problems),
            Err(mismatch) => mismatch,
        };
    }
}

/// A value without what did not fit.
struct Removed {
    rest: Value,
    /// As they are in the whole value.
    paths: Vec<Path>,
    reading: Reading,
}

impl Removed {
    /// Removes one more; false if it is removed already.
    fn add(&mut self, path: Path) -> bool {
        let own = self.current(&path);
        let removed = remove(&mut self.rest, &own);
        self.paths.push(path);
        removed
    }

    /// True when a mismatch is only a consequence of what was removed directly below its path.
    fn explains(&self, path: &[Segment], mismatch: &Mismatch) -> bool {
        let mut below = self.paths.iter().filter_map(|removed| match removed.strip_prefix(path) {
            Some([child]) => Some(child),
            _ => None,
        });
        match mismatch.kind {
            MismatchKind::MissingField(field) => {
                let name = match self.reading {
                    Reading::Lenient => field.into(),
                    Reading::Options(names) => names.spell(field),
                };
                below.any(|child| *child == Segment::from(&*name))
            }
            _ => below.next().is_some(),
        }
    }

    /// A path of the whole value as it is in the rest.
    fn current(&self, path: &[Segment]) -> Vec<Segment> {
        let shifted = path.iter().enumerate().map(|(at, segment)| match segment {
            Segment::Index(index) => {
                Segment::Index(index - self.removed_in(&path[..at]).filter(|removed| removed < index).count())
            }
            key => key.clone(),
        });
        shifted.collect()
    }

    /// A path of the rest as it is in the whole value.
    fn original(&self, path: &[Segment]) -> Path {
        let mut original: Vec<Segment> = Vec::with_capacity(path.len());
        for segment in path {
            let segment = match segment {
                Segment::Index(index) => {
                    let mut removed: Vec<usize> = self.removed_in(&original).collect();
                    sort_by(&mut removed, Ord::cmp);
                    Segment::Index(
                        removed.into_iter().fold(*index, |index, removed| if removed <= index { index + 1 } else { index }),
                    )
                }
                key => key.clone(),
            };
            original.push(segment);
        }
        original.into()
    }

    /// The indexes that were left out of an array.
    fn removed_in<'a>(&'a self, array: &'a [Segment]) -> impl Iterator<Item = usize> + 'a {
        self.paths.iter().filter_map(move |removed| match removed.strip_prefix(array) {
            Some([Segment::Index(index)]) => Some(*index),
            _ => None,
        })
    }
}

fn remove(value: &mut Value, path: &[Segment]) -> bool {
    match (value, path) {
        (Value::Table(table), [Segment::Key(key)]) => table.remove(key).is_some(),
        (Value::Table(table), [Segment::Key(key), rest @ ..]) => table.get_mut(key).is_some_and(|value| remove(value, rest)),
        (Value::Array(items), [Segment::Index(index)]) if *index < items.len() => {
            Arc::make_mut(items).remove(*index);
            true
        }
        (Value::Array(items), [Segment::Index(index), rest @ ..]) => {
            Arc::make_mut(items).get_mut(*index).is_some_and(|value| remove(value, rest))
        }
        _ => false,
    }
}

#[cfg(all(test, feature = "json"))]
mod tests {
    use super::*;
    use crate::value::parse_json;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[allow(dead_code, reason = "only read into")]
    enum Shape {
        Circle { radius: u8 },
        Point,
    }

    #[derive(Debug, Deserialize)]
    #[allow(dead_code, reason = "only read into")]
    struct Inner {
        a: u8,
        b: bool,
    }

    fn paths<T: DeserializeOwned>(json: &str) -> Vec<String> {
        let problems = from_value::<T>(&parse_json(json).unwrap()).map(|_| ()).unwrap_err();
        problems.into_iter().map(|problem| problem.path.to_string()).collect()
    }

    #[test]
    fn elements_keep_their_indexes() {
        assert_eq!(paths::<Vec<u8>>(r#"[1, "x", 2, "y", "z", 3, -1]"#), ["[1]", "[3]", "[4]", "[6]"]);
        assert_eq!(
            paths::<Vec<Vec<u8>>>(r#"[["x"], 1, [1, "y"], ["z", 2, "w"]]"#),
            ["[0][0]", "[1]", "[2][1]", "[3][0]", "[3][2]"]
        );
        assert_eq!(paths::<Vec<Inner>>(r#"[{"a":1,"b":2},{"a":"x","b":"y"},{"a":1}]"#), ["[0].b", "[1].a", "[1].b", "[2]"]);
    }

    #[test]
    fn removed_values_cause_no_mismatch() {
        assert_eq!(paths::<Inner>(r#"{"a":-1,"b":1}"#), ["a", "b"]);
        assert_eq!(paths::<Inner>(r#"{"b":1}"#), ["b", ""], "`a` is missing indeed");
        assert_eq!(paths::<(u8, u8)>(r#"["x", 1]"#), ["[0]"]);
        assert_eq!(
            paths::<Vec<Shape>>(r#"[{"Circle":{"radius":"x"}},"Point",{"Square":1},"Line"]"#),
            ["[0].Circle.radius", "[2].Square", "[3]"]
        );
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only read into")]
    struct Options {
        max_wait: u8,
        #[serde(default)]
        name: Option<String>,
        #[serde(default)]
        shapes: Vec<OptionShape>,
        #[serde(default)]
        any: Value,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case", deny_unknown_fields)]
    #[allow(dead_code, reason = "only read into")]
    enum OptionShape {
        Circle { outer_radius: u8 },
        Point,
    }

    #[test]
    fn option_names_follow_the_host_language() {
        let read = |json: &str, names| read_options::<Options>(&parse_json(json).unwrap(), names);
        let paths = |json: &str, names| -> Vec<(String, MismatchKind)> {
            let mismatches = read(json, names).map(|_| ()).unwrap_err();
            mismatches.into_iter().map(|mismatch| (mismatch.path.to_string(), mismatch.kind)).collect()
        };
        const FIELDS: MismatchKind = MismatchKind::UnknownField(&["max_wait", "name", "shapes", "any"]);
        let camel = r#"{"maxWait":1,"shapes":[{"circle":{"outerRadius":2}},"point"],"any":{"a_b":null}}"#;
        let options = read(camel, FieldNames::CamelCase).unwrap();
        assert_eq!(options.any, parse_json(r#"{"a_b":null}"#).unwrap());
        assert!(matches!(options.shapes[..], [OptionShape::Circle { outer_radius: 2 }, OptionShape::Point]));
        let snake = r#"{"max_wait":1,"shapes":[{"circle":{"outer_radius":2}}]}"#;
        assert!(read(snake, FieldNames::Exact).is_ok());
        assert_eq!(
            paths(snake, FieldNames::CamelCase),
            [
                ("max_wait".to_owned(), FIELDS),
                ("shapes[0].circle.outer_radius".to_owned(), MismatchKind::UnknownField(&["outer_radius"])),
                ("shapes[0].circle".to_owned(), MismatchKind::MissingField("outer_radius")),
                (String::new(), MismatchKind::MissingField("max_wait")),
            ]
        );
        assert_eq!(paths(r#"{"maxWait":"x"}"#, FieldNames::CamelCase), [("maxWait".to_owned(), MismatchKind::Value)]);
        assert_eq!(
            paths(r#"[1]"#, FieldNames::Exact),
            [(String::new(), MismatchKind::Value)],
            "an array of the fields is rejected"
        );
        assert_eq!(
            paths(r#"{"max_wait":1,"name":null,"shapes":[1,"line",{"square":{}}]}"#, FieldNames::Exact),
            [
                ("name".to_owned(), MismatchKind::Value),
                ("shapes[0]".to_owned(), MismatchKind::UnknownVariant(&["circle", "point"])),
                ("shapes[1]".to_owned(), MismatchKind::UnknownVariant(&["circle", "point"])),
                ("shapes[2].square".to_owned(), MismatchKind::UnknownVariant(&["circle", "point"])),
            ]
        );
        assert_eq!(FieldNames::CamelCase.spell("a_long_name"), "aLongName");
        assert_eq!(FieldNames::Exact.spell("a_long_name"), "a_long_name");
    }

    #[test]
    fn mismatches_are_limited() {
        let list = format!("[{}\"x\"]", "\"x\",".repeat(200));
        assert_eq!(paths::<Vec<u8>>(&list).len(), MOST);
    }
}
