//! Command-line flags as assignments.

use super::assignment_builder::{AssignmentBuilder, ResolvedLayer, expected};
use super::coercion::parse_bool;
use super::name_resolver::ResolvedName;
use crate::diagnostic::{Error, ErrorCode, Origin, Path, Segment, SourceKind};
use crate::merge::{Flag, FlagValue, Layer};
use crate::value::{KindSet, ValueKind};

/// Resolves each flag to an assignment. Several for one path gather where it is an array; else the last counts.
pub(crate) fn assignments(layer: &Layer, flags: &[Flag], mut builder: AssignmentBuilder<'_>) -> Result<ResolvedLayer, Error> {
    builder.code = ErrorCode::Args;
    builder.noun = "flag";
    builder.resolver.separators = b"_-";
    for flag in flags {
        let mut origin = Origin::new(SourceKind::Args, layer.name.clone());
        origin.variable = Some(flag.flag.clone());
        let added = match resolve_flag(flag, &mut builder, &origin) {
            Ok(Some((target, text))) => builder.add(target, (&*text).into(), None, origin),
            Ok(None) => Ok(()),
            Err(error) => Err(error),
        };
        builder.record_error(added)?;
    }
    builder.finish(true)
}

/// The target of a flag, and its text; the reading of a flag without `=` depends on the type of its path.
fn resolve_flag<'a, 'f>(
    flag: &'f Flag,
    builder: &mut AssignmentBuilder<'a>,
    origin: &Origin,
) -> Result<Option<(ResolvedName<'a>, std::borrow::Cow<'f, str>)>, Error> {
    let names = names_of(&flag.path);
    let segments: Vec<&str> = names.iter().map(|name| &**name).collect();
    let Some(target) = builder.resolve(&segments, origin)? else { return Ok(None) };
    // `--no-color` is the key `no-color` where that is known, and else switches `color` off.
    if !target.known
        && !matches!(flag.value, FlagValue::Given(_))
        && let Some(shorter) = negated(&segments)
        && let Some(target) = builder.resolve(&shorter, origin)?
    {
        let kinds = expected(&target).kinds;
        if kinds.is_some_and(|kinds| !kinds.has(ValueKind::Bool)) {
            return Err(misuse(flag, &target, kinds, origin, "can only switch a boolean off"));
        }
        return Ok(Some((target, "false".into())));
    }
    let kinds = expected(&target).kinds;
    let is_switch = kinds.is_none_or(|kinds| kinds.has(ValueKind::Bool));
    let is_only_switch = kinds.and_then(KindSet::only) == Some(ValueKind::Bool);
    let text = match &flag.value {
        FlagValue::Given(text) => text,
        FlagValue::Next(text) if is_only_switch && parse_bool(text).is_none() => "true",
        FlagValue::Next(text) => text,
        FlagValue::Nothing if !is_switch => {
            return Err(misuse(flag, &target, kinds, origin, "needs a value"));
        }
        FlagValue::Nothing => "true",
    };
    Ok(Some((target, text.into())))
}

fn misuse(flag: &Flag, target: &ResolvedName<'_>, kinds: Option<KindSet>, origin: &Origin, problem: &str) -> Error {
    let path = Path::from(target.path.clone());
    let expected = kinds.map_or_else(|| "a value".to_owned(), KindSet::names);
    let message = format!("the flag {problem}: expected {expected}");
    Error::new(ErrorCode::Args, message)
        .with_hint(format!("write {}=VALUE", flag.flag))
        .with_path(path)
        .with_origin(origin.clone())
}

/// The segments without the `no-` that they start with.
fn negated<'s>(segments: &[&'s str]) -> Option<Vec<&'s str>> {
    let (first, rest) = segments.split_first()?;
    let first = first.strip_prefix("no-").filter(|first| !first.is_empty())?;
    Some([&[first], rest].concat())
}

fn names_of(path: &Path) -> Vec<std::borrow::Cow<'_, str>> {
    let name = |segment: &'_ Segment| match segment {
        Segment::Key(key) => std::borrow::Cow::Owned(key.to_string()),
        Segment::Index(index) => std::borrow::Cow::Owned(index.to_string()),
    };
    path.iter().map(name).collect()
}
