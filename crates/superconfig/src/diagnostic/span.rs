//! Spans for subscribers of the `tracing` crate; nothing at all without the feature of that name.

/// Opens a span, which ends with what it gives. Its fields are names of files and sources, never values.
macro_rules! span {
    ($name:literal $(, $field:ident = $value:expr)?) => {{
        #[cfg(feature = "tracing")]
        let span = tracing::debug_span!(target: "superconfig", $name $(, $field = $value)?).entered();
        #[cfg(not(feature = "tracing"))]
        let span = $crate::diagnostic::NoSpan;
        span
    }};
}

pub(crate) use span;

/// What stands for a span where nobody can subscribe.
#[cfg(not(feature = "tracing"))]
pub(crate) struct NoSpan;

#[cfg(not(feature = "tracing"))]
impl Drop for NoSpan {
    fn drop(&mut self) {}
}
