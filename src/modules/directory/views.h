/* What the pages of the directory show: filled by pages.c, drawn by the templates of pages/. Every text is ready to be
 * read in the language of the request; an empty one means “nothing is known”, and the page says nothing or
 * says what to do. */
#ifndef BALISE_MODULES_DIRECTORY_VIEWS_H
#define BALISE_MODULES_DIRECTORY_VIEWS_H

#include "hours/hours.h"
#include "view/parts.h"
#include "view/view.h"

/* A word with its pictogram and, perhaps, where it leads. */
struct view_item {
    struct html icon;
    struct str words;
    struct str detail; /* longer; may be empty */
    struct str url;    /* may be empty */
};

/* -- the search form -------------------------------------------------------------------------------- */
struct view_search {
    struct str what, where; /* as typed */
    struct str commune;     /* INSEE code that `where` stands for; empty: to be found from the words */
    struct str error;       /* of the field “Où ?” */
};

/* -- home ------------------------------------------------------------------------------------------- */
struct view_home {
    struct view_search search;
    const struct view_item *needs;
    size_t n_needs;
    int64_t n_places;
};

/* -- open or closed --------------------------------------------------------------------------------- */
struct view_open {
    enum hours_state state; /* HOURS_UNKNOWN: nothing is said but the sentence */
    struct str word, rest;  /* "Ouvert", "jusqu’à 18 h 30" */
};

/* -- results ---------------------------------------------------------------------------------------- */
struct view_card {
    struct str name, url;
    double distance_m;  /* < 0: unknown */
    struct str address; /* "4 rue de l’Église, Rennes" */
    struct view_open open;
    const struct str *helps; /* what they help with, and "Gratuit" */
    size_t n_helps;
    struct str phone;   /* E.164 */
    struct str way;     /* address of a route; may be empty */
    struct str booking; /* may be empty */
    struct str approximate; /* how the distance was counted without a point; empty: from its own */
};

struct view_choice {
    struct str value, words;
    int64_t count;
    bool checked;
};
struct view_filter {
    const char *name; /* of the parameter */
    struct str words; /* legend */
    const struct view_choice *choices;
    size_t n_choices;
    size_t n_checked;
};
/* A condition that the person set, and the same search without it. */
struct view_chip {
    struct str words, without;
};

struct view_radius {
    int64_t km;
    bool checked;
};

struct view_results {
    struct view_search search;
    struct str title; /* "62 lieux pour « démarches en ligne » autour de Rennes" */
    struct str corrected; /* another commune than the one typed: former name, delegated commune; may be empty */
    int64_t total;
    int64_t radius_km;  /* 0: no limit */
    bool has_point;
    bool partial_words; /* no place has every word */
    struct str lat, lon; /* position given by the browser; empty otherwise */
    const struct view_card *cards;
    size_t n_cards;
    struct view_pages pages;
    const struct view_filter *filters;
    size_t n_filters;
    const struct view_radius *radii;
    size_t n_radii;
    const struct view_chip *chips;
    size_t n_chips;
    /* When there is nothing: the same search, wider. Empty: cannot be widened so. */
    struct str wider_url, any_place_url, no_filter_url, no_words_url;
    int64_t wider_km;
};

/* "Quel 35000 ?": which commune is meant. */
struct view_commune {
    struct str name, detail, url; /* detail: "35250 · Ille-et-Vilaine" */
};
struct view_communes {
    struct view_search search;
    struct str typed;
    const struct view_commune *communes; /* empty: nothing looks like it */
    size_t n_communes;
    bool near; /* none is exactly that: these look like it */
};

/* -- one place, or one structure -------------------------------------------------------------------- */
struct view_day {
    struct str name, words;
    struct str holiday; /* "Noël"; may be empty */
    bool today, closed;
};
struct view_closure {
    struct str when; /* "vendredi 25 décembre 2026", "du 3 au 21 août 2026" */
    struct str why;  /* "Noël"; may be empty */
};
struct view_service {
    struct str name, description, conditions, cost, zone, link, phone;
    const struct str *themes;
    size_t n_themes;
    struct str how; /* "Téléphoner, venir sur place" */
};
struct view_list {
    struct str words; /* "Publics" */
    struct html icon;
    const struct str *items;
    size_t n_items;
};

struct view_place {
    struct str name, kind;
    struct str slug;
    struct view_open open;
    struct str summary, description;

    /* what */
    const struct view_item *helps;
    size_t n_helps;
    const struct view_service *services;
    size_t n_services;
    const struct view_list *publics; /* for whom, and what is adapted: groups of words */
    size_t n_publics;

    /* when */
    bool has_week;
    struct view_day week[7];
    struct str hours_source; /* what the source says, when it is not in the standard's form */
    const struct view_closure *closures; /* to come, and not in the ordinary week */
    size_t n_closures;

    /* where */
    struct str street, complement, town; /* "4 rue de l’Église", "Bâtiment B", "35250 Saint-Aubin-d’Aubigné" */
    struct str way;
    struct str approximate; /* what stands for its point in a search; empty: its own, or nothing */
    bool nearest;           /* the street is what was found next to the point */
    bool itinerant;
    struct str access_url; /* how to enter the building: acceslibre */

    /* how to come in, what it costs */
    const struct view_item *access; /* "Venir sans rendez-vous", "Téléphoner"… */
    size_t n_access;
    const struct str *costs;
    size_t n_costs;
    bool free_of_charge; /* every cost known is “gratuit” */
    struct str booking;

    /* whom to call */
    struct str phone;
    const struct str *mails;
    size_t n_mails;
    const struct str *sites;
    size_t n_sites;

    /* more: labels, programmes, the organisation and its other places */
    const struct view_list *labels;
    size_t n_labels;
    struct str structure, structure_url;
    const struct view_item *places;
    size_t n_places;

    /* how sure */
    struct civil_date confirmed; /* year 0: never by a human here */
    struct str confirmed_by;
    struct civil_date updated;   /* the source's date; year 0: unknown */
    bool stale;                  /* nothing has said that it is right for a year */
    struct str source, source_url;
    bool many_sources; /* `source` is a list */
    struct str report_url;
};

struct view_report {
    struct str name, url; /* of the place */
    struct str phone;     /* of the human door */
    struct str place_phone;
};

/* -- open data -------------------------------------------------------------------------------------- */
struct view_download {
    struct str title, detail, url, extension;
};
struct view_downloads {
    struct str title; /* what they are for */
    const struct view_download *items;
    size_t n;
};
struct view_data {
    const struct view_downloads *groups;
    size_t n_groups;
    int64_t n_places, n_structures, n_services;
    struct civil_date updated; /* year 0: no data yet */
};

/* -- quality of the data ---------------------------------------------------------------------------- */
/* How many sheets something is true of. */
struct view_figure {
    struct str words, why; /* why: what it changes; may be empty */
    int64_t count;
    struct str share; /* "7 %", "moins de 1 %" */
    int percent;      /* of the bar, 0…100 */
    const struct view_item *examples;
    size_t n_examples;
};
struct view_figures {
    struct str title, anchor;
    struct str lead, mend; /* what is counted; who can put it right */
    const struct view_figure *figures;
    size_t n_figures;
};
struct view_quality_source {
    struct str name, anchor;
    int64_t sheets, places, structures, services;
    struct str imported, format; /* of the last import; empty: never by a file */
    struct str score;            /* "72 sur 100"; empty: no service */
    const struct view_figures *families;
    size_t n_families;
};
struct view_quality {
    struct view_quality_source all;
    const struct view_quality_source *sources;
    size_t n_sources;
};

#endif
