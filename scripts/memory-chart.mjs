// The memory of a long run as a drawing: resident bytes and the heap in use over the number of reloads.

const WIDTH = 860;
const HEIGHT = 340;
const LEFT = 64;
const RIGHT = 20;
const TOP = 44;
const BOTTOM = 46;

/** The text of an SVG file; `rows` have `reloads`, `reads`, `rss` and `heapUsed`. */
export function drawMemory(rows) {
  const last = rows.at(-1);
  // Whole tens of megabytes above what was used, from nothing on: a scale that starts higher makes noise look like growth.
  const top = Math.ceil(Math.max(...rows.map((row) => row.rss)) / 1e7) * 10;
  const x = (reloads) => LEFT + (reloads / last.reloads) * (WIDTH - LEFT - RIGHT);
  const y = (megabytes) => HEIGHT - BOTTOM - (megabytes / top) * (HEIGHT - TOP - BOTTOM);
  const line = (key, colour) => {
    const points = rows.map((row) => `${x(row.reloads).toFixed(1)},${y(row[key] / 1e6).toFixed(1)}`);
    return `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`;
  };
  const text = (left, down, what, more = '') => `<text x="${left}" y="${down}"${more}>${what}</text>`;
  const step = Math.max(10, Math.ceil(top / 80) * 10);
  const levels = Array.from({ length: Math.floor(top / step) + 1 }, (_, at) => at * step);
  const across = levels.map(
    (level) =>
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(level)}" y2="${y(level)}" stroke="#ddd"/>${text(LEFT - 8, y(level) + 4, level, ' text-anchor="end"')}`,
  );
  const down = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const reloads = Math.round(part * last.reloads);
    return text(x(reloads), HEIGHT - BOTTOM + 18, reloads.toLocaleString('en'), ` text-anchor="${part === 1 ? 'end' : 'middle'}"`);
  });
  const title = `${last.reloads.toLocaleString('en')} reloads and ${last.reads.toLocaleString('en')} reads in ${Math.round(last.seconds)} s`;
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>`,
    text(LEFT, 20, `Memory in MB over ${title}`, ' font-size="14"'),
    text(WIDTH - RIGHT, 36, 'resident', ' fill="#1f5fbf" text-anchor="end"'),
    text(WIDTH - RIGHT - 70, 36, 'JavaScript’s heap', ' fill="#b5651d" text-anchor="end"'),
    ...across,
    ...down,
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, 'reloads', ' text-anchor="middle"'),
    line('rss', '#1f5fbf'),
    line('heapUsed', '#b5651d'),
    '</svg>',
  ].join('\n')}\n`;
}
