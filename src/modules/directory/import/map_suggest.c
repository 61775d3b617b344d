/* A first mapping: the fields of one value, the hours, and the document. */
#include <stdarg.h>

#include "base/json.h"
#include "base/text.h"
#include "modules/directory/import/map_suggest.h"

/* What tells a field: words of the name of a column (folded, alternatives between |; the first ones are the surest), words
 * that say that it is another thing, and the look of the values. */
struct clue {
    const char *field, *words, *never;
    map_pattern looks;
    bool by_look; /* the look is enough when the name says nothing */
};
static const struct clue clues[] = {
    {"id", "id|identifiant|uid|uuid|identifier|typo uid|id fs|code structure|reference", "insee|postal|commune|siret|national", NULL, false},
    {"pivot", "pivot|siret|siren|rna|ridet", NULL, map_looks_like_siret, true},
    {"nom", "nom|nom du lieu|nom du lieu ou de la structure|lieu|libelle|intitule|name|denomination|raison sociale|title|lib fs|enseigne|structure|etablissement",
     "commune|ville|contact|type|voie|rue|responsable|parente|prenom|quart|categorie|date|id|region|departement|epci", map_looks_like_name, false},
    {"commune", "commune|ville|localite|city|town|municipality|nom commune|lib com|libelle commune", "code|insee|cp|postal|parente", map_looks_like_name, false},
    {"code_postal", "code postal|cp|postal code|postcode|zip|zipcode|codepostal", "insee", map_looks_like_postal_code, false},
    {"code_insee", "code insee|insee|code commune|citycode|code com|insee com|codeinsee|cog", "postal|dep", NULL, false},
    {"adresse", "adresse|adresse postale|rue|voie|address|street|street address|adres|numero et voie|nom de voie",
     "complement|mail|email|courriel|web|url|site|ip|electronique|numero de voie", map_looks_like_street, true},
    {"complement_adresse", "complement adresse|complement d adresse|complement|batiment|address 2|quartier|quart", NULL, NULL, false},
    {"latitude", "latitude|lat", NULL, map_looks_like_latitude, true},
    {"longitude", "longitude|lng|lon|long", NULL, map_looks_like_longitude, true},
    {"telephone", "telephone|tel|phone|numero de telephone|telephone fixe|mobile|portable|phone number", "fax", map_looks_like_phone, true},
    {"courriels", "courriel|courriels|email|mail|e mail|adresse mail|adresse electronique", NULL, map_looks_like_mail, true},
    {"fiche_acces_libre", "acceslibre|acces libre|fiche acces libre|accessibilite", NULL, map_looks_like_accessibility, true},
    {"prise_rdv", "prise de rdv|prise rdv|rendez vous|rdv|prise de rendez vous|booking", NULL, map_looks_like_booking, true},
    {"site_web", "site web|site internet|site|web|website|url|site inter|page web", "rdv|acceslibre", map_looks_like_url, true},
    {"date_maj", "date maj|date de mise a jour|maj|derniere maj|mise a jour|derniere modification|date modif|updated at|modified|last update|labellisation|date",
     "creation|naissance|debut|fin", map_looks_like_date, false},
    {"presentation_detail", "description|presentation|presentation detail|detail|details|commentaire|commentaires|infos|informations|remarques", "resume", NULL, false},
    {"presentation_resume", "resume|presentation resume|accroche|summary", NULL, NULL, false},
    {"structure_parente", "structure parente|organisme gestionnaire|gestionnaire|porteur|structure porteuse|parent organization", NULL, map_looks_like_name, false},
    {"source", "source|producteur|origine", NULL, map_looks_like_name, false},
};
enum { CLUES = sizeof clues / sizeof *clues };

void map_note(json_t *notes, const char *field, double confidence, const char *fmt, ...)
{
    char reason[300];
    va_list args;
    json_t *before = json_object_get(notes, field);
    va_start(args, fmt);
    vsnprintf(reason, sizeof reason, fmt, args);
    va_end(args);
    struct str cut = field_cut(str_from(reason), sizeof reason - 4);
    /* of several reasons the best is kept */
    if (before && json_number_value(json_object_get(before, "confiance")) >= confidence)
        return;
    json_object_set_new(notes, field, json_pack("{s:f, s:s#}", "confiance", confidence, "raison", cut.p, cut.n));
}

/* -- the sample ----------------------------------------------------------------------------------- */

/* "properties.nom" says "nom"; "adresses.0" says "adresses 0". */
static struct str last_part(struct str name)
{
    for (size_t i = name.n; i-- > 0;)
        if (name.p[i] == '.')
            return i + 2 < name.n && name.p[i + 1] != ' ' ? str_sub(name, i + 1, name.n) : name;
    return name;
}

