/* The report on quality: one streaming pass over the sheets, kept until something changes. */
#include "modules/directory/quality.h"

#include "base/snapshot.h"
#include "modules/directory/index.h"
#include "modules/territory/territory.h"

/* A sheet with a phone, until the phones are compared. */
struct phone {
    struct str telephone, slug, nom, commune;
    size_t source;
};
/* A file that says sheets of this source. */
struct feed {
    struct str name;
    size_t source;
};
struct pass {
    struct quality_report *r;
    struct arena *a;       /* of the report */
    struct arena *scratch; /* of the pass */
    const struct territory *territory;
    struct civil_date today;
    struct phone *phones;
    struct feed *feeds;
    size_t n_phones, cap_phones, n_feeds, cap_feeds, cap_sources;
};

/* -- sources and feeds ---------------------------------------------------------------------------- */

/* There are a dozen: looked up from the last met. */
static size_t source_of(struct pass *p, struct str slug)
{
    struct quality_report *r = p->r;
    for (size_t i = r->n_sources; i-- > 0;)
        if (str_eq(r->sources[i].slug, slug))
            return i;
    r->sources = arena_grow(p->a, r->sources, r->n_sources, &p->cap_sources, r->n_sources + 1, sizeof *r->sources);
    r->sources[r->n_sources] = (struct quality_source){.slug = arena_str(p->a, slug), .score = -1};
    return r->n_sources++;
}

static void note_feed(struct pass *p, struct str name, size_t source)
{
    if (name.n == 0)
        return;
    for (size_t i = p->n_feeds; i-- > 0;)
        if (p->feeds[i].source == source && str_eq(p->feeds[i].name, name))
            return;
    p->feeds = arena_grow(p->scratch, p->feeds, p->n_feeds, &p->cap_feeds, p->n_feeds + 1, sizeof *p->feeds);
    p->feeds[p->n_feeds++] = (struct feed){arena_str(p->scratch, name), source};
}

/* -- counting ------------------------------------------------------------------------------------- */

struct named {
    struct str slug, nom, commune;
};

static void count(struct pass *p, size_t source, const struct quality_sheet *s, const struct named *named)
{
    uint32_t bits = quality_of(s, p->today);
    struct quality_source *of = &p->r->sources[source];
    *(s->kind == DIRECTORY_PLACE ? &of->places : &of->structures) += 1;
    for (; bits; bits &= bits - 1) {
        enum quality_measure m = (enum quality_measure)__builtin_ctz(bits);
        of->counts[m]++;
        quality_example_add(p->a, p->r, m, named->slug, named->nom, named->commune);
    }
    if (s->telephone.n == 0)
        return;
    p->phones = arena_grow(p->scratch, p->phones, p->n_phones, &p->cap_phones, p->n_phones + 1, sizeof *p->phones);
    p->phones[p->n_phones++] = (struct phone){arena_str(p->scratch, s->telephone), arena_str(p->scratch, named->slug),
                                              arena_str(p->scratch, named->nom), arena_str(p->scratch, named->commune), source};
}

/* The centre of a commune that is only guessed says nothing of a point. */
static void find_centre(const struct pass *p, struct str code_insee, struct quality_sheet *s)
{
    struct territory_commune commune;
    if (!s->has_point || !territory_commune_find(code_insee, &commune))
        return;
    struct territory_point centre = territory_point(p->territory, &commune);
    s->has_centre = centre.precision >= TERRITORY_POINT_GEONAMES;
    s->centre = centre.point;
    s->surface_km2 = centre.surface_km2;
}

static int compare_phones(const void *a, const void *b)
{
    return str_cmp(((const struct phone *)a)->telephone, ((const struct phone *)b)->telephone);
}

static void count_phones(struct pass *p)
{
    if (p->n_phones)
        qsort(p->phones, p->n_phones, sizeof *p->phones, compare_phones);
    for (size_t i = 0, end; i < p->n_phones; i = end) {
        for (end = i + 1; end < p->n_phones && str_eq(p->phones[end].telephone, p->phones[i].telephone);)
            end++;
        for (size_t k = i; end - i >= QUALITY_PHONE_MANY && k < end; k++) {
            const struct phone *one = &p->phones[k];
            p->r->sources[one->source].counts[QUALITY_SHARED_PHONE]++;
            quality_example_add(p->a, p->r, QUALITY_SHARED_PHONE, one->slug, one->nom, one->commune);
        }
    }
}

