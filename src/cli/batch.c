/* Commands with --batch: JSON lines in, JSON lines out. */
#include <setjmp.h>
#include <stdio.h>

#include "cli/cli.h"

enum { LINE_MAX_BYTES = 256 * 1024, OUT_MAX = 8 * LINE_MAX_BYTES, MEMORY_MAX = 64 << 20 };

/* What takes too much memory is an error of its line only. */
static void answer_line(struct arena *a, struct str line, cli_answer *answer, void *ctx, struct buf *out)
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
            answer(ctx, a, line, out);
    }
    arena_boundary(a, NULL);
    if (out->failed) {
        buf_clear(out);
        buf_lit(out, "{\"error\":\"La réponse est trop longue.\"}");
    }
}

int cli_batch(cli_answer *answer, void *ctx)
{
    struct arena *a = arena_new(MEMORY_MAX);
    struct buf out;
    char *line = NULL;
    size_t cap = 0;
    if (!a) {
        cli_error("il n’y a plus de mémoire.");
        return 1;
    }
    buf_init(&out, OUT_MAX);
    for (ssize_t n; (n = getline(&line, &cap, stdin)) >= 0;) {
        struct str text = str_trim((struct str){line, (size_t)n});
        if (text.n == 0)
            continue;
        answer_line(a, text, answer, ctx, &out);
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
