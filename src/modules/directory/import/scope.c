/* What is taken of a file that speaks of more than the territory: a national list, read by a département.
 *
 * A place is taken where it is. A structure is taken with the services that it has there, even when its own seat is elsewhere; a
 * service without an address goes with its structure. What the directory has already is followed wherever it goes. */
#include "modules/directory/import/import.h"
#include "modules/territory/territory.h"

enum where { HERE, ELSEWHERE, NOWHERE };

static bool is_one_of(const struct str *departements, size_t n, struct str code_insee)
{
    struct territory_departement d;
    if (!territory_departement_of_code(code_insee, &d))
        return false;
    for (size_t i = 0; i < n; i++)
        if (str_eq(departements[i], d.code))
            return true;
    return false;
}

static bool is_asked(const struct directory_import *in, struct str code_insee)
{
    return is_one_of(in->departements, in->n_departements, code_insee);
}

bool import_is_outside(const struct importer *im, const struct directory_place *p)
{
    return im->territory->n_departements > 0 && p->code_insee.n > 0 &&
           !is_one_of(im->territory->departements, im->territory->n_departements, p->code_insee);
}

/* A commune is seldom more than 40 km wide from its centre; those of Guyane are as large as a département. */
static bool is_near_one_of(const struct territory_departement *d, struct geo_point p)
{
    enum { FAR_M = 40000, FAR_GUYANE_M = 250000 };
    double far = str_eq(d->code, STR("973")) ? FAR_GUYANE_M : FAR_M;
    for (uint32_t i = d->first; i < d->first + d->n; i++) {
        struct territory_commune c = territory_commune_at(i);
        struct territory_point centre = territory_point(NULL, &c);
        if (centre.precision != TERRITORY_POINT_UNKNOWN && geo_distance_m(p, centre.point) <= far)
            return true;
    }
    return false;
}

bool import_may_be_here(const struct directory_import *in, struct geo_point p)
{
    struct territory_departement d;
    for (size_t i = 0; i < in->n_departements; i++)
        if (territory_departement_find(in->departements[i], &d) && is_near_one_of(&d, p))
            return true;
    return in->n_departements == 0;
}

/* By the INSEE code; without it, here when one of the communes of the postal code is; without both, elsewhere when its point is far. */
static enum where where_is(struct importer *im, enum directory_kind kind, const void *record)
{
    const struct field_table *t = field_table(kind);
    struct str insee = *(const struct str *)field_in(field_find(t, STR("code_insee")), record);
    struct str postal = *(const struct str *)field_in(field_find(t, STR("code_postal")), record);
    struct territory_departement d;
    struct territory_commune *communes;
    if (territory_departement_of_code(insee, &d))
        return is_asked(im->in, insee) ? HERE : ELSEWHERE;
    size_t n = territory_communes_of_postal_code(im->rows, postal, &communes);
    for (size_t i = 0; i < n; i++)
        if (is_asked(im->in, communes[i].code))
            return HERE;
    if (n > 0)
        return ELSEWHERE;
    const struct directory_place *p = kind == DIRECTORY_PLACE ? record : NULL;
    bool far = p && p->latitude.known && p->longitude.known &&
               !import_may_be_here(im->in, (struct geo_point){p->latitude.value, p->longitude.value});
    return far ? ELSEWHERE : NOWHERE;
}

static enum err note_served(void *ctx, enum directory_kind kind, const void *record)
{
    struct importer *im = ctx;
    struct str structure = kind == DIRECTORY_SERVICE ? ((const struct directory_service *)record)->structure_source_id : STR_NONE;
    if (structure.n == 0 || where_is(im, kind, record) != HERE)
        return OK;
    return import_marks_get(&im->served, import_marks_key(&im->served, STR_NONE, structure)) ? OK : ERR_LIMIT;
}

/* The file is read once more, the first time that a structure of elsewhere is met: its services come after it. */
static enum err has_service_here(struct importer *im, const struct directory_record *structure, bool *has)
{
    if (!im->served_known)
        TRY(import_scout_file(im->in, im->a, &(struct import_scout){note_served, im}, im->why));
    im->served_known = true;
    *has = import_marks_find(&im->served, import_marks_key(&im->served, STR_NONE, structure->source_id)) != NULL;
    return OK;
}

static enum err leave_structure(struct importer *im, const struct directory_record *structure)
{
    return import_marks_get(&im->elsewhere, import_marks_key(&im->elsewhere, STR_NONE, structure->source_id)) ? OK : ERR_LIMIT;
}

enum err import_takes(struct importer *im, enum directory_kind kind, const void *record, bool *taken)
{
    enum where where = im->in->n_departements > 0 ? where_is(im, kind, record) : HERE;
    *taken = where == HERE || (where == NOWHERE && kind == DIRECTORY_PLACE); /* without an address, it will be refused and told */
    if (!*taken && kind == DIRECTORY_STRUCTURE)
        TRY(has_service_here(im, record, taken));
    else if (!*taken && where == NOWHERE && kind == DIRECTORY_SERVICE)
        TRY(import_knows_structure(im, ((const struct directory_service *)record)->structure_source_id, taken));
    if (!*taken)
        TRY(import_has(im, kind, record, taken));
    return *taken || kind != DIRECTORY_STRUCTURE ? OK : leave_structure(im, record);
}

bool import_left_structure(const struct importer *im, struct str id)
{
    return import_marks_find(&im->elsewhere, import_marks_key(&im->elsewhere, STR_NONE, id)) != NULL;
}
