//! Files with corrupted bytes, and in other encodings.

use superconfig::{Error, ErrorCode, Format, SuperConfig};

thread_local! {
    /// The directory of each test, which has a thread of its own.
    static DIRECTORY: tempfile::TempDir = tempfile::tempdir().unwrap();
}

pub(crate) fn load(bytes: &[u8], format: Format) -> Result<SuperConfig, Error> {
    let directory = DIRECTORY.with(|directory| directory.path().to_path_buf());
    let name = format!("config.{}", if format == Format::Dotenv { "env" } else { format.as_str() });
    std::fs::write(directory.join(&name), bytes).unwrap();
    SuperConfig::builder().cwd(directory).environment(Vec::<(String, String)>::new()).file(name).load()
}

/// A document of every feature of its format.
fn rich(format: Format) -> &'static str {
    match format {
        Format::Json => {
            "{\"a\": [1, -2.5e3, true, null, \"\\u00e9\\ud83d\\ude00\\n\"], \"é\": {\"b\": {}, \"c\": []}, \"d\": 18446744073709551615}"
        }
        Format::Jsonc => "// é\n{\"a\": [1, /* two */ 2,], \"b\": {\"c\": \"d\",},} // end",
        Format::Json5 => "{a: 'it\\'s \\x41\\u00e9 \\\n', $b: [+1, .5, 0x1F, -Infinity, NaN,], /* é */ 'c': {\"d\": 1e3,},}",
        Format::Toml => {
            "a = 1\nb.\"c é\" = [1.5, 0x1F, true,]\nd = {e = 'x', f = \"\\u00e9\\n\"}\n[g.h]\ni = 1979-05-27T07:32:00.5Z\n[[j]]\nk = \"\"\"\nx \\\n y\"\"\"\n[[j]]\nk = '''z'''\n"
        }
        Format::Yaml => {
            "%YAML 1.2\n---\na: &x {b: 1, \"c é\": 'it''s'}\nd: !!str 1\ne:\n  - *x\n  - |\n    text\n  - >-\n    fold\n    ed\nf:\n  <<: *x\n  g: 0x1F\n? h\n: .inf\n..."
        }
        Format::Dotenv => "# é\nexport A=x # y\nB=\"a\\n${A:-d} é\nc\"\nC='$x'\nD=`y`\nE=${A-}${B}\n",
        Format::Ini => "; é\ntop = 1\n[a.b]\nc = \"x ; y\" ; z\nd = [1, {\"e\": null}]\n[f]\ng = é\n",
    }
}

#[test]
fn truncated_and_corrupted_files_load_or_fail_with_a_located_error() {
    for format in Format::ALL {
        let whole = rich(format).as_bytes();
        load(whole, format).unwrap_or_else(|error| panic!("{format}: {error}"));
        for end in 0..whole.len() {
            match load(&whole[..end], format) {
                Ok(config) => assert!(!config.snapshot().unwrap().value().is_null()),
                Err(error) => {
                    let code = error.code();
                    assert!(matches!(code, ErrorCode::Parse | ErrorCode::Interpolation), "{format} at {end}: {error}");
                    assert!(error.to_string().contains("config."), "{format} at {end}: {error}");
                }
            }
        }
        // And with a wrong byte at every offset.
        for at in 0..whole.len() {
            for byte in [0, 0x7f, 0xff, b'\r', b'"', b'{'] {
                let mut bytes = whole.to_vec();
                bytes[at] = byte;
                if let Err(error) = load(&bytes, format) {
                    let code = error.code();
                    assert!(matches!(code, ErrorCode::Parse | ErrorCode::Limit | ErrorCode::Interpolation), "{format}: {error}");
                }
            }
        }
    }
}

#[test]
fn other_encodings_are_named() {
    for format in Format::ALL {
        let text = rich(format);
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [[b"\xff\xfe", &little[..]].concat(), [b"\xfe\xff", &big[..]].concat()] {
            let error = load(&bytes, format).err().unwrap();
            assert_eq!(error.code(), ErrorCode::Parse);
            assert!(error.to_string().contains("UTF-16"), "{error}");
        }
        // Without a mark it is no UTF-8 or holds NUL, which no format has outside of text.
        for bytes in [little, big] {
            assert_eq!(load(&bytes, format).err().unwrap().code(), ErrorCode::Parse, "{format}");
        }
        let latin: Vec<u8> = text.chars().map(|character| u8::try_from(u32::from(character)).unwrap_or(b'?')).collect();
        let error = load(&latin, format).err().unwrap();
        let offset = latin.iter().position(|byte| *byte >= 0x80).map_or("escape".to_owned(), |at| format!("offset {at}"));
        assert!(offset == "escape" || error.to_string().contains(&offset), "{format}: {error}");
        let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
        assert_eq!(
            load(&marked, format).unwrap().snapshot().unwrap().value(),
            load(text.as_bytes(), format).unwrap().snapshot().unwrap().value()
        );
        assert!(format == Format::Json5 || load(&[b"\xef\xbb\xbf", &marked[..]].concat(), format).is_err(), "{format}");
    }
}
