/* Finding a value, whatever its list. */
#include "modules/directory/enums.h"

const struct directory_enum *directory_enum(enum directory_enum_id id)
{
    switch (id) {
    case ENUM_TYPOLOGIE:
        return &enum_typologie;
    case ENUM_THEMATIQUE:
        return &enum_thematique;
    case ENUM_RESEAU_PORTEUR:
        return &enum_reseau;
    default:
        break;
    }
    if (id < ENUM_TYPOLOGIE)
        return &lamednum_enums[id];
    return id < ENUM_RESEAU_PORTEUR ? &inclusion_enums[id - ENUM_CATEGORIE] : &enum_ours[id - ENUM_FAMILLE];
}

const struct directory_value *directory_enum_value(enum directory_enum_id id, int i)
{
    const struct directory_enum *e = directory_enum(id);
    return i >= 0 && i < e->n ? &e->values[i] : NULL;
}

static bool is(const char *spelling, struct str value)
{
    return spelling && spelling[0] == value.p[0] && strncmp(spelling, value.p, value.n) == 0 && spelling[value.n] == 0;
}

int directory_enum_find(enum directory_enum_id id, struct str value)
{
    const struct directory_enum *e = directory_enum(id);
    if (value.n == 0)
        return -1;
    for (int i = 0; i < e->n; i++)
        if (is(e->values[i].value, value) || is(e->values[i].alias, value))
            return i;
    return -1;
}
