/* What is missing, old or doubtful in one sheet; the figures for programs. Pure. */
#include "modules/directory/quality.h"

#include <math.h>

#include "base/csv.h"
#include "base/json.h"
#include "i18n/i18n.h"
#include "modules/directory/geocoding/addresses.h"
#include "modules/directory/geocoding/points.h"

const struct quality_words quality_words[QUALITY_COUNT] = {
    [QUALITY_NO_PHONE] = {"sans_telephone", QUALITY_MISSING, N_("Pas de téléphone"),
                          N_("On ne peut pas appeler avant de venir."), false},
    [QUALITY_NO_CONTACT] = {"sans_courriel_ni_site", QUALITY_MISSING, N_("Ni e-mail ni site web"),
                            N_("On ne peut pas écrire, ni en savoir plus."), false},
    [QUALITY_NO_HOURS] = {"sans_horaires", QUALITY_MISSING, N_("Pas d’horaires"), N_("On risque de trouver porte close."),
                          false},
    [QUALITY_HOURS_TEXT] = {"horaires_non_compris", QUALITY_MISSING, N_("Horaires écrits, mais pas compris"),
                            N_("Ils sont montrés tels quels. Le site ne peut pas dire si le lieu est ouvert."), false},
    [QUALITY_NO_POINT] = {"sans_coordonnees", QUALITY_MISSING, N_("Pas de position précise"),
                          N_("Les distances sont comptées depuis le centre de la commune."), false},
    [QUALITY_NO_SERVICE] = {"sans_service", QUALITY_MISSING, N_("Pas d’aide indiquée"),
                            N_("On ne sait pas ce que le lieu propose."), false},
    [QUALITY_NO_NUMBER] = {"sans_identifiant", QUALITY_MISSING, N_("Pas de numéro SIRET, RNA ou RIDET"),
                           N_("Il est difficile de reconnaître la même organisation dans deux fichiers."), false},
    [QUALITY_HALF_YEAR] = {"date_moins_de_6_mois", QUALITY_AGE, N_("Moins de 6 mois"), NULL, true},
    [QUALITY_YEAR] = {"date_6_mois_a_1_an", QUALITY_AGE, N_("De 6 mois à 1 an"), NULL, true},
    [QUALITY_TWO_YEARS] = {"date_1_a_2_ans", QUALITY_AGE, N_("De 1 à 2 ans"), N_("Des horaires ont pu changer."), false},
    [QUALITY_OLDER] = {"date_plus_de_2_ans", QUALITY_AGE, N_("Plus de 2 ans"),
                       N_("Le lieu a pu déménager ou fermer : appelez avant de venir."), false},
    [QUALITY_NO_DATE] = {"date_inconnue", QUALITY_AGE, N_("Date inconnue"),
                         N_("La source ne dit pas de quand datent ses informations."), false},
    [QUALITY_CONFIRMED] = {"confirmees", QUALITY_AGE, N_("Confirmées par une personne"),
                           N_("Quelqu’un a dit ici que la fiche est juste."), true},
    [QUALITY_NEVER_CONFIRMED] = {"jamais_confirmees", QUALITY_AGE, N_("Jamais confirmées par une personne"),
                                 N_("Une date dans un fichier ne prouve pas que quelqu’un a vérifié."), false},
    [QUALITY_LEFT_ASIDE] = {"valeur_ecartee", QUALITY_DOUBT, N_("Une valeur laissée de côté"),
                            N_("Elle était illisible ou impossible. Rien de faux n’est publié à sa place."), false},
    [QUALITY_CORRECTED] = {"valeur_corrigee", QUALITY_DOUBT, N_("Une valeur corrigée"),
                           N_("Par exemple, un code postal qui avait perdu son 0. Chaque correction est notée."), false},
    [QUALITY_KEPT] = {"valeur_gardee", QUALITY_DOUBT, N_("Une valeur que le fichier ne dit plus"),
                      N_("Elle est gardée en attendant que quelqu’un vérifie."), false},
    [QUALITY_DEDUCED] = {"position_deduite", QUALITY_DOUBT, N_("Position trouvée d’après l’adresse"),
                         N_("Elle vient du service national des adresses, pas du lieu lui-même."), false},
    [QUALITY_NEAREST] = {"adresse_deduite", QUALITY_DOUBT, N_("Adresse trouvée d’après la position"),
                         N_("C’est l’adresse connue la plus proche. Elle vient du service national des adresses, pas du lieu lui-même."), false},
    [QUALITY_FAR] = {"loin_de_la_commune", QUALITY_DOUBT, N_("Position loin de la commune"),
                     N_("La position ou la commune est sans doute fausse."), false},
    [QUALITY_SHARED_PHONE] = {"telephone_partage", QUALITY_DOUBT, N_("Même téléphone pour 5 fiches ou plus"),
                              N_("C’est parfois un standard, parfois une erreur."), false},
    [QUALITY_TWIN] = {"doublon_possible", QUALITY_DOUBT, N_("Sans doute le même lieu qu’une autre fiche"),
                      N_("Même nom et même adresse, ou presque. Une personne du réseau peut les réunir."), false},
};