static int compare_twins(const void *a, const void *b)
{
    return str_cmp(((const struct directory_duplicate_place *)a)->slug, ((const struct directory_duplicate_place *)b)->slug);
}

/* Each place that looks like another, in its own source or elsewhere, once. */
static enum err count_twins(struct pass *p, struct db_conn *c)
{
    struct directory_duplicate *pairs;
    size_t n, n_twins = 0;
    TRY(directory_duplicates(c, p->scratch, DIRECTORY_DUPLICATE_LEAST, true, &pairs, &n));
    struct directory_duplicate_place *twins = ARENA_ARRAY(p->scratch, 2 * n + 1, struct directory_duplicate_place);
    for (size_t i = 0; i < n; i++)
        if (pairs[i].likeness.verdict == DIRECTORY_SAME) {
            twins[n_twins++] = pairs[i].a;
            twins[n_twins++] = pairs[i].b;
        }
    if (n_twins)
        qsort(twins, n_twins, sizeof *twins, compare_twins);
    for (size_t i = 0; i < n_twins; i++)
        if (i == 0 || compare_twins(&twins[i], &twins[i - 1]) != 0) {
            p->r->sources[source_of(p, twins[i].source)].counts[QUALITY_TWIN]++;
            quality_example_add(p->a, p->r, QUALITY_TWIN, twins[i].slug, twins[i].nom, twins[i].commune);
        }
    return OK;
}

/* -- reading -------------------------------------------------------------------------------------- */

/* A place is helped by what its structure offers there or anywhere, and a structure by what its places do. */
static const char *const sheets_sql[] = {
    [DIRECTORY_PLACE] =
        "SELECT t.source, t.feed, t.slug, t.nom, t.commune, t.code_insee, t.latitude, t.longitude, t.telephone,"
        " CASE WHEN t.courriels IS NULL AND t.site_web IS NULL THEN 0 ELSE 1 END,"
        " CASE WHEN t.horaires IS NULL THEN 0 ELSE 1 END, CASE WHEN t.horaires_texte IS NULL THEN 0 ELSE 1 END,"
        " CASE WHEN t.services IS NOT NULL OR EXISTS (SELECT 1 FROM directory_service v WHERE v.structure_id = t.structure_id"
        " AND v.deleted_at_ms = 0 AND (v.place_id IS NULL OR v.place_id = t.id)) THEN 1 ELSE 0 END,"
        " CASE WHEN t.pivot IS NULL THEN 0 ELSE 1 END, t.date_maj, t.confirmed_at_ms, t.remarks"
        " FROM directory_place t WHERE t.deleted_at_ms = 0 AND t.merged_into IS NULL",
    [DIRECTORY_STRUCTURE] =
        "SELECT t.source, t.feed, t.slug, t.nom, t.commune, t.code_insee, t.latitude, t.longitude, t.telephone,"
        " CASE WHEN t.courriel IS NULL AND t.site_web IS NULL THEN 0 ELSE 1 END,"
        " CASE WHEN t.horaires_accueil IS NULL THEN 0 ELSE 1 END, CASE WHEN t.horaires_texte IS NULL THEN 0 ELSE 1 END,"
        " CASE WHEN EXISTS (SELECT 1 FROM directory_service v WHERE v.structure_id = t.id AND v.deleted_at_ms = 0)"
        " OR EXISTS (SELECT 1 FROM directory_place p WHERE p.structure_id = t.id AND p.deleted_at_ms = 0 AND p.merged_into IS NULL"
        " AND p.services IS NOT NULL) THEN 1 ELSE 0 END,"
        " CASE WHEN t.siret IS NULL THEN 0 ELSE 1 END, t.date_maj, t.confirmed_at_ms, t.remarks"
        " FROM directory_structure t WHERE t.deleted_at_ms = 0",
};
enum { COL_SOURCE, COL_FEED, COL_SLUG, COL_NOM, COL_COMMUNE, COL_INSEE, COL_LATITUDE, COL_LONGITUDE, COL_PHONE, COL_CONTACT,
       COL_HOURS, COL_HOURS_TEXT, COL_SERVICE, COL_NUMBER, COL_DATE, COL_CONFIRMED, COL_REMARKS };

