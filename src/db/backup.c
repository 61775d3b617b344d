/* SQLite: one migrating process at a time, and a copy of the database before it is changed. */
#include "db/private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LOCK_TRIES = 600, LOCK_PAUSE_MS = 100, KEPT = 3, FOUND_MAX = 64, PATH_BYTES = 4096 };

static int open_folder(const char *path)
{
    char copy[PATH_BYTES];
    snprintf(copy, sizeof copy, "%s", path);
    return open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* The folder is locked, not the file: closing any descriptor of the file would drop SQLite's own locks. */
int db_file_lock(const char *path)
{
    int fd = open_folder(path);
    for (int i = 0; fd >= 0 && i < LOCK_TRIES; i++) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            return fd;
        if (errno != EWOULDBLOCK && errno != EINTR)
            break;
        nanosleep(&(struct timespec){.tv_nsec = LOCK_PAUSE_MS * 1000000L}, NULL);
    }
    if (fd >= 0)
        close(fd);
    return -1;
}

struct found {
    char name[NAME_MAX + 1];
    struct timespec when;
};

static int newest_first(const void *x, const void *y)
{
    const struct found *a = x, *b = y;
    if (a->when.tv_sec != b->when.tv_sec)
        return a->when.tv_sec < b->when.tv_sec ? 1 : -1;
    return a->when.tv_nsec < b->when.tv_nsec ? 1 : a->when.tv_nsec > b->when.tv_nsec ? -1 : 0;
}

static void remove_old(int folder, struct str prefix)
{
    struct found found[FOUND_MAX];
    size_t n = 0;
    DIR *dir = fdopendir(folder);
    if (!dir) {
        close(folder);
        return;
    }
    for (struct dirent *d; n < FOUND_MAX && (d = readdir(dir));) {
        struct str name = str_from(d->d_name);
        struct stat st;
        if (!str_starts(name, prefix) || !str_ends(name, STR(".sqlite")) ||
            fstatat(dirfd(dir), d->d_name, &st, 0) != 0)
            continue;
        snprintf(found[n].name, sizeof found[n].name, "%s", d->d_name);
        found[n++].when = st.st_mtim;
    }
    qsort(found, n, sizeof *found, newest_first);
    for (size_t i = KEPT; i < n; i++)
        unlinkat(dirfd(dir), found[i].name, 0);
    closedir(dir);
}

static bool sync_and_close(int fd)
{
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return ok;
}

static enum err copy_into(struct db_conn *c, const char *temporary, const char *final)
{
    /* Made empty first, for its owner alone: VACUUM INTO keeps the permissions. */
    int fd = open(temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0)
        return db_fail(c, ERR_IO, "backup: %s", strerror(errno));
    close(fd);
    TRY(db_exec(c, "VACUUM INTO $1", DB_PARAMS(DB_TEXT(str_from(temporary))), NULL));
    if (!sync_and_close(open(temporary, O_RDWR | O_CLOEXEC)) || rename(temporary, final) != 0 ||
        !sync_and_close(open_folder(final)))
        return db_fail(c, ERR_IO, "backup: %s", strerror(errno));
    return OK;
}

enum err db_file_backup(struct db_conn *c, struct arena *a, const struct db_migration *before,
                        struct str *path)
{
    const char *target = c->db->target;
    struct str final =
        arena_printf(a, "%s.before-%s-%d.sqlite", target, before->module, before->number);
    struct str temporary = arena_printf(a, "%s.before.%ld.tmp", target, (long)getpid());
    unlink(temporary.p);
    enum err e = copy_into(c, temporary.p, final.p);
    if (e != OK) {
        unlink(temporary.p);
        return e;
    }
    *path = final;
    const char *slash = strrchr(target, '/');
    int folder = open_folder(target);
    if (folder >= 0)
        remove_old(folder, arena_printf(a, "%s.before-", slash ? slash + 1 : target));
    return OK;
}
