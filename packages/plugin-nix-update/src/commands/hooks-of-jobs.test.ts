import { expect, test } from 'vitest';
import { hooksOfJobs } from './hooks-of-jobs.ts';

test('only jobs that name the update become hooks, and they may fail', () => {
  const jobs = [
    { name: 'dotfiles', annotations: { before: 'nix-update' }, command: ['rota', 'chezmoi', 'sync'] },
    { name: 'other', annotations: {}, command: ['true'] },
  ];
  expect(hooksOfJobs(jobs)).toEqual([
    { name: 'dotfiles', command: ['rota', 'chezmoi', 'sync'], timeout: '30m', onError: 'continue' },
  ]);
});
