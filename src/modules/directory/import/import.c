/* The import: one transaction, one report, nothing half done. */
#include <stdarg.h>

#include "base/clock.h"
#include "base/text.h"
#include "modules/directory/duplicates/merge.h"
#include "modules/directory/import/format.h"

enum { IGNORED_MAX = 4096 };

enum err import_fail(struct importer *im, const char *fmt, ...)
{
    char text[1024];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    *im->why = arena_str(im->a, field_cut(str_from(text), sizeof text - 4));
    return ERR_INVALID;
}

void import_ignore(struct importer *im, struct str name)
{
    struct str all = buf_str(&im->ignored), piece;
    while (str_split(&all, ',', &piece))
        if (str_eq(str_trim(piece), name))
            return;
    if (name.n == 0 || im->ignored.n + name.n + 2 > IGNORED_MAX)
        return;
    buf_lit(&im->ignored, im->ignored.n ? ", " : "");
    buf_add(&im->ignored, name);
}

void import_progress(struct importer *im, size_t read_bytes)
{
    if (im->in->progress)
        im->in->progress(im->in->ctx, read_bytes, im->in->data.n, im->counts.rows);
}

/* -- one record ----------------------------------------------------------------------------------- */

static void give_source(const struct directory_import *in, struct arena *a, enum directory_kind kind, void *record)
{
    struct directory_record *r = record_of(record);
    if (kind == DIRECTORY_PLACE && (in->source.n > 0 || r->source.n == 0))
        r->source = in->source.n ? in->source : text_slug(a, ((struct directory_place *)record)->source_texte, 60);
    if (r->source.n == 0)
        r->source = in->source.n ? in->source : in->default_source;
}

void import_check(const struct directory_import *in, struct civil_date today, struct arena *a, enum directory_kind kind, void *record,
                  struct directory_problems *problems)
{
    give_source(in, a, kind, record);
    if (kind == DIRECTORY_PLACE)
        directory_check_place(a, record, problems);
    else if (kind == DIRECTORY_STRUCTURE)
        directory_check_structure(a, record, today, problems);
    else
        directory_check_service(a, record, today, problems);
}

struct str import_name_of(enum directory_kind kind, const void *record)
{
    const struct field_table *t = field_table(kind);
    struct str name = *(const struct str *)field_in(field_find(t, STR("nom")), record);
    return name.n ? name : ((const struct directory_record *)record)->source_id;
}

enum err import_record(struct importer *im, enum directory_kind kind, void *record, size_t line,
                       struct directory_problems *problems, const struct directory_corrections *corrections)
{
    import_check(im->in, im->today, im->rows, kind, record, problems);
    return import_checked(im, kind, record, line, problems, corrections);
}

static bool has_point_only(struct arena *a, enum directory_kind kind, const void *record)
{
    const struct directory_place *p = record;
    return kind == DIRECTORY_PLACE && p->latitude.known && p->longitude.known &&
           geocode_lacks(a, &(struct geocode_said){p->adresse, p->commune, p->code_postal, p->code_insee});
}

enum err import_checked(struct importer *im, enum directory_kind kind, void *record, size_t line,
                        struct directory_problems *problems, const struct directory_corrections *corrections)
{
    bool taken;
    im->counts.rows++;
    if (im->scout)
        return im->scout->meets(im->scout->ctx, kind, record);
    TRY(import_takes(im, kind, record, &taken));
    if (!taken) {
        im->counts.left_out++;
        return OK;
    }
    struct str name = arena_str(im->rows, import_name_of(kind, record));
    TRY(problems->refused ? import_compare_refused(im, kind, record)
                          : import_compare(im, kind, record, line, problems, corrections));
    if (problems->refused) {
        im->counts.refused++;
        im->counts.point_only += has_point_only(im->rows, kind, record);
    } else if (kind == DIRECTORY_PLACE) {
        im->counts.outside += import_is_outside(im, record);
    }
    for (size_t i = 0; i < problems->n && !problems->refused; i++)
        ++*(problems->items[i].kept ? &im->counts.doubtful : &im->counts.dropped);
    im->counts.corrected += (int64_t)corrections->n;
    TRY(import_notes_problems(&im->notes, im->rows, line, name, problems));
    return import_notes_corrections(&im->notes, im->rows, line, name, corrections);
}

void import_leave_out(struct importer *im)
{
    im->counts.rows++;
    im->counts.left_out++;
}

/* -- the whole ------------------------------------------------------------------------------------ */

/* Files that people send by mistake. */
static enum err refuse_strangers(struct importer *im, struct str data)
{
    const char *stranger = table_stranger(data);
    if (stranger)
        return import_fail(im, "%s", stranger);
    return OK;
}

