/* Pairs of places as JSON lines: any line is answered or refused, in JSON, the same both ways. The text without its JSON is
 * also a name and an address, prepared and compared as such. */
#include "fuzz.h"

#include "base/json.h"
#include "modules/directory/duplicates/duplicates.h"

static void check_likeness(const struct directory_likeness *l)
{
    expect(l->score >= 0 && l->score <= 100);
    expect(l->n_parts <= DIRECTORY_LIKENESS_PARTS && l->n_vetoes <= DIRECTORY_VETOES);
    expect(l->n_vetoes == 0 || l->verdict == DIRECTORY_DIFFERENT);
    for (size_t i = 0; i < l->n_parts; i++)
        expect(l->parts[i].score >= 0 && l->parts[i].score <= 100 && l->parts[i].why);
}

static void check_text(struct arena *a, struct str text)
{
    struct duplicate_place x, y;
    struct directory_likeness there, back;
    size_t half = text.n / 2;
    struct duplicate_input in = {.nom = str_sub(text, 0, half), .adresse = str_sub(text, half, text.n), .commune = str_sub(text, half, 12)};
    duplicate_prepare(a, &in, &x);
    in = (struct duplicate_input){.nom = str_sub(text, half, text.n), .adresse = str_sub(text, 0, half), .code_postal = str_sub(text, 0, 5)};
    duplicate_prepare(a, &in, &y);
    duplicate_score(&x, &y, true, &there);
    duplicate_score(&y, &x, true, &back);
    check_likeness(&there);
    expect(there.score == back.score && there.verdict == back.verdict);
    duplicate_score(&x, &x, true, &there);
    check_likeness(&there);
    expect(there.parts[0].score == 100);
    expect(there.n_vetoes > 0 || duplicate_may_reach(&x, &x, true, there.score));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct str text = {(const char *)data, n}, why;
    struct arena *a = arena_new(SIZE_MAX);
    struct buf out;
    json_t *answer;
    buf_init(&out, 1 << 22);
    directory_duplicates_line(a, text, n % 2 == 0, &out);
    expect(!out.failed && json_parse(a, arena_str(a, buf_str(&out)), &answer, &why) == OK);
    expect(json_object_get(answer, "error") || json_is_string(json_object_get(answer, "verdict")));
    if (n < 4096)
        check_text(a, text);
    buf_deinit(&out);
    arena_free(a);
    return 0;
}
