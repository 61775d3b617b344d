"""Runs the functions test_… of a script, one after the other, and writes TAP."""


def run(names):
    """names: globals() of the script. True when one failed."""
    tests = [(n[5:].replace("_", " "), f) for n, f in names.items() if n.startswith("test_")]
    failed = 0
    print(f"1..{len(tests)}", flush=True)
    for i, (name, test) in enumerate(tests, 1):
        try:
            test()
            print(f"ok {i} - {name}", flush=True)
        except Exception as e:  # every failure is told, and the next test still runs
            failed += 1
            print(f"not ok {i} - {name}\n# " + f"{type(e).__name__}: {e}".replace("\n", "\n# "), flush=True)
    return failed > 0
