/* The import: one transaction, one report, nothing half done. */
#include <stdarg.h>

#include "base/clock.h"
#include "base/id.h"
#include "base/text.h"
#include "modules/directory/inclusion.h"
#include "modules/directory/import/format.h"

/* Of a row that has none, or an unreadable one: the values decide. */
#define NO_FINGERPRINT "00000000000000000000000000000000"
#define NO_ID "00000000-0000-0000-0000-000000000000" /* nothing is written */

enum { REPORT_PIECE = 16 * 1024, REPORT_MAX = 1024 * 1024, IGNORED_MAX = 4096 };

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

/* -- the report ----------------------------------------------------------------------------------- */

static enum err report_flush(struct importer *im, size_t least)
{
    if (im->report.n < least || im->report.n == 0)
        return OK;
    bool taken = im->in->report(im->in->ctx, buf_str(&im->report));
    buf_clear(&im->report);
    return taken ? OK : ERR_IO;
}

/* The report is read in a spreadsheet by people: nothing in it may run there. */
static enum err report_line(struct importer *im, size_t line, const char *field, struct str value, struct str reason)
{
    if (!im->in->report)
        return OK;
    struct csv_writer w = {.out = &im->report, .guard = CSV_SPREADSHEET};
    if (!im->report_started)
        buf_lit(&im->report, "ligne,champ,valeur,motif\n");
    im->report_started = true;
    csv_cell(&w, arena_printf(im->rows, "%zu", line));
    csv_cell(&w, str_from(field));
    csv_cell(&w, value);
    csv_cell(&w, reason);
    csv_end_row(&w);
    return report_flush(im, REPORT_PIECE);
}

static enum err report_problems(struct importer *im, size_t line, const struct directory_problems *problems)
{
    for (size_t i = 0; i < problems->n; i++) {
        const struct directory_problem *p = &problems->items[i];
        TRY(report_line(im, line, p->field, p->value,
                        arena_printf(im->rows, p->refuses ? "Fiche refusée. %s" : "Valeur laissée de côté. %s", p->why)));
    }
    return OK;
}

/* -- what the directory has ----------------------------------------------------------------------- */

struct loading {
    struct importer *im;
    enum directory_kind kind;
    bool failed;
};

/* A place is known by its source and id; structures and services by their published id alone, which is unique. */
static struct mark_key key_of(const struct marks *m, enum directory_kind kind, struct str source, struct str source_id)
{
    return import_marks_key(m, kind == DIRECTORY_PLACE ? source : STR_NONE, source_id);
}

static void load_mark(void *ctx, const struct record_mark *from)
{
    struct loading *l = ctx;
    struct marks *m = &l->im->marks[l->kind];
    struct mark *to = import_marks_get(m, key_of(m, l->kind, from->source, from->source_id));
    if (!to || !import_marks_set(to, from->id, from->fingerprint.n == 32 ? from->fingerprint : STR(NO_FINGERPRINT))) {
        l->failed = true;
        return;
    }
    to->deleted = from->deleted;
}

/* What a place publishes in the other standard. */
static void load_derived(void *ctx, const struct record_mark *from)
{
    struct loading *l = ctx;
    struct marks *d = &l->im->derived;
    if (from->deleted)
        return;
    struct directory_record place = {.source = from->source, .source_id = from->source_id};
    l->failed |= !import_marks_get(d, import_marks_key(d, STR_NONE, inclusion_id_of_place(l->im->other, &place)));
    arena_reset(l->im->other);
}

/* Only what the file speaks of: two queries at most a kind, whatever the number of rows. */
static enum err load_kind(struct importer *im, enum directory_kind kind)
{
    struct loading l = {im, kind, false};
    if (!im->c)
        return OK;
    if (!im->loaded[kind])
        TRY(record_each_mark(im->c, kind, load_mark, &l));
    im->loaded[kind] = true;
    if (kind != DIRECTORY_PLACE && !im->derived_loaded) {
        TRY(record_each_mark(im->c, DIRECTORY_PLACE, load_derived, &l));
        im->derived_loaded = true;
    }
    return l.failed ? ERR_LIMIT : OK;
}

/* -- one record ----------------------------------------------------------------------------------- */

/* A new source gets its name as people write it. */
static enum err name_source(struct importer *im, const struct directory_place *p)
{
    for (size_t i = 0; i < im->n_sources; i++)
        if (str_eq(im->sources[i], p->record.source))
            return OK;
    if (im->n_sources == sizeof im->sources / sizeof *im->sources)
        return OK;
    im->sources[im->n_sources++] = arena_str(im->a, p->record.source);
    return directory_source_save(im->c, p->record.source, p->source_texte, STR_NONE);
}

static void give_source(struct importer *im, enum directory_kind kind, void *record)
{
    struct directory_record *r = record_of(record);
    if (kind == DIRECTORY_PLACE && (im->in->source.n > 0 || r->source.n == 0))
        r->source = im->in->source.n ? im->in->source
                                     : text_slug(im->rows, ((struct directory_place *)record)->source_texte, 60);
    if (r->source.n == 0)
        r->source = im->in->source.n ? im->in->source : im->in->default_source;
}

