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

/** Rows above and below those in sight. */
const margin = 6;
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
  const above = document.createElement('li');
  const below = document.createElement('li');
  for (const spacer of [above, below]) {
    spacer.className = 'spacer';
    spacer.setAttribute('aria-hidden', 'true');
  }

  const rowHeight = (): number => Number.parseFloat(getComputedStyle(list).getPropertyValue('--row')) * rem() || 44;

  function range(): readonly [number, number] {
    if (unrolled) return [0, Math.min(rows.length, mostPrinted)];
    const height = rowHeight();
    const first = Math.max(0, Math.floor(list.scrollTop / height) - margin);
    return [first, Math.min(rows.length, Math.ceil((list.scrollTop + Math.max(list.clientHeight, height)) / height) + margin)];
  }

  function draw(force = false): void {
    const [from, to] = range();
    const wanted = `${from}-${to}-${rows.length}`;
    if (!force && wanted === drawn) return;
    drawn = wanted;
    const focused = list.contains(document.activeElement);
    const height = rowHeight();
    const shown = new Map(
      [...list.querySelectorAll<HTMLLIElement>('li[data-index]')].map((row) => [Number(row.dataset.index), row]),
    );
    above.style.height = `${from * height}px`;
    below.style.height = `${unrolled ? 0 : (rows.length - to) * height}px`;
    const next: HTMLLIElement[] = [];
    for (let index = from; index < to; index++) {
      const row = rows[index];
      if (row !== undefined) next.push((force ? undefined : shown.get(index)) ?? makeRow(row, index));
    }
    const gone = new Set<Element>(list.children);
    for (const row of [above, ...next, below]) gone.delete(row);
    for (const row of gone) row.remove();
    // Rows that stay are not moved: a row that is moved loses the focus.
    let place: ChildNode | null = list.firstChild;
    for (const row of [above, ...next, below]) {
      if (row === place) place = place.nextSibling;
      else list.insertBefore(row, place);
    }
    if (focused && !list.contains(document.activeElement)) buttonAt(current)?.focus({ preventScroll: true });
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
    return list.querySelector<HTMLButtonElement>(`li[data-index="${index}"] > button`);
  }

  function go(to: number): void {
    const index = Math.max(0, Math.min(rows.length - 1, to));
    const height = rowHeight();
    buttonAt(current)?.setAttribute('tabindex', '-1');
    current = index;
    if (index * height < list.scrollTop) list.scrollTop = index * height;
    else if ((index + 1) * height > list.scrollTop + list.clientHeight) list.scrollTop = (index + 1) * height - list.clientHeight;
    draw();
    const button = buttonAt(index);
    button?.setAttribute('tabindex', '0');
    button?.focus();
  }

  list.addEventListener('scroll', () => requestAnimationFrame(() => draw()), { passive: true });
  addEventListener('resize', () => draw(true));
  list.addEventListener('focusin', ({ target }) => {
    const index = target instanceof Element ? Number(target.closest('li')?.dataset.index) : Number.NaN;
    if (Number.isNaN(index) || index === current) return;
    buttonAt(current)?.setAttribute('tabindex', '-1');
    current = index;
    buttonAt(current)?.setAttribute('tabindex', '0');
  });
  list.addEventListener('keydown', (event) => {
    const page = Math.max(1, Math.floor(list.clientHeight / rowHeight()) - 1);
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -rows.length,
      End: rows.length,
    };
    const step = steps[event.key];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    go(current + step);
  });

  return {
    show(next) {
      const key = rows[current]?.key;
      rows = next;
      const kept = next.findIndex((row) => row.key === key);
      current = kept === -1 ? 0 : kept;
      if (kept === -1) list.scrollTop = 0;
      draw(true);
    },
    unroll(all) {
      unrolled = all;
      draw(true);
    },
  };
}

function rem(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
}
