"""The packing of the reference data: folding, positions in order, points where GeoNames knows nothing."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
import territory_data as data  # noqa: E402


class Folding(unittest.TestCase):
    def test_as_people_type(self):
        self.assertEqual(data.fold_words("L'Haÿ-les-Roses"), ["l", "hay", "les", "roses"])
        self.assertEqual(data.fold_words("St-Œuf  STE"), ["saint", "oeuf", "sainte"])
        self.assertEqual(data.fold_words("Château-Chinon (Ville)"), ["chateau", "chinon", "ville"])

    def test_departement(self):
        self.assertEqual([data.departement_of(c) for c in ("35238", "2A004", "97411", "98735")], ["35", "2A", "974", "987"])


class Names(unittest.TestCase):
    def test_positions_are_sorted_and_told_apart(self):
        names = data.Names(data.Pool())
        names.add(0, "Le Rheu", False)
        names.add(1, "Vern-sur-Seiche", False)
        names.add(1, "Vern sur Seiche", False)  # the same once folded
        self.assertEqual(len(names.offsets), 2)
        heads, words, inside = names.sorted_positions()
        self.assertEqual(self.read(names, heads), ["lerheu", "rheu", "vernsurseiche"])
        self.assertEqual(self.read(names, words), ["seiche", "surseiche"])
        self.assertTrue(all(len(text) >= 3 for text in self.read(names, inside)))
        self.assertIn("heu", self.read(names, inside))

    def read(self, names, positions):
        ends = names.offsets[1:] + [len(names.text)]
        texts = [bytes(names.text[names.offsets[p >> 6] + (p & 63):ends[p >> 6]]).decode() for p in positions]
        self.assertEqual(texts, sorted(texts))
        return texts

    def test_arrondissements_have_the_names_of_speech(self):
        found = list(data.names_of({"nom": "Paris 1er Arrondissement", "type": "arrondissement-municipal"}))
        self.assertIn("Paris 1er", found)
        self.assertIn("Paris 1", found)


class Points(unittest.TestCase):
    def test_known_then_around_then_departement(self):
        communes = [
            {"code": "35001", "codesPostaux": ["35690"]},
            {"code": "35002", "codesPostaux": ["35690"]},
            {"code": "35003", "codesPostaux": ["35250"]},
            {"code": "22001", "codesPostaux": ["22000"]},
        ]
        points = data.estimate_points(communes, {"35001": (48.0, -1.0)}, {})
        self.assertEqual(points["35001"], (48.0, -1.0, data.GEONAMES))
        self.assertEqual(points["35002"], (48.0, -1.0, data.AROUND))
        self.assertEqual(points["35003"], (48.0, -1.0, data.DEPARTEMENT))
        self.assertEqual(points["22001"][2], data.UNKNOWN)


class Pool(unittest.TestCase):
    def test_each_text_once(self):
        pool = data.Pool()
        first = pool.ref("Rennes")
        self.assertEqual(pool.ref("Vitré") >> 8, 6)
        self.assertEqual(pool.ref("Rennes"), first)
        self.assertEqual(first & 0xFF, 6)


if __name__ == "__main__":
    unittest.main()
