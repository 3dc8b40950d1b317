/** A mark that an edit leaves in a line; no two are alike. */
export type Mark = string;

/**
 * What people did, as they saw it. An edit is lost when its mark is in no home at the end, although nobody who saw it wrote something else in its place, deleted the
 * file, or decided against it.
 */
export interface Ledger {
  /** A mark was written over what stood there. */
  wrote(mark: Mark, over: string): void;
  /** Somebody who saw these decided that they go. */
  gaveUp(text: string): void;
  /** These were kept after all by who decided. */
  kept(marks: readonly Mark[]): void;
  /** Marks that should be in the given homes, and are in none. */
  lost(texts: readonly string[]): readonly Mark[];
  nextMark(host: string): Mark;
  /** How many edits were made. */
  readonly count: () => number;
}

const pattern = /edit-[a-z]-\d+/g;

/** The marks in a text. */
export function marksIn(text: string | undefined): readonly Mark[] {
  return text?.match(pattern) ?? [];
}

export function makeLedger(): Ledger {
  const made = new Set<Mark>();
  const gone = new Set<Mark>();
  const overwritten = new Set<Mark>();
  return {
    wrote: (mark, over) => {
      made.add(mark);
      for (const old of marksIn(over)) {
        gone.add(old);
        overwritten.add(old);
      }
    },
    gaveUp: (text) => {
      for (const mark of marksIn(text)) gone.add(mark);
    },
    kept: (marks) => {
      for (const mark of marks) if (!overwritten.has(mark)) gone.delete(mark);
    },
    lost: (texts) => {
      const there = new Set(texts.flatMap(marksIn));
      return [...made].filter((mark) => !gone.has(mark) && !there.has(mark));
    },
    nextMark: (host) => `edit-${host}-${made.size}`,
    count: () => made.size,
  };
}
