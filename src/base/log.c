#include "base/log.h"

#include <stdatomic.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/utf8.h"

static _Atomic enum log_level min_level = LOG_INFO_;

static const char *const level_names[] = {"debug", "info", "warn", "error"};

enum { LINE_MAX_BYTES = 64 * 1024 };

void log_set_level(enum log_level min)
{
    atomic_store_explicit(&min_level, min, memory_order_relaxed);
}

/* Text that cannot be written without quotes, or that could forge another field. */
static bool needs_quotes(struct str s)
{
    if (s.n == 0)
        return true;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c >= 0x7F)
            return true;
    }
    return false;
}

static void add_value(struct buf *b, struct str s)
{
    if (!needs_quotes(s)) {
        buf_add(b, s);
        return;
    }
    buf_char(b, '"');
    for (size_t i = 0, n; i < s.n; i += n) {
        uint32_t cp = 0;
        unsigned char c = (unsigned char)s.p[i];
        n = utf8_decode(s.p + i, s.n - i, &cp);
        /* control characters, C1 included, could drive the terminal of whoever reads the log */
        if (n == 0 || c < 0x20 || (cp >= 0x7F && cp < 0xA0)) {
            n = n ? n : 1;
            if (c == '\n')
                buf_lit(b, "\\n");
            else
                buf_printf(b, "\\x%02X", n == 2 ? (unsigned)cp : (unsigned)c);
            continue;
        }
        if (c == '"' || c == '\\')
            buf_char(b, '\\');
        buf_add(b, (struct str){s.p + i, n});
    }
    buf_char(b, '"');
}

static void add_text(struct buf *b, enum log_level level, const char *event,
                     const struct log_field *fields, size_t n)
{
    clock_format_utc(b, clock_now_ms());
    buf_printf(b, " %s %s", level_names[level], event);
    for (size_t i = 0; i < n; i++) {
        buf_printf(b, " %s=", fields[i].key);
        if (fields[i].type == LOG_INT)
            buf_int(b, fields[i].i);
        else
            add_value(b, fields[i].s);
    }
    buf_char(b, '\n');
}

static void add_json(struct buf *b, enum log_level level, const char *event,
                     const struct log_field *fields, size_t n)
{
    char text[40];
    struct buf time;
    struct json_writer w;
    buf_init(&time, sizeof text);
    clock_format_utc(&time, clock_now_ms());
    json_start(&w, b);
    json_object_begin(&w);
    json_key(&w, STR("time"));
    json_str(&w, buf_str(&time));
    json_key(&w, STR("level"));
    json_str(&w, str_from(level_names[level]));
    json_key(&w, STR("event"));
    json_str(&w, str_from(event));
    for (size_t i = 0; i < n; i++) {
        json_key(&w, str_from(fields[i].key));
        if (fields[i].type == LOG_INT)
            json_int(&w, fields[i].i);
        else
            json_str(&w, fields[i].s);
    }
    json_object_end(&w);
    buf_char(b, '\n');
    buf_deinit(&time);
}

static bool as_json(void)
{
    const char *format = getenv("BALISE_LOG");
    return format && strcmp(format, "json") == 0;
}

void log_event(enum log_level level, const char *event, const struct log_field *fields, size_t n)
{
    if (level < atomic_load_explicit(&min_level, memory_order_relaxed))
        return;
    struct buf line;
    buf_init(&line, LINE_MAX_BYTES);
    if (as_json())
        add_json(&line, level, event, fields, n);
    else
        add_text(&line, level, event, fields, n);
    if (line.failed) { /* too long, or no memory: the event alone is better than nothing */
        fprintf(stderr, "%s %s (fields lost)\n", level_names[level], event);
    } else {
        /* one write for the whole line, so that lines of several threads do not mix */
        struct str text = buf_str(&line);
        while (text.n) {
            ssize_t done = write(STDERR_FILENO, text.p, text.n);
            if (done <= 0)
                break;
            text = str_sub(text, (size_t)done, text.n);
        }
    }
    buf_deinit(&line);
}
