// What sources that follow a remote store stand on.

export { documents, type StoredDocument, type StoredText, type TextTyping, texts } from './source-data.js';
