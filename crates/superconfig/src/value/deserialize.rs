//! Deserialization of values into Rust types through serde, with the path of what does not fit.

use super::handover;
use super::value::Value;
use crate::diagnostic::{Path, Segment};
use serde::de::value::{BorrowedStrDeserializer, StrDeserializer};
use serde::de::{
    self, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess, Unexpected, VariantAccess, Visitor,
};
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// A mismatch between a value and a type, with its path below the value.
#[derive(Debug)]
pub(crate) struct Mismatch {
    pub message: String,
    /// The expected type, where it is known.
    pub expected: Option<String>,
    pub kind: MismatchKind,
    /// From the innermost segment outwards.
    reversed: Vec<Segment>,
}

/// The kind of a mismatch, with the names that the type knows.
///
/// ```
/// use superconfig::{FieldNames, Format, MismatchKind, parse, read_options};
///
/// #[derive(Debug, serde::Deserialize)]
/// #[serde(deny_unknown_fields)]
/// struct Options {
///     depth: u8,
/// }
///
/// let given = parse("dept = 3", Format::Toml)?;
/// let mismatches = read_options::<Options>(&given, FieldNames::Exact).unwrap_err();
/// assert_eq!(mismatches[0].kind, MismatchKind::UnknownField(&["depth"]));
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum MismatchKind {
    /// A value of another kind, or out of range.
    #[default]
    Value,
    /// The path's last key is none of these fields of a struct.
    UnknownField(&'static [&'static str]),
    /// The text, or the path's last key, is none of these variants of an enum.
    UnknownVariant(&'static [&'static str]),
    /// The table at the path lacks this field.
    MissingField(&'static str),
}

/// The spelling of a struct's fields in a table.
///
/// ```
/// use superconfig::{FieldNames, Format, parse, read_options};
///
/// #[derive(serde::Deserialize)]
/// struct Options {
///     max_wait: u8,
/// }
///
/// let given = parse("maxWait = 3", Format::Toml)?;
/// assert_eq!(read_options::<Options>(&given, FieldNames::CamelCase).unwrap().max_wait, 3);
/// assert!(read_options::<Options>(&given, FieldNames::Exact).is_err());
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum FieldNames {
    /// As the struct does: `max_wait`.
    #[default]
    Exact,
    /// In camelCase, and no other way: `maxWait`.
    CamelCase,
}

impl FieldNames {
    /// A field's name as a table spells it.
    ///
    /// ```
    /// assert_eq!(superconfig::FieldNames::CamelCase.spell("max_wait"), "maxWait");
    /// ```
    pub fn spell(self, field: &str) -> Cow<'_, str> {
        match self {
            FieldNames::Exact => Cow::Borrowed(field),
            FieldNames::CamelCase => {
                let mut words = field.split('_');
                let mut name = words.next().unwrap_or_default().to_owned();
                for word in words {
                    let (first, rest) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
                    name.extend([&*first.to_ascii_uppercase(), rest]);
                }
                Cow::Owned(name)
            }
        }
    }

    /// The field of a struct that a key names.
    fn field(self, key: &str, fields: &'static [&'static str]) -> Option<&'static str> {
        let names = |field: &&&str| match self {
            FieldNames::Exact => **field == key,
            FieldNames::CamelCase => is_in_camel_case(key.as_bytes(), field.as_bytes()),
        };
        fields.iter().find(names).copied()
    }
}

/// Whether a key is a field's name in camelCase. Most keys differ in their first byte, so this is a loop over bytes.
fn is_in_camel_case(key: &[u8], field: &[u8]) -> bool {
    let mut key = key.iter();
    let mut starts_word = false;
    for byte in field {
        let expected = match byte {
            b'_' => {
                starts_word = true;
                continue;
            }
            letter if starts_word => letter.to_ascii_uppercase(),
            letter => *letter,
        };
        starts_word = false;
        if key.next() != Some(&expected) {
            return false;
        }
    }
    key.next().is_none()
}

/// The strictness of a deserialization.
#[derive(Clone, Copy)]
pub(crate) enum Reading {
    /// A value of a configuration: `null` is `None`.
    Lenient,
    /// Options of a program: fields are spelled its way, and `null` is a value as any other.
    Options(FieldNames),
}

impl Mismatch {
    pub(crate) fn path(&self, base: &Path) -> Path {
        base.iter().chain(self.reversed.iter().rev()).cloned().collect()
    }

