/* Every SQL statement of the module. */
#include "base/clock.h"
#include "modules/territory/private.h"

static void load_departements(struct arena *a, struct str list, struct territory *t)
{
    enum { MAX = 128 };
    struct territory_departement *own = ARENA_ARRAY(a, MAX, struct territory_departement);
    struct str *codes = ARENA_ARRAY(a, MAX, struct str);
    struct str piece;
    size_t n = 0;
    while (n < MAX && str_split(&list, ',', &piece))
        if (territory_departement_find(piece, &own[n])) {
            codes[n] = own[n].code;
            n++;
        }
    t->departements = own;
    t->n_departements = n;
    t->settings.departements = codes;
    t->settings.n_departements = n;
}

static enum err load_settings(struct db_conn *c, struct arena *a, struct territory *t)
{
    struct db_rows *rows;
    bool has;
    t->settings.source_slug = STR("balise");
    TRY(db_query(c, "SELECT key, value FROM territory_setting ORDER BY key", DB_NO_PARAMS, &rows));
    enum err e;
    while ((e = db_next(rows, &has)) == OK && has) {
        struct str key = db_col_text(rows, 0), value = db_col_text_in(rows, 1, a);
        if (str_eq(key, STR("name")))
            t->settings.name = value;
        else if (str_eq(key, STR("departements")))
            load_departements(a, value, t);
        else if (str_eq(key, STR("source_slug")))
            t->settings.source_slug = value;
        else if (str_eq(key, STR("contact_phone")))
            t->settings.contact_phone = value;
        else if (str_eq(key, STR("contact_hours")))
            t->settings.contact_hours = value;
        else if (str_eq(key, STR("public_url")))
            t->settings.public_url = value;
        else if (str_eq(key, STR("source_url")))
            t->settings.source_url = value;
        else if (str_eq(key, STR("demo")))
            t->settings.demo = str_eq(value, STR("1"));
        else if (str_eq(key, STR("geocoding")))
            t->settings.geocoding = value;
    }
    db_rows_end(rows);
    return e;
}

enum err territory_store_coordinates(struct db_conn *c, struct arena *a, struct territory_coordinate **out,
                                     size_t *n)
{
    struct db_rows *rows;
    bool has;
    size_t cap = 0, used = 0;
    struct territory_coordinate *all = NULL;
    /* In the order of the codes, which is that of the indexes. */
    TRY(db_query(c, "SELECT code, latitude_e6, longitude_e6, surface_ha FROM territory_coordinate ORDER BY code",
                 DB_NO_PARAMS, &rows));
    enum err e;
    while ((e = db_next(rows, &has)) == OK && has) {
        struct territory_commune commune;
        struct str code = db_col_text(rows, 0);
        /* A commune that the program's geography no longer has is left aside, not lost. */
        if (!territory_code_is_current(code) || !territory_commune_find(code, &commune))
            continue;
        all = arena_grow(a, all, used, &cap, used + 1, sizeof *all);
        all[used++] = (struct territory_coordinate){commune.index, (int32_t)db_col_int(rows, 1),
                                                    (int32_t)db_col_int(rows, 2), (int32_t)db_col_int(rows, 3)};
    }
    db_rows_end(rows);
    *out = all;
    *n = used;
    return e;
}

enum err territory_store_load(struct db_conn *c, struct arena *a, struct territory *out)
{
    struct territory_coordinate *coordinates;
    TRY(db_change_seq(c, "territory", &out->seq));
    TRY(load_settings(c, a, out));
    TRY(territory_store_coordinates(c, a, &coordinates, &out->n_coordinates));
    out->coordinates = coordinates;
    return OK;
}

enum { COLUMNS = 4, BATCH = 50 };

/* INSERT of `rows` rows: one text for full batches and one for single rows, so both stay prepared. */
static const char *upsert_sql(struct arena *a, size_t rows)
{
    struct str values = STR("");
    for (size_t i = 0; i < rows; i++)
        values = arena_printf(a, "%.*s%s($%zu, $%zu, $%zu, $%zu)", STR_ARG(values), i ? ", " : "",
                              i * COLUMNS + 1, i * COLUMNS + 2, i * COLUMNS + 3, i * COLUMNS + 4);
    return arena_printf(a,
                        "INSERT INTO territory_coordinate (code, latitude_e6, longitude_e6, surface_ha) VALUES %.*s "
                        "ON CONFLICT (code) DO UPDATE SET latitude_e6 = excluded.latitude_e6, "
                        "longitude_e6 = excluded.longitude_e6, surface_ha = excluded.surface_ha",
                        STR_ARG(values))
        .p;
}

enum err territory_store_save_coordinates(struct db_conn *c, struct arena *a,
                                          const struct territory_coordinate *all, size_t n)
{
    const char *many = upsert_sql(a, BATCH), *one = upsert_sql(a, 1);
    for (size_t i = 0; i < n;) {
        size_t rows = n - i >= BATCH ? BATCH : 1;
        struct db_value values[BATCH * COLUMNS];
        for (size_t k = 0; k < rows; k++) {
            const struct territory_coordinate *p = &all[i + k];
            values[k * COLUMNS] = DB_TEXT(territory_commune_at(p->commune).code);
            values[k * COLUMNS + 1] = DB_INT(p->lat_e6);
            values[k * COLUMNS + 2] = DB_INT(p->lon_e6);
            values[k * COLUMNS + 3] = DB_INT(p->surface_ha);
        }
        TRY(db_exec(c, rows == 1 ? one : many, (struct db_params){values, rows * COLUMNS}, NULL));
        i += rows;
    }
    return OK;
}

enum err territory_setting_save(struct db_conn *c, struct arena *a, struct str key, struct str value,
                                struct str *why)
{
    if (!territory_setting_known(key)) {
        *why = arena_printf(a, "Le réglage « %.*s » n’existe pas.", STR_ARG(key));
        return ERR_NOT_FOUND;
    }
    if (!territory_setting_check(a, key, &value, why))
        return ERR_INVALID;
    if (value.n == 0)
        TRY(db_exec(c, "DELETE FROM territory_setting WHERE key = $1", DB_PARAMS(DB_TEXT(key)), NULL));
    else
        TRY(db_exec(c,
                    "INSERT INTO territory_setting (key, value, updated_at_ms) VALUES ($1, $2, $3) "
                    "ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at_ms = excluded.updated_at_ms",
                    DB_PARAMS(DB_TEXT(key), DB_TEXT(value), DB_INT(clock_now_ms())), NULL));
    return db_touch(c, "territory");
}
