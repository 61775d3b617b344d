/* Compares our duplicates with pairs labelled by hand, and with what another tool (mednum-cli) answered to its own tests: is it
 * a duplicate, how are they grouped, which values stay. The data is not part of the project: without it the test is skipped. */
#include <stdio.h>
#include <stdlib.h>

#include "base/csv.h"
#include "base/json.h"
#include "modules/directory/duplicates/merge.h"
#include "modules/directory/fields.h"

static struct arena *arena;
static int failures;

static FILE *open_data(const char *name)
{
    const char *shared = getenv("BALISE_SHARED");
    char path[512];
    (void)snprintf(path, sizeof path, "%s/data/conformance/%s", shared ? shared : "../shared", name);
    return fopen(path, "r");
}

static void score(const char *what, int good, int all, int least)
{
    (void)printf("%s: %d of %d (%.1f %%, at least %d)\n", what, good, all, all ? 100.0 * good / all : 100.0, least);
    failures += good < least;
}

/* -- labelled pairs ---------------------------------------------------------------------------------- */

/* "31 rue Jean Gallart 49650 Allonnes", "47.29 : 0.02" as the file writes them. */
static void labelled_place(struct str nom, struct str adresse, struct str where, struct str kinds, struct str source, struct duplicate_place *out)
{
    ptrdiff_t colon = str_find(where, STR(" : "), 0);
    struct directory_number lat = {false, 0}, lon = {false, 0};
    struct str *sources = ARENA_NEW(arena, struct str), code;
    struct duplicate_input in = {.id = nom, .nom = nom, .adresse = adresse, .sources = {sources, 1}};
    *sources = source;
    while (str_split(&kinds, ',', &code))
        directory_set_add(&in.typologie, directory_enum_find(ENUM_TYPOLOGIE, code));
    if (colon > 0) {
        lat.known = str_to_double(str_sub(where, 0, (size_t)colon), &lat.value);
        lon.known = str_to_double(str_sub(where, (size_t)colon + 3, where.n), &lon.value);
    }
    in.has_point = directory_point(lat, lon, &in.point);
    duplicate_prepare(arena, &in, out);
}

static void labelled(FILE *f)
{
    enum { LABEL = 1, NAME = 2, ADDRESS = 4, POINT = 6, KIND = 8, SOURCE = 10, CELLS = 12, SIZE = 1 << 20 };
    char *text = arena_alloc(arena, SIZE);
    size_t n = fread(text, 1, SIZE, f);
    struct csv_reader *r = csv_reader_new(arena, (struct str){text, n}, (struct csv_options){0});
    int same_found = 0, same_all = 0, wrong = 0, distinct_all = 0, doubts = 0;
    struct csv_row row;
    bool first = true;
    while (csv_next(r, &row) && row.n >= CELLS) {
        struct duplicate_place a, b;
        struct directory_likeness l;
        struct str *c = row.cells;
        if (first) {
            first = false;
            continue;
        }
        labelled_place(c[NAME], c[ADDRESS], c[POINT], c[KIND], c[SOURCE], &a);
        labelled_place(c[NAME + 1], c[ADDRESS + 1], c[POINT + 1], c[KIND + 1], c[SOURCE + 1], &b);
        duplicate_score(&a, &b, false, &l);
        bool same = l.verdict == DIRECTORY_SAME, meme = str_eq(c[LABEL], STR("meme")), distinct = str_eq(c[LABEL], STR("distinct"));
        same_all += meme;
        same_found += meme && same;
        distinct_all += distinct;
        wrong += distinct && same;
        doubts += !meme && !distinct && !same;
        if ((meme && !same) || (distinct && same))
            (void)printf("  %.*s: %.*s / %.*s (%d)\n", STR_ARG(c[LABEL]), STR_ARG(c[NAME]), STR_ARG(c[NAME + 1]), l.score);
    }
    score("labelled pairs: the same, found", same_found, same_all, (same_all * 9 + 9) / 10);
    score("labelled pairs: distinct, left apart", distinct_all - wrong, distinct_all, distinct_all);
    (void)printf("  unsure for the person who labelled them, left apart: %d\n", doubts);
}

/* -- what the other tool answered -------------------------------------------------------------------- */

static struct str text_of(const json_t *place, const char *field)
{
    return json_get_str(place, field);
}

static struct directory_number number_of(const json_t *place, const char *field)
{
    const json_t *v = json_object_get(place, field);
    return (struct directory_number){json_is_number(v), json_number_value(v)};
}

