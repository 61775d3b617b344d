#include "table_files.h"

#include <zip.h>

struct str table_archive(struct arena *a, const struct table_entry *entries, size_t n)
{
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *out = zip_source_buffer_create(NULL, 0, 0, &error);
    if (!out)
        abort();
    zip_source_keep(out);
    zip_t *zip = zip_open_from_source(out, ZIP_TRUNCATE, &error);
    if (!zip)
        abort();
    for (size_t i = 0; i < n; i++) {
        zip_source_t *entry = zip_source_buffer(zip, entries[i].text.p, entries[i].text.n, 0);
        if (!entry || zip_file_add(zip, entries[i].name, entry, 0) < 0)
            abort();
    }
    if (zip_close(zip) != 0 || zip_source_open(out) != 0)
        abort();
    zip_stat_t st;
    if (zip_source_stat(out, &st) != 0)
        abort();
    char *bytes = arena_alloc(a, st.size);
    if (zip_source_read(out, bytes, st.size) != (zip_int64_t)st.size)
        abort();
    zip_source_close(out);
    zip_source_free(out);
    zip_error_fini(&error);
    return (struct str){bytes, st.size};
}

struct str table_archive_text(struct arena *a, struct str archive, const char *name)
{
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *source = zip_source_buffer_create(archive.p, archive.n, 0, &error);
    zip_t *zip = zip_open_from_source(source, ZIP_CHECKCONS, &error);
    zip_stat_t stat;
    if (!zip || zip_stat(zip, name, 0, &stat) != 0)
        abort();
    zip_file_t *file = zip_fopen(zip, name, 0);
    char *text = arena_alloc(a, stat.size + 1);
    if (!file || zip_fread(file, text, stat.size) != (zip_int64_t)stat.size || /* checks the CRC at the end */
        zip_fread(file, text + stat.size, 1) != 0 || zip_fclose(file) != 0)
        abort();
    zip_discard(zip);
    zip_error_fini(&error);
    return (struct str){text, stat.size};
}

struct str table_workbook(struct arena *a, struct table_workbook w)
{
    struct table_entry entries[6];
    size_t n = 0;
    entries[n++] = (struct table_entry){
        "_rels/.rels", STR("<?xml version=\"1.0\"?><Relationships><Relationship Id=\"r1\" "
                           "Type=\"http://x/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>")};
    entries[n++] = (struct table_entry){
        "xl/workbook.xml",
        arena_printf(a, "<workbook xmlns:r=\"r\"><workbookPr %s/><sheets><sheet name=\"%s\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>",
                     w.properties ? w.properties : "", w.sheet ? w.sheet : "Feuille")};
    entries[n++] = (struct table_entry){
        "xl/_rels/workbook.xml.rels",
        STR("<Relationships><Relationship Id=\"r1\" Type=\"http://x/worksheet\" Target=\"worksheets/sheet1.xml\"/>"
            "<Relationship Id=\"r2\" Type=\"http://x/styles\" Target=\"/xl/styles.xml\"/>"
            "<Relationship Id=\"r3\" Type=\"http://x/sharedStrings\" Target=\"sharedStrings.xml\"/></Relationships>")};
    entries[n++] = (struct table_entry){"xl/worksheets/sheet1.xml",
                                        arena_printf(a, "<worksheet><sheetData>%s</sheetData>%s</worksheet>", w.rows ? w.rows : "",
                                                     w.after ? w.after : "")};
    if (w.styles)
        entries[n++] = (struct table_entry){"xl/styles.xml", arena_printf(a, "<styleSheet>%s</styleSheet>", w.styles)};
    if (w.strings)
        entries[n++] = (struct table_entry){"xl/sharedStrings.xml", arena_printf(a, "<sst>%s</sst>", w.strings)};
    return table_archive(a, entries, n);
}
