"""tools/check_architecture.py: a sound tree passes, and each way of breaking it is told."""
import contextlib
import io
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import check_architecture  # noqa: E402

SOUND = {
    "src/base/text.h": "size_t text_length(const char *p);\n",
    "src/base/text.c": '#include "base/text.h"\n\nsize_t text_length(const char *p)\n{\n    return *p ? 1 : 0;\n}\n',
    "src/db/db.h": '#include "base/text.h"\n',
    "src/db/private.h": "/* Private. */\n",
    "src/db/engine.h": "/* Private to src/db. */\n",
    "src/db/db.c": '#include "db/db.h"\n#include "db/engine.h"\n#include "private.h"\n'
                   'const char *a = "CREATE TABLE IF NOT EXISTS schema_migration (id TEXT)";\n',
    "src/http/http.h": '#include "db/db.h"\ntypedef enum err (*http_handler)(int rq);\n',
    "src/jobs/schema/0001_queue.sql": "CREATE TABLE job_queue (id TEXT);\n",
    "src/modules/module.h": '#include "http/http.h"\n',
    "src/modules/modules.c": '#include "modules/agenda/agenda.h"\n',
    "src/modules/agenda/agenda.h": '#include "modules/module.h"\n',
    "src/modules/agenda/model.h": "struct agenda_row;\n",
    "src/modules/agenda/store.c": '#include "modules/agenda/model.h"\n#include "modules/rooms/rooms.h"\n'
                                  'const char *b = "SELECT id"\n    " FROM agenda_slot";\n'
                                  "/* strcpy() and FROM rooms_room are only spoken of here */\n",
    "src/modules/agenda/schema/0001_agenda.sql": "-- FROM rooms_room\nCREATE TABLE agenda_slot (id TEXT);\n",
    "src/modules/rooms/rooms.h": '#include "modules/module.h"\n',
    "src/modules/rooms/model.h": "struct rooms_row;\n",
    "src/modules/rooms/schema/0001_rooms.sql": "CREATE TABLE rooms_room (id TEXT);\n",
    "src/cli/main.c": '#include "modules/agenda/agenda.h"\n\nint main(void)\n{\n    return 0;\n}\n',
    "tools/tool.py": "def short():\n    return 1\n",
}


def body(lines):
    return "{\n" + "    ;\n" * (lines - 2) + "}\n"


