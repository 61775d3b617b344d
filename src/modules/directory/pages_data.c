/* Open data: the page that explains the downloads, and the downloads. */
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>
#include <zlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/tempfile.h"
#include "modules/directory/pages.h"
#include "modules/directory/pages/templates.h"
#include "modules/module.h"
#include "modules/territory/territory.h"

/* -- the files ------------------------------------------------------------------------------------ */
/* One export a format and a coding, made at the first request after a change, in a file that has no name: kept open,
 * sent by as many requests as want it. */
enum coding { CODING_NONE, CODING_GZIP, CODING_COUNT };
static struct export_file {
    int fd; /* 0: none yet */
    int64_t seq;
    uint64_t size;
} files[EXPORT_COUNT][CODING_COUNT];
static pthread_mutex_t files_lock = PTHREAD_MUTEX_INITIALIZER;

struct spool {
    int fd;
    uint64_t size;
    z_stream *gzip; /* NULL: as it is */
};

static bool spool_bytes(struct spool *s, struct str bytes)
{
    s->size += bytes.n;
    return tempfile_write(s->fd, bytes) == OK;
}

static bool spool_compressed(struct spool *s, struct str piece, int flush)
{
    unsigned char room[64 * 1024];
    s->gzip->next_in = (unsigned char *)(uintptr_t)piece.p;
    s->gzip->avail_in = (unsigned)piece.n;
    do {
        s->gzip->next_out = room;
        s->gzip->avail_out = sizeof room;
        if (deflate(s->gzip, flush) == Z_STREAM_ERROR ||
            !spool_bytes(s, (struct str){(const char *)room, sizeof room - s->gzip->avail_out}))
            return false;
    } while (s->gzip->avail_out == 0);
    return true;
}

static bool spool_piece(void *ctx, struct str piece)
{
    struct spool *s = ctx;
    return s->gzip ? spool_compressed(s, piece, Z_NO_FLUSH) : spool_bytes(s, piece);
}

