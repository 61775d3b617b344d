#!/usr/bin/env python3
"""Raw sockets against the fixture's server: what must be refused is refused, and it still answers afterwards.

sockets.py PATH-OF-test_server; writes TAP."""

import contextlib
import http.client
import os
import re
import socket
import struct
import subprocess
import sys
import threading
import time

import tap

SERVER = sys.argv[1]
HOST = b"Host: localhost\r\n"


class Server:
    """One test_server; its port, its process."""

    def __init__(self, *args, log=False):
        env = dict(os.environ)
        if log:
            env["TEST_SERVER_LOG"] = "1"
        self.process = subprocess.Popen(
            [SERVER, "127.0.0.1:0", *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if log else None, env=env)
        self.port = int(self.process.stdout.readline())

    def connect(self, timeout=10):
        s = socket.create_connection(("127.0.0.1", self.port))
        s.settimeout(timeout)
        return s

    def send(self, data, timeout=10):
        """Everything that comes back until the server closes or is silent; and whether it closed."""
        with self.connect(timeout) as s:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                s.sendall(data)
            return read_all(s)

    def ask(self, path, **headers):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        c.request("GET", path, headers=headers)
        answer = c.getresponse()
        body = answer.read()
        c.close()
        return answer.status, body

    def alive(self):
        assert self.process.poll() is None, "the server ended"
        status, body = self.ask("/lieux")
        assert (status, body) == (200, b"new place"), (status, body)

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def stop(self):
        self.process.stdin.close()
        code = self.process.wait(timeout=30)
        assert code == 0, f"exit status {code}"


def read_all(s):
    data = b""
    try:
        while True:
            piece = s.recv(65536)
            if not piece:
                return data, True
            data += piece
    except ConnectionResetError:
        return data, True
    except TimeoutError:
        return data, False


def status_of(answer):
    found = re.match(rb"HTTP/1\.1 (\d{3}) ", answer)
    return int(found[1]) if found else None


def read_answer(f):
    """One answer with a Content-Length from a file-like socket: status, headers, body."""
    line = f.readline()
    assert line.startswith(b"HTTP/1.1 "), line
    headers = {}
    while (h := f.readline()) not in (b"\r\n", b""):
        name, value = h.split(b":", 1)
        headers[name.lower().decode()] = value.strip().decode()
    status = int(line.split()[1])
    n = 0 if status in (204, 304) else int(headers.get("content-length", 0))
    return status, headers, f.read(n)


REFUSED = {
    "two Content-Length": b"POST /lieux/x/horaires HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    "two equal Content-Length": b"POST /lieux/x/horaires HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
    "a list as Content-Length": b"POST /lieux/x/horaires HTTP/1.1\r\n" + HOST + b"Content-Length: 3, 3\r\n\r\nabc",
    "signed Content-Length": b"POST /lieux/x/horaires HTTP/1.1\r\n" + HOST + b"Content-Length: +3\r\n\r\nabc",
    "hexadecimal Content-Length": b"POST /lieux/x/horaires HTTP/1.1\r\n" + HOST + b"Content-Length: 0x3\r\n\r\nabc",
    "Content-Length with chunked": b"POST /lieux/x/horaires HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunked with Content-Length": b"POST /lieux/x/horaires HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
    "chunked on HTTP/1.0": b"POST /lieux/x/horaires HTTP/1.0\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "another transfer coding": b"POST /lieux/x/horaires HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "folded Transfer-Encoding": b"POST /lieux/x/horaires HTTP/1.1\r\n" + HOST + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
    "two Host": b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "two equal Host": b"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
    "no Host": b"GET / HTTP/1.1\r\nX: y\r\n\r\n",
    "a Host with a user": b"GET / HTTP/1.1\r\nHost: a@b\r\n\r\n",
    "NUL in a value": b"GET / HTTP/1.1\r\n" + HOST + b"X: a\0b\r\nY: z\r\n\r\n",
    "NUL in the last value": b"GET / HTTP/1.1\r\n" + HOST + b"X: a\0b\r\n\r\n",
    "NUL at the end of a value": b"GET / HTTP/1.1\r\n" + HOST + b"X: a\0\r\nY: z\r\n\r\n",
    "NUL at the end of the last value": b"GET / HTTP/1.1\r\n" + HOST + b"X: a\0\r\n\r\n",
    "two NUL at the end of the last value": b"GET / HTTP/1.1\r\n" + HOST + b"X: a\0\0\r\n\r\n",
    "a value of NUL": b"GET / HTTP/1.1\r\n" + HOST + b"X:\0\r\n\r\n",
    "NUL in a name": b"GET / HTTP/1.1\r\n" + HOST + b"X\0Y: z\r\n\r\n",
    "NUL before a name": b"GET / HTTP/1.1\r\n" + HOST + b"\0X: z\r\n\r\n",
    "NUL in the path": b"GET /lieux\0x HTTP/1.1\r\n" + HOST + b"\r\n",
    "NUL in the query": b"GET /tout?text=a\0b HTTP/1.1\r\n" + HOST + b"\r\n",
    "NUL at the end of the target": b"GET /lieux\0 HTTP/1.1\r\n" + HOST + b"\r\n",
    "NUL in the method": b"GE\0T / HTTP/1.1\r\n" + HOST + b"\r\n",
    "NUL in the version": b"GET / HTTP/1.1\0\r\n" + HOST + b"\r\n",
    "a folded line": b"GET / HTTP/1.1\r\n" + HOST + b"X: a\r\n b\r\nY: z\r\n\r\n",
    "a line folded by a tab": b"GET / HTTP/1.1\r\n" + HOST + b"X: a\r\n\tb\r\nY: z\r\n\r\n",
    "a folded last line": b"GET / HTTP/1.1\r\n" + HOST + b"X: a\r\n b\r\n\r\n",
    "an empty folded line": b"GET / HTTP/1.1\r\n" + HOST + b"X: a\r\n \r\nY: z\r\n\r\n",
    "an empty folded last line": b"GET / HTTP/1.1\r\n" + HOST + b"X: a\r\n \r\n\r\n",
    "a fold after the request line": b"GET / HTTP/1.1\r\n Host: localhost\r\nX: y\r\n\r\n",
    "a lone CR in a value": b"GET / HTTP/1.1\r\n" + HOST + b"X: a\rY: b\r\n\r\n",
    "a CR before CR LF": b"GET / HTTP/1.1\r\n" + HOST + b"X: a\r\r\n\r\n",
    "a lone LF in a value": b"GET / HTTP/1.1\r\n" + HOST + b"X: a\nY: b\r\n\r\n",
    "lone LF everywhere": b"GET / HTTP/1.1\nHost: localhost\n\n",
    "a lone LF at the end": b"GET / HTTP/1.1\r\nHost: localhost\r\n\n",
    "a space before the colon": b"GET / HTTP/1.1\r\n" + HOST + b"X : y\r\n\r\n",
    "a space in a name": b"GET / HTTP/1.1\r\n" + HOST + b"X Y: z\r\n\r\n",
    "no colon": b"GET / HTTP/1.1\r\n" + HOST + b"XY\r\n\r\n",
    "no name": b"GET / HTTP/1.1\r\n" + HOST + b": y\r\n\r\n",
    "a control character": b"GET / HTTP/1.1\r\n" + HOST + b"X: a\x07b\r\n\r\n",
    "two spaces in the request line": b"GET  / HTTP/1.1\r\n" + HOST + b"\r\n",
    "a space in the target": b"GET /a b HTTP/1.1\r\n" + HOST + b"\r\n",
    "a space after the version": b"GET / HTTP/1.1 \r\n" + HOST + b"\r\n",
    "no version": b"GET /\r\n\r\n",
    "HTTP/2.0": b"GET / HTTP/2.0\r\n" + HOST + b"\r\n",
    "HTTP/1.2": b"GET / HTTP/1.2\r\n" + HOST + b"\r\n",
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200) + b"\r\n\r\n",
    "an absolute target": b"GET http://localhost/ HTTP/1.1\r\n" + HOST + b"\r\n",
    "CONNECT": b"CONNECT localhost:80 HTTP/1.1\r\n" + HOST + b"\r\n",
    "a bad escape": b"GET /%zz HTTP/1.1\r\n" + HOST + b"\r\n",
    "an escaped NUL": b"GET /lieux/%00 HTTP/1.1\r\n" + HOST + b"\r\n",
    "a path that climbs": b"GET /lieux/../../etc/passwd HTTP/1.1\r\n" + HOST + b"\r\n",
    "an escaped path that climbs": b"GET /lieux/%2e%2e/%2e%2e HTTP/1.1\r\n" + HOST + b"\r\n",
    "a target of 64 KB": b"GET /" + b"a" * 65536 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "a target of 9 KB": b"GET /" + b"a" * 9216 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "a header of 17 KB": b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 17408 + b"\r\n\r\n",
    "a header of 1 MB": b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * (1 << 20) + b"\r\n\r\n",
    "200 headers": b"GET / HTTP/1.1\r\n" + HOST + b"".join(b"X-%d: y\r\n" % i for i in range(200)) + b"\r\n",
}


