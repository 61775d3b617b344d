/* What belongs to the whole site and to no module: health, robots. */
#ifndef BALISE_MODULES_SITE_SITE_H
#define BALISE_MODULES_SITE_SITE_H

#include "modules/module.h"

extern const struct module site_module;

#endif
