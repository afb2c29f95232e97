//! Guarantees of the registry, one a test.

use crate::support::alone::is_alone;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};
use superconfig::{
    ConfigHandle, ConfigRegistry, Error, ErrorCode, Guard, HandleId, InsertOptions, RegistryOptions, RegistryStats, Value,
};

fn named(name: &str) -> InsertOptions {
    InsertOptions { name: Some(name.into()), ..InsertOptions::default() }
}

fn code<T>(result: Result<T, Error>) -> ErrorCode {
    match result {
        Ok(_) => panic!("this should have failed"),
        Err(error) => error.code(),
    }
}

/// Runs something that could deadlock; fails instead of hanging.
fn within_a_minute(work: impl FnOnce() + Send + 'static) {
    let (done, waiting) = mpsc::channel();
    let thread = std::thread::spawn(move || {
        work();
        done.send(()).unwrap();
    });
    let finished = waiting.recv_timeout(Duration::from_secs(60));
    assert_ne!(finished, Err(mpsc::RecvTimeoutError::Timeout), "deadlock");
    thread.join().unwrap();
}

/// Counts how many of its kind are alive.
struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn new(alive: &Arc<AtomicUsize>) -> Self {
        alive.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(alive))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[test]
fn reads_what_was_put_in() {
    let registry = ConfigRegistry::new();
    let number = registry.insert(42_u64).unwrap();
    let text = registry.insert(String::from("text")).unwrap();
    assert_eq!(*number.value().unwrap(), 42);
    assert_eq!(*registry.get::<u64>(number.id()).unwrap(), 42);
    assert_eq!(*registry.get::<String>(text.id()).unwrap(), "text");
    assert!(text.id() > number.id());
    assert!(registry.contains(number.id()));
    assert_eq!(text.name(), None);
}

#[test]
fn replaces_through_any_handle_and_by_id() {
    let registry = ConfigRegistry::default();
    let handle = registry.insert(1_u32).unwrap();
    let clone = handle.clone();
    clone.update(2).unwrap();
    assert_eq!(*handle.value().unwrap(), 2);
    registry.update(handle.id(), 3_u32).unwrap();
    assert_eq!(*clone.value().unwrap(), 3);
    assert_eq!(registry.stats().updates, 2);
}

#[test]
fn frees_an_unnamed_entry_with_its_last_handle() {
    let alive = Arc::new(AtomicUsize::new(0));
    let registry = ConfigRegistry::new();
    let handle = registry.insert(Counted::new(&alive)).unwrap();
    let id = handle.id();
    let clone = handle.clone();
    let found = registry.handle::<Counted>(id).unwrap();
    let cached = found.cached();
    assert_eq!(registry.stats().active_references, 4);
    drop((handle, clone, found));
    assert!(registry.contains(id));
    assert_eq!(registry.stats().active_references, 1);
    assert_eq!(cached.handle().id(), id);
    drop(cached);
    assert!(!registry.contains(id));
    assert_eq!(alive.load(Ordering::Relaxed), 0);
    assert_eq!(code(registry.handle::<Counted>(id)), ErrorCode::Closed);
    let stats = registry.stats();
    assert_eq!((stats.total_handles, stats.active_references, stats.freed, stats.removes), (0, 0, 1, 0));
}

#[test]
fn keeps_a_named_entry_until_it_is_removed() {
    let registry = ConfigRegistry::new();
    let handle = registry.insert_with(7_u8, named("seven")).unwrap();
    let id = handle.id();
    assert_eq!(handle.name(), Some("seven"));
    drop(handle);
    assert!(registry.contains(id));
    assert_eq!(registry.stats().active_references, 0);
    let found = registry.find::<u8>("seven").unwrap();
    assert_eq!((found.id(), *found.value().unwrap()), (id, 7));
    registry.remove(id).unwrap();
    assert_eq!(code(found.value()), ErrorCode::Closed);
    let missing = registry.find::<u8>("seven").unwrap_err();
    assert_eq!(missing.code(), ErrorCode::Closed);
    assert!(missing.message().contains("\"seven\""), "{missing}");
}

