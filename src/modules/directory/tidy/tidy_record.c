/* A whole record: where it is first, since that decides of phones; then each cell; then what a list held that belongs to the
 * list next to it. */
#include "modules/directory/tidy/parts.h"

#include "base/text.h"
#include "modules/directory/geocoding/points.h"

struct work {
    struct arena *a;
    struct raw_record *raw;
    const struct field_table *t;
    const struct tidy_plan *plan;
    struct tidy_context cx;
    struct directory_problems *problems;
    struct directory_corrections *corrections;
};

static void correct(struct work *w, const char *field, const char *rule, struct str before, struct str after)
{
    enum { VALUE_MAX = 200 };
    struct directory_corrections *c = w->corrections;
    if (!c)
        return;
    c->items = arena_grow(w->a, c->items, c->n, &c->cap, c->n + 1, sizeof *c->items);
    c->items[c->n++] = (struct directory_correction){field, rule, arena_str(w->a, field_cut(before, VALUE_MAX)),
                                                     arena_str(w->a, field_cut(after, VALUE_MAX))};
}

static void correct_all(struct work *w, const char *field, const char *const *rules, size_t n, struct str before, struct str after)
{
    for (size_t i = 0; i < n; i++)
        correct(w, field, rules[i], before, after);
}

static struct str *cell_of(struct work *w, const char *field)
{
    const struct field *f = field_find(w->t, str_from(field));
    return f ? &w->raw->cells[f - w->t->fields] : NULL;
}

/* What a cleaner said of a cell, into the record. A required value that cannot be cleaned is left for the check to
 * refuse, with its own sentence. */
static void take(struct work *w, const struct field *f, struct str *cell, const struct cleaned *c)
{
    if (c->refused) {
        if (f->required && !tidy_is_right(w->a, f, *cell))
            return;
        field_problem(w->a, w->problems, f->name, *cell, c->refused, false);
        *cell = STR_NONE;
        return;
    }
    correct_all(w, f->name, c->rules, c->n_rules, *cell, c->value);
    *cell = c->value;
}

/* -- coordinates: first, for they tell namesakes apart ----------------------------------------------------- */

static bool right_point(struct str latitude, struct str longitude, struct geo_point *out)
{
    return str_to_double(latitude, &out->lat) && str_to_double(longitude, &out->lon) && geo_valid(*out) && geo_in_france(*out);
}

/* Returns what was given. */
static struct str tidy_point(struct work *w)
{
    struct str *lat = &w->raw->cells[w->plan->latitude], *lon = &w->raw->cells[w->plan->longitude];
    if (lat->n == 0 && lon->n == 0)
        return STR_NONE;
    struct str given = arena_printf(w->a, "%.*s, %.*s", STR_ARG(*lat), STR_ARG(*lon));
    w->cx.has_point = right_point(*lat, *lon, &w->cx.point);
    if (w->cx.has_point)
        return given;
    struct cleaned_point c = clean_point(w->a, *lat, *lon);
    *lat = *lon = STR_NONE;
    if (!c.known) {
        if (c.refused)
            field_problem(w->a, w->problems, "latitude", given, c.refused, false);
        return given;
    }
    w->cx.has_point = true;
    w->cx.point = c.point;
    *lat = buf_double_in(w->a, c.point.lat);
    *lon = buf_double_in(w->a, c.point.lon);
    correct_all(w, "latitude", c.rules, c.n_rules, given, arena_printf(w->a, "%.*s, %.*s", STR_ARG(*lat), STR_ARG(*lon)));
    return given;
}

/* A point without an address has the one next to it, where the address service said which. What is told: the point, the address,
 * how far. */
