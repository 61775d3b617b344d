#!/usr/bin/env python3
"""Lists of what was done: the last ones, and all of them when they are asked for. SQLite; the statements are tested on both."""
import os
import subprocess
import sys
import tempfile

SHOWN = 50


def main(program):
    with tempfile.TemporaryDirectory() as folder:
        place = os.path.join(folder, "lieu.csv")
        run = lambda *words: subprocess.run([program, *words, "--db", "sqlite:" + folder + "/essai.sqlite"], cwd=folder,
                                            capture_output=True, text=True, check=True).stdout
        for n in range(SHOWN + 1):
            with open(place, "w", encoding="utf-8") as f:
                f.write("id,nom,commune,code_postal,adresse,date_maj,source\n"
                        f"1,Lieu {n},Rennes,35000,1 rue Haute,2026-01-01,Essai\n")
            run("import", place, "--quiet")
            if n in (0, SHOWN - 1):
                assert "--all" not in run("import", "list")
        last, whole = run("import", "list"), run("import", "list", "--all")
        assert last.count("lieu.csv") == SHOWN and last.endswith("avec --all, elle est entière.\n"), last
        assert whole.count("lieu.csv") == SHOWN + 1 and "--all" not in whole, whole
        assert whole.startswith(last[:last.rindex("La liste")]), "the newest come first"
        first = whole.splitlines()[-2].split()[0]
        assert "Import annulé" in run("import", "undo", first)
        assert run("duplicates", "--merges") == run("duplicates", "--merges", "--all") == "Aucun lieu n’a été réuni.\n"


main(os.path.abspath(sys.argv[1]))
