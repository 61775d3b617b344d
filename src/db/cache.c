/* Statements prepared on a connection, found again by their text; the least recently used goes first. */
#include "db/private.h"

static uint64_t hash_text(const char *s, size_t n)
{
    uint64_t h = 0x9e3779b97f4a7c15u ^ n;
    for (; n >= 8; s += 8, n -= 8) {
        uint64_t word;
        memcpy(&word, s, 8);
        h = (h ^ word) * 0xff51afd7ed558ccdu;
        h ^= h >> 32;
    }
    uint64_t last = 0;
    memcpy(&last, s, n);
    h = (h ^ last) * 0xc4ceb9fe1a85ec53u;
    return h ^ (h >> 29);
}

static void unlink_use(struct db_cache *k, struct db_stmt *st)
{
    *(st->newer ? &st->newer->older : &k->newest) = st->older;
    *(st->older ? &st->older->newer : &k->oldest) = st->newer;
    st->older = st->newer = NULL;
}

static void link_newest(struct db_cache *k, struct db_stmt *st)
{
    st->older = k->newest;
    *(k->newest ? &k->newest->newer : &k->oldest) = st;
    k->newest = st;
}

static void forget(struct db_conn *c, struct db_stmt *st, bool finalize)
{
    struct db_stmt **at = &c->cache.buckets[st->hash % DB_STATEMENT_BUCKETS];
    while (*at != st)
        at = &(*at)->next;
    *at = st->next;
    unlink_use(&c->cache, st);
    c->cache.n--;
    if (finalize)
        c->db->driver->finalize(c, st);
    free(st->sql);
    free(st);
}

void db_cache_drop(struct db_conn *c, struct db_stmt *st)
{
    forget(c, st, true);
}

void db_cache_clear(struct db_conn *c, bool finalize)
{
    while (c->cache.oldest)
        forget(c, c->cache.oldest, finalize);
}

static enum err prepare(struct db_conn *c, const char *sql, size_t n, uint64_t hash,
                        struct db_stmt **out)
{
    struct sql_facts facts;
    const char *why = sql_scan(sql, &facts);
    if (why)
        return db_fail(c, ERR_BUG, "statement refused: %s: %.160s", why, sql);

    if (c->cache.n >= DB_STATEMENTS_MAX)
        db_cache_drop(c, c->cache.oldest);

    struct db_stmt *st = db_alloc(sizeof *st);
    st->hash = hash;
    st->sql = db_copy((struct str){sql, n});
    st->facts = facts;
    st->writes = facts.kind == SQL_CHANGE;
    st->name = ++c->cache.names;
    enum err e = c->db->driver->prepare(c, st);
    if (e != OK) {
        free(st->sql);
        free(st);
        return e;
    }
    struct db_stmt **bucket = &c->cache.buckets[hash % DB_STATEMENT_BUCKETS];
    st->next = *bucket;
    *bucket = st;
    link_newest(&c->cache, st);
    c->cache.n++;
    *out = st;
    return OK;
}

enum err db_cache_get(struct db_conn *c, const char *sql, struct db_stmt **out)
{
    size_t n = strlen(sql);
    uint64_t hash = hash_text(sql, n);
    for (struct db_stmt *st = c->cache.buckets[hash % DB_STATEMENT_BUCKETS]; st; st = st->next) {
        if (st->hash != hash || strcmp(st->sql, sql) != 0)
            continue;
        if (c->cache.newest != st) {
            unlink_use(&c->cache, st);
            link_newest(&c->cache, st);
        }
        *out = st;
        return OK;
    }
    return prepare(c, sql, n, hash, out);
}
