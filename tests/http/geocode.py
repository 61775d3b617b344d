#!/usr/bin/env python3
"""balise geocode and balise import against a service of its own on this machine: right answers, a busy one, a broken one, a liar.

geocode.py PATH-OF-balise; writes TAP. The shapes are those of the Géoplateforme's documentation (POST /search/csv/, /reverse/csv/)."""

import csv
import http.server
import io
import json
import os
import pathlib
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

import tap

PROGRAM = str(pathlib.Path(sys.argv[1]).resolve())
HEAD = ("id,nom,pivot,commune,code_postal,code_insee,adresse,date_maj\n")
COLUMNS = ("longitude,latitude,result_score,result_score_next,result_label,result_type,result_id,result_banId,result_housenumber,"
           "result_name,result_street,result_postcode,result_city,result_context,result_citycode,result_oldcitycode,"
           "result_oldcity,result_district,result_status").split(",")


def form_of(headers, body):
    """Fields of a multipart form, in order: [(name, file name or None, bytes)]."""
    boundary = headers["Content-Type"].split("boundary=")[1].encode()
    parts = []
    for piece in body.split(b"--" + boundary)[1:-1]:
        head, _, value = piece.strip(b"\r\n").partition(b"\r\n\r\n")
        words = head.decode().split("\r\n")[0]
        name = words.split('name="')[1].split('"')[0]
        file_name = words.split('filename="')[1].split('"')[0] if "filename=" in words else None
        parts.append((name, file_name, value))
    return parts


NEAR_COLUMNS = ("result_latitude,result_longitude,result_distance,result_label,result_type,result_id,result_housenumber,result_name,"
                "result_street,result_postcode,result_city,result_context,result_citycode,result_oldcitycode,result_oldcity,"
                "result_district,result_status").split(",")


def answered(sent, columns, answer):
    """The rows that were sent, with the columns of their answers."""
    rows = list(csv.DictReader(io.StringIO(sent)))
    out = io.StringIO()
    w = csv.DictWriter(out, list(rows[0]) + columns, lineterminator="\r\n")
    w.writeheader()
    w.writerows(row | answer(row) for row in rows)
    return out.getvalue().encode()


def answer_csv(sent):
    """Every street of Liffré is known, but one that is nowhere."""
    def answer(row):
        if "nulle part" in row["adresse"]:
            return {"result_status": "not-found"}
        return {"longitude": "-1.508391", "latitude": "48.213602", "result_score": "0.9708954545454545",
                "result_label": row["adresse"] + " 35340 Liffré", "result_type": "housenumber",
                "result_city": "Liffré", "result_citycode": "35152", "result_status": "ok"}
    return answered(sent, COLUMNS, answer)


def near_csv(sent):
    """The same house is next to every point."""
    return answered(sent, NEAR_COLUMNS, lambda row: {
        "result_latitude": "48.2137", "result_longitude": "-1.5084", "result_distance": "9",
        "result_label": "4 Rue de Rennes 35340 Liffré", "result_type": "housenumber", "result_housenumber": "4",
        "result_name": "4 Rue de Rennes", "result_street": "Rue de Rennes", "result_postcode": "35340",
        "result_city": "Liffré", "result_citycode": "35152", "result_status": "ok"})


class Service(http.server.ThreadingHTTPServer):
    """behave(handler, number of the request, sent csv) answers; `seen` keeps what came."""
    daemon_threads = True

    def __init__(self, behave):
        super().__init__(("127.0.0.1", 0), Handler)
        self.behave, self.seen = behave, []
        threading.Thread(target=self.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server_port}/geocodage"

    def handle_error(self, request, client):
        pass  # clients of these tests hang up


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        parts = form_of(self.headers, body)
        self.server.seen.append((self.path, dict(self.headers), parts))
        self.server.behave(self, len(self.server.seen), parts[0][2].decode())

    def reply(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def right(handler, _, sent):
    handler.reply(200, answer_csv(sent), Content_Type="text/csv; charset=utf-8")


class Directory:
    """A database with some places without a point, or none at all."""

    def __init__(self, *streets):
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name)
        if not streets:
            return
        file = self.path / "lieux.csv"
        rows = [f'{i},Lieu {i},,Liffré,35340,35152,"{street}",2026-01-01' for i, street in enumerate(streets)]
        file.write_text(HEAD + "\n".join(rows) + "\n")
        done = self.run("import", str(file), "--quiet")
        assert done.returncode == 0, done.stderr

    def run(self, *args, **env):
        return subprocess.run([PROGRAM, *args, "--db", f"sqlite:{self.path}/b.sqlite"], capture_output=True, text=True,
                              timeout=60, env=os.environ | env)

    def rows(self, sql):
        with sqlite3.connect(self.path / "b.sqlite") as c:
            return c.execute(sql).fetchall()

    def is_as_before(self):
        places = self.rows("SELECT latitude, longitude, remarks FROM directory_place")
        assert all(p[:2] == (None, None) for p in places), places
        assert self.rows("SELECT COUNT(*) FROM directory_geocode") == [(0,)]


