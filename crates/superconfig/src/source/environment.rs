//! The process's environment, without copying what nobody asks for.

use std::ffi::OsStr;

/// Calls back with the name and value of each variable. Must run on the thread that the host language changes its
/// environment on. Allocates nothing: `std::env::vars_os` copies every variable first, which takes longer than merging
/// a small configuration.
#[cfg(unix)]
pub(crate) fn for_each_variable(mut call: impl FnMut(&OsStr, &OsStr)) {
    use std::ffi::CStr;
    use std::os::unix::ffi::OsStrExt;
    let mut entry = unix::environ();
    if entry.is_null() {
        return;
    }
    loop {
        // SAFETY: `environ` is an array of pointers to NUL-terminated texts that ends with a null pointer. Changing the
        // environment while another thread reads it is excluded by the contracts of `setenv` and `std::env::set_var`,
        // and a host language that does it anyway does it on the thread that calls this.
        let text = unsafe {
            if (*entry).is_null() {
                return;
            }
            let text = CStr::from_ptr(*entry).to_bytes();
            entry = entry.add(1);
            text
        };
        // A name is never empty, so a leading `=` belongs to it, as in the standard library.
        if let Some(at) = text.iter().skip(1).position(|byte| *byte == b'=') {
            call(OsStr::from_bytes(&text[..=at]), OsStr::from_bytes(&text[at + 2..]));
        }
    }
}

/// Calls back with the name and value of each variable. Must run on the thread that the host language changes its
/// environment on.
#[cfg(not(unix))]
pub(crate) fn for_each_variable(mut call: impl FnMut(&OsStr, &OsStr)) {
    std::env::vars_os().for_each(|(name, value)| call(&name, &value));
}

#[cfg(unix)]
mod unix {
    use std::ffi::c_char;

    #[cfg(not(target_vendor = "apple"))]
    pub(super) fn environ() -> *const *const c_char {
        unsafe extern "C" {
            static environ: *const *const c_char;
        }
        // SAFETY: POSIX defines `environ`; only the pointer itself is read here.
        unsafe { environ }
    }

    #[cfg(target_vendor = "apple")]
    pub(super) fn environ() -> *const *const c_char {
        unsafe extern "C" {
            fn _NSGetEnviron() -> *const *const *const c_char;
        }
        // SAFETY: the function is always there on Apple's systems and gives a valid pointer to `environ`.
        unsafe { *_NSGetEnviron() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sees_what_the_standard_library_sees() {
        let mut found = Vec::new();
        for_each_variable(|name, value| found.push((name.to_owned(), value.to_owned())));
        let mut expected: Vec<_> = std::env::vars_os().collect();
        expected.sort();
        found.sort();
        assert!(!found.is_empty());
        assert_eq!(found, expected);
    }
}
