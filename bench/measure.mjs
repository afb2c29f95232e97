// Measures: warm with tinybench, cold in fresh processes. All times are nanoseconds.
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Bench } from 'tinybench';

export const here = dirname(fileURLToPath(import.meta.url));

/** The value in the middle. */
export function median(samples) {
  const sorted = [...samples].sort((one, other) => one - other);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

/** What is said of a figure that was measured several times. */
export function spread(samples) {
  return { median: median(samples), least: Math.min(...samples), most: Math.max(...samples) };
}

/**
 * How a cost grows with a size: the exponents of the power that fits all sizes best, and of the steepest step from one to the next.
 * 1 is proportional, 2 quadratic.
 */
export function exponents(bySize) {
  const points = Object.entries(bySize).map(([size, cost]) => [Math.log(size), Math.log(cost)]);
  const mean = (at) => points.reduce((sum, point) => sum + point[at], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const fit = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0) / points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
  const steps = points.slice(1).map((point, at) => (point[1] - points[at][1]) / (point[0] - points[at][0]));
  return { fit, steepest: Math.max(...steps) };
}

/** The value below which a share of the samples lie. */
export function percentile(samples, share) {
  const sorted = [...samples].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)];
}

const READS = 1000;

/** What one of a thousand reads costs. Each function makes a loop of its own, so that no call is shared and none is seen from two sides. */
export async function reads(tasks, quick) {
  const bench = new Bench({ time: quick ? 50 : 150, warmupTime: 50 });
  for (const [name, loop] of Object.entries(tasks)) bench.add(name, () => loop(READS));
  await bench.run();
  return results(bench, READS);
}

/** What a call costs that is made again and again. */
export async function calls(tasks, quick) {
  const bench = new Bench({ time: quick ? 100 : 300, warmupTime: 100, iterations: 12 });
  for (const [name, call] of Object.entries(tasks)) bench.add(name, call);
  await bench.run();
  return results(bench, 1);
}

function results(bench, reads) {
  const broken = bench.tasks.find((task) => task.result?.error !== undefined);
  if (broken !== undefined) throw new Error(`${broken.name} failed`, { cause: broken.result.error });
  // Milliseconds become nanoseconds. The middle one: whoever else works on the machine makes some take far longer.
  return Object.fromEntries(bench.tasks.map((task) => [task.name, (task.result.latency.p50 * 1e6) / reads]));
}

/** As many calls one task makes before the next takes its turn: what the others leave in the processor's caches is gone by then. */
const TURN = 20;
/** As often, or as many milliseconds long, a task is called before it is measured: at first V8 interprets all that runs. */
const WARM_CALLS = 3000;
const WARM_TIME = 300;

/**
 * What a call costs that takes another directory each time, none of which the process has seen before but for a turn of them that
 * warms up. Tasks take turns, so that they meet the same machine.
 */
export async function fresh(tasks, directories) {
  const call = async (name, directory) => {
    const start = process.hrtime.bigint();
    let result = tasks[name](directory(name));
    if (result instanceof Promise) result = await result;
    const took = Number(process.hrtime.bigint() - start);
    // What is left open would burden all that follows.
    if (typeof result?.close === 'function') result.close();
    return took;
  };
  const [seen, unseen] = [directories.slice(0, TURN), directories.slice(TURN)];
  for (const name of Object.keys(tasks)) {
    const end = performance.now() + WARM_TIME;
    for (let calls = 0; calls < WARM_CALLS && performance.now() < end; calls++) await call(name, seen[calls % TURN]);
  }
  const samples = Object.fromEntries(Object.keys(tasks).map((name) => [name, []]));
  for (let first = 0; first < unseen.length; first += TURN) {
    for (const [name, list] of Object.entries(samples)) {
      for (const directory of unseen.slice(first, first + TURN)) list.push(await call(name, directory));
    }
  }
  return Object.fromEntries(Object.entries(samples).map(([name, list]) => [name, median(list)]));
}

/** What a program prints last, a number, in a fresh process: the middle of several runs, the programs taking turns. */
export function cold(programs, runs, warmups = 1) {
  const samples = Object.fromEntries(Object.keys(programs).map((name) => [name, []]));
  for (let run = 0; run < runs + warmups; run++) {
    for (const [name, args] of Object.entries(programs)) {
      const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: here, encoding: 'utf8' });
      if (status !== 0) throw new Error(`${name}: ${stderr}`);
      // The first run brings the files into memory.
      if (run >= warmups) samples[name].push(Number(stdout.trim().split('\n').at(-1)));
    }
  }
  return Object.fromEntries(Object.entries(samples).map(([name, list]) => [name, median(list)]));
}

/**
 * How long a process takes, the whole of it or what it prints last, in nanoseconds: a quarter of several runs were quicker; the programs
 * take turns. What disturbs only makes slower.
 */
export function processes(programs, runs, { printed = false, ...options } = {}) {
  const samples = Object.fromEntries(Object.keys(programs).map((name) => [name, []]));
  for (let run = 0; run <= runs; run++) {
    for (const [name, args] of Object.entries(programs)) {
      const start = process.hrtime.bigint();
      const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', ...options });
      const whole = Number(process.hrtime.bigint() - start);
      if (status !== 0) throw new Error(`${name}: ${stderr}`);
      if (run > 0) samples[name].push(printed ? Number(stdout.trim().split('\n').at(-1)) : whole);
    }
  }
  return Object.fromEntries(Object.entries(samples).map(([name, list]) => [name, percentile(list, 0.25)]));
}