#[test]
fn refuses_a_name_in_use_and_frees_it_with_its_entry() {
    let alive = Arc::new(AtomicUsize::new(0));
    let registry = ConfigRegistry::new();
    let first = registry.insert_with(Counted::new(&alive), named("app")).unwrap();
    let error = registry.insert_with(Counted::new(&alive), named("app")).unwrap_err();
    assert_eq!(error.code(), ErrorCode::Option);
    assert!(error.message().contains("\"app\"") && error.message().contains(&first.id().to_string()), "{error}");
    assert_eq!(alive.load(Ordering::Relaxed), 1);
    assert_eq!(registry.stats().inserts, 1);
    registry.remove(first.id()).unwrap();
    let second = registry.insert_with(Counted::new(&alive), named("app")).unwrap();
    drop(first);
    assert_eq!(registry.find::<Counted>("app").unwrap().id(), second.id());
}

#[test]
fn names_both_types_when_they_differ() {
    let registry = ConfigRegistry::new();
    let handle = registry.insert_with(1_u32, named("number")).unwrap();
    let results = [
        registry.get::<String>(handle.id()).map(drop),
        registry.handle::<String>(handle.id()).map(drop),
        registry.find::<String>("number").map(drop),
        registry.update(handle.id(), String::new()),
    ];
    for result in results {
        let error = result.unwrap_err();
        assert_eq!(error.code(), ErrorCode::Type);
        assert!(error.message().contains("`u32`") && error.message().contains("`alloc::string::String`"), "{error}");
    }
    assert_eq!(*handle.value().unwrap(), 1);
    assert_eq!(registry.stats().active_references, 1);
}

#[test]
fn removed_entry_is_closed_for_all_handles() {
    let registry = ConfigRegistry::new();
    let handle = registry.insert(1_u32).unwrap();
    let (id, clone, mut cached) = (handle.id(), handle.clone(), handle.cached());
    assert_eq!(*cached.value().unwrap(), 1);
    registry.remove(id).unwrap();
    assert!(!registry.contains(id));
    let results = [
        handle.value().map(drop),
        clone.value().map(drop),
        cached.value().map(drop),
        cached.clone().value().map(drop),
        handle.cached().value().map(drop),
        handle.update(2),
        registry.get::<u32>(id).map(drop),
        registry.handle::<u32>(id).map(drop),
        registry.update(id, 2_u32),
        registry.remove(id),
    ];
    for result in results {
        let error = result.unwrap_err();
        assert_eq!(error.code(), ErrorCode::Closed);
        assert!(error.message().contains(&id.to_string()), "{error}");
    }
    drop((handle, clone, cached));
    let stats = registry.stats();
    assert_eq!((stats.removes, stats.freed, stats.updates, stats.active_references), (1, 0, 0, 0));
}

#[test]
fn unknown_ids_find_nothing() {
    let registry = ConfigRegistry::new();
    let unknown = HandleId::from_raw(HandleId::MAX).unwrap();
    assert!(!registry.contains(unknown));
    assert_eq!(code(registry.get::<u32>(unknown)), ErrorCode::Closed);
    assert_eq!(code(registry.update(unknown, 1_u32)), ErrorCode::Closed);
    assert_eq!(code(registry.remove(unknown)), ErrorCode::Closed);
}

#[test]
fn options_are_validated_first() {
    let registry = ConfigRegistry::new();
    let wrong = [
        (named(""), "`name`"),
        (InsertOptions { time_to_live: Some(Duration::ZERO), ..InsertOptions::default() }, "`time_to_live`"),
        (InsertOptions { refresh_on_read: true, ..InsertOptions::default() }, "`refresh_on_read`"),
    ];
    for (options, option) in wrong {
        let error = registry.insert_with(1_u8, options).unwrap_err();
        assert_eq!(error.code(), ErrorCode::Option);
        assert!(error.message().contains(option), "{error}");
    }
    assert_eq!(registry.stats(), RegistryStats::default());
}

