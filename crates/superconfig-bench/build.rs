//! The linker settings of an addon for Node.

fn main() {
    napi_build::setup();
}
