import { describe, expect, test } from 'vitest';
import { declarationOf } from './declaration-of.ts';

const job = (name: string) => ({ name, schedule: '0 2 * * *', command: '/bin/true' });

describe('declarationOf', () => {
  test('makes a declaration of values, sorted, with the tenant that was given', async () => {
    const declaration = await declarationOf([job('b'), job('a')], { namespace: 'here', tenant: 'acme', source: 'a test' });
    expect(declaration.jobs.map(({ tenant, name }) => `${tenant}/${name}`)).toEqual(['acme/a', 'acme/b']);
    expect(declaration).toMatchObject({ namespace: 'here', source: 'a test', excluded: [], warnings: [] });
  });

  test('reports every problem at once', async () => {
    const error = await declarationOf([job('a'), job('a'), { ...job('c'), schedule: 'never' }], { tenant: 'acme' }).catch(
      (cause) => cause,
    );
    expect(error.code).toBe('ROTA_DECLARATION_INVALID');
    expect(error.issues.map((issue: { code: string }) => issue.code).toSorted()).toEqual([
      'ROTA_JOB_DUPLICATE',
      'ROTA_SCHEDULE_SYNTAX',
    ]);
  });

  test('leaves out, with the reason, what another host is to run', async () => {
    const elsewhere = { ...job('a'), agent: { selector: { hostname: 'no-such-host' } } };
    const declaration = await declarationOf([elsewhere, job('b')], { tenant: 'acme' });
    expect(declaration.jobs).toHaveLength(1);
    expect(declaration.excluded).toMatchObject([{ tenant: 'acme', name: 'a', reason: expect.stringContaining('no-such-host') }]);
  });
});
