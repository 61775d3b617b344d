#!/usr/bin/env python3
"""The JSON Schema of mappings says what the program takes: shipped examples and mednum-cli's own configurations (when they
are there) are valid, mistakes are not. Checked by the few lines below, and by python3-jsonschema too when it is installed."""

import json
import os
import pathlib
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = pathlib.Path(os.environ.get("BALISE_SHARED", ROOT / "../shared")) / "data" / "lieux"
SCHEMA = json.loads((ROOT / "docs/schemas/mapping.schema.json").read_text())
EXAMPLES = sorted((ROOT / "examples/mappings").glob("*.json"))
TYPES = {"object": dict, "array": list, "string": str, "integer": int}
KNOWN = {"$ref", "type", "enum", "oneOf", "not", "required", "properties", "additionalProperties", "items", "minItems", "minLength", "minimum",
         "maximum", "dependentRequired", "description", "title", "$schema", "$id", "$defs"}


def problems(value, schema, where="$"):
    """What is wrong, by the keywords that this schema uses; an unknown keyword is an error of the test."""
    if "$ref" in schema:
        yield from problems(value, SCHEMA["$defs"][schema["$ref"].removeprefix("#/$defs/")], where)
    unknown = set(schema) - KNOWN
    assert not unknown, f"keywords this test does not know: {unknown}"
    wanted = schema.get("type", [])
    wanted = [wanted] if isinstance(wanted, str) else wanted
    if wanted and not any(isinstance(value, TYPES[t]) and not isinstance(value, bool) for t in wanted):
        yield f"{where}: not {wanted}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where}: not one of {schema['enum']}"
    if "oneOf" in schema and sum(not list(problems(value, s, where)) for s in schema["oneOf"]) != 1:
        yield f"{where}: not exactly one of the forms"
    if "not" in schema and not list(problems(value, schema["not"], where)):
        yield f"{where}: a form that is refused"
    if isinstance(value, dict):
        yield from object_problems(value, schema, where)
    if isinstance(value, list):
        if len(value) < schema.get("minItems", 0):
            yield f"{where}: too short"
        for i, item in enumerate(value):
            yield from problems(item, schema.get("items", {}), f"{where}[{i}]")
    if isinstance(value, str) and len(value) < schema.get("minLength", 0):
        yield f"{where}: too short"
    if isinstance(value, int) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        yield f"{where}: out of bounds"


def object_problems(value, schema, where):
    for key in schema.get("required", []):
        if key not in value:
            yield f"{where}: {key} is missing"
    for key, others in schema.get("dependentRequired", {}).items():
        if key in value and not all(other in value for other in others):
            yield f"{where}: {key} needs {others}"
    for key, member in value.items():
        if key in schema.get("properties", {}):
            yield from problems(member, schema["properties"][key], f"{where}.{key}")
        elif schema.get("additionalProperties") is False:
            yield f"{where}: {key} is not known"


def also_for_jsonschema(test, value, valid):
    try:
        import jsonschema
    except ImportError:
        return
    validator = jsonschema.Draft202012Validator(SCHEMA)
    test.assertEqual(validator.is_valid(value), valid, list(validator.iter_errors(value)))


class Schema(unittest.TestCase):
    def assert_valid(self, value, name):
        self.assertEqual(list(problems(value, SCHEMA)), [], name)
        also_for_jsonschema(self, value, True)

    def test_examples_are_valid(self):
        self.assertEqual([p.stem for p in EXAMPLES], ["angers", "etapes-numerique", "france-services", "gironde"])
        for path in EXAMPLES:
            self.assert_valid(json.loads(path.read_text()), path.name)

    def test_the_example_of_the_manual_is_valid(self):
        text = (ROOT / "docs/import-mapping.md").read_text()
        whole, rows = (block.split("```")[0] for block in text.split("```json\n")[1:])
        self.assert_valid(json.loads(whole), "import-mapping.md")
        self.assert_valid(json.loads(whole) | json.loads("{" + rows + "}"), "import-mapping.md, rows")

    def test_configurations_of_the_other_tool_are_valid(self):
        for path in sorted(SHARED.glob("*.config.json")):
            self.assert_valid(json.loads(path.read_text()), path.name)

    def test_mistakes_are_not(self):
        nom = {"nom": {"colonne": "Nom"}}
        mistakes = [{}, {"nom": "Nom"}, {"nom": {"colone": "Nom"}}, {"nom": {"colonne": "a", "colonnes": ["b"]}}, nom | {"labels": {}},
                    nom | {"services": [{"termes": ["x"], "cible": "y"}]}, nom | {"services": [{"colonnes": [], "cible": "y"}]},
                    nom | {"horaires": {"jours": [{"colonne": "l", "osm": "Lu"}]}}, nom | {"lecture": {"titres": 0}},
                    nom | {"latitude": {"dissocier": {"colonne": "p"}}}, nom | {"adresse": {"colonne": "a", "extraire": "pays"}},
                    nom | {"lignes": [{"colonnes": ["x"]}]}, nom | {"lignes": {"garder": [{"termes": ["x"]}]}},
                    nom | {"lignes": {"écarter": [{"colonnes": ["x"], "cible": "y"}]}}]
        for value in mistakes:
            self.assertNotEqual(list(problems(value, SCHEMA)), [], value)
            also_for_jsonschema(self, value, False)


if __name__ == "__main__":
    unittest.main()