static void give_address(struct work *w)
{
    struct str *cells = w->raw->cells;
    const struct geocode_near *near;
    if (w->raw->kind != DIRECTORY_PLACE || !w->raw->addresses || w->raw->addresses->n == 0 || !w->cx.has_point)
        return;
    struct geocode_said said = {cells[w->plan->adresse], cells[w->plan->commune], cells[w->plan->code_postal], cells[w->plan->code_insee]};
    if (!geocode_lacks(w->a, &said) || !(near = geocode_known_at(w->raw->addresses, w->cx.point)))
        return;
    const char *rule = geocode_complete(w->a, near, &said);
    if (!rule)
        return;
    cells[w->plan->adresse] = said.adresse;
    cells[w->plan->commune] = said.commune;
    cells[w->plan->code_postal] = said.code_postal;
    cells[w->plan->code_insee] = said.code_insee;
    struct str point = ARENA_JOIN(w->a, buf_double_in(w->a, w->cx.point.lat), STR(", "), buf_double_in(w->a, w->cx.point.lon));
    correct(w, arena_cstr(w->a, str_sub(str_from(rule), 0, strlen(rule) - strlen(GEOCODE_POINT_RULE))), rule, point,
            arena_printf(w->a, "%.*s%s%.*s %.*s (%d m)", STR_ARG(near->adresse), near->adresse.n ? ", " : "",
                         STR_ARG(near->code_postal), STR_ARG(near->commune), near->distance_m));
}

/* -- where ---------------------------------------------------------------------------------------------- */

/* Would a file of the standard keep this cell? */
static bool stays(struct work *w, const struct field *f, struct str cell)
{
    return w->cx.level == TIDY_STANDARD && (cell.n > 0 ? tidy_is_right(w->a, f, cell) : !f->required);
}

/* True when it wrote something. */
static bool tidy_names_once(struct work *w, struct tidy_commune *where)
{
    const size_t ranks[] = {w->plan->commune, w->plan->code_postal, w->plan->code_insee};
    struct str *cells = w->raw->cells;
    bool keep = true, wrote = false;
    w->cx.commune = cells[ranks[0]];
    w->cx.code_postal = cells[ranks[1]];
    w->cx.code_insee = cells[ranks[2]];
    struct cleaned street = clean_text(w->a, cells[w->plan->adresse], true); /* "CE\x18DEX" is read as it will be kept */
    w->cx.adresse = street.refused ? STR_NONE : street.value;
    tidy_commune(w->a, &w->cx, where);
    const struct cleaned *results[] = {&where->commune, &where->code_postal, &where->code_insee};
    for (size_t i = 1; i < 3; i++)
        keep = keep && stays(w, &w->t->fields[ranks[i]], cells[ranks[i]]);
    for (size_t i = 0; i < 3 && !keep; i++) {
        struct str *cell = &cells[ranks[i]], before = *cell;
        if (stays(w, &w->t->fields[ranks[i]], before))
            continue;
        take(w, &w->t->fields[ranks[i]], cell, results[i]);
        wrote |= !str_eq(before, *cell);
    }
    return wrote;
}

/* A name written plainly may be known when the one typed was not: the three are read again until they stay as they are. */
static void tidy_place_names(struct work *w, struct tidy_commune *where)
{
    enum { PASSES = 3 };
    for (int i = 0; i < PASSES && tidy_names_once(w, where); i++)
        ;
    w->cx.commune = w->raw->cells[w->plan->commune];
    w->cx.code_postal = w->raw->cells[w->plan->code_postal];
    w->cx.code_insee = w->raw->cells[w->plan->code_insee];
    if (where->doubt && w->cx.level == TIDY_FULL)
        field_doubt(w->a, w->problems, "commune",
                    arena_printf(w->a, "%.*s %.*s %.*s", STR_ARG(w->cx.code_postal), STR_ARG(w->cx.commune),
                                 STR_ARG(w->cx.code_insee)),
                    "La commune, le code postal et le code INSEE ne vont pas ensemble.");
}

/* A point far from the commune is kept, and told as it was given. */
static void check_distance(struct work *w, struct str given, const struct tidy_commune *where)
{
    /* Communes of Guyane are as large as a département. */
    enum { FAR_M = 60000, FAR_GUYANE_M = 250000 };
    double far = str_starts(where->found.code, STR("973")) ? FAR_GUYANE_M : FAR_M;
    if (!where->known || !w->cx.has_point)
        return;
    struct territory_point centre = territory_point(NULL, &where->found);
    if (centre.precision >= TERRITORY_POINT_AROUND && geo_distance_m(w->cx.point, centre.point) > far)
        field_doubt(w->a, w->problems, "latitude", given, "Ce point est loin de la commune.");
}

/* -- hours -------------------------------------------------------------------------------------------------- */

