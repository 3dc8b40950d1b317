import { clock, joinWords } from './words.ts';

/** At most so many times of day are listed one by one. */
const listedTimes = 6;

/** The times of day that minutes and hours make together, in plain English. */
export function describeTimes(minutes: readonly number[], hours: readonly number[]): string {
  if (minutes.length * hours.length <= listedTimes) {
    return `at ${joinWords(hours.flatMap((hour) => minutes.map((minute) => clock(hour, minute))))}`;
  }
  const within = describeMinutes(minutes);
  if (hours.length === 24) return minutes.length === 1 && minutes[0] === 0 ? 'every hour, on the hour' : within.everyHour;
  const [first = 0] = hours;
  const last = hours.at(-1) ?? first;
  if (hours.length === 1)
    return `${within.between} from ${clock(first, minutes[0] ?? 0)} to ${clock(first, minutes.at(-1) ?? 0)}`;
  if (last - first === hours.length - 1) {
    const start = clock(first, minutes[0] ?? 0);
    const end = clock(last, minutes.at(-1) ?? 0);
    return minutes.length === 1 ? `every hour from ${start} to ${end}` : `${within.between} from ${start} to ${end}`;
  }
  const step = (hours[1] ?? 0) - first;
  const even = hours.length > 2 && hours.every((hour, index) => hour === first + index * step) && 24 % step === 0;
  if (even && hours.length === 24 / step && minutes.length === 1) {
    return `every ${step} hours from ${clock(first, minutes[0] ?? 0)}`;
  }
  return `${within.between} in the hours that begin at ${joinWords(hours.map((hour) => clock(hour, 0)))}`;
}

function describeMinutes(minutes: readonly number[]): { readonly everyHour: string; readonly between: string } {
  if (minutes.length === 60) return { everyHour: 'every minute', between: 'every minute' };
  const [first = 0, second = 0] = minutes;
  const step = second - first;
  const even = minutes.length > 1 && minutes.every((minute, index) => minute === first + index * step);
  if (even && 60 % step === 0 && minutes.length === 60 / step) {
    const offset = first === 0 ? '' : `, from minute ${first} on`;
    return { everyHour: `every ${step} minutes${offset}`, between: `every ${step} minutes` };
  }
  const text = minutes.length === 1 ? `at minute ${first}` : `at minutes ${joinWords(minutes.map(String))}`;
  return { everyHour: `${text} of every hour`, between: text };
}
