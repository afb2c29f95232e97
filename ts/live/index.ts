// The foundations of sources that follow a remote store.

export { documents, type StoredDocument, type StoredText, type TextTyping, texts } from './source-data.js';
