/** The civil calendar as tables, a row for each day since 1970-01-01 up to 2100: evaluation looks up, it does not compute. */
export interface DayTables {
  readonly year: Uint16Array;
  readonly month: Uint8Array;
  readonly day: Uint8Array;
  /** 1 for the last day of the month. */
  readonly fromEnd: Uint8Array;
}

const count = 47_848; // to the end of 2100
let tables: DayTables | undefined;

export function dayTables(): DayTables {
  if (tables !== undefined) return tables;
  const year = new Uint16Array(count);
  const month = new Uint8Array(count);
  const day = new Uint8Array(count);
  const fromEnd = new Uint8Array(count);
  let index = 0;
  for (let y = 1970; index < count; y++) {
    for (let m = 1; m <= 12 && index < count; m++) {
      const length = new Date(Date.UTC(y, m, 0)).getUTCDate();
      for (let d = 1; d <= length && index < count; d++, index++) {
        year[index] = y;
        month[index] = m;
        day[index] = d;
        fromEnd[index] = length - d + 1;
      }
    }
  }
  tables = { year, month, day, fromEnd };
  return tables;
}

/** 0 (Sunday) to 6; day 0 was a Thursday. */
export function weekdayOf(day: number): number {
  return (day + 4) % 7;
}
