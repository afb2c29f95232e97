//! The linker settings of an addon for Node.

fn main() {
    napi_build::setup();
    // A worker that loaded the addon alone would unload it when it ends, under the feet of the engine's threads.
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| ["linux", "android", "freebsd"].contains(&&*system)) {
        println!("cargo:rustc-link-arg-cdylib=-Wl,-z,nodelete");
    }
    // Otherwise a library of macOS is named by the path where it was built.
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "macos") {
        let is_arm = std::env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|processor| processor == "aarch64");
        let processor = if is_arm { "arm64" } else { "x64" };
        println!("cargo:rustc-link-arg-cdylib=-Wl,-install_name,@rpath/superconfig.darwin-{processor}.node");
    }
}
