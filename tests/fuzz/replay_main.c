/* Calls a fuzzer with each file of a directory and, when the file is small, with each of its
 * beginnings: a parser most often fails where its input is cut. */
#include <dirent.h>
#include <sys/stat.h>

#include "fuzz.h"

enum { WHOLE_MAX = 8 << 20, CUT_MAX = 1024 };

/* Each call gets memory of exactly the right size, so that ASan sees one byte too many. */
static void call(const uint8_t *data, size_t n)
{
    uint8_t *exact = malloc(n ? n : 1);
    if (!exact)
        abort();
    if (n)
        memcpy(exact, data, n);
    LLVMFuzzerTestOneInput(exact, n);
    free(exact);
}

static void replay(const char *path)
{
    FILE *f = fopen(path, "rb");
    uint8_t *data = malloc(WHOLE_MAX);
    if (!f || !data) {
        perror(path);
        exit(1);
    }
    size_t n = fread(data, 1, WHOLE_MAX, f);
    fclose(f);
    call(data, n);
    for (size_t cut = 0; n <= CUT_MAX && cut < n; cut++)
        call(data, cut);
    free(data);
}

int main(int argc, char **argv)
{
    size_t files = 0;
    for (int i = 1; i < argc; i++) {
        struct stat st;
        char path[4096];
        DIR *dir = opendir(argv[i]);
        if (!dir) {
            replay(argv[i]);
            files++;
            continue;
        }
        for (const struct dirent *e; (e = readdir(dir));) {
            snprintf(path, sizeof path, "%s/%s", argv[i], e->d_name);
            if (stat(path, &st) == 0 && S_ISREG(st.st_mode)) {
                replay(path);
                files++;
            }
        }
        closedir(dir);
    }
    printf("%zu files replayed\n", files);
    return files ? 0 : 1;
}