static void read_place(const json_t *place, struct duplicate_place *out)
{
    struct str kinds = text_of(place, "typologie"), code, *sources = ARENA_NEW(arena, struct str);
    struct duplicate_input in = {
        .id = text_of(place, "id"), .nom = text_of(place, "nom"), .adresse = text_of(place, "adresse"), .commune = text_of(place, "commune"),
        .code_postal = text_of(place, "code_postal"), .code_insee = text_of(place, "code_insee"), .telephone = text_of(place, "telephone"),
        .sources = {sources, 1}};
    *sources = text_of(place, "source");
    while (str_split(&kinds, '|', &code))
        directory_set_add(&in.typologie, directory_enum_find(ENUM_TYPOLOGIE, code));
    in.has_point = directory_point(number_of(place, "latitude"), number_of(place, "longitude"), &in.point);
    duplicate_prepare(arena, &in, out);
}

/* Where we choose another answer: both names, and why. */
static const struct {
    const char *a, *b, *why;
} chosen[] = {
    {"France Services Durtal", "France Services Durtal", "same name, same address: a point that moved by 180 m does not part them"},
    {"Maison des Solidarités de Cournon", "MDS Cournon", "MDS is maison des solidarités; same address"},
    {"Maison des Solidarités de Cournon", "Maison des Solidarités", "same kind in the same town, same address"},
    {"MDS Cournon", "Maison des Solidarités", "same kind in the same town, same address"},
};

static const char *why_other(struct str a, struct str b)
{
    for (size_t i = 0; i < sizeof chosen / sizeof *chosen; i++)
        if ((str_eq(a, str_from(chosen[i].a)) && str_eq(b, str_from(chosen[i].b))) ||
            (str_eq(b, str_from(chosen[i].a)) && str_eq(a, str_from(chosen[i].b))))
            return chosen[i].why;
    return NULL;
}

struct tally {
    int good, all, argued;
};

static const json_t *place_named(const json_t *places, struct str id)
{
    size_t i;
    json_t *p;
    json_array_foreach((json_t *)(uintptr_t)places, i, p)
        if (str_eq(text_of(p, "id"), id))
            return p;
    return NULL;
}

static void judge(struct tally *t, const json_t *pa, const json_t *pb, bool internal, bool theirs)
{
    struct duplicate_place a, b;
    struct directory_likeness l;
    read_place(pa, &a);
    read_place(pb, &b);
    duplicate_score(&a, &b, internal, &l);
    bool ours = l.verdict == DIRECTORY_SAME;
    const char *why = ours == theirs ? NULL : why_other(text_of(pa, "nom"), text_of(pb, "nom"));
    t->all++;
    t->good += ours == theirs;
    t->argued += why != NULL;
    if (ours != theirs)
        (void)printf("  %s: %.*s / %.*s (ours %d): %s\n", theirs ? "theirs the same" : "ours the same", STR_ARG(text_of(pa, "nom")),
                     STR_ARG(text_of(pb, "nom")), l.score, why ? why : "NOT ARGUED");
}

/* Their thresholds: over 83 between sources, over 90 within one. */
static bool is_theirs(json_int_t score_of_pair, bool internal)
{
    return score_of_pair > (internal ? 90 : 83);
}

static void comparisons(struct tally *t, const json_t *c)
{
    const json_t *args = json_array_get(json_object_get(c, "args"), 0), *places = json_array_get(args, 0);
    bool internal = json_is_true(json_array_get(args, 1));
    size_t i;
    json_t *pair;
    json_array_foreach(json_object_get(c, "result"), i, pair) {
        const json_t *a = place_named(places, text_of(pair, "id1")), *b = place_named(places, text_of(pair, "id2"));
        judge(t, a, b, internal, is_theirs(json_integer_value(json_object_get(pair, "score")), internal));
    }
    /* Pairs that they do not compare are none of ours either. */
    if (json_array_size(json_object_get(c, "result")) == 0)
        for (size_t x = 0; x < json_array_size(places); x++)
            for (size_t y = x + 1; y < json_array_size(places); y++)
                judge(t, json_array_get(places, x), json_array_get(places, y), internal, false);
}