class Architecture(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name) / "source"
        self.build = pathlib.Path(folder.name) / "build"
        for name, text in SOUND.items():
            self.write(name, text)
        self.library("base", "int text_length(void) { return 1; } int main(void) { return 0; }")

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def append(self, name, text):
        self.write(name, SOUND.get(name, "") + text)

    def library(self, area, code):
        folder = self.build / "src" / area
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "x.c").write_text(code)
        subprocess.run(["cc", "-c", "-o", folder / "x.c.o", folder / "x.c"], check=True)
        (folder / "x.c").unlink()
        subprocess.run(["ar", "rcs", folder / f"lib{pathlib.Path(area).name}.a", folder / "x.c.o"], check=True)

    def run_check(self):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            status = check_architecture.main([str(self.build), "--source", str(self.root)])
        return status, out.getvalue()

    def assert_refused(self, *words):
        status, out = self.run_check()
        self.assertEqual(status, 1, out)
        self.assertIn("architecture: 1 violations", out)
        for word in words:
            self.assertIn(word, out)

    def test_sound(self):
        status, out = self.run_check()
        self.assertEqual(status, 0, out)
        self.assertIn("4 tables", out)

    def test_nothing_built(self):
        for library in self.build.rglob("*.a"):
            library.unlink()
        self.assert_refused("build first")

    # -- includes

    def test_upwards(self):
        self.append("src/base/text.c", '#include "db/db.h"\n')
        self.assert_refused("src/base/text.c:7:", "layer base may not know db")

    def test_sideways(self):
        self.append("src/db/db.c", '  #  include "search/search.h"\n')
        self.assert_refused("layer db may not know search")

    def test_commented_include_is_none(self):
        self.append("src/base/text.c", '/*\n#include "db/db.h"\n*/\n// #include "db/db.h"\n')
        self.assertEqual(self.run_check()[0], 0)

    def test_other_module_behind_its_header(self):
        self.append("src/modules/agenda/store.c", '#include "modules/rooms/model.h"\n')
        self.assert_refused("reached through modules/rooms/rooms.h only")

    def test_cli_behind_the_header(self):
        self.append("src/cli/main.c", '#include "modules/rooms/model.h"\n')
        self.assert_refused("src/cli/main.c", "modules/rooms/rooms.h")

    def test_private_by_name(self):
        self.append("src/http/http.h", '#include "db/private.h"\n')
        self.assert_refused("private to db")

    def test_private_by_word(self):
        self.append("src/http/http.h", '#include "db/engine.h"\n')
        self.assert_refused("private to db")

    def test_dots(self):
        self.append("src/db/db.c", '#include "../base/text.h"\n')
        self.assert_refused("not with ..")

    def test_unknown_layer(self):
        self.append("src/db/db.c", '#include "misc/misc.h"\n')
        self.assert_refused("not in a layer")

    # -- symbols

    def test_symbol_without_prefix(self):
        self.library("db", "int db_open(void) { return 0; } int open_it(void) { return 0; }")
        self.assert_refused("src/db/x.c: exports open_it", "db_")

    def test_data_without_prefix(self):
        self.library("modules/agenda", "int agenda_a; const int limits[2] = {1, 2}; static int hidden; int *agenda_b = &hidden;")
        self.assert_refused("src/modules/agenda/x.c: exports limits")

    def test_prefix_begun_by_chance(self):
        self.library("db", "int dbopen(void) { return 0; }")
        self.assert_refused("exports dbopen")

    def test_prefix_of_another_area(self):
        self.write("src/modules/agenda/rooms.c", "")
        self.library("modules/agenda", "int rooms_of_agenda(void) { return 0; }")
        self.assert_refused("exports rooms_of_agenda")

    def test_layer_may_use_the_names_of_its_files(self):
        self.library("db", "int engine_start(void) { return 0; }")
        self.assertEqual(self.run_check()[0], 0)

    def test_module_may_not(self):
        self.library("modules/agenda", "int store_find(void) { return 0; }")
        self.assert_refused("exports store_find")

    # -- tables

    def test_table_without_prefix(self):
        self.write("src/modules/agenda/schema/0002_more.sql", "CREATE TABLE IF NOT EXISTS slots (id TEXT);\n")
        self.assert_refused("0002_more.sql", "table slots must begin with agenda_")

    def test_same_table_twice(self):
        self.write("src/modules/agenda/schema/0002_more.sql", "CREATE TABLE agenda_x (id TEXT);")
        self.write("src/modules/rooms/schema/0002_more.sql", "CREATE TABLE agenda_x (id TEXT);")
        status, out = self.run_check()
        self.assertEqual(status, 1)
        self.assertIn("also made by modules/agenda", out)

    def test_table_of_another_module_read(self):
        self.append("src/modules/agenda/store.c",
                    'const char *c = "SELECT s.id FROM agenda_slot s,"\n    " rooms_room r";\n')
        self.assert_refused("store.c:6", "SQL touches rooms_room", "belongs to modules/rooms")

    def test_table_of_another_module_in_a_migration(self):
        self.write("src/modules/agenda/schema/0002_more.sql", "ALTER TABLE rooms_room ADD COLUMN x TEXT;\n")
        self.assert_refused("0002_more.sql", "SQL touches rooms_room")

    def test_table_touched_by_the_command_line(self):
        self.append("src/cli/main.c", 'const char *d = "DELETE FROM agenda_slot";\n')
        self.assert_refused("src/cli/main.c", "SQL touches agenda_slot")

    def test_words_are_not_statements(self):
        self.append("src/cli/main.c", 'const char *d = "agenda_slot: from the start";\n')
        self.assertEqual(self.run_check()[0], 0)

    # -- sizes and bans

    def test_file_of_800_lines_and_more(self):
        self.write("tests/unit/long.c", "int x;\n" * 800)
        self.assertEqual(self.run_check()[0], 0)
        self.write("tests/unit/long.c", "int x;\n" * 801)
        self.assert_refused("tests/unit/long.c: 801 lines")

    def test_function_of_100_lines_and_more(self):
        start = 'static const int t[] = {\n    1,\n};\n#define M(x) do { \\\n    x; \\\n'
        start += '} while (0)\nint f(const char *s)\n'
        self.write("src/base/long.c", start + body(100))
        self.assertEqual(self.run_check()[0], 0)
        self.write("src/base/long.c", start + "/* { */" + body(101) + "int g(void)\n{\n    return '{';\n}\n")
        self.assert_refused("src/base/long.c:8: f has 101 lines")

    def test_table_of_200_lines_is_no_function(self):
        self.write("src/base/data.c", "static const int t[] = " + "{\n" + "    1,\n" * 200 + "};\n")
        self.assertEqual(self.run_check()[0], 0)

    def test_python_function(self):
        self.write("tools/tool.py", "def long():\n" + "    x = 1\n" * 100)
        self.assert_refused("tools/tool.py:1: long has 101 lines")

    def test_banned(self):
        for name in check_architecture.BANNED:
            with self.subTest(name):
                self.write("tests/unit/bad.c", f"void f(char *a)\n{{\n    {name} (a);\n}}\n")
                self.assert_refused(f"tests/unit/bad.c:3: {name}() is banned")

    def test_banned_name_inside_another_or_in_words(self):
        self.write("src/base/good.c", 'int my_gets(int x);\nconst char *s = "gets(x)"; // atoi(x)\n')
        self.assertEqual(self.run_check()[0], 0)

    def test_typedef(self):
        for text in ("typedef struct { int x; } point;", "typedef struct point point;", "typedef enum kind { A } kind_t;"):
            with self.subTest(text):
                self.write("src/base/bad.h", text + "\n")
                self.assert_refused("src/base/bad.h:1", "typedef'd")


if __name__ == "__main__":
    unittest.main()
