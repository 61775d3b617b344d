/* Coordinates: what a number is, then where the point falls. */
#include <math.h>

#include "clean/private.h"

static const char *const no_number =
    "Ceci n’est pas une coordonnée. Écrivez un nombre, par exemple 48.1173 pour la latitude et -1.6778 pour la longitude.";

/* ^-?\d+(\.\d+)?$ */
static bool is_right(struct str v)
{
    size_t i = v.n > 0 && v.p[0] == '-', start = i;
    while (i < v.n && clean_is_digit(v.p[i]))
        i++;
    if (i == start || i == v.n)
        return i > start;
    return v.p[i] == '.' && i + 1 < v.n && clean_digits(str_sub(v, i + 1, v.n), v.n - i - 1);
}

/* Bytes of a space inside a number, 0 for the others. */
static size_t inner_space(struct str v, size_t i)
{
    static const char *const spaces[] = {" ", "'", "\xC2\xA0", "\xE2\x80\xAF"};
    for (size_t k = 0; k < sizeof spaces / sizeof *spaces; k++)
        if (str_starts(str_sub(v, i, v.n), str_from(spaces[k])))
            return strlen(spaces[k]);
    return 0;
}

/* The digits at the start of v, cut by threes with spaces or not at all ("1 234 567"): *used bytes; false for "48 07 02". */
static bool take_digits(struct clean_out *out, struct str v, bool after_mark, size_t *used)
{
    size_t i = 0, group = 0, groups = 1;
    while (i < v.n) {
        size_t space = inner_space(v, i);
        if (clean_is_digit(v.p[i])) {
            clean_out_char(out, v.p[i]);
            group++;
            i++;
        } else if (space > 0 && i + space < v.n && clean_is_digit(v.p[i + space])) {
            if (group == 0 || (groups == 1 && !after_mark ? group > 3 : group != 3))
                return false;
            groups++;
            group = 0;
            i += space;
        } else {
            break;
        }
    }
    *used = i;
    return group > 0 && (groups == 1 || (after_mark ? group <= 3 : group == 3));
}

/* A number with a comma, spaces, signs and degrees of all kinds → digits, one dot, a minus. Empty: it is none. */
static struct str decimal_of(struct arena *a, struct cleaned *c, struct str v)
{
    struct clean_out out = clean_out_new(a, v.n);
    size_t used;
    if (str_starts(v, STR("−")) || str_starts(v, STR("–"))) {
        clean_out_char(&out, '-');
        v = str_trim(str_sub(v, 3, v.n));
    } else if (v.n > 0 && (v.p[0] == '-' || v.p[0] == '+')) {
        if (v.p[0] == '-')
            clean_out_char(&out, '-');
        v = str_trim(str_sub(v, 1, v.n));
    }
    if (!take_digits(&out, v, false, &used))
        return STR_NONE;
    v = str_sub(v, used, v.n);
    if (v.n > 0 && (v.p[0] == ',' || v.p[0] == '.')) {
        if (v.p[0] == ',')
            clean_rule(c, "nombre.virgule");
        clean_out_char(&out, '.');
        if (!take_digits(&out, str_sub(v, 1, v.n), true, &used))
            return STR_NONE;
        v = str_sub(v, used + 1, v.n);
    }
    v = str_trim(v);
    if (v.n > 0 && !str_eq(v, STR("°")) && !str_eq(v, STR("º")))
        return STR_NONE;
    if (c->n_rules == 0 || v.n > 0)
        clean_rule(c, "nombre.format");
    return clean_out_str(&out);
}

/* 8.5e-05, as programs write what is near 0. */
static bool is_exponent(struct str v)
{
    double n;
    for (size_t i = 0; i < v.n; i++)
        if (!clean_is_digit(v.p[i]) && !strchr("eE+-.", v.p[i]))
            return false;
    return v.n > 1 && clean_is_digit(v.p[v.p[0] == '-']) && clean_is_digit(v.p[v.n - 1]) && str_to_double(v, &n) && isfinite(n);
}

struct cleaned clean_decimal(struct arena *a, struct str v)
{
    struct cleaned c = {.value = str_trim(v)};
    struct str text, number;
    if (is_right(c.value) || is_exponent(c.value))
        return c;
    if (!clean_cell(a, &c, v, &text))
        return c;
    number = decimal_of(a, &c, text);
    if (number.n == 0) {
        clean_refuse(&c, "Ceci n’est pas un nombre. Écrivez-le avec un point, par exemple 48.1173.");
        return c;
    }
    return clean_done(c, v, number);
}

/* -- one coordinate ---------------------------------------------------------------------------------------------------------- */

/* A number, and the side that a letter says: N and S are latitudes, E, W and O longitudes. */
struct angle {
    double value;
    char side;
};