#[test]
fn guard_outlives_its_entry() {
    let alive = Arc::new(AtomicUsize::new(0));
    let registry = ConfigRegistry::new();
    let handle = registry.insert(Counted::new(&alive)).unwrap();
    let first = handle.value().unwrap();
    handle.update(Counted::new(&alive)).unwrap();
    let second = handle.value().unwrap();
    let kept = Guard::into_arc(handle.value().unwrap());
    registry.remove(handle.id()).unwrap();
    drop((handle, registry));
    assert_eq!(alive.load(Ordering::Relaxed), 2);
    drop((first, second));
    assert_eq!(alive.load(Ordering::Relaxed), 1);
    assert_eq!(Arc::strong_count(&kept), 1);
    drop(kept);
    assert_eq!(alive.load(Ordering::Relaxed), 0);
}

#[test]
fn many_guards_on_one_thread() {
    let registry = ConfigRegistry::new();
    let handle = registry.insert(vec![1_u8; 100]).unwrap();
    let mut guards: Vec<_> = (0..100).map(|_| handle.value().unwrap()).collect();
    handle.update(vec![2; 100]).unwrap();
    guards.extend((0..100).map(|_| registry.get::<Vec<u8>>(handle.id()).unwrap()));
    assert!(guards[..100].iter().all(|guard| guard.iter().all(|byte| *byte == 1)));
    assert!(guards[100..].iter().all(|guard| guard.iter().all(|byte| *byte == 2)));
}

#[test]
fn cached_reader_sees_changes_and_drops_the_old_value() {
    let alive = Arc::new(AtomicUsize::new(0));
    let registry = ConfigRegistry::new();
    let handle = registry.insert(Counted::new(&alive)).unwrap();
    let mut cached = handle.cached();
    cached.value().unwrap();
    handle.update(Counted::new(&alive)).unwrap();
    assert_eq!(alive.load(Ordering::Relaxed), 2);
    cached.value().unwrap();
    assert_eq!(alive.load(Ordering::Relaxed), 1);
    registry.remove(handle.id()).unwrap();
    assert_eq!(code(cached.value()), ErrorCode::Closed);
    assert_eq!(alive.load(Ordering::Relaxed), 0);
}

#[test]
fn registries_are_independent_and_dropping_one_closes_its_entries() {
    let alive = Arc::new(AtomicUsize::new(0));
    let (one, two) = (ConfigRegistry::new(), ConfigRegistry::new());
    let mut handles: Vec<_> = (0..100).map(|_| one.insert(Counted::new(&alive)).unwrap()).collect();
    handles.push(one.insert_with(Counted::new(&alive), named("kept")).unwrap());
    assert!(!two.contains(handles[0].id()));
    assert_eq!(code(two.find::<Counted>("kept")), ErrorCode::Closed);
    two.insert_with(Counted::new(&alive), named("kept")).unwrap();
    drop(one);
    assert_eq!(alive.load(Ordering::Relaxed), 1);
    assert!(handles.iter().all(|handle| code(handle.value()) == ErrorCode::Closed));
    assert_eq!(code(handles[0].update(Counted::new(&alive))), ErrorCode::Closed);
    drop((handles, two));
    assert_eq!(alive.load(Ordering::Relaxed), 0);
}

#[test]
fn the_global_one_is_the_same_everywhere() {
    let handle = ConfigRegistry::global().insert_with(5_u16, named("the global one")).unwrap();
    let id = handle.id();
    std::thread::spawn(move || {
        assert_eq!(*ConfigRegistry::global().get::<u16>(id).unwrap(), 5);
        ConfigRegistry::global().remove(id).unwrap();
    })
    .join()
    .unwrap();
    assert_eq!(code(handle.value()), ErrorCode::Closed);
}

#[test]
fn reads_are_counted_only_with_the_option() {
    let silent = ConfigRegistry::new();
    silent.insert(1_u8).unwrap().value().unwrap();
    assert_eq!(silent.stats().reads, None);

    let counting = ConfigRegistry::with_options(RegistryOptions { count_reads: true });
    let handle = counting.insert(1_u8).unwrap();
    let mut cached = handle.cached();
    handle.value().unwrap();
    cached.value().unwrap();
    counting.get::<u8>(handle.id()).unwrap();
    assert_eq!(counting.stats().reads, Some(3));
    counting.remove(handle.id()).unwrap();
    assert_eq!(code(handle.value()), ErrorCode::Closed);
    assert_eq!(counting.stats().reads, Some(3));
}

