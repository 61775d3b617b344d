/* A file without a name: gone when its last descriptor is closed, whatever happens to the program. */
#ifndef BALISE_BASE_TEMPFILE_H
#define BALISE_BASE_TEMPFILE_H

#include "base/err.h"
#include "base/str.h"

/* In TMPDIR, else /tmp; read and write, closed on exec. ERR_IO when none can be made there. */
enum err tempfile_open(int *fd) MUST_USE;
/* Everything or ERR_IO (disk full…). */
enum err tempfile_write(int fd, struct str bytes) MUST_USE;

#endif
