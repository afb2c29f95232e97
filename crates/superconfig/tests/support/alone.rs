//! Tests that change their whole process run in one of their own: the test program starts itself again for one test.

use std::process::Command;

/// Set in the process that [`is_alone`] starts.
pub(crate) const ALONE: &str = "SUPERCONFIG_TEST_ALONE";

/// True in the process of its own, where the test does its work; else starts it and fails if it does. `module` is
/// `module_path!()`, `wrap` a command that starts the one after it.
pub(crate) fn is_alone(module: &str, test: &str, wrap: &[&str]) -> bool {
    if std::env::var_os(ALONE).is_some() {
        return true;
    }
    // Tests are named from below the program.
    let name = module.split_once("::").map_or_else(|| test.to_owned(), |(_, module)| format!("{module}::{test}"));
    let program = std::env::current_exe().unwrap();
    // Not all that starts a process leaves it its environment.
    let environment = [format!("{ALONE}=1"), format!("SUPERCONFIG_TEST_ROUNDS={}", super::watched::rounds())];
    let [first, rest @ ..] = &[wrap, &["env"]].concat()[..] else { unreachable!() };
    let mut command = Command::new(first);
    let output = command.args(rest).args(environment).arg(program).args([&name, "--exact", "--nocapture"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    false
}
