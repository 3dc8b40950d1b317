/** Begins a line of a paused job: a comment for every cron, and unlike what people write when they take a line out. */
export const pausedPrefix = '# paused: ';
