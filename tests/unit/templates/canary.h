/* The record of the templates of this folder. */
#ifndef TEST_CANARY_H
#define TEST_CANARY_H

#include "view/view.h"

struct canary_item {
    struct str name;
    int count;
};
struct canary {
    struct str text;
    const char *cstr;
    struct str url, slug;
    struct html raw;
    int64_t total;
    size_t n_items;
    const struct canary_item *items;
    bool open, wanted;
};

#endif
