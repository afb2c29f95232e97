// The part that JavaScript has in the sources of a configuration; where none of them is custom, that is the environment alone.
import type { SuperConfigError } from '../internal/errors.js';
import { captureEnvironment } from './environment.js';
import { Lifetime } from './lifetime.js';
import type { Answer, LoadRequest } from './load-request.js';
import type { Steps } from './steps.js';

/** The answers of all custom sources to one load. */
export interface Collected {
  /** By the indexes of the sources. */
  readonly answers: ReadonlyMap<number, Answer>;
  readonly failures: readonly SuperConfigError[];
  /** The program's own environment of the same moment, as it was captured; nothing where the addon has one, or keeps the last one. */
  readonly environment: string | undefined;
}

/** What all sources of one configuration do, from its first load until it is closed. */
interface SourcesInUse {
  /** The time in which work for the configuration is of use. */
  readonly lifetime: Lifetime;
  /** The number of the attachment while it is open. */
  attachment: number | undefined;
  /** The failure of a source when it was called last, as this thread saw it. */
  failureOf(name: string | undefined): SuperConfigError | undefined;
  /** The configuration is open: reports go to its attachment. */
  open(): void;
  /** Watches the custom sources. */
  watch(changed: () => void): void;
  /** Ends what is under way, and releases all sources. Safe to repeat. */
  end(): void;
}

/** Sources of which some are custom. */
export interface SourcesOfHost extends SourcesInUse {
  /** Whether none is custom. */
  readonly isEmpty: false;
  /** Calls the custom sources at the same time, and captures the environment. `turn` is the number of the reload. */
  collect(turn: number, isBackground: boolean, isAsync: boolean): Steps<Collected>;
  /** The load that had these answers succeeded. */
  accept(answers: Collected['answers']): void;
}

/** The sources of one configuration. */
export type Sources = NoCustomSources | SourcesOfHost;

const NO_ANSWERS: Collected['answers'] = new Map();

/** The sources of a configuration that has no custom one. */
export class NoCustomSources implements SourcesInUse {
  attachment: number | undefined = undefined;
  readonly #request: LoadRequest | undefined;
  #lifetime: Lifetime | undefined;

  constructor(request?: LoadRequest) {
    this.#request = request;
  }

  get isEmpty(): true {
    return true;
  }

  get lifetime(): Lifetime {
    this.#lifetime ??= new Lifetime();
    return this.#lifetime;
  }

  /** Captures the environment. Nothing has to be awaited here. */
  collect(isBackground: boolean): Collected {
    const request = this.#request;
    const isCaptured = request !== undefined && request.environment === undefined && !isBackground;
    return { answers: NO_ANSWERS, failures: [], environment: isCaptured ? captureEnvironment(request) : undefined };
  }

  failureOf(): undefined {}

  open(): void {}

  watch(): void {}

  end(): void {
    this.lifetime.end();
  }
}
