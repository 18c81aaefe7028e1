#!/usr/bin/env python3
"""The daemon on Kafka beside the same chain from file to null, on one machine in one run.

  tests/bench/run_on_kafka.py NEWSFEEDD FILE.ndjson [ROUNDS [judge|page]]

Reports medians over the rounds: articles/s of both and their ratio; CPU a record of each stage (threads are
named after it) and of the whole process; resident memory; articles/s of the judge alone, over a topic that was
filled before; then, with input at half of the speed found, the latency from input to enriched output. newsfeedd and
the chain on files have the first half of the cores, the broker and whoever produces the input the other half. The
broker is warmed up first. `judge`: that part alone. `page`: what the live page costs instead, round by round without
contents, with them, and with an open page. KAFKA_PROPERTIES is added to kafka.properties. Needs only Python; starts and
stops its own broker.
"""
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
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BROKER = str(ROOT / "deploy/kafka/broker")
WARM_UP = int(os.environ.get("WARM_UP", "8"))
CORES = sorted(os.sched_getaffinity(0))
OURS, THEIRS = CORES[:max(1, len(CORES) // 2)], CORES[len(CORES) // 2:]
PROPERTIES = os.environ.get("KAFKA_PROPERTIES", "")  # "compression.type: none"
TICK = os.sysconf("SC_CLK_TCK")


def get(port, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
        return answer.read().decode()


def done(port):
    """Records that have an outcome."""
    return sum(float(v) for v in re.findall(r"^newsfeed_records_total\{.*\} (\S+)$", get(port, "/metrics"), re.M))


def cpu_by_thread(pid):
    """CPU seconds by the name of the thread, numbers at its end taken off; librdkafka's own under 'client'."""
    seconds = {}
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        text = (task / "stat").read_text()
        name = text[text.index("(") + 1:text.rindex(")")]
        fields = text[text.rindex(")") + 2:].split()
        name = "client" if name.startswith("rdk:") else re.sub(r"-\d+$", "", name)
        seconds[name] = seconds.get(name, 0) + (int(fields[11]) + int(fields[12])) / TICK
    return seconds


def resident_mb(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1]) / 1024


def quantile(port, q):
    """Of newsfeed_end_to_end_seconds of enrich, linear within the bucket."""
    buckets = [(float(le), float(n)) for le, n in re.findall(
        r'^newsfeed_end_to_end_seconds_bucket\{stage="enrich",le="([^"]+)"\} (\S+)$', get(port, "/metrics"), re.M)]
    total, before, low = buckets[-1][1], 0, 0
    for bound, count in buckets:
        if total and count >= q * total:
            return low + (bound - low) * (q * total - before) / max(count - before, 1)
        before, low = count, bound
    return float("nan")


def on(cores):
    return ["taskset", "-c", ",".join(map(str, cores))]


class Daemon:
    def __init__(self, binary, folder, bootstrap, name, admin=""):
        self.binary, self.config = binary, folder / f"{name}.yaml"
        self.config.write_text(f"""application_id: {name}
kafka: {{bootstrap: ["{bootstrap}"], properties: {{{PROPERTIES}}}}}
inputs: [{{topic: {name}-raw}}]
outputs: {{enriched: {name}-e, duplicates: {name}-d, dead_letter: {name}-x, filtered: {name}-f}}
admin: {{port: 0{admin}}}
""")
        self.log = folder / f"{name}.log"
        self.command("topics", "create", "--inputs", "--input-partitions", "6")

    def command(self, *arguments):
        assert self.begin(*arguments).wait() == 0, arguments

    def begin(self, *arguments):
        return subprocess.Popen([*on(THEIRS), self.binary, *arguments, "-c", str(self.config)],
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def start(self, *roles):
        arguments = ["--roles", ",".join(roles)] if roles else []
        self.process = subprocess.Popen([*on(OURS), self.binary, "run", "-c", str(self.config), *arguments],
                                        stdout=subprocess.DEVNULL, stderr=open(self.log, "w"))
        while True:
            found = re.search(r'msg="admin listens".*port=(\d+)', self.log.read_text())
            if found:
                break
            time.sleep(0.05)
        self.port = int(found[1])

    def stop(self):
        self.process.terminate()
        assert self.process.wait(60) == 0, self.log.read_text()


def await_ready(daemon):
    while get_ready(daemon.port) != 200:
        time.sleep(0.2)
    time.sleep(5)  # until the groups have settled


def committed(port, stage):
    """Batches and records that a stage has committed."""
    text = get(port, "/metrics")
    return [float(re.search(rf'^{name}\{{stage="{stage}"{rest}\}} (\S+)$', text, re.M)[1]) for name, rest in (
        ("newsfeed_batches_total", ',result="committed"'), ("newsfeed_records_read_total", ""))]


def throughput(binary, folder, bootstrap, news, records, number, admin="", page=False):
    """From the first batch of prepare to the last outcome; the input comes faster than it is worked off. `page`: while
    somebody looks."""
    daemon = Daemon(binary, folder, bootstrap, f"speed{number}", admin)
    daemon.start()
    await_ready(daemon)
    looking = page and subprocess.Popen([*on(THEIRS), "curl", "-sN", f"http://127.0.0.1:{daemon.port}/live"],
                                        stdout=subprocess.DEVNULL)
    feed = daemon.begin("produce", news)
    pid = daemon.process.pid
    broker_pid = int((folder / "broker/pid").read_text())
    while not committed(daemon.port, "prepare")[0]:
        time.sleep(0.01)
    early = committed(daemon.port, "prepare")[1]
    broker, before, began = sum(cpu_by_thread(broker_pid).values()), cpu_by_thread(pid), time.monotonic()
    peak = 0
    while done(daemon.port) < records:
        peak = max(peak, resident_mb(pid))
        time.sleep(0.05)
    seconds = time.monotonic() - began
    after = cpu_by_thread(pid)
    feed.wait()
    records -= early
    each = {k: 1e6 * (after[k] - before.get(k, 0)) / records for k in after}
    each["the broker"] = 1e6 * (sum(cpu_by_thread(broker_pid).values()) - broker) / records
    batches = {stage: committed(daemon.port, stage)[0] for stage in ("prepare", "judge", "enrich")}
    if looking:
        looking.terminate()
        looking.wait()
    daemon.stop()
    return records / seconds, each, peak, batches


def warm_up(binary, folder, bootstrap, news, records):
    """A cold broker compiles itself on the cores that are measured, and takes some 300,000 records for it."""
    daemon = Daemon(binary, folder, bootstrap, "warmup")
    daemon.start()
    await_ready(daemon)
    for times in range(1, WARM_UP + 1):
        daemon.command("produce", news)
        while done(daemon.port) < times * records:
            time.sleep(0.2)
    daemon.stop()


def from_file(binary, news, folder):
    out = folder / "files"
    subprocess.run([*on(OURS), binary, "process", "-q", "-f", "protobuf", "-o", str(out), news], check=True)
    speed = json.loads((out / "summary.json").read_text())["articles_per_second"]
    shutil.rmtree(out)
    return speed


def latency(binary, folder, bootstrap, news, rate):
    daemon = Daemon(binary, folder, bootstrap, "latency")
    daemon.start()
    await_ready(daemon)
    daemon.command("produce", "--rate", str(int(rate)), news)
    time.sleep(3)
    result = quantile(daemon.port, .5), quantile(daemon.port, .99)
    daemon.stop()
    return result


def judge_alone(binary, folder, bootstrap, news, records, number):
    """Articles/s through the judge, its topic filled before it starts, from its first batch to its last; and µs of CPU
    an article by thread."""
    daemon = Daemon(binary, folder, bootstrap, f"judge{number}")
    daemon.start("prepare")
    daemon.command("produce", news)
    while committed(daemon.port, "prepare")[1] < records:
        time.sleep(0.2)
    daemon.stop()
    daemon.start("judge")
    while not committed(daemon.port, "judge")[0]:
        time.sleep(0.002)
    pid, broker_pid = daemon.process.pid, int((folder / "broker/pid").read_text())
    early, began = committed(daemon.port, "judge")[1], time.monotonic()
    before, broker = cpu_by_thread(pid), sum(cpu_by_thread(broker_pid).values())
    while committed(daemon.port, "judge")[1] < 0.99 * records:
        time.sleep(0.02)
    after = cpu_by_thread(pid)
    n = committed(daemon.port, "judge")[1] - early
    speed = n / (time.monotonic() - began)
    each = {name: 1e6 * (after[name] - before.get(name, 0)) / n for name in after}
    each["the broker"] = 1e6 * (sum(cpu_by_thread(broker_pid).values()) - broker) / n
    daemon.stop()
    return speed, each


def tell_cpu(each):
    for name, cpu in sorted(each.items(), key=lambda item: -item[1]):
        if cpu >= 1:
            print(f"  {name:<16} {cpu:6.0f} µs of CPU a record")


def measure_judge(binary, folder, bootstrap, news, records, rounds):
    speeds = []
    for number in range(rounds):
        speed, each = judge_alone(binary, folder, bootstrap, news, records, number)
        speeds.append(speed)
    print(f"judge alone       {statistics.median(speeds):8.0f} articles/s   {[round(x) for x in speeds]}")
    tell_cpu(each)


def get_ready(port):
    try:
        get(port, "/readyz")
        return 200
    except urllib.error.HTTPError as error:
        return error.code


def measure_chain(binary, folder, bootstrap, news, records, rounds):
    """Returns the articles/s on Kafka."""
    kafka, files, last = [], [], []
    for number in range(rounds):
        files.append(from_file(binary, news, folder))
        speed, *last = throughput(binary, folder, bootstrap, news, records, number)
        kafka.append(speed)
    k, f = statistics.median(kafka), statistics.median(files)
    print(f"{records} records, medians of {rounds} rounds")
    print(f"file to null      {f:8.0f} articles/s   {[round(x) for x in files]}")
    print(f"Kafka to Kafka    {k:8.0f} articles/s   {[round(x) for x in kafka]}   ratio {k / f:.2f}")
    tell_cpu(last[0])
    print(f"resident          {last[1]:8.0f} MB at most")
    for stage, count in last[2].items():
        print(f"batches of {stage:<10} {count:8} ({records / count:.0f} records each)")
    return k


# What the page may show; the first copies nothing.
PAGES = {
    "without contents": {"admin": ', address: "0.0.0.0"'},
    "with contents": {},
    "with an open page": {"page": True},
}


def measure_page(binary, folder, bootstrap, news, records, rounds):
    speeds, costs = ({kind: [] for kind in PAGES} for _ in range(2))
    for number in range(rounds):
        for place, (kind, how) in enumerate(PAGES.items()):
            speed, each, _, _ = throughput(binary, folder, bootstrap, news, records, f"{number}-{place}", **how)
            speeds[kind].append(speed)
            costs[kind].append(sum(cpu for name, cpu in each.items() if name != "the broker"))
    base = [statistics.median(of["without contents"]) for of in (speeds, costs)]
    for kind in PAGES:
        s, c = statistics.median(speeds[kind]), statistics.median(costs[kind])
        print(f"{kind:<18} {s:8.0f} articles/s ({s / base[0]:.3f}), {c:6.0f} µs of CPU a record ({c / base[1]:.3f})   "
              f"{[round(x) for x in speeds[kind]]} {[round(x) for x in costs[kind]]}")


def main():
    binary, news = sys.argv[1], sys.argv[2]
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    records = sum(1 for line in open(news, "rb") if line.strip())
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # through `finally`
    folder = pathlib.Path(tempfile.mkdtemp(prefix="newsfeed-bench."))
    subprocess.run([*on(THEIRS), BROKER, "start", str(folder / "broker"), "0"], check=True)
    try:
        bootstrap = "127.0.0.1:" + (folder / "broker/port").read_text().strip()
        warm_up(binary, folder, bootstrap, news, records)
        if "page" in sys.argv[4:]:
            measure_page(binary, folder, bootstrap, news, records, rounds)
            return
        if "judge" not in sys.argv[4:]:
            k = measure_chain(binary, folder, bootstrap, news, records, rounds)
            p50, p99 = latency(binary, folder, bootstrap, news, k / 2)
            print(f"latency at {k / 2:.0f}/s   p50 {1000 * p50:.0f} ms   p99 {1000 * p99:.0f} ms")
        measure_judge(binary, folder, bootstrap, news, records, rounds)
    finally:
        subprocess.run([BROKER, "stop", str(folder / "broker")], check=False)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
