//! Growth: twice the layers, each with twice the keys or elements, take about twice the memory in all that is allocated on the way.

use super::small_stack::{allocated_by, on_a_small_stack};
use superconfig::{ArrayStrategy, Builder, Format, Issue, SuperConfig, Value};

#[allow(clippy::print_stdout)]
fn assert_linear(what: &str, work: impl Fn(usize)) {
    let counts = [200, 400, 800].map(|size| allocated_by(|| work(size)));
    let ratios: Vec<f64> = counts.windows(2).map(|pair| pair[1] as f64 / pair[0] as f64).collect();
    println!("growth in bytes, {ratios:.2?} for twice the input each time: {what} {counts:?}");
    for ratio in ratios {
        assert!(ratio < 2.6, "{what}: twice the input allocates {ratio:.2} times the bytes, {counts:?}");
    }
}

fn layers(builder: Builder, count: usize, text: impl Fn(usize) -> String) -> Builder {
    (0..count).fold(builder, |builder, at| builder.text(text(at), Format::Json))
}

/// Each layer copied the whole array below it once.
#[test]
fn appending_layers_copy_no_array() {
    let elements = |at: usize| format!("[{at}, {at}]");
    for (what, key) in [("a directive", "l_add"), ("a strategy", "l")] {
        assert_linear(what, |size| {
            let builder = SuperConfig::builder().arrays("**.l", ArrayStrategy::Append);
            let top =
                layers(builder, size, |at| format!("{{\"{key}\": {0}, \"a\": {{\"b\": {{\"{key}\": {0}}}}}}}", elements(at)));
            let config = top.load().unwrap();
            assert_eq!(config.get::<Vec<u32>>("l").unwrap().len(), 2 * size);
            assert_eq!(config.get::<Vec<u32>>("a.b.l").unwrap().len(), 2 * size);
        });
    }
    assert_linear("elements before the others", |size| {
        let builder = SuperConfig::builder().arrays("**.l", ArrayStrategy::Prepend);
        let config = layers(builder, size, |at| format!("{{\"l\": {}}}", elements(at))).load().unwrap();
        assert_eq!(config.get::<Vec<usize>>("l").unwrap()[..3], [size - 1, size - 1, size - 2]);
    });
}

/// Each layer that is joined copied the table that it adds to.
#[test]
fn joining_layers_copy_no_table() {
    assert_linear("joined layers", |size| {
        let wide = (0..size).map(|at| format!("\"k{at}\": 1")).collect::<Vec<_>>().join(",");
        let base = SuperConfig::builder().text(format!("{{\"t\": {{{wide}}}}}"), Format::Json);
        let joined = (0..size).fold(base, |builder, at| {
            builder.text(format!("{{\"t\": {{\"k{at}\": 2, \"new{at}\": 3}}}}"), Format::Json).joined()
        });
        let config = joined.load().unwrap();
        assert_eq!((config.get::<u8>("t.k0").unwrap(), config.get::<u8>("t.new1").unwrap()), (1, 3));
        assert_eq!(config.explain("t.new1").unwrap().candidates.len(), 1);
        let explanation = config.explain("t.k1").unwrap();
        assert_eq!((explanation.candidates.len(), explanation.winner), (2, Some(0)));
        assert_eq!(config.explain("t").unwrap().winner, Some(size));
    });
}

/// Each state between two layers was kept, which is a copy of each table that the layer changes.
#[test]
fn explaining_costs_the_layers_and_not_their_states() {
    let wide = |size: usize| {
        let keys = (0..10 * size).map(|at| format!("\"k{at}\": 1")).collect::<Vec<_>>().join(",");
        let base = SuperConfig::builder().text(format!("{{\"t\": {{{keys}}}, {keys}}}"), Format::Json);
        let changed = layers(base, size, |at| format!("{{\"k{at}\": 2, \"t\": {{\"k{at}\": 2}}}}"));
        changed.text(format!("{{\"t_remove\": [\"k{}\"]}}", size + 1), Format::Json)
    };
    assert_linear("a wide table and as many layers", |size| {
        let config = wide(size).load().unwrap();
        for path in ["", "t", "k1", "t.k1"] {
            let explanation = config.explain(path).unwrap();
            let single = path.len() > 1;
            assert!(explanation.winner.is_some(), "{path}");
            assert_eq!(explanation.candidates.len() == 2, single, "{path}");
        }
        let removed = config.explain(&format!("t.k{}", size + 1)).unwrap();
        assert_eq!((removed.value, removed.candidates.len()), (None, 2));
        assert!(format!("{:?}", config.explain("t").unwrap()).len() > size);
    });
}

/// The origins of issues and of warnings are looked for in all layers, each, but not without end.
#[test]
fn origins_of_many_issues_and_warnings_are_bounded() {
    let bounded = |what: &str, work: &dyn Fn(usize)| {
        let (one, two) = (allocated_by(|| work(900)), allocated_by(|| work(1_800)));
        assert!((two as f64) < 2.4 * one as f64, "{what}: {one} and {two} bytes");
    };
    let builder = |size: usize| layers(SuperConfig::builder(), size, |at| format!("{{\"k{at}\": [{at}], \"k{}\": 1}}", at + 1));
    bounded("warnings", &|size| {
        let config = builder(size).load().unwrap();
        let snapshot = config.snapshot().unwrap();
        assert_eq!(snapshot.warnings().len(), size - 1);
        assert!(snapshot.warnings().iter().all(|warning| warning.origin.is_some()));
    });
    bounded("issues", &|size| {
        let check = |value: &Value| {
            let keys = value.as_table().unwrap().iter().map(|(key, _)| key.parse().unwrap());
            Err(keys.map(|path| Issue::new(path, "it is wrong")).collect())
        };
        let error = builder(size).validate_with(check).load().err().unwrap();
        assert_eq!(error.issues().len(), size + 1);
        assert!(error.issues().iter().take(100).all(|issue| issue.origin.is_some()));
    });
}

/// The states of one array that thousands of layers append to are kept for its elements, but not without end.
#[test]
fn explaining_elements_is_bounded() {
    let (candidates, peak) = on_a_small_stack(|| {
        let many = vec!["1"; 20_000].join(",");
        let base = SuperConfig::builder().text(format!("{{\"l\": [{many}]}}"), Format::Json);
        let config = layers(base, 1_000, |_| "{\"l_add\": [2]}".to_owned()).load().unwrap();
        let last = config.explain("l[20999]").unwrap();
        assert_eq!((last.candidates.len(), last.winner), (1, Some(0)));
        config.explain("l").unwrap().candidates.len()
    });
    assert_eq!(candidates, 1_001);
    assert!(peak < 300 << 20, "{peak} bytes");
}
