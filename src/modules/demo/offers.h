/* What structures of the demonstration offer, and how it is said. Private to the module.
 *
 * A text holds variants separated by "|"; one is drawn. In a text, {commune}, {de} ("de Vitré", "du Rheu"),
 * {a} ("à Vitré", "au Rheu"), {pays} (the intercommunalité) and {nom} (the structure) are replaced. */
#ifndef BALISE_MODULES_DEMO_OFFERS_H
#define BALISE_MODULES_DEMO_OFFERS_H

#include <stddef.h>

struct demo_offer {
    const char *key;
    const char *names;
    const char *opening; /* one sentence or two: what it is */
    const char *detail;  /* how it goes */
    const char *themes;  /* ends of the thématiques, after "--" */
    char type;           /* Accompagnement, aide Financiere, aide Materielle, aTelier, fOrmation, Information */
    const char *publics; /* letters, see publics[] in records.c; "" is everybody */
    char cost;           /* g gratuit, p payant, ? not said */
    const char *price;   /* when it is payant, or what else is said of the price */
    const char *ways;    /* V se présenter, P téléphoner, M courriel, L lien; D also à distance, X only;
                            u usagers, p professionnels */
    const char *mednum;  /* LaMednum services it amounts to, letters, see mednum[] in records.c */
};

struct demo_offers {
    const struct demo_offer *all;
    size_t n;
};
extern const struct demo_offers demo_offers_rights, demo_offers_digital, demo_offers_life, demo_offers_family,
    demo_offers_housing, demo_offers_work;

/* NULL when there is none of this key. */
const struct demo_offer *demo_offer_find(const char *key);

#endif
