//! The linker settings of an addon for Node.

fn main() {
    napi_build::setup();
    // A worker that loaded the addon alone would unload it when it ends, under the feet of the engine's threads.
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| ["linux", "android", "freebsd"].contains(&&*system)) {
        println!("cargo:rustc-link-arg-cdylib=-Wl,-z,nodelete");
    }
}
