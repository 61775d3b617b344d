/* balise duplicates: places that are one and the same. */
#include "base/json.h"
#include "cli/cli.h"
#include "modules/directory/directory.h"

enum { LINE_MAX_BYTES = 256 * 1024 };

/* Reads lines from standard input to its end, answers each at once. */
static int run_batch(bool same_source)
{
    struct arena *a = arena_new(16u << 20);
    struct buf out;
    char *line = NULL;
    size_t cap = 0;
    if (!a) {
        cli_error("il n’y a plus de mémoire.");
        return 1;
    }
    buf_init(&out, 4 * LINE_MAX_BYTES);
    for (ssize_t n; (n = getline(&line, &cap, stdin)) >= 0;) {
        struct str text = str_trim((struct str){line, (size_t)n});
        if (text.n == 0)
            continue;
        buf_clear(&out);
        if (text.n > LINE_MAX_BYTES)
            buf_lit(&out, "{\"error\":\"Cette ligne est trop longue.\"}");
        else
            directory_duplicates_line(a, text, same_source, &out);
        struct str answer = buf_str(&out);
        fwrite(answer.p, 1, answer.n, stdout);
        putchar('\n');
        fflush(stdout);
        arena_reset(a);
    }
    free(line);
    buf_deinit(&out);
    arena_free(a);
    return ferror(stdin) || ferror(stdout) ? 1 : 0;
}

int cmd_duplicates(struct cli *cli, int argc, char **argv)
{
    (void)cli;
    (void)argc;
    (void)argv;
    return run_batch(false);
}
