//! Coercion of a variable's or flag's text to the expected type.

use crate::value::{KindSet, SchemaNode, Strictness, Value, ValueKind, infer, parse_json};

/// A text that does not fit, with the expected type and how to write it.
#[derive(Debug, PartialEq)]
pub(crate) struct Misfit {
    pub(crate) expected: String,
    pub(crate) hint: &'static str,
}

/// A text as a value, and whether it was an integer too large to be kept exactly.
#[derive(Debug, PartialEq)]
pub(crate) struct Coerced {
    pub(crate) value: Value,
    pub(crate) rounded: bool,
}

/// The types that a text may become.
#[derive(Clone, Default)]
pub(crate) struct Expectation<'a> {
    /// The allowed types; without any the type is inferred.
    pub(crate) kinds: Option<KindSet>,
    /// The schema, for what it restricts beyond the types.
    pub(crate) schema: Option<SchemaNode<'a>>,
    /// The common type of an array's present elements.
    pub(crate) element: Option<ValueKind>,
    /// The index of an array's first element.
    pub(crate) first: usize,
    /// Whether the text is JSON whatever it looks like.
    pub(crate) is_json: bool,
}

impl<'a> Expectation<'a> {
    /// The only allowed type.
    pub(crate) fn only(&self) -> Option<ValueKind> {
        self.kinds?.only()
    }

    /// Whether the type of the text, or of an element, depends on its siblings.
    pub(crate) fn has_choice(&self) -> bool {
        let has_choice = |kinds: KindSet| kinds.is_known() && (kinds.only().is_none() || kinds.has_null());
        let elements = || self.schema.as_ref().and_then(|schema| schema.element(self.first)).map(|schema| schema.kinds());
        self.kinds.is_some_and(has_choice)
            || self.kinds.is_some_and(|kinds| kinds.has(ValueKind::Array)) && elements().is_some_and(has_choice)
    }

    /// The same with the schema of the variants that the siblings allow.
    pub(crate) fn within(self, schema: Option<SchemaNode<'a>>) -> Self {
        match schema {
            Some(schema) => {
                let kinds = Some(schema.kinds()).filter(|kinds| kinds.is_known() && !self.is_list());
                Expectation { kinds: kinds.or(self.kinds), schema: Some(schema), ..self }
            }
            None => self,
        }
    }

    /// The same where a text without a known type stays text.
    pub(crate) fn or_text(self) -> Self {
        let text = ValueKind::String;
        Expectation { kinds: self.kinds.or(Some(KindSet::of(text))), element: self.element.or(Some(text)), ..self }
    }

    /// Whether several texts for one path make an array together: the target is one, or can be one as well as a single value.
    pub(crate) fn gathers(&self) -> bool {
        self.kinds.is_some_and(|kinds| kinds.has(ValueKind::Array))
    }

    /// A text that was read as a single value, as an element of the array that the target can be as well.
    pub(crate) fn as_element(&self, text: &str, value: &Value) -> Option<Value> {
        let is_single = self.gathers() && !matches!(value, Value::Array(_) | Value::Bool(_) | Value::Null);
        if is_single { self.element(0).coerce(text).ok().map(|coerced| coerced.value) } else { None }
    }

    fn is_list(&self) -> bool {
        self.only() == Some(ValueKind::Array)
    }

