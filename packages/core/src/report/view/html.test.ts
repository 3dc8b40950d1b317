import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hostileTexts } from '../hostile-report.test-support.ts';
import { escapeHtml, html } from './html.ts';

test('what is put in is escaped, in text and in attributes, unless it is HTML itself', () => {
  const inner = html`<b>${'<i>'}</b>`;
  expect(html`<p title="${'"a" & \'b\''}">${inner}${[inner, 1, null, false, undefined]}</p>`.markup).toBe(
    '<p title="&quot;a&quot; &amp; &#39;b&#39;"><b>&lt;i&gt;</b><b>&lt;i&gt;</b>1</p>',
  );
});

test('no text gets out of its place', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...hostileTexts)), (text) => {
      const escaped = escapeHtml(text);
      expect(escaped).not.toMatch(/[<>"']/);
      expect(escaped.replace(/&(?:amp|lt|gt|quot|#39);/g, '')).not.toContain('&');
      expect(escaped.isWellFormed()).toBe(true);
    }),
  );
});

test('texts of all scripts and pictures stay as they are; marks that turn the direction of what follows do not', () => {
  expect(escapeHtml('مهمة 👩‍🔧 naïve\tx\ny')).toBe('مهمة 👩‍🔧 naïve\tx\ny');
  expect(escapeHtml('a\u202eb\u2066c')).toBe('a\ufffdb\ufffdc');
});

test('colours and links of a terminal are dropped', () => {
  expect(escapeHtml('\u001b[1;31mred\u001b[0m \u001b]8;;https://example.org\u0007link\u001b]8;;\u0007\u0000')).toBe(
    'red link\ufffd',
  );
});