static void read_sheet(struct pass *p, const struct db_rows *rows, enum directory_kind kind)
{
    struct directory_number latitude = {!db_is_null(rows, COL_LATITUDE), db_col_real(rows, COL_LATITUDE)};
    struct directory_number longitude = {!db_is_null(rows, COL_LONGITUDE), db_col_real(rows, COL_LONGITUDE)};
    struct named named = {db_col_text(rows, COL_SLUG), db_col_text(rows, COL_NOM), db_col_text(rows, COL_COMMUNE)};
    struct quality_sheet s = {
        .kind = kind,
        .contact = db_col_int(rows, COL_CONTACT) != 0,
        .hours = db_col_int(rows, COL_HOURS) != 0,
        .hours_text = db_col_int(rows, COL_HOURS_TEXT) != 0,
        .service = db_col_int(rows, COL_SERVICE) != 0,
        .number = db_col_int(rows, COL_NUMBER) != 0,
        .telephone = db_col_text(rows, COL_PHONE),
        .date_maj = db_col_text(rows, COL_DATE),
        .remarks = db_col_text(rows, COL_REMARKS),
        .confirmed_at_ms = db_col_int(rows, COL_CONFIRMED),
    };
    s.has_point = directory_point(latitude, longitude, &s.point);
    find_centre(p, db_col_text(rows, COL_INSEE), &s);
    size_t source = source_of(p, db_col_text(rows, COL_SOURCE));
    note_feed(p, db_col_text(rows, COL_FEED), source);
    count(p, source, &s, &named);
}

static enum err read_sheets(struct pass *p, struct db_conn *c, enum directory_kind kind)
{
    struct db_rows *rows;
    enum err e;
    bool has;
    TRY(db_query(c, sheets_sql[kind], DB_NO_PARAMS, &rows));
    while ((e = db_next(rows, &has)) == OK && has)
        read_sheet(p, rows, kind);
    db_rows_end(rows);
    return e;
}

/* A source that says services only has no sheet, but has a score. */
static void add_scores(struct pass *p, const struct snapshot_data *d)
{
    for (size_t i = 0; d && i < d->n_services; i++) {
        struct quality_source *s = &p->r->sources[source_of(p, d->services[i].source)];
        s->score = (s->services ? s->score : 0) + d->services[i].score;
        s->services++;
    }
}

static enum err read_imports(struct pass *p, struct db_conn *c)
{
    struct db_rows *rows;
    enum err e;
    bool has;
    TRY(db_query(c,
                 "SELECT i.feed, i.format, i.at_ms FROM directory_import i JOIN (SELECT feed, MAX(at_ms) AS last_ms"
                 " FROM directory_import WHERE undone_at_ms = 0 GROUP BY feed) l ON l.feed = i.feed AND l.last_ms = i.at_ms"
                 " WHERE i.undone_at_ms = 0",
                 DB_NO_PARAMS, &rows));
    while ((e = db_next(rows, &has)) == OK && has)
        for (size_t i = 0; i < p->n_feeds; i++) {
            struct quality_source *s = &p->r->sources[p->feeds[i].source];
            if (str_eq(p->feeds[i].name, db_col_text(rows, 0)) && db_col_int(rows, 2) > s->imported_ms) {
                s->imported_ms = db_col_int(rows, 2);
                s->format = db_col_text_in(rows, 1, p->a);
            }
        }
    db_rows_end(rows);
    return e;
}

static enum err read_names(struct pass *p, struct db_conn *c)
{
    for (size_t i = 0; i < p->r->n_sources; i++)
        TRY(directory_source_name(c, p->a, p->r->sources[i].slug, &p->r->sources[i].nom));
    return OK;
}

static int compare_sources(const void *a, const void *b)
{
    return str_cmp(((const struct quality_source *)a)->slug, ((const struct quality_source *)b)->slug);
}

/* The whole is the sum of the sources. */
static void add_up(struct quality_report *r)
{
    struct quality_source *all = &r->all;
    double scores = 0;
    for (size_t i = 0; i < r->n_sources; i++) {
        struct quality_source *s = &r->sources[i];
        all->places += s->places;
        all->structures += s->structures;
        all->services += s->services;
        scores += s->services ? s->score : 0;
        s->score = s->services ? s->score / (double)s->services : -1;
        for (int m = 0; m < QUALITY_COUNT; m++)
            all->counts[m] += s->counts[m];
    }
    all->score = all->services ? scores / (double)all->services : -1;
    if (r->n_sources)
        qsort(r->sources, r->n_sources, sizeof *r->sources, compare_sources);
}

/* -- when ----------------------------------------------------------------------------------------- */