static struct str week_in_words(struct arena *a, const struct str days[7])
{
    static const char *const names[] = {"lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"};
    struct buf b;
    buf_init(&b, SIZE_MAX / 2);
    for (size_t i = 0; i < 7; i++) {
        struct str day = str_trim(days[i]);
        if (day.n == 0)
            continue;
        buf_lit(&b, b.n > 0 ? " ; " : "");
        buf_lit(&b, names[i]);
        buf_lit(&b, " : ");
        buf_add(&b, day);
    }
    struct str out = arena_str(a, buf_str(&b));
    buf_deinit(&b);
    return out;
}

/* Said of each day: after the last one only, it would be read of that day alone. */
static struct str words_every_other_week(struct arena *a, const struct str *days, struct str sentence, bool even)
{
    const char *weeks = even ? "paires" : "impaires";
    struct str said[7], words = STR_NONE;
    if (!days)
        words = arena_printf(a, "%.*s (semaines %s)", STR_ARG(sentence), weeks);
    for (size_t i = 0; days && i < 7; i++)
        said[i] = str_trim(days[i]).n > 0 ? arena_printf(a, "%.*s (semaines %s)", STR_ARG(str_trim(days[i])), weeks) : STR_NONE;
    if (days)
        words = week_in_words(a, said);
    return tidy_hours(a, words).value; /* the words themselves when they are not understood */
}

/* Seven cells or one, in all weeks or in every other. What is not understood stays in words: the check puts it aside, where
 * people read it. */
static void tidy_opening(struct work *w, const struct field *f, struct str *cell)
{
    struct arena *a = w->a;
    const char *rule = NULL;
    struct str given = *cell, expression = *cell;
    struct str days[7];
    if (w->raw->horaires_par_jour) {
        for (size_t i = 0; i < 7; i++) {
            struct str day = w->raw->horaires_jours[i];
            if (i > 0 && str_eq(day, w->raw->horaires_jours[i - 1])) {
                days[i] = days[i - 1];
                continue;
            }
            struct cleaned c = clean_text(a, day, true);
            days[i] = c.refused ? day : c.value;
        }
        given = week_in_words(a, days);
        enum err e = hours_from_french_week(a, days, &expression);
        if (e == ERR_NOT_FOUND)
            return;
        if (e != OK) /* the days one by one are read more strictly than the sentence that they make */
            e = hours_from_french(a, given, &expression);
        if (e != OK)
            expression = given;
        rule = e == OK ? "horaires.par_jour" : NULL;
    } else if (cell->n > 0 && (w->cx.level == TIDY_FULL || !tidy_is_right(a, f, *cell))) {
        struct cleaned c = tidy_hours(a, *cell);
        correct_all(w, f->name, c.rules, c.n_rules, given, c.value);
        expression = c.value;
    }
    if (w->raw->semaines != 0 && expression.n > 0) {
        bool even = w->raw->semaines == 2;
        struct str half;
        if (hours_every_other_week(a, expression, even, &half) == OK) {
            expression = half;
            rule = rule ? rule : "horaires.une_semaine_sur_deux";
        } else {
            expression = words_every_other_week(a, w->raw->horaires_par_jour ? days : NULL, expression, even);
        }
    }
    if (rule)
        correct(w, f->name, rule, given, expression);
    *cell = str_trim(expression);
}

/* -- lists ---------------------------------------------------------------------------------------------------- */

/* Fields that former standards held in one, or that people take for each other. */
static const char *const siblings[][2] = {
    {"publics_specifiquement_adresses", "prise_en_charge_specifique"},
    {"dispositif_programmes_nationaux", "formations_labels"},
    {"modalites_acces", "modalites_accompagnement"},
};

static const char *sibling_of(const char *field)
{
    for (size_t i = 0; i < sizeof siblings / sizeof *siblings; i++)
        for (size_t k = 0; k < 2; k++)
            if (strcmp(siblings[i][k], field) == 0)
                return siblings[i][1 - k];
    return NULL;
}

static void append_item(struct work *w, const char *field, struct str item, const char *rule)
{
    struct str *cell = cell_of(w, field), rest = *cell, piece;
    while (str_split(&rest, '|', &piece))
        if (str_eq(str_trim(piece), item))
            return;
    struct str before = *cell;
    *cell = cell->n > 0 ? arena_printf(w->a, "%.*s|%.*s", STR_ARG(*cell), STR_ARG(item)) : item;
    correct(w, field, rule, before, *cell);
}