#[test]
fn debug_output_holds_no_values_except_of_guards() {
    let registry = ConfigRegistry::new();
    let handle = registry.insert_with(String::from("canary"), named("secret")).unwrap();
    let id = handle.id();
    assert_eq!(
        format!("{handle:?}"),
        format!("ConfigHandle {{ id: {id}, type: \"alloc::string::String\", name: \"secret\", .. }}")
    );
    let unnamed = registry.insert(1_u8).unwrap();
    assert_eq!(format!("{unnamed:?}"), format!("ConfigHandle {{ id: {}, type: \"u8\", .. }}", unnamed.id()));
    assert_eq!(format!("{:?}", handle.cached()), format!("CachedHandle({handle:?})"));
    assert_eq!(format!("{registry:?}"), "ConfigRegistry { entries: 2, .. }");
    let guard = handle.value().unwrap();
    assert_eq!((format!("{guard}"), format!("{guard:?}")), ("canary".into(), "\"canary\"".into()));
}

#[test]
fn handles_are_send_and_sync() {
    fn crosses<T: Send + Sync>() {}
    crosses::<ConfigRegistry>();
    crosses::<ConfigHandle<Value>>();
    crosses::<Guard<Value>>();
    fn moves<T: Send>() {}
    moves::<superconfig::CachedHandle<Value>>();
}

/// Uses the registry in every way while it is being dropped.
struct Meddler {
    registry: Arc<ConfigRegistry>,
    neighbours: Vec<ConfigHandle<u32>>,
    drops: Arc<AtomicUsize>,
}

impl Drop for Meddler {
    fn drop(&mut self) {
        // One neighbour in every shard, so that the lock of the meddler's own shard is wanted too.
        for neighbour in self.neighbours.drain(..) {
            assert_eq!(*self.registry.get::<u32>(neighbour.id()).unwrap(), 1);
            neighbour.update(2).unwrap();
            self.registry.handle::<u32>(neighbour.id()).unwrap();
            self.registry.stats();
        }
        for _ in 0..500 {
            self.registry.insert_with(0_u8, named("made while dropping")).unwrap();
            self.registry.remove(self.registry.find::<u8>("made while dropping").unwrap().id()).unwrap();
        }
        let lasting = InsertOptions { time_to_live: Some(Duration::from_secs(60)), ..InsertOptions::default() };
        self.registry.insert_with(0_u8, lasting).unwrap();
        self.drops.fetch_add(1, Ordering::SeqCst);
    }
}

fn meddler(registry: &Arc<ConfigRegistry>, drops: &Arc<AtomicUsize>) -> Meddler {
    let neighbours = (0..500).map(|_| registry.insert(1_u32).unwrap()).collect();
    Meddler { registry: Arc::clone(registry), neighbours, drops: Arc::clone(drops) }
}

#[test]
fn a_value_may_use_the_registry_while_it_is_dropped() {
    within_a_minute(|| {
        let registry = Arc::new(ConfigRegistry::new());
        let drops = Arc::new(AtomicUsize::new(0));
        let handle = registry.insert_with(meddler(&registry, &drops), named("meddler")).unwrap();

        handle.update(meddler(&registry, &drops)).unwrap();
        assert_eq!(drops.load(Ordering::SeqCst), 1, "by an update");
        registry.insert_with(meddler(&registry, &drops), named("meddler")).unwrap_err();
        assert_eq!(drops.load(Ordering::SeqCst), 2, "by an insert that fails");
        registry.remove(handle.id()).unwrap();
        assert_eq!(drops.load(Ordering::SeqCst), 3, "by removal");
        handle.update(meddler(&registry, &drops)).unwrap_err();
        assert_eq!(drops.load(Ordering::SeqCst), 4, "by an update that comes too late");
        drop(registry.insert(meddler(&registry, &drops)).unwrap());
        assert_eq!(drops.load(Ordering::SeqCst), 5, "with the last handle");
        let number = registry.insert(1_u32).unwrap();
        registry.update(number.id(), meddler(&registry, &drops)).unwrap_err();
        assert_eq!(drops.load(Ordering::SeqCst), 6, "by an update of the wrong type");

        let brief = InsertOptions { time_to_live: Some(Duration::from_millis(5)), ..InsertOptions::default() };
        let expiring = registry.insert_with(meddler(&registry, &drops), brief).unwrap();
        let end = Instant::now() + Duration::from_secs(8);
        while drops.load(Ordering::SeqCst) < 7 {
            assert!(Instant::now() < end, "by expiry");
            std::thread::sleep(Duration::from_millis(1));
        }
        assert_eq!(code(expiring.value()), ErrorCode::Closed);
        drop(number);
        let stats = registry.stats();
        assert_eq!((stats.total_handles, stats.active_references), (0, 0));
    });
}

