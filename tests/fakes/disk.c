/* A disk as others have it, for LD_PRELOAD.

   HELD_NAME, HELD_S: what ends in that name answers EACCES to renames for so many seconds after the first, as what a
   synchroniser or a virus scanner reads does on Windows. NO_FOLDER_SYNC: fsync of a folder answers EINVAL. NO_LOCKS:
   flock and fcntl answer this error number, as some network disks do. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define REAL(name, type) ((type)dlsym(RTLD_NEXT, name))

static char seen[64][512];
static double since[64];
static int count;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static int is_held(const char *path) {
  const char *name = getenv("HELD_NAME"), *seconds = getenv("HELD_S");
  if (!name || !seconds || strlen(path) < strlen(name) || strcmp(path + strlen(path) - strlen(name), name)) return 0;
  for (int i = 0; i < count; i++)
    if (!strcmp(seen[i], path)) return now() - since[i] < atof(seconds);
  if (count == 64) return 0;
  strncpy(seen[count], path, 511);
  since[count++] = now();
  return 1;
}

int rename(const char *from, const char *to) {
  if (is_held(from)) {
    errno = EACCES;
    return -1;
  }
  return REAL("rename", int (*)(const char *, const char *))(from, to);
}

int fsync(int handle) {
  struct stat found;
  if (getenv("NO_FOLDER_SYNC") && !fstat(handle, &found) && S_ISDIR(found.st_mode)) {
    errno = EINVAL;
    return -1;
  }
  return REAL("fsync", int (*)(int))(handle);
}

static int no_locks(void) {
  const char *code = getenv("NO_LOCKS");
  if (code) errno = atoi(code);
  return code != NULL;
}

int flock(int handle, int how) {
  return no_locks() ? -1 : REAL("flock", int (*)(int, int))(handle, how);
}

static int control(const char *name, int handle, int command, void *argument) {
  if ((command == F_SETLK || command == F_SETLKW) && no_locks()) return -1;
  return REAL(name, int (*)(int, int, void *))(handle, command, argument);
}

#define CONTROL(name)                            \
  int name(int handle, int command, ...) {       \
    va_list rest;                                \
    va_start(rest, command);                     \
    void *argument = va_arg(rest, void *);       \
    va_end(rest);                                \
    return control(#name, handle, command, argument); \
  }

CONTROL(fcntl)
CONTROL(fcntl64)