/* The item is the next list's: it goes there. */
static bool move_item(struct work *w, const struct field *f, struct str item)
{
    const char *sibling = w->raw->kind == DIRECTORY_PLACE ? sibling_of(f->name) : NULL;
    if (!sibling)
        return false;
    const struct field *to = field_find(w->t, str_from(sibling));
    struct tidy_item found = tidy_list_item(w->a, to->values, item);
    if (directory_set_empty(found.set) || (found.rule && strcmp(found.rule, "liste.faute") == 0))
        return false;
    for (int i = directory_set_next(found.set, 0); i >= 0; i = directory_set_next(found.set, i + 1))
        append_item(w, sibling, str_from(directory_enum_value(to->values, i)->value), "liste.autre_champ");
    return true;
}

static void leave_items(struct work *w, const struct field *f, struct str left)
{
    struct str item;
    while (str_split(&left, '|', &item)) {
        if (move_item(w, f, item))
            continue;
        if (!tidy_list_item(w->a, f->values, item).known)
            field_problem(w->a, w->problems, f->name, item,
                          "Cette valeur n’est pas dans la liste du standard, et rien d’approchant n’y est.", false);
        else if (w->raw->kind == DIRECTORY_PLACE && f->values == ENUM_DISPOSITIF) /* a label of 2022 that no list has any more */
            append_item(w, "autres_formations_labels", item, "liste.autre_label");
        else
            correct(w, f->name, "liste.sans_equivalent", item, STR_NONE);
    }
}

static void tidy_one_list(struct work *w, const struct field *f, struct str *cell)
{
    struct str left, given = *cell;
    struct cleaned c = tidy_list(w->a, f, given, &left);
    if (c.refused && left.n == 0) {
        take(w, f, cell, &c);
        return;
    }
    *cell = c.value;
    leave_items(w, f, left);
    for (size_t i = 0; i < c.n_rules; i++)
        if (strcmp(c.rules[i], "liste.inconnu") != 0)
            correct(w, f->name, c.rules[i], given, c.value);
}

static void infer_kind(struct work *w)
{
    struct str *cell = w->raw->typologie_du_nom ? cell_of(w, "typologie") : NULL;
    if (!cell || cell->n > 0)
        return;
    struct directory_place p = {.typologie = tidy_typologie(w->a, w->raw->cells[w->plan->nom])};
    *cell = field_cell(w->a, field_find(w->t, STR("typologie")), &p);
    if (cell->n > 0)
        correct(w, "typologie", "typologie.nom", STR_NONE, *cell);
}

static void tidy_cell(struct work *w, size_t i)
{
    const struct field *f = &w->t->fields[i];
    struct str *cell = &w->raw->cells[i];
    enum tidy_cleaner cleaner = w->plan->cleaner[i];
    if (f->kind == FIELD_HOURS) {
        tidy_opening(w, f, cell);
    } else if (cell->n > 0 && cleaner == TIDY_LIST) {
        tidy_one_list(w, f, cell);
    } else if (cleaner == TIDY_PIVOT && str_eq(*cell, STR("00000000000000"))) {
        return; /* the standard's own "unknown": the check empties it without a word */
    } else if (cell->n > 0 && cleaner != TIDY_COMMUNE && i != w->plan->latitude && i != w->plan->longitude) {
        struct str left, item;
        struct cleaned c = tidy_field(w->a, w->raw->kind, f, *cell, &w->cx, &left);
        while (!c.refused && str_split(&left, '|', &item))
            field_problem(w->a, w->problems, f->name, item, f->check(&(struct check_context){w->a, INT64_MAX}, item), false);
        take(w, f, cell, &c);
    }
}

void tidy_record(struct arena *a, struct raw_record *raw, enum tidy_level level, struct directory_problems *problems,
                 struct directory_corrections *corrections)
{
    struct work w = {a, raw, field_table(raw->kind), tidy_plan(raw->kind), {.level = level}, problems, corrections};
    struct tidy_commune where;
    w.cx.nom = raw->cells[w.plan->nom];
    struct str point = tidy_point(&w);
    give_address(&w);
    tidy_place_names(&w, &where);
    check_distance(&w, point, &where);
    for (size_t i = 0; i < w.t->n; i++)
        tidy_cell(&w, i);
    infer_kind(&w);
}
