/* A place made ready to be compared, once. */
#include <pthread.h>

#include "base/text.h"
#include "modules/directory/duplicates/duplicates.h"
#include "modules/territory/territory.h"

/* Kinds that are taken for one another: one stands for all of a line. */
static const char *const alike[][6] = {
    {"RFS", "PIMMS", "MSAP", "LA_POSTE"},
    {"BIB", "RELAIS_LECTURE"},
    {"CS", "CSC", "EVS"},
    {"EPCI", "CC"},
    {"MDS", "DEPT", "CDAS", "CMS", "CD"},
    {"MDE", "MDEF"},
    {"EPN", "EPI"},
    {"PREVENTION", "SCP"},
};

static struct directory_set set_of(const char *const codes[6])
{
    struct directory_set s = DIRECTORY_SET_NONE;
    for (size_t i = 0; i < 6 && codes[i]; i++)
        directory_set_add(&s, directory_enum_find(ENUM_TYPOLOGIE, str_from(codes[i])));
    return s;
}

struct families {
    struct directory_set lines[sizeof alike / sizeof *alike];
    int other; /* "Autre": says nothing */
};
static struct families families;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make_families(void)
{
    for (size_t i = 0; i < sizeof alike / sizeof *alike; i++)
        families.lines[i] = set_of(alike[i]);
    families.other = directory_enum_find(ENUM_TYPOLOGIE, STR("Autre"));
}

static struct directory_set folded_kinds(struct directory_set kinds)
{
    if (directory_set_has(kinds, families.other))
        kinds.w[families.other >> 6] &= ~((uint64_t)1 << (families.other & 63));
    for (size_t i = 0; i < sizeof families.lines / sizeof *families.lines; i++) {
        struct directory_set line = families.lines[i];
        if (!directory_set_meets(kinds, line))
            continue;
        kinds.w[0] &= ~line.w[0];
        kinds.w[1] &= ~line.w[1];
        directory_set_add(&kinds, directory_set_next(line, 0));
    }
    return kinds;
}

/* The commune of today, whole. */
static struct str whole_commune(struct str code)
{
    struct territory_commune c;
    if (code.n != 5)
        return STR_NONE;
    if (!territory_commune_find(code, &c))
        return code;
    return c.parent.n ? c.parent : c.code;
}

/* Without a code: the one commune of that postal code that has this name. */
static struct str named_commune(struct arena *a, struct str code_postal, struct str town)
{
    struct territory_commune *communes;
    size_t n = territory_communes_of_postal_code(a, code_postal, &communes);
    for (size_t i = 0; i < n; i++)
        if (str_eq(duplicate_town(a, communes[i].name), town) || (communes[i].parent.n && town.n))
            return communes[i].parent.n ? communes[i].parent : communes[i].code;
    return STR_NONE;
}

static bool all_digits(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

/* "31 rue Jean Gallart 49650 Allonnes": what the other fields do not say. */
static void read_tail(struct str adresse, struct duplicate_place *out, struct str *commune)
{
    for (size_t i = adresse.n; i-- > 1;) {
        struct str code = str_sub(adresse, i, 5), after = str_trim(str_sub(adresse, i + 5, adresse.n));
        if (code.n < 5 || !all_digits(code) || adresse.p[i - 1] != ' ' || after.n == 0 || after.n > 60)
            continue;
        if (adresse.p[i + 5] != ' ')
            continue;
        if (out->code_postal.n == 0)
            out->code_postal = code;
        if (commune->n == 0)
            *commune = after;
        return;
    }
}

/* The last nine digits: what is the same in "+33 2 99 00 00 00" and "02 99 00 00 00". */
static uint64_t phone_number(struct str s)
{
    enum { DIGITS = 9 };
    uint64_t v = 0;
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] >= '0' && s.p[i] <= '9') {
            v = (v * 10 + (uint64_t)(s.p[i] - '0')) % 1000000000;
            n++;
        }
    return n >= DIGITS ? v : 0;
}

static uint64_t siret_number(struct str s)
{
    enum { DIGITS = 14 };
    uint64_t v = 0;
    if (s.n != DIGITS || !all_digits(s))
        return 0;
    for (size_t i = 0; i < s.n; i++)
        v = v * 10 + (uint64_t)(s.p[i] - '0');
    return v;
}

static uint64_t mail_hash(struct str s)
{
    uint64_t h = UINT64_C(14695981039346656037);
    s = str_trim(s);
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        c = c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c;
        h = (h ^ c) * UINT64_C(1099511628211);
    }
    return h;
}

/* One of these, and only one, is found at an address. */
static bool in_network(struct directory_set kinds, struct directory_set dispositifs)
{
    return directory_set_has(kinds, directory_set_next(families.lines[0], 0)) ||
           directory_set_has(dispositifs, directory_enum_find(ENUM_DISPOSITIF, STR("France Services")));
}

static struct str_list folded_sources(struct arena *a, struct str_list sources)
{
    struct str_list l = {ARENA_ARRAY(a, sources.n, struct str), sources.n};
    for (size_t i = 0; i < sources.n; i++)
        l.items[i] = text_fold(a, sources.items[i]);
    return l;
}

void duplicate_prepare(struct arena *a, const struct duplicate_input *in, struct duplicate_place *out)
{
    pthread_once(&once, make_families);
    *out = (struct duplicate_place){.id = in->id, .sources = folded_sources(a, in->sources), .code_postal = in->code_postal,
                                    .has_point = in->has_point, .point = in->point};
    struct str commune = in->commune;
    if (commune.n == 0 || in->code_postal.n == 0)
        read_tail(in->adresse, out, &commune);
    duplicate_name_read(a, in->nom, commune, &out->name);
    duplicate_address_read(a, in->adresse, commune, &out->address);
    out->town = duplicate_town(a, commune);
    out->insee = whole_commune(in->code_insee);
    if (out->insee.n == 0 && out->code_postal.n == 5 && out->town.n > 0)
        out->insee = named_commune(a, out->code_postal, out->town);
    struct directory_set said = folded_kinds(in->typologie), named = folded_kinds(out->name.kinds);
    out->kinds = directory_set_empty(said) ? named : said;
    out->network = in_network(directory_set_union(said, named), in->dispositifs);
    out->name.kinds = named;
    out->telephone = phone_number(in->telephone);
    out->siret = siret_number(in->pivot);
    for (size_t i = 0; i < in->courriels.n && out->n_mails < DUPLICATE_MAILS; i++)
        if (in->courriels.items[i].n > 3)
            out->mails[out->n_mails++] = mail_hash(in->courriels.items[i]);
}
