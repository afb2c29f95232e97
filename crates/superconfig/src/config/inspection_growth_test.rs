//! Growth: looking at twice the layers, keys and variables takes about twice the steps in everything that inspects a configuration.

use super::{Builder, Snapshot, SuperConfig, find_unused};
use crate::diagnostic::{assert_linear_from, count_steps, steps_of};
use crate::load::RenderOptions;
use crate::merge::ArrayStrategy;
use crate::{Environment, Format};
use std::sync::Arc;

const LEAST: usize = 150;

fn snapshot(builder: Builder, variables: &[(String, String)]) -> Arc<Snapshot> {
    let environment = Environment::from_pairs(variables.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    builder.load_with(environment).unwrap().snapshot().unwrap()
}

fn text(entries: impl Iterator<Item = String>) -> String {
    format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
}

fn keys(size: usize) -> String {
    text((0..size).map(|at| format!("\"key{at:04}\":{at}")))
}

/// As many layers as keys.
fn layers(size: usize, layer: impl Fn(usize) -> String, joined: bool) -> Arc<Snapshot> {
    let base = SuperConfig::builder().env("APP").text(format!("{{\"t\":{}}}", keys(size)), Format::Json);
    let builder = (0..size).fold(base, |builder, at| {
        let builder = builder.text(layer(at), Format::Json);
        if joined { builder.joined() } else { builder }
    });
    snapshot(builder, &[])
}

/// A configuration of a size.
type Sized = Box<dyn Fn(usize) -> Arc<Snapshot>>;

/// Configurations with as many of one thing as of another.
fn configurations() -> Vec<(&'static str, Sized)> {
    let variables = |name: fn(usize) -> String, dotenv: bool| -> Sized {
        Box::new(move |size| {
            let directory = tempfile::tempdir().unwrap();
            let builder = SuperConfig::builder().cwd(directory.path()).text(keys(size), Format::Json);
            let list: Vec<(String, String)> = (0..size).map(|at| (name(at), at.to_string())).collect();
            if dotenv {
                let lines: String = list.iter().map(|(name, _)| format!("{name}=1\n")).collect();
                std::fs::write(directory.path().join(".env"), lines).unwrap();
                return snapshot(builder.dotenv().env("APP"), &list);
            }
            snapshot(builder.env("APP"), &list)
        })
    };
    vec![
        ("layers with a key each", Box::new(|size| layers(size, |at| format!("{{\"t\":{{\"key{at:04}\":1}}}}"), false))),
        ("layers with a new key each", Box::new(|size| layers(size, |at| format!("{{\"new{at:04}\":1}}"), false))),
        ("layers with the same key", Box::new(|size| layers(size, |at| format!("{{\"a\":{at}}}"), false))),
        (
            "layers that replace a table",
            Box::new(|size| {
                layers(
                    size,
                    |at| match at + 1 == size {
                        true => format!("{{\"t\":{}}}", keys(size)),
                        false => format!("{{\"t\":{at}}}"),
                    },
                    false,
                )
            }),
        ),
        (
            "layers that are joined",
            Box::new(|size| layers(size, |at| format!("{{\"t\":{{\"key{at:04}\":1,\"new{at:04}\":1}}}}"), true)),
        ),
        (
            "a wide layer that is joined",
            Box::new(|size| {
                let wide = format!("{{\"t\":{}}}", text((0..size).map(|at| format!("\"other{at:04}\":1,\"k{at:04}_add\":[1]"))));
                snapshot(
                    SuperConfig::builder()
                        .text(format!("{{\"t\":{}}}", keys(size)), Format::Json)
                        .text(wide, Format::Json)
                        .joined(),
                    &[],
                )
            }),
        ),
        ("layers that remove a key", Box::new(|size| layers(size, |at| format!("{{\"t_remove\":[\"key{at:04}\"]}}"), false))),
        ("variables that are known", variables(|at| format!("APP_KEY{at:04}"), false)),
        ("variables that are new", variables(|at| format!("APP_X{at:04}__NEW"), false)),
        ("variables that are misspelt", variables(|at| format!("APP_KYE{at:04}"), false)),
        ("variables that are empty", variables(|at| format!("APP_KEY{at:04}__"), false)),
        ("variables that overrule those of files", variables(|at| format!("APP_KEY{at:04}"), true)),
        (
            "variables that are mapped",
            Box::new(|size| {
                let mapping = (0..size).map(|at| (format!("key{at:04}"), format!("M{at:04}").as_str().into())).collect();
                let options = crate::EnvOptions { mapping, prefix: "APP".into(), ..crate::EnvOptions::default() };
                let list: Vec<(String, String)> = (0..size).map(|at| (format!("M{at:04}"), at.to_string())).collect();
                snapshot(SuperConfig::builder().text(keys(size), Format::Json).env_with(options), &list)
            }),
        ),
        (
            "elements merged by a key",
            Box::new(|size| {
                let elements = |value: usize| {
                    let all: Vec<String> = (0..size).map(|at| format!("{{\"id\":{at},\"v\":{value}}}")).collect();
                    format!("{{\"l\":[{}]}}", all.join(","))
                };
                let builder = SuperConfig::builder().arrays("l", ArrayStrategy::By("id".into()));
                snapshot(builder.text(elements(1), Format::Json).text(elements(2), Format::Json), &[])
            }),
        ),
        (
            "elements of which one is removed",
            Box::new(|size| {
                let all: Vec<String> = (0..size).map(|at| at.to_string()).collect();
                let builder = SuperConfig::builder().text(format!("{{\"l\":[{}]}}", all.join(",")), Format::Json);
                snapshot(builder.text("{\"l_remove\":[1]}", Format::Json), &[])
            }),
        ),
        (
            "elements that are unique",
            Box::new(|size| {
                let all: Vec<String> = (0..size).map(|at| at.to_string()).collect();
                let builder = SuperConfig::builder().arrays("l", ArrayStrategy::Unique).text("{\"l\":[-1]}", Format::Json);
                snapshot(builder.text(format!("{{\"l\":[{}]}}", all.join(",")), Format::Json), &[])
            }),
        ),
    ]
}

fn inspected_in_linear_time(what: &str, inspect: impl Fn(&Snapshot)) {
    for (of, configuration) in configurations() {
        let sizes = [1, 2, 4, 8].map(|times| (LEAST * times, configuration(LEAST * times)));
        assert_linear_from(LEAST, &format!("{what} of {of}"), |size| {
            let (_, snapshot) = sizes.iter().find(|(own, _)| *own == size).unwrap();
            count_steps(size);
            inspect(snapshot);
        });
    }
}

#[test]
fn explaining_all_paths_costs_the_layers_and_variables() {
    inspected_in_linear_time("explanations", |snapshot| drop(snapshot.explain_all()));
}

#[test]
fn unmatched_variables_cost_the_variables_and_paths() {
    inspected_in_linear_time("unmatched variables", |snapshot| drop(snapshot.unmatched_variables()));
}

#[test]
fn counting_what_layers_set_costs_the_layers() {
    inspected_in_linear_time("layers", |snapshot| drop(snapshot.files()));
}

#[test]
fn finding_what_is_unused_costs_the_layers() {
    inspected_in_linear_time("unused values", |snapshot| drop(find_unused(&[snapshot])));
}

#[test]
fn comparing_costs_the_values() {
    let empty = snapshot(SuperConfig::builder(), &[]);
    inspected_in_linear_time("differences", |snapshot| {
        assert!(!snapshot.differences(&empty).is_empty());
        drop(empty.differences(snapshot));
    });
}

#[test]
fn writing_origins_costs_the_layers() {
    let options = RenderOptions { origins: true, ..RenderOptions::default() };
    inspected_in_linear_time("a text with origins", |snapshot| drop(snapshot.render_with(Format::Jsonc, options)));
}

#[test]
fn a_snapshot_folds_its_layers_for_names_once() {
    let snapshot = layers(1_000, |at| format!("{{\"t\":{{\"key{at:04}\":1}}}}"), false);
    let path = "t.key0001".parse().unwrap();
    let (first, second) = (steps_of(|| snapshot.explain(&path).unwrap()), steps_of(|| snapshot.explain(&path).unwrap()));
    assert!(second + 1_000 <= first, "{first} and {second} steps");
}
