//! Walks a text of the JSON family that is known to be well formed, to find where a value starts.

use crate::value::Segment;

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// The byte offset of the value at a path; of equal keys the last, which is the one that counts.
pub(super) fn locate(text: &str, path: &[Segment]) -> Option<usize> {
    let mut scanner = Scanner { bytes: text.as_bytes(), at: 0 };
    scanner.skip_space();
    for segment in path {
        scanner.at = scanner.child(text, segment)?;
    }
    Some(scanner.at)
}

/// Reads a quoted key with escapes.
fn unescape(raw: &str) -> Option<String> {
    #[cfg(feature = "json5")]
    if let Ok(parsed) = jsonc_parser::parse_to_ast(raw, &Default::default(), &Default::default()) {
        return parsed.value?.as_string_lit().map(|literal| literal.value.to_string());
    }
    serde_json::from_str(raw).ok()
}

/// Where a text nests deeper than a limit, without reading more of it than brackets and strings.
pub(super) fn too_deep(text: &str, limit: usize) -> Option<usize> {
    let mut depth = 0usize;
    let mut string = false;
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' if string => drop(bytes.next()),
            b'"' => string = !string,
            b'[' | b'{' if !string => {
                depth += 1;
                if depth > limit {
                    return Some(at);
                }
            }
            b']' | b'}' if !string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

impl Scanner<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn child(&mut self, text: &str, segment: &Segment) -> Option<usize> {
        let object = match self.peek()? {
            b'{' => true,
            b'[' => false,
            _ => return None,
        };
        self.at += 1;
        let mut found = None;
        let mut index = 0;
        loop {
            self.skip_space();
            match self.peek()? {
                b'}' | b']' => return found,
                b',' => {
                    self.at += 1;
                    continue;
                }
                _ => {}
            }
            let matches = if object {
                let key = self.key(text)?;
                self.skip_space();
                self.at += 1;
                self.skip_space();
                match segment {
                    Segment::Key(wanted) => key == **wanted,
                    Segment::Index(wanted) => key == wanted.to_string(),
                }
            } else {
                index += 1;
                segment.as_index() == Some(index - 1)
            };
            if matches {
                found = Some(self.at);
            }
            self.skip_value();
        }
    }

    fn key(&mut self, text: &str) -> Option<String> {
        let start = self.at;
        if matches!(self.peek()?, b'"' | b'\'') {
            self.skip_string();
            let raw = &text[start..self.at];
            if !raw.contains('\\') {
                return Some(raw[1..raw.len() - 1].to_owned());
            }
            return unescape(raw);
        }
        while self.peek().is_some_and(|byte| byte != b':' && byte != b'/' && !byte.is_ascii_whitespace()) {
            self.at += 1;
        }
        Some(text[start..self.at].to_owned())
    }

    fn skip_space(&mut self) {
        loop {
            match (self.peek(), self.bytes.get(self.at + 1)) {
                (Some(b'/'), Some(b'/')) => self.skip_past(|rest| rest.iter().position(|byte| *byte == b'\n')),
                (Some(b'/'), Some(b'*')) => {
                    self.skip_past(|rest| rest.windows(2).position(|pair| pair == b"*/").map(|at| at + 1))
                }
                (Some(byte), _) if byte.is_ascii_whitespace() || byte == 0x0b => self.at += 1,
                (Some(0xc2), Some(0xa0)) => self.at += 2,
                (Some(0xe2), _) if matches!(self.bytes.get(self.at..self.at + 3), Some(b"\xe2\x80\xa8" | b"\xe2\x80\xa9")) => {
                    self.at += 3
                }
                (Some(0xef), _) if self.bytes[self.at..].starts_with(b"\xef\xbb\xbf") => self.at += 3,
                _ => return,
            }
        }
    }

    /// Moves behind the byte that `find` finds, or to the end.
    fn skip_past(&mut self, find: impl Fn(&[u8]) -> Option<usize>) {
        let rest = &self.bytes[self.at..];
        self.at += find(rest).map_or(rest.len(), |at| at + 1);
    }

    fn skip_string(&mut self) {
        let quote = self.bytes[self.at];
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == quote {
                return;
            }
        }
    }

    fn skip_value(&mut self) {
        let mut depth = 0usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' | b'\'' => self.skip_string(),
                b'/' => {
                    let before = self.at;
                    self.skip_space();
                    self.at = self.at.max(before + 1);
                }
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' if depth == 0 => return,
                b'}' | b']' => {
                    depth -= 1;
                    self.at += 1;
                }
                b',' if depth == 0 => return,
                _ => self.at += 1,
            }
        }
    }
}
