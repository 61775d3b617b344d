#include "modules/territory/blob.h"

#include <assert.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the reference data are packed in little-endian order"
#endif

extern const unsigned char territory_blob_start[];

/* One struct a record, in the order of the sections in tools/territory_data.py. */
struct commune_record {
    char code[5];
    uint8_t kind, departement, precision;
    uint32_t name, population;
    int32_t lat_e5, lon_e5;
    uint16_t epci, parent;
    uint32_t postal;
};
struct postal_record {
    char code[5];
    uint8_t n;
    uint16_t unused;
    uint32_t first;
};
struct former_record {
    char code[5];
    uint8_t unused;
    uint16_t commune;
};
struct departement_record {
    char code[4], region[4];
    uint32_t name, folded;
    uint16_t first, n;
};
struct region_record {
    char code[4];
    uint32_t name;
};
struct epci_record {
    char siren[9];
    uint8_t unused;
    uint16_t n;
    uint32_t name, type, population, first;
};
static_assert(sizeof(struct commune_record) == 32, "packed as in territory_data.py");
static_assert(sizeof(struct postal_record) == 12, "packed as in territory_data.py");
static_assert(sizeof(struct former_record) == 8, "packed as in territory_data.py");
static_assert(sizeof(struct departement_record) == 20, "packed as in territory_data.py");
static_assert(sizeof(struct epci_record) == 28, "packed as in territory_data.py");

enum section {
    SECTION_COMMUNES,
    SECTION_TEXTS,
    SECTION_POSTAL_LISTS,
    SECTION_POSTAL,
    SECTION_POSTAL_MEMBERS,
    SECTION_FORMER_CODES,
    SECTION_DEPARTEMENTS,
    SECTION_REGIONS,
    SECTION_EPCI,
    SECTION_EPCI_MEMBERS,
    SECTION_POPULATIONS,
    SECTION_NAME_TEXT,
    SECTION_NAME_OFFSETS,
    SECTION_NAME_COMMUNES,
    SECTION_NAME_FORMER,
    SECTION_NAME_WORDS,
    SECTION_POSITIONS /* three, one by enum territory_start */
};

struct header {
    uint32_t magic;
    uint16_t year, sections;
    struct {
        uint32_t offset, count;
    } section[];
};

enum { NO_INDEX = 0xFFFF };

static const struct header *header(void)
{
    return (const struct header *)territory_blob_start;
}

static const void *section(unsigned which)
{
    return territory_blob_start + header()->section[which].offset;
}

static uint32_t section_count(unsigned which)
{
    return header()->section[which].count;
}

struct str territory_blob_text(uint32_t reference)
{
    return (struct str){(const char *)section(SECTION_TEXTS) + (reference >> 8), reference & 0xFF};
}

/* A code kept in a field of fixed width, padded with zeros. */
static struct str fixed(const char *p, size_t width)
{
    return (struct str){p, strnlen(p, width)};
}