def geocode(directory, service, *more):
    return directory.run("geocode", "--url", service.url, *more)


def test_places_are_found():
    service = Service(right)
    d = Directory("4 rue de Rennes", "4, Rue de Rennes", "nulle part")
    done = geocode(d, service)
    assert done.returncode == 0, done.stderr
    assert "Lieux sans position : 3 ; adresses demandées : 2 ; positions trouvées : 2." in done.stdout, done.stdout
    assert d.rows("SELECT latitude, longitude FROM directory_place ORDER BY source_id") == [
        (48.213602, -1.508391), (48.213602, -1.508391), (None, None)]
    (path, headers, parts), = service.seen
    assert path == "/geocodage/search/csv/", path
    assert headers["User-Agent"].startswith("Balise/"), headers
    assert [(n, v) for n, f, v in parts[1:]] == [("columns", b"adresse"), ("columns", b"commune"), ("postcode", b"code_postal"),
                                                 ("citycode", b"code_insee")], parts
    assert parts[0][1] == "adresses.csv" and b"Lieu" not in parts[0][2], parts[0]
    assert "adresses demandées : 0" in geocode(d, service).stdout
    assert len(service.seen) == 1


def test_nothing_leaves_in_a_dry_run():
    service = Service(right)
    d = Directory("4 rue de Rennes")
    done = geocode(d, service, "--dry-run")
    assert done.returncode == 0 and "adresses qui seraient demandées : 1" in done.stdout, done
    assert service.seen == []
    d.is_as_before()


def test_nobody_is_asked_without_leave():
    d = Directory("4 rue de Rennes")
    done = d.run("geocode")
    assert done.returncode == 1 and "geocoding geoplateforme" in done.stderr, done
    service = Service(right)
    assert d.run("territory", "set", "geocoding", service.url).returncode == 0
    assert d.run("geocode").returncode == 0
    assert len(service.seen) == 1
    d.run("territory", "set", "geocoding", "")
    assert d.run("geocode").returncode == 1


def test_a_busy_service_is_waited_for():
    def busy(handler, number, sent):
        if number == 1:
            handler.reply(429, Retry_After="1")
        else:
            right(handler, number, sent)
    service = Service(busy)
    d = Directory("4 rue de Rennes")
    started = time.monotonic()
    done = geocode(d, service)
    assert done.returncode == 0 and time.monotonic() - started >= 1, done
    assert len(service.seen) == 2


def fails(behave, says):
    service = Service(behave)
    d = Directory("4 rue de Rennes")
    done = geocode(d, service)
    assert done.returncode == 1 and says in done.stderr, done
    d.is_as_before()


def test_too_busy_for_today():
    fails(lambda h, n, s: h.reply(503, Retry_After="3600"), "trop occupé")


def test_errors_leave_all_as_it_was():
    fails(lambda h, n, s: h.reply(500, b"<html>"), "500")
    fails(lambda h, n, s: h.reply(200, b"<html>Maintenance</html>"), "rien n’en est gardé")
    fails(lambda h, n, s: h.reply(200, answer_csv(s)[:-30]), "rien n’en est gardé")
    fails(lambda h, n, s: h.reply(200, b"\x00\xff" * 5000), "rien n’en est gardé")


def test_redirections_are_not_followed():
    other = Service(right)
    fails(lambda h, n, s: h.reply(302, Location=other.url + "/search/csv/"), "redirection")
    assert other.seen == []


def test_an_answer_without_end_is_cut():
    def endless(handler, _, sent):
        handler.send_response(200)
        handler.end_headers()
        for _ in range(1000):
            handler.wfile.write(b"x" * 65536)
    fails(endless, "trop grande")


def test_cut_connections():
    def half(handler, _, sent):
        body = answer_csv(sent)
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body[:100])
        handler.wfile.flush()
        handler.connection.shutdown(socket.SHUT_RDWR)
    fails(half, "ne répond pas")
    fails(lambda h, n, s: h.connection.shutdown(socket.SHUT_RDWR), "ne répond pas")


