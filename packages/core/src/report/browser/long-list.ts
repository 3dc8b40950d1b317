/** A list of which only the rows in sight are in the page. */
export interface LongList {
  /** Shows other rows, or the same anew. */
  show(rows: readonly LongListRow[]): void;
  /** Puts all rows into the page, up to a limit, for printing; `false` goes back. */
  unroll(all: boolean): void;
}

export interface LongListRow {
  /** Names the row from one `show` to the next. */
  readonly key: string;
  /** What stands in the row, made when it comes into sight. */
  readonly markup: () => string;
}

/** Rows above and below those in sight, and how many rows come and go at a time. */
const margin = 4;
const step = 4;
const mostPrinted = 300;

/**
 * Makes a list long: it scrolls in itself when it has more rows than fit, and rows all have the height of the first. One row takes part in
 * the order of Tab; arrows, Page Up, Page Down, Home and End go from row to row.
 */
export function longList(list: HTMLElement): LongList {
  let rows: readonly LongListRow[] = [];
  let current = 0;
  let unrolled = false;
  let drawn = '';
  const above = makeSpacer();
  const below = makeSpacer();
  /** Between the rows in sight and the row that has the focus, when that is elsewhere. */
  const gap = makeSpacer();

  const shown = new Map<number, HTMLLIElement>();
  /** Measured once for each size of the window: asking while rows change makes the browser lay out anew. */
  let size = { row: 44, list: 0 };

  function measure(): void {
    const row = Number.parseFloat(getComputedStyle(list).getPropertyValue('--row')) * rem() || 44;
    size = { row, list: Math.max(list.clientHeight, row) };
  }

  /** The rows to have in the page: in steps, so that most frames of a scroll find them there. */
  function range(): readonly [number, number] {
    if (unrolled) return [0, Math.min(rows.length, mostPrinted)];
    const first = Math.floor(list.scrollTop / size.row / step) * step - margin;
    const last = Math.ceil((list.scrollTop + size.list) / size.row / step) * step + margin;
    return [Math.max(0, first), Math.min(rows.length, last)];
  }

  function draw(force = false): void {
    const [from, to] = range();
    const focused = list.contains(document.activeElement);
    const inSight = current >= from && current < to;
    // Whoever only scrolls finds, by Tab, a row that they see. A row that has the focus keeps it out of sight, so that arrows go on from there.
    if (!inSight && !focused) becomeCurrent(Math.max(from, Math.min(to - 1, Math.ceil(list.scrollTop / size.row))));
    const kept = !inSight && focused && current < rows.length ? current : undefined;
    const wanted = `${from}-${to}-${kept}-${rows.length}`;
    if (!force && wanted === drawn) return;
    drawn = wanted;
    for (const [index, row] of shown) {
      if (!force && ((index >= from && index < to) || index === kept)) continue;
      row.remove();
      shown.delete(index);
    }
    if (above.parentNode !== list) list.replaceChildren(above, below);
    const keptRow = kept === undefined ? undefined : keepRow(kept, kept < from);
    if (kept === undefined) gap.remove();
    const first = kept !== undefined && kept < from ? kept : from;
    const last = kept !== undefined && kept >= to ? kept + 1 : to;
    above.style.height = `${first * size.row}px`;
    gap.style.height = `${unrolled ? 0 : (last - first - (to - from) - 1) * size.row}px`;
    below.style.height = `${unrolled ? 0 : (rows.length - last) * size.row}px`;
    // Rows that stay are not moved: a row that is moved loses the focus.
    let place: Element = keptRow !== undefined && last > to ? gap : below;
    for (let index = to - 1; index >= from; index--) {
      const row = rows[index];
      if (row === undefined) continue;
      const there = shown.get(index);
      place = there ?? list.insertBefore(addRow(row, index), place);
    }
    if (focused && !list.contains(document.activeElement)) buttonAt(current)?.focus({ preventScroll: true });
  }

  /** The row with the focus stands before the rows in sight or after them, with a gap between. */
  function keepRow(index: number, before: boolean): Element | undefined {
    const row = rows[index];
    const item =
      shown.get(index) ??
      (row === undefined ? undefined : list.insertBefore(addRow(row, index), before ? above.nextSibling : below));
    if (before) item?.after(gap);
    else item?.before(gap);
    return item;
  }

  function becomeCurrent(index: number): void {
    buttonAt(current)?.setAttribute('tabindex', '-1');
    current = index;
    buttonAt(current)?.setAttribute('tabindex', '0');
  }

  function addRow(row: LongListRow, index: number): HTMLLIElement {
    const made = makeRow(row, index);
    shown.set(index, made);
    return made;
  }

  function makeRow(row: LongListRow, index: number): HTMLLIElement {
    const item = document.createElement('li');
    item.dataset.index = String(index);
    item.setAttribute('aria-posinset', String(index + 1));
    item.setAttribute('aria-setsize', String(rows.length));
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'row';
    button.dataset.job = row.key;
    button.setAttribute('aria-haspopup', 'dialog');
    button.tabIndex = index === current ? 0 : -1;
    button.innerHTML = row.markup();
    item.append(button);
    return item;
  }

  function buttonAt(index: number): HTMLButtonElement | null {
    return shown.get(index)?.querySelector('button') ?? null;
  }

  function go(to: number): void {
    const index = Math.max(0, Math.min(rows.length - 1, to));
    becomeCurrent(index);
    if (index * size.row < list.scrollTop) list.scrollTop = index * size.row;
    else if ((index + 1) * size.row > list.scrollTop + size.list) list.scrollTop = (index + 1) * size.row - size.list;
    draw();
    const button = buttonAt(index);
    button?.setAttribute('tabindex', '0');
    button?.focus();
  }

  list.addEventListener('scroll', () => requestAnimationFrame(() => draw()), { passive: true });
  addEventListener('resize', () => {
    measure();
    draw(true);
  });
  list.addEventListener('focusin', ({ target }) => {
    const index = target instanceof Element ? Number(target.closest('li')?.dataset.index) : Number.NaN;
    if (!Number.isNaN(index) && index !== current) becomeCurrent(index);
  });
  list.addEventListener('keydown', (event) => {
    const page = Math.max(1, Math.floor(size.list / size.row) - 1);
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -rows.length,
      End: rows.length,
    };
    const move = moves[event.key];
    if (move === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    go(current + move);
  });

  return {
    show(next) {
      const key = rows[current]?.key;
      rows = next;
      const kept = next.findIndex((row) => row.key === key);
      current = kept === -1 ? 0 : kept;
      if (kept === -1) list.scrollTop = 0;
      draw(true);
      // How high the list is depends on how many rows it has.
      measure();
      draw();
    },
    unroll(all) {
      unrolled = all;
      draw(true);
    },
  };
}

function makeSpacer(): HTMLLIElement {
  const spacer = document.createElement('li');
  spacer.className = 'spacer';
  spacer.setAttribute('aria-hidden', 'true');
  return spacer;
}

function rem(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
}
