//! Options of sources that no file or variable can have.

use superconfig::{DotenvOptions, EnvOptions, ErrorCode, SuperConfig};

#[test]
fn empty_paths_and_separators_are_option_errors() {
    let dotenv = |path: &str| DotenvOptions { paths: Some(vec![".env".into(), path.into()]), optional: true };
    for path in ["", "  ", "a\0b"] {
        let builders = [
            SuperConfig::builder().file(path),
            SuperConfig::builder().dir(path),
            SuperConfig::builder().glob(path),
            SuperConfig::builder().dotenv_with(dotenv(path)),
        ];
        for builder in builders {
            assert_eq!(builder.load().err().unwrap().code(), ErrorCode::Option, "{path:?}");
        }
    }
    let options = EnvOptions { separator: "".into(), ..EnvOptions::default() };
    assert_eq!(SuperConfig::builder().env_with(options).load().err().unwrap().code(), ErrorCode::Option);
}