/* -- age ------------------------------------------------------------------------------------------ */

static struct civil_date months_before(struct civil_date d, int months)
{
    int month = d.year * 12 + d.month - 1 - months;
    struct civil_date then = {month / 12, month % 12 + 1, d.day};
    while (!civil_valid(then)) /* the 31st of a month that has 30 days */
        then.day--;
    return then;
}

static enum quality_measure age_of(struct str date_maj, struct civil_date today)
{
    enum { FIRST_YEAR = 2000 };
    struct civil_date d;
    int64_t now = civil_to_days(today);
    if (!civil_parse(date_maj, &d) || d.year < FIRST_YEAR || civil_to_days(d) > now + 1)
        return QUALITY_NO_DATE;
    int64_t day = civil_to_days(d);
    if (day >= civil_to_days(months_before(today, 6)))
        return QUALITY_HALF_YEAR;
    if (day >= civil_to_days(months_before(today, 12)))
        return QUALITY_YEAR;
    return day >= civil_to_days(months_before(today, 24)) ? QUALITY_TWO_YEARS : QUALITY_OLDER;
}

/* -- remarks -------------------------------------------------------------------------------------- */

static uint32_t bit(enum quality_measure m)
{
    return (uint32_t)1 << m;
}

static uint32_t remark_bit(const json_t *remark)
{
    const char *rule = json_string_value(json_array_get(remark, 1)), *after = json_string_value(json_array_get(remark, 3));
    if (!rule)
        return 0;
    if (str_starts(str_from(rule), STR("garde.")) || str_eq(str_from(rule), STR("valeur.douteuse")))
        return bit(QUALITY_KEPT);
    if (strcmp(rule, GEOCODE_RULE) == 0)
        return bit(QUALITY_DEDUCED);
    if (str_ends(str_from(rule), STR(GEOCODE_POINT_RULE)))
        return bit(QUALITY_NEAREST);
    return bit(after && *after ? QUALITY_CORRECTED : QUALITY_LEFT_ASIDE);
}

static uint32_t remarks_of(struct str remarks)
{
    uint32_t bits = 0;
    if (remarks.n == 0)
        return 0;
    json_t *all = json_loadb(remarks.p, remarks.n, 0, NULL), *one;
    size_t i;
    json_array_foreach(all, i, one)
        bits |= remark_bit(one);
    json_decref(all);
    return bits;
}

/* -- a sheet -------------------------------------------------------------------------------------- */

/* Ten kilometres, and twice the radius of a round commune of that size: Arles, Maripasoula are wide. */
static bool is_far(const struct quality_sheet *s)
{
    enum { ALWAYS_M = 10000, UNKNOWN_M = 20000, TIMES = 2 };
    if (!s->has_point || !s->has_centre)
        return false;
    double most = s->surface_km2 > 0 ? ALWAYS_M + TIMES * 1000.0 * sqrt(s->surface_km2 / M_PI) : (double)UNKNOWN_M;
    return geo_distance_m(s->point, s->centre) > most;
}

uint32_t quality_of(const struct quality_sheet *s, struct civil_date today)
{
    uint32_t bits = bit(age_of(s->date_maj, today)) | remarks_of(s->remarks);
    bits |= s->telephone.n ? 0 : bit(QUALITY_NO_PHONE);
    bits |= s->contact ? 0 : bit(QUALITY_NO_CONTACT);
    if (!s->hours)
        bits |= bit(s->hours_text ? QUALITY_HOURS_TEXT : QUALITY_NO_HOURS);
    bits |= s->has_point ? 0 : bit(QUALITY_NO_POINT);
    bits |= s->service ? 0 : bit(QUALITY_NO_SERVICE);
    bits |= s->number ? 0 : bit(QUALITY_NO_NUMBER);
    bits |= bit(s->confirmed_at_ms > 0 ? QUALITY_CONFIRMED : QUALITY_NEVER_CONFIRMED);
    return bits | (is_far(s) ? bit(QUALITY_FAR) : 0);
}

static uint64_t rank_of(struct str slug, enum quality_measure m)
{
    uint64_t h = 1469598103934665603U + (uint64_t)m;
    for (size_t i = 0; i < slug.n; i++)
        h = (h ^ (unsigned char)slug.p[i]) * 1099511628211U;
    return h ^ (h >> 29);
}