def test_refuses():
    server = Server()
    wrong = []
    # The same head must also be refused when it is not the first of its connection.
    for before in (b"", b"GET /lieux HTTP/1.1\r\n" + HOST + b"\r\n"):
        for name, data in REFUSED.items():
            answer, closed = server.send(before + data, timeout=2)
            if before and answer.startswith(b"HTTP/1.1 200"):
                answer = answer[answer.index(b"new place") + 9:]
            status = status_of(answer)
            if not closed or (answer and (status is None or not (400 <= status < 500 or status == 505))):
                wrong.append((name, bool(before), closed, answer[:60]))
            if b"HTTP/1.1 2" in answer:
                wrong.append((name, "served", answer))
            server.alive()
    assert not wrong, "\n".join(map(str, wrong))
    server.stop()


def test_smuggled_request_is_never_served():
    server = Server()
    hidden = b"GET /qui HTTP/1.1\r\n" + HOST + b"\r\n"
    heads = [
        b"Content-Length: %d\r\nContent-Length: 0\r\n" % len(hidden),
        b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n" % len(hidden),
        b"Content-Length: %d\r\nTransfer-Encoding : chunked\r\n" % len(hidden),
        b"Content-Length: 0\r\nContent-Length\0: %d\r\n" % len(hidden),
        b"Transfer-Encoding: xchunked\r\n",
        b"X: y\r\n Content-Length: %d\r\n" % len(hidden),
    ]
    for head in heads:
        answer, _ = server.send(b"POST /lieux/x/horaires HTTP/1.1\r\n" + HOST + head + b"\r\n" + hidden, timeout=1)
        assert b"http://localhost get" not in answer, (head, answer)
    server.alive()
    server.stop()


