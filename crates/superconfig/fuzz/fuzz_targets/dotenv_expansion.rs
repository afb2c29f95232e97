#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| superconfig::fuzzing::dotenv_expansion(text));
