//! Compact JSON over several lines, for people.

/// The same text with a line for each element and key, indented by two spaces. Takes what the writers of JSON give: no white space and no
/// comments outside strings.
pub(crate) fn indent(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut depth: usize = 0;
    let mut rest = text.chars().peekable();
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
    };
    while let Some(character) = rest.next() {
        match character {
            '"' | '\'' => {
                out.push(character);
                while let Some(inner) = rest.next() {
                    out.push(inner);
                    if inner == '\\' {
                        out.extend(rest.next());
                    } else if inner == character {
                        break;
                    }
                }
            }
            '{' | '[' => {
                out.push(character);
                if let Some(close) = rest.next_if(|next| matches!(next, '}' | ']')) {
                    out.push(close);
                } else {
                    depth += 1;
                    line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(character);
            }
            ',' => {
                out.push(',');
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            _ => out.push(character),
        }
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_stay_as_they_are() {
        let text = r#"{"a,{":"b:[\",]","list":[1,[],{}],"nested":{"x":'y"'}}"#;
        let expected = "{\n  \"a,{\": \"b:[\\\",]\",\n  \"list\": [\n    1,\n    [],\n    {}\n  ],\n  \"nested\": {\n    \"x\": 'y\"'\n  }\n}\n";
        assert_eq!(indent(text), expected);
        assert_eq!(indent("{}"), "{}\n");
    }
}
