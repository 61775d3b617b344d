/* What a command writes appears whole or not at all, and never takes the place of a pipe, a device or a link. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/output.h"

static struct arena *a;
static char dir[64];

/* main.c's, which is not linked here. */
void cli_error(const char *fmt, ...)
{
    (void)fmt;
}

static int set_up(void **state)
{
    (void)state;
    a = arena_new(SIZE_MAX);
    snprintf(dir, sizeof dir, "/tmp/balise-output-XXXXXX");
    return a && mkdtemp(dir) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", dir);
    arena_free(a);
    return system(command);
}

static const char *in_dir(const char *name)
{
    return arena_cstr(a, arena_printf(a, "%s/%s", dir, name));
}

static void put(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static void assert_text(const char *path, const char *wanted)
{
    char text[64] = "";
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    size_t n = fread(text, 1, sizeof text - 1, f);
    fclose(f);
    assert_int_equal(n, strlen(wanted));
    assert_string_equal(text, wanted);
}

static void whole_or_not_at_all(void **state)
{
    (void)state;
    const char *path = in_dir("file");
    struct output out;
    assert_true(output_open(a, path, &out));
    assert_true(output_write(out.fd, STR("new")));
    assert_int_equal(access(path, F_OK), -1); /* not before it is whole */
    assert_true(output_close(&out, true));
    assert_text(path, "new");
    assert_true(output_open(a, path, &out));
    assert_true(output_write(out.fd, STR("half")));
    assert_true(output_close(&out, false));
    assert_text(path, "new");
    assert_int_equal(access(in_dir("file.part"), F_OK), -1);
}

static void a_pipe_stays_a_pipe(void **state)
{
    (void)state;
    const char *path = in_dir("pipe");
    struct stat st;
    struct output out;
    char text[8] = "";
    assert_int_equal(mkfifo(path, 0600), 0);
    int reader = open(path, O_RDONLY | O_NONBLOCK);
    assert_true(reader >= 0);
    assert_true(output_open(a, path, &out));
    assert_null(out.part);
    assert_true(output_write(out.fd, STR("abc")));
    assert_true(output_close(&out, true));
    assert_int_equal(read(reader, text, sizeof text), 3);
    close(reader);
    assert_int_equal(stat(path, &st), 0);
    assert_true(S_ISFIFO(st.st_mode));
}

static void a_link_is_followed(void **state)
{
    (void)state;
    struct stat st;
    struct output out;
    put(in_dir("real"), "old");
    assert_int_equal(symlink("real", in_dir("link")), 0);
    assert_true(output_open(a, in_dir("link"), &out));
    assert_true(output_write(out.fd, STR("new")));
    assert_true(output_close(&out, true));
    assert_text(in_dir("real"), "new");
    assert_int_equal(lstat(in_dir("link"), &st), 0);
    assert_true(S_ISLNK(st.st_mode));
}

static void what_cannot_be_written_is_said(void **state)
{
    (void)state;
    struct output out;
    assert_false(output_open(a, in_dir("no/where"), &out));
    assert_true(output_close(&out, true));
    assert_false(output_open(a, dir, &out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(whole_or_not_at_all, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_pipe_stays_a_pipe, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_link_is_followed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_cannot_be_written_is_said, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
