//! The directories of a project, from its root down to the working directory.

use super::SearchLocation;
use crate::diagnostic::Segment;
use crate::format::Format;
use std::path::{Component, Path, PathBuf};

/// Files of other programs that hold a part for each application, with the tables around that part.
const MANIFESTS: [(&str, Format, &[&str]); 3] = [
    ("package.json", Format::Json, &[]),
    ("pyproject.toml", Format::Toml, &["tool"]),
    ("Cargo.toml", Format::Toml, &["package", "metadata"]),
];

/// The locations in one directory of a project, lowest first.
pub(super) fn base_dirs(name: &str, directory: &Path) -> Vec<SearchLocation> {
    let stem = |directory: PathBuf, stem: String| SearchLocation::Stem { directory, stem };
    let mut all: Vec<SearchLocation> = MANIFESTS
        .iter()
        .map(|(file, format, tables)| {
            let part = tables.iter().copied().chain([name]).map(Segment::from).collect();
            SearchLocation::Manifest { path: directory.join(file), format: *format, part }
        })
        .collect();
    all.push(stem(directory.join(".config"), name.to_owned()));
    all.push(SearchLocation::Plain { directory: directory.to_owned(), name: format!(".{name}rc") });
    all.push(stem(directory.to_owned(), format!(".{name}")));
    all.push(stem(directory.to_owned(), format!("{name}.config")));
    all.push(stem(directory.to_owned(), name.to_owned()));
    all
}

/// The directories of the project that a working directory belongs to, from its root down.
///
/// The root is the nearest ancestor with `.git`, else the topmost with a manifest, and never the home directory or above it.
/// For a working directory that is the home directory or above it, only that directory counts.
pub(super) fn directories(cwd: &Path, home: Option<&Path>) -> Vec<PathBuf> {
    let cwd = without_dots(cwd);
    // The home directory may be reached by a symbolic link that one of the two paths does not show.
    let homes: Vec<PathBuf> =
        home.map(without_dots).into_iter().flat_map(|home| home.canonicalize().ok().into_iter().chain([home])).collect();
    let below_home = |directory: &Path| {
        let real = directory.canonicalize().ok();
        !homes.iter().any(|home| home.starts_with(directory) || real.as_deref().is_some_and(|real| home.starts_with(real)))
    };
    let candidates: Vec<&Path> = cwd.ancestors().take_while(|directory| below_home(directory)).collect();
    let holds = |directory: &Path, name: &str| directory.join(name).symlink_metadata().is_ok();
    let git = candidates.iter().position(|directory| holds(directory, ".git"));
    let root = git
        .or_else(|| candidates.iter().rposition(|directory| MANIFESTS.iter().any(|(manifest, ..)| holds(directory, manifest))));
    let mut directories: Vec<PathBuf> = candidates.iter().take(root.unwrap_or(0) + 1).map(|path| path.to_path_buf()).collect();
    if directories.is_empty() {
        directories.push(cwd.clone());
    }
    directories.reverse();
    directories
}

/// A path with `.` and `..` resolved by name, so that its ancestors are those that its text names.
fn without_dots(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                clean.pop();
            }
            other => clean.push(other),
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(entries: &[&str]) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        for entry in entries {
            let path = directory.path().join(entry);
            if entry.ends_with('/') {
                std::fs::create_dir_all(path).unwrap();
            } else {
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, "").unwrap();
            }
        }
        directory
    }

    /// The directories below a home directory, as paths relative to it.
    fn found(entries: &[&str], cwd: &str) -> Vec<String> {
        let base = tree(entries);
        let home = base.path();
        let directories = directories(&home.join(cwd), Some(home));
        directories.iter().map(|path| path.strip_prefix(home).unwrap().display().to_string()).collect()
    }

    #[test]
    fn the_root_is_the_nearest_with_git_else_the_topmost_with_a_manifest() {
        assert_eq!(found(&["a/.git/", "a/b/.git", "a/b/c/d/"], "a/b/c/d"), ["a/b", "a/b/c", "a/b/c/d"]);
        let manifests = ["a/package.json", "a/b/Cargo.toml", "a/b/c/"];
        assert_eq!(found(&manifests, "a/b/c"), ["a", "a/b", "a/b/c"]);
        assert_eq!(found(&["a/pyproject.toml", "a/b/.git/", "a/b/c/"], "a/b/c"), ["a/b", "a/b/c"]);
        assert_eq!(found(&["a/b/"], "a/b"), ["a/b"]);
        assert_eq!(found(&["a/b/.git/"], "a/./c/../b"), ["a/b"]);
    }

    #[test]
    fn home_directory_and_above_are_no_project() {
        assert_eq!(found(&[".git/", "package.json", "a/b/"], "a/b"), ["a/b"]);
        assert_eq!(found(&[".git/"], ""), [""]);
        let base = tree(&[".git/", "home/me/"]);
        let cwd = base.path().join("home");
        assert_eq!(directories(&cwd, Some(&cwd.join("me"))), [cwd]);
    }

    #[cfg(unix)]
    #[test]
    fn a_home_directory_behind_a_link_is_still_the_home_directory() {
        let base = tree(&["real/me/.git/", "real/me/project/"]);
        std::os::unix::fs::symlink(base.path().join("real"), base.path().join("home")).unwrap();
        let (linked, real) = (base.path().join("home/me"), base.path().join("real/me"));
        for (cwd, home) in [(&linked, &real), (&real, &linked)] {
            assert_eq!(directories(&cwd.join("project"), Some(home)), [cwd.join("project")]);
        }
    }
}
