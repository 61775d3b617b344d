#include "modules/directory/pieces.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/tempfile.h"

enum { WAITING_MAX = 256 * 1024 };

enum err pieces_open(struct pieces *p)
{
    *p = (struct pieces){.fd = -1};
    TRY(tempfile_open(&p->fd));
    p->waiting = malloc(WAITING_MAX);
    if (p->waiting)
        return OK;
    close(p->fd);
    p->fd = -1;
    return ERR_LIMIT;
}

static void write_out(struct pieces *p, struct str bytes)
{
    if (!p->failed)
        p->failed = tempfile_write(p->fd, bytes) != OK;
}

static void flush(struct pieces *p)
{
    write_out(p, (struct str){p->waiting, p->n_waiting});
    p->n_waiting = 0;
}

struct piece pieces_add(struct pieces *p, struct str bytes)
{
    struct piece piece = {p->size, (uint32_t)bytes.n};
    p->size += bytes.n;
    if (p->n_waiting + bytes.n > WAITING_MAX)
        flush(p);
    if (bytes.n > WAITING_MAX) {
        write_out(p, bytes);
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
