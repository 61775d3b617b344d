/* What an import has to say: its report (CSV), the remarks kept with each record, the changes that a dry run shows and that
 * an undo needs. Private to the module. */
#ifndef BALISE_MODULES_DIRECTORY_IMPORT_NOTES_H
#define BALISE_MODULES_DIRECTORY_IMPORT_NOTES_H

#include "base/buf.h"
#include "modules/directory/import/policy.h"

struct import_notes {
    const struct directory_import *in;
    struct buf report;
    bool started;
};
void import_notes_init(struct import_notes *n, const struct directory_import *in);
void import_notes_deinit(struct import_notes *n);
/* ERR_IO: the report cannot be written. `name` says which record, for people. */
enum err import_notes_problems(struct import_notes *n, struct arena *a, size_t line, struct str name,
                               const struct directory_problems *problems) MUST_USE;
enum err import_notes_corrections(struct import_notes *n, struct arena *a, size_t line, struct str name,
                                  const struct directory_corrections *corrections) MUST_USE;
/* What was kept against the file. `before` is the row as it was, `says` what the file says. */
enum err import_notes_kept(struct import_notes *n, struct arena *a, size_t line, struct str name, const struct field_table *t,
                           const struct policy *p, const void *before, const void *says) MUST_USE;
enum err import_notes_line(struct import_notes *n, struct arena *a, size_t line, struct str name, const char *field,
                           struct str before, struct str after, const char *rule, struct str why) MUST_USE;
enum err import_notes_flush(struct import_notes *n) MUST_USE;

/* The remarks of a record as it will be stored, JSON; "" (not STR_NONE) when there are none. A correction that became what
 * the record says has "=" for its value after. `p`: NULL for a new record. */
struct str import_notes_remarks(struct arena *a, const struct field_table *t, const struct directory_problems *problems,
                                const struct directory_corrections *corrections, const struct policy *p, const void *record);

/* Of a row that a person corrected: the remarks that the record had (`old`) stay for what was not touched, those just `made`
 * are about the rest. */
struct str import_notes_remarks_left(struct arena *a, const struct field_table *t, struct str old, struct str made, const struct policy *p);

/* What changed between two states of a record: {"nom": ["avant", "après"], "horaires_texte": …}; STR_NONE when nothing
 * did. */
struct str import_notes_changes(struct arena *a, const struct field_table *t, const void *before, const void *after);

#endif
