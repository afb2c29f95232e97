// One result of an examination: what was looked at, and whether it is as it should be.

/** A result of an examination. */
export interface Finding {
  /** What was looked at. */
  subject: string;
  /** `note`: worth knowing, and no fault. */
  status: 'ok' | 'note' | 'problem';
  message: string;
  /** How to put it right. */
  hint?: string;
}

export const ok = (subject: string, message: string): Finding => ({ subject, status: 'ok', message });
export const note = (subject: string, message: string, hint?: string): Finding => ({ subject, status: 'note', message, ...(hint && { hint }) });
export const problem = (subject: string, message: string, hint?: string): Finding => ({ subject, status: 'problem', message, ...(hint && { hint }) });
