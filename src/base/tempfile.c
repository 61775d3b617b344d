#include "base/tempfile.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum err tempfile_open(int *fd)
{
    const char *folder = getenv("TMPDIR");
    if (!folder || !*folder)
        folder = "/tmp";
    *fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (*fd >= 0)
        return OK;
    /* File systems without O_TMPFILE. */
    char path[4096];
    int n = snprintf(path, sizeof path, "%s/balise-XXXXXX", folder);
    if (n < 0 || (size_t)n >= sizeof path)
        return ERR_IO;
    *fd = mkostemp(path, O_CLOEXEC);
    if (*fd < 0)
        return ERR_IO;
    unlink(path);
    return OK;
}

enum err tempfile_write(int fd, struct str bytes)
{
    while (bytes.n > 0) {
        ssize_t n = write(fd, bytes.p, bytes.n);
        if (n > 0)
            bytes = str_sub(bytes, (size_t)n, bytes.n);
        else if (n == 0 || errno != EINTR)
            return ERR_IO;
    }
    return OK;
}
