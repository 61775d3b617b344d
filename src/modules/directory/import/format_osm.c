/* OpenStreetMap: the tags of an element → a place of LaMednum. GeoJSON of any exporter, or Overpass JSON. Only what a tag
 * says: a library is a library, but what it offers is not known. Sources: docs/formats.md. */
#include "base/text.h"
#include "modules/directory/import/format.h"

/* Asked of whoever shows the data (ODbL 1.0, 4.3). */
#define ATTRIBUTION "© les contributeurs d’OpenStreetMap (ODbL)"

bool format_is_osm(const struct format_file *f)
{
    static const char *const tags[] = {"amenity", "office", "shop", "leisure", "social_facility", "healthcare", "building",
                                       "opening_hours", "addr:street", "contact:phone", "contact:street"};
    if (f->container != FORMAT_OVERPASS && f->container != FORMAT_GEOJSON)
        return false;
    return FORMAT_HAS_ANY(f, tags) && !format_has(f, "nom");
}

/* -- tags → fields -------------------------------------------------------------------------------- */

/* The first tag that is there is the value. */
enum { TAGS_MAX = 4 };
static const struct {
    const char *field;
    const char *tags[TAGS_MAX];
    bool list; /* `;` separates values */
} plain[] = {
    {"nom", {"name", "name:fr", "official_name", "brand"}, false},
    {"commune", {"addr:city", "contact:city", "is_in:city"}, false},
    {"code_postal", {"addr:postcode", "contact:postcode", "postal_code"}, false},
    {"code_insee", {"ref:INSEE"}, false},
    {"pivot", {"ref:FR:SIRET", "ref:FR:RNA", "ref:siret"}, false},
    {"complement_adresse", {"addr:unit", "addr:floor", "addr:door"}, false},
    {"telephone", {"phone", "contact:phone", "phone:FR", "contact:mobile"}, false},
    {"courriels", {"email", "contact:email"}, true},
    {"site_web", {"website", "contact:website", "url"}, true},
    {"horaires", {"opening_hours"}, false},
    {"presentation_detail", {"description:fr", "description"}, false},
    {"structure_parente", {"operator"}, false},
};

/* What a tag says of the kind of place. A value means "this one"; the words of a name or of a brand are folded. */
static const struct {
    const char *tag, *value, *typologie;
} kinds[] = {
    {"amenity", "library", "BIB"},
    {"amenity", "townhall", "MUNI"},
    {"amenity", "post_office", "LA_POSTE"},
    {"amenity", "coworking_space", "TIERS_LIEUX"},
    {"office", "coworking", "TIERS_LIEUX"},
    {"leisure", "hackerspace", "FABLAB"},
    {"leisure", "fablab", "FABLAB"},
    {"office", "association", "ASSO"},
    {"office", "ngo", "ASSO"},
    {"government", "tax", "CFP"},
    {"government", "prefecture", "PREF"},
};
/* Of operator, brand, network. */
static const struct {
    const char *words, *typologie;
} networks[] = {
    {"france services", "RFS"},
    {"france service", "RFS"},
    {"france travail", "FT"},
    {"pole emploi", "FT"},
    {"mission locale", "ML"},
    {"caf", "CAF"},
    {"caisse d allocations familiales", "CAF"},
    {"cpam", "CPAM"},
    {"caisse primaire d assurance maladie", "CPAM"},
    {"msa", "MSA"},
    {"ccas", "CCAS"},
    {"pimms", "PIMMS"},
};

static void set_plain(struct importer *im, const struct format_row *row, struct raw_record *raw)
{
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        struct str *cell = raw_cell(raw, plain[i].field);
        for (size_t k = 0; k < TAGS_MAX && plain[i].tags[k] && cell->n == 0; k++)
            *cell = format_value(row, plain[i].tags[k]);
        struct str rest = *cell, piece;
        if (plain[i].list && str_find_char(rest, ';', 0) >= 0) {
            *cell = STR_NONE;
            while (str_split(&rest, ';', &piece))
                format_add(im, cell, str_trim(piece));
        }
    }
}

static struct str first_of(const struct format_row *row, const char *one, const char *other)
{
    struct str v = format_value(row, one);
    return v.n > 0 ? v : format_value(row, other);
}

static struct str address(struct importer *im, const struct format_row *row)
{
    struct str street = first_of(row, "addr:street", "contact:street"), full = format_value(row, "addr:full");
    struct str number = first_of(row, "addr:housenumber", "contact:housenumber");
    if (street.n == 0)
        street = first_of(row, "addr:place", "addr:hamlet");
    if (street.n == 0)
        return full;
    return number.n > 0 ? arena_printf(im->rows, "%.*s %.*s", STR_ARG(number), STR_ARG(street)) : street;
}

static void set_kind(struct importer *im, const struct format_row *row, struct raw_record *raw)
{
    static const char *const says_network[] = {"operator", "brand", "network"};
    struct str *cell = raw_cell(raw, "typologie");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (str_eq(format_value(row, kinds[i].tag), str_from(kinds[i].value)))
            format_add(im, cell, str_from(kinds[i].typologie));
    for (size_t i = 0; i < sizeof says_network / sizeof *says_network; i++) {
        struct str folded = text_fold(im->rows, format_value(row, says_network[i]));
        for (size_t k = 0; k < sizeof networks / sizeof *networks && folded.n > 0; k++)
            if (str_eq(folded, str_from(networks[k].words)))
                format_add(im, cell, str_from(networks[k].typologie));
    }
    if (str_find(*cell, STR("RFS"), 0) >= 0)
        *raw_cell(raw, "dispositif_programmes_nationaux") = STR("France Services");
    raw->typologie_du_nom = cell->n == 0;
}