def test_pipelines_100_requests():
    server = Server()
    with server.connect() as s:
        s.sendall(b"".join(b"GET /lieux/p%d HTTP/1.1\r\n" % i + HOST + b"\r\n" for i in range(100)))
        f = s.makefile("rb")
        for i in range(100):
            status, _, body = read_answer(f)
            assert (status, body) == (200, b"place p%d at /lieux/p%d" % (i, i)), (i, status, body)
    server.stop()


def test_keeps_the_connection_alive():
    server = Server()
    steps = [
        (b"GET /lieux", b"", 200, b"new place"),
        (b"HEAD /qui", b"", 200, b""),
        (b"GET /garde", b'If-None-Match: "v7"\r\n', 304, b""),
        (b"GET /nulle-part", b"", 404, None),
        (b"OPTIONS /api/v1/constante", b"", 204, b""),
        (b"GET /nombres.csv?n=100000", b"Range: bytes=99990-\r\n", 206, b"0123456789"),
        (b"GET /api/v1/constante?n=300000", b"", 200, None),
        (b"GET /lieux/", b"", 308, b""),
        (b"GET /a/app.2222.svg", b"", 200, b"<svg/>"),
        (b"GET /echec/memory", b"", 503, None),
    ]
    with server.connect() as s:
        f = s.makefile("rb")
        for _ in range(20):
            for line, headers, wanted, wanted_body in steps:
                s.sendall(line + b" HTTP/1.1\r\n" + HOST + headers + b"\r\n")
                if line.startswith(b"HEAD"):
                    head = b""
                    while not head.endswith(b"\r\n\r\n"):
                        head += f.readline()
                    assert b"Content-Length: 21" in head, head
                    continue
                status, got, body = read_answer(f)
                assert status == wanted, (line, status)
                assert wanted_body is None or body == wanted_body, (line, body)
                assert got.get("connection", "").lower() != "close", (line, got)
    server.stop()


