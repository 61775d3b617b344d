#include "modules/directory/pieces.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

enum { WAITING_MAX = 256 * 1024 };

static int open_temporary(void)
{
    const char *dir = getenv("TMPDIR");
    if (!dir || !*dir)
        dir = "/tmp";
    int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0)
        return fd;
    /* File systems without O_TMPFILE. */
    char path[4096];
    int n = snprintf(path, sizeof path, "%s/balise-XXXXXX", dir);
    if (n < 0 || (size_t)n >= sizeof path)
        return -1;
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0)
        unlink(path);
    return fd;
}

enum err pieces_open(struct pieces *p)
{
    *p = (struct pieces){.fd = open_temporary()};
    if (p->fd < 0)
        return ERR_IO;
    p->waiting = malloc(WAITING_MAX);
    if (p->waiting)
        return OK;
    close(p->fd);
    p->fd = -1;
    return ERR_LIMIT;
}

static void write_all(struct pieces *p, const char *bytes, size_t n)
{
    while (n > 0 && !p->failed) {
        ssize_t written = write(p->fd, bytes, n);
        if (written > 0) {
            bytes += written;
            n -= (size_t)written;
        } else if (written < 0 && errno != EINTR) {
            p->failed = true;
        }
    }
}

static void flush(struct pieces *p)
{
    write_all(p, p->waiting, p->n_waiting);
    p->n_waiting = 0;
}

struct piece pieces_add(struct pieces *p, struct str bytes)
{
    struct piece piece = {p->size, (uint32_t)bytes.n};
    p->size += bytes.n;
    if (p->n_waiting + bytes.n > WAITING_MAX)
        flush(p);
    if (bytes.n > WAITING_MAX) {
        write_all(p, bytes.p, bytes.n);
    } else if (bytes.n > 0) {
        memcpy(p->waiting + p->n_waiting, bytes.p, bytes.n);
        p->n_waiting += bytes.n;
    }
    return piece;
}

enum err pieces_map(struct pieces *p)
{
    flush(p);
    free(p->waiting);
    p->waiting = NULL;
    if (p->failed)
        return ERR_IO;
    p->mapped = "";
    if (p->size == 0)
        return OK;
    void *at = mmap(NULL, p->size, PROT_READ, MAP_PRIVATE, p->fd, 0);
    if (at == MAP_FAILED) {
        p->mapped = NULL;
        return ERR_LIMIT;
    }
    p->mapped = at;
    return OK;
}

void pieces_close(struct pieces *p)
{
    if (p->mapped && p->size > 0)
        munmap((void *)(uintptr_t)p->mapped, p->size);
    free(p->waiting);
    if (p->fd >= 0)
        close(p->fd);
    *p = (struct pieces){.fd = -1};
}
