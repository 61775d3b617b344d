#include "nearest.h"

void nearest_add(struct nearest *near, struct answer *out, uint32_t id, uint32_t fees, double distance_m)
{
    out->total++;
    for (uint32_t v = 0; v < DATA_FEES; v++)
        out->fees[v] += fees >> v & 1;
    uint32_t at = near->n;
    while (at > 0 && (distance_m < near->distance[at - 1] ||
                      (distance_m == near->distance[at - 1] && id < near->id[at - 1])))
        at--;
    if (at == DATA_TOP)
        return;
    if (near->n < DATA_TOP)
        near->n++;
    for (uint32_t i = near->n - 1; i > at; i--) {
        near->distance[i] = near->distance[i - 1];
        near->id[i] = near->id[i - 1];
    }
    near->distance[at] = distance_m;
    near->id[at] = id;
}

void nearest_end(const struct nearest *near, struct answer *out)
{
    out->n = near->n;
    memcpy(out->ids, near->id, near->n * sizeof *near->id);
}

struct str data_tokens_with_themes(const struct data_service *s)
{
    static char text[4096];
    size_t n = s->tokens.n < sizeof text - 512 ? s->tokens.n : sizeof text - 512;
    memcpy(text, s->tokens.p, n);
    for (uint64_t left = s->themes; left; left &= left - 1)
        n += (size_t)snprintf(text + n, sizeof text - n, " t%d", __builtin_ctzll(left));
    return (struct str){text, n};
}

size_t data_match(const struct data_query *q, const char *and_word, char *out, size_t size)
{
    size_t n = 0;
    struct str left = q->tokens, token;
    while (str_split(&left, ' ', &token) && n < size)
        n += (size_t)snprintf(out + n, size - n, "%.*s %s ", STR_ARG(token), and_word);
    if (n < size)
        n += (size_t)snprintf(out + n, size - n, "t%u", q->theme);
    return n < size ? n : 0;
}