void quality_example_add(struct arena *a, struct quality_report *r, enum quality_measure m, struct str slug, struct str nom,
                         struct str commune)
{
    struct quality_example *of = r->examples[m];
    size_t *n = &r->n_examples[m], at;
    uint64_t rank = rank_of(slug, m);
    if (quality_words[m].good || slug.n == 0 || (*n == QUALITY_EXAMPLES && rank >= of[*n - 1].rank))
        return;
    at = *n < QUALITY_EXAMPLES ? (*n)++ : QUALITY_EXAMPLES - 1;
    for (; at > 0 && of[at - 1].rank > rank; at--)
        of[at] = of[at - 1];
    of[at] = (struct quality_example){arena_str(a, slug), arena_str(a, nom), arena_str(a, commune), rank};
}

/* -- for programs --------------------------------------------------------------------------------- */

static void number_cell(struct csv_writer *w, double value)
{
    struct buf b;
    buf_init(&b, 64);
    buf_double(&b, value);
    csv_cell(w, buf_str(&b));
    buf_deinit(&b);
}

static double share_of(int64_t count, int64_t of)
{
    return of > 0 ? round((double)count / (double)of * 10000) / 10000 : 0;
}

static void csv_row(struct csv_writer *w, const struct quality_source *s, const char *family, const char *key, double count,
                    int64_t of)
{
    csv_cell(w, s->slug);
    csv_cell(w, s->nom);
    csv_cell(w, str_from(family));
    csv_cell(w, str_from(key));
    number_cell(w, count);
    if (of > 0)
        number_cell(w, share_of((int64_t)count, of));
    else
        csv_cell(w, STR_NONE);
    csv_end_row(w);
}

static const char *const family_keys[QUALITY_FAMILIES] = {"manque", "age", "doute"};

void quality_write_csv(const struct quality_report *r, struct buf *out)
{
    static const char *const columns[] = {"source", "nom", "famille", "mesure", "valeur", "part_des_fiches"};
    struct csv_writer w = {.out = out, .guard = CSV_SPREADSHEET};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        csv_cell(&w, str_from(columns[i]));
    csv_end_row(&w);
    for (size_t i = 0; i < r->n_sources; i++) {
        const struct quality_source *s = &r->sources[i];
        int64_t sheets = quality_sheets(s);
        csv_row(&w, s, "total", "lieux", (double)s->places, 0);
        csv_row(&w, s, "total", "structures", (double)s->structures, 0);
        csv_row(&w, s, "total", "services", (double)s->services, 0);
        if (s->score >= 0)
            csv_row(&w, s, "total", "score_qualite_moyen", round(s->score * 100) / 100, 0);
        for (int m = 0; m < QUALITY_COUNT; m++)
            csv_row(&w, s, family_keys[quality_words[m].family], quality_words[m].key, (double)s->counts[m], sheets);
    }
}

static void write_family(struct json_writer *w, const struct quality_source *s, int family)
{
    json_key(w, str_from(family_keys[family]));
    json_object_begin(w);
    for (int m = 0; m < QUALITY_COUNT; m++)
        if ((int)quality_words[m].family == family) {
            json_key(w, str_from(quality_words[m].key));
            json_int(w, s->counts[m]);
        }
    json_object_end(w);
}

static void write_import(struct json_writer *w, const struct quality_source *s)
{
    struct buf date;
    json_key(w, STR("dernier_import"));
    if (s->imported_ms == 0) {
        json_null_value(w);
        return;
    }
    buf_init(&date, 64);
    clock_format_utc(&date, s->imported_ms);
    json_object_begin(w);
    json_key(w, STR("date"));
    json_str(w, buf_str(&date));
    json_key(w, STR("format"));
    json_str(w, s->format);
    json_object_end(w);
    buf_deinit(&date);
}

static void write_source(struct json_writer *w, const struct quality_source *s)
{
    static const char *const totals[] = {"lieux", "structures", "services"};
    const int64_t values[] = {s->places, s->structures, s->services};
    json_object_begin(w);
    json_key(w, STR("source"));
    json_str(w, s->slug);
    json_key(w, STR("nom"));
    json_str(w, s->nom);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        json_key(w, str_from(totals[i]));
        json_int(w, values[i]);
    }
    json_key(w, STR("score_qualite_moyen"));
    if (s->score >= 0)
        json_num(w, round(s->score * 100) / 100);
    else
        json_null_value(w);
    write_import(w, s);
    for (int f = 0; f < QUALITY_FAMILIES; f++)
        write_family(w, s, f);
    json_object_end(w);
}

void quality_write_json(const struct quality_report *r, struct buf *out)
{
    struct json_writer w;
    struct buf date;
    buf_init(&date, 32);
    civil_format(&date, civil_from_days(r->day));
    json_start(&w, out);
    json_object_begin(&w);
    json_key(&w, STR("date"));
    json_str(&w, buf_str(&date));
    json_key(&w, STR("sources"));
    json_array_begin(&w);
    for (size_t i = 0; i < r->n_sources; i++)
        write_source(&w, &r->sources[i]);
    json_array_end(&w);
    json_object_end(&w);
    buf_char(out, '\n');
    buf_deinit(&date);
}