/* An import that changed nothing is news too: it moves this number without touching a sheet. */
static enum err read_marks(struct db_conn *c, struct quality_report *r)
{
    r->day = civil_to_days(zone_local(ZONE_PARIS, clock_now_ms()).date);
    TRY(db_query_int(c,
                     "SELECT coalesce(MAX(CASE WHEN undone_at_ms > at_ms THEN undone_at_ms ELSE at_ms END), 0)"
                     " FROM directory_import",
                     DB_NO_PARAMS, &r->imports));
    return db_change_seq(c, "directory", &r->version);
}

static enum err fill(struct pass *p, struct db_conn *c)
{
    TRY(read_marks(c, p->r));
    p->today = civil_from_days(p->r->day);
    TRY(read_sheets(p, c, DIRECTORY_PLACE));
    TRY(read_sheets(p, c, DIRECTORY_STRUCTURE));
    TRY(read_imports(p, c));
    add_scores(p, index_current(p->scratch));
    TRY(read_names(p, c));
    count_phones(p);
    TRY(count_twins(p, c));
    add_up(p->r);
    return OK;
}

struct kept {
    struct arena *arena;
    struct quality_report report;
};

static void forget(void *data)
{
    struct kept *k = data;
    arena_free(k->arena);
    free(k);
}

static enum err make(struct db_conn *c, struct arena *scratch, struct kept **out)
{
    struct kept *k = calloc(1, sizeof *k);
    if (!k || !(k->arena = arena_new(SIZE_MAX))) {
        free(k);
        return ERR_LIMIT;
    }
    struct pass p = {.r = &k->report, .a = k->arena, .scratch = scratch, .territory = territory_in(scratch)};
    enum err e = db_begin(c, DB_READ);
    if (e == OK) {
        e = fill(&p, c);
        db_rollback(c);
    }
    if (e == OK)
        *out = k;
    else
        forget(k);
    return e;
}

static struct snapshot_slot slot = {PTHREAD_MUTEX_INITIALIZER, NULL};
static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER;

static void drop(void *snapshot)
{
    snapshot_drop(snapshot);
}

/* The published report, held, if it is of this moment; otherwise NULL. */
static struct snapshot *published(const struct quality_report *now)
{
    struct snapshot *s = snapshot_take(&slot);
    const struct kept *k = s ? s->data : NULL;
    if (k && k->report.version == now->version && k->report.day == now->day && k->report.imports == now->imports)
        return s;
    snapshot_drop(s);
    return NULL;
}

/* Published (*held), or the caller's own (*own): scores come from the index, which follows a change by a quarter of a
 * second, and a report made in between is not kept. */
static enum err make_report(struct db_conn *c, struct snapshot **held, struct kept **own)
{
    struct kept *k;
    struct arena *scratch = arena_new(SIZE_MAX);
    if (!scratch)
        return ERR_LIMIT;
    enum err e = make(c, scratch, &k);
    const struct snapshot_data *d = e == OK ? index_current(scratch) : NULL;
    bool keep = d && d->version == k->report.version;
    arena_free(scratch);
    if (e != OK)
        return e;
    if (keep && snapshot_publish(&slot, k, forget))
        *held = snapshot_take(&slot);
    else
        *own = k;
    return OK;
}

/* Nothing is taken from the caller's arena while others wait: over its cap, it would leave them waiting. */
static enum err current_report(struct db_conn *c, const struct quality_report *now, struct snapshot **held, struct kept **own)
{
    enum err e = OK;
    *own = NULL;
    if ((*held = published(now)) != NULL)
        return OK;
    pthread_mutex_lock(&making);
    if ((*held = published(now)) == NULL)
        e = make_report(c, held, own);
    pthread_mutex_unlock(&making);
    return e;
}

enum err quality_report(struct db *db, struct arena *a, const struct quality_report **out)
{
    struct quality_report now = {0};
    struct db_conn *c;
    struct snapshot *held;
    struct kept *own;
    TRY(db_acquire_in(db, a, &c));
    TRY(read_marks(c, &now));
    TRY(current_report(c, &now, &held, &own));
    if (held)
        arena_defer(a, drop, held);
    else
        arena_defer(a, forget, own);
    *out = held ? &((const struct kept *)held->data)->report : &own->report;
    return OK;
}

void quality_stop(void)
{
    /* An empty slot stays usable, as that of the index. */
    snapshot_slot_deinit(&slot);
    snapshot_slot_init(&slot);
}
