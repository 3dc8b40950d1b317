import { Help } from 'commander';

/** Fewer columns than this beside the terms of a list, and a text stands below its term. */
const leastBeside = 40;

/** How help is laid out: wrapped at words down to this width. */
export const helpLayout = { showGlobalOptions: false, minWidthToWrap: 20, formatItem } as const;

function formatItem(term: string, termWidth: number, description: string, helper: Help): string {
  const width = helper.helpWidth ?? 80;
  if (description === '' || width - termWidth - 4 >= leastBeside)
    return Help.prototype.formatItem.call(helper, term, termWidth, description, helper);
  const indent = ' '.repeat(6);
  return `  ${term}\n${indent}${wrapText(description, width - indent.length).replaceAll('\n', `\n${indent}`)}`;
}

/** A text of sentences, wrapped at words. */
export function wrapText(text: string, width: number): string {
  return Object.assign(new Help(), helpLayout).boxWrap(text, width);
}