/// A value that, when dropped with its registry, drops handles of that registry.
#[test]
fn a_value_may_own_handles_of_its_own_registry() {
    within_a_minute(|| {
        let registry = ConfigRegistry::new();
        let last = Arc::new(Mutex::new(Vec::new()));
        for n in 0..200_u32 {
            let owned: Vec<ConfigHandle<u32>> = (0..5).map(|_| registry.insert(n).unwrap()).collect();
            last.lock().unwrap().push(registry.insert(owned).unwrap());
        }
        assert_eq!(registry.stats().total_handles, 1200);
        last.lock().unwrap().truncate(100);
        assert_eq!(registry.stats().total_handles, 600);
        drop(registry);
        assert!(last.lock().unwrap().iter().all(|handle| code(handle.value()) == ErrorCode::Closed));
    });
}

#[test]
fn measuring_may_use_the_registry() {
    within_a_minute(|| {
        static REGISTRY: std::sync::LazyLock<ConfigRegistry> = std::sync::LazyLock::new(ConfigRegistry::new);
        let measured = |_: &u8, meter: &mut superconfig::Meter| {
            REGISTRY.insert(1_u8).unwrap();
            meter.allocation(1_000_000);
        };
        let _handle = REGISTRY.insert_measured(1_u8, InsertOptions::default(), measured).unwrap();
        let bytes = REGISTRY.stats().memory_usage_bytes;
        assert!((1_000_000..1_001_000).contains(&bytes), "{bytes}");
    });
}

#[test]
fn memory_shrinks_with_the_entries() {
    let registry = ConfigRegistry::new();
    let empty = registry.stats().memory_usage_bytes;
    assert_eq!(empty, 0);
    let mut handles: Vec<_> = (0..20_000_u32)
        .map(|n| {
            let options = InsertOptions {
                name: (n % 4 == 0).then(|| format!("entry {n}").into()),
                time_to_live: (n % 8 == 0).then_some(Duration::from_secs(600)),
                ..InsertOptions::default()
            };
            registry.insert_with(n, options).unwrap()
        })
        .collect();
    let full = registry.stats().memory_usage_bytes;
    assert!(full > 20_000 * 100, "{full}");
    for handle in handles.drain(200..) {
        registry.remove(handle.id()).unwrap();
    }
    let few = registry.stats().memory_usage_bytes;
    assert!(few < full / 30, "{few} of {full}");
    for handle in &handles {
        assert!(handle.value().is_ok());
        registry.remove(handle.id()).unwrap();
    }
    assert_eq!(registry.stats().memory_usage_bytes, 0);
}

/// Limits the address space of the process; gives the limit before.
#[cfg(target_os = "linux")]
fn limit_memory(bytes: libc::rlim_t) -> libc::rlim_t {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: both calls get a valid pointer to a `rlimit`.
    unsafe {
        assert_eq!(libc::getrlimit(libc::RLIMIT_AS, &mut limit), 0);
        let before = std::mem::replace(&mut limit.rlim_cur, bytes);
        assert_eq!(libc::setrlimit(libc::RLIMIT_AS, &limit), 0);
        before
    }
}

/// In a process of its own, as the limit holds for all of it.
#[test]
#[cfg(target_os = "linux")]
fn refuses_a_lifetime_where_no_thread_can_be_started() {
    if !is_alone(module_path!(), "refuses_a_lifetime_where_no_thread_can_be_started", &[]) {
        return;
    }
    let registry = ConfigRegistry::new();
    let lasting = || InsertOptions { time_to_live: Some(Duration::from_secs(60)), ..named("lasting") };
    // Not even a thread's stack fits any more.
    let before = limit_memory(1 << 20);
    let refused = registry.insert_with(1_u8, lasting());
    limit_memory(before);
    let error = refused.unwrap_err();
    assert_eq!(error.code(), ErrorCode::Limit, "{error}");
    let stats = registry.stats();
    assert_eq!((stats.total_handles, stats.active_references, stats.memory_usage_bytes), (0, 0, 0));
    // Nothing is left of it: the same name and a lifetime are fine once there is room.
    registry.insert_with(2_u8, lasting()).unwrap();
    assert_eq!(*registry.find::<u8>("lasting").unwrap().value().unwrap(), 2);
}

