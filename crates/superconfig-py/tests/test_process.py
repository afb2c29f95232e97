"""Threads, forks, fresh processes, and what they leave behind."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path
from typing import Callable

import pytest
from support import python

import superconfig

Builder = Callable[..., superconfig.SuperConfigBuilder]
Write = Callable[..., Path]

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")


def test_readers_never_see_half_a_reload(builder: Builder, write: Write) -> None:
    def text(number: int) -> str:
        return f"a = {number}\n[b]\nc = {number}\nlist = [{number}, {number}]\n"

    write("a.toml", text(0))
    config = builder().file("a.toml").load()
    handle = config.handle("b.c")
    stop = threading.Event()
    failures: "list[BaseException]" = []

    def read() -> None:
        last = 0
        try:
            while not stop.is_set():
                current = config.current
                assert current["a"] == current["b"]["c"] == current["b"]["list"][1]
                for found in (config["b.c"], handle.value, config["b"]["list"][0]):
                    assert found >= last, "versions only grow"
                    last = found
        except BaseException as failure:
            failures.append(failure)

    def reload(own: int) -> None:
        try:
            for _ in range(20):
                config.reload()
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=read) for _ in range(4)] + [threading.Thread(target=reload, args=(own,)) for own in range(3)]
    for thread in threads:
        thread.start()
    for number in range(1, 60):
        write("a.toml", text(number))
        time.sleep(0.001)
    config.reload()
    stop.set()
    for thread in threads:
        thread.join(60)
    assert failures == [] and config["a"] == handle.value == 59


def test_other_threads_run_while_files_are_read(builder: Builder, tmp_path: Path) -> None:
    rows = "\n".join(f'key{number}: {{a: [1, 2, 3], b: "text {number}"}}' for number in range(20_000))
    (tmp_path / "big.yaml").write_text(rows)
    counts: "list[int]" = [0]
    stop = threading.Event()

    def count() -> None:
        while not stop.is_set():
            counts[0] += 1
            time.sleep(0)

    counter = threading.Thread(target=count)
    counter.start()
    config = builder().file("big.yaml").load()
    stop.set()
    counter.join()
    assert counts[0] > 100 and len(config.current) == 20_000


def test_loads_run_in_many_threads(builder: Builder) -> None:
    found: "list[int]" = []

    def work(own: int) -> None:
        for number in range(30):
            with builder().defaults({"a": own}).derive(lambda values: {"b": values["a"] + 1}).load() as config:
                assert config["b"] == own + 1
                config.reload()
        found.append(own)

    threads = [threading.Thread(target=work, args=(own,)) for own in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(found) == list(range(8))


FORKED = """
import os, sys, threading, time
import superconfig
open('a.toml', 'w').write('a = 1')
open('b.toml', 'w').write('b = 1')
def write(name, text):
    open(name + str(os.getpid()), 'w').write(text)
    os.replace(name + str(os.getpid()), name)
def eventually(holds):
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)
config = superconfig.SuperConfig.builder().file('a.toml').watch(debounce_ms=10).name('app').load()
plain = superconfig.SuperConfig.builder().file('a.toml').load()
seen = []
config.on_change(lambda change: seen.append(change.current['a']))
handle = config.handle('a')
stop = threading.Event()
def busy():
    while not stop.is_set():
        config.reload()
        superconfig.load_config(sources=[superconfig.file('a.toml')], watch=True).close()
busier = threading.Thread(target=busy, daemon=True)
busier.start()
time.sleep(0.2)
for child in range(5):
    pid = os.fork()
    if pid == 0:
        try:
            assert (config['a'], handle.value, config.current, plain['a']) == (1, 1, {'a': 1}, 1)
            assert config.status.is_forked and config.status.watching == () and plain.status.is_forked
            own = superconfig.load_config(sources=[superconfig.file('b.toml')], watch={'debounce_ms': 10})
            assert own['b'] == 1
            if child == 4:
                write('b.toml', 'b = 2')
                eventually(lambda: own['b'] == 2)
                write('a.toml', 'a = 2')
                time.sleep(0.2)
                assert config['a'] == 1, 'it does not watch'
                assert config.reload().changed == ('a',) and (config['a'], handle.value) == (2, 2)
                assert not config.status.is_forked and config.status.watching
                write('a.toml', 'a = 3')
                eventually(lambda: config['a'] == 3 and seen[-1:] == [3])
                assert plain.reload().changed == ('a',) and plain['a'] == 3
            for one in (own, plain, config):
                one.close()
            os._exit(0)
        except BaseException:
            import traceback
            traceback.print_exc()
            os._exit(1)
    status = os.waitpid(pid, 0)[1]
    assert status == 0, (child, status)
