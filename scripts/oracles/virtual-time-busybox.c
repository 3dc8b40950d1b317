/*
 * Preloaded into BusyBox crond: time becomes a number that only sleeping advances, and a job's process records its start instead
 * of running the command. Reading of the table and matching run as they are.
 *
 * ROTA_ORACLE_START, ROTA_ORACLE_END   seconds since the epoch between which the daemon lives
 * standard output                      gets "SECONDS TAB COMMAND" for every start
 * ROTA_ORACLE_RUN=MODULE               let jobs really run: Node programs among them load this module, and find the virtual second in
 *                                      ROTA_ORACLE_NOW. Time stands still until all that they started has ended, in the background too
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long now, end;
static int out = -1;
static pid_t daemon_pid;

__attribute__((constructor)) static void begin(void) {
  out = fcntl(1, F_DUPFD_CLOEXEC, 500);
  now = atoll(getenv("ROTA_ORACLE_START"));
  end = atoll(getenv("ROTA_ORACLE_END"));
  daemon_pid = getpid();
  if (getenv("ROTA_ORACLE_RUN")) prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  unsetenv("LD_PRELOAD");
}

time_t time(time_t *result) {
  if (result) *result = (time_t) now;
  return (time_t) now;
}

unsigned sleep(unsigned seconds) {
  if (getpid() == daemon_pid) while (waitpid(-1, NULL, 0) > 0) {}
  now += seconds;
  if (getpid() == daemon_pid && now >= end) _exit(0);
  return 0;
}

/* The child goes on for a while before it would exec: it must not share the daemon's stack. */
pid_t vfork(void) { return fork(); }

static int start(va_list arguments) {
  const char *argument, *command = "";
  while ((argument = va_arg(arguments, const char *)) != NULL) command = argument;
  dprintf(out, "%lld\t%s\n", now, command);
  if (getenv("ROTA_ORACLE_RUN") == NULL) _exit(0);
  char module[4096], second[32];
  snprintf(module, sizeof module, "--import=%s", getenv("ROTA_ORACLE_RUN"));
  snprintf(second, sizeof second, "%lld", now);
  setenv("NODE_OPTIONS", module, 1);
  setenv("ROTA_ORACLE_NOW", second, 1);
  char *words[] = { "sh", "-c", (char *) command, NULL };
  return execv("/bin/sh", words);
}

int execl(const char *path, const char *first, ...) {
  (void) path, (void) first;
  va_list arguments;
  va_start(arguments, first);
  return start(arguments);
}

int execlp(const char *path, const char *first, ...) {
  (void) path, (void) first;
  va_list arguments;
  va_start(arguments, first);
  return start(arguments);
}
