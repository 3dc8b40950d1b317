import { expect, test } from 'vitest';
import { embedded } from '../embedded/embedded.ts';
import { createRota } from './create-rota.ts';

test('two backends of one name are refused, for an installed job would be asked of the wrong one', () => {
  expect(() => createRota({ backends: [embedded(), embedded()] })).toThrow(
    expect.objectContaining({ code: 'ROTA_USAGE', message: expect.stringContaining('two of the name "embedded"') }),
  );
});
