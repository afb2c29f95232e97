//! The files that discovery finds.

use super::file_cache::check_part;
use super::layers::check_ownership;
use super::loader::{LayerCollector, Loader};
use crate::diagnostic::{Error, ErrorCode, Path, SourceKind};
use crate::source::{
    BaseDirs, DiscoverOptions, Discovered, FileOptions, LayerInfo, LayerStatus, ProfileNames, SourceEntry, Trust, discover,
};
use std::collections::BTreeSet;
use std::sync::Arc;

impl Loader {
    pub(super) fn discover(
        &mut self,
        entry: &SourceEntry,
        name: &str,
        options: &DiscoverOptions,
        base_dirs: &BaseDirs,
        profiles: &[String],
        collector: &mut LayerCollector,
    ) -> Result<(), Error> {
        let trust = options.trust.unwrap_or(Trust::Warn);
        let file = FileOptions { optional: true, trust: Some(trust), ..FileOptions::default() };
        collector.profile_use.look();
        let mut others = BTreeSet::new();
        let all = discover(name, profiles, base_dirs, &self.environment, &mut others, &mut collector.warnings)?;
        collector.profile_use.add_others(others.iter().map(String::as_str));
        let selected = ProfileNames::new(profiles);
        for discovered in all {
            let path = match &discovered {
                Discovered::Absent(info) => info.path.as_deref(),
                Discovered::File(candidate) | Discovered::Part(candidate, ..) => Some(&*candidate.path),
            };
            if let Some(path) = path {
                self.dependencies.get_mut().formats_of(path);
            }
            match discovered {
                Discovered::Absent(info) => collector.searched.push(info),
                Discovered::File(candidate) => self.read_listed_file(entry, &candidate, &file, &selected, collector),
                Discovered::Part(candidate, format, part) => {
                    let in_file = |error: Error| {
                        error.in_source(SourceKind::File, &candidate.display_path, Some(candidate.display_path.clone()))
                    };
                    let (rules, dependencies) = (&self.rules, self.dependencies.get_mut());
                    let file = match self.cache.read(&candidate, Some(format), rules, dependencies, &mut collector.progress) {
                        Ok(file) => file,
                        Err(error) if error.code() == ErrorCode::NotFound => {
                            collector.searched.push(candidate.missing("there is no such file"));
                            continue;
                        }
                        Err(error) => return Err(in_file(error)),
                    };
                    let part_path = Path::from(part.clone());
                    let Some(document) = file.document.part(&part) else {
                        let (status, reason) = (LayerStatus::Skipped, format!("it has no `{part_path}`"));
                        let info = LayerInfo::absent(SourceKind::File, candidate.display_path, candidate.path, status, reason);
                        collector.searched.push(info);
                        continue;
                    };
                    let document = collector.take_expansions_of(document).map_err(in_file)?;
                    check_part(&document, &self.rules).map_err(in_file)?;
                    // A manifest without a section for this configuration is not checked.
                    check_ownership(trust, file.ownership, &candidate, collector).map_err(in_file)?;
                    collector.push_file(entry, &file, Arc::new(document), Some(format!("its part `{part_path}`")));
                }
            }
        }
        Ok(())
    }
}
