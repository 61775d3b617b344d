/* The sizes of a file stand after it (general purpose bit 3 of the ZIP format, APPNOTE 4.4.4), so that it is written
 * before they are known. */
#include "modules/directory/export/zip.h"

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include "base/clock.h"

/* The level below it packs worse, the one above takes four times as long for no less. */
enum { LEVEL = 2, LEVEL_ROOM = ISAL_DEF_LVL2_DEFAULT };
struct export_zip_packer {
    struct isal_zstream stream; /* raw deflate, without a head */
    uint8_t level_room[LEVEL_ROOM];
};
enum { ROOM = 64 * 1024, VERSION = 20, METHOD_DEFLATE = 8, FLAGS = 8 | 1 << 11 /* sizes after, names in UTF-8 */ };

/* The library leaves the upper halves of the vector registers in use; every instruction of SSE after that would wait for
 * them, and the whole export takes twice as long. */
#ifdef __x86_64__
__attribute__((target("avx"))) static void zero_upper_halves(void)
{
    __builtin_ia32_vzeroupper();
}

static void leave_library(void)
{
    if (__builtin_cpu_supports("avx"))
        zero_upper_halves();
}
#else
static void leave_library(void)
{
}
#endif

static void put(struct export_zip *z, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++, value >>= 8)
        buf_char(&z->x->out, (char)(value & 0xFF));
    z->at += (uint64_t)bytes;
}

static void put_text(struct export_zip *z, const char *text)
{
    buf_lit(&z->x->out, text);
    z->at += strlen(text);
}

void export_zip_begin(struct export_zip *z, struct exporter *x, int64_t at_ms)
{
    struct civil_time t = zone_local(ZONE_PARIS, at_ms);
    *z = (struct export_zip){.x = x};
    z->date = (uint16_t)((t.date.year - 1980) << 9 | t.date.month << 5 | t.date.day);
    z->time = (uint16_t)(t.hour << 11 | t.minute << 5 | t.second / 2);
    z->packer = ARENA_NEW(x->a, struct export_zip_packer);
    isal_deflate_init(&z->packer->stream);
    z->packer->stream.level = LEVEL;
    z->packer->stream.level_buf = z->packer->level_room;
    z->packer->stream.level_buf_size = LEVEL_ROOM;
}

static enum err pack(struct export_zip *z, struct str bytes, bool last)
{
    struct export_zip_file *f = &z->files[z->n - 1];
    struct isal_zstream *s = &z->packer->stream;
    s->next_in = (uint8_t *)(uintptr_t)bytes.p;
    s->avail_in = (uint32_t)bytes.n;
    s->end_of_stream = last;
    do {
        char *room = buf_reserve(&z->x->out, ROOM);
        if (!room)
            return ERR_LIMIT;
        s->next_out = (uint8_t *)room;
        s->avail_out = ROOM;
        int done = isal_deflate(s);
        leave_library();
        if (done != COMP_OK)
            return ERR_BUG;
        size_t made = ROOM - s->avail_out;
        buf_commit(&z->x->out, made);
        z->at += made;
        f->packed += made;
        TRY(export_flush(z->x, false));
    } while (s->avail_out == 0);
    return OK;
}

/* Ends the file that is open. */
static enum err close_file(struct export_zip *z)
{
    if (z->n == 0)
        return OK;
    struct export_zip_file *f = &z->files[z->n - 1];
    TRY(pack(z, STR_NONE, true));
    if (f->size > UINT32_MAX || f->packed > UINT32_MAX)
        return ERR_LIMIT;
    put(z, 0x08074B50, 4);
    put(z, f->crc, 4);
    put(z, f->packed, 4);
    put(z, f->size, 4);
    isal_deflate_reset(&z->packer->stream);
    return OK;
}

static void put_times(struct export_zip *z)
{
    put(z, z->time, 2);
    put(z, z->date, 2);
}

enum err export_zip_file(struct export_zip *z, const char *name)
{
    TRY(close_file(z));
    if (z->n == EXPORT_ZIP_FILES_MAX)
        return ERR_BUG;
    z->files[z->n++] = (struct export_zip_file){.name = name, .start = z->at};
    put(z, 0x04034B50, 4);
    put(z, VERSION, 2);
    put(z, FLAGS, 2);
    put(z, METHOD_DEFLATE, 2);
    put_times(z);
    put(z, 0, 4 + 4); /* crc, sizes: after */
    put(z, 0, 4);
    put(z, strlen(name), 2);
    put(z, 0, 2);
    put_text(z, name);
    return OK;
}

enum err export_zip_add(struct export_zip *z, struct str bytes)
{
    struct export_zip_file *f = &z->files[z->n - 1];
    f->crc = crc32_gzip_refl(f->crc, (const unsigned char *)bytes.p, bytes.n);
    leave_library();
    f->size += bytes.n;
    return pack(z, bytes, false);
}

static void put_listed(struct export_zip *z, const struct export_zip_file *f)
{
    put(z, 0x02014B50, 4);
    put(z, VERSION, 2);
    put(z, VERSION, 2);
    put(z, FLAGS, 2);
    put(z, METHOD_DEFLATE, 2);
    put_times(z);
    put(z, f->crc, 4);
    put(z, f->packed, 4);
    put(z, f->size, 4);
    put(z, strlen(f->name), 2);
    put(z, 0, 2 + 2 + 2); /* extra, comment, disk */
    put(z, 0, 2 + 4);     /* attributes */
    put(z, f->start, 4);
    put_text(z, f->name);
}

enum err export_zip_end(struct export_zip *z)
{
    TRY(close_file(z));
    uint64_t start = z->at;
    for (size_t i = 0; i < z->n; i++)
        put_listed(z, &z->files[i]);
    uint64_t size = z->at - start;
    if (z->at > UINT32_MAX)
        return ERR_LIMIT;
    put(z, 0x06054B50, 4);
    put(z, 0, 2 + 2);
    put(z, z->n, 2);
    put(z, z->n, 2);
    put(z, size, 4);
    put(z, start, 4);
    put(z, 0, 2);
    return OK;
}
