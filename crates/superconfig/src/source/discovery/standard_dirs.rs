//! The configuration directories of the system and of the user.

use super::SearchLocation;
use crate::source::BaseDirs;
use std::path::{Path, PathBuf};

/// A platform, as far as its configuration directories differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Platform {
    Unix,
    Mac,
    Windows,
}

const PLATFORM: Platform = if cfg!(windows) {
    Platform::Windows
} else if cfg!(target_vendor = "apple") {
    Platform::Mac
} else {
    Platform::Unix
};

/// All locations below the project's, lowest first.
pub(super) fn system_and_user<'e>(
    name: &str,
    base_dirs: &BaseDirs,
    variable: &dyn Fn(&str) -> Option<&'e str>,
) -> Vec<SearchLocation> {
    let mut all = system(PLATFORM, name, base_dirs.root.as_deref(), variable);
    all.extend(user(PLATFORM, name, base_dirs.home.as_deref(), variable));
    all
}

fn system<'e>(
    platform: Platform,
    name: &str,
    root: Option<&Path>,
    variable: &dyn Fn(&str) -> Option<&'e str>,
) -> Vec<SearchLocation> {
    let at = |path: &str| match root {
        Some(root) => root.join(path.trim_start_matches('/')),
        None => PathBuf::from(path),
    };
    let config = |directory: PathBuf| SearchLocation::Stem { directory: directory.join(name), stem: "config".to_owned() };
    if platform == Platform::Windows {
        let data = variable("ProgramData").or_else(|| variable("PROGRAMDATA")).filter(|path| !path.is_empty());
        return match (data, root) {
            (Some(path), None) => vec![config(PathBuf::from(path))],
            // A drive cannot be put below another directory: in tests its root is used instead.
            (_, Some(root)) => vec![config(root.join("ProgramData"))],
            (None, None) => {
                vec![SearchLocation::Nowhere { display_path: "%ProgramData%".to_owned(), reason: "the variable is not set" }]
            }
        };
    }
    // An empty variable counts as one that is not set, and relative paths are invalid in it: so says the specification.
    let listed = variable("XDG_CONFIG_DIRS").filter(|list| !list.is_empty()).unwrap_or("/etc/xdg");
    let listed = listed.split(':').filter(|path| path.starts_with('/'));
    let mut all: Vec<SearchLocation> = listed.map(|path| config(at(path))).collect();
    // The first that is listed is the most important.
    all.reverse();
    all.push(config(at("/etc")));
    all.push(SearchLocation::Stem { directory: at("/etc"), stem: name.to_owned() });
    if platform == Platform::Mac {
        all.push(config(at("/Library/Application Support")));
    }
    all
}

fn user<'e>(
    platform: Platform,
    name: &str,
    home: Option<&Path>,
    variable: &dyn Fn(&str) -> Option<&'e str>,
) -> Vec<SearchLocation> {
    let config = |directory: PathBuf| SearchLocation::Stem { directory: directory.join(name), stem: "config".to_owned() };
    let own = variable("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let mut all = Vec::new();
    match (own, home) {
        (Some(own), _) => all.push(config(own)),
        (None, Some(home)) => all.push(config(home.join(".config"))),
        (None, None) => {}
    }
    match home {
        Some(home) => {
            all.push(SearchLocation::Stem { directory: home.to_owned(), stem: format!(".{name}") });
            all.push(SearchLocation::Plain { directory: home.to_owned(), name: format!(".{name}rc") });
            if platform == Platform::Mac {
                all.push(config(home.join("Library/Application Support")));
            }
        }
        None => all.push(SearchLocation::Nowhere { display_path: "~".to_owned(), reason: "no home directory is known" }),
    }
    if platform == Platform::Windows {
        match variable("APPDATA").filter(|path| !path.is_empty()) {
            Some(path) => all.push(config(PathBuf::from(path))),
            None => all.push(SearchLocation::Nowhere { display_path: "%APPDATA%".to_owned(), reason: "the variable is not set" }),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn display_path(base_dirs: Vec<SearchLocation>) -> Vec<String> {
        let display = |location| match location {
            SearchLocation::Stem { directory, stem } => format!("{}/{stem}.*", directory.display()),
            SearchLocation::Plain { directory, name } => format!("{}/{name}", directory.display()),
            other => format!("{other:?}"),
        };
        base_dirs.into_iter().map(display).collect()
    }

    #[test]
    fn system_locations_follow_the_specification_and_the_root() {
        let none = |_: &str| None;
        let defaults = ["/etc/xdg/app/config.*", "/etc/app/config.*", "/etc/app.*"];
        assert_eq!(display_path(system(Platform::Unix, "app", None, &none)), defaults);
        let empty = |name: &str| (name == "XDG_CONFIG_DIRS").then_some("");
        assert_eq!(display_path(system(Platform::Unix, "app", None, &empty)), defaults);
        let two = |name: &str| (name == "XDG_CONFIG_DIRS").then_some("/high:relative::/low");
        let base_dirs = display_path(system(Platform::Mac, "app", Some(Path::new("/root")), &two));
        let expected = [
            "/root/low/app/config.*",
            "/root/high/app/config.*",
            "/root/etc/app/config.*",
            "/root/etc/app.*",
            "/root/Library/Application Support/app/config.*",
        ];
        assert_eq!(base_dirs, expected);
        let windows = |name: &str| (name == "ProgramData").then_some("C:\\ProgramData");
        assert_eq!(display_path(system(Platform::Windows, "app", None, &windows)), ["C:\\ProgramData/app/config.*"]);
        assert!(matches!(system(Platform::Windows, "app", None, &none)[..], [SearchLocation::Nowhere { .. }]));
    }

    #[test]
    fn user_locations_are_in_the_home_directory() {
        let none = |_: &str| None;
        let home = Some(Path::new("/home/me"));
        let expected = ["/home/me/.config/app/config.*", "/home/me/.app.*", "/home/me/.apprc"];
        assert_eq!(display_path(user(Platform::Unix, "app", home, &none)), expected);
        let own = |name: &str| (name == "XDG_CONFIG_HOME").then_some("/own");
        assert_eq!(display_path(user(Platform::Unix, "app", home, &own))[0], "/own/app/config.*");
        let relative = |name: &str| (name == "XDG_CONFIG_HOME").then_some("own");
        assert_eq!(display_path(user(Platform::Unix, "app", home, &relative))[0], expected[0]);
        assert_eq!(display_path(user(Platform::Mac, "app", home, &none))[3], "/home/me/Library/Application Support/app/config.*");
        let roaming = |name: &str| (name == "APPDATA").then_some("C:\\Roaming");
        assert_eq!(display_path(user(Platform::Windows, "app", home, &roaming))[3], "C:\\Roaming/app/config.*");
        assert!(matches!(user(Platform::Unix, "app", None, &none)[..], [SearchLocation::Nowhere { .. }]));
    }
}