static void finds(struct tally *t, const json_t *c)
{
    const json_t *args = json_array_get(json_object_get(c, "args"), 0), *places = json_array_get(args, 0);
    bool internal = json_is_true(json_array_get(args, 1));
    size_t i, k, d;
    json_t *block, *place, *other;
    json_array_foreach(json_object_get(c, "result"), i, block)
        json_array_foreach(json_object_get(block, "lieux"), k, place)
            json_array_foreach(json_object_get(place, "duplicates"), d, other) {
                json_int_t sum = json_integer_value(json_object_get(other, "distanceScore")) +
                                 json_integer_value(json_object_get(other, "nomFuzzyScore")) +
                                 json_integer_value(json_object_get(other, "voieFuzzyScore"));
                if (str_cmp(text_of(place, "id"), text_of(other, "id")) < 0)
                    judge(t, place_named(places, text_of(place, "id")), place_named(places, text_of(other, "id")), internal,
                          is_theirs(sum / 3, internal));
            }
    if (json_array_size(json_object_get(c, "result")) == 0)
        for (size_t x = 0; x < json_array_size(places); x++)
            for (size_t y = x + 1; y < json_array_size(places); y++)
                judge(t, json_array_get(places, x), json_array_get(places, y), internal, false);
}

/* -- groups ------------------------------------------------------------------------------------------ */

static size_t add_side(struct duplicate_place *all, size_t *n, const json_t *pair, const char *side)
{
    struct str id = text_of(pair, arena_cstr(arena, arena_printf(arena, "id%s", side)));
    for (size_t i = 0; i < *n; i++)
        if (str_eq(all[i].id, id))
            return i;
    labelled_place(text_of(pair, arena_cstr(arena, arena_printf(arena, "nom%s", side))),
                   text_of(pair, arena_cstr(arena, arena_printf(arena, "adresse%s", side))),
                   text_of(pair, arena_cstr(arena, arena_printf(arena, "localisation%s", side))),
                   text_of(pair, arena_cstr(arena, arena_printf(arena, "typologie%s", side))),
                   text_of(pair, arena_cstr(arena, arena_printf(arena, "source%s", side))), &all[*n]);
    all[*n].id = id;
    return (*n)++;
}

/* Their groups come from the pairs alone; ours ask that no two of a group part: on these they must be the same. */
static void grouped(struct tally *t, const json_t *c)
{
    enum { MOST = 64 };
    const json_t *given = json_array_get(json_array_get(json_object_get(c, "args"), 0), 0);
    const json_t *map = json_object_get(json_object_get(json_object_get(c, "result"), "itemGroupMap"), "__map");
    struct duplicate_place *all = ARENA_ARRAY(arena, MOST, struct duplicate_place);
    struct duplicate_pairs pairs = {.items = ARENA_ARRAY(arena, MOST, struct duplicate_pair)};
    uint32_t groups[MOST];
    size_t n = 0, i;
    json_t *pair;
    bool same = true;
    json_array_foreach((json_t *)(uintptr_t)given, i, pair) {
        struct duplicate_pair *p = &pairs.items[pairs.n++];
        p->a = (uint32_t)add_side(all, &n, pair, "1");
        p->b = (uint32_t)add_side(all, &n, pair, "2");
        duplicate_score(&all[p->a], &all[p->b], true, &p->likeness);
    }
    struct duplicate_grouping g = {.places = all, .n = n, .same_source = true};
    duplicate_groups(arena, &g, &pairs, groups);
    for (size_t x = 0; x < json_array_size(map); x++)
        for (size_t y = 0; y < json_array_size(map); y++) {
            const json_t *mx = json_array_get(map, x), *my = json_array_get(map, y);
            size_t gx = 0, gy = 0;
            while (gx < n && strcmp(json_string_value(json_array_get(mx, 0)), arena_cstr(arena, all[gx].id)) != 0)
                gx++;
            while (gy < n && strcmp(json_string_value(json_array_get(my, 0)), arena_cstr(arena, all[gy].id)) != 0)
                gy++;
            bool theirs = strcmp(json_string_value(json_array_get(mx, 1)), json_string_value(json_array_get(my, 1))) == 0;
            same = same && gx < n && gy < n && (groups[gx] == groups[gy]) == theirs;
        }
    t->all++;
    t->good += same;
    if (!same)
        (void)printf("  other groups\n");
}

/* -- values ------------------------------------------------------------------------------------------ */

/* Ids without what their tool adds around them. */
static struct str bare_id(struct str id)
{
    struct str before = STR("mediation-numerique-"), after = STR("-mediation-numerique");
    if (str_starts(id, before))
        id = str_sub(id, before.n, id.n);
    return str_ends(id, after) ? str_sub(id, 0, id.n - after.n) : id;
}

static void read_record(const json_t *place, struct directory_place *out)
{
    const struct field_table *table = field_table(DIRECTORY_PLACE);
    *out = (struct directory_place){.record = {.id = text_of(place, "id")}};
    for (size_t i = 0; i < table->n; i++) {
        const struct field *f = &table->fields[i];
        struct str cell = text_of(place, f->name);
        if (f->kind == FIELD_NUMBER)
            *(struct directory_number *)field_at(f, out) = number_of(place, f->name);
        else if (cell.n > 0 && !str_eq(cell, STR("00000000000000")))
            field_read_cell(arena, f, out, cell, NULL);
        struct str_list *l = field_at(f, out);
        if (f->kind == FIELD_LIST) /* its order says nothing */
            *l = field_list_normal(arena, l->items, l->n);
    }
    out->record.source_id = bare_id(text_of(place, "id"));
}

