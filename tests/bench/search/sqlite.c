/* FTS5 for words and themes (a theme is one more token: "t12"), R*Tree for the box, the haversine of base
 * as a function. Rows come out in any order; the top 20 is kept here, which costs less than ORDER BY. */
#include <math.h>
#include <sqlite3.h>
#include <unistd.h>

#include "engine.h"
#include "nearest.h"

static const char schema[] =
    "CREATE TABLE service (id INTEGER PRIMARY KEY, lat REAL, lon REAL, fees INTEGER) STRICT;"
    "CREATE VIRTUAL TABLE words USING fts5(tokens, content='', detail=none, columnsize=0, tokenize='ascii');"
    "CREATE VIRTUAL TABLE place USING rtree(id, lat_min, lat_max, lon_min, lon_max);";

static const char question[] =
    "SELECT s.id, s.fees, distance_m(?1, ?2, s.lat, s.lon) AS d"
    " FROM words CROSS JOIN place p ON p.id = words.rowid CROSS JOIN service s ON s.id = words.rowid"
    " WHERE words MATCH ?3 AND p.lat_max >= ?4 AND p.lat_min <= ?5 AND p.lon_max >= ?6 AND p.lon_min <= ?7"
    " AND d <= ?8";

static bool say(sqlite3 *db, const char *what)
{
    fprintf(stderr, "sqlite: %s: %s\n", what, db ? sqlite3_errmsg(db) : "no memory");
    return false;
}

static void distance_m(sqlite3_context *c, int n, sqlite3_value **v)
{
    (void)n;
    struct geo_point a = {sqlite3_value_double(v[0]), sqlite3_value_double(v[1])};
    struct geo_point b = {sqlite3_value_double(v[2]), sqlite3_value_double(v[3])};
    sqlite3_result_double(c, geo_distance_m(a, b));
}

static bool insert_all(sqlite3 *db, const struct data *d)
{
    sqlite3_stmt *row, *words, *place;
    if (sqlite3_prepare_v2(db, "INSERT INTO service VALUES (?1, ?2, ?3, ?4)", -1, &row, NULL) ||
        sqlite3_prepare_v2(db, "INSERT INTO words (rowid, tokens) VALUES (?1, ?2)", -1, &words, NULL) ||
        sqlite3_prepare_v2(db, "INSERT INTO place VALUES (?1, ?2, ?2, ?3, ?3)", -1, &place, NULL))
        return say(db, "prepare");
    for (uint32_t i = 0; i < d->n_services; i++) {
        const struct data_service *s = &d->services[i];
        struct str tokens = data_tokens_with_themes(s);
        sqlite3_bind_int64(row, 1, i);
        sqlite3_bind_double(row, 2, s->point.lat);
        sqlite3_bind_double(row, 3, s->point.lon);
        sqlite3_bind_int64(row, 4, s->fees);
        sqlite3_bind_int64(words, 1, i);
        sqlite3_bind_text(words, 2, tokens.p, (int)tokens.n, SQLITE_TRANSIENT);
        sqlite3_bind_int64(place, 1, i);
        sqlite3_bind_double(place, 2, s->point.lat);
        sqlite3_bind_double(place, 3, s->point.lon);
        if (sqlite3_step(row) != SQLITE_DONE || sqlite3_step(words) != SQLITE_DONE ||
            (s->has_point && sqlite3_step(place) != SQLITE_DONE))
            return say(db, "insert");
        sqlite3_reset(row);
        sqlite3_reset(words);
        sqlite3_reset(place);
    }
    sqlite3_finalize(row);
    sqlite3_finalize(words);
    sqlite3_finalize(place);
    return true;
}

static bool fill(sqlite3 *db, const struct data *d)
{
    if (sqlite3_exec(db, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF", NULL, NULL, NULL) ||
        sqlite3_exec(db, schema, NULL, NULL, NULL) || sqlite3_exec(db, "BEGIN", NULL, NULL, NULL))
        return say(db, "create");
    if (!insert_all(db, d))
        return false;
    if (sqlite3_exec(db, "INSERT INTO words (words) VALUES ('optimize'); COMMIT; ANALYZE", NULL, NULL, NULL))
        return say(db, "finish");
    return true;
}

static void *sqlite_open(const struct data *d, const char *where)
{
    static char path[4096];
    sqlite3 *db = NULL;
    snprintf(path, sizeof path, "%s/bench-search.sqlite", where);
    unlink(path);
    bool ok = sqlite3_open(path, &db) == SQLITE_OK ? fill(db, d) : say(db, "open");
    sqlite3_close(db);
    FILE *f = ok ? fopen(path, "rb") : NULL;
    if (!f)
        return NULL;
    fseek(f, 0, SEEK_END);
    engine_sqlite.bytes = (double)ftell(f);
    fclose(f);
    return path;
}

static void sqlite_close(void *engine)
{
    unlink(engine);
}

struct session {
    sqlite3 *db;
    sqlite3_stmt *question;
};

/* Everything in memory: the whole file is mapped, and the cache holds it all. */
static void *sqlite_session(void *engine)
{
    struct session *s = calloc(1, sizeof *s);
    int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX;
    if (!s || sqlite3_open_v2(engine, &s->db, flags, NULL) ||
        sqlite3_exec(s->db, "PRAGMA mmap_size = 2000000000; PRAGMA cache_size = -400000", NULL, NULL, NULL) ||
        sqlite3_create_function(s->db, "distance_m", 4, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, distance_m, NULL, NULL) ||
        sqlite3_prepare_v3(s->db, question, -1, SQLITE_PREPARE_PERSISTENT, &s->question, NULL)) {
        say(s ? s->db : NULL, "session");
        return NULL;
    }
    return s;
}

static void sqlite_session_end(void *session)
{
    struct session *s = session;
    sqlite3_finalize(s->question);
    sqlite3_close(s->db);
    free(s);
}

static bool sqlite_run(void *session, const struct data_query *q, struct answer *out)
{
    struct session *s = session;
    struct geo_box box = geo_box_around(q->point, DATA_RADIUS_M);
    struct nearest near = {.n = 0};
    char match[256];
    size_t n = data_match(q, "AND", match, sizeof match);
    sqlite3_bind_double(s->question, 1, q->point.lat);
    sqlite3_bind_double(s->question, 2, q->point.lon);
    sqlite3_bind_text(s->question, 3, match, (int)n, SQLITE_STATIC);
    sqlite3_bind_double(s->question, 4, box.lat_min);
    sqlite3_bind_double(s->question, 5, box.lat_max);
    sqlite3_bind_double(s->question, 6, box.lon_min);
    sqlite3_bind_double(s->question, 7, box.lon_max);
    sqlite3_bind_double(s->question, 8, DATA_RADIUS_M);
    *out = (struct answer){0};
    int code;
    while ((code = sqlite3_step(s->question)) == SQLITE_ROW)
        nearest_add(&near, out, (uint32_t)sqlite3_column_int64(s->question, 0),
                    (uint32_t)sqlite3_column_int64(s->question, 1), sqlite3_column_double(s->question, 2));
    sqlite3_reset(s->question);
    nearest_end(&near, out);
    return code == SQLITE_DONE ? true : say(s->db, "query");
}

struct engine engine_sqlite = {
    .name = "SQLite",
    .how = "FTS5 (stems, themes as tokens) + R*Tree + haversine",
    .open = sqlite_open,
    .close = sqlite_close,
    .session = sqlite_session,
    .session_end = sqlite_session_end,
    .run = sqlite_run,
};
