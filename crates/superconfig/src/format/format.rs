//! The formats of configuration text, by name and by extension.

use crate::diagnostic::{Error, ErrorCode};
use std::fmt;
use std::str::FromStr;

/// A format of configuration text.
///
/// ```
/// use superconfig::{Format, parse};
///
/// assert_eq!(parse("[1, 2]", Format::Json)?, parse("- 1\n- 2", Format::Yaml)?);
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// RFC 8259, strict.
    Json,
    /// JSON with comments and trailing commas.
    Jsonc,
    /// JSON5 1.0.
    Json5,
    /// TOML 1.1.
    Toml,
    /// YAML 1.2, core schema, one document.
    Yaml,
    /// `NAME=value` lines.
    Dotenv,
    /// Sections of `key = value` lines.
    Ini,
}

impl Format {
    /// All formats in the order in which files of one name load.
    pub const ALL: [Format; 7] =
        [Format::Json, Format::Jsonc, Format::Json5, Format::Toml, Format::Yaml, Format::Dotenv, Format::Ini];

    /// The format's name: `json`, `jsonc`, `json5`, `toml`, `yaml`, `dotenv` or `ini`.
    ///
    /// ```
    /// assert_eq!(superconfig::Format::Json5.as_str(), "json5");
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Json => "json",
            Format::Jsonc => "jsonc",
            Format::Json5 => "json5",
            Format::Toml => "toml",
            Format::Yaml => "yaml",
            Format::Dotenv => "dotenv",
            Format::Ini => "ini",
        }
    }

    /// Whether values are written as text of the format, by [`render`](crate::render): INI is only read.
    ///
    /// ```
    /// use superconfig::Format;
    ///
    /// assert!(Format::Dotenv.is_written() && !Format::Ini.is_written());
    /// ```
    pub fn is_written(self) -> bool {
        self != Format::Ini
    }

    /// Tells the format from a file's name: its extension in any case, or `.env` and `.env.*`.
    ///
    /// ```
    /// use superconfig::Format;
    ///
    /// assert_eq!(Format::from_file_name("app.YML"), Some(Format::Yaml));
    /// assert_eq!(Format::from_file_name("app.conf"), None);
    /// ```
    pub fn from_file_name(path: &str) -> Option<Self> {
        let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
        if name == ".env" || name.starts_with(".env.") {
            return Some(Format::Dotenv);
        }
        let (_, extension) = name.rsplit_once('.')?;
        match extension.to_ascii_lowercase().as_str() {
            "json" => Some(Format::Json),
            "jsonc" => Some(Format::Jsonc),
            "json5" => Some(Format::Json5),
            "toml" => Some(Format::Toml),
            "yaml" | "yml" => Some(Format::Yaml),
            "env" => Some(Format::Dotenv),
            "ini" => Some(Format::Ini),
            _ => None,
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Format {
    type Err = Error;

    /// # Errors
    /// `ERR_SUPERCONFIG_FORMAT` for any other name.
    fn from_str(name: &str) -> Result<Self, Error> {
        Format::ALL.into_iter().find(|format| format.as_str() == name).ok_or_else(|| {
            let names = Format::ALL.map(Format::as_str).join(", ");
            Error::new(ErrorCode::Format, format!("{name:?} is not a format")).with_hint(format!("the formats are {names}"))
        })
    }
}
