/* What an error says to a person: for the program's error page (view/), and for http/'s own when that one
 * cannot be drawn. */
#ifndef BALISE_HTTP_ERROR_WORDS_H
#define BALISE_HTTP_ERROR_WORDS_H

#include "http/http.h"

struct error_words {
    int status;
    const char *title, *detail;
    const char *plain; /* one line, both languages */
};
const struct error_words *error_words(enum lang lang, int status);

#endif
