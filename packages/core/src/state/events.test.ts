import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createEvents } from './events.ts';

describe('events', () => {
  it('go on when a listener throws or rejects, and tell so', async () => {
    const events = createEvents();
    const heard: string[] = [];
    events.on('error', ({ event, cause }) => void heard.push(`${event}: ${String(cause)}`));
    events.on('apply:progress', () => {
      throw new Error('thrown');
    });
    events.on('apply:progress', () => Promise.reject(new Error('rejected')));
    events.on('apply:progress', ({ done }) => void heard.push(`done ${done}`));
    events.emit('apply:progress', { done: 1, total: 2 });
    await new Promise((resolve) => setImmediate(resolve));
    expect(heard).toEqual(['apply:progress: Error: thrown', 'done 1', 'apply:progress: Error: rejected']);
  });

  it('are written to standard error when nobody hears the error', () => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    onTestFinished(() => void write.mockRestore());
    const events = createEvents();
    events.on('drift', () => {
      throw new Error('lost?');
    });
    events.emit('drift', { tenant: 'a', name: 'b', kind: 'edited', detail: 'by hand' });
    expect(write).toHaveBeenCalledWith('rota: a listener of drift failed: lost?\n');
    events.emit('error', { event: 'after:apply of the plugin "p"', cause: new Error('too late') });
    expect(write).toHaveBeenCalledWith('rota: a listener of after:apply of the plugin "p" failed: too late\n');
  });

  it('stop when the listener is taken off', () => {
    const events = createEvents();
    const listener = vi.fn();
    const off = events.on('run:start', listener);
    off();
    events.emit('run:start', { tenant: 'a', name: 'b' });
    expect(listener).not.toHaveBeenCalled();
  });
});