static struct map_column *column_of(struct map_sample *s, struct str name, size_t hint)
{
    if (hint < s->n && str_eq(s->columns[hint].name, name))
        return &s->columns[hint];
    for (size_t i = 0; i < s->n; i++)
        if (str_eq(s->columns[i].name, name))
            return &s->columns[i];
    if (s->n == SUGGEST_COLUMNS)
        return NULL;
    s->columns = arena_grow(s->a, s->columns, s->n, &s->cap, s->n + 1, sizeof *s->columns);
    struct map_column *c = &s->columns[s->n++];
    *c = (struct map_column){.name = arena_str(s->a, name), .folded = text_fold(s->a, last_part(name)),
                             .values = ARENA_ARRAY(s->a, SUGGEST_ROWS, struct str)};
    return c;
}

static enum err take_sample(struct map_sample *s, struct str data, struct str *why)
{
    struct table *t;
    struct table_row row;
    bool has = true;
    TRY(table_open(s->a, data, (struct table_options){0}, &t, why));
    for (size_t i = 0; i < SUGGEST_ROWS && has; i++) {
        TRY(table_next(t, &row, &has, why));
        s->rows += has;
        for (size_t k = 0; k < row.n && has; k++) {
            struct str value = str_trim(row.values[k]);
            struct map_column *c = column_of(s, row.names[k], k);
            if (c && value.n > 0)
                c->values[c->n++] = arena_str(s->a, value);
        }
    }
    return OK;
}

/* -- fields of one value -------------------------------------------------------------------------- */

/* 1: the name is one of the words; less when it holds one, and the later in the list the less. */
static double name_score(struct str folded, const char *words)
{
    struct str rest = str_from(words), one;
    double best = 0, worth = 1;
    while (str_split(&rest, '|', &one)) {
        double score = str_eq(folded, one) ? worth : map_holds_words(folded, one) ? worth * 0.75 : 0;
        best = score > best ? score : best;
        worth = worth > 0.7 ? worth - 0.02 : worth;
    }
    return best;
}

static bool is_forbidden(struct str folded, const char *never)
{
    struct str rest = str_from(never), one;
    while (str_split(&rest, '|', &one))
        if (map_holds_words(folded, one))
            return true;
    return false;
}

static double score_of(const struct map_column *c, const struct clue *clue)
{
    double name = is_forbidden(c->folded, clue->never) ? 0 : name_score(c->folded, clue->words);
    if (!clue->looks)
        return c->n ? name * 0.9 : name * 0.5;
    double look = map_share(c, clue->looks);
    if (c->n == 0)
        return name * 0.5;
    if (name == 0)
        return clue->by_look && look > 0.7 ? look * 0.6 : 0;
    return look < 0.3 ? name * 0.35 : name * 0.55 + look * 0.45;
}

struct choice {
    double score;
    size_t column;
};

static void say_reason(json_t *notes, const struct clue *clue, const struct map_column *c, double score)
{
    bool named = !is_forbidden(c->folded, clue->never) && name_score(c->folded, clue->words) > 0;
    int share = clue->looks ? (int)(map_share(c, clue->looks) * 100) : -1;
    score = score > 1 ? 1 : score;
    if (c->n == 0)
        map_note(notes, clue->field, score, "d’après le titre « %.*s » ; la colonne est vide dans l’échantillon", STR_ARG(c->name));
    else if (!named)
        map_note(notes, clue->field, score, "%d %% des valeurs de « %.*s » en ont la forme", share, STR_ARG(c->name));
    else if (share < 0)
        map_note(notes, clue->field, score, "d’après le titre « %.*s »", STR_ARG(c->name));
    else
        map_note(notes, clue->field, score, "d’après le titre « %.*s » ; %d %% des valeurs en ont la forme", STR_ARG(c->name), share);
}

/* The best pair first: a column serves one field. */
static void suggest_values(struct map_sample *s, json_t *mapping, json_t *notes, size_t chosen[CLUES])
{
    static const double least = 0.3;
    bool done[CLUES] = {false};
    double *scores = ARENA_ARRAY(s->a, CLUES * (s->n + 1), double);
    for (size_t k = 0; k < CLUES; k++) {
        chosen[k] = SIZE_MAX;
        for (size_t i = 0; i < s->n; i++)
            scores[k * s->n + i] = s->columns[i].used ? 0 : score_of(&s->columns[i], &clues[k]);
    }
    for (;;) {
        size_t field = 0, column = 0;
        double best = 0;
        for (size_t k = 0; k < CLUES; k++)
            for (size_t i = 0; i < s->n && !done[k]; i++)
                if (!s->columns[i].used && scores[k * s->n + i] > best) {
                    best = scores[k * s->n + i];
                    field = k;
                    column = i;
                }
        if (best < least)
            return;
        struct map_column *c = &s->columns[column];
        c->used = done[field] = true;
        chosen[field] = column;
        json_object_set_new(mapping, clues[field].field, json_pack("{s:s#}", "colonne", c->name.p, c->name.n));
        say_reason(notes, &clues[field], c, best);
    }
}

