/* Opening hours: any text is read or refused with a reason; what is read is written back the same, and the state
 * holds until the next change that is announced. The first six bytes choose the moment and the place. */
#include "fuzz.h"

#include "hours/hours.h"

static bool same_now(const struct hours_now *a, const struct hours_now *b)
{
    return a->state == b->state && a->has_next == b->has_next && a->next_ms == b->next_ms &&
           a->next_state == b->next_state && str_eq(a->comment, b->comment);
}

static void check_words(struct arena *a, const struct hours *h, const struct hours_place *place,
                        const struct hours_now *now, int64_t utc_ms)
{
    struct hours_day week[7];
    hours_week(h, place, a, zone_local(place->zone, utc_ms).date, week);
    for (int l = HOURS_FR; l <= HOURS_FALC; l++) {
        expect(hours_now_words(a, now, place, utc_ms, (enum hours_language)l).n > 0);
        struct str sentence = hours_sentence(a, h, (enum hours_language)l);
        expect(sentence.n > 0 && str_is_utf8(sentence));
        for (int d = 0; d < 7; d++)
            expect(hours_day_words(a, &week[d], (enum hours_language)l).n > 0);
    }
    for (int d = 0; d < 7; d++) {
        for (size_t i = 0; i < week[d].n; i++) {
            const struct hours_span *s = &week[d].spans[i];
            expect(s->start >= 0 && s->end >= s->start && s->end <= 2880 && s->state != HOURS_CLOSED);
            expect(i == 0 || s->start >= week[d].spans[i - 1].end);
        }
    }
}

static void check_read(struct arena *a, const struct hours *h, const struct hours_place *place, int64_t utc_ms)
{
    struct hours *again = NULL;
    struct str why = STR_NONE, text = hours_format(a, h);
    /* Writing may lengthen: a text at the limit is not read back. */
    if (hours_parse(a, text, &again, &why) != OK) {
        expect(text.n > 1000);
        return;
    }
    expect(str_eq(hours_format(a, again), text));
    struct hours_now now = hours_at(h, place, utc_ms), twin = hours_at(again, place, utc_ms);
    expect(same_now(&now, &twin));
    if (now.has_next) {
        expect(now.next_ms > utc_ms && now.next_state != now.state);
        expect(hours_at(h, place, now.next_ms).state == now.next_state);
        expect(hours_at(h, place, now.next_ms - 1).state == now.state);
        expect(hours_at(h, place, utc_ms + (now.next_ms - utc_ms) / 2).state == now.state);
    }
    check_words(a, h, place, &now, utc_ms);
    uint64_t mask[6];
    hours_week_mask(h, mask);
    expect(mask[5] >> (7 * 48 - 5 * 64) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const char *const departements[] = {"", "35", "67", "2A", "971", "974", "987", "976"};
    static const enum zone zones[] = {ZONE_PARIS, ZONE_PARIS, ZONE_PARIS, ZONE_PARIS, ZONE_GUADELOUPE, ZONE_REUNION,
                                      ZONE_TAHITI, ZONE_MIQUELON};
    if (n < 6)
        return 0;
    struct hours_place place = {.zone = zones[data[0] % 8]};
    memcpy(place.departement, departements[data[0] % 8], strlen(departements[data[0] % 8]));
    /* Minutes from 2020, over thirty years. */
    uint32_t minutes = (uint32_t)data[1] << 24 | (uint32_t)data[2] << 16 | (uint32_t)data[3] << 8 | data[4];
    int64_t utc_ms = INT64_C(1577836800000) + (int64_t)(minutes % (30u * 525600)) * 60000 + data[5] * 200;
    struct str text = {(const char *)data + 6, n - 6};
    struct arena *a = arena_new(SIZE_MAX);
    struct hours *h = NULL;
    struct str why = STR_NONE;
    if (hours_parse(a, text, &h, &why) == OK)
        check_read(a, h, &place, utc_ms);
    else
        expect(h == NULL && why.n > 0 && str_is_utf8(why));
    arena_free(a);
    return 0;
}
