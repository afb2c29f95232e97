//! The files of a pattern.

use super::loader::{LayerCollector, Loader};
use crate::diagnostic::{Error, Origin, SourceKind, Warning};
use crate::source::{
    BaseDirs, FileCandidate, FileOptions, Fingerprint, GlobOptions, GlobPattern, GlobWalk, LayerInfo, LayerStatus, Presence,
    SourceEntry,
};
use crate::value::ExpandedSize;
use std::collections::{BTreeSet, HashSet};

impl Loader {
    /// Reads the files of a pattern: sorted by path, those of each `{profile}` after those of the one before it, and each once.
    pub(super) fn read_glob(
        &mut self,
        entry: &SourceEntry,
        pattern: &str,
        options: &GlobOptions,
        base_dirs: &BaseDirs,
        profiles: &[String],
        collector: &mut LayerCollector,
    ) -> Result<(), Error> {
        let parsed = GlobPattern::parse(pattern)?;
        let dependencies = self.dependencies.get_mut();
        let mut visit = |directory: &std::path::Path| dependencies.directory(directory);
        let mut walk = GlobWalk { pattern, base_dirs, budget: &collector.budget, visit: &mut visit };
        let found = walk.find(&parsed, profiles)?;
        if parsed.names_profiles() {
            collector.profile_use.look();
            let named = profiles.iter().zip(&found.profiles_found).filter(|(_, is_found)| **is_found);
            named.for_each(|(profile, _)| collector.profile_use.find(profile));
        }
        let absent = |status, reason| LayerInfo::absent(SourceKind::File, pattern, base_dirs.resolve(pattern), status, reason);
        if found.files.iter().all(BTreeSet::is_empty) {
            collector.searched.push(match parsed.names_profiles() && profiles.is_empty() {
                true => absent(LayerStatus::Skipped, "no profile is selected"),
                false => absent(LayerStatus::Missing, "no file matches"),
            });
        }
        for path in &found.skipped {
            let message = "the name is not UTF-8, so nothing is read of it";
            collector.warnings.push(warning("invalid-encoding", message, &base_dirs.display_path(path)));
        }
        if found.more_skipped > 0 {
            let message = format!("{} more names are not UTF-8, and are not listed", found.more_skipped);
            collector.warnings.push(warning("more-warnings", &message, pattern));
        }
        let options = FileOptions { format: options.format, trust: options.trust, ..FileOptions::default() };
        let mut seen = HashSet::new();
        for path in found.files.into_iter().flatten() {
            let display_path = base_dirs.display_path(&path).into();
            let candidate = FileCandidate { path: path.into(), display_path, presence: Presence::Listed };
            // A link takes no room on the disk and is a layer of the whole size.
            if let Some((file, size)) = Fingerprint::now(&candidate.path).and_then(|fingerprint| fingerprint.file())
                && !seen.insert(file)
            {
                let taken = collector.budget.take(ExpandedSize::text(size as usize));
                taken.map_err(|exceeded| Error::from(exceeded).with_origin(candidate.origin()))?;
            }
            self.read_file(entry, &candidate, &options, profiles, collector);
        }
        Ok(())
    }
}

fn warning(code: &'static str, message: &str, name: &str) -> Warning {
    let mut origin = Origin::new(SourceKind::File, name);
    origin.file = Some(name.into());
    Warning::new(code, message).with_origin(origin)
}
