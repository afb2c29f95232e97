// The length of random walks: a few steps in the tests, minutes in `npm run soak -- --live --minutes 60`, which sets SUPERCONFIG_WALK_MINUTES
// and SUPERCONFIG_WALK_SEED. The walks of one file share the minutes; the files run at the same time.

const minutes = Number(process.env.SUPERCONFIG_WALK_MINUTES ?? 0);

export const walkSeed = Number(process.env.SUPERCONFIG_WALK_SEED ?? 20_261_127);

/** Says, from now on, whether a walk goes on after so many steps: one of `walks` in its file, for its share of the minutes and so many steps at least. */
export function walkLength(walks: number, steps: number): (taken: number) => boolean {
  const end = Date.now() + (minutes * 60_000) / walks;
  return (taken) => taken < steps || Date.now() < end;
}

/** The time that a test of one walk may take. */
export const walkTimeout = minutes * 60_000 + 120_000;
