// One result of an examination: what was examined, and whether it is as it should be.

/** A result of an examination. */
export interface Finding {
  /** The subject of the examination. */
  subject: string;
  /** `note`: worth knowing, and no fault. */
  status: 'ok' | 'note' | 'problem';
  message: string;
  /** The remedy. */
  hint?: string;
}

export const ok = (subject: string, message: string): Finding => ({ subject, status: 'ok', message });
export const note = (subject: string, message: string, hint?: string): Finding => ({ subject, status: 'note', message, ...(hint && { hint }) });
export const problem = (subject: string, message: string, hint?: string): Finding => ({ subject, status: 'problem', message, ...(hint && { hint }) });
