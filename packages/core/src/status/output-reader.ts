import { join } from 'node:path';
import type { FileFacts, Files } from '../host/files.ts';

type ReadFiles = Pick<Files, 'facts' | 'list' | 'readBytes'>;

/** How far the output of one run is read. */
interface Place {
  /** The file that is read, which stays the same under the name that it gets when it is set aside; `undefined` before the first. */
  file: string | undefined;
  at: number;
  /** What is set aside, as of the last look. */
  aside: string;
  /** The file that is read was set aside, and is read to its end. */
  whole: boolean;
  readonly decoder: InstanceType<typeof TextDecoder>;
}

/** Stands where the writer set aside more than one file between two looks: it keeps only the last two. */
const gap = '\nrota: more was written here than the log keeps\n';

/**
 * Reads on in the output files of a job (`RUN.log`, and `RUN.log.1` when that was set aside) from where they end at the call. Each call of the answer gives
 * what has come since, of every run, each byte once.
 */
export function outputReader(files: ReadFiles, folder: string): () => string {
  const places = new Map<string, Place>();
  const idsOf = (): readonly string[] => [...new Set(files.list(folder).map((name) => name.replace(/\.log(\.1)?$/, '')))];
  for (const id of idsOf()) {
    const aside = files.facts(join(folder, `${id}.log.1`));
    const last = files.facts(join(folder, `${id}.log`));
    const read = last ?? aside;
    const from = { file: read === undefined ? undefined : fileOf(read), at: read?.size ?? 0 };
    places.set(id, { ...from, aside: markOf(aside), whole: last === undefined, decoder: new TextDecoder() });
  }
  return () => {
    const ids = idsOf();
    for (const id of places.keys()) if (!ids.includes(id)) places.delete(id);
    let text = '';
    for (const id of ids) {
      const place = places.get(id) ?? { file: undefined, at: 0, aside: '', whole: false, decoder: new TextDecoder() };
      places.set(id, place);
      text += readOn(files, join(folder, `${id}.log`), place);
    }
    return text;
  };
}

/** A number alone is soon given to another file. */
function fileOf({ inode, bornMs }: FileFacts): string {
  return `${inode} ${bornMs}`;
}

function markOf(facts: FileFacts | undefined): string {
  return facts === undefined ? '' : `${fileOf(facts)} ${facts.modifiedMs}`;
}

function readOn(files: ReadFiles, path: string, place: Place): string {
  let text = '';
  const take = (from: string, facts: FileFacts): boolean => {
    const bytes = facts.size > place.at ? files.readBytes(from)?.subarray(place.at) : new Uint8Array();
    // Set aside at this moment: the next look finds it under its other name.
    const now = files.facts(from);
    if (bytes === undefined || now === undefined || fileOf(now) !== fileOf(facts)) return false;
    text += place.decoder.decode(bytes, { stream: true });
    place.file = fileOf(facts);
    place.at += bytes.length;
    place.whole = from !== path;
    return true;
  };
  const aside = files.facts(`${path}.1`);
  const current = files.facts(path);
  const isSetAside = aside !== undefined && markOf(aside) !== place.aside;
  if (isSetAside) {
    if (place.file !== undefined && fileOf(aside) !== place.file) {
      if (!place.whole) text += gap;
      place.at = 0;
    }
    if (!take(`${path}.1`, aside)) return text;
    place.aside = markOf(aside);
  }
  if (current === undefined) return text;
  const isNext = isSetAside || place.whole || place.file === undefined;
  // Only just set aside; what is left of the one before comes first.
  if (!isNext && fileOf(current) !== place.file) return text;
  if (isNext || current.size < place.at) place.at = 0;
  take(path, current);
  return text;
}
