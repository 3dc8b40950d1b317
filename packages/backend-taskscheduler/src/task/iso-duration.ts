/** A duration of whole seconds as `xs:duration` writes it, without weeks, months and years, whose length varies: `PT15M`, `P1DT2H`. */
export function isoDuration(seconds: number): string {
  let rest = Math.round(seconds);
  const take = (unit: number, letter: string): string => {
    const count = Math.floor(rest / unit);
    rest -= count * unit;
    return count === 0 ? '' : `${count}${letter}`;
  };
  const days = take(86_400, 'D');
  const time = take(3600, 'H') + take(60, 'M') + take(1, 'S');
  if (days === '' && time === '') return 'PT0S';
  return `P${days}${time === '' ? '' : `T${time}`}`;
}

/** Seconds of such a duration, or undefined for another text. */
export function readIsoDuration(text: string): number | undefined {
  const match = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(text);
  if (match === null || /[PT]$/.test(text)) return undefined;
  const [, days = 0, hours = 0, minutes = 0, seconds = 0] = match;
  return Number(days) * 86_400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}
