//! The linker settings of an extension module.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "macos") {
        // The interpreter that loads it has Python's functions.
        println!("cargo:rustc-link-arg-cdylib=-undefined");
        println!("cargo:rustc-link-arg-cdylib=dynamic_lookup");
        // Otherwise a library of macOS is named by the path where it was built.
        println!("cargo:rustc-link-arg-cdylib=-Wl,-install_name,@rpath/_superconfig.abi3.so");
    }
}
