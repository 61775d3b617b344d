/* Records of the parts that many pages share (components.html). */
#ifndef BALISE_VIEW_PARTS_H
#define BALISE_VIEW_PARTS_H

#include "view/view.h"

/* A part of a long list: "21 à 40 sur 62". URLs are empty at the ends. */
struct view_pages {
    int64_t first, last, total;
    struct str previous, next;
};

/* What went wrong in a form, each linked to its field. */
struct view_error {
    struct str field; /* id of the field */
    struct str message;
};

#endif
