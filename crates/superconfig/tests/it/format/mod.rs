//! Formats: positions of values in a text, and the formats’ own conformance suites.

mod positions;
mod toml_conformance;
