/* Structured logs, one line an event on standard error:
 *   2026-11-24T10:00:00.000Z info http.request method=GET path=/lieux status=200 us=412
 * or JSON lines with BALISE_LOG=json. Values with spaces are quoted; control characters escaped.
 * Never log secrets, names of persons, free text of records, query strings. */
#ifndef BALISE_BASE_LOG_H
#define BALISE_BASE_LOG_H

#include "base/str.h"

enum log_level { LOG_DEBUG_, LOG_INFO_, LOG_WARN_, LOG_ERROR_ };

struct log_field {
    const char *key;
    enum { LOG_INT, LOG_STR } type;
    int64_t i;
    struct str s;
};
#define LOG_I(k, v) ((struct log_field){(k), LOG_INT, (int64_t)(v), STR_NONE})
#define LOG_S(k, v) ((struct log_field){(k), LOG_STR, 0, (v)})
#define LOG_C(k, v) ((struct log_field){(k), LOG_STR, 0, str_from(v)})

void log_set_level(enum log_level min);
void log_event(enum log_level level, const char *event, const struct log_field *fields, size_t n);

#define LOG_EVENT_(level, event, ...)                                                              \
    log_event((level), (event), (const struct log_field[]){__VA_ARGS__},                           \
              sizeof((const struct log_field[]){__VA_ARGS__}) / sizeof(struct log_field))
/* log_info("import.done", LOG_I("rows", n), LOG_S("source", src)); at least one field. */
#define log_debug(event, ...) LOG_EVENT_(LOG_DEBUG_, event, __VA_ARGS__)
#define log_info(event, ...) LOG_EVENT_(LOG_INFO_, event, __VA_ARGS__)
#define log_warn(event, ...) LOG_EVENT_(LOG_WARN_, event, __VA_ARGS__)
#define log_error(event, ...) LOG_EVENT_(LOG_ERROR_, event, __VA_ARGS__)

#endif