static void check(struct importer *im, enum directory_kind kind, void *record, struct directory_problems *problems)
{
    if (kind == DIRECTORY_PLACE)
        directory_check_place(im->rows, record, problems);
    else if (kind == DIRECTORY_STRUCTURE)
        directory_check_structure(im->rows, record, im->today, problems);
    else
        directory_check_service(im->rows, record, im->today, problems);
}

static const char *check_unique(struct importer *im, enum directory_kind kind, struct mark *mark, const void *record,
                                size_t line)
{
    struct mark *of_file = mark;
    if (kind == DIRECTORY_PLACE)
        of_file = import_marks_get(&im->ids, import_marks_key(&im->ids, STR_NONE, ((const struct directory_place *)record)->record.source_id));
    if (!of_file)
        return NULL;
    if (of_file->line != 0)
        return arena_cstr(im->rows, arena_printf(im->rows, "Cet identifiant est déjà celui de la ligne %u : chaque fiche a le sien.",
                                                 of_file->line));
    of_file->line = (uint32_t)line;
    return NULL;
}

/* The structure of a service: of this file or of the directory. */
static bool find_structure(struct importer *im, struct directory_service *s)
{
    struct marks *m = &im->marks[DIRECTORY_STRUCTURE];
    const struct mark *found = import_marks_find(m, import_marks_key(m, STR_NONE, s->structure_source_id));
    if (!found || !found->known)
        return false;
    s->structure_id = import_marks_id(im->rows, found);
    return true;
}

enum err import_knows_structure(struct importer *im, struct str id, bool *known)
{
    struct marks *m = &im->marks[DIRECTORY_STRUCTURE];
    TRY(load_kind(im, DIRECTORY_STRUCTURE));
    const struct mark *found = import_marks_find(m, import_marks_key(m, STR_NONE, id));
    *known = found && found->known;
    return OK;
}

/* What the file cannot say stays: the links. */
static void keep_links(enum directory_kind kind, const void *before, void *record)
{
    if (kind == DIRECTORY_PLACE)
        ((struct directory_place *)record)->structure_id = ((const struct directory_place *)before)->structure_id;
    else if (kind == DIRECTORY_SERVICE)
        ((struct directory_service *)record)->place_id = ((const struct directory_service *)before)->place_id;
}

static enum err write_record(struct importer *im, enum directory_kind kind, struct mark *mark, void *record,
                             const char fingerprint[33])
{
    if (!im->c) {
        im->counts.added++;
        return import_marks_set(mark, STR(NO_ID), str_from(fingerprint)) ? OK : ERR_BUG;
    }
    if (!mark->known) {
        if (kind == DIRECTORY_PLACE)
            TRY(name_source(im, record));
        TRY(record_save_insert(im->c, im->rows, im->in->actor, kind, record));
        im->counts.added++;
    } else {
        bool changed;
        void *before = arena_zalloc(im->rows, field_table(kind)->size);
        TRY(record_get(im->c, im->rows, kind, SELECT_BY_ID, DB_PARAMS(DB_TEXT(import_marks_id(im->rows, mark))), before));
        keep_links(kind, before, record);
        TRY(record_save_update(im->c, im->rows, im->in->actor, kind, before, record, &changed));
        if (changed)
            im->counts.updated++;
        else
            im->counts.unchanged++;
    }
    return import_marks_set(mark, record_of(record)->id, str_from(fingerprint)) ? OK : ERR_BUG;
}

static enum err compare_and_write(struct importer *im, enum directory_kind kind, void *record, size_t line,
                                  struct directory_problems *problems)
{
    struct directory_record *r = record_of(record);
    struct marks *m = &im->marks[kind];
    char fingerprint[33];
    TRY(load_kind(im, kind));
    if (kind == DIRECTORY_SERVICE)
        TRY(load_kind(im, DIRECTORY_STRUCTURE));
    if (kind != DIRECTORY_PLACE && import_marks_find(&im->derived, import_marks_key(&im->derived, STR_NONE, r->source_id))) {
        im->counts.unchanged++; /* our own place, coming back as a structure or a service */
        return OK;
    }
    struct mark *mark = import_marks_get(m, key_of(m, kind, r->source, r->source_id));
    if (!mark)
        return ERR_LIMIT;
    const char *twice = check_unique(im, kind, mark, record, line);
    if (twice)
        field_problem(im->rows, problems, "id", r->source_id, twice, true);
    else if (kind == DIRECTORY_SERVICE && !find_structure(im, record))
        field_problem(im->rows, problems, "structure_id", ((struct directory_service *)record)->structure_source_id,
                    "Cette structure n’est ni dans le fichier ni dans l’annuaire : ajoutez-la.", true);
    if (problems->refused)
        return OK;
    fields_fingerprint(field_table(kind), record, fingerprint);
    if (mark->deleted) {
        im->counts.kept_deleted++;
        return report_line(im, line, "id", r->source_id, STR("Fiche retirée de l’annuaire par une personne : elle reste retirée."));
    }
    if (mark->known && import_marks_same(mark, fingerprint)) {
        im->counts.unchanged++;
        return OK;
    }
    return write_record(im, kind, mark, record, fingerprint);
}

