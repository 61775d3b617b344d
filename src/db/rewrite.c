/* Migrations: from the portable text to each engine's. */
#include "base/buf.h"
#include "db/private.h"

enum { TEXT_MAX = 1024 * 1024 };

enum statement { ST_START, ST_CREATE, ST_CREATE_TABLE, ST_ALTER, ST_OTHER };

struct rewriter {
    struct buf out;
    enum db_engine engine;
    enum statement st;
    int depth;    /* of parentheses */
    int words;    /* of the current column definition */
    bool adding;  /* ALTER TABLE … ADD: a column definition follows */
    bool ignored; /* the definition is a constraint, not a column */
    const char *why;
};

static struct str view(const char *p, const char *end)
{
    return (struct str){p, (size_t)(end - p)};
}

static bool is_constraint(const char *p, const char *end)
{
    static const char *const words[] = {"constraint", "primary", "unique", "check", "foreign"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (sql_is_word(p, end, words[i]))
            return true;
    }
    return false;
}

/* Writes a column's type; returns the end of what it has read. */
static const char *put_type(struct rewriter *w, const char *p, const char *end)
{
    bool sqlite = w->engine == DB_SQLITE;
    if (sql_is_word(p, end, "text")) {
        buf_lit(&w->out, sqlite ? "TEXT" : "TEXT COLLATE \"C\"");
    } else if (sql_is_word(p, end, "bigint") || sql_is_word(p, end, "integer")) {
        buf_lit(&w->out, sqlite ? "INTEGER" : "BIGINT");
    } else if (sql_is_word(p, end, "double")) {
        const char *next = end;
        while (*next == ' ')
            next++;
        const char *next_end = *next ? sql_token_end(next) : next;
        if (!sql_is_word(next, next_end, "precision"))
            w->why = "DOUBLE must be followed by PRECISION";
        buf_lit(&w->out, sqlite ? "REAL" : "DOUBLE PRECISION");
        return next_end;
    } else {
        w->why = "a column's type must be TEXT, BIGINT, INTEGER or DOUBLE PRECISION";
    }
    return end;
}

static bool in_definition(const struct rewriter *w)
{
    return (w->st == ST_CREATE_TABLE && w->depth == 1) || (w->adding && w->depth == 0);
}

/* A word inside a column definition: its name, its type, the rest. */
static const char *put_definition_word(struct rewriter *w, const char *p, const char *end)
{
    if (w->adding && w->words == 0 && sql_is_word(p, end, "column")) {
        buf_add(&w->out, view(p, end));
        return end;
    }
    if (w->words == 0)
        w->ignored = is_constraint(p, end);
    w->words++;
    if (w->words == 2 && !w->ignored)
        return put_type(w, p, end);
    buf_add(&w->out, view(p, end));
    return end;
}

/* A word outside column definitions: what kind of statement is this? */
static void follow_statement(struct rewriter *w, const char *p, const char *end)
{
    if (w->st == ST_START) {
        w->st = sql_is_word(p, end, "create")  ? ST_CREATE
                : sql_is_word(p, end, "alter") ? ST_ALTER
                                               : ST_OTHER;
        if (sql_is_transaction(p, end))
            w->why = "a migration is one transaction already";
    } else if (w->st == ST_CREATE) {
        w->st = sql_is_word(p, end, "table") ? ST_CREATE_TABLE : ST_OTHER;
        if (sql_is_word(p, end, "trigger") || sql_is_word(p, end, "function"))
            w->why = "triggers and functions go between -- @sqlite or -- @postgresql lines";
    } else if (w->st == ST_ALTER && sql_is_word(p, end, "add")) {
        w->adding = true;
        w->words = 0;
    }
}

static void put_byte(struct rewriter *w, char b)
{
    buf_char(&w->out, b);
    if (b == '(' && ++w->depth == 1)
        w->words = 0;
    else if (b == ',' && w->depth == 1)
        w->words = 0;
    else if (b == ')' && --w->depth == 0 && w->st == ST_CREATE_TABLE) {
        if (w->engine == DB_SQLITE)
            buf_lit(&w->out, " STRICT");
        w->st = ST_OTHER;
    } else if (b == ';') {
        w->st = ST_START;
        w->depth = 0;
        w->adding = false;
    }
}

static bool is_name(char c)
{
    return c == '"' || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (unsigned char)c >= 0x80;
}

static void put_portable(struct rewriter *w, struct str text, struct arena *a)
{
    const char *p = arena_cstr(a, text);
    while (*p && !w->why) {
        const char *end = sql_token_end(p);
        if (sql_is_blank(p)) {
            buf_add(&w->out, view(p, end));
        } else if (is_name(*p) && in_definition(w)) {
            end = put_definition_word(w, p, end);
        } else if (is_name(*p)) {
            follow_statement(w, p, end);
            buf_add(&w->out, view(p, end));
        } else if (end == p + 1) {
            put_byte(w, *p);
        } else {
            buf_add(&w->out, view(p, end));
        }
        p = end;
    }
}

/* Which engine a "-- @…" line speaks for: 's', 'p', 'a'; 0 when it is no such line. */
static char marker(struct str line)
{
    line = str_trim(line);
    if (!str_starts(line, STR("-- @")))
        return 0;
    struct str name = str_trim(str_sub(line, 4, line.n));
    return str_eq(name, STR("sqlite"))       ? 's'
           : str_eq(name, STR("postgresql")) ? 'p'
           : str_eq(name, STR("all"))        ? 'a'
                                             : '?';
}

static void put_section(struct rewriter *w, char whom, struct str text, struct arena *a)
{
    if (whom == 'a')
        put_portable(w, text, a);
    else if (whom == (w->engine == DB_SQLITE ? 's' : 'p'))
        buf_add(&w->out, text);
}

static void put_sections(struct rewriter *w, struct str sql, struct arena *a)
{
    char whom = 'a';
    size_t start = 0, at = 0;
    while (at < sql.n && !w->why) {
        ptrdiff_t eol = str_find_char(sql, '\n', at);
        size_t next = eol < 0 ? sql.n : (size_t)eol + 1;
        char m = marker(str_sub(sql, at, next - at));
        if (m == '?')
            w->why = "after -- @: sqlite, postgresql or all";
        if (m) {
            put_section(w, whom, str_sub(sql, start, at - start), a);
            whom = m;
            start = next;
        }
        at = next;
    }
    put_section(w, whom, str_sub(sql, start, sql.n - start), a);
}

enum err sql_for_engine(struct arena *a, const char *sql, enum db_engine engine, const char **out,
                        struct str *why)
{
    struct rewriter w = {.engine = engine};
    buf_init(&w.out, TEXT_MAX);
    put_sections(&w, str_from(sql), a);
    if (!w.why && w.out.failed)
        w.why = "the text is too long";
    if (!w.why)
        *out = arena_cstr(a, buf_str(&w.out));
    buf_deinit(&w.out);
    if (!w.why)
        return OK;
    *why = str_from(w.why);
    return ERR_BUG;
}