/* Degrees, minutes and seconds: 48°07'02"N, 48° 7' 2,5'' N, N 48 07 02. */
static bool read_sexagesimal(struct str v, bool negative, double *out)
{
    double part[3] = {0};
    size_t n = 0, i = 0;
    while (i < v.n) {
        struct str rest = str_sub(v, i, v.n);
        if (clean_is_digit(v.p[i])) {
            char number[24];
            size_t length = 0;
            while (i < v.n && (clean_is_digit(v.p[i]) || v.p[i] == '.' || v.p[i] == ',') && length + 1 < sizeof number) {
                number[length++] = (char)(v.p[i] == ',' ? '.' : v.p[i]);
                i++;
            }
            if (n == 3 || !str_to_double((struct str){number, length}, &part[n++]))
                return false;
        } else if (str_starts(rest, STR("°")) || str_starts(rest, STR("º"))) {
            i += 2;
        } else if (str_starts(rest, STR("′")) || str_starts(rest, STR("″")) || str_starts(rest, STR("’")) || str_starts(rest, STR("”"))) {
            i += 3;
        } else if (v.p[i] == '\'' || v.p[i] == '"' || v.p[i] == ' ' || v.p[i] == ':') {
            i++;
        } else {
            return false;
        }
    }
    if (n < 2 || part[1] >= 60 || part[2] >= 60 || part[0] != floor(part[0]) || (n == 3 && part[1] != floor(part[1])))
        return false;
    *out = (part[0] + part[1] / 60 + part[2] / 3600) * (negative ? -1 : 1);
    return true;
}

static char side_of(char c)
{
    c = clean_lower(c);
    return (char)(c == 'n' || c == 's' || c == 'e' ? c : c == 'w' || c == 'o' ? 'w' : 0);
}

/* One cell. False when it is no number. */
static bool read_angle(struct arena *a, struct cleaned *c, struct str v, struct angle *out)
{
    *out = (struct angle){0};
    if (is_right(v) || is_exponent(v))
        return str_to_double(v, &out->value);
    if (v.n > 1 && side_of(v.p[v.n - 1])) {
        out->side = side_of(v.p[v.n - 1]);
        v = str_trim(str_sub(v, 0, v.n - 1));
    } else if (v.n > 1 && side_of(v.p[0])) {
        out->side = side_of(v.p[0]);
        v = str_trim(str_sub(v, 1, v.n));
    }
    struct cleaned own = {0};
    struct str number = decimal_of(a, &own, v);
    bool ok = number.n > 0 && str_to_double(number, &out->value);
    if (!ok) {
        bool negative = v.n > 0 && v.p[0] == '-';
        ok = read_sexagesimal(str_sub(v, negative, v.n), negative, &out->value);
        clean_rule(c, "point.degres_minutes");
    } else {
        for (size_t i = 0; i < own.n_rules; i++)
            clean_rule(c, own.rules[i]);
    }
    if (out->side) {
        clean_rule(c, "point.degres_minutes");
        if (out->value < 0)
            return false; /* a sign and a letter */
        if (out->side == 's' || out->side == 'w')
            out->value = -out->value;
    }
    return ok;
}

/* -- one cell for two --------------------------------------------------------------------------------------------------------- */

static bool number_char(char c)
{
    return clean_is_digit(c) || c == '-' || c == '+' || c == '.';
}

/* Cuts "48.1173, -1.6778", "48,1173 ; -1,6778", "[48.1, -1.6]", "POINT (-1.67 48.11)"; *swapped for the last, which says
 * longitude first. */
static bool cut_pair(struct str v, struct str *first, struct str *second, bool *longitude_first)
{
    size_t commas = 0, at = 0;
    if (str_eq_nocase(str_sub(v, 0, 5), STR("POINT"))) {
        *longitude_first = true;
        v = str_trim(str_sub(v, 5, v.n));
    }
    while (v.n > 1 && strchr("([{", v.p[0]) && strchr(")]}", v.p[v.n - 1]))
        v = str_trim(str_sub(v, 1, v.n - 2));
    static const char *const strong[] = {";", "|", "/", ", ", " ,"};
    ptrdiff_t cut = -1;
    size_t width = 1;
    for (size_t k = 0; cut < 0 && k < sizeof strong / sizeof *strong; k++) {
        width = strlen(strong[k]);
        cut = str_find(v, str_from(strong[k]), 0);
        if (cut >= 0 && str_find(v, str_from(strong[k]), (size_t)cut + width) >= 0)
            return false; /* three pieces */
    }
    for (size_t i = 0; i < v.n; i++) {
        commas += v.p[i] == ',';
        if (v.p[i] == ',' && commas == 2)
            at = i;
    }
    width = cut < 0 ? 1 : width;
    if (cut < 0 && commas == 3) { /* 48,1173,-1,6778 */
        cut = (ptrdiff_t)at;
    } else if (cut < 0 && commas == 1 && str_find_char(v, '.', 0) >= 0) { /* 48.1173,-1.6778 */
        cut = str_find_char(v, ',', 0);
    } else if (cut < 0) { /* a space between two numbers */
        cut = str_find_char(v, ' ', 0);
        if (cut >= 0 && (str_find_char(v, ' ', (size_t)cut + 1) >= 0 || !number_char(v.p[cut + 1])))
            return false;
    }
    if (cut < 0)
        return false;
    *first = str_trim(str_sub(v, 0, (size_t)cut));
    *second = str_trim(str_sub(v, (size_t)cut + width, v.n));
    return first->n > 0 && second->n > 0;
}