/* The one service that a tag says. */
static void set_internet(const struct format_row *row, struct raw_record *raw)
{
    struct str access = format_value(row, "internet_access"), fee = format_value(row, "internet_access:fee");
    if (access.n == 0 || str_eq(access, STR("no")))
        return;
    *raw_cell(raw, "services") = STR("Accès internet et matériel informatique");
    if (str_eq(fee, STR("no")))
        *raw_cell(raw, "frais_a_charge") = STR("Gratuit");
    else if (str_eq(fee, STR("yes")))
        *raw_cell(raw, "frais_a_charge") = STR("Payant");
}

/* LaMednum has no field for the ways into a building: people read it. */
static void set_wheelchair(struct importer *im, const struct format_row *row, struct raw_record *raw)
{
    static const struct {
        const char *value, *words;
    } says[] = {{"yes", "Accessible en fauteuil roulant."},
                {"designated", "Accessible en fauteuil roulant."},
                {"limited", "Accessible en partie en fauteuil roulant."},
                {"no", "Pas accessible en fauteuil roulant."}};
    struct str wheelchair = format_value(row, "wheelchair");
    for (size_t i = 0; i < sizeof says / sizeof *says; i++)
        if (str_eq(wheelchair, str_from(says[i].value)))
            format_join(im->rows, raw_cell(raw, "presentation_detail"), "\n", str_from(says[i].words));
}

/* The day somebody looked, else the day of the last change. */
static struct str date_of(const struct format_row *row)
{
    static const char *const tags[] = {"check_date", "survey:date", "@timestamp", "timestamp"};
    struct civil_date d;
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        struct str day = str_sub(format_value(row, tags[i]), 0, sizeof "2026-11-24" - 1);
        if (civil_parse(day, &d))
            return day;
    }
    return STR_NONE;
}

/* "node/123", however the exporter writes it. */
static struct str id_of(struct importer *im, const struct format_row *row)
{
    static const struct {
        char letter;
        const char *type;
    } types[] = {{'n', "node"}, {'w', "way"}, {'r', "relation"}};
    struct str id = first_of(row, "@id", "id"), full = format_value(row, "full_id"), osm = format_value(row, "osm_id");
    struct str type = format_value(row, "osm_type");
    for (size_t i = 0; i < sizeof types / sizeof *types && id.n == 0; i++)
        if (full.n > 1 && full.p[0] == types[i].letter)
            id = arena_printf(im->rows, "%s/%.*s", types[i].type, STR_ARG(str_sub(full, 1, full.n)));
    if (id.n == 0 && osm.n > 0)
        id = type.n > 0 ? arena_printf(im->rows, "%.*s/%.*s", STR_ARG(type), STR_ARG(osm)) : osm;
    return id;
}

/* The rest, told once: nobody wonders where a tag went. */
static bool is_read(struct str name)
{
    static const char *const names[] = {
        "@id", "id", "full_id", "osm_id", "osm_type", "@timestamp", "timestamp", "check_date", "survey:date",
        "geometry.latitude", "geometry.longitude", "addr:street", "contact:street", "addr:housenumber", "contact:housenumber",
        "addr:place", "addr:hamlet", "addr:full", "operator", "brand", "network", "internet_access", "internet_access:fee",
        "wheelchair", "amenity", "office", "leisure", "government"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_eq(name, str_from(names[i])))
            return true;
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        for (size_t k = 0; k < TAGS_MAX && plain[i].tags[k]; k++)
            if (str_eq(name, str_from(plain[i].tags[k])))
                return true;
    return false;
}

static enum err read_row(struct importer *im, void *ctx, const struct format_row *row, struct directory_problems *problems)
{
    const struct format_file *f = ctx;
    size_t tags = 0;
    for (size_t i = 0; i < row->n; i++) {
        tags += row->names[i].p[0] != '@' && !str_starts(row->names[i], STR("geometry."));
        if (!is_read(row->names[i]))
            import_ignore(im, row->names[i]);
    }
    if (tags == 0 && f->container == FORMAT_OVERPASS)
        return OK; /* a corner of a way: no place */
    struct raw_record *raw = format_raw(im, DIRECTORY_PLACE);
    raw->source = STR("openstreetmap");
    raw->date_inconnue = "1970-01-01";
    set_plain(im, row, raw);
    *raw_cell(raw, "id") = id_of(im, row);
    *raw_cell(raw, "source") = STR(ATTRIBUTION);
    *raw_cell(raw, "adresse") = address(im, row);
    *raw_cell(raw, "latitude") = format_value(row, "geometry.latitude");
    *raw_cell(raw, "longitude") = format_value(row, "geometry.longitude");
    *raw_cell(raw, "date_maj") = date_of(row);
    set_kind(im, row, raw);
    set_internet(row, raw);
    set_wheelchair(im, row, raw);
    return import_raw(im, raw, row->line, problems);
}

enum err format_read_osm(struct importer *im, const struct format_file *f)
{
    return format_each(im, f, &(struct format_reader){.row = read_row, .ctx = (void *)(uintptr_t)f});
}
