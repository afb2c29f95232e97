//! The variables of `.env` files.

use super::loader::{LayerCollector, Loader};
use crate::diagnostic::{Cursor, Error, ErrorCode, Origin, SourceKind, sort_by};
use crate::format;
use crate::format::Format;
use crate::merge::Variable;
use crate::source::{BaseDirs, LayerInfo, LayerStatus, ProfileNames, SourceEntry, SourceSpec};
use std::collections::HashMap;
use std::sync::Arc;

impl Loader {
    /// Reads the `.env` files; their variables serve every `env` source, whatever its position.
    pub(super) fn read_dotenv(
        &mut self,
        sources: &[SourceEntry],
        base_dirs: &BaseDirs,
        profiles: &[String],
        collector: &mut LayerCollector,
    ) -> Result<(), Error> {
        let mut files: Vec<(Arc<str>, bool)> = Vec::new();
        for entry in sources {
            if let SourceSpec::Dotenv(options) = &entry.spec {
                files.extend(options.files(profiles));
            }
        }
        if files.is_empty() {
            return Ok(());
        }
        let selected = ProfileNames::new(profiles);
        let mut entries = Vec::new();
        let mut origins = Vec::new();
        for (display_path, is_required) in files {
            let text = self.read_text(base_dirs, &display_path);
            let path = base_dirs.resolve(&display_path);
            match text {
                Ok(text) => {
                    let parsed = format::dotenv_entries(&text)
                        .map_err(|error| self.rules.secrets.conceal(error, &text))
                        .map_err(|error| error.in_source(SourceKind::Dotenv, &display_path, Some(display_path.clone())))?;
                    let mut cursor = Cursor::new(&text);
                    for entry in parsed {
                        let mut origin = Origin::new(SourceKind::Dotenv, display_path.clone());
                        origin.file = Some(display_path.clone());
                        origin.variable = Some(entry.name.clone());
                        origins.push(origin.at(Some(cursor.advance(entry.offset))));
                        entries.push(entry);
                    }
                }
                Err(error) if error.code() == ErrorCode::NotFound && !is_required => {
                    let (status, reason) = (LayerStatus::Missing, "there is no such file");
                    collector.searched.push(LayerInfo::absent(SourceKind::Dotenv, display_path, path, status, reason));
                    continue;
                }
                Err(error) => return Err(error.in_source(SourceKind::Dotenv, &display_path, Some(display_path.clone()))),
            }
            collector.profile_use.find_in_name(&display_path, &selected);
            let mut info = LayerInfo::found(SourceKind::Dotenv, display_path.clone());
            (info.file, info.path, info.format) = (Some(display_path), Some(path.into()), Some(Format::Dotenv));
            collector.searched.push(info);
        }
        let lookup = |name: &str| self.environment.get(name).cloned();
        let values = format::expand(&entries, &lookup, &collector.budget, &mut collector.warnings)
            .map_err(|(at, error)| error.with_origin(origins[at].clone()))?;
        let all = entries.into_iter().zip(values).zip(origins);
        let all = all.map(|((entry, value), origin)| Variable { name: entry.name, value, origin });
        // Of equal names the last counts.
        let mut last: HashMap<Arc<str>, Variable> = HashMap::new();
        last.extend(all.map(|variable| (variable.name.clone(), variable)));
        collector.dotenv = last.into_values().collect();
        sort_by(&mut collector.dotenv, |one, other| one.name.cmp(&other.name));
        Ok(())
    }
}
