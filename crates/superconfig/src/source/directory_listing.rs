//! The configuration files of a directory, by name.

use crate::diagnostic::sort_by;
use crate::format::{Format, is_program};
use std::collections::HashMap;
use std::io;
use std::path::Path;

/// Formats of configuration that other readers know.
const OTHER_FORMATS: [&str; 6] = ["hjson", "cson", "properties", "xml", "conf", "cfg"];

/// Whether a file that is not in a known format looks like configuration.
fn could_be_configuration(name: &str) -> bool {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    is_program(name).is_some() || extension.is_some_and(|extension| OTHER_FORMATS.contains(&&*extension))
}

/// The entries of a directory that could be configuration.
#[derive(Default)]
pub(crate) struct Listing {
    /// Name without extension → format and whole name.
    by_stem: HashMap<String, Vec<(Format, String)>>,
    /// Names that look like configuration in no known format.
    others: Vec<String>,
}

impl Listing {
    /// Reads a directory. Costs one pass over its names.
    pub(crate) fn read(path: &Path) -> io::Result<Self> {
        let mut listing = Self::default();
        for entry in std::fs::read_dir(path)? {
            // A name that is not UTF-8 cannot be one of ours.
            let Ok(name) = entry?.file_name().into_string() else { continue };
            let Some(format) = Format::from_file_name(&name) else {
                if could_be_configuration(&name) {
                    listing.others.push(name);
                }
                continue;
            };
            if let Some((stem, _)) = name.rsplit_once('.') {
                listing.by_stem.entry(stem.to_owned()).or_default().push((format, name));
            }
        }
        for files in listing.by_stem.values_mut() {
            let rank = |format: &Format| Format::ALL.iter().position(|known| known == format);
            sort_by(files, |(format, name), (other, other_name)| (rank(format), name).cmp(&(rank(other), other_name)));
        }
        Ok(listing)
    }

    /// All names that look like configuration, in no order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.by_stem.values().flatten().map(|(_, name)| name).chain(&self.others).map(String::as_str)
    }

    /// The files in a known format, in no order: the name without its extension, and the whole one.
    pub(super) fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.by_stem.iter().flat_map(|(stem, files)| files.iter().map(|(_, name)| (stem.as_str(), name.as_str())))
    }

    /// The names without their extensions, in no order.
    pub(crate) fn stems(&self) -> impl Iterator<Item = &str> {
        self.by_stem.keys().map(String::as_str)
    }

    /// The files of one name, in the order of the formats.
    pub(crate) fn with_stem(&self, stem: &str) -> impl ExactSizeIterator<Item = &str> {
        self.by_stem.get(stem).map(Vec::as_slice).unwrap_or_default().iter().map(|(_, name)| &**name)
    }
}

/// A name and its variants, in order: itself, for each profile, local, and for each profile local.
pub(crate) fn variants<'a>(base: &'a str, profiles: &'a [String]) -> impl Iterator<Item = String> + 'a {
    let own = profiles.iter().map(move |profile| format!("{base}.{profile}"));
    let local = profiles.iter().map(move |profile| format!("{base}.{profile}.local"));
    std::iter::once(base.to_owned()).chain(own).chain([format!("{base}.local")]).chain(local)
}
