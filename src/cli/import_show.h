/* What `balise import` tells a person: progress, what changes, the summary. */
#ifndef BALISE_CLI_IMPORT_SHOW_H
#define BALISE_CLI_IMPORT_SHOW_H

#include "base/arena.h"
#include "modules/directory/directory.h"

/* Of points that come without an address. */
enum import_show_addresses { IMPORT_SHOW_NOT_ALLOWED, IMPORT_SHOW_TO_ASK, IMPORT_SHOW_ASKED, IMPORT_SHOW_UNREACHED };

struct import_show {
    enum import_show_addresses addresses;
    struct str departements; /* the territory's own: "35,56"; empty when the import was already told which */
    struct arena *rows;      /* emptied after each record */
    const char *report_path; /* NULL: no report was written */
    bool show, terminal;
    int percent;
    int64_t shown_us;
};
void import_show_progress(struct import_show *s, size_t done, size_t total, int64_t rows);
bool import_show_change(struct import_show *s, const struct directory_import_change *change);
void import_show_summary(const struct import_show *s, const struct directory_import_result *res, int64_t us);

#endif
