//! Formats: where values stand in a text, and what the formats’ own projects test.

mod positions;
mod toml_conformance;
