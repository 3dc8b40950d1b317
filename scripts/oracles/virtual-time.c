/*
 * Preloaded into an unmodified cron daemon: time becomes a number that only sleeping advances, and starting a job becomes a
 * line of output. The daemon's own reading of the table, its matching and its handling of clock changes run as they are.
 *
 * ROTA_ORACLE_START, ROTA_ORACLE_END   seconds since the epoch between which the daemon lives
 * standard output                      gets "SECONDS TAB COMMAND" for every start
 * ROTA_ORACLE_FORK=1                   let the daemon fork for every start and record where it logs "CMD"; else record
 *                                      in the daemon itself, which is a hundred times faster
 * ROTA_ORACLE_PAUSES=1                 let the 10 s pass that the daemon pauses between batches of jobs that it is late with
 * ROTA_ORACLE_RUN=MODULE               let jobs really run (with ROTA_ORACLE_FORK): Node programs among them load this module, and
 *                                      find the virtual second in ROTA_ORACLE_NOW. Time stands still until all that they started has ended
 *
 * Without forks the command is read from the daemon's job queue: job_runqueue() calls do_command(), which forks, and then frees
 * the queue's element {next, entry, user}; the entry holds {next, uid, gid, envp, cmd} (structs.h of cron 3.0pl1).
 * Commands must begin with "oracle-", which is how a daemon of another layout is noticed.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern void __libc_free(void *);

struct entry { struct entry *next; uid_t uid; gid_t gid; char **envp; char *cmd; };
struct job { struct job *next; struct entry *entry; void *user; };

static long long now, end;
static int out = -1, forks, pauses, starting;
static pid_t daemon_pid;
static char buffer[1 << 16];
static size_t used;

static void flush(void) {
  for (size_t done = 0; done < used;) {
    ssize_t n = write(out, buffer + done, used - done);
    if (n <= 0) _exit(70);
    done += (size_t) n;
  }
  used = 0;
}

static void init(void) {
  if (daemon_pid) return;
  daemon_pid = getpid();
  now = atoll(getenv("ROTA_ORACLE_START"));
  end = atoll(getenv("ROTA_ORACLE_END"));
  forks = getenv("ROTA_ORACLE_FORK") != NULL;
  pauses = getenv("ROTA_ORACLE_PAUSES") != NULL;
  if (getenv("ROTA_ORACLE_RUN")) prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  unsetenv("LD_PRELOAD");
}

/* Before the daemon's main(): it closes its low descriptors. */
__attribute__((constructor)) static void keep_output(void) {
  out = fcntl(1, F_DUPFD_CLOEXEC, 500);
  if (out < 0) _exit(71);
}

static void record(const char *command) {
  if (used + 2048 > sizeof buffer) flush();
  used += (size_t) snprintf(buffer + used, 1500, "%lld\t%s\n", now, command);
}

time_t time(time_t *result) {
  init();
  if (result) *result = (time_t) now;
  return (time_t) now;
}

int gettimeofday(struct timeval *restrict tv, void *restrict zone) {
  (void) zone;
  init();
  tv->tv_sec = (time_t) now;
  tv->tv_usec = 0;
  return 0;
}

unsigned sleep(unsigned seconds) {
  init();
  if (forks && getpid() == daemon_pid) while (waitpid(-1, NULL, 0) > 0) {}
  if (seconds != 10 || pauses) now += seconds;
  if (getpid() == daemon_pid && now >= end) { flush(); _exit(0); }
  return 0;
}

pid_t fork(void) {
  init();
  if (forks) { flush(); return _Fork(); }
  starting = 1;
  return 0x3fffffff;
}

void free(void *memory) {
  if (starting) {
    starting = 0;
    const struct job *job = memory;
    const char *command = job && job->entry ? job->entry->cmd : NULL;
    if (command == NULL || strncmp(command, "oracle-", 7) != 0) _exit(72);
    record(command);
  }
  __libc_free(memory);
}

/* A job's process logs "(user) CMD (command)" just before it would run the command. */
static void logged(const char *format, va_list arguments) {
  char line[4096];
  init();
  vsnprintf(line, sizeof line, format, arguments);
  char *at = strstr(line, ") CMD (");
  if (at == NULL || getpid() == daemon_pid) {
    if (getenv("ROTA_ORACLE_DEBUG")) dprintf(2, "%lld %s\n", now, line);
    return;
  }
  at += strlen(") CMD (");
  char *last = strrchr(at, ')');
  if (last) *last = 0;
  record(at);
  flush();
  if (getenv("ROTA_ORACLE_RUN") == NULL) _exit(0);
}
void syslog(int priority, const char *format, ...) {
  (void) priority;
  va_list a; va_start(a, format); logged(format, a); va_end(a);
}
void __syslog_chk(int priority, int flag, const char *format, ...) {
  (void) priority; (void) flag;
  va_list a; va_start(a, format); logged(format, a); va_end(a);
}
void openlog(const char *name, int option, int facility) { (void) name; (void) option; (void) facility; }
void closelog(void) {}

/* No session is opened for a job that is not run. */
int pam_start(const char *s, const char *u, const void *c, void **h) { (void) s; (void) u; (void) c; *h = (void *) "h"; return 0; }
int pam_end(void *h, int r) { (void) h; (void) r; return 0; }
int pam_set_item(void *h, int t, const void *i) { (void) h; (void) t; (void) i; return 0; }
int pam_acct_mgmt(void *h, int f) { (void) h; (void) f; return 0; }
int pam_setcred(void *h, int f) { (void) h; (void) f; return 0; }
int pam_open_session(void *h, int f) { (void) h; (void) f; return 0; }
int pam_close_session(void *h, int f) { (void) h; (void) f; return 0; }
char **pam_getenvlist(void *h) { (void) h; return calloc(1, sizeof(char *)); }

/* The daemon's last step for a job that is run: its environment is the job's, with the virtual time added. */
int execle(const char *path, const char *first, ...) {
  char *arguments[16];
  int count = 0;
  arguments[count++] = (char *) first;
  va_list rest;
  va_start(rest, first);
  while (count < 15 && (arguments[count] = va_arg(rest, char *)) != NULL) count++;
  arguments[count] = NULL;
  char **environment = va_arg(rest, char **);
  va_end(rest);
  int size = 0;
  while (environment[size]) size++;
  char **extended = calloc((size_t) size + 3, sizeof(char *));
  memcpy(extended, environment, (size_t) size * sizeof(char *));
  if (getenv("ROTA_ORACLE_RUN")) {
    if (asprintf(&extended[size++], "ROTA_ORACLE_NOW=%lld", now) < 0) _exit(73);
    int own = 0; /* the table may have a line of that name */
    for (char **entry = environment; *entry; entry++) own |= strncmp(*entry, "NODE_OPTIONS=", 13) == 0;
    if (!own && asprintf(&extended[size], "NODE_OPTIONS=--import=%s", getenv("ROTA_ORACLE_RUN")) < 0) _exit(73);
  }
  return execve(path, arguments, extended);
}
