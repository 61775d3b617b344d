/* The pairs of the directory that may be one, and those that people said are not. */
#include "base/clock.h"
#include "base/id.h"
#include "modules/directory/duplicates/merge.h"
#include "modules/directory/record.h"

/* -- reading ----------------------------------------------------------------------------------------- */

struct reading {
    struct arena *a;
    struct duplicate_listing *out;
    size_t cap;
    const struct merge_link *links; /* sorted by the place that stands for others */
    size_t n_links;
};

static struct directory_set read_set(enum directory_enum_id id, struct str cell)
{
    struct directory_set s = DIRECTORY_SET_NONE;
    struct str value;
    while (str_split(&cell, '|', &value))
        directory_set_add(&s, directory_enum_find(id, value));
    return s;
}

static struct str_list read_list(struct arena *a, struct str cell)
{
    enum { ITEMS_MAX = 16 };
    struct str_list l = {ARENA_ARRAY(a, ITEMS_MAX, struct str), 0};
    struct str value;
    while (l.n < ITEMS_MAX && str_split(&cell, '|', &value))
        l.items[l.n++] = value;
    return l;
}

/* Its own source, and those of the places that it stands for. */
static struct str_list sources_of(const struct reading *r, const struct directory_duplicate_place *p)
{
    size_t low = 0, high = r->n_links, n = 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (str_cmp(r->links[middle].into, p->id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    while (low + n < r->n_links && str_eq(r->links[low + n].into, p->id))
        n++;
    struct str_list l = {ARENA_ARRAY(r->a, n + 1, struct str), 0};
    l.items[l.n++] = p->source;
    for (size_t i = 0; i < n; i++)
        l.items[l.n++] = r->links[low + i].source;
    return l;
}

enum { COL_ID, COL_SLUG, COL_SOURCE, COL_SOURCE_ID, COL_NOM, COL_ADRESSE, COL_POSTAL, COL_COMMUNE, COL_INSEE, COL_LATITUDE,
       COL_LONGITUDE, COL_TYPOLOGIE, COL_DISPOSITIFS, COL_TELEPHONE, COL_COURRIELS, COL_PIVOT };

static void read_row(struct reading *r, const struct db_rows *row)
{
    struct arena *a = r->a;
    struct duplicate_listing *l = r->out;
    size_t cap = r->cap;
    l->shown = arena_grow(a, l->shown, l->n, &cap, l->n + 1, sizeof *l->shown);
    l->places = arena_grow(a, l->places, l->n, &r->cap, l->n + 1, sizeof *l->places);
    struct directory_duplicate_place *p = &l->shown[l->n];
    *p = (struct directory_duplicate_place){
        .id = db_col_text_in(row, COL_ID, a), .slug = db_col_text_in(row, COL_SLUG, a),
        .source = db_col_text_in(row, COL_SOURCE, a), .source_id = db_col_text_in(row, COL_SOURCE_ID, a),
        .nom = db_col_text_in(row, COL_NOM, a), .adresse = db_col_text_in(row, COL_ADRESSE, a),
        .code_postal = db_col_text_in(row, COL_POSTAL, a), .commune = db_col_text_in(row, COL_COMMUNE, a)};
    struct duplicate_input in = {
        .id = p->id, .nom = p->nom, .adresse = p->adresse, .commune = p->commune, .code_postal = p->code_postal,
        .code_insee = db_col_text_in(row, COL_INSEE, a), .telephone = db_col_text(row, COL_TELEPHONE),
        .pivot = db_col_text(row, COL_PIVOT), .sources = sources_of(r, p), .courriels = read_list(a, db_col_text(row, COL_COURRIELS)),
        .typologie = read_set(ENUM_TYPOLOGIE, db_col_text(row, COL_TYPOLOGIE)),
        .dispositifs = read_set(ENUM_DISPOSITIF, db_col_text(row, COL_DISPOSITIFS)),
    };
    in.has_point = directory_point((struct directory_number){!db_is_null(row, COL_LATITUDE), db_col_real(row, COL_LATITUDE)},
                                   (struct directory_number){!db_is_null(row, COL_LONGITUDE), db_col_real(row, COL_LONGITUDE)}, &in.point);
    duplicate_prepare(a, &in, &l->places[l->n]);
    l->n++;
}

enum err duplicate_listing_read(struct db_conn *c, struct arena *a, struct duplicate_listing *out)
{
    struct reading r = {.a = a, .out = out};
    struct db_rows *rows;
    struct merge_link *links;
    bool has = true;
    *out = (struct duplicate_listing){.n = 0};
    TRY(merge_links(c, a, &links, &r.n_links));
    r.links = links;
    TRY(db_query(c,
                 "SELECT id, slug, source, source_id, nom, adresse, code_postal, commune, code_insee, latitude, longitude, typologie,"
                 " dispositif_programmes_nationaux, telephone, courriels, pivot FROM directory_place"
                 " WHERE deleted_at_ms = 0 AND merged_into IS NULL ORDER BY id",
                 DB_NO_PARAMS, &rows));
    enum err e;
    while ((e = db_next(rows, &has)) == OK && has)
        read_row(&r, rows);
    db_rows_end(rows);
    return e;
}

/* -- those that are distinct ------------------------------------------------------------------------- */

static int compare_apart(const void *x, const void *y)
{
    const struct duplicate_apart *a = x, *b = y;
    int first = str_cmp(a->a, b->a);
    return first ? first : str_cmp(a->b, b->b);
}

static struct str standing_for(const struct merge_link *links, size_t n, struct str id)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(links[i].part, id))
            return links[i].into;
    return id;
}

