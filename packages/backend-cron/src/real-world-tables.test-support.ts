import fc from 'fast-check';

/** Lines as they are found in people's crontabs: settings, comments, odd blanks, names, nicknames, marks of other tools. */
const lines = [
  '',
  '   ',
  '# m h  dom mon dow   command',
  '#',
  '#Ansible: nightly backup',
  '0 3 * * * /usr/local/bin/backup --all >/dev/null 2>&1',
  '*/5 * * * *\t/usr/bin/php   /var/www/html/cron.php',
  '@reboot sleep 30 && /opt/app/start.sh',
  '@daily  certbot renew --quiet',
  'MAILTO=admin@example.org',
  'MAILTO=""',
  'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  'SHELL = /bin/bash',
  'CRON_TZ=Europe/Berlin',
  'RANDOM_DELAY=10',
  '17 *\t* * *   cd / && run-parts --report /etc/cron.hourly',
  '0 9-17 * * mon-fri echo "it is $(date +\\%H)"',
  '30 4 1,15 JAN,jul sun printf "a\\tb" | tee -a "$HOME/x y.log"',
  '# Begin Whenever generated tasks for: /srv/app at: 2024-01-01',
  '# End Whenever generated tasks for: /srv/app at: 2024-01-01',
  '   5 0 * * * echo indented',
  '0 0 * * 0,7 mail -s "caf\u00e9 \u2615" root%body line%second',
  "#0 1 * * * echo disabled 'quote",
  '0 22 * * 1-5 mail -s "It\'s 10pm" joe%Joe,%%Where are your kids?%',
];

/** A whole table, with or without a final line break. */
export const realWorldTable: fc.Arbitrary<string> = fc
  .tuple(fc.array(fc.constantFrom(...lines), { minLength: 1, maxLength: 25 }), fc.boolean())
  .map(([chosen, newline]) => chosen.join('\n') + (newline ? '\n' : ''))
  .filter((table) => table !== '');
