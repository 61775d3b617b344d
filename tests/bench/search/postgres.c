/* A GIN index on words and themes (a theme is one more lexeme: "t12"), a GiST index on PostGIS geographies,
 * distances on the sphere. The server is given by BALISE_TEST_PG; we talk to it through its socket. Rows come
 * out in any order: the top 20 and the counts are done here, which costs less than a second pass in SQL. */
#include <arpa/inet.h>
#include <libpq-fe.h>

#include "engine.h"
#include "nearest.h"

static const char question[] =
    "SELECT id, fees, ST_Distance(place, ST_MakePoint($2::float8, $3::float8)::geography, false)"
    " FROM bench_service WHERE tokens @@ $1::text::tsquery"
    " AND ST_DWithin(place, ST_MakePoint($2::float8, $3::float8)::geography, 10000, false)";

static bool say(PGconn *pg, const char *what)
{
    fprintf(stderr, "postgres: %s: %s", what, PQerrorMessage(pg));
    return false;
}

static bool run_sql(PGconn *pg, const char *sql)
{
    PGresult *r = PQexec(pg, sql);
    bool ok = PQresultStatus(r) == PGRES_COMMAND_OK || PQresultStatus(r) == PGRES_TUPLES_OK;
    PQclear(r);
    return ok ? true : say(pg, sql);
}

/* TCP only to learn where the socket is. */
static PGconn *connect_by_socket(void)
{
    const char *uri = getenv("BALISE_TEST_PG");
    PGconn *tcp = PQconnectdb(uri ? uri : "");
    PGresult *r = PQexec(tcp, "SELECT setting FROM pg_settings WHERE name = 'unix_socket_directories'");
    if (PQstatus(tcp) != CONNECTION_OK || PQntuples(r) != 1) {
        say(tcp, "connect");
        PQclear(r);
        PQfinish(tcp);
        return NULL;
    }
    const char *const keys[] = {"host", "port", "user", "password", "dbname", NULL};
    const char *const values[] = {PQgetvalue(r, 0, 0), PQport(tcp), PQuser(tcp), PQpass(tcp), PQdb(tcp), NULL};
    PGconn *pg = PQconnectdbParams(keys, values, 0);
    PQclear(r);
    PQfinish(tcp);
    if (PQstatus(pg) == CONNECTION_OK)
        return pg;
    say(pg, "connect by socket");
    PQfinish(pg);
    return NULL;
}

static bool copy_rows(PGconn *pg, const struct data *d)
{
    char line[5000];
    PGresult *r = PQexec(pg, "COPY bench_row FROM STDIN");
    bool ok = PQresultStatus(r) == PGRES_COPY_IN;
    PQclear(r);
    for (uint32_t i = 0; ok && i < d->n_services; i++) {
        const struct data_service *s = &d->services[i];
        char point[80] = "\\N";
        if (s->has_point)
            snprintf(point, sizeof point, "SRID=4326;POINT(%.17g %.17g)", s->point.lon, s->point.lat);
        int n = snprintf(line, sizeof line, "%u\t%.*s\t%s\t%u\n", i, STR_ARG(data_tokens_with_themes(s)), point, s->fees);
        ok = n < (int)sizeof line && PQputCopyData(pg, line, n) == 1;
    }
    ok = PQputCopyEnd(pg, ok ? NULL : "stopped") == 1 && ok;
    while ((r = PQgetResult(pg)) != NULL) {
        ok = ok && PQresultStatus(r) == PGRES_COMMAND_OK;
        PQclear(r);
    }
    return ok ? true : say(pg, "copy");
}