static enum err spool_export(struct db_conn *c, enum directory_format f, enum coding coding, struct spool *s)
{
    if (coding == CODING_NONE)
        return directory_export(c, f, spool_piece, s);
    z_stream gzip = {0};
    if (deflateInit2(&gzip, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return ERR_LIMIT;
    s->gzip = &gzip;
    enum err e = directory_export(c, f, spool_piece, s);
    if (e == OK && !spool_compressed(s, STR_NONE, Z_FINISH))
        e = ERR_IO;
    s->gzip = NULL;
    deflateEnd(&gzip);
    return e;
}

/* A descriptor of the caller's own on the export of this moment. */
static enum err export_open(struct db_conn *c, enum directory_format f, enum coding coding, int64_t seq, int *fd,
                            uint64_t *size)
{
    enum err e = OK;
    pthread_mutex_lock(&files_lock);
    struct export_file *file = &files[f][coding];
    if (file->fd <= 0 || file->seq != seq) {
        struct spool s = {.fd = -1};
        e = tempfile_open(&s.fd);
        if (e == OK)
            e = spool_export(c, f, coding, &s);
        if (e == OK) {
            if (file->fd > 0)
                close(file->fd);
            *file = (struct export_file){s.fd, seq, s.size};
        } else {
            log_error("directory.export_failed", LOG_C("format", directory_format_info(f)->name), LOG_C("error", err_name(e)));
            if (s.fd >= 0)
                close(s.fd);
        }
    }
    if (e == OK) {
        *fd = fcntl(file->fd, F_DUPFD_CLOEXEC, 3);
        *size = file->size;
        e = *fd < 0 ? ERR_IO : OK;
    }
    pthread_mutex_unlock(&files_lock);
    return e;
}

static void close_fd(void *fd)
{
    close((int)(intptr_t)fd);
}

/* "20261124-balise-35-lamednum-csv.csv": what the file is and of which day. */
static struct str file_name(struct arena *a, const struct directory_format_info *info, int64_t changed_ms)
{
    struct civil_date d = zone_local(ZONE_PARIS, changed_ms).date;
    struct str slug = territory_settings(territory_in(a))->source_slug;
    return arena_printf(a, "attachment; filename=\"%04d%02d%02d-%.*s-%s.%s\"", d.year, d.month, d.day, STR_ARG(slug),
                        info->name, info->extension);
}

enum err directory_download(struct request *rq, struct response *rs)
{
    const struct pages_slug *in = rq->input;
    const struct app *app = rq->app;
    enum directory_format f;
    if (!directory_format_find(in->slug, &f))
        return ERR_NOT_FOUND;
    const struct directory_format_info *info = directory_format_info(f);
    struct db_conn *c;
    int64_t seq, changed_ms;
    TRY(db_acquire_in(app->db, rq->arena, &c));
    TRY(directory_version(c, &seq, &changed_ms));
    response_header(rs, "Link", STR("<https://www.etalab.gouv.fr/licence-ouverte-open-licence/>; rel=\"license\""));
    response_header(rs, "Vary", STR("Accept-Encoding"));
    enum coding coding = !info->packed && request_accepts_gzip(rq) ? CODING_GZIP : CODING_NONE;
    struct str etag =
        arena_printf(rq->arena, "%s-%lld%s", info->name, (long long)seq, coding == CODING_GZIP ? "-gzip" : "");
    if (response_cached(rq, rs, etag, changed_ms, "public, max-age=0, must-revalidate"))
        return OK;
    rs->content_type = info->content_type;
    response_header(rs, "Content-Disposition", file_name(rq->arena, info, changed_ms));
    int fd;
    uint64_t size;
    TRY(export_open(c, f, coding, seq, &fd, &size));
    arena_defer(rq->arena, close_fd, (void *)(intptr_t)fd);
    response_file(rs, fd, size, coding == CODING_GZIP ? "gzip" : NULL);
    return OK;
}

/* What each format is for. */
static const char *const purposes[EXPORT_COUNT] = {
    [EXPORT_XLSX] = N_("Pour lire, trier et imprimer. Trois feuilles, en mots clairs."),
    [EXPORT_TABLE] = N_("Une ligne par lieu, structure ou service, toutes les informations. Pour l’analyse de données."),
    [EXPORT_GEOJSON] = N_("Les lieux et les structures avec leurs coordonnées. Pour QGIS ou uMap."),
    [EXPORT_LAMEDNUM_2_CSV] = N_("Le standard national des lieux, version de 2026."),
    [EXPORT_LAMEDNUM_2_JSON] = N_("La même version, pour un programme."),
    [EXPORT_LAMEDNUM_CSV] = N_("La version précédente du standard des lieux."),
    [EXPORT_LAMEDNUM_JSON] = N_("La même version, pour un programme."),
    [EXPORT_DATA_INCLUSION] = N_("Le standard national des structures et des services."),
    [EXPORT_HSDS] = N_("Le standard international des services, HSDS 3 (Open Referral)."),
};
/* Who looks for what: groups of formats, in the order of the page. */
static const struct {
    const char *title;
    enum directory_format formats[EXPORT_COUNT];
    size_t n;
} groups[] = {
    {N_("Pour ouvrir dans un tableur"), {EXPORT_XLSX, EXPORT_TABLE}, 2},
    {N_("Pour faire une carte"), {EXPORT_GEOJSON}, 1},
    {N_("Pour échanger avec les plateformes nationales"),
     {EXPORT_LAMEDNUM_2_CSV, EXPORT_LAMEDNUM_2_JSON, EXPORT_LAMEDNUM_CSV, EXPORT_LAMEDNUM_JSON, EXPORT_DATA_INCLUSION}, 5},
    {N_("Pour échanger avec d’autres pays"), {EXPORT_HSDS}, 1},
};
enum { GROUPS = sizeof groups / sizeof *groups };

/* -- the page ------------------------------------------------------------------------------------- */
static struct view_download shown_download(const struct view *v, enum directory_format f)
{
    const struct directory_format_info *info = directory_format_info(f);
    return (struct view_download){
        .title = str_from(v->lang == LANG_EN ? info->en : info->fr),
        .detail = view_tr(v, purposes[f]),
        .extension = str_from(info->extension),
        .url = arena_printf(v->arena, "/donnees-ouvertes/%s", info->name),
    };
}

enum err directory_show_data(struct request *rq, struct response *rs)
{
    const struct app *app = rq->app;
    struct view v;
    view_begin(&v, rq, rs);
    v.section = SECTION_DATA;
    struct db_conn *c;
    struct directory_counts counts;
    TRY(db_acquire_in(app->db, rq->arena, &c));
    TRY(directory_count(c, &counts));
    struct view_downloads shown[GROUPS];
    struct view_download downloads[GROUPS][EXPORT_COUNT];
    for (size_t g = 0; g < GROUPS; g++) {
        for (size_t i = 0; i < groups[g].n; i++)
            downloads[g][i] = shown_download(&v, groups[g].formats[i]);
        shown[g] = (struct view_downloads){view_tr(&v, groups[g].title), downloads[g], groups[g].n};
    }
    struct view_data p = {.groups = shown, .n_groups = GROUPS, .n_places = counts.places,
                          .n_structures = counts.structures, .n_services = counts.services};
    if (counts.last_change_ms > 0)
        p.updated = zone_local(ZONE_PARIS, counts.last_change_ms).date;
    directory_page_data(&v, &p);
    return view_end(&v);
}
