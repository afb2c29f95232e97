import { vi } from 'vitest';

/** The process's warnings while something runs. */
export async function warnings(action: () => Promise<void>): Promise<string[]> {
  const seen: string[] = [];
  const emit = vi.spyOn(process, 'emitWarning').mockImplementation((warning) => void seen.push(String(warning)));
  try {
    await action();
  } finally {
    emit.mockRestore();
  }
  return seen;
}
