#include "http_check.h"

#include <sodium.h>

#include "base/log.h"

struct http_server *site;
struct arena *memory;
const char *trying = "";

void site_start(const struct http_config *cfg)
{
    static const struct http_config defaults = {.arena_cap = 4 * 1024 * 1024};
    struct str why;
    http_server_stop(site, 0);
    site = NULL;
    arena_free(memory);
    memory = arena_new(SIZE_MAX);
    assert_non_null(memory);
    http_set_assets(&fixture_assets);
    if (http_server_start(cfg ? cfg : &defaults, &fixture_routes, 1, &site, &why, memory) != OK)
        fail_msg("the site does not start: %.*s", STR_ARG(why));
}

int site_setup(void **state)
{
    (void)state;
    if (sodium_init() < 0)
        return -1;
    log_set_level(LOG_ERROR_ + 1); /* failures are asked for here: they need no line each */
    site_start(NULL);
    return 0;
}

int site_teardown(void **state)
{
    (void)state;
    http_server_stop(site, 0);
    http_set_assets(NULL);
    arena_free(memory);
    site = NULL;
    memory = NULL;
    return 0;
}

struct http_test_answer ask(enum http_method m, const char *target, const char *headers, const char *body)
{
    struct http_test_answer answer;
    http_dispatch(site, memory, m, str_from(target), str_from(headers ? headers : ""), str_from(body ? body : ""),
                  &answer);
    return answer;
}

struct http_test_answer get(const char *target)
{
    return ask(HTTP_GET, target, NULL, NULL);
}

struct http_test_answer get_with(const char *target, const char *headers)
{
    return ask(HTTP_GET, target, headers, NULL);
}

struct str header(const struct http_test_answer *answer, const char *name)
{
    struct str rest = answer->headers, line;
    while (str_split(&rest, '\n', &line)) {
        ptrdiff_t colon = str_find_char(line, ':', 0);
        if (colon > 0 && str_eq_nocase(str_sub(line, 0, (size_t)colon), str_from(name)))
            return str_trim(str_sub(line, (size_t)colon + 1, line.n));
    }
    return STR_NONE;
}

void check_status(struct http_test_answer answer, int wanted, const char *file, int line)
{
    if (answer.status == wanted)
        return;
    print_error("%s\nstatus %d instead of %d\n%.*s\n%.*s\n", trying, answer.status, wanted, STR_ARG(answer.headers),
                STR_ARG(answer.body));
    _fail(file, line);
}

void check_text(struct str text, const char *wanted, bool whole, const char *file, int line)
{
    struct str w = str_from(wanted);
    if (whole ? str_eq(text, w) : str_find(text, w, 0) >= 0)
        return;
    print_error("%s\ngot:    %.*s\nwanted: %s\n", trying, STR_ARG(text), wanted);
    _fail(file, line);
}
