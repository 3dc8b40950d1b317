import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromiumPart, openBrowser, requirePart, temporaryFolder } from '@rota/test-support';
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { withHostileTexts } from '../hostile-report.test-support.ts';
import { household } from '../household.test-support.ts';
import { renderReport } from '../render-report.ts';
import type { Report } from '../report.ts';
import { serveReport } from '../serve-report.ts';

const desktop = { width: 1280, height: 900 };
const phone = { width: 360, height: 740 };

/** A report with as many jobs as a large site has. */
const withJobs = (report: Report, count: number): Report => ({
  ...report,
  jobs: Array.from({ length: count }, (_, index) => {
    const job = report.jobs[index % report.jobs.length];
    if (job === undefined) throw new Error('no jobs');
    return { ...job, name: `${job.name}-${String(index).padStart(4, '0')}` };
  }),
});

requirePart(chromiumPart)('the report page in Chromium', () => {
  let browser: Browser;
  let report: Report;
  let folder: string;

  beforeAll(async () => {
    browser = await openBrowser();
    folder = temporaryFolder();
    report = await (await household(temporaryFolder())).rota.report();
  });

  /** Opens a page and collects what it complains of and what it asks for beyond itself. */
  async function open(shown: Report, options: BrowserContextOptions = {}) {
    const file = join(folder, `${Math.random().toString(36).slice(2)}.html`);
    writeFileSync(file, renderReport(shown));
    const context = await browser.newContext({ viewport: desktop, ...options });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (asked) => {
      if (asked.url() !== pathToFileURL(file).href && !asked.url().startsWith('data:'))
        complaints.push(`asks for ${asked.url()}`);
    });
    await page.goto(pathToFileURL(file).href);
    return { page, complaints, close: () => context.close() };
  }

  /** What axe finds; it is put in by the debugger, since the page's policy would refuse it. */
  async function violations(page: Page): Promise<readonly string[]> {
    await page.evaluate(axe.source);
    const found: unknown = await page.evaluate(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
      violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => [id, html.slice(0, 160), failureSummary].join(' | '))))`);
    return found as readonly string[];
  }

  test.each([
    ['light', desktop],
    ['dark', desktop],
    ['light', phone],
    ['dark', phone],
  ] as const)('axe finds nothing in %s at %o, with everything open and with a job in detail', async (colorScheme, viewport) => {
    const { page, close } = await open(report, { colorScheme, viewport, reducedMotion: 'reduce' });
    for (const summary of await page.locator('summary').all()) await summary.click();
    expect(await violations(page)).toEqual([]);
    await page.locator('[data-list=week] button').first().click();
    expect(await violations(page)).toEqual([]);
    await close();
  });

  test('axe finds nothing on a machine without jobs', async () => {
    const nothing = await emptyReport();
    const { page, close } = await open(nothing);
    expect(await violations(page)).toEqual([]);
    expect(await page.locator('.verdict').textContent()).toBe(
      'No jobs are installed here; rota apply installs what is declared.',
    );
    await close();
  });

  test('it asks for nothing, breaks no policy of its own, and does not scroll sideways', async () => {
    for (const viewport of [desktop, phone, { width: 320, height: 640 }]) {
      const { page, complaints, close } = await open(report, { viewport });
      await page.locator('[data-list=month] button').nth(2).click();
      await page.keyboard.press('Escape');
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect({ wide, complaints }).toEqual({ wide: 0, complaints: [] });
      await close();
    }
  });

  test('hostile names and outputs stay text, whatever is opened', async () => {
    const { page, complaints, close } = await open(withHostileTexts(report));
    for (const summary of await page.locator('summary').all()) await summary.click();
    await page.locator('input[name=text]').fill('<script>');
    await page.locator('input[name=text]').fill('');
    for (let index = 0; index < 6; index++) {
      await page.locator('[data-list=week] button').nth(index).click();
      await page.locator('dialog .close').click();
    }
    const state = await page.evaluate(() => ({
      hit: 'hit' in window,
      images: document.querySelectorAll('img, iframe, object, [onerror], [onmouseover]').length,
      scripts: document.scripts.length,
      links: [...document.links].map(({ protocol }) => protocol).filter((protocol) => !['https:', 'file:'].includes(protocol)),
    }));
    expect({ ...state, complaints }).toEqual({ hit: false, images: 0, scripts: 2, links: [], complaints: [] });
    expect(await page.locator('h1').textContent()).toBe('<script>window.hit = 1</script>');
    await close();
  });

  test('the keyboard reaches every job, opens it, and comes back to it', async () => {
    const { page, close } = await open(withJobs(report, 200));
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the week ahead');
    const list = page.locator('[data-list=week]');
    await list.locator('button').first().focus();
    await page.keyboard.press('End');
    const name = () => page.evaluate(() => document.activeElement?.getAttribute('data-job'));
    const last = await name();
    expect(await page.evaluate(() => document.activeElement?.closest('li')?.getAttribute('aria-posinset'))).toBe('200');
    await page.keyboard.press('ArrowUp');
    const one = await name();
    expect(one).not.toBe(last);
    await page.keyboard.press('Enter');
    expect(await page.locator('dialog[open] h2').textContent()).toBe(one);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('detail-title');
    await page.keyboard.press('Escape');
    expect(await name()).toBe(one);
    // One row of the list takes part in the order of Tab, so that a long list is one step.
    expect(await list.locator('button[tabindex="0"]').count()).toBe(1);
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.closest('[data-list=week]') === null)).toBe(true);
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineStyle);
    expect(outline).not.toBe('none');
    await close();
  });

  test('finding, choosing and ordering change both lists and both tables', async () => {
    const { page, close } = await open(report);
    const names = (list: string) =>
      page.locator(`[data-list=${list}] button`).evaluateAll((rows) => rows.map((row) => row.getAttribute('data-job')));
    await page.locator('input[name=text]').fill('team=web york');
    expect(await names('week')).toEqual(['acme-corp/report']);
    expect(await names('month')).toEqual(['acme-corp/report']);
    expect(await page.locator('[data-rows=jobs] tr').count()).toBe(1);
    expect(await page.locator('.count').textContent()).toBe('1 of 12 jobs');
    await page.locator('input[name=text]').fill('nothing like it');
    await page.getByRole('button', { name: 'Show all' }).click();
    expect(await page.locator('.count').textContent()).toBe('12 jobs');
    await page.locator('select[name=only]').selectOption('troubled');
    await page.locator('select[name=order]').selectOption('failures');
    expect(await names('week')).toEqual(['home/weather', 'home/offsite', 'home/backup']);
    await close();
  });

  test('the timeline is told in words too: a row has its starts and collisions, the table the times in both zones', async () => {
    const { page, close } = await open(report);
    const row = page.getByRole('button', { name: /acme-corp\/report/ }).first();
    const { ahead } = report.jobs.find(({ name }) => name === 'report') ?? {};
    expect(await row.textContent()).toContain(`${ahead?.starts} starts this week, ${ahead?.colliding} share their minute`);
    await page.getByText('The week as a table').click();
    const cells = page.locator('[data-rows=week] tr', { hasText: 'certificates' });
    expect((await cells.textContent())?.replace(/\s+/g, ' ')).toContain('Thu 22 Oct, 06:00Thu 22 Oct, 04:00 UTC');
    expect(await page.locator('#week').textContent()).toContain('Europe/Berlin −1 h');
    await close();
  });

  test('a thousand jobs put only the rows in sight into the page, and all of them can be reached', async () => {
    const { page, complaints, close } = await open(withJobs(report, 1000));
    const nodes = await page.evaluate(() => document.querySelectorAll('*').length);
    expect(nodes).toBeLessThan(4000);
    const list = page.locator('[data-list=week]');
    for (const share of [0.25, 0.5, 1]) {
      await list.evaluate((element, part) => {
        element.scrollTop = element.scrollHeight * part;
      }, share);
      await expect.poll(() => list.locator('li:not(.spacer)').count()).toBeLessThan(60);
      // Rows stand where the eye is.
      await expect
        .poll(() =>
          list.evaluate((element) => {
            element.scrollIntoView({ block: 'center', behavior: 'instant' });
            const { left, top, height } = element.getBoundingClientRect();
            return [0.1, 0.5, 0.9].every((part) =>
              document.elementFromPoint(left + 40, top + height * part)?.closest('button.row'),
            );
          }),
        )
        .toBe(true);
    }
    expect(await list.locator('li[aria-posinset="1000"]').count()).toBe(1);
    expect(complaints).toEqual([]);
    await close();
  });

  test('among a thousand jobs the keyboard keeps its place, wherever the wheel goes, and axe finds nothing', async () => {
    const { page, complaints, close } = await open(withJobs(report, 1000), { reducedMotion: 'reduce' });
    const list = page.locator('[data-list=week]');
    const focused = () => page.evaluate(() => document.activeElement?.closest('li')?.getAttribute('aria-posinset') ?? null);
    const scrollTo = async (share: number) => {
      await list.evaluate((element, part) => {
        element.scrollTop = (element.scrollHeight - element.clientHeight) * part;
      }, share);
      await expect.poll(() => list.locator(`li[aria-posinset="${share === 0 ? 1 : 1000}"]`).count()).toBe(1);
    };
    // Whoever has only scrolled finds the list by Tab, in one step.
    await scrollTo(1);
    expect(await list.locator('button[tabindex="0"]').count()).toBe(1);
    await list.evaluate((element) => {
      // What stands before the list in the order of Tab.
      const all = [...document.querySelectorAll<HTMLElement>('a[href], button, input, select, summary')];
      all
        .filter(
          (one) =>
            one.tabIndex === 0 &&
            one.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING &&
            !element.contains(one),
        )
        .at(-1)
        ?.focus();
    });
    await page.keyboard.press('Tab');
    expect(await focused()).not.toBeNull();
    // Whoever has gone to a row has it still when it was scrolled out of sight, and goes on from there.
    await scrollTo(0);
    await list.locator('li[aria-posinset="3"] button').focus();
    await scrollTo(1);
    expect(await focused()).toBe('3');
    await page.keyboard.press('ArrowDown');
    expect(await focused()).toBe('4');
    expect(await list.locator('li:not(.spacer)').count()).toBeLessThan(60);
    expect(await list.locator('button[tabindex="0"]').count()).toBe(1);
    await page.keyboard.press('End');
    expect(await focused()).toBe('1000');
    for (const summary of await page.locator('summary').all()) await summary.click();
    expect(await violations(page)).toEqual([]);
    const elements = await page.evaluate(() => document.querySelectorAll('*').length);
    expect(elements).toBeLessThan(6000);
    expect(complaints).toEqual([]);
    await close();
  });

  test('without scripts the page still says how things stand', async () => {
    const { page, close } = await open(withJobs(report, 100), { javaScriptEnabled: false });
    expect(await page.locator('.verdict').textContent()).toMatch(/of 100 jobs need/);
    expect(await page.locator('[data-list=week] li').count()).toBe(25);
    expect(await page.locator('[data-rows=jobs] tr').count()).toBe(25);
    expect(await page.locator('.controls').isVisible()).toBe(false);
    expect(await page.locator('footer').textContent()).toContain('first 25 of 100 jobs');
    await close();
  });

  test('on paper there are the rows and no controls', async () => {
    const { page, close } = await open(withJobs(report, 60));
    await page.emulateMedia({ media: 'print' });
    await page.evaluate(() => window.dispatchEvent(new Event('beforeprint')));
    expect(await page.locator('[data-list=week] li:not(.spacer)').count()).toBe(60);
    expect(await page.locator('.controls').isVisible()).toBe(false);
    expect((await page.pdf()).subarray(0, 5).toString()).toBe('%PDF-');
    await page.evaluate(() => window.dispatchEvent(new Event('afterprint')));
    await close();
  });

  test('a served page takes what is new, and keeps what a person has chosen, opened and focused', async () => {
    let current = report;
    const stop = new AbortController();
    const served = await serveReport({ read: async () => current, intervalMs: 50, signal: stop.signal });
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(served.url);
    await expect.poll(() => page.locator('.live').textContent(), { timeout: 30_000 }).toBe('Live');
    await page.locator('select[name=order]').selectOption('name');
    await page.getByText('What it wrote last').click();
    await page.locator('[data-list=week] button').nth(3).focus();
    const focused = await page.evaluate(() => document.activeElement?.getAttribute('data-job'));
    current = { ...report, attention: [...report.attention, { severity: 'warning', subject: 'new', message: 'Something new.' }] };
    await expect.poll(() => page.locator('#attention').textContent(), { timeout: 30_000 }).toContain('Something new.');
    expect(await page.locator('#attention details[open]').count()).toBe(1);
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-job'))).toBe(focused);
    expect(complaints).toEqual([]);
    stop.abort();
    await served.closed;
    await expect.poll(() => page.locator('.live').textContent(), { timeout: 30_000 }).toMatch(/connection is lost/);
    await page.close();
  });

  async function emptyReport(): Promise<Report> {
    const { createRota } = await import('../../face/create-rota.ts');
    const { createHost } = await import('../../host/create-host.ts');
    return createRota({
      host: createHost({ stateDir: join(temporaryFolder(), 'state'), hostname: 'empty' }),
      backends: [],
    }).report();
  }
});
