/* The fixture's site on a socket: prints its port, serves until standard input ends.
 * test_server [listen] [rate per minute] [connections per address] */
#include <sodium.h>
#include <unistd.h>

#include "base/log.h"
#include "fixture.h"

int main(int argc, char **argv)
{
    int64_t rate = -1, each = 0;
    if (sodium_init() < 0)
        return 1;
    if (argc > 2 && !str_to_int(str_from(argv[2]), &rate))
        return 2;
    if (argc > 3 && !str_to_int(str_from(argv[3]), &each))
        return 2;
    if (!getenv("TEST_SERVER_LOG"))
        log_set_level(LOG_ERROR_);
    struct arena *a = arena_new(SIZE_MAX);
    struct http_config cfg = {
        .listen = argc > 1 ? argv[1] : "127.0.0.1:0",
        .arena_cap = 4 * 1024 * 1024,
        .rate_per_minute = {(int)rate, (int)rate, (int)rate, -1},
        .max_connections_per_address = (int)each,
    };
    struct http_server *s;
    struct str why;
    http_set_assets(&fixture_assets);
    if (http_server_start(&cfg, &fixture_routes, 1, &s, &why, a) != OK) {
        fprintf(stderr, "test_server: %.*s\n", STR_ARG(why));
        return 1;
    }
    printf("%d\n", http_server_port(s));
    fflush(stdout);
    char byte;
    while (read(STDIN_FILENO, &byte, 1) > 0)
        ;
    http_server_stop(s, 2000);
    http_set_assets(NULL);
    arena_free(a);
    return 0;
}
