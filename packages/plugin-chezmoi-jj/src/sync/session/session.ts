import type { Host } from '@rota/core';
import type { Chezmoi } from '../../chezmoi/chezmoi.ts';
import type { Jj } from '../../jj/jj.ts';
import type { DotfileOptions } from '../../options.ts';
import { type Journal, type Phase, writeJournal } from './journal.ts';
import type { Names } from './names.ts';
import type { Place } from './place.ts';

/** What every state of one sync works with. */
export interface Session {
  readonly host: Host;
  readonly options: DotfileOptions;
  readonly place: Place;
  readonly jj: Jj;
  readonly chezmoi: Chezmoi;
  /** The environment of the programs. */
  readonly env: Host['env'];
  /** The folder with `.jj` and `.git`. */
  readonly tree: string;
  /** The folder of dotfiles in it: the same, unless `.chezmoiroot` says otherwise. */
  readonly source: string;
  /** Where dotfiles go. */
  readonly home: string;
  readonly names: Names;
  readonly versions: Versions;
}

/** As the programs say them. */
export interface Versions {
  readonly jj: string;
  readonly git: string;
  readonly chezmoi: string;
}

/** Writes the journal before a state begins. */
export type Enter = (phase: Phase, facts?: Partial<Pick<Journal, 'operation' | 'from' | 'to' | 'taking'>>) => void;

/** A journal that remembers what earlier states wrote. */
export function journalOf(session: Pick<Session, 'host' | 'place'>): Enter {
  let journal: Journal = {
    formatVersion: 1,
    startedAt: new Date(session.host.now()).toISOString(),
    phase: 'settle',
    operation: null,
    from: null,
    to: null,
    taking: [],
  };
  return (phase, facts = {}) => {
    journal = { ...journal, ...facts, phase };
    writeJournal(session.host, session.place, journal);
  };
}
