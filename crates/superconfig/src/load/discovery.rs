//! The files that discovery finds.

use super::file_cache::check_part;
use super::layers::doubted;
use super::loader::{LayerCollector, Loader};
use crate::diagnostic::{Error, ErrorCode, Path, SourceKind};
use crate::source::{BaseDirs, DiscoverOptions, Discovered, FileOptions, LayerInfo, LayerStatus, SourceEntry, Trust, discover};
use std::sync::Arc;

impl Loader {
    pub(super) fn discover(
        &mut self,
        entry: &SourceEntry,
        name: &str,
        options: &DiscoverOptions,
        places: &BaseDirs,
        profiles: &[String],
        gathered: &mut LayerCollector,
    ) -> Result<(), Error> {
        let trust = options.trust.unwrap_or(Trust::Warn);
        let file = FileOptions { optional: true, trust: Some(trust), ..FileOptions::default() };
        for discovered in discover(name, profiles, places, &self.environment, &mut gathered.warnings)? {
            let place = match &discovered {
                Discovered::Nothing(info) => info.path.as_deref(),
                Discovered::File(candidate) | Discovered::Part(candidate, ..) => Some(&*candidate.path),
            };
            if let Some(path) = place {
                self.observer.get_mut().formats_of(path);
            }
            match discovered {
                Discovered::Nothing(info) => gathered.looked.push(info),
                Discovered::File(candidate) => self.read_file(entry, &candidate, &file, profiles, gathered),
                Discovered::Part(candidate, format, part) => {
                    let in_file = |error: Error| {
                        let name: Arc<str> = candidate.shown.as_str().into();
                        error.in_source(SourceKind::File, &name, Some(name.clone()))
                    };
                    let (document, ownership) =
                        match self.cache.read(&candidate, Some(format), &self.rules, self.observer.get_mut()) {
                            Ok(read) => read,
                            Err(error) if error.code() == ErrorCode::NotFound => {
                                gathered.looked.push(candidate.missing("there is no such file"));
                                continue;
                            }
                            Err(error) => return Err(in_file(error)),
                        };
                    let shown = Path::from(part.clone());
                    let Some(document) = document.part(&part) else {
                        let (status, reason) = (LayerStatus::Skipped, format!("it has no `{shown}`"));
                        let info = LayerInfo::absent(SourceKind::File, candidate.shown, candidate.path, status, reason);
                        gathered.looked.push(info);
                        continue;
                    };
                    let document = gathered.take_expansions_of(document).map_err(in_file)?;
                    check_part(&document, &self.rules).map_err(in_file)?;
                    // A manifest that holds nothing for us is not ours to complain about.
                    doubted(trust, ownership, &candidate, gathered).map_err(in_file)?;
                    gathered.push_file(entry, &candidate, Arc::new(document), Some(format!("its part `{shown}`")));
                }
            }
        }
        Ok(())
    }
}
