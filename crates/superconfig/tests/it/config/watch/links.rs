//! Files behind symbolic links.

use crate::support::watched::{Watched, ZERO, scenario};
use std::os::unix::fs::symlink;
use std::path::Path;

#[test]
fn link_retargeted() {
    let open = || {
        let prepare = |at: &Path| {
            std::fs::write(at.join("even.json"), ZERO).unwrap();
            symlink("even.json", at.join("app.json")).unwrap();
        };
        Watched::prepared(prepare, |builder| builder.file("app.json"))
    };
    scenario(open, |watched, round| {
        let target = if round % 2 == 0 { "even.json" } else { "odd.json" };
        watched.write(target, round);
        symlink(target, watched.at("app.json.tmp")).unwrap();
        watched.rename("app.json.tmp", "app.json");
        watched.expect(round);
    });
}

#[test]
fn target_of_a_link_in_another_directory_written() {
    let open = || {
        let prepare = |at: &Path| {
            std::fs::create_dir(at.join("elsewhere")).unwrap();
            std::fs::write(at.join("elsewhere/real.json"), ZERO).unwrap();
            std::fs::create_dir(at.join("config")).unwrap();
            symlink(at.join("elsewhere/real.json"), at.join("config/app.json")).unwrap();
        };
        Watched::prepared(prepare, |builder| builder.file("config/app.json"))
    };
    scenario(open, |watched, round| {
        watched.write("elsewhere/real.json", round);
        watched.expect(round);
    });
}

/// Publishes files as the kubelet does: a new directory, and a link that is replaced.
fn publish(at: &Path, round: u64) {
    let data = format!("..2026_{round}");
    std::fs::create_dir(at.join(&data)).unwrap();
    std::fs::write(at.join(&data).join("app.json"), format!("{{\"value\": {round}}}")).unwrap();
    std::fs::write(at.join(&data).join("twin.json"), format!("{{\"twin\": {round}}}")).unwrap();
    symlink(&data, at.join("..data_tmp")).unwrap();
    std::fs::rename(at.join("..data_tmp"), at.join("..data")).unwrap();
    if round > 0 {
        std::fs::remove_dir_all(at.join(format!("..2026_{}", round - 1))).unwrap();
    }
}

#[test]
fn kubernetes_volume_swapped() {
    let open = || {
        let prepare = |at: &Path| {
            publish(at, 0);
            symlink("..data/app.json", at.join("app.json")).unwrap();
            symlink("..data/twin.json", at.join("twin.json")).unwrap();
        };
        Watched::prepared(prepare, |builder| builder.file("app.json").file("twin.json"))
    };
    scenario(open, |watched, round| {
        publish(watched.root(), round);
        let change = watched.change();
        assert_eq!(change.changed, ["twin", "value"]);
        assert_eq!(change.current.get::<u64>(&"value".parse().unwrap()).unwrap(), round);
        assert_eq!(change.current.get::<u64>(&"twin".parse().unwrap()).unwrap(), round);
    });
}
