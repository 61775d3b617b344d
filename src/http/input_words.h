/* Private to http/: what is said about a wrong value. */
#ifndef BALISE_HTTP_INPUT_WORDS_H
#define BALISE_HTTP_INPUT_WORDS_H

#include "http/exchange.h"

/* The limits that really apply (±INFINITY: none): of the value, of the number of characters, of items. */
enum { INPUT_TEXT_MAX = 200 }; /* characters, of a text without limits of its own, and of a list's items */
struct bounds {
    double low, high;
};
struct bounds input_bounds(const struct input_field *f);

/* A sentence that says what to do. */
struct str input_message(struct arena *a, enum lang lang, const struct input_field *f, enum fault fault);
/* The identifier that clients of the national API know: "int_parsing", "missing"… */
const char *input_fault_type(const struct input_field *f, enum fault fault);

#endif
