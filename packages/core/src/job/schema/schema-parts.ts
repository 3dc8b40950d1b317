import * as v from 'valibot';
import { nameLength, namePattern, nameRule } from '../../state/name-rule.ts';
import { durationPattern, durationRule } from '../duration.ts';

/** Pieces that several schemas share. Messages say what was expected; the place and what came are added when a problem is reported. */

export const nameSchema = v.pipe(v.string(), v.regex(namePattern, nameRule), v.maxLength(nameLength, nameRule));

/** `name` in the job's own tenant, or `tenant/name`. */
export const jobReferenceSchema = v.pipe(
  v.string(),
  v.regex(/^([a-z0-9]([-a-z0-9]*[a-z0-9])?\/)?[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'the name of a job, or tenant/name'),
);

export const textSchema = v.pipe(v.string(), v.minLength(1, 'text that is not empty'));

export const durationSchema = v.union(
  [
    v.pipe(v.string(), v.regex(durationPattern, durationRule)),
    v.pipe(v.number(), v.integer(durationRule), v.minValue(0, durationRule)),
  ],
  durationRule,
);

/** Numbers and booleans are taken as text, as they are written: YAML reads `PORT: 8080` as a number. */
export const stringMapSchema = v.record(v.string(), v.union([v.string(), v.number(), v.boolean()], 'text'));

export const textListSchema = v.array(textSchema);

/** A command line, or a list of program and arguments. */
export const commandSchema = v.union(
  [textSchema, v.pipe(v.array(v.string()), v.minLength(1, 'a program and its arguments'))],
  'a command line, or a list of program and arguments',
);

/** One value or a list of them. */
export const oneOrMore = <const S extends v.GenericSchema<unknown>>(schema: S, expected: string) =>
  v.union([schema, v.array(schema)], expected);
