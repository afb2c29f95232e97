//! Discovery in real trees: every directory, the order, and the reports of `layers`.
#![cfg(all(feature = "discovery", unix))]

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use superconfig::{Builder, DiscoverOptions, ErrorCode, FileOptions, LayerStatus, SuperConfig, Trust};

/// A machine: `root` before the system's directories, a home directory, and a project in it.
struct Machine(tempfile::TempDir);

impl Machine {
    fn new(files: &[(&str, &str)]) -> Self {
        let machine = Self(tempfile::tempdir().unwrap());
        std::fs::create_dir_all(machine.path("home/me/work/app/src")).unwrap();
        for (file, text) in files {
            machine.write(file, text);
        }
        machine
    }

    fn path(&self, path: &str) -> std::path::PathBuf {
        self.0.path().join(path)
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.path(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    }

    fn builder(&self) -> Builder {
        let builder = SuperConfig::builder().root(self.path("root")).home(self.path("home/me")).environment([("NONE", "")]);
        builder.cwd(self.path("home/me/work/app/src"))
    }

    fn load(&self) -> SuperConfig {
        self.builder().discover("app").load().unwrap()
    }
}

/// The names of the layers of a status, from the lowest to the highest, the machine's own path left out.
fn names(machine: &Machine, config: &SuperConfig, status: LayerStatus) -> Vec<String> {
    let base = machine.0.path().to_string_lossy().into_owned() + "/";
    let snapshot = config.snapshot().unwrap();
    let layers = snapshot.layers().iter().filter(|layer| layer.status == status);
    layers.map(|layer| layer.name.replace(&base, "")).collect()
}

#[test]
fn all_locations_apply_in_order() {
    // From the lowest to the highest; each sets the same key and one of its own.
    let locations = [
        ("root/etc/xdg/app/config.toml", "toml"),
        ("root/etc/app/config.json", "json"),
        ("root/etc/app.yaml", "yaml"),
        ("home/me/.config/app/config.toml", "toml"),
        ("home/me/.app.json", "json"),
        ("home/me/.apprc", "yaml"),
        ("home/me/work/package.json", "package"),
        ("home/me/work/pyproject.toml", "pyproject"),
        ("home/me/work/Cargo.toml", "cargo"),
        ("home/me/work/.config/app.toml", "toml"),
        ("home/me/work/.apprc", "json"),
        ("home/me/work/.app.yml", "yaml"),
        ("home/me/work/app.config.json", "json"),
        ("home/me/work/app.toml", "toml"),
        ("home/me/work/app/package.json", "package"),
        ("home/me/work/app/src/app.ini", "ini"),
    ];
    let machine = Machine::new(&[]);
    for (at, (file, kind)) in locations.iter().enumerate() {
        let text = match *kind {
            "toml" => format!("last = {at}\nk{at} = true"),
            "json" => format!("{{\"last\": {at}, \"k{at}\": true}}"),
            "yaml" => format!("last: {at}\nk{at}: true"),
            "ini" => format!("last = {at}\nk{at} = true"),
            "package" => format!("{{\"name\": \"x\", \"app\": {{\"last\": {at}, \"k{at}\": true}}}}"),
            "pyproject" => format!("[tool.app]\nlast = {at}\nk{at} = true"),
            _ => format!("[package.metadata.app]\nlast = {at}\nk{at} = true"),
        };
        machine.write(file, &text);
    }
    let config = machine.load();
    let found = names(&machine, &config, LayerStatus::Found);
    let expected: Vec<String> = locations.iter().map(|(file, _)| file.replace("home/me/work/app/src/", "")).collect();
    assert_eq!(found, expected);
    assert_eq!(config.get::<usize>("last").unwrap(), locations.len() - 1);
    for at in 0..locations.len() {
        assert!(config.get::<bool>(&format!("k{at}")).unwrap());
    }
    let candidates = config.explain("last").unwrap().candidates;
    assert_eq!(candidates.len(), locations.len());
    assert!(candidates.iter().all(|candidate| candidate.origin.line.is_some()));
    let cargo = config.explain("k8").unwrap();
    assert_eq!((cargo.winner().unwrap().origin.line, cargo.winner().unwrap().origin.column), (Some(3), Some(6)));
}

#[test]
fn variants_follow_their_base_file() {
    let files = [
        ("home/me/work/app/src/app.toml", "last = 'base'"),
        ("home/me/work/app/src/app.production.json", "{\"last\": \"production\"}"),
        ("home/me/work/app/src/app.eu.json", "{\"last\": \"eu\"}"),
        ("home/me/work/app/src/app.local.yaml", "last: local"),
        ("home/me/work/app/src/app.production.local.toml", "last = 'production.local'"),
        ("home/me/work/app/src/.apprc", "last: rc"),
        ("home/me/work/app/src/.apprc.eu", "last: rc.eu"),
        ("home/me/work/app/src/.apprc.local", "last: rc.local"),
        ("root/etc/app/config.production.toml", "last = 'etc'"),
    ];
    let machine = Machine::new(&files);
    let config = machine.builder().discover("app").profiles(["production", "eu"]).load().unwrap();
    let expected = [
        "root/etc/app/config.production.toml",
        ".apprc",
        ".apprc.eu",
        ".apprc.local",
        "app.toml",
        "app.production.json",
        "app.eu.json",
        "app.local.yaml",
        "app.production.local.toml",
    ];
    assert_eq!(names(&machine, &config, LayerStatus::Found), expected);
    assert_eq!(config.get::<String>("last").unwrap(), "production.local");
    let missing = names(&machine, &config, LayerStatus::Missing);
    assert!(missing.contains(&"root/etc/app/config.*".to_owned()), "{missing:?}");
    assert!(missing.contains(&"app.eu.local.*".to_owned()), "{missing:?}");
}

#[test]
fn layers_list_searched_locations_with_reasons() {
    let files = [("home/me/work/app/src/package.json", "{\"name\": \"x\"}"), ("home/me/work/app/src/app.toml", "a = 1")];
    let machine = Machine::new(&files);
    let config = machine.load();
    let snapshot = config.snapshot().unwrap();
    let reason = |name: &str| {
        let layer = snapshot.layers().iter().find(|layer| layer.name.ends_with(name)).unwrap_or_else(|| panic!("{name}"));
        (layer.status, layer.reason.as_deref().unwrap_or_default().to_owned())
    };
    assert_eq!(reason("package.json"), (LayerStatus::Skipped, "it has no `app`".to_owned()));
    assert_eq!(reason("pyproject.toml"), (LayerStatus::Missing, "there is no such file".to_owned()));
    assert_eq!(reason("root/etc/xdg/app/config.*"), (LayerStatus::Missing, "the directory is not there".to_owned()));
    assert_eq!(reason(".apprc"), (LayerStatus::Missing, "there is no such file".to_owned()));
    assert_eq!(reason("app.toml"), (LayerStatus::Found, String::new()));
    assert!(snapshot.layers().iter().all(|layer| layer.path.as_ref().is_some_and(|path| path.is_absolute())));
    let without_home = SuperConfig::builder().root(machine.path("root")).cwd(machine.path("home")).environment([("A", "")]);
    let config = without_home.discover("app").load().unwrap();
    assert!(names(&machine, &config, LayerStatus::Skipped).contains(&"~".to_owned()));
}

#[test]
fn the_project_ends_at_its_root_and_never_holds_the_home_directory() {
    let files = [
        ("home/me/app.toml", "home = 1"),
        ("home/me/package.json", "{\"app\": {\"home\": 1}}"),
        ("home/me/work/app.toml", "work = 1"),
        ("home/me/work/app/.git/HEAD", ""),
        ("home/me/work/app/app.toml", "app = 1"),
    ];
    let machine = Machine::new(&files);
    let found = |cwd: &str| {
        let config = machine.builder().cwd(machine.path(cwd)).discover("app").load().unwrap();
        let snapshot = config.snapshot().unwrap();
        snapshot.value().as_table().unwrap().iter().map(|(key, _)| key.to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(found("home/me/work/app/src"), ["app"]);
    assert_eq!(found("home/me/work"), ["work"]);
    assert_eq!(found("home/me"), ["home"], "a working directory that is the home directory stands alone");
    assert_eq!(found("home"), Vec::<String>::new());
}

#[test]
fn variables_move_the_locations() {
    let files = [
        ("root/first/app/config.toml", "last = 'first'"),
        ("root/second/app/config.toml", "last = 'second'"),
        ("own/app/config.toml", "own = true"),
    ];
    let machine = Machine::new(&files);
    let own = machine.path("own").to_string_lossy().into_owned();
    let variables = [("XDG_CONFIG_DIRS", "/first:/second"), ("XDG_CONFIG_HOME", &own)];
    let config = machine.builder().environment(variables).discover("app").load().unwrap();
    assert_eq!(config.get::<String>("last").unwrap(), "first", "the first that is listed is the highest");
    assert!(config.get::<bool>("own").unwrap());
}

#[test]
fn two_formats_of_one_name_load_with_a_warning() {
    let files = [("home/me/work/app/src/app.yaml", "a: yaml"), ("home/me/work/app/src/app.json", "{\"a\": \"json\"}")];
    let machine = Machine::new(&files);
    let config = machine.load();
    assert_eq!(config.get::<String>("a").unwrap(), "yaml");
    let snapshot = config.snapshot().unwrap();
    assert_eq!(snapshot.warnings().iter().map(|warning| warning.code).collect::<Vec<_>>(), ["ambiguous-format"]);
}

#[test]
fn file_of_two_locations_is_read_once() {
    let machine = Machine::new(&[("home/me/.apprc", "list: [1]")]);
    let config = machine.builder().cwd(machine.path("home/me")).discover("app").load().unwrap();
    assert_eq!(config.explain("list").unwrap().candidates.len(), 1);
    let snapshot = config.snapshot().unwrap();
    let skipped = snapshot.layers().iter().find(|layer| layer.status == LayerStatus::Skipped).unwrap();
    assert_eq!(skipped.reason.as_deref(), Some("a lower location has it already"));
}

#[test]
fn names_with_path_separators_are_rejected_first() {
    let machine = Machine::new(&[]);
    for name in ["", "..", "a/b", "a\\b", "a\0b", "x..y"] {
        let error = machine.builder().file("absent.toml").discover(name).load().err().unwrap();
        let error =
            if error.code() == ErrorCode::NotFound { machine.builder().discover(name).load().err().unwrap() } else { error };
        assert_eq!(error.code(), ErrorCode::Option, "{name:?}");
    }
}

#[test]
fn unreadable_files_are_errors() {
    let code = |machine: &Machine| machine.builder().discover("app").load().err().map(|error| error.code());
    let machine = Machine::new(&[]);
    let at = |path: &str| machine.path("home/me/work/app/src").join(path);
    symlink("app.toml", at("app.toml")).unwrap();
    assert_eq!(code(&machine), Some(ErrorCode::Io), "a link to itself");
    std::fs::remove_file(at("app.toml")).unwrap();
    symlink(at(".config"), at(".config")).unwrap();
    assert_eq!(code(&machine), Some(ErrorCode::Io), "a directory that is a link to itself");
    std::fs::remove_file(at(".config")).unwrap();
    symlink(at("nowhere"), at("app.toml")).unwrap();
    assert_eq!(code(&machine), None, "a link that leads nowhere is no file");
    std::fs::remove_file(at("app.toml")).unwrap();
    std::fs::create_dir(at(".apprc")).unwrap();
    assert_eq!(code(&machine), Some(ErrorCode::Io));
    std::fs::remove_dir(at(".apprc")).unwrap();
    machine.write("home/me/work/app/src/package.json", "{\"app\": [1]}");
    assert_eq!(code(&machine), Some(ErrorCode::Parse));
    machine.write("home/me/work/app/src/package.json", "{");
    assert_eq!(code(&machine), Some(ErrorCode::Parse));
}

fn open_to_all(path: &Path) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o666)).unwrap();
}

