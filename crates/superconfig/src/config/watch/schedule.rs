//! The schedule of one watched configuration: quiet period, retries, polling and rechecks.

use super::pending_change::PendingChange;
use crate::load::WatchOptions;
use std::time::{Duration, Instant};

/// The interval of polling where the operating system cannot watch.
const FALLBACK_POLL: Duration = Duration::from_secs(1);

/// So many loads that were due are thrown away because their files keep changing while they are read; the next one counts.
const MAX_TRIES: u32 = 10;

/// The changes to one configuration and their deadlines. A change stays here until a load that has read it ends; one that is
/// discarded puts it back.
pub(super) struct Schedule {
    options: WatchOptions,
    /// Before any deadline.
    created: Instant,
    /// Changes that have not been read.
    pending: Option<Pending>,
    /// A load was thrown away: the next one is made even where the files are as they were published, since that one may have
    /// brought something else, such as new values of a custom source.
    is_owed: bool,
    /// The time of the first change that the host was notified of and has not loaded.
    requested: Option<Instant>,
    /// So many loads in a row were thrown away although they were due.
    tries: u32,
    /// The time of the next reload without a notification.
    recheck: Option<Instant>,
    /// The time of the next poll.
    next_poll: Option<Instant>,
    /// The reason why changes may have been missed, and the time until which polling supplements the system.
    overflow: Option<(String, Instant)>,
    /// The time of the next try to watch custom sources.
    retry: Option<Instant>,
    /// The watches have to be planned anew.
    needs_plan: bool,
    /// A thread is doing what was due.
    is_working: bool,
}

#[derive(Clone, Copy)]
struct Pending {
    first: Instant,
    last: Instant,
    /// Nothing is read before, whatever the pause.
    not_before: Instant,
}

/// A load that is due.
pub(super) struct Attempt {
    /// The time of the first change.
    first: Instant,
    /// The time without a change after which files count as belonging together.
    pub(super) quiet: Duration,
    /// Whether its result counts, whatever changes during the load.
    pub(super) is_final: bool,
    /// Whether it is made even if the files are as they were published.
    pub(super) is_owed: bool,
}

impl Schedule {
    pub(super) fn new(options: WatchOptions) -> Self {
        Self {
            options,
            created: Instant::now(),
            pending: None,
            is_owed: false,
            requested: None,
            tries: 0,
            recheck: None,
            next_poll: None,
            overflow: None,
            retry: None,
            needs_plan: false,
            is_working: false,
        }
    }

    /// The next deadline; `None` while a thread works on it.
    pub(super) fn due(&self) -> Option<Instant> {
        if self.is_working {
            return None;
        }
        let plan = self.needs_plan.then_some(self.created);
        [plan, self.read_due(), self.recheck, self.next_poll, self.retry].into_iter().flatten().min()
    }

    fn read_due(&self) -> Option<Instant> {
        let pending = self.pending?;
        let elapsed = pending.last.saturating_duration_since(pending.first);
        let paused = pending.last + self.quiet(elapsed);
        Some(paused.min(pending.first + self.options.max_wait).max(pending.not_before))
    }

    /// The pause to wait for when changes have been going on for this long.
    fn quiet(&self, elapsed: Duration) -> Duration {
        let WatchOptions { debounce, max_wait, .. } = self.options;
        let half = max_wait / 2;
        if elapsed <= half || half.is_zero() {
            return debounce;
        }
        let left = max_wait.saturating_sub(elapsed);
        debounce.mul_f64(left.as_secs_f64() / half.as_secs_f64())
    }

    /// A load for changes since `first`.
    fn attempt(&self, first: Instant, now: Instant) -> Attempt {
        let elapsed = now.saturating_duration_since(first);
        let quiet = if elapsed >= self.options.max_wait { Duration::ZERO } else { self.quiet(elapsed) };
        Attempt { first, quiet, is_final: self.tries >= MAX_TRIES, is_owed: self.is_owed }
    }

    pub(super) fn begin_work(&mut self) {
        self.is_working = true;
    }

    pub(super) fn end_work(&mut self) {
        self.is_working = false;
    }

