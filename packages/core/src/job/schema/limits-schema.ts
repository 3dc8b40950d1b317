import * as v from 'valibot';
import { textListSchema } from './schema-parts.ts';

// What systemd would pass over with no more than a line in the journal, so that the job ran without its limit, is refused here: nothing, numbers that do not
// fit, and shares finer than the hundredths of a percent in which it counts.
const some = '(?=[0-9.]*[1-9])';
const hundredths = '(?:\\.[0-9]{1,2})?%';
const amount =
  '(?:[0-9]{1,15}|[0-9]{1,12}(?:\\.[0-9]+)?K|[0-9]{1,9}(?:\\.[0-9]+)?M|[0-9]{1,6}(?:\\.[0-9]+)?G|[0-9]{1,4}(?:\\.[0-9]+)?T)';
const memoryPattern = new RegExp(`^(?:${some}(?:${amount}|[0-9]{1,2}${hundredths}|100(?:\\.0{1,2})?%)|infinity)$`);
const memoryRule = 'an amount of memory such as "512M" or "2G", or a share of at most 100% such as "20%"';
const cpuPattern = new RegExp(`^${some}[0-9]{1,6}${hundredths}$`);

const whole = v.pipe(
  v.number(),
  v.integer('a whole number'),
  v.minValue(1, 'at least 1'),
  v.maxValue(Number.MAX_SAFE_INTEGER, `at most ${Number.MAX_SAFE_INTEGER}`),
);
const memory = v.union([v.pipe(v.string(), v.regex(memoryPattern, memoryRule)), whole], `${memoryRule}, or bytes`);
const weight = v.pipe(
  v.number(),
  v.integer('a whole number'),
  v.minValue(1, 'from 1 to 10000'),
  v.maxValue(10_000, 'from 1 to 10000'),
);

/** `spec.resources`; the meaning of each field is that of systemd.resource-control(5) and systemd.exec(5). */
export const resourcesSchema = v.pipe(
  v.strictObject({
    memoryMax: v.optional(v.pipe(memory, v.description('The job is killed above this much memory.'))),
    memoryHigh: v.optional(v.pipe(memory, v.description('The job is slowed down above this much memory.'))),
    cpuQuota: v.optional(
      v.pipe(
        v.string(),
        v.regex(cpuPattern, 'a share of one processor such as "50%"'),
        v.description('Share of one processor, such as 50%; 200% is two.'),
      ),
    ),
    cpuWeight: v.optional(v.pipe(weight, v.description('Weight against others, 1 to 10000; 100 is usual.'))),
    ioWeight: v.optional(v.pipe(weight, v.description('Weight against others, 1 to 10000; 100 is usual.'))),
    tasksMax: v.optional(v.pipe(whole, v.description('Most processes and threads.'))),
    nice: v.optional(
      v.pipe(
        v.number(),
        v.integer('a whole number'),
        v.minValue(-20, 'from -20 to 19'),
        v.maxValue(19, 'from -20 to 19'),
        v.description('Priority, -20 to 19.'),
      ),
    ),
    ioClass: v.optional(v.pipe(v.picklist(['realtime', 'best-effort', 'idle']), v.description('Class of the disk scheduler.'))),
  }),
  v.description('Limits. Native on systemd; a plan states where one is not available.'),
);

/** `spec.sandbox`; the meaning of each field is that of systemd.exec(5). */
export const sandboxSchema = v.pipe(
  v.strictObject({
    privateTmp: v.optional(v.pipe(v.boolean(), v.description('A /tmp of its own.'))),
    protectSystem: v.optional(
      v.pipe(
        v.union([v.boolean(), v.picklist(['full', 'strict'])], 'true, false, full or strict'),
        v.description('Makes the system read-only.'),
      ),
    ),
    noNewPrivileges: v.optional(v.pipe(v.boolean(), v.description('No gain of privileges by programs that are started.'))),
    readWritePaths: v.optional(
      v.pipe(textListSchema, v.description('Folders that stay writable: absolute, or relative to the home folder.')),
    ),
  }),
  v.description('Confinement. Native on systemd; a plan states where it is not available.'),
);
