import { countText, numberText } from '../view/clock.ts';
import { rowsOfPage } from '../view/tables.ts';

/** A table that shows one page of its rows. */
export interface PagedTable {
  show(rows: readonly (() => string)[]): void;
}

/** Turns over the rows of a table with buttons below it. */
export function pagedTable(body: HTMLElement, pages: HTMLElement, what: string): PagedTable {
  let rows: readonly (() => string)[] = [];
  let page = 0;
  const text = document.createElement('span');
  text.setAttribute('aria-live', 'polite');
  const back = button(`Previous ${what}`, '← Previous', () => turn(-1));
  const on = button(`Next ${what}`, 'Next →', () => turn(1));
  // A page that a browser has saved holds the buttons that an earlier script made.
  pages.replaceChildren(back, text, on);

  function turn(by: number): void {
    page += by;
    draw();
  }

  function draw(): void {
    const last = Math.max(0, Math.ceil(rows.length / rowsOfPage) - 1);
    page = Math.max(0, Math.min(page, last));
    const from = page * rowsOfPage;
    const shown = rows.slice(from, from + rowsOfPage);
    body.innerHTML = shown.map((row) => row()).join('');
    pages.hidden = last === 0;
    back.disabled = page === 0;
    on.disabled = page === last;
    text.textContent = `${numberText(from + 1)} to ${numberText(from + shown.length)} of ${countText(rows.length, 'job')}`;
  }

  return {
    show(next) {
      rows = next;
      draw();
    },
  };
}

function button(label: string, text: string, action: () => void): HTMLButtonElement {
  const made = document.createElement('button');
  made.type = 'button';
  made.textContent = text;
  made.setAttribute('aria-label', label);
  made.addEventListener('click', action);
  return made;
}
