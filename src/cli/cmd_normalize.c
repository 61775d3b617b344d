/* balise normalize: values as people typed them → as the standards write them. JSON lines, no database. */
#include <getopt.h>
#include <setjmp.h>

#include "cli/cli.h"
#include "cli/normalize_batch.h"

enum { LINE_MAX_BYTES = 256 * 1024, MEMORY_MAX = 64 << 20 };

/* One line; what would take too much memory is an error of this line only. */
static void answer(struct arena *a, struct str line, struct buf *out)
{
    jmp_buf refused;
    buf_clear(out);
    if (setjmp(refused) != 0) {
        buf_clear(out);
        buf_lit(out, "{\"error\":\"Cette ligne demande trop de mémoire.\"}");
    } else {
        arena_boundary(a, &refused);
        if (line.n > LINE_MAX_BYTES)
            buf_lit(out, "{\"error\":\"Cette ligne est trop longue.\"}");
        else
            normalize_batch_line(a, line, out);
    }
    arena_boundary(a, NULL);
    if (out->failed) {
        buf_clear(out);
        buf_lit(out, "{\"error\":\"La réponse est trop longue.\"}");
    }
}

static int run_batch(void)
{
    struct arena *a = arena_new(MEMORY_MAX);
    struct buf out;
    char *line = NULL;
    size_t cap = 0;
    if (!a) {
        cli_error("il n’y a plus de mémoire.");
        return 1;
    }
    buf_init(&out, 8 * LINE_MAX_BYTES);
    for (ssize_t n; (n = getline(&line, &cap, stdin)) >= 0;) {
        struct str text = str_trim((struct str){line, (size_t)n});
        if (text.n == 0)
            continue;
        answer(a, text, &out);
        struct str json = buf_str(&out);
        fwrite(json.p, 1, json.n, stdout);
        putchar('\n');
        fflush(stdout);
        arena_reset(a);
    }
    free(line);
    buf_deinit(&out);
    arena_free(a);
    return ferror(stdin) || ferror(stdout) ? 1 : 0;
}

int cmd_normalize(struct cli *cli, int argc, char **argv)
{
    (void)cli;
    if (argc != 2 || strcmp(argv[1], "--batch") != 0) {
        cli_error("normalize --batch lit des lignes JSON sur l’entrée standard : "
                  "{\"field\": \"telephone\", \"value\": \"04 74 30 19 63\", \"context\": {\"code_postal\": \"01560\"}}");
        return 2;
    }
    return run_batch();
}
