/* Loaded before the C library: whoever opens a file `held…` waits as long as there is a file of the same name with `.gate`
   behind it, as if the file were on a network that is gone. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void hold(const char *path) {
  const char *name = strrchr(path, '/');
  char gate[4096];
  name = name ? name + 1 : path;
  if (strncmp(name, "held", 4) != 0 || strstr(name, ".gate")) return;
  snprintf(gate, sizeof gate, "%s.gate", path);
  while (access(gate, F_OK) == 0) usleep(2000);
}

#define OPEN(name)                                                \
  int name(const char *path, int flags, ...) {                    \
    va_list arguments;                                            \
    va_start(arguments, flags);                                   \
    int mode = va_arg(arguments, int);                            \
    va_end(arguments);                                            \
    hold(path);                                                   \
    int (*real)(const char *, int, int) = dlsym(RTLD_NEXT, #name); \
    return real(path, flags, mode);                               \
  }

OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                   \
  int name(int directory, const char *path, int flags, ...) {          \
    va_list arguments;                                                 \
    va_start(arguments, flags);                                        \
    int mode = va_arg(arguments, int);                                 \
    va_end(arguments);                                                 \
    hold(path);                                                        \
    int (*real)(int, const char *, int, int) = dlsym(RTLD_NEXT, #name); \
    return real(directory, path, flags, mode);                         \
  }

OPENAT(openat)
OPENAT(openat64)
