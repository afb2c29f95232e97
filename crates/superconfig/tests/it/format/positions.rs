//! Positions that `explain` reports in every format: the line and column of a value's first character, counted in characters,
//! with any line ending and with or without a byte order mark.

use superconfig::{Format, Path, SuperConfig};

/// Marks the start of a value, and is removed before the text is parsed.
const MARK: char = '▸';

/// The text without marks, and the positions of the marks: lines and columns from 1.
fn unmarked(marked: &str) -> (String, Vec<(u32, u32)>) {
    let (mut text, mut positions) = (String::new(), Vec::new());
    let (mut line, mut column) = (1, 1);
    for character in marked.chars() {
        match character {
            MARK => positions.push((line, column)),
            '\n' => (line, column) = (line + 1, 1),
            _ => column += 1,
        }
        if character != MARK {
            text.push(character);
        }
    }
    (text, positions)
}

fn check(format: Format, marked: &str, paths: &[&str]) {
    let (text, positions) = unmarked(marked);
    assert_eq!(positions.len(), paths.len(), "{format}: a path for each mark");
    let windows = text.replace('\n', "\r\n");
    for text in [&text, &windows, &format!("\u{feff}{text}"), &format!("\u{feff}{windows}")] {
        let config = SuperConfig::builder().text(text.as_str(), format).load().unwrap();
        for (path, position) in paths.iter().zip(&positions) {
            let explanation = config.snapshot().unwrap().explain(&path.parse::<Path>().unwrap()).unwrap();
            let origin = &explanation.winner().unwrap_or_else(|| panic!("{format}: no layer set {path}")).origin;
            assert_eq!((origin.line, origin.column), (Some(position.0), Some(position.1)), "{format}: {path} in {text:?}");
        }
    }
}

#[test]
fn json() {
    check(
        Format::Json,
        "{\n\t\"a\": ▸1, \"é😀\": ▸\"ü\", \"b\": [▸true,▸null , [▸-1.5e3]\n,{\"c\" :▸\"x\"}],\n  \"d.e\": {\"\": ▸0, \"\\u0066\": ▸2}}\n",
        &["a", "é😀", "b[0]", "b[1]", "b[2][0]", "b[3].c", "\"d.e\".\"\"", "\"d.e\".f"],
    );
    // Of a repeated key the last counts.
    check(Format::Json, "{\"a\": {\"b\": 1}, \"a\": {\"b\": ▸2}, \"c\": 1,\n\"c\": ▸3}", &["a.b", "c"]);
}

#[test]
fn jsonc() {
    check(
        Format::Jsonc,
        "// é\n{/* 😀\n*/ \"a\": // one\n\t▸1, \"b\": [/**/▸2, ▸\"//\",],\n\"c\": {\"d\": ▸[],},}",
        &["a", "b[0]", "b[1]", "c.d"],
    );
}

#[test]
fn json5() {
    check(
        Format::Json5,
        "{a: ▸'x\\\n y', $é: ▸.5, 'b': [▸+1,▸0x1F, ▸-Infinity,], /* z */ c:\n\t{\\u0064: ▸\"😀\", e: ▸NaN,},}",
        &["a", "$é", "b[0]", "b[1]", "b[2]", "c.d", "c.e"],
    );
}

#[test]
fn toml() {
    check(
        Format::Toml,
        "a = ▸1\nb.\"c é\" = ▸\"x\" # y\nd = [▸1, [▸2],\n\t▸'three', {e = ▸4}]\nf = {g.h = ▸true, i = [▸0x1F]}\n  [j.k] # l\nm = ▸1979-05-27\nn = ▸\"\"\"\ntext\"\"\"\n[[o]]\np = ▸-1.5\n[[o]]\np=▸inf\n[o.q]\nr = ▸'''😀'''\n[j]\ns.t = ▸{}\n",
        &[
            "a",
            "b.\"c é\"",
            "d[0]",
            "d[1][0]",
            "d[2]",
            "d[3].e",
            "f.g.h",
            "f.i[0]",
            "j.k.m",
            "j.k.n",
            "o[0].p",
            "o[1].p",
            "o[1].q.r",
            "j.s.t",
        ],
    );
}

