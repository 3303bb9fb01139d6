# SPDX-License-Identifier: Apache-2.0
"""An API server's pods of one node: lists by pages and a watch over a WebSocket, as clients of a real one get them."""

import base64
import collections
import hashlib
import http.server
import json
import threading
import urllib.parse

HISTORY = 1000  # events that a watch can go on from; before them it has expired
KEY = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # of RFC 6455
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


def frame(kind, payload):
    size = len(payload)
    if size < 126:
        head = bytes([0x80 | kind, size])
    elif size < 1 << 16:
        head = bytes([0x80 | kind, 126]) + size.to_bytes(2, "big")
    else:
        head = bytes([0x80 | kind, 127]) + size.to_bytes(8, "big")
    return head + payload


def event(kind, pod):
    return frame(TEXT, json.dumps({"type": kind, "object": pod}).encode())


class ApiServer:
    """`with ApiServer(other)`: other(path) is the object at a path that is not of pods, or None."""

    def __init__(self, other):
        self.other = other
        self.version = 1000
        self.pods = {}
        self.history = collections.deque(maxlen=HISTORY)
        self.rests = {}  # of lists that were answered in part
        self.watchers = []
        self.lock = threading.RLock()

    def __enter__(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.api = self
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def kubeconfig(self):
        server = f"http://127.0.0.1:{self.server.server_address[1]}"
        return json.dumps({
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "played",
            "clusters": [{"name": "played", "cluster": {"server": server}}],
            "users": [{"name": "played", "user": {"token": "none"}}],
            "contexts": [{"name": "played", "context": {"cluster": "played", "user": "played"}}],
        })

    def put(self, pod):
        with self.lock:
            uid = pod["metadata"]["uid"]
            kind = "MODIFIED" if uid in self.pods else "ADDED"
            self.pods[uid] = pod
            self._tell(kind, pod)

    def delete(self, pod):
        with self.lock:
            del self.pods[pod["metadata"]["uid"]]
            self._tell("DELETED", pod)

    def _tell(self, kind, pod):
        self.version += 1
        pod["metadata"]["resourceVersion"] = str(self.version)
        told = event(kind, pod)
        self.history.append((self.version, told))
        for watcher in list(self.watchers):
            self._send(watcher, told)

    def _send(self, watcher, data):
        try:
            watcher.sendall(data)
        except OSError:
            self.watchers.remove(watcher)

    def page(self, limit, token):
        """Consistent over all pages of a list."""
        with self.lock:
            items, version = self.rests.pop(token, None) or (list(self.pods.values()), self.version)
            here, rest = items[:limit], items[limit:]
            metadata = {"resourceVersion": str(version)}
            if rest:
                metadata["continue"] = f"{version}-{len(rest)}"
                metadata["remainingItemCount"] = len(rest)
                self.rests[metadata["continue"]] = rest, version
            return json.dumps({"apiVersion": "v1", "kind": "PodList", "metadata": metadata, "items": here}).encode()

    def begin_watch(self, connection, since):
        with self.lock:
            if self.history and since < self.history[0][0] - 1:
                status = {"kind": "Status", "apiVersion": "v1", "code": 410, "reason": "Expired"}
                connection.sendall(event("ERROR", status) + frame(CLOSE, b""))
                return
            for version, told in self.history:
                if version > since:
                    connection.sendall(told)
            self.watchers.append(connection)

    def pong(self, connection, payload):
        with self.lock:
            self._send(connection, frame(PONG, payload))


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        if url.path != "/api/v1/pods":
            found = self.server.api.other(url.path)
            self._answer(200 if found else 404, json.dumps(found or {"kind": "Status", "code": 404}).encode())
        elif query.get("watch") == "true":
            self._watch(int(query.get("resourceVersion", 0)))
        else:
            self._answer(200, self.server.api.page(int(query.get("limit", 500)), query.get("continue")))

    def _answer(self, code, body):
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _watch(self, since):
        key = self.headers["Sec-WebSocket-Key"].encode()
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", base64.b64encode(hashlib.sha1(key + KEY).digest()).decode())
        self.end_headers()
        self.close_connection = True
        self.server.api.begin_watch(self.connection, since)
        try:
            while self._control():
                pass
        except ConnectionError:
            pass

    def _control(self):
        """Clients send control frames only, which are short and masked."""
        head = self.rfile.read(2)
        if len(head) < 2 or head[0] & 0xF == CLOSE:
            return False
        mask = self.rfile.read(4)
        payload = self.rfile.read(head[1] & 0x7F)
        if head[0] & 0xF == PING:
            self.server.api.pong(self.connection, bytes(b ^ mask[i % 4] for i, b in enumerate(payload)))
        return True
