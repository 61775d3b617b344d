/* Rows by the hundred: one query for each kind of record, then one for the places that services name. */
#include "modules/directory/hsds/hsds.h"
#include "modules/directory/inclusion.h"

/* Records of one kind, by their row. */
struct found {
    enum directory_kind kind;
    void *records;
    size_t n;
};

static const void *find(const struct found *f, struct str row)
{
    size_t size = field_table(f->kind)->size;
    for (size_t i = 0; i < f->n; i++) {
        void *record = (char *)f->records + i * size;
        if (str_eq(record_of(record)->id, row))
            return record;
    }
    return NULL;
}

struct wanted {
    struct db_value ids[SOME_MAX];
    size_t n;
};

static void want(struct wanted *w, struct str row)
{
    for (size_t i = 0; i < w->n; i++)
        if (str_eq(w->ids[i].s, row))
            return;
    if (row.n > 0 && w->n < SOME_MAX)
        w->ids[w->n++] = DB_TEXT(row);
}

static enum err fetch(struct db_conn *c, struct arena *a, enum directory_kind kind, struct wanted *w, struct found *out)
{
    *out = (struct found){.kind = kind};
    if (w->n == 0)
        return OK;
    for (size_t i = w->n; i < SOME_MAX; i++)
        w->ids[i] = w->ids[0];
    return record_list(c, a, kind, SELECT_SOME, (struct db_params){w->ids, SOME_MAX}, &out->records, &out->n);
}

static enum err fetch_organizations(struct db_conn *c, struct arena *a, const struct hsds_ref *refs, size_t n,
                                    struct found *structures, struct found *places)
{
    struct wanted native = {.n = 0}, derived = {.n = 0};
    for (size_t i = 0; i < n; i++)
        want(refs[i].organization_of_place ? &derived : &native, str_from(refs[i].organization_row));
    TRY(fetch(c, a, DIRECTORY_STRUCTURE, &native, structures));
    return fetch(c, a, DIRECTORY_PLACE, &derived, places);
}

static bool organization_of(struct arena *a, const struct hsds_ref *ref, const struct found *structures,
                            const struct found *places, struct hsds_organization *out)
{
    struct str row = str_from(ref->organization_row);
    *out = (struct hsds_organization){0};
    if (!ref->organization_of_place) {
        out->s = find(structures, row);
        return out->s != NULL;
    }
    out->place = find(places, row);
    if (!out->place)
        return false;
    struct directory_structure *derived = ARENA_NEW(a, struct directory_structure);
    inclusion_structure_of_place(a, out->place, derived);
    out->s = derived;
    return true;
}

enum err hsds_load_organizations(struct db_conn *c, struct arena *a, const struct hsds_ref *refs, size_t n,
                                 struct hsds_organization *out, size_t *n_out)
{
    struct found structures, places;
    *n_out = 0;
    TRY(fetch_organizations(c, a, refs, n, &structures, &places));
    for (size_t i = 0; i < n; i++)
        if (organization_of(a, &refs[i], &structures, &places, &out[*n_out]))
            ++*n_out;
    return OK;
}

/* The places where services are given: those that services are derived from, and those that native ones name. */
static enum err fetch_places(struct db_conn *c, struct arena *a, const struct hsds_ref *refs, size_t n,
                             const struct found *services, struct found *derived, struct found *named)
{
    struct wanted of_refs = {.n = 0}, of_services = {.n = 0};
    for (size_t i = 0; i < n; i++)
        if (refs[i].of_place)
            want(&of_refs, str_from(refs[i].row));
    for (size_t i = 0; i < services->n; i++)
        want(&of_services, ((const struct directory_service *)services->records)[i].place_id);
    TRY(fetch(c, a, DIRECTORY_PLACE, &of_refs, derived));
    return fetch(c, a, DIRECTORY_PLACE, &of_services, named);
}

static const struct directory_place *live_place(const struct found *places, struct str row)
{
    const struct directory_place *p = row.n > 0 ? find(places, row) : NULL;
    return p && p->record.deleted_at_ms == 0 ? p : NULL;
}

enum err hsds_load_services(struct db_conn *c, struct arena *a, const struct hsds_ref *refs, size_t n,
                            struct hsds_service *out, size_t *n_out)
{
    struct found structures, organizations, services, derived, named;
    struct wanted native = {.n = 0};
    *n_out = 0;
    for (size_t i = 0; i < n; i++)
        if (!refs[i].of_place)
            want(&native, str_from(refs[i].row));
    TRY(fetch_organizations(c, a, refs, n, &structures, &organizations));
    TRY(fetch(c, a, DIRECTORY_SERVICE, &native, &services));
    TRY(fetch_places(c, a, refs, n, &services, &derived, &named));
    for (size_t i = 0; i < n; i++) {
        struct hsds_service *v = &out[*n_out];
        *v = (struct hsds_service){.of_place = refs[i].of_place};
        if (!organization_of(a, &refs[i], &structures, &organizations, &v->organization))
            continue;
        if (v->of_place) {
            struct directory_service *s = ARENA_NEW(a, struct directory_service);
            v->place = find(&derived, str_from(refs[i].row));
            if (!v->place)
                continue;
            inclusion_service_of_place(a, v->place, v->organization.s->record.source_id, s);
            v->s = s;
        } else {
            v->s = find(&services, str_from(refs[i].row));
            if (!v->s)
                continue;
            v->place = live_place(&named, v->s->place_id);
        }
        ++*n_out;
    }
    return OK;
}
