/* Rows read and cleaned by a second thread while this one compares and writes: the two halves of an import cost about the
 * same. In order; a bounded number of rows ahead. Private to the module. */
#ifndef BALISE_MODULES_DIRECTORY_IMPORT_AHEAD_H
#define BALISE_MODULES_DIRECTORY_IMPORT_AHEAD_H

#include <pthread.h>

#include "modules/directory/import/raw.h"

enum { AHEAD_ROWS = 16 };

struct ahead_row {
    struct arena *a; /* everything below lives there; emptied when the row is given back */
    enum directory_kind kind;
    void *record;
    struct directory_problems problems;
    struct directory_corrections corrections;
    size_t line;
    size_t offset; /* bytes of the file read so far */
};
struct ahead {
    /* Fills a row; *has false at the end. Runs in the other thread: it may touch its own context and row->a, nothing else
     * that the caller touches before ahead_end. */
    enum err (*fill)(void *ctx, struct ahead_row *row, bool *has);
    void *ctx;
    /* private */
    pthread_t thread;
    bool threaded;
    pthread_mutex_t lock;
    pthread_cond_t filled, emptied;
    struct ahead_row rows[AHEAD_ROWS];
    size_t first, n;
    bool ended, stopped;
    enum err e;
};
/* `fill` and `ctx` are set. Without a second thread the rows are filled when they are asked for. ERR_LIMIT: no memory. */
enum err ahead_begin(struct ahead *h) MUST_USE;
/* The next row; NULL at the end. Give it back before the next one. The error of `fill`, after the rows before it. */
enum err ahead_next(struct ahead *h, struct ahead_row **row) MUST_USE;
void ahead_give_back(struct ahead *h, struct ahead_row *row);
/* Stops, wherever it is; after a failed ahead_begin too. */
void ahead_end(struct ahead *h);

#endif