enum err import_record(struct importer *im, enum directory_kind kind, void *record, size_t line,
                       struct directory_problems *problems)
{
    im->counts.rows++;
    give_source(im, kind, record);
    check(im, kind, record, problems);
    enum err e = problems->refused ? OK : compare_and_write(im, kind, record, line, problems);
    if (e == OK && problems->refused)
        im->counts.refused++;
    for (size_t i = 0; i < problems->n && !problems->refused; i++)
        im->counts.dropped++;
    if (e == OK)
        e = report_problems(im, line, problems);
    return e;
}

/* -- the whole ------------------------------------------------------------------------------------ */

static bool starts(struct str s, const char *what)
{
    return s.n >= strlen(what) && strncasecmp(s.p, what, strlen(what)) == 0;
}

/* Files that people send by mistake. */
static enum err refuse_strangers(struct importer *im, struct str data)
{
    enum { LOOK = 4096 };
    if (data.n == 0)
        return import_fail(im, "Le fichier est vide.");
    if (starts(data, "PK\003\004") || starts(data, "\xD0\xCF\x11\xE0"))
        return import_fail(im, "C’est un classeur (Excel, LibreOffice) ou une archive : ses colonnes n’ont pas de sens connu. « balise "
                               "import --suggest FICHIER » prépare la correspondance, à relire puis à donner avec --mapping.");
    if (starts(data, "%PDF"))
        return import_fail(im, "C’est un document PDF. Il faut le fichier de données, au format CSV ou JSON.");
    if (starts(data, "\x1F\x8B"))
        return import_fail(im, "Le fichier est compressé (gzip). Décompressez-le d’abord : gunzip FICHIER.gz.");
    if (starts(data, "<"))
        return import_fail(im, "C’est une page web (HTML) ou du XML. Téléchargez le fichier de données lui-même, au format CSV ou JSON.");
    if (memchr(data.p, 0, data.n < LOOK ? data.n : LOOK))
        return import_fail(im, "Ce n’est pas un fichier de texte. Il faut un fichier CSV ou JSON, en UTF-8.");
    return OK;
}

static struct str without_bom(struct str s)
{
    return str_starts(s, STR("\xEF\xBB\xBF")) ? str_sub(s, 3, s.n) : s;
}

static enum err read_file(struct importer *im, struct directory_import_result *out)
{
    TRY(refuse_strangers(im, str_trim(without_bom(im->in->data))));
    return format_read(im, &out->format);
}

static enum err run(struct importer *im, struct directory_import_result *out)
{
    if (!im->c) {
        enum err read = read_file(im, out);
        return read == OK ? report_flush(im, 0) : read;
    }
    TRY(db_begin(im->c, DB_WRITE));
    enum err e = read_file(im, out);
    if (e == OK)
        e = report_flush(im, 0);
    bool wrote = im->counts.added > 0 || im->counts.updated > 0;
    if (e == OK && wrote)
        e = directory_changed(im->c);
    if (e != OK || !wrote) {
        db_rollback(im->c);
        return e;
    }
    return db_commit(im->c);
}

enum err directory_import_run(struct db_conn *c, struct arena *a, const struct directory_import *in,
                              struct directory_import_result *out, struct str *why)
{
    struct importer im = {.in = in, .c = c, .a = a, .why = why, .rows = arena_new(SIZE_MAX), .other = arena_new(SIZE_MAX)};
    *out = (struct directory_import_result){.ignored_columns = STR_NONE};
    *why = STR_NONE;
    if (!im.rows || !im.other) {
        arena_free(im.rows);
        arena_free(im.other);
        return ERR_LIMIT;
    }
    im.today = civil_from_days(clock_now_ms() / 86400000);
    buf_init(&im.report, REPORT_MAX);
    buf_init(&im.ignored, IGNORED_MAX + 1);
    for (int kind = 0; kind <= DIRECTORY_SERVICE; kind++)
        import_marks_init(&im.marks[kind]);
    import_marks_init(&im.derived);
    import_marks_init(&im.ids);
    enum err e = run(&im, out);
    out->counts = im.counts;
    out->ignored_columns = arena_str(a, buf_str(&im.ignored));
    for (int kind = 0; kind <= DIRECTORY_SERVICE; kind++)
        import_marks_deinit(&im.marks[kind]);
    import_marks_deinit(&im.derived);
    import_marks_deinit(&im.ids);
    buf_deinit(&im.ignored);
    buf_deinit(&im.report);
    arena_free(im.other);
    arena_free(im.rows);
    return e;
}
