/* What is downloaded: every format, its headers, and a disk that is full while it is made. */
#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "site.h"

static char folder[64]; /* where temporary files go */

static void use_own_folder(void)
{
    snprintf(folder, sizeof folder, "/tmp/balise-downloads-XXXXXX");
    assert_non_null(mkdtemp(folder));
    assert_int_equal(setenv("TMPDIR", folder, 1), 0);
}

static void leave_own_folder(void)
{
    assert_int_equal(rmdir(folder), 0); /* fails when something was left in it */
    assert_int_equal(unsetenv("TMPDIR"), 0);
}

/* The largest file that may be made; the disk is full after it. */
static void set_room(rlim_t bytes)
{
    signal(SIGXFSZ, SIG_IGN); /* writes then fail with EFBIG instead */
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static struct http_test_answer get(struct site *site, enum directory_format f, bool gzip)
{
    struct http_test_answer answer;
    struct str target = arena_printf(site->a, "/donnees-ouvertes/%s", directory_format_info(f)->name);
    http_dispatch(site->server, site->a, HTTP_GET, target,
                  gzip ? STR("Host: balise.example\nAccept-Encoding: gzip\n") : STR("Host: balise.example\n"), STR_NONE,
                  &answer);
    return answer;
}

static void every_format_can_be_had(struct store *s)
{
    struct site site;
    use_own_folder();
    site_fill(s);
    site_open(&site, s);
    for (int f = 0; f < EXPORT_COUNT; f++) {
        const struct directory_format_info *info = directory_format_info((enum directory_format)f);
        for (int gzip = 0; gzip < 2; gzip++) {
            struct http_test_answer answer = get(&site, (enum directory_format)f, gzip);
            assert_int_equal(answer.status, 200);
            assert_true(answer.body.n > 0);
            assert_true(str_eq(answer.content_type, str_from(info->content_type)));
            bool coded = str_find(answer.headers, STR("Content-Encoding: gzip"), 0) >= 0;
            assert_int_equal(coded, gzip && !info->packed);
            assert_true(str_find(answer.headers, arena_printf(s->a, "-%s.%s\"", info->name, info->extension), 0) >= 0);
        }
        struct str page = site_get(&site, "/donnees-ouvertes").body;
        assert_true(str_find(page, arena_printf(s->a, "href=\"/donnees-ouvertes/%s\"", info->name), 0) >= 0);
    }
    site_close(&site);
    leave_own_folder();
}

/* A file that is cut must not be sent, nor kept for the next one who asks. */
static void a_full_disk_is_an_error_and_leaves_nothing(struct store *s)
{
    struct site site;
    use_own_folder();
    site_fill(s);
    site_open(&site, s);
    assert_ok(db_begin(s->conn, DB_WRITE)); /* what earlier tests asked for is out of date */
    assert_ok(directory_changed(s->conn));
    assert_ok(db_commit(s->conn));
    for (int f = 0; f < EXPORT_COUNT; f++)
        for (int gzip = 0; gzip < 2; gzip++) {
            set_room(100);
            struct http_test_answer answer = get(&site, (enum directory_format)f, gzip);
            set_room(RLIM_INFINITY);
            assert_int_equal(answer.status, 503);
            assert_true(str_find(answer.headers, STR("Content-Disposition"), 0) < 0);
        }
    for (int f = 0; f < EXPORT_COUNT; f++)
        assert_int_equal(get(&site, (enum directory_format)f, false).status, 200);
    site_close(&site);
    leave_own_folder();
}

int main(void)
{
    static const struct store_test tests[] = {
        STORE_TEST(every_format_can_be_had),
        STORE_TEST(a_full_disk_is_an_error_and_leaves_nothing),
    };
    return site_test_main(tests, sizeof tests / sizeof *tests);
}