static struct map_column *column_for(struct map_sample *s, const size_t chosen[CLUES], const char *field)
{
    for (size_t k = 0; k < CLUES; k++)
        if (strcmp(clues[k].field, field) == 0)
            return chosen[k] == SIZE_MAX ? NULL : &s->columns[chosen[k]];
    return NULL;
}

static bool holds_postal_code(struct str v)
{
    return map_address_part(v, MAP_POSTAL_CODE).n > 0;
}

/* An address on one line gives the street, and what no other column says. */
static void split_address(struct map_sample *s, json_t *mapping, json_t *notes, const size_t chosen[CLUES])
{
    static const char *const parts[] = {"code_postal", "commune"};
    const struct map_column *c = column_for(s, chosen, "adresse");
    double share = c ? map_share(c, holds_postal_code) : 0;
    if (share < 0.5)
        return;
    json_object_set_new(json_object_get(mapping, "adresse"), "extraire", json_string("voie"));
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (json_object_get(mapping, parts[i]))
            continue;
        json_object_set_new(mapping, parts[i], json_pack("{s:s#, s:s}", "colonne", c->name.p, c->name.n, "extraire", parts[i]));
        map_note(notes, parts[i], share * 0.8, "%d %% des adresses de « %.*s » le disent", (int)(share * 100), STR_ARG(c->name));
    }
}

static bool is_number(struct str v)
{
    return v.n > 0 && v.n < 10 && v.p[0] >= '0' && v.p[0] <= '9';
}

static bool begins_with_number(struct str v)
{
    return v.p[0] >= '0' && v.p[0] <= '9';
}

/* The number of the street in its own column. */
static void join_number(struct map_sample *s, json_t *mapping, const size_t chosen[CLUES])
{
    static const char *const names[] = {"numero", "num", "no", "n", "numero voie", "numero de voie", "num voie", "numero rue", "housenumber"};
    const struct map_column *street = column_for(s, chosen, "adresse");
    if (!street || map_share(street, begins_with_number) > 0.3)
        return; /* streets have theirs: the column numbers the rows */
    for (size_t i = 0; i < s->n; i++) {
        struct map_column *c = &s->columns[i];
        for (size_t k = 0; k < sizeof names / sizeof *names && !c->used; k++) {
            if (!str_eq(c->folded, str_from(names[k])) || map_share(c, is_number) < 0.7)
                continue;
            c->used = true;
            json_object_set_new(mapping, "adresse", json_pack("{s:{s:[s#,s#], s:s}}", "joindre", "colonnes", c->name.p, c->name.n,
                                                              street->name.p, street->name.n, "séparateur", " "));
            return;
        }
    }
}

/* Both coordinates in one column. */
static void split_point(struct map_sample *s, json_t *mapping, json_t *notes)
{
    static const char *const separators[] = {"|", ";", ",", " "};
    if (json_object_get(mapping, "latitude") || json_object_get(mapping, "longitude"))
        return;
    for (size_t i = 0; i < s->n; i++) {
        struct map_column *c = &s->columns[i];
        double share = c->used || c->n == 0 ? 0 : map_share(c, map_looks_like_point);
        if (share < 0.7)
            continue;
        const char *at = " ";
        for (size_t k = 0; k < sizeof separators / sizeof *separators; k++)
            if (str_find(c->values[0], str_from(separators[k]), 0) >= 0) {
                at = separators[k];
                break;
            }
        ptrdiff_t end = str_find(c->values[0], str_from(at), 0);
        bool latitude_first = end > 0 && map_looks_like_latitude(str_sub(c->values[0], 0, (size_t)end));
        c->used = true;
        for (int k = 0; k < 2; k++) {
            const char *field = k ? "longitude" : "latitude";
            json_object_set_new(mapping, field, json_pack("{s:{s:s#, s:s, s:i}}", "dissocier", "colonne", c->name.p, c->name.n, "séparateur", at,
                                                          "partie", latitude_first ? k : 1 - k));
            map_note(notes, field, share * 0.9, "« %.*s » dit les deux coordonnées", STR_ARG(c->name));
        }
        return;
    }
}

/* -- hours ---------------------------------------------------------------------------------------- */

static bool says_hours(struct str v)
{
    return map_looks_like_hours(v) || v.n < 3 || str_eq_nocase(v, STR("fermé")) || str_eq_nocase(v, STR("ferme"));
}