enum err duplicate_apart_read(struct db_conn *c, struct arena *a, struct duplicate_apart **out, size_t *n)
{
    struct db_rows *rows;
    struct merge_link *links;
    size_t cap = 0, n_links;
    bool has = true;
    *out = NULL;
    *n = 0;
    TRY(merge_links(c, a, &links, &n_links));
    TRY(db_query(c, "SELECT a, b FROM directory_distinct", DB_NO_PARAMS, &rows));
    enum err e;
    while ((e = db_next(rows, &has)) == OK && has) {
        struct str x = standing_for(links, n_links, db_col_text_in(rows, 0, a)), y = standing_for(links, n_links, db_col_text_in(rows, 1, a));
        *out = arena_grow(a, *out, *n, &cap, *n + 1, sizeof **out);
        (*out)[(*n)++] = str_cmp(x, y) < 0 ? (struct duplicate_apart){x, y} : (struct duplicate_apart){y, x};
    }
    db_rows_end(rows);
    if (*n > 0)
        qsort(*out, *n, sizeof **out, compare_apart);
    return e;
}

bool duplicate_is_apart(const struct duplicate_apart *all, size_t n, struct str x, struct str y)
{
    struct duplicate_apart key = str_cmp(x, y) < 0 ? (struct duplicate_apart){x, y} : (struct duplicate_apart){y, x};
    return n > 0 && bsearch(&key, all, n, sizeof *all, compare_apart) != NULL;
}

enum err directory_distinct(struct db_conn *c, struct arena *a, struct str actor, struct str place_a, struct str place_b)
{
    struct directory_place p[2];
    struct str ids[2] = {place_a, place_b};
    for (int i = 0; i < 2; i++) {
        TRY(record_get(c, a, DIRECTORY_PLACE, SELECT_BY_ID, DB_PARAMS(DB_TEXT(ids[i])), &p[i]));
        if (p[i].merged_into.n > 0)
            ids[i] = p[i].merged_into;
    }
    if (str_eq(place_a, place_b))
        return ERR_INVALID;
    if (str_eq(ids[0], ids[1]))
        return ERR_CONFLICT;
    int order = str_cmp(place_a, place_b) < 0 ? 0 : 1;
    TRY(db_exec(c,
                "INSERT INTO directory_distinct (a, b, at_ms, actor) VALUES ($1, $2, $3, $4)"
                " ON CONFLICT (a, b) DO UPDATE SET at_ms = $3, actor = $4",
                DB_PARAMS(DB_TEXT(order == 0 ? place_a : place_b), DB_TEXT(order == 0 ? place_b : place_a), DB_INT(clock_now_ms()),
                          DB_TEXT(actor)),
                NULL));
    TRY(record_journal(c, a, actor, "distinct", DIRECTORY_PLACE, place_a, STR_NONE));
    return record_journal(c, a, actor, "distinct", DIRECTORY_PLACE, place_b, STR_NONE);
}

/* -- the pairs --------------------------------------------------------------------------------------- */

enum err directory_duplicates(struct db_conn *c, struct arena *a, int least, bool same_source, struct directory_duplicate **out,
                              size_t *n)
{
    struct duplicate_listing l;
    struct duplicate_apart *apart;
    struct duplicate_pairs pairs;
    size_t n_apart;
    *out = NULL;
    *n = 0;
    TRY(duplicate_listing_read(c, a, &l));
    TRY(duplicate_apart_read(c, a, &apart, &n_apart));
    duplicate_candidates(a, l.places, l.n, same_source, least, &pairs);
    *out = ARENA_ARRAY(a, pairs.n + 1, struct directory_duplicate);
    for (size_t i = 0; i < pairs.n; i++) {
        const struct duplicate_pair *p = &pairs.items[i];
        if (!duplicate_is_apart(apart, n_apart, l.shown[p->a].id, l.shown[p->b].id))
            (*out)[(*n)++] = (struct directory_duplicate){l.shown[p->a], l.shown[p->b], p->likeness};
    }
    return OK;
}
