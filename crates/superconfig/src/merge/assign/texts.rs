//! The texts of a custom source as assignments.

use super::assignment_builder::{AssignmentBuilder, ResolvedLayer};
use super::coercion::Expectation;
use super::environment::resolve_mapping;
use super::name_resolver::{ResolveError, ResolvedName};
use crate::diagnostic::{Error, ErrorCode, Origin, Segment, StoredKey, sort_by};
use crate::merge::{Directive, Layer, SourceText, SourceTexts, TextTyping, VariableFormat};
use crate::value::{FORBIDDEN, KindSet, ValueKind};

/// Resolves each text of a layer to an assignment. The order of the list makes no difference.
pub(crate) fn assignments(
    layer: &Layer,
    texts: &SourceTexts,
    mut builder: AssignmentBuilder<'_>,
) -> Result<ResolvedLayer, Error> {
    builder.code = ErrorCode::Source;
    builder.noun = "key";
    let mut list: Vec<&SourceText> = texts.texts.iter().collect();
    sort_by(&mut list, |one, other| (&one.key, &one.path).cmp(&(&other.key, &other.path)));
    for text in list {
        let mut origin = Origin::new(layer.kind, layer.name.clone());
        origin.stored = Some(StoredKey { key: text.key.clone(), revision: text.revision.clone() }.into());
        let added = add(texts, text, &mut builder, origin);
        builder.record_error(added)?;
    }
    builder.finish(false)
}

fn add(texts: &SourceTexts, text: &SourceText, builder: &mut AssignmentBuilder<'_>, origin: Origin) -> Result<(), Error> {
    if text.path.is_empty() {
        return Err(Error::new(builder.code, format!("the key {} names no path", text.key)).with_origin(origin));
    }
    if text.path.len() > builder.resolver.depth {
        return Err(builder.too_deep(&origin));
    }
    let resolved = match text.path.iter().any(|segment| segment == FORBIDDEN) {
        true => Err(ResolveError::Forbidden),
        false if texts.loose => resolve_loosely(builder, &text.path),
        false => Ok(resolve_mapping(builder, &text.path.iter().map(|segment| Segment::from(&**segment)).collect::<Vec<_>>())),
    };
    let target = match resolved {
        Ok(target) => target,
        Err(failure) => return builder.failed::<()>(failure, &origin).map(drop),
    };
    match texts.typing {
        TextTyping::Known => builder.add(target, (&*text.text).into(), None, origin),
        TextTyping::Text => builder.add(target, (&*text.text).into(), Some(VariableFormat::String), origin),
        TextTyping::Infer => {
            let kinds = target.directive.map(|_| KindSet::of(ValueKind::Array));
            builder.add_as(&Expectation { kinds, ..Expectation::default() }, target, &(&*text.text).into(), origin)
        }
    }
}

/// The target of a path whose segments may differ from the known keys in case, `_` and `-`; others become keys as they are.
fn resolve_loosely<'a>(builder: &AssignmentBuilder<'a>, path: &[String]) -> Result<ResolvedName<'a>, ResolveError> {
    let resolver = &builder.resolver;
    let mut target = ResolvedName::at_root(&resolver.root);
    for (at, segment) in path.iter().enumerate() {
        if resolver.step(&mut target, segment)? {
            continue;
        }
        if at + 1 == path.len()
            && resolver.directives
            && let Some((stem, directive)) = Directive::from_key(segment)
        {
            let mut shorter = target.clone();
            let takes = |kind| kind == ValueKind::Array || kind == ValueKind::Table && directive == Directive::Remove;
            if resolver.step(&mut shorter, stem)? && shorter.location.kind().is_some_and(takes) {
                shorter.directive = Some(directive);
                return Ok(shorter);
            }
        }
        target.known = false;
        target.descend(Segment::from(&**segment));
    }
    Ok(target)
}