static bool suggest_days(struct map_sample *s, json_t *mapping, json_t *notes)
{
    static const char *const osm[MAP_DAYS] = {"Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"};
    enum { DAYS_LEAST = 4 };
    json_t *days = json_array();
    size_t found = 0;
    for (int d = 0; d < MAP_DAYS; d++) {
        json_t *names = json_array();
        for (int half = 0; half < 3; half++)
            for (size_t i = 0; i < s->n; i++) {
                struct map_column *c = &s->columns[i];
                int its_half, day = map_day_of(c->folded, &its_half);
                if (day != d || its_half != half || c->used || (c->n > 0 && map_share(c, says_hours) < 0.5))
                    continue;
                json_array_append_new(names, json_stringn(c->name.p, c->name.n));
            }
        size_t n = json_array_size(names);
        found += n > 0;
        if (n > 0)
            json_array_append_new(days, json_pack("{s:O, s:s}", "colonne", n == 1 ? json_array_get(names, 0) : names, "osm", osm[d]));
        json_decref(names);
    }
    if (found >= DAYS_LEAST) {
        json_object_set_new(mapping, "horaires", json_pack("{s:O}", "jours", days));
        map_note(notes, "horaires", 0.95, "%zu colonnes portent le nom d’un jour", found);
        for (size_t i = 0; i < s->n; i++) {
            int half;
            s->columns[i].used |= map_day_of(s->columns[i].folded, &half) >= 0;
        }
    }
    json_decref(days);
    return found >= DAYS_LEAST;
}

static void suggest_hours(struct map_sample *s, json_t *mapping, json_t *notes)
{
    if (suggest_days(s, mapping, notes))
        return;
    struct map_column *best = NULL;
    double best_score = 0, best_look = 0;
    for (size_t i = 0; i < s->n; i++) {
        struct map_column *c = &s->columns[i];
        double named = name_score(c->folded, "horaires|horaire|horaires d ouverture|heures d ouverture|opening hours|ouverture|hours");
        double osm = map_share(c, map_looks_like_osm), french = map_share(c, map_looks_like_hours);
        double look = osm > french ? osm : french, score = named * 0.5 + look * 0.5;
        if (c->used || c->n == 0 || (named == 0 && look < 0.7) || look < 0.3 || score <= best_score)
            continue;
        best = c;
        best_score = score;
        best_look = look;
    }
    if (!best)
        return;
    best->used = true;
    const char *key = map_share(best, map_looks_like_osm) > 0.5 ? "osm" : "semaine";
    json_object_set_new(mapping, "horaires", json_pack("{s:s#}", key, best->name.p, best->name.n));
    map_note(notes, "horaires", best_score, "%d %% des valeurs de « %.*s » sont des heures", (int)(best_look * 100), STR_ARG(best->name));
}

/* -- the document --------------------------------------------------------------------------------- */

/* Fields in the order of the standard: what people read from the top. */
static json_t *in_order(json_t *mapping, json_t *notes)
{
    const struct field_table *t = field_table(DIRECTORY_PLACE);
    json_t *out = json_object(), *said = json_object();
    json_object_set_new(out, "description", json_string("Première correspondance, proposée d’après les titres et les premières lignes : à relire."));
    for (size_t i = 0; i < t->n; i++) {
        const char *name = t->fields[i].name;
        if (json_object_get(mapping, name))
            json_object_set(out, name, json_object_get(mapping, name));
        if (json_object_get(notes, name))
            json_object_set(said, name, json_object_get(notes, name));
    }
    json_object_set_new(out, "suggestions", said);
    return out;
}

static void release(void *what)
{
    json_decref(what);
}

static void release_text(void *what)
{
    free(what);
}

enum err directory_mapping_suggest(struct arena *a, struct str data, struct str *json, struct str *why)
{
    struct map_sample s = {.a = a};
    size_t chosen[CLUES];
    *json = *why = STR_NONE;
    TRY(take_sample(&s, data, why));
    if (s.rows == 0) {
        *why = STR("Le fichier ne contient aucune fiche.");
        return ERR_INVALID;
    }
    json_t *mapping = json_object(), *notes = json_object();
    arena_defer(a, release, mapping);
    arena_defer(a, release, notes);
    suggest_hours(&s, mapping, notes);
    suggest_values(&s, mapping, notes, chosen);
    split_address(&s, mapping, notes, chosen);
    join_number(&s, mapping, chosen);
    split_point(&s, mapping, notes);
    map_suggest_lists(&s, mapping, notes);
    json_t *document = in_order(mapping, notes);
    arena_defer(a, release, document);
    char *text = json_dumps(document, JSON_INDENT(2) | JSON_REAL_PRECISION(2));
    if (!text)
        return ERR_LIMIT;
    arena_defer(a, release_text, text);
    *json = str_from(text);
    return OK;
}
