/* Hours in French: any text gives a valid expression in its one form, or a refusal; as seven cells too. */
#include "fuzz.h"

#include "hours/hours.h"

static void check_expression(struct arena *a, struct str expression)
{
    struct hours *h = NULL;
    struct str why;
    expect(hours_parse(a, expression, &h, &why) == OK);
    expect(str_eq(hours_format(a, h), expression));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct str text = {(const char *)data, n}, expression, cells[7] = {{NULL, 0}};
    struct arena *a = arena_new(SIZE_MAX);
    if (hours_from_french(a, text, &expression) == OK)
        check_expression(a, expression);
    else
        expect(expression.n == 0);
    for (int i = 0; i < 7; i++)
        if (!str_split(&text, '\t', &cells[i]))
            break;
    enum err e = hours_from_french_week(a, cells, &expression);
    expect(e == OK || e == ERR_INVALID || e == ERR_NOT_FOUND);
    if (e == OK)
        check_expression(a, expression);
    arena_free(a);
    return 0;
}
