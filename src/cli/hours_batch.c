#include "cli/hours_batch.h"

#include "base/json.h"

/* "10:00", "10:00:30"; whole string. */
static bool parse_clock(struct str s, struct civil_time *t, bool *seconds)
{
    int64_t part[3] = {0};
    size_t n = 0;
    for (struct str piece; str_split(&s, ':', &piece);)
        if (n == 3 || piece.n != 2 || !str_to_int(piece, &part[n++]))
            return false;
    *seconds = n == 3;
    t->hour = (int)part[0];
    t->minute = (int)part[1];
    t->second = (int)part[2];
    return n >= 2 && part[0] >= 0 && part[0] < 24 && part[1] >= 0 && part[1] < 60 && part[2] >= 0 && part[2] < 60;
}

bool hours_moment_parse(struct str s, const struct hours_place *place, struct hours_moment *out)
{
    *out = (struct hours_moment){0};
    struct civil_time t = {0};
    if (!civil_parse(str_sub(s, 0, 10), &t.date))
        return false;
    struct str clock = str_sub(s, 10, s.n);
    if (clock.n > 0) {
        if (clock.p[0] != 'T' && clock.p[0] != ' ')
            return false;
        if (!parse_clock(str_sub(clock, 1, clock.n), &t, &out->seconds)) {
            out->zoned = out->seconds = true;
            return clock.p[0] == 'T' && clock_parse_utc(s, &out->utc_ms);
        }
    }
    out->utc_ms = zone_to_utc_ms(place->zone, t);
    return true;
}

void hours_moment_format(struct buf *out, int64_t utc_ms, const struct hours_place *place,
                         const struct hours_moment *like)
{
    struct civil_time t = zone_local(place->zone, utc_ms);
    civil_format(out, t.date);
    buf_printf(out, "T%02d:%02d", t.hour, t.minute);
    if (like->seconds)
        buf_printf(out, ":%02d", t.second);
    if (like->zoned) {
        int offset = zone_offset_minutes(place->zone, utc_ms), minutes = offset < 0 ? -offset : offset;
        buf_printf(out, "%c%02d:%02d", offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
    }
}

bool hours_place_parse(struct str s, struct hours_place *out)
{
    *out = (struct hours_place){0};
    s = str_trim(s);
    if (s.n == 0)
        return true;
    if (s.n < 2 || s.n > 5)
        return false;
    char code[6] = {0};
    for (size_t i = 0; i < s.n; i++)
        code[i] = s.p[i] >= 'a' && s.p[i] <= 'b' ? (char)(s.p[i] - 32) : s.p[i]; /* 2a */
    *out = hours_place_of_insee(str_from(code));
    struct str dep = str_from(out->departement);
    int64_t number = 0;
    if (str_eq(dep, STR("2A")) || str_eq(dep, STR("2B")))
        return true;
    return dep.n > 0 && dep.n <= s.n && str_to_int(dep, &number) &&
           ((dep.n == 2 && number >= 1 && number <= 95 && number != 20) ||
            (dep.n == 3 && ((number >= 971 && number <= 978) || (number >= 984 && number <= 989))));
}

static const char *state_name(enum hours_state state)
{
    return state == HOURS_OPEN ? "open" : state == HOURS_CLOSED ? "closed" : "unknown";
}

/* Absent and null are empty; a département may come as a number; anything else but text is refused. */
static bool get_text(struct arena *a, const json_t *object, const char *key, struct str *out)
{
    json_t *value = json_object_get(object, key);
    *out = json_get_str(object, key);
    if (json_is_integer(value) && strcmp(key, "departement") == 0) {
        *out = arena_printf(a, "%02" JSON_INTEGER_FORMAT, json_integer_value(value));
        return true;
    }
    return !value || json_is_null(value) || json_is_string(value);
}

static void batch_answer(struct arena *a, const json_t *object, int64_t now_ms, struct buf *out)
{
    struct str expression, at, departement, why;
    struct hours_place place;
    struct hours_moment moment = {.utc_ms = now_ms};
    struct hours *h;
    if (!get_text(a, object, "expression", &expression) || !get_text(a, object, "at", &at) ||
        !get_text(a, object, "departement", &departement)) {
        json_error(out, STR("« expression », « at » et « departement » sont des textes."));
        return;
    }
    if (!hours_place_parse(departement, &place)) {
        json_error(out, STR("Ce département n’existe pas."));
        return;
    }
    if (at.n > 0 && !hours_moment_parse(at, &place, &moment)) {
        json_error(out, STR("La date « at » s’écrit comme 2026-11-22T10:00."));
        return;
    }
    if (hours_parse(a, expression, &h, &why) != OK) {
        json_error(out, why);
        return;
    }
    struct hours_now now = hours_at(h, &place, moment.utc_ms);
    struct buf next;
    buf_init(&next, 64);
    if (now.has_next)
        hours_moment_format(&next, now.next_ms, &place, &moment);
    struct json_writer w;
    json_start(&w, out);
    json_object_begin(&w);
    json_key(&w, STR("state"));
    json_str(&w, str_from(state_name(now.state)));
    json_key(&w, STR("comment"));
    json_str_or_null(&w, now.comment);
    json_key(&w, STR("next_change"));
    json_str_or_null(&w, buf_str(&next));
    json_object_end(&w);
    buf_deinit(&next);
}

void hours_batch_line(struct arena *a, struct str line, int64_t now_ms, struct buf *out)
{
    json_t *object = NULL;
    struct str why = STR_NONE;
    if (json_parse(a, line, &object, &why) != OK)
        json_error(out, why);
    else if (!json_is_object(object))
        json_error(out, STR("Chaque ligne est un objet JSON."));
    else
        batch_answer(a, object, now_ms, out);
}
