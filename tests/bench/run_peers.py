#!/usr/bin/env python3
"""Our hop with nothing in it beside a plain librdkafka loop and Kafka Streams, on one broker in one run.

  tests/bench/run_peers.py BUILD [--workers 1,2] [--batches 500,1000,2000] [--rounds 3] [--records 300000]
                           [--cores shared|split] [--only ours,plain,streams] [--latency] [--property NAME=VALUE]...

BUILD is the folder of the release build (targets peers_pass_through, peers_plain_loop, peers_load). Kafka Streams'
jars come from Maven Central once, into the folder of the broker's jars.

Each run drains the same input under a name of its own. Counted is from outside, alike for all: the group's committed
offsets, from the first of the records on that are not skipped (a third: a JVM compiles meanwhile) to the last; the
CPU of process and broker between the two; the process's largest resident memory. The first round is a warm-up and
does not count; the others are interleaved, and medians are told. --latency then produces at 10, 50 and 90 % of our
speed into the hop, with batch time limits of 0, 50 and 500 ms.

--only may name ours and plain with properties of their own, "ours:linger.ms=0:batch.size=100000".
--cores split gives the hop the first half of the cores and the broker the other; shared gives all to both.
Kafka Streams runs once a round for each number of threads: it commits by time (100 ms), not by records.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from run_on_kafka import BROKER, CORES, OURS, ROOT, THEIRS, TICK

STREAMS_JVM = os.environ.get("STREAMS_JVM", "-Xmx512m").split()
BYTES, PARTITIONS = 3000, 6
# The loop reads ahead as librdkafka does by default: what newsfeedd has would be slow without its waking of the
# fetcher (daemon/kafka/rdkafka_client.cc).
PLAIN = ["queued.max.messages.kbytes=65536", "fetch.max.bytes=52428800", "fetch.message.max.bytes=1048576"]
PEERS = ROOT / "tests/bench/peers"


def cpu(pid):
    text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    fields = text[text.rindex(")") + 2:].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def peak_mb(pid):
    return int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1]) / 1024


def median(values):
    return statistics.median(values) if values else float("nan")


class Bench:
    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        bench = pathlib.Path(options.build) / "tests/bench/peers"
        self.load = str(bench / "peers_load")
        self.programs = {"ours": str(bench / "peers_pass_through"), "plain": str(bench / "peers_plain_loop")}
        split = options.cores == "split"
        self.hop_cores, self.broker_cores = (OURS, THEIRS) if split else (CORES, CORES)
        self.runs = 0
        self.processes = []  # of the last run

    def on(self, cores):
        return ["taskset", "-c", ",".join(map(str, cores))]

    def start_broker(self):
        extra = self.folder / "extra.properties"
        # Outputs are deleted after each run: not to be kept for a second.
        extra.write_text("log.segment.delete.delay.ms=0\n")
        subprocess.run([*self.on(self.broker_cores), BROKER, "start", str(self.folder / "broker"), "0"], check=True,
                       env={**os.environ, "KAFKA_EXTRA": str(extra)})
        self.broker_pid = int((self.folder / "broker/pid").read_text())
        self.bootstrap = "127.0.0.1:" + (self.folder / "broker/port").read_text().strip()

    def tool(self, verb, *arguments):
        return subprocess.run([*self.on(self.broker_cores), self.load, verb, self.bootstrap, *map(str, arguments)],
                              check=True, stdout=subprocess.PIPE, text=True).stdout

    def streams_classpath(self):
        """The jars beside the broker's, the class beside the broker's data."""
        cache = pathlib.Path(os.environ.get("KAFKA_JARS", pathlib.Path.home() / ".cache/newsfeed/kafka"))
        jars = cache / "streams-4.3.1"
        if not (jars / ".complete").exists():
            subprocess.run(["mvn", "-q", "-B", "-f", str(PEERS / "streams/pom.xml"), "dependency:copy-dependencies",
                            f"-DoutputDirectory={jars}"], check=True)
            (jars / ".complete").touch()
        classes = self.folder / "classes"
        if not classes.exists():
            subprocess.run(["javac", "-cp", f"{jars}/*", "-d", str(classes), str(PEERS / "streams/PassThrough.java")],
                           check=True)
        return f"{classes}:{jars}/*"

    def command(self, kind, name, source, target, workers, batch, linger_ms):
        kind, *own = kind.split(":")
        properties = [*(PLAIN if kind == "plain" else []), *self.options.property, *own]
        if kind != "streams":
            return name + "-prepare", [self.programs[kind], self.bootstrap, name, source, target, str(workers),
                                       str(batch), str(linger_ms), *properties]
        compression = next((p.split("=")[1] for p in properties if p.startswith("compression.type=")), "lz4")
        return name, ["java", *STREAMS_JVM, "-cp", self.streams_classpath(), "PassThrough", source, target,
                      f"bootstrap.servers={self.bootstrap}", f"application.id={name}", f"num.stream.threads={workers}",
                      f"producer.compression.type={compression}", f"state.dir={self.folder}/state"]

    def start(self, kind, source, workers, batch, linger_ms):
        self.runs += 1
        name = f"{kind.split(':')[0]}{self.runs}"
        target = f"{name}-out"
        self.tool("create", target, PARTITIONS)
        group, command = self.command(kind, name, source, target, workers, batch, linger_ms)
        log = open(self.folder / f"{name}.log", "w")
        process = subprocess.Popen([*self.on(self.hop_cores), *command], stdout=log, stderr=log)
        self.processes = [process]
        return group, target, process

    def stop(self, process, target):
        process.terminate()
        process.wait(60)
        self.tool("delete", target)

    def drain(self, kind, workers, batch):
        """Records/s, CPU of hop and broker in us a record, MB at most."""
        skipped = self.options.records // 3
        group, target, process = self.start(kind, "input", workers, batch, 0)
        watch = subprocess.Popen([*self.on(self.broker_cores), self.load, "watch", self.bootstrap, group, "input",
                                  str(PARTITIONS), str(self.options.records)], stdout=subprocess.PIPE, text=True)
        self.processes.append(watch)
        # A hop that dies is no reason to wait for ever.
        threading.Thread(target=lambda: (process.wait(), watch.kill()), daemon=True).start()
        first = None
        for line in watch.stdout:
            records = int(line)
            if first is None and records < skipped:
                continue
            last = records, time.monotonic(), cpu(process.pid), cpu(self.broker_pid)
            first = first or last
        assert watch.wait() == 0, f"{kind} died: see {self.folder}"
        memory = peak_mb(process.pid)
        self.stop(process, target)
        records, seconds, hop, broker = (b - a for a, b in zip(first, last))
        return records / seconds, 1e6 * hop / records, 1e6 * broker / records, memory

    def latency(self, kind, rate, workers, batch, linger_ms):
        """Of the hop, and of producing and reading alone: the output is the input then."""
        self.runs += 1
        source = f"paced{self.runs}"
        self.tool("create", source, PARTITIONS)
        _, target, process = self.start(kind, source, workers, batch, linger_ms)
        time.sleep(3)  # joined; what is produced before is late, and the first half does not count
        before = cpu(process.pid), time.monotonic()
        found = json.loads(self.tool("latency", source, target, PARTITIONS, rate, self.options.seconds, BYTES))
        found["cpu"] = (cpu(process.pid) - before[0]) / (time.monotonic() - before[1])
        self.stop(process, target)
        self.tool("delete", source)
        return found

    def latency_alone(self, rate):
        self.runs += 1
        source = f"paced{self.runs}"
        self.tool("create", source, PARTITIONS)
        found = json.loads(self.tool("latency", source, source, PARTITIONS, rate, self.options.seconds, BYTES))
        self.tool("delete", source)
        return found


def middle(values):
    return values[len(values) // 2]


def plan(options):
    """(kind, workers, batch) of one round."""
    for workers in options.workers:
        for batch in options.batches:
            for kind in options.only:
                if kind != "streams":
                    yield kind, workers, batch
        if "streams" in options.only:
            yield "streams", workers, 0


def throughput(bench, options):
    results = {}
    for number in range(options.rounds + 1):
        for what in plan(options):
            if number == 0 and what[2] not in (0, middle(options.batches)):
                continue
            result = bench.drain(*what)
            print("warm-up" if number == 0 else f"round {number}", *what, *(f"{x:.1f}" for x in result), flush=True)
            if number:
                results.setdefault(what, []).append(result)
    print(f"\n{options.records} records of {BYTES} bytes, {PARTITIONS} partitions, cores {options.cores}, "
          f"medians of {options.rounds} rounds, properties {options.property}")
    print("| hop | workers | batch | records/s | CPU us/record | broker us/record | MB | records/s of each round |")
    print("|---|---|---|---|---|---|---|---|")
    medians = {what: [median(column) for column in zip(*rounds)] for what, rounds in results.items()}
    for what, (speed, hop, broker, memory) in sorted(medians.items(), key=lambda item: item[0][1:]):
        kind, workers, batch = what
        print(f"| {kind} | {workers} | {batch or 'by time'} | {speed:.0f} | {hop:.1f} | {broker:.1f} | {memory:.0f} | "
              f"{' '.join(f'{r[0]:.0f}' for r in results[what])} |")
    for (kind, workers, batch), mine in sorted(medians.items()):
        if kind != "ours":
            continue
        for peer in (("plain", workers, batch), ("streams", workers, 0)):
            if peer in medians:
                speed, hop, broker, memory = (a / b for a, b in zip(mine, medians[peer]))
                print(f"ours/{peer[0]}, {workers} workers, batch {batch}: records/s {speed:.2f}, CPU {hop:.2f}, "
                      f"broker {broker:.2f}, memory {memory:.2f}")
    return medians


def latencies(bench, options, full):
    workers, batch = options.workers[-1], middle(options.batches)
    print(f"\nadded latency in ms, {workers} workers, batch {batch}; 100 % = {full:.0f} records/s")
    print("| rate | limit | sent/s | p50 | p99 | max | CPU of the hop |")
    print("|---|---|---|---|---|---|---|")
    for share in (10, 50, 90):
        rate = int(full * share / 100)
        hops = [(kind, n) for kind in options.only if kind.startswith("ours") for n in options.linger]
        for kind, linger_ms in [("no hop", 0), *hops]:
            alone = kind == "no hop"
            found = bench.latency_alone(rate) if alone else bench.latency(kind, rate, workers, batch, linger_ms)
            print(f"| {share} % | {kind if alone else f'{kind} {linger_ms} ms'} | {found['rate']:.0f} | "
                  f"{found['p50']:.0f} | {found['p99']:.0f} | {found['max']:.0f} | "
                  f"{100 * found.get('cpu', 0):.0f} % |", flush=True)


def parse():
    numbers = lambda text: [int(n) for n in text.split(",")]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("--workers", type=numbers, default=[1, 2])
    parser.add_argument("--batches", type=numbers, default=[500, 1000, 2000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--records", type=int, default=300_000)
    parser.add_argument("--cores", choices=("shared", "split"), default="shared")
    parser.add_argument("--only", type=lambda text: text.split(","), default=["ours", "plain", "streams"])
    parser.add_argument("--property", action="append", default=[], help="of librdkafka, for ours and plain")
    parser.add_argument("--latency", action="store_true")
    parser.add_argument("--rate", type=int, default=0, help="100 %% of --latency; else what was measured")
    parser.add_argument("--linger", type=numbers, default=[0, 50, 500])
    parser.add_argument("--seconds", type=int, default=20, help="of each latency")
    return parser.parse_args()


def main():
    options = parse()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="newsfeed-peers."))
    bench = Bench(options, folder)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # through `finally`
    bench.start_broker()
    try:
        full, medians = options.rate, {}
        if options.rounds:
            bench.tool("create", "input", PARTITIONS)
            bench.tool("fill", "input", options.records, BYTES)
            medians = throughput(bench, options)
        if options.latency:
            full = full or medians["ours", options.workers[-1], middle(options.batches)][0]
            latencies(bench, options, full)
    finally:
        for process in bench.processes:
            process.kill()
        subprocess.run([BROKER, "stop", str(folder / "broker")], check=False)
        shutil.rmtree(folder / "broker", ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
