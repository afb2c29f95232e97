//! The options of each kind of source.

use super::kinds::{Paths, Prefix, SharedText};
use super::mapping::Mapping;
use super::source_data::{HostDocument, HostTexts, into_data};
use crate::EncodedValue;
use serde::Deserialize;
use superconfig::{
    DirectoryOptions, DiscoverOptions, DotenvOptions, EmptyVariable, EnvOptions, Error, FileOptions, Format, GlobOptions, Path,
    Segment, SourceData, SourceEntry, SourceKind, SourceSpec, TextOptions, Trust,
};

/// A source of any kind: `{ "file": { "path": "app.toml", "optional": true } }`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceOptions {
    /// Values given in code, usually below the others.
    Defaults(Values),
    /// Values given in code, usually above the others.
    Overrides(Values),
    /// A source that the host implements.
    Source(HostSource),
    /// One file, or one for each profile.
    File(File),
    /// The files that match a pattern.
    Glob(Glob),
    /// A directory with one file for each purpose.
    Dir(Directory),
    /// The files of an application in the directories of the system, the user and the project.
    Discover(Discover),
    /// A document given in code.
    Text(Text),
    /// `.env` files, whose variables `env` reads.
    Dotenv(Dotenv),
    /// Environment variables.
    Env(Env),
    /// Command-line flags.
    Args(Args),
    /// Values that the host computes from the merged values below, between preparing a version and committing it.
    Derive(Derive),
}

