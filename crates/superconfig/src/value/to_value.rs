//! Serializer of any Rust type into a [`Value`].

use super::handover;
use super::json_text::to_json;
use super::table::Table;
use super::value::Value;
use crate::diagnostic::{Error, ErrorCode};
use serde::ser::{
    self, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple, SerializeTupleStruct,
    SerializeTupleVariant, Serializer,
};
use std::fmt;
use std::sync::Arc;

/// Makes a value of any type that serde knows; a [`Value`] in it is shared, not copied.
///
/// `None` is `null`, an enum its variant's name, or a table with that name for one that holds something. Costs one pass.
///
/// ```
/// use superconfig::{SuperConfig, to_value};
///
/// #[derive(serde::Serialize)]
/// struct Server {
///     port: u16,
/// }
///
/// let config = SuperConfig::builder().defaults(to_value(&Server { port: 8080 })?).load()?;
/// assert_eq!(config.get::<u16>("port")?, 8080);
/// # Ok::<(), superconfig::Error>(())
/// ```
///
/// # Errors
/// `ERR_SUPERCONFIG_OPTION` for an integer beyond 64 bits, and for a map whose keys are neither text, numbers nor booleans.
pub fn to_value<T: Serialize + ?Sized>(input: &T) -> Result<Value, Error> {
    input.serialize(ToValue).map_err(|Unsuitable(message)| Error::new(ErrorCode::Option, message))
}

/// The error of something that cannot become a value.
#[derive(Debug)]
struct Unsuitable(String);

impl fmt::Display for Unsuitable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unsuitable {}

impl ser::Error for Unsuitable {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

/// Writes a [`Value`].
struct ToValue;

macro_rules! integers {
    ($($method:ident $type:ty),*) => {$(
        fn $method(self, value: $type) -> Result<Value, Unsuitable> {
            match (i64::try_from(value), u64::try_from(value)) {
                (Ok(value), _) => Ok(Value::Integer(value)),
                (_, Ok(value)) => Ok(Value::Unsigned(value)),
                _ => Err(Unsuitable(format!("the integer {value} does not fit 64 bits"))),
            }
        }
    )*};
}

impl Serializer for ToValue {
    type Ok = Value;
    type Error = Unsuitable;
    type SerializeSeq = Items;
    type SerializeTuple = Items;
    type SerializeTupleStruct = Items;
    type SerializeTupleVariant = Variant<Items>;
    type SerializeMap = Fields;
    type SerializeStruct = Fields;
    type SerializeStructVariant = Variant<Fields>;

    integers!(serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64, serialize_i128 i128);
    integers!(serialize_u8 u8, serialize_u16 u16, serialize_u32 u32, serialize_u64 u64, serialize_u128 u128);

    fn serialize_bool(self, value: bool) -> Result<Value, Unsuitable> {
        Ok(Value::Bool(value))
    }

    fn serialize_f32(self, value: f32) -> Result<Value, Unsuitable> {
        Ok(Value::Float(value.into()))
    }

    fn serialize_f64(self, value: f64) -> Result<Value, Unsuitable> {
        Ok(Value::Float(value))
    }

    fn serialize_char(self, value: char) -> Result<Value, Unsuitable> {
        Ok(Value::from(&*value.encode_utf8(&mut [0; 4])))
    }