/* -- where it falls ------------------------------------------------------------------------------------------------------------ */

static double rounded(double degrees)
{
    return round(degrees * 1e7) / 1e7;
}

/* Official projections of France, with the metres that each one's land takes. */
static bool from_metres(double x, double y, struct geo_point *out)
{
    static const struct {
        double x_min, x_max, y_min, y_max;
        int zone;
        bool south;
    } lands[] = {
        {90000, 1250000, 6040000, 7120000, 0, false},    /* Lambert-93 */
        {610000, 720000, 1740000, 1840000, 20, false},   /* Guadeloupe */
        {470000, 530000, 1970000, 2010000, 20, false},   /* Saint-Martin, Saint-Barthélemy */
        {680000, 745000, 1585000, 1655000, 20, false},   /* Martinique */
        {80000, 500000, 225000, 650000, 22, false},      /* Guyane */
        {310000, 385000, 7630000, 7695000, 40, true},    /* La Réunion */
        {495000, 550000, 8550000, 8620000, 38, true},    /* Mayotte */
    };
    for (size_t i = 0; i < sizeof lands / sizeof *lands; i++) {
        if (x < lands[i].x_min || x > lands[i].x_max || y < lands[i].y_min || y > lands[i].y_max)
            continue;
        struct geo_point p = lands[i].zone == 0 ? clean_from_lambert93(x, y) : clean_from_utm(lands[i].zone, lands[i].south, x, y);
        *out = (struct geo_point){rounded(p.lat), rounded(p.lon)};
        return geo_in_france(*out);
    }
    return false;
}

static const char *locate(struct cleaned *c, double lat, double lon, struct geo_point *out)
{
    struct geo_point p = {lat, lon}, swapped = {lon, lat};
    *out = p;
    if (geo_in_france(p))
        return NULL;
    if (geo_in_france(swapped)) {
        clean_rule(c, "point.inverse");
        *out = swapped;
        return NULL;
    }
    if (lat == 0 && lon == 0)
        return "Ces coordonnées (0, 0) sont au milieu de l’océan : elles ne disent rien. Laissez les deux cases vides, ou écrivez les vraies.";
    if (from_metres(lon, lat, out)) {
        clean_rule(c, "point.projection");
        return NULL;
    }
    if (from_metres(lat, lon, out)) {
        clean_rule(c, "point.projection");
        clean_rule(c, "point.inverse");
        return NULL;
    }
    return "Ces coordonnées ne sont pas en France. Vérifiez la latitude et la longitude (par exemple 48.1173 et -1.6778).";
}

static struct cleaned_point refused(const char *why)
{
    return (struct cleaned_point){.refused = why};
}

struct cleaned_point clean_point(struct arena *a, struct str latitude, struct str longitude)
{
    struct cleaned c = {0};
    struct cleaned_point out = {0};
    struct str lat = str_trim(latitude), lon = str_trim(longitude);
    struct angle y, x;
    bool longitude_first = false;
    if (!(is_right(lat) && is_right(lon))) {
        struct cleaned cy = clean_text(a, lat, false), cx = clean_text(a, lon, false);
        if (cy.refused || cx.refused)
            return refused(no_number);
        lat = clean_says_nothing(cy.value) && !is_right(cy.value) ? STR_NONE : cy.value;
        lon = clean_says_nothing(cx.value) && !is_right(cx.value) ? STR_NONE : cx.value;
    }
    if (lat.n == 0 && lon.n == 0)
        return out;
    if (lat.n == 0 || lon.n == 0 || str_eq(lat, lon)) {
        struct str both = lat.n > 0 ? lat : lon;
        if (cut_pair(both, &lat, &lon, &longitude_first))
            clean_rule(&c, "point.une_case");
        else if (lat.n == 0 || lon.n == 0)
            return refused(lat.n == 0 ? "Il manque la latitude." : "Il manque la longitude.");
    }
    if (!read_angle(a, &c, lat, &y) || !read_angle(a, &c, lon, &x))
        return refused(no_number);
    bool turned = longitude_first || (y.side && strchr("ew", y.side)) || (x.side && strchr("ns", x.side));
    if ((y.side && x.side) && ((strchr("ew", y.side) != NULL) == (strchr("ew", x.side) != NULL)))
        return refused("Ces deux coordonnées disent la même chose : il faut une latitude (N ou S) et une longitude (E ou O).");
    out.refused = turned ? locate(&c, x.value, y.value, &out.point) : locate(&c, y.value, x.value, &out.point);
    out.known = !out.refused;
    if (out.known) {
        memcpy(out.rules, c.rules, sizeof out.rules);
        out.n_rules = c.n_rules;
    } else {
        out.point = (struct geo_point){0};
    }
    return out;
}
