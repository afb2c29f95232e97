//! Files and directories that appear, disappear and are moved.

use crate::support::watched::{Watched, ZERO, create, scenario};
use superconfig::{ErrorCode, FileOptions};

fn optional() -> FileOptions {
    FileOptions { optional: true, ..FileOptions::default() }
}

#[test]
fn optional_file_comes_and_goes() {
    let open = || Watched::new(&[], |builder| builder.file("app.json").file_with("more/local.json", optional()));
    scenario(open, |watched, round| {
        watched.make_directory("more");
        watched.write("more/local.json", round);
        watched.expect(round);
        watched.remove("more");
        watched.expect(0);
    });
}

#[test]
fn directory_deleted_and_recreated() {
    let open = || Watched::new(&[("deep/config/app.json", ZERO)], |builder| builder.file("deep/config/app.json"));
    scenario(open, |watched, round| {
        watched.remove("deep");
        if round % 2 == 0 {
            assert_eq!(watched.error().code(), ErrorCode::NotFound);
        }
        watched.make_directory("deep/config");
        watched.write("deep/config/app.json", round);
        watched.expect_after_errors(round);
    });
}

#[test]
fn directory_replaced_by_another() {
    let open = || Watched::new(&[("live/config/app.json", ZERO)], |builder| builder.file("live/config/app.json"));
    scenario(open, |watched, round| {
        watched.make_directory("next/config");
        watched.write("next/config/app.json", round);
        watched.rename("live", "last");
        watched.rename("next", "live");
        // There is none for a moment.
        watched.expect_after_errors(round);
        watched.remove("last");
    });
}

#[test]
fn files_of_a_pattern_and_of_a_directory_appear() {
    let open = || {
        Watched::prepared(
            |at| std::fs::create_dir(at.join("config")).unwrap(),
            |builder| builder.file("app.json").glob("conf.d/*/x.json").profile("eu").dir("config"),
        )
    };
    scenario(open, |watched, round| {
        watched.make_directory("conf.d/a");
        watched.write("conf.d/a/x.json", round);
        watched.expect(round);
        watched.write("config/eu.json", 1_000 + round);
        watched.expect(1_000 + round);
        watched.remove("config/eu.json");
        watched.expect(round);
        watched.remove("conf.d");
        watched.expect(0);
    });
}

#[test]
fn files_of_a_pattern_with_alternatives_appear_below_links_that_lead_back() {
    let open = || {
        let prepare = |at: &std::path::Path| {
            create(at, &[("conf/eu/a/x.json", "{}"), ("conf/base/x.json", "{}")]);
            std::os::unix::fs::symlink("..", at.join("conf/eu/up")).unwrap();
            std::os::unix::fs::symlink(at.join("conf"), at.join("conf/base/conf")).unwrap();
        };
        Watched::prepared(prepare, |builder| {
            builder.file("app.json").glob("conf/{base,{profile}}/**/*.{json,toml}").profile("eu")
        })
    };
    scenario(open, |watched, round| {
        watched.write_text("conf/eu/new.toml", &format!("value = {round}"));
        watched.expect(round);
        watched.make_directory("conf/eu/a/b");
        watched.write("conf/eu/a/b/c.json", 1_000 + round);
        // Sorted by path, `new.toml` comes after it.
        watched.remove("conf/eu/new.toml");
        watched.expect(1_000 + round);
        watched.remove("conf/eu/a/b");
        watched.expect(0);
    });
}

#[test]
fn variant_of_a_profile_appears() {
    let open = || {
        let sources = |builder: superconfig::Builder| builder.file("app.json").file_with("app.{profile}.yaml", optional());
        Watched::new(&[], |builder| sources(builder).profile("production"))
    };
    scenario(open, |watched, round| {
        watched.write_text("app.production.yaml", &format!("value: {round}"));
        watched.expect(round);
        watched.remove("app.production.yaml");
        watched.expect(0);
    });
}

#[test]
fn dotenv_file_appears() {
    let open = || Watched::new(&[], |builder| builder.file("app.json").environment([("X", "1")]).dotenv().env("APP"));
    scenario(open, |watched, round| {
        watched.write_text(".env", &format!("APP_VALUE={round}"));
        watched.expect(round);
    });
}

#[test]
fn one_of_a_thousand_files_written() {
    let open = || {
        let prepare = |at: &std::path::Path| {
            std::fs::create_dir(at.join("conf.d")).unwrap();
            for number in 0..1_000 {
                std::fs::write(at.join(format!("conf.d/{number:04}.json")), format!("{{\"v{number}\": 0}}")).unwrap();
            }
        };
        Watched::prepared(prepare, |builder| builder.glob("conf.d/*.json"))
    };
    scenario(open, |watched, round| {
        let number = round * 97 % 1_000;
        watched.write_text(&format!("conf.d/{number:04}.json"), &format!("{{\"v{number}\": {round}}}"));
        watched.expect_changed(&[&format!("v{number}")]);
    });
}

#[test]
#[cfg(feature = "discovery")]
fn a_file_that_discovery_finds_appears() {
    let open = || {
        let directory = tempfile::tempdir().unwrap();
        let at = directory.path().to_path_buf();
        let machine = [("home/project/src/.keep", ""), ("home/project/.git/HEAD", "")];
        let sources = |builder: superconfig::Builder| {
            builder.cwd(at.join("home/project/src")).home(at.join("home")).root(at.join("root")).discover("myapp")
        };
        Watched::inside(directory, &machine, sources)
    };
    scenario(open, |watched, round| {
        watched.write("home/project/myapp.config.json", round);
        watched.expect(round);
        watched.make_directory("root/etc/myapp");
        watched.write_text("root/etc/myapp/config.json", "{\"other\": true}");
        watched.expect_changed(&["other"]);
        watched.make_directory("home/.config/myapp");
        watched.write_text("home/.config/myapp/config.toml", "third = 3");
        watched.expect_changed(&["third"]);
        watched.remove("root");
        watched.expect_changed(&["other"]);
        watched.remove("home/.config");
        watched.expect_changed(&["third"]);
        watched.remove("home/project/myapp.config.json");
        watched.expect_changed(&["value"]);
    });
}