    pub(super) fn add_change(&mut self, change: PendingChange) {
        let PendingChange { first, last, structural } = change;
        let pending = self.pending.get_or_insert(Pending { first, last, not_before: first });
        pending.last = pending.last.max(last);
        self.needs_plan |= structural;
    }

    /// Reads as soon as possible, where something differs from what is published.
    pub(super) fn touch_now(&mut self, now: Instant) {
        let last = now.checked_sub(self.options.debounce).unwrap_or(now);
        let pending = self.pending.get_or_insert(Pending { first: now, last, not_before: now });
        pending.not_before = pending.not_before.min(now);
    }

    /// A custom source has something new: reads after the usual pause, whether a file differs or not.
    pub(super) fn request(&mut self, now: Instant) {
        self.is_owed = true;
        self.add_change(PendingChange { first: now, last: now, structural: false });
    }

    /// Some custom sources could not be watched: tries again then.
    pub(super) fn retry_at(&mut self, when: Option<Instant>) {
        self.retry = when;
    }

    /// Whether it is time to try again to watch custom sources.
    pub(super) fn take_retry(&mut self, now: Instant) -> bool {
        self.retry.take_if(|at| *at <= now).is_some()
    }

    /// Changes may have been missed: reads everything, and polls for a while.
    pub(super) fn mark_overflow(&mut self, reason: &str, now: Instant) {
        self.overflow = Some((reason.to_owned(), now + FALLBACK_POLL));
        self.needs_plan = true;
        self.touch_now(now);
    }

    pub(super) fn overflow(&self, now: Instant) -> Option<&str> {
        self.overflow.as_ref().filter(|(_, until)| *until > now).map(|(reason, _)| reason.as_str())
    }

    pub(super) fn request_plan(&mut self) {
        self.needs_plan = true;
    }

    pub(super) fn needs_plan(&self) -> bool {
        self.needs_plan
    }

    pub(super) fn take_plan(&mut self) -> bool {
        std::mem::take(&mut self.needs_plan)
    }

    /// Whether a poll is due.
    pub(super) fn take_poll(&mut self, now: Instant) -> bool {
        if self.next_poll.is_none_or(|at| at > now) {
            return false;
        }
        self.schedule_poll(now);
        // Also the way to a file may have changed, and the system may have watches again.
        self.needs_plan = true;
        self.pending.is_none()
    }

    fn schedule_poll(&mut self, now: Instant) {
        self.next_poll = Some(now + self.options.poll.unwrap_or(FALLBACK_POLL));
    }

    /// Sets whether the configuration is polled.
    pub(super) fn set_polled(&mut self, is_polled: bool, now: Instant) {
        match (is_polled, self.next_poll) {
            (true, None) => self.schedule_poll(now),
            (false, Some(_)) => self.next_poll = None,
            _ => {}
        }
    }

    /// Looking found something to read.
    pub(super) fn found(&mut self, now: Instant) {
        self.pending.get_or_insert(Pending { first: now, last: now, not_before: now });
    }

    /// Begins a load, if one is due.
    pub(super) fn begin(&mut self, now: Instant) -> Option<Attempt> {
        if self.recheck.is_some_and(|at| at <= now) {
            self.touch_now(now);
        }
        self.read_due().filter(|due| *due <= now)?;
        let pending = self.pending.take()?;
        self.recheck = None;
        let attempt = self.attempt(pending.first, now);
        self.is_owed = false;
        Some(attempt)
    }

    /// The host is notified to make a load that was begun.
    pub(super) fn hand_over(&mut self, attempt: &Attempt) {
        self.requested = Some(self.requested.map_or(attempt.first, |first| first.min(attempt.first)));
    }

    /// Whether the host was notified and has not loaded.
    pub(super) fn is_handed_over(&self) -> bool {
        self.requested.is_some()
    }

    /// The attempt by which a load of the host's is judged once it has read everything.
    pub(super) fn handed_over(&self, now: Instant) -> Attempt {
        self.attempt(self.requested.unwrap_or(now), now)
    }

