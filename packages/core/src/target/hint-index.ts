import { type HintPart, parseHint } from './hint-pattern.ts';

/** A hint of one target. A later one wins over an earlier one. */
export interface Hint {
  readonly text: string;
  /** Which target, by the position in the list that the index was made from. */
  readonly target: number;
  /** The position among the hints of its target. */
  readonly order: number;
}

interface Mark extends Hint {
  readonly excludes: boolean;
}

interface Node {
  readonly names: Map<string, Node>;
  readonly tests: { readonly source: string; readonly test: (name: string) => boolean; readonly to: Node }[];
  /** Reached by `**`: stays where it is with every further name. */
  any: Node | undefined;
  readonly isAny: boolean;
  /** The hints that end here. */
  readonly marks: Mark[];
}

/** All hints of a registry in one tree, so that a path is looked at once, however many targets there are. */
export interface HintIndex {
  /** The hint that takes a path into each target, by target; targets that do not want the path are absent. */
  match(path: string): ReadonlyMap<number, Hint>;
  /** Targets that could want something below a folder whose content is not known, each with the first such hint. */
  matchBelow(folder: string): ReadonlyMap<number, Hint>;
}

/** Makes the index of valid hints. */
export function indexHints(hints: readonly Hint[]): HintIndex {
  const root = newNode(false);
  for (const hint of hints) insert(root, hint);
  // Paths come sorted, so that most are in the folder of the one before.
  let folder = '';
  let inFolder: Walk = begin(root);
  return {
    match(path) {
      const cut = path.lastIndexOf('/');
      const above = cut === -1 ? '' : path.slice(0, cut);
      if (above !== folder) {
        folder = above;
        inFolder = above === '' ? begin(root) : walk(root, above);
      }
      return winners(step(inFolder, path.slice(cut + 1)).ended);
    },
    matchBelow(path) {
      const { ended, reached } = walk(root, path);
      const found = new Map(winners(ended));
      // An exclusion that would apply deeper down is not counted: what is not known is not left out.
      for (const mark of reached.flatMap(marksBelow)) if (!mark.excludes && !found.has(mark.target)) found.set(mark.target, mark);
      return found;
    },
  };
}

function newNode(isAny: boolean): Node {
  return { names: new Map(), tests: [], any: undefined, isAny, marks: [] };
}

function insert(root: Node, hint: Hint): void {
  const { excludes, parts } = parseHint(hint.text);
  // `a/**` is everything inside `a`, which one more name and all below it says as well.
  const last = parts.at(-1);
  const whole: readonly HintPart[] =
    last?.kind === 'any' ? [...parts.slice(0, -1), { kind: 'test', source: '*', test: () => true }] : parts;
  let node = root;
  for (const part of whole) node = childFor(node, part);
  node.marks.push({ ...hint, excludes });
}

function childFor(node: Node, part: HintPart): Node {
  if (part.kind === 'any') {
    if (node.isAny) return node;
    node.any ??= newNode(true);
    return node.any;
  }
  if (part.kind === 'name') {
    const known = node.names.get(part.name);
    if (known !== undefined) return known;
    const made = newNode(false);
    node.names.set(part.name, made);
    return made;
  }
  const known = node.tests.find(({ source }) => source === part.source);
  if (known !== undefined) return known.to;
  const to = newNode(false);
  node.tests.push({ source: part.source, test: part.test, to });
  return to;
}

/** Where a path has led to so far. */
interface Walk {
  /** Of hints that match the path or a folder above it. */
  readonly ended: readonly Mark[];
  /** Where hints that go on deeper stand. */
  readonly reached: readonly Node[];
}

function begin(root: Node): Walk {
  return { ended: [], reached: root.any === undefined ? [root] : [root, root.any] };
}

function walk(root: Node, path: string): Walk {
  return path.split('/').reduce(step, begin(root));
}

/** One name further. */
function step({ ended, reached }: Walk, name: string): Walk {
  const marks: Mark[] = [];
  const next: Node[] = [];
  const enter = (node: Node): void => {
    if (next.includes(node)) return;
    next.push(node);
    for (const mark of node.marks) marks.push(mark);
    if (node.any !== undefined) enter(node.any);
  };
  for (const state of reached) {
    if (state.isAny) enter(state);
    const named = state.names.get(name);
    if (named !== undefined) enter(named);
    for (const { test, to } of state.tests) if (test(name)) enter(to);
  }
  return { ended: marks.length === 0 ? ended : ended.length === 0 ? marks : [...ended, ...marks], reached: next };
}

function winners(ended: readonly Mark[]): ReadonlyMap<number, Hint> {
  if (ended.length === 0) return none;
  if (ended.length === 1) {
    const [only] = ended;
    return only === undefined || only.excludes ? none : new Map([[only.target, only]]);
  }
  const best = new Map<number, Mark>();
  for (const mark of ended) {
    const known = best.get(mark.target);
    if (known === undefined || mark.order > known.order) best.set(mark.target, mark);
  }
  for (const [target, { excludes }] of best) if (excludes) best.delete(target);
  return best;
}

const none: ReadonlyMap<number, Hint> = new Map();

function marksBelow(node: Node): readonly Mark[] {
  const below = [...node.names.values(), ...node.tests.map(({ to }) => to), ...(node.any === undefined ? [] : [node.any])];
  return below.flatMap((child) => [...child.marks, ...marksBelow(child)]);
}
