//! A request in brief, read as it goes.

use std::str::Split;
use superconfig::{Error, ErrorCode};

/// The parts of a request in brief, as `LoadRequest::read` of the bindings has them, taken in their order.
pub(crate) struct Request<'a> {
    /// The working directory.
    pub(crate) cwd: &'a str,
    /// The number of sources that have not been taken.
    pub(crate) sources: usize,
    parts: Split<'a, char>,
}

impl<'a> Request<'a> {
    pub(crate) fn new(text: &'a str) -> Result<Self, Error> {
        if !text.ends_with('\0') {
            return Err(Error::new(ErrorCode::Option, "a floor engine reads requests in brief alone"));
        }
        let mut parts = text.split('\0');
        let cwd = parts.next().unwrap_or_default();
        let sources = number(parts.next());
        Ok(Self { cwd, sources, parts })
    }

    /// The kind of the next source, and what it is made of.
    pub(crate) fn next_source(&mut self) -> Option<(&'a str, &'a str)> {
        self.sources = self.sources.checked_sub(1)?;
        Some((self.parts.next()?, self.parts.next()?))
    }

    /// The names and values of the variables, once all sources are taken.
    pub(crate) fn variables(mut self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let count = number(self.parts.next());
        // The number of names that are left out, which follow the variables.
        self.parts.next();
        (0..count).map_while(move |_| Some((self.parts.next()?, self.parts.next()?)))
    }
}

fn number(part: Option<&str>) -> usize {
    part.and_then(|part| part.parse().ok()).unwrap_or(0)
}