/* First record whose key of `width` bytes at the start of the record is ≥ code. */
static uint32_t lower_bound(unsigned which, size_t size, size_t width, struct str code)
{
    const char *base = section(which);
    uint32_t low = 0, high = section_count(which);
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (str_cmp(fixed(base + (size_t)mid * size, width), code) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static bool find_record(unsigned which, size_t size, size_t width, struct str code, uint32_t *index)
{
    *index = lower_bound(which, size, width, code);
    return *index < section_count(which) &&
           str_eq(fixed((const char *)section(which) + (size_t)*index * size, width), code);
}

uint32_t territory_count(void)
{
    return section_count(SECTION_COMMUNES);
}

int territory_year(void)
{
    return header()->year;
}

static const struct commune_record *commune_record(uint32_t i)
{
    return (const struct commune_record *)section(SECTION_COMMUNES) + i;
}

struct territory_commune territory_commune_at(uint32_t i)
{
    const struct commune_record *r = commune_record(i);
    const struct departement_record *d =
        (const struct departement_record *)section(SECTION_DEPARTEMENTS) + r->departement;
    struct territory_commune c = {
        .index = i,
        .kind = r->kind == 0 ? TERRITORY_COMMUNE : TERRITORY_ARRONDISSEMENT,
        .code = {r->code, sizeof r->code},
        .name = territory_blob_text(r->name),
        .departement = fixed(d->code, sizeof d->code),
        .region = fixed(d->region, sizeof d->region),
        .population = r->population,
        .n_postal_codes = r->postal & 0xFF,
        .postal_codes = (const char *)section(SECTION_POSTAL_LISTS) + (size_t)(r->postal >> 8) * 5,
    };
    if (r->epci != NO_INDEX)
        c.epci = territory_epci_at(r->epci).siren;
    if (r->parent != NO_INDEX)
        c.parent = (struct str){commune_record(r->parent)->code, sizeof r->code};
    return c;
}

bool territory_blob_index(struct str code, uint32_t *index)
{
    return find_record(SECTION_COMMUNES, sizeof(struct commune_record), 5, code, index);
}

bool territory_commune_find(struct str code_insee, struct territory_commune *out)
{
    uint32_t i;
    if (!territory_blob_index(code_insee, &i)) {
        if (!find_record(SECTION_FORMER_CODES, sizeof(struct former_record), 5, code_insee, &i))
            return false;
        i = ((const struct former_record *)section(SECTION_FORMER_CODES))[i].commune;
    }
    *out = territory_commune_at(i);
    return true;
}

bool territory_code_is_current(struct str code_insee)
{
    uint32_t i;
    return territory_blob_index(code_insee, &i);
}

static const struct postal_record *postal_record(uint32_t i)
{
    return (const struct postal_record *)section(SECTION_POSTAL) + i;
}

bool territory_blob_postal_range(struct str prefix, uint32_t *first, uint32_t *end)
{
    uint32_t i = lower_bound(SECTION_POSTAL, sizeof(struct postal_record), 5, prefix);
    *first = i;
    while (i < section_count(SECTION_POSTAL) && str_starts(fixed(postal_record(i)->code, 5), prefix))
        i++;
    *end = i;
    return i > *first;
}

const uint16_t *territory_blob_postal_members(uint32_t i, uint32_t *n)
{
    *n = postal_record(i)->n;
    return (const uint16_t *)section(SECTION_POSTAL_MEMBERS) + postal_record(i)->first;
}

size_t territory_communes_of_postal_code(struct arena *a, struct str code_postal,
                                         struct territory_commune **out)
{
    uint32_t i, n;
    *out = NULL;
    if (!find_record(SECTION_POSTAL, sizeof(struct postal_record), 5, code_postal, &i))
        return 0;
    const uint16_t *members = territory_blob_postal_members(i, &n);
    *out = ARENA_ARRAY(a, n, struct territory_commune);
    for (uint32_t k = 0; k < n; k++)
        (*out)[k] = territory_commune_at(members[k]);
    return n;
}

uint32_t territory_departement_count(void)
{
    return section_count(SECTION_DEPARTEMENTS);
}

struct territory_departement territory_departement_at(uint32_t i)
{
    const struct departement_record *r = (const struct departement_record *)section(SECTION_DEPARTEMENTS) + i;
    return (struct territory_departement){.code = fixed(r->code, sizeof r->code),
                                          .name = territory_blob_text(r->name),
                                          .region = fixed(r->region, sizeof r->region),
                                          .first = r->first,
                                          .n = r->n};
}

bool territory_departement_find(struct str code, struct territory_departement *out)
{
    uint32_t i;
    if (!find_record(SECTION_DEPARTEMENTS, sizeof(struct departement_record), 4, code, &i))
        return false;
    *out = territory_departement_at(i);
    return true;
}

bool territory_departement_folded(struct str folded, struct territory_departement *out)
{
    const struct departement_record *r = section(SECTION_DEPARTEMENTS);
    for (uint32_t i = 0; i < section_count(SECTION_DEPARTEMENTS); i++)
        if (str_eq(territory_blob_text(r[i].folded), folded)) {
            *out = territory_departement_at(i);
            return true;
        }
    return false;
}

bool territory_departement_of_code(struct str code_insee, struct territory_departement *out)
{
    struct territory_commune c;
    if (!territory_commune_find(code_insee, &c))
        return false;
    return territory_departement_find(c.departement, out);
}

struct str territory_region_name(struct str code)
{
    uint32_t i;
    if (!find_record(SECTION_REGIONS, sizeof(struct region_record), 4, code, &i))
        return STR_NONE;
    return territory_blob_text(((const struct region_record *)section(SECTION_REGIONS))[i].name);
}

uint32_t territory_epci_count(void)
{
    return section_count(SECTION_EPCI);
}

struct territory_epci territory_epci_at(uint32_t i)
{
    const struct epci_record *r = (const struct epci_record *)section(SECTION_EPCI) + i;
    return (struct territory_epci){
        .siren = {r->siren, sizeof r->siren},
        .name = territory_blob_text(r->name),
        .type = territory_blob_text(r->type),
        .population = r->population,
        .n_members = r->n,
        .members = (const unsigned char *)section(SECTION_EPCI_MEMBERS) + (size_t)r->first * 2,
    };
}

bool territory_epci_find(struct str siren, struct territory_epci *out)
{
    uint32_t i;
    if (!find_record(SECTION_EPCI, sizeof(struct epci_record), 9, siren, &i))
        return false;
    *out = territory_epci_at(i);
    return true;
}

struct territory_commune territory_epci_member(const struct territory_epci *e, uint32_t i)
{
    const unsigned char *p = e->members + (size_t)i * 2;
    return territory_commune_at((uint32_t)p[0] | (uint32_t)p[1] << 8);
}

struct territory_names territory_blob_names(void)
{
    return (struct territory_names){
        .n = section_count(SECTION_NAME_COMMUNES),
        .text = section(SECTION_NAME_TEXT),
        .offsets = section(SECTION_NAME_OFFSETS),
        .communes = section(SECTION_NAME_COMMUNES),
        .former = section(SECTION_NAME_FORMER),
        .words = section(SECTION_NAME_WORDS),
    };
}

struct territory_positions territory_blob_positions(enum territory_start kind)
{
    enum section s = (enum section)((int)SECTION_POSITIONS + (int)kind);
    return (struct territory_positions){section_count(s), section(s)};
}

const uint32_t *territory_blob_populations(void)
{
    return section(SECTION_POPULATIONS);
}

struct territory_point territory_blob_point(uint32_t index)
{
    const struct commune_record *r = commune_record(index);
    return (struct territory_point){{r->lat_e5 / 1e5, r->lon_e5 / 1e5}, (enum territory_precision)r->precision, 0};
}