    /// A load was thrown away, or not made, because something had just changed: another one follows after a while.
    pub(super) fn put_back(&mut self, attempt: &Attempt, wait: Duration, now: Instant) {
        let late = now.saturating_duration_since(attempt.first) >= self.options.max_wait;
        self.tries += u32::from(late);
        self.is_owed |= attempt.is_owed;
        let not_before = now + wait;
        // What came in meanwhile adds to it.
        let pending = self.pending.get_or_insert(Pending { first: attempt.first, last: attempt.first, not_before });
        pending.first = pending.first.min(attempt.first);
        pending.not_before = pending.not_before.max(not_before);
    }

    /// The same for a load that was made: what it has read besides files would be lost.
    pub(super) fn throw_away(&mut self, attempt: &Attempt, wait: Duration, now: Instant) {
        self.requested = None;
        self.put_back(attempt, wait, now);
        self.is_owed = true;
    }

    /// A load was thrown away because it found a file half written, which counts as empty from a moment on.
    pub(super) fn half_written(&mut self, until: Instant) {
        self.requested = None;
        self.is_owed = true;
        self.recheck = Some(self.recheck.map_or(until, |other| other.min(until)));
    }

    /// A load of the host's was thrown away by the host.
    pub(super) fn dropped(&mut self, now: Instant) {
        let attempt = self.handed_over(now);
        self.throw_away(&attempt, self.options.debounce.max(Duration::from_millis(1)), now);
    }

    /// The attempt has ended: it was published, has failed for good, or there was nothing to read.
    pub(super) fn conclude(&mut self) {
        self.requested = None;
        self.tries = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEBOUNCE: Duration = Duration::from_millis(50);

    fn changed(at: Instant) -> Schedule {
        let mut schedule = Schedule::new(WatchOptions::default());
        schedule.add_change(PendingChange { first: at, last: at, structural: false });
        schedule
    }

    #[test]
    fn discarded_load_is_repeated_even_if_files_are_unchanged() {
        let start = Instant::now();
        let mut schedule = changed(start);
        let now = start + DEBOUNCE;
        assert!(schedule.begin(now - Duration::from_millis(1)).is_none(), "changes have not paused");
        let attempt = schedule.begin(now).unwrap();
        assert!(!attempt.is_owed && schedule.due().is_none());
        schedule.throw_away(&attempt, Duration::from_millis(20), now);
        assert_eq!(schedule.due(), Some(now + Duration::from_millis(20)));
        let next = schedule.begin(now + Duration::from_millis(20)).unwrap();
        assert!(next.is_owed);
        schedule.conclude();
        assert_eq!(schedule.due(), None);
    }

    #[test]
    fn dropped_and_half_written_loads_are_repeated() {
        let start = Instant::now();
        let mut schedule = changed(start);
        let attempt = schedule.begin(start + DEBOUNCE).unwrap();
        schedule.hand_over(&attempt);
        schedule.dropped(start + 2 * DEBOUNCE);
        let next = schedule.begin(start + 3 * DEBOUNCE).unwrap();
        assert!(next.is_owed);
        schedule.half_written(start + Duration::from_secs(1));
        assert_eq!(schedule.due(), Some(start + Duration::from_secs(1)));
        assert!(schedule.begin(start + Duration::from_secs(1)).unwrap().is_owed);
    }

    #[test]
    fn continuous_changes_are_read_after_max_wait() {
        let start = Instant::now();
        let mut schedule = changed(start);
        let mut now = start;
        let mut loads = 0;
        loop {
            now += Duration::from_millis(10);
            schedule.add_change(PendingChange { first: now, last: now, structural: false });
            let Some(attempt) = schedule.begin(now) else { continue };
            loads += 1;
            if attempt.is_final {
                break;
            }
            schedule.throw_away(&attempt, Duration::from_millis(1), now);
            assert!(now - start < Duration::from_secs(2), "{loads} loads were thrown away");
        }
        assert!(loads <= MAX_TRIES + 2, "{loads}");
    }

    #[test]
    fn changes_during_due_work_are_due_after_it() {
        let start = Instant::now();
        let mut schedule = changed(start);
        schedule.begin_work();
        assert_eq!(schedule.due(), None);
        schedule.end_work();
        assert_eq!(schedule.due(), Some(start + DEBOUNCE));
    }
}
