//! Floor engines: they load what the benchmark loads, behind the facade of the real engine, and keep far less of it. They say how quick a
//! small load can be at all, and what each part of the contract costs. `npm run bench:floor` measures them.
//!
//! They read requests in brief alone, of files and variables with a prefix, and neither reload nor read through a schema. Each level does
//! what the one before it does:
//! 1. `Nothing` reads, parses and merges.
//! 2. `Least` keeps what reloads and `explain` need, in the registry.
//! 3. `Sharing` keeps the options, counts, shares files and pins a version.
//! 4. `Contract` keeps what `layers`, `status`, `warnings`, limits, reloads and errors need.

#![allow(missing_docs, reason = "the generated registration functions have none; what is written here does")]

// The addon's own, as a library of Rust beside it would cost the addon its link-time optimisation.
#[allow(dead_code, reason = "nothing is given to JavaScript here but numbers and text")]
#[path = "../../superconfig-napi/src/convert.rs"]
pub mod convert;
#[path = "../../superconfig-napi/src/numbers.rs"]
pub mod numbers;

mod counters;
mod entry;
mod file;
mod kept;
mod levels;
mod load;
mod merge;
mod request;
mod shared_files;
mod source;
mod walk;

use convert::HostText;
use kept::Kept;
use levels::{Contract, Least, Level, Nothing, Sharing};
use napi::bindgen_prelude::{JsObjectValue, Object};
use napi::{Either, Env, Result};
use napi_derive::napi;
use numbers::Numbers;
use superconfig::{Error, ErrorCode, FieldNames, to_json};
use superconfig_binding::describe;
use superconfig_binding::options::OptionReader;

/// As the addon reads them.
const OPTIONS: OptionReader = OptionReader::new(FieldNames::CamelCase);

/// What `prepare` of the addon gives; of a first load always the number.
type Published = Either<f64, String>;

/// Exports `prepare` of each level, as the addon exports its own.
#[napi(module_exports)]
pub fn export_levels(mut exports: Object<'_>, env: Env) -> Result<()> {
    export::<Nothing>(&mut exports, env, "prepareNothing")?;
    export::<Least>(&mut exports, env, "prepareLeast")?;
    export::<Sharing>(&mut exports, env, "prepareSharing")?;
    export::<Contract>(&mut exports, env, "prepareContract")
}

fn export<L: Level + 'static>(exports: &mut Object<'_>, env: Env, name: &str) -> Result<()> {
    let function = env.create_function_from_closure::<(), _, _>(name, |call| {
        let (request, captured, attachment, pinned) = call.args()?;
        prepare::<L>(request, captured, attachment, pinned)
    })?;
    exports.set_named_property(name, function)
}

/// `close` of the addon, for the loads of all levels.
#[napi(catch_unwind)]
pub fn close(number: f64) {
    Kept::close(number);
}

/// The merged values of a load that is kept, as JSON text.
#[napi(catch_unwind)]
pub fn value(number: f64) -> Result<String> {
    Kept::with(number, |kept| kept.with_value(to_json)).map_err(to_napi)
}

/// The `layers`, `warnings` or `status` of a load that is kept by the engine of level 4, as JSON text.
#[napi(catch_unwind, js_name = "describe")]
pub fn describe_part(number: f64, part: String) -> Result<String> {
    Kept::with(number, |kept| kept.describe(&part)).map_err(to_napi)
}

fn prepare<L: Level>(
    request: Option<HostText>,
    captured: Option<HostText>,
    attachment: Option<f64>,
    pinned: Numbers<3>,
) -> Result<Published> {
    let (Some(HostText(request)), None, None) = (request, captured, attachment) else {
        return Err(to_napi(Error::new(ErrorCode::Option, "a floor engine makes first loads of requests in brief")));
    };
    let (kept, numbers) = load::load::<L>(&request).map_err(to_napi)?;
    pinned.set(numbers);
    Ok(Either::A(kept.keep()))
}

/// The exception that carries an error across, as the addon throws it.
fn to_napi(error: Error) -> napi::Error {
    napi::Error::new(napi::Status::GenericFailure, describe(&error))
}
