# SPDX-License-Identifier: Apache-2.0
"""
Bytes that leave a server for each token that it streams: python3 scripts/bench/token_stream.py

The server sends what servers with OpenAI's interface send: an event of one JSON object for each token, as a chunk
of its own over plain HTTP. The client counts what comes out of its socket, heads and framing included.
"""

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

TOKENS = 1000
WORDS = " the weights of a model are large and what its server has to say is small".split()


def event(delta, reason=None):
    answer = {
        "id": "chatcmpl-3b6f0c5a9d2e4f7c8a1b2c3d4e5f6071",
        "object": "chat.completion.chunk",
        "created": 1760000000,
        "model": "llama-3.1-8b-instruct",
        "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}],
    }
    return b"data: " + json.dumps(answer, separators=(",", ":")).encode() + b"\n\n"


class Server(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self._chunk(event({"role": "assistant", "content": ""}))
        for number in range(TOKENS):
            self._chunk(event({"content": " " + WORDS[number % len(WORDS)]}))
        self._chunk(event({}, "stop"))
        self._chunk(b"data: [DONE]\n\n")
        self._chunk(b"")
        self.close_connection = True

    def _chunk(self, content):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(content), content))

    def log_message(self, *_):
        pass


def received(address):
    with socket.create_connection(address) as client:
        client.sendall(b"GET /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n\r\n")
        return sum(map(len, iter(lambda: client.recv(65536), b"")))


if __name__ == "__main__":
    server = HTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.handle_request).start()
    print(f"{received(server.server_address) / TOKENS:.0f} bytes a token, of {TOKENS}")