#[test]
fn yaml() {
    check(
        Format::Yaml,
        "# é\na: ▸1\n\"b é\": ▸'x' # y\nc:\n  - ▸1\n  - - ▸two words\n    - ▸\"😀\"\n  - d: ▸true\n    e:   ▸~\nf: {g: ▸0x1F, h: [▸1, ▸b c]}\ni: ▸|\n  text\n  more\nj: ▸>-\n  fold\n? k\n: ▸.inf\nl:\n  ▸plain\n  goes on\n",
        &["a", "\"b é\"", "c[0]", "c[1][0]", "c[1][1]", "c[2].d", "c[2].e", "f.g", "f.h[0]", "f.h[1]", "i", "j", "k", "l"],
    );
    check(Format::Yaml, "base: &b\n  x: ▸1\n  y: 2\na:\n  <<: *b\n  y: ▸3\n", &["base.x", "a.y"]);
    // Values of an alias or a merge have the position of their text.
    check(Format::Yaml, "b: &b {x: ▸1}\na: *b\n", &["a.x"]);
    check(Format::Yaml, "b: &b {x: ▸1}\na:\n  <<: *b\n  z: 1\n", &["a.x"]);
}

#[test]
fn yaml_behind_tabs_and_brackets() {
    check(
        Format::Yaml,
        "a:\t▸1\nb: \t▸x\nc:\n  -\t▸y\n  - -\t▸\"z\"\nd: {e:\t▸f, \"g\":\t▸2}\nh: [\n  ▸\"i\",\n]\nj: {\n  k: ▸'l'\n}\n?\tm\n:\t▸3\nn: ▸4\n",
        &["a", "b", "c[0]", "c[1][0]", "d.e", "d.g", "h[0]", "j.k", "m", "n"],
    );
}

#[test]
fn yaml_beside_anchors_and_tags() {
    check(
        Format::Yaml,
        "a: &x ▸1\nb: !!str ▸2\nc: &y !!str # é\n  ▸\"q\"\nd: !!str &z ▸|\n  text\ne: &w\n  - ▸1\n  - &v ▸two\nf: ! ▸3\ng: [&u ▸x, !!int ▸7, &t ▸'é']\n&s h: ▸8\n",
        &["a", "b", "c", "d", "e[0]", "e[1]", "f", "g[0]", "g[1]", "g[2]", "h"],
    );
}

#[test]
fn yaml_block_scalars() {
    check(
        Format::Yaml,
        "a: ▸|2+ # |\n    x\n\nb:\n  - ▸>-\n    | y\n  - ▸|\n    z\n  -\n    ▸|-\n    w\n? |\n  c\n: ▸>\n  é\nd: # >\n  ▸|\n  v\ne: ▸|\nf: [1]\ng: &a ▸>\n  u\nh: \"|\"\n\"i\" : ▸|\n  t\n",
        &["a", "b[0]", "b[1]", "b[2]", "\"c\n\"", "d", "e", "g", "i"],
    );
    // A sequence's position is that of its first dash.
    check(
        Format::Yaml,
        "a:\n▸- x\nb:\n  ▸- y\nc:\n▸- # z\n  - z\nd: &e\n▸- - w\nf: ▸[\n]\n? g\n: ▸- v\n",
        &["a", "b", "c", "d", "f", "g"],
    );
    check(Format::Yaml, "%YAML 1.2\n--- # |\na:\n- b: ▸|\n    x\n", &["a[0].b"]);
}

#[test]
fn dotenv() {
    check(
        Format::Dotenv,
        "# é\nA=▸1\n  export B = ▸x y # z\nC=▸\"a\nb\"\nD=▸'é'\n\tE=\t▸`😀`\nF=▸${A}\nG=1\nG=▸2\nH=▸${X:-${Y:-z}}\nI=▸\nJ=▸ # x\nK=▸\"\"\n",
        &["A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K"],
    );
}

#[test]
fn ini() {
    check(
        Format::Ini,
        "; é\ntop=▸1\nx = ▸y z ; w\n[a.b]\nc =   ▸true\nd.e=▸\"q\"\n[é]\nf = ▸[▸1, {\"g\": ▸2}]\n[a]\nh=1\nh = ▸3\n",
        &["top", "x", "a.b.c", "a.b.\"d.e\"", "é.f", "é.f[0]", "é.f[1].g", "a.h"],
    );
}

#[test]
fn ini_dialect() {
    check(
        Format::Ini,
        "host: ▸localhost\n▸flag\n\"quoted key\"\t=\t▸'v'\n[.s.t]\nlist =\n  ▸one\n  two\n\nmore = ▸a\n\tb\nempty =▸\njson = ▸[\n    ▸1,\n    {\"k\": ▸\"é\"}\n  ]\n\"b\":▸2\n[c]\nd = x\n[c.d]\ne = ▸1\n",
        &[
            "host",
            "flag",
            "\"quoted key\"",
            "\".s\".t.list",
            "\".s\".t.more",
            "\".s\".t.empty",
            "\".s\".t.json",
            "\".s\".t.json[0]",
            "\".s\".t.json[1].k",
            "\".s\".t.b",
            "c.d.e",
        ],
    );
}
