//! Threads for work that may block on a file system without end.
//!
//! A file on an unreachable network file system blocks its reader, and no system call takes that back. So threads that
//! others wait for read no files: they hand the reading to a thread from here. There are about as many as processors while
//! work goes on, one more each time that all of them are blocked, and none when there is nothing to do. No process waits for
//! them when it ends.

use crate::diagnostic::{Monitor, ProcessLocal, thread_builder};
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// A piece of work.
pub(crate) type Job = Box<dyn FnOnce() + Send>;

/// When no waiting job was started for so long, all running jobs count as blocked.
const HELD_UP: Duration = Duration::from_millis(50);

/// Notified when a job is started.
static THREADS: ProcessLocal<Monitor<State>> = ProcessLocal::new();

#[derive(Default)]
struct State {
    waiting: VecDeque<Job>,
    threads: usize,
    /// The number of jobs started.
    count: u64,
    /// A monitor thread is running.
    is_monitored: bool,
}

/// Forgets the threads in a process that was forked.
#[cfg(feature = "watch")]
pub(crate) fn forget_reading_threads() {
    THREADS.forget();
}

/// Runs a job on a thread of its own, or as soon as one is free or all of them are blocked.
pub(crate) fn run(job: Job) {
    let threads = THREADS.get();
    let mut state = threads.lock();
    state.waiting.push_back(job);
    if state.threads < usual_threads() {
        start_thread(&threads, &mut state);
    } else if !state.is_monitored {
        state.is_monitored = start("config-monitor", &threads, monitor);
    }
    // Where the system gives no thread at all, the calling thread does the work.
    let own = if state.threads == 0 { state.waiting.pop_back() } else { None };
    drop(state);
    if let Some(job) = own {
        job();
    }
}

fn usual_threads() -> usize {
    // A query costs several system calls, so only once; twice does no harm. Nobody waits for who is at it: in a child that was forked
    // meanwhile there is no such thread.
    static USUAL: AtomicUsize = AtomicUsize::new(0);
    let known = USUAL.load(Ordering::Relaxed);
    if known > 0 {
        return known;
    }
    let usual = thread::available_parallelism().map_or(2, NonZero::get).max(2);
    USUAL.store(usual, Ordering::Relaxed);
    usual
}

fn start(name: &str, threads: &Arc<Monitor<State>>, work: fn(&Arc<Monitor<State>>)) -> bool {
    let threads = threads.clone();
    thread_builder(name).spawn(move || work(&threads)).is_ok()
}

fn start_thread(threads: &Arc<Monitor<State>>, state: &mut State) {
    if start("config-reader", threads, read) {
        state.threads += 1;
    }
}

/// Runs waiting jobs until there are none left.
fn read(threads: &Arc<Monitor<State>>) {
    let mut state = threads.lock();
    while let Some(job) = state.waiting.pop_front() {
        state.count += 1;
        drop(state);
        threads.notify_all();
        // A panic is a bug and prints its message; its thread must not count as blocked for ever.
        let _ = catch_unwind(AssertUnwindSafe(job));
        state = threads.lock();
    }
    state.threads -= 1;
}

/// Starts another thread whenever all are blocked, until no job waits.
fn monitor(threads: &Arc<Monitor<State>>) {
    let mut state = threads.lock();
    while !state.waiting.is_empty() {
        let count = state.count;
        let is_over;
        (state, is_over) = threads.wait(state, Some(Instant::now() + HELD_UP));
        if is_over && state.count == count && !state.waiting.is_empty() {
            start_thread(threads, &mut state);
        }
    }
    state.is_monitored = false;
}

/// A serial queue: the jobs of one configuration, one at a time, in order. However many wait for a blocked one, they block
/// one thread.
#[derive(Default)]
pub(crate) struct SerialJobs(Mutex<Serial>);

#[derive(Default)]
struct Serial {
    waiting: VecDeque<Job>,
    is_running: bool,
}

impl SerialJobs {
    pub(crate) fn run(self: &Arc<Self>, job: Job) {
        let mut serial = self.0.lock();
        serial.waiting.push_back(job);
        if serial.is_running {
            return;
        }
        serial.is_running = true;
        drop(serial);
        let own = self.clone();
        run(Box::new(move || own.work()));
    }

    fn work(&self) {
        while let Some(job) = self.next() {
            let _ = catch_unwind(AssertUnwindSafe(job));
        }
    }

    fn next(&self) -> Option<Job> {
        let mut serial = self.0.lock();
        let next = serial.waiting.pop_front();
        serial.is_running = next.is_some();
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Receiver, Sender, channel};

    const PATIENCE: Duration = Duration::from_secs(30);

    /// A job that runs until the sender is dropped.
    fn held_up() -> (Job, Sender<()>) {
        let (release, released): (Sender<()>, Receiver<()>) = channel();
        let wait = move || {
            let _ = released.recv();
        };
        (Box::new(wait), release)
    }

    #[test]
    fn jobs_run_while_others_are_blocked() {
        let held: Vec<Sender<()>> = (0..3 * usual_threads())
            .map(|_| {
                let (job, release) = held_up();
                run(job);
                release
            })
            .collect();
        let (sender, done) = channel();
        run(Box::new(move || sender.send(()).unwrap()));
        done.recv_timeout(PATIENCE).unwrap();
        drop(held);
    }

    #[test]
    fn serial_jobs_run_in_order_and_block_one_thread() {
        let jobs = Arc::new(SerialJobs::default());
        let (job, release) = held_up();
        jobs.run(job);
        let (sender, done) = channel();
        for number in 0..100 {
            let sender = sender.clone();
            jobs.run(Box::new(move || sender.send(number).unwrap()));
        }
        // Other jobs go on meanwhile.
        let (other, other_done) = channel();
        run(Box::new(move || other.send(()).unwrap()));
        other_done.recv_timeout(PATIENCE).unwrap();
        assert!(done.try_recv().is_err());
        drop(release);
        for number in 0..100 {
            assert_eq!(done.recv_timeout(PATIENCE), Ok(number));
        }
    }

    #[test]
    fn panicking_job_ends_no_thread() {
        let jobs = Arc::new(SerialJobs::default());
        jobs.run(Box::new(|| panic!("a test's")));
        let (sender, done) = channel();
        jobs.run(Box::new(move || sender.send(()).unwrap()));
        done.recv_timeout(PATIENCE).unwrap();
    }
}
