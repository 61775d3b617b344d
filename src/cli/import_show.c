#include "cli/import_show.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/json.h"

/* -- progress ------------------------------------------------------------------------------------- */

void import_show_progress(struct import_show *r, size_t done, size_t total, int64_t rows)
{
    enum { WIDTH = 30, BAR_US = 50000, LINE_US = 2000000 };
    int64_t now = clock_mono_us();
    int percent = total ? (int)(done * 100 / total) : 100;
    bool last = done >= total;
    if (!r->show || percent == r->percent || (!last && now - r->shown_us < (r->terminal ? BAR_US : LINE_US)))
        return;
    if (r->terminal) {
        char bar[WIDTH + 1];
        memset(bar, ' ', WIDTH);
        memset(bar, '#', (size_t)(percent * WIDTH / 100));
        bar[WIDTH] = 0;
        fprintf(stderr, "\r[%s] %3d %% · %lld fiches%s", bar, percent, (long long)rows, last ? "\n" : "");
    } else if (r->shown_us != 0 && !last) { /* a short import says nothing on the way */
        fprintf(stderr, "%d %% · %lld fiches\n", percent, (long long)rows);
    }
    if (r->terminal || now - r->shown_us >= LINE_US)
        r->shown_us = now;
    r->percent = percent;
}

/* -- what changes --------------------------------------------------------------------------------- */

static void show_value(const char *arrow, const json_t *v)
{
    const char *text = json_string_value(v);
    printf("%s%s", arrow, text && *text ? text : "(rien)");
}

static void show_fields(struct import_show *s, const struct directory_import_change *change)
{
    const char *name;
    json_t *fields, *pair;
    if (change->changes.n == 0 || json_parse(s->rows, change->changes, &fields, NULL) != OK)
        return;
    json_object_foreach(fields, name, pair) {
        printf("    %s : ", name);
        if (change->action != DIRECTORY_IMPORT_ADD)
            show_value("", json_array_get(pair, 0));
        show_value(change->action == DIRECTORY_IMPORT_ADD ? "" : " → ", json_array_get(pair, 1));
        putchar('\n');
    }
}

bool import_show_change(struct import_show *s, const struct directory_import_change *change)
{
    static const char *const words[] = {
        [DIRECTORY_IMPORT_ADD] = "nouvelle",
        [DIRECTORY_IMPORT_UPDATE] = "changée",
        [DIRECTORY_IMPORT_GONE] = "n’est plus dans le fichier",
        [DIRECTORY_IMPORT_BACK] = "de retour",
    };
    if (change->line > 0)
        printf("ligne %zu · ", change->line);
    printf("%.*s (%.*s) : %s\n", STR_ARG(change->name), STR_ARG(change->id), words[change->action]);
    show_fields(s, change);
    arena_reset(s->rows);
    return !ferror(stdout);
}

/* -- the end -------------------------------------------------------------------------------------- */

/* They have a point: somebody can say what is next to it. */
static void show_point_only(const struct import_show *s, int64_t n)
{
    static const char *const then[] = {
        [IMPORT_SHOW_NOT_ALLOWED] = "Pour trouver l’adresse : balise territory set geocoding geoplateforme, puis relancez.",
        [IMPORT_SHOW_TO_ASK] = "Leur adresse sera demandée au service d’adresses.",
        [IMPORT_SHOW_UNREACHED] = "Relancez quand le service d’adresses répondra.",
        [IMPORT_SHOW_ASKED] = "Le service d’adresses n’en connaît pas qui convienne.",
    };
    if (n > 0)
        printf("  Refusées, avec un point mais sans adresse : %lld\n  %s\n", (long long)n, then[s->addresses]);
}

/* A national list: most of it is not for this directory. */
static void show_outside(const struct import_show *s, const struct directory_import_result *res)
{
    const struct directory_import_counts *n = &res->counts;
    if (s->departements.n == 0 || n->outside * 2 <= n->rows)
        return;
    printf("  Lieux hors de votre territoire : %lld. Pour ne prendre que ceux d’ici, %s --departement %.*s.\n", (long long)n->outside,
           res->id.n > 0 ? "annulez cet import, puis relancez-le avec" : "relancez avec", STR_ARG(s->departements));
}

static void show_notes(const struct import_show *s, const struct directory_import_result *res)
{
    const struct directory_import_counts *n = &res->counts;
    show_point_only(s, n->point_only);
    show_outside(s, res);
    if (n->corrected > 0)
        printf("  Valeurs corrigées : %lld\n", (long long)n->corrected);
    if (n->dropped > 0)
        printf("  Valeurs laissées de côté (leur fiche est gardée) : %lld\n", (long long)n->dropped);
    if (n->doubtful > 0)
        printf("  Valeurs gardées, à vérifier : %lld\n", (long long)n->doubtful);
    if (n->kept_deleted > 0)
        printf("  Fiches retirées de l’annuaire, laissées retirées : %lld\n", (long long)n->kept_deleted);
    if (n->kept_since > 0)
        printf("  Valeurs changées dans l’annuaire après la sortie de ce classeur, gardées : %lld\n%s", (long long)n->kept_since,
               s->report_path ? "" : "  Pour en avoir la liste, relancez avec --report FICHIER.\n");
    if (res->gone_withheld > 0)
        printf("  %lld fiches ne sont plus dans ce fichier : plus de la moitié, rien n’a été retiré.\n"
               "  Si le fichier est complet, relancez avec --complete ; si c’est une partie, avec --partial.\n",
               (long long)res->gone_withheld);
    if (res->ignored_columns.n > 0)
        printf("  Colonnes hors du standard, ignorées : %.*s\n", STR_ARG(res->ignored_columns));
    if (res->missing_columns.n > 0)
        printf("  Colonnes de la correspondance absentes du fichier : %.*s\n", STR_ARG(res->missing_columns));
    if (s->report_path)
        printf("  Rapport : %s\n", s->report_path);
    if (res->id.n > 0 && n->added + n->updated + n->gone + n->back > 0)
        printf("  Pour annuler : balise import undo %.*s\n", STR_ARG(res->id));
    if (res->id.n == 0)
        puts("  Essai seulement : rien n’a été changé.");
}

void import_show_summary(const struct import_show *s, const struct directory_import_result *res, int64_t us)
{
    const struct directory_import_counts *n = &res->counts;
    printf("%s, en %lld,%02lld s\n  fiches lues   %8lld\n", res->format, (long long)(us / 1000000), (long long)(us / 10000 % 100),
           (long long)n->rows);
    printf("  nouvelles     %8lld\n  mises à jour  %8lld\n  inchangées    %8lld\n  refusées      %8lld\n",
           (long long)n->added, (long long)(n->updated + n->back), (long long)n->unchanged, (long long)n->refused);
    if (n->left_out > 0)
        printf("  non demandées %8lld\n", (long long)n->left_out);
    if (n->gone > 0)
        printf("  disparues     %8lld\n", (long long)n->gone);
    show_notes(s, res);
}
