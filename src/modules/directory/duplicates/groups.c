/* Groups of places that are one: pairs joined best first, a group only grows by places that none of its own contradicts. */
#include "modules/directory/duplicates/merge.h"

static uint32_t group_of(uint32_t *groups, uint32_t i)
{
    while (groups[i] != i) {
        groups[i] = groups[groups[i]];
        i = groups[i];
    }
    return i;
}

/* `next`: the members of a group form a ring. */
static bool agree(const struct duplicate_grouping *g, uint32_t x, uint32_t y, const uint32_t *next)
{
    uint32_t i = x;
    do {
        uint32_t k = y;
        do {
            struct directory_likeness l;
            duplicate_score(&g->places[i], &g->places[k], g->same_source, &l);
            if (l.n_vetoes > 0 || l.verdict == DIRECTORY_DIFFERENT ||
                duplicate_is_apart(g->apart, g->n_apart, g->places[i].id, g->places[k].id))
                return false;
            k = next[k];
        } while (k != y);
        i = next[i];
    } while (i != x);
    return true;
}

size_t duplicate_groups(struct arena *a, const struct duplicate_grouping *g, const struct duplicate_pairs *pairs, uint32_t *groups)
{
    size_t left = 0;
    uint32_t *next = ARENA_ARRAY(a, g->n + 1, uint32_t);
    for (uint32_t i = 0; i < g->n; i++)
        groups[i] = next[i] = i;
    for (size_t p = 0; p < pairs->n; p++) {
        const struct duplicate_pair *pair = &pairs->items[p];
        if (pair->likeness.verdict != DIRECTORY_SAME ||
            duplicate_is_apart(g->apart, g->n_apart, g->places[pair->a].id, g->places[pair->b].id))
            continue;
        uint32_t x = group_of(groups, pair->a), y = group_of(groups, pair->b);
        if (x == y)
            continue;
        if (!agree(g, x, y, next)) {
            left++;
            continue;
        }
        uint32_t after = next[x];
        next[x] = next[y];
        next[y] = after;
        groups[x > y ? x : y] = x > y ? y : x;
    }
    for (uint32_t i = 0; i < g->n; i++)
        groups[i] = group_of(groups, i);
    return left;
}

/* The lowest score that joined the group: what it is worth. */
static int group_score(const struct duplicate_pairs *pairs, const uint32_t *groups, uint32_t group)
{
    int lowest = 100;
    for (size_t p = 0; p < pairs->n; p++) {
        const struct duplicate_pair *pair = &pairs->items[p];
        if (pair->likeness.verdict == DIRECTORY_SAME && groups[pair->a] == group && groups[pair->b] == group &&
            pair->likeness.score < lowest)
            lowest = pair->likeness.score;
    }
    return lowest;
}

enum err directory_merge_duplicates(struct db_conn *c, struct arena *a, struct str actor, int least, bool same_source,
                                    struct directory_apply_result *out)
{
    struct duplicate_listing l;
    struct duplicate_pairs pairs;
    struct duplicate_grouping g = {.same_source = same_source};
    *out = (struct directory_apply_result){.merges = 0};
    TRY(duplicate_listing_read(c, a, &l));
    TRY(duplicate_apart_read(c, a, &g.apart, &g.n_apart));
    g.places = l.places;
    g.n = l.n;
    duplicate_candidates(a, l.places, l.n, same_source, least, &pairs);
    uint32_t *groups = ARENA_ARRAY(a, l.n + 1, uint32_t), *sizes = ARENA_ARRAY(a, l.n + 1, uint32_t);
    struct str *ids = ARENA_ARRAY(a, l.n + 1, struct str);
    out->left = (int64_t)duplicate_groups(a, &g, &pairs, groups);
    for (size_t i = 0; i < l.n; i++)
        sizes[groups[i]]++;
    for (uint32_t i = 0; i < l.n; i++) {
        struct str merge_id, place_id;
        struct str_list members = {ids, 0};
        if (groups[i] != i || sizes[i] < 2)
            continue;
        for (uint32_t k = i; members.n < sizes[i]; k++)
            if (groups[k] == i)
                ids[members.n++] = l.places[k].id;
        TRY(directory_merge(c, a, actor, members, group_score(&pairs, groups, i), &merge_id, &place_id));
        out->merges++;
        out->places += (int64_t)members.n;
    }
    return OK;
}