#[test]
#[cfg(all(feature = "metrics", feature = "json"))]
fn metrics_count_loads_and_reloads() {
    let text = |text: &str| superconfig::SuperConfig::builder().text(text, superconfig::Format::Json);
    let config = text(r#"{"a": 1}"#).name("me\"tered").load().unwrap();
    config.reload().unwrap();
    assert_eq!(code(text("{").load()), ErrorCode::Parse);
    let live = config.handle::<u64>("a");
    let metrics = superconfig::metrics();
    assert_eq!(*live.value().unwrap(), 1);
    assert!(metrics.contains("superconfig_version{configuration=\"me\\\"tered\"} 1\n"), "{metrics}");
    let failures = "superconfig_load_failures_total{code=\"ERR_SUPERCONFIG_PARSE\"}";
    let stage = "superconfig_load_duration_seconds_count{stage=\"parse\"}";
    for name in ["superconfig_loads_total", "superconfig_reloads_total", failures, stage, "superconfig_handles"] {
        let line = metrics.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("{name}: {metrics}"));
        assert!(line.trim().parse::<u64>().unwrap() >= 1, "{name}{line}");
    }
}

#[test]
#[cfg(all(feature = "metrics", feature = "json"))]
fn a_name_that_was_taken_over_labels_one_series() {
    let load = || superconfig::SuperConfig::builder().text("{}", superconfig::Format::Json);
    let first = load().name("taken over").load().unwrap();
    let second = load().name_replacing("taken over").load().unwrap();
    let metrics = superconfig::metrics();
    for label in ["taken over", &first.token()] {
        let series = format!("superconfig_version{{configuration=\"{label}\"}} 1\n");
        assert_eq!(metrics.matches(&series).count(), 1, "{series}{metrics}");
    }
    let before = superconfig::LoadStats::now();
    second.close();
    let after = superconfig::LoadStats::now();
    assert!(after.loads >= before.loads && !superconfig::metrics().contains("\"taken over\""));
}

#[test]
#[cfg(all(feature = "metrics", feature = "json"))]
fn metrics_are_read_while_configurations_come_and_go() {
    let number = |text: &str, name: &str| -> u64 {
        text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok()).unwrap_or_else(|| panic!("{name}: {text}"))
    };
    let before = superconfig::LoadStats::now();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..200 {
                    let config = superconfig::SuperConfig::builder().text("{}", superconfig::Format::Json).load().unwrap();
                    config.reload().unwrap();
                }
            });
        }
        let mut last = 0;
        for _ in 0..50 {
            let text = superconfig::metrics();
            let loads = number(&text, "superconfig_loads_total ");
            assert!(loads >= last);
            last = loads;
            let bucket = number(&text, "superconfig_load_duration_seconds_bucket{stage=\"merge\",le=\"+Inf\"}");
            assert_eq!(bucket, number(&text, "superconfig_load_duration_seconds_count{stage=\"merge\"}"));
        }
    });
    let after = superconfig::LoadStats::now();
    assert!(after.loads - before.loads >= 800 && after.reloads - before.reloads >= 800);
}

#[test]
fn an_update_starts_the_time_to_live_anew() {
    let registry = ConfigRegistry::new();
    let brief = InsertOptions { time_to_live: Some(Duration::from_millis(300)), ..InsertOptions::default() };
    // A machine may stop the test for longer than that: then again.
    let outlived = (0..50).any(|_| {
        let handle = registry.insert_with(0_u32, brief.clone()).unwrap();
        let start = Instant::now();
        while start.elapsed() < Duration::from_millis(700) && handle.update(1).is_ok() {
            std::thread::sleep(Duration::from_millis(10));
        }
        handle.value().is_ok() && start.elapsed() >= Duration::from_millis(700)
    });
    assert!(outlived);
}
