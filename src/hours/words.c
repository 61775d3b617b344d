#include "hours/words.h"

const char *hours_weekday_name(int weekday, enum hours_language lang)
{
    static const char *const fr[] = {"lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"};
    static const char *const en[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
    return lang == HOURS_EN ? en[weekday] : fr[weekday];
}

const char *hours_month_name(int month, enum hours_language lang)
{
    static const char *const fr[] = {"janvier", "février", "mars", "avril", "mai", "juin", "juillet",
                                     "août", "septembre", "octobre", "novembre", "décembre"};
    static const char *const en[] = {"January", "February", "March", "April", "May", "June", "July",
                                     "August", "September", "October", "November", "December"};
    return lang == HOURS_EN ? en[month - 1] : fr[month - 1];
}

void hours_clock_words(struct buf *out, int minutes, enum hours_language lang)
{
    int hour = minutes / 60 % 24, minute = minutes % 60;
    if (hour == 0 && minute == 0) {
        buf_lit(out, lang == HOURS_EN ? "midnight" : "minuit");
    } else if (lang == HOURS_EN) {
        buf_int(out, hour % 12 == 0 ? 12 : hour % 12);
        if (minute > 0)
            buf_printf(out, ".%02d", minute);
        buf_lit(out, hour < 12 ? NBSP "am" : NBSP "pm");
    } else {
        buf_int(out, hour);
        buf_lit(out, NBSP "h");
        if (minute > 0)
            buf_printf(out, NBSP "%02d", minute);
    }
}

void hours_span_words(struct buf *out, const struct hours_span *span, bool prose, enum hours_language lang)
{
    if (lang == HOURS_FALC)
        prose = true;
    if (!span->open_end && span->start % DAY_MIN == 0 && span->end - span->start == DAY_MIN) {
        buf_lit(out, in_language(lang, "24" NBSP "h sur 24", "24 hours", "toute la journée et toute la nuit"));
        return;
    }
    if (span->end == span->start) {
        buf_lit(out, in_language(lang, "à partir de ", "from ", "à partir de "));
        hours_clock_words(out, span->start, lang);
        return;
    }
    if (prose)
        buf_lit(out, in_language(lang, "de ", "from ", "de "));
    hours_clock_words(out, span->start, lang);
    /* One span stays on one line: the word joiner is for the break that Unicode allows after a dash, even before a
     * space that does not break. */
    buf_lit(out, prose ? in_language(lang, " à ", " to ", " à ") : NBSP NDASH WORD_JOINER NBSP);
    hours_clock_words(out, span->end, lang);
    if (span->open_end)
        buf_lit(out, in_language(lang, " ou plus tard", " or later", " ou plus tard"));
}

struct str hours_words_done(struct arena *a, struct buf *b)
{
    struct str words = arena_str(a, buf_str(b));
    buf_deinit(b);
    return words;
}

static void add_comment(struct buf *out, struct str comment)
{
    if (comment.n == 0)
        return;
    buf_lit(out, " (");
    buf_add(out, comment);
    buf_char(out, ')');
}

struct str hours_day_words(struct arena *a, const struct hours_day *day, enum hours_language lang)
{
    if (day->n == 0)
        return str_from(in_language(lang, "fermé", "closed", "fermé"));
    struct buf b;
    buf_init(&b, WORDS_MAX);
    for (size_t i = 0; i < day->n; i++) {
        const struct hours_span *span = &day->spans[i];
        if (i > 0)
            buf_lit(&b, in_language(lang, " · ", " · ", i + 1 == day->n ? " et " : ", "));
        hours_span_words(&b, span, false, lang);
        if (span->comment.n > 0)
            add_comment(&b, span->comment);
        else if (span->state == HOURS_UNKNOWN)
            buf_lit(&b, in_language(lang, " (à vérifier)", " (to be checked)", " (à vérifier)"));
    }
    return hours_words_done(a, &b);
}

/* "à 14 h", "demain à 9 h", "lundi à 9 h", "mardi 8 décembre": a moment, seen from another. */
static void add_moment(struct buf *out, enum zone zone, int64_t from_ms, int64_t to_ms, enum hours_language lang)
{
    struct civil_time from = zone_local(zone, from_ms), to = zone_local(zone, to_ms);
    int64_t days = civil_to_days(to.date) - civil_to_days(from.date);
    const char *at = in_language(lang, " à ", " at ", " à ");
    if (days == 1) {
        buf_lit(out, in_language(lang, " demain", " tomorrow", " demain"));
    } else if (days > 1) {
        buf_char(out, ' ');
        buf_lit(out, hours_weekday_name(civil_weekday(to.date) - 1, lang));
    }
    if (days > 6) {
        buf_printf(out, " %d", to.date.day);
        if (to.date.day == 1 && lang != HOURS_EN)
            buf_lit(out, "er");
        buf_printf(out, " %s", hours_month_name(to.date.month, lang));
        if (to.date.year != from.date.year)
            buf_printf(out, " %d", to.date.year);
        return;
    }
    buf_lit(out, at);
    hours_clock_words(out, to.hour * 60 + to.minute, lang);
}

/* When a place open now closes: the hour alone, as long as it is tonight. */
static void add_until(struct buf *out, enum zone zone, int64_t from_ms, int64_t to_ms, enum hours_language lang)
{
    struct civil_time from = zone_local(zone, from_ms), to = zone_local(zone, to_ms);
    int64_t days = civil_to_days(to.date) - civil_to_days(from.date);
    if (days > 1 || (days == 1 && to.hour >= 6)) {
        if (days == 1) {
            buf_lit(out, in_language(lang, "demain ", "tomorrow ", "demain "));
        } else {
            buf_printf(out, "%s ", hours_weekday_name(civil_weekday(to.date) - 1, lang));
            if (days > 6)
                buf_printf(out, "%d%s %s ", to.date.day, to.date.day == 1 && lang != HOURS_EN ? "er" : "",
                           hours_month_name(to.date.month, lang));
        }
    }
    hours_clock_words(out, to.hour * 60 + to.minute, lang);
}

static void open_words(struct buf *out, const struct hours_now *now, enum zone zone, int64_t utc_ms,
                       enum hours_language lang)
{
    if (!now->has_next) {
        buf_lit(out, in_language(lang, "Ouvert jour et nuit", "Open day and night", "C’est ouvert jour et nuit"));
        return;
    }
    bool sure = now->next_state == HOURS_CLOSED;
    if (lang == HOURS_FALC)
        buf_lit(out, sure ? "C’est ouvert. Ça ferme à " : "C’est ouvert au moins jusqu’à ");
    else
        buf_lit(out, sure ? in_language(lang, "Ouvert jusqu’à ", "Open until ", "")
                          : in_language(lang, "Ouvert au moins jusqu’à ", "Open at least until ", ""));
    add_until(out, zone, utc_ms, now->next_ms, lang);
}

static void closed_words(struct buf *out, const struct hours_now *now, enum zone zone, int64_t utc_ms,
                         enum hours_language lang)
{
    buf_lit(out, in_language(lang, "Fermé", "Closed", "C’est fermé"));
    add_comment(out, now->comment);
    if (!now->has_next)
        return;
    bool sure = now->next_state == HOURS_OPEN;
    buf_lit(out, sure ? in_language(lang, " · ouvre", " · opens", ". Ça ouvre")
                      : in_language(lang, " · peut-être ouvert", " · may open", ". C’est peut-être ouvert"));
    add_moment(out, zone, utc_ms, now->next_ms, lang);
}

struct str hours_now_words(struct arena *a, const struct hours_now *now, const struct hours_place *place,
                           int64_t utc_ms, enum hours_language lang)
{
    struct buf b;
    buf_init(&b, WORDS_MAX);
    switch (now->state) {
    case HOURS_OPEN:
        open_words(&b, now, place->zone, utc_ms, lang);
        add_comment(&b, now->comment);
        break;
    case HOURS_CLOSED:
        closed_words(&b, now, place->zone, utc_ms, lang);
        break;
    default:
        buf_lit(&b, in_language(lang, "Horaires à vérifier", "Opening hours to be checked",
                                "Les horaires sont à vérifier"));
        if (now->comment.n > 0) {
            buf_lit(&b, in_language(lang, NBSP ": ", ": ", NBSP ": "));
            buf_add(&b, now->comment);
        }
    }
    if (lang == HOURS_FALC)
        buf_char(&b, '.');
    return hours_words_done(a, &b);
}
