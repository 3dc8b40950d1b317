import { type HintPart, type HintPattern, parseHint } from './hint-pattern.ts';

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
  /** Which of them win where no other hint has ended; made at the first call, after which no hint is added. */
  won: readonly Hint[] | undefined;
}

/** All hints of a registry in one tree, so that a path is looked at once, however many targets there are. */
export interface HintIndex {
  /** The hints that take a path into their targets: one for each target that wants the path. */
  match(path: string): readonly Hint[];
  /** The same for something below a folder whose content is not known: for each target that could want it the first such hint. */
  matchBelow(folder: string): readonly Hint[];
}

/** Makes the index of valid hints. */
export function indexHints(hints: readonly Hint[]): HintIndex {
  const root = newNode(false);
  const patterns = new Map<string, HintPattern>();
  for (const hint of hints) {
    const pattern = patterns.get(hint.text) ?? parseHint(hint.text);
    patterns.set(hint.text, pattern);
    insert(root, hint, pattern);
  }
  // Paths come sorted, so that most are in the folder of the one before.
  let folder = '';
  let inFolder = lastNames(begin(root));
  const walks = new Map([['', begin(root)]]);
  const walkTo = (path: string): Walk => {
    const known = walks.get(path);
    if (known !== undefined) return known;
    const cut = path.lastIndexOf('/');
    const walked = step(walkTo(path.slice(0, Math.max(cut, 0))), path.slice(cut + 1));
    walks.set(path, walked);
    return walked;
  };
  return {
    match(path) {
      const cut = Math.max(path.lastIndexOf('/'), 0);
      if (cut !== folder.length || !path.startsWith(folder)) {
        folder = path.slice(0, cut);
        inFolder = lastNames(walkTo(folder));
      }
      return inFolder(cut === 0 ? path : path.slice(cut + 1));
    },
    matchBelow(path) {
      const reached = walkTo(path);
      const found = new Map(winners(reached).map((hint) => [hint.target, hint]));
      // An exclusion that would apply deeper down is not counted: what is not known is not left out.
      for (const mark of reached.nodes.flatMap(marksBelow))
        if (!mark.excludes && !found.has(mark.target)) found.set(mark.target, mark);
      return [...found.values()];
    },
  };
}

function newNode(isAny: boolean): Node {
  return { names: new Map(), tests: [], any: undefined, isAny, marks: [], won: undefined };
}

function insert(root: Node, hint: Hint, { excludes, parts }: HintPattern): void {
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
  /** Where hints that match the path or a folder above it end. */
  readonly ended: readonly Node[];
  /** Where hints that go on deeper stand. */
  readonly nodes: readonly Node[];
}

function begin(root: Node): Walk {
  return { ended: [], nodes: root.any === undefined ? [root] : [root, root.any] };
}

/** One name further. */
function step(walked: Walk, name: string): Walk {
  const nodes: Node[] = [];
  for (const node of walked.nodes) {
    if (node.isAny) enter(nodes, node);
    const named = node.names.get(name);
    if (named !== undefined) enter(nodes, named);
    for (const { test, to } of node.tests) if (test(name)) enter(nodes, to);
  }
  const ended = nodes.filter(({ marks }) => marks.length > 0);
  return { ended: ended.length === 0 ? walked.ended : [...walked.ended, ...ended], nodes };
}

function enter(nodes: Node[], node: Node): void {
  if (nodes.includes(node)) return;
  nodes.push(node);
  if (node.any !== undefined) enter(nodes, node.any);
}

/** What wins for each name in a folder. Names that no hint spells out, and that pass the same tests, are one case. */
function lastNames(walked: Walk): (name: string) => readonly Hint[] {
  const spelled = walked.nodes.flatMap(({ names }) => (names.size === 0 ? [] : [names]));
  const tests = walked.nodes.flatMap((node) => node.tests);
  const known = new Map<number, readonly Hint[]>();
  return (name) => {
    // A number has 31 bits that can be told apart.
    if (tests.length > 31 || spelled.some((names) => names.has(name))) return winners(step(walked, name));
    let passed = 0;
    for (const { test } of tests) passed = passed * 2 + (test(name) ? 1 : 0);
    const found = known.get(passed) ?? winners(step(walked, name));
    known.set(passed, found);
    return found;
  };
}

function winners({ ended }: Walk): readonly Hint[] {
  const [first] = ended;
  if (first === undefined) return [];
  if (ended.length > 1) return lastOfEach(ended.flatMap(({ marks }) => marks));
  first.won ??= lastOfEach(first.marks);
  return first.won;
}

function lastOfEach(marks: readonly Mark[]): readonly Hint[] {
  const best = new Map<number, Mark>();
  for (const mark of marks) {
    const known = best.get(mark.target);
    if (known === undefined || mark.order > known.order) best.set(mark.target, mark);
  }
  return [...best.values()].filter(({ excludes }) => !excludes);
}

function marksBelow(node: Node): readonly Mark[] {
  const below = [...node.names.values(), ...node.tests.map(({ to }) => to), ...(node.any === undefined ? [] : [node.any])];
  return below.flatMap((child) => [...child.marks, ...marksBelow(child)]);
}
