/* Shared by the tables of values (enums*.c), private to the module. */
#ifndef BALISE_MODULES_DIRECTORY_ENUMS_H
#define BALISE_MODULES_DIRECTORY_ENUMS_H

#include "modules/directory/model.h"

/* Rows of ENUM_FAMILLE, for the tables that point to them. */
enum famille {
    FAMILLE_MAIRIE,
    FAMILLE_FRANCE_SERVICES,
    FAMILLE_BIBLIOTHEQUE,
    FAMILLE_CENTRE_SOCIAL,
    FAMILLE_NUMERIQUE,
    FAMILLE_DEPARTEMENT,
    FAMILLE_SERVICE_PUBLIC,
    FAMILLE_EMPLOI,
    FAMILLE_INSERTION,
    FAMILLE_JEUNES,
    FAMILLE_HEBERGEMENT,
    FAMILLE_SANTE,
    FAMILLE_DROITS,
    FAMILLE_MATERIEL,
    FAMILLE_ASSOCIATION,
    FAMILLE_AUTRE,
    FAMILLE_COUNT
};

/* Rows of ENUM_BESOIN, in the order of the home page. */
enum besoin {
    BESOIN_DEMARCHES,
    BESOIN_ORDINATEUR,
    BESOIN_TELEPHONE,
    BESOIN_COURRIEL,
    BESOIN_IMPRIMER,
    BESOIN_INTERNET,
    BESOIN_ARNAQUES,
    BESOIN_GROUPE,
    BESOIN_COUNT
};

/* Rows of ENUM_CATEGORIE, in the order of their values. */
enum categorie {
    CATEGORIE_METIER,
    CATEGORIE_ENTREPRISE,
    CATEGORIE_ADMINISTRATIF,
    CATEGORIE_ARGENT,
    CATEGORIE_EQUIPEMENT,
    CATEGORIE_FAMILLE,
    CATEGORIE_LECTURE,
    CATEGORIE_LOGEMENT,
    CATEGORIE_MOBILITE,
    CATEGORIE_NUMERIQUE,
    CATEGORIE_CANDIDATURE,
    CATEGORIE_REMOBILISATION,
    CATEGORIE_SANTE,
    CATEGORIE_FORMATION,
    CATEGORIE_INTERNATIONAL,
    CATEGORIE_EMPLOI,
    CATEGORIE_COUNT
};

#define ENUM_TABLE(field, rows) {(field), (rows), (int)(sizeof(rows) / sizeof *(rows))}

extern const struct directory_enum enum_typologie, enum_thematique, enum_reseau;
extern const struct directory_enum lamednum_enums[]; /* ENUM_SERVICE_LAMEDNUM … ENUM_ACCOMPAGNEMENT */
extern const struct directory_enum inclusion_enums[]; /* ENUM_CATEGORIE … ENUM_TYPE_SERVICE */
extern const struct directory_enum enum_ours[];       /* ENUM_FAMILLE, ENUM_BESOIN */

#endif
