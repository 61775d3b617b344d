#include "directory_test.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

struct collected {
    struct arena *a;
    struct buf text;
};

static bool collect(void *ctx, struct str piece)
{
    struct collected *c = ctx;
    buf_add(&c->text, piece);
    return !c->text.failed;
}

static struct str taken(struct collected *c)
{
    struct str s = arena_str(c->a, buf_str(&c->text));
    buf_deinit(&c->text);
    return s;
}

struct imported import_with(struct store *s, struct str data, struct directory_import in)
{
    struct imported got = {0};
    struct collected report = {.a = s->a};
    buf_init(&report.text, 64 << 20);
    in.data = data;
    in.default_source = STR("balise");
    in.actor = STR("import:test");
    in.report = collect;
    in.ctx = &report;
    got.err = directory_import_run(s->conn, s->a, &in, &got.result, &got.why);
    got.report = taken(&report);
    return got;
}

struct imported import_text(struct store *s, struct str data)
{
    return import_with(s, data, (struct directory_import){0});
}

struct imported import_ok(struct store *s, struct str data)
{
    struct imported got = import_text(s, data);
    if (got.err != OK)
        fail_msg("%s: %.*s %.*s", err_name(got.err), STR_ARG(got.why), STR_ARG(db_last_error(s->conn)));
    return got;
}

void assert_counts(const struct imported *got, int64_t added, int64_t updated, int64_t unchanged, int64_t refused)
{
    const struct directory_import_counts *n = &got->result.counts;
    if (n->added != added || n->updated != updated || n->unchanged != unchanged || n->refused != refused)
        print_error("%.*s", STR_ARG(got->report));
    assert_int_equal(n->added, added);
    assert_int_equal(n->updated, updated);
    assert_int_equal(n->unchanged, unchanged);
    assert_int_equal(n->refused, refused);
    assert_int_equal(n->rows, n->added + n->updated + n->unchanged + n->refused + n->left_out + n->kept_deleted + n->back);
}

struct str export_text(struct store *s, enum directory_format f)
{
    struct collected out = {.a = s->a};
    buf_init(&out.text, 64 << 20);
    assert_ok(directory_export(s->conn, f, collect, &out));
    return taken(&out);
}

void forget_all(struct store *s)
{
    store_run(s, "DELETE FROM directory_service");
    store_run(s, "DELETE FROM directory_place");
    store_run(s, "DELETE FROM directory_structure");
    store_run(s, "DELETE FROM directory_slug");
    store_run(s, "DELETE FROM directory_source");
}

struct str test_file(struct store *s, const char *path)
{
    struct stat st;
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        return STR_NONE;
    assert_int_equal(fstat(fd, &st), 0);
    char *p = arena_alloc(s->a, (size_t)st.st_size + 1);
    size_t n = 0;
    for (ssize_t got; n < (size_t)st.st_size && (got = read(fd, p + n, (size_t)st.st_size - n)) > 0;)
        n += (size_t)got;
    close(fd);
    return (struct str){p, n};
}

struct str fixture(struct store *s, const char *name)
{
    const char *dir = getenv("BALISE_FIXTURES");
    assert_non_null(dir);
    struct str text = test_file(s, arena_cstr(s->a, arena_printf(s->a, "%s/directory/%s", dir, name)));
    if (text.n == 0)
        fail_msg("no fixture %s/directory/%s", dir, name);
    return text;
}

struct str shared_file(struct store *s, const char *name)
{
    const char *shared = getenv("BALISE_SHARED");
    struct str text = STR_NONE;
    if (shared)
        text = test_file(s, arena_cstr(s->a, arena_printf(s->a, "%s/data/%s", shared, name)));
    if (text.n == 0)
        text = test_file(s, arena_cstr(s->a, arena_printf(s->a, "%s/../../../shared/data/%s", getenv("BALISE_FIXTURES"), name)));
    return text;
}

struct str replaced(struct store *s, struct str text, const char *from, const char *to)
{
    ptrdiff_t at = str_find(text, str_from(from), 0);
    if (at < 0)
        fail_msg("\"%s\" is not in the text", from);
    struct str after = str_sub(text, (size_t)at + strlen(from), text.n);
    char *p = arena_alloc(s->a, text.n + strlen(to) + 1);
    size_t n = (size_t)at;
    memcpy(p, text.p, n);
    memcpy(p + n, to, strlen(to));
    n += strlen(to);
    memcpy(p + n, after.p, after.n);
    return (struct str){p, n + after.n};
}

bool has_text(struct str text, const char *what)
{
    return str_find(text, str_from(what), 0) >= 0;
}
