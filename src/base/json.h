/* Streaming JSON writer (commas and nesting handled, text escaped, invalid UTF-8 replaced by U+FFFD),
 * and the few helpers used over jansson for reading. (_begin and _null_value: json_object, json_array
 * and json_null are jansson's.) */
#ifndef BALISE_BASE_JSON_H
#define BALISE_BASE_JSON_H

#include <jansson.h>

#include "base/arena.h"
#include "base/buf.h"

enum { JSON_DEPTH_MAX = 32 };

struct json_writer {
    struct buf *out;
    int depth;                      /* private */
    bool has_item[JSON_DEPTH_MAX];  /* private: a comma is needed */
    bool after_key;                 /* private */
};

void json_start(struct json_writer *w, struct buf *out);
void json_object_begin(struct json_writer *w);
void json_object_end(struct json_writer *w);
void json_array_begin(struct json_writer *w);
void json_array_end(struct json_writer *w);
void json_key(struct json_writer *w, struct str key);
void json_str(struct json_writer *w, struct str value);
void json_str_or_null(struct json_writer *w, struct str value); /* n == 0 → null */
void json_int(struct json_writer *w, int64_t value);
void json_num(struct json_writer *w, double value); /* not finite → null */
void json_bool(struct json_writer *w, bool value);
void json_null_value(struct json_writer *w);
/* Bytes that are JSON already. */
void json_raw(struct json_writer *w, struct str json);
/* A key that is written again and again, made once by json_key_make: quotes and colon included. */
void json_raw_key(struct json_writer *w, struct str made);
struct str json_key_make(struct arena *a, struct str key);
/* {"error": why}: what a line that cannot be answered gets, in every command that reads JSON lines. */
void json_error(struct buf *out, struct str why);

/* Reading. The parsed tree is released with the arena. Depth, size and duplicate keys are limited.
 * On error returns ERR_INVALID and, if asked, a French sentence with line and column. */
enum err json_parse(struct arena *a, struct str text, json_t **out, struct str *why) MUST_USE;
/* Member as text; STR_NONE when absent, null or not a string. Valid as long as the tree. */
struct str json_get_str(const json_t *object, const char *key);

#endif
