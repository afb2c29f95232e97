//! Counts the steps of searches in tests, which bound how the work grows with the input.
//!
//! A time depends on the machine and its load; a count of bytes, keys and values visited does not. Outside of tests and
//! fuzzing nothing is counted.

#[cfg(any(test, fuzzing))]
thread_local! {
    static STEPS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Counts steps of this thread: bytes that are searched, keys that are compared, values that are visited.
#[inline(always)]
pub(crate) fn count_steps(steps: usize) {
    #[cfg(any(test, fuzzing))]
    STEPS.set(STEPS.get().saturating_add(steps));
    #[cfg(not(any(test, fuzzing)))]
    let _ = steps;
}

/// The steps that some work takes on this thread.
#[cfg(any(test, fuzzing))]
pub(crate) fn steps_of<T>(work: impl FnOnce() -> T) -> usize {
    let before = STEPS.get();
    std::hint::black_box(work());
    STEPS.get() - before
}

/// Asserts that twice the input takes about twice the steps: `work` is given sizes that double. The count must be above
/// zero, so that a search without counting does not pass for one without cost.
#[cfg(test)]
#[track_caller]
pub(crate) fn assert_linear(what: &str, work: impl FnMut(usize)) {
    assert_linear_from(250, what, work);
}

/// The same from another size on. `npm run growth` prints the ratios.
#[cfg(test)]
#[track_caller]
#[allow(clippy::print_stdout)]
pub(crate) fn assert_linear_from(least: usize, what: &str, mut work: impl FnMut(usize)) {
    let counts: Vec<usize> = [least, 2 * least, 4 * least, 8 * least].map(|size| steps_of(|| work(size))).into();
    assert!(counts[0] >= least, "{what}: {counts:?} steps are too few to be all");
    let ratios: Vec<f64> = counts.windows(2).map(|pair| pair[1] as f64 / pair[0] as f64).collect();
    println!("growth in steps, {ratios:.2?} for twice the input each time: {what} {counts:?}");
    for ratio in ratios {
        assert!(ratio < 2.2, "{what}: twice the input takes {ratio:.2} times the steps, {counts:?}");
    }
}
