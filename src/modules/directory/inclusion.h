/* What a place becomes in data·inclusion: one structure, one service. Pure. */
#ifndef BALISE_MODULES_DIRECTORY_INCLUSION_H
#define BALISE_MODULES_DIRECTORY_INCLUSION_H

#include "modules/directory/fields.h"

/* "france-services--FS_12": published id of what is derived from a place. */
struct str inclusion_id_of_place(struct arena *a, const struct directory_record *place);
/* What each of them reads of a place: bits by row of the table of fields. */
uint64_t inclusion_structure_fields(void);
uint64_t inclusion_service_fields(void);
void inclusion_structure_of_place(struct arena *a, const struct directory_place *p, struct directory_structure *out);
/* `host`: published id of the structure it belongs to; empty: the one derived from the same place. */
void inclusion_service_of_place(struct arena *a, const struct directory_place *p, struct str host, struct directory_service *out);

#endif