    fn serialize_str(self, text: &str) -> Result<Value, Unsuitable> {
        Ok(Value::from(text))
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<Value, Unsuitable> {
        Ok(Value::array(bytes.iter().map(|byte| Value::Integer((*byte).into())).collect()))
    }

    fn serialize_none(self) -> Result<Value, Unsuitable> {
        Ok(Value::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, inner: &T) -> Result<Value, Unsuitable> {
        inner.serialize(self)
    }

    fn serialize_unit(self) -> Result<Value, Unsuitable> {
        Ok(Value::Null)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Value, Unsuitable> {
        Ok(Value::Null)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<Value, Unsuitable> {
        Ok(Value::from(variant))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, name: &'static str, inner: &T) -> Result<Value, Unsuitable> {
        match if name == handover::NAME { handover::take() } else { None } {
            Some(value) => Ok(value),
            None => inner.serialize(self),
        }
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        inner: &T,
    ) -> Result<Value, Unsuitable> {
        Ok(tagged(variant, inner.serialize(self)?))
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Items, Unsuitable> {
        Ok(Items(Vec::with_capacity(length.unwrap_or_default())))
    }

    fn serialize_tuple(self, length: usize) -> Result<Items, Unsuitable> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_struct(self, _: &'static str, length: usize) -> Result<Items, Unsuitable> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Variant<Items>, Unsuitable> {
        Ok(Variant { variant, content: self.serialize_seq(Some(length))? })
    }

    fn serialize_map(self, length: Option<usize>) -> Result<Fields, Unsuitable> {
        Ok(Fields { table: Table::with_capacity(length.unwrap_or_default()), key: None })
    }

    fn serialize_struct(self, _: &'static str, length: usize) -> Result<Fields, Unsuitable> {
        self.serialize_map(Some(length))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Variant<Fields>, Unsuitable> {
        Ok(Variant { variant, content: self.serialize_map(Some(length))? })
    }
}

fn tagged(variant: &'static str, value: Value) -> Value {
    Value::Table(Table::from_iter([(variant, value)]))
}

/// The elements of an array.
struct Items(Vec<Value>);

impl SerializeSeq for Items {
    type Ok = Value;
    type Error = Unsuitable;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, element: &T) -> Result<(), Unsuitable> {
        self.0.push(element.serialize(ToValue)?);
        Ok(())
    }

    fn end(self) -> Result<Value, Unsuitable> {
        Ok(Value::array(self.0))
    }
}

/// The entries of a table.
struct Fields {
    table: Table,
    key: Option<Arc<str>>,
}

impl SerializeMap for Fields {
    type Ok = Value;
    type Error = Unsuitable;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Unsuitable> {
        self.key = Some(match key.serialize(ToValue)? {
            Value::String(text) => text,
            key @ (Value::Bool(_) | Value::Integer(_) | Value::Unsigned(_)) => to_json(&key).into(),
            other => return Err(Unsuitable(format!("a key of a table cannot be of the kind {}", other.kind()))),
        });
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unsuitable> {
        let key = self.key.take().ok_or_else(|| Unsuitable("a map's value came before its key".to_owned()))?;
        self.table.insert(key, value.serialize(ToValue)?);
        Ok(())
    }

    fn end(self) -> Result<Value, Unsuitable> {
        Ok(Value::Table(self.table))
    }
}

/// The content of an enum's variant.
struct Variant<C> {
    variant: &'static str,
    content: C,
}

macro_rules! elements {
    ($($trait:ident $method:ident),*) => {$(
        impl $trait for Items {
            type Ok = Value;
            type Error = Unsuitable;

            fn $method<T: Serialize + ?Sized>(&mut self, element: &T) -> Result<(), Unsuitable> {
                SerializeSeq::serialize_element(self, element)
            }

            fn end(self) -> Result<Value, Unsuitable> {
                SerializeSeq::end(self)
            }
        }
    )*};
}

elements!(SerializeTuple serialize_element, SerializeTupleStruct serialize_field);

impl SerializeTupleVariant for Variant<Items> {
    type Ok = Value;
    type Error = Unsuitable;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, element: &T) -> Result<(), Unsuitable> {
        SerializeSeq::serialize_element(&mut self.content, element)
    }

    fn end(self) -> Result<Value, Unsuitable> {
        Ok(tagged(self.variant, SerializeSeq::end(self.content)?))
    }
}

impl SerializeStruct for Fields {
    type Ok = Value;
    type Error = Unsuitable;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Unsuitable> {
        self.table.insert(name, value.serialize(ToValue)?);
        Ok(())
    }

    fn end(self) -> Result<Value, Unsuitable> {
        SerializeMap::end(self)
    }
}

impl SerializeStructVariant for Variant<Fields> {
    type Ok = Value;
    type Error = Unsuitable;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Unsuitable> {
        SerializeStruct::serialize_field(&mut self.content, name, value)
    }

    fn end(self) -> Result<Value, Unsuitable> {
        Ok(tagged(self.variant, SerializeMap::end(self.content)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Serialize;
    use std::collections::BTreeMap;

    #[derive(Serialize)]
    struct Unit;

    #[derive(Serialize)]
    struct Pair(u8, i64);

    #[derive(Serialize)]
    enum Shape {
        Point,
        Circle(f32),
        Line(u8, u8),
        Square { side: u64 },
    }

    fn json<T: Serialize>(input: &T) -> String {
        to_json(&to_value(input).unwrap())
    }

    #[test]
    fn every_shape_of_serde_is_a_value() {
        let shapes = [Shape::Point, Shape::Circle(0.5), Shape::Line(1, 2), Shape::Square { side: u64::MAX }];
        assert_eq!(json(&shapes), r#"["Point",{"Circle":0.5},{"Line":[1,2]},{"Square":{"side":18446744073709551615}}]"#);
        assert_eq!(json(&(Unit, (), None::<u8>, Some('x'), Pair(1, -2))), r#"[null,null,null,"x",[1,-2]]"#);
        assert_eq!(json(&BTreeMap::from([(2, true), (1, false)])), r#"{"1":false,"2":true}"#);
        assert_eq!(json(&BTreeMap::from([(true, 1.5), (false, 2.0)])), r#"{"false":2.0,"true":1.5}"#);
        assert_eq!((json(&1_u128), json(&-1_i128)), ("1".to_owned(), "-1".to_owned()));

        struct Bytes;
        impl Serialize for Bytes {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_bytes(&[1, 255])
            }
        }
        assert_eq!(json(&Bytes), "[1,255]");
    }

    #[test]
    fn unsupported_types_are_option_errors() {
        let error = to_value(&u128::MAX).unwrap_err();
        assert_eq!(error.code(), ErrorCode::Option);
        assert!(error.message().contains("does not fit 64 bits"), "{error}");
        let error = to_value(&BTreeMap::from([([1, 2], 3)])).unwrap_err();
        assert_eq!(error.message(), "a key of a table cannot be of the kind array");
        let error = to_value(&BTreeMap::from([(String::new(), Err::<u8, &str>("x"))])).map(|_| ());
        assert!(error.is_ok(), "a Result is an enum as any other");
    }

    #[test]
    fn values_in_it_are_shared() {
        let table = Value::Table([("a", Value::array(vec![Value::Integer(1)]))].into_iter().collect());
        let wrapped = to_value(&BTreeMap::from([("inner", &table)])).unwrap();
        let (Value::Table(one), Value::Table(other)) = (wrapped.at(&["inner".into()]).unwrap(), &table) else { panic!() };
        assert!(one.is_same(other));
        assert_eq!(to_value(&table).unwrap(), table);
    }
}
