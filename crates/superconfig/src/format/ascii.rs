//! Text of a format in ASCII, for terminals and files that take nothing else.

use super::escape;
use super::format::Format;
use super::render::render;
use crate::diagnostic::Error;
use crate::value::Value;

/// Writes a value as text whose values are ASCII: escapes stand for other characters where the format has them, which dotenv has not.
pub(crate) fn render_ascii(value: &Value, format: Format) -> Result<String, Error> {
    match format {
        // Only its texts in double quotes have escapes.
        #[cfg(feature = "yaml")]
        Format::Yaml => Ok(super::yaml::render_ascii(value)),
        _ => render(value, format).map(|text| escape_ascii(&text, format)),
    }
}

/// The same text with escapes for what is not ASCII, in comments too. In YAML only comments may hold such characters; of dotenv the values
/// stay as they are.
pub(crate) fn escape_ascii(text: &str, format: Format) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let is_kept = format == Format::Dotenv && !line.starts_with('#');
        for character in line.chars() {
            if is_kept || character.is_ascii() {
                out.push(character);
            } else if matches!(format, Format::Json | Format::Jsonc | Format::Json5) {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            } else {
                escape(&mut out, character);
            }
        }
    }
    out
}

#[cfg(all(test, feature = "json", feature = "yaml", feature = "toml"))]
mod tests {
    use super::*;
    use crate::format::parse;

    #[test]
    fn texts_keys_and_lines_load_again() {
        let json = r#"{"é ✓":"ü","plain":"x","lines":"a\né\nb","list":["😀",{"é":1}],"Straße":"no: é"}"#;
        let value = parse(json, Format::Json).unwrap();
        for format in [Format::Yaml, Format::Toml, Format::Json, Format::Jsonc, Format::Json5] {
            let text = render_ascii(&value, format).unwrap();
            assert!(text.is_ascii(), "{text}");
            // TOML writes tables after other keys.
            assert!(parse(&text, format).unwrap().numeric_eq(&value), "{text}");
        }
    }
}
