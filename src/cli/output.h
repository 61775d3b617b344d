/* A file that a command writes: it appears whole or not at all. What is not an ordinary file (a device, a pipe) is
 * written into and never replaced; a link is followed. */
#ifndef BALISE_CLI_OUTPUT_H
#define BALISE_CLI_OUTPUT_H

#include "base/arena.h"

struct output {
    int fd; /* -1: not open */
    const char *path; /* as asked */
    const char *target, *part; /* where it goes; NULL part: written in place */
};
/* False when it cannot be written: the reason is on standard error already. */
bool output_open(struct arena *a, const char *path, struct output *out) __attribute__((warn_unused_result));
/* All the bytes, or false with errno. */
bool output_write(int fd, struct str bytes) __attribute__((warn_unused_result));
/* keep: the file takes its place; otherwise nothing is left of it. False when it could not. */
bool output_close(struct output *out, bool keep);

#endif
