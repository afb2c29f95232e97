// The foundations of sources that follow a remote store.

export { answerWithin } from './answer-within.js';
export { EntryRoom } from './entry-room.js';
export type { Listing, Session, Store } from './follower.js';
export { type Freshness, isFresh } from './freshness.js';
export { decodeText, type KeyLayout, type Layout, layoutOf } from './layout.js';
export { type LiveOptions, type LiveStore, liveSource } from './live-source.js';
export { type Change, type Entries, type Entry, type Frame, Mirror, type MirrorOptions, type Outcome } from './mirror.js';
export type { Rollout } from './rollout.js';
export type { SnapshotOptions } from './snapshot-file.js';
export { documents, type StoredDocument, type StoredText, type TextTyping, texts } from './source-data.js';
