/* Files that say they are HSDS: any bytes are refused or read without harm, and hours made from schedules are hours or
 * words, never in between. The first byte chooses: a file to recognise, or an array of schedules. */
#include "fuzz.h"

#include <sodium.h>

#include "modules/directory/hsds/hsds.h"
#include "modules/directory/import/read_hsds.h"

static const struct civil_date today = {2026, 11, 24};

static void check_schedules(struct arena *a, struct str text)
{
    json_t *tree;
    struct hours *h;
    struct str why;
    if (json_parse(a, text, &tree, NULL) != OK)
        return;
    struct str hours = hsds_read_schedules(a, tree, today);
    expect(str_is_utf8(hours));
    if (hours_parse(a, hours, &h, &why) != OK)
        return;
    struct buf b;
    struct json_writer w;
    buf_init(&b, SIZE_MAX);
    json_start(&w, &b);
    json_object_begin(&w);
    hsds_write_schedules(&w, a, "location", hsds_organization_id(hours), hours, STR_NONE, today);
    json_object_end(&w);
    expect(!b.failed && json_parse(a, buf_str(&b), &tree, NULL) == OK);
    buf_deinit(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < 1 || sodium_init() < 0)
        return 0;
    struct arena *a = arena_new(SIZE_MAX);
    struct str text = {(const char *)data + 1, n - 1};
    if (data[0] == 's')
        check_schedules(a, text);
    else
        (void)hsds_detect(a, text);
    arena_free(a);
    return 0;
}