    fn below(mut self, segment: Segment) -> Self {
        self.reversed.push(segment);
        self
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Mismatch {}

impl de::Error for Mismatch {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { message: message.to_string(), expected: None, kind: MismatchKind::Value, reversed: Vec::new() }
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        let mismatch = Self::custom(format_args!("expected {expected}, found {}", kind_of(&found)));
        Self { expected: Some(expected.to_string()), ..mismatch }
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        // Numbers are quoted because their size is the problem; text is not, it may be a secret.
        match found {
            Unexpected::Signed(_) | Unexpected::Unsigned(_) | Unexpected::Float(_) => {
                let mismatch = Self::custom(format_args!("expected {expected}, found {found}"));
                Self { expected: Some(expected.to_string()), ..mismatch }
            }
            _ => Self::invalid_type(found, expected),
        }
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        let names = expected.join(", ");
        let mismatch = Self::custom(format_args!("expected one of {names}, found another string"));
        Self { expected: Some(format!("one of {names}")), kind: MismatchKind::UnknownVariant(expected), ..mismatch }
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let near = crate::diagnostic::closest_name(field, expected.iter().copied());
        let message = format!("the key `{}` is unknown", crate::diagnostic::printable(field));
        let mismatch = Self::custom(near.map_or(message.clone(), |near| format!("{message}; did you mean `{near}`?")));
        Self { kind: MismatchKind::UnknownField(expected), ..mismatch }
    }

    fn missing_field(field: &'static str) -> Self {
        Self { kind: MismatchKind::MissingField(field), ..Self::custom(format_args!("the key `{field}` is missing")) }
    }
}

fn kind_of(found: &Unexpected<'_>) -> &'static str {
    match found {
        Unexpected::Bool(_) => "a boolean",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "an integer",
        Unexpected::Float(_) => "a float",
        Unexpected::Str(_) | Unexpected::Char(_) => "a string",
        Unexpected::Unit | Unexpected::Option => "null",
        Unexpected::Seq => "an array",
        Unexpected::Map => "a table",
        _ => "something else",
    }
}

/// Deserializes a [`Value`] as any serde type. A float with an integral value is accepted for an integer only if the type
/// itself accepts it; strings are never taken for numbers.
pub(crate) struct ValueDeserializer<'de>(pub &'de Value, pub Reading);

impl<'de> Deserializer<'de> for ValueDeserializer<'de> {
    type Error = Mismatch;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Integer(value) => visitor.visit_i64(*value),
            Value::Unsigned(value) => visitor.visit_u64(*value),
            Value::Float(value) => visitor.visit_f64(*value),
            Value::String(text) | Value::Datetime(text) => visitor.visit_borrowed_str(text),
            Value::Array(items) => visitor.visit_seq(Items { items: items.iter(), index: 0, reading: self.1 }),
            Value::Table(table) => {
                visitor.visit_map(Fields { entries: table.entries().iter(), current: None, reading: self.1, fields: &[] })
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match (self.0, self.1) {
            (Value::Null, Reading::Lenient) => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Mismatch> {
        if name == handover::NAME {
            return handover::offer(self.0, || visitor.visit_newtype_struct(self));
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        match self.0 {
            Value::Table(table) => {
                visitor.visit_map(Fields { entries: table.entries().iter(), current: None, reading: self.1, fields })
            }
            // serde also makes a struct of an array, its fields in order; for options with names that is always a mistake.
            other if matches!(self.1, Reading::Options(_)) => {
                Err(de::Error::invalid_type(Unexpected::Other(other.kind()), &"a table"))
            }
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        match self.0 {
            Value::String(text) | Value::Datetime(text) => visitor.visit_enum(BorrowedStrDeserializer::new(text)),
            Value::Table(table) if table.len() == 1 => {
                let (key, value) = &table.entries()[0];
                visitor
                    .visit_enum(Variant { key, value, reading: self.1 })
                    .map_err(|mismatch| mismatch.below(Segment::Key(key.clone())))
            }
            other => {
                let message = format!("expected a variant's name or a table with one, found {}", other.kind());
                let mismatch: Mismatch = de::Error::custom(message);
                Err(Mismatch { kind: MismatchKind::UnknownVariant(variants), ..mismatch })
            }
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}

struct Items<'de> {
    items: std::slice::Iter<'de, Value>,
    index: usize,
    reading: Reading,
}

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Mismatch;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Mismatch> {
        let Some(value) = self.items.next() else { return Ok(None) };
        let index = self.index;
        self.index += 1;
        seed.deserialize(ValueDeserializer(value, self.reading))
            .map(Some)
            .map_err(|mismatch| mismatch.below(Segment::Index(index)))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

struct Fields<'de> {
    entries: std::slice::Iter<'de, (Arc<str>, Value)>,
    current: Option<&'de (Arc<str>, Value)>,
    reading: Reading,
    /// Those of the struct that is read; none for a map.
    fields: &'static [&'static str],
}

impl<'de> MapAccess<'de> for Fields<'de> {
    type Error = Mismatch;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Mismatch> {
        self.current = self.entries.next();
        let Some((key, _)) = self.current else { return Ok(None) };
        let name = match self.reading {
            Reading::Options(names @ FieldNames::CamelCase) if !self.fields.is_empty() => names.field(key, self.fields),
            _ => Some(&**key),
        };
        let read = name.ok_or_else(|| de::Error::unknown_field(key, self.fields)).and_then(|name| seed.deserialize(Key(name)));
        read.map(Some).map_err(|mismatch: Mismatch| mismatch.below(Segment::Key(key.clone())))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Mismatch> {
        let Some((key, value)) = self.current else { return Err(de::Error::custom("a value was requested before its key")) };
        seed.deserialize(ValueDeserializer(value, self.reading)).map_err(|mismatch| mismatch.below(Segment::Key(key.clone())))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.entries.len())
    }
}

/// A table's key; numbers and booleans are read from its text, for maps whose keys are not strings.
struct Key<'de>(&'de str);

macro_rules! parse_key {
    ($($method:ident $visit:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
            match self.0.parse() {
                Ok(key) => visitor.$visit(key),
                Err(_) => visitor.visit_borrowed_str(self.0),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for Key<'de> {
    type Error = Mismatch;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_borrowed_str(self.0)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_some(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        BorrowedStrDeserializer::new(self.0).deserialize_enum(name, variants, visitor)
    }

    parse_key! {
        deserialize_bool visit_bool
        deserialize_i8 visit_i8 deserialize_i16 visit_i16 deserialize_i32 visit_i32 deserialize_i64 visit_i64
        deserialize_u8 visit_u8 deserialize_u16 visit_u16 deserialize_u32 visit_u32 deserialize_u64 visit_u64
    }

    serde::forward_to_deserialize_any! {
        i128 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier
        ignored_any
    }
}

struct Variant<'de> {
    key: &'de str,
    value: &'de Value,
    reading: Reading,
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = Mismatch;
    type Variant = Content<'de>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Content<'de>), Mismatch> {
        let key: StrDeserializer<'de, Mismatch> = self.key.into_deserializer();
        Ok((seed.deserialize(key)?, Content(self.value, self.reading)))
    }
}

/// The content of an enum variant, beside its name.
struct Content<'de>(&'de Value, Reading);

impl<'de> VariantAccess<'de> for Content<'de> {
    type Error = Mismatch;

    fn unit_variant(self) -> Result<(), Mismatch> {
        if self.0.is_null() {
            return Ok(());
        }
        Err(de::Error::custom(format_args!("expected null beside the variant's name, found {}", self.0.kind())))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Mismatch> {
        seed.deserialize(ValueDeserializer(self.0, self.1))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Mismatch> {
        ValueDeserializer(self.0, self.1).deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Mismatch> {
        ValueDeserializer(self.0, self.1).deserialize_struct("", fields, visitor)
    }
}

/// So that an extracted type may itself hold values of any shape; out of a [`Value`] they are shared, not copied.
impl<'de> de::Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyValue;

        impl<'de> Visitor<'de> for AnyValue {
            type Value = Value;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any value")
            }

            fn visit_unit<E>(self) -> Result<Value, E> {
                Ok(Value::Null)
            }

            fn visit_none<E>(self) -> Result<Value, E> {
                Ok(Value::Null)
            }

            fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<Value, D::Error> {
                inner.deserialize_any(self)
            }

            fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<Value, D::Error> {
                match handover::take() {
                    Some(value) => Ok(value),
                    None => inner.deserialize_any(self),
                }
            }

            fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
                Ok(Value::Bool(value))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
                Ok(Value::Integer(value))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
                Ok(Value::from(value))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
                Ok(Value::Float(value))
            }

            fn visit_str<E>(self, text: &str) -> Result<Value, E> {
                Ok(Value::from(text))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Value, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = sequence.next_element()? {
                    items.push(item);
                }
                Ok(Value::array(items))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
                let mut table = super::Table::new();
                while let Some((key, value)) = map.next_entry::<String, Value>()? {
                    table.insert(key, value);
                }
                Ok(Value::Table(table))
            }
        }

        deserializer.deserialize_newtype_struct(handover::NAME, AnyValue)
    }
}
