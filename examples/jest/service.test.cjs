// Tests that give a service other values, each its own, also at once: `npx jest`.
const { createTestConfig, withOverrides } = require('superconfig/testing');

const config = createTestConfig({ server: { port: 8080 }, retries: 3 });
const retries = config.handle('retries');

async function call(times) {
  await new Promise((resolve) => setTimeout(resolve, 1));
  return times < retries.value ? 'again' : 'gave up';
}

test('it tries three times', async () => {
  expect(await call(2)).toBe('again');
});

test.each([0, 1, 5])('it tries as often as it is told: %d', async (value) => {
  await withOverrides(config, { retries: value }, async () => {
    expect(await call(1)).toBe(value > 1 ? 'again' : 'gave up');
  });
  expect(retries.value).toBe(3);
});