    fn element(&self, at: usize) -> Expectation<'a> {
        let schema = self.schema.as_ref().and_then(|schema| schema.element(self.first + at));
        let kinds = schema.as_ref().map(SchemaNode::kinds).filter(|kinds| kinds.is_known());
        Expectation { kinds: kinds.or(self.element.map(KindSet::of)), schema, ..Expectation::default() }
    }

    /// Reads a text as a value of the expected type; of several types as the first of boolean, number, JSON and text that
    /// matches the text and the schema.
    pub(crate) fn coerce(&self, text: &str) -> Result<Coerced, Misfit> {
        if self.is_json {
            return json(text, self.only());
        }
        let Some(kinds) = self.kinds else { return Ok(Coerced { value: infer(text), rounded: false }) };
        if let (Some(kind), false) = (kinds.only(), kinds.has_null()) {
            return self.coerce_to(kind, text);
        }
        let mut candidates: Vec<Coerced> = [ValueKind::Bool, ValueKind::Number]
            .into_iter()
            .filter(|kind| kinds.has(*kind))
            .filter_map(|kind| self.coerce_to(kind, text).ok())
            .collect();
        let json = parse_json(text).filter(|value| match value {
            Value::Null => kinds.has_null(),
            Value::Array(_) | Value::Table(_) => ValueKind::of(value).is_some_and(|kind| kinds.has(kind)),
            _ => false,
        });
        candidates.extend(json.map(|value| Coerced { value, rounded: false }));
        // A list between commas is the last that a text can be.
        let texts = [ValueKind::String, ValueKind::Array].into_iter().filter(|kind| kinds.has(*kind));
        candidates.extend(texts.filter_map(|kind| self.coerce_to(kind, text).ok()));
        let admitted = |strictness| {
            let admits = |coerced: &Coerced| self.schema.as_ref().is_none_or(|schema| schema.admits(&coerced.value, strictness));
            candidates.iter().position(admits)
        };
        let chosen = admitted(Strictness::Complete).or_else(|| admitted(Strictness::Partial)).unwrap_or(0);
        match (candidates.len(), kinds.only()) {
            (0, Some(kind)) => self.coerce_to(kind, text),
            (0, None) => Err(Misfit { expected: kinds.names(), hint: "write one of these" }),
            _ => Ok(candidates.swap_remove(chosen)),
        }
    }

    /// Reads a text as a value of one type.
    fn coerce_to(&self, kind: ValueKind, text: &str) -> Result<Coerced, Misfit> {
        let misfit = || Misfit { expected: kind.name().into(), hint: kind.hint() };
        let value = match kind {
            ValueKind::String => Value::from(text),
            ValueKind::Bool => Value::Bool(parse_bool(text).ok_or_else(misfit)?),
            ValueKind::Number => return number(text).ok_or_else(misfit),
            ValueKind::Datetime => datetime(text).ok_or_else(misfit)?,
            ValueKind::Table => parse_json(text).filter(|value| value.as_table().is_some()).ok_or_else(misfit)?,
            ValueKind::Array if text.starts_with('[') => parse_json(text).ok_or_else(misfit)?,
            ValueKind::Array => return self.elements(text),
        };
        Ok(Coerced { value, rounded: false })
    }

    /// Reads a comma-separated list, each element trimmed.
    fn elements(&self, text: &str) -> Result<Coerced, Misfit> {
        let mut rounded = false;
        let mut items = Vec::new();
        for (at, piece) in text.split(',').enumerate() {
            let element = self.element(at);
            let coerced = element.coerce(piece.trim()).map_err(|inner| Misfit {
                expected: format!("an array, each of its elements {}", inner.expected),
                hint: if element.only() == Some(ValueKind::Table) {
                    "write a JSON array: [{\"key\": \"value\"}]"
                } else {
                    inner.hint
                },
            })?;
            rounded |= coerced.rounded;
            items.push(coerced.value);
        }
        Ok(Coerced { value: Value::array(items), rounded })
    }
}

/// Reads a text as JSON, of the wanted type where there is one.
fn json(text: &str, kind: Option<ValueKind>) -> Result<Coerced, Misfit> {
    let value = parse_json(text).filter(|value| kind.is_none_or(|kind| ValueKind::of(value) == Some(kind)));
    let value = value.ok_or_else(|| match kind {
        Some(kind) => Misfit { expected: format!("{} as JSON", kind.name()), hint: kind.hint() },
        None => Misfit { expected: "JSON".into(), hint: "write text as JSON has it, in double quotes" },
    })?;
    Ok(Coerced { value, rounded: false })
}

/// Reads `true false 1 0 yes no on off` in any case.
pub(crate) fn parse_bool(text: &str) -> Option<bool> {
    let is = |words: [&str; 4]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is(["true", "1", "yes", "on"]) {
        Some(true)
    } else if is(["false", "0", "no", "off"]) {
        Some(false)
    } else {
        None
    }
}

