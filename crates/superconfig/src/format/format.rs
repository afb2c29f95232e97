//! The formats of configuration text: their table, and the lookups in it.

use super::codec::Codec;
use crate::diagnostic::{Error, ErrorCode};
use std::fmt;
use std::str::FromStr;

/// Makes [`Format`] from the table of formats. A row has the variant, the name, the extensions, the cargo feature and the
/// codec in the format's folder.
macro_rules! formats {
    ($($(#[$doc:meta])* $variant:ident: $name:literal, $extensions:tt, $feature:literal, $($codec:ident)::+;)*) => {
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
            $($(#[$doc])* $variant,)*
        }

        impl Format {
            /// All formats in the order in which files of one name load.
            pub const ALL: [Format; [$($name),*].len()] = [$(Format::$variant),*];

            /// The format's name: `json`, `jsonc`, `json5`, `toml`, `yaml`, `dotenv` or `ini`.
            ///
            /// ```
            /// assert_eq!(superconfig::Format::Json5.as_str(), "json5");
            /// ```
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Format::$variant => $name,)*
                }
            }

            /// The extensions of its files, in lower case.
            fn extensions(self) -> &'static [&'static str] {
                match self {
                    $(Format::$variant => &$extensions,)*
                }
            }

            /// Its functions; `None` where its cargo feature is off.
            pub(super) fn codec(self) -> Option<&'static Codec> {
                match self {
                    $(
                        #[cfg(feature = $feature)]
                        Format::$variant => Some(&super::$($codec)::+),
                    )*
                    #[allow(unreachable_patterns, reason = "reached when a format's feature is off")]
                    _ => None,
                }
            }
        }
    };
}

// The table of formats. The order counts: see `Format::ALL`.
formats! {
    /// RFC 8259, strict.
    Json: "json", ["json"], "json", json::JSON;
    /// JSON with comments and trailing commas.
    Jsonc: "jsonc", ["jsonc"], "json5", json::JSONC;
    /// JSON5 1.0.
    Json5: "json5", ["json5"], "json5", json::JSON5;
    /// TOML 1.1.
    Toml: "toml", ["toml"], "toml", toml::TOML;
    /// YAML 1.2, core schema, one document.
    Yaml: "yaml", ["yaml", "yml"], "yaml", yaml::YAML;
    /// `NAME=value` lines.
    Dotenv: "dotenv", ["env"], "dotenv", dotenv::DOTENV;
    /// Sections of `key = value` lines.
    Ini: "ini", ["ini"], "ini", ini::INI;
}

impl Format {
    /// Derives the format from a file's name: its extension in any case, or `.env` and `.env.*`.
    ///
    /// ```
    /// use superconfig::Format;
    ///
    /// assert_eq!(Format::from_file_name("app.YML"), Some(Format::Yaml));
    /// assert_eq!(Format::from_file_name("app.conf"), None);
    /// ```
    pub fn from_file_name(path: &str) -> Option<Self> {
        let start = path.bytes().rposition(|byte| matches!(byte, b'/' | b'\\')).map_or(0, |at| at + 1);
        let name = &path[start..];
        if name == ".env" || name.starts_with(".env.") {
            return Some(Format::Dotenv);
        }
        // Bytes, not characters: names are short, and a search for a character has more to prepare than to do.
        let dot = name.bytes().rposition(|byte| byte == b'.')?;
        let extension = &name[dot + 1..];
        Format::ALL.into_iter().find(|format| format.extensions().iter().any(|own| own.eq_ignore_ascii_case(extension)))
    }

    /// Whether values are written as text of the format, by [`render`](crate::render): INI is only read.
    ///
    /// ```
    /// use superconfig::Format;
    ///
    /// assert!(Format::Dotenv.is_written() && !Format::Ini.is_written());
    /// ```
    pub fn is_written(self) -> bool {
        self.codec().is_some_and(|codec| codec.render.is_some())
    }

    /// The error of a format whose cargo feature is off.
    pub(super) fn not_compiled_in(self) -> Error {
        Error::new(ErrorCode::Format, format!("{self}: the format was not compiled in"))
            .with_hint("turn on the cargo feature of the format's name")
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
