/* Private to http/: what an error says when the program's own page is not there, and its English reason. */
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