def test_http_10_and_close():
    server = Server()
    answer, closed = server.send(b"GET /lieux HTTP/1.0\r\n\r\n")
    assert status_of(answer) == 200 and answer.endswith(b"new place") and closed
    answer, closed = server.send(b"GET /lieux HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
    assert status_of(answer) == 200 and answer.endswith(b"new place") and closed
    server.stop()


def test_bodies():
    server = Server()
    head = b"POST /api/v1/tout HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\nConnection: close\r\n"
    answer, _ = server.send(head + b"Content-Length: 14\r\n\r\n{\"text\":\"abc\"}")
    assert status_of(answer) == 200 and b"text=abc" in answer, answer
    answer, _ = server.send(head + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{\"tex\r\n9\r\nt\":\"abc\"}\r\n0\r\n\r\n")
    assert status_of(answer) == 200 and b"text=abc" in answer, answer
    with server.connect() as s:  # asks first, sends then
        s.sendall(head + b"Content-Length: 14\r\nExpect: 100-continue\r\n\r\n")
        assert s.recv(100).startswith(b"HTTP/1.1 100"), "100 Continue"
        s.sendall(b"{\"text\":\"abc\"}")
        answer, _ = read_all(s)
        assert status_of(answer) == 200 and b"text=abc" in answer, answer
    with server.connect() as s:  # one byte at a time
        for byte in head + b"Content-Length: 14\r\n\r\n{\"text\":\"abc\"}":
            s.sendall(bytes([byte]))
        answer, _ = read_all(s)
        assert status_of(answer) == 200 and b"text=abc" in answer, answer
    for bad in (b"zz\r\nabc\r\n0\r\n\r\n", b"-1\r\n", b"5\r\nabc", b"ffffffffffffffffff\r\nabc"):
        with server.connect(3) as s:
            s.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n" + bad)
            s.shutdown(socket.SHUT_WR)
            answer, closed = read_all(s)
            assert closed and status_of(answer) in (None, 400, 413), (bad, answer)
    server.alive()
    server.stop()


def test_large_body_is_refused_early():
    server = Server()
    sent = 0
    with server.connect() as s:
        s.sendall(b"POST /api/v1/tout HTTP/1.1\r\n" + HOST + b"Content-Length: 10485760\r\n\r\n")
        answer, closed = read_all(s)  # without a byte of the body
        assert status_of(answer) == 413 and closed, answer
    with server.connect() as s:
        s.sendall(b"POST /api/v1/tout HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n")
        with contextlib.suppress(BrokenPipeError, ConnectionResetError, TimeoutError):
            for _ in range(160):
                s.sendall(b"10000\r\n" + b"a" * 65536 + b"\r\n")
                sent += 65536
                time.sleep(0.01)
        answer, closed = read_all(s)
        assert closed and status_of(answer) in (None, 413), answer
        assert sent < 9 << 20, f"{sent} bytes were taken"
    answer, closed = server.send(b"GET /lieux HTTP/1.1\r\n" + HOST + b"Content-Length: 10485760\r\n\r\n" + b"a" * 100000)
    assert closed and status_of(answer) in (None, 413), answer
    server.alive()
    server.stop()


def test_client_that_leaves():
    server = Server()
    server.alive()
    time.sleep(0.2)
    before = server.descriptors()
    for path in (b"/nombres.csv?n=20000000", b"/api/v1/constante?n=10000000", b"/lent", b"/lieux"):
        for i in range(15):
            s = server.connect()
            s.sendall(b"GET " + path + b" HTTP/1.1\r\n" + HOST + b"\r\n")
            if i % 3:
                s.recv(1000)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # reset
            s.close()
    for _ in range(20):  # in the middle of a head, of a body
        for part in (b"GET /lie", b"POST /api/v1/tout HTTP/1.1\r\n" + HOST + b"Content-Length: 500\r\n\r\nabc"):
            s = server.connect()
            s.sendall(part)
            s.close()
    for _ in range(100):
        server.alive()
        if server.descriptors() <= before + 1:
            break
        time.sleep(0.1)
    assert server.descriptors() <= before + 1, (before, server.descriptors())
    # Says that it has nothing more to send, and waits for its answer.
    with server.connect() as s:
        s.sendall(b"GET /lent HTTP/1.1\r\n" + HOST + b"\r\n")
        s.shutdown(socket.SHUT_WR)
        answer, closed = read_all(s)
        assert status_of(answer) == 200 and answer.endswith(b"slow but done") and closed, answer
    server.stop()


def test_answers_nobody_takes_are_bounded():
    server = Server()
    held = []
    large = b"GET /api/v1/constante?n=60000000 HTTP/1.1\r\n" + HOST + b"\r\n"
    for wanted in (200, 200, 200, 200, 503):  # 256 MiB in all
        s = server.connect(30)
        s.sendall(large)
        held.append(s)
        first = s.recv(1000)
        assert status_of(first) == wanted, (len(held), wanted, first[:100])
    for s in held:
        s.close()
    for _ in range(100):
        answer, _ = server.send(large[:-2] + b"Connection: close\r\n\r\n", timeout=30)
        if status_of(answer) == 200:
            break
        time.sleep(0.1)
    assert status_of(answer) == 200 and len(answer) > 60000000, answer[:100]
    server.stop()


def test_slow_head_is_cut():
    server = Server()
    started = time.monotonic()
    ended = {}

    def dribble(name, first):
        """A byte every half second, of a head that never ends."""
        with server.connect(40) as s:
            s.sendall(first)
            s.settimeout(0.5)
            while time.monotonic() - started < 30:
                try:
                    s.sendall(b"a")
                    if not s.recv(4096):
                        break
                except TimeoutError:
                    continue
                except OSError:
                    break
            ended[name] = time.monotonic() - started

    first = {"request line": b"GET /", "header": b"GET / HTTP/1.1\r\n" + HOST + b"X: ", "nothing": b"",
             "second request": b"GET /lieux HTTP/1.1\r\n" + HOST + b"\r\nGET /"}
    clients = [threading.Thread(target=dribble, args=item) for item in first.items()]
    for c in clients:
        c.start()
    while any(c.is_alive() for c in clients):
        server.alive()
        time.sleep(0.5)
    for name, seconds in ended.items():
        assert 10 < seconds < 18, (name, seconds)
    server.stop()


def test_connections_of_one_address():
    server = Server("-1", "5")
    held = [server.connect() for _ in range(5)]
    for s in held:
        s.sendall(b"GET /lieux HTTP/1.1\r\n" + HOST + b"\r\n")
        assert s.recv(4096).startswith(b"HTTP/1.1 200")
    with server.connect(3) as s:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            s.sendall(b"GET /lieux HTTP/1.1\r\n" + HOST + b"\r\n")
        answer, closed = read_all(s)
        assert (answer, closed) == (b"", True), answer
    held.pop().close()
    for _ in range(50):
        with contextlib.suppress(OSError, http.client.HTTPException):
            server.alive()
            break
        time.sleep(0.1)
    else:
        raise AssertionError("no room although one left")
    for s in held:
        s.close()
    server.stop()


def test_rate():
    server = Server("3")
    statuses = [server.ask("/lieux")[0] for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429], statuses
    server.stop()


def test_many_clients():
    server = Server()
    wrong = []

    def client(n):
        c = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        for i in range(20):
            c.request("GET", f"/lieux/c{n}-{i}")
            body = c.getresponse().read()
            if body != f"place c{n}-{i} at /lieux/c{n}-{i}".encode():
                wrong.append(body)
        c.close()

    clients = [threading.Thread(target=client, args=(n,)) for n in range(100)]
    for c in clients:
        c.start()
    for c in clients:
        c.join()
    assert not wrong, wrong[:3]
    server.stop()


def test_stops_after_the_running_requests():
    server = Server()
    answers = []
    client = threading.Thread(target=lambda: answers.append(server.ask("/lent")))
    idle = server.connect()
    client.start()
    time.sleep(0.1)
    server.stop()
    client.join()
    idle.close()
    assert answers == [(200, b"slow but done")], answers


def test_log_has_no_query():
    server = Server(log=True)
    server.ask("/lieux/secret-place?q=secret-words")
    server.send(b"GET /?q=secret-words HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
    server.stop()
    log = server.process.stderr.read().decode()
    assert "http.request method=GET route=/lieux/{slug} status=200 us=" in log, log
    assert "http.refused status=400" in log, log
    assert "secret" not in log, log


if __name__ == "__main__":
    sys.exit(tap.run(globals()))
