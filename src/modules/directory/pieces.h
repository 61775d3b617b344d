/* Ready-made bytes of the records of a snapshot, kept in an unlinked temporary file and mapped to read: what nobody
 * asks for takes no memory of the process. Private to the module. */
#ifndef BALISE_MODULES_DIRECTORY_PIECES_H
#define BALISE_MODULES_DIRECTORY_PIECES_H

#include "base/err.h"
#include "base/str.h"

struct piece {
    uint64_t at;
    uint32_t n;
};
struct pieces {
    int fd;
    char *waiting; /* what is not written yet */
    size_t n_waiting;
    uint64_t size;
    bool failed;
    const char *mapped;
};

/* In TMPDIR, else /tmp. ERR_IO when no file can be made there. */
enum err pieces_open(struct pieces *p) MUST_USE;
/* A failed write is kept for pieces_map. */
struct piece pieces_add(struct pieces *p, struct str bytes);
/* No more is added; from now on pieces_get. */
enum err pieces_map(struct pieces *p) MUST_USE;
void pieces_close(struct pieces *p);
static inline struct str pieces_get(const struct pieces *p, struct piece piece)
{
    return (struct str){p->mapped + piece.at, piece.n};
}

#endif
