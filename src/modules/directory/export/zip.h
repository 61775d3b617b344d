/* A ZIP archive that leaves as it is made: no temporary file, nothing kept but the list of its files. Private to the
 * module. */
#ifndef BALISE_MODULES_DIRECTORY_EXPORT_ZIP_H
#define BALISE_MODULES_DIRECTORY_EXPORT_ZIP_H

#include "modules/directory/export/export.h"

enum { EXPORT_ZIP_FILES_MAX = 16 };
struct export_zip {
    struct exporter *x; /* bytes go to x->out, and from there to the sink */
    struct export_zip_packer *packer; /* in x->a */
    uint64_t at; /* bytes of the archive so far */
    uint16_t time, date; /* as ZIP says them */
    struct export_zip_file {
        const char *name;
        uint32_t crc;
        uint64_t start, packed, size;
    } files[EXPORT_ZIP_FILES_MAX];
    size_t n;
};
/* `at_ms`: the time that its files bear. */
void export_zip_begin(struct export_zip *z, struct exporter *x, int64_t at_ms);
/* The next file of the archive; `name` must stay valid. */
enum err export_zip_file(struct export_zip *z, const char *name) MUST_USE;
enum err export_zip_add(struct export_zip *z, struct str bytes) MUST_USE;
/* The list of the files. ERR_LIMIT: over 4 GiB, which this form cannot say. */
enum err export_zip_end(struct export_zip *z) MUST_USE;

#endif