static struct str without_bom(struct str s)
{
    return str_starts(s, STR("\xEF\xBB\xBF")) ? str_sub(s, 3, s.n) : s;
}

static enum err read_file(struct importer *im, struct directory_import_result *out)
{
    struct map *m;
    if (im->in->mapping.n > 0) {
        TRY(map_parse(im->a, im->in->mapping, &m, im->why));
        return import_mapped(im, m, out);
    }
    TRY(refuse_strangers(im, str_trim(without_bom(im->in->data))));
    return format_read(im, &out->format);
}

static enum err work(struct importer *im, struct directory_import_result *out)
{
    TRY(import_changes_begin(im));
    TRY(geocode_known_load(im->c, im->a, &im->addresses));
    TRY(read_file(im, out));
    if (im->in->feed.n > 0 && !im->in->partial && !im->part)
        TRY(import_compare_gone(im));
    TRY(import_changes_end(im, out->format));
    TRY(merge_refresh_import(im->c, im->a, im->in->actor, str_from(im->changes.id)));
    TRY(import_notes_flush(&im->notes));
    const struct directory_import_counts *n = &im->counts;
    return n->added + n->updated + n->gone + n->back > 0 ? directory_changed(im->c) : OK;
}

static enum err run(struct importer *im, struct directory_import_result *out)
{
    if (!im->c) {
        TRY(read_file(im, out));
        return import_notes_flush(&im->notes);
    }
    TRY(db_begin(im->c, DB_WRITE));
    enum err e = work(im, out);
    if (e != OK || im->in->dry_run) {
        db_rollback(im->c);
        return e;
    }
    return db_commit(im->c);
}

/* Then close_importer, whatever is returned. */
static enum err open_importer(struct importer *im, struct db_conn *c, struct arena *a, const struct directory_import *in, struct str *why)
{
    *im = (struct importer){.in = in, .c = c, .a = a, .why = why, .rows = arena_new(SIZE_MAX), .other = arena_new(SIZE_MAX)};
    im->changes.a = arena_new(SIZE_MAX);
    im->today = civil_from_days(clock_now_ms() / 86400000);
    im->territory = territory_settings(territory_in(a));
    import_notes_init(&im->notes, in);
    buf_init(&im->ignored, IGNORED_MAX + 1);
    for (int kind = 0; kind <= DIRECTORY_SERVICE; kind++)
        import_marks_init(&im->marks[kind]);
    import_marks_init(&im->derived);
    import_marks_init(&im->ids);
    import_marks_init(&im->seen);
    import_marks_init(&im->served);
    import_marks_init(&im->elsewhere);
    return im->rows && im->other && im->changes.a ? OK : ERR_LIMIT;
}

static void close_importer(struct importer *im)
{
    for (int kind = 0; kind <= DIRECTORY_SERVICE; kind++)
        import_marks_deinit(&im->marks[kind]);
    import_marks_deinit(&im->derived);
    import_marks_deinit(&im->ids);
    import_marks_deinit(&im->seen);
    import_marks_deinit(&im->served);
    import_marks_deinit(&im->elsewhere);
    buf_deinit(&im->ignored);
    import_notes_deinit(&im->notes);
    arena_free(im->changes.a);
    arena_free(im->other);
    arena_free(im->rows);
}

enum err import_scout_file(const struct directory_import *in, struct arena *a, const struct import_scout *scout, struct str *why)
{
    struct directory_import silent = *in;
    struct directory_import_result out = {.ignored_columns = STR_NONE};
    struct importer im;
    silent.report = NULL;
    silent.change = NULL;
    silent.progress = NULL;
    enum err e = open_importer(&im, NULL, a, &silent, why);
    im.scout = scout;
    if (e == OK)
        e = read_file(&im, &out);
    close_importer(&im);
    return e;
}

enum err directory_import_run(struct db_conn *c, struct arena *a, const struct directory_import *in,
                              struct directory_import_result *out, struct str *why)
{
    struct importer im;
    *out = (struct directory_import_result){.ignored_columns = STR_NONE, .missing_columns = STR_NONE};
    *why = STR_NONE;
    enum err e = open_importer(&im, c, a, in, why);
    if (e == OK)
        e = run(&im, out);
    out->counts = im.counts;
    out->gone_withheld = im.gone_withheld;
    if (e == OK && c && !in->dry_run)
        out->id = arena_str(a, str_from(im.changes.id));
    out->ignored_columns = arena_str(a, buf_str(&im.ignored));
    close_importer(&im);
    return e;
}
