"""tools/migrations.py: the array it writes, and what it refuses."""
import importlib.util
import pathlib
import tempfile
import unittest

ROOT = pathlib.Path(__file__).parents[2]
spec = importlib.util.spec_from_file_location("migrations", ROOT / "tools" / "migrations.py")
migrations = importlib.util.module_from_spec(spec)
spec.loader.exec_module(migrations)


class Migrations(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def write(self, name, text=b"SELECT 1;\n"):
        path = pathlib.Path(self.folder.name) / name
        path.write_bytes(text)
        return path

    def test_array_in_order(self):
        second, first = self.write("0002_b.sql"), self.write("0001_a.sql", "-- é\n".encode())
        text = migrations.generate("agenda", [second, first])
        self.assertLess(text.index('{"agenda", 1, "0001_a", sql_1}'), text.index('{"agenda", 2, "0002_b", sql_2}'))
        self.assertIn("const size_t agenda_migrations_count = 2;", text)
        self.assertIn("enum { AGENDA_MIGRATIONS = 2 };", migrations.header("agenda", [second, first]))
        self.assertIn(r"'\055', '\055', '\040', '\303', '\251', '\012', '\000'", text)

    def test_refusals(self):
        for names in (["0002_b.sql"], ["0001_a.sql", "0003_c.sql"], ["1_a.sql"], ["0001_A.sql"], ["0001_a.txt"]):
            with self.subTest(names), self.assertRaises(SystemExit):
                migrations.generate("agenda", [self.write(name) for name in names])
        with self.assertRaises(SystemExit):
            migrations.generate("agenda", [self.write("0001_a.sql", b"a\r\n")])
        with self.assertRaises(SystemExit):
            migrations.generate("Agenda", [self.write("0001_a.sql")])


if __name__ == "__main__":
    unittest.main()
