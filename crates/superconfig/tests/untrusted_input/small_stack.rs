//! Work on a small stack, with the peak of its memory.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Mutex;
use superconfig::{ErrorCode, Format, parse};

/// An allocator that counts the bytes of each thread, for their peak.
struct Counting;

thread_local! {
    /// Bytes that the thread allocated and did not free; below zero where it freed those of another.
    static USED: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
    /// Bytes that the thread ever allocated.
    static TOTAL: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: everything is passed on to the system's allocator, which keeps the promises; the counters allocate nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let used = USED.get() + layout.size() as isize;
        USED.set(used);
        TOTAL.set(TOTAL.get() + layout.size());
        PEAK.set(PEAK.get().max(used));
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        USED.set(USED.get() - layout.size() as isize);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The stack of the smallest threads that programs start.
const STACK: usize = 256 << 10;

/// Runs in a thread with a small stack, and gives the most bytes that were in use beyond those before.
pub(crate) fn on_a_small_stack<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> (T, usize) {
    let measured = move || {
        let before = USED.get();
        PEAK.set(before);
        let result = work();
        (result, usize::try_from(PEAK.get() - before).unwrap_or(0))
    };
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(measured).unwrap();
    thread.join().expect("no panic")
}

/// The bytes that some work allocates, whether or not it frees them: what is copied again and again counts each time.
pub(crate) fn allocated_by(work: impl FnOnce()) -> usize {
    let before = TOTAL.get();
    work();
    TOTAL.get() - before
}

/// Goes through large cases in as many threads as there are processors.
pub(crate) fn in_parallel<T: Send>(cases: Vec<T>, check: impl Fn(T) + Sync) {
    let cases = Mutex::new(cases.into_iter());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                let next = || cases.lock().unwrap().next();
                while let Some(case) = next() {
                    check(case);
                }
            });
        }
    });
}

/// Parses a text, prints, clones, compares and drops the value, all on a small stack.
pub(crate) fn read(text: String, format: Format) -> (Result<(), ErrorCode>, usize) {
    on_a_small_stack(move || match parse(&text, format) {
        Ok(value) => {
            assert!(value.clone() == value || text.contains("nan"));
            // Printing is slow where nothing is optimised.
            assert!(text.len() > 1 << 20 || !format!("{value:?}").is_empty());
            Ok(())
        }
        Err(error) => {
            // The message is short, however long the text.
            assert!(error.to_string().len() < 2_000, "{} bytes", error.to_string().len());
            Err(error.code())
        }
    })
}
