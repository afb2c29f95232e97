//! Every option with a value of the wrong kind, with an unknown name, and with a misspelt one.

use super::{LoadOptions, LoadRequest, OptionReader, ReloadRequest, SourceOptions};
use superconfig::{Error, ErrorCode, FieldNames, SourceEntry, SourceSpec, SuperConfig};

const CAMEL: OptionReader = OptionReader::new(FieldNames::CamelCase);

fn refused(json: &str) -> Error {
    CAMEL.parse::<LoadOptions>(json, "load").map(|options| panic!("{json} is {options:?}")).unwrap_err()
}

/// Checks the single error of some options: its path, message and hint.
fn check(json: &str, path: &str, message: &str, hint: Option<&str>) {
    let error = refused(json);
    let path_text = error.path().map(ToString::to_string).unwrap_or_default();
    assert_eq!((error.code(), &*path_text, error.message(), error.hint()), (ErrorCode::Option, path, message, hint), "{json}");
}

/// Kinds of values, each as JSON and in words.
const VALUES: [(&str, &str, &str); 8] = [
    ("null", "null", "null"),
    ("flag", "true", "a boolean"),
    ("no", "false", "a boolean"),
    ("number", "3.5", "3.5"),
    ("negative", "-1", "-1"),
    ("text", r#""x""#, "a string"),
    ("array", "[]", "an array"),
    ("table", "{}", "a table"),
];

/// What a mapping holds.
const MAPPED: &str = "the name of a variable, an array of one or more names, { name, format } or a table of these";

/// An option's position in JSON (`_` is its value), its path, name and owner, the expected kind in words, and the accepted
/// kinds.
type Case = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static [&'static str]);

#[rustfmt::skip]
const KINDS: &[Case] = &[
    (r#"{"cwd":_}"#, "cwd", "cwd", "load", "a string", &["text"]),
    (r#"{"home":_}"#, "home", "home", "load", "a string", &["text"]),
    (r#"{"root":_}"#, "root", "root", "load", "a string", &["text"]),
    (r#"{"name":_}"#, "name", "name", "load", "a string", &["text"]),
    (r#"{"replaceName":_}"#, "replaceName", "replaceName", "load", "true or false", &["flag", "no"]),
    (r#"{"env":_}"#, "env", "env", "load", "a table of strings", &["table"]),
    (r#"{"profiles":_}"#, "profiles", "profiles", "load", "an array", &["array"]),
    (r#"{"profiles":[_]}"#, "profiles[0]", "profiles[0]", "load", "a string", &["text"]),
    (r#"{"arrays":_}"#, "arrays", "arrays", "load", "a table", &["table"]),
    (r#"{"arrays":{"a":{"by":_}}}"#, "arrays.a.by", "by", "a", "a string", &["text"]),
    (r#"{"interpolate":_}"#, "interpolate", "interpolate", "load", "true or false", &["flag", "no"]),
    (r#"{"secrets":_}"#, "secrets", "secrets", "load", "an array", &["array"]),
    (r#"{"secrets":["a",_]}"#, "secrets[1]", "secrets[1]", "load", "a string", &["text"]),
    (r#"{"fingerprintKey":_}"#, "fingerprintKey", "fingerprintKey", "load", "a string", &["text"]),
    (r#"{"validated":_}"#, "validated", "validated", "load", "true or false", &["flag", "no"]),
    (r#"{"limits":_}"#, "limits", "limits", "load", "a table", &["table"]),
    (r#"{"limits":{"depth":_}}"#, "limits.depth", "depth", "limits", "a positive whole number", &[]),
    (r#"{"limits":{"documentBytes":_}}"#, "limits.documentBytes", "documentBytes", "limits", "a positive whole number", &[]),
    (r#"{"limits":{"aliasNodes":_}}"#, "limits.aliasNodes", "aliasNodes", "limits", "a positive whole number", &[]),
    (r#"{"limits":{"expandedBytes":_}}"#, "limits.expandedBytes", "expandedBytes", "limits", "a positive whole number", &[]),
    (r#"{"watch":_}"#, "watch", "watch", "load", "a table", &["table"]),
    (r#"{"watch":{"debounceMs":_}}"#, "watch.debounceMs", "debounceMs", "watch", "a number of milliseconds", &["number"]),
    (r#"{"watch":{"maxWaitMs":_}}"#, "watch.maxWaitMs", "maxWaitMs", "watch", "a number of milliseconds", &["number"]),
    (r#"{"watch":{"poll":_}}"#, "watch.poll", "poll", "watch", "a number of milliseconds", &["number"]),
    (r#"{"sources":_}"#, "sources", "sources", "load", "an array", &["array"]),
    (r#"{"sources":[{"defaults":{"values":{},"name":_}}]}"#, "sources[0].defaults.name", "name", "defaults", "a string", &["text"]),
    (r#"{"sources":[{"overrides":{"values":{},"join":_}}]}"#, "sources[0].overrides.join", "join", "overrides", "true or false", &["flag", "no"]),
    (r#"{"sources":[{"source":{"name":_}}]}"#, "sources[0].source.name", "name", "source", "a string", &["text"]),
    (r#"{"sources":[{"source":{"name":"x","directives":_}}]}"#, "sources[0].source.directives", "directives", "source", "true or false", &["flag", "no"]),
    (r#"{"sources":[{"source":{"name":"x","file":_}}]}"#, "sources[0].source.file", "file", "source", "a string", &["text"]),
    (r#"{"sources":[{"file":{"path":_}}]}"#, "sources[0].file.path", "path", "file", "a string", &["text"]),
    (r#"{"sources":[{"file":{"path":"a","optional":_}}]}"#, "sources[0].file.optional", "optional", "file", "true or false", &["flag", "no"]),
    (r#"{"sources":[{"file":{"path":"a","format":_}}]}"#, "sources[0].file.format", "format", "file", "a string", &["text"]),
    (r#"{"sources":[{"glob":{"pattern":_}}]}"#, "sources[0].glob.pattern", "pattern", "glob", "a string", &["text"]),
    (r#"{"sources":[{"glob":{"pattern":"a","format":_}}]}"#, "sources[0].glob.format", "format", "glob", "a string", &["text"]),
    (r#"{"sources":[{"dir":{"path":_}}]}"#, "sources[0].dir.path", "path", "dir", "a string", &["text"]),
    (r#"{"sources":[{"dir":{"path":"a","optional":_}}]}"#, "sources[0].dir.optional", "optional", "dir", "true or false", &["flag", "no"]),
    (r#"{"sources":[{"dir":{"path":"a","format":_}}]}"#, "sources[0].dir.format", "format", "dir", "a string", &["text"]),
    (r#"{"sources":[{"discover":{"name":_}}]}"#, "sources[0].discover.name", "name", "discover", "a string", &["text"]),
    (r#"{"sources":[{"text":{"text":_}}]}"#, "sources[0].text.text", "text", "text", "a string", &["text"]),
    (r#"{"sources":[{"text":{"text":"","name":_}}]}"#, "sources[0].text.name", "name", "text", "a string", &["text"]),
    (r#"{"sources":[{"text":{"text":"","format":_}}]}"#, "sources[0].text.format", "format", "text", "a string", &["text"]),
    (r#"{"sources":[{"dotenv":_}]}"#, "sources[0].dotenv", "dotenv", "sources", "a table", &["table"]),
    (r#"{"sources":[{"dotenv":{"path":_}}]}"#, "sources[0].dotenv.path", "path", "dotenv", "a string or an array of strings", &["text", "array"]),
    (r#"{"sources":[{"dotenv":{"path":["a",_]}}]}"#, "sources[0].dotenv.path[1]", "path[1]", "dotenv", "a string", &["text"]),
    (r#"{"sources":[{"dotenv":{"optional":_}}]}"#, "sources[0].dotenv.optional", "optional", "dotenv", "true or false", &["flag", "no"]),
    (r#"{"sources":[{"dotenv":{"export":_}}]}"#, "sources[0].dotenv.export", "export", "dotenv", "true or false", &["flag", "no"]),
    (r#"{"sources":[{"env":{"prefix":_}}]}"#, "sources[0].env.prefix", "prefix", "env", "a string or false", &["text", "no"]),
    (r#"{"sources":[{"env":{"separator":_}}]}"#, "sources[0].env.separator", "separator", "env", "a string", &["text"]),
    (r#"{"sources":[{"env":{"mapping":_}}]}"#, "sources[0].env.mapping", "mapping", "env", "a table", &["table"]),
    (r#"{"sources":[{"env":{"mapping":{"a.b":_}}}]}"#, "sources[0].env.mapping.\"a.b\"", "a.b", "mapping", MAPPED, &["text", "table"]),
    (r#"{"sources":[{"env":{"mapping":{"a":{"b":_}}}}]}"#, "sources[0].env.mapping.a.b", "b", "a", MAPPED, &["text", "table"]),
    (r#"{"sources":[{"env":{"mapping":{"a":["A",_]}}}]}"#, "sources[0].env.mapping.a[1]", "a[1]", "mapping", "a string", &["text"]),
    (r#"{"sources":[{"env":{"infer":_}}]}"#, "sources[0].env.infer", "infer", "env", "true or false", &["flag", "no"]),
    (r#"{"sources":[{"env":{"fileSuffix":_}}]}"#, "sources[0].env.fileSuffix", "fileSuffix", "env", "true or false", &["flag", "no"]),
    (r#"{"sources":[{"derive":{"name":_}}]}"#, "sources[0].derive.name", "name", "derive", "a string", &["text"]),
    (r#"{"sources":[{"args":{"argv":_}}]}"#, "sources[0].args.argv", "argv", "args", "an array", &["array"]),
    (r#"{"sources":[{"args":{"argv":["--a=1",_]}}]}"#, "sources[0].args.argv[1]", "argv[1]", "args", "a string", &["text"]),
];

#[test]
fn wrong_kinds_are_errors_with_the_expected_kind() {
    for (json, path, name, owner, expected, fitting) in KINDS {
        for (kind, value, found) in VALUES {
            let json = json.replace('_', value);
            if fitting.contains(&kind) {
                if let Err(error) = CAMEL.parse::<LoadOptions>(&json, "load") {
                    panic!("{json}: {error}");
                }
                continue;
            }
            check(&json, path, &format!("`{name}` of `{owner}` must be {expected}, and is {found}"), None);
        }
    }
}

#[test]
fn unknown_variants_are_quoted_with_a_suggestion() {
    #[rustfmt::skip]
    let cases = [
        (r#"{"sources":[{"file":{"path":"a","trust":"strikt"}}]}"#, "sources[0].file.trust", "`trust` of `file` must be 'warn' or 'strict', and is \"strikt\"", Some("did you mean `strict`?")),
        (r#"{"sources":[{"glob":{"pattern":"a","trust":"no"}}]}"#, "sources[0].glob.trust", "`trust` of `glob` must be 'warn' or 'strict', and is \"no\"", None),
        (r#"{"sources":[{"dir":{"path":"a","trust":true}}]}"#, "sources[0].dir.trust", "`trust` of `dir` must be 'warn' or 'strict', and is a boolean", None),
        (r#"{"sources":[{"discover":{"name":"a","trust":null}}]}"#, "sources[0].discover.trust", "`trust` of `discover` must be 'warn' or 'strict', and is null", None),
        (r#"{"sources":[{"file":{"path":"a","profiles":"nestd"}}]}"#, "sources[0].file.profiles", "`profiles` of `file` must be 'nested', and is \"nestd\"", Some("did you mean `nested`?")),
        (r#"{"arrays":{"a.b":"apend"}}"#, "arrays.\"a.b\"", "the array strategy for `a.b` must be 'replace', 'append', 'prepend', 'unique' or { by: key }, and is \"apend\"", Some("did you mean `append`?")),
        (r#"{"arrays":{"a":3}}"#, "arrays.a", "the array strategy for `a` must be 'replace', 'append', 'prepend', 'unique' or { by: key }, and is 3", None),
    ];
    for (json, path, message, hint) in cases {
        check(json, path, message, hint);
    }
    let error = refused(r#"{"env":{"A":"x","B":3}}"#);
    assert_eq!(error.message(), "the variable B of `env` must be a string, and is an integer");
}

#[test]
fn malformed_mappings_are_errors_with_a_path() {
    let format = "a variable with a `format`";
    let path = "a key `format` of the configuration is written as a path: 'log.format'";
    let cases = [
        (r#"{"name":"A","format":"yaml"}"#, "has one of 'json', 'string', 'number' or 'boolean', not \"yaml\""),
        (r#"{"name":"A","format":["json"]}"#, "has one of 'json', 'string', 'number' or 'boolean'"),
        (r#"{"name":["A"],"format":"json"}"#, "has one `name`"),
        (r#"{"format":"json"}"#, "needs a `name`"),
        (r#"{"name":"A","format":"json","default":"x"}"#, "has a `name` beside it and nothing else, not `default`"),
    ];
    for (node, problem) in cases {
        let json = format!(r#"{{"sources":[{{"env":{{"mapping":{{"log":{node}}}}}}}]}}"#);
        check(&json, "sources[0].env.mapping.log", &format!("{format} {problem}; {path}"), None);
    }
    for node in [r#""""#, r#"["A",""]"#, "[]"] {
        let error = refused(&format!(r#"{{"sources":[{{"env":{{"mapping":{{"a":{{"b":{node}}}}}}}}}]}}"#));
        let message = error.message();
        assert!(message.starts_with(&format!("`b` of `a` must be {MAPPED}, and is ")), "{message}");
    }
    check(
        r#"{"sources":[{"env":{"empty":"unst"}}]}"#,
        "sources[0].env.empty",
        "`empty` of `env` must be 'keep' or 'unset', and is \"unst\"",
        Some("did you mean `unset`?"),
    );
}

#[test]
fn unknown_names_are_errors_with_a_suggestion() {
    #[rustfmt::skip]
    let cases = [
        (r#"{"cwdd":"/"}"#, "cwdd", "cwdd", "load", "did you mean `cwd`?"),
        (r#"{"jsonSchem":{}}"#, "jsonSchem", "jsonSchem", "load", "did you mean `jsonSchema`?"),
        (r#"{"json_schema":{}}"#, "json_schema", "json_schema", "load", "did you mean `jsonSchema`?"),
        (r#"{"limits":{"dept":1}}"#, "limits.dept", "dept", "limits", "did you mean `depth`?"),
        (r#"{"limits":{"x":1}}"#, "limits.x", "x", "limits", "its options are depth, documentBytes, aliasNodes, expandedBytes"),
        (r#"{"watch":{"debounce":1}}"#, "watch.debounce", "debounce", "watch", "did you mean `debounceMs`?"),
        (r#"{"sources":[{"defaults":{"values":{},"nam":""}}]}"#, "sources[0].defaults.nam", "nam", "defaults", "did you mean `name`?"),
        (r#"{"sources":[{"overrides":{"values":{},"kind":1}}]}"#, "sources[0].overrides.kind", "kind", "overrides", "its options are values, name, join, directives"),
        (r#"{"sources":[{"source":{"name":"x","jion":true}}]}"#, "sources[0].source.jion", "jion", "source", "did you mean `join`?"),
        (r#"{"sources":[{"args":{"argv":[],"directive":true}}]}"#, "sources[0].args.directive", "directive", "args", "did you mean `directives`?"),
        (r#"{"sources":[{"args":{"argv":[]}},{"file":{"path":"a","optinal":true}}]}"#, "sources[1].file.optinal", "optinal", "file", "did you mean `optional`?"),
        (r#"{"sources":[{"glob":{"pattern":"a","fromat":""}}]}"#, "sources[0].glob.fromat", "fromat", "glob", "did you mean `format`?"),
        (r#"{"sources":[{"dir":{"path":"a","trsut":""}}]}"#, "sources[0].dir.trsut", "trsut", "dir", "did you mean `trust`?"),
        (r#"{"sources":[{"discover":{"name":"a","optional":true}}]}"#, "sources[0].discover.optional", "optional", "discover", "its options are name, trust, join, directives"),
        (r#"{"sources":[{"text":{"text":"","formt":""}}]}"#, "sources[0].text.formt", "formt", "text", "did you mean `format`?"),
        (r#"{"sources":[{"dotenv":{"paths":""}}]}"#, "sources[0].dotenv.paths", "paths", "dotenv", "did you mean `path`?"),
        (r#"{"sources":[{"dotenv":{"join":true}}]}"#, "sources[0].dotenv.join", "join", "dotenv", "its options are path, optional, export"),
        (r#"{"sources":[{"env":{"seperator":""}}]}"#, "sources[0].env.seperator", "seperator", "env", "did you mean `separator`?"),
        (r#"{"sources":[{"env":{"file_suffix":true}}]}"#, "sources[0].env.file_suffix", "file_suffix", "env", "did you mean `fileSuffix`?"),
    ];
    for (json, path, name, owner, hint) in cases {
        check(json, path, &format!("`{name}` is not an option of `{owner}`"), Some(hint));
    }
}

#[test]
fn option_names_of_the_host_are_the_only_ones() {
    let snake = OptionReader::new(FieldNames::Exact);
    let json =
        r#"{"json_schema":{},"limits":{"document_bytes":1},"watch":{"max_wait_ms":1},"sources":[{"env":{"file_suffix":true}}]}"#;
    assert!(snake.parse::<LoadOptions>(json, "load").is_ok());
    let error = snake.parse::<LoadOptions>(r#"{"limits":{"documentBytes":1}}"#, "load").unwrap_err();
    assert_eq!(
        (error.message(), error.hint()),
        ("`documentBytes` is not an option of `limits`", Some("did you mean `document_bytes`?"))
    );
}

#[test]
fn unknown_source_kinds_list_the_known_ones() {
    check(
        r#"{"sources":[{"fil":{"path":"a"}}]}"#,
        "sources[0].fil",
        "there is no source of kind \"fil\"",
        Some("did you mean `file`?"),
    );
    check(
        r#"{"sources":[{"zzz":{}}]}"#,
        "sources[0].zzz",
        "there is no source of kind \"zzz\"",
        Some("the kinds are defaults, overrides, source, file, glob, dir, discover, text, dotenv, env, args, derive"),
    );
    check(r#"{"sources":[{"file":{}}]}"#, "sources[0].file", "`file` needs `path`", None);
    check(r#"{"sources":[{"defaults":{}}]}"#, "sources[0].defaults", "`defaults` needs `values`", None);
    assert!(refused(r#"{"sources":["app.toml"]}"#).message().starts_with("`sources[0]` of `load` must be 'defaults', "));
    check("[]", "", "the options of `load` must be a table, and are an array", None);
    let format =
        |json: &str| CAMEL.parse::<LoadOptions>(json, "load").unwrap().into_builder(SuperConfig::builder()).err().unwrap();
    let error = format(r#"{"sources":[{"args":{"argv":[]}},{"glob":{"pattern":"a","format":"tmol"}}]}"#);
    assert_eq!((error.code(), error.path().unwrap().to_string()), (ErrorCode::Format, "sources[1].glob.format".to_owned()));
}

#[test]
fn all_errors_are_reported_together() {
    let error = refused(r#"{"cwd":3,"sources":[{"file":{"optinal":true,"trust":"x"}}],"secrets":["a",1]}"#);
    assert_eq!(error.message(), "5 options are wrong");
    let paths: Vec<String> = error.issues().iter().map(|issue| issue.path.to_string()).collect();
    assert_eq!(paths, ["cwd", "sources[0].file.optinal", "sources[0].file.trust", "sources[0].file", "secrets[1]"]);
    let trust = &error.issues()[2];
    assert_eq!((trust.expected.as_deref(), trust.found.as_deref()), (Some("'warn' or 'strict'"), Some("\"x\"")));
}

#[test]
fn reload_takes_results_of_the_hosts_sources() {
    let config = SuperConfig::builder().load().unwrap();
    let inputs = |text: &str| CAMEL.parse::<ReloadRequest>(text, "reload").unwrap().into_inputs(&config);
    let given = inputs(
        r#"{"turn":7,"capturedEnv":{"variables":{"APP_A":"1"},"skipped":["APP_B"]},"supplied":[[0,{"values":{"value":{"a":2}}}],[1,{"error":"down"}]]}"#,
    );
    assert!(given.environment.is_some() && !given.background && given.turn.unwrap().number() == 7);
    assert_eq!(given.custom_values[1], (1, Err("down".to_owned())));
    let plain = inputs("{}");
    assert!(plain.environment.is_none() && plain.keep_environment && plain.turn.is_some(), "the turn is drawn on this thread");
    let background = inputs(r#"{"background":true,"capturedEnv":{"variables":{"APP_A":"1"}}}"#);
    assert!(background.environment.is_none() && background.keep_environment, "it stays as it was captured");
    let error = CAMEL.parse::<ReloadRequest>(r#"{"supplied":[["x",{"values":{}}]]}"#, "reload").unwrap_err();
    assert_eq!((error.code(), error.issues()[0].path.to_string()), (ErrorCode::Option, "supplied[0][0]".to_owned()));
}

#[test]
fn sources_in_brief_are_those_of_json_without_options() {
    fn described(SourceEntry { spec, fill, directives }: SourceEntry) -> String {
        let spec = match spec {
            SourceSpec::File { path, options } => format!("{path} {options:?}"),
            SourceSpec::Glob { pattern, options } => format!("{pattern} {options:?}"),
            SourceSpec::Directory { path, options } => format!("{path} {options:?}"),
            SourceSpec::Discover { name, options } => format!("{name} {options:?}"),
            SourceSpec::Env(options) => format!("{options:?}"),
            _ => panic!("it is made of more than a text"),
        };
        format!("{spec} {fill} {directives}")
    }
    for (kind, part) in [("file", "path"), ("glob", "pattern"), ("dir", "path"), ("discover", "name"), ("env", "prefix")] {
        for text in ["app", ""] {
            let json = format!(r#"{{ "sources": [{{ "{kind}": {{ "{part}": "{text}" }} }}] }}"#);
            let source = CAMEL.parse::<LoadOptions>(&json, "load").unwrap().sources.remove(0);
            let brief = SourceOptions::entry_of_text(kind, text).unwrap();
            assert_eq!(described(brief), described(source.into_entry(0).unwrap()), "{kind}");
        }
    }
    for parts in ["/|1|text|port = 80|", "/|2|file|a.toml|file|", "/|0|1|0|A|"] {
        let refused = LoadRequest::read(&parts.replace('|', "\0"), None, SuperConfig::builder(), CAMEL).err().unwrap();
        assert_eq!(refused.code(), ErrorCode::Option, "{refused}");
    }
}
