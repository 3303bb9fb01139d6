# SPDX-License-Identifier: Apache-2.0
"""Sends requests to a collector as agents do: each of a few connections waits for its answer."""

import http.client
import threading
import time
from dataclasses import dataclass, field

HEADERS = {"Content-Type": "application/x-protobuf", "Content-Encoding": "gzip"}


@dataclass
class Sent:
    """What became of the requests; a refused one is sent again until it is taken."""

    refused: int = 0
    problems: list = field(default_factory=list)
    began: float = 0.0
    ended: float = 0.0


class Sender:
    def __init__(self, port, bodies, connections):
        self.port = port
        self.bodies = bodies
        self.connections = connections

    def send(self):
        """Returns when all are taken."""
        sent = Sent(began=time.monotonic())
        turns = iter(self.bodies)
        lock = threading.Lock()

        def agent():
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            try:
                while True:
                    with lock:
                        body = next(turns, None)
                    if body is None:
                        return
                    while not self._taken(connection, body):
                        with lock:
                            sent.refused += 1
                        time.sleep(0.1)
            except (OSError, ValueError) as problem:
                sent.problems.append(str(problem))
            finally:
                connection.close()

        agents = [threading.Thread(target=agent) for _ in range(self.connections)]
        for thread in agents:
            thread.start()
        for thread in agents:
            thread.join()
        sent.ended = time.monotonic()
        return sent

    @staticmethod
    def _taken(connection, body):
        connection.request("POST", "/v1/traces", body, HEADERS)
        answer = connection.getresponse()
        answer.read()
        if answer.status not in (200, 429, 503):
            raise ValueError(f"the collector answered {answer.status}")
        return answer.status == 200