stop.set()
busier.join()
write('a.toml', 'a = 9')
eventually(lambda: config['a'] == 9 and seen[-1] == 9)
print('done')
"""


@needs_fork
def test_a_forked_child_reads_what_it_had(tmp_path: Path) -> None:
    done = python(FORKED, tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")


CHILDREN = """
import os, signal, sys, time
import superconfig
def load():
    return superconfig.load_config(sources=[superconfig.file('a.toml')], watch=True)
for number in range(int(sys.argv[1])):
    config = load()
    # The threads that the load has started are at work, or wait again.
    time.sleep(number % 8 * 0.001)
    children = []
    for _ in range(4):
        child = os.fork()
        if child == 0:
            signal.alarm(60)
            for _ in range(4):
                own = load()
                assert own['a'] == config['a'] == 7
                own.close()
            os._exit(0)
        children.append(child)
    ended = [os.waitpid(child, 0)[1] for child in children]
    assert ended == [0] * 4, ended
    config.close()
"""


@needs_fork
@pytest.mark.skipif(sys.platform == "darwin", reason="macOS forbids much in a forked child")
def test_children_start_threads_of_their_own(tmp_path: Path, runs_all: bool) -> None:
    (tmp_path / "a.toml").write_text("a = 7")
    done = python(CHILDREN.replace("sys.argv[1]", "100" if runs_all else "6"), tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


@needs_fork
@pytest.mark.skipif(sys.platform == "darwin", reason="macOS forbids much in a forked child")
@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_multiprocessing(tmp_path: Path, method: str) -> None:
    (tmp_path / "a.toml").write_text("a = 7")
    (tmp_path / "work.py").write_text(
        "import multiprocessing, sys\n"
        "import superconfig\n"
        "def child(values, number):\n"
        "    own = superconfig.load_config(sources=[superconfig.file('a.toml')], watch=True)\n"
        "    inherited = config['a'] if config is not None else None\n"
        "    return (values['a'], own['a'], inherited, number)\n"
        "config = None\n"
        "if __name__ == '__main__':\n"
        "    config = superconfig.load_config(sources=[superconfig.file('a.toml')], watch=True)\n"
        "    context = multiprocessing.get_context(sys.argv[1])\n"
        "    with context.Pool(4) as pool:\n"
        "        results = pool.starmap(child, [(config.current, number) for number in range(16)])\n"
        "        pool.close()\n"
        "        pool.join()\n"
        "    inherited = 7 if sys.argv[1] == 'fork' else None\n"
        "    assert results == [(7, 7, inherited, number) for number in range(16)], results\n"
        "    try:\n"
        "        context.Process(target=print, args=(config,)).start() if sys.argv[1] != 'fork' else config.__reduce__()\n"
        "    except TypeError as error:\n"
        "        print(error)\n"
    )
    program = f"import sys, runpy; sys.argv = ['work.py', {method!r}]; runpy.run_path('work.py', run_name='__main__')"
    if method != "fork":
        program = f"import subprocess, sys; sys.exit(subprocess.run([sys.executable, '-W', 'error', 'work.py', {method!r}]).returncode)"
    done = python(program, tmp_path)
    assert done.returncode == 0, done.stderr
    assert "belongs to its process" in done.stdout


def test_reloads_leak_nothing(tmp_path: Path, runs_all: bool, capfd: "pytest.CaptureFixture[str]") -> None:
    """Reloads, two thirds of them with changes and a third failing."""
    count = 20_000 if runs_all else 500
    program = """
import gc, superconfig
open('a.toml', 'w').write('a = 1')
def resident():
    gc.collect()
    with open('/proc/self/statm') as opened:
        return int(opened.read().split()[1]) * 4096