static bool fill(PGconn *pg, const struct data *d)
{
    return run_sql(pg, "SET client_min_messages = warning") && run_sql(pg, "CREATE EXTENSION IF NOT EXISTS postgis") &&
           run_sql(pg, "DROP TABLE IF EXISTS bench_service") &&
           run_sql(pg, "CREATE TEMP TABLE bench_row (id int, tokens text, place geography(Point, 4326), fees int)") &&
           copy_rows(pg, d) &&
           run_sql(pg, "CREATE TABLE bench_service AS SELECT id, array_to_tsvector(array_remove("
                       "string_to_array(tokens, ' '), '')) AS tokens, place, fees FROM bench_row ORDER BY id") &&
           run_sql(pg, "SET maintenance_work_mem = '512MB'") &&
           run_sql(pg, "ALTER TABLE bench_service ADD PRIMARY KEY (id)") &&
           run_sql(pg, "CREATE INDEX ON bench_service USING gin (tokens) WITH (fastupdate = off)") &&
           run_sql(pg, "CREATE INDEX ON bench_service USING gist (place)") &&
           run_sql(pg, "VACUUM ANALYZE bench_service");
}

static void *postgres_open(const struct data *d, const char *where)
{
    static char opened[] = "open";
    (void)where;
    PGconn *pg = connect_by_socket();
    if (!pg)
        return NULL;
    bool ok = fill(pg, d);
    PGresult *r = PQexec(pg, "SELECT pg_total_relation_size('bench_service')::text");
    if (ok && PQntuples(r) == 1)
        engine_postgres.bytes = strtod(PQgetvalue(r, 0, 0), NULL);
    PQclear(r);
    PQfinish(pg);
    return ok ? opened : NULL;
}

static void postgres_close(void *engine)
{
    (void)engine;
    PGconn *pg = connect_by_socket();
    if (pg)
        run_sql(pg, "DROP TABLE bench_service");
    PQfinish(pg);
}

static void *postgres_session(void *engine)
{
    (void)engine;
    PGconn *pg = connect_by_socket();
    /* the quickest of what was tried: planning anew costs more than it brings */
    if (!pg || !run_sql(pg, "SET jit = off") || !run_sql(pg, "SET max_parallel_workers_per_gather = 0") ||
        !run_sql(pg, "SET plan_cache_mode = force_generic_plan"))
        return NULL;
    PGresult *r = PQprepare(pg, "question", question, 0, NULL);
    bool ok = PQresultStatus(r) == PGRES_COMMAND_OK;
    PQclear(r);
    if (!ok)
        say(pg, "prepare");
    return ok ? pg : NULL;
}

static void postgres_session_end(void *session)
{
    PQfinish(session);
}

static uint32_t get_u32(const PGresult *r, int row, int column)
{
    uint32_t v;
    memcpy(&v, PQgetvalue(r, row, column), sizeof v);
    return ntohl(v);
}

static double get_double(const PGresult *r, int row, int column)
{
    uint64_t v;
    double d;
    memcpy(&v, PQgetvalue(r, row, column), sizeof v);
    v = __builtin_bswap64(v);
    memcpy(&d, &v, sizeof d);
    return d;
}

static bool postgres_run(void *session, const struct data_query *q, struct answer *out)
{
    char match[256], lon[32], lat[32];
    if (data_match(q, "&", match, sizeof match) == 0)
        return false;
    snprintf(lon, sizeof lon, "%.17g", q->point.lon);
    snprintf(lat, sizeof lat, "%.17g", q->point.lat);
    const char *const values[] = {match, lon, lat};
    PGresult *r = PQexecPrepared(session, "question", 3, values, NULL, NULL, 1);
    if (PQresultStatus(r) != PGRES_TUPLES_OK) {
        PQclear(r);
        return say(session, "query");
    }
    struct nearest near = {.n = 0};
    *out = (struct answer){0};
    for (int i = 0, n = PQntuples(r); i < n; i++)
        nearest_add(&near, out, get_u32(r, i, 0), get_u32(r, i, 1), get_double(r, i, 2));
    nearest_end(&near, out);
    PQclear(r);
    return true;
}

struct engine engine_postgres = {
    .name = "PostgreSQL",
    .how = "GIN (stems, themes as lexemes) + PostGIS GiST, prepared, local socket",
    .open = postgres_open,
    .close = postgres_close,
    .session = postgres_session,
    .session_end = postgres_session_end,
    .run = postgres_run,
};
