import type { Browser } from 'playwright-core';
import { afterFile } from './after-file.ts';
import { commandPart } from './parts.ts';

/** Chromium of the system: nothing is downloaded. */
export const chromiumPart = commandPart('chromium');

// Without the network's background services: a test opens pages of its own and nothing else.
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A headless browser that is closed when the test file ends. Root may start it, and containers with a small /dev/shm. */
export async function openBrowser(): Promise<Browser> {
  // Loaded here: most tests open none.
  const { chromium } = await import('playwright-core');
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: [...flags, '--disable-dev-shm-usage'] });
  afterFile(() => browser.close());
  return browser;
}