config = superconfig.SuperConfig.builder(env={}).file('a.toml').derive('d', lambda values: {'twice': [values['a']] * 2}).load()
config.on_change(lambda change: change.current)
handle = config.handle('a')
def work(count):
    for number in range(count):
        with open('a.toml', 'w') as opened:
            opened.write('a = = 1' if number % 3 == 2 else f'a = {number}')
        try:
            config.reload()
        except superconfig.SuperConfigError:
            pass
        config.current, config['a'], handle.value, repr(config)
work(min(1000, int(sys.argv[1])))
before = resident()
work(int(sys.argv[1]))
print(resident() - before)
"""
    if not sys.platform.startswith("linux"):
        pytest.skip("memory is read from /proc")
    done = python(program.replace("sys.argv[1]", str(count)), tmp_path, seconds=1800)
    assert done.returncode == 0, done.stderr
    grown = int(done.stdout)
    with capfd.disabled():
        print(f"\nreloads: {count} took {grown} bytes of memory for good")
    assert grown < 2_000_000, f"{grown} bytes for {count} reloads"


def test_the_environment_may_change_in_other_threads() -> None:
    stop = threading.Event()

    def change() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            os.environ[f"BUSY_T{number % 50}"] = str(number)
            os.environ.pop(f"BUSY_T{(number + 25) % 50}", None)

    changer = threading.Thread(target=change)
    changer.start()
    try:
        for _ in range(200):
            superconfig.SuperConfig.builder().env("BUSY").load().close()
    finally:
        stop.set()
        changer.join()
        for name in [name for name in os.environ if name.startswith("BUSY_T")]:
            del os.environ[name]


def test_reads_at_the_very_end_are_closed(tmp_path: Path) -> None:
    program = """
import superconfig
config = superconfig.load_config(sources=[superconfig.defaults({'a': 1})], watch=True)
class Late:
    def __del__(self, config=config, error=superconfig.ClosedError):
        try:
            config['a']
        except error as closed:
            print(closed)
late = Late()
"""
    done = python(program, tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "the configuration is closed\n", "")


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent to a process")
@pytest.mark.parametrize(
    "waits",
    [
        "for change in config.changes(): pass",
        "asyncio.run(consume())",
        "superconfig.SuperConfig.builder().source('s', lambda _: time.sleep(60), timeout=50).load()",
        "superconfig.SuperConfig.builder().source('s', hang, timeout=50).load()",
        "superconfig.SuperConfig.builder().derive('d', lambda _: time.sleep(60)).load()",
    ],
)
def test_an_interrupt_ends_what_waits(tmp_path: Path, waits: str) -> None:
    program = f"""
import asyncio, os, signal, threading, time, superconfig
open('a.toml', 'w').write('a = 1')
config = superconfig.SuperConfig.builder().file('a.toml').watch().load()
async def consume():
    async for change in config.changes():
        pass
async def hang(_):
    await asyncio.sleep(60)
main = threading.main_thread()
threading.Timer(0.5, lambda: signal.pthread_kill(main.ident, signal.SIGINT)).start()
begun = time.monotonic()
try:
    {waits}
except KeyboardInterrupt:
    print('interrupted', time.monotonic() - begun < 40)
"""
    done = python(program, tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "interrupted True\n", "")


def test_nothing_hangs_at_exit_while_threads_work(tmp_path: Path) -> None:
    program = """
import superconfig, threading, time
open('a.toml', 'w').write('a = 1')
def slow(context):
    time.sleep(0.05 if context.env.get('first') else 0)
    return {'b': 1}
config = superconfig.SuperConfig.builder().file('a.toml').source('slow', slow).watch(debounce_ms=1).load()
def write():
    number = 0
    while True:
        number += 1
        open('a.toml', 'w').write(f'a = {number}')
        time.sleep(0.001)
def consume():
    for change in config.changes():
        change.current
def reload():
    while True:
        config.reload()
for target in (write, consume, reload, reload):
    threading.Thread(target=target, daemon=True).start()
time.sleep(0.5)
print('end')
"""
    for _ in range(3):
        done = python(program, tmp_path)
        assert (done.returncode, done.stdout) == (0, "end\n"), done.stderr
        assert "Fatal" not in done.stderr and "panicked" not in done.stderr
