/* The kinds of structures of the demonstration. Private to the module. Texts as in offers.h, and in names:
 * {propre} one of `own`, {quartier} a district of the commune, {pays} the intercommunalité. */
#ifndef BALISE_MODULES_DEMO_KINDS_H
#define BALISE_MODULES_DEMO_KINDS_H

#include <stddef.h>

enum demo_spread {
    DEMO_EACH,  /* one in each of the most peopled communes; several where there are districts */
    DEMO_VILLAGES, /* one in each of the most peopled communes under 3,000 people */
    DEMO_DRAWN, /* drawn by population: large towns have several */
    DEMO_POLES, /* in the centres of the territory; one a district in the towns that have districts */
    DEMO_EPCI   /* one an intercommunalité, in its main town, then in the second… */
};

struct demo_kind {
    const char *key;
    unsigned count;
    unsigned min_population;
    enum demo_spread spread;
    const char *name;
    const char *own;
    const char *says;     /* what it is, in one or two sentences */
    const char *networks; /* réseaux porteurs */
    const char *typologie;
    const char *mail;     /* before the @; on the town's domain for a public body (see `source`) */
    char source;          /* t the territory, d the Département and the State, a associations */
    char hours;           /* see hours.c */
    unsigned places;      /* so many are also places of digital mediation */
    const char *programmes; /* of those places, letters: see programmes[] in places.c */
    const char *offers;   /* "demarches:100 elections:45": key and chance in percent */
};

struct demo_kinds {
    const struct demo_kind *all;
    size_t n;
};
extern const struct demo_kinds demo_kinds_public, demo_kinds_local, demo_kinds_social, demo_kinds_work;

#endif
