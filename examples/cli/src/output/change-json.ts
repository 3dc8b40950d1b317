import type { Change, Drift } from '@rota/core';

/** A change in the stable shape of `--json`: without the artifacts. */
export function changeJson(change: Change) {
  const { before: _before, after: _after, drift, ...rest } = change;
  const [first] = drift ?? [];
  return { ...rest, ...(first === undefined ? {} : { drift: driftJson(first, drift ?? []) }) };
}

/** The first difference, and all of them. */
function driftJson(first: Drift, all: readonly Drift[]) {
  return { ...first, all };
}
