/* Cleaning: any bytes give a valid text or a refusal; what is clean stays as it is; what comes out passes the checks of the
 * directory. */
#include "fuzz.h"

#include <math.h>

#include "base/utf8.h"
#include "clean/clean.h"
#include "modules/directory/fields.h"

static const struct check_context context = {.last_day = 30000};

static bool only_zeros(struct str v)
{
    for (size_t i = 0; i < v.n; i++)
        if (v.p[i] != '0')
            return false;
    return true;
}

/* What holds of every cleaner. False when there is no value to look at. */
static bool check_cleaned(struct str given, const struct cleaned *c)
{
    expect(c->n_rules <= CLEAN_RULES_MAX);
    if (c->refused) {
        expect(c->value.n == 0 && c->n_rules == 0);
        return false;
    }
    expect(str_is_utf8(c->value));
    /* a number of zeros is no value, without a word */
    expect(str_eq(c->value, str_trim(given)) == (c->n_rules == 0) || (c->value.n == 0 && only_zeros(str_trim(given))));
    expect(str_eq(str_trim(c->value), c->value));
    return c->value.n > 0;
}

static void check_stable(const struct cleaned *once, const struct cleaned *twice)
{
    expect(!twice->refused && twice->n_rules == 0 && str_eq(once->value, twice->value));
}

static void each(struct str list, const char *(*check)(const struct check_context *, struct str))
{
    struct str piece;
    while (str_split(&list, '|', &piece))
        expect(check(&context, piece) == NULL);
}

/* The characters that the standard's library allows in a street. */
static const char *check_street(const struct check_context *cx, struct str v)
{
    (void)cx;
    for (size_t i = 0; i < v.n;) {
        uint32_t cp = 0;
        i += utf8_decode(v.p + i, v.n - i, &cp);
        bool letter = (cp >= 'A' && cp <= 'Z') || (cp >= 'a' && cp <= 'z') || (cp >= 0xC0 && cp <= 0xFF && cp != 0xD7 && cp != 0xF7) ||
                      (cp >= 0x152 && cp <= 0x178);
        if (!letter && !(cp < 0x80 && strchr("0123456789-,().&:+|;'/ ", (int)cp)) && cp != 0xB0 && cp != 0x2013 && cp != 0x2019)
            return "another character";
    }
    return NULL;
}

typedef struct cleaned cleaner(struct arena *, struct str);

static struct cleaned text_line(struct arena *a, struct str v)
{
    return clean_text(a, v, false);
}

static struct cleaned text_lines(struct arena *a, struct str v)
{
    return clean_text(a, v, true);
}

static struct cleaned telephone(struct arena *a, struct str v)
{
    return clean_telephone(a, v, STR("35"));
}

static struct cleaned telephone_overseas(struct arena *a, struct str v)
{
    return clean_telephone(a, v, STR("987"));
}

static void check_point(struct arena *a, struct str v)
{
    struct str rest = v, lat = STR_NONE;
    str_split(&rest, '\n', &lat);
    struct cleaned_point p = clean_point(a, lat, rest), alone = clean_point(a, v, STR_NONE);
    const struct cleaned_point *both[] = {&p, &alone};
    for (size_t i = 0; i < 2; i++) {
        expect(both[i]->known ? geo_in_france(both[i]->point) && !both[i]->refused : both[i]->n_rules == 0);
        expect(both[i]->known || !(both[i]->point.lat != 0 || both[i]->point.lon != 0));
    }
    if (p.known) {
        char text[2][64];
        struct str again[2];
        for (int i = 0; i < 2; i++)
            again[i] = (struct str){text[i], (size_t)snprintf(text[i], sizeof text[i], "%.17f", i ? p.point.lon : p.point.lat)};
        struct cleaned_point q = clean_point(a, again[0], again[1]);
        expect(q.known && q.n_rules == 0 && fabs(q.point.lat - p.point.lat) < 1e-9 && fabs(q.point.lon - p.point.lon) < 1e-9);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const struct {
        cleaner *clean;
        const char *(*check)(const struct check_context *, struct str); /* of each value of the list; NULL: any text */
    } cleaners[] = {
        {text_line, NULL},
        {text_lines, NULL},
        {telephone, check_telephone_e164},
        {telephone_overseas, check_telephone_e164},
        {clean_courriels, check_courriel},
        {clean_sites_web, check_url},
        {clean_sites_web, check_uri},
        {clean_voie, NULL},
        {clean_code_postal, check_code_postal},
        {clean_code_insee, check_code_insee_lamednum},
        {clean_pivot, check_pivot},
        {clean_siret, check_siret},
        {clean_date, check_date},
        {clean_decimal, NULL},
    };
    struct str given = {(const char *)data, n};
    struct arena *a = arena_new(SIZE_MAX);
    for (size_t i = 0; i < sizeof cleaners / sizeof *cleaners; i++) {
        struct cleaned once = cleaners[i].clean(a, given), twice;
        if (!check_cleaned(given, &once))
            continue;
        if (cleaners[i].clean == clean_voie)
            expect(check_street(&context, once.value) == NULL);
        if (cleaners[i].check)
            each(once.value, cleaners[i].check);
        if (cleaners[i].clean == clean_siret)
            expect(check_siret_key(once.value));
        twice = cleaners[i].clean(a, once.value);
        check_stable(&once, &twice);
    }
    check_point(a, given);
    arena_free(a);
    return 0;
}
