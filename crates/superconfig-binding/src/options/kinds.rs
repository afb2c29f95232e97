//! Option types with constraints that serde cannot express.

use super::option_reader::kind_of;
use serde::Deserialize;
use serde::de::value::SeqAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor};
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;
use superconfig::{Environment, Value};

/// A text that is shared, not copied.
#[derive(Clone, Debug, Default)]
pub struct SharedText(pub Arc<str>);

impl<'de> Deserialize<'de> for SharedText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) => Ok(Self(text)),
            other => Err(D::Error::invalid_type(Unexpected::Other(other.kind()), &"a string")),
        }
    }
}

/// One path or several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths(pub Vec<String>);

impl<'de> Deserialize<'de> for Paths {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PathsVisitor;

        impl<'de> Visitor<'de> for PathsVisitor {
            type Value = Paths;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or an array of strings")
            }

            fn visit_str<E: Error>(self, path: &str) -> Result<Paths, E> {
                Ok(Paths(vec![path.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, paths: A) -> Result<Paths, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(paths)).map(Paths)
            }
        }

        deserializer.deserialize_any(PathsVisitor)
    }
}

/// A prefix of variables' names, or `false`, which is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prefix(pub Option<Arc<str>>);

impl Default for Prefix {
    fn default() -> Self {
        Self(Some("".into()))
    }
}

impl<'de> Deserialize<'de> for Prefix {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) => Ok(Self(Some(text))),
            Value::Bool(false) => Ok(Self(None)),
            other => Err(D::Error::invalid_type(Unexpected::Other(other.kind()), &"a string or false")),
        }
    }
}

/// A whole number from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count(pub usize);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct CountVisitor;

        impl Visitor<'_> for CountVisitor {
            type Value = Count;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a positive whole number")
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Count, E> {
                let count = usize::try_from(number).ok().filter(|count| *count > 0);
                count.map(Count).ok_or_else(|| E::invalid_value(Unexpected::Signed(number), &self))
            }
        }

        deserializer.deserialize_u64(CountVisitor)
    }
}

/// A time in milliseconds, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Milliseconds(pub Duration);

impl<'de> Deserialize<'de> for Milliseconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MillisecondsVisitor;

        impl Visitor<'_> for MillisecondsVisitor {
            type Value = Milliseconds;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of milliseconds")
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Milliseconds, E> {
                self.visit_f64(number as f64)
            }

            fn visit_f64<E: Error>(self, number: f64) -> Result<Milliseconds, E> {
                if !(number.is_finite() && number >= 0.0) {
                    return Err(E::invalid_value(Unexpected::Float(number), &self));
                }
                // Longer than a duration can be is as good as for ever; the engine bounds it.
                Ok(Milliseconds(Duration::try_from_secs_f64(number / 1000.0).unwrap_or(Duration::MAX)))
            }
        }

        deserializer.deserialize_f64(MillisecondsVisitor)
    }
}

/// The variables of an environment.
#[derive(Clone, Debug, Default)]
pub struct Variables(pub Vec<(Arc<str>, Arc<str>)>);

impl<'de> Deserialize<'de> for Variables {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let Some(table) = value.as_table() else {
            return Err(D::Error::invalid_type(Unexpected::Other(value.kind()), &"a table of strings"));
        };
        let pair = |(name, value): (&str, &Value)| match value {
            Value::String(value) => Ok((Arc::from(name), value.clone())),
            other => {
                let message = format!("the variable {name} of `env` must be a string, and is {}", kind_of(other));
                Err(D::Error::custom(message))
            }
        };
        table.iter().map(pair).collect::<Result<_, _>>().map(Self)
    }
}

/// The program's own environment, as the host captured it when the load was called. The host captures it because only that can read
/// it safely while others of its threads write it, and because it may have another one than the process.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CapturedEnvironment {
    /// The variables that the load can need.
    pub variables: Variables,
    /// The names of those that are left out, because they are not UTF-8.
    pub skipped: Vec<String>,
}

impl CapturedEnvironment {
    /// Reads what a host wrote as one text, which costs it less than a document: the number of variables, that of skipped names, then name
    /// and value of each variable, then the skipped names, each of these ended by NUL. Costs one pass.
    ///
    /// ```
    /// use superconfig_binding::options::CapturedEnvironment;
    ///
    /// let captured = CapturedEnvironment::parse("1\00\0APP_PORT\080\0")?;
    /// assert_eq!((&*captured.variables.0[0].0, &*captured.variables.0[0].1), ("APP_PORT", "80"));
    /// # Ok::<(), superconfig::Error>(())
    /// ```
    ///
    /// # Errors
    /// `ERR_SUPERCONFIG_OPTION` where a name or value holds NUL, which no environment of a process can.
    pub fn parse(text: &str) -> Result<Self, superconfig::Error> {
        let mut parts = ended_by_nul(text);
        let mut count = || parts.next().and_then(|count| count.parse::<usize>().ok()).unwrap_or_default();
        let (variables, skipped) = (count(), count());
        let mut captured = Self { variables: Variables(Vec::with_capacity(variables)), skipped: Vec::new() };
        for _ in 0..variables {
            if let (Some(name), Some(value)) = (parts.next(), parts.next()) {
                captured.variables.0.push((name.into(), value.into()));
            }
        }
        captured.skipped.extend(parts.map(str::to_owned));
        if captured.variables.0.len() == variables && captured.skipped.len() == skipped {
            return Ok(captured);
        }
        Err(superconfig::Error::new(superconfig::ErrorCode::Option, "a variable of the environment holds a NUL character"))
    }
}

/// The parts of a text, each ended by NUL. They are short: looking at byte after byte is quicker than searching, once for each.
fn ended_by_nul(mut text: &str) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || take_part(&mut text))
}

/// Takes the first of these parts off a text.
pub(super) fn take_part<'t>(text: &mut &'t str) -> Option<&'t str> {
    let at = text.bytes().position(|byte| byte == 0)?;
    let (part, rest) = text.split_at(at);
    *text = &rest[1..];
    Some(part)
}

impl From<CapturedEnvironment> for Environment {
    fn from(CapturedEnvironment { variables: Variables(variables), skipped }: CapturedEnvironment) -> Self {
        Self::from_pairs(variables).with_skipped(skipped)
    }
}

/// A table whose keys are data, not names of options, in order.
#[derive(Clone, Debug)]
pub struct Entries<T>(pub Vec<(String, T)>);

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntriesVisitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for EntriesVisitor<T> {
            type Value = Entries<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<T>, A::Error> {
                let mut entries = Vec::with_capacity(map.size_hint().unwrap_or_default());
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(EntriesVisitor(PhantomData))
    }
}
