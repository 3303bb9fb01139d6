# SPDX-License-Identifier: Apache-2.0
"""How long the real Prometheus takes to evaluate all rules over a fleet's series and their history."""

import json
import random
import re
import statistics
import subprocess
import time
import urllib.parse
import urllib.request

import fleet
import remote_write
from programs import LOAD, REPOSITORY, TOOLS, BenchError, end, free_port, start, wait_for

EVERYWHERE = LOAD | TOOLS
RULES = sorted((REPOSITORY / "alert-rules").glob("*.rules.yaml"))
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
EXPORT_SECONDS = 30
OFFSET_SECONDS = 60  # query_offset of the rules
HOURS = "modelwarden-hours"
STEPS_SECONDS = {HOURS: 3600, "modelwarden-answers": 600}  # a minute for all others
SELECTOR = re.compile(r"([a-z_:0-9]+)(?:\{[^}]*\})?\[(\d+[smhd])\](?: offset (\d+[smhd]))?")
GROWING, STILL, ZERO, VARYING, HEARTBEAT = "growing", "still", "zero", "varying", "heartbeat"
NOISY = {GROWING, VARYING}


def seconds(text):
    return int(text[:-1]) * SECONDS[text[-1]]


def looked_back(rules):
    """The longest look of any rule at each metric, in seconds."""
    longest = {}
    for rule in rules:
        for name, length, later in SELECTOR.findall(rule["query"]):
            whole = seconds(length) + (seconds(later) if later else 0)
            longest[name] = max(longest.get(name, 0), whole)
    return longest


class Course:
    """Samples of many series, encoded once for each kind, step and length."""

    def __init__(self, now):
        self.now = now
        self.encoded = {}

    def of(self, kind, step, length):
        key = kind, step, length
        if key not in self.encoded:
            self.encoded[key] = remote_write.course(self._samples(kind, step, length))
        return self.encoded[key]

    def _samples(self, kind, step, length):
        # One for all of a kind, however long: a look at what was "seen" must find what was there.
        chance = random.Random(kind)
        first = (self.now - length) // step * step
        for moment in range(first, self.now + 1, step):
            yield moment * 1000, value_at(kind, moment) + (chance.randrange(1000) if kind in NOISY else 0)


def value_at(kind, moment):
    """A kilobyte a second: no budget is spent by that."""
    growing = 1000 * (moment - 1_700_000_000)
    return {GROWING: growing, HEARTBEAT: moment, STILL: 1 << 33, ZERO: 0, VARYING: 60_000}[kind]


