/* A look at the text of a statement before an engine sees it: what one engine would take and the other
 * would refuse (or read differently) is refused for both, with the same words. */
#include "db/private.h"

static bool is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (unsigned char)c >= 0x80;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
}

/* Past a quoted string or name; the quote is written twice to stand for itself. */
static const char *quoted_end(const char *p)
{
    char quote = *p++;
    for (; *p; p++) {
        if (*p != quote)
            continue;
        if (p[1] != quote)
            return p + 1;
        p++;
    }
    return p;
}

static const char *comment_end(const char *p)
{
    if (*p == '-') {
        while (*p && *p != '\n')
            p++;
        return p;
    }
    const char *end = strstr(p + 2, "*/");
    return end ? end + 2 : p + strlen(p);
}

bool sql_is_blank(const char *p)
{
    return is_space(*p) || (p[0] == '-' && p[1] == '-') || (p[0] == '/' && p[1] == '*');
}

const char *sql_token_end(const char *p)
{
    if (is_space(*p)) {
        while (is_space(*p))
            p++;
        return p;
    }
    if (sql_is_blank(p))
        return comment_end(p);
    if (*p == '\'' || *p == '"')
        return quoted_end(p);
    const char *start = p;
    if (*p == '$')
        p++;
    while (is_word_byte(*p))
        p++;
    return p > start ? p : start + 1;
}

bool sql_is_word(const char *p, const char *end, const char *word)
{
    return str_eq_nocase((struct str){p, (size_t)(end - p)}, str_from(word));
}

static bool is_change(const char *p, const char *end)
{
    return sql_is_word(p, end, "insert") || sql_is_word(p, end, "update") ||
           sql_is_word(p, end, "delete") || sql_is_word(p, end, "replace");
}

bool sql_is_transaction(const char *p, const char *end)
{
    static const char *const words[] = {"begin",     "commit",  "rollback", "end",
                                        "savepoint", "release", "start",    "abort"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (sql_is_word(p, end, words[i]))
            return true;
    }
    return false;
}

static enum sql_kind kind_of(const char *p, const char *end)
{
    if (sql_is_word(p, end, "select") || sql_is_word(p, end, "values") || sql_is_word(p, end, "with"))
        return SQL_SELECT;
    if (is_change(p, end))
        return SQL_CHANGE;
    if (sql_is_transaction(p, end))
        return SQL_TRANSACTION;
    return SQL_OTHER;
}

/* $1, then $1 or $2, then… : what makes SQLite's order of names and PostgreSQL's numbers agree. */
static const char *scan_placeholder(const char *p, const char *end, int *highest)
{
    int64_t n = 0;
    if (!str_to_int((struct str){p + 1, (size_t)(end - p - 1)}, &n) || n < 1 || p[1] == '0')
        return "only $1, $2… may follow a dollar sign";
    if (n > *highest + 1)
        return "placeholders are not in ascending order of first use";
    if (n > DB_PARAMS_MAX)
        return "too many placeholders";
    if (n > *highest)
        *highest = (int)n;
    return NULL;
}

const char *sql_scan(const char *sql, struct sql_facts *out)
{
    *out = (struct sql_facts){.kind = SQL_OTHER};
    bool started = false, ended = false, with = false;
    for (const char *p = sql, *end; *p; p = end) {
        end = sql_token_end(p);
        if (sql_is_blank(p))
            continue;
        if (*p == ';') {
            ended = started;
            continue;
        }
        if (ended)
            return "two statements in one text";
        if (!started) {
            out->kind = kind_of(p, end);
            with = sql_is_word(p, end, "with");
        } else if (with && is_change(p, end)) {
            out->kind = SQL_CHANGE;
        }
        started = true;
        const char *why = NULL;
        if (*p == '$')
            why = scan_placeholder(p, end, &out->params);
        else if (*p == '?' || *p == ':' || *p == '@' || *p == '#')
            why = "? : @ # mean different things to the two engines";
        if (why)
            return why;
    }
    if (!started)
        return "an empty statement";
    return out->kind == SQL_TRANSACTION ? "transactions go through db_begin and db_commit" : NULL;
}
