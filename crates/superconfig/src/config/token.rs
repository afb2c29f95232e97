//! Tokens and names that find a configuration within its process.

use crate::diagnostic::{Error, ErrorCode};
use crate::registry::HandleId;
use crate::source;

/// The prefix of tokens, which no name has.
const PREFIX: &str = "superconfig:";

pub(super) fn token(id: HandleId) -> String {
    format!("{PREFIX}{}", id.get())
}

pub(super) fn is_token(text: &str) -> bool {
    text.starts_with(PREFIX)
}

/// The id in a token, which is written in one way only.
pub(super) fn id(token: &str) -> Option<HandleId> {
    let text = token.strip_prefix(PREFIX)?;
    let id = text.parse::<u64>().ok().filter(|id| id.to_string() == text)?;
    HandleId::from_raw(id).ok()
}

/// Checks the name of a configuration: none may be taken for a token, or lead to a file.
///
/// # Errors
/// `ERR_SUPERCONFIG_OPTION`.
pub(super) fn check_name(name: &str) -> Result<(), Error> {
    if is_token(name) {
        let message = format!("the configuration's name {name:?} begins with {PREFIX:?}, as the tokens of configurations do");
        return Err(Error::new(ErrorCode::Option, message));
    }
    source::check_name("configuration's name", name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SuperConfig;

    #[test]
    fn names_that_look_like_tokens_are_rejected() {
        let config = SuperConfig::builder().name("token-test").load().unwrap();
        let token = config.token();
        let error = SuperConfig::builder().name(token.as_str()).load().err().unwrap();
        assert_eq!(error.code(), ErrorCode::Option);
        assert!(error.to_string().contains("superconfig:"), "{error}");
        assert_eq!(SuperConfig::attach(&token).unwrap().id(), config.id());
        assert_eq!(SuperConfig::attach("token-test").unwrap().id(), config.id());
    }

    #[test]
    fn tokens_have_one_spelling() {
        let config = SuperConfig::builder().load().unwrap();
        let number = config.id().get();
        for text in
            [format!("superconfig:+{number}"), format!("superconfig:0{number}"), "superconfig:".into(), "superconfig:x".into()]
        {
            assert_eq!(SuperConfig::attach(&text).err().unwrap().code(), ErrorCode::Closed, "{text}");
        }
    }
}
