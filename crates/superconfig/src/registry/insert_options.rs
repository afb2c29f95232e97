//! The options of a new entry: name and time to live.

use crate::diagnostic::{Error, ErrorCode};
use std::sync::Arc;
use std::time::Duration;

/// The options of an entry; by default it has no name and never expires.
///
/// ```
/// use std::time::Duration;
/// use superconfig::{ConfigRegistry, InsertOptions};
///
/// let registry = ConfigRegistry::new();
/// let options = InsertOptions { name: Some("session".into()), time_to_live: Some(Duration::from_secs(60)), refresh_on_read: true };
/// registry.insert_with(String::from("token"), options)?;
/// assert_eq!(*registry.find::<String>("session")?.value()?, "token");
/// # Ok::<(), superconfig::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InsertOptions {
    /// A name to find the entry by. It must not be empty nor in use. A named entry stays without any handle until it is
    /// removed or expires; one without a name is freed when its last handle goes.
    pub name: Option<Arc<str>>,
    /// The time that the entry lives after its insertion or last update; above zero. `None` is for ever.
    pub time_to_live: Option<Duration>,
    /// Whether reading starts the time to live anew, precise to a thousandth of it. Such a read also reads the clock.
    pub refresh_on_read: bool,
}

impl InsertOptions {
    pub(super) fn validate(&self) -> Result<(), Error> {
        let wrong = |message| Err(Error::new(ErrorCode::Option, message));
        if self.name.as_deref() == Some("") {
            return wrong("the option `name` must not be empty");
        }
        if self.time_to_live == Some(Duration::ZERO) {
            return wrong("the option `time_to_live` must be above zero");
        }
        if self.refresh_on_read && self.time_to_live.is_none() {
            return wrong("the option `refresh_on_read` needs a `time_to_live` to refresh");
        }
        Ok(())
    }
}
