#include "cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"

static void free_path(void *path)
{
    free(path);
}

bool output_open(struct arena *a, const char *path, struct output *out)
{
    struct stat st;
    bool exists = stat(path, &st) == 0;
    *out = (struct output){.fd = -1, .path = path, .target = path};
    if (exists && !S_ISREG(st.st_mode)) {
        out->fd = open(path, O_WRONLY | O_CLOEXEC);
    } else {
        char *real = exists ? realpath(path, NULL) : NULL;
        if (real) {
            arena_defer(a, free_path, real);
            out->target = real;
        }
        out->part = arena_cstr(a, arena_printf(a, "%s.part", out->target));
        out->fd = open(out->part, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
    }
    if (out->fd < 0)
        cli_error("« %s » ne peut pas être écrit : %s.", path, strerror(errno));
    return out->fd >= 0;
}

bool output_write(int fd, struct str bytes)
{
    while (bytes.n > 0) {
        ssize_t n = write(fd, bytes.p, bytes.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes.p += n;
        bytes.n -= (size_t)n;
    }
    return true;
}

bool output_close(struct output *out, bool keep)
{
    if (out->fd < 0)
        return true;
    bool done = close(out->fd) == 0;
    out->fd = -1;
    if (keep && done && out->part)
        done = rename(out->part, out->target) == 0;
    if (keep && !done)
        cli_error("« %s » ne peut pas être écrit : %s.", out->path, strerror(errno));
    if (out->part && !(keep && done))
        unlink(out->part);
    return done;
}