/// Reads one JSON number and nothing else.
fn number(text: &str) -> Option<Coerced> {
    let exact = |value| Some(Coerced { value, rounded: false });
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let digits = unsigned.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 || digits > 1 && unsigned.starts_with('0') {
        return None;
    }
    let mut rest = &unsigned[digits..];
    let integer = rest.is_empty();
    if let Some(fraction) = rest.strip_prefix('.') {
        let count = fraction.bytes().take_while(u8::is_ascii_digit).count();
        if count == 0 {
            return None;
        }
        rest = &fraction[count..];
    }
    if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        if exponent.is_empty() || !exponent.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        rest = "";
    }
    if !rest.is_empty() {
        return None;
    }
    if integer && text != "-0" {
        if let Ok(value) = text.parse::<i64>() {
            return exact(Value::Integer(value));
        }
        if let Ok(value) = text.parse::<u64>() {
            return exact(Value::Unsigned(value));
        }
    }
    let float: f64 = text.parse().ok().filter(|float: &f64| float.is_finite())?;
    Some(Coerced { value: Value::Float(float), rounded: integer && text != "-0" })
}

#[cfg(feature = "toml")]
fn datetime(text: &str) -> Option<Value> {
    crate::format::datetime(text).ok()
}

/// Only TOML has datetimes; without it no value is one.
#[cfg(not(feature = "toml"))]
fn datetime(text: &str) -> Option<Value> {
    Some(Value::from(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected(kind: ValueKind) -> Expectation<'static> {
        Expectation { kinds: Some(KindSet::of(kind)), ..Expectation::default() }
    }

    fn value(text: &str, kind: ValueKind) -> Option<Value> {
        expected(kind).coerce(text).ok().map(|coerced| coerced.value)
    }

    #[test]
    fn numbers_are_json_numbers() {
        let cases = [
            ("8080", Value::Integer(8080)),
            ("-7", Value::Integer(-7)),
            ("1.50", Value::Float(1.5)),
            ("1e3", Value::Float(1000.0)),
            ("2E-2", Value::Float(0.02)),
            ("18446744073709551615", Value::Unsigned(u64::MAX)),
            ("-0", Value::Float(-0.0)),
        ];
        for (text, expected) in cases {
            assert_eq!(value(text, ValueKind::Number), Some(expected), "{text}");
        }
        for text in
            [" 1", "1 ", "01", "+1", "1.", ".5", "0x10", "1e", "1e+", "NaN", "Infinity", "1e400", "1,5", "-", "1_000", "--1"]
        {
            assert_eq!(value(text, ValueKind::Number), None, "{text}");
        }
        let large = expected(ValueKind::Number).coerce("18446744073709551616").unwrap();
        assert_eq!(large, Coerced { value: Value::Float(18446744073709551616.0), rounded: true });
    }

    #[test]
    fn booleans_have_eight_spellings_in_any_case() {
        for text in ["true", "TRUE", "1", "yes", "Yes", "on"] {
            assert_eq!(value(text, ValueKind::Bool), Some(Value::Bool(true)), "{text}");
        }
        for text in ["false", "False", "0", "no", "off", "OFF"] {
            assert_eq!(value(text, ValueKind::Bool), Some(Value::Bool(false)), "{text}");
        }
        for text in ["", "t", "2", "enabled", " true"] {
            assert_eq!(value(text, ValueKind::Bool), None, "{text}");
        }
    }

    #[test]
    fn lists_are_split_trimmed_and_typed() {
        let list = |text, element| {
            let list = Expectation { element, ..expected(ValueKind::Array) };
            list.coerce(text).ok().map(|coerced| coerced.value)
        };
        assert_eq!(list("a, b ,c", Some(ValueKind::String)), Some(Value::array(vec!["a".into(), "b".into(), "c".into()])));
        assert_eq!(list("1,2", Some(ValueKind::String)), Some(Value::array(vec!["1".into(), "2".into()])));
        assert_eq!(list("1, 2", Some(ValueKind::Number)), Some(Value::array(vec![Value::Integer(1), Value::Integer(2)])));
        assert_eq!(list("1,x,true", None), Some(Value::array(vec![Value::Integer(1), "x".into(), Value::Bool(true)])));
        assert_eq!(list("a,,b", Some(ValueKind::String)), Some(Value::array(vec!["a".into(), "".into(), "b".into()])));
        assert_eq!(list("1,,2", Some(ValueKind::Number)), None);
        assert_eq!(list("1,x", Some(ValueKind::Number)), None);
        #[cfg(feature = "json")]
        assert_eq!(list("[1, \"a,b\"]", Some(ValueKind::String)), Some(Value::array(vec![Value::Integer(1), "a,b".into()])));
        assert_eq!(list("[1", Some(ValueKind::String)), None);
    }
}