def test_nobody_there():
    service = Service(right)
    service.shutdown()
    service.server_close()
    d = Directory("4 rue de Rennes")
    done = geocode(d, service)
    assert done.returncode == 1 and "ne répond pas" in done.stderr, done
    d.is_as_before()


def test_addresses_that_may_not_be():
    d = Directory("4 rue de Rennes")
    for url in ("http://adresses.example/", "ftp://127.0.0.1/", "http://127.0.0.1.example/", "https://a@127.0.0.1/"):
        done = d.run("geocode", "--url", url)
        assert done.returncode == 1 and "L’adresse du service" in done.stderr, (url, done)
    for wrong in (("--limit", "0"), ("--limit",), ("--vite",)):
        assert d.run("geocode", *wrong).returncode == 2


def test_the_site_does_it_by_itself():
    service = Service(right)
    d = Directory("4 rue de Rennes")
    d.run("territory", "set", "geocoding", service.url)
    with socket.create_server(("127.0.0.1", 0)) as s:
        listen = f"127.0.0.1:{s.getsockname()[1]}"
    site = subprocess.Popen([PROGRAM, "serve", "--listen", listen, "--db", f"sqlite:{d.path}/b.sqlite"],
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 40
        while d.rows("SELECT COUNT(*) FROM directory_place WHERE latitude IS NOT NULL") != [(1,)]:
            assert time.monotonic() < until, "the job did not run"
            time.sleep(0.2)
    finally:
        site.terminate()
        site.wait(timeout=20)


def test_an_import_asks_what_is_next_to_its_points():
    service = Service(lambda h, n, s: h.reply(200, near_csv(s)))
    d = Directory()
    file = d.path / "osm.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [
        {"type": "Feature", "id": "node/1", "properties": {"amenity": "library", "name": "O'Neil \"Ñ\" 🙂"},
         "geometry": {"type": "Point", "coordinates": [-1.508391, 48.213602]}}]}))
    done = d.run("import", str(file))
    assert done.returncode == 1 and "avec un point mais sans adresse : 1" in done.stdout, done
    assert "balise territory set geocoding geoplateforme" in done.stdout and service.seen == [], done
    d.run("territory", "set", "geocoding", service.url)
    done = d.run("import", str(file), "--dry-run")
    assert done.returncode == 1 and "Leur adresse sera demandée" in done.stdout and service.seen == [], done
    done = d.run("import", str(file))
    assert done.returncode == 0, done
    assert "Points sans adresse : 1 ; demandés au service d’adresses : 1 ; adresses trouvées : 1." in done.stdout, done.stdout
    assert d.rows("SELECT adresse, code_postal, commune FROM directory_place") == [("4 Rue de Rennes", "35340", "Liffré")]
    (path, _, parts), = service.seen
    assert path == "/geocodage/reverse/csv/", path
    assert parts == [("data", "adresses.csv", b"numero,latitude,longitude\n0,48.2136,-1.50839")], parts
    assert "demandés" not in d.run("import", str(file)).stdout and len(service.seen) == 1


def test_an_import_does_without_a_service_that_fails():
    service = Service(lambda h, n, s: h.reply(500, b"<html>"))
    d = Directory()
    d.run("territory", "set", "geocoding", service.url)
    file = d.path / "lieux.csv"
    file.write_text("id,nom,commune,code_postal,adresse,latitude,longitude,date_maj\n1,A,Liffré,35340,1 rue Haute,,,2026-01-01\n"
                    "2,B,,,,48.2,-1.5,2026-01-01\n")
    done = d.run("import", str(file))
    assert done.returncode == 1 and "500" in done.stderr and "L’import continue" in done.stderr, done
    assert "Relancez quand le service d’adresses répondra" in done.stdout, done.stdout
    assert d.rows("SELECT nom FROM directory_place") == [("A",)]
    assert d.rows("SELECT COUNT(*) FROM directory_point") == [(0,)]


def test_a_proxy_of_the_environment_is_not_used():
    service = Service(right)
    d = Directory("4 rue de Rennes")
    done = d.run("geocode", "--url", service.url, http_proxy="http://127.0.0.1:9", https_proxy="http://127.0.0.1:9")
    assert done.returncode == 0 and len(service.seen) == 1, done


if __name__ == "__main__":
    sys.exit(tap.run(globals()))
