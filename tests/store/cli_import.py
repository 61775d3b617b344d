#!/usr/bin/env python3
"""What `balise import` says of a list larger than the territory, and the way from the mistake to what was meant. SQLite."""
import os
import subprocess
import sys
import tempfile

HEAD = "id,nom,commune,code_postal,code_insee,adresse,date_maj,source\n"
TOWNS = [("Rennes", "35000", "35238"), ("Paris", "75011", "75056"), ("Lille", "59000", "59350"), ("Brest", "29200", "29019")]


def main(program):
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "liste.csv")
        with open(file, "w", encoding="utf-8") as f:
            f.write(HEAD + "".join(f"{i},Lieu {i},{c},{p},{insee},1 rue Haute,2026-01-01,Liste\n" for i, (c, p, insee) in enumerate(TOWNS)))

        def run(*words, wanted=0):
            done = subprocess.run([program, *words, "--db", "sqlite:" + folder + "/essai.sqlite"], cwd=folder, capture_output=True, text=True,
                                  check=False)
            assert done.returncode == wanted, done
            return done.stdout + done.stderr

        hint = "--departement 35"
        assert hint not in run("import", file, "--dry-run"), "the territory has not said what is its own"
        run("territory", "set", "departements", "35")
        assert "hors de votre territoire : 3. Pour ne prendre que ceux d’ici, relancez avec " + hint in run("import", file, "--dry-run")
        said = run("import", file)
        assert "annulez cet import, puis relancez-le avec " + hint in said, said
        run("import", "undo", run("import", "list").splitlines()[-2].split()[0])
        said = run("import", file, "--departement", "35")
        assert "non demandées        3" in said and "hors de votre territoire" not in said, said
        assert "non demandées 3" in run("import", "list")
        assert "non demandées        3" in run("import", file, "--departement", " Ille-et-Vilaine,,35,", "--dry-run")
        run("territory", "set", "departements", "35,29,59")
        assert "hors de votre territoire" not in run("import", file, "--dry-run"), "a neighbour or two is no mistake"
        assert "n’est pas un département" in run("import", file, "--departement", "20", wanted=2)
        assert "attend un code" in run("import", file, "--departement", ",", wanted=2)


main(os.path.abspath(sys.argv[1]))
