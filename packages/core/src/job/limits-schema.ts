import * as v from 'valibot';
import { textListSchema } from './schema-parts.ts';

const memory = v.union(
  [
    v.pipe(
      v.string(),
      v.regex(/^(\d+(\.\d+)?[KMGT]?|\d+(\.\d+)?%|infinity)$/, 'an amount of memory such as "512M", "2G" or "20%"'),
    ),
    v.pipe(v.number(), v.integer('whole bytes'), v.minValue(1, 'at least one byte')),
  ],
  'an amount of memory such as "512M", "2G" or "20%", or bytes',
);
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
        v.regex(/^\d+(\.\d+)?%$/, 'a share of one processor such as "50%"'),
        v.description('Share of one processor, such as 50%; 200% is two.'),
      ),
    ),
    cpuWeight: v.optional(v.pipe(weight, v.description('Weight against others, 1 to 10000; 100 is usual.'))),
    ioWeight: v.optional(v.pipe(weight, v.description('Weight against others, 1 to 10000; 100 is usual.'))),
    tasksMax: v.optional(
      v.pipe(v.number(), v.integer('a whole number'), v.minValue(1, 'at least 1'), v.description('Most processes and threads.')),
    ),
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
    readWritePaths: v.optional(v.pipe(textListSchema, v.description('Folders that stay writable.'))),
  }),
  v.description('Confinement. Native on systemd; a plan states where it is not available.'),
);
