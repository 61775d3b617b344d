/* balise normalize: values as people typed them → as the standards write them. JSON lines, no database. */
#include <getopt.h>

#include "cli/cli.h"
#include "cli/normalize_batch.h"

static void answer(void *ctx, struct arena *a, struct str line, struct buf *out)
{
    (void)ctx;
    normalize_batch_line(a, line, out);
}

int cmd_normalize(struct cli *cli, int argc, char **argv)
{
    (void)cli;
    if (argc != 2 || strcmp(argv[1], "--batch") != 0) {
        cli_error("normalize --batch lit des lignes JSON sur l’entrée standard : "
                  "{\"field\": \"telephone\", \"value\": \"04 74 30 19 63\", \"context\": {\"code_postal\": \"01560\"}}");
        return 2;
    }
    return cli_batch(answer, NULL);
}
