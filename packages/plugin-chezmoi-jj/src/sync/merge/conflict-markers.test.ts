import { expect, test } from 'vitest';
import { holdsMarkers } from './conflict-markers.ts';

test('the markers of jj and of git are seen', () => {
  expect(holdsMarkers('a\n<<<<<<< conflict 1 of 1\n%%%%%%% diff from base\n-a\n>>>>>>> conflict 1 of 1 ends\n')).toBe(true);
  expect(holdsMarkers('a\n<<<<<<< HEAD\nx\n=======\ny\n>>>>>>> topic\n')).toBe(true);
  expect(holdsMarkers('\\\\\\\\\\\\\\ conflict 2 of 3\n')).toBe(true);
});

test('headings, arrows and prompts are no markers', () => {
  expect(holdsMarkers('Title\n=======\n\n>>>>>>> quoted seven times\n+++++++ plus\n<<<<<<<\n')).toBe(false);
});