/// Declares kinds of sources: what each is made of, its options, and those that every source which is a layer takes.
macro_rules! layers {
    ($($(#[$about:meta])* $name:ident(
        $($(#[$part_help:meta])* $part:ident: $part_kind:ty,)*
    ) {
        $($(#[$help:meta])* $option:ident: $kind:ty,)*
    })*) => {$(
        $(#[$about])*
        #[derive(Debug, Default, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$part_help])* pub $part: $part_kind,)*
            $($(#[$help])* #[serde(default)] pub $option: $kind,)*
            /// Whether it only fills what the layers below leave open.
            #[serde(default)]
            pub join: bool,
            /// Whether `_add` and `_remove` keys are directives; they are by default.
            #[serde(default)]
            pub directives: Option<bool>,
        }
    )*};
}

layers! {
    /// Values given in code.
    Values(
        /// The values.
        values: EncodedValue,
    ) {
        /// The layer's name.
        name: Option<SharedText>,
    }

    /// A source that the host implements.
    HostSource(
        /// The layer's name.
        name: SharedText,
    ) {
        /// The values that it returned; nothing before it was called.
        values: EncodedValue,
        /// Its texts by path, in place of values.
        texts: Option<HostTexts>,
        /// Its documents, in place of values.
        documents: Option<Vec<HostDocument>>,
        /// A file that it reads, which is watched.
        file: Option<String>,
    }

    /// One file, or one for each profile.
    File(
        /// The path.
        path: String,
    ) {
        /// Whether a file that is not there is skipped.
        optional: bool,
        /// The format's name, where the extension does not decide.
        format: Option<String>,
        /// Whether the file's top-level tables are profiles.
        profiles: Option<Profiles>,
        /// The reaction to a file that others could have written.
        trust: Option<Trust>,
    }

    /// The files that match a pattern.
    Glob(
        /// The pattern.
        pattern: String,
    ) {
        /// The format's name, where the extensions do not decide.
        format: Option<String>,
        /// The reaction to a file that others could have written.
        trust: Option<Trust>,
    }

    /// A directory with one file for each purpose.
    Directory(
        /// The directory.
        path: String,
    ) {
        /// Whether a directory that is not there is skipped.
        optional: bool,
        /// The format of all its files, whatever their extensions say.
        format: Option<String>,
        /// The reaction to a file that others could have written.
        trust: Option<Trust>,
    }

    /// The files of an application.
    Discover(
        /// The application's name.
        name: String,
    ) {
        /// The reaction to a file that others could have written; a warning by default.
        trust: Option<Trust>,
    }

    /// A document given in code.
    Text(
        /// The document.
        text: SharedText,
    ) {
        /// The format's name; detected from the content without it.
        format: Option<String>,
        /// The layer's name.
        name: Option<SharedText>,
    }

    /// Environment variables.
    Env() {
        /// The prefix of their names; known paths without one; `false` for the mapped ones alone.
        prefix: Prefix,
        /// The separator of a name's segments; `__` by default.
        separator: Option<SharedText>,
        /// Variables read by name.
        mapping: Mapping,
        /// Whether `NAME_FILE` names a file to read the value from.
        file_suffix: bool,
        /// Whether text without a known type becomes what it spells; it does by default.
        infer: Option<bool>,
        /// The meaning of an empty variable.
        empty: EmptyVariable,
    }

    /// Command-line flags.
    Args(
        /// The flags.
        argv: Vec<String>,
    ) {}

    /// Values that the host computes.
    Derive(
        /// The layer's name.
        name: SharedText,
    ) {}
}

/// `.env` files, which are no layer themselves.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Dotenv {
    /// The files, in place of those of every profile.
    pub path: Option<Paths>,
    /// Whether missing files among them are skipped.
    pub optional: bool,
    /// Whether the host puts the variables into its environment once the configuration is loaded:
    /// [`Snapshot::dotenv_variables`](superconfig::Snapshot::dotenv_variables).
    pub export: bool,
}

/// The form in which a file holds profiles.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profiles {
    /// Its top-level tables are profiles.
    Nested,
}

impl SourceOptions {
    /// The entry of a source that is made of one text and has no options, as [`SourceOptions::into_entry`] gives it; `None` for a kind
    /// that is not made so.
    pub(super) fn entry_of_text(kind: &str, text: &str) -> Option<SourceEntry> {
        let spec = match kind {
            "file" => SourceSpec::File { path: text.into(), options: FileOptions::default() },
            "glob" => SourceSpec::Glob { pattern: text.to_owned(), options: GlobOptions::default() },
            "dir" => SourceSpec::Directory { path: text.to_owned(), options: DirectoryOptions::default() },
            "discover" => SourceSpec::Discover { name: text.to_owned(), options: DiscoverOptions::default() },
            "env" => SourceSpec::Env(EnvOptions { prefix: text.into(), ..EnvOptions::default() }),
            _ => return None,
        };
        Some(SourceEntry { spec, fill: false, directives: true })
    }

    /// The source as the engine takes it; `at` is its index among the sources.
    pub(super) fn into_entry(self, at: usize) -> Result<SourceEntry, Error> {
        let format = |kind: &str, name: Option<String>| {
            let path = || Path::from_iter([Segment::from("sources"), Segment::Index(at), kind.into(), "format".into()]);
            name.as_deref().map(str::parse::<Format>).transpose().map_err(|error| error.with_path(path()))
        };
        let values = |kind, name: Option<SharedText>, default: &str, values: EncodedValue| {
            let name = name.map_or_else(|| default.into(), |SharedText(name)| name);
            SourceSpec::Values { kind, name, value: values.decode() }
        };
        let (spec, join, directives) = match self {
            Self::Defaults(Values { values: given, name, join, directives }) => {
                (values(SourceKind::Defaults, name, "defaults", given), join, directives)
            }
            Self::Overrides(Values { values: given, name, join, directives }) => {
                (values(SourceKind::Override, name, "overrides", given), join, directives)
            }
            Self::Source(HostSource { values: given, texts, documents, name, file: _, join, directives }) => {
                let spec = match (texts, documents) {
                    (Some(texts), _) => SourceSpec::Supplied { name: name.0, data: SourceData::Texts(texts.into()) },
                    (None, Some(documents)) => SourceSpec::Supplied { name: name.0, data: into_data(documents)? },
                    (None, None) => values(SourceKind::Custom, Some(name), "custom", given),
                };
                (spec, join, directives)
            }
            Self::File(File { path, optional, format: name, profiles, trust, join, directives }) => {
                let nested_profiles = profiles.is_some();
                let options = FileOptions { optional, format: format("file", name)?, nested_profiles, trust };
                (SourceSpec::File { path: path.into(), options }, join, directives)
            }
            Self::Glob(Glob { pattern, format: name, trust, join, directives }) => {
                let options = GlobOptions { format: format("glob", name)?, trust };
                (SourceSpec::Glob { pattern, options }, join, directives)
            }
            Self::Dir(Directory { path, optional, format: name, trust, join, directives }) => {
                let options = DirectoryOptions { optional, format: format("dir", name)?, trust };
                (SourceSpec::Directory { path, options }, join, directives)
            }
            Self::Discover(Discover { name, trust, join, directives }) => {
                (SourceSpec::Discover { name, options: DiscoverOptions { trust } }, join, directives)
            }
            Self::Text(Text { text: SharedText(text), format: format_name, name, join, directives }) => {
                let options = TextOptions { format: format("text", format_name)?, name: name.map(|SharedText(name)| name) };
                (SourceSpec::Text { text, options }, join, directives)
            }
            Self::Dotenv(Dotenv { path, optional, export: _ }) => {
                (SourceSpec::Dotenv(DotenvOptions { paths: path.map(|Paths(paths)| paths), optional }), false, None)
            }
            Self::Env(Env { prefix, separator, mapping: Mapping(mapping), file_suffix, infer, empty, join, directives }) => {
                let separator = separator.map_or_else(|| "__".into(), |SharedText(separator)| separator);
                let Prefix(prefix) = prefix;
                let options = EnvOptions {
                    mapped_only: prefix.is_none(),
                    prefix: prefix.unwrap_or_default(),
                    separator,
                    mapping,
                    file_suffix,
                    infer: infer.unwrap_or(true),
                    empty,
                };
                (SourceSpec::Env(options), join, directives)
            }
            Self::Derive(Derive { name: SharedText(name), join, directives }) => {
                (SourceSpec::Derive { name, compute: None }, join, directives)
            }
            Self::Args(Args { argv, join, directives }) => (SourceSpec::Args(argv), join, directives),
        };
        Ok(SourceEntry { spec, fill: join, directives: directives.unwrap_or(true) })
    }
}
