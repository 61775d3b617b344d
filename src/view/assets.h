/* The site's styles, fonts, scripts and images, embedded in the program by tools/assets.py. */
#ifndef BALISE_VIEW_ASSETS_H
#define BALISE_VIEW_ASSETS_H

#include "http/http.h"

/* Give it to http_set_assets. */
extern const struct asset_table site_assets;

#endif