#[test]
fn a_file_that_everybody_can_write_warns_or_fails() {
    let machine = Machine::new(&[("home/me/work/app/src/app.toml", "a = 1"), ("home/me/work/app/src/package.json", "{}")]);
    assert!(machine.load().snapshot().unwrap().warnings().is_empty());
    let file = machine.path("home/me/work/app/src/app.toml");
    open_to_all(&file);
    open_to_all(&machine.path("home/me/work/app/src/package.json"));
    let config = machine.load();
    let warnings = config.snapshot().unwrap().warnings().to_vec();
    assert_eq!(warnings.len(), 1, "a manifest without a part for us is not ours: {warnings:?}");
    assert_eq!(warnings[0].code, "insecure-permissions");
    assert_eq!(warnings[0].origin.as_ref().unwrap().file.as_deref(), Some("app.toml"));

    let strict = Some(Trust::Strict);
    let source = |builder: Builder| builder.load().err().map(|error| (error.code(), error.origin().unwrap().to_string()));
    let refused = Some((ErrorCode::Trust, "app.toml".to_owned()));
    assert_eq!(source(machine.builder().discover_with("app", DiscoverOptions { trust: strict })), refused);
    let options = FileOptions { trust: strict, ..FileOptions::default() };
    assert_eq!(source(machine.builder().file_with("app.toml", options)), refused);
    assert_eq!(source(machine.builder().file("app.toml")), None);

    // A change of nothing but the permissions is seen by a reload.
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    config.reload().unwrap();
    assert!(config.snapshot().unwrap().warnings().is_empty());
}

