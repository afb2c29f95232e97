//! Values into Rust types, through serde, with the path of what does not fit.

use super::value::Value;
use crate::diagnostic::{Path, Segment};
use serde::de::value::{BorrowedStrDeserializer, StrDeserializer};
use serde::de::{
    self, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess, Unexpected, VariantAccess, Visitor,
};
use std::fmt;
use std::sync::Arc;

/// Why a value does not fit a type, and where below it.
#[derive(Debug)]
pub(crate) struct Mismatch {
    pub message: String,
    /// What would fit, where that is known.
    pub expected: Option<String>,
    /// The field that is not there, where that is the problem.
    pub missing: Option<&'static str>,
    /// From the innermost segment outwards.
    reversed: Vec<Segment>,
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
        Self { message: message.to_string(), expected: None, missing: None, reversed: Vec::new() }
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        let mismatch = Self::custom(format_args!("expected {expected}, found {}", kind_of(&found)));
        Self { expected: Some(expected.to_string()), ..mismatch }
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        // Numbers are shown because their size is the problem; text is not, it may be a secret.
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
        Self { expected: Some(format!("one of {names}")), ..mismatch }
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let near = crate::diagnostic::nearest(field, expected.iter().copied());
        let message = format!("the key `{field}` is unknown");
        Self::custom(near.map_or(message.clone(), |near| format!("{message}; did you mean `{near}`?")))
    }

    fn missing_field(field: &'static str) -> Self {
        Self { missing: Some(field), ..Self::custom(format_args!("the key `{field}` is missing")) }
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

/// Reads a [`Value`] as any serde type. A float with an integral value is accepted where an integer is asked for
/// only if the type itself does; strings are never taken for numbers.
pub(crate) struct ValueDeserializer<'de>(pub &'de Value);

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
            Value::Array(items) => visitor.visit_seq(Items { items: items.iter(), index: 0 }),
            Value::Table(table) => visitor.visit_map(Fields { entries: table.entries().iter(), current: None }),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        match self.0 {
            Value::String(text) | Value::Datetime(text) => visitor.visit_enum(BorrowedStrDeserializer::new(text)),
            Value::Table(table) if table.len() == 1 => {
                let (key, value) = &table.entries()[0];
                visitor.visit_enum(Variant { key, value }).map_err(|mismatch| mismatch.below(Segment::Key(key.clone())))
            }
            other => {
                let message = format!("expected a variant's name or a table with one, found {}", other.kind());
                Err(de::Error::custom(message))
            }
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

struct Items<'de> {
    items: std::slice::Iter<'de, Value>,
    index: usize,
}

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Mismatch;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Mismatch> {
        let Some(value) = self.items.next() else { return Ok(None) };
        let index = self.index;
        self.index += 1;
        seed.deserialize(ValueDeserializer(value)).map(Some).map_err(|mismatch| mismatch.below(Segment::Index(index)))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

struct Fields<'de> {
    entries: std::slice::Iter<'de, (Arc<str>, Value)>,
    current: Option<&'de (Arc<str>, Value)>,
}

impl<'de> MapAccess<'de> for Fields<'de> {
    type Error = Mismatch;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Mismatch> {
        self.current = self.entries.next();
        let Some((key, _)) = self.current else { return Ok(None) };
        seed.deserialize(Key(key)).map(Some).map_err(|mismatch| mismatch.below(Segment::Key(key.clone())))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Mismatch> {
        let Some((key, value)) = self.current else { return Err(de::Error::custom("a value was asked for before its key")) };
        seed.deserialize(ValueDeserializer(value)).map_err(|mismatch| mismatch.below(Segment::Key(key.clone())))
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
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = Mismatch;
    type Variant = Content<'de>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Content<'de>), Mismatch> {
        let key: StrDeserializer<'de, Mismatch> = self.key.into_deserializer();
        Ok((seed.deserialize(key)?, Content(self.value)))
    }
}

/// What stands beside a variant's name.
struct Content<'de>(&'de Value);

impl<'de> VariantAccess<'de> for Content<'de> {
    type Error = Mismatch;

    fn unit_variant(self) -> Result<(), Mismatch> {
        if self.0.is_null() {
            return Ok(());
        }
        Err(de::Error::custom(format_args!("expected null beside the variant's name, found {}", self.0.kind())))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Mismatch> {
        seed.deserialize(ValueDeserializer(self.0))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Mismatch> {
        ValueDeserializer(self.0).deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Mismatch> {
        ValueDeserializer(self.0).deserialize_any(visitor)
    }
}

/// So that an extracted type may itself hold values of any shape.
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

        deserializer.deserialize_any(AnyValue)
    }
}
