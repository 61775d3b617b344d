/* Shared by the tests of the directory's store: importing and exporting texts. */
#ifndef BALISE_TESTS_DIRECTORY_TEST_H
#define BALISE_TESTS_DIRECTORY_TEST_H

#include "modules/directory/directory.h"
#include "modules/journal/journal.h"
#include "store_test.h"

extern const struct db_migration directory_migrations[];
extern const size_t directory_migrations_count;
#define DIRECTORY_STORE {journal_migrations, journal_migrations_count}, {directory_migrations, directory_migrations_count}

struct imported {
    enum err err;
    struct directory_import_result result;
    struct str why, report;
};
/* Imports a text with the territory's source "balise". */
struct imported import_text(struct store *s, struct str data);
/* The same with more said: `in` needs no data, report nor actor. */
struct imported import_with(struct store *s, struct str data, struct directory_import in);
/* import_text, which must succeed. */
struct imported import_ok(struct store *s, struct str data);
void assert_counts(const struct imported *got, int64_t added, int64_t updated, int64_t unchanged, int64_t refused);
struct str export_text(struct store *s, enum directory_format f);
/* Empties the directory's tables. */
void forget_all(struct store *s);
/* The text with the first `from` changed into `to`. */
struct str replaced(struct store *s, struct str text, const char *from, const char *to);
bool has_text(struct str text, const char *what);
/* A file of the project; STR_NONE when it is not there. */
struct str test_file(struct store *s, const char *path);
/* Fixture of tests/fixtures; the text lives in the arena. */
struct str fixture(struct store *s, const char *name);
/* A file of the shared data when it is there, STR_NONE otherwise. */
struct str shared_file(struct store *s, const char *name);

#endif
