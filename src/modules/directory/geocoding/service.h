/* The address service: the Géoplateforme's, or one with the same contract. A file of rows leaves, a file of rows comes
 * back. Private to the module. */
#ifndef BALISE_MODULES_DIRECTORY_GEOCODING_SERVICE_H
#define BALISE_MODULES_DIRECTORY_GEOCODING_SERVICE_H

#include "modules/directory/directory.h"
#include "outgoing/outgoing.h"

enum { GEOCODE_BATCH = 500 /* rows a request: a few seconds of the service */, GEOCODE_ASK_AGAIN_DAYS = 90 };

/* Lives in `a`. ERR_INVALID with *why when its address cannot be used. */
enum err geocode_service_open(struct arena *a, const struct directory_geocoding *in, struct outgoing **out, struct str *why) MUST_USE;
/* Sends the file, a column "numero" first, and says which of its columns are which. *csv is what came back, in `a`.
 * Errors: as outgoing_send. */
enum err geocode_service_post(struct outgoing *service, struct arena *a, const char *path, struct str file,
                              const struct outgoing_part *columns, size_t n_columns, struct str *csv, struct str *why) MUST_USE;

/* The rows that came back. `columns`: those that are wanted; `take` is given a row's, with the number that was sent: each once,
 * below n. ERR_INVALID with *why when it is not such a file: nothing of it is to be kept. */
struct geocode_rows {
    const char *const *columns;
    size_t n_columns;
    size_t n;
    void (*take)(void *ctx, size_t number, const struct str *cells);
    void *ctx;
};
enum err geocode_service_rows(struct arena *a, struct str csv, const struct geocode_rows *rows, struct str *why) MUST_USE;
/* Text that the service says, kept. */
struct str geocode_service_text(struct arena *a, struct str cell, size_t most);

#endif