#[test]
fn discovered_files_reload_as_they_come_and_go() {
    let machine = Machine::new(&[("home/me/work/app/src/app.toml", "a = 1")]);
    let config = machine.load();
    machine.write("home/me/.config/app/config.yaml", "b: 2");
    assert_eq!(config.reload().unwrap().changed, ["b"]);
    std::fs::remove_file(machine.path("home/me/work/app/src/app.toml")).unwrap();
    assert_eq!(config.reload().unwrap().changed, ["a"]);
}

#[test]
fn files_that_look_like_configuration_and_are_not_read_warn_once_a_load() {
    let directory = tempfile::tempdir().unwrap();
    let project = directory.path().join("home/project");
    std::fs::create_dir_all(project.join("src")).unwrap();
    for name in ["myapp.config.ts", "src/myapp.config.js", ".myapprc.json", "myapp.js", "myapp.config.json", ".git"] {
        std::fs::write(project.join(name), "{}").unwrap();
    }
    let builder = SuperConfig::builder().cwd(project.join("src")).home(directory.path().join("home")).root("/nowhere");
    let config = builder.environment([("NODE_ENV", "eu")]).discover("myapp").load().unwrap();
    for _ in 0..3 {
        let snapshot = config.snapshot().unwrap();
        let unread: Vec<&str> = snapshot
            .warnings()
            .iter()
            .map(|warning| {
                assert_eq!(warning.code, "unread-file", "{warning}");
                warning.origin.as_ref().unwrap().file.as_deref().unwrap()
            })
            .collect();
        let (rc, config_ts) = (project.join(".myapprc.json"), project.join("myapp.config.ts"));
        assert_eq!(unread, [rc.to_str().unwrap(), config_ts.to_str().unwrap(), "myapp.config.js"]);
        std::fs::write(project.join("myapp.config.json"), format!("{{\"v\": {}}}", config.version().unwrap())).unwrap();
        config.reload().unwrap();
    }
}

#[test]
fn a_profile_of_node_env_warns_only_beside_a_similar_name() {
    let directory = tempfile::tempdir().unwrap();
    let load = |variables: [(&'static str, &'static str); 1]| {
        let builder = SuperConfig::builder().cwd(directory.path()).environment(variables).node_profile();
        let snapshot = builder.dir(".").load().unwrap().snapshot().unwrap();
        snapshot.warnings().iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    std::fs::write(directory.path().join("production.json"), "{}").unwrap();
    assert!(load([("NODE_ENV", "test")]).is_empty());
    assert!(load([("NODE_ENV", "production")]).is_empty());
    let warnings = load([("NODE_ENV", "Production")]);
    assert!(warnings.len() == 1 && warnings[0].contains("NODE_ENV") && warnings[0].contains("`production`"), "{warnings:?}");
    let warnings = load([("SUPERCONFIG_PROFILE", "test")]);
    assert!(warnings.len() == 1 && warnings[0].contains("SUPERCONFIG_PROFILE"), "{warnings:?}");
}