static bool is_old(const struct directory_place *p, struct civil_date now)
{
    struct civil_date d;
    return civil_parse(p->date_maj, &d) && civil_to_days(now) - civil_to_days(d) > 182;
}

/* They throw away what a source said more than half a year ago; a value that nobody contradicts is kept here. */
static bool kept_from_old(const struct field *f, const struct directory_place *ours, const struct directory_place *theirs, bool some_old)
{
    if (!some_old || field_empty(f, ours))
        return false;
    if (f->kind != FIELD_SET)
        return field_empty(f, theirs);
    struct directory_set a = *(const struct directory_set *)field_in(f, ours), b = *(const struct directory_set *)field_in(f, theirs);
    return directory_set_count(directory_set_union(a, b)) == directory_set_count(a);
}

static void merged(struct tally *t, const json_t *c)
{
    enum { MOST = 8 };
    const struct field_table *table = field_table(DIRECTORY_PLACE);
    const json_t *args = json_object_get(c, "args"), *places = json_array_get(json_array_get(args, 1), 0);
    const json_t *result = json_array_get(json_array_get(json_object_get(json_object_get(c, "result"), "__map"), 0), 1);
    struct directory_place all[MOST], ours = {0}, theirs;
    const struct directory_place *list[MOST];
    struct civil_date now = {0};
    size_t n = json_array_size(places) < MOST ? json_array_size(places) : MOST;
    bool some_old = false, same = true, argued = false;
    (void)civil_parse(str_sub(str_from(json_string_value(json_array_get(json_array_get(args, 0), 0))), 0, 10), &now);
    for (size_t i = 0; i < n; i++) {
        read_record(json_array_get(places, i), &all[i]);
        list[i] = &all[i];
        some_old |= is_old(&all[i], now);
    }
    read_record(result, &theirs);
    merge_fold(arena, list, n, NULL, 0, NULL, now, &ours);
    ours.record.source_id = merge_source_id(arena, list, n, all[0].record.source_id, STR("m"));
    for (size_t i = 0; i < table->n; i++) {
        const struct field *f = &table->fields[i];
        if (field_equal(f, &ours, &theirs))
            continue;
        if (kept_from_old(f, &ours, &theirs, some_old)) {
            argued = true;
            continue;
        }
        same = false;
        (void)printf("  %s: ours « %.*s », theirs « %.*s »\n", f->name, STR_ARG(field_cell(arena, f, &ours)), STR_ARG(field_cell(arena, f, &theirs)));
    }
    t->all++;
    t->good += same && !argued;
    t->argued += same && argued;
}

/* -- the whole --------------------------------------------------------------------------------------- */

static void vectors(FILE *f)
{
    static char line[1 << 18];
    static const struct {
        const char *fn;
        void (*run)(struct tally *, const json_t *);
    } kinds[] = {{"duplicationComparisons", comparisons}, {"findDuplicates", finds}, {"groupDuplicates", grouped}, {"mergeDuplicates", merged}};
    enum { KINDS = sizeof kinds / sizeof *kinds };
    struct tally tallies[KINDS] = {{0, 0, 0}};
    while (fgets(line, sizeof line, f)) {
        json_t *c = json_loads(line, 0, NULL);
        for (size_t i = 0; i < KINDS; i++)
            if (str_eq(json_get_str(c, "fn"), str_from(kinds[i].fn)))
                kinds[i].run(&tallies[i], c);
        json_decref(c);
    }
    for (size_t i = 0; i < KINDS; i++) {
        (void)printf("%s: %d of %d agree, %d argued\n", kinds[i].fn, tallies[i].good, tallies[i].all, tallies[i].argued);
        failures += tallies[i].all == 0 || tallies[i].good + tallies[i].argued < tallies[i].all;
    }
}

int main(void)
{
    FILE *pairs = open_data("dedup-paires-etiquetees.csv"), *cases = open_data("mednum-cli-cas.jsonl");
    if (!pairs || !cases) {
        (void)printf("the data is not here: skipped\n");
        return 77;
    }
    arena = arena_new(SIZE_MAX);
    labelled(pairs);
    vectors(cases);
    arena_free(arena);
    (void)fclose(pairs);
    (void)fclose(cases);
    return failures > 0;
}