class Prometheus:
    def __init__(self, folder, binaries):
        self.folder, self.binaries = folder, binaries
        self.port = free_port()

    def __enter__(self):
        self.configure([])
        with open(self.folder / "prometheus.log", "w", encoding="utf-8") as log:
            self.process = start(
                [
                    self.binaries / "prometheus",
                    f"--config.file={self.folder}/prometheus.yaml",
                    f"--storage.tsdb.path={self.folder}/data",
                    f"--web.listen-address=127.0.0.1:{self.port}",
                    "--web.enable-remote-write-receiver",
                    "--web.enable-lifecycle",
                    # Whole series one after the other, however old: all of it is in the head, where it
                    # would be in blocks after a month.
                    "--storage.tsdb.min-block-duration=62d",
                    "--storage.tsdb.max-block-duration=62d",
                    "--storage.tsdb.retention.time=90d",
                ],
                on=EVERYWHERE,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            wait_for("Prometheus", self._ready)
        except BaseException:
            end(self.process)
            raise
        return self

    def __exit__(self, *_):
        end(self.process)

    def configure(self, rule_files):
        configuration = {"global": {"evaluation_interval": "1m"}, "rule_files": [str(file) for file in rule_files]}
        (self.folder / "prometheus.yaml").write_text(json.dumps(configuration), encoding="utf-8")

    def reload(self):
        with urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{self.port}/-/reload", method="POST")):
            pass

    def _ready(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/-/ready", timeout=5):
                return True
        except OSError:
            return False

    def ask(self, path, **parameters):
        query = urllib.parse.urlencode(parameters).encode()
        # A body: expressions are longer than an address may be. Only queries may be posted.
        body = query if path == "query" else None
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/v1/{path}", body, timeout=300) as answer:
            return json.load(answer)["data"]


class Fleet:
    """Every series of it, encoded once, and when which of them got a sample."""

    def __init__(self, pods):
        self.series = [
            (labels["__name__"], remote_write.labels(labels), kind_of(labels["__name__"], grows))
            for labels, grows in fleet.series(pods)
        ]

    def write_history(self, write, course, looks):
        for name, labels, kind in self.series:
            length = looks.get(name, 0) + 600
            write.add(labels, course.of(kind, EXPORT_SECONDS, length))
        write.flush()

    def write_now(self, write, moment):
        samples = {
            kind: remote_write.course([(moment * 1000, value_at(kind, moment))])
            for kind in (GROWING, STILL, ZERO, HEARTBEAT)
        }
        for _, labels, kind in self.series:
            write.add(labels, samples[kind])
        write.flush()


def kind_of(name, grows):
    if name == "modelwarden_agent_heartbeat_seconds":
        return HEARTBEAT
    if name.startswith("modelwarden_agent_") and name.endswith("_total"):
        return ZERO  # nothing is lost
    if name == "modelwarden_agent_clock_ahead_seconds":
        return ZERO
    return GROWING if grows else STILL


def kind_of_recorded(name, value):
    if value == value_at(STILL, 0):
        return STILL
    return GROWING if name.endswith(":seen") else VARYING


def write_recorded(prometheus, write, course, rules, looks):
    """The past of what rules record: whatever a rule gives now, it has given as long as others look back."""
    counted = 0
    for rule in rules:
        if rule["type"] != "recording":
            continue
        step = STEPS_SECONDS.get(rule["group"], 60)
        length = looks.get(rule["name"], 0) + 2 * step
        at = course.now - OFFSET_SECONDS
        for found in prometheus.ask("query", query=rule["query"], time=at, timeout="5m")["result"]:
            labels = found["metric"] | rule.get("labels", {}) | {"__name__": rule["name"]}
            kind = kind_of_recorded(rule["name"], float(found["value"][1]))
            write.add(remote_write.labels(labels), course.of(kind, step, length))
            counted += 1
        # Rules that look at this one need it now.
        write.flush()
    return counted


def prepared_rules(folder):
    """The committed files; hours are evaluated each minute, so that none has to wait for one."""
    prepared = []
    for file in RULES:
        target = folder / file.name
        text = re.sub(r"interval: \d+[mh]$", "interval: 1m", file.read_text(encoding="utf-8"), flags=re.M)
        target.write_text(text, encoding="utf-8")
        prepared.append(target)
    return prepared


def known_rules(prometheus):
    """In the order in which they need each other: what was seen, what records minutes, what records hours, alerts."""
    rules = []
    for group in prometheus.ask("rules")["groups"]:
        for rule in group["rules"]:
            rules.append(rule | {"file": group["file"].rsplit("/", 1)[-1], "group": group["name"]})
    order = {"recording.rules.yaml": 0, "policy.rules.yaml": 1}
    return sorted(rules, key=lambda rule: (not rule["name"].endswith(":seen"), order.get(rule["file"], 2)))


def evaluated(prometheus):
    """When each group was evaluated last."""
    return {group["name"]: group["lastEvaluation"] for group in prometheus.ask("rules")["groups"]}


def watch(prometheus, fleet_series, write, evaluations):
    """Agents go on sending until each group was evaluated so often; the times of each rule."""
    times, seen = {}, {}
    last = time.time()
    while min((len(moments) for moments in seen.values()), default=0) < evaluations + 1:
        if time.time() - last >= EXPORT_SECONDS:
            last = time.time()
            fleet_series.write_now(write, int(last))
        for group in prometheus.ask("rules")["groups"]:
            moments = seen.setdefault(group["name"], set())
            if group["lastEvaluation"] in moments or group["lastEvaluation"].startswith("0001"):
                continue
            moments.add(group["lastEvaluation"])
            if len(moments) == 1:
                continue  # the first one finds nothing that it has recorded itself
            for number, rule in enumerate(group["rules"]):
                if rule["health"] != "ok":
                    raise BenchError(f"{rule['name']}: {rule.get('lastError')}")
                times.setdefault((group["name"], number, rule["name"]), []).append(rule["evaluationTime"])
        time.sleep(1)
    return times


def measure_fleet(binaries, own, plan, pods):
    own.mkdir()
    with Prometheus(own, binaries) as prometheus:
        prometheus.configure(prepared_rules(own))
        prometheus.reload()
        rules = known_rules(prometheus)
        prometheus.configure([])
        prometheus.reload()
        looks = looked_back(rules)
        fleet_series = Fleet(pods)
        write = remote_write.RemoteWrite(prometheus.port)
        course = Course(int(time.time()) // EXPORT_SECONDS * EXPORT_SECONDS)
        fleet_series.write_history(write, course, looks)
        plan.say(f"{pods:,} pods: history of {len(fleet_series.series):,} series is written")
        recorded = write_recorded(prometheus, write, course, rules, looks)
        plan.say(f"{pods:,} pods: history of {recorded:,} recorded series is written")
        prometheus.configure(prepared_rules(own))
        prometheus.reload()
        times = watch(prometheus, fleet_series, write, plan.evaluations)
    medians = [
        {"group": group, "name": name, "seconds": statistics.median(measured)}
        for (group, _, name), measured in times.items()
    ]
    total = sum(rule["seconds"] for rule in medians)
    hourly = sum(rule["seconds"] for rule in medians if rule["group"] == HOURS)
    plan.say(f"{pods:,} pods: all rules once, {total:.2f} s")
    counts = {"pods": pods, "series": len(fleet_series.series), "recorded_series": recorded}
    return counts | {"seconds": total, "hourly_seconds": hourly, "rules": medians}


def measure_rules(binaries, folder, plan):
    """The whole fleet, and smaller ones in short: how the time grows with the number of series."""
    smaller = [measure_fleet(binaries, folder / f"rules-{pods}", plan, pods) for pods in plan.smaller_fleets]
    whole = measure_fleet(binaries, folder / "rules", plan, plan.pods)
    short = [{key: value for key, value in one.items() if key != "rules"} for one in smaller + [whole]]
    return whole | {"fleets": short}
